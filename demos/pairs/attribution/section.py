"""What moved the score, and what late interaction matched, under the scores: layout and wiring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

import gradio as gr

from demos.frame.errors import InputProblem, field, problem_or_none, sentence_for, visible_errors
from demos.frame.export import write_csv
from demos.frame.formula import formula_markdown
from demos.frame.kept import FOLLOWS, Kept, kept_or
from demos.frame.labels import cut_to_width
from demos.frame.progress import IDLE, note_html, progress_html, say_cancelled
from demos.frame.strings import Language, language_of, say, text
from demos.pairs.alignment.figures import Aligned, alignment_figure
from demos.pairs.alignment.results import Changes, alignment_html
from demos.pairs.attribution.figures import Moved, moved_figure
from demos.pairs.attribution.leave_one_out import Pair, Variants, changes, make_variants
from demos.pairs.pair_set import check_rows
from demos.pairs.scoring import LeftOut, ModelScores, score_with_models
from models.registry import Registry

_LISTED = 500  # pairs in the chooser

Updates = dict[Any, Any]


class AttributionSection:
    """Laid out inside the Score panel; `renew` after each scoring.

    Args:
        registry: scores the variants.
        scores: the table of scores: a click on one of its rows chooses the pair.
    """

    def __init__(self, registry: Registry, scores: gr.Dataframe):
        self.registry = registry
        self.scored = gr.State(None)  # (pairs, model keys) of the last scoring
        with gr.Column(visible=False, elem_id="attribution") as self.box:
            gr.Markdown(text("attribution.heading"))
            with gr.Row():
                self.pair = gr.Dropdown(
                    label=text("attribution.pair"),
                    info=text("attribution.pair_hint"),
                    scale=5,
                    min_width=260,
                    elem_id="attribution-pair",
                    elem_classes=FOLLOWS,
                )
                with gr.Column(scale=2, min_width=180):
                    self.show = gr.Button(text("attribution.show"), elem_id="attribution-show")
                    self.cancel = gr.Button(
                        text("cancel"), interactive=False, elem_id="attribution-cancel"
                    )
            self.progress = gr.HTML(elem_id="attribution-progress")
            with gr.Row():
                self.plot = gr.Plot(
                    label=text("attribution.plot"),
                    visible=False,
                    min_width=340,
                    elem_id="attribution-plot",
                )
                with gr.Column(visible=False, min_width=340) as self.aligned_box:
                    self.alignment = gr.Plot(label=text("alignment.plot"), elem_id="alignment-plot")
                    self.matches = gr.HTML(elem_id="alignment-matches")
            self.csv = gr.DownloadButton(
                cast(str, text("pairs.csv")), size="sm", visible=False, elem_id="attribution-csv"
            )
            with gr.Accordion(text("attribution.about"), open=False, elem_id="attribution-about"):
                formula_markdown("attribution.about_text")
        self._shown = [self.plot, self.csv, self.aligned_box, self.alignment, self.matches]
        self.outputs = [self.scored, self.box, self.pair, self.progress, *self._shown]
        self._wire(scores)

    def _wire(self, scores: gr.Dataframe) -> None:
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        shown = [self.progress, self.cancel, *self._shown]
        scores.select(
            _chosen_row, self.scored, [self.scored, self.pair], api_name="attribution_row", **common
        )
        run = self.show.click(
            self.on_show,
            [self.scored, self.pair],
            shown,
            validator=_check_pair,
            api_name="attribution_show",
            **common,
        )
        self.cancel.click(
            say_cancelled,
            None,
            [self.progress, self.cancel],
            cancels=[run],
            api_name="attribution_cancel",
            **common,
        )

    def updates(
        self, pairs: Sequence[Pair], scored: Sequence[ModelScores], kept: Kept = None
    ) -> Updates:
        """Another scoring: its pairs to choose from, and nothing of the one before."""
        listed = pairs[:_LISTED]
        place = kept_or(kept, self.pair, range(len(listed)), 0)
        return {
            self.scored: (tuple(listed), [model.card.key for model in scored]),
            self.box: gr.update(visible=True),
            self.pair: gr.update(choices=_choices(listed), value=place),
            self.progress: IDLE,
            **self._no_figure(),
        }

    def nothing(self) -> Updates:
        """Nothing was scored."""
        return {self.scored: None, self.box: gr.update(visible=False)}

    @visible_errors
    def on_show(self, scored: Any, place: int | None, request: gr.Request) -> Iterator[Updates]:
        """Score the pair without each token, with every model that scored it, and align its
        tokens with those that can.
        """
        language = language_of(request)
        pair, keys = _pair_at(scored, place)
        variants = make_variants(pair)
        moved: list[Moved] = []
        aligned: list[Aligned] = []
        notes: list[str] = []
        try:
            for step in score_with_models(self.registry, keys, variants.all_pairs()):
                if isinstance(step, ModelScores):
                    score = float(step.scores[0])
                    if step.truncated.any():
                        notes.append(say("attribution.cut", language, model=step.card.title))
                    card = step.card
                    moved.append(Moved(card.title, score, changes(step.scores), card.kind))
                    if card.kind == "late-interaction":
                        found = self.registry.align(card.key, variants.pair)  # from the cache
                        aligned.append(Aligned(card.title, found))
                elif isinstance(step, LeftOut):
                    model = self.registry.title(step.key)
                    reason = sentence_for(step.reason, language)
                    notes.append(say("pairs.left_out", language, model=model, reason=reason))
                else:
                    what = say("pairs.working", language, model=self.registry.title(step.key))
                    yield {
                        self.progress: progress_html(what, step.progress, language),
                        self.cancel: gr.update(interactive=True),
                        **self._no_figure(),
                    }
            shown = self._result(variants, moved, notes, language)
            yield shown | self._aligned(variants, moved, aligned, language)
        except Exception:  # said by `visible_errors`; the buttons shall not look busy meanwhile
            yield {self.progress: IDLE, self.cancel: gr.update(interactive=False)}
            raise

    def _no_figure(self) -> Updates:
        """Nothing, rather than the chart of another pair."""
        return {
            self.plot: gr.update(value=None, visible=False),
            self.csv: gr.update(visible=False),
            self.aligned_box: gr.update(visible=False),
        }

    def _result(
        self, variants: Variants, moved: list[Moved], notes: list[str], language: Language
    ) -> Updates:
        shown = note_html(" / ".join(f"“{_short(sentence)}”" for sentence in variants.pair))
        shown += "".join(note_html(note, "warning") for note in notes)
        shown += "".join(
            note_html(say("attribution.kept_alone", language, side="AB"[side]))
            for side in variants.kept_alone
        )
        if not moved:
            quiet = {self.progress: shown, self.cancel: gr.update(interactive=False)}
            return quiet | self._no_figure()
        headers = [say(f"attribution.{key}", language) for key in ("sentence", "token")]
        headers += [model.title for model in moved]
        rows = [
            ["AB"[token.side], token.text, *(float(m.changes[i]) for m in moved)]
            for i, token in enumerate(variants.tokens)
        ]
        return {
            self.progress: shown,
            self.cancel: gr.update(interactive=False),
            self.plot: gr.update(value=moved_figure(variants, moved, language), visible=True),
            self.csv: gr.update(value=write_csv("tokens", headers, rows), visible=True),
        }

    def _aligned(
        self,
        variants: Variants,
        moved: Sequence[Moved],
        aligned: Sequence[Aligned],
        language: Language,
    ) -> Updates:
        """The alignments beside the changes; nothing where no chosen model has one."""
        if not aligned:
            return {self.aligned_box: gr.update(visible=False)}
        crossed = [
            Changes(model.title, dict(zip(variants.tokens, map(float, model.changes), strict=True)))
            for model in moved
            if model.kind == "cross-encoder"
        ]
        return {
            self.aligned_box: gr.update(visible=True),
            self.alignment: alignment_figure(aligned, language),
            self.matches: alignment_html(variants.pair, aligned, crossed, language),
        }


def _pair_at(scored: Any, place: int | None) -> tuple[Pair, list[str]]:
    if scored is None or place is None or not 0 <= place < len(scored[0]):
        raise InputProblem("attribution.no_pair")
    return scored[0][place], scored[1]


def _check_pair(scored: Any, place: int | None, request: gr.Request) -> list[Any]:
    problem = problem_or_none(
        lambda: make_variants(_pair_at(scored, place)[0]), language_of(request)
    )
    return [field(None), field(problem)]


def _chosen_row(scored: Any, event: gr.SelectData) -> tuple[Any, Any]:
    """A click on a row of the scores; rows may be sorted, so its sentences say which it is."""
    if scored is None or not event.row_value:
        return gr.update(), gr.update()
    clicked = tuple(str(cell) for cell in event.row_value[:2])
    place = next((i for i, pair in enumerate(scored[0]) if pair == clicked), None)
    if place is None:  # beyond those that are listed: it joins them, in place of the last that did
        try:
            pairs = (*scored[0][:_LISTED], *check_rows([clicked]).pairs)
        except InputProblem:
            return gr.update(), gr.update()
        scored, place = (pairs, scored[1]), len(pairs) - 1
    return scored, gr.update(choices=_choices(scored[0]), value=place)


def _choices(pairs: Sequence[Pair]) -> list[tuple[str, int]]:
    """The first pairs by their number, and one more that was clicked on."""
    numbers = [f"{i + 1}. " if i < _LISTED else "" for i in range(len(pairs))]
    return [
        (f"{number}{_plain(a)} / {_plain(b)}", i)
        for i, (number, (a, b)) in enumerate(zip(numbers, pairs, strict=True))
    ]


def _short(sentence: str) -> str:
    return cut_to_width(sentence, 160)


def _plain(sentence: str) -> str:
    """Short, and as it is: a chooser shows text, not HTML."""
    return cut_to_width(sentence, 40)
