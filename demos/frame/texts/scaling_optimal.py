"""Scaling: compute-optimal models, and what papers say of them."""

TEXTS: dict[str, tuple[str, str]] = {
    "scaling.optimal.intro": (
        "**How large a model, on how many tokens, for a given budget?** Along a line of equal compute the fitted law has one"
        " lowest point. Here is the path of these points with its uncertainty, beside what papers found.",
        "**给定算力预算，模型该多大、用多少词元？** 沿等算力线，拟合的定律有唯一的最低点。"
        "这里画出这些点组成的路径及其不确定度，并与各论文的结果对照。",
    ),
    "scaling.optimal.press_fit": (
        "Nothing is fitted yet: press Fit above.",
        "尚未拟合：请按上方的「拟合」。",
    ),
    "scaling.optimal.one_variable": (
        "“{law}” has one variable. A compute-optimal model weighs parameters against tokens, so it needs a law in both N and D:"
        " choose one above.",
        "「{law}」只有一个变量。算力最优是在参数量与词元数之间权衡，需要同时含 N 与 D 的定律：请在上方选择。",
    ),
    "scaling.optimal.refused": (
        "No compute-optimal model is read off this fit, because the data cannot carry it:",
        "数据不足以支撑这次拟合，因此不给出算力最优的结论：",
    ),
    "scaling.optimal.budgets": ("Budgets in FLOP", "算力预算（FLOP）"),
    "scaling.optimal.budgets_hint": (
        "Such as 1e21, 5.76e23, 1e3 PF-days; up to 12. Gopher's and Chinchilla's budget is 5.76e23.",
        "例如 1e21, 5.76e23, 1e3 PF-days；最多 12 个。Gopher 与 Chinchilla 的预算为 5.76e23。",
    ),
    "scaling.optimal.factor": ("FLOP a parameter and token", "每参数每词元的 FLOP"),
    "scaling.optimal.factor_hint": (
        "6 in C = 6ND: two forward, four backward.",
        "C = 6ND 中的 6：前向 2，反向 4。",
    ),
    "scaling.optimal.apply": ("Show", "显示"),
    "scaling.optimal.no_budget": (
        "Type at least one budget, such as 1e21.",
        "请至少输入一个预算，例如 1e21。",
    ),
    "scaling.optimal.many_budgets": (
        "At most {most} budgets at once.",
        "一次最多 {most} 个预算。",
    ),
    "scaling.optimal.bad_budget": (
        "“{given}” is not understood: write a number, and FLOP or PF-days, such as 5.76e23 or 1e3 PF-days.",
        "无法理解「{given}」：请写一个数，可带单位 FLOP 或 PF-days，例如 5.76e23 或 1e3 PF-days。",
    ),
    "scaling.optimal.far_budget": (
        "{budget} FLOP is beyond all reason: budgets go from 1e6 to 1e30.",
        "{budget} FLOP 超出合理范围：预算应在 1e6 到 1e30 之间。",
    ),
    "scaling.optimal.bad_factor": (
        "The FLOP factor is a number from {low} to {high}; 6 is usual.",
        "FLOP 系数应为 {low} 到 {high} 之间的数，通常取 6。",
    ),
    "scaling.optimal.unknown_law": (
        "There is no law “{law}” in N and D: choose one of {known}.",
        "没有含 N 与 D 的定律「{law}」：请从 {known} 中选择。",
    ),
    "scaling.optimal.no_parameter": (
        "The parameter {name} is missing or no number: the law needs {names}.",
        "参数 {name} 缺失或不是数：该定律需要 {names}。",
    ),
    "scaling.optimal.bad_columns": (
        "Columns are lists of numbers by name (N, D, loss), at most {most} of them each.",
        "columns 应为按列名（N、D、loss）给出的数列，每列最多 {most} 个数。",
    ),
    # --- what the frontier says ---
    "scaling.optimal.reading.budget": (
        "For {budget} FLOP the law wants {n} parameters on {d} tokens: {ratio} tokens a parameter.",
        "预算 {budget} FLOP 时，定律给出 {n} 参数、{d} 词元，即每参数 {ratio} 个词元。",
    ),
    "scaling.optimal.reading.growth": (
        "Ten times the compute: {n} times the parameters, {d} times the tokens, {ratio} times the tokens a parameter.",
        "算力增至 10 倍：参数量 {n} 倍，词元数 {d} 倍，每参数词元数 {ratio} 倍。",
    ),
    "scaling.optimal.reading.equal": (
        "The interval of a, {low} to {high}, includes .5: these runs do not contradict growing parameters and tokens alike.",
        "a 的区间 {low} 到 {high} 包含 .5：数据与「参数与词元同比增长」不矛盾。",
    ),
    "scaling.optimal.reading.more_data": (
        "The interval of a, {low} to {high}, lies below .5: tokens are to grow faster than parameters.",
        "a 的区间 {low} 到 {high} 低于 .5：词元应比参数增长更快。",
    ),
    "scaling.optimal.reading.more_size": (
        "The interval of a, {low} to {high}, lies above .5: parameters are to grow faster than tokens.",
        "a 的区间 {low} 到 {high} 高于 .5：参数应比词元增长更快。",
    ),
    "scaling.optimal.reading.far": (
        "For {budgets} FLOP the optimum lies more than ten times beyond the sizes of the runs. The intervals know how the runs"
        " scatter, not whether the law still holds there.",
        "{budgets} FLOP 的最优点超出已有实验规模 10 倍以上。区间只反映实验的离散程度，不反映定律在那里是否仍成立。",
    ),
    # --- tables ---
    "scaling.optimal.budgets_title": (
        "#### Your budgets\n\nBelow each figure its interval from the bootstrap; the loss is the curve's, not one run's.",
        "#### 你的预算\n\n数值下方是自助法区间；损失指曲线本身，而非单次实验。",
    ),
    "scaling.optimal.claims_title": (
        "#### The same budgets by paper\n\nParameters, and below them tokens and tokens a parameter. Kaplan et al. count N"
        " without embeddings, and their tokens are those of training at the critical batch size, which costs about twice the"
        " compute of their C. Losses are left out: papers count different tokens.",
        "#### 各论文对同样预算的回答\n\n上为参数量，下为词元数与每参数词元数。Kaplan 等的 N 不含嵌入；"
        "其词元数对应临界批大小下的训练，所耗算力约为其 C 的两倍。各论文的词元不同，损失不可比，故不列出。",
    ),
    "scaling.optimal.exponents_title": (
        "#### Exponents\n\n$N \\propto C^a$, $D \\propto C^b$: as printed (below: 10th to 90th percentile, where the paper"
        " gives them), and recomputed here from the parameters that the paper prints.",
        "#### 指数\n\n$N \\propto C^a$，$D \\propto C^b$：论文所印的值（下方为论文给出的第 10 至第 90 百分位），"
        "以及在此由论文所印参数重新计算的值。",
    ),
    "scaling.optimal.column.budget": ("Budget C", "预算 C"),
    "scaling.optimal.column.n": ("Parameters N", "参数量 N"),
    "scaling.optimal.column.d": ("Tokens D", "词元数 D"),
    "scaling.optimal.column.ratio": ("Tokens a parameter", "每参数词元数"),
    "scaling.optimal.column.loss": ("Loss", "损失"),
    "scaling.optimal.column.paper": ("Source", "来源"),
    "scaling.optimal.column.a_printed": ("a printed", "a（论文）"),
    "scaling.optimal.column.a_computed": ("a computed", "a（计算）"),
    "scaling.optimal.column.b_printed": ("b printed", "b（论文）"),
    "scaling.optimal.column.b_computed": ("b computed", "b（计算）"),
    "scaling.optimal.column.source": ("Where it stands", "出处"),
    "scaling.optimal.cell": ("{d} · {ratio}", "{d} · {ratio}"),
    "scaling.optimal.far_mark": (
        "* More than ten times beyond the sizes of the runs.",
        "* 超出已有实验规模 10 倍以上。",
    ),
    "scaling.optimal.csv": ("All of it (CSV)", "全部结果（CSV）"),
    # --- figures ---
    "scaling.optimal.axis.n": ("Parameters N", "参数量 N"),
    "scaling.optimal.axis.d": ("Tokens D", "词元数 D"),
    "scaling.optimal.axis.c": ("Compute C (FLOP)", "算力 C（FLOP）"),
    "scaling.optimal.axis.ratio": ("Tokens a parameter, D / N", "每参数词元数 D / N"),
    "scaling.optimal.equal_loss": ("equal loss", "等损失"),
    "scaling.optimal.equal_compute": ("equal compute (FLOP)", "等算力（FLOP）"),
    "scaling.optimal.runs": ("runs", "实验"),
    "scaling.optimal.this_fit": ("this fit", "本次拟合"),
    "scaling.optimal.band": ("its {level} % band", "其 {level}% 区间"),
    "scaling.optimal.asked": ("your budgets", "你的预算"),
    "scaling.optimal.hover.loss": ("loss %{{customdata:.4f}}", "损失 %{{customdata:.4f}}"),
    "scaling.optimal.hover.run": (
        "N %{{x:.3g}}, D %{{y:.3g}}: loss %{{customdata:.4f}}",
        "N %{{x:.3g}}，D %{{y:.3g}}：损失 %{{customdata:.4f}}",
    ),
    "scaling.optimal.hover.path": (
        "%{{customdata:.3g}} FLOP: N %{{x:.3g}}, D %{{y:.3g}}",
        "%{{customdata:.3g}} FLOP：N %{{x:.3g}}，D %{{y:.3g}}",
    ),
    # --- papers ---
    "scaling.claim.kaplan": ("Kaplan et al. 2020, frontier", "Kaplan 等 2020，前沿"),
    "scaling.claim.kaplan_law": ("Kaplan et al. 2020, L(N, D)", "Kaplan 等 2020，L(N, D)"),
    "scaling.claim.hoffmann_1": ("Hoffmann et al. 2022, approach 1", "Hoffmann 等 2022，方法 1"),
    "scaling.claim.hoffmann_2": ("Hoffmann et al. 2022, approach 2", "Hoffmann 等 2022，方法 2"),
    "scaling.claim.hoffmann_3": ("Hoffmann et al. 2022, approach 3", "Hoffmann 等 2022，方法 3"),
    "scaling.claim.hoffmann_3_unrounded": (
        "Hoffmann 2022, 3, unrounded",
        "Hoffmann 2022，方法 3，未舍入",
    ),
    "scaling.claim.besiroglu": ("Besiroglu et al. 2024", "Besiroglu 等 2024"),
    "scaling.optimal.about_text": (
        "$$\\min_{N, D} L(N, D) \\;\\text{ with }\\; C = kND, \\qquad L = E + \\frac{A}{N^{\\alpha}} + \\frac{B}{D^{\\beta}}"
        " \\;\\Rightarrow\\; N_{opt} = G\\Big(\\frac{C}{k}\\Big)^{a}, \\; D_{opt} = \\frac{1}{G}\\Big(\\frac{C}{k}\\Big)^{b}$$\n\n"
        "$$G = \\Big(\\frac{\\alpha A}{\\beta B}\\Big)^{\\frac{1}{\\alpha+\\beta}}, \\qquad a = \\frac{\\beta}{\\alpha+\\beta},"
        " \\qquad b = \\frac{\\alpha}{\\alpha+\\beta}$$\n\n"
        "Kaplan's law is a monotone function of a law of this form, with $\\alpha_N/\\alpha_D$ and 1 as its exponents; so"
        " $a = \\alpha_D / (\\alpha_N + \\alpha_D)$. Bands and intervals are percentiles over the refits of resampled runs.\n\n"
        "Sources: [the post (9607)](https://kexue.fm/archives/9607);"
        " [Kaplan et al. 2020](https://arxiv.org/abs/2001.08361), [Hoffmann et al. 2022](https://arxiv.org/abs/2203.15556),"
        " [Besiroglu et al. 2024](https://arxiv.org/abs/2404.10102),"
        " [Pearce and Song 2024](https://arxiv.org/abs/2406.12907).\n\n"
        "**What to notice**\n"
        "- The contours are those through the optimum of each line of equal compute: where the two touch, no other N and D of"
        " this budget do better. Near that point the contour is flat along the line: half or twice the best N costs little.\n"
        "- The dotted line on the right is 20 tokens a parameter, the rule that became known with Chinchilla.\n"
        "- The band is wide across the path even where the law fits well: the optimum depends on the ratio of two slopes.\n"
        "- Kaplan's .73 is no property of their L(N, D), whose optimum has $a$ = .575. It was read off a frontier of runs that"
        " were stopped early, with N without embeddings; from their L(N, S) at the critical batch size follows .684"
        " (their B.9, recomputed here).\n"
        "- Hoffmann's approach 3 says .46, its printed parameters .452, and the optimum for Gopher's budget of 5.76e23 moves by"
        " the rounding alone from the 40B that the paper names to 32B. Unrounded it is 40B again.\n"
        "- Those parameters want 60 to 90 tokens a parameter there, while the paper trained Chinchilla with 20. Besiroglu"
        " et al. found why: the fit had been stopped early. Refitted, the law wants about 20.\n\n"
        "**What is known to be wrong or limited**\n"
        "- C = 6ND leaves out attention over long contexts, and whether embeddings are counted in N moves small models"
        " (Pearce and Song: it explains most of the difference between .73 and .50). Change the factor to see how little a"
        " constant matters: it moves the budget, not the exponents.\n"
        "- Beyond the runs the intervals hold only if the law does. Nothing here can know that.\n"
        "- Least loss for the training's compute is not least cost: a model that is used much should be smaller and trained"
        " longer.\n"
        "- Besiroglu's parameters here are the best optimum of their objective on their data; their own first printing differs"
        " in the third digit. The interval of a percentile bootstrap is a little narrow with few runs.",
        "$$\\min_{N, D} L(N, D) \\;\\text{ 满足 }\\; C = kND, \\qquad L = E + \\frac{A}{N^{\\alpha}} + \\frac{B}{D^{\\beta}}"
        " \\;\\Rightarrow\\; N_{opt} = G\\Big(\\frac{C}{k}\\Big)^{a}, \\; D_{opt} = \\frac{1}{G}\\Big(\\frac{C}{k}\\Big)^{b}$$\n\n"
        "$$G = \\Big(\\frac{\\alpha A}{\\beta B}\\Big)^{\\frac{1}{\\alpha+\\beta}}, \\qquad a = \\frac{\\beta}{\\alpha+\\beta},"
        " \\qquad b = \\frac{\\alpha}{\\alpha+\\beta}$$\n\n"
        "Kaplan 的定律是上述形式的单调函数，指数为 $\\alpha_N/\\alpha_D$ 与 1，所以"
        " $a = \\alpha_D / (\\alpha_N + \\alpha_D)$。区间取自重抽样后重新拟合的百分位数。\n\n"
        "出处：[文章（9607）](https://kexue.fm/archives/9607)；"
        "[Kaplan 等 2020](https://arxiv.org/abs/2001.08361)、[Hoffmann 等 2022](https://arxiv.org/abs/2203.15556)、"
        "[Besiroglu 等 2024](https://arxiv.org/abs/2404.10102)、[Pearce 与 Song 2024](https://arxiv.org/abs/2406.12907)。\n\n"
        "**看点**\n"
        "- 等损失线都取自每条等算力线的最优点：两线相切处，同一预算下没有更好的 N 与 D。切点附近沿等算力线很平："
        "把 N 减半或加倍，代价都很小。\n"
        "- 右图点线为每参数 20 个词元，即随 Chinchilla 流行的经验法则。\n"
        "- 即使拟合得很好，路径的区间依然较宽：最优点取决于两个斜率之比。\n"
        "- Kaplan 的 .73 并不来自他们的 L(N, D)，后者的最优指数为 $a$ = .575。.73 是从提前停止的训练的前沿读出的，且 N 不含嵌入；"
        "由他们在临界批大小下的 L(N, S) 得到 .684（其式 B.9，此处重新计算）。\n"
        "- Hoffmann 的方法 3 写的是 .46，而所印参数给出 .452；仅仅舍入就使 Gopher 预算 5.76e23 的最优参数量从论文所说的 40B 变为 32B。"
        "用未舍入的参数又回到 40B。\n"
        "- 这些参数在此预算下要求每参数 60 到 90 个词元，而论文训练 Chinchilla 时用的是 20。Besiroglu 等找到了原因：拟合过早停止。"
        "重新拟合后约为 20。\n\n"
        "**已知的错误与局限**\n"
        "- C = 6ND 忽略了长上下文的注意力；N 是否计入嵌入对小模型影响很大（Pearce 与 Song：这解释了 .73 与 .50 之差的大部分）。"
        "改变系数即可看到常数的影响很小：它移动预算，不改变指数。\n"
        "- 在实验范围之外，只有定律仍成立时区间才有意义，这里无从得知。\n"
        "- 训练算力下损失最低并不等于总成本最低：使用量大的模型应当更小、训练更久。\n"
        "- 此处 Besiroglu 的参数是其目标函数在其数据上的最优解，与其最初所印的值在第三位数字上有差别。实验较少时，百分位自助法的区间略窄。",
    ),
}
