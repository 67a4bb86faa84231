"""Pairs: what moved the score."""

TEXTS: dict[str, tuple[str, str]] = {
    "attribution.heading": ("### What moved the score", "### 是什么影响了分数"),
    "attribution.pair": ("Pair", "句子对"),
    "attribution.pair_hint": (
        "Or click on a row of the scores above.",
        "也可以点击上面分数表中的一行。",
    ),
    "attribution.show": ("Leave out each word", "逐词删除"),
    "attribution.plot": ("Change of the score by each word", "每个词带来的分数变化"),
    "attribution.axis": (
        "score with the word − score without it",
        "有该词时的分数 − 没有该词时的分数",
    ),
    "attribution.sentence": ("Sentence", "句子"),
    "attribution.token": ("Word", "词"),
    "attribution.kept_alone": (
        "Sentence {side} is one word, which cannot be left out.",
        "句子 {side} 只有一个词，无法删除。",
    ),
    "attribution.one_word": (
        "Both sentences are one word: choose a pair with a longer sentence.",
        "两个句子都只有一个词：请选择更长的句子对。",
    ),
    "attribution.too_many": (
        "The pair has {count} words and at most {limit} are left out one by one: choose a shorter pair.",
        "这对句子共有 {count} 个词，最多逐一删除 {limit} 个：请选择更短的句子对。",
    ),
    "attribution.cut": (
        "{model} reads only the beginning of this pair: words beyond it move nothing.",
        "{model} 只读这对句子的开头：超出部分的词不起作用。",
    ),
    "attribution.no_pair": (
        "There is no such pair any more: score again.",
        "这对句子已经不在了：请重新打分。",
    ),
    "attribution.about": ("Formula, what to notice, and limits", "公式、看点与局限"),
    "attribution.about_text": (
        "$\\Delta_t = s(a, b) - s(a \\setminus t,\\, b)$ for each word $t$ of $a$, and likewise for $b$: blue words raise the"
        " score, red ones lower it. Chinese is taken character by character. Each model has its own scale: cosine for a"
        " bi-encoder, mean MaxSim for late interaction, logit for a cross-encoder.\n\n"
        "**Alignment** of a late-interaction model: the cosine $u_i \\cdot v_j$ of every token of $a$ with every token of"
        " $b$; a dot marks the best match of each row, a ring that of each column. The score is the mean of what is marked."
        " Choose such a model among the scored ones to see it.\n\n"
        "**What to notice**\n"
        "- In a negated pair, look at *not*: a model that reads it shows a red bar there.\n"
        "- In swapped roles every word stands in both sentences: single words move little, for it is their order that counts."
        " In the alignment each finds itself there: late interaction sees the order only as far as the vectors of the"
        " tokens carry it.\n"
        "- A word that lowers the cross-encoder's score and is matched well is what the cross-encoder knows more about.\n\n"
        "**Limits**\n"
        "- A sentence without one of its words is often odd, and models were not trained on odd ones: a change is not a cause.\n"
        "- Words that say the same thing twice each look unimportant, since the other remains; the changes do not add up to"
        " the score.",
        "对 $a$ 中的每个词 $t$ 计算 $\\Delta_t = s(a, b) - s(a \\setminus t,\\, b)$，对 $b$ 同样：蓝色的词提高分数，红色的降低分数。"
        "中文逐字计算。每个模型有自己的刻度：双塔为余弦，延迟交互为平均 MaxSim，交互式为 logit。\n\n"
        "延迟交互模型的**对齐**：$a$ 的每个词元与 $b$ 的每个词元的余弦 $u_i \\cdot v_j$；点标出每行的最佳匹配，圈标出每列的最佳匹配，"
        "分数就是这些标出的余弦的均值。打分时选上这样的模型即可看到。\n\n"
        "**看点**\n"
        "- 在否定的句子对里看「不」字：读懂它的模型在那里会有一根红条。\n"
        "- 角色互换时每个词都出现在两句中：单个词的影响很小，起作用的是词序。"
        "在对齐图里每个词都能在另一句中找到自己：延迟交互对词序的了解，只限于词元向量所携带的。\n"
        "- 使交互式模型分数下降、却匹配得很好的词，正是交互式模型知道得更多的地方。\n\n"
        "**局限**\n"
        "- 少了一个词的句子往往不通，而模型并没有用这样的句子训练过：变化不等于原因。\n"
        "- 意思重复的词各自看起来都不重要，因为另一个还在；各个变化加起来也不等于分数。",
    ),
}
