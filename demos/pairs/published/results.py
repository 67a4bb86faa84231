"""Published and own figures as tables."""

from __future__ import annotations

from collections.abc import Sequence

from demos.frame.strings import Language, say
from demos.pairs.published.probe import Probed
from demos.pairs.published.summary import Curves, Difference, difference
from demos.pairs.published.tables import Comparison
from models.train.session import LOSS_NAMES

Rows = list[list[object]]


def published_table(
    comparisons: Sequence[Comparison], language: Language
) -> tuple[list[str], Rows]:
    """Headers and rows: a post's table."""
    sets = list(comparisons[0].cosent.figures)
    rows: Rows = []
    for comparison in comparisons:
        for row in (comparison.cosent, comparison.baseline):
            figures = [f"{row.figures[name]:.2f}" for name in sets]
            rows.append([row.model, *figures, f"{row.printed_mean:.2f}"])
    return [say("published.model", language), *sets, say("published.mean", language)], rows


def own_table(curves: Sequence[Curves], language: Language) -> tuple[list[str], Rows]:
    """Headers and rows: Spearman x 100 at the end over seeds, and the difference to CoSENT."""
    keys = ("kind", "data", "loss", "seeds", "mean", "deviation", "range", "to_cosent", "verdict")
    cosent = {(c.kind, c.data): c for c in curves if c.loss == "cosent"}
    rows: Rows = []
    for each in curves:
        last = each.last * 100
        base = cosent.get((each.kind, each.data))
        gap = None if base is None or each is base else difference(each, base)
        rows.append(
            [
                say(f"training.{each.kind.split('-')[0]}", language),
                each.data.upper().replace("STSB", "STS-B"),
                LOSS_NAMES[each.loss],
                len(each.seeds),
                f"{last.mean():.2f}",
                "–" if len(last) < 2 else f"{last.std(ddof=1):.2f}",
                f"{last.min():.2f} … {last.max():.2f}",
                "–" if gap is None else f"{gap.mean * 100:+.2f} ± {gap.half_width * 100:.2f}",
                _verdict(gap, language),
            ]
        )
    return [say(f"published.{key}", language) for key in keys], rows


def _verdict(gap: Difference | None, language: Language) -> str:
    if gap is None:
        return "–"
    if gap.is_within_noise:
        return say("published.noise", language)
    return say("published.better" if gap.mean > 0 else "published.worse", language)


def probe_table(models: Sequence[Probed], language: Language) -> tuple[list[str], Rows]:
    """Headers and rows: one row a model, with the mean rank of each kind."""
    kinds = list(models[0].rank_by_kind)
    headers = [say(f"published.{key}", language) for key in ("model", "probe_spearman", "wrong")]
    headers += [say(f"published.kind.{kind}", language) for kind in kinds]
    rows: Rows = [
        [
            model.title,
            f"{model.spearman:.3f}",
            f"{model.wrong_share:.1%}",
            *(f"{model.rank_by_kind[kind]:.1f}" for kind in kinds),
        ]
        for model in models
    ]
    return headers, rows
