"""What was measured as tables, sentences and files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demos.attention import rank_cells
from demos.attention.masks import MaskName
from demos.attention.readings import Measured
from demos.attention.spectra import Spectrum, spectrum_name
from demos.attention.spectrum.head import Head, own_mask, rows_of
from demos.frame.export import write_csv
from demos.frame.strings import Language, say
from models.attention import Attention

Rows = list[list[str]]
_ALIKE = 0.005  # two effective ranks that differ by less than this share are told as alike


@dataclass(frozen=True)
class Compared:
    """Figures of every head under the two masks that the posts compare."""

    bidirectional: Measured
    causal: Measured

    @property
    def by_mask(self) -> dict[MaskName, Measured]:
        return {"bidirectional": self.bidirectional, "causal": self.causal}

    def effective(self) -> dict[MaskName, NDArray[np.float64]]:
        """Effective rank by mask [layers, heads]."""
        return {name: effective_ranks(each) for name, each in self.by_mask.items()}


def effective_ranks(measured: Measured) -> NDArray[np.float64]:
    """Of every head [layers, heads]."""
    ranks: NDArray[np.float64] = np.stack([each.rank.effective.numpy() for each in measured.layers])
    return ranks


def typical_head(measured: Measured) -> Head:
    """The head whose effective rank is nearest to the median of all."""
    ranks = effective_ranks(measured)
    place = int(np.abs(ranks - np.median(ranks)).argmin())
    return Head(*divmod(place, ranks.shape[1]))


# --- sentences ----------------------------------------------------------------------------------


def what_if(attention: Attention, title: str, without: int, language: Language) -> str:
    """That other masks than its own are nothing that the model was trained with."""
    own = say(f"attention.rank.softmax.{own_mask(attention)}", language)
    sentence = say("attention.rank.what_if", language, model=title, mask=own)
    if without:
        sentence += say("attention.rank.without", language, count=without)
    return sentence


def about_head(spectra: Sequence[Spectrum], chosen: Head, language: Language) -> str:
    """Where this head's effective rank is largest."""
    softmax = [each for each in spectra if each.kind == "softmax"]
    best = max(softmax, key=lambda each: float(each.figures.effective))
    own = next(each for each in softmax if each.own)
    return say(
        "attention.rank.about_head",
        language,
        layer=chosen.layer + 1,
        head=chosen.head + 1,
        mask=say(f"attention.rank.softmax.{best.mask}", language),
        best=f"{float(best.figures.effective):.1f}",
        own=f"{float(own.figures.effective):.1f}",
        n=own.size,
    )


def about_exact(n: int, d: int, language: Language) -> str:
    """That exact rank tells the two masks apart in nothing."""
    return say("attention.rank.about_exact", language, n=n, d=d)


def about_all(compared: Compared, n: int, language: Language) -> str:
    """Which mask has the larger effective rank, and in how many heads."""
    ranks = compared.effective()
    causal, bidirectional = ranks["causal"], ranks["bidirectional"]
    alike = np.abs(causal - bidirectional) <= _ALIKE * np.maximum(causal, bidirectional)
    ahead = int(((causal > bidirectional) & ~alike).sum())
    behind = int(((causal < bidirectional) & ~alike).sum())
    winner = "none" if ahead == behind else "causal" if ahead > behind else "bidirectional"
    return say(
        f"attention.rank.about_all.{winner}",
        language,
        causal=ahead,
        bidirectional=behind,
        alike=int(alike.sum()),
        heads=causal.size,
        causal_mean=f"{causal.mean():.1f}",
        bidirectional_mean=f"{bidirectional.mean():.1f}",
        n=n,
    )


def about_resolution(compared: Compared, language: Language) -> str:
    """In how many heads float64 cannot tell the matrix from a singular one."""
    unresolved = {
        name: sum(int((~each.rank.resolved.numpy()).sum()) for each in measured.layers)
        for name, measured in compared.by_mask.items()
    }
    figures = compared.causal.layers[0].rank
    return say(
        "attention.rank.about_resolution",
        language,
        **unresolved,
        heads=sum(len(each.rank.effective) for each in compared.causal.layers),
        bound=rank_cells.power(rank_cells.condition_bound(figures)),
    )


# --- table and files ----------------------------------------------------------------------------


def table(
    spectra: tuple[Spectrum, ...], attention: Attention, chosen: Head, language: Language
) -> tuple[list[str], Rows]:
    """Headers and rows: every mask, and linear attention from the same queries and keys."""
    headers = [say("attention.rank.column.mask", language), *rank_cells.headers(language)]
    rows = [
        [
            _row_name(name, spectrum, language),
            *rank_cells.cells(spectrum.figures, spectrum.exact, language),
        ]
        for name, spectrum in rows_of(spectra, attention, chosen)
    ]
    return headers, rows


def _row_name(name: MaskName, spectrum: Spectrum, language: Language) -> str:
    if name == spectrum.mask:
        return spectrum_name(spectrum, language)
    return say(
        "attention.rank.same_as",
        language,
        name=say(f"attention.rank.softmax.{name}", language),
        same=say(f"attention.rank.softmax.{spectrum.mask}", language),
    )


def spectra_file(spectra: Sequence[Spectrum], chosen: Head) -> str:
    """The singular values as CSV, a column for each mask."""
    columns = [each.figures.singular_values[0].tolist() for each in spectra]
    headers = ["number", *(f"{each.kind} {each.mask}" for each in spectra)]
    rows = ([place + 1, *row] for place, row in enumerate(zip(*columns, strict=True)))
    return write_csv(f"attention-rank-layer{chosen.layer + 1}-head{chosen.head + 1}", headers, rows)


def heads_file(compared: Compared) -> str:
    """All rank figures of all heads as CSV."""
    tolerances = compared.causal.layers[0].rank.tolerances
    headers = ["mask", "layer", "head", "effective_rank", "stable_rank", "log_abs_det"]
    headers += ["condition_number", "resolved", *(f"rank_{each:g}" for each in tolerances)]
    rows: list[list[object]] = [
        [mask, layer + 1, head + 1, *_figures_of(measured, layer, head)]
        for mask, measured in compared.by_mask.items()
        for layer, figures in enumerate(measured.layers)
        for head in range(len(figures.rank.effective))
    ]
    return write_csv("attention-rank-all-heads", headers, rows)


def _figures_of(measured: Measured, layer: int, head: int) -> list[object]:
    rank = measured.layers[layer].rank
    return [
        round(float(rank.effective[head]), 4),
        round(float(rank.stable[head]), 4),
        float(rank.log_abs_det[head]),
        float(rank.condition[head]),
        bool(rank.resolved[head]),
        *rank.numerical[head].tolist(),
    ]
