"""Retrieval: the tab, its chooser of a corpus, and what may be wrong with an index."""

TEXTS: dict[str, tuple[str, str]] = {
    "retrieval.title": ("Retrieval", "检索"),
    "retrieval.summary": (
        "A cross-encoder over a whole corpus: CUR decomposition and seven other ways to spend a small budget of"
        " calls, compared at equal cost.",
        "让交互式模型检索整个语料库：CUR 分解与另外七种花费少量调用预算的方法，在相同成本下比较。",
    ),
    "retrieval.intro": (
        "A cross-encoder judges a query and a text together: accurate, and one pass of the model for every text. Here"
        " it searches a whole corpus on **a small budget of calls**, and eight ways of spending that budget are compared"
        " honestly: equal numbers of calls, the cost of the index included.",
        "交互式模型把查询与文本放在一起判断：准确，但每个文本都要做一次前向。这里让它在**很小的调用预算**下检索整个语料库，"
        "并公平比较八种花费预算的方法：调用次数相同，索引的成本也计算在内。",
    ),
    "retrieval.corpus": ("Corpus", "语料库"),
    "retrieval.corpus_hint": (
        "For all panels below. Your own: see “Your corpus”.",
        "下面所有面板都使用它。要用自己的语料，见「你的语料库」。",
    ),
    "retrieval.corpus.helpdesk": (
        "Help desk in English · 1,200 questions, 240 intents · 50 anchor queries",
        "英文客服问题 · 1,200 个问题，240 种意图 · 50 个锚点查询",
    ),
    "retrieval.corpus.helpdesk-zh": (
        "Help desk in Chinese · 600 questions, 120 intents · 50 anchor queries",
        "中文客服问题 · 600 个问题，120 种意图 · 50 个锚点查询",
    ),
    "retrieval.tab.ask": ("Ask", "提问"),
    "retrieval.tab.compare": ("Recall against budget", "召回率与预算"),
    "retrieval.tab.indexing": ("Your corpus", "你的语料库"),
    "retrieval.index.absent": (
        "There is no index here: choose a corpus from the list, or build one.",
        "这里没有索引：请从列表中选择语料库，或新建一个。",
    ),
    "retrieval.index.format": (
        "The index has format {found} and this app reads format {wanted}: build it again.",
        "索引的格式为 {found}，本应用读取格式 {wanted}：请重新构建。",
    ),
    "retrieval.index.damaged": (
        "The index is damaged (“{file}” is not what was written): build it again.",
        "索引已损坏（「{file}」与写入时不一致）：请重新构建。",
    ),
    "retrieval.index.stale": (
        "The index was made by another version of “{model}”: build it again.",
        "索引由「{model}」的另一个版本生成：请重新构建。",
    ),
    "retrieval.strategy.bayes": ("BayesCUR (ours)", "BayesCUR（本应用）"),
    "retrieval.strategy.rerank": ("Bi-encoder + re-rank", "双塔模型 + 重排"),
    "retrieval.strategy.late": ("Late interaction + re-rank", "延迟交互 + 重排"),
    "retrieval.strategy.adacur": ("Adaptive rounds (ADACUR)", "自适应轮次（ADACUR）"),
    "retrieval.strategy.axn": ("Least-squares query (AXN)", "最小二乘查询向量（AXN）"),
    "retrieval.strategy.cur": ("CUR, fixed", "CUR（修正）"),
    "retrieval.strategy.anncur": ("ANNCUR, as published", "ANNCUR（原版）"),
    "retrieval.strategy.brute": ("Brute force", "逐一打分"),
}
