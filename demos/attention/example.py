"""The worked examples: a text with a word that points back, and a second one for cross-encoders."""

from __future__ import annotations

from demos.frame.strings import Language

EXAMPLE = (
    "The keys to the old cabinet were on the table, but the one she needed was missing, so she"
    " asked the neighbour whether he had seen it."
)
EXAMPLE_SECOND = "She looked for a key that was not among the others."
EXAMPLES: dict[Language, tuple[str, str]] = {
    "en": (EXAMPLE, EXAMPLE_SECOND),
    "zh": (
        "旧柜子的钥匙都放在桌上，可她要用的那一把不见了，于是她问邻居有没有看见它。",
        "她在找一把不在其中的钥匙。",
    ),
}
