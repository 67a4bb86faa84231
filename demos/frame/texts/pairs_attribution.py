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
        " bi-encoder, logit for a cross-encoder.\n\n"
        "**What to notice**\n"
        "- In a negated pair, look at *not*: a model that reads it shows a red bar there.\n"
        "- In swapped roles every word stands in both sentences: single words move little, for it is their order that counts.\n\n"
        "**Limits**\n"
        "- A sentence without one of its words is often odd, and models were not trained on odd ones: a change is not a cause.\n"
        "- Words that say the same thing twice each look unimportant, since the other remains; the changes do not add up to"
        " the score.",
        "对 $a$ 中的每个词 $t$ 计算 $\\Delta_t = s(a, b) - s(a \\setminus t,\\, b)$，对 $b$ 同样：蓝色的词提高分数，红色的降低分数。"
        "中文逐字计算。每个模型有自己的刻度：双塔为余弦，交互式为 logit。\n\n"
        "**看点**\n"
        "- 在否定的句子对里看「不」字：读懂它的模型在那里会有一根红条。\n"
        "- 角色互换时每个词都出现在两句中：单个词的影响很小，起作用的是词序。\n\n"
        "**局限**\n"
        "- 少了一个词的句子往往不通，而模型并没有用这样的句子训练过：变化不等于原因。\n"
        "- 意思重复的词各自看起来都不重要，因为另一个还在；各个变化加起来也不等于分数。",
    ),
}
