"""What all tabs share: the first page, status, errors, progress, tables that visitors bring."""

TEXTS: dict[str, tuple[str, str]] = {
    "cancel": ("Cancel", "取消"),
    "about": ("Formula, what to notice, and limits", "公式、看点与局限"),
    "save_svg": ("Save figure (SVG)", "保存图像（SVG）"),
    "slider_range": (
        "The number has to lie between {low} and {high}.",
        "该数必须在 {low} 与 {high} 之间。",
    ),
    "status.computed_on": (
        "Computed on {device} in {dtype} ({reason}).",
        "计算设备 {device}，数值格式 {dtype}（{reason}）。",
    ),
    "models.untried": (
        "{models}: could not be tried with the model’s own weights where this app was written; its architecture was"
        " tested with random ones.",
        "{models}：编写本应用的机器上拿不到其权重，未能实际试用；其架构只用随机权重测试过。",
    ),
    # --- the house ---
    "field.whole": (
        "{name} has to be a whole number from {least} to {most}.",
        "{name} 必须是 {least} 到 {most} 之间的整数。",
    ),
    "field.number": (
        "{name} has to be a number from {least} to {most}.",
        "{name} 必须是 {least} 到 {most} 之间的数。",
    ),
    "field.unknown": (
        "There is no “{name}” here: choose from {names}.",
        "这里没有「{name}」：请从 {names} 中选择。",
    ),
    "home.title": ("Home", "首页"),
    "home.text": (
        "## Touch the ideas of 科学空间\n"
        "Kexue Lab lets you try, on real models and on your own data, ideas from Su Jianlin's blog"
        " [科学空间](https://kexue.fm) instead of only reading about them. "
        "Every page opens on a worked example, shows its formula and its source, and says what is known to be"
        " wrong or limited. "
        "All computing happens on the machine that serves this page, and your sentences are passed to"
        " no third party.",
        "## 亲手触摸「科学空间」的想法\n"
        "Kexue Lab 让你用真实的模型和自己的数据，亲手试一试苏剑林博客"
        "[科学空间](https://kexue.fm)中的想法，而不只是读一读。"
        "每个页面都从一个现成的例子开始，给出公式与出处，并说明已知的错误和局限。"
        "所有计算都在提供本页面的机器上完成，你的句子不会交给第三方。",
    ),
    "home.open": ("Open", "打开"),
    "page.restored": (
        "What you had filled in here is back.",
        "你在本页填写过的内容已恢复。",
    ),
    "page.restored.do": ("Start again with the example", "重新从示例开始"),
    "page.large": (
        "What stands in the fields of this page is too large to be kept: after a reload the example will stand here.",
        "本页填写的内容太大，无法保留：刷新后将恢复为示例。",
    ),
    "page.silent": (
        "The server does not answer. What you have filled in stays here; this line goes when it is back.",
        "服务器没有响应。你填写的内容仍在；服务器恢复后此提示会消失。",
    ),
    "page.restarted": (
        "The server was started anew. Reload the page to go on: what you have filled in comes back.",
        "服务器已重新启动。请刷新页面后继续：你填写的内容会恢复。",
    ),
    "page.restarted.do": ("Reload", "刷新"),
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
    "table.not_text": (
        "“{name}” is not text: save it as plain text in UTF-8.",
        "「{name}」不是文本：请另存为 UTF-8 编码的纯文本。",
    ),
    "table.encoding": (
        "“{name}” is in an unknown encoding: save it as plain text in UTF-8.",
        "「{name}」的编码无法识别：请另存为 UTF-8 编码的纯文本。",
    ),
    "table.bomb": (
        "“{name}” would unpack to far more than a table needs ({megabytes:,} MB): save only the table as a new file.",
        "「{name}」解压后远超一张表格所需（{megabytes:,} MB）：请只把表格另存为新文件。",
    ),
    "table.workbook": (
        "“{name}” is damaged, protected by a password, or no Excel workbook: save it anew as XLSX or CSV.",
        "「{name}」已损坏、受密码保护或不是 Excel 工作簿：请重新另存为 XLSX 或 CSV。",
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
}
