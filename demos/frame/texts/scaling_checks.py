"""Scaling: why data or a fit are refused or doubted."""

TEXTS: dict[str, tuple[str, str]] = {
    # --- what was asked for ---------------------------------------------------------------------
    "scaling.check.unknown_law": (
        "There is no law “{law}”: choose one of {laws}.",
        "没有「{law}」这种定律：请从 {laws} 中选择。",
    ),
    "scaling.check.unknown_objective": (
        "There is no objective “{objective}”: choose one of {objectives}.",
        "没有「{objective}」这种目标函数：请从 {objectives} 中选择。",
    ),
    "scaling.check.bad_delta": (
        "Huber's delta is {delta}: it has to be a number above 0.",
        "Huber 的 delta 为 {delta}：必须是大于 0 的数。",
    ),
    "scaling.check.unknown_parameter": (
        "The law has no parameter “{name}”: it has {parameters}.",
        "该定律没有参数「{name}」：它的参数是 {parameters}。",
    ),
    "scaling.check.bad_fixed": (
        "The fixed value of {name} has to be a number from {low:g} to {high:g}.",
        "{name} 的固定值必须是 {low:g} 到 {high:g} 之间的数。",
    ),
    "scaling.check.few_replicas": (
        "{replicas} replicas are asked for, and an interval needs at least two.",
        "要求的重抽样次数为 {replicas}，区间至少需要两次。",
    ),
    "scaling.check.unknown_resampling": (
        "“{resampling}” cannot be resampled: choose pairs or residuals.",
        "不能按「{resampling}」重抽样：请选择 pairs（数据点）或 residuals（残差）。",
    ),
    "scaling.check.bad_level": (
        "The level of confidence is {level}: it has to lie between 0 and 1.",
        "置信水平为 {level}：必须在 0 与 1 之间。",
    ),
    "scaling.check.unknown_method": (
        "There is no interval “{method}”: choose percentile or bca.",
        "没有「{method}」这种区间：请选择 percentile 或 bca。",
    ),
    "scaling.check.no_jackknife": (
        "A BCa interval needs the fits with points left out: compute them first.",
        "BCa 区间需要逐点剔除后的拟合：请先计算。",
    ),
    "scaling.check.no_trade": (
        "The law “{law}” has one variable, so there is nothing to divide compute between.",
        "定律「{law}」只有一个变量，算力无从分配。",
    ),
    # --- columns --------------------------------------------------------------------------------
    "scaling.check.no_column": (
        "The column “{column}” is missing; there are {columns}.",
        "缺少「{column}」列；现有的列：{columns}。",
    ),
    "scaling.check.no_numbers": (
        "The column “{column}” holds something that is no number: correct it or choose another column.",
        "「{column}」列含有不是数字的内容：请更正，或选择其他列。",
    ),
    "scaling.check.lengths": (
        "The column “{column}” has {length:,} values and another has {loss_length:,}: they have to be as many.",
        "「{column}」列有 {length:,} 个值，另一列有 {loss_length:,} 个：数目必须相同。",
    ),
    "scaling.check.not_finite": (
        "{count:,} values of “{column}” are missing or infinite, the first in row {row:,}: correct them or leave the rows out.",
        "「{column}」中有 {count:,} 个值缺失或无穷，首个在第 {row:,} 行：请更正或去掉这些行。",
    ),
    "scaling.check.not_positive": (
        "{count:,} values of “{column}” are zero or negative, the first in row {row:,}: a power law needs positive ones.",
        "「{column}」中有 {count:,} 个值为零或负数，首个在第 {row:,} 行：幂律需要正数。",
    ),
    # --- data that cannot carry the law ---------------------------------------------------------
    "scaling.check.too_few_points": (
        "There are {points} points, and {parameters} parameters need at least {wanted}: add runs or choose a simpler law.",
        "只有 {points} 个数据点，而 {parameters} 个参数至少需要 {wanted} 个：请增加实验，或选择更简单的定律。",
    ),
    "scaling.check.one_size": (
        "All points have the same {column}, so nothing can be said about how the loss depends on it.",
        "所有数据点的 {column} 都相同，无法判断损失如何随它变化。",
    ),
    "scaling.check.too_few_sizes": (
        "{column} has {sizes} different values, and the law needs at least {needed} to be told from others.",
        "{column} 只有 {sizes} 个不同的值，要确定该定律至少需要 {needed} 个。",
    ),
    "scaling.check.same_losses": (
        "All losses are {loss:.4g}: there is no scaling to fit.",
        "所有损失都是 {loss:.4g}：没有可拟合的缩放规律。",
    ),
    "scaling.check.narrow_range": (
        "The largest {column} is only {times:.2g} times the smallest: an exponent from so short a stretch is vague.",
        "{column} 的最大值只有最小值的 {times:.2g} 倍：在这么短的范围内，指数很不确定。",
    ),
    # --- fits -----------------------------------------------------------------------------------
    "scaling.check.edge": (
        "{parameter} ended at the edge of what is possible ({value:,.4g}): the data do not determine it.",
        "{parameter} 停在了可能范围的边缘（{value:,.4g}）：数据无法确定它。",
    ),
    "scaling.check.no_offset": (
        "{parameter} is 0: the data show no irreducible loss, which they must have further out than they reach.",
        "{parameter} 为 0：数据中看不到不可约损失，它只会在更大的规模上显现。",
    ),
    "scaling.check.no_end": (
        "{parameter} is beyond all sizes ({value:,.4g}): the data do not show an end of the quanta.",
        "{parameter} 远超所有规模（{value:,.4g}）：数据中看不到量子的尽头。",
    ),
    "scaling.check.not_converged": (
        "The search had not settled after {steps} steps: the parameters may still move, though the curve hardly does.",
        "搜索在 {steps} 步后仍未收敛：曲线几乎不变，但参数可能还会移动。",
    ),
    "scaling.check.ill_conditioned": (
        "The data hardly tell some parameters apart (condition number {condition:.1e}): vary the sizes independently, fix a"
        " parameter or choose a simpler law.",
        "数据几乎无法区分某些参数（条件数 {condition:.1e}）：请让各规模独立变化、固定某个参数，或选择更简单的定律。",
    ),
    "scaling.check.poor_fit": (
        "The law explains only {share:.0f} % of the variance of log loss.",
        "该定律只解释了对数损失方差的 {share:.0f} %。",
    ),
    "scaling.check.wide": (
        "{parameter} is {value:,.4g}, and its {level:g} % interval, {low:,.4g} to {high:,.4g}, is wider than that.",
        "{parameter} 为 {value:,.4g}，而其 {level:g} % 区间 {low:,.4g} 至 {high:,.4g} 比它本身还宽。",
    ),
    "scaling.check.outliers": (
        "The answer hangs on few points (rows {rows}; {count} in all): without them {parameter} is {without:,.4g} instead of {value:,.4g},"
        " {errors:.1f} standard errors away.",
        "结果取决于少数几个点（第 {rows} 行，共 {count} 个）：去掉后 {parameter} 为 {without:,.4g} 而非 {value:,.4g}，相差 {errors:.1f} 个标准误。",
    ),
    "scaling.check.far": (
        "The prediction lies {times:.3g} times beyond the data in {column}: its interval knows only this law, not whether"
        " the law still holds there.",
        "预测在 {column} 上超出数据 {times:.3g} 倍：其区间只在该定律成立时有效，而那里未必成立。",
    ),
}
