"""Naive Bayes: questions with known answers, asked in every way."""

TEXTS: dict[str, tuple[str, str]] = {
    "bayes.questions.intro": (
        "**Does it help?** 24 questions about the twelve passages, each answered by one of them. All ways get the same passages; the"
        " right passage alone is what the model could reach if it knew where to look. Below is our run of all 24; ask a few of them"
        " yourself.",
        "**它有用吗？** 关于十二段文字的 24 个问题，每个的答案都在其中一段里。所有方式得到同样的文字；「只给正确的一段」是模型知道该看哪里时所能达到的。"
        "下面是我们跑完 24 题的结果；也可以自己问几题。",
    ),
    "bayes.questions.count": ("Questions", "问题数"),
    "bayes.questions.beta": ("β of the pooled ways", "池化方式的 β"),
    "bayes.questions.choice.alone": ("the right passage alone", "只给正确的一段"),
    "bayes.questions.right": ("Right passage alone", "只给正确的一段"),
    "bayes.questions.run": ("Ask", "提问"),
    "bayes.questions.ours": ("Show our run of all 24", "查看我们的 24 题结果"),
    "bayes.questions.asking": ("Questions asked", "已问"),
    "bayes.questions.measure.exact": ("Exact match", "完全匹配"),
    "bayes.questions.measure.f1": ("Token F1", "Token F1"),
    "bayes.questions.measure.holds": ("Holds the answer", "含有答案"),
    "bayes.questions.axis": ("Mean, 95 % interval", "均值，95 % 区间"),
    "bayes.questions.table": ("Scores [95 % interval]", "得分 [95 % 区间]"),
    "bayes.questions.answers": (
        "Answers (number of the right passage; ✓ holds the answer)",
        "回答（括号内为正确段号；✓ 表示含有答案）",
    ),
    "bayes.questions.csv": ("Answers and scores (CSV)", "回答与得分 (CSV)"),
    "bayes.questions.column.way": ("Way", "方式"),
    "bayes.questions.column.question": ("Question", "问题"),
    "bayes.questions.column.answer": ("Right answer", "正确答案"),
    "bayes.questions.says.made": (
        "{questions} questions, {model}, greedy, at most 24 tokens; {seconds} s.",
        "{questions} 个问题，{model}，贪心解码，最多 24 个 token；用时 {seconds} 秒。",
    ),
    "bayes.questions.says.told": (
        "NBCE's F1 less that of “{way}” on the same questions: {gap} [{low}, {high}], a difference that these questions can tell.",
        "NBCE 的 F1 与「{way}」在同样问题上之差：{gap} [{low}, {high}]，这些问题足以分辨。",
    ),
    "bayes.questions.says.not_told": (
        "NBCE's F1 less that of “{way}” on the same questions: {gap} [{low}, {high}]: so few questions cannot tell them apart.",
        "NBCE 的 F1 与「{way}」在同样问题上之差：{gap} [{low}, {high}]：问题太少，分不出高下。",
    ),
    "bayes.questions.about_text": (
        "Exact match and token F1 are SQuAD's ([Rajpurkar et al. 2016](https://arxiv.org/abs/1606.05250)): small letters, no punctuation, no"
        " articles,\n\n$$F_1 = \\frac{2\\,|\\text{said} \\cap \\text{right}|}{|\\text{said}| + |\\text{right}|}$$\n\n"
        "counted in words. *Holds the answer*: its words stand in what was said, in their order. Shares have Wilson's interval, F1 the"
        " percentile interval of 4,000 bootstrap replicas over questions; differences are taken question by question."
        " The rule is that of [NBCE](https://kexue.fm/archives/9617).\n\n"
        "**What to notice.** The passages fit together into this model's window, so the concatenation has read everything: NBCE earns its"
        " keep where that is impossible. Exact match is nearly always 0, because the model answers in sentences, and F1 punishes the words"
        " around the answer. Parallel windows answer the small examples of the first panel, with two"
        " or three windows; with twelve this model, never trained for it, says empty phrases. In a window of 512 tokens, which holds half"
        " of the passages, everything in one text scores like NBCE (F1 .064, .250 hold the answer). Five differences are shown and none"
        " is corrected for the others.\n\n"
        "**Limits.** 24 questions of our own in one language, one small model, one wording of the prompt, chosen by looking at some of"
        " these very questions: compare the ways, do not quote the level.",
        "完全匹配与 token F1 同 SQuAD（[Rajpurkar et al. 2016](https://arxiv.org/abs/1606.05250)）：小写、去标点、去冠词，\n\n"
        "$$F_1 = \\frac{2\\,|\\text{said} \\cap \\text{right}|}{|\\text{said}| + |\\text{right}|}$$\n\n"
        "按词计数。*含有答案*：答案的词按顺序出现在回答中。比例用 Wilson 区间，F1 用对问题自助抽样 4,000 次的百分位区间；差值逐题计算。"
        "规则同 [NBCE](https://kexue.fm/archives/9617)。\n\n"
        "**注意什么。** 这些文字能一起放进模型窗口，因此拼接读到了全部；NBCE 的价值在放不下的时候。模型用句子回答，所以完全匹配几乎总是 0，"
        "F1 也会因答案周围的词而降低。并行窗口在第一个面板的小例子里（两三个窗口）能作答；有十二个窗口时，这个未为此训练过的模型只会说空话。"
        "若窗口只有 512 个 token（放得下一半文字），全部拼接的得分与 NBCE 相当（F1 0.064，含有答案 0.250）。共列出五个差值，未作多重比较校正。\n\n"
        "**局限。** 24 个自拟的英文问题、一个小模型、一种提示写法，而且写法正是看着其中一些问题挑选的：请比较各方式，不要引用其绝对水平。",
    ),
}
