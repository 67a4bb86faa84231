"""Pairs: the tables of the posts beside our own comparison."""

TEXTS: dict[str, tuple[str, str]] = {
    "pairs.tab.published": ("The posts' tables", "原文表格"),
    "published.intro": (
        "What the posts report, with the noise that belongs to it; what **our own runs** over several seeds say; and a"
        " probe set that asks models about negation, swapped roles and changed numbers.",
        "原文报告的结果及其噪声；**我们自己**用多个随机种子得到的结果；以及一个探针集，用否定、角色互换、改动数字来考模型。",
    ),
    "published.gaps": ("CoSENT minus its baseline, as published", "原文中 CoSENT 与基线之差"),
    "published.gaps_bi": ("bi-encoders", "双塔模型"),
    "published.gaps_cross": ("cross-encoders", "交互式模型"),
    "published.gap": ("difference × 100", "差值 × 100"),
    "published.noise_band": (
        "grey: ± {noise}, what a repeated run may differ by",
        "灰色：± {noise}，重复实验可能的差异",
    ),
    "published.corrections": (
        "**Read with care**\n"
        "- Repeated cross-entropy runs of one setting in [8860](https://kexue.fm/archives/8860) and"
        " [9341](https://kexue.fm/archives/9341) differ by up to 1.05 points: most cross-encoder gaps lie inside that.\n"
        "- Cross-entropy ran with batches of 32, CoSENT with 64.\n"
        "- ATEC, BQ, LCQMC and PAWSX have binary labels: with a share $p$ of positives Spearman cannot exceed"
        " $\\sqrt{3p(1-p)}$ as long as no two scores are equal. ATEC's 50 and STS-B's 80 are not on one scale.",
        "**请谨慎阅读**\n"
        "- [8860](https://kexue.fm/archives/8860) 与 [9341](https://kexue.fm/archives/9341) 中同一设置的交叉熵实验相差可达"
        " 1.05 个百分点：交互式模型的多数差距都在这个范围之内。\n"
        "- 交叉熵的批大小为 32，CoSENT 为 64。\n"
        "- ATEC、BQ、LCQMC、PAWSX 的标签是二值的：正例比例为 $p$ 时，Spearman 不会超过 $\\sqrt{3p(1-p)}$。"
        "ATEC 的 50 与 STS-B 的 80 不在同一尺度上。",
    ),
    "published.ceiling": ("Ceiling of Spearman for binary labels", "二值标签下 Spearman 的上限"),
    "published.positive_share": ("share p of positive labels", "正例比例 p"),
    "published.highest": ("highest Spearman", "Spearman 上限"),
    "published.bi_table": (
        "Bi-encoders, published (Spearman × 100)",
        "双塔模型，原文（Spearman × 100）",
    ),
    "published.cross_table": (
        "Cross-encoders, published (Spearman × 100)",
        "交互式模型，原文（Spearman × 100）",
    ),
    "published.model": ("Model", "模型"),
    "published.mean": ("Mean", "平均"),
    "published.own_heading": ("### Our own runs", "### 我们自己的实验"),
    "published.own_note": (
        "{base}, {epochs} epoch, batches of {batch}, {seeds} seeds, the same pairs in the same order for every loss; made"
        " {made} by `python -m tests.bench.compare_losses`. Bands: lowest to highest seed.",
        "{base}，{epochs} 轮，批大小 {batch}，{seeds} 个随机种子，各损失使用同样的句子对与顺序；由"
        " `python -m tests.bench.compare_losses` 于 {made} 生成。色带：最低到最高的种子。",
    ),
    "published.absent": (
        "The comparison has not been run in this copy: `python -m tests.bench.compare_losses` makes it.",
        "这份程序中还没有运行过比较：`python -m tests.bench.compare_losses` 可以生成它。",
    ),
    "published.own_table": (
        "Spearman × 100 on held-out pairs, over seeds",
        "留出集上的 Spearman × 100（多个种子）",
    ),
    "published.kind": ("Model", "模型"),
    "published.data": ("Data", "数据"),
    "published.loss": ("Loss", "损失函数"),
    "published.seeds": ("Seeds", "种子数"),
    "published.deviation": ("Deviation", "标准差"),
    "published.range": ("Lowest … highest", "最低 … 最高"),
    "published.to_cosent": ("Minus CoSENT (95 %)", "减去 CoSENT（95%）"),
    "published.verdict": ("Verdict", "结论"),
    "published.noise": ("within noise", "在噪声之内"),
    "published.better": ("better than CoSENT", "优于 CoSENT"),
    "published.worse": ("worse than CoSENT", "不如 CoSENT"),
    "published.probe_heading": (
        "### The probe set\nSixty pairs in either language, written for this app, of ten kinds, each with a grade from"
        " 0 to 5: where does a model put them?",
        "### 探针集\n为本应用编写的句子对，中英文各六十对，分为十类，每对有 0 到 5 的相似程度：模型会把它们排在哪里？",
    ),
    "published.probe_language": ("Language of the pairs", "句子对的语言"),
    "published.run": ("Score the probe set", "给探针集打分"),
    "published.probe_plot": (
        "Rank of each pair by kind (1 = most alike)",
        "各类句子对的名次（1 = 最相似）",
    ),
    "published.rank": ("rank, 1 = most alike", "名次，1 = 最相似"),
    "published.probe_table": (
        "Agreement with the grades, and mean rank by kind",
        "与相似程度的一致性及各类平均名次",
    ),
    "published.probe_spearman": ("Spearman", "Spearman"),
    "published.wrong": ("In the wrong order", "顺序错误"),
    "published.kind.identical": ("identical", "完全相同"),
    "published.kind.paraphrase": ("paraphrase", "改写"),
    "published.kind.near": ("nearly the same", "几乎相同"),
    "published.kind.negated": ("negated", "否定"),
    "published.kind.role_swapped": ("roles swapped", "角色互换"),
    "published.kind.number_or_entity_changed": ("number or name changed", "数字或名称改动"),
    "published.kind.antonym": ("opposite word", "反义词"),
    "published.kind.same_topic": ("same topic", "同一话题"),
    "published.kind.unrelated": ("unrelated", "无关"),
    "published.kind.very_short": ("very short", "极短"),
    "published.about": ("How our runs were made, and their limits", "实验方法与局限"),
    "published.about_text": (
        "For every loss of a kind: the same base, LoRA updates of rank 16, the same learning rate, batches, steps and seeds;"
        " Spearman on held-out pairs that were never trained on. *Minus CoSENT* is the mean over seeds of the difference"
        " with its 95 % interval (Student's t, paired by seed): with three seeds that interval is wide, and only"
        " differences beyond it are called better or worse.\n\n"
        "**What to notice**\n"
        "- The cross-encoder learns best with CoSENT, but not beyond the noise of three seeds. For the bi-encoder plain cosine"
        " regression is clearly *better* than CoSENT on this base: its cosines are good already, and CoSENT, which sees"
        " only their order, moves them.\n\n"
        "**Limits**\n"
        "- One small base, one learning rate for all losses: another rate might suit another loss better.\n"
        "- Graded labels are brought to 0…1 for cross-entropy and the squared errors; Sentence-BERT's softmax gets six"
        " classes. Data with binary labels, where cross-entropy is in its own element, were not run.\n"
        "- Our data sets and base are not those of the posts: this answers their question anew, it does not repeat"
        " their tables.\n"
        "- The probe set was written by the makers of this app: sixty pairs tell where a model fails, not how good it is.",
        "同类模型的每种损失都使用：同样的基座、秩 16 的 LoRA、同样的学习率、批、步数与种子；在从未训练过的留出句子对上计算"
        " Spearman。「减去 CoSENT」是各种子之差的平均值及其 95% 区间（Student t，按种子配对）：只有三个种子时区间很宽，"
        "只有超出区间的差距才算更好或更差。\n\n"
        "**看点**\n"
        "- 交互式模型用 CoSENT 学得最好，但没有超出三个种子的噪声。双塔模型在这个基座上，普通的余弦回归明显*优于* CoSENT："
        "基座的余弦本来就好，而只看顺序的 CoSENT 会移动它们。\n\n"
        "**局限**\n"
        "- 只有一个小基座，所有损失共用一个学习率：换个学习率，别的损失也许更合适。\n"
        "- 交叉熵与平方误差使用缩放到 0…1 的分级标签；Sentence-BERT 的 softmax 分为六类。二值标签的数据正适合交叉熵，这里没有运行。\n"
        "- 我们的数据和基座与原文不同：这是重新回答同一个问题，而不是复现原表。\n"
        "- 探针集由本应用的作者编写：六十对句子能说明模型在哪里出错，不能说明它有多好。",
    ),
}
