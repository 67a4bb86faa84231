"""Scaling: the tab, the bar that chooses points and law, and the names that panels share."""

TEXTS: dict[str, tuple[str, str]] = {
    "scaling.title": ("Scaling", "缩放定律"),
    "scaling.summary": (
        "Upload losses and get a scaling law with its uncertainty, or an honest no; then derive the law from quanta.",
        "上传损失数据，得到带不确定度的缩放定律，或一个诚实的「不行」；再从量子假设推出这条定律。",
    ),
    "scaling.intro": (
        "Losses of runs of different size become a law: fitted from many starts, resampled a thousand times, checked for"
        " what the data **cannot** say. Choose an example or upload your own runs; the quanta laboratory needs no data.",
        "把不同规模实验的损失变成一条定律：从多个起点拟合，重抽样一千次，并检查数据**不能**说明什么。"
        "可以选择示例，也可以上传自己的实验；量子实验室不需要数据。",
    ),
    "scaling.tab.data": ("Data", "数据"),
    "scaling.tab.fit": ("Fit", "拟合"),
    "scaling.tab.compare": ("Compare laws", "比较定律"),
    "scaling.tab.frontier": ("Compute-optimal", "算力最优"),
    "scaling.tab.isoflop": ("IsoFLOP", "等算力曲线"),
    "scaling.tab.plan": ("What to measure next", "接下来测什么"),
    "scaling.tab.quanta": ("Quanta laboratory", "量子实验室"),
    "scaling.desk.example": ("Example", "示例"),
    "scaling.desk.example_hint": (
        "Simulated here, so the truth is known; or runs drawn from a published law.",
        "均在本地模拟，因此真实参数已知；也可以从已发表的定律抽样。",
    ),
    "scaling.desk.files": ("Or your own runs", "或上传自己的实验"),
    "scaling.desk.formats": (
        "CSV, TSV, JSONL, XLSX, Parquet; exports of TensorBoard and W&B; several files are a run each.",
        "支持 CSV、TSV、JSONL、XLSX、Parquet 以及 TensorBoard、W&B 导出文件；多个文件时每个文件视为一次实验。",
    ),
    "scaling.desk.own": ("Your file", "你的文件"),
    "scaling.desk.drawn_from": ("Runs drawn from {title}", "按 {title} 抽样的实验"),
    "scaling.desk.law": ("Law", "定律"),
    "scaling.desk.law_hint": (
        "N: parameters, D: tokens, C: FLOP.",
        "N：参数量，D：词元数，C：浮点运算量。",
    ),
    "scaling.desk.x": ("What x is", "x 是哪一列"),
    "scaling.desk.fit": ("Fit", "拟合"),
    "scaling.desk.starting": ("Reading the points …", "正在读取数据点……"),
    "scaling.desk.stage.fit": ("Fitting from many starts", "正在从多个起点拟合"),
    "scaling.desk.stage.bootstrap": ("Resampled data sets fitted", "已拟合的重抽样数据集"),
    "scaling.desk.stage.outliers": ("Points left out one by one", "逐个剔除数据点"),
    "scaling.desk.done": (
        "{law}: {points} of {all} points, {replicas} resampled fits, in {time} (float64 on {device}).",
        "{law}：{all} 个点中用了 {points} 个，重抽样拟合 {replicas} 次，用时 {time}（{device}，float64）。",
    ),
    "scaling.desk.no_x": (
        "A law in one variable needs a column for x, and “{x}” is none: choose one of {columns}.",
        "单变量定律需要指定 x 列，而「{x}」不可用：请从 {columns} 中选择。",
    ),
    "scaling.desk.nothing_varies": (
        "No column of sizes varies in these points: a law needs different sizes.",
        "这些点的各个规模列都没有变化：拟合定律需要不同的规模。",
    ),
    "scaling.desk.map": (
        "Say in the Data panel below which column is what: its fields are ready.",
        "请在下方「数据」面板中指定各列的含义，相应字段已备好。",
    ),
    "scaling.desk.more_notes": ("{count} more notes", "另有 {count} 条说明"),
    "scaling.desk.difference": (
        "Points or law have changed since this fit, which the panels still show: press Fit.",
        "数据点或定律已改变，各面板显示的仍是之前的拟合：请点击「拟合」。",
    ),
    "scaling.desk.nothing_kept": (
        "No point is left to fit: widen the limits, or take points back.",
        "没有剩下可拟合的点：请放宽范围，或恢复一些点。",
    ),
    "scaling.desk.too_many_files": (
        "{count} files at once are too many: upload at most {most}, or one table with a column for the run.",
        "一次上传 {count} 个文件太多：最多 {most} 个，或改用带有实验名列的单个表格。",
    ),
    "scaling.desk.gone": (
        "“{name}” is no longer kept here: upload it again.",
        "「{name}」已不再保留：请重新上传。",
    ),
    # --- laws ---
    "scaling.law.power": ("Power law in one variable", "单变量幂律"),
    "scaling.law.chinchilla": (
        "Hoffmann et al. (Chinchilla), in N and D",
        "Hoffmann 等（Chinchilla），N 与 D",
    ),
    "scaling.law.kaplan": ("Kaplan et al., in N and D", "Kaplan 等，N 与 D"),
    "scaling.law.tied": ("One exponent for N and D", "N 与 D 共用一个指数"),
    "scaling.law.broken_power": ("Broken power law, one break", "断裂幂律，一处转折"),
    "scaling.law.broken_power_2": ("Broken power law, two breaks", "断裂幂律，两处转折"),
    "scaling.law.quanta": ("Finitely many quanta", "有限个量子"),
    # --- the bundled examples' names ---
    "scaling.example_name.isoflop": (
        "IsoFLOP grid: 9 budgets, 8 sizes",
        "等算力网格：9 个算力档，8 种规模",
    ),
    "scaling.example_name.data-limited": ("Large models, little data", "大模型，少数据"),
    "scaling.example_name.outlier": ("One run that diverged", "有一次训练发散"),
    "scaling.example_name.one-ray": ("Always 20 tokens a parameter", "始终每参数 20 个词元"),
    "scaling.example_name.histories": ("Six runs along their training", "六次训练的损失曲线"),
}
