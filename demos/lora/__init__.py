"""The LoRA page: low-rank training as an optimiser of full weights (kexue.fm/archives/9590)."""

from demos.frame.demo import Demo
from demos.lora.cost_calculator.panel import CostPanel
from demos.lora.finetuning.panel import FinetuningPanel
from demos.lora.gradient_views.panel import GradientsPanel
from demos.lora.matrix_race.panel import RacePanel

LORA = Demo(
    key="lora",
    posts=("9590",),
    panels={
        "race": RacePanel,
        "gradients": GradientsPanel,
        "tuning": FinetuningPanel,
        "cost": CostPanel,
    },
)
