"""Attention: random queries and keys, and random networks."""

TEXTS: dict[str, tuple[str, str]] = {
    "attention.laboratory.intro": (
        "**Random queries and keys**: nothing is trained, everything is drawn. Set the number of tokens, the head size and"
        " how sharp the logits are, and find where the post's claim turns round.",
        "**随机的 q 与 k**：没有训练，一切都是抽取的。设定词元数、头的维度与 logits 的尖锐程度，看文章的说法在何处反转。",
    ),
    "attention.laboratory.n": ("Tokens n", "词元数 n"),
    "attention.laboratory.d": ("Head size d", "头的维度 d"),
    "attention.laboratory.scale": ("Sharpness: sd of the logits", "尖锐程度：logits 的标准差 sd"),
    "attention.laboratory.seeds": ("Draws", "抽取次数"),
    "attention.laboratory.curves": ("Masks, and linear attention", "掩码与线性注意力"),
    "attention.laboratory.drawing": ("Matrices decomposed", "已分解的矩阵"),
    "attention.laboratory.walking": ("Crossover: settings drawn", "交叉点：已抽取的设定"),
    "attention.laboratory.running": ("Random networks run", "已运行的随机网络"),
    "attention.laboratory.claim_holds": (
        "Effective rank, mean of the draws: causal {causal}, bidirectional {bidirectional} of {n}. Here the post's claim"
        " holds in effect: the causal mask is ahead.",
        "有效秩（各次抽取的均值）：因果 {causal}，双向 {bidirectional}，满秩 {n}。此处文章的说法实际成立：因果掩码领先。",
    ),
    "attention.laboratory.claim_reversed": (
        "Effective rank, mean of the draws: bidirectional {bidirectional}, causal {causal} of {n}. Here the post's claim is"
        " reversed: the bidirectional mask is ahead.",
        "有效秩（各次抽取的均值）：双向 {bidirectional}，因果 {causal}，满秩 {n}。此处文章的说法反转：双向掩码领先。",
    ),
    "attention.laboratory.turn": (
        "At n = {n}, d = {d} the bidirectional mask overtakes the causal one where the logits' standard deviation is about"
        " {scale}.",
        "n = {n}、d = {d} 时，logits 的标准差约为 {scale} 处双向掩码超过因果掩码。",
    ),
    "attention.laboratory.no_turn": (
        "At n = {n}, d = {d} they do not cross between {low} and {high}: {mask} is ahead throughout.",
        "n = {n}、d = {d} 时，二者在 {low} 与 {high} 之间没有交叉：{mask}始终领先。",
    ),
    "attention.laboratory.log_det": (
        "log|det| of the causal matrix is {value}; {even} of it is −log {n}!, which the mask alone gives when all logits are"
        " equal. A positive determinant, and a tiny one.",
        "因果矩阵的 log|det| 为 {value}；其中 {even} 即 −log {n}!，是 logits 全相等时掩码本身给出的。行列式为正，但极小。",
    ),
    "attention.laboratory.unresolved": (
        "Not to be told from singular in float64 in at least one draw: {names} (condition number at least {bound}).",
        "至少有一次抽取在 float64 中与奇异矩阵无法区分：{names}（条件数至少为 {bound}）。",
    ),
    "attention.laboratory.and": (", ", "、"),
    "attention.laboratory.comma": (", ", "，"),
    "attention.laboratory.here": ("set here", "当前设定"),
    "attention.laboratory.crossing": ("crossing {scale}", "交叉 {scale}"),
    "attention.laboratory.table": (
        "All measures, mean ± standard deviation of the draws",
        "全部度量，各次抽取的均值 ± 标准差",
    ),
    "attention.laboratory.column.reference": ("Known", "已知值"),
    "attention.laboratory.over_sizes": (
        "Where do they cross for other d?",
        "其他 d 的交叉点在哪里？",
    ),
    "attention.laboratory.sizes": (
        "Where bidirectional overtakes causal, by head size",
        "不同头维度下双向超过因果之处",
    ),
    "attention.laboratory.column.n": ("n", "n"),
    "attention.laboratory.column.d": ("Head size d", "头的维度 d"),
    "attention.laboratory.column.crossing": ("Crossing at sd", "交叉处的 sd"),
    "attention.laboratory.column.soft": (
        "Effective rank at sd {low}: bidirectional / causal",
        "sd {low} 处的有效秩：双向 / 因果",
    ),
    "attention.laboratory.column.sharp": (
        "At sd {high}: bidirectional / causal",
        "sd {high} 处：双向 / 因果",
    ),
    "attention.laboratory.never": ("none: {mask} ahead", "无：{mask}始终领先"),
    "attention.laboratory.csv_spectra": ("Singular values (CSV)", "奇异值（CSV）"),
    "attention.laboratory.csv_walk": ("Crossover curve (CSV)", "交叉曲线（CSV）"),
    "attention.laboratory.csv_networks": ("Random networks (CSV)", "随机网络（CSV）"),
    "attention.laboratory.depth_intro": (
        "### Depth\n\n"
        "Token vectors that become one: the **residual share** is what is left of them when their mean is taken away. On the"
        " left random networks of attention alone, on the right the model that was read above.",
        "### 深度\n\n"
        "词元向量趋于相同：**残差占比**是减去均值后剩下的部分。左边是只有注意力的随机网络，右边是上方所读的模型。",
    ),
    "attention.laboratory.masks": ("Masks", "掩码"),
    "attention.laboratory.variants": ("Networks", "网络"),
    "attention.laboratory.variant.plain": ("attention alone", "仅注意力"),
    "attention.laboratory.variant.norm": ("with LayerNorm", "加 LayerNorm"),
    "attention.laboratory.variant.residual": ("with residual connections", "加残差连接"),
    "attention.laboratory.variant.both": ("with both", "两者都加"),
    "attention.laboratory.depth": ("Layers", "层数"),
    "attention.laboratory.rounding": ("rounding of float64", "float64 的舍入"),
    "attention.laboratory.ends": (
        "Random network, {variant}, after {depth} layers: {ends}.",
        "随机网络（{variant}），{depth} 层之后：{ends}。",
    ),
    "attention.laboratory.about_model": (
        "{model}, {tokens} tokens: residual share {first} before the first layer and {last} after the last; least {lowest},"
        " after layer {layer} of {layers}.",
        "{model}，{tokens} 个词元：首层之前的残差占比为 {first}，末层之后为 {last}；最小为 {lowest}，"
        "在第 {layer} 层之后（共 {layers} 层）。",
    ),
    "attention.laboratory.whole": (
        "Choose a whole number from {least} to {most}.",
        "请选择 {least} 到 {most} 的整数。",
    ),
    "attention.laboratory.no_mask": ("Choose at least one mask.", "请至少选择一种掩码。"),
    "attention.laboratory.no_variant": (
        "Choose at least one kind of network.",
        "请至少选择一种网络。",
    ),
    "attention.laboratory.about_text": (
        "$$Q, K \\in \\mathbb{R}^{n \\times d} \\text{ Gaussian}, \\qquad \\operatorname{sd}\\big((QK^{\\top})_{ij}\\big)"
        " = \\text{as set}, \\qquad A = \\operatorname{softmax}(QK^{\\top} + M)$$\n\n"
        "$$\\text{residual share}(X) = \\frac{\\lVert X - \\mathbf{1}\\bar{x}^{\\top} \\rVert_F}{\\lVert X \\rVert_F},"
        " \\qquad X \\leftarrow \\operatorname{norm}\\Big([X +] \\sum_h A_h X V_h O_h\\Big)$$\n\n"
        "0: all tokens are alike; 1: their mean is nought. The prefix is the first half of the tokens. Networks: 64 tokens,"
        " width 64, 4 heads, Gaussian weights of variance 1 / 64 drawn anew for every layer; median and span of three"
        " draws, the same weights under every mask.\n\n"
        "Sources: [why decoder-only (9529)](https://kexue.fm/archives/9529),"
        " [its FAQ (9547)](https://kexue.fm/archives/9547);"
        " [Dong et al. 2021 (2103.03404)](https://arxiv.org/abs/2103.03404): attention alone loses rank doubly"
        " exponentially with depth; [2405.18781](https://arxiv.org/abs/2405.18781): the roles of masks and LayerNorm.\n\n"
        "**What to notice**\n"
        "- The three buttons set known settings; their effective ranks stand beside ours. Soft logits (the first two): the"
        " causal mask is far ahead. Sharp ones (the third): it is behind.\n"
        "- Why: with soft logits all rows of a bidirectional matrix are nearly the same average, while a causal mask makes the"
        " first rows different by force. Sharp logits differ by themselves, and then the mask only takes choice away.\n"
        "- With soft logits the bidirectional curve has a step at d: to first order the exponential is the product itself, of"
        " rank d. This is what the post has in mind; behind the step the rest goes on, small and of full rank.\n"
        "- The crossing moves down as d grows: with d = 1 or 2 the bidirectional mask never catches up, with d = 64"
        " moderate logits suffice. Ask for the table.\n"
        "- Rank above $10^{-12}$ of bidirectional softmax goes far beyond d: the exponential is no product through d"
        " features. Linear attention is: at most d without a mask.\n"
        "- Depth: attention alone becomes one vector after a few layers; the causal mask slows this and does not stop it."
        " The trained model on the right does nothing of the kind.\n\n"
        "**What is known to be wrong or limited**\n"
        "- The post compares a full-rank with a low-rank matrix. In exact arithmetic both are of full rank; what can be"
        " compared is how much of it carries weight, and there the winner depends on n, d and the sharpness. Gaussian"
        " queries and keys are no model of trained ones: see the panel Rank for those.\n"
        "- Half of the heads backward, and alternating layers, are for one random head the same as causal; a network tells"
        " them apart.\n"
        "- “≥” and “≤” mark bounds: below $n\\,\\varepsilon\\,\\sigma_1$ there is only rounding. The crossing is that of two"
        " draws, between 13 steps of the logits' standard deviation.\n"
        "- What the networks do not show: a feed-forward part, trained weights, pre-norm, wider or longer inputs. The papers'"
        " measure is not divided by $\\lVert X \\rVert_F$. LayerNorm stops the collapse only for suitable weights"
        " (2405.18781); Gaussian ones are not among them, as can be seen here. Token vectors that differ are not yet"
        " vectors that say something.",
        "$$Q, K \\in \\mathbb{R}^{n \\times d} \\text{ 高斯}, \\qquad \\operatorname{sd}\\big((QK^{\\top})_{ij}\\big)"
        " = \\text{设定值}, \\qquad A = \\operatorname{softmax}(QK^{\\top} + M)$$\n\n"
        "$$\\text{残差占比}(X) = \\frac{\\lVert X - \\mathbf{1}\\bar{x}^{\\top} \\rVert_F}{\\lVert X \\rVert_F},"
        " \\qquad X \\leftarrow \\operatorname{norm}\\Big([X +] \\sum_h A_h X V_h O_h\\Big)$$\n\n"
        "0：所有词元相同；1：均值为零。前缀为前一半词元。网络：64 个词元，宽度 64，4 个头，每层重新抽取方差为 1 / 64 的高斯权重；"
        "图示三次抽取的中位数与范围，各掩码使用同样的权重。\n\n"
        "出处：[为什么是 Decoder-only（9529）](https://kexue.fm/archives/9529)、"
        "[其 FAQ（9547）](https://kexue.fm/archives/9547)；"
        "[Dong et al. 2021（2103.03404）](https://arxiv.org/abs/2103.03404)：纯注意力的秩随深度双指数下降；"
        "[2405.18781](https://arxiv.org/abs/2405.18781)：掩码与 LayerNorm 的作用。\n\n"
        "**看点**\n"
        "- 三个按钮对应已知的设定，其有效秩列在我们的旁边。logits 平缓时（前两个）因果掩码遥遥领先；尖锐时（第三个）则落后。\n"
        "- 原因：logits 平缓时，双向矩阵的各行几乎是同一个平均，而因果掩码强行使前几行不同。尖锐的 logits 本身就各不相同，"
        "这时掩码只是减少了选择。\n"
        "- logits 平缓时，双向曲线在 d 处有一个台阶：一阶近似下 exp 就是秩为 d 的内积本身。文章想到的正是这一点；台阶之后其余部分虽小，却仍是满秩。\n"
        "- d 越大，交叉点越低：d = 1 或 2 时双向永远追不上，d = 64 时中等的 logits 就够了。点击按钮看表。\n"
        "- 双向 softmax 大于 $10^{-12}$ 的秩远超过 d：exp 并不是经过 d 维特征的乘积。线性注意力才是：不带掩码时至多为 d。\n"
        "- 深度：纯注意力几层之后就塌缩为一个向量；因果掩码只是减缓，并不能阻止。右边训练过的模型则完全不是这样。\n\n"
        "**已知的错误与局限**\n"
        "- 文章比较的是满秩矩阵与低秩矩阵。在精确算术中二者都满秩；可比的是其中有多少真正起作用，而孰高孰低取决于 n、d 与尖锐程度。"
        "高斯的 q、k 并不代表训练后的 q、k：请看「秩」。\n"
        "- 「一半的头反向」与「逐层交替」对单个随机头而言与因果相同；在网络中才有区别。\n"
        "- 「≥」「≤」表示界：小于 $n\\,\\varepsilon\\,\\sigma_1$ 的只有舍入误差。交叉点由两次抽取、标准差的 13 档内插得到。\n"
        "- 网络没有展示的：前馈层、训练过的权重、pre-norm、更宽或更长的输入。论文的度量没有除以 $\\lVert X \\rVert_F$。"
        "LayerNorm 只对合适的权重能阻止塌缩（2405.18781），高斯权重不在其中，此处可见。词元向量互不相同，也不等于它们有意义。",
    ),
}
