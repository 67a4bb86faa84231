"""Two models as a table of means, sentences and a file."""

from __future__ import annotations

import numpy as np

from demos.attention.heads.choices import DEFAULT, values_of, written
from demos.attention.heads.results import Rows, figures_rows
from demos.attention.readings import takes_pairs
from demos.attention.sidebyside.comparing import Side
from demos.frame.export import write_csv
from demos.frame.strings import Language, say
from models.registry import Registry

Sides = tuple[Side, Side]
_ALIKE = 0.2  # of the heads' standard deviation: means that are closer are said to be alike
COLUMNS = (DEFAULT, "effective_rank", "sinks")


def means_table(sides: Sides, key: str, language: Language) -> tuple[list[str], Rows]:
    """Headers and rows: the mean over heads, layer by layer, then over all of them."""
    keys = tuple(dict.fromkeys((key, *COLUMNS)))
    headers = [say("attention.heads.column.layer", language)]
    columns: list[list[str]] = []
    for each in keys:
        for letter, side in zip("12", sides, strict=True):
            name = say(f"attention.heads.short.{each}", language)
            headers.append(say("attention.sidebyside.column", language, name=name, number=letter))
            columns.append(_means(values_of(side.measured, each), each))
    for letter, side in zip("12", sides, strict=True):
        if side.across is not None:
            name = say("attention.sidebyside.across", language)
            headers.append(say("attention.sidebyside.column", language, name=name, number=letter))
            columns.append(_means(side.across, "sinks"))
    deepest = max(len(side.measured.layers) for side in sides)
    rows: Rows = []
    for layer in range(deepest):
        cells = (c[layer] if layer < len(c) - 1 else "" for c in columns)
        rows.append([str(layer + 1), *cells])
    rows.append([say("attention.sidebyside.all_layers", language), *(c[-1] for c in columns)])
    return headers, rows


def _means(values: np.ndarray, key: str) -> list[str]:
    """The mean of each layer, and of all heads at the end."""
    return [written(float(mean), key) for mean in (*values.mean(axis=1), values.mean())]


def read_sentence(registry: Registry, sides: Sides, language: Language) -> list[str]:
    """What each model read: the number of tokens, and of which texts."""
    found = []
    paired = [takes_pairs(registry, side.asked.model) for side in sides]
    for number, (side, pair) in enumerate(zip(sides, paired, strict=True), start=1):
        joined = not pair and any(paired) and side.asked.first != _firsts(sides, paired)
        key = "pair" if pair else "joined" if joined else "text"
        said = say(
            f"attention.sidebyside.read.{key}",
            language,
            number=number,
            model=side.title,
            tokens=len(side.attention.tokens),
        )
        cut = say("attention.sidebyside.cut", language) if side.attention.truncated else ""
        found.append(said + cut)
    return found


def _firsts(sides: Sides, paired: list[bool]) -> str:
    return next(side.asked.first for side, pair in zip(sides, paired, strict=True) if pair)


def differences(sides: Sides, language: Language) -> list[str]:
    """What differs, in numbers; that they are unequal in length is said too."""
    if sides[0].asked == sides[1].asked:
        return [say("attention.sidebyside.same", language)]
    found = []
    for key in (DEFAULT, "effective_rank"):
        means = [float(values_of(side.measured, key).mean()) for side in sides]
        spread = float(np.mean([values_of(side.measured, key).std() for side in sides]))
        if abs(means[0] - means[1]) < _ALIKE * spread:
            found.append(_alike(means, spread, key, language))
            continue
        low, high = (0, 1) if means[0] <= means[1] else (1, 0)
        found.append(
            say(
                f"attention.sidebyside.differ.{key}",
                language,
                low=sides[low].title,
                high=sides[high].title,
                low_value=written(means[low], key),
                high_value=written(means[high], key),
                layers=_layers_below(sides, low, key, language),
            )
        )
    sinks = [float(values_of(side.measured, "sinks").mean()) for side in sides]
    one, two = (f"{share:.0%}" for share in sinks)
    found.append(say("attention.sidebyside.differ.sinks", language, one=one, two=two))
    for side in sides:
        if side.across is not None:
            found.append(_across(side, language))
    lengths = [len(side.measured.layers[0].positions) for side in sides]
    if max(lengths) > 1.15 * min(lengths):
        found.append(say("attention.sidebyside.lengths", language, one=lengths[0], two=lengths[1]))
    return found


def _alike(means: list[float], spread: float, key: str, language: Language) -> str:
    one, two, heads = (written(value, key) for value in (*means, spread))
    name = say(f"attention.heads.short.{key}", language)
    return say("attention.sidebyside.alike", language, name=name, one=one, two=two, spread=heads)


def _layers_below(sides: Sides, low: int, key: str, language: Language) -> str:
    """In how many layers the lower model is lower; nothing where depths are unequal."""
    means = [values_of(side.measured, key).mean(axis=1) for side in sides]
    if len(means[0]) != len(means[1]):
        return ""
    below = int((means[low] < means[1 - low]).sum())
    return say("attention.sidebyside.layers", language, below=below, layers=len(means[0]))


def _across(side: Side, language: Language) -> str:
    across = side.across
    if across is None:
        raise ValueError("a reading of one text has no other text")
    layers = across.mean(axis=1)
    layer, head = divmod(int(across.argmax()), across.shape[1])
    return say(
        "attention.sidebyside.differ.across",
        language,
        model=side.title,
        share=f"{across.mean():.0%}",
        layer=int(layers.argmax()) + 1,
        layer_share=f"{layers.max():.0%}",
        head=f"{layer + 1}.{head + 1}",
        head_share=f"{across.max():.0%}",
    )


def figures_file(sides: Sides) -> str:
    """Every figure of every head of both models as CSV."""
    rows: Rows = []
    headers: list[str] = []
    for side in sides:
        headers, own = figures_rows(side.measured)
        rows += [[side.asked.model, *row] for row in own]
    return write_csv("attention-side-by-side", ["model", *headers], rows)
