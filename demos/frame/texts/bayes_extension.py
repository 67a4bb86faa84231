"""Naive Bayes: answers from many contexts at once."""

TEXTS: dict[str, tuple[str, str]] = {
    "bayes.extension.too_long": (
        "Context {number} has {tokens} tokens, and with question and answer at most {window} fit into the model's window: shorten"
        " or split it.",
        "第 {number} 段上下文有 {tokens} 个 token，连同问题与回答最多只能有 {window} 个：请缩短或拆分。",
    ),
}
