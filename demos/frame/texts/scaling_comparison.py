"""Scaling: laws compared on the same points, and on scales that they have not seen."""

TEXTS: dict[str, tuple[str, str]] = {
    "scaling.comparison.intro": (
        "Every law is fitted twice: to all points, where criteria weigh fit against parameters, and to the smaller scales"
        " alone, where it has to say what the largest runs turned out to be. **The second is the harder question.**",
        "每条定律拟合两次：一次用全部数据点，由信息准则在拟合优度与参数个数之间权衡；一次只用较小的规模，再让它预测最大的那些实验。"
        "**后者才是更难的考题。**",
    ),
    # --- fields ---
    "scaling.comparison.laws": ("Laws to compare", "参与比较的定律"),
    "scaling.comparison.law.power": ("Power law", "幂律"),
    "scaling.comparison.law.chinchilla": ("Chinchilla", "Chinchilla"),
    "scaling.comparison.law.kaplan": ("Kaplan", "Kaplan"),
    "scaling.comparison.law.tied": ("Tied exponents", "共用指数"),
    "scaling.comparison.law.broken_power": ("Broken once", "断裂一次"),
    "scaling.comparison.law.broken_power_2": ("Broken twice", "断裂两次"),
    "scaling.comparison.law.quanta": ("Quanta", "量子"),
    "scaling.comparison.x": ("x of the laws in one variable", "单变量定律的 x"),
    "scaling.comparison.x_hint": (
        "Power law, broken, quanta; follows the bar above.",
        "用于幂律、断裂幂律与量子；随上方选择而变。",
    ),
    "scaling.comparison.share_label": ("Held out: the largest, %", "留出最大的部分（%）"),
    "scaling.comparison.share_hint": (
        "Of the points; equal scales stay together.",
        "按数据点计；相同规模不拆开。",
    ),
    "scaling.comparison.run": ("Compare", "比较"),
    "scaling.comparison.stage.fit": ("{law}, all points", "{law}，全部数据点"),
    "scaling.comparison.stage.held_out": ("{law}, smaller scales", "{law}，较小规模"),
    "scaling.comparison.done": (
        "{laws} laws on {points:,} points, {held:,} of them held out for the second fit, in {time}.",
        "{laws} 条定律，{points:,} 个数据点，第二次拟合留出其中 {held:,} 个，用时 {time}。",
    ),
    "scaling.comparison.again": (
        "The points have changed: press Compare.",
        "数据点已改变：请点击「比较」。",
    ),
    "scaling.comparison.cancelled": (
        "Cancelled. What has been fitted already is kept for the next time.",
        "已取消。已完成的拟合会保留到下次。",
    ),
    "scaling.comparison.two_laws": ("Choose at least two laws.", "请至少选择两条定律。"),
    "scaling.comparison.share": (
        "Hold out {low:g} to {high:g} % of the points.",
        "请留出 {low:g} % 到 {high:g} % 的数据点。",
    ),
    # --- sentences ---
    "scaling.comparison.nothing": (
        "These points carry fewer than two of the laws, so there is nothing to compare.",
        "这些数据点能支撑的定律不足两条，无从比较。",
    ),
    "scaling.comparison.clear": (
        "By AICc the points clearly prefer {best} (Akaike weight {weight}): every other law is more than 10 behind.",
        "按 AICc，数据明显倾向于{best}（Akaike 权重 {weight}）：其余定律都落后 10 以上。",
    ),
    "scaling.comparison.prefers": (
        "By AICc the points prefer {best} (Akaike weight {weight}), though not by so much that the others are ruled out.",
        "按 AICc，数据倾向于{best}（Akaike 权重 {weight}），但还不足以排除其他定律。",
    ),
    "scaling.comparison.undecided": (
        "By AICc the points cannot tell {best} from {others}: less than 2 lies between them. With the fewest parameters: {simplest}.",
        "按 AICc，数据无法区分{best}与{others}：相差不到 2。其中参数最少的是{simplest}。",
    ),
    "scaling.comparison.though_refused": (
        " Its parameters, however, are not determined by these points (see its verdict): it describes them, and explains nothing.",
        " 但这些数据无法确定它的参数（见其结论）：它只是描述了数据，并不能解释什么。",
    ),
    "scaling.comparison.held_out": (
        "On the {count} held-out points, up to {reach} times beyond the fitted scales, {best} errs least: {rms} % (rms).",
        "在 {count} 个留出的点上（规模最多为拟合范围的 {reach} 倍），{best}误差最小：{rms} %（均方根）。",
    ),
    "scaling.comparison.held_out_rivals": (
        " {others} cannot be told from it there.",
        " {others}在这里与它不分上下。",
    ),
    "scaling.comparison.within_scatter": (
        " That is no more than the scatter of the fitted points explains ({times} times it).",
        " 这与拟合点自身的离散程度相当（后者的 {times} 倍）。",
    ),
    "scaling.comparison.beyond_scatter": (
        " That is {times} times the scatter of the fitted points: even this law misses something out there.",
        " 这是拟合点离散程度的 {times} 倍：即使这条定律，在更大规模上也遗漏了什么。",
    ),
    "scaling.comparison.agree": (
        "Both measures agree on {laws}.",
        "两种度量一致选出{laws}。",
    ),
    "scaling.comparison.agree_undecided": (
        "Both measures leave {laws}: these points do not decide between them.",
        "两种度量都留下{laws}：这些数据无法在其间做出判断。",
    ),
    "scaling.comparison.disagree": (
        "The measures disagree: AICc names {criterion}, the largest scales {held}. For a forecast the second counts for more.",
        "两种度量不一致：AICc 选出{criterion}，而最大规模选出{held}。若要外推，后者更重要。",
    ),
    "scaling.comparison.same_losses": (
        "Laws in {x} and laws in N and D predict the same losses of the same runs, so AICc may compare them.",
        "以 {x} 为变量的定律与以 N、D 为变量的定律预测的是同一批实验的同样损失，因此可以用 AICc 比较。",
    ),
    "scaling.comparison.comma": (", ", "、"),
    "scaling.comparison.and": ("{head} and {last}", "{head}和{last}"),
    # --- tables ---
    "scaling.comparison.column.law": ("Law", "定律"),
    "scaling.comparison.column.free": ("Parameters", "参数"),
    "scaling.comparison.column.objective": ("Objective", "目标函数"),
    "scaling.comparison.column.rmse": ("RMSE", "RMSE"),
    "scaling.comparison.column.aicc": ("AICc", "AICc"),
    "scaling.comparison.column.delta": ("Δ AICc", "Δ AICc"),
    "scaling.comparison.column.weight": ("Weight", "权重"),
    "scaling.comparison.column.rms": ("Held out, rms", "留出点 rms"),
    "scaling.comparison.column.bias": ("Held out, bias", "留出点偏差"),
    "scaling.comparison.column.verdict": ("Verdict", "结论"),
    "scaling.comparison.hint.law": ("The law and its variable", "定律及其变量"),
    "scaling.comparison.hint.free": ("Fitted parameters of the law", "定律中拟合的参数个数"),
    "scaling.comparison.hint.objective": (
        "Huber's function of log L, summed over the points",
        "log L 残差的 Huber 函数，对所有点求和",
    ),
    "scaling.comparison.hint.rmse": (
        "Root mean square of ln L minus its prediction",
        "ln L 与预测之差的均方根",
    ),
    "scaling.comparison.hint.aicc": (
        "Akaike's criterion for few points; smaller is better",
        "小样本 Akaike 信息准则，越小越好",
    ),
    "scaling.comparison.hint.delta": ("How far behind the best", "与最好者的差距"),
    "scaling.comparison.hint.weight": (
        "Akaike weight: how much each law is to be believed, of these laws alone",
        "Akaike 权重：仅在这些定律中，各自的可信程度",
    ),
    "scaling.comparison.hint.rms": (
        "Fitted to the smaller scales, root mean square error on the largest",
        "只用较小规模拟合后，在最大规模上的均方根误差",
    ),
    "scaling.comparison.hint.bias": (
        "Mean error there; above 0 the law promised too much",
        "平均误差；大于 0 表示定律过于乐观",
    ),
    "scaling.comparison.hint.verdict": (
        "Whether the parameters can be believed: see below",
        "参数是否可信：详见下文",
    ),
    "scaling.comparison.verdict.fine": ("fine", "可信"),
    "scaling.comparison.verdict.doubted": ("doubted", "存疑"),
    "scaling.comparison.verdict.refused": ("refused", "不可信"),
    "scaling.comparison.reasons": (
        "Why parameters are doubted or refused ({count} laws)",
        "为何参数存疑或不可信（{count} 条定律）",
    ),
    "scaling.comparison.not_extrapolated": (
        "Not extrapolated: {reason}",
        "未做外推：{reason}",
    ),
    "scaling.comparison.nested.pair": ("Nested laws", "嵌套的定律"),
    "scaling.comparison.nested.statistic": ("2 Δ ln likelihood", "2 Δ 对数似然"),
    "scaling.comparison.nested.freedom": ("df", "自由度"),
    "scaling.comparison.nested.p": ("p", "p"),
    "scaling.comparison.nested.reading": ("What it says", "含义"),
    "scaling.comparison.nested.in": ("{smaller} in {larger}", "{smaller} ⊂ {larger}"),
    "scaling.comparison.nested.worth": (
        "{larger} gains more than chance would give it.",
        "{larger}的改进超过偶然所能带来的。",
    ),
    "scaling.comparison.nested.not_worth": (
        "{smaller} suffices for these points.",
        "对这些数据，{smaller}已经够用。",
    ),
    "scaling.comparison.nested.boundary.worth": (
        " The test is cautious here: the smaller law lies at infinity.",
        " 此处检验偏保守：较小的定律位于无穷远处。",
    ),
    "scaling.comparison.nested.boundary.not_worth": (
        " The test is cautious here, so a little doubt remains.",
        " 此处检验偏保守，因此仍留有余地。",
    ),
    "scaling.comparison.nested.no_place.worth": (
        " But a break that is not there can be anywhere, which makes p too small: look at the held-out points.",
        " 但不存在的断点可以出现在任何位置，这会使 p 偏小：请看留出点。",
    ),
    "scaling.comparison.nested.no_place.not_worth": (
        " The test errs towards breaks, and even so finds none.",
        " 该检验偏向于发现断点，即便如此也没有发现。",
    ),
    # --- figures ---
    "scaling.comparison.figure.lines": (
        "Losses, and what laws fitted to the shaded scales say of all of them. Lines join means over runs of one scale.",
        "损失，以及只用阴影范围拟合的定律对全部点的预测。折线连接同一规模各实验的均值。",
    ),
    "scaling.comparison.figure.errors": (
        "Observed over predicted, run by run; every strip has its own scale. Above 0: the law promised too much.",
        "逐个实验的观测值与预测值之比；各条带刻度不同。大于 0：定律过于乐观。",
    ),
    "scaling.comparison.points.fitted": ("fitted points", "拟合点"),
    "scaling.comparison.points.held_out": ("held-out points", "留出点"),
    "scaling.comparison.range.fitted": ("fitted", "拟合"),
    "scaling.comparison.range.held_out": ("held out", "留出"),
    "scaling.comparison.scale": ("Scale: {name}", "规模：{name}"),
    "scaling.comparison.loss": ("Loss", "损失"),
    "scaling.comparison.csv.table": ("Table (CSV)", "表格（CSV）"),
    "scaling.comparison.csv.held": ("Held-out points (CSV)", "留出点（CSV）"),
    # --- about ---
    "scaling.comparison.about_text": (
        "$$\\mathrm{AICc} = 2k - 2\\ln\\hat{\\mathcal{L}} + \\frac{2k(k+1)}{n-k-1}, \\qquad"
        " w_i = \\frac{e^{-\\Delta_i/2}}{\\sum_j e^{-\\Delta_j/2}}, \\qquad"
        " \\Lambda = 2\\ln\\frac{\\hat{\\mathcal{L}}_{\\text{larger}}}{\\hat{\\mathcal{L}}_{\\text{smaller}}} \\sim \\chi^2_{\\Delta k}$$\n\n"
        "$$p(r) \\propto e^{-h_\\delta(r)/s}, \\qquad r = \\ln L - \\ln \\hat{L}$$\n\n"
        "$h_\\delta$ is Huber's function with the objective's own $\\delta$ and $s$ a free width: the likelihood that the objective itself"
        " maximises. One of another kind would rank a law by what its fit did not try to do. $k$ counts the width too; the column"
        " Parameters does not.\n\n"
        "Sources: [scaling laws from quanta (9607)](https://kexue.fm/archives/9607);"
        " [Hoffmann et al. 2022 (2203.15556)](https://arxiv.org/abs/2203.15556);"
        " [Kaplan et al. 2020 (2001.08361)](https://arxiv.org/abs/2001.08361);"
        " [Caballero et al. 2022 (2210.14891)](https://arxiv.org/abs/2210.14891): broken laws, and extrapolation as the test of them;"
        " [Besiroglu et al. 2024 (2404.10102)](https://arxiv.org/abs/2404.10102).\n\n"
        "**What to notice**\n"
        "- A law in one variable cannot know that a budget was spent badly: with sizes that vary freely its errors fan out at every"
        " budget, however well its line follows the means.\n"
        "- The example's truth has exponents of .347 and .367. Seventy-two runs cannot tell them from equal ones: tied exponents and"
        " Chinchilla's law remain side by side.\n"
        "- Breaks cost three parameters each, and AICc makes them pay. Without a break in the data their verdict is a refusal, though the"
        " curve lies on the points as well as the plain one.\n"
        "- Kaplan's law has no irreducible loss: it promises too much beyond the fitted scales, and its bias there is above 0.\n\n"
        "**What is known to be wrong or limited**\n"
        "- AICc and weights compare these laws with one another. All of them can be wrong.\n"
        "- Runs along one training are not independent: for loss histories the differences of AICc are far too large.\n"
        "- Held-out points are few and share their scales, so their errors go together; twice the standard error is a rule of thumb.\n"
        "- Chi-squared holds for tied exponents. A break or an end of the quanta has no place under the smaller law, and p errs as the"
        " table says.\n"
        "- Verdicts rest on intervals from the covariance, except for a law that was fitted in the bar above: there the bootstrap's stand.",
        "$$\\mathrm{AICc} = 2k - 2\\ln\\hat{\\mathcal{L}} + \\frac{2k(k+1)}{n-k-1}, \\qquad"
        " w_i = \\frac{e^{-\\Delta_i/2}}{\\sum_j e^{-\\Delta_j/2}}, \\qquad"
        " \\Lambda = 2\\ln\\frac{\\hat{\\mathcal{L}}_{\\text{大}}}{\\hat{\\mathcal{L}}_{\\text{小}}} \\sim \\chi^2_{\\Delta k}$$\n\n"
        "$$p(r) \\propto e^{-h_\\delta(r)/s}, \\qquad r = \\ln L - \\ln \\hat{L}$$\n\n"
        "$h_\\delta$ 是 Huber 函数，$\\delta$ 与目标函数相同，$s$ 为自由的宽度：这正是目标函数本身所最大化的似然。换用别的似然，"
        "就是用拟合并未追求的东西来给定律排名。$k$ 把宽度也计算在内，「参数」一列则不计。\n\n"
        "出处：[由量子假设推导缩放定律（9607）](https://kexue.fm/archives/9607)；"
        "[Hoffmann et al. 2022（2203.15556）](https://arxiv.org/abs/2203.15556)；"
        "[Kaplan et al. 2020（2001.08361）](https://arxiv.org/abs/2001.08361)；"
        "[Caballero et al. 2022（2210.14891）](https://arxiv.org/abs/2210.14891)：断裂幂律，并以外推作为检验；"
        "[Besiroglu et al. 2024（2404.10102）](https://arxiv.org/abs/2404.10102)。\n\n"
        "**看点**\n"
        "- 单变量定律无从知道算力是否用得不当：当规模自由变化时，无论折线多么贴近均值，它的误差在每个算力档都会散开。\n"
        "- 示例的真实指数为 .347 和 .367。72 次实验无法把它们与相等的指数区分开：「共用指数」与 Chinchilla 并列。\n"
        "- 每处断裂要多用三个参数，AICc 会为此扣分。数据中没有断裂时，其结论是不可信，尽管曲线与普通幂律一样贴合。\n"
        "- Kaplan 的定律没有不可约损失：在拟合范围之外它过于乐观，偏差大于 0。\n\n"
        "**已知的错误与局限**\n"
        "- AICc 与权重只在这些定律之间比较，它们可能全都不对。\n"
        "- 同一次训练中的各点并不独立：对损失曲线而言，AICc 的差距被严重高估。\n"
        "- 留出点不多，而且共享相同的规模，误差彼此相关；两倍标准误只是经验法则。\n"
        "- 卡方分布对「共用指数」成立。断点或量子的尽头在较小的定律中没有位置，p 的偏差方向见表。\n"
        "- 结论基于协方差给出的区间；若该定律已在上方拟合过，则采用自助法的区间。",
    ),
}
