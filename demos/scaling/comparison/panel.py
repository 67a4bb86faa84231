"""Compare laws: layout and wiring. It parses, calls, and shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import gradio as gr
from gradio.context import Context

from demos.frame.errors import InputProblem, field, problem_or_none, visible_errors
from demos.frame.formula import formula_markdown
from demos.frame.kept import FOLLOWS, Kept, kept_or
from demos.frame.laid_out import once_open, when_laid_out
from demos.frame.progress import IDLE, duration, note_html, notice_html, progress_html
from demos.frame.steps import paced, showing
from demos.frame.strings import Language, language_of, say, text
from demos.frame.svg import svg_button
from demos.scaling.answers import takes_x
from demos.scaling.compare import DEFAULT_SHARE
from demos.scaling.comparison import figures, results
from demos.scaling.comparison.contest import (
    DEFAULT_LAWS,
    SHARES,
    Comparison,
    Contest,
    Contests,
    Stage,
    check_laws,
    check_share,
)
from demos.scaling.desk import POINTS_KNOWN, Desk
from demos.scaling.laws import LAWS
from demos.scaling.sources import Chosen

Updates = dict[Any, Any]


class ComparePanel:
    """Components as attributes, handlers as methods; laid out inside an open `gr.Tab`."""

    def __init__(self, desk: Desk):
        self.desk, self.tables = desk, desk.tables
        self.contests = Contests(desk.answers)
        tab = cast(gr.Tab, Context.block)  # the open tab, whose first selection compares
        gr.Markdown(text("scaling.comparison.intro"))
        self._lay_out_fields()
        self._lay_out_results()
        with gr.Accordion(text("about"), open=False, elem_id="scaling-compare-about"):
            formula_markdown("scaling.comparison.about_text")
        self._wire(tab)

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_fields(self) -> None:
        self.laws = gr.CheckboxGroup(
            [(cast(str, text(f"scaling.comparison.law.{law}")), law) for law in LAWS],
            value=list(DEFAULT_LAWS),
            label=text("scaling.comparison.laws"),
            elem_id="scaling-compare-laws",
        )
        with gr.Row():
            self.x = gr.Dropdown(
                ["N", "D", "C", "step"],
                value="C",
                label=text("scaling.comparison.x"),
                info=text("scaling.comparison.x_hint"),
                min_width=200,
                elem_id="scaling-compare-x",
                elem_classes=FOLLOWS,
            )
            low, high = SHARES
            self.share = gr.Slider(
                100 * low,
                100 * high,
                value=100 * DEFAULT_SHARE,
                step=5,
                label=text("scaling.comparison.share_label"),
                info=text("scaling.comparison.share_hint"),
                min_width=240,
                elem_id="scaling-compare-share",
            )
            with gr.Column(min_width=200):
                self.run = gr.Button(
                    text("scaling.comparison.run"), variant="primary", elem_id="scaling-compare-run"
                )
                self.cancel = gr.Button(
                    text("cancel"), interactive=False, elem_id="scaling-compare-cancel"
                )
        self.progress = gr.HTML(elem_id="scaling-compare-progress")

    def _lay_out_results(self) -> None:
        with gr.Column(visible=False, elem_id="scaling-compare-results") as self.box:
            self.findings = gr.HTML(elem_id="scaling-compare-findings")
            self.table = gr.HTML(elem_id="scaling-compare-table")
            self.reasons = gr.HTML(elem_id="scaling-compare-reasons")
            with gr.Row(visible=False) as self.plots:
                self.extrapolation, self.errors = (_plot(name) for name in ("lines", "errors"))
            self.nested = gr.HTML(elem_id="scaling-compare-nested")
            with gr.Row():
                self.csv, self.csv_held = (_download(name) for name in ("table", "held"))

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self, tab: gr.Tab) -> None:
        desk = self.desk
        self.opened = gr.State(False)
        self.shown: gr.State = gr.State(cast(Any, None))  # the `Contest` whose result is shown
        asked = [desk.chosen, self.laws, self.x, self.share]
        shows = [self.shown, self.progress, self.cancel, self.box, self.findings, self.table]
        shows += [self.reasons, self.plots, self.extrapolation, self.errors, self.nested]
        shows += [self.csv, self.csv_held]
        tab.select(
            lambda: True,
            None,
            self.opened,
            js=when_laid_out("scaling-compare-about", POINTS_KNOWN),
            api_name="scaling_compare_open",
            **_common(),
        )
        # The choices of x first: a comparison needs one of them.
        first = self.opened.change(
            self.on_opened,
            [desk.chosen, desk.law, desk.x, desk.context.kept],
            self.x,
            api_name="scaling_compare_opened",
            **_common(),
        ).then(
            self.on_run,
            asked,
            shows,
            validator=self.check,
            api_name="scaling_compare_first",
            **_common(),
        )
        gr.on(
            [desk.law.input, desk.x.input],
            self.on_bar,
            [desk.law, desk.x],
            self.x,
            trigger_mode="multiple",  # the desk's own event waits for the last one
            api_name="scaling_compare_bar",
            **_common(),
        )
        run = self.run.click(
            self.on_run,
            asked,
            shows,
            validator=self.check,
            cancels=[first],
            trigger_mode="once",
            api_name="scaling_compare_run",
            **_common(),
        )
        shared = self.share.release(
            self.on_share,
            [self.shown, *asked],
            shows,
            cancels=[first],
            trigger_mode="always_last",
            api_name="scaling_compare_share",
            **_common(),
        )
        works = [first, run, shared]
        once_open("scaling-compare", desk.chosen.change)(
            self.on_points,
            [self.opened, desk.chosen, desk.law, desk.x, self.shown],
            [self.x, self.box, self.shown, self.progress, self.cancel],
            cancels=works,
            trigger_mode="always_last",
            api_name="scaling_compare_points",
            **_common(),
        )
        self.cancel.click(None, cancels=works, api_name="scaling_compare_cancel", **_common()).then(
            self.on_cancelled,
            None,
            [self.progress, self.cancel],
            queue=False,
            api_name="scaling_compare_cancelled",
            **_common(),
        )

    # --- handlers ------------------------------------------------------------------------------

    @visible_errors
    def on_opened(self, chosen: Chosen, law: str, x: str | None, kept: Kept) -> Any:
        """What x can be, of these points; as it was before a reload, or as the bar has it."""
        try:
            sizes = self.tables.points(chosen).table.sizes
        except InputProblem:  # the bar says what is wrong with them
            return gr.skip()
        own = kept_or(kept, self.x, sizes, _x_of(law, x, sizes))
        return gr.update(choices=list(sizes), value=own)

    @visible_errors
    def on_points(
        self,
        opened: bool,
        chosen: Chosen,
        law: str,
        x: str | None,
        shown: Contest | None,
        request: gr.Request,
    ) -> Updates:
        """Other points: what x can be, and nothing of the old comparison."""
        if not opened or (shown is not None and shown.chosen == chosen):
            return {self.cancel: gr.skip()}
        return {
            self.x: self.on_opened(chosen, law, x, None),
            self.box: gr.update(visible=False),
            self.shown: None,
            self.progress: note_html(say("scaling.comparison.again", language_of(request))),
            self.cancel: gr.update(interactive=False),
        }

    def on_bar(self, law: str, x: str | None) -> Any:
        """The bar's x, where it has one."""
        return gr.update(value=x) if takes_x(law) and x else gr.skip()

    def check(
        self, chosen: Chosen, laws: Any, x: Any, share: Any, request: gr.Request
    ) -> list[Any]:
        """Validator: a sentence at the field that it is about."""
        language = language_of(request)
        return [
            field(problem_or_none(lambda: self.tables.points(chosen), language)),
            field(problem_or_none(lambda: check_laws(laws), language)),
            field(None),
            field(problem_or_none(lambda: check_share(share), language)),
        ]

    def on_share(
        self,
        shown: Contest | None,
        chosen: Chosen,
        laws: Any,
        x: Any,
        share: Any,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Another share of what is shown; nothing where nothing is."""
        if shown is None or shown.chosen != chosen:
            yield {self.cancel: gr.skip()}
            return
        yield from self.on_run(chosen, list(shown.laws), shown.x, share, request)

    @visible_errors
    def on_run(
        self, chosen: Chosen, laws: Any, x: Any, share: Any, request: gr.Request
    ) -> Iterator[Updates]:
        """Fit all laws twice; progress meanwhile, everything at the end."""
        language = language_of(request)
        contest = Contest(chosen, check_laws(laws), x or "", check_share(share))
        yield {
            self.progress: note_html(say("scaling.desk.starting", language)),
            self.cancel: gr.update(interactive=True),
        }
        rest = {self.progress: IDLE, self.cancel: gr.update(interactive=False)}
        try:
            steps = paced(self.contests.comparing(contest))
            comparison = yield from showing(steps, lambda stage: self._working(stage, language))
            yield rest | self._shown(comparison, language)
        except Exception:  # said by `visible_errors`; nothing shall look busy meanwhile
            yield rest
            raise

    def _working(self, stage: Stage, language: Language) -> Updates:
        law = say(f"scaling.comparison.law.{stage.law}", language)
        what = say(f"scaling.comparison.stage.{stage.part}", language, law=law)
        return {
            self.progress: progress_html(what, stage.progress, language),
            self.cancel: gr.update(interactive=True),
        }

    def _shown(self, comparison: Comparison, language: Language) -> Updates:
        drawn = bool(comparison.extrapolated)
        updates: Updates = {
            self.shown: comparison.contest,
            self.progress: note_html(_done(comparison, language)),
            self.box: gr.update(visible=True),
            self.findings: notice_html(results.findings(comparison, language)),
            self.table: results.table_html(comparison, language),
            self.reasons: results.reasons_html(comparison, language),
            self.nested: results.nested_html(comparison, language),
            self.plots: gr.update(visible=drawn),
            self.csv: gr.update(value=results.table_file(comparison), interactive=True),
            self.csv_held: gr.update(interactive=False),
        }
        if drawn:
            file = results.held_out_file(comparison)
            updates |= {
                self.extrapolation: figures.extrapolation_figure(comparison, language),
                self.errors: figures.errors_figure(comparison, language),
                self.csv_held: gr.update(value=file, interactive=True),
            }
        return updates

    def on_cancelled(self, request: gr.Request) -> tuple[str, Any]:
        """What is fitted already is kept."""
        note = note_html(say("scaling.comparison.cancelled", language_of(request)))
        return note, gr.update(interactive=False)


def _x_of(law: str, x: str | None, sizes: tuple[str, ...]) -> str | None:
    """The bar's x where it has one; else compute, which rises with both N and D."""
    if takes_x(law) and x in sizes:
        return x
    return "C" if "C" in sizes else sizes[0] if sizes else None


def _done(comparison: Comparison, language: Language) -> str:
    return say(
        "scaling.comparison.done",
        language,
        laws=len(comparison.entries),
        points=len(comparison.loss),
        held=int(comparison.held_out.sum()),
        time=duration(comparison.seconds, language),
    )


def _common() -> dict[str, Any]:
    return {"show_progress": "hidden", "api_visibility": "private"}


def _plot(name: str) -> gr.Plot:
    elem_id = f"scaling-compare-{name}"
    with gr.Column(min_width=340):
        gr.HTML(text(f"scaling.comparison.figure.{name}"), elem_classes="kl-hint")
        plot = gr.Plot(show_label=False, elem_id=elem_id)
        svg_button(elem_id, f"scaling-compare-{name}")
    return plot


def _download(name: str) -> gr.DownloadButton:
    return gr.DownloadButton(
        cast(str, text(f"scaling.comparison.csv.{name}")),
        size="sm",
        interactive=False,
        elem_id=f"scaling-compare-csv-{name}",
    )
