"""Retrieval: the tab, its chooser of a corpus, and what may be wrong with an index."""

TEXTS: dict[str, tuple[str, str]] = {
    "retrieval.title": ("Retrieval", "检索"),
    "retrieval.summary": (
        "A cross-encoder over a whole corpus: CUR decomposition and six other ways to spend a small budget of"
        " calls, compared at equal cost.",
        "让交互式模型检索整个语料库：CUR 分解与另外六种花费少量调用预算的方法，在相同成本下比较。",
    ),
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
    "retrieval.strategy.adacur": ("Adaptive rounds (ADACUR)", "自适应轮次（ADACUR）"),
    "retrieval.strategy.axn": ("Least-squares query (AXN)", "最小二乘查询向量（AXN）"),
    "retrieval.strategy.cur": ("CUR, fixed", "CUR（修正）"),
    "retrieval.strategy.anncur": ("ANNCUR, as published", "ANNCUR（原版）"),
    "retrieval.strategy.brute": ("Brute force", "逐一打分"),
}
