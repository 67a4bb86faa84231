"""LoRA: a real encoder fine-tuned by each method."""

TEXTS: dict[str, tuple[str, str]] = {
    "lora.tuning.intro": (
        "**A real encoder, fine-tuned by each method.** all-MiniLM-L6-v2 learns our graded pairs with CoSENT; every method sees the"
        " same batches and moves the same 36 weights. A method of 30 steps takes about 25 seconds on two cores.",
        "**用每种方法微调真实的编码器。** all-MiniLM-L6-v2 用 CoSENT 学习我们的打分句对；所有方法看到同样的批次、更新同样的 36 个权重。"
        "在双核机器上，一种方法跑 30 步约需 25 秒。",
    ),
    "lora.tuning.method.full": ("full", "完整"),
    "lora.tuning.method.adapter": ("LoRA in the model", "模型内的 LoRA"),
    "lora.tuning.method.lora": ("LoRA as an optimiser", "作为优化器的 LoRA"),
    "lora.tuning.method.lora_plus": ("LoRA+", "LoRA+"),
    "lora.tuning.method.random": ("random projection", "随机投影"),
    "lora.tuning.method.additive": ("additive", "加性"),
    "lora.tuning.method.galore": ("GaLore", "GaLore"),
    "lora.tuning.steps": ("Steps of 16 pairs", "步数 × 16 对"),
    "lora.tuning.rates": ("Learning rates (empty: its own)", "学习率（留空则用默认值）"),
    "lora.tuning.run": ("Fine-tune", "开始微调"),
    "lora.tuning.working": ("{method}: step", "{method}：步"),
    "lora.tuning.table": ("At the end: one seed", "结果（单个种子）"),
    "lora.tuning.csv": ("Losses (CSV)", "损失 (CSV)"),
    "lora.tuning.column.method": ("Method", "方法"),
    "lora.tuning.column.rate": ("Peak rate", "峰值学习率"),
    "lora.tuning.column.before": ("Spearman before", "训练前 Spearman"),
    "lora.tuning.column.after": ("after", "训练后"),
    "lora.tuning.column.bytes": ("Optimiser state", "优化器状态"),
    "lora.tuning.column.seconds": ("Seconds a step", "每步秒数"),
    "lora.tuning.column.rank": ("Effective rank of ΔW", "ΔW 的有效秩"),
    "lora.tuning.column.seeds": ("Seeds", "种子数"),
    "lora.tuning.to": ("{least} to {most}", "{least} 至 {most}"),
    "lora.tuning.column.first": ("{task} after {task}", "训练 {task} 后的 {task}"),
    "lora.tuning.column.second": ("{task} after {task}", "训练 {task} 后的 {task}"),
    "lora.tuning.column.kept": (
        "Change of {first} by {second}",
        "训练 {second} 使 {first} 变化",
    ),
    "lora.tuning.diverged": ("diverged", "发散"),
    "lora.tuning.axis.loss": (
        "CoSENT loss, mean of {steps} steps",
        "CoSENT 损失（{steps} 步平均）",
    ),
    "lora.tuning.axis.spearman": ("Held-out Spearman", "留出集 Spearman"),
    "lora.tuning.layer": ("Singular values of ΔW in", "ΔW 的奇异值：哪一层"),
    "lora.tuning.layer.all": (
        "all layers (root mean square)",
        "所有层（均方根）",
    ),
    "lora.tuning.axis.index": ("Number of the singular value", "奇异值序号"),
    "lora.tuning.axis.value": ("Singular value of ΔW", "ΔW 的奇异值"),
    "lora.tuning.axis.learnt": ("Spearman on {task} after it", "学完 {task} 后的 Spearman"),
    "lora.tuning.axis.kept": ("Change of {first} by {second}", "训练 {second} 使 {first} 的变化"),
    "lora.tuning.axis.layer": ("Linear layer, from the first block", "线性层（从第一块起）"),
    "lora.tuning.axis.rank": ("Effective rank of ΔW", "ΔW 的有效秩"),
    "lora.tuning.says.diverged": (
        "{method} diverged at step {step}: its learning rate {rate} is too high here. Try {lower}.",
        "{method}在第 {step} 步发散：学习率 {rate} 在这里太大，请试 {lower}。",
    ),
    "lora.tuning.says.best_alone": (
        "{method} ends highest, at {after} (before: {before}). One seed and a small held-out set: the table below shows how far seeds"
        " differ.",
        "{method}最终最高，为 {after}（训练前 {before}）。这只是一个种子和一个小的留出集：下表显示种子之间的差异。",
    ),
    "lora.tuning.says.best_among": (
        "{method} ends highest, at {after} (before: {before}), and {close} more within .005: one seed does not tell them apart.",
        "{method}最终最高，为 {after}（训练前 {before}），另有 {close} 种方法相差不到 0.005：一个种子分不出它们。",
    ),
    "lora.tuning.shipped.intro": (
        "**Over seeds, and what is forgotten.** The larger comparison that comes with the app: task A, then task B from where A ended.",
        "**多个种子，以及遗忘了什么。** 随应用附带的较大比较：先学任务 A，再从终点继续学任务 B。",
    ),
    "lora.tuning.shipped.table": (
        "Spearman: mean of the seeds (least … most)",
        "Spearman：各种子均值（最小 … 最大）",
    ),
    "lora.tuning.shipped.absent": (
        "The larger comparison is not part of this copy yet; ARCHITECTURE.md says how it is made.",
        "此副本尚不含较大的比较；生成方法见 ARCHITECTURE.md。",
    ),
    "lora.tuning.shipped.made": (
        "{seeds} seeds, {steps} steps of {batch} pairs a task, rank {rank}; {first} then {second}, at most {pairs} pairs each,"
        " {held_out} held out; Spearman on {first} before any training {before}. Made on {date} ({machine}).",
        "{seeds} 个种子，每个任务 {steps} 步、每步 {batch} 对，秩 {rank}；先 {first} 后 {second}，各至多 {pairs} 对，留出 {held_out} 对；"
        "训练前 {first} 的 Spearman 为 {before}。生成于 {date}（{machine}）。",
    ),
    "lora.tuning.shipped.forgets_less": (
        "Training on {second} changes {first} by {full} in full and by {lora} with LoRA, seeds apart: here LoRA forgets less, as the"
        " post guesses.",
        "学习 {second} 后，{first} 的变化：完整训练 {full}，LoRA {lora}，各种子互不重叠：这里 LoRA 忘得更少，与文章猜想一致。",
    ),
    "lora.tuning.shipped.forgets_more": (
        "Training on {second} changes {first} by {full} in full and by {lora} with LoRA, seeds apart: here LoRA forgets more, against"
        " the post's guess.",
        "学习 {second} 后，{first} 的变化：完整训练 {full}，LoRA {lora}，各种子互不重叠：这里 LoRA 忘得更多，与文章猜想相反。",
    ),
    "lora.tuning.shipped.forgets_even": (
        "Training on {second} changes {first} by {full} in full and by {lora} with LoRA: the seeds overlap, and the guess that LoRA"
        " forgets less is neither shown nor refuted.",
        "学习 {second} 后，{first} 的变化：完整训练 {full}，LoRA {lora}：各种子互相重叠，「LoRA 忘得更少」既未被证实也未被否定。",
    ),
    "lora.tuning.shipped.above": (
        "On {first} itself every seed ends above the base with: {methods}.",
        "在 {first} 本身，所有种子都高于基座的方法：{methods}。",
    ),
    "lora.tuning.shipped.below": (
        "On {first} itself every seed ends below the base with: {methods}. CoSENT's loss falls there all the same: it weighs the worst"
        " ordered pairs of a batch most, and the base knows the task well.",
        "在 {first} 本身，所有种子都低于基座的方法：{methods}。那里 CoSENT 损失照样下降：它最看重一批中次序最错的句对，而基座本就熟悉该任务。",
    ),
    "lora.tuning.shipped.forgets_nothing": (
        "Nothing is forgotten: training on {second} changes {first} by {full} in full and by {lora} with LoRA. At these rates the guess"
        " that LoRA forgets less is not put to the test.",
        "什么都没有忘：学习 {second} 后，{first} 的变化：完整训练 {full}，LoRA {lora}。在这些学习率下，「LoRA 忘得更少」的猜想并未受到检验。",
    ),
    "lora.tuning.shipped.learnt": (
        "What was learnt meanwhile: on {second} full training reaches {full}, LoRA {lora}. A method that learns less of {second} has"
        " less to forget {first} for: read both figures together, as the plot does (each dot a seed, each diamond a method's mean).",
        "同时学到了什么：在 {second} 上完整训练达到 {full}，LoRA 达到 {lora}。在 {second} 上学得少的方法自然也忘得少：两个数要一起看，如图所示"
        "（每个圆点是一个种子，菱形是方法的均值）。",
    ),
    "lora.tuning.about_text": (
        r"""$$g_U = s\,G V^\top,\quad g_V = s\,U^\top G,\quad \Delta W = s\,(U'V' - UV) \qquad\text{CoSENT: } \log\Big(1 + \sum_{y_i > y_j} e^{20\,(\cos_j - \cos_i)}\Big)$$

The post: [9590](https://kexue.fm/archives/9590). The weights of all linear layers of the six blocks are moved and nothing else: no biases, norms or embeddings. Rates rise over a
tenth of the steps and fall to 0; moments are Adam's where a method keeps any; no weight decay, dropout, clipping or averaging.

**What to notice.** "LoRA in the model" and "LoRA as an optimiser" are the same mathematics from different draws of the factors: how far apart they end is how much a draw matters. From the same
factors their paths agree to rounding (tested against peft). State: LoRA keeps factors and their moments, the random projection nothing.

**What is limited.** Tens of steps on a model that knows the task already: differences of a hundredth are noise in one run. Default rates are the best of three or four on one split of these
pairs, 30 steps; the larger comparison has its own, the best of four on other pairs of its first task, and for every method the lowest was the best. A first trial at higher rates
(STS-B, then MRPC, two to five seeds) did show forgetting, and it went with learning: MRPC reached .51 to .56 and STS-B lost .05 to .09 with full steps, LoRA, LoRA+ and GaLore alike; the
random projection reached .47 and lost .015, the additive form .49 to .50 and lost nothing. The optimiser needs the full gradient G, so it saves state, not the gradient's memory.""",
        r"""$$g_U = s\,G V^\top,\quad g_V = s\,U^\top G,\quad \Delta W = s\,(U'V' - UV) \qquad\text{CoSENT：} \log\Big(1 + \sum_{y_i > y_j} e^{20\,(\cos_j - \cos_i)}\Big)$$

文章：[9590](https://kexue.fm/archives/9590)。只更新六个块中所有线性层的权重：偏置、归一化与词嵌入都不动。学习率在前十分之一步上升，之后降到 0；需要动量的方法用 Adam；无权重衰减、dropout、裁剪与平均。

**看点。** 「模型内的 LoRA」与「作为优化器的 LoRA」数学上相同，只是因子的抽取不同：两者终点的差距就是抽取带来的差异。从同样的因子出发，路径一致到舍入误差（已与 peft 对照测试）。
状态方面：LoRA 保存因子及其动量，随机投影什么都不存。

**局限。** 模型本已会做这个任务，而且只有几十步：单次运行中百分之一的差别属于噪声。默认学习率是在这些句对的一次划分上、30 步、三四个候选中最好的；较大的比较用自己的学习率：在首个任务的其他句对上四个候选中最好的，
而每种方法都是最低的那个最好。最初一次学习率更高的试验（先 STS-B 后 MRPC，两到五个种子）确实出现了遗忘，而且与学到多少相伴：完整训练、LoRA、LoRA+ 与 GaLore 的 MRPC 都达到 0.51–0.56，STS-B 都下降 0.05–0.09；
随机投影达到 0.47、下降 0.015；加性形式达到 0.49–0.50、毫无下降。优化器需要完整梯度 G，因此省的是状态，不是梯度的内存。""",
    ),
}
