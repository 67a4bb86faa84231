"""Attention: two models over the same text."""

TEXTS: dict[str, tuple[str, str]] = {
    "attention.sidebyside.intro": (
        "A second model reads the text above. Every head of both is a point over its layer, the lines are means.",
        "让第二个模型也读上面的文本。两个模型的每个头都是所在层上的一个点，折线是各层的平均。",
    ),
    "attention.sidebyside.other": ("Second model", "第二个模型"),
    "attention.sidebyside.other_hint": (
        "The first is the one that was read last, above.",
        "第一个模型是上方最近一次读取的模型。",
    ),
    "attention.sidebyside.run": ("Compare", "比较"),
    "attention.sidebyside.second_hint": (
        "A cross-encoder reads two texts at once: the one above is A, this is B.",
        "交互式模型同时读两段文本：上面的是 A，这里是 B。",
    ),
    "attention.sidebyside.reads": (
        "The model that reads one text is given",
        "只读一段文本的模型读什么",
    ),
    "attention.sidebyside.reads.joined": (
        "A and B in a row: both models see the same words",
        "A 与 B 连在一起：两个模型看到同样的词",
    ),
    "attention.sidebyside.reads.first": ("A alone, as in use", "只读 A，与实际使用一致"),
    "attention.sidebyside.figure_left": ("Figure on the left", "左图指标"),
    "attention.sidebyside.figure_right": ("Figure on the right", "右图指标"),
    "attention.sidebyside.axis.layer": ("layer", "层"),
    "attention.sidebyside.axis.depth": (
        "depth, from the first layer to the last",
        "相对深度（从首层到末层）",
    ),
    "attention.sidebyside.table": ("Means over the heads, layer by layer", "各层在全部头上的平均"),
    "attention.sidebyside.column": ("{name}, model {number}", "{name}，模型 {number}"),
    "attention.sidebyside.all_layers": ("all", "全部"),
    "attention.sidebyside.across": ("On the other text", "给另一段文本"),
    "attention.sidebyside.svg_left": ("Left figure as SVG", "左图（SVG）"),
    "attention.sidebyside.svg_right": ("Right figure as SVG", "右图（SVG）"),
    "attention.sidebyside.read.text": (
        "Model {number}, {model}: the text, {tokens} tokens.",
        "模型 {number}，{model}：该文本，{tokens} 个词元。",
    ),
    "attention.sidebyside.read.joined": (
        "Model {number}, {model}: A and B in a row as one text, {tokens} tokens.",
        "模型 {number}，{model}：A 与 B 连成一段文本，{tokens} 个词元。",
    ),
    "attention.sidebyside.read.pair": (
        "Model {number}, {model}: A and B as a pair, {tokens} tokens.",
        "模型 {number}，{model}：A 与 B 作为一对，{tokens} 个词元。",
    ),
    "attention.sidebyside.cut": (
        " The text is longer than it can read: the rest was cut.",
        "文本超出其长度，其余被截去。",
    ),
    "attention.sidebyside.same": (
        "Both are the same model over the same text: choose another second model.",
        "两边是同一个模型、同一段文本：请选择另一个模型。",
    ),
    "attention.sidebyside.differ.s_star_1_2": (
        "{low} is the sparser: its mean S* is {low_value}, that of {high} {high_value}.{layers}",
        "{low} 更稀疏：平均 S* 为 {low_value}，{high} 为 {high_value}。{layers}",
    ),
    "attention.sidebyside.differ.effective_rank": (
        "{high} has the higher rank: its mean effective rank is {high_value} n, that of {low} {low_value} n.{layers}",
        "{high} 的秩更高：平均有效秩为 {high_value} n，{low} 为 {low_value} n。{layers}",
    ),
    "attention.sidebyside.alike": (
        "The mean of {name} is about the same, {one} for model 1 and {two} for model 2: the heads of one model spread by"
        " {spread} (standard deviation).",
        "{name} 的平均相差无几：模型 1 为 {one}，模型 2 为 {two}；而同一模型各头之间的标准差是 {spread}。",
    ),
    "attention.sidebyside.layers": (
        " So it is in {below} of {layers} layers.",
        "{layers} 层中有 {below} 层如此。",
    ),
    "attention.sidebyside.differ.sinks": (
        "On the sink tokens model 1 rests {one} of its weight, model 2 {two}.",
        "模型 1 有 {one} 的权重停在汇聚词元上，模型 2 有 {two}。",
    ),
    "attention.sidebyside.differ.across": (
        "In {model} the tokens of one text give {share} of their weight to the other, most in layer {layer}"
        " ({layer_share}) and in head {head} ({head_share}).",
        "在 {model} 中，一段文本的词元把 {share} 的权重给了另一段；第 {layer} 层最多（{layer_share}），头 {head} 最多（{head_share}）。",
    ),
    "attention.sidebyside.lengths": (
        "The two measured {one} and {two} tokens: every figure but a share depends on the length too, so part of the"
        " difference is the length's.",
        "两边分别测量了 {one} 与 {two} 个词元：除占比外各指标也随长度而变，差别中有一部分来自长度。",
    ),
    "attention.sidebyside.about_text": (
        "$$\\bar S_\\ell = \\frac{1}{h}\\sum_{k=1}^{h} S^*_{1,2}(A_{\\ell k}),\\qquad"
        " \\text{across}_{\\ell k} = \\frac{1}{|A|+|B|}\\sum_{i}\\;\\sum_{j:\\,\\text{other text}} (A_{\\ell k})_{ij}$$\n\n"
        "The first is what the lines show, $\\ell$ a layer and $k$ a head; the second is the weight that tokens of one"
        " text of a pair give the other, over all tokens $i$ of both texts.\n\n"
        "Sources: [measuring sparsity (9595)](https://kexue.fm/archives/9595),"
        " [why decoder-only (9529)](https://kexue.fm/archives/9529).\n\n"
        "**What is read.** Two models of one text read the text above. Beside a cross-encoder the other model reads A"
        " and B in a row, because sparsity and rank depend on the number of tokens and both then have nearly as many."
        " In use a bi-encoder never sees two texts at once: *A alone* shows it that way, over fewer tokens.\n\n"
        "**What to notice**\n"
        "- The CoSENT cross-encoder was made from the same MiniLM as the bi-encoders: what differs is the training. Look"
        " for the layers in which the points part.\n"
        "- Leave the sinks out before you call one model the sparser: much of the difference may be how much rests on"
        " [CLS] and [SEP].\n"
        "- A language model rests on its first token. Its mask makes rows of different length; each is measured over"
        " its own.\n\n"
        "**Limits**\n"
        "- One text is one text: means over heads say nothing of how they vary from text to text.\n"
        "- Tokenizers differ: two models may cut the same text into different numbers of tokens, and figures depend on"
        " that number.\n"
        "- Models of unequal depth are laid over each other from the first layer to the last, which does not mean that"
        " the layers correspond.\n"
        "- Heads have no order: head 3 of one model has nothing to do with head 3 of the other, unless one was trained"
        " from the other.",
        "$$\\bar S_\\ell = \\frac{1}{h}\\sum_{k=1}^{h} S^*_{1,2}(A_{\\ell k}),\\qquad"
        " \\text{across}_{\\ell k} = \\frac{1}{|A|+|B|}\\sum_{i}\\;\\sum_{j:\\,\\text{other text}} (A_{\\ell k})_{ij}$$\n\n"
        "前者即图中折线，$\\ell$ 为层，$k$ 为头；后者是一对文本中一段的词元给另一段的权重，对两段文本的全部词元 $i$ 取平均。\n\n"
        "出处：[如何度量数据的稀疏程度（9595）](https://kexue.fm/archives/9595)、"
        "[为什么是 Decoder-only（9529）](https://kexue.fm/archives/9529)。\n\n"
        "**读什么。** 两个都只读一段文本的模型，读的就是上面的文本。与交互式模型并排时，另一个模型读连在一起的 A 与 B，"
        "因为稀疏度与秩随词元数而变，这样两边的词元数几乎相同。实际使用中，双塔模型不会同时看到两段文本："
        "选*只读 A* 便是这种情形，词元较少。\n\n"
        "**看点**\n"
        "- CoSENT 交互式模型与双塔模型出自同一个 MiniLM，差别只在训练。看两组点从哪一层开始分开。\n"
        "- 先去掉汇聚词元，再说哪个模型更稀疏：差别可能主要在于有多少权重停在 [CLS] 与 [SEP] 上。\n"
        "- 语言模型把注意力停在首个词元上。它的掩码使各行长短不一，每行只在自己的范围内计算。\n\n"
        "**局限**\n"
        "- 一段文本只是一段文本：各头的平均并不说明它们随文本如何变化。\n"
        "- 分词器不同：同一段文本可能切成不同数目的词元，而指标与词元数有关。\n"
        "- 深度不同的模型按首层到末层对齐，这并不表示各层彼此对应。\n"
        "- 头没有次序：一个模型的第 3 头与另一个模型的第 3 头毫无关系，除非一个是由另一个训练而来。",
    ),
}
