"""What visitors see: one package per idea. A new tab is one package and one line here."""

from demos.frame.demo import Demo
from demos.pairs import PAIRS

DEMOS: tuple[Demo, ...] = (PAIRS,)
