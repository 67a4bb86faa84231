"""Scaling, the Data panel: columns of files, which points count, how they look."""

TEXTS: dict[str, tuple[str, str]] = {
    "scaling.points.intro": (
        "**The points that are fitted.** Say what the columns of a file are, set limits, and leave out a point by clicking it."
        " Nothing is fitted anew before you press Fit.",
        "**用于拟合的数据点。**指定文件各列的含义，设置范围，点击图中的点即可剔除。在点击「拟合」之前不会重新拟合。",
    ),
    # --- simulated points ---
    "scaling.points.truth": (
        "The truth is known here: {law}, with these parameters and log-normal noise.",
        "这里的真实参数是已知的：{law}，参数如下，并加有对数正态噪声。",
    ),
    "scaling.points.truth_published": (
        "Drawn from the law of {title} ({source}; fitted to {data}), with these parameters and log-normal noise.",
        "按 {title} 的定律抽样（{source}；原拟合数据：{data}），参数如下，并加有对数正态噪声。",
    ),
    "scaling.points.noise_of": ("noise of ln L", "ln L 的噪声"),
    "scaling.points.budgets": ("Budgets (6e18 to 3e21 FLOP)", "算力档数（6e18 至 3e21 FLOP）"),
    "scaling.points.sizes": ("Sizes for each", "每档的规模数"),
    "scaling.points.noise": ("Noise: sd of ln L", "噪声：ln L 的标准差"),
    "scaling.points.seed": ("Seed", "随机种子"),
    "scaling.points.whole": (
        "Budgets, sizes and seed have to be whole numbers.",
        "算力档数、规模数与随机种子必须是整数。",
    ),
    # --- columns of files ---
    "scaling.points.columns": (
        "Columns, units and histories of your file",
        "文件的列、单位与训练曲线",
    ),
    "scaling.points.none": ("– none –", "– 无 –"),
    "scaling.points.role.loss": ("Loss", "损失"),
    "scaling.points.role.N": ("N: parameters", "N：参数量"),
    "scaling.points.role.D": ("D: tokens", "D：词元数"),
    "scaling.points.role.C": ("C: compute", "C：算力"),
    "scaling.points.role.run": ("Run", "实验"),
    "scaling.points.role.step": ("Step", "步"),
    "scaling.points.unit": ("Unit", "单位"),
    "scaling.points.kind": ("The loss column holds", "损失列的内容"),
    "scaling.points.kind.loss": ("losses", "损失"),
    "scaling.points.kind.perplexity": ("perplexities", "困惑度"),
    "scaling.points.history": ("Of a run's history", "训练曲线取"),
    "scaling.points.history.automatic": (
        "automatic: the last row, all of fewer than 3 runs",
        "自动：最后一行；少于 3 个实验时取全部",
    ),
    "scaling.points.history.last": ("the last row", "最后一行"),
    "scaling.points.history.smoothed": ("mean of the last tenth", "最后十分之一的均值"),
    "scaling.points.history.minimum": ("the least loss", "最小损失"),
    "scaling.points.history.all": ("every row", "全部行"),
    "scaling.points.factor": ("FLOP a parameter and token", "每参数每词元的 FLOP"),
    "scaling.points.tokens": ("Tokens a step (optional)", "每步词元数（可选）"),
    "scaling.points.header": ("The first row names the columns", "首行为列名"),
    "scaling.points.apply": ("Apply", "应用"),
    "scaling.points.more_columns": ("and {count} more columns", "另有 {count} 列"),
    "scaling.points.twice": (
        "Column “{column}” is chosen for two things: choose another for one of them.",
        "「{column}」列被选了两次：请为其中之一另选一列。",
    ),
    # --- which points count ---
    "scaling.points.low.N": ("N from", "N 下限"),
    "scaling.points.high.N": ("N to", "N 上限"),
    "scaling.points.low.D": ("D from", "D 下限"),
    "scaling.points.high.D": ("D to", "D 上限"),
    "scaling.points.low.C": ("C from", "C 下限"),
    "scaling.points.high.C": ("C to", "C 上限"),
    "scaling.points.low.step": ("Step from", "步数下限"),
    "scaling.points.high.step": ("Step to", "步数上限"),
    "scaling.points.low.loss": ("Loss from", "损失下限"),
    "scaling.points.high.loss": ("Loss to", "损失上限"),
    "scaling.points.no_number": (
        "“{typed}” is no number above 0: write for example 1e9, 1B or 300M.",
        "「{typed}」不是大于 0 的数：请写成 1e9、1B 或 300M 之类。",
    ),
    "scaling.points.upside_down": (
        "The lower limit of {column} is above the upper one.",
        "{column} 的下限高于上限。",
    ),
    "scaling.points.counts": (
        "{used:,} of {all:,} points count.",
        "{all:,} 个点中有 {used:,} 个参与拟合。",
    ),
    "scaling.points.counts_outside": (
        " Outside the limits: {count:,}.",
        "超出范围：{count:,} 个。",
    ),
    "scaling.points.counts_left_out": (
        " Left out by hand: {count:,}.",
        "手动剔除：{count:,} 个。",
    ),
    "scaling.points.left_out": ("Left out by hand", "手动剔除的点"),
    "scaling.points.left_out_hint": (
        "Click points in the figure, or choose them here.",
        "点击图中的点，或在此选择。",
    ),
    "scaling.points.leave_named": ("Leave out the fit's outliers", "剔除拟合指出的离群点"),
    "scaling.points.leave_named_count": (
        "Leave out the fit's outliers ({count})",
        "剔除拟合指出的离群点（{count}）",
    ),
    "scaling.points.take_back": ("Take all back", "全部恢复"),
    # --- the figure and the table ---
    "scaling.points.x": ("Across", "横轴"),
    "scaling.points.colour": ("Colour", "颜色"),
    "scaling.points.colour.run": ("run", "实验"),
    "scaling.points.colour.plain": ("– none –", "– 无 –"),
    "scaling.points.axis.N": ("N, parameters", "N，参数量"),
    "scaling.points.axis.D": ("D, tokens", "D，词元数"),
    "scaling.points.axis.C": ("C, FLOP", "C，浮点运算量"),
    "scaling.points.axis.step": ("step", "步数"),
    "scaling.points.axis.loss": ("loss", "损失"),
    "scaling.points.click_hint": (
        "Click a point to leave it out, and again to take it back.",
        "点击一个点将其剔除，再次点击则恢复。",
    ),
    "scaling.points.state.used": ("counts ({count:,})", "参与拟合（{count:,}）"),
    "scaling.points.state.outside": ("outside the limits ({count:,})", "超出范围（{count:,}）"),
    "scaling.points.state.left_out": ("left out ({count:,})", "已剔除（{count:,}）"),
    "scaling.points.named": ("outliers of the last fit", "上次拟合的离群点"),
    "scaling.points.thinned": (
        "Drawn: {drawn:,} of {all:,} points, evenly spaced.",
        "图中为 {all:,} 个点中均匀抽取的 {drawn:,} 个。",
    ),
    "scaling.points.line": ("line {line}", "第 {line} 行"),
    "scaling.points.is.used": ("yes", "是"),
    "scaling.points.is.outside": ("no: limits", "否：超出范围"),
    "scaling.points.is.left_out": ("no: by hand", "否：手动剔除"),
    "scaling.points.column.line": ("Line", "行"),
    "scaling.points.column.run": ("Run", "实验"),
    "scaling.points.column.state": ("Counts", "参与"),
    "scaling.points.table": ("The points (the first 50)", "数据点（前 50 个）"),
    "scaling.points.csv": ("Points that count (CSV)", "参与拟合的点（CSV）"),
    "scaling.points.about_text": (
        "$$C \\approx 6\\,N D, \\qquad \\log L \\ \\text{against}\\ \\log N,\\ \\log D,\\ \\log C$$\n\n"
        "A law is fitted to losses $L$ of runs with $N$ parameters and $D$ tokens; two of $N$, $D$ and $C$ give the third, with 6"
        " FLOP a parameter and token unless you set another factor (some papers count attention or embeddings too). Rows"
        " without a number above 0 have no logarithm and are left out, each reason with its count.\n\n"
        "Sources: [scaling laws from quanta (9607)](https://kexue.fm/archives/9607); Kaplan et al."
        " ([arXiv 2001.08361](https://arxiv.org/abs/2001.08361)); Hoffmann et al."
        " ([arXiv 2203.15556](https://arxiv.org/abs/2203.15556)); Besiroglu et al."
        " ([arXiv 2404.10102](https://arxiv.org/abs/2404.10102)).\n\n"
        "**What to notice.** A power law without offset is a straight line here; a curve that flattens shows the irreducible"
        " loss. Coloured by $C$, the IsoFLOP example shows a valley for every budget. In the example with one run that"
        " diverged, click that run, press Fit, and compare. Where $N$ and $D$ go hand in hand (20 tokens a parameter), a"
        " colour by $D$ runs along the curve: nothing in such data tells their shares apart.\n\n"
        "**Known limits.** Which points count is a choice with consequences: Besiroglu et al. dropped the five highest losses of"
        " 245. Intervals know nothing of such choices, and after leaving out whatever did not fit they are too narrow. Rows"
        " along one training are not independent, and a loss before the end of a learning-rate schedule is higher than that of"
        " a run planned for as many tokens. Losses of different tokenizers, data sets or ways of counting $N$ do not belong into"
        " one file.",
        "$$C \\approx 6\\,N D, \\qquad \\log L \\ \\text{对}\\ \\log N,\\ \\log D,\\ \\log C$$\n\n"
        "定律拟合的是参数量为 $N$、词元数为 $D$ 的实验的损失 $L$；$N$、$D$、$C$ 中知道两个即可得到第三个，系数为每参数每词元 6 FLOP，"
        "也可另行设定（有的论文还计入注意力或嵌入）。不大于 0 的数无法取对数，相应的行会被略去，并逐条说明原因与行数。\n\n"
        "来源：[由量子假设推出缩放定律（9607）](https://kexue.fm/archives/9607)；Kaplan 等"
        "（[arXiv 2001.08361](https://arxiv.org/abs/2001.08361)）；Hoffmann 等"
        "（[arXiv 2203.15556](https://arxiv.org/abs/2203.15556)）；Besiroglu 等"
        "（[arXiv 2404.10102](https://arxiv.org/abs/2404.10102)）。\n\n"
        "**看点。**没有常数项的幂律在这里是一条直线；逐渐变平的曲线说明存在不可约损失。按 $C$ 着色时，等算力示例的每个算力档都是一道谷。"
        "在有一次训练发散的示例中，点击那个点，再点击「拟合」，比较前后。若 $N$ 与 $D$ 始终成比例（每参数 20 个词元），"
        "按 $D$ 着色的颜色沿曲线渐变：这样的数据无法区分二者的贡献。\n\n"
        "**局限。**选哪些点是有后果的：Besiroglu 等从 245 个点中去掉了损失最高的 5 个。区间并不了解这种选择，"
        "把不合适的点都剔除之后，区间会偏窄。同一次训练的各行并不独立；学习率调度结束之前的损失，高于按同样词元数规划的训练。"
        "分词器、数据集或 $N$ 的计法不同的损失不应放在同一个文件里。",
    ),
}
