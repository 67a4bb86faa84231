"""Retrieval: which model scores, what each is good for, and what a re-ranker is for."""

TEXTS: dict[str, tuple[str, str]] = {
    "retrieval.scorer": ("Cross-encoder", "交互式模型"),
    "retrieval.scorer.of_index": ("The one of the index", "建索引时所用的模型"),
    "retrieval.scorer.hint": (
        "Another one works with re-ranking and brute force; the other strategies need the one of the index.",
        "其他模型只能用于重排与逐一打分；其余策略需要建索引时所用的模型。",
    ),
    "retrieval.scorer.weight_label": (
        "Weight of the bi-encoder in the order",
        "排序中双塔模型的权重",
    ),
    "retrieval.scorer.weight_hint": (
        "0: the cross-encoder alone. Above: both scores, standardised and averaged; costs no call.",
        "0：只用交互式模型。大于 0：两个分数标准化后加权平均，不增加调用。",
    ),
    "retrieval.scorer.weight": (
        "The weight of the bi-encoder has to be a number from 0 to 1.",
        "双塔模型的权重必须是 0 到 1 之间的数。",
    ),
    "retrieval.scorer.kind": (
        "“{model}” is no cross-encoder: choose one that reads query and text together.",
        "「{model}」不是交互式模型：请选择把查询与文本一起读入的模型。",
    ),
    "retrieval.scorer.anchors": (
        "The index holds anchor scores of “{own}”, and only re-ranking and brute force work with “{scorer}”: leave the"
        " other strategies out, or build an index with it under “Your corpus”.",
        "索引中的锚点分数来自「{own}」，「{scorer}」只能用于重排与逐一打分：请去掉其他策略，或在「你的语料库」中用它构建索引。",
    ),
    "retrieval.scorer.scored": ("Scored by {scorer}. ", "打分模型：{scorer}。"),
    "retrieval.scorer.mixed": (
        " Ordered by {weight:.2f} × the bi-encoder’s cosine + {rest:.2f} × the cross-encoder’s score, both standardised"
        " over what was bought.",
        "排序依据：{weight:.2f} × 双塔余弦 + {rest:.2f} × 交互式分数，二者都在已购文本上标准化。",
    ),
    "retrieval.scorer.purpose.cosent-rerank": (
        "Trained on relevance: for a question or title against documents and passages.",
        "按相关性训练：适合用问句或标题检索文档与段落。",
    ),
    "retrieval.scorer.purpose.cosent-cross": (
        "Trained on how alike two sentences mean: for sentences against sentences, not for documents.",
        "按句义相似度训练：适合句子对句子，不适合文档。",
    ),
    "retrieval.scorer.purpose.cosent-cross-zh": (
        "Trained on how alike two Chinese sentences mean: for questions against questions; it reads English too.",
        "按中文句义相似度训练：适合问句对问句；也能读英文。",
    ),
    "retrieval.scorer.purpose.ms-marco-MiniLM-L6-v2": (
        "Trained on web search: for an English question against passages.",
        "按网页搜索训练：适合用英文问句检索段落。",
    ),
    "retrieval.scorer.purpose.bge-reranker-v2-m3": (
        "Trained on relevance in many languages: for questions against passages; slow without a GPU.",
        "按多语言相关性训练：适合用问句检索段落；没有 GPU 时很慢。",
    ),
    "retrieval.late.no_model": (
        "There is no late-interaction model here: leave that strategy out.",
        "这里没有延迟交互模型：请去掉该策略。",
    ),
    "retrieval.late.language": (
        "“{model}” does not read the language of this corpus: leave late interaction out.",
        "「{model}」读不懂该语料的语言：请去掉延迟交互。",
    ),
    "retrieval.late.too_large": (
        "Late interaction keeps a vector for every token: this corpus has about {tokens:,}, and at most {most:,} are kept."
        " Leave that strategy out.",
        "延迟交互为每个词元保存一个向量：该语料约有 {tokens:,} 个词元，最多保存 {most:,} 个。请去掉该策略。",
    ),
}
