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
}
