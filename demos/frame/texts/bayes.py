"""Naive Bayes: the tab, and what is refused everywhere in it."""

TEXTS: dict[str, tuple[str, str]] = {
    "bayes.title": ("Naive Bayes", "朴素贝叶斯"),
    "bayes.summary": (
        "A language model reads more than fits its window, token by token; and attention turns out to be a generalised naive Bayes.",
        "让语言模型逐 token 地读下超出窗口的内容；以及：注意力就是广义的朴素贝叶斯。",
    ),
    "bayes.intro": (
        "Naive Bayes multiplies what each piece of evidence says. Apply it to whole contexts and a model reads more than its"
        " window holds (NBCE); apply it to single tokens and it **is** an attention layer.",
        "朴素贝叶斯把每份证据的说法相乘。用在整段上下文上，模型便能读下超出窗口的内容（NBCE）；用在单个 token 上，它**就是**一层注意力。",
    ),
    "bayes.tab.extension": ("Answer from contexts", "从多段上下文作答"),
    "bayes.tab.questions": ("Question set", "问题集"),
    "bayes.tab.routes": ("Attention is naive Bayes", "注意力即朴素贝叶斯"),
    "bayes.tab.layer": ("A trained layer", "训练出的一层"),
    "bayes.tab.sources": ("Sources of a prediction", "预测的来源"),
    "bayes.comma": (", ", "、"),
    "bayes.no_text": ("Write a text first.", "请先输入文本。"),
}
