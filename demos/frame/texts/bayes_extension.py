"""Naive Bayes: answers from many contexts at once."""

TEXTS: dict[str, tuple[str, str]] = {
    "bayes.extension.intro": (
        "**Many contexts, one answer.** The model reads each context by itself; at every token the one that is surest (least entropy) speaks,"
        " less what the model would say without any. See who speaks where, beside the ways it competes with.",
        "**多段上下文，一个回答。** 模型分别读每一段；每个 token 由最有把握（熵最小）的那一段来说，再减去模型不看上下文时会说的。"
        "看看每处是谁在说，并与其他做法并排比较。",
    ),
    "bayes.extension.example.passages": ("Twelve passages", "十二段文字"),
    "bayes.extension.example.chapters": ("Fails: ordered chapters", "失败：有顺序的章节"),
    "bayes.extension.example.coupled": ("Fails: x > 1 and x < 0", "失败：x > 1 与 x < 0"),
    "bayes.extension.example.cannot": ("Fails: “I cannot answer”", "失败：「我无法回答」"),
    "bayes.extension.contexts": ("Contexts", "上下文"),
    "bayes.extension.contexts_hint": (
        "An empty line between two. At most 32.",
        "两段之间空一行，最多 32 段。",
    ),
    "bayes.extension.file": (
        "Or a text file (.txt, .md): it fills the field above",
        "或上传文本文件（.txt、.md）：填入上面的框",
    ),
    "bayes.extension.question": ("Question", "问题"),
    "bayes.extension.ways": ("Who answers", "由谁回答"),
    "bayes.extension.choice.nbce": ("NBCE", "NBCE"),
    "bayes.extension.choice.mean": ("mean pooling", "平均池化"),
    "bayes.extension.choice.max": ("max pooling", "最大池化"),
    "bayes.extension.choice.concatenated": ("everything in one text", "全部拼接"),
    "bayes.extension.choice.windows": ("parallel windows (PCW)", "并行窗口 (PCW)"),
    "bayes.extension.choice.alone": ("each context alone", "每段单独"),
    "bayes.extension.way.nbce": ("NBCE", "NBCE"),
    "bayes.extension.way.mean": ("Mean pooling", "平均池化"),
    "bayes.extension.way.max": ("Max pooling", "最大池化"),
    "bayes.extension.way.concatenated": ("Everything in one text", "全部拼接"),
    "bayes.extension.way.windows": ("Parallel windows", "并行窗口"),
    "bayes.extension.way.alone": ("Context {context} alone", "仅第 {context} 段"),
    "bayes.extension.options": ("Model, rule and sampling", "模型、规则与采样"),
    "bayes.extension.model": ("Language model", "语言模型"),
    "bayes.extension.beta": (
        "β: how much of “no context” is taken away",
        "β：减去多少「无上下文」",
    ),
    "bayes.extension.eta": ("η: discount for staying", "η：沿用上一段的熵折扣"),
    "bayes.extension.top_p": ("Top-p of the nucleus", "核的 top-p"),
    "bayes.extension.new_tokens": ("Tokens at most", "最多 token 数"),
    "bayes.extension.pooling": ("NBCE pools by", "NBCE 的池化"),
    "bayes.extension.pooling.min_entropy": ("least entropy", "最小熵"),
    "bayes.extension.pooling.mean": ("mean of log p", "log p 的平均"),
    "bayes.extension.pooling.max": ("maximum of log p", "log p 的最大值"),
    "bayes.extension.variant": ("Rule", "规则"),
    "bayes.extension.variant.author": ("the author's code", "作者的代码"),
    "bayes.extension.variant.any_row": (
        "another public code: no η, no nucleus, “no context” may speak",
        "另一份公开代码：无 η、不截断，「无上下文」也可入选",
    ),
    "bayes.extension.temperature": ("Temperature, 0 = greedy", "温度，0 = 贪心"),
    "bayes.extension.seed": ("Seed", "随机种子"),
    "bayes.extension.run": ("Answer", "作答"),
    "bayes.extension.loading": ("The model is being made ready …", "正在准备模型……"),
    "bayes.extension.reading": ("Tokens read", "已读 token"),
    "bayes.extension.writing": ("Tokens written", "已写 token"),
    "bayes.extension.empty": ("no context", "无上下文"),
    "bayes.extension.board": (
        "**Who is sure?** A row for each context, a column for each token; dark is sure (little entropy), framed is who spoke. Click a"
        " token or a cell to see what each context would have said.",
        "**谁有把握？** 每行一段上下文，每列一个 token；颜色深表示有把握（熵小），带框的是发言者。点击 token 或格子可看每一段会说什么。",
    ),
    "bayes.extension.no_board": (
        "There is a board where contexts are pooled: choose NBCE, mean or max pooling.",
        "只有汇集多段上下文时才有此图：请选择 NBCE、平均或最大池化。",
    ),
    "bayes.extension.candidates": (
        "{way}, token {step}: “{token}”. The likeliest tokens of every source; before them its entropy in nats.",
        "{way}，第 {step} 个 token：「{token}」。各来源最可能的 token，其前为熵（nat）。",
    ),
    "bayes.extension.combined": ("combined", "合并后"),
    "bayes.extension.own": ("the model", "模型"),
    "bayes.extension.from_context": (
        "context {context} · {probability}",
        "第 {context} 段 · {probability}",
    ),
    "bayes.extension.from_empty": ("no context · {probability}", "无上下文 · {probability}"),
    "bayes.extension.state.going": ("{tokens} tokens …", "{tokens} 个 token……"),
    "bayes.extension.state.ended": (
        "{tokens} tokens, ended by the model.",
        "{tokens} 个 token，由模型结束。",
    ),
    "bayes.extension.state.full": (
        "{tokens} tokens, stopped there.",
        "{tokens} 个 token，到此停止。",
    ),
    "bayes.extension.cut": (
        "{tokens} tokens of the contexts did not fit.",
        "上下文有 {tokens} 个 token 放不下。",
    ),
    "bayes.extension.gone": (
        "This answer is not kept any more: press Answer again.",
        "此回答已不再保留：请重新点击「作答」。",
    ),
    "bayes.extension.jsonl": ("Trace (JSONL)", "轨迹 (JSONL)"),
    "bayes.extension.csv": ("Trace (CSV)", "轨迹 (CSV)"),
    "bayes.extension.says.fits": (
        "{contexts} contexts, {tokens} tokens together; the window is {window} of the model's {most}: all of it fits, so everything in one"
        " text has read as much as NBCE.",
        "{contexts} 段上下文共 {tokens} 个 token；窗口为 {window}（模型有 {most}）：全部放得下，「全部拼接」读到的与 NBCE 一样多。",
    ),
    "bayes.extension.says.cut": (
        "{contexts} contexts, {tokens} tokens together; the window is {window} of the model's {most}: everything in one text would lose the"
        " last {cut}. NBCE reads each context by itself and loses none.",
        "{contexts} 段上下文共 {tokens} 个 token；窗口为 {window}（模型有 {most}）：「全部拼接」会丢掉末尾 {cut} 个。NBCE 逐段阅读，一个也不丢。",
    ),
    "bayes.extension.says.origin": (
        "NBCE's tokens come from context (number of tokens): {rows}; it switched {switches} times.",
        "NBCE 的 token 来自上下文（token 数）：{rows}；切换了 {switches} 次。",
    ),
    "bayes.extension.says.holds.both": (
        "“{words}” stands in the answer of: {holders}. Not of: {others}.",
        "回答中含有「{words}」的：{holders}。不含的：{others}。",
    ),
    "bayes.extension.says.holds.all": (
        "“{words}” stands in every answer.",
        "每个回答都含有「{words}」。",
    ),
    "bayes.extension.says.holds.none": (
        "“{words}”, the right answer, stands in none.",
        "没有一个回答含有正确答案「{words}」。",
    ),
    "bayes.extension.says.example.chapters": (
        "Why it fails: which chapter comes last stands in the order alone, and NBCE, mean and max pooling give the same answer in any order.",
        "失败原因：哪一章在最后只能由顺序得知，而 NBCE、平均与最大池化在任何顺序下给出同样的回答。",
    ),
    "bayes.extension.says.example.coupled": (
        "Why it fails: each context is fine by itself, together they leave no number. Whoever speaks has seen one of them.",
        "失败原因：两段各自都成立，合起来却没有这样的数；发言者只看到其中一段。",
    ),
    "bayes.extension.says.example.cannot": (
        "Why it fails: being sure is not being right. “I cannot answer” has little entropy, and what is sure speaks before what is true.",
        "失败原因：有把握不等于正确。「我无法回答」的熵很小，于是有把握的先于正确的发言。",
    ),
    "bayes.extension.says.any_row": (
        "By this rule the model without any context spoke {count} times.",
        "按此规则，不看上下文的模型自己发言了 {count} 次。",
    ),
    "bayes.extension.says.speed": (
        "First token after {first} s, then {pace} tokens a second in each of {answers} answers side by side.",
        "{first} 秒后出现第一个 token，此后 {answers} 个回答并行，各每秒 {pace} 个 token。",
    ),
    "bayes.extension.about_text": (
        "For contexts $S_1 \\dots S_n$ and a text $T$, naive Bayes says\n\n"
        "$$\\log p(T\\mid S_1 \\dots S_n) = (1+\\beta)\\,\\mathcal{P}[\\log p(T\\mid S)] - \\beta \\log p(T) + c$$\n\n"
        "with a pooling $\\mathcal{P}$ over the contexts: here that of least entropy, chosen anew at every token"
        " ([NBCE](https://kexue.fm/archives/9617), [its follow-up](https://kexue.fm/archives/9632)). The rule is the author's code: every"
        " distribution is cut to its nucleus (top-p .95) first, entropy is taken of what is left without normalising, the context of the"
        " token before gets a discount of η = .1, where p(T) was cut P stands alone, and p(T) is never chosen. Another public"
        " implementation has no η, cuts nothing and lets p(T) win; it is the second rule.\n\n"
        "**What to notice.** No context sees another: the answer does not depend on their order, and what only two together say cannot be"
        " said. A context that has nothing to say but says it fluently is sure too, and then it speaks. β against p(T): at β = −1 the"
        " contexts are ignored, at β = 0 nothing is taken away.\n\n"
        "**Known to fail** (buttons above): *ordered chapters*, the contexts come without an order; *coupled contexts*, “x > 1” and"
        " “x < 0” are each plausible and together impossible; *a confident “I cannot answer”*, which has less entropy than the fact.\n\n"
        "**Limits.** The built-in model has 135 million weights at 4 bits: it is often wrong by itself, with any method; it is asked in"
        " the form “Text: … Question: … Answer with a few words from the text.” Mean pooling averages log probabilities, which the post finds"
        " close to Parallel Context Windows: there all contexts end at the same position, do not see each other, and are all seen by the"
        " question; of what all begin with one copy is kept. The window of everything in one text is set small here, to show what is lost"
        " where texts do not fit; widen it under the options.",
        "对上下文 $S_1 \\dots S_n$ 与文本 $T$，朴素贝叶斯给出\n\n"
        "$$\\log p(T\\mid S_1 \\dots S_n) = (1+\\beta)\\,\\mathcal{P}[\\log p(T\\mid S)] - \\beta \\log p(T) + c$$\n\n"
        "其中 $\\mathcal{P}$ 是对各上下文的池化：这里取熵最小者，每个 token 重新选择"
        "（[NBCE](https://kexue.fm/archives/9617)、[续篇](https://kexue.fm/archives/9632)）。规则与作者代码一致：先把每个分布截断到核（top-p 0.95），"
        "对剩余概率不归一化直接算熵，上一个 token 所选的上下文减去 η = 0.1，p(T) 被截断处只用 P，且 p(T) 永不入选。"
        "另一份公开实现没有 η、不截断，并允许 p(T) 入选，即第二种规则。\n\n"
        "**注意什么。** 各段互不可见：回答与顺序无关，需要两段合起来才能得出的结论得不出。无话可说却说得流利的一段同样「有把握」，于是由它发言。"
        "β 针对 p(T)：β = −1 时上下文被忽略，β = 0 时什么也不减。\n\n"
        "**已知会失败**（见上方按钮）：*有顺序的章节*，上下文不带顺序；*互相牵连的上下文*，「x > 1」与「x < 0」各自合理、合起来矛盾；"
        "*自信的「我无法回答」*，其熵比事实更小。\n\n"
        "**局限。** 内置模型只有 1.35 亿参数、4 比特：无论用哪种方法都常常答错；提问格式为 “Text: … Question: … Answer with a few words from the text.”"
        "平均池化对对数概率取平均，文章认为它接近并行上下文窗口：各段在同一位置结束、互不可见、都被问题看到；共同的开头只保留一份。"
        "「全部拼接」的窗口在此设得很小，以显示放不下时会丢掉什么；可在选项中放宽。",
    ),
    "bayes.extension.no_context": (
        "There is no context: write at least one.",
        "没有上下文：请至少写一段。",
    ),
    "bayes.extension.many_contexts": (
        "These are {count} contexts, and at most {most} are read side by side: take some away, or join short ones by deleting the empty"
        " line between them.",
        "这里有 {count} 段上下文，最多并排读 {most} 段：请删去一些，或去掉空行把短的并在一起。",
    ),
    "bayes.extension.much_text": (
        "The contexts have {count} characters together, and at most {most} are read: shorten them.",
        "上下文共 {count} 个字符，最多读 {most} 个：请缩短。",
    ),
    "bayes.extension.no_question": ("Write a question first.", "请先写一个问题。"),
    "bayes.extension.long_question": (
        "The question has more than {most} characters: shorten it.",
        "问题超过 {most} 个字符：请缩短。",
    ),
    "bayes.extension.no_way": (
        "Nobody answers: choose at least one way.",
        "没有人作答：请至少选择一种方式。",
    ),
    "bayes.extension.no_model": ("Choose a language model.", "请选择一个语言模型。"),
    "bayes.extension.no_language_model": (
        "“{name}” does not write texts: choose a language model.",
        "「{name}」不会写文本：请选择语言模型。",
    ),
    "bayes.extension.passages": (
        "{count} passages read; at most {most} are taken.",
        "已读入 {count} 段；最多可用 {most} 段。",
    ),
    "bayes.extension.empty_file": (
        "“{name}” has no text in it: choose another file.",
        "「{name}」中没有文字：请换一个文件。",
    ),
    "bayes.extension.no_room": (
        "Question and answer need {after} tokens by themselves and leave no room for a context in this window: shorten the question, ask"
        " for fewer tokens or widen the window.",
        "问题与回答本身就需要 {after} 个 token，窗口里放不下上下文：请缩短问题、减少 token 数或放宽窗口。",
    ),
    "bayes.extension.window": (
        "Window of everything in one text, tokens",
        "「全部拼接」的窗口（token）",
    ),
    "bayes.extension.too_long": (
        "Context {number} has {tokens} tokens, and with question and answer at most {window} fit into the model's window: shorten"
        " or split it.",
        "第 {number} 段上下文有 {tokens} 个 token，连同问题与回答最多只能有 {window} 个：请缩短或拆分。",
    ),
}
