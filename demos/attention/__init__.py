"""The Attention tab: how sparse attention is, what rank it has, and why decoder-only."""

from demos.attention.tab import build
from demos.frame.demo import Demo

ATTENTION = Demo(key="attention", build=build, posts=("9595", "9529", "9547"))
