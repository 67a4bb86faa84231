"""Retrieval: one query, several strategies."""

TEXTS: dict[str, tuple[str, str]] = {
    "retrieval.ask.intro": (
        "Each strategy may put the same number of texts before the cross-encoder; all others it has to guess about."
        " Scores are exact. Tick **Brute force** to learn the true top ten.",
        "每种策略可以让交互式模型读同样多的文本，其余的只能靠推测。显示的分数都是精确的。勾选**逐一打分**即可得到真正的前十名。",
    ),
    "retrieval.ask.query": ("Query", "查询"),
    "retrieval.ask.strategies": ("Strategies", "策略"),
    "retrieval.ask.strategies_hint": (
        "Brute force scores every text of the corpus, whatever the budget.",
        "「逐一打分」不受预算限制，为语料库的每个文本打分。",
    ),
    "retrieval.ask.calls": ("Cross-encoder calls for the query", "每个查询的模型调用次数"),
    "retrieval.ask.calls_hint": (
        "The same budget for every strategy.",
        "每种策略的预算相同。",
    ),
    "retrieval.ask.run": ("Search", "检索"),
    "retrieval.ask.plot": ("Best texts found, call by call", "逐次调用找到的最佳文本"),
    "retrieval.ask.cost": ("What it found, what it cost", "找到了什么，花了多少"),
    "retrieval.ask.csv": ("Download CSV (all scored texts)", "下载 CSV（所有打过分的文本）"),
    "retrieval.ask.col.strategy": ("Strategy", "策略"),
    "retrieval.ask.col.found_true": ("Of the true top {n}", "真正的前 {n} 名"),
    "retrieval.ask.col.found_best": ("Of the best {n} known", "已知最佳 {n} 个"),
    "retrieval.ask.col.calls": ("Calls", "调用"),
    "retrieval.ask.col.late_scores": ("Late scores", "延迟交互打分"),
    "retrieval.ask.col.memory": ("Reads", "读取内存"),
    "retrieval.ask.col.remembered": ("From the cache", "来自缓存"),
    "retrieval.ask.col.algebra": ("Algebra", "代数运算"),
    "retrieval.ask.col.time": ("Time without cache", "不计缓存的用时"),
    "retrieval.ask.col.rank": ("Rank", "名次"),
    "retrieval.ask.col.item": ("Item", "编号"),
    "retrieval.ask.col.score": ("Exact score", "精确分数"),
    "retrieval.ask.col.true_rank": ("True rank", "真实名次"),
    "retrieval.ask.col.text": ("Text", "文本"),
    "retrieval.ask.col.cosine": ("Cosine of the bi-encoder", "双塔余弦"),
    "retrieval.ask.col.mixture": ("Mixture", "混合分数"),
    "retrieval.ask.col.document": ("Document", "文档编号"),
    "retrieval.ask.all_remembered": ("unknown (all from the cache)", "未知（全部来自缓存）"),
    "retrieval.ask.missing": (
        "{n} of the best known are missing here.",
        "已知最佳中有 {n} 个不在这里。",
    ),
    "retrieval.ask.place": ("place {place} among the best known", "在已知最佳中排第 {place}"),
    "retrieval.ask.both_scores": (
        "; cross-encoder {score:.2f}, cosine {cosine:.2f}",
        "；交互式模型 {score:.2f}，余弦 {cosine:.2f}",
    ),
    "retrieval.ask.passage": (
        "passage {number} of {count} of document {document:,}",
        "第 {document:,} 篇文档的第 {number}/{count} 段",
    ),
    "retrieval.ask.no_place": ("not among the best known", "不在已知最佳之中"),
    "retrieval.ask.hover": (
        "{name}<br>after %{{x}} calls: %{{y}} found<extra></extra>",
        "{name}<br>调用 %{{x}} 次后：找到 %{{y}} 个<extra></extra>",
    ),
    "retrieval.ask.axis_calls": ("Cross-encoder calls", "交互式模型调用次数"),
    "retrieval.ask.axis_true": ("Of the true top {n}", "真正前 {n} 名中的个数"),
    "retrieval.ask.axis_best": ("Of the best {n} known", "已知最佳 {n} 个中的个数"),
    "retrieval.ask.starting": ("Reading the query …", "正在读取查询……"),
    "retrieval.ask.done": (
        "{calls:,} calls a strategy, of {n:,} texts. Green: among the best that any of them bought; the true top ten may"
        " hold others.",
        "每种策略调用 {calls:,} 次，语料共 {n:,} 个文本。绿色：所有策略买到的最佳文本；真正的前十名可能还有别的。",
    ),
    "retrieval.ask.done_true": (
        "{calls:,} calls a strategy, of {n:,} texts. Green: in the true top ten, from brute force.",
        "每种策略调用 {calls:,} 次，语料共 {n:,} 个文本。绿色：属于逐一打分得到的真正前十名。",
    ),
    "retrieval.ask.brute_would": (
        " Brute force takes about {time} at this pace.",
        " 按此速度，逐一打分约需 {time}。",
    ),
    "retrieval.ask.empty": ("There is no query: write one.", "没有查询：请输入。"),
    "retrieval.ask.too_long": (
        "The query has {count:,} characters and at most {most:,} are taken: shorten it.",
        "查询有 {count:,} 个字符，最多 {most:,} 个：请缩短。",
    ),
    "retrieval.ask.no_strategy": (
        "No strategy is chosen: tick at least one.",
        "没有选择策略：请至少勾选一种。",
    ),
    "retrieval.ask.unknown_strategy": (
        "There is no strategy “{strategy}”: choose among {known}.",
        "没有策略「{strategy}」：请从 {known} 中选择。",
    ),
    "retrieval.ask.budget": (
        "The budget has to be a number of calls from {least:,} to {most:,}.",
        "预算必须是 {least:,} 到 {most:,} 之间的调用次数。",
    ),
    "retrieval.ask.too_large": (
        "Brute force over {count:,} texts takes too long here (at most {most:,}): leave it out.",
        "对 {count:,} 个文本逐一打分耗时过长（最多 {most:,} 个）：请不要勾选。",
    ),
    "retrieval.ask.about_text": (
        "**CUR:** scores $H$ of $k_q$ anchor queries against all items are bought once. A new query buys the exact scores"
        " $c$ of $k_i$ anchor items, and all others follow: $\\hat s = c\\,A^{+}H$ with the intersection $A = H_{:,U}$."
        " Then the best $k_r$ by $\\hat s$ are scored exactly: $k_i + k_r$ calls instead of $n$.\n\n"
        "**BayesCUR (ours):** $s_q(x) = m_q(x) + w\\cdot[1, \\mu(x), F(x), V(x)] + w_b\\,b_q(x) + \\varepsilon$, with the"
        " mean $\\mu$ and the factors $F$ of the anchor scores, the bi-encoder's vector $V$ and its score $b_q$. Prior and"
        " noise maximise the likelihood of the anchor queries' own scores. Each round buys what is most likely to be in"
        " the true top ten, $P(s_q(x) > t)$, with $t$ such that ten items are expected above it.\n\n"
        "**The others:** *re-rank* buys the bi-encoder's best; *late interaction + re-rank* buys the best by token vectors:"
        " the mean over the tokens of one side of the greatest cosine to a token of the other, both directions averaged;"
        " *ADACUR* makes what it retrieved the next anchors; *AXN* fits"
        " a query vector to what was bought, with the bi-encoder's as a prior; *CUR, fixed* cuts small singular values and"
        " reuses the anchors' scores; *ANNCUR, as published* does neither.\n\n"
        "Sources: [CUR for cross-encoders (9336)](https://kexue.fm/archives/9336),"
        " [ANNCUR](https://arxiv.org/abs/2210.12579), [AXN](https://arxiv.org/abs/2405.03651).\n\n"
        "**What to notice**\n"
        "- Green marks: a text that one strategy finds and another misses was near the query for the cross-encoder, and not"
        " for the bi-encoder.\n"
        "- The staircase: adaptive strategies find little in the first round and much in the following ones. Fixed anchors"
        " (CUR) spend half of the budget on texts that are the same for every query.\n"
        "- Algebra is milliseconds; calls are what costs. Late scores are no calls: they compare finished vectors, a vector"
        " for every token, which the column *Reads* shows in bytes.\n"
        "- Another cross-encoder finds other texts: a re-ranker is worth what it was trained for. Sentence likeness is not"
        " relevance; on documents the wrong one is worse than none. The next panel measures it against labels.\n"
        "- The mixture re-orders what was bought and costs no call: two models that err in different places are often right"
        " together.\n\n"
        "**Limits**\n"
        "- The truth is the cross-encoder's, and the cross-encoder errs. On the bundled corpus it was trained on other"
        " sentences.\n"
        "- Whoever asks second finds scores in the cache. *Time without cache* is calls times the pace measured on"
        " calls that were computed.\n"
        "- For fewer queries than about $k_q n / (n - B)$ brute force is cheaper than any index: see the next panel.\n"
        "- A model reads a text up to its maximum length and nothing behind it. Split long documents into passages under"
        " “Your corpus”: calls are then counted by passage, and of a document the best passage counts.\n"
        "- The mixture standardises both scores over what a strategy bought, so the same weight means slightly different"
        " things for different strategies.",
        "**CUR：** 先一次性算出 $k_q$ 个锚点查询对所有文本的分数 $H$。新查询只算 $k_i$ 个锚点文本的精确分数 $c$，其余由"
        " $\\hat s = c\\,A^{+}H$ 推出，其中交叉部分 $A = H_{:,U}$。再对 $\\hat s$ 最高的 $k_r$ 个精确打分：共 $k_i + k_r$ 次调用，而不是 $n$ 次。\n\n"
        "**BayesCUR（本应用）：** $s_q(x) = m_q(x) + w\\cdot[1, \\mu(x), F(x), V(x)] + w_b\\,b_q(x) + \\varepsilon$，其中"
        " $\\mu$、$F$ 是锚点分数的均值与因子，$V$ 是双塔模型的向量，$b_q$ 是它的分数。先验与噪声由锚点查询自身分数的最大边际似然得到。"
        "每一轮购买最可能属于真正前十名的文本，即 $P(s_q(x) > t)$ 最大者，$t$ 使得预期有十个文本高于它。\n\n"
        "**其他策略：** *重排* 购买双塔模型的最佳文本；*延迟交互 + 重排* 按词元向量购买：一侧每个词元与另一侧词元的最大余弦取平均，再对两个方向取平均；*ADACUR* 把检索到的文本作为下一轮锚点；*AXN* 以双塔模型的查询向量为先验，对已购分数做最小二乘；"
        "*CUR（修正）* 截断小奇异值并重用锚点分数；*ANNCUR（原版）* 两者都不做。\n\n"
        "出处：[交互式模型的 CUR 加速（9336）](https://kexue.fm/archives/9336)、"
        "[ANNCUR](https://arxiv.org/abs/2210.12579)、[AXN](https://arxiv.org/abs/2405.03651)。\n\n"
        "**看点**\n"
        "- 绿色标记：一种策略找到而另一种漏掉的文本，在交互式模型看来很近，在双塔模型看来却不近。\n"
        "- 阶梯图：自适应策略第一轮收获不多，之后很快。固定锚点（CUR）把一半预算花在对每个查询都相同的文本上。\n"
        "- 代数运算只需毫秒，真正的成本是调用次数。延迟交互的打分不是模型调用：它比较现成的向量，但每个词元都有一个向量，*读取内存* 一列给出字节数。\n"
        "- 换一个交互式模型，找到的文本也不同：重排模型只擅长它被训练的任务。句义相似不等于相关；用在文档上，选错模型不如不重排。下一个面板用标签来衡量。\n"
        "- 混合只是把已购文本重新排序，不增加调用：两个模型错在不同的地方，合起来往往更准。\n\n"
        "**局限**\n"
        "- 这里的「真相」是交互式模型给的，而它也会出错；它是在别的句子上训练的。\n"
        "- 后提问的策略会用到缓存。*不计缓存的用时* 等于调用次数乘以实际计算时测得的速度。\n"
        "- 查询数少于约 $k_q n / (n - B)$ 时，逐一打分比任何索引都便宜：见下一个面板。\n"
        "- 模型只读到最大长度为止，后面的内容看不到。可在「你的语料库」中把长文档切成段落：调用按段落计数，每篇文档以最佳段落为准。\n"
        "- 混合时两个分数都在该策略已购的文本上标准化，因此同一权重对不同策略的含义略有不同。",
    ),
}
