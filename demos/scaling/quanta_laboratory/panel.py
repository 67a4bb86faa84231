"""Quanta laboratory: layout and wiring. It needs neither runs nor models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import gradio as gr
import plotly.graph_objects as go
from gradio.context import Context

from demos.frame.errors import field, problem_or_none, visible_errors
from demos.frame.formula import formula_markdown
from demos.frame.laid_out import when_laid_out
from demos.frame.log_slider import as_number, log_slider
from demos.frame.progress import note_html, notice_html
from demos.frame.recent import Recent
from demos.frame.strings import Language, language_of, say, text
from demos.frame.svg import svg_button
from demos.scaling.desk import Desk
from demos.scaling.quanta_laboratory import drawing, figures, results
from demos.scaling.quanta_laboratory import setting as settings
from demos.scaling.quanta_laboratory.drawing import Drawn
from demos.scaling.quanta_laboratory.setting import DEFAULT, PRESETS, Learning, Quanta, Setting

_KEPT = 64  # drawings, for all visitors: moving a window does not draw the curves anew

Updates = dict[Any, Any]


class QuantaPanel:
    """Components as attributes, handlers as methods."""

    def __init__(self, desk: Desk):  # made as the others are; no points are needed
        self._drawings = Recent(_KEPT)
        tab = cast(gr.Tab, Context.block)  # the open tab, whose first selection draws
        gr.Markdown(text("scaling.quanta.intro"))
        self._lay_out_presets()
        with gr.Row():
            self._lay_out_quanta()
            self._lay_out_learning()
        self._lay_out_results()
        with gr.Accordion(text("about"), open=False, elem_id="scaling-quanta-about"):
            formula_markdown("scaling.quanta.about_text")
        self._wire(tab)

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_presets(self) -> None:
        with gr.Row():
            self.presets = {
                key: gr.Button(
                    text(f"scaling.quanta.preset.{key}"),
                    size="sm",
                    min_width=180,
                    elem_id=f"scaling-quanta-preset-{key}",
                )
                for key in PRESETS
            }

    def _lay_out_quanta(self) -> None:
        shown = DEFAULT.quanta
        with gr.Column(scale=1, min_width=320):
            self.kind = gr.Radio(
                [(text(f"scaling.quanta.kind.{key}"), key) for key in settings.KINDS],
                value=shown.kind,
                label=text("scaling.quanta.kind"),
                elem_id="scaling-quanta-kind",
            )
            self.shapes = {
                name: _slider(
                    name,
                    bounds,
                    getattr(shown, name),
                    visible=_seen(name in settings.SLIDERS[shown.kind]),
                )
                for name, bounds in settings.SHAPES.items()
            }
            self.endless = gr.Checkbox(
                shown.count is None,
                label=text("scaling.quanta.endless"),
                elem_id="scaling-quanta-endless",
            )
            self.count = _slider("count", settings.COUNTS, shown.count or 0, whole=True)

    def _lay_out_learning(self) -> None:
        shown, window = DEFAULT.learning, DEFAULT.window
        with gr.Column(scale=1, min_width=320):
            self.scaled = gr.Radio(
                [(text(f"scaling.quanta.scaled.{key}"), key) for key in settings.SCALED],
                value=shown.scaled,
                label=text("scaling.quanta.scaled"),
                elem_id="scaling-quanta-scaled",
            )
            self.learned = gr.Radio(
                [(text(f"scaling.quanta.learned.{key}"), key) for key in settings.LEARNED],
                value=shown.learned,
                label=text("scaling.quanta.learned"),
                elem_id="scaling-quanta-learned",
            )
            self.threshold = _slider("threshold", settings.THRESHOLDS, shown.threshold, whole=True)
            with gr.Row():
                self.first = _slider("first", settings.WINDOW, window.first, whole=True)
                self.last = _slider("last", settings.WINDOW, window.last, whole=True)

    def _lay_out_results(self) -> None:
        self.findings = gr.HTML(elem_id="scaling-quanta-findings")
        with gr.Row():
            self.law, _ = _plot("law", 6)
            self.emergence, _ = _plot("emergence", 5)
        self.csv = gr.DownloadButton(
            cast(str, text("scaling.quanta.csv")),
            size="sm",
            interactive=False,
            elem_id="scaling-quanta-csv",
        )
        with gr.Row():
            with gr.Column(min_width=340):
                self.exponents = gr.HTML(elem_id="scaling-quanta-exponents")
            with gr.Column(min_width=340):
                self.published = gr.HTML(elem_id="scaling-quanta-published")
        with gr.Row():
            with gr.Column(min_width=340):
                gr.Markdown(text("scaling.quanta.integral"))
                self.integral = _plot("integral")  # with its button
                self.no_integral = gr.HTML(elem_id="scaling-quanta-no-integral")
            with gr.Column(min_width=340):
                gr.Markdown(text("scaling.quanta.truncation"))
                self.truncation = _plot("truncation")
                self.no_truncation = gr.HTML(elem_id="scaling-quanta-no-truncation")

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self, tab: gr.Tab) -> None:
        self.opened = gr.State(False)
        self.presses = gr.State(0)  # of the buttons that set the sliders
        self.shown: gr.State = gr.State(cast(Any, None))  # the setting that is drawn
        self.detailed: gr.State = gr.State(cast(Any, None))  # the one below the curves
        tab.select(
            lambda: True,
            None,
            self.opened,
            js=when_laid_out("scaling-quanta-no-truncation"),
            api_name="scaling_quanta_select",
            **_common(),
        )
        sliders: list[Any] = [
            *(self.kind, *self.shapes.values(), self.endless, self.count),
            *(self.scaled, self.learned, self.threshold, self.first, self.last),
        ]
        for key, button in self.presets.items():
            button.click(
                _setter(PRESETS[key]),
                self.presses,
                [self.presses, *sliders],
                api_name=f"scaling_quanta_preset_{key}",
                **_common(),
            )
        gr.on(
            [self.opened.change, self.presses.change, *(each.input for each in sliders)],
            self.on_draw,
            [*sliders, self.shown],
            [
                *(self.shown, *self.shapes.values(), self.endless, self.count),
                *(self.learned, self.threshold, self.findings, self.law, self.emergence),
                self.exponents,
            ],
            validator=self.check,
            trigger_mode="always_last",
            api_name="scaling_quanta_draw",
            **_common(),
        )
        # An event of its own, so that a moving slider need not wait for what stands further down.
        self.shown.change(
            self.on_details,
            [self.shown, self.detailed],
            [
                *(self.detailed, self.csv, self.published, *self.integral, self.no_integral),
                *(*self.truncation, self.no_truncation),
            ],
            trigger_mode="always_last",
            api_name="scaling_quanta_details",
            **_common(),
        )

    # --- handlers ------------------------------------------------------------------------------

    def check(
        self,
        kind: Any,
        a: Any,
        shift: Any,
        rate: Any,
        spread: Any,
        endless: Any,
        count: Any,
        scaled: Any,
        learned: Any,
        threshold: Any,
        first: Any,
        last: Any,
        shown: Setting | None,
        request: gr.Request,
    ) -> list[Any]:
        """Validator: a sentence at the field that it is about; hidden sliders are left alone."""
        shapes = {"a": a, "shift": shift, "rate": rate, "spread": spread}
        seen = settings.SLIDERS[kind] if kind in settings.KINDS else ()
        checks: list[Callable[[], object]] = [
            lambda: settings.one_of(kind, settings.KINDS),
            *(_check_shape(name, shapes[name]) if name in seen else _fine for name in shapes),
            _fine,
            lambda: (
                settings.check_quanta("uniform", {}, endless, count)
                if not (endless and kind in settings.ENDLESS)
                else None
            ),
            lambda: settings.one_of(scaled, settings.SCALED),
            lambda: settings.one_of(learned, settings.LEARNED),
            lambda: settings.whole(threshold, settings.THRESHOLDS),
            lambda: settings.whole(first, settings.WINDOW),
            lambda: settings.check_window(first, last),
            _fine,
        ]
        language = language_of(request)
        return [field(problem_or_none(check, language)) for check in checks]

    @visible_errors
    def on_draw(
        self,
        kind: Any,
        a: Any,
        shift: Any,
        rate: Any,
        spread: Any,
        endless: Any,
        count: Any,
        scaled: Any,
        learned: Any,
        threshold: Any,
        first: Any,
        last: Any,
        shown: Setting | None,
        request: gr.Request,
    ) -> Updates:
        """Curves and exponents, as far as they differ from what is shown."""
        shapes = {"a": a, "shift": shift, "rate": rate, "spread": spread}
        setting = Setting(
            settings.check_quanta(kind, shapes, endless, count),
            settings.check_learning(scaled, learned, threshold),
            settings.check_window(first, last),
        )
        language = language_of(request)
        if setting == shown:
            return {self.shown: shown}
        drawn = self._drawn(setting.quanta, setting.learning)
        lines = drawing.lines(setting)
        line = lines[setting.learning.scaled]
        updates: Updates = {
            self.shown: setting,
            self.findings: notice_html(results.findings(drawn, setting, line, language)),
            self.law: figures.law_figure(drawn, setting, line, language),
            self.exponents: results.exponents_table(lines, setting, language),
        }
        if setting.moved_from(shown):
            updates[self.emergence] = figures.emergence_figure(drawn, setting, language)
            updates |= self._sliders(setting)
        return updates

    @visible_errors
    def on_details(
        self, shown: Setting | None, detailed: Setting | None, request: gr.Request
    ) -> Updates:
        """Formulas, truncation and the file, as far as they have changed."""
        updates: Updates = {self.detailed: shown}
        if shown is None or not shown.moved_from(detailed):
            return updates
        language = language_of(request)
        file = results.curves_file(self._drawn(shown.quanta, shown.learning), shown)
        updates[self.csv] = gr.update(value=file, interactive=True)
        if detailed is None:
            updates[self.published] = results.published_table(language)
        if detailed is None or shown.quanta != detailed.quanta:
            updates |= self._integral(shown.quanta, language)
            updates |= self._truncation(shown, language)
        elif shown.learning.scaled != detailed.learning.scaled:
            updates |= self._truncation(shown, language)
        return updates

    def _drawn(self, quanta: Quanta, learning: Learning) -> Drawn:
        key = (quanta, learning)
        drawn: Drawn | None = self._drawings.get(key)
        if drawn is None:
            drawn = drawing.draw(quanta, learning)
            self._drawings.put(key, drawn)
        return drawn

    def _sliders(self, setting: Setting) -> Updates:
        """Those that mean something for this spectrum and this scale."""
        seen = settings.SLIDERS[setting.quanta.kind]
        sighted = setting.learning.scaled != "parameters"
        shapes = {
            slider: gr.update(visible=_seen(name in seen)) for name, slider in self.shapes.items()
        }
        return shapes | {
            self.endless: gr.update(visible=_seen(setting.quanta.kind in settings.ENDLESS)),
            self.count: gr.update(visible=_seen(setting.quanta.count is not None)),
            self.learned: gr.update(visible=_seen(sighted)),
            self.threshold: gr.update(visible=_seen(sighted)),
        }

    def _integral(self, quanta: Quanta, language: Language) -> Updates:
        errors = drawing.errors(quanta)
        if errors is None:
            note = note_html(say("scaling.quanta.no_integral", language))
            return _unseen(*self.integral) | {self.no_integral: note}
        figure = figures.errors_figure(errors, quanta, language)
        return _shown(*self.integral, figure) | {self.no_integral: ""}

    def _truncation(self, setting: Setting, language: Language) -> Updates:
        truncation = drawing.truncation(setting.quanta)
        if truncation is None:
            note = note_html(say("scaling.quanta.no_truncation", language))
            return _unseen(*self.truncation) | {self.no_truncation: note}
        figure = figures.truncation_figure(truncation, setting, language)
        return _shown(*self.truncation, figure) | {self.no_truncation: ""}


def _setter(preset: Setting) -> Callable[[int], tuple[Any, ...]]:
    """What a preset's button puts into the sliders."""
    chosen, learning, window = preset.quanta, preset.learning, preset.window
    values = (
        *(chosen.kind, *(f"{getattr(chosen, name):g}" for name in settings.SHAPES)),
        *(chosen.count is None, gr.skip() if chosen.count is None else str(chosen.count)),
        *(learning.scaled, learning.learned, str(learning.threshold)),
        *(str(window.first), str(window.last)),
    )
    return lambda presses: (presses + 1, *values)


def _check_shape(name: str, value: Any) -> Callable[[], object]:
    return lambda: as_number(value, *settings.SHAPES[name])


def _fine() -> None:
    """Nothing can be wrong here."""


def _seen(wanted: bool) -> Any:
    """Hidden sliders stay in the page, and keep what they stand at."""
    return True if wanted else "hidden"


def _shown(plot: gr.Plot, button: gr.Button, figure: go.Figure) -> Updates:
    """A figure and its button."""
    return {plot: gr.update(value=figure, visible=True), button: gr.update(visible=True)}


def _unseen(plot: gr.Plot, button: gr.Button) -> Updates:
    """No figure, and no button for one."""
    return {plot: gr.update(value=None, visible=False), button: gr.update(visible=False)}


def _common() -> dict[str, Any]:
    return {"show_progress": "hidden", "api_visibility": "private"}


def _slider(
    name: str,
    bounds: tuple[float, float],
    value: float,
    whole: bool = False,
    visible: Any = True,
) -> gr.HTML:
    label = text(f"scaling.quanta.slider.{name}")
    return log_slider(label, *bounds, value, f"scaling-quanta-{name}", whole, visible)


def _plot(name: str, scale: int = 1) -> tuple[gr.Plot, gr.Button]:
    """A figure's place, and the button that saves it."""
    elem_id = f"scaling-quanta-{name}"
    with gr.Column(scale=scale, min_width=340):
        plot = gr.Plot(show_label=False, elem_id=elem_id)
        return plot, svg_button(elem_id, f"quanta-{name}")
