"""Retrieval: a corpus of one's own."""

TEXTS: dict[str, tuple[str, str]] = {
    "retrieval.indexing.intro": (
        "Bring texts, see what an index costs, build it, and every panel works on your corpus. A build can be"
        " cancelled: what is computed stays, and the same file goes on from there, even after the app was killed.",
        "带上你的文本，先看索引的成本，再构建，之后所有面板都可使用你的语料库。构建可以取消：算过的都会保留，"
        "再次上传同一文件即可继续，即使应用曾被强行终止。",
    ),
    "retrieval.indexing.file": (
        "TXT (one text a line), CSV, TSV, JSONL or Parquet, up to 20 MB",
        "TXT（每行一个文本）、CSV、TSV、JSONL 或 Parquet，最大 20 MB",
    ),
    "retrieval.indexing.hub": (
        "Or a file of a hub data set (press Enter)",
        "或模型库数据集中的文件（按回车）",
    ),
    "retrieval.indexing.column": ("Column that holds the text", "文本所在的列"),
    "retrieval.indexing.anchors": ("Anchor queries", "锚点查询数"),
    "retrieval.indexing.anchors_hint": (
        "Texts that are scored against all others: calls = anchor queries × texts.",
        "要与所有文本逐一打分的文本：调用次数 = 锚点查询数 × 文本数。",
    ),
    "retrieval.indexing.models": ("Models", "模型"),
    "retrieval.indexing.bi-encoder": ("Bi-encoder", "双塔模型"),
    "retrieval.indexing.cross-encoder": ("Cross-encoder", "交互式模型"),
    "retrieval.indexing.build": ("Build the index", "构建索引"),
    "retrieval.indexing.download": ("Download the index (ZIP)", "下载索引（ZIP）"),
    "retrieval.indexing.read": (
        "Read {n:,} different texts from “{name}”.",
        "从「{name}」读入 {n:,} 个不同的文本。",
    ),
    "retrieval.indexing.empty": (" {n:,} empty ones were left out.", " 略去 {n:,} 个空文本。"),
    "retrieval.indexing.repeated": (
        " {n:,} repeated ones were left out.",
        " 略去 {n:,} 个重复文本。",
    ),
    "retrieval.indexing.split": (
        " They make {n:,} passages, each an item of its own; of a document the best one counts.",
        " 切成 {n:,} 个段落，每段都是一个条目；每篇文档以最佳段落为准。",
    ),
    "retrieval.indexing.cut": (
        " Of {n:,} very long ones only the beginning was taken.",
        " 有 {n:,} 个过长，只取了开头。",
    ),
    "retrieval.indexing.reach": (
        "{texts:,} of the {n:,} texts are read only in part: {model} stops after {tokens} tokens, here after about {words}"
        " words, and what comes behind is not seen. The longest is number {number:,} with {longest:,} words. “Long"
        " documents” splits them into passages.",
        "{n:,} 个文本中有 {texts:,} 个只读了一部分：{model} 读到 {tokens} 个词元为止，这里约为 {words} 个词，后面的内容看不到。"
        "最长的是第 {number:,} 个，有 {longest:,} 个词。可用「长文档」把它们切成段落。",
    ),
    "retrieval.indexing.documents": ("Long documents", "长文档"),
    "retrieval.indexing.passages": (
        "Split into passages; the best one counts",
        "切成段落，以最佳段落为准",
    ),
    "retrieval.indexing.passages_hint": (
        "Passages end with sentences and share one with their neighbour; at most 20 a document. Calls are counted by passage.",
        "段落在句末结束，与相邻段落共享一句；每篇最多 20 段。调用按段落计数。",
    ),
    "retrieval.indexing.words": (
        "Words of a passage at most (a Chinese character counts as one)",
        "每段最多的词数（每个汉字算一个）",
    ),
    "retrieval.indexing.bad_words": (
        "Passages have {least} to {most} words: choose a whole number, or 0 to leave texts whole.",
        "段落长度须为 {least} 到 {most} 个词：请填写整数，或填 0 不切分。",
    ),
    "retrieval.indexing.estimating": ("Judging the time …", "正在估计用时……"),
    "retrieval.indexing.estimate": (
        "An index with {anchors} anchor queries takes {anchors} × {n:,} = {calls:,} cross-encoder calls, about {time} on"
        " this machine, {memory:,} MB of memory and {disk:,} MB of disk.",
        "含 {anchors} 个锚点查询的索引需要 {anchors} × {n:,} = {calls:,} 次交互式模型调用，在本机约需 {time}，"
        "占内存 {memory:,} MB、磁盘 {disk:,} MB。",
    ),
    "retrieval.indexing.resumes": (
        " {done:,} of the calls were done before and are not repeated.",
        " 其中 {done:,} 次之前已完成，不再重复。",
    ),
    "retrieval.indexing.known": (
        "This index is there already: press Build to open it.",
        "该索引已经存在：点「构建索引」即可打开。",
    ),
    "retrieval.indexing.starting": ("Preparing …", "准备中……"),
    "retrieval.indexing.embedding": ("Bi-encoder: texts", "双塔模型：文本"),
    "retrieval.indexing.scoring": ("Cross-encoder: pairs", "交互式模型：文本对"),
    "retrieval.indexing.fitting": (
        "Learning the prior from the anchor queries …",
        "正在从锚点查询学习先验……",
    ),
    "retrieval.indexing.title": (
        "{name} · {n:,} texts · {anchors} anchor queries",
        "{name} · {n:,} 个文本 · {anchors} 个锚点查询",
    ),
    "retrieval.indexing.done": (
        "The index is built and chosen above: go to Ask.",
        "索引已建好，并已在上方选中：请到「提问」。",
    ),
    "retrieval.indexing.cancelled": (
        "Cancelled. {done:,} of {calls:,} calls are kept: press Build to go on.",
        "已取消。{calls:,} 次调用中已保留 {done:,} 次：再点「构建索引」即可继续。",
    ),
    "retrieval.indexing.nothing": (
        "There are no texts yet: upload a file, or name one on the hub.",
        "还没有文本：请上传文件，或填写模型库中的文件。",
    ),
    "retrieval.indexing.not_texts": (
        "Texts are needed as a list of strings.",
        "文本需要是字符串的列表。",
    ),
    "retrieval.indexing.too_dear": (
        "That index takes {calls:,} calls and at most {most:,} are made at once: use fewer anchor queries or texts.",
        "该索引需要 {calls:,} 次调用，一次最多 {most:,} 次：请减少锚点查询或文本。",
    ),
    "retrieval.build.anchors": (
        "The number of anchor queries has to be from {least} to {most}.",
        "锚点查询数必须在 {least} 到 {most} 之间。",
    ),
    "retrieval.build.kind": (
        "“{model}” is a {kind}, and a {need} is needed here: choose another model.",
        "「{model}」是 {kind}，而这里需要 {need}：请选择其他模型。",
    ),
    "retrieval.build.twice": (
        "This index is being built at the moment, perhaps in another window: wait for it.",
        "该索引正在构建（也许在另一个窗口）：请稍候。",
    ),
    "retrieval.corpus.too_few": (
        "The number of different texts is {count} and a search needs at least {fewest}: bring more, one a line.",
        "只有 {count} 个不同的文本，检索至少需要 {fewest} 个：请补充，每行一个。",
    ),
    "retrieval.corpus.too_many": (
        "There are {count:,} texts and at most {most:,} are taken: bring a part of them.",
        "共有 {count:,} 个文本，最多 {most:,} 个：请只取一部分。",
    ),
    "retrieval.corpus.too_large": (
        "The file has more than {limit} MB: choose a smaller one.",
        "文件超过 {limit} MB：请选择较小的文件。",
    ),
    "retrieval.corpus.no_column": (
        "There is no column “{column}” in the file: choose another.",
        "文件中没有「{column}」这一列：请选择其他列。",
    ),
    "retrieval.corpus.bad_parquet": (
        "“{name}” is no Parquet file that can be read: save it again.",
        "「{name}」不是可读取的 Parquet 文件：请重新保存。",
    ),
    "retrieval.indexing.about_text": (
        "**The index** is the matrix $H$ of exact scores of $k_q$ anchor queries, [k_q, n]: $k_q \\cdot n$ calls, as many as"
        " $k_q$ brute-force queries. Anchor queries are texts of the corpus, one from each region of the bi-encoder's"
        " vectors (k-means medoids); a text's score with itself is set aside. Kept beside $H$: the bi-encoder's vectors, the"
        " CUR factors of every text, and what BayesCUR learnt from the anchor queries.\n\n"
        "Source: [CUR for cross-encoders (9336)](https://kexue.fm/archives/9336).\n\n"
        "**What to notice**\n"
        "- Twenty anchor queries are enough for BayesCUR; CUR and ADACUR want more than the budget has rounds.\n"
        "- The time is judged by scoring some of your own texts, so long texts show.\n\n"
        "**Limits**\n"
        "- A model reads a text up to its maximum length and nothing behind it; what was read says of how many texts, and"
        " where. Passages mend that at a price: calls are counted by passage. Of a document the best passage counts (MaxP),"
        " so an answer that needs two passages is judged by one.\n"
        "- At most 100,000 texts here. An index that nobody opens for two weeks is removed from this machine; the ZIP is yours.\n"
        "- The corpus is the source of the anchor queries. If real queries look different from the texts (questions against"
        " documents), the factors fit them less well.\n"
        "- An index belongs to its models: when one of them changes, it has to be built again, and the app says so. Anchor"
        " scores are those of its cross-encoder; re-ranking and mixing work with any other under “Ask”.",
        "**索引** 是 $k_q$ 个锚点查询的精确分数矩阵 $H$，[k_q, n]：$k_q \\cdot n$ 次调用，相当于 $k_q$ 次逐一打分。锚点查询取自语料本身，"
        "双塔向量的每个区域取一个（k-means 中心点）；文本与自身的分数不计。与 $H$ 一起保存的还有双塔向量、每个文本的 CUR 因子，"
        "以及 BayesCUR 从锚点查询学到的先验。\n\n"
        "出处：[交互式模型的 CUR 加速（9336）](https://kexue.fm/archives/9336)。\n\n"
        "**看点**\n"
        "- BayesCUR 用二十个锚点查询就够；CUR 与 ADACUR 需要更多。\n"
        "- 用时是拿你自己的部分文本试打分得到的，文本长则用时长。\n\n"
        "**局限**\n"
        "- 模型只读到最大长度为止；读入后会说明有多少文本、在何处被截断。切成段落可以补救，代价是调用按段落计数。每篇文档以最佳段落为准（MaxP），"
        "因此需要两段才能回答的问题只由其中一段评判。\n"
        "- 最多 100,000 个文本。两周无人打开的索引会从本机删除；ZIP 归你保存。\n"
        "- 锚点查询来自语料。如果真实查询与文本差别很大（例如用问句检索文档），因子的作用会变小。\n"
        "- 索引与模型绑定：模型变了就要重新构建，应用会提示。锚点分数属于建索引时的交互式模型；在「提问」中，重排与混合可使用其他模型。",
    ),
}
