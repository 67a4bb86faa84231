"""Ask: layout and wiring."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

import gradio as gr

from demos.frame.errors import field, problem_or_none, visible_errors
from demos.frame.export import write_csv
from demos.frame.first_values import in_chinese
from demos.frame.formula import formula_markdown
from demos.frame.laid_out import first_selection
from demos.frame.language_notice import Cards, Choice, LanguageNotice, Languages
from demos.frame.progress import IDLE, duration, note_html, progress_html, say_cancelled
from demos.frame.status import computed_on
from demos.frame.steps import showing
from demos.frame.strings import Language, language_of, say, text
from demos.retrieval.ask.asking import (
    FEWEST_CALLS,
    Asked,
    Step,
    ask,
    check_budget,
    check_query,
    check_strategies,
)
from demos.retrieval.ask.endpoint import make_retrieval_search
from demos.retrieval.ask.figures import purchases_figure
from demos.retrieval.ask.results import cost_table, long_table, side_by_side
from demos.retrieval.desk import Desk, first_corpus
from demos.retrieval.scorer import DEFAULT_WEIGHT, OF_INDEX, Scorer, check_scorer, scorer_line
from demos.retrieval.search import LateReRank
from demos.retrieval.shelf import OpenIndex
from models.languages import reads

DEFAULT_STRATEGIES = ("bayes", "rerank", "adacur")
DEFAULT_BUDGET, MOST_OFFERED = 100, 500

Updates = dict[Any, Any]


class AskPanel:
    """Components as attributes, handlers as methods."""

    def __init__(self, desk: Desk):
        self.desk, self.registry = desk, desk.context.registry
        self.examples = {key: corpus.example for key, corpus in desk.shelf.bundled.items()}
        gr.Markdown(text("retrieval.ask.intro"))
        self._lay_out_inputs()
        self._lay_out_results()
        with gr.Accordion(text("about"), open=False, elem_id="retrieval-ask-about"):
            formula_markdown("retrieval.ask.about_text")
        self._wire()

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_inputs(self) -> None:
        with gr.Row():
            with gr.Column(scale=6, min_width=320):
                self.query = gr.Textbox(
                    label=text("retrieval.ask.query"),
                    value=first_corpus(self.desk.shelf, "en").example,
                    lines=2,
                    submit_btn=False,
                    elem_id="retrieval-ask-query",
                )
                in_chinese(self.query, first_corpus(self.desk.shelf, "zh").example)
                self.strategies = gr.CheckboxGroup(
                    [
                        (text(f"retrieval.strategy.{key}"), key)
                        for key in self.desk.shelf.strategies
                    ],
                    value=list(DEFAULT_STRATEGIES),
                    label=text("retrieval.ask.strategies"),
                    info=text("retrieval.ask.strategies_hint"),
                    elem_id="retrieval-ask-strategies",
                )
            with gr.Column(scale=4, min_width=300):
                self.budget = gr.Slider(
                    FEWEST_CALLS,
                    MOST_OFFERED,
                    value=DEFAULT_BUDGET,
                    step=5,
                    label=text("retrieval.ask.calls"),
                    info=text("retrieval.ask.calls_hint"),
                    elem_id="retrieval-ask-budget",
                )
                self._lay_out_scorer()
                choosers = [self.desk.corpus, self.scorer]
                self.unread = LanguageNotice(
                    choosers, self._cards, self._instead, run="retrieval-ask-run"
                )
                with gr.Row():
                    self.run = gr.Button(
                        text("retrieval.ask.run"), variant="primary", elem_id="retrieval-ask-run"
                    )
                    self.cancel = gr.Button(
                        text("cancel"), interactive=False, elem_id="retrieval-ask-cancel"
                    )
        self.progress = gr.HTML(elem_id="retrieval-ask-progress")

    def _lay_out_scorer(self) -> None:
        with gr.Row():
            self.scorer = gr.Dropdown(
                [
                    (text("retrieval.scorer.of_index"), OF_INDEX),
                    *((c.title, c.key) for c in self.registry.cards(None, "cross-encoder")),
                ],
                value=OF_INDEX,
                label=text("retrieval.scorer"),
                info=text("retrieval.scorer.hint"),
                min_width=200,
                elem_id="retrieval-ask-scorer",
            )
            self.weight = gr.Slider(
                0,
                1,
                value=DEFAULT_WEIGHT,
                step=0.05,
                label=text("retrieval.scorer.weight_label"),
                info=text("retrieval.scorer.weight_hint"),
                min_width=200,
                elem_id="retrieval-ask-weight",
            )
        own = self.desk.context.own_models
        own.follow(self.scorer, "cross-encoder", before={OF_INDEX: "retrieval.scorer.of_index"})

    def _lay_out_results(self) -> None:
        self.answers = gr.HTML(elem_id="retrieval-ask-answers")
        with gr.Row():
            with gr.Column(scale=6, min_width=320):
                self.plot = gr.Plot(label=text("retrieval.ask.plot"), elem_id="retrieval-ask-plot")
            with gr.Column(scale=6, min_width=320):
                self.cost = gr.Dataframe(
                    label=text("retrieval.ask.cost"),
                    interactive=False,
                    wrap=True,
                    column_widths=[150, 90, 65, 80, 80, 85, 85, 100],
                    elem_id="retrieval-ask-cost",
                )
                self.csv = gr.DownloadButton(
                    cast(str, text("retrieval.ask.csv")),
                    size="sm",
                    interactive=False,
                    elem_id="retrieval-ask-csv",
                )

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self) -> None:
        outputs = [self.progress, self.answers, self.plot, self.cost, self.csv, self.cancel]
        outputs += self.unread.outputs
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        inputs = [
            *(self.query, self.strategies, self.budget),
            *(self.scorer, self.weight, self.desk.corpus),
        ]
        opened = first_selection("retrieval_ask", "retrieval-ask-about")
        # An example of another corpus gives way to that of the chosen one.
        swap: dict[str, Any] = {
            "fn": None,
            "inputs": [self.query, self.desk.corpus],
            "outputs": self.query,
            "js": _swap_example(self.examples),
        }
        shown = opened.change(api_name="retrieval_ask_example", **swap, **common).then(
            self.on_ask,
            inputs,
            outputs,
            validator=self.check_inputs,
            api_name="retrieval_ask_open",
            **common,
        )
        changed = self.desk.corpus.change(
            trigger_mode="multiple",  # the matrix's event waits for the last one
            api_name="retrieval_ask_swap",
            **swap,
            **common,
        ).then(
            self.on_corpus,
            [opened, *inputs],
            outputs,
            api_name="retrieval_ask_corpus",
            **common,
        )
        run = gr.on(
            [self.run.click, self.query.submit],
            self.on_ask,
            inputs,
            outputs,
            validator=self.check_inputs,
            cancels=[shown, changed],  # the example must not come after what a visitor asked for
            trigger_mode="once",
            api_name="retrieval_ask_run",
            **common,
        )
        self.cancel.click(
            None, cancels=[run, shown, changed], api_name="retrieval_ask_cancel", **common
        ).then(
            say_cancelled,
            None,
            [self.progress, self.cancel],
            queue=False,
            api_name="retrieval_ask_cancelled",
            **common,
        )
        gr.api(make_retrieval_search(self.registry, self.desk.shelf), api_name="retrieval_search")

    # --- handlers ------------------------------------------------------------------------------

    def check_inputs(
        self,
        query: str,
        keys: list[str],
        budget: float,
        scorer: str,
        weight: float,
        corpus: str,
        request: gr.Request,
    ) -> list[Any]:
        """Validator: a sentence at the field that it is about."""
        language = language_of(request)
        problems = [
            problem_or_none(check, language)
            for check in (
                lambda: check_query(query),
                lambda: check_strategies(keys, self.desk.shelf.strategies),
                lambda: check_budget(budget),
                lambda: self.desk.shelf.open(corpus),
            )
        ]
        at_scorer = None
        if not any(problems):
            at_scorer = problem_or_none(
                lambda: self._scorer(corpus, scorer, weight, keys), language
            )
            problems[1] = problem_or_none(lambda: self._check_late(corpus, keys), language)
        return [
            *map(field, problems[:3]),
            *(field(at_scorer), field(None), field(problems[3])),
        ]

    def _check_late(self, corpus: str, strategies: list[str]) -> None:
        """Raises InputProblem: late interaction is chosen and cannot be had for this corpus."""
        if LateReRank.key in strategies:
            self.desk.shelf.late_model(self.desk.shelf.open(corpus))

    def _scorer(self, corpus: str, key: str, weight: float, strategies: list[str]) -> Scorer:
        """The checked scorer. Raises InputProblem or ModelError."""
        stored = self.desk.shelf.open(corpus).stored
        chosen = check_strategies(strategies, self.desk.shelf.strategies)
        return check_scorer(self.registry, stored, key, weight, chosen)

    def on_corpus(
        self,
        opened: bool,
        query: str,
        keys: list[str],
        budget: float,
        scorer: str,
        weight: float,
        corpus: str,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """The example of a corpus that was chosen is asked; a visitor's own query waits."""
        if opened and keys and query == self.examples.get(corpus):
            yield from self.on_ask(query, keys, budget, scorer, weight, corpus, request)
        else:
            yield {self.cancel: gr.skip()}

    @visible_errors
    def on_ask(
        self,
        query: str,
        keys: list[str],
        budget: float,
        scorer: str,
        weight: float,
        corpus: str,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Ask with every chosen strategy; progress meanwhile, everything else at the end."""
        language = language_of(request)
        strategies = check_strategies(keys, self.desk.shelf.strategies)
        calls, chosen = check_budget(budget), self._scorer(corpus, scorer, weight, keys)
        opened = self.desk.shelf.open(corpus)
        yield {
            self.progress: note_html(say("retrieval.ask.starting", language)),
            self.cancel: gr.update(interactive=True),
            **self.unread.updates([query], (corpus, chosen.cross_encoder), language),
        }
        try:
            steps = ask(
                *(self.registry, self.desk.shelf, opened, check_query(query)),
                *(strategies, calls, chosen),
            )
            asked = yield from showing(steps, lambda step: self._progress(step, language))
            yield self._results(opened, asked, language)
        except Exception:  # said by `visible_errors`; the buttons shall not look busy meanwhile
            yield {self.progress: IDLE, self.cancel: gr.update(interactive=False)}
            raise

    def _progress(self, step: Step, language: Language) -> Updates:
        name = say(f"retrieval.strategy.{step.strategy}", language)
        return {
            self.progress: progress_html(name, step.progress, language),
            self.cancel: gr.update(interactive=True),
        }

    def _cards(self, choice: tuple[str, str]) -> Cards:
        """The models that a query is read by: of the index, and the scorer."""
        corpus, scorer = choice
        stored = self.desk.shelf.open(corpus).stored
        keys = (stored.bi_encoder.key, scorer or stored.cross_encoder.key)
        return [self.registry.card(key) for key in keys]

    def _instead(self, wanted: Languages, cards: Cards, language: Language) -> Choice | None:
        """The first corpus of the app whose models read these languages."""
        for title, key in self.desk.choices([], language):
            if all(reads(card, wanted) for card in self._cards((key, OF_INDEX))):
                return (key, OF_INDEX), title
        return None

    # --- what is shown -------------------------------------------------------------------------

    def _results(self, opened: OpenIndex, asked: Asked, language: Language) -> Updates:
        headers, rows = cost_table(asked, language)
        csv = write_csv("retrieval", *long_table(opened.stored, asked, language))
        return {
            self.progress: self._done(opened, asked, language),
            self.answers: side_by_side(opened.stored, asked, language),
            self.plot: purchases_figure(asked, language),
            self.cost: {"headers": headers, "data": rows},
            self.csv: gr.update(value=csv, interactive=True),
            self.cancel: gr.update(interactive=False),
        }

    def _done(self, opened: OpenIndex, asked: Asked, language: Language) -> str:
        key = "retrieval.ask.done_true" if asked.truth is not None else "retrieval.ask.done"
        size = opened.stored.size
        done = say(key, language, n=size, calls=min(asked.budget, size))
        if asked.pace:
            brute = duration(asked.pace * size, language)
            done += say("retrieval.ask.brute_would", language, time=brute)
        scored = scorer_line(self.registry, asked.scorer, language)
        return note_html(done) + note_html(scored) + note_html(computed_on(self.registry, language))


def _swap_example(examples: dict[str, str]) -> str:
    """The `js` that puts the chosen corpus's example in place of another's; other queries stay."""
    return f"""(query, corpus) => {{
        const examples = {json.dumps(examples)};
        return Object.values(examples).includes(query) ? examples[corpus] ?? query : query;
    }}"""
