"""The ground floor's sentences in Chinese, by the English template that stands where they are made."""

SENTENCES_ZH: dict[str, str] = {
    # --- the device, and why ---
    "{reasons}": "{reasons}",
    "{failure}": "{failure}",
    "{gpu}": "{gpu}",
    "as requested": "按指定",
    "number format as requested": "数值格式按指定",
    "no CUDA GPU, {threads} CPU threads": "没有 CUDA GPU，{threads} 个 CPU 线程",
    "fp32: CUDA cannot be asked": "fp32：无法查询 CUDA",
    "bf16: compute capability {version} has bf16 units": "bf16：计算能力 {version} 有 bf16 单元",
    "fp32: compute capability {version} has no bf16 units": "fp32：计算能力 {version} 没有 bf16 单元",
    "bf16: this CPU has AMX": "bf16：此 CPU 有 AMX",
    "bf16: this CPU has AVX512-BF16": "bf16：此 CPU 有 AVX512-BF16",
    "fp32: this CPU has neither AMX nor AVX512-BF16": "fp32：此 CPU 没有 AMX，也没有 AVX512-BF16",
    "fp32: bf16 is not measured on {device}": "fp32：没有在 {device} 上测过 bf16",
    # --- which model ---
    "There is no model “{key}”: did you mean “{nearest}”?": "没有名为「{key}」的模型：你是想用「{nearest}」吗？",
    "There is no model “{key}”: known are {known}.": "没有名为「{key}」的模型：已知的有 {known}。",
    "“{repo}” is not a hub id: write it as owner/name.": "「{repo}」不是模型库 ID：请写成 owner/name。",
    # --- getting its files ---
    "“{key}” cannot be loaded here: {reasons}.": "这里无法加载「{key}」：{reasons}。",
    "the package {package} is not installed": "未安装软件包 {package}",
    "the package {package} carries no model files": "软件包 {package} 不含模型文件",
    "no model folder is set in {variable}": "{variable} 没有指定模型目录",
    "there is no folder {folder} among the local models": "本地模型中没有目录 {folder}",
    "“{repo}” is not a hub id": "「{repo}」不是模型库 ID",
    "{repo} asks for an accepted licence on its page": "{repo} 要求先在其页面上接受许可协议",
    "the hub has no {repo} at that revision": "模型库中没有该版本的 {repo}",
    "it is not on this machine and the hub ({repo}) cannot be reached": "本机没有这个模型，也无法访问模型库（{repo}）",
    "the download of {repo} broke off": "{repo} 的下载中断了",
    "{repo} has {size:.1f} GB of weights and at most {limit:.0f} GB are fetched for a visitor": (
        "{repo} 的权重有 {size:.1f} GB，为访客下载的模型最多 {limit:.0f} GB"
    ),
    # --- what its files hold ---
    "{name} is missing in {folder}: install it again.": "{folder} 中缺少 {name}：请重新安装。",
    "{name} is not the file the catalog names (its sha256 begins with {found}, expected {expected}):"
    " install it again.": (
        "{name} 不是模型清单中登记的文件（其 sha256 以 {found} 开头，应为 {expected}）：请重新安装。"
    ),
    "“{key}” has no tokenizer files: its folder is incomplete.": "「{key}」没有分词器文件：它的目录不完整。",
    "“{key}” has no safetensors weights, and other formats can run code when read: convert it to"
    " safetensors first.": (
        "「{key}」没有 safetensors 格式的权重，而其他格式在读取时可能执行代码：请先转换为 safetensors。"
    ),
    "“{key}” cannot be read: its files are damaged, or its architecture is not supported.": (
        "无法读取「{key}」：文件已损坏，或不支持它的架构。"
    ),
    "The model folder lacks {file}.": "模型目录中缺少 {file}。",
    "{file} of the model is damaged.": "模型的 {file} 已损坏。",
    "The model's files lack weights ({weight}).": "模型文件缺少权重（{weight}）。",
    "“{key}” lacks weights of a cross-encoder ({weight}): choose another.": (
        "「{key}」缺少交互式模型的权重（{weight}）：请换一个模型。"
    ),
    "“{key}” has {outputs} outputs; a cross-encoder here gives one score a pair.": (
        "「{key}」有 {outputs} 个输出；这里的交互式模型对每对句子只给一个分数。"
    ),
    "“{key}” is not a model that gives a text a vector.": "「{key}」不是给出文本向量的模型。",
    "“{key}” is neither a sentence-transformers model nor a cross-encoder: choose another.": (
        "「{key}」既不是 sentence-transformers 模型，也不是交互式模型：请换一个模型。"
    ),
    "“{key}” lacks weights of a language model ({weight}): choose another.": (
        "「{key}」缺少语言模型的权重（{weight}）：请换一个模型。"
    ),
    "{file} holds a model or a tokenizer of a kind that is not read here.": (
        "{file} 中的模型或分词器的类型在这里无法读取。"
    ),
    "“{model}” is converted once and the cache of this host cannot be written ({reason}): name another"
    " folder in {variable}.": (
        "「{model}」需要转换一次，但本机的缓存目录无法写入（{reason}）：请在 {variable} 中指定另一个目录。"
    ),
    "“{key}” has a module “{kind}” that Kexue Lab does not know: choose a model made of {modules}.": (
        "「{key}」含有 Kexue Lab 不认识的模块「{kind}」：请选择只由 {modules} 组成的模型。"
    ),
    "“{key}” has its modules in an order that is not known here.": "「{key}」的模块顺序不受支持。",
    "“{key}” puts words of its own before a pair, which is not done here: choose another.": (
        "「{key}」会在句子对前加上自己的提示词，这里不支持：请换一个模型。"
    ),
    "“{key}” is not a model that scores pairs.": "「{key}」不是给句子对打分的模型。",
    "“{key}” names a module outside its own folder.": "「{key}」引用了自身目录之外的模块。",
    "“{key}” pools by “{mode}”, which is not known here.": "「{key}」使用不受支持的池化方式「{mode}」。",
    "“{key}” has a Dense module with settings not known here.": "「{key}」的 Dense 模块含有不受支持的设置。",
    "The adapter changes “{name}”, which is not known here.": "适配器修改了不受支持的「{name}」。",
    "The adapter uses “{setting}”, which is not known here.": "适配器使用了不受支持的设置「{setting}」。",
    "The adapter was made for a base of another shape.": "该适配器是为另一种形状的基座模型制作的。",
    "The model's prompt leaves no room for a text.": "模型的提示语占满了长度，没有留给文本的位置。",
    "“{key}” leaves tokens out of its scores, which is not known here: choose another.": (
        "「{key}」打分时略去部分词元，这里不支持：请换一个模型。"
    ),
    "Adapters are computed on BERT's architecture alone.": "只有 BERT 架构的模型才能使用适配器。",
    # --- what it is asked ---
    "“{key}” is a {kind}; only a bi-encoder gives a text a vector.": (
        "「{key}」的类型是 {kind}；只有双塔模型（bi-encoder）才给出文本向量。"
    ),
    "“{key}” is a {kind}; only late interaction gives every token a vector.": (
        "「{key}」的类型是 {kind}；只有延迟交互模型（late-interaction）才给出每个词元的向量。"
    ),
    "“{key}” is a {kind} and does not score pairs.": "「{key}」的类型是 {kind}，不能给句子对打分。",
    "Texts are needed as a list, not as one string.": "文本应以列表给出，而不是单个字符串。",
    "A text is needed where {kind} “{text}” stands.": "这里需要文本，得到的却是 {kind}「{text}」。",
    "A text holds half of a character (a lone surrogate): type it again.": (
        "文本中有半个字符（孤立的代理码位）：请重新输入。"
    ),
    "Each pair needs exactly two sentences: [[“first”, “second”], …].": (
        "每一对必须恰好有两个句子：[[“第一句”, “第二句”], …]。"
    ),
    "A text holds a token that this model has no vector for: leave it out.": (
        "文本中有一个该模型没有向量的词元：请删去。"
    ),
    "“{key}” reads pairs: give two texts.": "「{key}」读的是句子对：请给出两个文本。",
    "“{key}” reads one text at a time, not a pair.": "「{key}」一次只读一个文本，而不是句子对。",
    "The text has no token that a model could look at: write something.": (
        "文本中没有模型能看的词元：请写点什么。"
    ),
    "“{architecture}” looks at a window of a text this long, which is not shown here: shorten it.": (
        "文本这么长时，「{architecture}」每次只看一个窗口，这里无法展示：请缩短文本。"
    ),
    "The attention of the architecture “{architecture}” cannot be shown here: choose another model.": (
        "这里无法展示「{architecture}」架构的注意力：请换一个模型。"
    ),
    # --- training ---
    "“{kind}” cannot be trained here.": "这里不能训练「{kind}」。",
    "A {kind} is not trained with “{loss}”: choose one of {losses}.": (
        "{kind} 不能用「{loss}」训练：请从 {losses} 中选择。"
    ),
    "Only late interaction projects token vectors: leave it out.": (
        "只有延迟交互模型才对词元向量做投影：请去掉这一项。"
    ),
    "“{name}” is {value} and has to lie between {low:g} and {high:g}.": (
        "「{name}」为 {value}，应在 {low:g} 与 {high:g} 之间。"
    ),
    "“{base}” is not a BERT: choose another base.": "「{base}」不是 BERT：请换一个基座。",
    "At least two pairs to train on and two to test on are needed.": (
        "至少需要两对句子用于训练、两对用于检验。"
    ),
    "All labels of “{name}” are equal: there is nothing to learn.": (
        "「{name}」的标签全部相同：没有可学的东西。"
    ),
    "The loss was no number at step {step}: choose a lower learning rate.": (
        "第 {step} 步的损失不再是数字：请降低学习率。"
    ),
    "“{folder}” does not fit: base and head have to be the same, its rank no higher.": (
        "「{folder}」不合适：基座与输出头必须相同，秩不得更高。"
    ),
    "“{folder}” holds no trained model.": "「{folder}」中没有训练好的模型。",
    "sentence-transformers has no head on both texts' means: export an adapter with head “mean”.": (
        "sentence-transformers 没有读取两句各自均值的输出头：请导出输出头为「mean」的适配器。"
    ),
    "“{folder}” holds a checkpoint of other settings or data: remove it or choose another.": (
        "「{folder}」中是其他设置或数据的存档：请删除，或换一个目录。"
    ),
    "“{title}” is no base to train on: choose a whole bi-encoder.": (
        "「{title}」不能作为训练的基座：请选择一个完整的双塔模型。"
    ),
    "“{title}” is no {kind} adapter on {base}: choose another start.": (
        "「{title}」不是 {base} 上的 {kind} 适配器：请换一个起点。"
    ),
    "“{key}” does not write texts: choose a language model.": (
        "「{key}」不能生成文本：请选择语言模型。"
    ),
    "The model looks at {window:,} tokens at most: shorten the text.": (
        "模型最多能看 {window:,} 个 token：请缩短文本。"
    ),
    "A GPU that is lent for one call at a time forgets what a model has read: run the app on a"
    " machine of its own for this.": (
        "按次借用的 GPU 记不住模型读过的内容：此功能请在自己的机器上运行本应用。"
    ),
    "There is no memory left for so many rows: take fewer or shorter texts.": (
        "内存不足以容纳这么多行：请减少或缩短文本。"
    ),
    "This model has no chat format and cannot be asked: choose one that follows instructions.": (
        "此模型没有对话格式，无法提问：请选择经过指令微调的模型。"
    ),
    "Texts are continued on Llama's architecture alone, and this model is {name}: choose"
    " another.": ("只支持用 Llama 架构续写文本，而此模型是 {name}：请换一个。"),
    "Only LoRA adapters are trained here: full weights are too large.": (
        "这里只训练 LoRA 适配器：完整权重太大。"
    ),
    "Biases and norms are not trained here: choose another method.": (
        "这里不训练偏置与归一化参数：请选择其他方法。"
    ),
    "At most {limit} steps are trained here.": "这里最多训练 {limit} 步。",
    "A batch has at most {limit} pairs here.": "这里每批最多 {limit} 对。",
    "There are {pairs:,} labelled pairs and at most {limit:,} are trained on here: use fewer rows.": (
        "共有 {pairs:,} 对带标签的句子，这里最多用 {limit:,} 对训练：请减少行数。"
    ),
    "“{name}” cannot be read: {error}.": "无法读取「{name}」：{error}。",
    "“{name}” holds no pairs.": "「{name}」中没有句子对。",
    "Write a hub data set as hub:owner/name/file, not “{it}”.": (
        "模型库中的数据集请写成 hub:owner/name/file，而不是「{it}」。"
    ),
    "“{name}” cannot be fetched, for the hub cannot be reached: bring the file itself.": (
        "无法访问模型库，取不到「{name}」：请直接提供文件。"
    ),
    "There is no public file “{name}” on the hub: check its address.": (
        "模型库中没有公开的文件「{name}」：请检查地址。"
    ),
    "“{name}” cannot be fetched from the hub: {error}.": "无法从模型库取得「{name}」：{error}。",
    "“{name}” has no column “{wanted}”: name its columns sentence1, sentence2 and score.": (
        "「{name}」没有列「{wanted}」：请把各列命名为 sentence1、sentence2 和 score。"
    ),
    "Row {row} of “{name}” has the label “{label}”, which is not a number.": (
        "「{name}」第 {row} 行的标签「{label}」不是数字。"
    ),
    "That model of your own is no longer here: train it again.": (
        "你自己的这个模型已经不在了：请重新训练。"
    ),
    "“{key}” is no adapter: it is a whole model already.": "「{key}」不是适配器：它本身就是完整的模型。",
    # --- memory and time ---
    "“{key}” needs {need:,.0f} MB and the memory budget of this host is {budget:,.0f} MB: choose a smaller"
    " model.": "「{key}」需要 {need:,.0f} MB，而本机的内存限额为 {budget:,.0f} MB：请选择更小的模型。",
    "“{key}” does not fit into the memory that is left: choose a smaller one.": (
        "剩余内存放不下「{key}」：请选择更小的模型。"
    ),
    "There is no room for “{key}” while others are in use: try again.": (
        "其他模型正在使用，暂时没有「{key}」的位置：请重试。"
    ),
    "A text of {tokens} tokens does not fit into the memory that is left: shorten it or choose a smaller"
    " model.": "剩余内存放不下一个有 {tokens} 个词元的文本：请缩短，或选择更小的模型。",
    "The work was cancelled.": "任务已取消。",
}
