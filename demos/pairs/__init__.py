"""The Pairs page: sentence pairs scored by models of three kinds side by side."""

from demos.frame.demo import Demo
from demos.pairs.grid.panel import GridPanel
from demos.pairs.playground.panel import PlaygroundPanel
from demos.pairs.published.panel import PublishedPanel
from demos.pairs.score.panel import ScorePanel
from demos.pairs.training.panel import TrainingPanel

PAIRS = Demo(
    key="pairs",
    posts=("8847", "8860", "9341"),
    panels={
        "score": ScorePanel,
        "grid": GridPanel,
        "playground": PlaygroundPanel,
        "training": TrainingPanel,
        "published": PublishedPanel,
    },
)
