"""Retrieval: all strategies at equal cost."""

TEXTS: dict[str, tuple[str, str]] = {
    "retrieval.compare.tab": ("Recall against budget", "召回率与预算"),
    "retrieval.compare.intro": (
        "Ways to spend the same number of cross-encoder calls on a query, measured against **brute force**: what share of the"
        " cross-encoder's own top k does each of them find? And, where there are labels: is that top k any good?",
        "在每个查询上花同样多次交互式模型调用的各种方法，以**逐一打分**为准：交互式模型自己的前 k 名，各能找回多少？"
        "若有标签，再看：这前 k 名本身好不好？",
    ),
    "retrieval.compare.strategies": ("Strategies", "方法"),
    "retrieval.compare.budgets": (
        "Budgets: cross-encoder calls a query",
        "预算：每个查询的交互式模型调用次数",
    ),
    "retrieval.compare.k": ("k of the plot and of the difference", "图与差值所用的 k"),
    "retrieval.compare.source_choice": ("Queries", "查询"),
    "retrieval.compare.source_choice.held_out": (
        "Held-out queries (scores known)",
        "留出的查询（分数已知）",
    ),
    "retrieval.compare.source_choice.sample": ("A sample of the corpus", "从语料库中抽样"),
    "retrieval.compare.source_choice.own": ("My own", "自己输入"),
    "retrieval.compare.sample": (
        "Texts of the corpus taken as queries (no anchor queries)",
        "从语料库中抽取作为查询的文本数（不含锚查询）",
    ),
    "retrieval.compare.own": ("Your queries, one a line", "你的查询，每行一个"),
    "retrieval.compare.run": ("Compare", "比较"),
    "retrieval.compare.known": (
        "{title}: {queries:,} queries with known scores over {n:,} items. No model call is needed.",
        "{title}：{queries:,} 个查询对 {n:,} 个条目的分数均已知，无需调用模型。",
    ),
    "retrieval.compare.needed": (
        "{title}: {queries:,} queries × {n:,} items = {calls:,} cross-encoder calls come first (brute force is the truth)."
        " They are kept, so a second press needs none.",
        "{title}：先要做 {queries:,} 个查询 × {n:,} 个条目 = {calls:,} 次交互式模型调用（以逐一打分为准）。结果会保留，再次点击无需重算。",
    ),
    "retrieval.compare.itself": (
        "{own} of the queries are texts of the corpus: each is left out of its own truth and answers.",
        "其中 {own} 个查询本身就是语料库中的文本：每个查询的真值与结果中都不含它自己。",
    ),
    "retrieval.compare.brute_force": (
        "Brute force, {queries:,} queries",
        "逐一打分，{queries:,} 个查询",
    ),
    "retrieval.compare.loading": (
        "Brute force: {calls:,} cross-encoder calls. The models are loading …",
        "逐一打分：{calls:,} 次交互式模型调用。正在载入模型……",
    ),
    "retrieval.compare.working": ("Comparing strategies", "正在比较各方法"),
    "retrieval.compare.done": (
        "{title}: {queries:,} queries, {n:,} items, an index of {anchors:,} anchor queries.",
        "{title}：{queries:,} 个查询，{n:,} 个条目，索引含 {anchors:,} 个锚查询。",
    ),
    "retrieval.compare.left_out": (
        "Left out: {budgets}. The corpus has {n:,} items, and brute force costs no more than that.",
        "已略去：{budgets}。语料库只有 {n:,} 个条目，逐一打分的开销不会更大。",
    ),
    "retrieval.compare.few": (
        "{count} queries are few: the intervals are rough, and narrower than they should be.",
        "只有 {count} 个查询：区间很粗略，而且偏窄。",
    ),
    "retrieval.compare.budget_axis": (
        "cross-encoder calls a query (B)",
        "每个查询的交互式模型调用次数（B）",
    ),
    "retrieval.compare.recall_axis": ("Top-{k}-Recall@B", "Top-{k}-Recall@B"),
    "retrieval.compare.recall_hover": (
        "<b>%{{fullData.name}}</b><br>Top-{k}-Recall@%{{customdata[0]}} = <b>%{{y:.3f}}</b><br>"
        "95 %: %{{customdata[1]:.3f}} … %{{customdata[2]:.3f}}<br>calls counted: %{{customdata[3]}}<extra></extra>",
        "<b>%{{fullData.name}}</b><br>Top-{k}-Recall@%{{customdata[0]}} = <b>%{{y:.3f}}</b><br>"
        "95 %：%{{customdata[1]:.3f}} … %{{customdata[2]:.3f}}<br>实际调用次数：%{{customdata[3]}}<extra></extra>",
    ),
    "retrieval.compare.queries_axis": ("queries asked (N)", "查询数（N）"),
    "retrieval.compare.calls_axis": ("cross-encoder calls in all", "交互式模型调用总次数"),
    "retrieval.compare.cost.brute": ("Brute force", "逐一打分"),
    "retrieval.compare.cost.rerank": ("Re-rank, B = {budget:,}", "重排，B = {budget:,}"),
    "retrieval.compare.cost.index": (
        "Index + search, B = {budget:,}",
        "索引 + 检索，B = {budget:,}",
    ),
    "retrieval.compare.cost_hover": (
        "<b>%{{fullData.name}}</b><br>%{{x:,}} queries: <b>%{{y:,}}</b> calls<extra></extra>",
        "<b>%{{fullData.name}}</b><br>%{{x:,}} 个查询：<b>%{{y:,}}</b> 次调用<extra></extra>",
    ),
    "retrieval.compare.break_even_mark": (
        "from {queries:,} queries on<br>the index pays",
        "从第 {queries:,} 个查询起<br>索引划算",
    ),
    "retrieval.compare.break_evens": (
        "The index costs {anchors:,} × {n:,} = {calls:,} calls. Index and searches together cost less than brute force {cases}.",
        "索引需 {anchors:,} × {n:,} = {calls:,} 次调用。索引与检索的总开销低于逐一打分的起点：{cases}。",
    ),
    "retrieval.compare.break_even_case": (
        "from {queries:,} queries on at B = {budget:,}",
        "B = {budget:,} 时第 {queries:,} 个查询",
    ),
    "retrieval.compare.table": (
        "Every strategy at every budget: mean over the queries [95 % interval]",
        "各方法在各预算下：对查询取平均 [95 % 区间]",
    ),
    "retrieval.compare.strategy": ("Strategy", "方法"),
    "retrieval.compare.budget": ("B", "B"),
    "retrieval.compare.calls": ("Calls", "调用"),
    "retrieval.compare.top": ("Top-{k}", "Top-{k}"),
    "retrieval.compare.gap": ("Top-{k} less best baseline", "Top-{k} 减最佳基线"),
    "retrieval.compare.is_best": ("best baseline", "最佳基线"),
    "retrieval.compare.algebra": ("Algebra, ms", "代数，毫秒"),
    "retrieval.compare.verdict.better": (
        "**Top-{k}: BayesCUR finds more than the best baseline** at {cases}.",
        "**Top-{k}：BayesCUR 找回的多于最佳基线**：{cases}。",
    ),
    "retrieval.compare.verdict.noise": (
        "**Top-{k}: no difference beyond noise** at {cases}.",
        "**Top-{k}：差异未超出噪声**：{cases}。",
    ),
    "retrieval.compare.verdict.worse": (
        "**Top-{k}: BayesCUR finds less than the best baseline** at {cases}.",
        "**Top-{k}：BayesCUR 找回的少于最佳基线**：{cases}。",
    ),
    "retrieval.compare.case": (
        "B = {budget:,} ({gap} against {rival})",
        "B = {budget:,} 为 {gap}，对比{rival}",
    ),
    "retrieval.compare.verdict.all": (
        "All k and budgets together: ahead in {better} of {total}, within noise in {noise}, behind in {worse}.",
        "全部 k 与预算合计 {total} 项：领先 {better} 项，噪声之内 {noise} 项，落后 {worse} 项。",
    ),
    "retrieval.compare.verdict.labels": (
        "**Against the labels**, which the cross-encoder may miss itself: nDCG@10 of BayesCUR less that of the best"
        " baseline at {cases}.",
        "**以标签为准**（交互式模型自己也可能排错）：BayesCUR 的 nDCG@10 减去最佳基线，{cases}。",
    ),
    "retrieval.compare.verdict.rerank.better": (
        "**Re-ranking helps here:** ordering the bi-encoder's top 50 by {scorer} raises nDCG@10 against the labels by {gap}.",
        "**重排在此有益：**把双塔模型的前 50 名交给{scorer}排序，以标签为准的 nDCG@10 变化 {gap}。",
    ),
    "retrieval.compare.verdict.rerank.noise": (
        "**Re-ranking makes no difference beyond noise here:** ordering the bi-encoder's top 50 by {scorer} changes nDCG@10"
        " against the labels by {gap}.",
        "**重排在此的差异未超出噪声：**把双塔模型的前 50 名交给{scorer}排序，以标签为准的 nDCG@10 变化 {gap}。",
    ),
    "retrieval.compare.verdict.rerank.worse": (
        "**Re-ranking harms here:** ordering the bi-encoder's top 50 by {scorer} changes nDCG@10 against the labels by {gap}."
        " The bi-encoder alone answers better: use it, mix both, or choose a cross-encoder that was trained for such texts.",
        "**重排在此有害：**把双塔模型的前 50 名交给{scorer}排序，以标签为准的 nDCG@10 变化 {gap}。"
        "只用双塔模型反而更好：请直接用它、把两者混合，或换一个针对这类文本训练的交互式模型。",
    ),
    "retrieval.compare.orders_table": (
        "Is the re-ranker right? The bi-encoder's top 50 in four orders, nDCG@10 against the labels [95 % interval]",
        "重排得对不对？双塔模型的前 50 名按四种方式排序，以标签为准的 nDCG@10 [95 % 区间]",
    ),
    "retrieval.compare.order": ("Order", "排序方式"),
    "retrieval.compare.bi_weight": ("Weight of the bi-encoder", "双塔模型的权重"),
    "retrieval.compare.order_ndcg": ("nDCG@10", "nDCG@10"),
    "retrieval.compare.order_gain": ("Less the bi-encoder alone", "减去只用双塔模型"),
    "retrieval.compare.order_verdict": ("Beyond noise?", "是否超出噪声"),
    "retrieval.compare.order.alone": ("Bi-encoder alone (no calls)", "只用双塔模型（不调用）"),
    "retrieval.compare.order.reranked": ("Cross-encoder (50 calls)", "交互式模型（50 次调用）"),
    "retrieval.compare.order.given": ("Mixture, equal weights", "混合，权重各半"),
    "retrieval.compare.order.half": (
        "Mixture, weight chosen on the other half of the queries",
        "混合，权重由另一半查询选定",
    ),
    "retrieval.compare.order_is.better": ("better", "更好"),
    "retrieval.compare.order_is.noise": ("no difference", "无差异"),
    "retrieval.compare.order_is.worse": ("worse", "更差"),
    "retrieval.compare.cross_encoder": ("Cross-encoder", "交互式模型"),
    "retrieval.compare.verdict.places.worse": ("Behind: {places}.", "落后：{places}。"),
    "retrieval.compare.verdict.places.noise": ("Within noise: {places}.", "噪声之内：{places}。"),
    "retrieval.compare.csv": ("Download the table (CSV)", "下载表格（CSV）"),
    "retrieval.compare.csv_queries": (
        "Download recalls of each query (CSV)",
        "下载每个查询的召回率（CSV）",
    ),
    "retrieval.compare.elsewhere": ("Figures of other corpora", "其他语料库上的数字"),
    "retrieval.compare.elsewhere_text": (
        "These were **not computed here and cannot be**: other items, other queries, other models. *First reading*: 2,000 STS"
        " sentences, 200 held-out queries, 100 anchor queries. *Second-hand*: HitRate@100 with 100 anchors, as quoted in"
        " papers. “Here” is this app's nearest strategy at the same budget, from the last comparison.",
        "这些数字**不是在此处算出的，也无法在此处重算**：条目、查询与模型都不同。*首次试验*：2,000 个 STS 句子，200 个留出查询，100 个锚查询。"
        "*二手引用*：论文中转引的 HitRate@100（100 个锚）。「此处」为本应用中最接近的方法在相同预算下的数值，取自最近一次比较。",
    ),
    "retrieval.compare.printed_table": ("Elsewhere, and here", "别处与此处"),
    "retrieval.compare.measured_table": ("Measured beforehand with this app", "用本应用事先测得"),
    "retrieval.compare.source": ("Source", "来源"),
    "retrieval.compare.source.first": ("our first reading", "我们的首次试验"),
    "retrieval.compare.source.second_hand": ("second-hand, published", "二手引用，已发表"),
    "retrieval.compare.corpus": ("Corpus", "语料库"),
    "retrieval.compare.there": ("There:", "别处："),
    "retrieval.compare.here": ("Here:", "此处："),
    "retrieval.compare.printed.rerank": ("bi-encoder top B, re-ranked", "双塔模型前 B 名重排"),
    "retrieval.compare.printed.anncur": (
        "ANNCUR as published, 100 anchor queries",
        "ANNCUR 原版，100 个锚查询",
    ),
    "retrieval.compare.printed.anncur_square": (
        "ANNCUR as published, as many anchor items as queries",
        "ANNCUR 原版，锚条目与锚查询一样多",
    ),
    "retrieval.compare.printed.adacur": (
        "ADACUR, rcond .05, 100 anchor queries",
        "ADACUR，rcond .05，100 个锚查询",
    ),
    "retrieval.compare.printed.linear": (
        "Bayesian linear regression, 100 anchor queries (ours, an early form)",
        "贝叶斯线性回归，100 个锚查询（本应用方法的早期形式）",
    ),
    "retrieval.compare.printed.linear_20": (
        "the same with 20 anchor queries only",
        "同上，仅 20 个锚查询",
    ),
    "retrieval.compare.printed.random": (
        "ANNCUR, random anchors (HitRate@100)",
        "ANNCUR，随机锚（HitRate@100）",
    ),
    "retrieval.compare.printed.greedy": (
        "ANNCUR, greedy anchors (HitRate@100)",
        "ANNCUR，贪心锚（HitRate@100）",
    ),
    # --- what may be wrong ---
    "retrieval.compare.no_strategy": ("Choose at least one strategy.", "请至少选择一种方法。"),
    "retrieval.compare.strategy_unknown": (
        "There is no strategy “{name}” to compare: known are {known}.",
        "没有可比较的方法「{name}」：已知的有 {known}。",
    ),
    "retrieval.compare.no_budget": (
        "Write at least one budget, for example 50, 100, 200.",
        "请至少填写一个预算，例如 50, 100, 200。",
    ),
    "retrieval.compare.bad_budget": (
        "“{budget}” is no budget: write whole numbers from {least:,} to {most:,}, with commas between.",
        "「{budget}」不是预算：请填写 {least:,} 到 {most:,} 的整数，以逗号分隔。",
    ),
    "retrieval.compare.many_budgets": (
        "There are {count:,} budgets and at most {limit:,} are compared: take some out.",
        "共有 {count:,} 个预算，最多比较 {limit:,} 个：请删去一些。",
    ),
    "retrieval.compare.budgets_too_large": (
        "All budgets reach the {n:,} items of the corpus, where brute force is as cheap: write smaller ones.",
        "所有预算都不小于语料库的 {n:,} 个条目，逐一打分同样便宜：请填写更小的预算。",
    ),
    "retrieval.compare.bad_k": ("k is one of 1, 10, 50, 100.", "k 只能是 1、10、50、100 之一。"),
    "retrieval.compare.no_held_out": (
        "This corpus has no held-out queries with known scores: sample the corpus, or write your own queries.",
        "这个语料库没有分数已知的留出查询：请从语料库抽样，或自己输入查询。",
    ),
    "retrieval.compare.source_unknown": (
        "Choose where the queries come from.",
        "请选择查询的来源。",
    ),
    "retrieval.compare.sample_count": (
        "A sample has {least} to {most} queries.",
        "抽样的查询数须为 {least} 到 {most}。",
    ),
    "retrieval.compare.nothing_to_sample": (
        "Nearly all texts of this corpus are anchor queries, so none are left to sample: write your own queries.",
        "这个语料库的文本几乎都是锚查询，没有可抽样的：请自己输入查询。",
    ),
    "retrieval.compare.own_count": (
        "There are {count:,} different queries and {least} to {most} are taken: write one a line.",
        "共有 {count:,} 个不同的查询，需要 {least} 到 {most} 个：请每行写一个。",
    ),
    "retrieval.compare.own_long": (
        "Query {number} has more than {limit:,} characters: shorten it.",
        "第 {number} 个查询超过 {limit:,} 个字符：请缩短。",
    ),
    "retrieval.compare.own_anchor": (
        "Query {number} is an anchor query, whose scores the index knows already: take it out.",
        "第 {number} 个查询是锚查询，索引已知其分数：请删去。",
    ),
    "retrieval.compare.too_many_calls": (
        "Brute force would need {calls:,} cross-encoder calls and at most {limit:,} are made: take at most {most:,} queries.",
        "逐一打分需要 {calls:,} 次交互式模型调用，最多 {limit:,} 次：请最多使用 {most:,} 个查询。",
    ),
    "retrieval.compare.about_text": (
        "$$\\text{Top-}k\\text{-Recall@}B = \\frac{|\\,\\text{exact top } k \\;\\cap\\; \\text{first } k \\text{ returned}\\,|}{k}$$\n\n"
        "at $B$ cross-encoder calls a query, whatever they are spent on. For $N$ queries over $n$ items and an index of"
        " $k_q$ anchor queries:\n\n"
        "$$\\underbrace{k_q\\,n}_{\\text{index, once}} + N B \\;<\\; N n \\quad\\Longleftrightarrow\\quad N > \\frac{k_q\\,n}{n - B}$$\n\n"
        "Re-ranking needs no index and costs $N B$. Intervals: percentile bootstrap over queries (2,000 draws). The"
        " difference to the best baseline is paired: drawn from the queries' differences, not from two means.\n\n"
        "Source: [Efficient retrieval with cross-encoders by CUR (9336)](https://kexue.fm/archives/9336).\n\n"
        "**What to notice**\n"
        "- All strategies at one budget cost the same. What differs is what the calls are spent on, and whether what they"
        " taught is used for the next ones.\n"
        "- ANNCUR as published may *fall* while the budget grows: where half the budget comes near the number of anchor"
        " queries, tiny singular values are inverted. The fixed CUR cuts them.\n"
        "- Top-1 is easy for everything adaptive, Top-100 is not: with B = 50 no strategy can find more than half of a"
        " top 100.\n"
        "- Re-ranking never learns from what it bought: a relevant item that the bi-encoder ranks low is lost at any B"
        " below its rank.\n"
        "- Left of the break-even the index is a loss: for a few dozen queries brute force is cheaper *and* exact.\n\n"
        "**Limits**\n"
        "- The truth is the cross-encoder's ranking, right or wrong. nDCG@10 and MRR, against labels, say whether that"
        " ranking is any good; a strategy can find the top k perfectly and answer badly. Where the bi-encoder knows the"
        " labels better than the cross-encoder, re-ranking few of its items may even beat brute force.\n"
        "- What a re-ranker is for: it reads query and text together and sees what two separate vectors cannot, if it was"
        " trained on the same kind of question. Trained on another kind it harms, and the table of orders shows it. The"
        " mixture is safer than either: its weight, chosen on one half of the queries and reported on the other, is high"
        " where the bi-encoder knows better.\n"
        "- The best baseline is picked on the same queries that judge it, which favours it a little over ours.\n"
        "- Sixteen differences are shown at 95 % each: expect one of them to be wrong by chance.\n"
        "- One corpus and two models. With other texts the order of the strategies may change: build an index of your own.\n"
        "- A call is one pair. *CoSENT cross-encoder* reads a pair in both orders, so a call is two passes for every strategy"
        " alike. The bi-encoder's passes over the corpus are not counted.\n"
        "- A query sampled from the corpus is told the score of its best other item if its own text is bought; that call"
        " counts. Ties with the k-th score count as right.\n"
        "- Algebra is the time of the strategies' own computing a query, in groups of 64 queries, on a machine that others"
        " may be using; it is measured once and kept.",
        "$$\\text{Top-}k\\text{-Recall@}B = \\frac{|\\,\\text{真正的前 } k \\text{ 名} \\;\\cap\\; \\text{返回的前 } k \\text{ 个}\\,|}{k}$$\n\n"
        "每个查询花 $B$ 次交互式模型调用，无论花在哪里。设有 $N$ 个查询、$n$ 个条目，索引含 $k_q$ 个锚查询：\n\n"
        "$$\\underbrace{k_q\\,n}_{\\text{索引，一次}} + N B \\;<\\; N n \\quad\\Longleftrightarrow\\quad N > \\frac{k_q\\,n}{n - B}$$\n\n"
        "重排不需要索引，开销为 $N B$。区间：对查询做百分位自助法（2,000 次抽样）。与最佳基线之差是配对的：对各查询的差值抽样，而不是比较两个均值。\n\n"
        "出处：[利用 CUR 分解加速交互式相似度模型的检索（9336）](https://kexue.fm/archives/9336)。\n\n"
        "**看点**\n"
        "- 同一预算下各方法开销相同。区别在于调用花在哪里，以及买来的信息是否用于下一次选择。\n"
        "- 原版 ANNCUR 的召回率可能随预算增大而*下降*：当预算的一半接近锚查询数时，极小的奇异值被求逆。修正版 CUR 会截去它们。\n"
        "- 对自适应方法 Top-1 很容易，Top-100 则不然：B = 50 时，任何方法最多找回前 100 名的一半。\n"
        "- 重排从不利用已买到的分数：双塔模型排得靠后的相关条目，只要 B 小于其名次就一定丢失。\n"
        "- 在盈亏平衡点左侧索引是亏的：只有几十个查询时，逐一打分更便宜*而且*精确。\n\n"
        "**局限**\n"
        "- 真值是交互式模型的排序，无论它对不对。nDCG@10 与 MRR 以标签为准，说明该排序本身好不好；完美找回前 k 名的方法，答案仍可能很差。若双塔模型比交互式模型更懂标签，只重排少数条目甚至可能胜过逐一打分。\n"
        "- 重排模型的用处：它把查询与文本放在一起读，能看到两个独立向量看不到的东西，前提是它为同类问题训练过；否则只会帮倒忙，排序表会显示出来。"
        "混合比任何一方都稳妥：权重由一半查询选定、在另一半上报告，双塔模型更懂时权重就高。\n"
        "- 最佳基线是在评判它的同一批查询上选出的，这对它略微有利。\n"
        "- 共列出十六个差值，每个置信度 95 %：其中平均约有一个会因偶然而出错。\n"
        "- 一个语料库，两个模型。换了文本，各方法的次序可能改变：请建立自己的索引。\n"
        "- 一次调用指一对文本。*CoSENT cross-encoder* 对每一对按两种顺序各读一次，因此对所有方法而言一次调用都是两次前向。双塔模型对语料库的前向不计入。\n"
        "- 从语料库抽样的查询若买到自己的文本，得到的是它与其余条目的最高分；这次调用照样计数。与第 k 名同分的条目算对。\n"
        "- 代数指方法本身每个查询的计算时间（64 个查询一组），在可能有人同时使用的机器上测得；只测一次并保留。",
    ),
}
