"""The Pairs tab: sentence pairs scored by bi-encoders and cross-encoders side by side."""

from demos.frame.demo import Demo
from demos.pairs.tab import build

PAIRS = Demo(key="pairs", build=build, posts=("8847", "8860", "9341"))
