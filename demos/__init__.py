"""What visitors see: one package per idea. A new tab is one package and one line here."""

from demos.attention import ATTENTION
from demos.frame.demo import Demo
from demos.pairs import PAIRS
from demos.retrieval import RETRIEVAL

DEMOS: tuple[Demo, ...] = (PAIRS, RETRIEVAL, ATTENTION)
