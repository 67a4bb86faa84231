"""One colour a strategy, in all figures of the tab."""

from demos.frame.plots import BLUE, GOLD, GREEN, RED, TEAL, VIOLET

STRATEGY_COLOURS = {
    "bayes": RED,
    "rerank": BLUE,
    "adacur": GREEN,
    "axn": GOLD,
    "cur": TEAL,
    "anncur": VIOLET,
}
