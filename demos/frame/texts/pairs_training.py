"""Pairs: training in the browser."""

TEXTS: dict[str, tuple[str, str]] = {
    "pairs.tab.training": ("Train", "训练"),
    "training.intro": (
        "Train an adapter on labelled pairs, here, in a minute: watch the loss and the Spearman correlation on pairs"
        " that are held out. Train twice (CoSENT, then cross-entropy) and lay the two runs over each other. The model"
        " joins **your own** list on every page, in this browser alone; nobody else sees it. It is forgotten 12 hours after"
        " your last visit, or when the server ends, or earlier when room is needed: download what you want to keep.",
        "在这里用带标签的句子对训练一个适配器，大约一分钟：观察损失，以及在留出句子对上的 Spearman 相关系数。"
        "训练两次（先 CoSENT，再交叉熵），把两次的曲线叠在一起看。训练好的模型会出现在各页面**你自己的**模型列表中（仅限本浏览器），"
        "别人看不到。距你上次访问 12 小时后、服务器关闭时或空间不足时，模型会被删除：需要保留的请下载。",
    ),
    "training.file": (
        "Your own labelled pairs (empty: ours)",
        "你自己的带标签句子对（留空用自带的）",
    ),
    "training.read": (
        "{pairs:,} labelled pairs from “{name}”; a fifth of them is held out.",
        "从「{name}」读入 {pairs:,} 对带标签的句子；其中五分之一留作检验。",
    ),
    "training.base": ("Base", "基座"),
    "training.base_hint": (
        "The model whose weights the adapter is added to.",
        "适配器加在哪个模型的权重上。",
    ),
    "training.example": ("Example pairs", "示例句子对"),
    "training.example_hint": (
        "Written for this app, in languages that the base reads; used where no file is given.",
        "专为本应用编写，只列出基座能读的语言；没有上传文件时使用。",
    ),
    "training.bundled.en": ("English, ours", "英文（自带）"),
    "training.bundled.zh": ("Chinese, ours", "中文（自带）"),
    "training.kind": ("Model", "模型"),
    "training.bi": ("bi-encoder", "双塔"),
    "training.cross": ("cross-encoder", "交互式"),
    "training.late": ("late interaction", "延迟交互"),
    "training.loss": ("Loss", "损失函数"),
    "training.start": ("Start from", "起点"),
    "training.start_hint": (
        "The base alone (a cross-encoder gets a new head), or an adapter to go on from.",
        "只用基座（交互式模型会加一个新的输出层），或在某个适配器的基础上继续。",
    ),
    "training.no_better": (
        "No look at the held-out pairs was better than the first: the model is kept as it was at the start.",
        "留出集上的结果始终没有超过起点：保留的是起点时的模型。",
    ),
    "training.steps": ("Steps", "步数"),
    "training.more": ("Learning rate, batch, seed", "学习率、批大小、随机种子"),
    "training.rate": ("Learning rate", "学习率"),
    "training.batch": ("Pairs in a batch", "每批句子对数"),
    "training.seed": ("Seed", "随机种子"),
    "training.train": ("Train", "开始训练"),
    "training.curves": (
        "Spearman on held-out pairs, and training loss",
        "留出集上的 Spearman 与训练损失",
    ),
    "training.axis_spearman": ("Spearman, held out", "Spearman（留出集）"),
    "training.axis_loss": ("loss", "损失"),
    "training.axis_step": ("step", "步"),
    "training.starting": ("Preparing the training…", "正在准备训练……"),
    "training.queued": (
        "One training runs at a time on this machine; before yours: {ahead}.",
        "这台机器一次只进行一项训练；排在你前面的有 {ahead} 项。",
    ),
    "training.step": ("Training {run}", "正在训练 {run}"),
    "training.done": (
        "Done: “{model}” is in your list of models, on every page.",
        "完成：「{model}」已加入你的模型列表，各页面都可使用。",
    ),
    "training.cancelled": (
        "Cancelled: the curves so far are kept, no model was made.",
        "已取消：保留已有曲线，没有生成模型。",
    ),
    "training.runs": ("Your trainings", "你的训练"),
    "training.shown": ("Runs in the figure", "图中显示"),
    "training.shown_hint": ("At most two, laid over each other.", "最多两次，叠在一起显示。"),
    "training.chosen": ("Model to download", "要下载的模型"),
    "training.chosen_hint": (
        "As an adapter, or merged into its base.",
        "可下载适配器，或与基座合并后的整个模型。",
    ),
    "training.adapter": ("Download adapter (ZIP)", "下载适配器（ZIP）"),
    "training.whole": ("Make sentence-transformers folder", "生成 sentence-transformers 目录"),
    "training.whole_ready": ("Download folder (ZIP)", "下载目录（ZIP）"),
    "training.exporting": ("Merging the adapter into its base…", "正在把适配器合并进基座……"),
    "training.exported": (
        "The folder is ready ({megabytes} MB): unzip it and load it with sentence-transformers.",
        "目录已生成（{megabytes} MB）：解压后即可用 sentence-transformers 加载。",
    ),
    "training.column.run": ("Run", "序号"),
    "training.column.base": ("Base", "基座"),
    "training.column.kind": ("Model", "模型"),
    "training.column.loss": ("Loss", "损失函数"),
    "training.column.data": ("Data", "数据"),
    "training.column.pairs": ("Trained + held out", "训练 + 留出"),
    "training.column.steps": ("Steps", "步数"),
    "training.column.before": ("Spearman before", "训练前 Spearman"),
    "training.column.best": ("Spearman best", "最佳 Spearman"),
    "training.column.time": ("Time", "用时"),
    "training.column.outcome": ("Outcome", "结果"),
    "training.column.step": ("step", "步"),
    "training.column.loss_value": ("loss", "损失"),
    "training.column.spearman": ("Spearman, held out", "Spearman（留出集）"),
    "training.outcome.running": ("running", "进行中"),
    "training.outcome.finished": ("finished", "完成"),
    "training.outcome.cancelled": ("cancelled", "已取消"),
    "training.no_labels": (
        "“{name}” has no labels: give it a column named score, with a number in every row.",
        "「{name}」没有标签：请加一列 score，每行一个数字。",
    ),
    "training.one_label": (
        "All labels of “{name}” are equal, so there is nothing to learn: use pairs of different likeness.",
        "「{name}」的标签全部相同，没有可学的东西：请使用相似程度不同的句子对。",
    ),
    "training.count": (
        "“{name}” has {pairs:,} labelled pairs; {least} to {most:,} are taken.",
        "「{name}」有 {pairs:,} 对带标签的句子；可用的数量为 {least} 到 {most:,} 对。",
    ),
    "training.bad_rate": (
        "The learning rate has to lie between 0 and 0.1: 0.0003 is usual for a bi-encoder.",
        "学习率必须在 0 与 0.1 之间：双塔模型通常用 0.0003。",
    ),
    "training.no_run": (
        "That run has no model: train one first.",
        "这次训练没有模型：请先训练一个。",
    ),
    "training.about": ("Formula, what to notice, and limits", "公式、看点与局限"),
    "training.about_text": (
        "**CoSENT:** $L = \\log\\Big(1 + \\sum_{y_i > y_j} e^{\\lambda (s_j - s_i)}\\Big)$, $\\lambda = 20$ for cosines and"
        " $1$ for a cross-encoder's raw output: only the *order* of the labels is learnt"
        " ([8847](https://kexue.fm/archives/8847), [9341](https://kexue.fm/archives/9341)). Cross-entropy, MSE and cosine"
        " regression fit the labels' *values*, brought to 0…1; Sentence-BERT's softmax classifies $[u; v; |u - v|]$.\n\n"
        "What is trained is a LoRA adapter of rank 8 on the base ($W + BA$ in every linear layer); the base and its word"
        " embeddings stay as they are. The weights that are kept are a running average, taken where the held-out Spearman"
        " was highest.\n\n"
        "**What to notice**\n"
        "- The losses' heights cannot be compared, the Spearman curves can.\n"
        "- A bi-encoder starts high, for its base was trained on a billion pairs; a cross-encoder starts from a new head and"
        " needs far more than these pairs to catch up.\n"
        "- A multilingual base that is trained on one language gets better at others too: train on English pairs, score"
        " Chinese ones.\n"
        "- Change only the seed and train again: gaps smaller than what the seed does are noise.\n\n"
        "**Limits**\n"
        "- With a few dozen held-out pairs Spearman is uncertain by several points, and the best of ten looks is a"
        " little lucky: do not read it as a test result.\n"
        "- A base of twelve layers takes about twice as long a step as one of six, and half a gigabyte of memory more.\n"
        "- At most 400 steps and 2,000 pairs; one training at a time on this machine. Longer ones:"
        " `python -m models.train`.",
        "**CoSENT：** $L = \\log\\Big(1 + \\sum_{y_i > y_j} e^{\\lambda (s_j - s_i)}\\Big)$，余弦取 $\\lambda = 20$，交互式模型的"
        "原始输出取 $1$：只学习标签的*顺序*（[8847](https://kexue.fm/archives/8847)、"
        "[9341](https://kexue.fm/archives/9341)）。交叉熵、MSE 与余弦回归拟合的是标签的*数值*（缩放到 0…1）；"
        "Sentence-BERT 的 softmax 对 $[u; v; |u - v|]$ 做分类。\n\n"
        "训练的是基座上秩为 8 的 LoRA 适配器（每个线性层为 $W + BA$），基座和词向量保持不变。"
        "保留的权重是滑动平均，取留出集 Spearman 最高的那一刻。\n\n"
        "**看点**\n"
        "- 不同损失的高低不能比较，Spearman 曲线可以。\n"
        "- 双塔模型的起点就很高，因为基座见过十亿对句子；交互式模型从一个新的输出层开始，仅靠这些句子对远远追不上。\n"
        "- 多语言基座只用一种语言训练，在其他语言上也会变好：用英文句子对训练，再给中文句子对打分试试。\n"
        "- 只改随机种子再训练一次：比种子造成的差别还小的差距就是噪声。\n\n"
        "**局限**\n"
        "- 留出的句子对只有几十对，Spearman 有几个百分点的不确定性；十次评估取最好，也略带运气：不要当作测试结果。\n"
        "- 十二层的基座每步用时约为六层的两倍，内存多占约半个 GB。\n"
        "- 最多 400 步、2,000 对；本机一次只进行一项训练。更长的训练请用 `python -m models.train`。",
    ),
}
