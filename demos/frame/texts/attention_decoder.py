"""Attention: the decoder-only experiment, larger runs and one's own."""

TEXTS: dict[str, tuple[str, str]] = {
    "attention.decoder.intro": (
        "The post's argument for decoder-only models ends in an experiment whose figures it does not print. Here it is, small:"
        " **the same models from scratch under different masks**, with the same parameters, starts and batches,"
        " loss on the outputs alone, and several seeds. What is said is what the spread of the seeds carries.",
        "原文主张 Decoder-only，并提到一个实验，却没有给出数字。这里做一个小规模的：**同样的模型从头训练，只换掩码**，"
        "参数、初始化与批次都相同，只在输出上计算损失，并用多个随机种子。结论只说到种子间的波动所能支持的程度。",
    ),
    # --- the task ---
    "attention.decoder.family": ("What is compared", "比较什么"),
    "attention.decoder.family.generation": (
        "Generation: GPT's mask against UniLM's",
        "生成：GPT 掩码与 UniLM 掩码",
    ),
    "attention.decoder.family.masked": (
        "Masked tokens: BERT's mask against directed ones",
        "掩码预测：BERT 掩码与有方向的掩码",
    ),
    "attention.decoder.task": ("Task", "任务"),
    "attention.decoder.task.sort": ("Sort", "排序"),
    "attention.decoder.task.latest": ("Latest", "末次出现"),
    "attention.decoder.task.addition": ("Addition", "加法"),
    "attention.decoder.task.brackets": ("Brackets", "括号"),
    "attention.decoder.task.repetition": ("Repetition", "重复"),
    "attention.decoder.task.hidden_markov": ("Hidden Markov", "隐马尔可夫"),
    "attention.decoder.about.sort": (
        "Twelve numbers below 32; the output is the same numbers in rising order.",
        "十二个小于 32 的数；输出为同样的数，从小到大排列。",
    ),
    "attention.decoder.about.latest": (
        "Sixteen letters, eight of them different; the output is each once, in the order of their last places.",
        "十六个字母，其中八种不同；输出每种一次，按各自最后出现的先后排列。",
    ),
    "attention.decoder.about.addition": (
        "Two numbers of four digits; the output is their sum, from the left, so that carries have to be foreseen.",
        "两个四位数；输出为它们的和，从高位写起，因此必须预见进位。",
    ),
    "attention.decoder.about.brackets": (
        "Balanced brackets of four kinds; a hidden one follows from its partner.",
        "四种配对的括号；被遮住的括号可由与之配对的那个推出。",
    ),
    "attention.decoder.about.repetition": (
        "A word of three to eight letters over and over; how long it is, is not told.",
        "一个三到八个字母的词不断重复；词长没有告知。",
    ),
    "attention.decoder.about.hidden_markov": (
        "What a hidden Markov chain says; a hidden symbol is guessed best from both sides, and the best that can be known is"
        " computed exactly (dashed in the curves).",
        "隐马尔可夫链发出的符号；被遮住的符号最好由两侧共同推断，而理论上的最优值可以精确算出（曲线图中的虚线）。",
    ),
    "attention.decoder.counts.generation": (
        "Red: what counts for the loss. Each output symbol is asked for after the right ones before it; the input has no loss.",
        "红色：计入损失的部分。每个输出符号都在给出其前面正确符号的条件下预测；输入部分没有损失。",
    ),
    "attention.decoder.counts.masked": (
        "Red: hidden, a fifth of all symbols; only these count for the loss. The small letter is the answer.",
        "红色：被遮住的符号，约占五分之一；只有它们计入损失。小字是答案。",
    ),
    "attention.decoder.who_sees": (
        "Who sees whom: a row looks at the filled columns",
        "谁看得见谁：每一行看到有颜色的列",
    ),
    "attention.decoder.input": ("input", "输入"),
    "attention.decoder.output": ("output", "输出"),
    "attention.decoder.heads_first": ("first half of heads", "前一半的头"),
    "attention.decoder.heads_second": ("second half", "后一半的头"),
    "attention.decoder.layers_odd": ("layers 1, 3, …", "第 1、3… 层"),
    "attention.decoder.layers_even": ("layers 2, 4, …", "第 2、4… 层"),
    "attention.decoder.mask.causal": ("Causal", "因果"),
    "attention.decoder.mask.prefix": ("Prefix", "前缀"),
    "attention.decoder.mask.bidirectional": ("Bidirectional", "双向"),
    "attention.decoder.mask.half_heads": ("Half / half", "各半"),
    "attention.decoder.mask.alternating": ("Alternating", "交替"),
    "attention.decoder.mask_of.causal": ("GPT", "GPT"),
    "attention.decoder.mask_of.prefix": (
        "UniLM: the input sees all of itself",
        "UniLM：输入部分互相可见",
    ),
    "attention.decoder.mask_of.bidirectional": ("BERT", "BERT"),
    "attention.decoder.mask_of.half_heads": (
        "half of the heads back, half ahead",
        "一半的头看左侧，一半看右侧",
    ),
    "attention.decoder.mask_of.alternating": (
        "layers back and ahead in turn",
        "各层轮流看左侧、右侧",
    ),
    # --- the larger runs ---
    "attention.decoder.larger": (
        "### Larger run\nRun beforehand with more seeds and steps than there is patience for here.",
        "### 较大的实验\n事先运行，种子与步数都比现场能等得起的更多。",
    ),
    "attention.decoder.size": ("Size", "规模"),
    "attention.decoder.size_is": ("{layers} layers, {seeds} seeds", "{layers} 层，{seeds} 个种子"),
    "attention.decoder.no_run": (
        "There is no larger run of this task: run it yourself below.",
        "这个任务没有较大的实验：可在下方自己运行。",
    ),
    "attention.decoder.all": ("All larger runs in one table", "全部较大实验一览"),
    "attention.decoder.all_hint": (
        "By how much the mask named is better with the same seed (mean, and interval in brackets; accuracy in percentage"
        " points, losses in nats). A click on a row shows its run above.",
        "同一种子下，所列掩码好多少（均值，方括号内为区间；准确率以百分点计，损失以 nat 计）。点击一行，在上方显示该实验。",
    ),
    "attention.decoder.col.mask": ("Mask", "掩码"),
    "attention.decoder.col.task": ("Task", "任务"),
    "attention.decoder.col.layers": ("Layers", "层数"),
    "attention.decoder.col.seeds": ("Seeds", "种子数"),
    "attention.decoder.col.pair": ("Masks", "掩码"),
    "attention.decoder.pair": (" – ", " – "),
    "attention.decoder.cell.better": (
        "{first} by {by} [{low}, {high}]",
        "{first}好 {by} [{low}, {high}]",
    ),
    "attention.decoder.cell.no_difference": (
        "no difference ({first} {by} [{low}, {high}])",
        "无差别（{first} {by} [{low}, {high}]）",
    ),
    "attention.decoder.cell.too_few": ("one seed: nothing can be said", "只有一个种子：无法判断"),
    # --- a result ---
    "attention.decoder.table": (
        "Mean ± standard deviation over the seeds",
        "各种子的均值 ± 标准差",
    ),
    "attention.decoder.csv": ("All points (CSV)", "全部数据点（CSV）"),
    "attention.decoder.measure.accuracy": ("Final accuracy", "最终准确率"),
    "attention.decoder.measure.loss": ("Final loss", "最终损失"),
    "attention.decoder.measure.mean_loss": ("Mean loss on the way", "全程平均损失"),
    "attention.decoder.axis.step": ("steps", "步数"),
    "attention.decoder.axis.loss": ("held-out loss, nats a token", "留出集损失（nat/词元）"),
    "attention.decoder.axis.accuracy": ("held-out accuracy", "留出集准确率"),
    "attention.decoder.hover_mean": (
        "{mask}, mean<br>%{{x}}: %{{y:{digits}}}<extra></extra>",
        "{mask}，均值<br>%{{x}}：%{{y:{digits}}}<extra></extra>",
    ),
    "attention.decoder.hover_final": (
        "{mask}, mean: %{{x:{digits}}}<extra></extra>",
        "{mask}，均值：%{{x:{digits}}}<extra></extra>",
    ),
    "attention.decoder.seed": ("seed {seed}", "种子 {seed}"),
    "attention.decoder.best": ("best that can be known", "理论最优"),
    "attention.decoder.verdict_of.accuracy": ("Final accuracy", "最终准确率"),
    "attention.decoder.verdict_of.loss": ("Final loss", "最终损失"),
    "attention.decoder.verdict_of.mean_loss": (
        "Speed (mean loss on the way)",
        "学习速度（全程平均损失）",
    ),
    "attention.decoder.verdict.better": (
        "{first} is better than {second} by {by} (interval {low} to {high})",
        "{first}优于{second}，相差 {by}（区间 {low} 至 {high}）",
    ),
    "attention.decoder.verdict.no_difference": (
        "no difference between {first} and {second} beyond the spread of the seeds (difference {by} in favour of {first},"
        " interval {low} to {high})",
        "{first}与{second}之间没有超出种子波动的差别（相差 {by}，{first}略好，区间 {low} 至 {high}）",
    ),
    "attention.decoder.verdict.too_few": (
        "{first} and {second} differ by {by}, and one seed says nothing of its spread",
        "{first}与{second}相差 {by}，但只有一个种子，无从得知波动",
    ),
    "attention.decoder.points": ("{n} points", "{n} 个百分点"),
    "attention.decoder.nats": ("{n} nats", "{n} nat"),
    "attention.decoder.carried": (
        "Differences are taken seed by seed; the 95 % t intervals of one measure hold together. They cover the chance of"
        " start and batches, not that of the held-out examples, of the task, or of the settings.",
        "差值按种子逐一配对计算；同一指标的各 95% t 区间同时成立。它们涵盖初始化与批次的偶然性，"
        "不涵盖留出样本、任务或设置的偶然性。",
    ),
    "attention.decoder.fact.task": ("task", "任务"),
    "attention.decoder.fact.model": ("model", "模型"),
    "attention.decoder.fact.model_is": (
        "{layers} layers of {heads} heads, width {width}",
        "{layers} 层，每层 {heads} 个头，宽度 {width}",
    ),
    "attention.decoder.fact.parameters": ("parameters, whatever the mask", "参数量（与掩码无关）"),
    "attention.decoder.fact.steps": ("steps", "步数"),
    "attention.decoder.fact.steps_are": (
        "{steps:,} of {batch} examples",
        "{steps:,} 步，每步 {batch} 个样本",
    ),
    "attention.decoder.fact.rate": ("AdamW", "AdamW"),
    "attention.decoder.fact.rate_is": (
        "peak learning rate {rate}, weight decay {decay}",
        "学习率峰值 {rate}，权重衰减 {decay}",
    ),
    "attention.decoder.fact.held_out": ("held-out examples", "留出样本数"),
    "attention.decoder.fact.seeds": ("seeds", "种子"),
    "attention.decoder.fact.torch": ("torch", "torch"),
    "attention.decoder.fact.date": ("date", "日期"),
    "attention.decoder.fact.time": ("time", "用时"),
    # --- one's own run ---
    "attention.decoder.own": (
        "### Your own run\nOf the task chosen above. All models advance side by side, and others' requests go between.",
        "### 自己运行\n使用上方所选的任务。所有模型并排前进，其他访客的请求可穿插其间。",
    ),
    "attention.decoder.masks": ("Masks", "掩码"),
    "attention.decoder.seeds": ("Seeds", "种子数"),
    "attention.decoder.first_seed": ("First seed", "第一个种子"),
    "attention.decoder.layers": ("Layers", "层数"),
    "attention.decoder.steps": ("Steps", "步数"),
    "attention.decoder.rate": ("Learning rate (peak)", "学习率（峰值）"),
    "attention.decoder.run": ("Run", "运行"),
    "attention.decoder.cost": (
        "{models} models, {steps:,} steps: about {time} on two idle cores. Seeds: {seeds}. The same settings give the same"
        " figures.",
        "{models} 个模型，{steps:,} 步：在两个空闲核心上约需 {time}。种子：{seeds}。同样的设置得到同样的数字。",
    ),
    "attention.decoder.one_layer": (
        "With one layer the alternating mask has none that looks ahead: it sees the left side alone.",
        "只有一层时，交替掩码没有看右侧的层：它只看得见左侧。",
    ),
    "attention.decoder.starting": ("Drawing examples and starts …", "正在生成样本与初始化……"),
    "attention.decoder.running": (
        "{task}, {models} models, steps",
        "{task}，{models} 个模型，步数",
    ),
    "attention.decoder.outcome.finished": (
        "Done: {steps:,} steps in {time}.",
        "完成：{steps:,} 步，用时 {time}。",
    ),
    "attention.decoder.outcome.cancelled": (
        "Cancelled at step {done:,} of {steps:,}. The curves so far stay; there is no verdict on models half trained.",
        "已在第 {done:,} 步（共 {steps:,} 步）取消。已有的曲线保留；训练到一半的模型不作结论。",
    ),
    "attention.decoder.outcome.diverged": (
        "After step {done:,} of {steps:,} a loss was no longer a number: choose a lower learning rate. The curves so far"
        " stay.",
        "第 {done:,} 步（共 {steps:,} 步）之后损失不再是数值：请降低学习率。已有的曲线保留。",
    ),
    "attention.decoder.outcome.failed": (
        "Stopped at step {done:,} of {steps:,}. The curves so far stay.",
        "在第 {done:,} 步（共 {steps:,} 步）中止。已有的曲线保留。",
    ),
    "attention.decoder.diverged_at_all": (
        "A loss was no longer a number: choose a lower learning rate.",
        "损失不再是数值：请降低学习率。",
    ),
    "attention.decoder.bad_task": (
        "There is no such task: choose one of the list.",
        "没有这个任务：请从列表中选择。",
    ),
    "attention.decoder.bad_mask": (
        "A mask does not belong to this task: choose among those of the list.",
        "有的掩码不属于这个任务：请从列表中选择。",
    ),
    "attention.decoder.one_mask": (
        "One mask alone is compared with nothing: choose at least two.",
        "只有一种掩码便无从比较：请至少选两种。",
    ),
    "attention.decoder.bad_whole": (
        "This has to be a whole number from {low} to {high}.",
        "这里须为 {low} 到 {high} 之间的整数。",
    ),
    "attention.decoder.bad_rate": (
        "The learning rate has to lie between {low} and {high}.",
        "学习率须在 {low} 与 {high} 之间。",
    ),
    "attention.decoder.too_long": (
        "That would take about {minutes} min, and at most {most} are given: take fewer steps, seeds, layers or masks.",
        "大约需要 {minutes} 分钟，最多允许 {most} 分钟：请减少步数、种子、层数或掩码。",
    ),
    "attention.decoder.about_text": (
        "$$A = \\mathrm{softmax}\\left(\\tfrac{1}{\\sqrt{d}}\\,QK^{\\top} + M\\right),\\qquad M_{ij} \\in \\{0, -\\infty\\},\\qquad"
        " \\det A_{\\text{causal}} = \\prod_i A_{ii} > 0$$\n\n"
        "The argument: $QK^{\\top}$ has rank $d$, the size of a head, far below the length $n$, and so bidirectional attention"
        " is held to suffer from low rank; a causal matrix is triangular with a positive diagonal, so its rank is full. Hence"
        " a bidirectional input should bring a decoder nothing, and an encoder should gain from directed masks, in half of the"
        " heads or in every other layer.\n\n"
        "Sources: [Why decoder-only (9529)](https://kexue.fm/archives/9529), [questions and answers"
        " (9547)](https://kexue.fm/archives/9547).\n\n"
        "**What to notice**\n"
        "- Final figures and speed are two questions. On *Sort* and *Latest* (two layers) the final figures of both masks cannot"
        " be told apart, and speed differs in opposite directions: the prefix mask is quicker on *Sort*, the causal one on"
        " *Latest*. Whoever had tried one of them would have had a conclusion.\n"
        "- Where there are two sizes, compare them: what cannot be told apart at two layers may be at four. A sentence holds for"
        " the size at which it was measured.\n"
        "- The lines between the points join the same seed: start and batches are the same under every mask, and only this"
        " difference is judged. Two clouds may overlap and yet all lines lean to one side.\n"
        "- One seed can lead anywhere. On *Addition* a seed understands carries hundreds of steps before another; choose two"
        " seeds, another first seed, and see the order change.\n"
        "- In the masked family the winner depends on the task: compare *Brackets* with *Repetition* before believing"
        " either.\n\n"
        "**Known to be wrong or limited**\n"
        "- The post prints no figures of its experiment, so nothing can be set beside ours.\n"
        "- Corrected: full rank holds in exact arithmetic, but a causal matrix is numerically near-singular ($\\log|\\det|$ about"
        " −1200 at $n = 256$), and softmax of a bidirectional product is generically of full rank too, however small $d$"
        " is. By effective rank the causal matrix leads with flat logits and falls behind with sharp ones (panel"
        " *Laboratory*).\n"
        "- A better figure is no proof of rank. Directed masks also carry position: under a causal mask a token knows how many"
        " came before it, in every layer and for free. These models learn absolute positions, and how much of a lead is owed to"
        " that is not separated here.\n"
        "- One learning rate for all masks, none is tuned. The masked tasks are not converged at the end: their final figures"
        " are still partly speed.\n"
        "- Intervals hold together within one result and one measure (Bonferroni); over many tasks and measures some will"
        " exclude nought by chance. The held-out examples are the same for all seeds. With two or three seeds an interval is"
        " very wide, and that is right.\n"
        "- Accuracy is counted symbol by symbol after the right ones before it, not on whole outputs written freely.\n"
        "- Toy tasks and some sixty thousand parameters: nothing here speaks for language models of any size.",
        "$$A = \\mathrm{softmax}\\left(\\tfrac{1}{\\sqrt{d}}\\,QK^{\\top} + M\\right),\\qquad M_{ij} \\in \\{0, -\\infty\\},\\qquad"
        " \\det A_{\\text{causal}} = \\prod_i A_{ii} > 0$$\n\n"
        "论证是这样的：$QK^{\\top}$ 的秩不超过头的维度 $d$，远小于长度 $n$，因此双向注意力有低秩之虞；因果矩阵是对角线为正的三角阵，必定满秩。"
        "由此推断：输入部分改为双向，对解码器并无好处；而编码器若让一半的头或隔层使用有方向的掩码，则应有所得。\n\n"
        "出处：[为什么是 Decoder-only（9529）](https://kexue.fm/archives/9529)、"
        "[相关问答（9547）](https://kexue.fm/archives/9547)。\n\n"
        "**看点**\n"
        "- 最终结果与学习速度是两个问题。在*排序*与*末次出现*（两层）上，两种掩码的最终结果分不出高下，速度的差别却方向相反："
        "排序上前缀掩码更快，末次出现上因果掩码更快。只试其中一个任务，就会得出一个「结论」。\n"
        "- 若有两种规模，请加以比较：两层时分不出高下的，四层时也许分得出。每句话只对测量时的规模成立。\n"
        "- 点与点之间的细线连接同一个种子：初始化与批次在各掩码下完全相同，判断的只是这一差值。两团点可以重叠，而所有的线仍偏向同一侧。\n"
        "- 单个种子什么都说明不了。在*加法*上，有的种子比别的早几百步学会进位；改用两个种子、换一个起始种子，名次就会变。\n"
        "- 掩码预测中，谁占优取决于任务：先比较*括号*与*重复*，再下判断。\n\n"
        "**已知的错误与局限**\n"
        "- 原文没有给出其实验的数字，因此无从对照。\n"
        "- 更正：满秩只在精确算术下成立，因果矩阵在数值上近乎奇异（$n = 256$ 时 $\\log|\\det|$ 约为 −1200）；"
        "而双向的 softmax 矩阵一般也是满秩的，不论 $d$ 多小。按有效秩看，logits 平缓时因果矩阵领先，尖锐时反而落后（见*实验室*面板）。\n"
        "- 结果更好并不能证明是秩的作用。有方向的掩码还携带位置信息：在因果掩码下，每一层的词元都天然知道前面有多少个词元。"
        "这里的模型使用可学习的绝对位置，领先中有多少来自这一点，并未区分。\n"
        "- 所有掩码使用同一学习率，均未调参。掩码预测任务在结束时尚未收敛，其最终结果仍部分反映速度。\n"
        "- 区间只在同一结果、同一指标之内同时成立（Bonferroni）；任务与指标一多，总有一些会碰巧不含零。"
        "所有种子使用同一批留出样本。只有两三个种子时区间很宽，这正是应有的样子。\n"
        "- 准确率按符号计，每个符号都以其前面的正确符号为条件，而非自由生成整个输出。\n"
        "- 玩具任务，约六万参数：不能据此推断任何规模的语言模型。",
    ),
}
