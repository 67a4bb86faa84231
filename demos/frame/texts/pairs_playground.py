"""Pairs: the CoSENT playground."""

TEXTS: dict[str, tuple[str, str]] = {
    "pairs.tab.playground": ("Playground", "CoSENT 试验台"),
    "pairs.playground.intro": (
        "A few pairs with a score and a label: edit them and see **CoSENT**, each of its terms, and the gradient on each"
        " score. Nothing is computed by a model here.",
        "几对句子，每对有一个分数和一个标签：修改它们，观察 **CoSENT** 损失、它的每一项以及对每个分数的梯度。"
        "这里不调用任何模型。",
    ),
    "pairs.playground.table": (
        "Pairs: name, score, label (2 to 12)",
        "句子对：名称、分数、标签（2 到 12 行）",
    ),
    "pairs.playground.name": ("Name", "名称"),
    "pairs.playground.score": ("Score", "分数"),
    "pairs.playground.label": ("Label", "标签"),
    "pairs.playground.new": ("new pair", "新的一对"),
    "pairs.playground.add_row": ("Add a pair", "添加一对"),
    "pairs.playground.reset": ("Reset", "重置"),
    "pairs.playground.scale": ("Scale λ", "系数 λ"),
    "pairs.playground.preset_cosine": ("λ = 20 (cosines)", "λ = 20（余弦）"),
    "pairs.playground.preset_logit": ("λ = 1 (logits)", "λ = 1（logit）"),
    "pairs.playground.constant": ("Constant to add", "要加的常数"),
    "pairs.playground.shift": ("Shift all scores", "平移所有分数"),
    "pairs.playground.relabel": ("Relabel 3/2/1 ↔ 10/7/1", "改标签 3/2/1 ↔ 10/7/1"),
    "pairs.playground.colouring": ("Colour of a term", "各项的颜色"),
    "pairs.playground.colour.exponent": (
        "Terms · red: wrong order",
        "各项 · 红色：顺序错误",
    ),
    "pairs.playground.colour.share": (
        "Terms · share of 1 + sum",
        "各项 · 在 1 + 总和中的占比",
    ),
    "pairs.playground.no_terms": (
        "no terms: all labels are equal, the loss is 0",
        "没有任何项：所有标签相同，损失为 0",
    ),
    "pairs.playground.exponent": ("exponent λ(sⱼ − sᵢ)", "指数 λ(sⱼ − sᵢ)"),
    "pairs.playground.share": ("share of the sum", "在总和中的占比"),
    "pairs.playground.term_hover": (
        "should be higher: %{{customdata[2]}}<br>should be lower: %{{customdata[3]}}<br>"
        "term <b>%{{text}}</b>, exponent %{{customdata[0]:.4f}}, share %{{customdata[1]:.2%}}<extra></extra>",
        "应较高：%{{customdata[2]}}<br>应较低：%{{customdata[3]}}<br>"
        "该项 <b>%{{text}}</b>，指数 %{{customdata[0]:.4f}}，占比 %{{customdata[1]:.2%}}<extra></extra>",
    ),
    "pairs.playground.cosent": ("CoSENT", "CoSENT"),
    "pairs.playground.cross_entropy": ("Cross-entropy", "交叉熵"),
    "pairs.playground.mse": ("Squared error", "均方误差"),
    "pairs.playground.gradients": (
        "**Gradient on each score.** Red pushes a score down, blue pushes it up; each chart has its own scale.",
        "**对每个分数的梯度。** 红色把分数往下推，蓝色往上推；每张图的刻度各自标定。",
    ),
    "pairs.playground.undefined": (
        "not defined: all labels are equal",
        "无定义：所有标签相同",
    ),
    "pairs.playground.row.terms": ("Terms (pairs of unequal label)", "项数（标签不等的组合）"),
    "pairs.playground.row.wrong": ("of these in the wrong order", "其中顺序错误的"),
    "pairs.playground.row.bounds": ("Bounds", "上下界"),
    "pairs.playground.row.factors": ("Factorised (two labels)", "因式分解（两种标签）"),
    "pairs.playground.before": ("before", "之前"),
    "pairs.playground.after": ("now", "现在"),
    "pairs.playground.change": ("change", "变化"),
    "pairs.playground.descend_by": ("Gradient of", "所用梯度"),
    "pairs.playground.step_size": ("Step size", "步长"),
    "pairs.playground.step": ("One step", "走一步"),
    "pairs.playground.ten_steps": ("Ten steps", "走十步"),
    "pairs.playground.path": ("Scores under gradient steps", "分数随梯度步的变化"),
    "pairs.playground.steps": ("step", "步"),
    "pairs.playground.level": ("label {label}", "标签 {label}"),
    "pairs.playground.csv": ("Download CSV", "下载 CSV"),
    "pairs.playground.gradient_of": ("Gradient · {loss}", "梯度 · {loss}"),
    "pairs.playground.target": ("Target 0..1", "目标 0..1"),
    "pairs.playground.rows": (
        "There are {rows} pairs and {least} to {most} are taken: add or delete rows.",
        "现有 {rows} 对，需要 {least} 到 {most} 对：请增加或删除行。",
    ),
    "pairs.playground.lengths": (
        "There are {scores} scores and {labels} labels: give one label for each score.",
        "有 {scores} 个分数、{labels} 个标签：每个分数需要一个标签。",
    ),
    "pairs.playground.bad_score": (
        "Row {row}: the score “{score}” is not a number between −{limit:,.0f} and {limit:,.0f}; mend it.",
        "第 {row} 行：分数「{score}」不是 −{limit:,.0f} 到 {limit:,.0f} 之间的数；请修正。",
    ),
    "pairs.playground.bad_label": (
        "Row {row}: the label “{label}” is not a number between −{limit:,.0f} and {limit:,.0f}; mend it.",
        "第 {row} 行：标签「{label}」不是 −{limit:,.0f} 到 {limit:,.0f} 之间的数；请修正。",
    ),
    "pairs.playground.bad_scale": (
        "The scale λ “{scale}” is not a number above 0 and at most {limit:,.0f}: 20 suits cosines, 1 suits logits.",
        "系数 λ「{scale}」不是大于 0 且不超过 {limit:,.0f} 的数：余弦用 20，logit 用 1。",
    ),
    "pairs.playground.bad_constant": (
        "The constant is not a number: write one, for example 0.5.",
        "要加的常数不是数字：请填一个，例如 0.5。",
    ),
    "pairs.playground.bad_step": (
        "The step size is not a number above 0: write one, for example 0.005.",
        "步长不是大于 0 的数：请填一个，例如 0.005。",
    ),
    "pairs.playground.no_targets": (
        "All labels are equal, so this loss has no target to move to: change a label, or take CoSENT.",
        "所有标签相同，这种损失没有目标可言：请修改标签，或选择 CoSENT。",
    ),
    "pairs.playground.lists": (
        "Scores and labels are needed as lists of numbers: write [0.9, 0.1] and [1, 0].",
        "分数和标签需要是数字列表：请写成 [0.9, 0.1] 和 [1, 0]。",
    ),
    "pairs.playground.not_number": (
        "Score or label {number} is text: write numbers without quotation marks.",
        "第 {number} 个分数或标签是文本：请写不带引号的数字。",
    ),
    "pairs.playground.too_many": (
        "There are {count:,} scores or labels and at most {limit:,} are taken: send fewer.",
        "共有 {count:,} 个分数或标签，最多 {limit:,} 个：请减少。",
    ),
    "pairs.playground.about": ("Formula, what to notice, and limits", "公式、看点与局限"),
    "pairs.playground.about_text": (
        "$$L = \\log\\Bigl(1 + \\sum_{y_i > y_j} e^{\\lambda (s_j - s_i)}\\Bigr), \\qquad"
        " \\frac{\\partial L}{\\partial s_k} = \\lambda \\Bigl(\\sum_{y_i > y_k} p_{ik} - \\sum_{y_k > y_j} p_{kj}\\Bigr),"
        " \\quad p_{ij} = e^{\\lambda (s_j - s_i) - L}$$\n\n"
        "With $v = \\max\\bigl(0, \\max_{y_i > y_j} \\lambda (s_j - s_i)\\bigr)$ and $P$ terms:"
        " $v \\le L \\le v + \\log(1 + P)$. For two labels the sum factorises:"
        " $L = \\mathrm{softplus}\\bigl(\\mathrm{LSE}_{\\mathrm{neg}}(\\lambda s) +"
        " \\mathrm{LSE}_{\\mathrm{pos}}(-\\lambda s)\\bigr)$.\n\n"
        "Beside it, over the $n$ pairs with targets $t = (y - y_{\\min}) / (y_{\\max} - y_{\\min})$: cross-entropy"
        " $\\frac1n \\sum_i [\\mathrm{softplus}(s_i) - t_i s_i]$, and squared error $\\frac1n \\sum_i (s_i - t_i)^2$.\n\n"
        "Sources: [CoSENT (8847)](https://kexue.fm/archives/8847),"
        " [cross-encoders (9341)](https://kexue.fm/archives/9341).\n\n"
        "**What to notice**\n"
        "- *Shift all scores*: CoSENT stays as it is, for it sees differences alone. Cross-entropy and squared error move.\n"
        "- *Relabel*: CoSENT stays as it is, for it sees the order of the labels alone. The others move, because the middle"
        " labels get other targets. With only two labels nothing moves at all.\n"
        "- CoSENT's gradient sums to 0 and sits on the few pairs that are most out of order; the larger λ, the fewer."
        " Pairs in good order are left alone, whatever their number.\n"
        "- Make all labels equal: CoSENT is exactly 0, and so is its gradient.\n\n"
        "**Limits**\n"
        "- Published cross-entropy runs have binary labels. A graded label is taken as a probability here, after scaling the"
        " lowest to 0 and the highest to 1; squared error gets the same targets. That scaling is our choice.\n"
        "- Cross-entropy reads a score as a logit, so a cosine gives it a narrow range.\n"
        "- The losses have different units (CoSENT is a sum inside a logarithm, the others are means): compare how they"
        " change, not how large they are.\n"
        "- A gradient step here moves each score freely. A model moves them through weights that all pairs share, and a"
        " cosine cannot leave [−1, 1]. So this shows what a loss asks for, not which trains the better model: published"
        " differences between CoSENT and cross-entropy are mostly within noise.\n"
        "- The upper bound with $v = \\max \\lambda (s_j - s_i)$ holds only if some order is wrong; hence the 0 in $v$.",
        "$$L = \\log\\Bigl(1 + \\sum_{y_i > y_j} e^{\\lambda (s_j - s_i)}\\Bigr), \\qquad"
        " \\frac{\\partial L}{\\partial s_k} = \\lambda \\Bigl(\\sum_{y_i > y_k} p_{ik} - \\sum_{y_k > y_j} p_{kj}\\Bigr),"
        " \\quad p_{ij} = e^{\\lambda (s_j - s_i) - L}$$\n\n"
        "记 $v = \\max\\bigl(0, \\max_{y_i > y_j} \\lambda (s_j - s_i)\\bigr)$，项数为 $P$，则"
        " $v \\le L \\le v + \\log(1 + P)$。只有两种标签时可以因式分解："
        "$L = \\mathrm{softplus}\\bigl(\\mathrm{LSE}_{\\mathrm{neg}}(\\lambda s) +"
        " \\mathrm{LSE}_{\\mathrm{pos}}(-\\lambda s)\\bigr)$。\n\n"
        "作为对照，取目标 $t = (y - y_{\\min}) / (y_{\\max} - y_{\\min})$，在 $n$ 对上计算：交叉熵"
        " $\\frac1n \\sum_i [\\mathrm{softplus}(s_i) - t_i s_i]$，均方误差 $\\frac1n \\sum_i (s_i - t_i)^2$。\n\n"
        "出处：[CoSENT（8847）](https://kexue.fm/archives/8847)、"
        "[交互式模型（9341）](https://kexue.fm/archives/9341)。\n\n"
        "**看点**\n"
        "- *平移所有分数*：CoSENT 不变，因为它只看差值；交叉熵与均方误差会变。\n"
        "- *改标签*：CoSENT 不变，因为它只看标签的顺序；另外两种会变，因为中间标签的目标变了。只有两种标签时谁都不变。\n"
        "- CoSENT 的梯度之和为 0，集中在顺序错得最厉害的少数几对上；λ 越大，越集中。顺序已经很好的对，无论有多少，都不受影响。\n"
        "- 把标签全改成相同的：CoSENT 恰好为 0，梯度也为 0。\n\n"
        "**局限**\n"
        "- 已发表的交叉熵实验都用二值标签。这里把分级标签的最低缩放为 0、最高缩放为 1，再当作概率；均方误差使用同样的目标。"
        "这种缩放是我们的选择。\n"
        "- 交叉熵把分数当作 logit，因此余弦分数的可用范围很窄。\n"
        "- 三种损失的单位不同（CoSENT 是对数里的求和，另外两种是平均）：请比较它们如何变化，而不是数值大小。\n"
        "- 这里的梯度步直接移动每个分数。真实模型通过所有句子对共享的权重来移动分数，而且余弦不会超出 [−1, 1]。"
        "所以这里展示的是损失的要求，而不是哪种损失训练出的模型更好：已发表的 CoSENT 与交叉熵之差大多在噪声以内。\n"
        "- 若取 $v = \\max \\lambda (s_j - s_i)$，上界只在至少有一处顺序错误时成立，因此 $v$ 里要有 0。",
    ),
}
