"""Attention: the axioms of sparsity, a board of indices, and the plane of S*_{q,p}."""

TEXTS: dict[str, tuple[str, str]] = {
    "attention.axioms.intro": (
        "What should a measure of sparsity do when the rich give to the poor, when all are doubled, when one gets richer"
        " still? Six axioms say so. **Change the vector, press a button**, and see which index obeys.",
        "富人接济穷人、所有人翻倍、富者更富时，稀疏度应当如何变化？六条公理给出了答案。"
        "**改变向量，按下按钮**，看看哪些指标服从公理。",
    ),
    "attention.axioms.vector": ("Vector", "向量"),
    "attention.axioms.vector_hint": (
        "Numbers of 0 and above; or drag the bars.",
        "不小于 0 的数；也可拖动下面的柱子。",
    ),
    "attention.axioms.preset": ("Start from", "预设"),
    "attention.axioms.preset_hint": ("Fills the field.", "填入左侧输入框。"),
    "attention.axioms.preset.claim": ("10, 1, 0.5: breaks S*(2, 4)", "10, 1, 0.5：S*(2, 4) 的反例"),
    "attention.axioms.preset.stairs": ("Stairs", "阶梯"),
    "attention.axioms.preset.one_rich": ("One rich", "一人独富"),
    "attention.axioms.preset.even": ("All equal", "完全均匀"),
    "attention.axioms.preset.one_hot": ("One-hot", "独热"),
    "attention.axioms.preset.zeros": ("Half zeros", "一半为零"),
    "attention.axioms.preset.tiny": ("Around .001", "0.001 附近"),
    "attention.axioms.bar": ("Entry {number}", "第 {number} 个元素"),
    "attention.axioms.add_bar": ("Add an entry", "添加一个元素"),
    "attention.axioms.button.D1": ("Robin Hood", "罗宾汉"),
    "attention.axioms.button.D2": ("Scale", "缩放"),
    "attention.axioms.button.D3": ("Raise all", "水涨船高"),
    "attention.axioms.button.D4": ("Clone", "克隆"),
    "attention.axioms.button.P1": ("Bill Gates", "比尔·盖茨"),
    "attention.axioms.button.P2": ("Add zero", "添零"),
    "attention.axioms.giver": ("Robin Hood takes from", "罗宾汉取自"),
    "attention.axioms.giver.richest": ("the richest", "最富者"),
    "attention.axioms.giver.second": ("the second richest", "第二富者"),
    "attention.axioms.share": ("How much", "多少"),
    "attention.axioms.share_hint": (
        "Of the gap he closes; of the largest, that all get.",
        "罗宾汉：占差距的比例；水涨：占最大值的比例。",
    ),
    "attention.axioms.undo": ("Undo", "撤销"),
    "attention.axioms.axiom.D1": ("D1 Robin Hood", "D1 罗宾汉"),
    "attention.axioms.axiom.D2": ("D2 Scaling", "D2 缩放"),
    "attention.axioms.axiom.D3": ("D3 Rising tide", "D3 水涨船高"),
    "attention.axioms.axiom.D4": ("D4 Cloning", "D4 克隆"),
    "attention.axioms.axiom.P1": ("P1 Bill Gates", "P1 比尔·盖茨"),
    "attention.axioms.axiom.P2": ("P2 Babies", "P2 婴儿"),
    "attention.axioms.wanted.less": ("It should become less sparse.", "应当变得不那么稀疏。"),
    "attention.axioms.wanted.same": ("Its sparsity should stay the same.", "稀疏度应当不变。"),
    "attention.axioms.wanted.more": ("It should become sparser.", "应当变得更稀疏。"),
    "attention.axioms.wanted_short.less": ("less sparse", "更均匀"),
    "attention.axioms.wanted_short.same": ("the same", "不变"),
    "attention.axioms.wanted_short.more": ("sparser", "更稀疏"),
    "attention.axioms.did.D1": (
        "{rich} gave {amount} to {poor}.",
        "{rich} 给了 {poor} 共 {amount}。",
    ),
    "attention.axioms.did.D2": ("Everything times {amount}.", "全部乘以 {amount}。"),
    "attention.axioms.did.D3": ("{amount} more for everybody.", "每个元素都加上 {amount}。"),
    "attention.axioms.did.D4": ("The vector and a copy of it.", "向量连同它的一份拷贝。"),
    "attention.axioms.did.P1": (
        "The richest, {rich}, got {amount} more.",
        "最富的 {rich} 又得到 {amount}。",
    ),
    "attention.axioms.did.P2": ("One more entry, of 0.", "多了一个为 0 的元素。"),
    "attention.axioms.before": ("before", "之前"),
    "attention.axioms.after": ("after", "之后"),
    "attention.axioms.column.index": ("Index", "指标"),
    "attention.axioms.column.value": ("Value", "数值"),
    "attention.axioms.column.before": ("Before", "之前"),
    "attention.axioms.column.after": ("After", "之后"),
    "attention.axioms.column.moved": ("It says", "它认为"),
    "attention.axioms.column.as_wanted": ("As wanted", "合乎公理"),
    "attention.axioms.way.less": ("less sparse", "更均匀"),
    "attention.axioms.way.same": ("the same", "不变"),
    "attention.axioms.way.more": ("sparser", "更稀疏"),
    "attention.axioms.sparse.low": ("low is sparse", "越小越稀疏"),
    "attention.axioms.sparse.high": ("high is sparse", "越大越稀疏"),
    "attention.axioms.mark.tick": ("obeys at this vector", "在此向量处满足"),
    "attention.axioms.mark.cross": ("moves the wrong way", "方向相反"),
    "attention.axioms.mark.still": ("stays put, but should move", "应变而未变"),
    "attention.axioms.mark.mute": ("says nothing of this vector", "公理对此向量无要求"),
    "attention.axioms.shade.always": ("holds for every vector", "对一切向量成立"),
    "attention.axioms.shade.broken": ("has counterexamples", "存在反例"),
    "attention.axioms.board": (
        "### The board\n"
        "Signs: this vector, at the worst of many moves. Shades: all vectors. **Click a cell** for what random search"
        " finds against it.",
        "### 公理一览\n符号：在此向量处，取多种变动中最坏的一种。底色：对一切向量。**点击单元格**查看随机搜索找到的反例。",
    ),
    "attention.axioms.searching": ("Indices searched for counterexamples", "已搜索反例的指标"),
    "attention.axioms.walking": ("Rows of the (q, p) plane", "(q, p) 平面的行"),
    "attention.axioms.agreement": (
        "Random search, 10,000 vectors and moves a cell, agrees with theory in {agree} of {cells} cells.",
        "随机搜索（每格一万个向量与变动）与理论在 {cells} 格中的 {agree} 格一致。",
    ),
    "attention.axioms.found_opposite": (
        "{index} breaks {axiom}: it should say “{wanted}”, but {before} → {after} says the opposite.",
        "{index} 违反 {axiom}：应当「{wanted}」，但 {before} → {after} 恰好相反。",
    ),
    "attention.axioms.found_still": (
        "{index} does not meet {axiom} strictly: it should say “{wanted}”, but stays put: {before} → {after}.",
        "{index} 不严格满足 {axiom}：应当「{wanted}」，却没有变化：{before} → {after}。",
    ),
    "attention.axioms.found_crowded": (
        "{index} breaks {axiom}, but only in a crowd: of the entries {crowd}, one of {rich} gives {amount} to one of"
        " {poor}, and {before} → {after} says “sparser”.",
        "{index} 违反 {axiom}，但要在「人群」中才看得到：元素为 {crowd}，其中一个 {rich} 给一个 {poor} 共 {amount}，"
        "而 {before} → {after} 却说「更稀疏」。",
    ),
    "attention.axioms.none_possible": (
        "{index} meets {axiom}: 10,000 random vectors and moves give no counterexample, and there is none.",
        "{index} 满足 {axiom}：一万个随机向量与变动中没有反例，理论上也不存在反例。",
    ),
    "attention.axioms.none_found": (
        "{index} does not meet {axiom} for every vector, but 10,000 random ones show no counterexample.",
        "{index} 并非对一切向量满足 {axiom}，但一万个随机向量中没有找到反例。",
    ),
    "attention.axioms.none_near": (
        "{index} does not meet {axiom} for every vector, but the search found no counterexample: with exponents so near to 1"
        " it takes more equal entries than are searched, up to a million of each kind.",
        "{index} 并非对一切向量满足 {axiom}，但搜索没有找到反例：指数如此接近 1 时，需要的相同元素比搜索范围（每种至多一百万个）还多。",
    ),
    "attention.axioms.known_move": (
        "The known move ({x}) → ({y}): {index} goes from {before} to {after}, which says “{way}”.",
        "已知的变动 ({x}) → ({y})：{index} 由 {before} 变为 {after}，即「{way}」。",
    ),
    "attention.axioms.use": ("Use this vector above", "在上面使用此向量"),
    "attention.axioms.plane_intro": (
        "### The plane of $S^*_{q,p}$\n"
        "The post calls $S^*_{q,p}$ perfect for all $p > q > 0$, everything above the dashed line. That is **corrected"
        " here**: Robin Hood needs $q \\le 1 \\le p$, the green frame. Outside of it, find a counterexample.",
        "### $S^*_{q,p}$ 的平面\n"
        "原文认为只要 $p > q > 0$（虚线以上），$S^*_{q,p}$ 就是完美的。**这里予以更正**：罗宾汉公理要求"
        " $q \\le 1 \\le p$，即绿框之内。在框外可以找到反例。",
    ),
    "attention.axioms.plane_axiom": ("Axiom", "公理"),
    "attention.axioms.find": ("Find a counterexample here", "在此处寻找反例"),
    "attention.axioms.plane_title": (
        "{axiom}: worst wrong move, |Δ log S*|",
        "{axiom}：最坏的反向变动，|Δ log S*|",
    ),
    "attention.axioms.hover_fine": (
        "q = %{{customdata[0]:.3g}}, p = %{{customdata[1]:.3g}}<br>no violation found<extra></extra>",
        "q = %{{customdata[0]:.3g}}，p = %{{customdata[1]:.3g}}<br>未找到反例<extra></extra>",
    ),
    "attention.axioms.hover_still": (
        "q = p = %{{customdata[0]:.3g}}<br>S* = 1 for every vector: nothing moves<extra></extra>",
        "q = p = %{{customdata[0]:.3g}}<br>对一切向量 S* = 1：毫无变化<extra></extra>",
    ),
    "attention.axioms.hover_broken": (
        "q = %{{customdata[0]:.3g}}, p = %{{customdata[1]:.3g}}<br>log₁₀ of the worst: %{{z:.2f}}<extra></extra>",
        "q = %{{customdata[0]:.3g}}，p = %{{customdata[1]:.3g}}<br>最坏变动的 log₁₀：%{{z:.2f}}<extra></extra>",
    ),
    "attention.axioms.region.theory": ("met, by theory", "理论上成立"),
    "attention.axioms.region.claim": ("the post's claim: above this line", "原文的说法：此线以上"),
    "attention.axioms.no_vector": (
        "There is no vector: write numbers, as in 10, 1, 0.5.",
        "没有向量：请写入数字，例如 10, 1, 0.5。",
    ),
    "attention.axioms.too_many": (
        "That makes {count:,} entries, and at most {most:,} have room: shorten the vector.",
        "共有 {count:,} 个元素，最多容纳 {most:,} 个：请缩短向量。",
    ),
    "attention.axioms.bad_entry": (
        "“{entry}” is no number that can be used: write 0, or numbers from 1e-12 to 1e12.",
        "「{entry}」不可用：请写 0，或 1e-12 到 1e12 之间的数。",
    ),
    "attention.axioms.no_gap": (
        "Robin Hood has nothing to take: the giver is no richer than the poorest entry.",
        "罗宾汉无从取起：给予者并不比最穷者富。",
    ),
    "attention.axioms.no_cell": (
        "There is no such cell on the board: click one that is shown.",
        "公理表中没有这一格：请点击显示的单元格。",
    ),
    "attention.axioms.about_text": (
        "| | Move | Sparsity |\n|:--|:--|:--|\n"
        "| D1 Robin Hood | $x_i - \\alpha,\\ x_j + \\alpha$ for $x_i > x_j$, $0 < \\alpha < x_i - x_j$ | falls |\n"
        "| D2 Scaling | $c\\,x$ | stays |\n"
        "| D3 Rising tide | $x + c$, unless all are equal | falls |\n"
        "| D4 Cloning | $(x, x)$ | stays |\n"
        "| P1 Bill Gates | one rich entry becomes richer | rises |\n"
        "| P2 Babies | $(x, 0)$ | rises |\n\n"
        "$$S^*_{q,p} = n^{1/p - 1/q}\\,\\frac{\\|x\\|_q}{\\|x\\|_p}$$\n\n"
        "Sources: [measuring sparsity (9595)](https://kexue.fm/archives/9595),"
        " [Hurley & Rickard (0811.4706)](https://arxiv.org/abs/0811.4706).\n\n"
        "**What to notice**\n"
        "- $S^*_{1,2}$, the Gini coefficient, the participation ratio and exp(H)/n meet all six. $S_{1,2}$, Hoyer and"
        " H/log n fail at cloning alone; they cannot compare vectors of different length.\n"
        "- $S_0$ sees the maximum and the mean only: a gift between two who are not the richest leaves it where it was"
        " (the sign =).\n"
        "- The share below .001 obeys almost nothing. It is what people count first.\n"
        "- With (10, 1, 0.5) and Robin Hood from the second richest, S*(2, 4) moves the wrong way: .764550 → .764253.\n"
        "- Give q and p other values: the last row of the board follows.\n\n"
        "**Corrections and limits**\n"
        "- The post's claim for all $p > q > 0$ fails at D1: the numerator has to be concave and the denominator convex, so"
        " $q \\le 1 \\le p$. The other five axioms do hold for all $p > q > 0$.\n"
        "- The post is right that $\\ell_1 / \\ell_2$ meets D3.\n"
        "- D1, D3, P1 and P2 are taken strictly. P1 and P2 need a second entry that is not nought: a one-hot vector is as"
        " sparse as it gets. An all-equal vector cannot become less sparse.\n"
        "- “Rich enough” for Bill Gates means here: more than all others together. The button takes the largest entry.\n"
        "- Green cells are a proof for the table's indices; what the search adds is a check, with 10,000 random vectors and moves a"
        " cell. On the plane each cell has 4,000 vectors of four kinds of entries, up to a million of each: below 1 the"
        " counterexamples need crowds.",
        "| | 变动 | 稀疏度 |\n|:--|:--|:--|\n"
        "| D1 罗宾汉 | $x_i - \\alpha,\\ x_j + \\alpha$，其中 $x_i > x_j$，$0 < \\alpha < x_i - x_j$ | 下降 |\n"
        "| D2 缩放 | $c\\,x$ | 不变 |\n"
        "| D3 水涨船高 | $x + c$，全部相等时除外 | 下降 |\n"
        "| D4 克隆 | $(x, x)$ | 不变 |\n"
        "| P1 比尔·盖茨 | 足够富的元素变得更富 | 上升 |\n"
        "| P2 婴儿 | $(x, 0)$ | 上升 |\n\n"
        "$$S^*_{q,p} = n^{1/p - 1/q}\\,\\frac{\\|x\\|_q}{\\|x\\|_p}$$\n\n"
        "出处：[如何度量稀疏性（9595）](https://kexue.fm/archives/9595)、"
        "[Hurley & Rickard（0811.4706）](https://arxiv.org/abs/0811.4706)。\n\n"
        "**看点**\n"
        "- $S^*_{1,2}$、基尼系数、参与率与 exp(H)/n 满足全部六条。$S_{1,2}$、Hoyer 与 H/log n 只在克隆上失败，"
        "因此不能比较不等长的向量。\n"
        "- $S_0$ 只看最大值和均值：两个非最富者之间的馈赠不会改变它（符号 =）。\n"
        "- 「小于 0.001 的占比」几乎什么都不满足，却是人们最先去数的东西。\n"
        "- 取 (10, 1, 0.5)，由第二富者给予，S*(2, 4) 就走错了方向：0.764550 → 0.764253。\n"
        "- 改变 q 与 p，公理表的最后一行会随之变化。\n\n"
        "**更正与局限**\n"
        "- 原文「对一切 $p > q > 0$ 成立」在 D1 上不成立：分子须为凹、分母须为凸，因此要求 $q \\le 1 \\le p$。"
        "其余五条确实对一切 $p > q > 0$ 成立。\n"
        "- 原文说 $\\ell_1 / \\ell_2$ 满足 D3，这是对的。\n"
        "- D1、D3、P1、P2 按严格意义理解。P1 与 P2 需要至少还有一个非零元素：独热向量已经稀疏到头；完全均匀的向量也不可能更均匀。\n"
        "- 比尔·盖茨公理中的「足够富」在这里指：多于其余所有元素之和。按钮取最大的元素。\n"
        "- 表中指标的绿色底色是已证明的结论，搜索只是核对：每格一万个随机向量与变动。平面上每格有四千个向量，每个由四种元素组成，"
        "每种至多一百万个：指数小于 1 时，反例需要「人群」。",
    ),
}
