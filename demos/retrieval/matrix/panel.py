"""See it: layout and wiring. It parses, calls, and shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, cast

import gradio as gr
from gradio.context import Context

from demos.frame.errors import InputProblem, field, problem_or_none, visible_errors
from demos.frame.formula import formula_markdown
from demos.frame.kept import FOLLOWS, Kept, kept_of, kept_or
from demos.frame.labels import cut_to_width
from demos.frame.laid_out import when_laid_out
from demos.frame.progress import note_html
from demos.frame.strings import Language, language_of, text
from demos.retrieval.cur import SOLVERS
from demos.retrieval.desk import Desk
from demos.retrieval.matrix import figures, results
from demos.retrieval.matrix.asked import (
    MAX_SEED,
    MOST_ANCHORS,
    SOURCES,
    Asked,
    as_anchors,
    as_count,
    check_share,
    check_strategy,
    solver_of,
)
from demos.retrieval.matrix.sources import Opened, Sources
from demos.retrieval.matrix.view import STRATEGIES, Look, Walk

DEFAULT_ITEMS = 60
_MADE_UP_ITEMS = 100  # those of the known numbers
_ALWAYS = ("k_q", "solver", "rcond", "ridge")  # fields that count in every drawing
_CHOICES = 3_000  # items that can be searched for; more would make the page heavy
_CHOICE_WIDTH = 34  # of their labels, in Latin letters

Updates = dict[Any, Any]


class MatrixPanel:
    """Components as attributes, handlers as methods; the list of anchor items is the source."""

    def __init__(self, desk: Desk):
        self.desk = desk
        self.sources = Sources(desk.shelf, desk.context.registry)
        tab = cast(gr.Tab, Context.block)  # the open tab, whose selection runs the example
        gr.Markdown(text("retrieval.matrix.intro"))
        self._lay_out_inputs()
        self._lay_out_results()
        with gr.Accordion(text("about"), open=False, elem_id="retrieval-matrix-about"):
            formula_markdown("retrieval.matrix.about_text")
        self._wire(tab)

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_inputs(self) -> None:
        with gr.Row():
            self.source = gr.Radio(
                label=text("retrieval.matrix.source"),
                choices=_choices("source", SOURCES),
                value=SOURCES[0],
                min_width=340,
                elem_id="retrieval-matrix-source",
            )
            self.solver = gr.Radio(
                label=text("retrieval.matrix.solver"),
                choices=_choices("solver", SOLVERS),
                value=SOLVERS[0],
                min_width=340,
                elem_id="retrieval-matrix-solver",
            )
        with gr.Row():
            self.k_q = _slider("k_q", DEFAULT_ITEMS)
            self.k_i = _slider("k_i", DEFAULT_ITEMS)
        with gr.Row():
            self.strategy = gr.Dropdown(
                label=text("retrieval.matrix.strategy"),
                choices=_choices("strategy", STRATEGIES),
                value=STRATEGIES[0],
                min_width=200,
                elem_id="retrieval-matrix-strategy",
            )
            self.seed = gr.Number(
                label=text("retrieval.matrix.seed"),
                info=text("retrieval.matrix.seed_hint"),
                value=0,
                min_width=150,
                elem_id="retrieval-matrix-seed",
            )
            self.rcond, self.ridge = _share("rcond"), _share("ridge")
        with gr.Accordion(
            text("retrieval.matrix.hand"), open=False, elem_id="retrieval-matrix-hand"
        ):
            # gr.Plot has no event for a click on a column: this list is where anchors are set.
            self.anchors = gr.Dropdown(
                label=text("retrieval.matrix.anchors"),
                info=text("retrieval.matrix.anchors_hint"),
                choices=[],
                value=[],
                multiselect=True,
                elem_id="retrieval-matrix-anchors",
                elem_classes=FOLLOWS,
            )

    def _lay_out_results(self) -> None:
        self.summary = gr.HTML(elem_id="retrieval-matrix-summary")
        with gr.Row():
            self.pictures = [_plot(name) for name in figures.PICTURES]
        with gr.Row():
            self.recall, self.error = _plot("recall"), _plot("error-curve")
        with gr.Row():
            self.spectrum = _plot("spectrum")
            with gr.Column(min_width=340):
                self.conditioning = gr.HTML(elem_id="retrieval-matrix-conditioning")
                self.table = _table("table", [95, 175, 105, 100, 90])
                self.check = _table("check", [70, 130, 110, 200], visible=False)
        with gr.Row():
            self.csv_curve, self.csv_cells = (
                gr.DownloadButton(
                    cast(str, text(f"retrieval.matrix.csv_{name}")),
                    size="sm",
                    interactive=False,
                    elem_id=f"retrieval-matrix-csv-{name}",
                )
                for name in ("curve", "cells")
            )

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self, tab: gr.Tab) -> None:
        self.opened = gr.State(cast(Any, None))  # the source that is shown
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        shown = [*self.pictures, self.summary, self.spectrum, self.conditioning, self.table]
        late = [self.recall, self.error, self.check, self.csv_curve, self.csv_cells]
        drawn = [*shown, *late]
        chosen = [self.anchors, self.k_q, self.k_i, *drawn]
        self.inputs = [
            *(self.desk.corpus, self.source, self.k_q, self.k_i, self.strategy, self.seed),
            *(self.solver, self.rcond, self.ridge, self.anchors),
        ]
        source = [self.desk.corpus, self.source, self.opened, self.solver, self.rcond, self.ridge]
        tab.select(
            self.on_open,
            [*self.inputs, self.opened, self.desk.context.kept],
            [self.opened, *chosen],
            js=when_laid_out("retrieval-matrix-about"),
            validator=self.check_open,
            api_name="retrieval_matrix_open",
            **common,
        )
        # Not `input`: another panel may choose the corpus that it has built.
        self.desk.corpus.change(
            self.on_corpus,
            source,
            [self.opened, *chosen],
            api_name="retrieval_matrix_corpus",
            **common,
        )
        self.source.input(
            self.on_source,
            source,
            [self.opened, *chosen],
            api_name="retrieval_matrix_source",
            **common,
        )
        common["trigger_mode"] = "always_last"
        gr.on(
            [self.k_i.release, self.strategy.input, self.seed.submit, self.seed.blur],
            self.on_choose,
            self.inputs,
            chosen,
            validator=self.check_choosing,
            api_name="retrieval_matrix_choose",
            **common,
        )
        gr.on(
            [
                *(self.k_q.release, self.solver.input, self.anchors.input),
                *(self.rcond.submit, self.rcond.blur, self.ridge.submit, self.ridge.blur),
            ],
            self.on_draw,
            self.inputs,
            [self.k_i, *drawn],
            validator=self.check_drawing,
            api_name="retrieval_matrix_draw",
            **common,
        )

    # --- handlers ------------------------------------------------------------------------------

    def check_choosing(
        self,
        corpus: str,
        source: str,
        k_q: Any,
        k_i: Any,
        strategy: Any,
        seed: Any,
        solver: Any,
        rcond: Any,
        ridge: Any,
        anchors: Any,
        request: gr.Request,
    ) -> Any:
        """Validator where anchor items are chosen anew: those that stand do not matter."""
        asked = Asked(corpus, source, k_q, k_i, strategy, seed, solver, rcond, ridge, anchors)
        return self._problems(asked, (*_ALWAYS, "k_i", "strategy", "seed"), language_of(request))

    def check_open(
        self,
        corpus: str,
        source: str,
        k_q: Any,
        k_i: Any,
        strategy: Any,
        seed: Any,
        solver: Any,
        rcond: Any,
        ridge: Any,
        anchors: Any,
        shown: str | None,
        kept: Kept,
        request: gr.Request,
    ) -> Any:
        """Validator where the panel is opened, which finds numbers of anchors that fit."""
        asked = Asked(corpus, source, k_q, k_i, strategy, seed, solver, rcond, ridge, anchors)
        names = ("strategy", "seed", "solver", "rcond", "ridge")
        return [*self._problems(asked, names, language_of(request)), field(None), field(None)]

    def check_drawing(
        self,
        corpus: str,
        source: str,
        k_q: Any,
        k_i: Any,
        strategy: Any,
        seed: Any,
        solver: Any,
        rcond: Any,
        ridge: Any,
        anchors: Any,
        request: gr.Request,
    ) -> Any:
        """Validator where anchor items are drawn as they stand: how they came does not matter."""
        asked = Asked(corpus, source, k_q, k_i, strategy, seed, solver, rcond, ridge, anchors)
        return self._problems(asked, (*_ALWAYS, "anchors"), language_of(request))

    def _problems(self, asked: Asked, names: tuple[str, ...], language: Language) -> Any:
        """A sentence at each field that is wrong, of those named."""
        places = list(Asked.__dataclass_fields__)
        try:
            opened = self.sources.open(asked.source, asked.corpus, language)
        except Exception:  # said by the handler
            return [field(None)] * len(places)
        checks: dict[str, Callable[[], object]] = {
            "k_q": lambda: as_count(asked.k_q, "rows_range", 2, opened.rows),
            "k_i": lambda: as_count(asked.k_i, "items_range", 2, opened.most_anchors),
            "strategy": lambda: check_strategy(asked.strategy),
            "seed": lambda: as_count(asked.seed, "seed_range", 0, MAX_SEED),
            "solver": lambda: solver_of(asked.solver),
            "rcond": lambda: check_share(asked.rcond, "rcond"),
            "ridge": lambda: check_share(asked.ridge, "λ"),
            "anchors": lambda: as_anchors(asked.anchors, opened.items),
        }
        return [
            field(problem_or_none(checks[name], language) if name in names else None)
            for name in places
        ]

    @visible_errors
    def on_open(
        self,
        corpus: str,
        source: str,
        k_q: Any,
        k_i: Any,
        strategy: Any,
        seed: Any,
        solver: Any,
        rcond: Any,
        ridge: Any,
        anchors: Any,
        shown: str | None,
        kept: Kept,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """The fields as they stand for whoever opens the tab; another corpus begins anew."""
        language = language_of(request)
        opened = self.sources.open(source, corpus, language)
        if shown == opened.key:
            yield {self.opened: shown}
        elif shown is None:
            asked = Asked(corpus, source, k_q, k_i, strategy, seed, solver, rcond, ridge, anchors)
            yield from self._first(opened, asked, kept, language)
        else:
            yield from self._begin(opened, solver, rcond, ridge, language)

    @visible_errors
    def on_corpus(
        self,
        corpus: str,
        source: str,
        shown: str | None,
        solver: str,
        rcond: str | None,
        ridge: str | None,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Another corpus; nothing for those who have never opened the tab."""
        if shown is None or source != SOURCES[0]:
            yield {self.opened: shown}
            return
        language = language_of(request)
        opened = self.sources.open(source, corpus, language)
        if shown == opened.key:
            yield {self.opened: shown}
            return
        yield from self._begin(opened, solver, rcond, ridge, language)

    @visible_errors
    def on_source(
        self,
        corpus: str,
        source: str,
        shown: str | None,
        solver: str,
        rcond: str | None,
        ridge: str | None,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """The corpus or the made-up scores, with the usual number of anchors."""
        language = language_of(request)
        opened = self.sources.open(source, corpus, language)
        yield from self._begin(opened, solver, rcond, ridge, language)

    @visible_errors
    def on_choose(
        self,
        corpus: str,
        source: str,
        k_q: Any,
        k_i: Any,
        strategy: Any,
        seed: Any,
        solver: Any,
        rcond: Any,
        ridge: Any,
        anchors: Any,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Choose anchor items anew, then draw."""
        language = language_of(request)
        asked = Asked(corpus, source, k_q, k_i, strategy, seed, solver, rcond, ridge, anchors)
        opened = self.sources.open(asked.source, asked.corpus, language)
        k_i = as_count(asked.k_i, "items_range", 2, opened.most_anchors)
        seed = as_count(asked.seed, "seed_range", 0, MAX_SEED)
        items = self.sources.choose(opened, check_strategy(asked.strategy), k_i, seed)
        choices = _item_choices(opened, items)
        for updates in self._draw(opened, asked, items, language):
            yield {self.anchors: gr.update(choices=choices, value=list(items)), **updates}

    @visible_errors
    def on_draw(
        self,
        corpus: str,
        source: str,
        k_q: Any,
        k_i: Any,
        strategy: Any,
        seed: Any,
        solver: Any,
        rcond: Any,
        ridge: Any,
        anchors: Any,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Draw with the anchor items as they are."""
        language = language_of(request)
        asked = Asked(corpus, source, k_q, k_i, strategy, seed, solver, rcond, ridge, anchors)
        opened = self.sources.open(asked.source, asked.corpus, language)
        items = as_anchors(asked.anchors, opened.items)
        for updates in self._draw(opened, asked, items, language):
            yield {self.k_i: len(items), **updates}

    # --- what is shown -------------------------------------------------------------------------

    def _first(
        self, opened: Opened, asked: Asked, kept: Kept, language: Language
    ) -> Iterator[Updates]:
        """What a reload brought back where it fits; the usual numbers and a choice where not."""
        usual = _usual(opened)
        k_i = kept_or(kept, self.k_i, range(2, opened.most_anchors + 1), usual)
        k_q = kept_or(kept, self.k_q, range(2, opened.rows + 1), usual)
        strategy, seed = (
            check_strategy(asked.strategy),
            as_count(asked.seed, "seed_range", 0, MAX_SEED),
        )
        try:
            items = as_anchors(kept_of(kept, self.anchors), opened.items)
        except (InputProblem, TypeError, ValueError):  # none, of another corpus, or not ours
            items = self.sources.choose(opened, strategy, k_i, seed)
        asked = replace(asked, k_q=k_q, k_i=len(items), anchors=list(items))
        yield from self._showing(opened, asked, items, language)

    def _showing(
        self, opened: Opened, asked: Asked, items: tuple[int, ...], language: Language
    ) -> Iterator[Updates]:
        """Draw a source that was not shown, with choices and bounds that fit it."""
        sliders = {
            self.anchors: gr.update(choices=_item_choices(opened, items), value=list(items)),
            self.k_q: gr.update(maximum=opened.rows, value=asked.k_q),
            self.k_i: gr.update(maximum=opened.most_anchors, value=asked.k_i),
        }
        for updates in self._draw(opened, asked, items, language):
            yield {self.opened: opened.key, **sliders, **updates}

    def _begin(
        self,
        opened: Opened,
        solver: str,
        rcond: str | None,
        ridge: str | None,
        language: Language,
    ) -> Iterator[Updates]:
        """A source with the usual number of anchors."""
        k_i = _usual(opened)
        items = self.sources.choose(opened, STRATEGIES[0], k_i, 0)
        asked = Asked("", "", k_i, k_i, STRATEGIES[0], 0, solver, rcond, ridge, list(items))
        yield from self._showing(opened, asked, items, language)

    def _draw(
        self, opened: Opened, asked: Asked, items: tuple[int, ...], language: Language
    ) -> Iterator[Updates]:
        """The pictures first; the walk, which takes longer, after them."""
        settings = asked.settings(opened.rows)
        look = self.sources.look(opened, items, settings)
        shown = self._looked(opened, look, settings.k_q, len(items), language)
        yield shown
        walk = self.sources.walk(opened, items, settings.rcond, settings.ridge)
        yield shown | self._walked(opened, look, walk, settings.k_q, language)

    def _looked(
        self, opened: Opened, look: Look, k_q: int, k_i: int, language: Language
    ) -> Updates:
        queries, columns = opened.row_texts(look), opened.column_texts(look)
        summary = results.summary(look, k_q, k_i, language)
        return {
            self.summary: note_html(summary) + note_html(opened.about_rows),
            self.spectrum: figures.spectrum(look.now, language),
            self.conditioning: note_html(results.conditioning(look.now, language)),
            self.table: _frame(*results.solver_table(look, language)),
            **{
                plot: figures.heatmap(look, name, queries, columns, language)
                for plot, name in zip(self.pictures, figures.PICTURES, strict=True)
            },
        }

    def _walked(
        self, opened: Opened, look: Look, walk: Walk, k_q: int, language: Language
    ) -> Updates:
        check = gr.update(visible=False)
        if not opened.is_corpus:
            table = results.check_table(self.sources.check(opened), language)
            check = gr.update(value=_frame(*table), visible=True)
        cells = results.look_file(look, opened.row_texts(look), opened.column_texts(look))
        return {
            self.recall: figures.curve(walk, look, k_q, "recall", language),
            self.error: figures.curve(walk, look, k_q, "error", language),
            self.check: check,
            self.csv_curve: gr.update(value=results.walk_file(walk), interactive=True),
            self.csv_cells: gr.update(value=cells, interactive=True),
        }


def _usual(opened: Opened) -> int:
    """As many anchors as fit; few rows still leave room to walk past them."""
    usual = DEFAULT_ITEMS if opened.is_corpus else _MADE_UP_ITEMS
    return max(2, min(usual, opened.most_anchors, opened.rows // 2))


def _choices(name: str, keys: tuple[str, ...]) -> Any:
    return [(text(f"retrieval.matrix.{name}.{key}"), key) for key in keys]


def _item_choices(opened: Opened, items: tuple[int, ...]) -> list[tuple[str, int]]:
    numbers = [*range(min(opened.items, _CHOICES)), *sorted(i for i in items if i >= _CHOICES)]
    if not opened.is_corpus:
        return [(opened.item_text(i), i) for i in numbers]
    return [(f"{i + 1} · {cut_to_width(opened.item_text(i), _CHOICE_WIDTH)}", i) for i in numbers]


def _slider(name: str, value: int) -> gr.Slider:
    return gr.Slider(
        2,
        MOST_ANCHORS,
        value=value,
        step=1,
        label=text(f"retrieval.matrix.{name}"),
        info=text(f"retrieval.matrix.{name}_hint"),
        min_width=340,
        elem_id=f"retrieval-matrix-{name.replace('_', '-')}",
        elem_classes=FOLLOWS,
    )


def _share(name: str) -> gr.Textbox:
    """A field that may stay empty, which gr.Number does not: it shows a nought."""
    return gr.Textbox(
        label=text(f"retrieval.matrix.{name}"),
        info=text("retrieval.matrix.empty_hint"),
        max_lines=1,
        min_width=150,
        elem_id=f"retrieval-matrix-{name}",
    )


def _plot(name: str) -> gr.Plot:
    return gr.Plot(show_label=False, min_width=340, elem_id=f"retrieval-matrix-{name}")


def _table(name: str, widths: list[str | int], visible: bool = True) -> gr.Dataframe:
    return gr.Dataframe(
        label=text(f"retrieval.matrix.{name}"),
        interactive=False,
        wrap=True,
        column_widths=widths,
        visible=visible,
        elem_id=f"retrieval-matrix-{name}",
    )


def _frame(headers: list[str], rows: list[list[object]]) -> dict[str, Any]:
    return {"headers": headers, "data": rows}
