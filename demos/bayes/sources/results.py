"""A prediction's sources in words, in a table, and in a file."""

from __future__ import annotations

import numpy as np

from demos.bayes.sources.reading import Found
from demos.frame.export import write_csv
from demos.frame.small_table import small_table
from demos.frame.strings import Language, say

_NAMED = 3  # sources that are named
_ROUGH = 0.05  # of a logit: what 16-bit arithmetic leaves


def findings(found: Found, candidate: int, language: Language) -> list[str]:
    """What is to be seen of a candidate, a sentence each."""
    name, terms = found.candidates[candidate], found.tokens[candidate]
    embedding, attention, mlp, whole = found.totals[candidate].tolist()
    said = [
        say(
            "bayes.sources.says.candidate",
            language,
            name=name,
            share=f"{100 * found.probabilities[candidate]:.3g}",
            whole=f"{whole:+.2f}",
            embedding=f"{embedding:+.2f}",
            attention=f"{attention:+.2f}",
            mlp=f"{mlp:+.2f}",
        ),
        say(
            "bayes.sources.says.tokens",
            language,
            name=name,
            tokens=_most(found, candidate, language),
        ),
    ]
    least = int(terms.argmin())
    if terms[least] < -0.05:
        term = f"{terms[least]:+.2f}"
        against = found.names[least]
        said.append(say("bayes.sources.says.against", language, token=against, term=term))
    key, gap = ("rough", f"{found.gap:.1f}") if found.gap > _ROUGH else ("gap", f"{found.gap:.0e}")
    return [*said, say(f"bayes.sources.says.{key}", language, gap=gap)]


def table(found: Found, language: Language) -> str:
    """A row a candidate: its probability, and its logit in three parts."""
    headers = [
        say(f"bayes.sources.column.{name}", language)
        for name in ("token", "probability", "embedding", "attention", "mlp", "whole")
    ]
    rows = [
        [name, f"{100 * probability:.2f} %", *(f"{each:+.2f}" for each in totals)]
        for name, probability, totals in zip(
            found.candidates, found.probabilities, found.totals, strict=True
        )
    ]
    return small_table(say("bayes.sources.table", language), headers, rows)


def file(found: Found) -> str:
    """A row a part, a column a candidate: every token, and embedding and MLPs by layer."""
    layers = range(found.mlp.shape[1])
    parts: list[tuple[str, str, object]] = [
        ("probability", "", found.probabilities),
        ("embedding", found.names[-1], found.embedding),
        *(
            ("token", f"{place + 1} {name}", found.tokens[:, place])
            for place, name in enumerate(found.names)
        ),
        *(("attention of layer", str(layer + 1), found.attention[:, layer]) for layer in layers),
        *(("mlp of layer", str(layer + 1), found.mlp[:, layer]) for layer in layers),
    ]
    rows = [[part, which, *np.asarray(values).tolist()] for part, which, values in parts]
    return write_csv("bayes-sources", ["part", "which", *found.candidates], rows)


def _most(found: Found, candidate: int, language: Language) -> str:
    """The tokens from which most comes, with how much."""
    terms = found.tokens[candidate]
    best = np.argsort(-terms, kind="stable")[:_NAMED]
    return say("bayes.comma", language).join(
        say("bayes.sources.term", language, token=found.names[place], term=f"{terms[place]:+.2f}")
        for place in best
    )
