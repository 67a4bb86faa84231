"""The Retrieval page: a cross-encoder over a whole corpus, accelerated by CUR."""

from demos.frame.demo import Demo
from demos.retrieval.ask.panel import AskPanel
from demos.retrieval.compare.panel import ComparePanel
from demos.retrieval.desk import lay_out_desk
from demos.retrieval.indexing.panel import IndexingPanel
from demos.retrieval.matrix.panel import MatrixPanel

RETRIEVAL = Demo(
    key="retrieval",
    posts=("9336",),
    toolbar=lay_out_desk,
    panels={
        "ask": AskPanel,
        "compare": ComparePanel,
        "matrix": MatrixPanel,
        "indexing": IndexingPanel,
    },
)
