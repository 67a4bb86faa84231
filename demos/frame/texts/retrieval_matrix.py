"""Retrieval: the score matrix to look at."""

TEXTS: dict[str, tuple[str, str]] = {
    "retrieval.tab.matrix": ("See it", "看一看"),
    "retrieval.matrix.intro": (
        "The cross-encoder's score matrix, and what CUR makes of it: the golden frame is the **intersection** of anchor"
        " queries and anchor items; from it and the two blocks beside it the fourth is predicted. Walk **k_q** through"
        " **k_i** and see a plain pseudo-inverse collapse.",
        "交互式模型的分数矩阵，以及 CUR 的重构：金色方框是锚查询与锚物品的**交叉块**，由它和相邻的两块预测第四块。"
        "把 **k_q** 拖过 **k_i**，看普通伪逆如何崩溃。",
    ),
    "retrieval.matrix.source": ("Scores", "分数"),
    "retrieval.matrix.source.corpus": ("The corpus above", "上面选择的语料库"),
    "retrieval.matrix.source.made_up": (
        "Made up: 600 × 5,000, rank 60 + noise",
        "人造：600 × 5,000，秩 60 加噪声",
    ),
    "retrieval.matrix.k_q": ("Anchor queries k_q (rows)", "锚查询数 k_q（行）"),
    "retrieval.matrix.k_q_hint": (
        "Rows that the fit may use; the anchor items stay.",
        "拟合可用的行数；锚物品保持不变。",
    ),
    "retrieval.matrix.k_i": ("Anchor items k_i (columns)", "锚物品数 k_i（列）"),
    "retrieval.matrix.k_i_hint": (
        "Chosen anew by the strategy when moved.",
        "移动后按策略重新选取。",
    ),
    "retrieval.matrix.strategy": ("Anchor items chosen by", "锚物品的选取方法"),
    "retrieval.matrix.strategy.random": ("Random (the paper)", "随机（论文）"),
    "retrieval.matrix.strategy.kmeans": ("k-means medoids", "k-means 中心点"),
    "retrieval.matrix.strategy.qr": ("Pivoted QR", "列主元 QR"),
    "retrieval.matrix.strategy.leverage": ("Leverage scores", "杠杆分数"),
    "retrieval.matrix.strategy.greedy": ("Greedy l2", "贪心 l2"),
    "retrieval.matrix.seed": ("Seed", "随机种子"),
    "retrieval.matrix.seed_hint": ("For random and k-means.", "用于随机与 k-means。"),
    "retrieval.matrix.solver": ("Intersection inverted by", "交叉块的求逆方法"),
    "retrieval.matrix.solver.truncated": ("truncated", "截断"),
    "retrieval.matrix.solver.ridge": ("ridge", "岭"),
    "retrieval.matrix.solver.pinv": ("pinv", "pinv"),
    "retrieval.matrix.rcond": ("rcond of truncated", "截断的 rcond"),
    "retrieval.matrix.ridge": ("λ of ridge", "岭的 λ"),
    "retrieval.matrix.empty_hint": (
        "Empty: chosen by cross-validation.",
        "留空：由交叉验证选择。",
    ),
    "retrieval.matrix.hand": ("Add and remove anchor items by hand", "手动增删锚物品"),
    "retrieval.matrix.anchors": ("Anchor items", "锚物品"),
    "retrieval.matrix.anchors_hint": (
        "Type to search the items; choosing one adds it, or takes it out if it is in. The strategy fills the list anew.",
        "输入文字可搜索物品；选中即添加，已在列表中的则移除。更换策略会重新填充列表。",
    ),
    "retrieval.matrix.summary": (
        "{k_q:,} anchor queries × {k_i:,} anchor items, {solver}, {strength}: of a query's exact top 10, {recall} are"
        " in the approximation's top 100; relative error {error}.",
        "{k_q:,} 个锚查询 × {k_i:,} 个锚物品，{solver}，{strength}：精确前 10 名在近似前 100 名中的比例为"
        " {recall}；相对误差 {error}。",
    ),
    "retrieval.matrix.rows.held_out": (
        "Rows that can be anchors: {anchors:,} anchor queries of the index, then half of the held-out queries, {pool:,}"
        " together. The other half, {queries:,} queries, is predicted and measured.",
        "可作锚的行：索引的 {anchors:,} 个锚查询，再加一半留出查询，共 {pool:,} 行。"
        "另一半留出查询（{queries:,} 个）用来预测与评测。",
    ),
    "retrieval.matrix.rows.left_out": (
        "This corpus has no held-out queries: {pool:,} anchor queries can be anchors, the last {queries:,} are left out"
        " of the fit, predicted and measured.",
        "这个语料库没有留出查询：{pool:,} 个锚查询可作锚，最后 {queries:,} 个不参与拟合，用来预测与评测。",
    ),
    "retrieval.matrix.rows.made_up": (
        "Made-up scores: {pool:,} rows can be anchors, {queries:,} of the others are predicted and measured.",
        "人造分数：{pool:,} 行可作锚，其余行中的 {queries:,} 行用来预测与评测。",
    ),
    "retrieval.matrix.picture.exact": ("Exact scores", "精确分数"),
    "retrieval.matrix.picture.approximation": ("CUR's approximation", "CUR 近似"),
    "retrieval.matrix.picture.error": ("Error", "误差"),
    "retrieval.matrix.hover": (
        "Query: %{{y}}<br>Item: %{{x}}<br><b>%{{z:.3f}}</b><extra></extra>",
        "查询：%{{y}}<br>物品：%{{x}}<br><b>%{{z:.3f}}</b><extra></extra>",
    ),
    "retrieval.matrix.block.items": ("anchor items", "锚物品"),
    "retrieval.matrix.block.others": ("other items", "其他物品"),
    "retrieval.matrix.block.queries": ("predicted", "预测"),
    "retrieval.matrix.block.anchors": ("anchor queries", "锚查询"),
    "retrieval.matrix.curve.recall": (
        "Top 10 found in the top 100",
        "精确前 10 名落入近似前 100 名",
    ),
    "retrieval.matrix.curve.error": ("Relative error", "相对误差"),
    "retrieval.matrix.axis.k_q": ("anchor queries k_q", "锚查询数 k_q"),
    "retrieval.matrix.axis.recall": ("recall", "召回率"),
    "retrieval.matrix.axis.error": ("error / spread of scores", "误差 / 分数的离散程度"),
    "retrieval.matrix.axis.number": ("number of the singular value", "奇异值序号"),
    "retrieval.matrix.axis.value": ("share of the largest", "与最大奇异值之比"),
    "retrieval.matrix.square": ("k_q = k_i = {k_i}", "k_q = k_i = {k_i}"),
    "retrieval.matrix.spectrum": ("Singular values of the intersection", "交叉块的奇异值"),
    "retrieval.matrix.kept.cut": ("kept and inverted", "保留并求逆"),
    "retrieval.matrix.dropped.cut": ("dropped", "舍弃"),
    "retrieval.matrix.kept.ridge": ("mostly kept", "大体保留"),
    "retrieval.matrix.dropped.ridge": ("shrunk by more than half", "收缩过半"),
    "retrieval.matrix.cut.cut": ("cut: rcond {value}", "截断：rcond {value}"),
    "retrieval.matrix.cut.ridge": ("half-way: √λ, λ = {value}", "收缩一半处：√λ，λ = {value}"),
    "retrieval.matrix.cut.below": ("{cut}, far below all of them", "{cut}，远低于所有奇异值"),
    "retrieval.matrix.conditioning.cut": (
        "The condition number of the intersection is {condition}; the solver keeps {rank:,} of {values:,} singular"
        " values.",
        "交叉块的条件数为 {condition}；求逆时保留 {values:,} 个奇异值中的 {rank:,} 个。",
    ),
    "retrieval.matrix.conditioning.ridge": (
        "The condition number of the intersection is {condition}; the ridge leaves the worth of {rank:,} of {values:,}"
        " singular values.",
        "交叉块的条件数为 {condition}；岭使 {values:,} 个奇异值只剩相当于 {rank:,} 个。",
    ),
    "retrieval.matrix.table": ("All solvers at this k_q", "此 k_q 下的各种求逆方法"),
    "retrieval.matrix.check": (
        "The made-up matrix at k_i = 100, known numbers beside ours",
        "人造矩阵，k_i = 100：已知数值与我们的数值",
    ),
    "retrieval.matrix.column.solver": ("Inverted by", "求逆方法"),
    "retrieval.matrix.column.strength": ("Strength", "强度"),
    "retrieval.matrix.column.rank": ("Singular values kept", "保留的奇异值"),
    "retrieval.matrix.column.recall": ("Top-10 recall in 100", "前 10 名在前 100 中的召回"),
    "retrieval.matrix.column.error": ("Relative error", "相对误差"),
    "retrieval.matrix.column.k_q": ("k_q", "k_q"),
    "retrieval.matrix.column.published": ("Known recall", "已知召回"),
    "retrieval.matrix.column.ours": (
        "Ours, three draws of anchors",
        "我们的数值（三次抽取锚物品）",
    ),
    "retrieval.matrix.strength.chosen": (
        "{value} (by cross-validation)",
        "{value}（交叉验证选出）",
    ),
    "retrieval.matrix.strength.given": ("{value} (given)", "{value}（指定）"),
    "retrieval.matrix.strength.published": ("{value} (published code)", "{value}（原版代码）"),
    "retrieval.matrix.made_up_item": ("item {number:,}", "物品 {number:,}"),
    "retrieval.matrix.made_up_query": ("query {number:,}", "查询 {number:,}"),
    "retrieval.matrix.csv_curve": ("Download the curve (CSV)", "下载曲线（CSV）"),
    "retrieval.matrix.csv_cells": ("Download the cells shown (CSV)", "下载图中各格（CSV）"),
    "retrieval.matrix.too_few": (
        "The matrix has {rows:,} rows and at least {least:,} are needed: build an index with more anchor queries.",
        "矩阵只有 {rows:,} 行，至少需要 {least:,} 行：请用更多锚查询构建索引。",
    ),
    "retrieval.matrix.share": (
        "{name} has to lie between 0 and 1, or the field stays empty: cross-validation then chooses it.",
        "{name} 必须在 0 与 1 之间；留空则由交叉验证选择。",
    ),
    "retrieval.matrix.no_anchors": (
        "No anchor item is left: add one, or choose a strategy.",
        "没有锚物品了：请添加一个，或选择一种策略。",
    ),
    "retrieval.matrix.too_many_anchors": (
        "{count:,} anchor items of {items:,} items: choose at most {limit:,}.",
        "物品共 {items:,} 个，锚物品却有 {count:,} 个：最多选 {limit:,} 个。",
    ),
    "retrieval.matrix.foreign_anchors": (
        "These anchor items belong to another matrix: choose a strategy, and they are chosen anew.",
        "这些锚物品属于另一个矩阵：请选择一种策略重新选取。",
    ),
    "retrieval.matrix.rows_range": (
        "k_q has to be a whole number from 2 to {limit:,}: there are no more rows.",
        "k_q 必须是 2 到 {limit:,} 之间的整数：没有更多的行。",
    ),
    "retrieval.matrix.items_range": (
        "k_i has to be a whole number from 2 to {limit:,}.",
        "k_i 必须是 2 到 {limit:,} 之间的整数。",
    ),
    "retrieval.matrix.seed_range": (
        "The seed has to be a whole number from 0 to {limit:,}.",
        "随机种子必须是 0 到 {limit:,} 之间的整数。",
    ),
    "retrieval.matrix.unknown": (
        "“{name}” is not among the choices: choose one of the list.",
        "「{name}」不在选项中：请从列表中选择。",
    ),
    "retrieval.matrix.about_text": (
        "$$H = S[V, :],\\qquad A = H[:, U],\\qquad E = A^{+} H,\\qquad \\hat{s} = c\\,E$$\n\n"
        "$V$: $k_q$ anchor queries, whose scores $H$ are bought once; $U$: $k_i$ anchor items; $c$: the new query's"
        " exact scores of the anchor items, $k_i$ calls. Each item becomes one vector, a column of $E$, and"
        " $\\hat{s}$ is an inner product.\n\n"
        "*Truncated* drops singular values of $A$ below rcond times the largest; *ridge* takes"
        " $(A^{\\top} A + \\lambda \\sigma_1^2 I)^{-1} A^{\\top}$; *pinv* inverts everything above"
        " $10^{-15}$.\n\n"
        "Sources: [CUR for retrieval (9336)](https://kexue.fm/archives/9336),"
        " [ANNCUR (2210.12579)](https://arxiv.org/abs/2210.12579),"
        " [oversampling (2405.06375)](https://arxiv.org/abs/2405.06375).\n\n"
        "**What to notice**\n"
        "- At $k_q = k_i$ (dashed line) the intersection is square and its smallest singular values are noise. *pinv*"
        " multiplies by their inverses: recall falls, the error rises above 1, which is worse than to answer every score"
        " with the mean. Choose *pinv* there and see the upper right block of the pictures.\n"
        "- The two others hardly feel it. What they cut is seen in the spectrum; cross-validation on the anchor queries"
        " chooses how much, without a look at the predicted rows.\n"
        "- Oversampling, $k_q \\ge 2 k_i$, cures *pinv* too, at the price of a larger index: on the right of the curve"
        " all three meet, and *pinv* may even lead.\n"
        "- Recall forgives more than the error does: only the order of the best items counts.\n"
        "- With *pinv* and $k_q \\le k_i$ the block of anchor queries is reproduced exactly while the predicted rows"
        " are lost. That is over-fitting.\n\n"
        "**Limits**\n"
        "- The published code calls `np.linalg.pinv` with the default rcond $10^{-15}$: that is the *pinv* here. It also"
        " throws away the exact anchor scores $c$ when it ranks; here, too, only $\\hat{s}$ is measured, so a search"
        " that re-uses them does better.\n"
        "- Strategies see all rows of the pool, not the first $k_q$ alone, so that the walk changes one thing at a time;"
        " beyond 2,000 items they choose among an even sample.\n"
        "- The pictures show at most 60 × 150 cells: 20 predicted rows, 40 anchor rows, up to 75 anchor items; among the"
        " other items are the best of the rows shown. Recall and error are taken over all items and up to 160"
        " queries.\n"
        "- Where anchor queries are items themselves, each scores itself highly; no such cell is left out here.\n"
        "- Made-up scores: entries of variance 1 and rank 60, noise of .1. At $k_q = k_i$ the recall of *pinv* depends"
        " much on which anchors are drawn, therefore the span of three draws.",
        "$$H = S[V, :],\\qquad A = H[:, U],\\qquad E = A^{+} H,\\qquad \\hat{s} = c\\,E$$\n\n"
        "$V$：$k_q$ 个锚查询，其分数 $H$ 只需计算一次；$U$：$k_i$ 个锚物品；$c$：新查询对锚物品的精确分数，"
        "需 $k_i$ 次调用。每个物品变成一个向量，即 $E$ 的一列，而 $\\hat{s}$ 是内积。\n\n"
        "*截断*舍弃 $A$ 中小于 rcond 乘以最大值的奇异值；*岭*取"
        " $(A^{\\top} A + \\lambda \\sigma_1^2 I)^{-1} A^{\\top}$；*pinv* 对所有大于 $10^{-15}$ 的奇异值求逆。\n\n"
        "出处：[用 CUR 做检索（9336）](https://kexue.fm/archives/9336)、"
        "[ANNCUR（2210.12579）](https://arxiv.org/abs/2210.12579)、"
        "[过采样（2405.06375）](https://arxiv.org/abs/2405.06375)。\n\n"
        "**看点**\n"
        "- 在 $k_q = k_i$ 处（虚线）交叉块是方阵，最小的奇异值只是噪声。*pinv* 乘上它们的倒数：召回下跌，误差超过 1，"
        "还不如把每个分数都答成平均值。在此处选择 *pinv*，看图中右上的一块。\n"
        "- 另外两种方法几乎不受影响。它们截去了什么，见奇异值图；截多少由锚查询上的交叉验证决定，不看被预测的行。\n"
        "- 过采样 $k_q \\ge 2 k_i$ 也能治好 *pinv*，代价是更大的索引：曲线右端三者会合，*pinv* 甚至可能领先。\n"
        "- 召回比误差宽容：只有最靠前物品的次序起作用。\n"
        "- 用 *pinv* 且 $k_q \\le k_i$ 时，锚查询的块被精确重现，被预测的行却全错：这就是过拟合。\n\n"
        "**局限**\n"
        "- 原版代码调用 `np.linalg.pinv`，rcond 为默认的 $10^{-15}$，即这里的 *pinv*。它在排序时还丢弃了锚物品的精确分数 $c$；"
        "这里同样只评测 $\\hat{s}$，重用这些分数的检索会更好。\n"
        "- 选取策略使用池中的所有行，而不只是前 $k_q$ 行，这样移动 k_q 时只有一件事在变；物品超过 2,000 个时，从均匀的样本中选取。\n"
        "- 图中最多 60 × 150 格：20 个预测行、40 个锚行、至多 75 个锚物品；其他物品中包括所示各行得分最高的物品。"
        "召回与误差按所有物品、至多 160 个查询计算。\n"
        "- 若锚查询本身就是物品，它对自己的分数很高；这里没有排除这样的格。\n"
        "- 人造分数：各元素方差为 1，秩 60，噪声 0.1。在 $k_q = k_i$ 处 *pinv* 的召回与抽到的锚物品关系很大，"
        "因此给出三次抽取的范围。",
    ),
}
