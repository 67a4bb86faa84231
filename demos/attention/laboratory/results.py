"""What was drawn as tables, sentences and files."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from demos.attention import rank_cells
from demos.attention.laboratory.drawing import WALK, Course, Walk
from demos.attention.laboratory.setting import REFERENCES, SCALES, Reference, Setting
from demos.attention.spectra import Spectrum, spectrum_name
from demos.frame.export import write_csv
from demos.frame.strings import Language, say

Rows = list[list[str]]


def reference_of(setting: Setting) -> Reference | None:
    """The known setting on which the sliders stand."""
    return next((each for each in REFERENCES if each.fits(setting)), None)


def table(
    spectra: Sequence[Spectrum], setting: Setting, language: Language
) -> tuple[list[str], Rows]:
    """Headers and rows; the known effective ranks stand beside ours where there are any."""
    reference = reference_of(setting)
    headers = [say("attention.rank.column.mask", language), *rank_cells.headers(language)]
    headers.insert(3, say("attention.laboratory.column.reference", language))
    rows: Rows = []
    for each in spectra:
        row = rank_cells.cells(each.figures, each.exact, language)
        known = getattr(reference, each.mask, None) if each.kind == "softmax" else None
        row.insert(2, "–" if known is None else f"{known:g}")
        rows.append([spectrum_name(each, language), *row])
    return headers, rows


# --- sentences ----------------------------------------------------------------------------------


def findings(
    spectra: Sequence[Spectrum], setting: Setting, walk: Walk | None, language: Language
) -> list[str]:
    """What the figures show."""
    found = []
    ranks = {each.mask: each for each in spectra if each.kind == "softmax"}
    if {"bidirectional", "causal"} <= set(ranks):
        found.append(_who_is_ahead(ranks["bidirectional"], ranks["causal"], language))
    if walk is not None:
        found.append(_where_it_turns(walk, language))
    if "causal" in ranks:
        found.append(_log_det(ranks["causal"], setting, language))
    unresolved = [
        spectrum_name(each, language)
        for each in spectra
        if not rank_cells.is_singular(each.figures, each.exact)
        and not bool(each.figures.resolved.all())
    ]
    if unresolved:
        bound = rank_cells.power(rank_cells.condition_bound(spectra[0].figures))
        names = say("attention.laboratory.and", language).join(unresolved)
        found.append(say("attention.laboratory.unresolved", language, names=names, bound=bound))
    return found


def _who_is_ahead(bidirectional: Spectrum, causal: Spectrum, language: Language) -> str:
    both, one = (float(each.figures.effective.mean()) for each in (bidirectional, causal))
    key = "claim_holds" if one > both else "claim_reversed"
    return say(
        f"attention.laboratory.{key}",
        language,
        bidirectional=f"{both:.1f}",
        causal=f"{one:.1f}",
        n=causal.size,
    )


def _where_it_turns(walk: Walk, language: Language) -> str:
    values: dict[str, object] = {"n": walk.n, "d": walk.d}
    if walk.crossing is None:
        values |= {"low": SCALES[0], "high": SCALES[1]}
        mask = say(f"attention.rank.softmax.{walk.ahead}", language)
        return say("attention.laboratory.no_turn", language, **values, mask=mask)
    return say("attention.laboratory.turn", language, **values, scale=f"{walk.crossing:.2f}")


def _log_det(causal: Spectrum, setting: Setting, language: Language) -> str:
    return say(
        "attention.laboratory.log_det",
        language,
        n=setting.n,
        value=f"{float(causal.figures.log_abs_det.mean()):,.0f}".replace("-", "−"),
        even=f"−{math.lgamma(setting.n + 1):,.0f}",
    )


def sizes_table(walks: Sequence[Walk], language: Language) -> tuple[list[str], Rows]:
    """Headers and rows: where the masks cross, by head size."""
    keys = ("n", "d", "crossing", "soft", "sharp")
    rows: Rows = [
        [
            str(walk.n),
            str(walk.d),
            _crossing_said(walk, language),
            f"{walk.bidirectional[0]:.1f} / {walk.causal[0]:.1f}",
            f"{walk.bidirectional[-1]:.1f} / {walk.causal[-1]:.1f}",
        ]
        for walk in walks
    ]
    ends = {"low": f"{SCALES[0]:g}", "high": f"{SCALES[1]:g}"}
    return [say(f"attention.laboratory.column.{key}", language, **ends) for key in keys], rows


def _crossing_said(walk: Walk, language: Language) -> str:
    if walk.crossing is not None:
        return f"{walk.crossing:.2f}"
    mask = say(f"attention.rank.softmax.{walk.ahead}", language)
    return say("attention.laboratory.never", language, mask=mask)


def about_courses(courses: Sequence[Course], language: Language) -> list[str]:
    """What is left of each network's residual share at its end, a sentence a variant."""
    sentences = []
    for variant in dict.fromkeys(course.variant for course in courses):
        ends = [
            f"{say(f'attention.rank.softmax.{course.mask}', language)}"
            f" {rank_cells.small(float(np.median(course.shares[:, -1])))}"
            for course in courses
            if course.variant == variant
        ]
        sentences.append(
            say(
                "attention.laboratory.ends",
                language,
                variant=say(f"attention.laboratory.variant.{variant.key}", language),
                depth=courses[0].shares.shape[1] - 1,
                ends=say("attention.laboratory.comma", language).join(ends),
            )
        )
    return sentences


def about_model(shares: NDArray[np.float64], model: str, tokens: int, language: Language) -> str:
    """Whether the vectors of a real model become alike."""
    lowest = int(shares.argmin())
    return say(
        "attention.laboratory.about_model",
        language,
        model=model,
        tokens=tokens,
        first=f"{shares[0]:.2f}",
        last=f"{shares[-1]:.2f}",
        lowest=f"{shares[lowest]:.2f}",
        layer=lowest,
        layers=len(shares) - 1,
    )


# --- files --------------------------------------------------------------------------------------


def spectra_file(spectra: Sequence[Spectrum], setting: Setting) -> str:
    """Singular values of every draw as CSV."""
    rows = (
        [each.kind, each.mask, seed, place + 1, value]
        for each in spectra
        for seed, values in enumerate(each.figures.singular_values.tolist())
        for place, value in enumerate(values)
    )
    headers = ["kind", "mask", "seed", "number", "singular_value"]
    return write_csv(f"laboratory-n{setting.n}-d{setting.d}-sd{setting.scale:g}", headers, rows)


def walks_file(walks: Sequence[Walk]) -> str:
    """Effective ranks over all sharpnesses as CSV."""
    rows = [
        [walk.n, walk.d, scale, bidirectional, causal]
        for walk in walks
        for scale, bidirectional, causal in zip(WALK, walk.bidirectional, walk.causal, strict=True)
    ]
    headers = ["n", "d", "logit_sd", "effective_rank_bidirectional", "effective_rank_causal"]
    return write_csv("laboratory-crossover", headers, rows)


def courses_file(courses: Sequence[Course]) -> str:
    """Residual shares of every network as CSV."""
    rows = [
        [course.mask, course.variant.residual, course.variant.layer_norm, seed, layer, share]
        for course in courses
        for seed, shares in enumerate(course.shares.tolist())
        for layer, share in enumerate(shares)
    ]
    headers = ["mask", "residual", "layer_norm", "seed", "layer", "residual_share"]
    return write_csv("laboratory-collapse", headers, rows)
