"""Pairs: the tab itself, and scoring pairs side by side."""

TEXTS: dict[str, tuple[str, str]] = {
    "pairs.title": ("Pairs", "句子对"),
    "pairs.summary": (
        "Score sentence pairs with bi-encoders, late interaction and cross-encoders side by side, and see"
        " where they disagree.",
        "用双塔（bi-encoder）、延迟交互（late interaction）与交互式（cross-encoder）模型同时给句子对打分，看看它们在哪里意见不同。",
    ),
    "pairs.intro": (
        "A **bi-encoder** reads each sentence alone and compares two vectors; **late interaction** too, but"
        " compares the vectors of all tokens; a **cross-encoder** reads both sentences together. Edit the pairs, choose models, press *Score*.",
        "**双塔模型**（bi-encoder）分别读两个句子再比较两个向量；**延迟交互**（late interaction）同样分别读，但比较所有词元的向量；**交互式模型**（cross-encoder）把两句放在一起读。"
        "修改句子对、选择模型，然后点「打分」。",
    ),
    "pairs.tab.score": ("Score", "打分"),
    "pairs.table": ("Sentence pairs (labels are optional)", "句子对（标签可选）"),
    "pairs.sentence_a": ("Sentence A", "句子 A"),
    "pairs.sentence_b": ("Sentence B", "句子 B"),
    "pairs.label": ("Label", "标签"),
    "pairs.bring": ("Paste or upload your own pairs", "粘贴或上传自己的句子对"),
    "pairs.paste": ("Paste pairs", "粘贴句子对"),
    "pairs.paste_hint": (
        "One pair a line: sentence A, a tab or comma, sentence B, and a label if you have one",
        "每行一对：句子 A、制表符或逗号、句子 B，如有标签写在最后",
    ),
    "pairs.paste_use": ("Use pasted pairs", "使用粘贴的句子对"),
    "pairs.file": ("CSV, TSV or JSONL", "CSV、TSV 或 JSONL 文件"),
    "pairs.header": ("First row is a header", "首行为列名"),
    "pairs.column_a": ("Column of sentence A", "句子 A 所在列"),
    "pairs.column_b": ("Column of sentence B", "句子 B 所在列"),
    "pairs.column_label": ("Column of labels", "标签所在列"),
    "pairs.no_column": ("(none)", "（无）"),
    "pairs.models": ("Models", "模型"),
    "pairs.models_hint": (
        "CoSENT models and their bases are built in; the others are fetched from the hub when it is reachable.",
        "CoSENT 模型及其基座已内置；其余的在能访问模型库时下载。",
    ),
    "pairs.mixture": (
        "Mixture of the chosen bi-encoder and cross-encoder",
        "混合：所选双塔模型与交互式模型",
    ),
    "pairs.mixture.weight": ("Weight of the bi-encoder in the mixture", "混合中双塔模型的权重"),
    "pairs.mixture.hint": (
        "Both scores are standardised over these pairs. Equal weights were best on the half of STS-B dev that chooses.",
        "两个分数都在这些句子对上标准化。在用于选择的一半 STS-B 开发集上，等权最好。",
    ),
    "pairs.mixture.needs_both": (
        "A mixture needs a bi-encoder and a cross-encoder: choose one of each.",
        "混合需要一个双塔模型和一个交互式模型：请各选一个。",
    ),
    "pairs.mixture.bad_weight": (
        "The weight of the bi-encoder has to be a number from 0 to 1.",
        "双塔模型的权重必须是 0 到 1 之间的数。",
    ),
    "pairs.score": ("Score", "打分"),
    "pairs.add_row": ("Add a row", "添加一行"),
    "pairs.clear": ("Clear", "清空"),
    "pairs.scores": ("Scores", "分数"),
    "pairs.rank_of": ("Rank · {model}", "名次 · {model}"),
    "pairs.rank_difference": ("Rank difference", "名次差"),
    "pairs.by_model": ("By model", "按模型"),
    "pairs.model": ("Model", "模型"),
    "pairs.kind": ("Kind", "类型"),
    "pairs.kind.bi-encoder": ("bi-encoder (cosine)", "双塔（余弦）"),
    "pairs.kind.mixture": ("mixture (mean of standardised scores)", "混合（标准化分数的平均）"),
    "pairs.kind.late-interaction": ("late interaction (mean MaxSim)", "延迟交互（平均 MaxSim）"),
    "pairs.kind.cross-encoder": ("cross-encoder (logit)", "交互式（logit）"),
    "pairs.time": ("Time per pair", "每对用时"),
    "pairs.vector_bytes": ("Vectors of a text", "每个文本的向量"),
    "pairs.cached": ("From cache", "来自缓存"),
    "pairs.truncated": ("Cut to length", "被截断"),
    "pairs.spearman": ("Spearman", "Spearman"),
    "pairs.pearson": ("Pearson", "Pearson"),
    "pairs.plot": ("One model against another", "两个模型对照"),
    "pairs.x_axis": ("Across", "横轴"),
    "pairs.y_axis": ("Up", "纵轴"),
    "pairs.csv": ("Download CSV", "下载 CSV"),
    "pairs.ranked": (
        "#{rank_x} by {x}<br>#{rank_y} by {y}",
        "{x} 排第 {rank_x}<br>{y} 排第 {rank_y}",
    ),
    "pairs.disagreement": ("Where they disagree most", "分歧最大的句子对"),
    "pairs.disagreement_line": (
        "{x} ranks it {rank_x}, {y} ranks it {rank_y}",
        "{x} 排第 {rank_x}，{y} 排第 {rank_y}",
    ),
    "pairs.agree": (
        "Both models rank these pairs in the same order.",
        "两个模型给出的名次完全一致。",
    ),
    "pairs.one_model": (
        "Choose two models to see where they disagree.",
        "请选择两个模型，查看它们的分歧。",
    ),
    "pairs.working": ("Scoring with {model}", "正在用 {model} 打分"),
    "pairs.loading": ("Loading {model}…", "正在加载 {model}……"),
    "pairs.done": (
        "Scored {pairs:,} pairs in {time}.",
        "{pairs:,} 对已打分，用时 {time}。",
    ),
    "pairs.cut": (
        "{model} read only the beginning of {count} pairs, which are longer than it can take"
        " (marked ✂ below).",
        "有 {count} 对超出 {model} 能读的长度，它只读了开头部分（下表以 ✂ 标出）。",
    ),
    "pairs.cut_by": ("Cut ✂", "截断 ✂"),
    "pairs.total": (
        "The sentences have {characters:,} characters together and at most {limit:,} are taken at"
        " once: score them in parts.",
        "所有句子共 {characters:,} 个字符，一次最多 {limit:,} 个：请分批打分。",
    ),
    "pairs.models_list": (
        'The models are not a list of keys: write ["all-MiniLM-L6-v2", …].',
        '模型不是键的列表：请写成 ["all-MiniLM-L6-v2", …]。',
    ),
    "pairs.left_out": ("{model} was left out. {reason}", "未使用 {model}。{reason}"),
    "pairs.read": (
        "Read {rows:,} rows from “{name}” ({encoding}): check the columns, then press Score.",
        "从「{name}」读入 {rows:,} 行（{encoding}）：请核对各列，然后点「打分」。",
    ),
    "pairs.pasted": ("Took {rows:,} pasted pairs.", "已采用 {rows:,} 对粘贴的句子。"),
    "pairs.pasted_header": (
        "Took {rows:,} pasted pairs, and the first line as column names.",
        "已采用 {rows:,} 对粘贴的句子，首行视为列名。",
    ),
    "pairs.no_pairs": (
        "There is no pair yet: type two sentences into a row.",
        "还没有句子对：请在一行里填两个句子。",
    ),
    "pairs.empty_cell": (
        "Row {row}: sentence {side} is empty; fill it in or delete the row.",
        "第 {row} 行：句子 {side} 为空；请填写，或删除该行。",
    ),
    "pairs.too_long": (
        "Row {row}: sentence {side} has {characters:,} characters and at most {limit:,} are taken: shorten it.",
        "第 {row} 行：句子 {side} 有 {characters:,} 个字符，最多 {limit:,} 个：请缩短。",
    ),
    "pairs.bad_label": (
        "Row {row}: the label “{label}” is not a number; mend it, or leave every label empty.",
        "第 {row} 行：标签「{label}」不是数字；请修正，或把标签全部留空。",
    ),
    "pairs.missing_label": (
        "Row {row} has no label and others do; fill it in, or leave every label empty.",
        "第 {row} 行没有标签而其他行有；请补上，或把标签全部留空。",
    ),
    "pairs.one_column": (
        "“{name}” has one column and a pair needs two: separate the sentences by a tab or comma.",
        "「{name}」只有一列，而句子对需要两列：请用制表符或逗号分隔两个句子。",
    ),
    "pairs.same_column": (
        "Sentence A and sentence B are the same column: choose two.",
        "句子 A 与句子 B 选了同一列：请选两列。",
    ),
    "pairs.too_many_models": (
        "Choose at most {limit} models at once.",
        "一次最多选择 {limit} 个模型。",
    ),
    "pairs.no_model": ("Choose at least one model.", "请至少选择一个模型。"),
    "pairs.pair_shape": (
        'Pair {row} is not a list of two sentences: write [["first", "second"], …].',
        '第 {row} 个不是由两个句子组成的列表：请写成 [["第一句", "第二句"], …]。',
    ),
    "pairs.about": ("Formula, what to notice, and limits", "公式、看点与局限"),
    "pairs.about_text": (
        "**Bi-encoder:** $s(a, b) = \\cos(u, v) = \\dfrac{u \\cdot v}{\\lVert u \\rVert\\,\\lVert v \\rVert}$ with"
        " $u = f(a)$, $v = f(b)$: each sentence is encoded once, so a corpus can be indexed.\n\n"
        "**Late interaction:** every token has a unit vector, and"
        " $s(a, b) = \\frac{1}{2}\\Big(\\frac{1}{|a|}\\sum_{i \\in a} \\max_{j \\in b} u_i \\cdot v_j"
        " + \\frac{1}{|b|}\\sum_{j \\in b} \\max_{i \\in a} u_i \\cdot v_j\\Big)$: each sentence is encoded once here too,"
        " but an index keeps a vector for every token.\n\n"
        "**Cross-encoder:** $s(a, b) = g([a; b])$, a raw logit with no activation. Every pair costs a pass"
        " through the model.\n\n"
        "**Mixture:** $w\\,z(s_{\\text{bi}}) + (1-w)\\,z(s_{\\text{cross}})$ with both scores standardised over the pairs,"
        " $z(s) = (s - \\bar s)/\\sigma_s$. It costs nothing beyond its two models.\n\n"
        "Sources: [CoSENT (8847)](https://kexue.fm/archives/8847),"
        " [against Sentence-BERT (8860)](https://kexue.fm/archives/8860),"
        " [cross-encoders (9341)](https://kexue.fm/archives/9341),"
        " late interaction: [ColBERT](https://arxiv.org/abs/2004.12832), whose score is the sum of one"
        " direction; the mean of both is ours, so that lengths and order do not matter.\n\n"
        "**What to notice**\n"
        "- Compare *ranks*, not numbers: a cosine lies in [−1, 1], a logit anywhere. CoSENT trains the order only.\n"
        "- The two models know different things: two vectors that never met, and one pass over both sentences, err on different"
        " pairs, so their mixture is often nearer to the labels than either. Switch it on among the models.\n"
        "- Negation and swapped roles keep nearly all words: watch what the bi-encoder makes of them.\n"
        "- The bi-encoder's time per pair falls when sentences repeat: each is encoded once, and so with late"
        " interaction, whose vectors take tens of times the room: see *Vectors of a text*.\n\n"
        "**Limits**\n"
        "- *CoSENT bi-encoder* and *CoSENT cross-encoder* are LoRA adapters on all-MiniLM-L6-v2, trained with CoSENT on"
        " STS-B and SICK; the cross-encoder first on 53,613 mined pairs that two bi-encoders graded. It scores both orders of a"
        " pair and gives the mean. How good they are on pairs that chose nothing, beside the untouched base *all-MiniLM-L6-v2*,"
        " stands under *The posts' tables*.\n"
        "- A mixture ranks pairs among those that are scored together; of one pair alone it says nothing.\n"
        "- CoSENT fixes the order, not the values: the bi-encoder's cosines stand closer together than its base's.\n"
        "- Swapped roles and changed numbers still fool both: see the probe set under *The posts' tables*.\n"
        "- All three read English only, and at most 256 tokens.\n"
        "- With binary labels of positive rate $p$, Spearman cannot exceed $\\sqrt{3p(1-p)}$.",
        "**双塔模型：** $s(a, b) = \\cos(u, v) = \\dfrac{u \\cdot v}{\\lVert u \\rVert\\,\\lVert v \\rVert}$，其中"
        " $u = f(a)$，$v = f(b)$：每个句子只编码一次，因此可以为语料建立索引。\n\n"
        "**延迟交互：** 每个词元有一个单位向量，"
        "$s(a, b) = \\frac{1}{2}\\Big(\\frac{1}{|a|}\\sum_{i \\in a} \\max_{j \\in b} u_i \\cdot v_j"
        " + \\frac{1}{|b|}\\sum_{j \\in b} \\max_{i \\in a} u_i \\cdot v_j\\Big)$：每个句子同样只编码一次，"
        "但索引要为每个词元保存一个向量。\n\n"
        "**交互式模型：** $s(a, b) = g([a; b])$，即不加激活函数的原始 logit。每一对都要完整地过一遍模型。\n\n"
        "**混合：** $w\\,z(s_{\\text{双塔}}) + (1-w)\\,z(s_{\\text{交互}})$，两个分数都在这些句子对上标准化，"
        "$z(s) = (s - \\bar s)/\\sigma_s$。除两个模型之外没有额外开销。\n\n"
        "出处：[CoSENT（8847）](https://kexue.fm/archives/8847)、"
        "[与 Sentence-BERT 比较（8860）](https://kexue.fm/archives/8860)、"
        "[交互式模型（9341）](https://kexue.fm/archives/9341)、"
        "延迟交互：[ColBERT](https://arxiv.org/abs/2004.12832)，它的分数是单向的和；这里取两个方向平均值的均值，"
        "使分数与长度和先后无关。\n\n"
        "**看点**\n"
        "- 请比较*名次*而不是数值：余弦在 [−1, 1] 内，logit 则没有范围。CoSENT 只训练顺序。\n"
        "- 两个模型懂的东西不同：两个从未相遇的向量，与同时读两个句子的一遍前向，错在不同的句子对上，所以混合往往比任何一个都更接近标签。"
        "可在模型中勾选。\n"
        "- 否定句与角色互换几乎不改变用词：看看双塔模型怎样打分。\n"
        "- 句子重复时，双塔模型每对的用时会下降：每个句子只编码一次。延迟交互也是如此，但它的向量要占几十倍的空间："
        "见「每个文本的向量」。\n\n"
        "**局限**\n"
        "- *CoSENT bi-encoder* 与 *CoSENT cross-encoder* 是 all-MiniLM-L6-v2 上的 LoRA 适配器，用 CoSENT 在 STS-B 与 SICK 上训练；"
        "交互式模型先在 53,613 对由两个双塔模型打分的句子上训练过，并对每一对的两种顺序打分取平均。"
        "它们与未经训练的基座 *all-MiniLM-L6-v2* 在没有参与过任何选择的句子对上的结果，见「原文表格」。\n"
        "- 混合只说明一起打分的句子对之间的名次，对单独一对没有意义。\n"
        "- CoSENT 只确定顺序，不确定数值：双塔模型的余弦比基座更集中。\n"
        "- 角色互换与数字改动仍会骗过它们：见「原文表格」中的探针集。\n"
        "- 三者都只懂英文，最多读 256 个词元。\n"
        "- 标签为二值、正例比例为 $p$ 时，Spearman 不会超过 $\\sqrt{3p(1-p)}$。",
    ),
}
