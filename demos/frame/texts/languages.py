"""Languages of texts, and models that read them."""

TEXTS: dict[str, tuple[str, str]] = {
    "languages.en": ("a language in Latin letters", "用拉丁字母书写的语言"),
    "languages.zh": ("Chinese", "中文"),
    "languages.ja": ("Japanese", "日文"),
    "languages.ko": ("Korean", "韩文"),
    "languages.other": ("another script", "其他文字"),
    "languages.and": (" and ", "和"),
    "languages.unread": (
        "The text is in {languages}, which {models} did not learn: the results mean little.",
        "文本是{languages}，而 {models} 没有学过：结果没有多大意义。",
    ),
    "languages.unread_some": (
        "In {languages}, which {models} did not learn: {count:,} of {total:,} texts; their results mean little.",
        "{total:,} 段文本中有 {count:,} 段是{languages}，而 {models} 没有学过：它们的结果没有多大意义。",
    ),
    "languages.choose": ("Choose {models}", "改用 {models}"),
    "languages.written.en": ("English", "英文"),
    "languages.written.zh": ("Chinese", "中文"),
    "languages.example.en": ("English example", "英文示例"),
    "languages.example.zh": ("Chinese example", "中文示例"),
}
