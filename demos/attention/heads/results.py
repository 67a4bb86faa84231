"""Heads as tables, sentences and files."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from demos.attention.heads.choices import CHOICES, DEFAULT, strongest, values_of, written
from demos.attention.heads.looking import Look, block_shares
from demos.attention.measure import NEIGHBOURS, LayerFigures
from demos.attention.rank import DEFAULT_TOLERANCES
from demos.attention.readings import Measured, sinks_of
from demos.attention.sparsity import INDICES
from demos.frame.export import write_csv, write_npz
from demos.frame.strings import Language, say
from models.attention import Attention
from models.statistics import spearman

Rows = list[list[object]]
TOLERANCE = 1e-3  # of the numerical rank that the head's table names
_HABIT = 0.25  # a share from which on a head is said to have a habit
_RELATED = 0.3  # a correlation from which on two figures are said to be related


def head_table(look: Look, language: Language) -> tuple[list[str], Rows]:
    """Headers and rows: every figure of one head, with its sinks and without."""
    headers = [
        say(f"attention.heads.column.{key}", language) for key in ("figure", "with", "without")
    ]
    sides = (look.whole, look.rest)
    rows: Rows = []
    for key, choice in CHOICES.items():
        cells = ["–" if side is None else written(float(choice.of(side)[0]), key) for side in sides]
        if key == "sinks":
            cells[1] = "–"
        rows.append([_name(key, look.sinks, language), *cells])
    extra: tuple[tuple[str, Callable[[LayerFigures], str]], ...] = (
        ("numerical_rank", _numerical_rank),
        ("log_abs_det", lambda side: f"{float(side.rank.log_abs_det[0]):.1f}"),
        ("condition", _condition),
    )
    for key, cell in extra:
        name = say(f"attention.heads.figure.{key}", language, tolerance=f"{TOLERANCE:g}")
        rows.append([name, *("–" if side is None else cell(side) for side in sides)])
    return headers, rows


def blocks_sentence(look: Look, language: Language) -> str:
    """How much of each text's weight goes to the other; nothing where there is one text."""
    if not {0, 1} <= set(look.parts):
        return ""
    shares = block_shares(look)
    special = -1 in look.parts
    return say(
        "attention.heads.blocks_special" if special else "attention.heads.blocks",
        language,
        own_a=f"{shares[0, 0]:.0%}",
        other_a=f"{shares[0, 1]:.0%}",
        own_b=f"{shares[1, 1]:.0%}",
        other_b=f"{shares[1, 0]:.0%}",
    )


def heads_table(measured: Measured, language: Language) -> tuple[list[str], Rows]:
    """Headers and rows: a row a head, layers and heads counted from 1."""
    headers = [say(f"attention.heads.column.{key}", language) for key in ("layer", "head")]
    headers += [say(f"attention.heads.short.{key}", language) for key in CHOICES]
    values = {key: values_of(measured, key) for key in CHOICES}
    layers, heads = values[DEFAULT].shape
    rows: Rows = [
        [layer + 1, head + 1, *(round(float(values[key][layer, head]), 4) for key in CHOICES)]
        for layer in range(layers)
        for head in range(heads)
    ]
    return headers, rows


def notices(measured: Measured, attention: Attention, key: str, language: Language) -> list[str]:
    """What is worth a look, from the figures alone; nothing for texts that say nothing."""
    if len(measured.layers[0].positions) < 3:
        return []
    by = key if key in INDICES else DEFAULT
    values = values_of(measured, by)
    name = say(f"attention.heads.short.{by}", language)
    sparsest = strongest(values, by)
    evenest = strongest(-values, by)
    means = values.mean(axis=1)
    low, high = sorted((int(means.argmin()), int(means.argmax())), key=lambda i: means[i])
    first, last = (low, high) if CHOICES[by].strong == "low" else (high, low)
    found = [
        say(
            "attention.heads.notice.sparsest",
            language,
            head=_number(sparsest),
            name=name,
            value=written(float(values[sparsest]), by),
            habit=_habit(measured, attention, sparsest, language),
        ),
        say(
            "attention.heads.notice.even",
            language,
            head=_number(evenest),
            name=name,
            value=written(float(values[evenest]), by),
            sparse=first + 1,
            sparse_value=written(float(means[first]), by),
            even=last + 1,
            even_value=written(float(means[last]), by),
        ),
    ]
    found += _on_sinks(measured, attention, language) + _on_rank(measured, language)
    return found


def figures_file(measured: Measured) -> str:
    """Every figure of every head as CSV."""
    return write_csv("attention-heads", *figures_rows(measured))


def figures_rows(measured: Measured) -> tuple[list[str], Rows]:
    """Headers and rows of the file: names that code can use, nothing rounded away."""
    ranks = [f"numerical_rank_{tolerance:.0e}" for tolerance in DEFAULT_TOLERANCES]
    headers = [
        "layer",
        "head",
        "tokens",
        "tokens_left_out",
        *INDICES,
        "effective_rank",
        "stable_rank",
    ]
    headers += [*ranks, "log_abs_det", "condition", "condition_resolved", "share_on_sinks"]
    headers += [f"share_on_{key}" for key in NEIGHBOURS]
    rows: Rows = []
    for layer, figures in enumerate(measured.layers):
        for head in range(len(figures.sink_share)):
            rows.append([layer + 1, head + 1, *_figures_row(figures, head, len(measured.without))])
    return headers, rows


def arrays_file(
    weights: np.ndarray, figures: LayerFigures, attention: Attention, layer: int
) -> str:
    """A layer's weights, singular values and tokens as .npz.

    Args:
        weights: of the shown tokens [h, n', n'].
        figures: of the layer.
        attention: the reading.
        layer: counted from nought.
    """
    shown = figures.positions.numpy()
    return write_npz(
        f"attention-layer-{layer + 1}",
        weights=weights,
        singular_values=figures.rank.singular_values.numpy(),
        tokens=np.array([attention.tokens[place] for place in shown]),
        parts=np.array([attention.parts[place] for place in shown]),
        positions=shown,
        layer=np.array(layer + 1),
    )


def _figures_row(figures: LayerFigures, head: int, left_out: int) -> list[object]:
    rank = figures.rank
    return [
        len(figures.positions),
        left_out,
        *(float(figures.indices[key][head]) for key in INDICES),
        float(rank.effective[head]),
        float(rank.stable[head]),
        *rank.numerical[head].tolist(),
        float(rank.log_abs_det[head]),
        float(rank.condition[head]),
        bool(rank.resolved[head]),
        float(figures.sink_share[head]),
        *(float(figures.near[key][head]) for key in NEIGHBOURS),
    ]


def _name(key: str, sinks: tuple[str, ...], language: Language) -> str:
    name = say(f"attention.heads.figure.{key}", language)
    return f"{name}: {' '.join(sinks)}" if key == "sinks" and sinks else name


def _numerical_rank(side: LayerFigures) -> str:
    place = side.rank.tolerances.index(TOLERANCE)
    return f"{int(side.rank.numerical[0, place])} / {len(side.positions)}"


def _condition(side: LayerFigures) -> str:
    value = f"{float(side.rank.condition[0]):.2g}"
    return value if bool(side.rank.resolved[0]) else f"> {value}"


def _number(place: tuple[int, int]) -> str:
    return f"{place[0] + 1}.{place[1] + 1}"


def _habit(
    measured: Measured, attention: Attention, place: tuple[int, int], language: Language
) -> str:
    """Where a head looks most of four simple places, and how much of its weight is there."""
    keys = (*NEIGHBOURS, *(() if measured.without else ("sinks",)))
    shares = {key: float(values_of(measured, key)[place]) for key in keys}
    most = max(shares, key=lambda key: shares[key])
    said = "some" if shares[most] >= _HABIT else "none"
    even = _even_share(attention) if most == "sinks" else _even_weight(measured.layers[0])
    return say(
        f"attention.heads.habit.{said}",
        language,
        share=written(shares[most], most),
        place=say(f"attention.heads.place.{most}", language),
        even=f"{even:.1%}",
    )


def _on_sinks(measured: Measured, attention: Attention, language: Language) -> list[str]:
    shares = values_of(measured, "sinks")
    if not shares.any():
        return []
    place = strongest(shares, "sinks")
    count = len(sinks_of(attention))
    return [
        say(
            "attention.heads.notice.sinks",
            language,
            share=f"{shares.mean():.0%}",
            count=count,
            tokens=len(attention.tokens),
            even=f"{_even_share(attention):.0%}",
            head=_number(place),
            most=f"{shares[place]:.0%}",
        )
    ]


def _even_share(attention: Attention) -> float:
    """What even attention would give the sinks, mean over the other tokens."""
    n, sinks = len(attention.tokens), list(sinks_of(attention))
    allowed = np.tri(n) if attention.causal else np.ones((n, n))
    others = [place for place in range(n) if place not in sinks]
    shares = allowed[:, sinks].sum(axis=1) / allowed.sum(axis=1)  # [n]
    return float(shares[others].mean())


def _even_weight(figures: LayerFigures) -> float:
    """What even attention would give one token, mean over the rows that have a choice."""
    support = figures.support[0].numpy()
    return float((1 / support[support > 1]).mean())


def _on_rank(measured: Measured, language: Language) -> list[str]:
    related = spearman(
        values_of(measured, DEFAULT).ravel(), values_of(measured, "effective_rank").ravel()
    )
    if related != related:
        return []
    kind = "none" if abs(related) < _RELATED else "higher" if related < 0 else "lower"
    return [say(f"attention.heads.notice.rank_{kind}", language, related=f"{related:+.2f}")]
