"""Pairs: our own figures beside published ones, and models scored on test sets."""

TEXTS: dict[str, tuple[str, str]] = {
    "published.beside_heading": (
        "### Ours beside the published ones, on pairs that chose nothing\n"
        "What chooses a model (its settings, its weights, when to stop) and what is reported are **different pairs**: a digest"
        " of their words divides each development set into a choosing and a reporting half, and a quarter of SICK is kept"
        " aside from every training. Brackets are 95 % intervals: the pairs drawn anew, with replacement, up to 1,000 times.\n\n"
        "**Our parts are not the posts' test sets**, so a published figure and one of ours are of different pairs: compare"
        " models within one kind of row. To have them on the same pairs, score the test sets below.",
        "### 与原文并列：在没有参与过任何选择的句子对上\n"
        "用来选择模型（设置、权重、何时停止）的句子对与用来报告的**不是同一批**：按词句的摘要值把每个验证集分成「选择」与「报告」两半，"
        "SICK 的四分之一从不参与任何训练。方括号是 95% 区间：对句子对做有放回重抽样，最多 1,000 次。\n\n"
        "**我们的部分不是原文的测试集**，因此原文的数字与我们的数字来自不同的句子对：请只在同一类行之内比较模型。"
        "若要在同样的句子对上比较，请在下面给测试集打分。",
    ),
    "published.beside_absent": (
        "Our figures have not been measured in this copy: BENCHMARKS.md says how they are made.",
        "这份程序中还没有测量过我们的数字：生成方法见 BENCHMARKS.md。",
    ),
    "published.beside_zh": (
        "Chinese sets (Spearman × 100)",
        "中文数据集（Spearman × 100）",
    ),
    "published.beside_en": (
        "English sets (Spearman × 100)",
        "英文数据集（Spearman × 100）",
    ),
    "published.beside_zh_plot": ("Chinese sets", "中文数据集"),
    "published.beside_en_plot": ("English sets", "英文数据集"),
    "published.spearman_100": ("Spearman × 100", "Spearman × 100"),
    "published.kind_of_model": ("Kind", "类型"),
    "published.pairs": ("Pairs", "句子对"),
    "published.count": ("Number of pairs", "句子对数"),
    "published.pairs.test": ("test set", "测试集"),
    "published.pairs.ours": ("our part", "我们的部分"),
    "published.pairs.tested": ("test set, here", "测试集（此处）"),
    "published.model_kind.bi-encoder": ("bi-encoder", "双塔"),
    "published.model_kind.cross-encoder": ("cross-encoder", "交互式"),
    "published.model_kind.late-interaction": ("late interaction", "延迟交互"),
    "published.model_kind.average": ("mean of ranks", "名次平均"),
    "published.average_of": ("mean rank of {models}", "{models} 的平均名次"),
    "published.reads_other": (
        "{model} (does not read this language)",
        "{model}（不懂这种语言）",
    ),
    "published.published_dots": ("published: {kind}", "已发表：{kind}"),
    "published.tested_dots": ("{model}, test set", "{model}，测试集"),
    "published.differences_zh": (
        "Chinese sets: one model minus another on the same pairs (× 100, 95 % interval of the paired difference)",
        "中文数据集：同样的句子对上两个模型之差（× 100，成对差值的 95% 区间）",
    ),
    "published.differences_en": (
        "English sets: one model minus another on the same pairs (× 100, 95 % interval of the paired difference)",
        "英文数据集：同样的句子对上两个模型之差（× 100，成对差值的 95% 区间）",
    ),
    "published.differences_note": (
        "▲ better, ▼ worse, with an interval that excludes 0; without a mark the difference is within noise. Both models are"
        " scored on the same resamples of the pairs, which makes the interval narrower than those of the two figures.",
        "▲ 更好、▼ 更差（区间不含 0）；没有标记表示差值在噪声之内。两个模型用同样的重抽样，因此区间比两个数字各自的区间更窄。",
    ),
    "published.question": ("Question", "问题"),
    "published.minus": ("Models", "模型"),
    "published.question.cross_bi": (
        "cross-encoder minus bi-encoder",
        "交互式减双塔",
    ),
    "published.question.late_bi": (
        "late interaction minus bi-encoder",
        "延迟交互减双塔",
    ),
    "published.question.trained_base": ("trained minus untrained", "训练后减训练前"),
    "published.question.average_better": (
        "mean rank minus the better of the two",
        "平均名次减两者中较好的",
    ),
    "published.verdict_of": (
        "{first} minus {second}: {where}.",
        "{first} 减 {second}：{where}。",
    ),
    "published.is_noise": ("(within noise)", "（在噪声之内）"),
    "published.is_better": ("(better)", "（更好）"),
    "published.is_worse": ("(worse)", "（更差）"),
    "published.set.zh": ("(Chinese)", "（中文）"),
    "published.set.en": ("(English)", "（英文）"),
    "published.beside_note": (
        "For English, MTEB gives the bi-encoders' figures and its own card the cross-encoder's. sentence-transformers'"
        " documentation prints figures of STS-B's *development* set as test figures (TinyBERT 85.50, roberta-base 90.17); they are"
        " not in this table. Models that read the other language alone stand last: how much of a language a model has that"
        " it was never shown.",
        "英文部分：双塔模型的数字来自 MTEB，交互式模型的来自其模型卡。sentence-transformers 文档把 STS-B *验证集*的数字当作测试集数字列出"
        "（TinyBERT 85.50、roberta-base 90.17），本表不收录。只懂另一种语言的模型排在最后：可以看到一个模型对从未学过的语言能做到多少。",
    ),
    "published.test_heading": (
        "### On the test sets themselves\n"
        "Bring a test set as it is published (text, tab, text, tab, label; no header needed), or leave the file empty to"
        " fetch it from the hub at a pinned revision. The figures join the tables above, beside the published ones of the"
        " same pairs.",
        "### 在测试集上\n"
        "请上传原样的测试集（文本、制表符、文本、制表符、标签；不需要表头），或不选文件，从模型库下载固定版本。"
        "结果会加入上面的表格，与同样句子对上已发表的数字并列。",
    ),
    "published.test_set": ("Test set", "测试集"),
    "published.test_file": (
        "Its file (empty: from the hub)",
        "测试集文件（留空则从模型库下载）",
    ),
    "published.test_run": ("Score the test set", "给测试集打分"),
    "published.test_reading": ("Reading {name}…", "正在读取 {name}……"),
    "published.test_done": (
        "{name}: {pairs:,} pairs scored. First pair: “{a}” / “{b}”, label {label:g}.",
        "{name}：已给 {pairs:,} 对打分。第一对：「{a}」/「{b}」，标签 {label:g}。",
    ),
    "published.test_others": (
        "The test set of {name} has {published:,} pairs and these are {pairs:,}: the published figures are of other pairs.",
        "{name} 的测试集有 {published:,} 对，而这里是 {pairs:,} 对：已发表的数字来自不同的句子对。",
    ),
    "published.test_constant": (
        "{model} gives every pair the same score, so there is no correlation.",
        "{model} 给每一对的分数都相同，因此没有相关系数。",
    ),
    "published.test_no_labels": (
        "“{name}” has no labels: bring the labelled test set, with a number in the last column.",
        "「{name}」没有标签：请使用带标签的测试集，最后一列为数字。",
    ),
    "published.test_one_label": (
        "“{name}” needs at least {fewest} pairs with labels that are not all equal: bring the whole test set.",
        "「{name}」至少需要 {fewest} 对句子，且标签不能全部相同：请使用完整的测试集。",
    ),
    "published.test_damaged": (
        "“{name}” is damaged: bring the test set as a file.",
        "「{name}」已损坏：请上传测试集文件。",
    ),
    "published.test_unknown": (
        "There is no test set “{name}”: choose from {names}.",
        "没有名为「{name}」的测试集：请从 {names} 中选择。",
    ),
    "published.short.en": ("en", "英"),
    "published.short.zh": ("zh", "中"),
    "pairs.known": ("STS-B × 100, held out", "STS-B × 100（留出）"),
}
