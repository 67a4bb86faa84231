"""Data: layout and wiring. It parses, calls, and shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

import gradio as gr
import numpy as np
from gradio.context import Context

from demos.frame.errors import InputProblem, field, problem_or_none, visible_errors
from demos.frame.formula import formula_markdown
from demos.frame.kept import FOLLOWS, Kept, kept_of
from demos.frame.laid_out import once_open, when_laid_out
from demos.frame.progress import note_html
from demos.frame.strings import Language, language_of, say, text
from demos.frame.svg import svg_button
from demos.scaling.answers import Question
from demos.scaling.data import counting, figures, mapping, results
from demos.scaling.data.clicks import click_script
from demos.scaling.data.counting import COLUMNS
from demos.scaling.data.figures import PLAIN, View
from demos.scaling.data.forms import DrawnForm, FileForm, drawn_source
from demos.scaling.data.mapping import SIZED, Form
from demos.scaling.desk import POINTS_KNOWN, Desk
from demos.scaling.loss_file import LossTable
from demos.scaling.roles import Role
from demos.scaling.sources import Chosen, Points, Simulated, Uploaded

_CLICK_FILE = (
    "() => setTimeout(() => document.querySelector('#scaling-data-csv-file')?.click(), 150)"
)

Updates = dict[Any, Any]


@dataclass(frozen=True)
class Seen:
    """What the panel shows."""

    chosen: Chosen
    question: Question | None


class DataPanel:
    """Components as attributes, handlers as methods."""

    def __init__(self, desk: Desk):
        self.desk, self.tables = desk, desk.tables
        tab = cast(gr.Tab, Context.block)
        gr.Markdown(text("scaling.points.intro"))
        self.truth = gr.HTML(elem_id="scaling-data-truth")
        self.drawn = DrawnForm()
        self.file = FileForm()
        with gr.Column() as self.body:
            with gr.Row():
                with gr.Column(scale=7, min_width=320):
                    self._lay_out_figure()
                with gr.Column(scale=4, min_width=320):
                    self._lay_out_counting()
            self._lay_out_table()
        with gr.Accordion(text("about"), open=False, elem_id="scaling-data-about"):
            formula_markdown("scaling.points.about_text")
        self.opened = gr.State(False)
        self.seen: gr.State = gr.State(cast(Any, None))  # a `Seen`, once there is one
        self._wire_showing(tab)
        self._wire_forms()
        self._wire_counting()

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_figure(self) -> None:
        with gr.Row():
            self.x, self.colour = (
                gr.Dropdown(
                    [],
                    label=text(f"scaling.points.{name}"),
                    min_width=140,
                    elem_id=f"scaling-data-{name}",
                    elem_classes=FOLLOWS,
                )
                for name in ("x", "colour")
            )
        self.plot = gr.Plot(show_label=False, elem_id="scaling-data-plot")
        self.clicks = gr.HTML(
            text("scaling.points.click_hint"),
            js_on_load=click_script("scaling-data-plot"),
            elem_classes="kl-hint",
            elem_id="scaling-data-clicks",
        )
        svg_button("scaling-data-plot", "scaling-points")

    def _lay_out_counting(self) -> None:
        self.counts = gr.HTML(elem_id="scaling-data-counts")
        self.limit_rows: dict[str, gr.Row] = {}
        self.limits: list[gr.Textbox] = []
        for column in COLUMNS:
            with gr.Row(elem_classes="kl-tight", visible=False) as row:
                for end in ("low", "high"):
                    box = gr.Textbox(
                        label=text(f"scaling.points.{end}.{column}"),
                        max_lines=1,
                        min_width=120,
                        elem_id=f"scaling-data-{end}-{column}",
                        elem_classes=FOLLOWS,
                    )
                    self.limits.append(box)
            self.limit_rows[column] = row
        self.left_out = gr.Dropdown(
            [],
            multiselect=True,
            label=text("scaling.points.left_out"),
            info=text("scaling.points.left_out_hint"),
            elem_id="scaling-data-left-out",
            elem_classes=FOLLOWS,
        )
        with gr.Row():
            self.leave_named = gr.Button(
                text("scaling.points.leave_named"),
                size="sm",
                visible=False,
                elem_id="scaling-data-leave-named",
            )
            self.take_back = gr.Button(
                text("scaling.points.take_back"),
                size="sm",
                interactive=False,
                elem_id="scaling-data-take-back",
            )

    def _lay_out_table(self) -> None:
        self.table = gr.Dataframe(
            label=text("scaling.points.table"),
            interactive=False,
            max_height=330,
            elem_id="scaling-data-table",
        )
        with gr.Row():
            self.make_csv = gr.Button(
                text("scaling.points.csv"), size="sm", elem_id="scaling-data-csv"
            )
            self.csv = gr.DownloadButton(
                # By its class: a box that is shown again shows all that was hidden in it.
                elem_classes="kl-hidden",
                elem_id="scaling-data-csv-file",
            )

    # --- wiring --------------------------------------------------------------------------------

    def _wire_showing(self, tab: gr.Tab) -> None:
        desk = self.desk
        tabs = cast(gr.Tabs, tab.parent)
        self.tabs = tabs
        tab.select(
            lambda: True,
            None,
            self.opened,
            js=when_laid_out("scaling-data-csv", POINTS_KNOWN),
            api_name="scaling_data_open",
            **_common(),
        )
        view = [self.x, self.colour]
        one = [self.plot, self.counts, self.left_out, self.leave_named, self.take_back, self.table]
        every = [
            *(self.seen, self.truth, tabs, self.body, *one, *view, *self.limits),
            *(self.limit_rows.values()),
            *(self.drawn.box, *self.drawn.inputs, *self.file.components),
        ]
        gr.on(
            [
                self.opened.change,
                once_open("scaling-data", desk.chosen.change, desk.question.change),
            ],
            self.on_change,
            [self.opened, self.seen, desk.chosen, desk.question, *view, desk.context.kept],
            every,
            trigger_mode="always_last",
            api_name="scaling_data_show",
            **_common(),
        )
        gr.on(
            [self.x.input, self.colour.input],
            self.on_look,
            [desk.chosen, desk.question, *view],
            [self.plot, self.colour],
            trigger_mode="always_last",
            api_name="scaling_data_look",
            **_common(),
        )
        self.make_csv.click(
            self.on_csv, desk.chosen, self.csv, api_name="scaling_data_csv", **_common()
        ).success(None, js=_CLICK_FILE, api_name="scaling_data_download", api_visibility="private")

    def _wire_forms(self) -> None:
        desk, file = self.desk, self.file
        file.apply.click(
            self.on_apply,
            [desk.chosen, *file.inputs],
            [desk.chosen, desk.law, desk.x, desk.note, desk.progress],
            validator=self.check_apply,
            api_name="scaling_data_apply",
            **_common(),
        )
        file.fields["header"].input(
            self.on_header,
            [desk.chosen, file.fields["header"]],
            file.components,
            api_name="scaling_data_header",
            **_common(),
        )
        for role in SIZED:
            file.fields[role].input(
                _unit_follower(role),
                file.fields[role],
                file.fields[f"unit_{role}"],
                api_name=f"scaling_data_column_{role.lower()}",
                **_common(),
            )
        file.fields["loss"].input(
            mapping.loss_kind_in_name,
            file.fields["loss"],
            file.fields["loss_kind"],
            api_name="scaling_data_column_loss",
            **_common(),
        )
        gr.on(
            [slider.release for slider in self.drawn.inputs],
            self.on_draw,
            [desk.chosen, *self.drawn.inputs],
            desk.chosen,
            validator=self.check_draw,
            trigger_mode="always_last",
            api_name="scaling_data_draw",
            **_common(),
        )

    def _wire_counting(self) -> None:
        chosen = self.desk.chosen
        gr.on(
            [event for box in self.limits for event in (box.submit, box.blur)],
            self.on_limits,
            [chosen, *self.limits],
            chosen,
            validator=self.check_limits,
            trigger_mode="always_last",
            api_name="scaling_data_limits",
            **_common(),
        )
        self.clicks.click(self.on_click, chosen, chosen, api_name="scaling_data_click", **_common())
        self.left_out.input(
            self.on_left_out,
            [chosen, self.left_out],
            chosen,
            validator=self.check_left_out,
            trigger_mode="always_last",
            api_name="scaling_data_left_out",
            **_common(),
        )
        self.leave_named.click(
            self.on_leave_named,
            [chosen, self.desk.question],
            chosen,
            api_name="scaling_data_leave_named",
            **_common(),
        )
        self.take_back.click(
            lambda chosen: counting.without(chosen, ()),
            chosen,
            chosen,
            api_name="scaling_data_take_back",
            **_common(),
        )

    # --- handlers: what is shown ---------------------------------------------------------------

    @visible_errors
    def on_change(
        self,
        opened: bool,
        seen: Seen | None,
        chosen: Chosen,
        question: Question | None,
        x: str | None,
        colour: str | None,
        kept: Kept,
        request: gr.Request,
    ) -> Updates:
        """Draw the points, unless they are shown; the fields too where the source is another."""
        now = Seen(chosen, question)
        if not opened or seen == now:
            return {self.seen: gr.skip()}
        language = language_of(request)
        updates: Updates = {self.seen: now}
        fresh = seen is None or seen.chosen.source != chosen.source
        try:
            points = self.tables.points(chosen)
        except InputProblem:  # which the bar says; it is mended here
            updates |= self._fields(chosen, None, language)
            return updates | {
                self.tabs: gr.update(selected="scaling-data"),
                self.body: gr.update(visible=False),
            }
        if fresh:
            updates |= self._fields(chosen, points.table, language)
            updates[self.body] = gr.update(visible=True)
            if seen is None and self.desk.is_of(kept, chosen):
                x, colour = self._as_before(kept, updates)
            x, colour = self._choosers(points.table, x, colour, updates, language)
        return updates | self._one(chosen, question, points, x, colour, language)

    @visible_errors
    def on_look(
        self,
        chosen: Chosen,
        question: Question | None,
        x: str | None,
        colour: str | None,
        request: gr.Request,
    ) -> Updates:
        """Other axes or colours of the same points."""
        language = language_of(request)
        points = self.tables.points(chosen)
        view = self._view(chosen, question, points)
        updates: Updates = {}
        x, colour = self._choosers(points.table, x, colour, updates, language)
        updates.pop(self.x)
        return updates | {self.plot: figures.points_figure(view, x, colour, language)}

    @visible_errors
    def on_csv(self, chosen: Chosen, request: gr.Request) -> Any:
        """The points that count as a file: written when it is asked for."""
        return gr.update(value=results.points_file(self.tables.points(chosen)))

    def _fields(self, chosen: Chosen, table: LossTable | None, language: Language) -> Updates:
        """Everything that follows the source alone."""
        updates: Updates = {self.truth: results.truth_html(chosen.source, language)}
        updates |= self.drawn.shown(chosen.source)
        updates |= self.file.shown(chosen.source, self.tables, language)
        known = {limits.column: limits for limits in chosen.limits}
        for place, column in enumerate(COLUMNS):
            there = table is not None and column in table.columns
            updates[self.limit_rows[column]] = gr.update(visible=there)
            if table is None or not there:
                continue
            values, limits = table.columns[column], known.get(column)
            ends = (values.min(), values.max())
            typed = (limits.low, limits.high) if limits else (None, None)
            for box, end, value in zip(
                self.limits[2 * place : 2 * place + 2], ends, typed, strict=True
            ):
                written = "" if value is None else f"{value:g}"
                updates[box] = gr.update(value=written, placeholder=figures.size_said(end))
        return updates

    def _as_before(self, kept: Kept, updates: Updates) -> tuple[str | None, str | None]:
        """Limits as they were typed, be they wrong; axis and colour."""
        for box in self.limits:
            typed = kept_of(kept, box)
            if box in updates and isinstance(typed, str):
                updates[box] = {**updates[box], "value": typed}
        return kept_of(kept, self.x), kept_of(kept, self.colour)

    def _choosers(
        self,
        table: LossTable,
        x: str | None,
        colour: str | None,
        updates: Updates,
        language: Language,
    ) -> tuple[str, str]:
        """Axis and colour as they stand, or the first ones of a table that has no such column."""
        across = figures.x_choices(table)
        new_x = x if x in across else across[0]
        colours = figures.colour_choices(table, new_x)
        new_colour = colour if colour in colours and x == new_x else colours[0]
        names = [(_column_name(name, language), name) for name in across]
        updates[self.x] = gr.update(choices=names, value=new_x)
        names = [(_column_name(name, language), name) for name in colours]
        updates[self.colour] = gr.update(choices=names, value=new_colour)
        return new_x, new_colour

    def _view(self, chosen: Chosen, question: Question | None, points: Points) -> View:
        answer = None if question is None else self.desk.answers.kept(question)
        named = counting.named_outliers(answer, chosen)
        return View(points, counting.states_of(points, chosen.left_out), named)

    def _one(
        self,
        chosen: Chosen,
        question: Question | None,
        points: Points,
        x: str | None,
        colour: str | None,
        language: Language,
    ) -> Updates:
        """The points as they count now."""
        view = self._view(chosen, question, points)
        headers, rows = results.preview(view, language)
        left = [place for place in view.named if view.states[place] == 0]
        words = say("scaling.points.leave_named_count", language, count=len(left))
        return {
            self.plot: figures.points_figure(view, x or "", colour or PLAIN, language),
            self.counts: note_html(results.counts_sentence(view, language)),
            self.left_out: self._left_out(chosen, view, language),
            self.leave_named: gr.update(value=words, visible=bool(left)),
            self.take_back: gr.update(interactive=bool(chosen.left_out)),
            self.table: {"headers": headers, "data": rows},
        }

    def _left_out(self, chosen: Chosen, view: View, language: Language) -> Any:
        """The field of points left out; hidden where it would hold too many."""
        if len(chosen.left_out) > counting.MOST_TOKENS:
            return gr.update(visible=False, choices=[], value=[])
        places = counting.offered(view.points, chosen.left_out, view.named)
        choices = [(results.label_of(view.table, place, language), place) for place in places]
        return gr.update(visible=True, choices=choices, value=list(chosen.left_out))

    # --- handlers: sources ---------------------------------------------------------------------

    def check_apply(self, request: gr.Request, chosen: Chosen, *given: Any) -> list[Any]:
        """Validator: a sentence at the field that it is about."""
        problems = {}
        if isinstance(chosen.source, Uploaded):
            problems = mapping.check(self.tables, Form.of_fields(given), chosen.source.paths)
        language = language_of(request)
        return [field(None), *(_said(problems.get(name), language) for name in mapping.FIELDS)]

    @visible_errors
    def on_apply(self, request: gr.Request, chosen: Chosen, *given: Any) -> Updates:
        """The file's columns as they are said to be; the same rows keep what is left out."""
        if not isinstance(chosen.source, Uploaded):
            raise InputProblem("scaling.data.no_files")
        source = Form.of_fields(given).source(chosen.source.paths)
        new = Chosen(source)
        table = self.tables.table(source)
        if self._has_lines_of(chosen, table):
            new = replace(new, left_out=chosen.left_out, limits=chosen.limits)
            if problem_or_none(lambda: self.tables.points(new), "en"):
                new = Chosen(source)
        return self.desk.taken(new, language_of(request))

    def _has_lines_of(self, chosen: Chosen, table: LossTable) -> bool:
        """Whether the points are of the same rows as those that stand chosen."""
        try:
            before = self.tables.table(chosen.source)
        except InputProblem:
            return False
        return bool(np.array_equal(before.lines, table.lines))

    @visible_errors
    def on_header(self, chosen: Chosen, header: bool, request: gr.Request) -> Updates:
        """The columns under other names, guessed anew; nothing is taken before Apply."""
        if not isinstance(chosen.source, Uploaded):
            return {self.file.head: gr.skip()}
        source = Uploaded(chosen.source.paths, header=bool(header))
        raw = self.tables.raw(source)
        form = Form.of_source(source, raw, self.tables.guessed(source))
        return self.file.filled(form, raw, language_of(request))

    def check_draw(
        self, chosen: Chosen, budgets: Any, sizes: Any, noise: Any, seed: Any, request: gr.Request
    ) -> list[Any]:
        """Validator of the sliders."""
        check = lambda: drawn_source("", budgets, sizes, noise, seed)  # noqa: E731
        problem = problem_or_none(check, language_of(request))
        return [field(None), field(problem), field(None), field(None), field(None)]

    @visible_errors
    def on_draw(
        self, chosen: Chosen, budgets: Any, sizes: Any, noise: Any, seed: Any, request: gr.Request
    ) -> Any:
        """Other runs of the same law."""
        if not isinstance(chosen.source, Simulated):
            return gr.skip()
        return Chosen(drawn_source(chosen.source.published, budgets, sizes, noise, seed))

    # --- handlers: which points count ----------------------------------------------------------

    def check_limits(self, request: gr.Request, chosen: Chosen, *typed: str) -> list[Any]:
        """Validator: a sentence at the field that it is about."""
        problems = counting.check_limits(self.tables, chosen, [each or "" for each in typed])
        language = language_of(request)
        said = [_said(problems.get(place), language) for place in range(len(typed))]
        return [field(None), *said]

    @visible_errors
    def on_limits(self, request: gr.Request, chosen: Chosen, *typed: str) -> Any:
        """The points within these limits alone."""
        limits = counting.limits_of([each or "" for each in typed])
        return gr.skip() if limits == chosen.limits else replace(chosen, limits=limits)

    @visible_errors
    def on_click(self, chosen: Chosen, event: gr.EventData, request: gr.Request) -> Any:
        """A point of the figure: left out, or taken back."""
        place = event.place
        if not isinstance(place, int) or not 0 <= place < len(self.tables.table(chosen.source)):
            return gr.skip()
        return self._counted(counting.toggled(chosen, place))

    def check_left_out(self, chosen: Chosen, places: Any, request: gr.Request) -> list[Any]:
        """Validator: something has to be left."""
        check = lambda: self._counted(counting.without(chosen, places or ()))  # noqa: E731
        return [field(None), field(problem_or_none(check, language_of(request)))]

    @visible_errors
    def on_left_out(self, chosen: Chosen, places: Any, request: gr.Request) -> Chosen:
        """Just these points left out."""
        return self._counted(counting.without(chosen, places or ()))

    @visible_errors
    def on_leave_named(
        self, chosen: Chosen, question: Question | None, request: gr.Request
    ) -> Chosen:
        """Those left out that the last fit named, besides those that are already."""
        answer = None if question is None else self.desk.answers.kept(question)
        named = counting.named_outliers(answer, chosen)
        return self._counted(counting.without(chosen, {*chosen.left_out, *named}))

    def _counted(self, chosen: Chosen) -> Chosen:
        """Raises InputProblem where nothing would be left."""
        self.tables.points(chosen)
        return chosen


def _said(problem: InputProblem | None, language: Language) -> Any:
    return field(None if problem is None else problem.sentence(language))


def _unit_follower(role: Role) -> Any:
    """A handler that sets a size's unit by its column's name."""

    def follow(column: str | None) -> Any:
        unit = mapping.unit_in_name(role, column) if column else 1.0
        return gr.update(choices=mapping.unit_choices(role, unit), value=mapping.unit_key(unit))

    return follow


def _column_name(name: str, language: Language) -> str:
    return (
        say(f"scaling.points.colour.{name or 'plain'}", language)
        if name
        in (
            PLAIN,
            figures.RUNS,
        )
        else figures.axis_name(name, language)
    )


def _common() -> dict[str, Any]:
    return {"show_progress": "hidden", "api_visibility": "private"}
