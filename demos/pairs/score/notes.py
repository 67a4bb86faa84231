"""What is said beside the numbers: warnings, and the pairs on which two models disagree most."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from demos.frame.progress import note_html
from demos.frame.strings import Language, say
from demos.frame.untried import untried_html
from demos.pairs.agreement import Disagreement
from demos.pairs.pair_set import PairSet
from demos.pairs.scoring import ModelScores

_SHOWN_CHARACTERS = 160


def notes_html(scored: Sequence[ModelScores], left_out: Sequence[str], language: Language) -> str:
    """Warnings: models left out or never tried, pairs cut to length."""
    warnings = list(left_out)
    for model in scored:
        cut = int(model.truncated.sum())
        if cut:
            warnings.append(
                say(
                    "pairs.cut",
                    language,
                    model=model.card.title,
                    count=cut,
                )
            )
    said = "".join(note_html(warning, "warning") for warning in warnings)
    return said + untried_html((model.card for model in scored), language)


def disagreement_html(
    pair_set: PairSet,
    x: ModelScores,
    y: ModelScores,
    disagreements: Sequence[Disagreement],
    language: Language,
) -> str:
    """The numbered pairs of greatest rank difference, with both ranks."""
    if not disagreements:
        return note_html(say("pairs.agree", language))
    items = "".join(_item(pair_set, x, y, d, language) for d in disagreements)
    title = escape(say("pairs.disagreement", language))
    return f'<h3>{title}</h3><ol class="kl-disagreement">{items}</ol>'


def _item(
    pair_set: PairSet, x: ModelScores, y: ModelScores, found: Disagreement, language: Language
) -> str:
    sentences = "<br>".join(f"<q>{escape(_short(s))}</q>" for s in pair_set.pairs[found.index])
    line = say(
        "pairs.disagreement_line",
        language,
        x=x.card.title,
        y=y.card.title,
        rank_x=f"{found.rank_x:g}",
        rank_y=f"{found.rank_y:g}",
    )
    return f"<li>{sentences}<small>{escape(line)}</small></li>"


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= _SHOWN_CHARACTERS else sentence[:_SHOWN_CHARACTERS] + "…"
