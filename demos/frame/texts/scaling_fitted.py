"""Scaling: the fit, its figures, its reading, and what is handed out."""

TEXTS: dict[str, tuple[str, str]] = {
    "scaling.fitted.intro": (
        "**The fit, and how far it can be trusted**: the verdict first, then the law against the points, what is left"
        " over, parameters with intervals, and what they say in words.",
        "**拟合结果，以及能信到什么程度**：先给出判断，再看定律与数据点、残差、带区间的参数，以及用文字的解读。",
    ),
    "scaling.fitted.none": (
        "Nothing has been fitted yet: press “Fit” above.",
        "还没有拟合：请点击上方的「拟合」。",
    ),
    "scaling.fitted.verdict.fine": (
        "The data carry this fit: nothing was found against it.",
        "数据足以支撑这个拟合：没有发现问题。",
    ),
    "scaling.fitted.verdict.doubted": (
        "To be read with these doubts:",
        "可以参考，但有以下疑点：",
    ),
    "scaling.fitted.verdict.refused": (
        "The data cannot carry this law, so nothing is concluded from it:",
        "数据不足以支撑这条定律，因此不作任何推断：",
    ),
    # --- how to draw ---
    "scaling.fitted.axis": ("Along", "横轴"),
    "scaling.fitted.choice.N": ("N, model size", "N，模型规模"),
    "scaling.fitted.choice.D": ("D, data", "D，数据量"),
    "scaling.fitted.choice.C": ("C, compute", "C，算力"),
    "scaling.fitted.band": ("Band", "区间带"),
    "scaling.fitted.band.curve": ("of the law", "定律本身"),
    "scaling.fitted.band.observation": ("of a new run", "一次新实验"),
    "scaling.fitted.band.none": ("none", "无"),
    "scaling.fitted.colour": ("Points coloured by", "数据点颜色"),
    "scaling.fitted.colour.size": ("the other size", "另一规模"),
    "scaling.fitted.colour.run": ("run", "实验"),
    "scaling.fitted.published": ("Published laws beside", "同时画出已发表的定律"),
    "scaling.fitted.far": ("Extrapolate: times beyond the data", "外推：超出数据的倍数"),
    # --- figures ---
    "scaling.fitted.axis.N": ("N: parameters", "N：参数量"),
    "scaling.fitted.axis.D": ("D: tokens", "D：词元数"),
    "scaling.fitted.axis.C": ("C: FLOP", "C：浮点运算量"),
    "scaling.fitted.axis.step": ("Steps", "训练步数"),
    "scaling.fitted.axis.loss": ("Loss L", "损失 L"),
    "scaling.fitted.axis.residual": ("ln L, measured − law", "ln L，实测 − 定律"),
    "scaling.fitted.the_law": ("fitted law", "拟合的定律"),
    "scaling.fitted.best": ("best of each budget", "每份算力的最优"),
    "scaling.fitted.truth": ("truth of the example", "示例的真实定律"),
    "scaling.fitted.points": ("points", "数据点"),
    "scaling.fitted.left_out": ("left out", "未使用"),
    "scaling.fitted.outliers": ("outliers", "离群点"),
    "scaling.fitted.line": ("row {line}", "第 {line} 行"),
    "scaling.fitted.hover": (
        "L {loss}, law {predicted} ({residual})",
        "L {loss}，定律 {predicted}（{residual}）",
    ),
    "scaling.fitted.delta_mark": ("Huber’s δ = {delta}", "Huber 的 δ = {delta}"),
    "scaling.fitted.drawn": (
        "{drawn} of {total} points are drawn, evenly chosen; all of them were fitted.",
        "图中均匀选取了 {total} 个点中的 {drawn} 个；拟合使用全部数据点。",
    ),
    "scaling.fitted.levels": (
        "Losses of different papers are of different tokens and texts: compare slopes, not heights.",
        "不同论文的损失所用的词元与文本不同：应比较斜率，而非高低。",
    ),
    "scaling.fitted.truth_note": (
        "This example was made by {law}, whose parameters are not those of the law fitted here: its curve stands beside.",
        "该示例由 {law} 生成，与此处拟合的定律参数不同：其曲线画在旁边。",
    ),
    # --- table ---
    "scaling.fitted.parameters": ("### Parameters", "### 参数"),
    "scaling.fitted.method": ("Intervals by", "区间的算法"),
    "scaling.fitted.method.percentile": ("bootstrap, percentiles", "自助法，百分位"),
    "scaling.fitted.method.bca": ("bootstrap, BCa", "自助法，BCa"),
    "scaling.fitted.method.profile": ("profile likelihood", "剖面似然"),
    "scaling.fitted.method.normal": ("covariance (normal)", "协方差（正态）"),
    "scaling.fitted.method_hint": (
        "Profile and BCa fit anew. Exponents of compute: always of the bootstrap.",
        "剖面似然与 BCa 需要重新拟合。算力的指数始终用自助法。",
    ),
    "scaling.fitted.finding.bca": ("BCa: points left out", "BCa：已剔除的数据点"),
    "scaling.fitted.finding.profile": ("Profiles: steps", "剖面似然：步数"),
    "scaling.fitted.column.parameter": ("Parameter", "参数"),
    "scaling.fitted.column.value": ("Value", "值"),
    "scaling.fitted.column.interval": ("{level} % interval", "{level} % 区间"),
    "scaling.fitted.column.truth": ("Truth", "真实值"),
    "scaling.fitted.column.unit": ("Unit", "单位"),
    "scaling.fitted.unit.loss": ("loss", "损失"),
    "scaling.fitted.fact.objective": ("Objective, summed", "目标函数（求和）"),
    "scaling.fitted.fact.minimised": ("Minimised", "最小化的是"),
    "scaling.fitted.fact.points": ("Points", "数据点"),
    "scaling.fitted.fact.noise": ("Noise of ln L", "ln L 的噪声"),
    "scaling.fitted.fact.explained": ("Variance explained", "解释的方差"),
    "scaling.fitted.fact.starts": ("Starts at the best optimum", "到达最优的起点"),
    "scaling.fitted.fact.condition": ("Condition number", "条件数"),
    "scaling.fitted.fact.resampled": ("Resampled", "重抽样"),
    # --- reading ---
    "scaling.fitted.reading": ("### In words", "### 文字解读"),
    "scaling.fitted.floor": (
        "Floor: {name} = {value} [{low} to {high}]. By this law no model and no data get below it.",
        "下限：{name} = {value} [{low} 至 {high}]。按这条定律，再大的模型和再多的数据都无法低于它。",
    ),
    "scaling.fitted.floor_zero": (
        "Floor: {name} = 0. The data show none, which does not mean that there is none.",
        "下限：{name} = 0。数据中看不到下限，但这并不意味着没有。",
    ),
    "scaling.fitted.no_floor": (
        "Floor: this law has none; with N and D the loss goes down to nought.",
        "下限：这条定律没有下限；随 N 与 D 增大，损失趋于零。",
    ),
    "scaling.fitted.doubling.term.N": (
        "Doubling the model lowers the reducible loss of the model term by {share} % [{low} to {high}], whatever the data;"
        " half of it takes {times} times the parameters.",
        "模型规模翻倍，模型项的可约损失降低 {share} % [{low} 至 {high}]，与数据量无关；减半需要 {times} 倍的参数量。",
    ),
    "scaling.fitted.doubling.term.D": (
        "Doubling the data lowers the reducible loss of the data term by {share} % [{low} to {high}], whatever the model;"
        " half of it takes {times} times the tokens.",
        "数据量翻倍，数据项的可约损失降低 {share} % [{low} 至 {high}]，与模型规模无关；减半需要 {times} 倍的词元数。",
    ),
    "scaling.fitted.doubling.kaplan.N": (
        "With data without limit, doubling the model lowers the loss by {share} % [{low} to {high}].",
        "数据无限时，模型规模翻倍使损失降低 {share} % [{low} 至 {high}]。",
    ),
    "scaling.fitted.doubling.kaplan.D": (
        "With a model without limit, doubling the data lowers the loss by {share} % [{low} to {high}].",
        "模型无限大时，数据量翻倍使损失降低 {share} % [{low} 至 {high}]。",
    ),
    "scaling.fitted.doubling.x": (
        "Doubling {x} beyond the largest lowers the reducible loss by {share} % [{low} to {high}].",
        "在最大的 {x} 之上再翻倍，可约损失降低 {share} % [{low} 至 {high}]。",
    ),
    "scaling.fitted.largest": (
        "At the largest run ({sizes}) the law says {loss}",
        "在最大的实验处（{sizes}），定律给出 {loss}",
    ),
    "scaling.fitted.largest_terms": (
        ": the floor {floor}, and of the rest {n} % for the model and {d} % for the data",
        "：下限 {floor}，其余部分中模型占 {n} %、数据占 {d} %",
    ),
    "scaling.fitted.gains": (
        ". There the loss falls by {gains}.",
        "。在那里，损失下降量为：{gains}。",
    ),
    "scaling.fitted.gain.one": (
        "{gain} [{low} to {high}] with twice the {name}",
        "{name} 翻倍 {gain} [{low} 至 {high}]",
    ),
    "scaling.fitted.gain.both": (
        "{gain} [{low} to {high}] with twice of both",
        "两者都翻倍 {gain} [{low} 至 {high}]",
    ),
    "scaling.fitted.and": (", ", "，"),
    "scaling.fitted.predict_title": (
        "**A run that was not made**: which loss does the law expect?",
        "**没有做过的实验**：定律预计的损失是多少？",
    ),
    "scaling.fitted.size.N": ("N: parameters", "N：参数量"),
    "scaling.fitted.size.D": ("D: tokens", "D：词元数"),
    "scaling.fitted.size.x": ("x", "x"),
    "scaling.fitted.size_named": ("x: {name}", "x：{name}"),
    "scaling.fitted.size_hint": ("such as 70B or 1.4e12", "如 70B 或 1.4e12"),
    "scaling.fitted.predict": ("Predict", "预测"),
    "scaling.fitted.predicted": (
        "{sizes}: loss {loss}; {level} % interval of the law {low} to {high}, of a single new run {run_low} to {run_high}.",
        "{sizes}：损失 {loss}；定律的 {level} % 区间为 {low} 至 {high}，单次新实验为 {run_low} 至 {run_high}。",
    ),
    "scaling.fitted.bad_size": (
        "A size has to be a number above 0, such as 70B or 1.4e12.",
        "规模必须是大于 0 的数，如 70B 或 1.4e12。",
    ),
    # --- options ---
    "scaling.fitted.options": ("Options of the fit", "拟合选项"),
    "scaling.fitted.options_hint": (
        "Points and law are those of the bar above; its own button takes the defaults.",
        "数据点与定律取自上方；上方的「拟合」按钮使用默认选项。",
    ),
    "scaling.fitted.objective": ("Objective", "目标函数"),
    "scaling.fitted.objective.huber_log": ("Huber of ln L", "ln L 的 Huber 函数"),
    "scaling.fitted.objective.log_squares": ("squares of ln L", "ln L 的平方"),
    "scaling.fitted.objective.squares": ("squares of L", "L 的平方"),
    "scaling.fitted.delta": ("Huber’s δ, of ln L", "Huber 的 δ（对 ln L）"),
    "scaling.fitted.resampling": ("Resampled are", "重抽样对象"),
    "scaling.fitted.resampling.pairs": ("points", "数据点"),
    "scaling.fitted.resampling.residuals": ("residuals", "残差"),
    "scaling.fitted.replicas": ("Resampled fits", "重抽样次数"),
    "scaling.fitted.level": ("Level of intervals, %", "置信水平，%"),
    "scaling.fitted.seed": ("Seed", "随机种子"),
    "scaling.fitted.again": ("Fit with these", "用这些选项拟合"),
    "scaling.fitted.whole": (
        "Choose a whole number from {least} to {most}.",
        "请选择 {least} 到 {most} 的整数。",
    ),
    "scaling.fitted.level_range": (
        "The level has to lie between {low:g} and {high:g} %.",
        "置信水平必须在 {low:g} 与 {high:g} % 之间。",
    ),
    # --- lesson ---
    "scaling.fitted.lesson": (
        "Lesson: why the objective is summed",
        "一课：目标函数为什么要求和",
    ),
    "scaling.fitted.lesson.text": (
        "An optimiser stops when the gradient is small: L-BFGS by custom at $10^{-5}$. The mean over n points has a gradient"
        " n times smaller than their sum, and the same optimum. So on the mean the search may end on the way, at parameters"
        " that look reasonable. Try it on the points shown: the same method, start and tolerance, once on each.",
        "优化器在梯度足够小时停止：L-BFGS 的惯用阈值是 $10^{-5}$。n 个点的平均与求和最优点相同，但平均的梯度小 n 倍，"
        "于是对平均值的搜索可能半途停下，而得到的参数看上去还很合理。在当前数据上试试：同样的方法、起点与阈值，各做一次。",
    ),
    "scaling.fitted.lesson.run": ("Run both on these points", "在这些数据上运行两者"),
    "scaling.fitted.lesson.running": ("L-BFGS runs twice …", "L-BFGS 正在运行两次……"),
    "scaling.fitted.lesson.column.method": ("Method", "方法"),
    "scaling.fitted.lesson.column.objective": ("Objective, summed", "目标函数（求和）"),
    "scaling.fitted.lesson.column.E": ("E", "E"),
    "scaling.fitted.lesson.column.A": ("A", "A"),
    "scaling.fitted.lesson.column.B": ("B", "B"),
    "scaling.fitted.lesson.column.alpha": ("α", "α"),
    "scaling.fitted.lesson.column.beta": ("β", "β"),
    "scaling.fitted.lesson.column.steps": ("Steps", "步数"),
    "scaling.fitted.lesson.column.gradient": ("Gradient left", "剩余梯度"),
    "scaling.fitted.lesson.row.mean": ("L-BFGS on the mean", "L-BFGS，平均"),
    "scaling.fitted.lesson.row.sum": ("L-BFGS on the sum", "L-BFGS，求和"),
    "scaling.fitted.lesson.row.newton": ("The fit above, from many starts", "上方的拟合，多个起点"),
    "scaling.fitted.lesson.row.published_mean": (
        "Known: mean, Chinchilla’s 240 points (other data)",
        "已知：平均，Chinchilla 的 240 个点（另一份数据）",
    ),
    "scaling.fitted.lesson.row.published_sum": (
        "Known: sum, Chinchilla’s 240 points (other data)",
        "已知：求和，Chinchilla 的 240 个点（另一份数据）",
    ),
    "scaling.fitted.lesson.data.own": (
        "On the {points} points shown, with δ = {delta}.",
        "使用所示的 {points} 个数据点，δ = {delta}。",
    ),
    "scaling.fitted.lesson.data.example": (
        "The points shown do not carry Hoffmann’s law in N and D, so the bundled IsoFLOP example was taken: {points} points,"
        " δ = {delta}.",
        "所示数据点无法用于 N 与 D 的 Hoffmann 定律，因此改用内置的等算力示例：{points} 个点，δ = {delta}。",
    ),
    "scaling.fitted.lesson.data.thinned": (
        "On {points} of the {total} points, evenly chosen, with δ = {delta}.",
        "从 {total} 个数据点中均匀选取 {points} 个，δ = {delta}。",
    ),
    "scaling.fitted.lesson.stopped": (
        "On the mean the search stopped early: its objective is {share} % above the sum’s, and α is {alpha} instead of {right}.",
        "对平均值的搜索提前停止了：目标函数比求和时高 {share} %，α 为 {alpha} 而非 {right}。",
    ),
    "scaling.fitted.lesson.sum_stopped": (
        "Here even the search on the sum stopped early, {share} % above the other (α {right} against {alpha}): many starts and"
        " second derivatives are safer.",
        "这里连对求和的搜索也提前停止了，比另一个高 {share} %（α 为 {right}，另一个为 {alpha}）：多起点加二阶导数更稳妥。",
    ),
    "scaling.fitted.lesson.same": (
        "On these points both end at the same place (objectives within {share} %): the mean does no harm here.",
        "在这些数据上两者到达同一处（目标函数相差 {share} %）：这里用平均并无害处。",
    ),
    # --- files ---
    "scaling.fitted.code": ("Python that predicts", "用于预测的 Python 代码"),
    "scaling.fitted.code_hint": (
        "Runs as it is, with numpy alone. Parameters without intervals: those are in the CSV.",
        "只需 numpy，可直接运行。其中只有参数，区间见 CSV。",
    ),
    "scaling.fitted.code_file": ("Python (predict_loss.py)", "Python（predict_loss.py）"),
    "scaling.fitted.csv_parameters": ("Parameters (CSV)", "参数（CSV）"),
    "scaling.fitted.csv_predictions": ("Points and predictions (CSV)", "数据点与预测（CSV）"),
    # --- endpoints ---
    "scaling.fitted.no_data": (
        "There are no data: give columns by name, or CSV text.",
        "没有数据：请按列名给出各列，或给出 CSV 文本。",
    ),
    "scaling.fitted.too_many_points": (
        "There are too many points: at most {most} are taken at once.",
        "数据点太多：一次最多 {most} 个。",
    ),
    "scaling.fitted.long_text": (
        "The CSV text is too long: at most {most} characters.",
        "CSV 文本太长：最多 {most} 个字符。",
    ),
    "scaling.fitted.no_parameter": (
        "The parameter {name} is missing or no number; the law has {names}.",
        "缺少参数 {name}，或它不是数；该定律的参数是 {names}。",
    ),
    "scaling.fitted.no_sizes": (
        "Sizes to predict at are missing: give lists for {names}.",
        "缺少要预测的规模：请给出 {names} 的列表。",
    ),
    "scaling.fitted.sizes_length": (
        "Sizes have to be lists of equal length, of 1 to {most} numbers.",
        "各规模必须是等长的列表，含 1 到 {most} 个数。",
    ),
    # --- about ---
    "scaling.fitted.about_text": (
        "$$L(N, D) = E + \\frac{A}{N^{\\alpha}} + \\frac{B}{D^{\\beta}}, \\qquad"
        " \\min \\sum_i \\operatorname{Huber}_{\\delta}\\big(\\ln L_i - \\ln \\hat{L}_i\\big), \\quad \\delta = 10^{-3}$$\n\n"
        "$$N_{\\mathrm{opt}} \\propto C^{a}, \\quad D_{\\mathrm{opt}} \\propto C^{b}, \\qquad"
        " a = \\frac{\\beta}{\\alpha + \\beta}, \\quad b = \\frac{\\alpha}{\\alpha + \\beta}$$\n\n"
        "The sum, from a grid of starts, with everything linear solved for and second derivatives for the rest. Intervals:"
        " percentiles of resampled fits; BCa corrects their bias and skewness; a profile holds one parameter and fits the"
        " others; the normal one is the covariance’s.\n\n"
        "Sources: [the post (9607)](https://kexue.fm/archives/9607) and"
        " [the quantization hypothesis (2303.13506)](https://arxiv.org/abs/2303.13506);"
        " [Hoffmann et al. (2203.15556)](https://arxiv.org/abs/2203.15556);"
        " [Kaplan et al. (2001.08361)](https://arxiv.org/abs/2001.08361);"
        " [Besiroglu et al. (2404.10102)](https://arxiv.org/abs/2404.10102), who fitted Hoffmann’s data anew;"
        " [Caballero et al. (2210.14891)](https://arxiv.org/abs/2210.14891) for broken power laws.\n\n"
        "**What to notice**\n"
        "- A and B are vague by a factor of two while α and β are known to a few percent: a coefficient says where the curve"
        " would be at one parameter and one token. It is harmless where nobody goes there.\n"
        "- The band of the law is narrow inside the data and opens outside; that of a new run never gets narrower than the"
        " noise.\n"
        "- Most residuals are far larger than δ: with δ = .001 Huber’s function is nearly the sum of absolute deviations, which"
        " is why one diverged run hardly moves the fit.\n"
        "- Try “Large models, little data” and “Always 20 tokens a parameter”: the points fit perfectly, and the law is still"
        " refused.\n\n"
        "**What is known to be wrong or limited**\n"
        "- Hoffmann’s printed parameters do not fit their own data: .00412 instead of .00102 for the objective. A mean in the"
        " place of the sum, and rounding, explain it (Besiroglu et al.); their intervals were far too narrow as well.\n"
        "- An interval knows the noise, not whether the law is true. Beyond the data it says how well a curve is known that may"
        " have ended.\n"
        "- Points of one run along its training are not independent: the bootstrap then takes the intervals too narrow. So does"
        " noise that comes from one learning-rate schedule for all.\n"
        "- Levels of loss depend on tokenizer and text: compare α, β, a and b between papers, never E. Kaplan’s N leaves out the"
        " embeddings.\n"
        "- δ, the objective and which points were left out are choices; fit with others before you believe a digit.",
        "$$L(N, D) = E + \\frac{A}{N^{\\alpha}} + \\frac{B}{D^{\\beta}}, \\qquad"
        " \\min \\sum_i \\operatorname{Huber}_{\\delta}\\big(\\ln L_i - \\ln \\hat{L}_i\\big), \\quad \\delta = 10^{-3}$$\n\n"
        "$$N_{\\mathrm{opt}} \\propto C^{a}, \\quad D_{\\mathrm{opt}} \\propto C^{b}, \\qquad"
        " a = \\frac{\\beta}{\\alpha + \\beta}, \\quad b = \\frac{\\alpha}{\\alpha + \\beta}$$\n\n"
        "目标函数取求和，从网格起点出发，线性部分直接求解，其余用二阶导数。区间：重抽样拟合的百分位；BCa 修正偏差与偏度；"
        "剖面似然固定一个参数、重新拟合其余参数；正态区间来自协方差。\n\n"
        "出处：[原文（9607）](https://kexue.fm/archives/9607)与"
        "[量子化假设（2303.13506）](https://arxiv.org/abs/2303.13506)；"
        "[Hoffmann 等（2203.15556）](https://arxiv.org/abs/2203.15556)；"
        "[Kaplan 等（2001.08361）](https://arxiv.org/abs/2001.08361)；"
        "[Besiroglu 等（2404.10102）](https://arxiv.org/abs/2404.10102)，重新拟合了 Hoffmann 的数据；"
        "断裂幂律见 [Caballero 等（2210.14891）](https://arxiv.org/abs/2210.14891)。\n\n"
        "**看点**\n"
        "- A、B 的不确定度可达两倍，而 α、β 只有百分之几：系数说的是「一个参数、一个词元」处的曲线，没有人会去那里，因此无妨。\n"
        "- 定律本身的区间带在数据范围内很窄，向外逐渐张开；新实验的区间带则永远不会窄于噪声。\n"
        "- 多数残差远大于 δ：δ = .001 时 Huber 函数几乎就是绝对偏差之和，所以一次发散的训练几乎不影响结果。\n"
        "- 试试「大模型，少数据」与「始终每参数 20 个词元」：数据点拟合得很好，定律仍被拒绝。\n\n"
        "**已知的错误与局限**\n"
        "- Hoffmann 公布的参数并不符合他们自己的数据：目标函数为 .00412，而最优是 .00102。原因是用平均代替求和以及舍入"
        "（Besiroglu 等）；他们的区间也过窄。\n"
        "- 区间只反映噪声，不反映定律是否成立。在数据之外，它说的是一条可能已经失效的曲线有多确定。\n"
        "- 同一次训练过程中的各点并不独立，自助法给出的区间会过窄；所有实验共用一种学习率方案带来的误差也是如此。\n"
        "- 损失的高低取决于分词器与文本：论文之间应比较 α、β、a、b，而不是 E。Kaplan 的 N 不含嵌入层。\n"
        "- δ、目标函数以及剔除哪些点都是选择；换几种再拟合，再决定相信到第几位。",
    ),
}
