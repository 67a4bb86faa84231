"""The Attention page: how sparse attention is, what rank it has, and why decoder-only."""

from demos.attention.axiom_board.panel import AxiomsPanel
from demos.attention.decoder.panel import DecoderPanel
from demos.attention.desk import Desk
from demos.attention.distribution.panel import SparsityPanel
from demos.attention.heads.panel import HeadsPanel
from demos.attention.laboratory.panel import LaboratoryPanel
from demos.attention.sidebyside.panel import SideBySidePanel
from demos.attention.spectrum.panel import SpectrumPanel
from demos.frame.demo import Demo

ATTENTION = Demo(
    key="attention",
    posts=("9595", "9529", "9547"),
    toolbar=Desk,
    panels={
        "heads": HeadsPanel,
        "sidebyside": SideBySidePanel,
        "sparsity": SparsityPanel,
        "axioms": AxiomsPanel,
        "rank": SpectrumPanel,
        "laboratory": LaboratoryPanel,
        "decoder": DecoderPanel,
    },
)
