"""What visitors see: one package per idea. A new tab is one package and one line here."""

from demos.attention import ATTENTION
from demos.bayes import BAYES
from demos.frame.demo import Demo
from demos.lora import LORA
from demos.pairs import PAIRS
from demos.retrieval import RETRIEVAL
from demos.scaling import SCALING

DEMOS: tuple[Demo, ...] = (PAIRS, RETRIEVAL, ATTENTION, SCALING, LORA, BAYES)
