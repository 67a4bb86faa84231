"""Pairs: two lists against each other."""

TEXTS: dict[str, tuple[str, str]] = {
    "pairs.tab.grid": ("Grid", "网格"),
    "pairs.grid.intro": (
        "Every sentence of list A against every sentence of list B. A bi-encoder reads **N + M** texts"
        " to fill the grid, late interaction too, a cross-encoder **N × M** pairs.",
        "列表 A 的每个句子与列表 B 的每个句子两两打分。填满网格，双塔与延迟交互模型要读 **N + M** 个文本，"
        "交互式模型要读 **N × M** 对。",
    ),
    "pairs.grid.list_a": ("List A: one sentence a line (rows)", "列表 A：每行一个句子（网格的行）"),
    "pairs.grid.list_b": (
        "List B: one sentence a line (columns)",
        "列表 B：每行一个句子（网格的列）",
    ),
    "pairs.grid.models": ("Models", "模型"),
    "pairs.grid.models_hint": (
        "Each gets its own heatmap and its own colours.",
        "每个模型一张热力图，颜色各自标定。",
    ),
    "pairs.grid.run": ("Score the grid", "给网格打分"),
    "pairs.grid.swap": ("Swap A and B", "交换 A 与 B"),
    "pairs.grid.bring": ("Upload two columns", "上传两列"),
    "pairs.grid.file": (
        "CSV, TSV or JSONL: sentence A and sentence B are taken as the two lists",
        "CSV、TSV 或 JSONL：句子 A、句子 B 两列分别作为两个列表",
    ),
    "pairs.grid.read": (
        "Took {a:,} sentences for A and {b:,} for B from “{name}”: press Score the grid.",
        "从「{name}」读入：A {a:,} 句，B {b:,} 句。请点「给网格打分」。",
    ),
    "pairs.grid.cost": ("What each model had to do", "各模型的工作量"),
    "pairs.grid.reads": ("Reads", "读取"),
    "pairs.grid.reads.bi-encoder": ("{n:,} + {m:,} texts", "{n:,} + {m:,} 个文本"),
    "pairs.grid.reads.late-interaction": ("{n:,} + {m:,} texts", "{n:,} + {m:,} 个文本"),
    "pairs.grid.reads.cross-encoder": ("{n:,} × {m:,} pairs", "{n:,} × {m:,} 对"),
    "pairs.grid.passes": ("Passes (repeats once)", "前向次数（重复只算一次）"),
    "pairs.grid.time": ("Time for the grid", "整个网格用时"),
    "pairs.grid.remembered": ("{time} (all from the cache)", "{time}（全部来自缓存）"),
    "pairs.grid.unit.bi-encoder": ("cosine", "余弦"),
    "pairs.grid.unit.late-interaction": ("mean MaxSim", "平均 MaxSim"),
    "pairs.grid.unit.cross-encoder": ("logit", "logit"),
    "pairs.grid.best": ("Best match of each row", "每行的最佳匹配"),
    "pairs.grid.best_of": ("Best by {model}", "{model} 的最佳"),
    "pairs.grid.differ": ("Differ", "不同"),
    "pairs.grid.csv": ("Download CSV (one row a pair)", "下载 CSV（每对一行）"),
    "pairs.grid.done": (
        "Scored {n:,} × {m:,} = {pairs:,} pairs in {time}.",
        "已为 {n:,} × {m:,} = {pairs:,} 对打分，用时 {time}。",
    ),
    "pairs.grid.empty_list": (
        "List {side} is empty: write at least one sentence, one a line.",
        "列表 {side} 为空：请至少写一个句子，每行一个。",
    ),
    "pairs.grid.too_many": (
        "List {side} has {count:,} sentences and at most {limit:,} are taken: shorten the list.",
        "列表 {side} 有 {count:,} 个句子，最多 {limit:,} 个：请缩短列表。",
    ),
    "pairs.grid.too_long": (
        "Sentence {number} of list {side} has {characters:,} characters and at most {limit:,} are taken:"
        " shorten it.",
        "列表 {side} 的第 {number} 个句子有 {characters:,} 个字符，最多 {limit:,} 个：请缩短。",
    ),
    "pairs.grid.empty_sentence": (
        "Sentence {number} of list {side} is empty: fill it in or take it out.",
        "列表 {side} 的第 {number} 个句子为空：请填写或删去。",
    ),
    "pairs.grid.total": (
        "The {rows:,} × {columns:,} pairs have {characters:,} characters together and at most {limit:,} are"
        " taken at once: use shorter lists or shorter sentences.",
        "{rows:,} × {columns:,} 对共有 {characters:,} 个字符，一次最多 {limit:,} 个：请缩短列表或句子。",
    ),
    "pairs.grid.list_shape": (
        'List {side} is not a list of sentences: write ["first", "second", …].',
        '列表 {side} 不是句子的列表：请写成 ["第一句", "第二句", …]。',
    ),
    "pairs.grid.about_text": (
        "**Bi-encoder:** $S = U V^{\\top}$ with unit vectors $u_i = f(a_i)$, $v_j = f(b_j)$: $N + M$ passes,"
        " and a product of two matrices.\n\n"
        "**Late interaction:** $N + M$ passes, and for each cell the products of all tokens of $a_i$ and $b_j$.\n\n"
        "**Cross-encoder:** $S_{ij} = g([a_i; b_j])$: $N \\times M$ passes, and nothing of one cell serves"
        " another.\n\n"
        "Sources: [CoSENT (8847)](https://kexue.fm/archives/8847),"
        " [cross-encoders (9341)](https://kexue.fm/archives/9341).\n\n"
        "**What to notice**\n"
        "- Count the passes: 100 × 100 sentences are 200 texts for one kind of model and 10,000 pairs for the"
        " other. For this reason a bi-encoder searches and a cross-encoder re-ranks.\n"
        "- The golden dot is the best match of each row. In the example every sentence of A has a paraphrase in"
        " B, and most have a sentence of nearly the same words that says something else: see which of the two the dot"
        " takes.\n"
        "- Compare columns within a row. Colours are scaled for each model from its lowest to its highest score, so"
        " a colour of one heatmap says nothing about the other.\n\n"
        "**Limits**\n"
        "- At most 200 × 200 sentences. Dots are left out above 2,500 cells.\n"
        "- The time is measured on this machine, which others may be using, and includes putting the grid together."
        " What was scored before comes from the cache, and then the time says nothing: compare the passes.\n"
        "- *CoSENT cross-encoder* reads each pair in both orders and gives the mean: two passes a cell.",
        "**双塔模型：** $S = U V^{\\top}$，其中单位向量 $u_i = f(a_i)$，$v_j = f(b_j)$：只需 $N + M$ 次前向，"
        "再做一次矩阵乘法。\n\n"
        "**延迟交互：** $N + M$ 次前向，每格再计算 $a_i$ 与 $b_j$ 所有词元两两的内积。\n\n"
        "**交互式模型：** $S_{ij} = g([a_i; b_j])$：需要 $N \\times M$ 次前向，各格之间没有可以共用的计算。\n\n"
        "出处：[CoSENT（8847）](https://kexue.fm/archives/8847)、"
        "[交互式模型（9341）](https://kexue.fm/archives/9341)。\n\n"
        "**看点**\n"
        "- 数一数前向次数：100 × 100 个句子，对一类模型是 200 个文本，对另一类是 10,000 对。"
        "所以双塔模型用来检索，交互式模型用来重排。\n"
        "- 金色圆点是每行的最佳匹配。示例中 A 的每个句子在 B 里都有一个同义句，大多还有一个用词几乎相同而意思不同的句子：看看圆点落在哪一个上。\n"
        "- 请在同一行内比较各列。每张图的颜色按该模型自己的最低分到最高分标定，两张图之间的颜色不能互相比较。\n\n"
        "**局限**\n"
        "- 最多 200 × 200 个句子。超过 2,500 格时不画圆点。\n"
        "- 用时是在本机上测得的（可能有人同时在用），包括拼出网格的时间。之前算过的结果来自缓存，这时用时没有意义，"
        "请比较前向次数。\n"
        "- *CoSENT cross-encoder* 对每一对按两种顺序各读一次并取平均：每格两次前向。",
    ),
}
