"""Side by side: layout and wiring. It parses, calls, and shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import gradio as gr
from gradio.context import Context

from demos.attention.desk import PREFERRED_MODELS, Desk
from demos.attention.example import EXAMPLES
from demos.attention.heads.choices import CHOICES, DEFAULT, choice_of
from demos.attention.readings import MODEL_KINDS, Asked
from demos.attention.sidebyside import results
from demos.attention.sidebyside.comparing import (
    READS,
    Side,
    Step,
    check_plan,
    check_reads,
    comparing,
    plan,
    wants_second,
)
from demos.attention.sidebyside.figures import layers_figure
from demos.frame.errors import InputProblem, field, problem_or_none, visible_errors
from demos.frame.first_values import in_chinese
from demos.frame.formula import formula_markdown
from demos.frame.laid_out import once_open
from demos.frame.language_notice import models_notice
from demos.frame.progress import IDLE, note_html, notice_html, progress_html, say_cancelled
from demos.frame.steps import result_of, showing
from demos.frame.strings import Language, language_of, say, text
from demos.frame.svg import svg_button

DEFAULT_OTHER, CHINESE_OTHER = "cosent-cross", "cosent-cross-zh"
SECOND_FIGURE = "effective_rank"

Updates = dict[Any, Any]


@dataclass(frozen=True)
class Shown:
    """What the page shows."""

    asked: tuple[Asked, Asked]
    without: bool


class SideBySidePanel:
    """Components as attributes, handlers as methods."""

    def __init__(self, desk: Desk):
        self.desk, self.registry, self.readings = desk, desk.registry, desk.readings
        tab = cast(gr.Tab, Context.block)  # the open tab, whose selection runs the example
        gr.Markdown(text("attention.sidebyside.intro"))
        self._lay_out_inputs()
        self._lay_out_results()
        with gr.Accordion(text("about"), open=False, elem_id="attention-sidebyside-about"):
            formula_markdown("attention.sidebyside.about_text")
        self._wire(tab)

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_inputs(self) -> None:
        with gr.Row():
            with gr.Column(scale=5, min_width=300):
                self._lay_out_other()
                with gr.Row():
                    self.run = gr.Button(
                        text("attention.sidebyside.run"),
                        variant="primary",
                        elem_id="attention-sidebyside-run",
                    )
                    self.cancel = gr.Button(
                        text("cancel"), interactive=False, elem_id="attention-sidebyside-cancel"
                    )
            with gr.Column(scale=7, min_width=320):
                second = gr.Textbox(
                    label=text("attention.second"),
                    info=text("attention.sidebyside.second_hint"),
                    value=EXAMPLES["en"][1],
                    lines=1,
                    max_lines=6,
                    elem_id="attention-sidebyside-second",
                )
                self.second = in_chinese(second, EXAMPLES["zh"][1])
                self.reads = gr.Radio(
                    [(text(f"attention.sidebyside.reads.{key}"), key) for key in READS],
                    value=READS[0],
                    label=text("attention.sidebyside.reads"),
                    elem_id="attention-sidebyside-reads",
                )
                self.without = gr.Checkbox(
                    label=text("attention.heads.sinks"), elem_id="attention-sidebyside-without"
                )
        self.progress = gr.HTML(elem_id="attention-sidebyside-progress")
        self.desk.context.own_models.follow(self.other, *MODEL_KINDS)

    def _lay_out_other(self) -> None:
        catalog = self.registry.catalog
        other = gr.Dropdown(
            [(card.title, card.key) for card in catalog.of_kind(*MODEL_KINDS)],
            value=DEFAULT_OTHER,
            label=text("attention.sidebyside.other"),
            info=text("attention.sidebyside.other_hint"),
            elem_id="attention-sidebyside-other",
        )
        chinese = catalog.embedded_among([CHINESE_OTHER])
        self.other = in_chinese(other, next(iter(chinese), DEFAULT_OTHER))
        self.unread = models_notice(
            self.registry,
            self.other,
            MODEL_KINDS,
            (*PREFERRED_MODELS, CHINESE_OTHER),
            run="attention-sidebyside-run",
        )

    def _lay_out_results(self) -> None:
        self.notice = gr.HTML(elem_id="attention-sidebyside-notice")
        with gr.Row():
            self.figures = [
                gr.Dropdown(
                    [(text(f"attention.heads.figure.{key}"), key) for key in CHOICES],
                    value=value,
                    label=text(f"attention.sidebyside.figure_{side}"),
                    min_width=300,
                    elem_id=f"attention-sidebyside-figure-{side}",
                )
                for side, value in (("left", DEFAULT), ("right", SECOND_FIGURE))
            ]
        with gr.Row():
            self.plots = [
                gr.Plot(
                    show_label=False, min_width=320, elem_id=f"attention-sidebyside-plot-{side}"
                )
                for side in ("left", "right")
            ]
        self.table = gr.Dataframe(
            label=text("attention.sidebyside.table"),
            interactive=False,
            wrap=True,
            column_widths=[80],
            max_height=420,
            elem_id="attention-sidebyside-table",
        )
        with gr.Row():
            for side in ("left", "right"):
                svg_button(
                    f"attention-sidebyside-plot-{side}",
                    "attention-side-by-side",
                    f"attention.sidebyside.svg_{side}",
                )
            self.csv = gr.DownloadButton(
                cast(str, text("attention.heads.csv")),
                size="sm",
                interactive=False,
                elem_id="attention-sidebyside-csv",
            )

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self, tab: gr.Tab) -> None:
        self.shown: gr.State = gr.State(cast(Any, None))  # a `Shown`, once there is one
        self.opened = gr.State(False)
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        reading = self.desk.reading
        fields = [self.other, self.second, self.reads, self.without, *self.figures]
        drawn = [self.notice, *self.plots, self.table, self.csv]
        outputs = [self.opened, self.shown, *drawn, self.progress, self.cancel]
        outputs += self.unread.outputs
        choosing = [self.second, self.reads]
        opening = [self.opened, self.shown, reading, *fields]
        renewed = once_open("attention-sidebyside", reading.change)
        gr.on(
            [renewed, self.other.input],
            self.on_models,
            [reading, self.other],
            choosing,
            trigger_mode="multiple",  # the reading's event waits for the last one
            api_name="attention_sidebyside_models",
            **common,
        )
        opened = tab.select(
            self.on_open,
            opening,
            [*choosing, *outputs],
            validator=self.check_open,
            api_name="attention_sidebyside_open",
            **common,
        )
        read = renewed(
            self.on_reading,
            opening,
            outputs,
            trigger_mode="always_last",
            api_name="attention_sidebyside_reading",
            **common,
        )
        run = gr.on(
            [self.run.click, self.without.input, self.reads.input],
            self.on_compare,
            [reading, *fields],
            outputs,
            validator=self.check_inputs,
            cancels=[opened, read],
            trigger_mode="always_last",
            api_name="attention_sidebyside_run",
            **common,
        )
        self.cancel.click(
            None, cancels=[run, opened, read], api_name="attention_sidebyside_cancel", **common
        ).then(
            say_cancelled,
            None,
            [self.progress, self.cancel],
            queue=False,
            api_name="attention_sidebyside_cancelled",
            **common,
        )
        gr.on(
            [figure.input for figure in self.figures],
            self.on_figure,
            [self.shown, *self.figures],
            [*self.plots, self.table],
            trigger_mode="always_last",
            api_name="attention_sidebyside_figure",
            **common,
        )

    # --- handlers ------------------------------------------------------------------------------

    def check_inputs(
        self,
        reading: Asked | None,
        other: str,
        second: str,
        reads: Any,
        without: bool,
        left: Any,
        right: Any,
        request: gr.Request,
    ) -> list[Any]:
        """Validator: a sentence at the field that it is about."""
        language = language_of(request)
        model, words = check_plan(self.registry, reading, other, second)
        checks = [
            None,
            model,
            words,
            lambda: check_reads(reads),
            None,
            lambda: choice_of(left),
            lambda: choice_of(right),
        ]
        return [field(problem_or_none(each, language) if each else None) for each in checks]

    def check_open(
        self,
        opened: bool,
        shown: Shown | None,
        reading: Asked | None,
        other: str,
        second: str,
        reads: Any,
        without: bool,
        left: Any,
        right: Any,
        request: gr.Request,
    ) -> list[Any]:
        """Validator where the tab is opened: as that of the button, once a text has been read."""
        if reading is None:
            return [field(None)] * 9
        fields = (other, second, reads, without, left, right)
        return [field(None), field(None), *self.check_inputs(reading, *fields, request)]

    def on_models(self, reading: Asked | None, other: str) -> Updates:
        """The second text and what is read of it matter only beside a cross-encoder."""
        pairs = wants_second(self.registry, reading, other)
        first = reading is not None and wants_second(self.registry, None, reading.model)
        both = first and wants_second(self.registry, None, other)
        return {
            self.second: gr.update(visible=pairs),
            self.reads: gr.update(visible=(pairs or first) and not both),
        }

    @visible_errors
    def on_open(
        self,
        opened: bool,
        shown: Shown | None,
        reading: Asked | None,
        other: str,
        second: str,
        reads: Any,
        without: bool,
        left: Any,
        right: Any,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """The comparison as it stands, for whoever opens the tab or comes back to another text."""
        choosing = {self.opened: True, **self.on_models(reading, other)}
        yield choosing
        fields = (other, second, reads, without, left, right)
        for updates in self.on_reading(True, shown, reading, *fields, request):
            yield {**choosing, **updates}

    @visible_errors
    def on_reading(
        self,
        opened: bool,
        shown: Shown | None,
        reading: Asked | None,
        other: str,
        second: str,
        reads: Any,
        without: bool,
        left: Any,
        right: Any,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Compare, unless it is shown already; nothing for those who have never opened the tab."""
        if not opened or reading is None or not self._fits(reading, other, second):
            yield {self.shown: shown}
            return
        asked = plan(self.registry, reading, other, second, check_reads(reads))
        if shown == Shown(asked, bool(without)):
            yield {self.shown: shown}
            return
        yield from self._compare(asked, bool(without), left, right, language_of(request))

    @visible_errors
    def on_compare(
        self,
        reading: Asked | None,
        other: str,
        second: str,
        reads: Any,
        without: bool,
        left: Any,
        right: Any,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Read with both models; progress meanwhile, everything else at the end."""
        if reading is None:
            raise InputProblem("attention.heads.nothing")
        asked = plan(self.registry, reading, other, second, check_reads(reads))
        yield from self._compare(asked, bool(without), left, right, language_of(request))

    @visible_errors
    def on_figure(self, shown: Shown | None, left: Any, right: Any, request: gr.Request) -> Updates:
        """Other figures of what is shown."""
        keys = (choice_of(left).key, choice_of(right).key)
        if shown is None:
            return {self.table: gr.update()}
        steps = comparing(self.registry, self.readings, shown.asked, not shown.without)
        return self._drawn(result_of(steps), keys, language_of(request))

    # --- what is shown -------------------------------------------------------------------------

    def _fits(self, reading: Asked, other: str, second: str) -> bool:
        """Whether the fields can be read as they stand: said at them when the button is pressed."""
        checks = check_plan(self.registry, reading, other, second)
        return all(problem_or_none(check, "en") is None for check in checks)

    def _compare(
        self,
        asked: tuple[Asked, Asked],
        without: bool,
        left: Any,
        right: Any,
        language: Language,
    ) -> Iterator[Updates]:
        keys = (choice_of(left).key, choice_of(right).key)
        there = asked[1]
        yield {
            self.progress: note_html(say("attention.starting", language)),
            self.cancel: gr.update(interactive=True),
            **self.unread.updates([there.first, there.second], there.model, language),
        }
        try:
            steps = comparing(self.registry, self.readings, asked, not without)
            sides = yield from showing(steps, lambda step: self._working(step, language))
            yield {
                self.opened: True,
                self.shown: Shown(asked, without),
                **self._drawn(sides, keys, language),
                self.notice: notice_html(results.differences(sides, language)),
                self.csv: gr.update(value=results.figures_file(sides), interactive=True),
                self.progress: "".join(
                    note_html(said)
                    for said in results.read_sentence(self.registry, sides, language)
                ),
                self.cancel: gr.update(interactive=False),
            }
        except Exception:  # said by `visible_errors`; the buttons shall not look busy meanwhile
            yield {self.progress: IDLE, self.cancel: gr.update(interactive=False)}
            raise

    def _working(self, step: Step, language: Language) -> Updates:
        return {
            self.progress: progress_html(step.model, step.progress, language),
            self.cancel: gr.update(interactive=True),
        }

    def _drawn(
        self, sides: tuple[Side, Side], keys: tuple[str, str], language: Language
    ) -> Updates:
        headers, rows = results.means_table(sides, keys[0], language)
        return {
            **{
                plot: layers_figure(sides, key, language)
                for plot, key in zip(self.plots, keys, strict=True)
            },
            self.table: {"headers": headers, "data": rows},
        }
