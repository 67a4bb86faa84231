"""Attention: the tab, the bar that chooses model and text, and the names that panels share."""

TEXTS: dict[str, tuple[str, str]] = {
    "attention.title": ("Attention", "注意力"),
    "attention.summary": (
        "How sparse attention is, what rank it has, and why decoder-only: three posts made into one instrument.",
        "注意力有多稀疏、秩是多少、为什么是 Decoder-only：把三篇文章做成一件仪器。",
    ),
    "attention.intro": (
        "Attention viewers draw; this one **measures**. Choose a model and a text: every head's matrix gets its"
        " sparsity and its rank, over the entries that its mask allows, with and without the tokens that heads park"
        " their attention on. The laboratory and the experiment below need no text.",
        "注意力可视化工具大多只画图，这里还要**测量**。选择模型和文本：每个注意力头的矩阵都会得到稀疏度与秩，"
        "只在掩码允许的位置上计算，并可去掉那些被当作「停车场」的词元。下方的实验室和实验不需要文本。",
    ),
    "attention.model": ("Model", "模型"),
    "attention.model_hint": (
        "A cross-encoder reads two texts at once; a causal model sees only what came before.",
        "交互式模型同时读两段文本；因果模型只看前文。",
    ),
    "attention.first": ("Text", "文本"),
    "attention.second": ("Second text", "第二段文本"),
    "attention.second_hint": (
        "Read together with the first: the matrix then has blocks A|B.",
        "与第一段一起读入：矩阵因此有 A|B 四个块。",
    ),
    "attention.read": ("Measure", "测量"),
    "attention.starting": ("Reading …", "正在读取……"),
    "attention.measuring": ("Layers measured", "已测量的层"),
    "attention.done": (
        "{model}: {tokens} tokens, {layers} layers of {heads} heads.",
        "{model}：{tokens} 个词元，{layers} 层，每层 {heads} 个头。",
    ),
    "attention.truncated": (
        "The text is longer than can be read here: the figures are those of its first {tokens} tokens.",
        "文本超出可读取的长度：这些数字只属于前 {tokens} 个词元。",
    ),
    "attention.few_tokens": (
        "So few tokens say nothing of sparsity or rank: write a longer text.",
        "词元太少，谈不上稀疏度或秩：请写长一些的文本。",
    ),
    "attention.empty": ("There is no text: write one.", "没有文本：请写一段。"),
    "attention.too_long": (
        "The text has {count:,} characters, and at most {most:,} are read: shorten it.",
        "文本有 {count:,} 个字符，最多读取 {most:,} 个：请缩短。",
    ),
    "attention.tab.heads": ("Heads", "注意力头"),
    "attention.tab.sidebyside": ("Side by side", "并排比较"),
    "attention.tab.sparsity": ("Sparsity", "稀疏度"),
    "attention.tab.axioms": ("Axioms", "公理"),
    "attention.tab.rank": ("Rank", "秩"),
    "attention.tab.laboratory": ("Laboratory", "实验室"),
    "attention.tab.decoder": ("Decoder-only?", "为什么 Decoder-only"),
}
