"""Cost: what a step of one layer costs in full, by LoRA, and by LoRA computed the dear way."""
