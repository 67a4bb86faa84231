"""LoRA: the cost calculator."""

TEXTS: dict[str, tuple[str, str]] = {
    "lora.cost.intro": (
        "**What one training step of one layer costs**: in full, Y = X W; with LoRA the cheap way, Y = X W₀ + (X A) B; with LoRA"
        " the dear way, Y = X (W₀ + A B). X is batch × n, W is n × m. Type sizes, or choose the layer of a known model.",
        "**一层网络训练一步的代价**：全量 Y = X W；LoRA 的省法 Y = X W₀ + (X A) B；LoRA 的费法 Y = X (W₀ + A B)。"
        "X 为 batch × n，W 为 n × m。可直接填写尺寸，或选择已知模型的某一层。",
    ),
    "lora.cost.preset.minilm": ("MiniLM: 384 × 384", "MiniLM：384 × 384"),
    "lora.cost.preset.bert": ("BERT-base: 768 × 3072", "BERT-base：768 × 3072"),
    "lora.cost.preset.llama_attention": (
        "7B attention: 4096 × 4096",
        "7B 注意力：4096 × 4096",
    ),
    "lora.cost.preset.llama_mlp": ("7B feed-forward: 4096 × 11008", "7B 前馈：4096 × 11008"),
    "lora.cost.n": ("n: rows of W", "n：W 的行数"),
    "lora.cost.m": ("m: columns of W", "m：W 的列数"),
    "lora.cost.r": ("r: LoRA's rank", "r：LoRA 的秩"),
    "lora.cost.batch": (
        "Batch: rows of X (texts × tokens)",
        "batch：X 的行数（文本数 × token 数）",
    ),
    "lora.cost.optimizer": ("Optimiser", "优化器"),
    "lora.cost.optimizer.sgd": ("SGD: keeps nothing", "SGD：不保存状态"),
    "lora.cost.optimizer.momentum": ("Momentum: one number each", "动量：每个参数一个数"),
    "lora.cost.optimizer.adam": ("Adam: two numbers each", "Adam：每个参数两个数"),
    "lora.cost.precision": ("A number takes", "每个数占"),
    "lora.cost.precision.float32": ("4 bytes (float32)", "4 字节（float32）"),
    "lora.cost.precision.bfloat16": ("2 bytes (bfloat16)", "2 字节（bfloat16）"),
    "lora.cost.csv": ("Table (CSV)", "表格（CSV）"),
    "lora.cost.no_precision": (
        "“{name}” is no kind of number that is counted here: choose one of {names}.",
        "「{name}」不是这里可计算的数值类型：请从 {names} 中选择。",
    ),
    # --- table and figures
    "lora.cost.table": (
        "One step of one layer; below each figure its ratio to full training",
        "一层一步的代价；每格下方为与全量训练之比",
    ),
    "lora.cost.column.way": ("Way", "方式"),
    "lora.cost.column.forward": ("Forward", "前向"),
    "lora.cost.column.backward": ("Backward", "反向"),
    "lora.cost.column.operations": ("Both", "合计"),
    "lora.cost.column.intermediates": ("Intermediates", "中间量"),
    "lora.cost.column.trained": ("Numbers trained", "训练参数"),
    "lora.cost.column.state": ("Optimiser state", "优化器状态"),
    "lora.cost.way.full": ("full: X W", "全量：X W"),
    "lora.cost.way.cheap": ("cheap: X W₀ + (X A) B", "省法：X W₀ + (X A) B"),
    "lora.cost.way.dear": ("dear: X (W₀ + A B)", "费法：X (W₀ + A B)"),
    "lora.cost.short.full": ("full", "全量"),
    "lora.cost.short.cheap": ("LoRA, cheap", "LoRA 省法"),
    "lora.cost.short.dear": ("LoRA, dear", "LoRA 费法"),
    "lora.cost.bar.forward": ("forward", "前向"),
    "lora.cost.bar.backward": ("backward", "反向"),
    "lora.cost.bar.operations": ("both", "合计"),
    "lora.cost.bar.intermediates": ("intermediates", "中间量"),
    "lora.cost.bar.trained": ("trained", "训练参数"),
    "lora.cost.bar.state": ("state", "优化器状态"),
    "lora.cost.figure.work": (
        "**Operations** of a step; above LoRA's bars the ratio to full training",
        "**运算量**：一步所需，LoRA 的柱上为与全量训练之比",
    ),
    "lora.cost.figure.memory": (
        "**Memory** beside X, Y and W₀, in bytes",
        "**内存**：X、Y、W₀ 之外的字节数",
    ),
    "lora.cost.figure.over-batch": (
        "**Against the batch**: operations of a step, full training = 1",
        "**随 batch 变化**：一步的运算量，全量训练 = 1",
    ),
    "lora.cost.figure.over-rank": (
        "**Against the rank**: operations of a step, full training = 1",
        "**随秩变化**：一步的运算量，全量训练 = 1",
    ),
    "lora.cost.axis.batch": ("batch", "batch"),
    "lora.cost.axis.rank": ("rank r", "秩 r"),
    "lora.cost.axis.ratio": ("operations / full", "运算量 / 全量"),
    "lora.cost.here.batch": ("batch = {value}", "batch = {value}"),
    "lora.cost.here.rank": ("r = {value}", "r = {value}"),
    # --- sentences
    "lora.cost.step": (
        "A step takes {cheap} times the operations of full training the cheap way, and {dear} times the dear way. LoRA cannot"
        " save more than a third: the forward product and the gradient of X stay.",
        "按省法一步的运算量是全量训练的 {cheap} 倍，按费法是 {dear} 倍。LoRA 最多省三分之一：前向乘积与 X 的梯度总是要算的。",
    ),
    "lora.cost.step_more": (
        "A step takes {cheap} times the operations of full training the cheap way, and {dear} times the dear way: neither saves"
        " any here.",
        "按省法一步的运算量是全量训练的 {cheap} 倍，按费法是 {dear} 倍：在这里两种都不省运算。",
    ),
    "lora.cost.rank_fine": (
        "LoRA saves operations up to rank nm / 3(n + m) = {operations}, whatever the batch, and numbers to train up to"
        " nm / (n + m) = {numbers}; r = {r} is below both.",
        "无论 batch 多大，秩不超过 nm / 3(n + m) = {operations} 时 LoRA 省运算，不超过 nm / (n + m) = {numbers} 时省训练参数；"
        "r = {r} 两者都满足。",
    ),
    "lora.cost.rank_slow": (
        "At r = {r} LoRA costs more operations than full training: it saves some only up to rank nm / 3(n + m) = {operations}."
        " It still trains fewer numbers, up to rank nm / (n + m) = {numbers}.",
        "r = {r} 时 LoRA 的运算量已超过全量训练：秩不超过 nm / 3(n + m) = {operations} 才省运算。"
        "训练参数仍然更少，直到秩为 nm / (n + m) = {numbers}。",
    ),
    "lora.cost.rank_large": (
        "At r = {r} LoRA is larger than what it replaces: it trains more numbers than the weight has from rank"
        " nm / (n + m) = {numbers} on, and takes more operations from {operations} on.",
        "r = {r} 时 LoRA 比它要替代的还大：秩超过 nm / (n + m) = {numbers} 后训练参数多于权重本身，超过 {operations} 后运算量也更多。",
    ),
    "lora.cost.batch_both": (
        "Cheap and dear break even at batch nm / (n + m) = {forward} in the forward pass, whatever the rank, and at {step} in a"
        " whole step: above it gathering W₀ + A B takes fewer operations than X A.",
        "省法与费法的前向在 batch = nm / (n + m) = {forward} 时持平（与秩无关），整步在 batch = {step} 时持平："
        "再大时，先算 W₀ + A B 反而比算 X A 运算更少。",
    ),
    "lora.cost.batch_never": (
        "Cheap and dear break even at batch nm / (n + m) = {forward} in the forward pass, whatever the rank. In a whole step they"
        " never do at this rank: the dear way makes the full gradient, which the cheap way does not.",
        "省法与费法的前向在 batch = nm / (n + m) = {forward} 时持平（与秩无关）。在这个秩下整步永不持平：费法要算出完整梯度，省法不用。",
    ),
    "lora.cost.state": (
        "The optimiser keeps {lora} for LoRA and {full} for full training: {saved} saved.",
        "优化器状态：LoRA 为 {lora}，全量为 {full}，省下 {saved}。",
    ),
    "lora.cost.state_more": (
        "The optimiser keeps {lora} for LoRA and {full} for full training: {saved} more, not less.",
        "优化器状态：LoRA 为 {lora}，全量为 {full}，不省反而多 {saved}。",
    ),
    "lora.cost.state_none": (
        "SGD keeps nothing, so LoRA saves no optimiser state; it saves the gradient of the full weight.",
        "SGD 不保存状态，LoRA 也就省不下优化器状态；省下的是完整权重的梯度。",
    ),
    "lora.cost.kept": (
        "Beside X and Y the cheap way keeps {cheap} where full training makes a gradient of {full}; that turns round above batch"
        " nm / 2r = {batch}.",
        "X、Y 之外，省法保存 {cheap}，全量训练要产生 {full} 的梯度；batch 超过 nm / 2r = {batch} 时反过来。",
    ),
    "lora.cost.kept_more": (
        "Beside X and Y the cheap way keeps {cheap}, more than full training's gradient of {full}: the batch is above nm / 2r ="
        " {batch}.",
        "X、Y 之外，省法保存 {cheap}，多于全量训练的梯度 {full}：batch 已超过 nm / 2r = {batch}。",
    ),
    "lora.cost.whole_model": (
        "Extrapolated to {model}, with {count} weights of this shape: {full} numbers in full ({full_bytes} with the optimiser's"
        " state), {lora} with LoRA ({lora_bytes}).",
        "外推到 {model}，共 {count} 个这种形状的权重：全量训练 {full} 个数（连同优化器状态 {full_bytes}），LoRA 训练 {lora} 个（{lora_bytes}）。",
    ),
    "lora.cost.model.minilm": (
        "the attention of a MiniLM with 6 layers",
        "6 层 MiniLM 的注意力部分",
    ),
    "lora.cost.model.bert": (
        "BERT-base's feed-forward networks in 12 layers",
        "BERT-base 12 层的前馈网络",
    ),
    "lora.cost.model.llama_attention": (
        "the attention of a 7B model with 32 layers",
        "32 层 7B 模型的注意力部分",
    ),
    "lora.cost.model.llama_mlp": (
        "the gated feed-forward networks of a 7B model with 32 layers",
        "32 层 7B 模型的门控前馈网络",
    ),
    # --- about
    "lora.cost.about_text": (
        "$$\\text{full: } 6\\,bnm, \\qquad \\text{cheap: } 4\\,bnm + 6\\,br(n+m), \\qquad \\text{dear: } 6\\,bnm + 6\\,nmr$$\n\n"
        "Operations of one step, forward and backward, of one layer with $b$ rows. Forward, full: $XW$, $2bnm$. Backward, full:"
        " $G = X^\\top \\mathrm{d}Y$ and $\\mathrm{d}X = \\mathrm{d}Y\\, W^\\top$, $4bnm$. The cheap way makes no $G$; the dear way"
        " makes $G$ and then $GB^\\top$ and $A^\\top G$. A multiplication with its addition counts as two, as in torch's own"
        " counter of operations.\n\n"
        "Source: [LoRA from the gradient's side (9590)](https://kexue.fm/archives/9590).\n\n"
        "**What to notice**\n"
        "- The cheap way's saving does not depend on the batch: $\\frac23 + r \\frac{n+m}{nm}$ of full training. Two thirds are the"
        " limit, as $XW_0$ and $\\mathrm{d}X$ are needed by either.\n"
        "- The dear way is never cheaper than full training, $1 + r/b$ of it. Its forward pass is cheaper than the cheap one's from"
        " $b = nm/(n+m)$ on; over a whole step that is so only at ranks above $nm / 3(n+m)$.\n"
        "- What LoRA saves is memory: state and gradient shrink by $r(n+m)/nm$. With plain SGD there is no state to save.\n\n"
        "**What is known to be limited**\n"
        "- Operations are not time: thin products with r columns run far below a device's peak, so at small r a step is slower"
        " than its operations say.\n"
        "- The first adapted layer needs no $\\mathrm{d}X$, and saves more; activations that both have (X, Y) are left out; so are"
        " elementwise work and the optimiser's own arithmetic.\n"
        "- All numbers are taken to be of one width; mixed precision keeps weights and moments in float32 beside bfloat16 copies.\n"
        "- The extrapolation counts the weights of the chosen shape alone, not embeddings and the rest of the model.",
        "$$\\text{全量：} 6\\,bnm, \\qquad \\text{省法：} 4\\,bnm + 6\\,br(n+m), \\qquad \\text{费法：} 6\\,bnm + 6\\,nmr$$\n\n"
        "这是一层、$b$ 行、一步（前向加反向）的运算量。全量前向 $XW$ 为 $2bnm$；全量反向 $G = X^\\top \\mathrm{d}Y$ 与"
        " $\\mathrm{d}X = \\mathrm{d}Y\\, W^\\top$ 共 $4bnm$。省法不产生 $G$；费法先算 $G$，再算 $GB^\\top$ 与 $A^\\top G$。"
        "一次乘加计为两次运算，与 torch 自带的计数一致。\n\n"
        "来源：[梯度视角下的 LoRA（9590）](https://kexue.fm/archives/9590)。\n\n"
        "**看点**\n"
        "- 省法的节省与 batch 无关：为全量的 $\\frac23 + r \\frac{n+m}{nm}$。三分之二是极限，因为 $XW_0$ 与 $\\mathrm{d}X$ 无论如何都要算。\n"
        "- 费法永远不比全量便宜，为其 $1 + r/b$ 倍。$b$ 超过 $nm/(n+m)$ 时其前向比省法便宜；整步则只有秩超过 $nm / 3(n+m)$ 时才可能。\n"
        "- LoRA 真正省的是内存：状态与梯度缩小到 $r(n+m)/nm$。普通 SGD 没有状态可省。\n\n"
        "**已知的局限**\n"
        "- 运算量不等于时间：只有 r 列的瘦乘积远达不到设备峰值，r 小时实际比运算量所示更慢。\n"
        "- 最靠前的 LoRA 层不需要 $\\mathrm{d}X$，省得更多；两者都有的激活（X、Y）、逐元素运算与优化器自身的运算未计入。\n"
        "- 假定所有数宽度相同；混合精度训练会在 bfloat16 副本之外保留 float32 的权重与动量。\n"
        "- 外推只计所选形状的权重，不含嵌入层等其余部分。",
    ),
}
