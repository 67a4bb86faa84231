"""Attention: all heads as small multiples, one head from close by."""

TEXTS: dict[str, tuple[str, str]] = {
    "attention.heads.intro": (
        "Every head of the model, a row a layer. The colour is the chosen figure, **red is the sparse or low-rank end**."
        " Click a head for its matrix. Layers and heads are counted from 1.",
        "模型的全部注意力头，每层一行。颜色表示所选的指标，**红色是稀疏或低秩的一端**。点击一个头查看其矩阵。层与头从 1 开始编号。",
    ),
    "attention.heads.choose": ("Coloured by", "着色指标"),
    "attention.heads.sinks": ("Without the sink tokens", "去掉汇聚词元（sink）"),
    "attention.heads.sinks_hint": (
        "Special tokens, and a causal model's first: heads with nothing to say look there.",
        "特殊词元，以及因果模型的首个词元：无事可做的头把注意力停在那里。",
    ),
    "attention.heads.layer": ("Layer", "层"),
    "attention.heads.head": ("Head", "头"),
    "attention.heads.scale": ("Colours of the matrix", "矩阵的颜色刻度"),
    "attention.heads.scale.linear": ("linear", "线性"),
    "attention.heads.scale.sqrt": ("square root", "平方根"),
    "attention.heads.scale.log": ("logarithm", "对数"),
    "attention.heads.overview": ("All heads", "全部注意力头"),
    "attention.heads.head_label": (
        "Layer {layer}, head {head}: {name} {value}",
        "第 {layer} 层第 {head} 头：{name} {value}",
    ),
    "attention.heads.red.sparse": ("red: sparse", "红色：稀疏"),
    "attention.heads.red.rank": ("red: of low rank", "红色：低秩"),
    "attention.heads.red.share": ("red: much", "红色：多"),
    "attention.heads.measuring": ("Layers measured without sinks", "已测量的层（去掉汇聚词元）"),
    "attention.heads.done_without": (
        "Left out as sinks: {names} ({count} of {tokens} tokens). The weights of each row sum to one anew.",
        "已去掉汇聚词元：{names}（{tokens} 个词元中的 {count} 个）。每行权重重新归一。",
    ),
    "attention.heads.no_sinks": (
        "This text has no sink token that could be left out: the figures are the same.",
        "这段文本没有可以去掉的汇聚词元：各项指标不变。",
    ),
    "attention.heads.nothing": (
        "Nothing has been read yet: press “Read and measure”.",
        "还没有读取任何文本：请按「读取并测量」。",
    ),
    "attention.heads.unknown": (
        "This is not among the choices: choose one of the list.",
        "不在选项中：请从列表中选择。",
    ),
    # --- the figures ---
    "attention.heads.figure.s_star_1_2": ("S* (l1/l2)", "S*（l1/l2）"),
    "attention.heads.figure.s0": ("S0, mean over largest", "S0，均值与最大值之比"),
    "attention.heads.figure.s_1_2": ("S (l1/l2), not normalised", "S（l1/l2，未归一化）"),
    "attention.heads.figure.gini": ("Gini coefficient", "基尼系数"),
    "attention.heads.figure.hoyer": ("Hoyer’s measure", "Hoyer 指标"),
    "attention.heads.figure.participation": ("Participation ratio / n", "参与比 / n"),
    "attention.heads.figure.effective": ("Effective number of tokens / n", "有效词元数 / n"),
    "attention.heads.figure.entropy": ("Entropy / log n", "熵 / log n"),
    "attention.heads.figure.share_below": ("Share of weights ≤ .001", "不超过 0.001 的权重占比"),
    "attention.heads.figure.effective_rank": ("Effective rank / n", "有效秩 / n"),
    "attention.heads.figure.stable_rank": ("Stable rank", "稳定秩"),
    "attention.heads.figure.sinks": ("Weight on the sinks", "汇聚词元上的权重"),
    "attention.heads.figure.previous": ("Weight on the previous token", "前一个词元上的权重"),
    "attention.heads.figure.itself": ("Weight on the token itself", "词元自身的权重"),
    "attention.heads.figure.next": ("Weight on the next token", "后一个词元上的权重"),
    "attention.heads.figure.numerical_rank": (
        "Rank above {tolerance} of the largest singular value",
        "大于最大奇异值 {tolerance} 倍的秩",
    ),
    "attention.heads.figure.log_abs_det": ("log |det|", "log |det|"),
    "attention.heads.figure.condition": ("Condition number", "条件数"),
    "attention.heads.short.s_star_1_2": ("S*", "S*"),
    "attention.heads.short.s0": ("S0", "S0"),
    "attention.heads.short.s_1_2": ("S l1/l2", "S l1/l2"),
    "attention.heads.short.gini": ("Gini", "基尼"),
    "attention.heads.short.hoyer": ("Hoyer", "Hoyer"),
    "attention.heads.short.participation": ("Particip. / n", "参与比 / n"),
    "attention.heads.short.effective": ("Eff. tokens / n", "有效词元 / n"),
    "attention.heads.short.entropy": ("Entropy / log n", "熵 / log n"),
    "attention.heads.short.share_below": ("≤ .001", "≤ 0.001"),
    "attention.heads.short.effective_rank": ("Eff. rank / n", "有效秩 / n"),
    "attention.heads.short.stable_rank": ("Stable rank", "稳定秩"),
    "attention.heads.short.sinks": ("On sinks", "汇聚词元"),
    "attention.heads.short.previous": ("On previous", "前一个"),
    "attention.heads.short.itself": ("On itself", "自身"),
    "attention.heads.short.next": ("On next", "后一个"),
    # --- one head ---
    "attention.heads.matrix": (
        "Layer {layer}, head {head}: rows look at columns",
        "第 {layer} 层第 {head} 头：行看列",
    ),
    "attention.heads.hover": (
        "%{{y}}<br>looks at %{{x}}<br><b>%{{z:.3~g}}</b><extra></extra>",
        "%{{y}}<br>看 %{{x}}<br><b>%{{z:.3~g}}</b><extra></extra>",
    ),
    "attention.heads.part.0": ("A", "A"),
    "attention.heads.part.1": ("B", "B"),
    "attention.heads.table": (
        "This head, with and without its sinks",
        "这个头：保留与去掉汇聚词元",
    ),
    "attention.heads.column.figure": ("Figure", "指标"),
    "attention.heads.column.with": ("With sinks", "保留"),
    "attention.heads.column.without": ("Without", "去掉"),
    "attention.heads.column.layer": ("Layer", "层"),
    "attention.heads.column.head": ("Head", "头"),
    "attention.heads.blocks": (
        "In this head tokens of A keep {own_a} of their weight on A and give {other_a} to B; tokens of B keep {own_b}"
        " and give {other_b} to A.",
        "在这个头中，A 的词元把 {own_a} 的权重留在 A，{other_a} 给 B；B 的词元留 {own_b}，{other_b} 给 A。",
    ),
    "attention.heads.blocks_special": (
        "In this head tokens of A keep {own_a} of their weight on A and give {other_a} to B; tokens of B keep {own_b}"
        " and give {other_b} to A. The rest lies on special tokens.",
        "在这个头中，A 的词元把 {own_a} 的权重留在 A，{other_a} 给 B；B 的词元留 {own_b}，{other_b} 给 A。其余在特殊词元上。",
    ),
    "attention.heads.all": ("All heads as a table", "全部注意力头的表格"),
    "attention.heads.all_hint": (
        "Click a column’s head to sort, a row to see that head.",
        "点击列名可排序，点击一行可查看该头。",
    ),
    "attention.heads.csv": ("All figures (CSV)", "全部指标（CSV）"),
    "attention.heads.npz": ("Arrays of this layer (.npz)", "本层数组（.npz）"),
    "attention.heads.svg": ("Matrix as SVG", "矩阵（SVG）"),
    # --- what to notice ---
    "attention.heads.notice.sparsest": (
        "The sparsest head is {head} ({name} {value}). {habit}",
        "最稀疏的头是 {head}（{name} {value}）。{habit}",
    ),
    "attention.heads.notice.even": (
        "The most even head is {head} ({value}). Layer by layer, the mean is sparsest in layer {sparse} ({sparse_value})"
        " and most even in layer {even} ({even_value}).",
        "最均匀的头是 {head}（{value}）。按层平均，第 {sparse} 层最稀疏（{sparse_value}），第 {even} 层最均匀（{even_value}）。",
    ),
    "attention.heads.habit.some": (
        "It puts {share} of its weight on {place}, where even attention would put {even}.",
        "它把 {share} 的权重放在{place}；若注意力均匀，那里只得 {even}。",
    ),
    "attention.heads.habit.none": (
        "None of the simple habits explains it: the largest is {place} with {share}; even attention would put {even}"
        " there.",
        "简单的习惯都解释不了它：最多的是{place}，占 {share}；若注意力均匀，那里得 {even}。",
    ),
    "attention.heads.place.previous": ("the previous token", "前一个词元"),
    "attention.heads.place.itself": ("the token itself", "词元自身"),
    "attention.heads.place.next": ("the next token", "后一个词元"),
    "attention.heads.place.sinks": ("the sink tokens", "汇聚词元"),
    "attention.heads.notice.sinks": (
        "With nothing left out {share} of all heads’ weight goes to the sinks, most in head {head} ({most}); even"
        " attention would give them {even} ({count} of {tokens} tokens).",
        "在不去掉任何词元时，所有头合计 {share} 的权重落在汇聚词元上，头 {head} 最多（{most}）；若注意力均匀，它们只得 {even}（{tokens} 个词元中的 {count} 个）。",
    ),
    "attention.heads.notice.rank_higher": (
        "Here sparse heads have the higher rank: Spearman’s correlation of S* and effective rank is {related} over the"
        " heads.",
        "这里稀疏的头秩更高：各头 S* 与有效秩的 Spearman 相关系数为 {related}。",
    ),
    "attention.heads.notice.rank_lower": (
        "Here sparse heads have the lower rank: Spearman’s correlation of S* and effective rank is {related} over the"
        " heads.",
        "这里稀疏的头秩更低：各头 S* 与有效秩的 Spearman 相关系数为 {related}。",
    ),
    "attention.heads.notice.rank_none": (
        "Sparsity and rank are hardly related here: Spearman’s correlation of S* and effective rank is {related} over"
        " the heads.",
        "这里稀疏度与秩几乎无关：各头 S* 与有效秩的 Spearman 相关系数为 {related}。",
    ),
    "attention.heads.about_text": (
        "$$A = \\mathrm{softmax}\\!\\left(\\frac{QK^{\\top}}{\\sqrt d} + M\\right),\\qquad"
        " S^*_{1,2}(x) = \\frac{\\|x\\|_1}{\\sqrt n\\,\\|x\\|_2} = \\frac{1}{\\sqrt{1 +"
        " \\operatorname{Var}x/(\\operatorname{E}x)^2}},\\qquad"
        " \\operatorname{erank}(A) = e^{H(\\sigma/\\sum\\sigma)}$$\n\n"
        "A row of $A$ says how one token spreads its attention. $S^*$ is 1 for a row that looks at everything alike and"
        " $1/\\sqrt n$ for one that looks at a single token. A head's figure is the mean over its rows, each measured over"
        " the $n$ entries that its mask allows: row $t$ of a causal head has $t$ of them. $\\sigma$: singular values of"
        " the whole matrix.\n\n"
        "Sources: [measuring sparsity (9595)](https://kexue.fm/archives/9595),"
        " [why decoder-only (9529)](https://kexue.fm/archives/9529), axioms:"
        " [Hurley & Rickard](https://arxiv.org/abs/0811.4706), sinks:"
        " [Xiao et al.](https://arxiv.org/abs/2309.17453).\n\n"
        "**What to notice**\n"
        "- With sinks many heads look sparse only because they rest on [CLS] or [SEP]. Leave the sinks out: what is"
        " still red has a pattern among the words.\n"
        "- A clean diagonal beside the main one (each token looks at its neighbour) is as sparse as it gets, and has"
        " nearly full rank: sparse and of low rank are different things. A column (all look at one token) is sparse"
        " and of rank 1.\n"
        "- Under a cross-encoder the blocks A|B show in which layers the two texts look at each other.\n"
        "- Indices disagree: colour by several. *Share of weights ≤ .001* counts on a fixed scale, so it grows with"
        " the length of the text: of even attention over a thousand tokens every weight is counted.\n\n"
        "**Corrections and limits**\n"
        "- The post gives $S^*_{1,2}$ without the square root over $1 + \\operatorname{Var}/\\operatorname{E}^2$; the"
        " corrected form is computed here.\n"
        "- $S_{1,2}$, Hoyer and entropy $/\\log n$ change when every entry is repeated (axiom D4): compare them between"
        " texts of one length only.\n"
        "- Weights say where a head looks, not what it writes: values and the projection behind them are not seen"
        " here.\n"
        "- Which tokens are sinks is a rule, not a finding: special tokens, and the first token of a causal model."
        " Another token that many heads rest on (a full stop, say) is not removed.\n"
        "- A small picture shows the square root of the largest weight in each block of tokens, not the mean: thin"
        " lines stay visible, and faint ones look stronger than they are. The matrix shows the weights themselves.\n"
        "- A symmetric cross-encoder reads A|B and B|A when it scores; here it reads A|B alone.\n"
        "- PNG of the matrix: the camera above it.",
        "$$A = \\mathrm{softmax}\\!\\left(\\frac{QK^{\\top}}{\\sqrt d} + M\\right),\\qquad"
        " S^*_{1,2}(x) = \\frac{\\|x\\|_1}{\\sqrt n\\,\\|x\\|_2} = \\frac{1}{\\sqrt{1 +"
        " \\operatorname{Var}x/(\\operatorname{E}x)^2}},\\qquad"
        " \\operatorname{erank}(A) = e^{H(\\sigma/\\sum\\sigma)}$$\n\n"
        "$A$ 的一行表示一个词元如何分配注意力。处处相同的行 $S^* = 1$，只看一个词元的行 $S^* = 1/\\sqrt n$。"
        "一个头的指标是各行的平均，每行只在掩码允许的 $n$ 个位置上计算：因果头的第 $t$ 行有 $t$ 个。"
        "$\\sigma$ 是整个矩阵的奇异值。\n\n"
        "出处：[如何度量数据的稀疏程度（9595）](https://kexue.fm/archives/9595)、"
        "[为什么是 Decoder-only（9529）](https://kexue.fm/archives/9529)；公理："
        "[Hurley & Rickard](https://arxiv.org/abs/0811.4706)；汇聚词元："
        "[Xiao 等](https://arxiv.org/abs/2309.17453)。\n\n"
        "**看点**\n"
        "- 许多头显得稀疏，只是因为它们停在 [CLS] 或 [SEP] 上。去掉汇聚词元之后仍然发红的头，才在词与词之间有模式。\n"
        "- 紧挨主对角线的一条清晰斜线（每个词元看相邻的一个）稀疏到极点，秩却几乎是满的：稀疏与低秩是两回事。"
        "而一条竖线（大家都看同一个词元）既稀疏，秩又是 1。\n"
        "- 对交互式模型，A|B 的块显示两段文本在哪些层互相看。\n"
        "- 各个指标并不一致：请换几个着色看看。*不超过 0.001 的权重占比*用的是固定尺度，会随文本变长而增大：对一千个词元均匀分配注意力时，所有权重都会计入。\n\n"
        "**更正与局限**\n"
        "- 原文的 $S^*_{1,2}$ 漏了 $1 + \\operatorname{Var}/\\operatorname{E}^2$ 外的根号；这里按更正后的形式计算。\n"
        "- 把每个元素重复若干遍，$S_{1,2}$、Hoyer 与 熵$/\\log n$ 都会变（公理 D4）：只宜在等长文本之间比较。\n"
        "- 权重只说明一个头看哪里，不说明它写入什么：这里看不到 V 与其后的投影。\n"
        "- 哪些词元算汇聚词元是规定，不是发现：特殊词元，以及因果模型的首个词元。其他被许多头停留的词元（例如句号）不会去掉。\n"
        "- 小图取每块词元中最大权重的平方根，而不是平均：细线仍看得见，淡的线会显得偏强。矩阵图画的是权重本身。\n"
        "- 对称的交互式模型打分时会读 A|B 与 B|A；这里只读 A|B。\n"
        "- 矩阵的 PNG：用图上方的相机按钮。",
    ),
}
