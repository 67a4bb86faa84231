"""Scaling: the IsoFLOP panel."""

TEXTS: dict[str, tuple[str, str]] = {
    "scaling.budgets.intro": (
        "**Runs of equal compute.** At one budget a small model sees many tokens and a large one few; in between lies the best."
        " A parabola in ln N finds it without assuming any law (approach 2 of Hoffmann et al.), with an interval, or says that"
        " there is no minimum.",
        "**同等算力的实验。** 预算固定时，小模型看很多词元，大模型看得少，最优在两者之间。"
        "对 ln N 的抛物线不需假设任何定律就能找到它（Hoffmann 等的方法 2），并给出区间，或者指出没有最小值。",
    ),
    "scaling.budgets.width": ("Width of a budget, in decades", "一个预算档的宽度（数量级）"),
    "scaling.budgets.width_hint": (
        "Runs whose compute lies this close together count as one budget; 0.1 is a factor of 1.26.",
        "算力相差在此范围内的实验算作同一预算；0.1 即 1.26 倍。",
    ),
    "scaling.budgets.bad_width": (
        "The width of a budget goes from {low} to {high} decades.",
        "预算宽度应在 {low} 到 {high} 个数量级之间。",
    ),
    "scaling.budgets.no_column": (
        "IsoFLOP needs sizes N and compute C, and these points have no {names}.",
        "IsoFLOP 需要参数量 N 与算力 C，而这些点没有 {names}。",
    ),
    "scaling.budgets.table_title": (
        "#### Budgets\n\nBelow each figure Fieller's 95 % interval; the noise is pooled over budgets.",
        "#### 预算\n\n数值下方是 Fieller 95% 区间；噪声由各预算合并估计。",
    ),
    "scaling.budgets.column.runs": ("Runs", "实验数"),
    "scaling.budgets.column.verdict": ("Verdict", "判断"),
    "scaling.budgets.counts": ("counts", "有效"),
    "scaling.budgets.csv": ("Budgets (CSV)", "各预算（CSV）"),
    "scaling.budgets.left_out": ("in no budget", "不属于任何预算"),
    "scaling.budgets.minimum": ("minimum", "最小值"),
    "scaling.budgets.refused_minimum": ("refused", "不采用"),
    "scaling.budgets.axis.best": ("Best size N", "最优参数量 N"),
    "scaling.budgets.power": ("law of the minima, a = {a}", "最小值的幂律，a = {a}"),
    "scaling.budgets.approach_3": ("fitted law, a = {a}", "拟合的定律，a = {a}"),
    "scaling.budgets.this_power": ("These parabolas (approach 2)", "这些抛物线（方法 2）"),
    "scaling.budgets.this_fit": ("The fitted law (approach 3)", "拟合的定律（方法 3）"),
    "scaling.budgets.reading.counts": (
        "{usable} of {budgets} budgets have a minimum that counts; {left_out} runs belong to no budget.",
        "{budgets} 个预算中有 {usable} 个具有可用的最小值；{left_out} 次实验不属于任何预算。",
    ),
    "scaling.budgets.reading.noise": (
        "Losses scatter about the parabolas by {noise} %.",
        "损失围绕抛物线的离散程度为 {noise}%。",
    ),
    "scaling.budgets.reading.power": (
        "The best size grows as C to the power of {a} ({low} to {high}), the tokens to that of {b}.",
        "最优参数量随 C 的 {a} 次方增长（{low} 到 {high}），词元数随 {b} 次方增长。",
    ),
    "scaling.budgets.reading.two": (
        "Two minima give an exponent, {a}, and no interval for it: add a budget.",
        "两个最小值给出指数 {a}，但没有区间：请增加一个预算。",
    ),
    "scaling.budgets.reading.no_fit": (
        "No law in N and D is fitted to these points, or it was refused, so approach 3 is not drawn beside.",
        "这些点尚未拟合含 N 与 D 的定律，或拟合未被采用，因此未画方法 3。",
    ),
    "scaling.budgets.reading.fitted": (
        "The law fitted to the same points (approach 3) says {a} ({low} to {high}).",
        "对同样的点拟合的定律（方法 3）给出 {a}（{low} 到 {high}）。",
    ),
    "scaling.budgets.about_text": (
        "$$L = c_0 + c_1 x + c_2 x^2, \\quad x = \\ln N, \\qquad x^{*} = -\\frac{c_1}{2 c_2}, \\qquad N_{opt} \\propto C^{a}$$\n\n"
        "A budget is the densest stretch of runs that is no wider than the slider says. $x^{*}$ is a ratio of two estimates, so"
        " its interval is Fieller's: all $x$ at which the slope $c_1 + 2 c_2 x$ may be nought. The law of the minima weighs each"
        " by its own spread.\n\n"
        "Sources: [the post (9607)](https://kexue.fm/archives/9607);"
        " [Hoffmann et al. 2022](https://arxiv.org/abs/2203.15556), approach 2: $a$ = .49, $b$ = .51.\n\n"
        "**What to notice**\n"
        "- Grey budgets say why they do not count: too few sizes, a parabola that bends downwards, a minimum outside the sizes"
        " that were trained, or one that the noise could have made.\n"
        "- The parabolas are flat at their minimum, so the best size is known far less well than the least loss.\n"
        "- A wider budget has more runs and worse ones: within it the larger compute wins, and the minimum drifts.\n"
        "- Approach 2 needs no law, approach 3 uses every run. Where they disagree, look at the parabolas first.\n\n"
        "**What is known to be wrong or limited**\n"
        "- The loss is no parabola in ln N. With sizes far from the optimum, or more on one side than on the other, the minimum"
        " is moved even without noise: take sizes within a few times of it and on both sides.\n"
        "- Where compute was not in the file it is 6ND; whether embeddings and attention are counted moves small budgets.\n"
        "- With two or three budgets the exponent's interval is wide, as it ought to be. Hoffmann's percentiles are from"
        " resampling, 10th to 90th, and so narrower than a 95 % interval.",
        "$$L = c_0 + c_1 x + c_2 x^2, \\quad x = \\ln N, \\qquad x^{*} = -\\frac{c_1}{2 c_2}, \\qquad N_{opt} \\propto C^{a}$$\n\n"
        "一个预算是宽度不超过滑块设定的、实验最密集的一段。$x^{*}$ 是两个估计值之比，故用 Fieller 区间："
        "使斜率 $c_1 + 2 c_2 x$ 可能为零的所有 $x$。最小值的幂律按各自的离散程度加权。\n\n"
        "出处：[文章（9607）](https://kexue.fm/archives/9607)；"
        "[Hoffmann 等 2022](https://arxiv.org/abs/2203.15556)，方法 2：$a$ = .49，$b$ = .51。\n\n"
        "**看点**\n"
        "- 灰色的预算会说明不采用的原因：规模太少、抛物线向下弯、最小值落在已训练的规模之外，或弯曲不超过噪声。\n"
        "- 抛物线在最小值处很平，所以最优规模远不如最低损失确定。\n"
        "- 预算越宽，实验越多但也越粗糙：其中算力大者占优，最小值会漂移。\n"
        "- 方法 2 不需要定律，方法 3 用到每一次实验。两者不一致时，先看抛物线。\n\n"
        "**已知的错误与局限**\n"
        "- 损失并非 ln N 的抛物线。规模离最优太远或两侧不对称时，即使没有噪声最小值也会偏移：应在其几倍之内、两侧都取。\n"
        "- 文件中没有算力时取 6ND；是否计入嵌入与注意力会影响小预算。\n"
        "- 只有两三个预算时指数的区间很宽，本该如此。Hoffmann 的百分位来自重抽样的第 10 到第 90 位，比 95% 区间窄。",
    ),
}
