"""Attention: sparsity by layer and head, and one row under a temperature."""

TEXTS: dict[str, tuple[str, str]] = {
    "attention.index.s_star_1_2": ("S*₁,₂", "S*₁,₂"),
    "attention.index.s0": ("S₀ = mean / max", "S₀ = 均值 / 最大值"),
    "attention.index.s_1_2": ("S₁,₂", "S₁,₂"),
    "attention.index.gini": ("Gini", "基尼系数"),
    "attention.index.hoyer": ("Hoyer", "Hoyer"),
    "attention.index.participation": ("Participation ratio / n", "参与率 / n"),
    "attention.index.effective": ("exp(H) / n", "exp(H) / n"),
    "attention.index.entropy": ("H / log n", "H / log n"),
    "attention.index.share_below": ("Share below .001", "小于 0.001 的占比"),
    "attention.sparsity.intro": (
        "How many tokens does a head really look at? Every row of every attention matrix is measured **over the entries"
        " that it may use**: nine indices, by layer and head, with and without the tokens that heads park their"
        " attention on.",
        "一个注意力头究竟在看多少个词元？每个注意力矩阵的每一行都**只在它可以使用的位置上**测量："
        "九种指标，按层与头展示，并可去掉被当作「停车场」的词元。",
    ),
    "attention.sparsity.index": ("Index", "指标"),
    "attention.sparsity.index_hint": (
        "For the two figures below; one row shows them all.",
        "用于下面两幅图；单行部分会列出全部指标。",
    ),
    "attention.sparsity.sinks": (
        "Sinks: special tokens, a causal model's first",
        "汇点：特殊词元、因果模型的首词元",
    ),
    "attention.sparsity.sinks_hint": (
        "For the heatmap and the row; the boxes show both.",
        "用于热图和单行；箱线图同时给出两者。",
    ),
    "attention.sparsity.sinks.counted": ("counted", "计入"),
    "attention.sparsity.sinks.left_out": ("left out", "去掉"),
    "attention.sparsity.nothing_read": (
        "Nothing has been read yet: press “Read and measure” above.",
        "还没有读取文本：请点击上方的「读取并测量」。",
    ),
    "attention.sparsity.mask.causal": (
        "itself and the tokens before it",
        "它自己和它之前的词元",
    ),
    "attention.sparsity.mask.both": ("all tokens", "所有词元"),
    "attention.sparsity.measured": (
        "{rows:,} rows of {n} tokens, each over what it may look at: {mask}. Sinks: {sinks}. Where they are left out, their"
        " rows and columns are removed and what remains of a row is normalised anew.",
        "{n} 个词元，共 {rows:,} 行，每行只在可见的位置上测量：{mask}。汇点：{sinks}。"
        "去掉汇点时，其行与列一并移除，每行剩余部分重新归一化。",
    ),
    "attention.sparsity.measured_no_sinks": (
        "{rows:,} rows of {n} tokens, each over what it may look at: {mask}. There are no sinks to leave out.",
        "{n} 个词元，共 {rows:,} 行，每行只在可见的位置上测量：{mask}。没有可去掉的汇点。",
    ),
    "attention.sparsity.boxes": (
        "Rows of all heads by layer; dots: heads",
        "各层所有头的行；圆点为各头均值",
    ),
    "attention.sparsity.heads": (
        "{index} by head (dark: sparse)",
        "各头的 {index}（深色：稀疏）",
    ),
    "attention.sparsity.hover_head": (
        "layer %{{customdata[0]}}, head %{{customdata[1]}}<br><b>%{{y:.4f}}</b><extra></extra>",
        "第 %{{customdata[0]}} 层，第 %{{customdata[1]}} 个头<br><b>%{{y:.4f}}</b><extra></extra>",
    ),
    "attention.sparsity.hover_cell": (
        "layer %{{y}}, head %{{x}}<br><b>%{{z:.4f}}</b><extra></extra>",
        "第 %{{y}} 层，第 %{{x}} 个头<br><b>%{{z:.4f}}</b><extra></extra>",
    ),
    "attention.sparsity.hover_key": (
        "%{{customdata}}<br><b>%{{y:.4f}}</b><extra></extra>",
        "%{{customdata}}<br><b>%{{y:.4f}}</b><extra></extra>",
    ),
    "attention.sparsity.axis.layer": ("layer", "层"),
    "attention.sparsity.axis.head": ("head", "头"),
    "attention.sparsity.axis.weight": ("weight", "权重"),
    "attention.sparsity.axis.temperature": ("temperature T", "温度 T"),
    "attention.sparsity.csv": ("Download all indices (CSV)", "下载全部指标（CSV）"),
    "attention.sparsity.one_row": (
        "### One row under a temperature\n"
        "The logits of one token's row are divided by T before the softmax: cold is sparse, hot is even. It opens on a"
        " head of middling sparsity.",
        "### 温度下的一行\n"
        "先把某个词元一行的 logits 除以 T，再做 softmax：低温稀疏，高温均匀。默认给出稀疏度居中的头。",
    ),
    "attention.sparsity.layer": ("Layer", "层"),
    "attention.sparsity.head": ("Head", "头"),
    "attention.sparsity.token": ("Query token", "查询词元"),
    "attention.sparsity.temperature": ("Temperature T", "温度 T"),
    "attention.sparsity.row_title": (
        "What “{token}” looks at, T = {temperature}",
        "「{token}」在看什么，T = {temperature}",
    ),
    "attention.sparsity.key.others": ("tokens", "词元"),
    "attention.sparsity.key.sinks": ("sinks", "汇点"),
    "attention.sparsity.curves": (
        "All indices; dashed: high is sparse",
        "全部指标；虚线：越大越稀疏",
    ),
    "attention.sparsity.column.index": ("Index", "指标"),
    "attention.sparsity.column.usual": ("T = 1", "T = 1"),
    "attention.sparsity.column.now": ("Now, T = {t}", "当前 T = {t}"),
    "attention.sparsity.column.sparse": ("Sparse is", "稀疏对应"),
    "attention.sparsity.column.formula": ("Formula", "公式"),
    "attention.sparsity.sparse.low": ("low", "小"),
    "attention.sparsity.sparse.high": ("high", "大"),
    "attention.sparsity.renyi": (
        "### The link to Rényi's entropy\n"
        "A row of attention sums to one, so the whole family $S^*_{1,p}$ is Rényi's entropy in another dress.",
        "### 与 Rényi 熵的联系\n注意力的一行之和为 1，因此整族 $S^*_{1,p}$ 就是换了形式的 Rényi 熵。",
    ),
    "attention.sparsity.p": ("Order p", "阶数 p"),
    "attention.sparsity.link.p": ("p", "p"),
    "attention.sparsity.link.entropy": ("H_p", "H_p"),
    "attention.sparsity.link.share": ("exp(H_p) / n", "exp(H_p) / n"),
    "attention.sparsity.link.linked": ("… to the power (p−1)/p", "其 (p−1)/p 次方"),
    "attention.sparsity.link.direct": ("S*₁,ₚ by its definition", "按定义计算的 S*₁,ₚ"),
    "attention.sparsity.squared": (
        "n = {n}: S*₁,₂² = {square} and participation ratio / n = {participation}: the same number.",
        "n = {n}：S*₁,₂² = {square}，参与率 / n = {participation}：同一个数。",
    ),
    "attention.sparsity.root": (
        "S*₁,₂ = 1/√(1 + Var/E²) = {rooted}. The post drops the root: 1/(1 + Var/E²) = {rootless} is the square.",
        "S*₁,₂ = 1/√(1 + Var/E²) = {rooted}。原文漏写了根号：1/(1 + Var/E²) = {rootless} 是它的平方。",
    ),
    "attention.sparsity.no_row": (
        "There is no such row here: choose a layer, a head and a token of the lists.",
        "这里没有这一行：请从列表中选择层、头和词元。",
    ),
    "attention.sparsity.references": (
        "### Known values\nThe same indices of vectors whose values are known, computed anew on this machine.",
        "### 已知数值\n对数值已知的向量计算同样的指标，由本机当场重新计算。",
    ),
    "attention.sparsity.reference.vector": ("Vector", "向量"),
    "attention.sparsity.reference.known": ("known", "已知"),
    "attention.sparsity.reference.ours": ("ours", "本机"),
    "attention.sparsity.reference.limit": ("n → ∞", "n → ∞"),
    "attention.sparsity.reference.note": (
        "One-hot and uniform: 100 entries, exact. The others: {size:,} entries, median of nine draws, their range on hover. The"
        " last row depends on n: a few entries hold nearly all of the sum, and S* falls to .0111 only slowly.",
        "独热与均匀：100 个元素，精确值。其余：{size:,} 个元素，九次抽样的中位数，悬停可见范围。"
        "最后一行依赖于 n：少数元素几乎占据全部总和，S* 要很慢才会降到 0.0111。",
    ),
    "attention.sparsity.vector.one_hot": ("One-hot, n = 100", "独热，n = 100"),
    "attention.sparsity.vector.uniform": ("Uniform", "均匀"),
    "attention.sparsity.vector.half_normal": ("|N(0, 1)|", "|N(0, 1)|"),
    "attention.sparsity.vector.exponential": ("Exponential", "指数分布"),
    "attention.sparsity.vector.softmax": ("softmax(N(0, 1))", "softmax(N(0, 1))"),
    "attention.sparsity.vector.softmax_3": ("softmax(3 N(0, 1))", "softmax(3 N(0, 1))"),
    "attention.sparsity.not_texts": (
        "Model, text and second text have to be strings.",
        "模型、文本和第二段文本都必须是字符串。",
    ),
    "attention.sparsity.not_bool": (
        "“sinks” has to be true or false.",
        "「sinks」必须是 true 或 false。",
    ),
    "attention.sparsity.about_text": (
        "$$S_0 = \\frac{\\frac{1}{n}\\|x\\|_1}{\\|x\\|_\\infty},\\qquad"
        " S_{1,p} = \\frac{\\frac{1}{n}\\|x\\|_1}{\\|x\\|_p},\\qquad"
        " S^*_{q,p} = n^{1/p - 1/q}\\,\\frac{\\|x\\|_q}{\\|x\\|_p},\\qquad"
        " S^*_{1,p} = \\left(\\frac{e^{H_p}}{n}\\right)^{(p-1)/p}$$\n\n"
        "$x$: a row of attention over the $n$ entries that its mask allows; $H_p = -\\frac{1}{p-1}\\log\\sum_i x_i^p$:"
        " Rényi's entropy, Shannon's for $p \\to 1$. $S^*_{1,2}$ is the cosine of $x$ and a row of ones.\n\n"
        "Sources: [measuring sparsity (9595)](https://kexue.fm/archives/9595),"
        " [Hurley & Rickard (0811.4706)](https://arxiv.org/abs/0811.4706),"
        " [sinks (2309.17453)](https://arxiv.org/abs/2309.17453).\n\n"
        "**What to notice**\n"
        "- Sinks dominate. With them counted, a head that parks everything on [SEP] looks as sparse as one that picks a"
        " word; leave them out, and the boxes of the later layers move.\n"
        "- The temperature orders rows for every index at once: none of them turns sparser where another turns"
        " evener (the share below .001 may, beyond a thousand tokens). They differ in how"
        " soon they react: the share below .001 hardly sees what $S^*_{1,2}$ sees.\n"
        "- $S_{1,2}$ stays near $1/\\sqrt{n}$ even for an even row: it compares rows of equal length alone, which is why the"
        " post moves on to $S^*$.\n"
        "- For $p \\to \\infty$ the link ends at $S_0$: mean over maximum.\n\n"
        "**Corrections and limits**\n"
        "- The post writes $S^*_{1,2}$ by mean and variance without the square root; the correct form is"
        " $1/\\sqrt{1 + \\mathrm{Var}[x]/\\mathrm{E}[x]^2}$.\n"
        "- Row $t$ of a causal matrix has $t$ possible entries, not $n$: over all $n$ the early rows would look sparse only"
        " because the future is hidden. Rows with a single entry have no choice and are left out.\n"
        "- Short rows are less sparse by nature: compare layers on one text rather than texts of different length.\n"
        "- Sinks are set by rule (special tokens, a causal model's first token), not found in the matrix: a head may park"
        " its attention elsewhere, on a full stop for example.\n"
        "- Boxes are quartiles of rows, whiskers 5 % and 95 %.\n"
        "- Sparse attention is not an explanation: what a head looks at need not be what the model uses.",
        "$$S_0 = \\frac{\\frac{1}{n}\\|x\\|_1}{\\|x\\|_\\infty},\\qquad"
        " S_{1,p} = \\frac{\\frac{1}{n}\\|x\\|_1}{\\|x\\|_p},\\qquad"
        " S^*_{q,p} = n^{1/p - 1/q}\\,\\frac{\\|x\\|_q}{\\|x\\|_p},\\qquad"
        " S^*_{1,p} = \\left(\\frac{e^{H_p}}{n}\\right)^{(p-1)/p}$$\n\n"
        "$x$：注意力的一行，只取掩码允许的 $n$ 个位置；$H_p = -\\frac{1}{p-1}\\log\\sum_i x_i^p$：Rényi 熵，"
        "$p \\to 1$ 时为香农熵。$S^*_{1,2}$ 就是 $x$ 与全 1 向量的余弦。\n\n"
        "出处：[如何度量稀疏性（9595）](https://kexue.fm/archives/9595)、"
        "[Hurley & Rickard（0811.4706）](https://arxiv.org/abs/0811.4706)、"
        "[注意力汇点（2309.17453）](https://arxiv.org/abs/2309.17453)。\n\n"
        "**看点**\n"
        "- 汇点占主导。计入汇点时，把注意力全「停」在 [SEP] 上的头，看起来与专挑某个词的头一样稀疏；"
        "去掉汇点，靠后各层的箱子就会移动。\n"
        "- 温度对所有指标给出同样的顺序：不会一个变稀疏而另一个变均匀（词元过千时，「小于 0.001 的占比」可能例外）。差别在于反应的快慢："
        "$S^*_{1,2}$ 看得到的变化，「小于 0.001 的占比」几乎看不到。\n"
        "- 即使一行完全均匀，$S_{1,2}$ 也只有约 $1/\\sqrt{n}$：它只能比较等长的行，这正是原文转向 $S^*$ 的原因。\n"
        "- $p \\to \\infty$ 时，这一联系的终点是 $S_0$：均值除以最大值。\n\n"
        "**更正与局限**\n"
        "- 原文用均值和方差表示 $S^*_{1,2}$ 时漏了根号，正确形式为"
        " $1/\\sqrt{1 + \\mathrm{Var}[x]/\\mathrm{E}[x]^2}$。\n"
        "- 因果矩阵的第 $t$ 行只有 $t$ 个可用位置，而不是 $n$ 个：若按 $n$ 个计算，靠前的行仅仅因为看不到后文就显得稀疏。"
        "只有一个位置的行没有选择余地，不计入。\n"
        "- 短行天然不那么稀疏：应在同一文本上比较各层，而不是比较长短不同的文本。\n"
        "- 汇点按规则确定（特殊词元、因果模型的首词元），并非从矩阵中找出：有的头也可能把注意力停在别处，例如句号。\n"
        "- 箱子为各行的四分位数，须线为 5% 与 95%。\n"
        "- 注意力稀疏并不等于可解释：头在看什么，未必就是模型在用什么。",
    ),
}
