"""Every sentence that a visitor reads, in English and Chinese, in one place.

Fixed texts go to the browser through `text(key)` and follow the browser's language. Sentences made on the
server (with numbers in them) are made by `say` in the language that the request names.
"""

from __future__ import annotations

from typing import Literal

import gradio as gr

from models.sentences import Sentence

Language = Literal["en", "zh"]

TEXTS: dict[str, tuple[str, str]] = {
    # --- the house ---
    "home.title": ("Home", "首页"),
    "home.text": (
        "## Touch the ideas of 科学空间\n"
        "Kexue Lab lets you try, on real models and on your own data, ideas from Su Jianlin's blog"
        " [科学空间](https://kexue.fm) instead of only reading about them. "
        "Every tab opens on a worked example, shows its formula and its source, and says what is known to be"
        " wrong or limited. "
        "All computing happens on the machine that serves this page, and your sentences are passed to"
        " no third party.",
        "## 亲手触摸「科学空间」的想法\n"
        "Kexue Lab 让你用真实的模型和自己的数据，亲手试一试苏剑林博客"
        "[科学空间](https://kexue.fm)中的想法，而不只是读一读。"
        "每个标签页都从一个现成的例子开始，给出公式与出处，并说明已知的错误和局限。"
        "所有计算都在提供本页面的机器上完成，你的句子不会交给第三方。",
    ),
    "home.open": ("Open", "打开"),
    "status.starting": ("starting: models are loading", "启动中：正在加载模型"),
    "status.ready": (
        "{device} · {dtype} · {models} loaded ({megabytes} MB) · queue {queue}",
        "{device} · {dtype} · 已加载 {models}（{megabytes} MB）· 排队 {queue}",
    ),
    "status.no_model": ("no model", "无模型"),
    "status.failed": ("the compute device could not be started", "计算设备无法启动"),
    "status.detail": (
        "{reason}; {names}; {calls} calls, {hits} answers from the cache",
        "{reason}；{names}；共 {calls} 次调用，{hits} 个结果来自缓存",
    ),
    # --- errors and progress ---
    "error.defect": (
        "Something went wrong on our side; your input is still there. Try again, or reload the page.",
        "程序内部出了问题；你的输入仍在。请重试，或刷新页面。",
    ),
    "progress.count": ("{what}: {done:,} of {total:,}", "{what}：{done:,} / {total:,}"),
    "progress.left": (" · about {time} left", " · 约剩 {time}"),
    "progress.cancelled": (
        "Cancelled. Your input is still there.",
        "已取消。你的输入仍在。",
    ),
    "time.milliseconds": ("{n} ms", "{n} 毫秒"),
    "time.seconds": ("{n} s", "{n} 秒"),
    "time.minutes": ("{n} min", "{n} 分钟"),
    # --- tables that visitors bring ---
    "table.ending": (
        "“{name}” is of a kind that is not read here: use {endings}.",
        "不支持「{name}」这种文件：请使用 {endings}。",
    ),
    "table.empty": (
        "“{name}” holds no rows: fill in at least one.",
        "「{name}」没有任何数据行：请至少填写一行。",
    ),
    "table.binary": (
        "“{name}” is not text (it looks like {what}): save it as CSV in UTF-8.",
        "「{name}」不是文本（看起来是 {what}）：请另存为 UTF-8 编码的 CSV。",
    ),
    "table.encoding": (
        "“{name}” is in an unknown encoding: save it as CSV in UTF-8.",
        "「{name}」的编码无法识别：请另存为 UTF-8 编码的 CSV。",
    ),
    "table.quotes": (
        "“{name}” has a quotation mark that is never closed, so its rows cannot be told apart: mend it"
        " or save it as TSV.",
        "「{name}」中有未闭合的引号，无法分行：请修正，或另存为 TSV。",
    ),
    "table.json_line": (
        "Line {line} of “{name}” is not a JSON object: put one object a line.",
        "「{name}」第 {line} 行不是 JSON 对象：请每行写一个对象。",
    ),
    "table.too_many_rows": (
        "There are {rows:,} rows and at most {limit:,} are taken at once: split the file.",
        "共有 {rows:,} 行，一次最多处理 {limit:,} 行：请拆分文件。",
    ),
    "table.too_many_columns": (
        "There are {columns:,} columns and at most {limit:,} are taken: keep those that are needed.",
        "共有 {columns:,} 列，最多 {limit:,} 列：请只保留需要的列。",
    ),
    # --- Pairs ---
    "pairs.title": ("Pairs", "句子对"),
    "pairs.summary": (
        "Score sentence pairs with bi-encoders and cross-encoders side by side, and see where they"
        " disagree.",
        "用双塔（bi-encoder）与交互式（cross-encoder）模型同时给句子对打分，看看它们在哪里意见不同。",
    ),
    "pairs.intro": (
        "A **bi-encoder** reads each sentence alone and compares two vectors; a **cross-encoder** reads both"
        " together. Edit the pairs, choose models, press *Score*.",
        "**双塔模型**（bi-encoder）分别读两个句子再比较向量；**交互式模型**（cross-encoder）把两句放在一起读。"
        "修改句子对、选择模型，然后点「打分」。",
    ),
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
        "The first two are built in; the others are fetched from the hub when it is reachable.",
        "前两个已内置；其余的在能访问模型库时下载。",
    ),
    "pairs.score": ("Score", "打分"),
    "pairs.cancel": ("Cancel", "取消"),
    "pairs.add_row": ("Add a row", "添加一行"),
    "pairs.clear": ("Clear", "清空"),
    "pairs.example": ("Restore the example", "恢复示例"),
    "pairs.scores": ("Scores", "分数"),
    "pairs.rank_of": ("Rank · {model}", "名次 · {model}"),
    "pairs.rank_difference": ("Rank difference", "名次差"),
    "pairs.by_model": ("By model", "按模型"),
    "pairs.model": ("Model", "模型"),
    "pairs.kind": ("Kind", "类型"),
    "pairs.kind.bi-encoder": ("bi-encoder (cosine)", "双塔（余弦）"),
    "pairs.kind.cross-encoder": ("cross-encoder (logit)", "交互式（logit）"),
    "pairs.time": ("Time per pair", "每对用时"),
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
    "pairs.where": (
        "Computed on {device} in {dtype} ({reason}).",
        "计算设备 {device}，数值格式 {dtype}（{reason}）。",
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
    "pairs.language": (
        "{model} was trained on {languages} text only: its scores of Chinese text mean little.",
        "{model} 只用{languages}文本训练过：它对中文的打分没有多大意义。",
    ),
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
        "**Cross-encoder:** $s(a, b) = g([a; b])$, a raw logit with no activation. Every pair costs a pass"
        " through the model.\n\n"
        "Sources: [CoSENT (8847)](https://kexue.fm/archives/8847),"
        " [against Sentence-BERT (8860)](https://kexue.fm/archives/8860),"
        " [cross-encoders (9341)](https://kexue.fm/archives/9341).\n\n"
        "**What to notice**\n"
        "- Compare *ranks*, not numbers: a cosine lies in [−1, 1], a logit anywhere. CoSENT trains the order only.\n"
        "- Negation and swapped roles keep nearly all words: watch what the bi-encoder makes of them.\n"
        "- The bi-encoder's time per pair falls when sentences repeat: each is encoded once.\n\n"
        "**Limits**\n"
        "- *all-MiniLM-L6-v2* is a plain bi-encoder, **not** trained with CoSENT.\n"
        "- *MiniLM cross-encoder (preview)* is a stand-in: a LoRA adapter trained with CoSENT on STS-B alone for two"
        " epochs. It is weaker than the bi-encoder on STS-B dev (Spearman .840 against .867).\n"
        "- Both read English only, and at most 256 tokens.\n"
        "- With binary labels of positive rate $p$, Spearman cannot exceed $\\sqrt{3p(1-p)}$.",
        "**双塔模型：** $s(a, b) = \\cos(u, v) = \\dfrac{u \\cdot v}{\\lVert u \\rVert\\,\\lVert v \\rVert}$，其中"
        " $u = f(a)$，$v = f(b)$：每个句子只编码一次，因此可以为语料建立索引。\n\n"
        "**交互式模型：** $s(a, b) = g([a; b])$，即不加激活函数的原始 logit。每一对都要完整地过一遍模型。\n\n"
        "出处：[CoSENT（8847）](https://kexue.fm/archives/8847)、"
        "[与 Sentence-BERT 比较（8860）](https://kexue.fm/archives/8860)、"
        "[交互式模型（9341）](https://kexue.fm/archives/9341)。\n\n"
        "**看点**\n"
        "- 请比较*名次*而不是数值：余弦在 [−1, 1] 内，logit 则没有范围。CoSENT 只训练顺序。\n"
        "- 否定句与角色互换几乎不改变用词：看看双塔模型怎样打分。\n"
        "- 句子重复时，双塔模型每对的用时会下降：每个句子只编码一次。\n\n"
        "**局限**\n"
        "- *all-MiniLM-L6-v2* 是普通的双塔模型，**并非**用 CoSENT 训练。\n"
        "- *MiniLM cross-encoder (preview)* 只是临时代替：仅在 STS-B 上用 CoSENT 训练两轮的 LoRA 适配器。"
        "它在 STS-B dev 上不如双塔模型（Spearman .840 对 .867）。\n"
        "- 二者都只懂英文，最多读 256 个词元。\n"
        "- 标签为二值、正例比例为 $p$ 时，Spearman 不会超过 $\\sqrt{3p(1-p)}$。",
    ),
    "language.en": ("English", "英文"),
}

# The ground floor's sentences in Chinese, by the English template that stands where they are made.
SENTENCES_ZH: dict[str, str] = {
    # --- the device, and why ---
    "{reasons}": "{reasons}",
    "{failure}": "{failure}",
    "{gpu}": "{gpu}",
    "as requested": "按指定",
    "number format as requested": "数值格式按指定",
    "no CUDA GPU, {threads} CPU threads": "没有 CUDA GPU，{threads} 个 CPU 线程",
    "fp32: CUDA cannot be asked": "fp32：无法查询 CUDA",
    "bf16: compute capability {version} has bf16 units": "bf16：计算能力 {version} 有 bf16 单元",
    "fp32: compute capability {version} has no bf16 units": "fp32：计算能力 {version} 没有 bf16 单元",
    "bf16: this CPU has AMX": "bf16：此 CPU 有 AMX",
    "bf16: this CPU has AVX512-BF16": "bf16：此 CPU 有 AVX512-BF16",
    "fp32: this CPU has neither AMX nor AVX512-BF16": "fp32：此 CPU 没有 AMX，也没有 AVX512-BF16",
    "fp32: bf16 is not measured on {device}": "fp32：没有在 {device} 上测过 bf16",
    # --- which model ---
    "There is no model “{key}”: did you mean “{nearest}”?": "没有名为「{key}」的模型：你是想用「{nearest}」吗？",
    "There is no model “{key}”: known are {known}.": "没有名为「{key}」的模型：已知的有 {known}。",
    "“{repo}” is not a hub id: write it as owner/name.": "「{repo}」不是模型库 ID：请写成 owner/name。",
    # --- getting its files ---
    "“{key}” cannot be loaded here: {reasons}.": "这里无法加载「{key}」：{reasons}。",
    "the package {package} is not installed": "未安装软件包 {package}",
    "the package {package} carries no model files": "软件包 {package} 不含模型文件",
    "no model folder is set in {variable}": "{variable} 没有指定模型目录",
    "there is no folder {folder} among the local models": "本地模型中没有目录 {folder}",
    "“{repo}” is not a hub id": "「{repo}」不是模型库 ID",
    "{repo} asks for an accepted licence on its page": "{repo} 要求先在其页面上接受许可协议",
    "the hub has no {repo} at that revision": "模型库中没有该版本的 {repo}",
    "it is not on this machine and the hub ({repo}) cannot be reached": "本机没有这个模型，也无法访问模型库（{repo}）",
    "the download of {repo} broke off": "{repo} 的下载中断了",
    "{repo} has {size:.1f} GB of weights and at most {limit:.0f} GB are fetched for a visitor": (
        "{repo} 的权重有 {size:.1f} GB，为访客下载的模型最多 {limit:.0f} GB"
    ),
    # --- what its files hold ---
    "{name} is missing in {folder}: install it again.": "{folder} 中缺少 {name}：请重新安装。",
    "{name} is not the file the catalog names (its sha256 begins with {found}, expected {expected}):"
    " install it again.": (
        "{name} 不是模型清单中登记的文件（其 sha256 以 {found} 开头，应为 {expected}）：请重新安装。"
    ),
    "“{key}” has no tokenizer files: its folder is incomplete.": "「{key}」没有分词器文件：它的目录不完整。",
    "“{key}” has no safetensors weights, and other formats can run code when read: convert it to"
    " safetensors first.": (
        "「{key}」没有 safetensors 格式的权重，而其他格式在读取时可能执行代码：请先转换为 safetensors。"
    ),
    "“{key}” cannot be read: its files are damaged, or its architecture is not supported.": (
        "无法读取「{key}」：文件已损坏，或不支持它的架构。"
    ),
    "The model folder lacks {file}.": "模型目录中缺少 {file}。",
    "{file} of the model is damaged.": "模型的 {file} 已损坏。",
    "The model's files lack weights ({weight}).": "模型文件缺少权重（{weight}）。",
    "“{key}” lacks weights of a cross-encoder ({weight}): choose another.": (
        "「{key}」缺少交互式模型的权重（{weight}）：请换一个模型。"
    ),
    "“{key}” has {outputs} outputs; a cross-encoder here gives one score a pair.": (
        "「{key}」有 {outputs} 个输出；这里的交互式模型对每对句子只给一个分数。"
    ),
    "“{key}” is not a model that gives a text a vector.": "「{key}」不是给出文本向量的模型。",
    "“{key}” is neither a sentence-transformers model nor a cross-encoder: choose another.": (
        "「{key}」既不是 sentence-transformers 模型，也不是交互式模型：请换一个模型。"
    ),
    "“{key}” is a language model and gives no pair scores.": "「{key}」是语言模型，不能给句子对打分。",
    "“{key}” has a module “{kind}” that Kexue Lab does not know: choose a model made of {modules}.": (
        "「{key}」含有 Kexue Lab 不认识的模块「{kind}」：请选择只由 {modules} 组成的模型。"
    ),
    "“{key}” has its modules in an order that is not known here.": "「{key}」的模块顺序不受支持。",
    "“{key}” names a module outside its own folder.": "「{key}」引用了自身目录之外的模块。",
    "“{key}” pools by “{mode}”, which is not known here.": "「{key}」使用不受支持的池化方式「{mode}」。",
    "“{key}” has a Dense module with settings not known here.": "「{key}」的 Dense 模块含有不受支持的设置。",
    "The adapter changes “{name}”, which is not known here.": "适配器修改了不受支持的「{name}」。",
    "The adapter uses “{setting}”, which is not known here.": "适配器使用了不受支持的设置「{setting}」。",
    "The adapter was made for a base of another shape.": "该适配器是为另一种形状的基座模型制作的。",
    "The model's prompt leaves no room for a text.": "模型的提示语占满了长度，没有留给文本的位置。",
    "Adapters are computed on BERT's architecture alone.": "只有 BERT 架构的模型才能使用适配器。",
    # --- what it is asked ---
    "“{key}” is a {kind}; only a bi-encoder gives a text a vector.": (
        "「{key}」的类型是 {kind}；只有双塔模型（bi-encoder）才给出文本向量。"
    ),
    "“{key}” is a {kind} and does not score pairs.": "「{key}」的类型是 {kind}，不能给句子对打分。",
    "Texts are needed as a list, not as one string.": "文本应以列表给出，而不是单个字符串。",
    "A text is needed where {kind} “{text}” stands.": "这里需要文本，得到的却是 {kind}「{text}」。",
    "A text holds half of a character (a lone surrogate): type it again.": (
        "文本中有半个字符（孤立的代理码位）：请重新输入。"
    ),
    "Each pair needs exactly two sentences: [[“first”, “second”], …].": (
        "每一对必须恰好有两个句子：[[“第一句”, “第二句”], …]。"
    ),
    "A text holds a token that this model has no vector for: leave it out.": (
        "文本中有一个该模型没有向量的词元：请删去。"
    ),
    # --- memory and time ---
    "“{key}” needs {need:,.0f} MB and the memory budget of this host is {budget:,.0f} MB: choose a smaller"
    " model.": "「{key}」需要 {need:,.0f} MB，而本机的内存限额为 {budget:,.0f} MB：请选择更小的模型。",
    "“{key}” does not fit into the memory that is left: choose a smaller one.": (
        "剩余内存放不下「{key}」：请选择更小的模型。"
    ),
    "There is no room for “{key}” while others are in use: try again.": (
        "其他模型正在使用，暂时没有「{key}」的位置：请重试。"
    ),
    "A text of {tokens} tokens does not fit into the memory that is left: shorten it or choose a smaller"
    " model.": "剩余内存放不下一个有 {tokens} 个词元的文本：请缩短，或选择更小的模型。",
    "The work was cancelled.": "任务已取消。",
    "The app is stopping.": "程序正在停止。",
}

_LANGUAGES: tuple[Language, ...] = ("en", "zh")
I18N = gr.I18n(
    **{language: {k: v[i] for k, v in TEXTS.items()} for i, language in enumerate(_LANGUAGES)}
)


def text(key: str) -> gr.i18n.I18nData:
    """A fixed text, translated in the browser. Raises KeyError for a key that is not there."""
    TEXTS[key]
    return I18N(key)


def say(key: str, language: Language, **values: object) -> str:
    """A text in one language with its values filled in."""
    return TEXTS[key][_LANGUAGES.index(language)].format(**values)


def said(sentence: Sentence, language: Language) -> str:
    """A sentence of the ground floor; English where it has not been translated."""
    return sentence.said(SENTENCES_ZH, "；") if language == "zh" else str(sentence)


def language_of(request: gr.Request | None) -> Language:
    """The visitor's language: Chinese if the browser asks for it first, else English."""
    headers = getattr(request, "headers", None) or {}
    wanted = str(headers.get("accept-language", "")).strip().lower()
    return "zh" if wanted.startswith("zh") else "en"
