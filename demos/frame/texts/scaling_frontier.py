"""Scaling: optimal models, comparisons of laws, what to measure next."""

TEXTS: dict[str, tuple[str, str]] = {
    "scaling.published.unknown": (
        "There is no published fit “{name}”: choose one of {keys}.",
        "没有名为「{name}」的已发表拟合：请从 {keys} 中选择。",
    ),
    "scaling.frontier.no_closed_form": (
        "The law “{law}” has no optimum in closed form: search along the line of equal compute instead.",
        "定律「{law}」的最优点没有解析解：请改为沿等算力线搜索。",
    ),
    "scaling.frontier.parameter": (
        "{name} is {value:.4g} and has to be above 0 for there to be an optimum.",
        "{name} 为 {value:.4g}，必须大于 0 才有最优点。",
    ),
    "scaling.frontier.budget": (
        "Budgets and the factor in C = 6ND have to be numbers above 0.",
        "算力预算与 C = 6ND 中的系数必须是大于 0 的数。",
    ),
    "scaling.frontier.bounds": (
        "The bounds of N have to be above 0, the lower one first.",
        "N 的范围必须大于 0，且下限在前。",
    ),
    "scaling.compare.different_points": (
        "The laws were fitted to different points, so they cannot be compared: fit them to the same.",
        "这些定律拟合的点不同，无法比较：请用相同的点拟合。",
    ),
    "scaling.compare.different_objectives": (
        "The laws were fitted with different objectives, so they cannot be tested against each other.",
        "这些定律使用了不同的目标函数，无法相互检验。",
    ),
    "scaling.compare.not_nested": (
        "“{smaller}” is no special case of “{larger}”, so the likelihood ratio does not apply: look at AICc.",
        "「{smaller}」不是「{larger}」的特例，似然比检验不适用：请看 AICc。",
    ),
    "scaling.compare.no_scale": (
        "There is no column of sizes to order the runs by: choose N, D, C or steps.",
        "没有可用于排序的规模列：请选择 N、D、C 或步数。",
    ),
    "scaling.compare.share": (
        "The share that is held out has to be between 0 and 1.",
        "留出的比例必须在 0 与 1 之间。",
    ),
    "scaling.compare.one_scale": (
        "All runs have the same scale, so there is no larger one to hold out.",
        "所有实验的规模相同，没有更大的规模可以留出。",
    ),
    "scaling.next.no_parameter": (
        "The law has no parameter “{name}”: choose one of {names}.",
        "该定律没有参数「{name}」：请从 {names} 中选择。",
    ),
    "scaling.next.too_little": (
        "{budget} FLOP buy no run near the sizes that were measured: raise the budget.",
        "{budget} FLOP 不足以进行一次与已有规模相近的实验：请提高预算。",
    ),
    "scaling.next.singular": (
        "These data do not tell the parameters apart at all, so no run can be said to be best: fix a parameter, or choose a"
        " simpler law.",
        "这些数据完全无法区分各参数，因此说不出哪个实验最好：请固定一个参数，或选择更简单的定律。",
    ),
    "scaling.next.unmoved": (
        "The fitted parameters do not move this figure, so no run narrows its interval.",
        "拟合的参数不影响这个量，任何实验都不会缩小其区间。",
    ),
    "scaling.next.runs": (
        "Plan from 1 to 50 runs.",
        "请规划 1 到 50 个实验。",
    ),
}
