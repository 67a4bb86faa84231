"""Scaling: the quanta laboratory."""

TEXTS: dict[str, tuple[str, str]] = {
    "scaling.quanta.intro": (
        "**A power law out of stairs**: what can be learned comes in quanta, the most used ones first. Each is learned"
        " suddenly; all of them together give a smooth curve, a straight line in log-log if use follows Zipf's law. No data"
        " are needed here.",
        "**阶梯叠出幂律**：可学的东西是一份份的“量子”，用得最多的先学会。每个量子都是突然学会的；合在一起却是一条光滑的曲线，"
        "若使用频率服从 Zipf 定律，在双对数坐标下就是直线。此处不需要数据。",
    ),
    "scaling.quanta.preset.stairs": ("A dozen quanta", "十二个量子"),
    "scaling.quanta.preset.pythia": ("Pythia: a = .083", "Pythia：a = 0.083"),
    "scaling.quanta.preset.parity": (
        "Sparse parity: a = .4, 500 tasks",
        "稀疏奇偶：a = 0.4，500 个任务",
    ),
    "scaling.quanta.preset.exponential": ("Not Zipf: exponential", "不是 Zipf：指数谱"),
    "scaling.quanta.kind": ("How often quanta are used", "量子的使用频率"),
    "scaling.quanta.kind.zipf": ("Zipf", "Zipf"),
    "scaling.quanta.kind.mandelbrot": ("Zipf–Mandelbrot", "Zipf–Mandelbrot"),
    "scaling.quanta.kind.exponential": ("exponential", "指数"),
    "scaling.quanta.kind.uniform": ("uniform", "均匀"),
    "scaling.quanta.kind.lognormal": ("log-normal", "对数正态"),
    "scaling.quanta.slider.a": (
        "a: quantum k is used in a share ~ 1 / k^(a+1)",
        "a：第 k 个量子的频率 ∝ 1 / k^(a+1)",
    ),
    "scaling.quanta.slider.shift": (
        "Shift c: a share ~ 1 / (k + c)^(a+1)",
        "平移 c：频率 ∝ 1 / (k + c)^(a+1)",
    ),
    "scaling.quanta.slider.rate": ("Rate r: a share ~ exp(−r k)", "衰减率 r：频率 ∝ exp(−r k)"),
    "scaling.quanta.slider.spread": (
        "Spread: standard deviation of ln p",
        "离散度：ln p 的标准差",
    ),
    "scaling.quanta.slider.count": ("Number of quanta", "量子总数"),
    "scaling.quanta.slider.threshold": (
        "τ: how often one has to be seen",
        "τ：需要见到的次数",
    ),
    "scaling.quanta.slider.first": ("Line from quantum", "直线起于量子"),
    "scaling.quanta.slider.last": ("to quantum", "止于量子"),
    "scaling.quanta.endless": ("endlessly many quanta", "量子无穷多"),
    "scaling.quanta.scaled": ("What grows", "增长的是"),
    "scaling.quanta.scaled.parameters": ("parameters N", "参数量 N"),
    "scaling.quanta.scaled.data": ("data D", "数据量 D"),
    "scaling.quanta.scaled.steps": ("steps S", "步数 S"),
    "scaling.quanta.learned": ("A quantum is learned", "量子的学会方式"),
    "scaling.quanta.learned.sharp": ("sharply, at τ", "突变：恰在 τ 次"),
    "scaling.quanta.learned.smooth": (
        "by chance (D: Poisson) or gradually (S)",
        "随机（D：Poisson）或渐进（S）",
    ),
    "scaling.quanta.csv": ("Curves (CSV)", "曲线（CSV）"),
    "scaling.quanta.integral": (
        "**The sum against its integrals**, relative error after n quanta",
        "**求和与积分之差**：学会 n 个量子之后的相对误差",
    ),
    "scaling.quanta.truncation": (
        "**Truncation**: the exponent that a line from the first quantum on finds",
        "**截断**：从第一个量子起拟合直线所得的指数",
    ),
    "scaling.quanta.no_integral": (
        "These formulas are Zipf's: choose that spectrum.",
        "这些公式只适用于 Zipf：请选择该频率谱。",
    ),
    "scaling.quanta.no_truncation": (
        "For Zipf's law with a finite number of quanta: with endlessly many nothing is cut off.",
        "适用于量子数有限的 Zipf 定律：无穷多时没有截断。",
    ),
    # --- figures
    "scaling.quanta.trace.few": ("{count} quanta alone", "仅 {count} 个量子"),
    "scaling.quanta.trace.curve": ("{count:,} quanta", "{count:,} 个量子"),
    "scaling.quanta.trace.endless": ("endlessly many quanta", "无穷多量子"),
    "scaling.quanta.trace.law": ("power law of endless ones", "无穷多量子的幂律"),
    "scaling.quanta.trace.line": ("line over the window: {exponent}", "窗口内的直线：{exponent}"),
    "scaling.quanta.trace.slope": ("local slope", "局部斜率"),
    "scaling.quanta.trace.theory": ("theory {exponent}", "理论 {exponent}"),
    "scaling.quanta.trace.measured": ("measured {exponent}", "实测 {exponent}"),
    "scaling.quanta.trace.single": ("quantum {rank}", "第 {rank} 个量子"),
    "scaling.quanta.trace.singles": ("Single quanta, by rank", "单个量子（按名次）"),
    "scaling.quanta.trace.mean": ("mean", "平均"),
    "scaling.quanta.trace.half": ("integral from n + ½", "从 n + ½ 积分"),
    "scaling.quanta.trace.whole": ("integral from n", "从 n 积分"),
    "scaling.quanta.trace.post": ("the post's formula (endless)", "文章的公式（无穷多）"),
    "scaling.quanta.trace.whole_post": (
        "integral from n: the post's formula",
        "从 n 积分：文章的公式",
    ),
    "scaling.quanta.axis.loss": ("share still to be learned", "尚未学会的份额"),
    "scaling.quanta.axis.slope": ("local slope", "局部斜率"),
    "scaling.quanta.axis.single": (
        "loss of single quanta, and the mean of all cases",
        "单个量子的损失与全部情形的平均",
    ),
    "scaling.quanta.axis.scale_parameters": (
        "parameters N, in quanta that they hold",
        "参数量 N（以可容纳的量子数计）",
    ),
    "scaling.quanta.axis.scale_data": ("data D: cases seen", "数据量 D：见过的情形数"),
    "scaling.quanta.axis.scale_steps": ("steps S", "步数 S"),
    "scaling.quanta.axis.learned": ("quanta learned, n", "已学会的量子数 n"),
    "scaling.quanta.axis.error": ("relative error", "相对误差"),
    "scaling.quanta.axis.share": (
        "share of the quanta that were learned when the line ends",
        "直线终点处已学会的量子占比",
    ),
    "scaling.quanta.axis.fitted_parameters": ("fitted exponent of N", "拟合的 N 指数"),
    "scaling.quanta.axis.fitted_data": ("fitted exponent of D", "拟合的 D 指数"),
    "scaling.quanta.axis.fitted_steps": ("fitted exponent of S", "拟合的 S 指数"),
    # --- what is seen
    "scaling.quanta.line_agrees": (
        "A straight line from quantum {first} to {last} falls with the exponent {fitted}; the theory says {theory}.",
        "从第 {first} 个到第 {last} 个量子的直线，指数为 {fitted}；理论值为 {theory}。",
    ),
    "scaling.quanta.line_steeper": (
        "A straight line from quantum {first} to {last} falls with the exponent {fitted}, {percent} more than the theory's"
        " {theory}.",
        "从第 {first} 个到第 {last} 个量子的直线，指数为 {fitted}，比理论值 {theory} 大 {percent}。",
    ),
    "scaling.quanta.line_flatter": (
        "A straight line from quantum {first} to {last} falls with the exponent {fitted}, {percent} less than the theory's"
        " {theory}: the first quanta fall more slowly.",
        "从第 {first} 个到第 {last} 个量子的直线，指数为 {fitted}，比理论值 {theory} 小 {percent}：最初的量子下降得较慢。",
    ),
    "scaling.quanta.line_no_law": (
        "A straight line from quantum {first} to {last} finds the exponent {fitted}, though there is no power law: move the"
        " window and it changes.",
        "从第 {first} 个到第 {last} 个量子的直线给出指数 {fitted}，但这里并没有幂律：移动窗口，它就会变。",
    ),
    "scaling.quanta.no_line": (
        "No straight line: fewer than two quanta with something left to learn are in the window.",
        "没有直线：窗口内尚可学习的量子不足两个。",
    ),
    "scaling.quanta.no_line_uniform": (
        "No straight line: all quanta are used equally often, and are learned at the same scale.",
        "没有直线：所有量子的使用频率相同，在同一尺度上学会。",
    ),
    "scaling.quanta.singles_at_once": (
        "Quantum {first} is learned at {symbol} = {start}, quantum {last} at {symbol} = {end}: each at once. Their mean falls"
        " step by step.",
        "第 {first} 个量子在 {symbol} = {start} 处学会，第 {last} 个在 {symbol} = {end} 处：各自一步到位。平均损失逐级下降。",
    ),
    "scaling.quanta.singles_within": (
        "Quantum {first} is learned around {symbol} = {start}, quantum {last} around {symbol} = {end}; each falls from 90 % to"
        " 10 % while {symbol} grows {factor} times. Their mean shows no jump.",
        "第 {first} 个量子在 {symbol} = {start} 附近学会，第 {last} 个在 {symbol} = {end} 附近；{symbol} 增至 {factor}"
        " 倍时，各自从 90 % 降到 10 %。平均损失看不出跳变。",
    ),
    "scaling.quanta.singles_alike": (
        "All quanta are learned around {symbol} = {start}: what holds for one holds for their mean.",
        "所有量子都在 {symbol} = {start} 附近学会：单个如此，平均也如此。",
    ),
    "scaling.quanta.ends": (
        "There are {count} quanta: towards the last one the curve falls ever faster, and below the power law of endless ones.",
        "共有 {count} 个量子：接近最后一个时曲线越降越快，落到无穷多量子的幂律之下。",
    ),
    "scaling.quanta.no_law_exponential": (
        "Exponential use gives no power law in N: the loss falls exponentially. In D and S it tends to 1 / D, whatever the"
        " rate: a power law whose exponent says nothing about the quanta.",
        "指数谱对 N 不给出幂律：损失按指数下降。对 D 与 S 则趋于 1 / D，与衰减率无关：这样的幂律，指数并不反映量子的分布。",
    ),
    "scaling.quanta.no_law_uniform": (
        "Uniform use gives no power law: in N the loss falls in a straight line that is none in log-log, in D and S all at once.",
        "均匀谱不给出幂律：对 N，损失线性下降（在双对数坐标下并非直线）；对 D 与 S，则同时下降。",
    ),
    "scaling.quanta.no_law_lognormal": (
        "Log-normal use gives no power law: the curve bends all the way, and looks straight over a decade or two.",
        "对数正态谱不给出幂律：曲线处处弯曲，只在一两个数量级内看似直线。",
    ),
    # --- tables
    "scaling.quanta.table": (
        "Exponents: theory, and a line over the window from quantum {first} to {last}",
        "指数：理论值，与第 {first} 至第 {last} 个量子窗口内的直线",
    ),
    "scaling.quanta.column.scaled": ("Scale", "尺度"),
    "scaling.quanta.column.theory": ("Theory", "理论"),
    "scaling.quanta.column.fitted": ("Fitted", "拟合"),
    "scaling.quanta.column.apart": ("Difference", "相差"),
    "scaling.quanta.column.window": ("Window", "窗口"),
    "scaling.quanta.published": (
        "Published (Michaud et al. 2023), and the same formulas here",
        "已发表的数值（Michaud et al. 2023）与此处同一公式的结果",
    ),
    "scaling.quanta.column.source": ("Exponent", "指数"),
    "scaling.quanta.column.published": ("Published", "已发表"),
    "scaling.quanta.column.here": ("Here", "此处"),
    "scaling.quanta.published.pythia": (
        "Pythia: a_N = .083 predicts a_D",
        "Pythia：由 a_N = 0.083 预测 a_D",
    ),
    "scaling.quanta.published.parity": (
        "Sparse parity: a = .4 predicts a_S",
        "稀疏奇偶：由 a = 0.4 预测 a_S",
    ),
    "scaling.quanta.published.measured": (
        "Sparse parity: a_S as measured",
        "稀疏奇偶：a_S 的实测值",
    ),
    "scaling.quanta.published.truncated": (
        "{exponent} with {learned} of {count} learned",
        "学会 {count} 个中的 {learned} 个时为 {exponent}",
    ),
    # --- refusals
    "scaling.quanta.window_order": (
        "The line has to end after the quantum at which it begins.",
        "直线的终点必须在起点之后。",
    ),
    "scaling.quanta.choice": ("Choose one of these.", "请选择其中之一。"),
    "scaling.quanta.about_text": (
        "$$p_k = \\frac{k^{-(a+1)}}{\\zeta(a+1)}, \\qquad L_n = a_0 + (b_0 - a_0) \\sum_{k > n} p_k \\approx a_0 +"
        " (b_0 - a_0) \\, \\frac{(n + \\frac12)^{-a}}{a \\, \\zeta(a+1)}$$\n\n"
        "$$n \\sim N \\;\\Rightarrow\\; N^{-a}, \\qquad D \\, p_n = \\tau \\;\\Rightarrow\\; n \\sim D^{1/(a+1)}"
        " \\;\\Rightarrow\\; D^{-a/(a+1)}, \\qquad S^{-a/(a+1)}$$\n\n"
        "$a$ is the post's $\\gamma$. Quantum k is needed in a share $p_k$ of all cases; learned it leaves the loss $a_0$,"
        " unlearned $b_0$. The figures show the share still to be learned, $(L - a_0) / (b_0 - a_0)$. N counts quanta that"
        " the parameters hold. Learned sharply: once $D p_k$ reaches $\\tau$. By chance: with the probability that a Poisson"
        " number of sightings with mean $D p_k$ reaches $\\tau$. Gradually: its loss decays as $\\exp(-S p_k / \\tau)$, as"
        " under gradient descent. Where there are stairs, slope and line go from corner to corner, so that steps do not enter.\n\n"
        "Sources: [scaling laws from quanta (9607)](https://kexue.fm/archives/9607);"
        " [Michaud et al. 2023 (2303.13506)](https://arxiv.org/abs/2303.13506).\n\n"
        "**What to notice**\n"
        "- A dozen quanta are stairs; hundreds are a line. Emergence and smooth scaling are one thing seen from near and from"
        " far: every single quantum drops suddenly, their mean does not.\n"
        "- Quantum k is learned at $N = k$ but at $D = \\tau / p_k \\sim k^{a+1}$: data pay more for the next quantum than"
        " parameters, so the exponent is smaller. $\\tau$ moves the curve sideways and leaves the exponent.\n"
        "- A power law comes from Zipf's law, and not from quanta as such: exponential and uniform use give none. The"
        " log-normal is the dangerous one: over a decade or two nobody can tell.\n"
        "- Truncation steepens: with 500 quanta of a = .4 a line from the first one on finds .29 while a dozen are learned,"
        " .35 when a hundred are, and .45, as measured for sparse parity, when about 400 are.\n"
        "- Integrating from n + ½ is right to second order: for a = .4 and n = 10 it is off by 0.02 %, from n by 2 %. Of a finite number the post's formula, which sums endlessly many, is off most at large n.\n"
        "- Stairs and formula: at a broken N the formula from n runs through the middle of the stairs, from n + ½ along"
        " their left corners.\n\n"
        "**What is known to be wrong or limited**\n"
        "- In the paper's repository the variable `alpha` is a + 1, not a: .4 here is 1.4 there.\n"
        "- That truncation gives .45 does not prove that it is the reason: another window, or quanta that are not learned"
        " independently, could give it too. It shows that .45 alone is no evidence against the theory.\n"
        "- Narrow windows at the beginning find less than the theory, with endlessly many quanta too: there the loss goes with"
        " n + ½ and not with n.\n"
        "- Zipf's law is assumed, not derived; so is that quanta are learned in order of use, that each costs the same room"
        " and the same number of sightings, and that a case needs one quantum alone.\n"
        "- For Pythia .0766 is what $a_N$ = .083 predicts for data, not a measurement.\n"
        "- With endlessly many quanta the pictures end at the millionth, or where two hundred-thousandths are left to learn.",
        "$$p_k = \\frac{k^{-(a+1)}}{\\zeta(a+1)}, \\qquad L_n = a_0 + (b_0 - a_0) \\sum_{k > n} p_k \\approx a_0 +"
        " (b_0 - a_0) \\, \\frac{(n + \\frac12)^{-a}}{a \\, \\zeta(a+1)}$$\n\n"
        "$$n \\sim N \\;\\Rightarrow\\; N^{-a}, \\qquad D \\, p_n = \\tau \\;\\Rightarrow\\; n \\sim D^{1/(a+1)}"
        " \\;\\Rightarrow\\; D^{-a/(a+1)}, \\qquad S^{-a/(a+1)}$$\n\n"
        "$a$ 即文章的 $\\gamma$。第 k 个量子在占比 $p_k$ 的情形中用到；学会后损失为 $a_0$，未学会为 $b_0$。图中是尚未学会的份额"
        " $(L - a_0) / (b_0 - a_0)$。N 以参数可容纳的量子数计。突变：$D p_k$ 达到 $\\tau$ 即学会。随机：以均值 $D p_k$ 的 Poisson"
        " 次数达到 $\\tau$ 的概率学会。渐进：损失按 $\\exp(-S p_k / \\tau)$ 衰减，如同梯度下降。有阶梯时，斜率与直线都沿拐角计算，"
        "不受阶梯影响。\n\n"
        "出处：[由量子推导缩放定律（9607）](https://kexue.fm/archives/9607)；"
        "[Michaud et al. 2023（2303.13506）](https://arxiv.org/abs/2303.13506)。\n\n"
        "**看点**\n"
        "- 十二个量子是阶梯，几百个就成了直线。“涌现”与平滑的缩放是同一件事的近观与远观：每个量子都突然下降，平均却不会。\n"
        "- 第 k 个量子在 $N = k$ 处学会，对数据则在 $D = \\tau / p_k \\sim k^{a+1}$ 处：下一个量子要花费的数据比参数多，所以指数更小。"
        "$\\tau$ 只平移曲线，不改变指数。\n"
        "- 幂律来自 Zipf 定律，而不是来自量子本身：指数谱与均匀谱都没有幂律。最具迷惑性的是对数正态：在一两个数量级内谁也分不出来。\n"
        "- 截断使斜率变陡：a = 0.4、500 个量子时，从第一个起的直线在学会十来个时得到 0.29，一百个时为 0.35，约 400 个时则为 0.45，"
        "正是稀疏奇偶的实测值。\n"
        "- 从 n + ½ 积分精确到二阶：a = 0.4、n = 10 时误差为 0.02 %，从 n 积分则为 2 %。量子有限时，文章的公式对无穷多求和，"
        "n 越大偏差越大。\n"
        "- 阶梯与公式：N 取非整数时，从 n 的公式穿过阶梯的中间，从 n + ½ 的公式沿着左侧的拐角。\n\n"
        "**已知的错误与局限**\n"
        "- 论文代码中的变量 `alpha` 是 a + 1 而不是 a：这里的 0.4 在那里是 1.4。\n"
        "- 截断能给出 0.45，并不证明这就是原因：换一个窗口，或量子之间并不独立，也可能得到它。它说明的是：仅凭 0.45 不构成反对该理论的证据。\n"
        "- 起始处的窄窗口得到的指数小于理论值，量子无穷多时也是如此：那里损失随 n + ½ 而非 n 变化。\n"
        "- Zipf 定律是假设，不是推论；按使用频率依次学会、每个量子占用同样的容量与次数、每种情形只需一个量子，也都是假设。\n"
        "- Pythia 的 0.0766 是由 $a_N$ = 0.083 对数据作出的预测，不是测量值。\n"
        "- 量子无穷多时，图画到第一百万个，或只剩十万分之二未学会之处。",
    ),
}
