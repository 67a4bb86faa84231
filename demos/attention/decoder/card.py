"""A task as a picture: who sees whom under each mask, and an example with what counts for the loss.

Masks and examples are those of the experiment itself, the masks at a smaller size.
"""

from __future__ import annotations

import string
from html import escape

import numpy as np
from numpy.typing import NDArray

from demos.attention.colours import MASK_COLOURS
from demos.attention.experiment.masks import MASKS, MaskName
from demos.attention.experiment.settings import MASKS_OF
from demos.attention.experiment.tasks import IGNORED, TASKS, Task, examples
from demos.frame.strings import Language, say

_CELL, _MARGIN = 11, 15
_POSITIONS, _INPUTS = 9, 5  # of the pictures
_HIDDEN = range(4, 7)  # symbols hidden in the example shown: neither none nor nearly all
_BRACKETS = "([{⟨)]}⟩"


def card_html(key: str, language: Language) -> str:
    """Task, example and masks."""
    task = TASKS[key]
    about = escape(say(f"attention.decoder.about.{key}", language))
    counts = escape(say(f"attention.decoder.counts.{task.family}", language))
    masks = "".join(_figure(mask, task, language) for mask in MASKS_OF[task.family])
    name = escape(say(f"attention.decoder.task.{key}", language))
    sees = escape(say("attention.decoder.who_sees", language))
    return (
        f'<div class="kl-trial"><div class="kl-trial-task"><h4>{name}</h4><p>{about}</p>'
        f'<div class="kl-symbols">{_example(task)}</div><p>{counts}</p></div>'
        f'<div><h4>{sees}</h4><div class="kl-masks">{masks}</div></div></div>'
    )


# --- the example --------------------------------------------------------------------------------


def _example(task: Task) -> str:
    batch = examples(task, np.random.default_rng(0), 64, held_out=True)
    asked = (batch.targets != IGNORED).sum(axis=1)
    fits = [row for row, count in enumerate(asked.tolist()) if count in _HIDDEN]
    row = fits[0] if task.family == "masked" and fits else 0
    tokens, targets = batch.tokens[row].tolist(), batch.targets[row].tolist()
    if task.family == "generation":
        given = [_symbol(_name(task, token)) for token in tokens[: task.prefix - 1]]
        said = [_symbol(_name(task, token), "kl-counts") for token in targets[task.prefix - 1 :]]
        between = _symbol("=" if task.key == "addition" else "→", "kl-between")
        return "".join([*given, between, *said])
    return "".join(
        _symbol(_name(task, token))
        if target == IGNORED
        else _symbol("?", "kl-counts", _name(task, target))
        for token, target in zip(tokens, targets, strict=True)
    )


def _name(task: Task, token: int) -> str:
    """A symbol as people would write it."""
    if task.key == "sort":
        return str(token)
    names = {"addition": "0123456789+", "brackets": _BRACKETS}
    return names.get(task.key, string.ascii_uppercase)[token]


def _symbol(name: str, kind: str = "", below: str = "") -> str:
    small = f"<small>{escape(below)}</small>" if below else ""
    return f'<i class="{kind}">{escape(name)}{small}</i>'


# --- the masks ----------------------------------------------------------------------------------


def _figure(mask: MaskName, task: Task, language: Language) -> str:
    inputs = _INPUTS if task.family == "generation" else 0
    sees = MASKS[mask](2, 2, _POSITIONS, inputs)  # [layers, heads, n, n]
    shown = {
        "half_heads": [("heads_first", sees[0, 0]), ("heads_second", sees[0, 1])],
        "alternating": [("layers_odd", sees[0, 0]), ("layers_even", sees[1, 0])],
    }.get(mask, [("", sees[0, 0])])
    pictures = "".join(
        _picture(each, inputs, MASK_COLOURS[mask], where, language) for where, each in shown
    )
    name = escape(say(f"attention.decoder.mask.{mask}", language))
    known = escape(say(f"attention.decoder.mask_of.{mask}", language))
    return (
        f"<figure><figcaption>{name}<small>{known}</small></figcaption>"
        f"<div>{pictures}</div></figure>"
    )


def _picture(
    sees: NDArray[np.bool_], inputs: int, colour: str, where: str, language: Language
) -> str:
    """One matrix as SVG: a row looks at the filled columns."""
    n = len(sees)
    size, head = n * _CELL, _MARGIN  # room for words, or level with pictures that have some
    left = _MARGIN if inputs else 0
    cells = "".join(
        f'<rect x="{left + j * _CELL}" y="{head + i * _CELL}" width="{_CELL - 1}" rx="1.5"'
        f' height="{_CELL - 1}" fill="{colour if sees[i, j] else "rgba(128,128,128,.16)"}"/>'
        for i in range(n)
        for j in range(n)
    )
    if inputs:
        cells += _parts(inputs, n, left, head, language)
    elif where:
        words = escape(say(f"attention.decoder.{where}", language))
        cells += f'<text x="{left}" y="{head - 5}">{words}</text>'
    return f'<svg width="{left + size}" height="{head + size}" role="img">{cells}</svg>'


def _parts(inputs: int, n: int, left: int, head: int, language: Language) -> str:
    """Words for input and output along both sides, and lines between them."""
    given, said = (escape(say(f"attention.decoder.{k}", language)) for k in ("input", "output"))
    edge, end = inputs * _CELL, n * _CELL
    words = "".join(
        f'<text x="{left + at}" y="{head - 5}" text-anchor="middle">{word}</text>'
        f'<text transform="translate({left - 5} {head + at}) rotate(-90)"'
        f' text-anchor="middle">{word}</text>'
        for at, word in ((edge / 2, given), ((edge + end) / 2, said))
    )
    line = 'stroke="currentColor" stroke-opacity=".55" stroke-width="1" stroke-dasharray="3 2"'
    x, y = left + edge - 0.5, head + edge - 0.5
    return f"{words}<path d='M{x} {head}V{head + end}M{left} {y}H{left + end}' {line} fill='none'/>"
