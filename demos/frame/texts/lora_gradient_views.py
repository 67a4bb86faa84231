"""LoRA: the gradient, and what low-rank methods make of it."""

TEXTS: dict[str, tuple[str, str]] = {
    "lora.gradients.intro": (
        "**One gradient G, seen by each method.** LoRA does not step along G but along G BᵀB + AAᵀG; the post's guess is to take"
        " fresh random vectors instead. See both, and what the mean of many random steps really is.",
        "**同一个梯度 G，在各方法眼中的样子。** LoRA 不沿 G 前进，而是沿 G BᵀB + AAᵀG；文章的猜想是改用每步新抽的随机向量。"
        "看看两者，以及许多随机步的平均到底是什么。",
    ),
    "lora.gradients.kind": ("The gradient", "梯度"),
    "lora.gradients.kind.random": ("random numbers", "随机数"),
    "lora.gradients.kind.low_rank": ("of rank k", "秩为 k"),
    "lora.gradients.kind.regression": (
        "of a regression: rank k, and noise",
        "回归问题：秩 k 加噪声",
    ),
    "lora.gradients.point": ("Where LoRA stands", "LoRA 所处位置"),
    "lora.gradients.point.start": ("at the usual start, B = 0", "通常的起点，B = 0"),
    "lora.gradients.point.middle": ("on its way, A and B random", "途中，A 与 B 随机"),
    "lora.gradients.n": ("Rows n", "行数 n"),
    "lora.gradients.m": ("Columns m", "列数 m"),
    "lora.gradients.rank": ("Rank r", "秩 r"),
    "lora.gradients.gradient_rank": ("k of the gradient", "梯度的 k"),
    "lora.gradients.eta": ("Learning rate η of one SGD step", "一步 SGD 的学习率 η"),
    "lora.gradients.samples": ("Random projections K", "随机投影次数 K"),
    "lora.gradients.table": ("Directions", "方向"),
    "lora.gradients.csv": ("Running mean (CSV)", "累计平均 (CSV)"),
    "lora.gradients.direction.gradient": ("the gradient G", "梯度 G"),
    "lora.gradients.direction.lora": ("LoRA: G BᵀB + AAᵀG", "LoRA：G BᵀB + AAᵀG"),
    "lora.gradients.direction.sample": ("one random projection", "一次随机投影"),
    "lora.gradients.direction.mean": ("mean of {samples} of them", "{samples} 次的平均"),
    "lora.gradients.column.direction": ("Direction", "方向"),
    "lora.gradients.column.cosine": ("Cosine to G", "与 G 的余弦"),
    "lora.gradients.column.captured": ("G's energy along it", "G 在其上的能量"),
    "lora.gradients.column.rank": ("Rank", "秩"),
    "lora.gradients.column.length": ("Length, |G| = 1", "长度（|G| = 1）"),
    "lora.gradients.curve.to_2g": ("mean − 2G", "平均 − 2G"),
    "lora.gradients.curve.theory": ("theory √((n+m+2)/4rK)", "理论 √((n+m+2)/4rK)"),
    "lora.gradients.curve.to_g": ("mean − G, which the post says", "平均 − G（文章的说法）"),
    "lora.gradients.axis.samples": ("Random projections K in the mean", "平均中的随机投影次数 K"),
    "lora.gradients.axis.error": ("Relative error", "相对误差"),
    "lora.gradients.says.start": (
        "At the usual start, B = 0, half of LoRA is silent: its direction AAᵀG has a cosine of {cosine} to G, rank {rank}, and any"
        " small step of the factors sees {visible} % of G's energy.",
        "在通常的起点 B = 0，LoRA 有一半不发声：方向 AAᵀG 与 G 的余弦为 {cosine}，秩为 {rank}；因子的任何小步只能看到 G 能量的 {visible} %。",
    ),
    "lora.gradients.says.middle": (
        "LoRA's direction has a cosine of {cosine} to G and rank {rank}; any small step of the factors sees {visible} % of G's"
        " energy.",
        "LoRA 的方向与 G 的余弦为 {cosine}，秩为 {rank}；因子的任何小步能看到 G 能量的 {visible} %。",
    ),
    "lora.gradients.says.mean": (
        "The mean of {samples} random projections is 2G to {error} % (theory: {theory} %). The post says G: from that it would be"
        " {post} % away, however many one takes.",
        "{samples} 次随机投影的平均与 2G 相差 {error} %（理论值 {theory} %）。文章说是 G：那样无论取多少次都会相差 {post} %。",
    ),
    "lora.gradients.says.sample": (
        "A single one has a cosine of {cosine} to G and errs by {theory} times its mean: its learning rate has to shrink as"
        " n + m grows.",
        "单次投影与 G 的余弦为 {cosine}，误差是其均值的 {theory} 倍：n + m 越大，学习率就必须越小。",
    ),
    "lora.gradients.says.second": (
        "The step also has a second order, η² G BᵀAᵀG: at η = {eta} it is {share} % of the first, at η = {equal} they are equal.",
        "这一步还有二阶项 η² G BᵀAᵀG：η = {eta} 时是一阶项的 {share} %，η = {equal} 时两者相等。",
    ),
    "lora.gradients.says.second_large": (
        "At η = {eta} the step's second order, η² G BᵀAᵀG, is {share} % of the first (they are equal at η = {equal}): here LoRA is"
        " no longer a projected gradient step.",
        "η = {eta} 时二阶项 η² G BᵀAᵀG 是一阶项的 {share} %（η = {equal} 时相等）：此时 LoRA 已不再是投影后的梯度步。",
    ),
    "lora.gradients.says.no_second": (
        "With B = 0 the first step has no second order: it is exactly −η AAᵀG.",
        "B = 0 时第一步没有二阶项：它恰好是 −η AAᵀG。",
    ),
    "lora.gradients.says.degrees": (
        "Degrees of freedom at {n} × {m}, r = {r}: r(n + m − r) = {formula} of {whole}. Measured as the rank of the Jacobian: LoRA"
        " {lora}, the additive form {additive}.",
        "{n} × {m}、r = {r} 的自由度：r(n + m − r) = {formula}（共 {whole}）。由雅可比矩阵的秩测得：LoRA {lora}，加性形式 {additive}。",
    ),
    "lora.gradients.says.degrees_lora": (
        "Degrees of freedom at {n} × {m}, r = {r}: r(n + m − r) = {formula} of {whole}; the rank of LoRA's Jacobian is {lora}. The"
        " additive form needs an r that divides both sides.",
        "{n} × {m}、r = {r} 的自由度：r(n + m − r) = {formula}（共 {whole}）；LoRA 雅可比矩阵的秩为 {lora}。加性形式要求 r 整除两边。",
    ),
    "lora.gradients.says.degrees_formula": (
        "Degrees of freedom at {n} × {m}, r = {r}: r(n + m − r) = {formula} of {whole}, by formula; up to sides of 24 the rank of"
        " the Jacobian is measured beside it.",
        "{n} × {m}、r = {r} 的自由度：按公式 r(n + m − r) = {formula}（共 {whole}）；边长不超过 24 时还会实测雅可比矩阵的秩。",
    ),
    "lora.gradients.about_text": (
        r"""$$\Delta W = -\eta\,(G B^\top B + A A^\top G) + \eta^2\, G B^\top A^\top G, \qquad \mathbb{E}\,[\,G v^\top v + u u^\top G\,] = 2G$$

One SGD step of A and B moves W = W₀ + AB by exactly the first line; the post: [9590](https://kexue.fm/archives/9590). For v with independent standard normal
entries E vᵀv = I, hence the mean is 2G: the post says G, and swaps the shapes of u [n, 1] and v [1, m]. Steps along it are SGD at twice the learning rate, with a
relative variance of (n + m + 2) / 4r for a single one.

**What to notice.** A single random projection errs by more than its own mean's length; the mean is right all the same. LoRA's direction is fixed
by where its factors stand: what lies outside of the tangent space it cannot see at all, until A and B have turned.

**What is limited.** Each picture is in units of its own largest entry; lengths stand in the table. The factors on the way are random ones of peft's size, not trained
ones: trained factors have turned towards G and see more of it.""",
        r"""$$\Delta W = -\eta\,(G B^\top B + A A^\top G) + \eta^2\, G B^\top A^\top G, \qquad \mathbb{E}\,[\,G v^\top v + u u^\top G\,] = 2G$$

A 与 B 的一步 SGD 恰好使 W = W₀ + AB 移动第一式；文章见 [9590](https://kexue.fm/archives/9590)。若 v 的各分量是独立标准正态，则 E vᵀv = I，因此均值是 2G：
文中写作 G，且互换了 u [n, 1] 与 v [1, m] 的形状。沿它前进等于两倍学习率的 SGD，单次的相对方差为 (n + m + 2) / 4r。

**看点。** 单次随机投影的误差比其均值的长度还大；但均值是对的。LoRA 的方向由因子当前的位置决定：切空间之外的部分它完全看不见，直到 A 与 B 转动。

**局限。** 每张图以自己的最大元素为单位，长度见表。「途中」的因子是 peft 尺度的随机因子，而非训练过的：训练过的因子已转向 G，看到的会更多。""",
    ),
}
