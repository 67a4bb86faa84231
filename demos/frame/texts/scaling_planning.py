"""Scaling: what to measure next."""

TEXTS: dict[str, tuple[str, str]] = {
    "scaling.planning.intro": (
        "**Which further run would narrow an interval most?** Choose what you want to know better and what one run may cost:"
        " the map shows how much of the interval would be left after a run there.",
        "**再做哪一次实验最能缩小区间？** 选择你想知道得更准的量，以及一次实验的预算：图中显示在该处再做一次实验后，区间还剩多少。",
    ),
    "scaling.planning.press_fit": (
        "Nothing has been fitted yet: press “Fit” above.",
        "还没有拟合：请按上方的「拟合」。",
    ),
    "scaling.planning.quantity": ("What is to be known better", "想知道得更准的量"),
    "scaling.planning.quantity.all": ("all parameters together", "全部参数"),
    "scaling.planning.quantity.loss": ("the loss at a size", "某一规模处的损失"),
    "scaling.planning.quantity.size": ("the best N for a budget", "给定算力下的最优 N"),
    "scaling.planning.quantity.exponent": ("the exponent a of the best N", "最优 N 的指数 a"),
    "scaling.planning.quantity.parameter": ("the parameter {name}", "参数 {name}"),
    "scaling.planning.at.N": ("at N", "N"),
    "scaling.planning.at.D": ("at D", "D"),
    "scaling.planning.at.x": ("at x", "x"),
    "scaling.planning.at.C": ("for the budget, FLOP", "算力（FLOP）"),
    "scaling.planning.budget": (
        "One run may cost (FLOP, or size)",
        "一次实验的预算（FLOP 或规模）",
    ),
    "scaling.planning.budget_hint": (
        "Empty: as the largest run so far.",
        "留空：与目前最大的实验相同。",
    ),
    "scaling.planning.runs": ("Runs to plan", "计划的实验次数"),
    "scaling.planning.show": ("Show", "显示"),
    "scaling.planning.runs_range": (
        "Plan between 1 and {most} runs.",
        "请计划 1 到 {most} 次实验。",
    ),
    "scaling.planning.axis.N": ("N: parameters", "N：参数量"),
    "scaling.planning.axis.D": ("D: tokens", "D：词元数"),
    "scaling.planning.left": ("Interval left, %", "剩余区间，%"),
    "scaling.planning.number": ("Run", "第几次"),
    "scaling.planning.measured": ("measured", "已有实验"),
    "scaling.planning.best": ("best runs, in order", "最优实验，按顺序"),
    "scaling.planning.one_run": ("after one run", "再做一次之后"),
    "scaling.planning.first": (
        "To know {about} better, run {run} next: {left} % of its interval would be left.",
        "要更准确地知道{about}，下一次应做 {run}：区间还剩 {left} %。",
    ),
    "scaling.planning.several": (
        "After the {runs} runs of the table {left} % would be left; runs at one place are repetitions.",
        "做完表中 {runs} 次实验后还剩 {left} %；位置相同表示重复实验。",
    ),
    "scaling.planning.nothing": (
        "No single run within this budget helps: even the best for {about}, {run}, leaves {left} % of the interval."
        " Allow a larger run, or plan several.",
        "在此预算内，任何一次实验都帮助不大：对{about}最好的 {run} 也还剩 {left} % 的区间。请提高预算，或计划多次实验。",
    ),
    "scaling.planning.refused": (
        "The fit was refused, so no run can be weighed by it. What stands against it, and what would help:",
        "拟合未被接受，因此无法据此评估新的实验。原因与改进办法：",
    ),
    "scaling.planning.advice.too_few_points": (
        "→ Add runs, at sizes that differ by a factor of two or more.",
        "→ 增加实验，规模彼此相差两倍以上。",
    ),
    "scaling.planning.advice.one_size": (
        "→ Vary that size: three or more values over a factor of ten, the other held where it is.",
        "→ 改变这一规模：在十倍范围内取三个以上的值，另一个保持不变。",
    ),
    "scaling.planning.advice.too_few_sizes": (
        "→ Add runs at sizes in between and beyond: a law cannot be told from fewer.",
        "→ 在中间和更大处补充实验：更少的规模无法区分出一条定律。",
    ),
    "scaling.planning.advice.same_losses": (
        "→ Check that the column is the loss and not a setting.",
        "→ 请检查该列是否真是损失，而不是某个设置。",
    ),
    "scaling.planning.advice.one_ray": (
        "→ Leave the ray: at one N, runs with a quarter and with four times the tokens (or at one D, two other N). A few such"
        " runs tell the two terms apart.",
        "→ 离开这条射线：固定某个 N，用四分之一和四倍的词元各做一次（或固定 D，换两个 N）。少量这样的实验就能分开两项。",
    ),
    "scaling.planning.advice.ill_conditioned": (
        "→ Widen the range of sizes, or choose a law with fewer parameters in Compare laws.",
        "→ 扩大规模范围，或在「比较定律」中选参数更少的定律。",
    ),
    "scaling.planning.advice.edge": (
        "→ Measure where that parameter shows: smaller sizes for an exponent or a break, larger ones for the floor; or choose"
        " a law without it.",
        "→ 到该参数起作用的地方去测：指数或转折看更小的规模，下限看更大的规模；或选择不含它的定律。",
    ),
    "scaling.planning.advice.wide": (
        "→ Choose a law with fewer parameters, or add runs over a wider range: a vague exponent is a matter of range, not of"
        " repetition.",
        "→ 选参数更少的定律，或在更宽的范围内补充实验：指数模糊是范围问题，不是重复次数问题。",
    ),
    "scaling.planning.csv": ("Plan (CSV)", "计划（CSV）"),
    "scaling.planning.about_text": (
        r"""$$\frac{\operatorname{Var}_{\text{after}}}{\operatorname{Var}_{\text{now}}} = 1 - \frac{(c^\top M j)^2}{(1 + j^\top M j)\; c^\top M c}, \qquad M = (J^\top J)^{-1}$$

J are the derivatives of ln L by the parameters at the runs so far, j those at a further run, c those of what is to be known
(c-optimality, [Elfving 1952](https://doi.org/10.1214/aoms/1177729442)); for all parameters together the geometric mean of the ellipsoid's axes (D-optimality).
The laws: [9607](https://kexue.fm/archives/9607).

**What to notice.** The best run is seldom the largest: the exponent of the best N wants lopsided runs, the floor wants large ones.
Runs often repeat at two or three places.

**What is limited.** The design is local: it takes the fitted law and its parameters for true and the noise for the same everywhere. If the law is
wrong, a run far away says more than any of these. Sizes from the smallest measured to four times the largest are considered.""",
        r"""$$\frac{\operatorname{Var}_{\text{after}}}{\operatorname{Var}_{\text{now}}} = 1 - \frac{(c^\top M j)^2}{(1 + j^\top M j)\; c^\top M c}, \qquad M = (J^\top J)^{-1}$$

J 是 ln L 对各参数的导数（在已有实验处），j 是新实验处的导数，c 是所求量的导数
（c 最优设计，[Elfving 1952](https://doi.org/10.1214/aoms/1177729442)）；「全部参数」用置信椭球各轴的几何平均（D 最优设计）。
定律见 [9607](https://kexue.fm/archives/9607)。

**看点。** 最好的实验往往不是最大的：最优 N 的指数需要「偏斜」的实验，下限需要大的实验。多次实验常在两三个位置上重复。

**局限。** 这是局部设计：假定拟合出的定律和参数为真，且噪声处处相同。若定律本身不对，远处的一次实验比这些都更有价值。
只考虑从最小已测规模到最大规模四倍之间的规模。""",
    ),
}
