"""Fine-tuning of a real encoder by each method, and what it forgets (kexue.fm/archives/9590)."""
