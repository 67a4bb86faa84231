"""Fields for what a file's columns are, and for what is drawn from a law. They lay out and show."""

from __future__ import annotations

from typing import Any, cast

import gradio as gr

from demos.frame.errors import InputProblem
from demos.frame.kept import FOLLOWS
from demos.frame.progress import note_html
from demos.frame.strings import Language, say, text
from demos.scaling.data import mapping, results
from demos.scaling.data.mapping import AUTOMATIC, MAPPED, NONE, SIZED, Form
from demos.scaling.histories import HISTORIES
from demos.scaling.loss_file import LossTable
from demos.scaling.raw_table import RawTable
from demos.scaling.roles import Role
from demos.scaling.sources import Simulated, Tables, Uploaded

BUDGETS, SIZES, NOISES = (1, 20), (1, 20), (0.0, 0.1)

Updates = dict[Any, Any]


class FileForm:
    """A field for each of `mapping.FIELDS`, inside an accordion. Made inside the open tab."""

    def __init__(self) -> None:
        self.box = gr.Accordion(
            text("scaling.points.columns"),
            open=False,
            visible=False,
            elem_id="scaling-data-columns",
        )
        self.fields: dict[str, Any] = {}
        with self.box:
            self.head = gr.HTML(elem_id="scaling-data-head")
            with gr.Row(equal_height=True):
                for role in MAPPED:
                    self._lay_out_column(role)
            self._lay_out_settings()
            self.apply = gr.Button(
                text("scaling.points.apply"),
                variant="primary",
                size="md",
                elem_id="scaling-data-apply",
            )

    def _lay_out_column(self, role: Role) -> None:
        with gr.Column(min_width=300), gr.Row(elem_classes="kl-tight"):
            self.fields[role] = gr.Dropdown(
                [(cast(str, text("scaling.points.none")), NONE)],
                value=NONE,
                label=text(f"scaling.points.role.{role}"),
                min_width=150,
                scale=2,
                elem_id=f"scaling-data-column-{role}",
            )
            if role in SIZED:
                self.fields[f"unit_{role}"] = gr.Dropdown(
                    mapping.unit_choices(role),
                    value="1",
                    label=text("scaling.points.unit"),
                    min_width=105,
                    scale=1,
                    elem_id=f"scaling-data-unit-{role}",
                )

    def _lay_out_settings(self) -> None:
        with gr.Row():
            self.fields["loss_kind"] = gr.Radio(
                [
                    (cast(str, text(f"scaling.points.kind.{kind}")), kind)
                    for kind in mapping.LOSS_KINDS
                ],
                value="loss",
                label=text("scaling.points.kind"),
                min_width=260,
                elem_id="scaling-data-kind",
            )
            self.fields["history"] = gr.Dropdown(
                [
                    (cast(str, text("scaling.points.history.automatic")), AUTOMATIC),
                    *((cast(str, text(f"scaling.points.history.{how}")), how) for how in HISTORIES),
                ],
                value=AUTOMATIC,
                label=text("scaling.points.history"),
                min_width=300,
                elem_id="scaling-data-history",
            )
            self.fields["header"] = gr.Checkbox(
                label=text("scaling.points.header"), min_width=220, elem_id="scaling-data-header"
            )
        with gr.Row():
            for name, value in (("factor", "6"), ("tokens", "")):
                self.fields[name] = gr.Textbox(
                    value,
                    label=text(f"scaling.points.{name}"),
                    max_lines=1,
                    min_width=200,
                    elem_id=f"scaling-data-{name}",
                )

    @property
    def inputs(self) -> list[Any]:
        """The fields in the order of `mapping.FIELDS`."""
        return [self.fields[name] for name in mapping.FIELDS]

    @property
    def components(self) -> list[Any]:
        """All that `shown` may change."""
        return [self.box, self.head, *self.inputs]

    def shown(self, source: object, tables: Tables, language: Language) -> Updates:
        """The fields as a source has them; hidden where it is no file."""
        if not isinstance(source, Uploaded):
            return {self.box: gr.update(visible=False)}
        try:
            raw = tables.raw(source)
        except InputProblem as problem:  # the file has gone
            return {self.head: note_html(problem.sentence(language), "warning")}
        table: LossTable | None
        try:
            table = tables.table(source)
        except InputProblem:
            table = None
        roles = source.mapped.roles() if source.mapped else tables.guessed(source)
        form = Form.of_source(source, raw, roles)
        return {
            self.box: gr.update(visible=True, open=table is None),
            **self.filled(form, raw, language),
            self.fields["header"]: gr.update(
                value=form.header, visible=mapping.takes_header(source.paths)
            ),
        }

    def filled(self, form: Form, raw: RawTable, language: Language) -> Updates:
        """All fields with what may be chosen in them, and the file's beginning."""
        values = form.values()
        none = (say("scaling.points.none", language), NONE)
        columns = [none, *((results.column_label(name), name) for name in raw.columns)]
        updates: Updates = {self.head: results.head_html(raw, form, language)}
        for name, value in values.items():
            updates[self.fields[name]] = gr.update(value=value)
        for role in MAPPED:
            updates[self.fields[role]] = gr.update(choices=columns, value=values[role])
        for role in SIZED:
            unit = values[f"unit_{role}"]
            choices = mapping.unit_choices(role, float(unit))
            updates[self.fields[f"unit_{role}"]] = gr.update(choices=choices, value=unit)
        return updates


class DrawnForm:
    """Sliders for runs drawn from a published law. Made inside the open tab."""

    def __init__(self) -> None:
        start = Simulated("")
        self.box = gr.Row(visible=False, elem_id="scaling-data-drawn")
        with self.box:
            self.budgets = _slider("budgets", BUDGETS, start.budgets, 1)
            self.sizes = _slider("sizes", SIZES, start.sizes, 1)
            self.noise = _slider("noise", NOISES, start.noise, 0.001)
            self.seed = _slider("seed", (0, 999), start.seed, 1)

    @property
    def inputs(self) -> list[Any]:
        return [self.budgets, self.sizes, self.noise, self.seed]

    def shown(self, source: object) -> Updates:
        """The sliders as a source has them; hidden where it has none."""
        if not isinstance(source, Simulated):
            return {self.box: gr.update(visible=False)}
        values = (source.budgets, source.sizes, source.noise, source.seed)
        fields = dict(zip(self.inputs, values, strict=True))
        return {self.box: gr.update(visible=True), **fields}


def drawn_source(published: str, budgets: Any, sizes: Any, noise: Any, seed: Any) -> Simulated:
    """Runs with the sliders' settings; raises InputProblem for what is outside of them."""
    whole = [
        _number(budgets, *BUDGETS),
        _number(sizes, *SIZES),
        _number(seed, 0, 999),
    ]
    if any(number != int(number) for number in whole):
        raise InputProblem("scaling.points.whole")
    return Simulated(
        published, int(whole[0]), int(whole[1]), _number(noise, *NOISES), int(whole[2])
    )


def _number(value: Any, low: float, high: float) -> float:
    if not isinstance(value, (int, float)) or not low <= value <= high:
        raise InputProblem("slider_range", low=f"{low:g}", high=f"{high:g}")
    return float(value)


def _slider(name: str, bounds: tuple[float, float], value: float, step: float) -> gr.Slider:
    return gr.Slider(
        *bounds,
        value=value,
        step=step,
        label=text(f"scaling.points.{name}"),
        min_width=180,
        elem_id=f"scaling-data-{name}",
        elem_classes=FOLLOWS,
    )
