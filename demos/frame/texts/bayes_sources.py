"""Naive Bayes: the sources of a language model's prediction."""

TEXTS: dict[str, tuple[str, str]] = {
    "bayes.sources.intro": (
        "**Where does a real model's next token come from?** Its logits are an exact sum: the last token's own embedding, what attention"
        " brings from each token, and the MLPs. Only the **direct path** is counted for a token: what later layers make of it is booked"
        " elsewhere, under the MLPs and under tokens that have taken it up.",
        "**真实模型的下一个 token 从何而来？** 它的 logits 是一个精确的和：最后一个 token 自身的嵌入、注意力从每个 token 带来的部分，以及各层 MLP。"
        "对每个 token 只计**直接路径**：后续层对它的加工记在别处，即记在 MLP 以及吸收了它的其他 token 名下。",
    ),
    "bayes.sources.text": ("Text", "文本"),
    "bayes.sources.text_hint": (
        "The model goes on after its end; at most its last 256 tokens are read.",
        "模型从文本末尾往下续写；最多读取最后 256 个 token。",
    ),
    "bayes.sources.model": ("Language model", "语言模型"),
    "bayes.sources.mode": ("How the model gets it", "如何交给模型"),
    "bayes.sources.mode.raw": ("as it stands", "原样续写"),
    "bayes.sources.mode.chat": ("as a message to answer", "作为一条待回答的消息"),
    "bayes.sources.example.0": ("Two keys, two places", "两把钥匙，两个地方"),
    "bayes.sources.example.1": ("Mary and John", "Mary 与 John"),
    "bayes.sources.example.2": ("A capital", "一个首都"),
    "bayes.sources.run": ("Take the next token apart", "拆解下一个 token"),
    "bayes.sources.reading": (
        "Reading; a model that is not loaded yet takes a few seconds.",
        "正在读取；模型尚未加载时需要几秒钟。",
    ),
    "bayes.sources.done": ("{tokens} tokens read by {model}.", "{model} 读了 {tokens} 个 token。"),
    "bayes.sources.cut": (
        "The text is too long: its first {dropped} tokens were cut off, of {whole} in all.",
        "文本过长：已截去最前面的 {dropped} 个 token（共 {whole} 个）。",
    ),
    "bayes.sources.too_long": ("At most {most} characters, please.", "请不要超过 {most} 个字符。"),
    "bayes.sources.candidate": ("Candidate", "候选 token"),
    "bayes.sources.table": (
        "Candidates: each logit against the mean of all logits",
        "候选 token：logit 减去所有 logit 的均值",
    ),
    "bayes.sources.csv": ("All parts (CSV)", "所有部分 (CSV)"),
    "bayes.sources.column.token": ("Token", "Token"),
    "bayes.sources.column.probability": ("Probability", "概率"),
    "bayes.sources.column.embedding": ("Embedding", "嵌入"),
    "bayes.sources.column.attention": ("Attention", "注意力"),
    "bayes.sources.column.mlp": ("MLPs", "MLP"),
    "bayes.sources.column.whole": ("Sum", "合计"),
    "bayes.sources.figure.heat": (
        "**Straight from each token** to each candidate, all layers together: logits, against the vocabulary's mean",
        "**每个 token 的直接贡献**（各层合计），对每个候选 token：logit 减去词表均值",
    ),
    "bayes.sources.figure.layers": (
        "**The chosen candidate layer by layer:** what attention and what the MLP adds",
        "**所选候选逐层来看：** 注意力与 MLP 各添了多少",
    ),
    "bayes.sources.axis.logit": ("Logit", "Logit"),
    "bayes.sources.axis.layer": ("Layer (0: the embedding)", "层（0：嵌入）"),
    "bayes.sources.bar.embedding": ("embedding {total}", "嵌入 {total}"),
    "bayes.sources.bar.attention": ("attention {total}", "注意力 {total}"),
    "bayes.sources.bar.mlp": ("MLPs {total}", "MLP {total}"),
    "bayes.sources.says.candidate": (
        "“{name}” has {share} %. Its logit lies {whole} from the mean of all: attention brings {attention}, the MLPs {mlp}, the last token's"
        " own embedding {embedding}.",
        "「{name}」的概率为 {share} %。其 logit 相对均值为 {whole}：注意力 {attention}，MLP {mlp}，最后一个 token 自身的嵌入 {embedding}。",
    ),
    "bayes.sources.says.tokens": (
        "Straight from the tokens, most for “{name}” comes from {tokens}.",
        "直接来自各 token 的部分中，对「{name}」贡献最多的是：{tokens}。",
    ),
    "bayes.sources.term": ("“{token}” {term}", "「{token}」{term}"),
    "bayes.sources.says.against": (
        "Most against it comes from “{token}”: {term}.",
        "最不利于它的是「{token}」：{term}。",
    ),
    "bayes.sources.says.gap": (
        "The parts add up to the model's own logits to within {gap}: rounding.",
        "各部分之和与模型自身的 logits 相差不超过 {gap}：只是舍入误差。",
    ),
    "bayes.sources.says.rough": (
        "Here the parts, added in 32 bits, and the model's own logits differ by up to {gap}: it computes in 16 bits and rounds its state"
        " in every layer. Read the numbers with that margin.",
        "这里各部分以 32 位相加，与模型自身的 logits 最多相差 {gap}：模型以 16 位计算，每一层都会对状态舍入。请按此误差范围解读这些数字。",
    ),
    "bayes.sources.about_text": (
        r"""$$\text{logits} = W\,\frac{g}{s}\odot\Big(x_t + \sum_j \sum_{l,h} A^{l,h}_{tj}\, v^{l,h}_j W^{l,h}_O + \sum_l \text{MLP}_l\Big), \qquad s = \text{RMS of the last position's final state}$$

g are the gains of the last RMSNorm, s is kept at the value it has: then the logits are a sum, with nothing left over. Shown are the parts minus their mean over the vocabulary, for a
softmax sees only differences. The post, which reads one attention layer as naive Bayes: [9648](https://kexue.fm/archives/9648); here is what is left of that in a model of many layers.

**What to notice.** Content words that settle the answer often add most (“Mary” in the second example). In the first one most comes from
“under”, whose values in the upper layers hold more than that word. The MLPs add nearly as much as attention does, and both do most of it in the last third of the layers.

**What is limited.** This is the **direct path** alone. In an upper layer the value at a token's position is no longer that token: it has taken up what came before it,
and this is counted under its name. What an MLP makes of what attention has brought counts as the MLP's. So a small number does not say that the token is
unimportant: take it out of the text and see. s depends on all parts, and a different s would scale them all. With 16-bit weights the sum of the parts and the model's own logits differ by rounding; by how
much is said above.""",
        r"""$$\text{logits} = W\,\frac{g}{s}\odot\Big(x_t + \sum_j \sum_{l,h} A^{l,h}_{tj}\, v^{l,h}_j W^{l,h}_O + \sum_l \text{MLP}_l\Big), \qquad s = \text{最后位置末层状态的均方根}$$

g 是最后一个 RMSNorm 的增益，s 固定为其实际值：于是 logits 就是一个没有余项的和。图中显示的是各部分减去其在词表上的均值，因为 softmax 只看差。
把一层注意力解读为朴素贝叶斯的文章：[9648](https://kexue.fm/archives/9648)；这里展示的是在多层模型中它还剩下什么。

**看点。** 决定答案的实词往往贡献最大（如第二个例子中的「Mary」）。第一个例子中贡献最大的是「under」，它在较高层中的 value 所含的已不只是这个词。
MLP 的贡献与注意力接近，两者多集中在最后三分之一的层。

**局限。** 这里只有**直接路径**。在较高的层里，某个位置上的 value 已不再只是那个 token：它吸收了前文，而这些都记在它名下；MLP 对注意力带来的内容所做的加工则记为 MLP 的。
因此数值小并不说明该 token 不重要：把它从文本中删去，看看会怎样。s 取决于所有部分，s 不同则各部分都会按比例变化。
权重为 16 位时，各部分之和与模型自身的 logits 会有舍入差异，具体大小见上文。""",
    ),
}
