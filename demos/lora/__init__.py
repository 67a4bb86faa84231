"""LoRA as an optimiser: the mathematics so far, no tab yet (kexue.fm/archives/9590)."""
