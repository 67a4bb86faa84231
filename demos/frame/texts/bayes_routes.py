"""Naive Bayes: attention on two routes."""

TEXTS: dict[str, tuple[str, str]] = {
    "bayes.routes.intro": (
        "**One attention layer, computed twice.** Each earlier token makes its own guess at the next word, a skip-gram. Multiply the"
        " guesses, each raised to its attention weight; or average the tokens' vectors first and take one softmax. Both give the same.",
        "**同一层注意力，算两遍。** 每个前文 token 都对下一个词给出自己的猜测（skip-gram）。把各猜测按注意力权重取幂后相乘；"
        "或先对 token 的向量加权平均，再做一次 softmax。两者结果相同。",
    ),
    "bayes.routes.weights": (
        "**At dawn the fisherman rowed his …** The attention weights of the six tokens; they are brought to a sum of 1.",
        "**At dawn the fisherman rowed his …** 六个 token 的注意力权重，会自动归一化为总和 1。",
    ),
    "bayes.routes.residual": (
        "Residual connection: a 2-gram prior",
        "残差连接：一个 2-gram 先验",
    ),
    "bayes.routes.residual_hint": (
        "Adds the last token's own vector: one more factor, with weight 1 of its own.",
        "加上最后一个 token 自身的向量：多一个因子，自带权重 1。",
    ),
    "bayes.routes.beta": (
        "β of the generalised rule (0: attention, 5: as much as naive Bayes takes away)",
        "广义规则的 β（0：注意力；5：与朴素贝叶斯扣除的一样多）",
    ),
    "bayes.routes.options": ("The vectors", "向量"),
    "bayes.routes.kind": ("Skip-grams", "Skip-gram"),
    "bayes.routes.kind.words": ("made up by hand for these words", "为这些词手工编写"),
    "bayes.routes.kind.random": ("of random vectors", "来自随机向量"),
    "bayes.routes.dimension": ("Dimension d", "维数 d"),
    "bayes.routes.seed": ("Seed", "随机种子"),
    "bayes.routes.csv": ("All distributions (CSV)", "所有分布 (CSV)"),
    "bayes.routes.figure.product": (
        "**Multiply the guesses:** ∏ p(x | xⱼ) to the power aⱼ, brought to a sum of 1",
        "**把猜测相乘：** ∏ p(x | xⱼ) 的 aⱼ 次幂，再归一化",
    ),
    "bayes.routes.figure.averaged": (
        "**Average the vectors:** softmax(W · Σ aⱼ vⱼ), as attention does",
        "**把向量平均：** softmax(W · Σ aⱼ vⱼ)，即注意力的做法",
    ),
    "bayes.routes.figure.skip-grams": (
        "**What each token guesses alone,** p(x | xⱼ) in per cent, and how much it weighs",
        "**每个 token 单独的猜测** p(x | xⱼ)（百分数）及其权重",
    ),
    "bayes.routes.figure.rules": (
        "**Other rules** on the same guesses",
        "**其他规则**用在同样的猜测上",
    ),
    "bayes.routes.axis.share": ("Probability", "概率"),
    "bayes.routes.row.residual": ("2-gram (residual)", "2-gram（残差）"),
    "bayes.routes.row.prior": ("p(x) alone", "仅 p(x)"),
    "bayes.routes.rule.attention": ("attention (both routes)", "注意力（两条路）"),
    "bayes.routes.rule.generalised": ("generalised, β = {beta}", "广义规则，β = {beta}"),
    "bayes.routes.rule.classical": ("classical naive Bayes", "经典朴素贝叶斯"),
    "bayes.routes.rule.mixture": ("arithmetic mean", "算术平均"),
    "bayes.routes.no_weight": (
        "At least one weight has to be greater than 0.",
        "至少要有一个权重大于 0。",
    ),
    "bayes.routes.says.gap": (
        "Both routes agree: their largest difference is {gap}, the rounding of 64-bit numbers. Both say “{word}” with {share} %.",
        "两条路一致：最大差异为 {gap}，只是 64 位浮点数的舍入误差。两者都以 {share} % 预测「{word}」。",
    ),
    "bayes.routes.says.weights": (
        "The weights as set add up to {whole}; divided by that they are {shares}.",
        "所设权重之和为 {whole}，归一化后为：{shares}。",
    ),
    "bayes.routes.says.residual": (
        " The residual is one more factor with weight 1, a 2-gram that says “{word}” with {share} %.",
        "残差是又一个权重为 1 的因子：一个以 {share} % 预测「{word}」的 2-gram。",
    ),
    "bayes.routes.says.mixture": (
        "The arithmetic mean of the same guesses is something else: {distance} % of the probability lies elsewhere, and its best is"
        " “{word}” with {share} %. Attention multiplies experts, it does not mix them.",
        "同样猜测的算术平均则是另一回事：有 {distance} % 的概率落在别处，其首选为「{word}」（{share} %）。注意力是专家之积，而非专家的混合。",
    ),
    "bayes.routes.says.no_beta": (
        "At β = 0 the generalised rule is attention itself (distance {distance}): move β and they part.",
        "β = 0 时广义规则就是注意力本身（相差 {distance}）：移动 β，两者便分开。",
    ),
    "bayes.routes.says.beta": (
        "At β = {beta} the generalised rule takes p(x) away β times: {distance} % of the probability moves, and its best is “{word}”"
        " with {share} %.",
        "β = {beta} 时广义规则扣除 β 份 p(x)：{distance} % 的概率发生移动，首选为「{word}」（{share} %）。",
    ),
    "bayes.routes.says.classical": (
        "Classical naive Bayes weighs all six alike and counts each in full (β = n − 1 = 5): “{word}” with {share} %, an entropy of"
        " {entropy} nats against attention's {attention}.",
        "经典朴素贝叶斯对六个 token 一视同仁，且每个都全额计入（β = n − 1 = 5）：以 {share} % 预测「{word}」，熵为 {entropy} nat，"
        "注意力为 {attention} nat。",
    ),
    "bayes.routes.about_text": (
        r"""$$p(x_t \mid x_j) = \operatorname{softmax}(W v_j) \;\Rightarrow\; \operatorname{softmax}\Big(W \sum_j a_j v_j\Big) = \frac{1}{Z}\prod_j p(x_t \mid x_j)^{a_j}, \qquad \sum_j a_j = 1$$

$$\text{naive Bayes: } \sum_j \log p(x_t \mid x_j) - (n-1)\log p(x_t) + c, \qquad \text{generalised: } (1+\beta)\,\sum_j a_j \log p(x_t \mid x_j) - \beta \log p(x_t) + c$$

The post: [9648](https://kexue.fm/archives/9648). The first line is exact, no approximation: the logarithm of a softmax is linear in v up to a constant, and
constants vanish when the sum is brought to 1. With equal weights and β = n − 1 the generalised rule is naive Bayes, with β = 0 it is attention. The
residual connection adds W x_t, another factor: what follows the last token at once.

**What to notice.** A product lets one token forbid a word: “rowed” makes “coffee” unlikely however much “dawn” likes it. The arithmetic mean
cannot do that. Classical naive Bayes is far surer of itself, because six guesses that repeat each other are counted as six pieces of evidence.

**What is limited.** The sentence, the guesses and p(x) are made up; below d = 7 the vectors can no longer hold the guesses as written. In the mixture the
residual weighs as much as all tokens together, as it does in the product; other choices are possible. The identity is about one layer whose output
goes straight to the logits: a normalisation, an MLP or a second layer in between, and it no longer holds for the whole model. That attention *means* naive Bayes is the post's reading
of the formula, not a consequence of it; no trained model has been asked to make its v_j skip-grams.""",
        r"""$$p(x_t \mid x_j) = \operatorname{softmax}(W v_j) \;\Rightarrow\; \operatorname{softmax}\Big(W \sum_j a_j v_j\Big) = \frac{1}{Z}\prod_j p(x_t \mid x_j)^{a_j}, \qquad \sum_j a_j = 1$$

$$\text{朴素贝叶斯：} \sum_j \log p(x_t \mid x_j) - (n-1)\log p(x_t) + c, \qquad \text{广义：} (1+\beta)\,\sum_j a_j \log p(x_t \mid x_j) - \beta \log p(x_t) + c$$

文章见 [9648](https://kexue.fm/archives/9648)。第一行是恒等式，没有近似：softmax 的对数关于 v 是线性的，只差一个常数，而常数在归一化时消失。
等权重且 β = n − 1 时，广义规则就是朴素贝叶斯；β = 0 时就是注意力。残差连接加上 W x_t，即又一个因子：紧跟在最后一个 token 之后的会是什么。

**看点。** 相乘时，单个 token 便可否决一个词：无论「dawn」多喜欢「coffee」，「rowed」都会让它变得很不可能；算术平均做不到这一点。经典朴素贝叶斯自信得多，
因为六个相互重复的猜测被当作六份独立证据。

**局限。** 句子、猜测和 p(x) 都是编造的；d 小于 7 时向量已无法准确表达这些猜测。在混合中，残差与所有 token 合计的权重相等，与相乘时一致；也可以有别的取法。
恒等式只针对输出直接通向 logits 的一层：中间若有归一化、MLP 或第二层，对整个模型便不再成立。注意力「就是」朴素贝叶斯是文章对公式的解读，而非公式的推论：
没有人要求训练出的模型让 v_j 成为 skip-gram。""",
    ),
}
