"""LoRA: every method at the same wanted change of a matrix."""

TEXTS: dict[str, tuple[str, str]] = {
    "lora.race.intro": (
        "**One wanted change of a matrix, and everyone at it.** Each method starts from W₀ and is shown the same gradient; how"
        " near can its form come, and how fast? Dotted lines are what a form can never go below.",
        "**一个想要的矩阵改变量，所有方法同场竞赛。** 每种方法都从 W₀ 出发、看到同样的梯度；它的形式能逼近多少，又有多快？"
        "虚线是该形式永远无法低于的下限。",
    ),
    "lora.race.preset.low_rank": ("LoRA's home: low rank", "LoRA 的主场：低秩"),
    "lora.race.preset.flat": ("Flat spectrum", "平坦的谱"),
    "lora.race.preset.offsets": ("Row and column offsets", "行、列偏移"),
    "lora.race.preset.too_small": ("Rank too small by half", "秩只有一半"),
    "lora.race.target": ("The wanted change", "想要的改变量"),
    "lora.race.target.low_rank": ("of rank k", "秩为 k"),
    "lora.race.target.decaying": ("singular values 1, ½, ⅓ …", "奇异值 1, ½, ⅓ …"),
    "lora.race.target.flat": ("all singular values equal", "奇异值全相等"),
    "lora.race.target.offsets": ("row and column offsets, k classes", "行、列偏移，k 类"),
    "lora.race.target_rank": ("Its k", "其 k"),
    "lora.race.n": ("Rows n", "行数 n"),
    "lora.race.m": ("Columns m", "列数 m"),
    "lora.race.rank": ("Rank r of the methods", "方法的秩 r"),
    "lora.race.methods": ("Who runs", "参赛方法"),
    "lora.race.method.full": ("full", "完整"),
    "lora.race.method.lora": ("LoRA", "LoRA"),
    "lora.race.method.lora_plus": ("LoRA+", "LoRA+"),
    "lora.race.method.symmetric": ("symmetric start", "对称起点"),
    "lora.race.method.random": ("random projection", "随机投影"),
    "lora.race.method.additive": ("additive", "加性"),
    "lora.race.method.galore": ("GaLore", "GaLore"),
    "lora.race.method.flora": ("Flora", "Flora"),
    "lora.race.options": ("Optimiser, steps, learning rates", "优化器、步数与学习率"),
    "lora.race.inner": ("Optimiser of the coordinates", "坐标的优化器"),
    "lora.race.inner.sgd": ("SGD", "SGD"),
    "lora.race.inner.momentum": ("SGD with momentum .9", "SGD，动量 0.9"),
    "lora.race.inner.adam": ("Adam", "Adam"),
    "lora.race.steps": ("Steps", "步数"),
    "lora.race.condition": (
        "Inputs: largest over smallest variance",
        "输入：最大方差与最小方差之比",
    ),
    "lora.race.rates": (
        "Learning rates. An empty field takes the method's own, which follows from the sizes; the table shows it.",
        "学习率。留空则用该方法自己的默认值（由尺寸推出），见下表。",
    ),
    "lora.race.own_rate": ("its own", "默认"),
    "lora.race.run": ("Race", "开赛"),
    "lora.race.running": ("Methods that have run", "已跑完的方法"),
    "lora.race.done": ("Run in {seconds} s, float64.", "用时 {seconds} 秒，float64。"),
    "lora.race.table": ("At the end", "终点"),
    "lora.race.column.method": ("Method", "方法"),
    "lora.race.column.rate": ("Learning rate", "学习率"),
    "lora.race.column.left": ("Energy left", "剩余能量"),
    "lora.race.column.floor": ("Its floor", "下限"),
    "lora.race.column.rank": ("Rank of ΔW", "ΔW 的秩"),
    "lora.race.column.bytes": ("Optimiser state, bytes", "优化器状态（字节）"),
    "lora.race.diverged": ("diverged at step {step}", "第 {step} 步发散"),
    "lora.race.csv": ("Courses (CSV)", "过程 (CSV)"),
    "lora.race.csv_values": ("Singular values (CSV)", "奇异值 (CSV)"),
    "lora.race.looked_at": ("Singular values of ΔW of", "查看 ΔW 的奇异值"),
    "lora.race.wanted": ("wanted |T|", "目标 |T|"),
    "lora.race.axis.step": ("Step", "步"),
    "lora.race.axis.log_step": ("Step + 1", "步 + 1"),
    "lora.race.axis.left": ("Energy left", "剩余能量"),
    "lora.race.axis.values": ("Singular values of ΔW", "ΔW 的奇异值"),
    "lora.race.comma": (", ", "、"),
    "lora.race.says.there": (
        "There within {steps} steps (less than a millionth of the energy left): {methods}.",
        "{steps} 步之内到达（剩余能量不到百万分之一）：{methods}。",
    ),
    "lora.race.says.best": (
        "After {steps} steps {method} is nearest, with {left} of the energy left; nobody is there.",
        "{steps} 步之后最接近的是{method}，剩余能量 {left}；没有方法到达。",
    ),
    "lora.race.says.lora.there": (
        "LoRA has come to what rank {rank} allows: {left} left, and by the truncated SVD no matrix of that rank leaves less than"
        " {floor}.",
        "LoRA 已到达秩 {rank} 所允许的程度：剩余 {left}；由截断 SVD，任何该秩的矩阵都不会少于 {floor}。",
    ),
    "lora.race.says.lora.enough": (
        "LoRA is there: rank {rank} is enough for this change, with {freedom} degrees of freedom of {whole}.",
        "LoRA 已到达：秩 {rank} 足以表达这一改变量，自由度为 {freedom}（共 {whole}）。",
    ),
    "lora.race.says.lora.not_yet": (
        "LoRA leaves {left} so far; rank {rank} would allow {floor} (truncated SVD): it is on its way, not at its limit.",
        "LoRA 目前剩余 {left}；秩 {rank} 可做到 {floor}（截断 SVD）：它仍在路上，并非到了极限。",
    ),
    "lora.race.says.symmetric.there": (
        "The symmetric start W₀ − A₀B₀ + AB pays for both factors learning at once: it has to carry A₀B₀ too, and cannot leave"
        " less than {floor}.",
        "对称起点 W₀ − A₀B₀ + AB 让两个因子同时学习，但有代价：它还要承担 A₀B₀，剩余不会少于 {floor}。",
    ),
    "lora.race.says.symmetric.not_yet": (
        "The symmetric start leaves {left} so far; it has to carry A₀B₀ too, and cannot leave less than {floor}.",
        "对称起点目前剩余 {left}；它还要承担 A₀B₀，剩余不会少于 {floor}。",
    ),
    "lora.race.says.additive.there": (
        "The additive form has LoRA's {freedom} degrees of freedom of {whole}, but they are a fixed linear subspace: {floor} of"
        " this change lies outside of it.",
        "加性形式与 LoRA 同样有 {freedom} 个自由度（共 {whole}），但它是固定的线性子空间：这一改变量有 {floor} 落在其外。",
    ),
    "lora.race.says.symmetric.enough": (
        "The symmetric start is there as well: A₀B₀ and the wanted change fit into rank {rank} together.",
        "对称起点同样到达：A₀B₀ 与想要的改变量可以一起放进秩 {rank}。",
    ),
    "lora.race.says.additive.enough": (
        "The additive form is there: this change is made of offsets alone, its home.",
        "加性形式已到达：这一改变量全由偏移构成，正是它的主场。",
    ),
    "lora.race.says.additive.not_yet": (
        "The additive form leaves {left} so far; {floor} of this change lies outside of its linear subspace of {freedom}"
        " dimensions of {whole}.",
        "加性形式目前剩余 {left}；这一改变量有 {floor} 落在其 {freedom} 维（共 {whole} 维）线性子空间之外。",
    ),
    "lora.race.says.bytes": (
        "Between two steps LoRA keeps {small} bytes (factors and moments), the full optimiser {large}.",
        "两步之间 LoRA 需保存 {small} 字节（因子与动量），完整优化器为 {large}。",
    ),
    "lora.race.says.diverged": (
        "{method} diverged at step {step}: its learning rate {rate} is too high here. Try {lower}.",
        "{method}在第 {step} 步发散：学习率 {rate} 在这里太大，请试 {lower}。",
    ),
    "lora.race.condition_bounds": (
        "The ratio of the inputs' variances has to be a number from {least} to {most}.",
        "输入方差之比必须是 {least} 到 {most} 之间的数。",
    ),
    "lora.race.rate": (
        "The learning rate of “{method}” has to be a number from {least} to {most}; leave the field empty for its own.",
        "「{method}」的学习率必须是 {least} 到 {most} 之间的数；留空则用默认值。",
    ),
    "lora.race.no_method": ("Choose at least one method.", "请至少选择一种方法。"),
    "lora.race.divides": (
        "Row and column offsets need a rank that divides both sides, and {rank} does not divide {n} × {m}: choose one of"
        " {ranks}, or leave the additive form out.",
        "行、列偏移要求秩能整除两边，而 {rank} 不能整除 {n} × {m}：请选 {ranks} 之一，或去掉加性形式。",
    ),
    "lora.race.about_text": (
        r"""$$L(\Delta W) = \tfrac12 \sum_{ij} s_i\,(\Delta W_{ij} - T_{ij})^2, \qquad G = S\,(\Delta W - T)$$

$$\text{LoRA: } g_A = G B^\top,\; g_B = A^\top G \qquad \text{random: } -\tfrac{\eta}{r}\,(G V^\top V + U U^\top G) \qquad \text{additive: } \Delta W_{ij} = A_{i,\,j \bmod r} + B_{i \bmod r,\,j}$$

The post: [9590](https://kexue.fm/archives/9590), which derives and imagines these and runs none. LoRA+: Hayou et al.
[2402.12354](https://arxiv.org/abs/2402.12354); GaLore: Zhao et al. [2403.03507](https://arxiv.org/abs/2403.03507); Flora: Hao et al.
[2402.03293](https://arxiv.org/abs/2402.03293).

**What to notice.** On a low-rank change LoRA is there as fast as the full gradient, with a fraction of its state. On a flat spectrum it stops at its
floor, however long it runs; methods whose steps are of low rank but whose sum is not (random projection, GaLore, Flora) go on. The additive form, which
has as many numbers, is nearly blind to low-rank changes and wins where the change is made of offsets.

**What is limited, and corrected.** The mean of the random projection is 2G, not G as the post has it, and its variance grows with n + m: its own learning
rate here is that which shrinks an isotropic error fastest. The post's u and v have swapped shapes. LoRA+ takes four times the rate for B, GaLore new directions
every 20 steps, Flora new ones at every step (its moments start anew with them). A landscape of least squares says nothing about generalisation.""",
        r"""$$L(\Delta W) = \tfrac12 \sum_{ij} s_i\,(\Delta W_{ij} - T_{ij})^2, \qquad G = S\,(\Delta W - T)$$

$$\text{LoRA: } g_A = G B^\top,\; g_B = A^\top G \qquad \text{随机: } -\tfrac{\eta}{r}\,(G V^\top V + U U^\top G) \qquad \text{加性: } \Delta W_{ij} = A_{i,\,j \bmod r} + B_{i \bmod r,\,j}$$

文章：[9590](https://kexue.fm/archives/9590)，它推导并设想了这些方法，但没有做实验。LoRA+：Hayou 等
[2402.12354](https://arxiv.org/abs/2402.12354)；GaLore：Zhao 等 [2403.03507](https://arxiv.org/abs/2403.03507)；Flora：Hao 等
[2402.03293](https://arxiv.org/abs/2402.03293)。

**看点。** 若改变量是低秩的，LoRA 与完整梯度一样快，而状态只有零头。若谱是平坦的，它无论跑多久都停在下限；每步低秩而总和不低秩的方法（随机投影、GaLore、Flora）则继续前进。
加性形式参数量相同，却几乎看不见低秩改变，只在改变量由偏移构成时获胜。

**局限与更正。** 随机投影的期望是 2G，而非文中的 G，且方差随 n + m 增长：此处其默认学习率使各向同性误差收缩最快。文中 u 与 v 的形状互换了。
LoRA+ 对 B 用四倍学习率，GaLore 每 20 步更新方向，Flora 每步更新（动量随之重新开始）。最小二乘的地形不能说明泛化。""",
    ),
}
