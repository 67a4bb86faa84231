"""The naive Bayes page: as attention, and as context extension (kexue.fm/archives/9648, 9617)."""

from demos.bayes.extension.panel import ExtensionPanel
from demos.bayes.one_layer.panel import LayerPanel
from demos.bayes.question_set.panel import QuestionsPanel
from demos.bayes.sources.panel import SourcesPanel
from demos.bayes.two_routes.panel import RoutesPanel
from demos.frame.demo import Demo

BAYES = Demo(
    key="bayes",
    posts=("9617", "9632", "9648"),
    panels={
        "extension": ExtensionPanel,
        "questions": QuestionsPanel,
        "routes": RoutesPanel,
        "layer": LayerPanel,
        "sources": SourcesPanel,
    },
)
