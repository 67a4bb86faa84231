"""One colour a mask, in all figures of the tab that compare masks."""

from demos.frame.plots import BLUE, GOLD, GREEN, RED, TEAL, VIOLET

MASK_COLOURS = {
    "bidirectional": BLUE,
    "causal": RED,
    "backward": GOLD,
    "prefix": VIOLET,
    "half_heads": TEAL,
    "alternating": GREEN,
}
LINEAR_COLOURS = {"bidirectional": TEAL, "causal": GREEN}
