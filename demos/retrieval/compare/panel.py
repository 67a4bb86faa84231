"""Recall against budget: layout and wiring. It parses, calls, and shows."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, cast

import gradio as gr

from demos.frame.errors import InputProblem, field, problem_or_none, visible_errors
from demos.frame.export import write_csv
from demos.frame.formula import formula_markdown
from demos.frame.laid_out import first_selection
from demos.frame.progress import IDLE, note_html, progress_html, say_cancelled
from demos.frame.steps import showing
from demos.frame.strings import Language, language_of, say, text
from demos.retrieval.compare import queries as queries_in
from demos.retrieval.compare.comparison import (
    BUDGETS,
    COMPARED,
    Comparison,
    Settings,
    Step,
    check_budgets,
    check_strategies,
    compared,
    comparing,
    remembered,
)
from demos.retrieval.compare.endpoint import make_retrieval_compare
from demos.retrieval.compare.figures import cost_figure, recall_figure
from demos.retrieval.compare.published import PRINTED, read_measured
from demos.retrieval.compare.results import (
    MEASURED_WIDTHS,
    ORDERS_WIDTHS,
    PRINTED_WIDTHS,
    break_evens,
    main_table,
    measured_table,
    orders_table,
    orders_verdict,
    plain_table,
    printed_table,
    query_table,
    table_widths,
    verdicts,
)
from demos.retrieval.desk import Desk
from demos.retrieval.evaluation import KS
from demos.retrieval.search import LateReRank
from demos.retrieval.shelf import OpenIndex
from demos.retrieval.store import HeldOut

DEFAULT_K = 10
_FEW = 30  # queries; with fewer a bootstrap interval is too narrow
_COST_BUDGET = 100  # of the figure of costs, where it is among the budgets

Updates = dict[Any, Any]


@dataclass(frozen=True)
class Wish:
    """What a visitor asked for: the values of the fields, as they came."""

    corpus: Any
    strategies: Any
    budgets: Any
    source: Any
    count: Any
    pasted: Any


class ComparePanel:
    """Components as attributes, handlers as methods; laid out inside an open `gr.Tab`."""

    def __init__(self, desk: Desk):
        self.desk = desk
        self.known = compared(desk.shelf)
        gr.Markdown(text("retrieval.compare.intro"))
        with gr.Row():
            with gr.Column(scale=6, min_width=320):
                self._lay_out_strategies()
            with gr.Column(scale=5, min_width=300):
                self._lay_out_queries()
        self.progress = gr.HTML(elem_id="retrieval-compare-progress")
        self.notes = gr.HTML(elem_id="retrieval-compare-notes")
        self.verdict = gr.Markdown(elem_id="retrieval-compare-verdict")
        self._lay_out_results()
        with gr.Accordion(
            text("retrieval.compare.elsewhere"), open=False, elem_id="retrieval-compare-elsewhere"
        ):
            self._lay_out_elsewhere()
        with gr.Accordion(text("about"), open=False, elem_id="retrieval-compare-about"):
            formula_markdown("retrieval.compare.about_text")
        self._wire_queries()
        self._wire_comparison()
        gr.api(make_retrieval_compare(desk), api_name="retrieval_compare")

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_strategies(self) -> None:
        self.strategies = gr.CheckboxGroup(
            label=text("retrieval.compare.strategies"),
            choices=[(cast(str, text(f"retrieval.strategy.{key}")), key) for key in self.known],
            value=list(COMPARED),  # late interaction reads some corpora alone
            elem_id="retrieval-compare-strategies",
        )
        with gr.Row():
            self.budgets = gr.Textbox(
                label=text("retrieval.compare.budgets"),
                value=_default_budgets(),
                min_width=200,
                elem_id="retrieval-compare-budgets",
            )
            self.k = gr.Radio(
                label=text("retrieval.compare.k"),
                choices=list(KS),
                value=DEFAULT_K,
                min_width=240,
                elem_id="retrieval-compare-k",
            )

    def _lay_out_queries(self) -> None:
        self.source = gr.Radio(
            label=text("retrieval.compare.source_choice"),
            choices=_sources(queries_in.SOURCES, None),
            value="held_out",
            elem_id="retrieval-compare-source",
        )
        self.count = gr.Slider(
            queries_in.LEAST_SAMPLED,
            queries_in.MOST,
            value=queries_in.SAMPLED,
            step=1,
            label=text("retrieval.compare.sample"),
            visible=False,
            elem_id="retrieval-compare-sample",
        )
        self.pasted = gr.Textbox(
            label=text("retrieval.compare.own"),
            lines=5,
            max_lines=10,
            visible=False,
            elem_id="retrieval-compare-own",
        )
        self.needed = gr.HTML(elem_id="retrieval-compare-needed")
        with gr.Row():
            self.run = gr.Button(
                text("retrieval.compare.run"), variant="primary", elem_id="retrieval-compare-run"
            )
            self.cancel = gr.Button(
                text("cancel"),
                interactive=False,
                elem_id="retrieval-compare-cancel",
            )

    def _lay_out_results(self) -> None:
        with gr.Row():
            self.recall_plot, self.cost_plot = (
                gr.Plot(
                    show_label=False,  # it would stand on the legend; the axes say it
                    min_width=320,
                    elem_id=f"retrieval-compare-{name}-plot",
                )
                for name in ("recall", "cost")
            )
        self.table = gr.Dataframe(
            label=text("retrieval.compare.table"),
            interactive=False,
            wrap=True,
            max_height=640,
            elem_id="retrieval-compare-table",
        )
        self.orders = gr.Dataframe(
            label=text("retrieval.compare.orders_table"),
            interactive=False,
            wrap=True,
            visible=False,
            column_widths=cast(Any, ORDERS_WIDTHS),
            elem_id="retrieval-compare-orders",
        )
        with gr.Row():
            self.csv, self.csv_queries = (
                gr.DownloadButton(
                    cast(str, text(f"retrieval.compare.{name}")),
                    size="sm",
                    interactive=False,
                    elem_id=f"retrieval-compare-{name.replace('_', '-')}",
                )
                for name in ("csv", "csv_queries")
            )

    def _lay_out_elsewhere(self) -> None:
        self.figures = read_measured()
        gr.Markdown(text("retrieval.compare.elsewhere_text"))
        self.printed = gr.Dataframe(
            label=text("retrieval.compare.printed_table"),
            interactive=False,
            wrap=True,
            column_widths=cast(Any, PRINTED_WIDTHS),
            elem_id="retrieval-compare-printed",
        )
        self.measured = gr.Dataframe(
            label=text("retrieval.compare.measured_table"),
            interactive=False,
            wrap=True,
            visible=bool(self.figures),
            column_widths=cast(Any, MEASURED_WIDTHS),
            elem_id="retrieval-compare-measured",
        )

    # --- wiring --------------------------------------------------------------------------------

    def _wire_queries(self) -> None:
        quick: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        fields = [self.source, self.count, self.pasted]
        self.desk.corpus.change(
            self.on_corpus,
            [self.desk.corpus, *fields],
            [*fields, self.needed],
            trigger_mode="multiple",  # the matrix's event waits for the last one
            api_name="retrieval_compare_corpus",
            **quick,
        )
        events = (("source", self.source.input), ("sample", self.count.release))
        for name, event in (*events, ("own", self.pasted.blur)):
            event(
                self.on_source,
                [self.desk.corpus, *fields],
                [self.count, self.pasted, self.needed],
                api_name=f"retrieval_compare_{name}",
                **quick,
            )

    def _wire_comparison(self) -> None:
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        self.shown = gr.State(None)
        fields = [self.desk.corpus, self.strategies, self.budgets]
        fields += [self.source, self.count, self.pasted]
        results = [self.notes, self.verdict, self.recall_plot, self.cost_plot, self.table]
        results += [self.orders, self.csv, self.csv_queries, self.printed, self.measured]
        outputs = [self.progress, self.needed, self.cancel, self.shown, *results]
        queries = [self.source, self.count, self.pasted]
        opened = first_selection("retrieval_compare", "retrieval-compare-about")
        shown = opened.change(
            self.on_open,
            [self.desk.corpus, *queries],
            [*queries, self.needed, self.printed, self.measured],
            api_name="retrieval_compare_open",
            **common,
        ).then(
            self.on_first,
            [*fields, self.k],
            outputs,
            validator=self.check,
            api_name="retrieval_compare_first",
            **common,
        )
        run = self.run.click(
            self.on_run,
            [*fields, self.k],
            outputs,
            validator=self.check,
            cancels=[shown],  # the default must not come after what a visitor asked for
            api_name="retrieval_compare_run",
            **common,
        )
        self.k.input(
            self.on_k, [self.shown, self.k], results, api_name="retrieval_compare_k", **common
        )
        # The note comes afterwards and beside the queue, whose stream of answers a cancel closes.
        self.cancel.click(
            None, cancels=[run, shown], api_name="retrieval_compare_cancel", **common
        ).then(
            say_cancelled,
            None,
            [self.progress, self.cancel],
            queue=False,
            api_name="retrieval_compare_cancelled",
            **common,
        )

    # --- handlers ------------------------------------------------------------------------------

    def on_corpus(
        self, corpus: Any, source: Any, count: Any, pasted: Any, request: gr.Request
    ) -> Updates:
        """The sources that this corpus has; one that it lacks is replaced by its default."""
        sources: tuple[str, ...] = queries_in.SOURCES
        try:
            opened = self.desk.shelf.open(corpus)
        except InputProblem:  # said where the corpus is chosen, and again at a run
            return {self.needed: IDLE}
        if opened.held_out is None:
            sources = sources[1:]
        if source not in sources:
            source = queries_in.default_source(opened)
        return {
            self.source: gr.update(choices=_sources(sources, language_of(request)), value=source),
            **self.on_source(corpus, source, count, pasted, request),
        }

    def on_source(
        self, corpus: Any, source: Any, count: Any, pasted: Any, request: gr.Request
    ) -> Updates:
        """The field of the chosen source, and what it will cost."""
        needed = self._needed(corpus, source, count, pasted, language_of(request))
        return {
            self.count: gr.update(visible=source == "sample"),
            self.pasted: gr.update(visible=source == "own"),
            self.needed: needed,
        }

    def check(
        self,
        corpus: Any,
        strategies: Any,
        budgets: Any,
        source: Any,
        count: Any,
        pasted: Any,
        k: Any,
        request: gr.Request,
    ) -> Any:
        """Validator: a sentence at the field that it is about."""
        language = language_of(request)
        at_corpus = problem_or_none(lambda: self.desk.shelf.open(corpus), language)
        at_strategies = problem_or_none(lambda: check_strategies(strategies, self.known), language)
        at_budgets = at_queries = None
        if at_corpus is None:
            opened = self.desk.shelf.open(corpus)
            size = opened.stored.size
            at_budgets = problem_or_none(lambda: check_budgets(budgets, size), language)
            if at_strategies is None and LateReRank.key in strategies:
                at_strategies = problem_or_none(
                    lambda: self.desk.shelf.late_model(opened), language
                )
            at_queries = problem_or_none(
                lambda: queries_in.choose(opened, source, count, pasted), language
            )
        places = {"sample": 1, "own": 2}
        at = [at_queries if places.get(source, 0) == place else None for place in range(3)]
        at_k = problem_or_none(lambda: _check_k(k), language)
        return [field(p) for p in (at_corpus, at_strategies, at_budgets, *at, at_k)]

    def on_open(
        self, corpus: Any, source: Any, count: Any, pasted: Any, request: gr.Request
    ) -> Updates:
        """What the corpus offers, and what others have measured."""
        fields = self.on_corpus(corpus, source, count, pasted, request)
        return fields | self._elsewhere(None, language_of(request))

    @visible_errors
    def on_first(
        self,
        corpus: Any,
        strategies: Any,
        budgets: Any,
        source: Any,
        count: Any,
        pasted: Any,
        k: Any,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """The comparison of the fields, for whoever opens the panel; brute force is asked for."""
        wish = Wish(corpus, strategies, budgets, source, count, pasted)
        if isinstance(self._read(wish)[2], HeldOut):
            yield from self.on_run(corpus, strategies, budgets, source, count, pasted, k, request)
        else:
            yield {self.cancel: gr.skip()}

    @visible_errors
    def on_run(
        self,
        corpus: Any,
        strategies: Any,
        budgets: Any,
        source: Any,
        count: Any,
        pasted: Any,
        k: Any,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Brute force where scores are missing, then every strategy at every budget."""
        language = language_of(request)
        wish = Wish(corpus, strategies, budgets, source, count, pasted)
        k = _check_k(k)
        opened, settings, chosen = self._read(wish)
        try:
            if isinstance(chosen, queries_in.Asked):
                known = yield from self._score(opened, chosen, language)
            else:
                known = chosen
            comparison = yield from self._compare(opened, known, settings, k, language)
            yield {
                self.progress: _done(comparison, language),
                self.needed: self._needed(corpus, source, count, pasted, language),
                self.cancel: gr.update(interactive=False),
                self.shown: vars(wish),
                **self._results(comparison, k, language),
            }
        except Exception:  # said by `visible_errors`; the buttons shall not look busy meanwhile
            yield {self.progress: IDLE, self.cancel: gr.update(interactive=False)}
            raise

    @visible_errors
    def on_k(self, shown: Any, k: Any, request: gr.Request) -> Updates:
        """Another k of what was measured."""
        k = _check_k(k)
        if not shown:
            return {self.notes: gr.skip()}
        opened, settings, chosen = self._read(Wish(**shown))
        known = None
        if isinstance(chosen, HeldOut):
            known = remembered(opened, chosen, settings)
        if known is None:  # forgotten meanwhile: it shows at the next press of the button
            return {self.notes: gr.skip()}
        return self._results(known, k, language_of(request))

    # --- steps ---------------------------------------------------------------------------------

    def _read(self, wish: Wish) -> tuple[OpenIndex, Settings, queries_in.Asked | HeldOut]:
        """Everything checked. Raises InputProblem."""
        strategies = check_strategies(wish.strategies, self.known)
        opened = self.desk.shelf.open(wish.corpus)
        budgets, left_out = check_budgets(wish.budgets, opened.stored.size)
        chosen = queries_in.choose(opened, wish.source, wish.count, wish.pasted)
        return opened, Settings(strategies, budgets, left_out), chosen

    def _score(
        self, opened: OpenIndex, asked: queries_in.Asked, language: Language
    ) -> Generator[Updates, None, HeldOut]:
        calls = asked.calls(opened.stored.size)
        yield {
            self.progress: note_html(say("retrieval.compare.loading", language, calls=calls)),
            self.cancel: gr.update(interactive=True),
        }
        what = say("retrieval.compare.brute_force", language, queries=len(asked.texts))
        # A cancel of the visitor's withdraws the calls.
        return (
            yield from showing(
                queries_in.scoring(self.desk.context.registry, opened, asked),
                lambda progress: {
                    self.progress: progress_html(what, progress, language),
                    self.cancel: gr.update(interactive=True),
                },
            )
        )

    def _compare(
        self,
        opened: OpenIndex,
        known: HeldOut,
        settings: Settings,
        k: int,
        language: Language,
    ) -> Generator[Updates, None, Comparison]:
        what = say("retrieval.compare.working", language)

        def show(step: Step) -> Updates:
            updates: Updates = {
                self.progress: progress_html(what, step.progress, language),
                self.cancel: gr.update(interactive=True),
            }
            if step.budget_done and step.progress.done < step.progress.total:
                updates[self.recall_plot] = recall_figure(step.so_far, k, language)
            return updates

        return showing(comparing(self.desk.shelf, opened, known, settings), show)

    # --- what is shown -------------------------------------------------------------------------

    def _results(self, comparison: Comparison, k: int, language: Language) -> Updates:
        headers, rows = main_table(comparison, k, language)
        labelled = any(each.ndcg is not None for each in comparison.measured)
        budgets = comparison.settings.budgets
        budget = _COST_BUDGET if _COST_BUDGET in budgets else budgets[0]
        csv = write_csv("retrieval-compare", *plain_table(comparison))
        csv_queries = write_csv("retrieval-compare-queries", *query_table(comparison))
        return {
            self.notes: notes_html(comparison, language),
            self.verdict: self._verdict(comparison, k, language),
            self.recall_plot: recall_figure(comparison, k, language),
            self.cost_plot: cost_figure(comparison.size, comparison.anchors, budget, language),
            self.table: gr.update(
                value={"headers": headers, "data": rows}, column_widths=table_widths(labelled)
            ),
            self.orders: self._orders(comparison, language),
            self.csv: gr.update(value=csv, interactive=True),
            self.csv_queries: gr.update(value=csv_queries, interactive=True),
            **self._elsewhere(comparison, language),
        }

    def _orders(self, comparison: Comparison, language: Language) -> Any:
        headers, rows = orders_table(comparison, language)
        return gr.update(value={"headers": headers, "data": rows}, visible=bool(rows))

    def _verdict(self, comparison: Comparison, k: int, language: Language) -> str:
        scorer = self.desk.context.registry.title(comparison.cross_encoder)
        sentences = [
            *verdicts(comparison, k, language),
            *orders_verdict(comparison, scorer, language),
            break_evens(comparison, language),
        ]
        return "\n".join(f"- {sentence}" for sentence in sentences)

    def _elsewhere(self, comparison: Comparison | None, language: Language) -> Updates:
        headers, rows = printed_table(PRINTED, comparison, language)
        updates: Updates = {self.printed: {"headers": headers, "data": rows}}
        if self.figures:
            headers, rows = measured_table(self.figures, language)
            updates[self.measured] = {"headers": headers, "data": rows}
        return updates

    def _needed(self, corpus: Any, source: Any, count: Any, pasted: Any, language: Language) -> str:
        """What a press of the button costs; nothing where the fields cannot be read yet."""
        try:
            opened = self.desk.shelf.open(corpus)
            chosen = queries_in.choose(opened, source, count, pasted)
        except InputProblem:
            return IDLE
        stored = opened.stored
        known = isinstance(chosen, HeldOut)
        sentence = say(
            f"retrieval.compare.{'known' if known else 'needed'}",
            language,
            title=stored.title,
            queries=len(chosen.texts),
            n=stored.size,
            calls=len(chosen.texts) * stored.size,
        )
        own = {*chosen.texts} & {*stored.texts}
        if own:
            sentence += " " + say("retrieval.compare.itself", language, own=len(own))
        return note_html(sentence)


def notes_html(comparison: Comparison, language: Language) -> str:
    """What limits the reading: budgets left out, few queries."""
    html = ""
    if comparison.settings.left_out:
        budgets = ", ".join(f"{budget:,}" for budget in comparison.settings.left_out)
        n = comparison.size
        sentence = say("retrieval.compare.left_out", language, budgets=budgets, n=n)
        html += note_html(sentence, "warning")
    count = len(comparison.queries.texts)
    if count < _FEW:
        html += note_html(say("retrieval.compare.few", language, count=count), "warning")
    return html


def _done(comparison: Comparison, language: Language) -> str:
    return note_html(
        say(
            "retrieval.compare.done",
            language,
            title=comparison.title,
            queries=len(comparison.queries.texts),
            n=comparison.size,
            anchors=comparison.anchors,
        )
    )


def _check_k(k: object) -> int:
    if isinstance(k, bool) or k not in KS:
        raise InputProblem("retrieval.compare.bad_k")
    return int(k)


def _sources(names: tuple[str, ...], language: Language | None) -> list[tuple[str, Any]]:
    """As choices; without a language while the page is laid out."""
    keys = [f"retrieval.compare.source_choice.{name}" for name in names]
    said = [say(key, language) if language else cast(str, text(key)) for key in keys]
    return list(zip(said, names, strict=True))


def _default_budgets() -> str:
    return ", ".join(str(budget) for budget in BUDGETS)
