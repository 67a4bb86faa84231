"""LoRA: the tab, and what its mathematics refuses."""

TEXTS: dict[str, tuple[str, str]] = {
    "lora.title": ("LoRA", "LoRA"),
    "lora.summary": (
        "Low-rank training seen from its gradient: an optimiser of the full weight, raced against its relatives.",
        "从梯度看低秩训练：它就是完整权重上的一种优化器，让它与各种近亲同场竞赛。",
    ),
    "lora.intro": (
        "Seen from the gradient, LoRA is no change of the model but an optimiser of the full weight: it projects G and steps"
        " the factors. The post derives this and imagines further optimisers; **here they run**.",
        "从梯度的角度看，LoRA 并不改变模型，而是完整权重上的一种优化器：投影 G，再更新两个因子。"
        "文章推导了这一点并设想了更多优化器；**这里把它们真正跑起来**。",
    ),
    "lora.tab.race": ("Matrix race", "矩阵竞赛"),
    "lora.tab.gradients": ("The gradient", "梯度"),
    "lora.tab.tuning": ("Fine-tuning", "微调"),
    "lora.tab.cost": ("What it costs", "代价"),
    "lora.seed": ("Seed", "随机种子"),
    "lora.rank": (
        "A rank of {rank} is not possible here: choose one from 1 to {most}.",
        "这里的秩不能是 {rank}：请在 1 到 {most} 之间选择。",
    ),
    "lora.divides": (
        "The additive form needs a rank that divides both sides, and {rank} does not divide {rows} × {columns}: choose"
        " another.",
        "加性形式要求秩能整除矩阵的两边，而 {rank} 不能整除 {rows} × {columns}：请另选一个。",
    ),
    "lora.factors": (
        "Factors of a {rows} × {columns} weight at rank {rank} have to be {rows} × {rank} and {rank} × {columns}.",
        "{rows} × {columns} 的权重在秩为 {rank} 时，两个因子应为 {rows} × {rank} 与 {rank} × {columns}。",
    ),
    "lora.tuning.rank": (
        "The layers have sides of 384 and 1,536, and the additive form needs a rank that divides both: choose one of {ranks}.",
        "各层的边长为 384 与 1,536，加性形式要求秩整除两者：请从 {ranks} 中选择。",
    ),
    "lora.way": (
        "“{way}” is no way of computing a layer here: choose one of {ways}.",
        "「{way}」不是这里的计算方式：请从 {ways} 中选择。",
    ),
    "lora.optimizer": (
        "“{name}” is no optimiser that is counted here: choose one of {names}.",
        "「{name}」不是这里可计算的优化器：请从 {names} 中选择。",
    ),
}
