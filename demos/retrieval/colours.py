"""One colour a strategy, in all figures of the tab."""

from demos.frame.plots import BLUE, GOLD, GREEN, INK, RED, TEAL, VIOLET

STRATEGY_COLOURS = {
    "bayes": RED,
    "rerank": BLUE,
    "late": INK,
    "adacur": GREEN,
    "axn": GOLD,
    "cur": TEAL,
    "anncur": VIOLET,
}
