"""Pairs: which tokens late interaction matches."""

TEXTS: dict[str, tuple[str, str]] = {
    "alignment.plot": ("Token alignment of late interaction", "延迟交互的词元对齐"),
    "alignment.of_a": ("best match of A's token (row)", "A 的词元（行）的最佳匹配"),
    "alignment.of_b": ("best match of B's token (column)", "B 的词元（列）的最佳匹配"),
    "alignment.table": ("{model}: each word's best match", "{model}：每个词的最佳匹配"),
    "alignment.match": ("Matched with", "匹配到"),
    "alignment.cosine": ("Cosine", "余弦"),
    "alignment.score": (
        "{model}: the greatest cosines of A's {a} tokens have the mean {of_a}, those of B's {b} tokens {of_b};"
        " the score {score} is the mean of both.",
        "{model}：A 的 {a} 个词元各取最大余弦，平均为 {of_a}；B 的 {b} 个词元平均为 {of_b}；两者的均值就是分数 {score}。",
    ),
    "alignment.least": (
        "Matched worst: “{word}” of {side}, with “{match}” at cosine {cosine}.",
        "匹配最差的是句子 {side} 的「{word}」：匹配到「{match}」，余弦 {cosine}。",
    ),
    "alignment.crossed": (
        "{model} lowers its score most for “{word}” of {side} ({change}); late interaction matches this word"
        " with “{match}” at cosine {cosine}.",
        "使 {model} 分数下降最多的是句子 {side} 的「{word}」（{change}）；延迟交互把这个词匹配到「{match}」，余弦 {cosine}。",
    ),
}
