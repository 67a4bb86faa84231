"""Scaling: files of losses, what was guessed and left out, the bundled examples."""

TEXTS: dict[str, tuple[str, str]] = {
    # --- files that are refused ---
    "scaling.data.too_large": (
        "“{name}” has more than {limit} MB: leave out columns or steps that are not needed.",
        "「{name}」超过 {limit} MB：请去掉不需要的列或步。",
    ),
    "scaling.data.no_files": ("There is no file yet: upload one.", "还没有文件：请上传。"),
    "scaling.data.unlike": (
        "“{first}” and “{other}” have different columns: upload files of one kind together.",
        "「{first}」与「{other}」的列不同：请一起上传同类文件。",
    ),
    "scaling.data.bad_parquet": (
        "“{name}” is no Parquet file that can be read: save it again.",
        "「{name}」不是可读取的 Parquet 文件：请重新保存。",
    ),
    "scaling.data.no_header": (
        "“{name}” does not name its columns: say which is which, or add a first row such as N, D, loss.",
        "「{name}」没有列名：请指定各列的含义，或在首行写上 N, D, loss 之类的列名。",
    ),
    "scaling.data.no_loss": (
        "No column of “{name}” is recognised as the loss: choose it among {columns}.",
        "「{name}」中没有识别出损失列：请从 {columns} 中选择。",
    ),
    "scaling.data.no_size": (
        "No column of “{name}” is recognised as a size (N, D, C or steps): choose one among {columns}.",
        "「{name}」中没有识别出规模列（N、D、C 或步数）：请从 {columns} 中选择。",
    ),
    "scaling.data.no_column": (
        "There is no column “{column}” in the file: choose another.",
        "文件中没有「{column}」这一列：请选择其他列。",
    ),
    "scaling.data.no_history": (
        "Histories can be read in these ways: {histories}.",
        "训练曲线的取值方式只有：{histories}。",
    ),
    "scaling.data.factor": (
        "The factor in C = 6ND and the tokens a step have to be numbers above 0.",
        "C = 6ND 中的系数与每步词元数必须是大于 0 的数。",
    ),
    "scaling.data.too_few": (
        "“{name}” has too few usable rows ({count}) for a law, which needs at least {fewest}: add runs.",
        "「{name}」只有 {count} 行可用，拟合至少需要 {fewest} 行：请补充实验。",
    ),
    "scaling.data.few_runs": (
        "As one point a run there are only {runs}, and a law needs at least {fewest}: take all rows, or add runs.",
        "每个实验取一个点时只有 {runs} 个点，拟合至少需要 {fewest} 个：请改为使用全部行，或补充实验。",
    ),
    "scaling.data.nothing_left.empty": (
        "{usable} rows are usable and a law needs {fewest}: column “{column}” is empty in {count:,} rows (first in line {line}).",
        "可用的只有 {usable} 行，至少需要 {fewest} 行：「{column}」列有 {count:,} 行为空（首见第 {line} 行）。",
    ),
    "scaling.data.nothing_left.text": (
        "{usable} rows are usable and a law needs {fewest}: column “{column}” holds no number in {count:,} rows, such as"
        " “{cell}” in line {line}.",
        "可用的只有 {usable} 行，至少需要 {fewest} 行：「{column}」列有 {count:,} 行不是数字，例如第 {line} 行的「{cell}」。",
    ),
    "scaling.data.nothing_left.not_finite": (
        "{usable} rows are usable and a law needs {fewest}: column “{column}” is NaN or infinite in {count:,} rows (first in"
        " line {line}).",
        "可用的只有 {usable} 行，至少需要 {fewest} 行：「{column}」列有 {count:,} 行为 NaN 或无穷（首见第 {line} 行）。",
    ),
    "scaling.data.nothing_left.not_positive": (
        "{usable} rows are usable and a law needs {fewest}: column “{column}” is not above 0 in {count:,} rows, such as"
        " “{cell}” in line {line}, and has no logarithm there.",
        "可用的只有 {usable} 行，至少需要 {fewest} 行：「{column}」列有 {count:,} 行不大于 0，无法取对数，例如第 {line} 行的「{cell}」。",
    ),
    # --- what was done with a file ---
    "scaling.data.guessed": ("Taken for: {columns}.", "识别为：{columns}。"),
    "scaling.data.other_losses": (
        "These columns look like losses too: {names}.",
        "这些列看起来也是损失：{names}。",
    ),
    "scaling.data.wandb": (
        "An export of Weights & Biases: {runs} runs, metric “{metric}”.",
        "Weights & Biases 导出文件：{runs} 个实验，指标「{metric}」。",
    ),
    "scaling.data.thinned": (
        "Of {total:,} rows one in {stride} and the last were kept: {kept:,}.",
        "共 {total:,} 行，每 {stride} 行取一行并保留最后一行：共 {kept:,} 行。",
    ),
    "scaling.data.first_rows": (
        "Only the first {kept:,} rows of the sheet were read: save it as CSV or Parquet to take more.",
        "只读取了工作表的前 {kept:,} 行：如需更多，请另存为 CSV 或 Parquet。",
    ),
    "scaling.data.size_of_names": (
        "N was read from the runs' names: {sizes} sizes.",
        "N 取自实验名称：共 {sizes} 种规模。",
    ),
    "scaling.data.tokens_of_steps": (
        "D is steps × {tokens} tokens.",
        "D = 步数 × {tokens} 词元。",
    ),
    "scaling.data.derived.N": (
        "N was derived in {count:,} rows as C / ({factor} D).",
        "有 {count:,} 行的 N 由 C / ({factor} D) 推出。",
    ),
    "scaling.data.derived.D": (
        "D was derived in {count:,} rows as C / ({factor} N).",
        "有 {count:,} 行的 D 由 C / ({factor} N) 推出。",
    ),
    "scaling.data.derived.C": (
        "C was derived in {count:,} rows as {factor} N D.",
        "有 {count:,} 行的 C 由 {factor} N D 推出。",
    ),
    "scaling.data.factor_differs": (
        "In this file C is {ratio} N D (median), not {factor} N D: check the units, or set the factor.",
        "该文件中 C 的中位数为 {ratio} N D，而不是 {factor} N D：请检查单位，或调整系数。",
    ),
    "scaling.data.left_out.empty": (
        "Left out because “{column}” is empty: {count:,} (first in line {line}).",
        "略去 {count:,} 行：「{column}」为空（首见第 {line} 行）。",
    ),
    "scaling.data.left_out.text": (
        "Left out because “{column}” is no number: {count:,}, such as “{cell}” in line {line}.",
        "略去 {count:,} 行：「{column}」不是数字，例如第 {line} 行的「{cell}」。",
    ),
    "scaling.data.left_out.not_finite": (
        "Left out because “{column}” is NaN or infinite: {count:,} (first in line {line}).",
        "略去 {count:,} 行：「{column}」为 NaN 或无穷（首见第 {line} 行）。",
    ),
    "scaling.data.left_out.not_positive": (
        "Left out because “{column}” is not above 0: {count:,}, such as “{cell}” in line {line}.",
        "略去 {count:,} 行：「{column}」不大于 0，例如第 {line} 行的「{cell}」。",
    ),
    "scaling.data.history.last": (
        "{rows:,} rows are histories of {runs} runs: the last row of each was taken.",
        "{rows:,} 行是 {runs} 个实验的训练曲线：每个实验取最后一行。",
    ),
    "scaling.data.history.smoothed": (
        "{rows:,} rows are histories of {runs} runs: the mean of the last tenth of each was taken.",
        "{rows:,} 行是 {runs} 个实验的训练曲线：每个实验取最后十分之一的均值。",
    ),
    "scaling.data.history.minimum": (
        "{rows:,} rows are histories of {runs} runs: the least loss of each was taken.",
        "{rows:,} 行是 {runs} 个实验的训练曲线：每个实验取最小损失。",
    ),
    "scaling.data.history.all": (
        "{rows:,} rows are histories of {runs} runs, and every row was taken: neighbours are not independent, so intervals"
        " are too narrow.",
        "{rows:,} 行是 {runs} 个实验的训练曲线，全部保留：相邻各行不独立，区间会偏窄。",
    ),
    # --- bundled and simulated runs ---
    "scaling.example.isoflop": (
        "Simulated: nine budgets with eight sizes each, as in Hoffmann et al.; everything can be found in it.",
        "模拟数据：九个算力预算，各八种规模，仿照 Hoffmann 等；各参数都能拟合出来。",
    ),
    "scaling.example.data-limited": (
        "Simulated: large models on little data; β shows well, and α hardly at all.",
        "模拟数据：大模型、少数据；β 清楚，α 几乎看不出来。",
    ),
    "scaling.example.outlier": (
        "Simulated: a grid whose largest run diverged; watch what one point does to squares and to Huber’s function.",
        "模拟数据：最大的一个实验发散了；看看一个点对平方误差与 Huber 损失各有什么影响。",
    ),
    "scaling.example.one-ray": (
        "Simulated: every run has 20 tokens a parameter, so the shares of N and D cannot be told apart: no fit can.",
        "模拟数据：每个实验都是每参数 20 个词元，N 与 D 的贡献无法区分：任何拟合都做不到。",
    ),
    "scaling.example.histories": (
        "Simulated: six runs along their training, forty steps each.",
        "模拟数据：六个实验的训练曲线，各四十个点。",
    ),
    "scaling.simulated.unknown": (
        "There is no example “{name}”: choose one of {keys}.",
        "没有名为「{name}」的示例：请从 {keys} 中选择。",
    ),
    "scaling.simulated.sizes": (
        "N and D have to be lists of one length, above 0, with 1 to {most:,} runs.",
        "N 与 D 必须是等长的正数列表，含 1 到 {most:,} 个实验。",
    ),
    "scaling.simulated.noise": (
        "The noise has to be from 0 to 1.",
        "噪声必须在 0 到 1 之间。",
    ),
}
