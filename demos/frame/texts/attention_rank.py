"""Attention: the rank of one head under every mask, and of all heads."""

TEXTS: dict[str, tuple[str, str]] = {
    "attention.rank.intro": (
        "Singular values of **one head's matrix under every mask**, and the effective rank of all heads. Full rank in"
        " exact arithmetic is one thing; how much of that rank carries weight is another.",
        "**一个注意力头的矩阵在各种掩码下**的奇异值，以及所有头的有效秩。精确算术中的满秩是一回事，"
        "其中有多少真正起作用是另一回事。",
    ),
    "attention.rank.layer": ("Layer", "层"),
    "attention.rank.head": ("Head", "头"),
    "attention.rank.sinks": ("Count the sink tokens", "计入汇聚词元"),
    "attention.rank.sinks_hint": (
        "Special tokens and a causal model's first; without them the rows are normalised anew.",
        "特殊词元与因果模型的首词元；去掉后各行重新归一化。",
    ),
    "attention.rank.measuring.own": ("Its own mask: layers", "自身掩码：层"),
    "attention.rank.measuring.bidirectional": ("Bidirectional mask: layers", "双向掩码：层"),
    "attention.rank.measuring.causal": ("Causal mask: layers", "因果掩码：层"),
    "attention.rank.own": ("{name} (its own)", "{name}（自身）"),
    "attention.rank.softmax.bidirectional": ("bidirectional", "双向"),
    "attention.rank.softmax.causal": ("causal", "因果"),
    "attention.rank.softmax.backward": ("backward", "反向因果"),
    "attention.rank.softmax.prefix": ("prefix (first half)", "前缀（前一半）"),
    "attention.rank.softmax.half_heads": ("half of the heads backward", "一半的头反向"),
    "attention.rank.softmax.alternating": ("alternating layers", "逐层交替"),
    "attention.rank.linear.bidirectional": ("linear attention", "线性注意力"),
    "attention.rank.linear.causal": ("linear attention, causal", "线性注意力，因果"),
    "attention.rank.same_as": ("{name}: here {same}", "{name}：此处为{same}"),
    "attention.rank.what_if": (
        "{model} was trained under its own mask ({mask}). Every other mask is put on the same logits afterwards: a"
        " what-if, not a model trained so.",
        "{model} 是在自身掩码（{mask}）下训练的。其他掩码是事后加在同样的 logits 上的：这是假设推演，并非如此训练的模型。",
    ),
    "attention.rank.without": (
        " Left out: {count} sink tokens.",
        "已去掉 {count} 个汇聚词元。",
    ),
    "attention.rank.about_head": (
        "Layer {layer}, head {head}: the effective rank is {own} of {n} under its own mask, and largest under the {mask}"
        " one: {best}.",
        "第 {layer} 层第 {head} 头：自身掩码下的有效秩为 {own}（共 {n}），最大的是{mask}掩码下的 {best}。",
    ),
    "attention.rank.about_exact": (
        "In exact arithmetic all softmax matrices here are of full rank {n}: the causal one by its positive diagonal,"
        " the bidirectional one because exp of the products of distinct queries and keys is generically regular,"
        " whatever the head size (here {d}). Exact rank does not tell them apart.",
        "在精确算术中，这里所有的 softmax 矩阵都是满秩 {n}：因果矩阵因为对角线为正；双向矩阵因为互异的 q、k 之积取 exp 后一般可逆，"
        "与头的维度（此处为 {d}）无关。精确秩无法区分二者。",
    ),
    "attention.rank.about_all.causal": (
        "Effective rank, all heads: the causal mask has the larger in {causal} of {heads}, the bidirectional one in"
        " {bidirectional}, {alike} are alike to .5 %. Means: {causal_mean} against {bidirectional_mean} of {n}.",
        "所有头的有效秩：{heads} 个头中，因果掩码较大的有 {causal} 个，双向掩码较大的有 {bidirectional} 个，"
        "相差不到 0.5% 的有 {alike} 个。均值：因果 {causal_mean}，双向 {bidirectional_mean}，满秩 {n}。",
    ),
    "attention.rank.about_all.bidirectional": (
        "Effective rank, all heads: contrary to the post's claim the bidirectional mask has the larger in {bidirectional}"
        " of {heads}, the causal one in {causal}, {alike} are alike to .5 %. Means: {bidirectional_mean} against"
        " {causal_mean} of {n}.",
        "所有头的有效秩：与文章的说法相反，{heads} 个头中双向掩码较大的有 {bidirectional} 个，因果掩码较大的有 {causal} 个，"
        "相差不到 0.5% 的有 {alike} 个。均值：双向 {bidirectional_mean}，因果 {causal_mean}，满秩 {n}。",
    ),
    "attention.rank.about_all.none": (
        "Effective rank, all heads: neither mask is ahead, {causal} heads each, {alike} of {heads} are alike to .5 %."
        " Means: causal {causal_mean}, bidirectional {bidirectional_mean} of {n}.",
        "所有头的有效秩：两种掩码不分高下，各有 {causal} 个头较大，{heads} 个头中有 {alike} 个相差不到 0.5%。"
        "均值：因果 {causal_mean}，双向 {bidirectional_mean}，满秩 {n}。",
    ),
    "attention.rank.about_resolution": (
        "What float64 can see: under the causal mask {causal} of {heads} heads are singular as far as it can tell, under"
        " the bidirectional one {bidirectional}; their condition number is at least {bound}.",
        "float64 所见：在因果掩码下，{heads} 个头中有 {causal} 个与奇异矩阵无法区分，双向掩码下有 {bidirectional} 个；"
        "它们的条件数至少为 {bound}。",
    ),
    "attention.rank.axis.number": ("number of the singular value", "奇异值序号"),
    "attention.rank.axis.value": ("singular value", "奇异值"),
    "attention.rank.axis.layer": ("layer", "层"),
    "attention.rank.axis.effective": ("effective rank", "有效秩"),
    "attention.rank.axis.scale": ("standard deviation of the logits", "logits 的标准差"),
    "attention.rank.axis.depth": ("layers passed", "经过的层数"),
    "attention.rank.axis.after_layer": (
        "after layer (0: before the first)",
        "第几层之后（0：首层之前）",
    ),
    "attention.rank.axis.share": ("residual share", "残差占比"),
    "attention.rank.resolution": (
        "below: rounding of float64",
        "以下为 float64 的舍入误差",
    ),
    "attention.rank.full": ("full rank {n}", "满秩 {n}"),
    "attention.rank.median": ("median", "中位数"),
    "attention.rank.hover": (
        "layer %{{customdata[0]}}, head %{{customdata[1]}}: %{{y:.1f}}",
        "第 %{{customdata[0]}} 层第 %{{customdata[1]}} 头：%{{y:.1f}}",
    ),
    "attention.rank.table": (
        "All measures of this head, mask by mask",
        "该头在各掩码下的全部度量",
    ),
    "attention.rank.column.mask": ("Mask", "掩码"),
    "attention.rank.column.exact": ("Rank in exact arithmetic", "精确算术中的秩"),
    "attention.rank.column.effective": ("Effective rank", "有效秩"),
    "attention.rank.column.stable": ("Stable rank", "稳定秩"),
    "attention.rank.column.numerical": ("Rank > {tolerance}", "秩 > {tolerance}"),
    "attention.rank.column.condition": ("Condition number", "条件数"),
    "attention.rank.column.log_det": ("log|det|", "log|det|"),
    "attention.rank.reason.triangular.softmax": ("positive diagonal", "对角线为正"),
    "attention.rank.reason.exponential.softmax": (
        "generically: exp of products",
        "一般情形：内积的 exp",
    ),
    "attention.rank.reason.blocks.softmax": (
        "generically: both blocks full",
        "一般情形：两块均满秩",
    ),
    "attention.rank.reason.blocks.linear": ("the prefix has at most d", "前缀块至多为 d"),
    "attention.rank.reason.factors.linear": ("a product through d features", "经过 d 维特征的乘积"),
    "attention.rank.singular.condition": ("∞ (singular)", "∞（奇异）"),
    "attention.rank.singular.log_det": ("−∞ (singular)", "−∞（奇异）"),
    "attention.rank.underflow": ("below 10⁻³⁰⁸", "低于 10⁻³⁰⁸"),
    "attention.rank.csv_head": ("Singular values (CSV)", "奇异值（CSV）"),
    "attention.rank.csv_all": ("All heads, both masks (CSV)", "所有头，两种掩码（CSV）"),
    "attention.rank.out_of_range": (
        "Choose a whole number from 1 to {most}: the model has no more.",
        "请选择 1 到 {most} 的整数：模型没有更多。",
    ),
    "attention.rank.not_a_string": ("“{name}” has to be a string.", "「{name}」必须是字符串。"),
    "attention.rank.not_a_truth": (
        "“sinks” has to be true or false.",
        "「sinks」必须是 true 或 false。",
    ),
    "attention.rank.unknown_mask": (
        "There is no mask “{given}”: choose one of {known}.",
        "没有名为「{given}」的掩码：请选择 {known} 之一。",
    ),
    "attention.rank.about_text": (
        "$$A = \\operatorname{softmax}\\!\\left(QK^{\\top}/\\sqrt{d} + M\\right) \\in \\mathbb{R}^{n \\times n},"
        " \\qquad \\text{effective rank} = \\exp H\\!\\left(\\frac{\\sigma}{\\sum \\sigma}\\right), \\qquad"
        " \\text{stable rank} = \\frac{\\lVert A \\rVert_F^2}{\\lVert A \\rVert_2^2}$$\n\n"
        "*Rank > $10^{-4}$* counts the singular values above $10^{-4} \\sigma_1$. *Condition number* is"
        " $\\sigma_1 / \\sigma_n$; $\\log|\\det A|$ is the sum of $\\log \\sigma$, taken from the diagonal where the matrix"
        " is triangular. *Linear attention* has the features $\\operatorname{elu} + 1$ of the same $q$ and $k$.\n\n"
        "Sources: [why decoder-only (9529)](https://kexue.fm/archives/9529),"
        " [its FAQ (9547)](https://kexue.fm/archives/9547), effective rank: Roy & Vetterli 2007, linear attention:"
        " [2006.16236](https://arxiv.org/abs/2006.16236), sinks: [2309.17453](https://arxiv.org/abs/2309.17453).\n\n"
        "**What to notice**\n"
        "- The post argues that bidirectional attention passes through $d \\ll n$ and is of low rank, while a causal"
        " matrix has a positive determinant. Look for a step at $d$: random soft logits have one (see the laboratory),"
        " trained heads hardly. Only linear attention without a mask breaks off there, being a product through $d$ features"
        " (with $n$ beyond $d$).\n"
        "- A positive determinant says little: it is the product of the diagonal and can be as small as one likes. Look at"
        " the condition numbers of the causal masks.\n"
        "- Heads that look sharply at one neighbour have almost full effective rank under every mask. Flat heads have"
        " little; there the causal mask helps, because its first rows have few tokens to spread over.\n"
        "- Switch the sinks off: where most weight lies on one column, the matrix is near rank one, and what the rest of"
        " the head does is seen only without it.\n\n"
        "**What is known to be wrong or limited**\n"
        "- The post sets “full rank” against “low rank”. In exact arithmetic bidirectional softmax is generically of full"
        " rank as well, and a causal matrix is numerically near-singular. Therefore several measures stand here side by"
        " side, and which mask is ahead is counted, not claimed.\n"
        "- With random queries and keys the causal mask is ahead while logits are soft and falls behind when they are sharp:"
        " see the laboratory.\n"
        "- “≥” and “≤” mark bounds: what lies below $n\\,\\varepsilon\\,\\sigma_1$, about $10^{-14}$, is rounding, and no"
        " figure is told of it. $-\\log n!$ of $\\log|\\det|$ is what any causal mask has whose logits are all"
        " equal.\n"
        "- Tokens that are alike in query and key (“generically” excludes them) would make two rows or columns alike.\n"
        "- Rank says how much a layer's attention could pass on, not whether that is of use. One text is one sample.",
        "$$A = \\operatorname{softmax}\\!\\left(QK^{\\top}/\\sqrt{d} + M\\right) \\in \\mathbb{R}^{n \\times n},"
        " \\qquad \\text{有效秩} = \\exp H\\!\\left(\\frac{\\sigma}{\\sum \\sigma}\\right), \\qquad"
        " \\text{稳定秩} = \\frac{\\lVert A \\rVert_F^2}{\\lVert A \\rVert_2^2}$$\n\n"
        "*秩 > $10^{-4}$* 指大于 $10^{-4} \\sigma_1$ 的奇异值个数；*条件数*为 $\\sigma_1 / \\sigma_n$；$\\log|\\det A|$ 为"
        " $\\log \\sigma$ 之和，三角矩阵则由对角线算得。*线性注意力*使用同样的 $q$、$k$ 的特征 $\\operatorname{elu} + 1$。\n\n"
        "出处：[为什么是 Decoder-only（9529）](https://kexue.fm/archives/9529)、"
        "[其 FAQ（9547）](https://kexue.fm/archives/9547)，有效秩：Roy & Vetterli 2007，线性注意力："
        "[2006.16236](https://arxiv.org/abs/2006.16236)，汇聚词元：[2309.17453](https://arxiv.org/abs/2309.17453)。\n\n"
        "**看点**\n"
        "- 文章认为双向注意力要经过 $d \\ll n$ 因而低秩，而因果矩阵的行列式为正。请在 $d$ 处找台阶：随机的平缓 logits 有（见「实验室」），"
        "训练过的头几乎没有。只有不带掩码的线性注意力在那里断开（$n$ 大于 $d$ 时），因为它是经过 $d$ 维特征的乘积。\n"
        "- 行列式为正说明不了多少：它是对角线之积，可以任意小。请看各因果掩码的条件数。\n"
        "- 紧盯某个邻居的头在任何掩码下都几乎是满的有效秩；平坦的头则很低，这时因果掩码有帮助，因为前几行可分散的词元很少。\n"
        "- 去掉汇聚词元：若大部分权重落在一列上，矩阵就接近秩一，该头其余的行为只有去掉那一列才看得见。\n\n"
        "**已知的错误与局限**\n"
        "- 文章把「满秩」与「低秩」对立起来。在精确算术中双向 softmax 一般同样满秩，而因果矩阵在数值上接近奇异。"
        "因此这里并列多种度量，孰高孰低靠计数，不靠断言。\n"
        "- 对随机的 q、k，logits 平缓时因果掩码领先，尖锐时则落后：见「实验室」。\n"
        "- 「≥」「≤」表示界：小于 $n\\,\\varepsilon\\,\\sigma_1$（约 $10^{-14}$）的都是舍入误差，不据此给出数值。"
        "$\\log|\\det|$ 中的 $-\\log n!$ 是任何 logits 全相等的因果矩阵都有的。\n"
        "- 若两个词元的 q 或 k 完全相同（「一般情形」排除了它们），就会有两行或两列相同。\n"
        "- 秩说明一层注意力最多能传递多少，而不是传递的内容是否有用。一段文本只是一个样本。",
    ),
}
