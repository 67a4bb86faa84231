"""The Retrieval tab: a cross-encoder over a whole corpus, accelerated by CUR."""

from demos.frame.demo import Demo
from demos.retrieval.tab import build

RETRIEVAL = Demo(key="retrieval", build=build, posts=("9336",))
