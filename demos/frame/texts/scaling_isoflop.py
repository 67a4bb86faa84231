"""Scaling: IsoFLOP parabolas, and why one is refused."""

TEXTS: dict[str, tuple[str, str]] = {
    "scaling.isoflop.few": (
        "Only {sizes} different sizes were trained at this budget and a minimum with an interval needs {fewest}: add sizes.",
        "该算力下只训练了 {sizes} 种规模，带区间的最小值至少需要 {fewest} 种：请增加规模。",
    ),
    "scaling.isoflop.concave": (
        "The loss bends downwards over size at this budget, so it has no minimum: look for runs that have not converged.",
        "该算力下损失随规模向下弯曲，没有最小值：请检查是否有未收敛的实验。",
    ),
    "scaling.isoflop.outside": (
        "The minimum would lie at N = {best}, outside the trained sizes {low} to {high}: train sizes beyond it.",
        "最小值将落在 N = {best}，超出已训练的规模 {low} 到 {high}：请训练更外侧的规模。",
    ),
    "scaling.isoflop.flat": (
        "The loss bends no more than the noise does at this budget, so the minimum could be anywhere: add sizes further apart.",
        "该算力下损失的弯曲不超过噪声，最小值可能在任何位置：请增加相距更远的规模。",
    ),
    "scaling.isoflop.no_law": (
        "{usable} of {budgets} budgets have a minimum that counts, and a law of the optimum needs two.",
        "{budgets} 个算力预算中只有 {usable} 个有可用的最小值，而最优规律至少需要两个。",
    ),
    "scaling.isoflop.no_budgets": (
        "No three runs have the same compute within a factor of {width}: IsoFLOP needs several sizes at one budget.",
        "没有三个实验的算力相差在 {width} 倍以内：IsoFLOP 需要同一算力下的多种规模。",
    ),
    "scaling.isoflop.lengths": (
        "N, C and the loss have to be lists of one length.",
        "N、C 与损失必须是等长的列表。",
    ),
    "scaling.isoflop.positive": (
        "N, C and the loss have to be numbers above 0.",
        "N、C 与损失必须是大于 0 的数。",
    ),
    "scaling.isoflop.settings": (
        "The width of a budget has to be between 0 and 2 decades, the level between 0 and 1, the FLOP factor above 0.",
        "预算宽度须在 0 到 2 个数量级之间，置信水平须在 0 到 1 之间，FLOP 系数须大于 0。",
    ),
}
