"""The LoRA tab: low-rank training as an optimiser of full weights (kexue.fm/archives/9590)."""

from demos.frame.demo import Demo
from demos.lora.tab import build

LORA = Demo(key="lora", build=build, posts=("9590",))
