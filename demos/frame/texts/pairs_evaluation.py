"""Pairs: scores held against labels."""

TEXTS: dict[str, tuple[str, str]] = {
    "evaluation.heading": ("### Against the labels", "### 与标签对照"),
    "evaluation.table": (
        "Each model against the labels (95 % intervals)",
        "各模型与标签对照（95% 区间）",
    ),
    "evaluation.intervals": ("Correlation with the labels", "与标签的相关系数"),
    "evaluation.model": ("Model", "模型"),
    "evaluation.spearman": ("Spearman", "Spearman"),
    "evaluation.pearson": ("Pearson", "Pearson"),
    "evaluation.wrong": ("In the wrong order", "顺序错误"),
    "evaluation.cosent": ("CoSENT loss", "CoSENT 损失"),
    "evaluation.average_precision": ("Average precision", "平均精度"),
    "evaluation.f1": ("Best F1 (threshold)", "最佳 F1（阈值）"),
    "evaluation.accuracy": ("Best accuracy (threshold)", "最佳准确率（阈值）"),
    "evaluation.calibration": ("Calibration error", "校准误差"),
    "evaluation.brier": ("Brier score", "Brier 分数"),
    "evaluation.correlation": ("correlation", "相关系数"),
    "evaluation.ceiling_line": ("ceiling {value}", "上限 {value}"),
    "evaluation.cut": ("Labels from this on count as alike", "标签达到此值即视为相似"),
    "evaluation.cut_hint": (
        "For threshold, F1, precision and calibration; the correlations do not need it.",
        "用于阈值、F1、精度与校准；相关系数不需要它。",
    ),
    "evaluation.reliability": ("Reliability of the calibrated score", "校准后分数的可靠性"),
    "evaluation.precision_recall": ("Precision and recall", "精度与召回"),
    "evaluation.predicted": (
        "calibrated probability<br>(each point: about {count:,} pairs)",
        "校准后的概率<br>（每点约 {count:,} 对）",
    ),
    "evaluation.observed": ("share that is alike", "实际相似的比例"),
    "evaluation.reliability_hover": (
        "predicted %{{x:.3f}}, observed %{{y:.3f}}, %{{customdata}} pairs",
        "预测 %{{x:.3f}}，实际 %{{y:.3f}}，%{{customdata}} 对",
    ),
    "evaluation.recall": ("recall", "召回"),
    "evaluation.precision": ("precision", "精度"),
    "evaluation.costliest": (
        "The pairs of pairs that cost most: [label → score]",
        "代价最大的「对中之对」：[标签 → 分数]",
    ),
    "evaluation.should_be_higher": ("Should score higher", "应当更高"),
    "evaluation.is_higher": ("Scores higher", "实际更高"),
    "evaluation.excess": ("By", "高出"),
    "evaluation.resamples": (
        "Intervals: percentile bootstrap over pairs, {count:,} resamples.",
        "区间：对句子对做百分位自助法，重采样 {count:,} 次。",
    ),
    "evaluation.ceiling": (
        "The labels have two values, {share} of them the higher: Spearman cannot exceed {limit}, whatever the model, unless scores tie.",
        "标签只有两个值，较高者占 {share}：只要分数没有并列，无论什么模型，Spearman 都不会超过 {limit}。",
    ),
    "evaluation.equal_labels": (
        "All labels are equal: there is nothing to correlate with.",
        "所有标签都相同：没有可以对照的东西。",
    ),
    "evaluation.one_side": (
        "All labels lie on one side of the cut, so there is nothing to decide: choose another cut.",
        "所有标签都在分界的同一侧，无从判断：请换一个分界。",
    ),
    "evaluation.two_pairs": (
        "Correlations need at least three pairs.",
        "至少要有三对句子才能计算相关系数。",
    ),
    "evaluation.equal_scores": (
        "{model} gives every pair the same score, so there is no correlation.",
        "{model} 给所有句子对的分数都相同，因此没有相关系数。",
    ),
    "evaluation.few": (
        "With only {count} pairs the calibration curve, its error and the best thresholds are mostly chance.",
        "只有 {count} 对，校准曲线、校准误差与最佳阈值大多出于偶然。",
    ),
    "evaluation.low_end": ("{of}, 95 % low", "{of}，95% 下限"),
    "evaluation.high_end": ("{of}, 95 % high", "{of}，95% 上限"),
    "evaluation.resamples_column": ("Resamples", "重采样次数"),
    "evaluation.ceiling_column": ("Ceiling of Spearman", "Spearman 上限"),
    "evaluation.cut_column": ("Cut", "分界"),
    "evaluation.f1_column": ("Best F1", "最佳 F1"),
    "evaluation.accuracy_column": ("Best accuracy", "最佳准确率"),
    "evaluation.threshold": ("{of}, threshold", "{of}，阈值"),
    "evaluation.bad_cut": (
        "The cut has to lie above {lowest} and at most at {highest}, the ends of the labels.",
        "分界必须大于 {lowest} 且不超过 {highest}（标签的两端）。",
    ),
    "evaluation.labels_list": (
        "There are {pairs:,} pairs, and as many numbers are needed as labels: write [5, 0, …].",
        "共有 {pairs:,} 对，标签也要同样多的数字：请写成 [5, 0, …]。",
    ),
    "evaluation.about": ("How these are computed, and their limits", "计算方法与局限"),
    "evaluation.about_text": (
        "**CoSENT:** $\\log\\big(1 + \\sum_{y_i > y_j} e^{\\lambda (s_j - s_i)}\\big)$ over all the pairs,"
        " $\\lambda = 20$ for cosines, $1$ for logits ([8847](https://kexue.fm/archives/8847)): it grows with the number"
        " of pairs and with the scale, so compare it between models of one kind only. *In the wrong order* is the share of"
        " pairs of pairs with different labels whose scores are the other way round.\n\n"
        "**Calibrated score:** Platt's logistic curve, each fifth of the pairs by a curve fitted to the others;"
        " *calibration error* is the mean distance of the curve's bins from the diagonal.\n\n"
        "**Ceiling:** with two label values, the higher with share $p$, scores without ties cannot exceed a Spearman of"
        " $\\sqrt{3p(1-p)}$, .866 at most (for $n$ pairs exactly: divided by $\\sqrt{1 - 1/n^2}$). A figure of .50 on such data and one of .80 on graded data are not comparable.\n\n"
        "**Limits**\n"
        "- Best thresholds are the best *on these pairs*: on new ones they do a little worse.\n"
        "- The bootstrap treats pairs as independent; pairs that share sentences make intervals too narrow.\n"
        "- With a dozen pairs every interval is wide: that is the message.",
        "**CoSENT：** 对所有句子对计算 $\\log\\big(1 + \\sum_{y_i > y_j} e^{\\lambda (s_j - s_i)}\\big)$，余弦取 $\\lambda = 20$，"
        "logit 取 $1$（[8847](https://kexue.fm/archives/8847)）：它随句子对数量与尺度增大，只能在同类模型之间比较。"
        "「顺序错误」是标签不同的对中之对里，分数顺序相反的比例。\n\n"
        "**校准后的分数：** Platt 的 logistic 曲线，每五分之一的句子对用其余部分拟合的曲线；"
        "「校准误差」是各分箱与对角线的平均距离。\n\n"
        "**上限：** 标签只有两个值、较高者占比为 $p$ 时，分数若无并列，Spearman 不会超过 $\\sqrt{3p(1-p)}$，最高 .866（$n$ 对时的精确值再除以 $\\sqrt{1 - 1/n^2}$）。"
        "这种数据上的 .50 与分级数据上的 .80 不能比较。\n\n"
        "**局限**\n"
        "- 最佳阈值是*在这些句子对上*最好的：换新的数据会略差。\n"
        "- 自助法假定句子对相互独立；共用句子的句子对会使区间过窄。\n"
        "- 只有十来对时，区间都很宽：这正是要看到的。",
    ),
}
