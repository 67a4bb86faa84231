"""Naive Bayes: the layer that is trained on the page."""

TEXTS: dict[str, tuple[str, str]] = {
    "bayes.layer.intro": (
        "**A layer that is trained here,** in seconds, on twelve short passages: embeddings, one attention head, a residual, nothing else."
        " So its prediction is exactly a product: a skip-gram of each earlier word, raised to its attention weight, times a 2-gram.",
        "**一个当场训练的层：** 在十二段短文上训练几秒，只有词嵌入、一个注意力头和残差，别无其他。"
        "因此它的预测恰好是一个乘积：每个前文词的 skip-gram 按注意力权重取幂，再乘以一个 2-gram。",
    ),
    "bayes.layer.beginning": ("Beginning of a sentence", "句子的开头"),
    "bayes.layer.beginning_hint": (
        "In English, in words of the passages: the ferry, the lighthouse, the night train, the palm house …",
        "请用英文，且只用短文中的词：the ferry、the lighthouse、the night train、the palm house……",
    ),
    "bayes.layer.ask": ("What comes next?", "接下来是什么？"),
    "bayes.layer.options": ("Train another one", "重新训练"),
    "bayes.layer.dimension": ("Dimension d", "维数 d"),
    "bayes.layer.steps": ("Steps", "步数"),
    "bayes.layer.seed": ("Seed", "随机种子"),
    "bayes.layer.train": ("Train", "训练"),
    "bayes.layer.training": ("Training, step", "训练中，步数"),
    "bayes.layer.done": ("Trained in {time}.", "训练用时 {time}。"),
    "bayes.layer.untrained": (
        "There is no layer yet: press Train.",
        "还没有训练好的层：请按「训练」。",
    ),
    "bayes.layer.too_long": (
        "At most {most} characters, please.",
        "请不要超过 {most} 个字符。",
    ),
    "bayes.layer.unknown_words": (
        "The passages do not have: {words}. Use other words.",
        "短文中没有这些词：{words}。请换用其他词。",
    ),
    "bayes.layer.table.candidates": ("What comes next", "接下来的词"),
    "bayes.layer.table.sources": (
        "What each word guesses alone",
        "每个词单独的猜测",
    ),
    "bayes.layer.column.word": ("Word", "词"),
    "bayes.layer.column.product": ("Product of guesses", "猜测之积"),
    "bayes.layer.column.averaged": ("The layer itself", "该层本身"),
    "bayes.layer.column.difference": ("Difference", "差异"),
    "bayes.layer.column.source": ("Source", "来源"),
    "bayes.layer.column.weight": ("Attention", "注意力"),
    "bayes.layer.column.guesses": ("Its likeliest next words", "它认为最可能的下一词"),
    "bayes.layer.residual": ("2-gram of “{word}” (residual)", "「{word}」的 2-gram（残差）"),
    "bayes.layer.residual_short": ("2-gram", "2-gram"),
    "bayes.layer.figure.contributions": (
        "**What each source adds** to the likeliest words: aⱼ log p(x | xⱼ), centred over the vocabulary",
        "**每个来源的贡献：** 对最可能的词的 aⱼ log p(x | xⱼ)，在词表上取均值为零",
    ),
    "bayes.layer.figure.weights": (
        "**Attention** of the last word on the last 16, itself among them",
        "**注意力：** 最后一个词对最近 16 个词（含自身）",
    ),
    "bayes.layer.figure.losses": (
        "**The training:** loss on the positions trained on, and on those held out",
        "**训练过程：** 训练位置与留出位置上的损失",
    ),
    "bayes.layer.axis.nats": ("nats", "nat"),
    "bayes.layer.axis.weight": ("Weight", "权重"),
    "bayes.layer.axis.step": ("Step", "步数"),
    "bayes.layer.axis.loss": ("Cross-entropy, nats a word", "交叉熵（nat/词）"),
    "bayes.layer.curve.trained": ("trained on", "训练位置"),
    "bayes.layer.curve.held_out": ("held out", "留出位置"),
    "bayes.layer.curve.frequency": ("word frequency alone, held out", "仅凭词频（留出位置）"),
    "bayes.layer.csv": ("Prediction and contributions (CSV)", "预测与各项贡献 (CSV)"),
    "bayes.layer.csv_losses": ("Losses (CSV)", "损失 (CSV)"),
    "bayes.layer.says.trained": (
        "A vocabulary of {words} words; of the {positions} positions it was trained on it gets {right} % right, at a loss of {loss} nats.",
        "词表共 {words} 个词；在 {positions} 个训练位置上正确率为 {right} %，损失为 {loss} nat。",
    ),
    "bayes.layer.says.memorised": (
        "It has memorised: on the {positions} held-out positions its loss is {loss} nats and {right} % are right, while word frequency alone"
        " has {frequency} nats. Its best there was {best} at step {step}. Twelve passages do not teach a language.",
        "它只是背下来了：在 {positions} 个留出位置上损失为 {loss} nat、正确率为 {right} %，而仅凭词频的损失为 {frequency} nat。"
        "那里的最好成绩是第 {step} 步时的 {best}。十二段短文学不会一门语言。",
    ),
    "bayes.layer.says.held_out": (
        "On the {positions} held-out positions its loss is {loss} nats ({right} % right), against {frequency} by word frequency alone;"
        " the lowest was {best} at step {step}.",
        "在 {positions} 个留出位置上损失为 {loss} nat（正确率 {right} %），仅凭词频为 {frequency}；最低值是第 {step} 步时的 {best}。",
    ),
    "bayes.layer.says.gap": (
        "“{word}” comes next with {share} %. Multiplying the guesses and running the layer differ by {gap} at most: rounding.",
        "下一词为「{word}」，概率 {share} %。把猜测相乘与直接运行该层，最大差异为 {gap}：只是舍入误差。",
    ),
    "bayes.layer.says.sources": (
        "Among the words “{source}” does most for “{word}”: {term} nats against the vocabulary's mean. The 2-gram of the last word, “{last}”,"
        " does {residual}.",
        "各词之中「{source}」对「{word}」的贡献最大：相对词表均值为 {term} nat。最后一个词「{last}」的 2-gram 为 {residual} nat。",
    ),
    "bayes.layer.says.attention": (
        "The layer looks most at “{source}” ({weight} %), whose own guess gives “{word}” {own} %.",
        "该层最关注「{source}」（{weight} %），它单独给「{word}」的概率为 {own} %。",
    ),
    "bayes.layer.says.dropped": (
        "It looks at the last {seen} words; the {count} before them play no part.",
        "它只看最近 {seen} 个词；更早的 {count} 个不起作用。",
    ),
    "bayes.layer.about_text": (
        r"""$$\log p(x \mid x_{1 \dots t}) = \sum_j a_j \log p(x \mid x_j) + \log p(x \mid x_t)_{\text{2-gram}} + c, \qquad p(x \mid x_j) = \operatorname{softmax}(W v_j),\quad v_j = E_j W_V$$

The post: [9648](https://kexue.fm/archives/9648). The layer's logits are W (Σ aⱼ vⱼ + x_t) with aⱼ = softmax of E_t W_Q (E_j W_K)ᵀ / √d plus a learnt bias for each distance. There is no
normalisation and no MLP, so nothing is left over: the colours of a row add up, with one constant for all rows, to the logarithm of its probability.

**What to notice.** The table's last column shows skip-grams that nobody has asked for: trained was the whole alone. What a word guesses by itself can be
absurd where its weight is small or another factor forbids it; a product needs no expert to be right alone.

**What is limited.** Some 550 trained positions are far too few: the layer learns them by heart, and the held-out loss, which rises far above that of mere word
frequency, says so. Centring makes terms comparable (each source's mean over the vocabulary is nought), but the split itself is not unique: whatever is moved from W's
common direction into the constant changes nothing in the sum. A weight aⱼ depends on the words read, so this is no naive Bayes with fixed weights. Real models have normalisation, MLPs and many
layers, and the product is exact in none of them; the next panel shows what is left of it there.""",
        r"""$$\log p(x \mid x_{1 \dots t}) = \sum_j a_j \log p(x \mid x_j) + \log p(x \mid x_t)_{\text{2-gram}} + c, \qquad p(x \mid x_j) = \operatorname{softmax}(W v_j),\quad v_j = E_j W_V$$

文章见 [9648](https://kexue.fm/archives/9648)。该层的 logits 为 W (Σ aⱼ vⱼ + x_t)，其中 aⱼ 是 E_t W_Q (E_j W_K)ᵀ / √d 加上按距离学得的偏置后的 softmax。
没有归一化，也没有 MLP，因此没有任何余项：每一行的颜色相加，再加上各行共同的常数，就是其概率的对数。

**看点。** 表格最后一列中的 skip-gram 并没有人要求过：训练的只是整体。权重很小、或被别的因子否决时，一个词单独的猜测可能很荒谬；乘积并不要求每位专家单独正确。

**局限。** 约 550 个训练位置实在太少：该层只是背了下来，留出损失升到远高于「仅凭词频」的水平，正说明了这一点。中心化使各项可以比较（每个来源在词表上的均值为零），
但这种拆分本身并不唯一：把 W 的公共方向移入常数，和并不改变。权重 aⱼ 取决于读到的词，所以这不是固定权重的朴素贝叶斯。真实模型有归一化、MLP 和许多层，
乘积在其中都不再精确；下一个面板展示那里还剩下什么。""",
    ),
}
