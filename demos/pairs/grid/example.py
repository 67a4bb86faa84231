"""The worked examples: sentences written for this app. Each one of A has a paraphrase in B, and
most have a sentence there that shares nearly all its words and says something else."""

from __future__ import annotations

from demos.frame.strings import Language

EXAMPLE_A: tuple[str, ...] = (
    "The cat is asleep on the sofa.",
    "The company raised its prices.",
    "The dog bit the man.",
    "How do I reset my password?",
    "She bought a house.",
    "A child is flying a kite on the beach.",
)
EXAMPLE_B: tuple[str, ...] = (
    "A cat is sleeping on the couch.",
    "The firm put its prices up.",
    "The company lowered its prices.",
    "A man was bitten by the dog.",
    "The man bit the dog.",
    "I forgot my password and need a new one.",
    "She sold a house.",
    "A kid plays with a kite by the sea.",
)
CHINESE_EXAMPLE_A: tuple[str, ...] = (
    "那只猫在沙发上睡着了。",
    "这家公司上调了价格。",
    "狗咬了那个人。",
    "怎么重置密码？",
    "她买了一套房。",
    "一个孩子在海滩上放风筝。",
)
CHINESE_EXAMPLE_B: tuple[str, ...] = (
    "一只猫正睡在沙发上。",
    "这家企业涨价了。",
    "这家公司下调了价格。",
    "那个人被狗咬了。",
    "那个人咬了狗。",
    "我忘了密码，想换一个新的。",
    "她卖了一套房。",
    "有个小孩在海边玩风筝。",
)
EXAMPLES: dict[Language, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "en": (EXAMPLE_A, EXAMPLE_B),
    "zh": (CHINESE_EXAMPLE_A, CHINESE_EXAMPLE_B),
}
