"""Laboratory: layout and wiring."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any, TypeVar, cast

import gradio as gr
from gradio.context import Context

from demos.attention.desk import Desk
from demos.attention.laboratory import drawing, figures, results
from demos.attention.laboratory import setting as settings
from demos.attention.laboratory.drawing import Walk
from demos.attention.laboratory.setting import REFERENCES, Reference, Setting
from demos.attention.readings import Asked
from demos.attention.spectra import MEASURED, Spectrum, spectra_figure
from demos.frame.errors import field, problem_or_none, visible_errors
from demos.frame.formula import formula_markdown
from demos.frame.laid_out import once_open, when_laid_out
from demos.frame.log_slider import as_number, log_slider
from demos.frame.progress import (
    IDLE,
    notice_html,
    progress_html,
    progress_line,
    say_cancelled,
)
from demos.frame.steps import showing
from demos.frame.strings import Language, language_of, say, text
from demos.frame.svg import svg_button
from models.work import Progress

DEFAULT = REFERENCES[1]
DEFAULT_SEEDS, DEFAULT_DEPTH = 3, 24

Updates = dict[Any, Any]
ResultT = TypeVar("ResultT")


class LaboratoryPanel:
    """Components as attributes, handlers as methods."""

    def __init__(self, desk: Desk):
        self.desk, self.registry = desk, desk.registry
        tab = cast(gr.Tab, Context.block)  # the open tab, whose first selection draws
        gr.Markdown(text("attention.laboratory.intro"))
        self._lay_out_inputs()
        self._lay_out_results()
        gr.Markdown(text("attention.laboratory.depth_intro"))
        self._lay_out_networks()
        with gr.Accordion(text("about"), open=False, elem_id="attention-laboratory-about"):
            formula_markdown("attention.laboratory.about_text")
        self._wire(tab)

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_inputs(self) -> None:
        with gr.Row():
            with gr.Column(scale=3, min_width=320), gr.Row():
                self.n = _slider("n", settings.TOKENS, DEFAULT.n, 16)
                self.d = _slider("d", settings.FEATURES, DEFAULT.d)
                self.seeds = _slider("seeds", settings.SEEDS, DEFAULT_SEEDS)
            with gr.Column(scale=1, min_width=240):
                self.scale = log_slider(
                    text("attention.laboratory.scale"),
                    *settings.SCALES,
                    DEFAULT.scale,
                    "attention-laboratory-scale",
                )
        self.curves = gr.CheckboxGroup(
            [(text(f"attention.rank.{kind}.{name}"), f"{kind}.{name}") for kind, name in MEASURED],
            value=list(settings.DEFAULT_CURVES),
            label=text("attention.laboratory.curves"),
            elem_id="attention-laboratory-curves",
        )
        with gr.Row():
            self.presets = [
                gr.Button(
                    f"n = {each.n}, d = {each.d}, sd = {each.scale:g}",
                    size="sm",
                    min_width=180,
                    elem_id=f"attention-laboratory-preset-{place}",
                )
                for place, each in enumerate(REFERENCES)
            ]
        self.progress, self.cancel = progress_line("attention-laboratory")

    def _lay_out_results(self) -> None:
        self.findings = gr.HTML(elem_id="attention-laboratory-findings")
        with gr.Row():
            self.spectra, self.crossover = (_plot(name) for name in ("spectra", "crossover"))
        self.table = gr.Dataframe(
            label=text("attention.laboratory.table"),
            interactive=False,
            wrap=True,
            max_height=640,
            column_widths=[150, 190, 100, 70, 95, 75, 75, 75, 75, 75, 95, 100],
            elem_id="attention-laboratory-table",
        )
        with gr.Row():
            self.csv_spectra, self.csv_walk = (_download(name) for name in ("spectra", "walk"))
            self.over_sizes = gr.Button(
                text("attention.laboratory.over_sizes"),
                size="sm",
                elem_id="attention-laboratory-over-sizes",
            )
        self.sizes_progress, self.sizes_cancel = progress_line("attention-laboratory-sizes")
        self.sizes = gr.Dataframe(
            label=text("attention.laboratory.sizes"),
            interactive=False,
            wrap=True,
            visible=False,
            max_height=500,
            elem_id="attention-laboratory-sizes",
        )

    def _lay_out_networks(self) -> None:
        with gr.Row():
            self.masks = gr.CheckboxGroup(
                [(text(f"attention.rank.softmax.{name}"), name) for name in settings.COLLAPSING],
                value=["bidirectional", "causal"],
                label=text("attention.laboratory.masks"),
                scale=5,
                min_width=320,
                elem_id="attention-laboratory-masks",
            )
            self.variants = gr.CheckboxGroup(
                [(text(f"attention.laboratory.variant.{key}"), key) for key in settings.VARIANTS],
                value=["plain", "both"],
                label=text("attention.laboratory.variants"),
                scale=4,
                min_width=320,
                elem_id="attention-laboratory-variants",
            )
            self.depth = _slider("depth", settings.DEPTHS, DEFAULT_DEPTH)
        lines = progress_line("attention-laboratory-networks")
        self.networks_progress, self.networks_cancel = lines
        with gr.Row():
            with gr.Column(min_width=340):
                self.networks = _plot("networks")
                self.csv_networks = _download("networks")
                self.ends = gr.HTML(elem_id="attention-laboratory-ends")
            with gr.Column(min_width=340):
                self.model = _plot("model")
                self.about_model = gr.HTML(elem_id="attention-laboratory-about-model")

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self, tab: gr.Tab) -> None:
        self.opened = gr.State(False)
        self.presses = gr.State(0)  # of the buttons that set the sliders
        self.walk: gr.State = gr.State(cast(Any, None))  # what the crossover figure shows
        tab.select(
            lambda: True,
            None,
            self.opened,
            js=when_laid_out("attention-laboratory-csv-networks"),
            api_name="attention_laboratory_select",
            **_common(),
        )
        self._wire_drawing()
        self._wire_networks()
        gr.on(
            [self.opened.change, once_open("attention-laboratory", self.desk.reading.change)],
            self.on_model,
            [self.opened, self.desk.reading],
            [self.model, self.about_model],
            trigger_mode="always_last",
            api_name="attention_laboratory_model",
            **_common(),
        )

    def _wire_drawing(self) -> None:
        inputs = [self.n, self.d, self.scale, self.seeds, self.curves]
        sliders = [self.n, self.d, self.scale]
        for place, (button, reference) in enumerate(zip(self.presets, REFERENCES, strict=True)):
            button.click(
                _setter(reference),
                self.presses,
                [self.presses, *sliders],
                api_name=f"attention_laboratory_preset_{place}",
                **_common(),
            )
        drawn = gr.on(
            [
                *(self.opened.change, self.presses.change, self.n.release, self.d.release),
                *(self.scale.input, self.seeds.release, self.curves.input),
            ],
            self.on_draw,
            [*inputs, self.walk],
            [
                *(self.walk, self.progress, self.cancel, self.findings, self.spectra),
                *(self.crossover, self.table, self.csv_spectra, self.csv_walk),
            ],
            validator=self.check_drawing,
            trigger_mode="always_last",
            api_name="attention_laboratory_draw",
            **_common(),
        )
        self._wire_cancel(self.cancel, self.progress, drawn, "draw")
        sizes = self.over_sizes.click(
            self.on_over_sizes,
            self.n,
            [self.sizes_progress, self.sizes_cancel, self.sizes],
            validator=self.check_tokens,
            trigger_mode="once",
            api_name="attention_laboratory_over_sizes",
            **_common(),
        )
        self._wire_cancel(self.sizes_cancel, self.sizes_progress, sizes, "sizes")

    def _wire_networks(self) -> None:
        networks = gr.on(
            [
                *(self.opened.change, self.masks.input, self.variants.input),
                self.depth.release,
            ],
            self.on_networks,
            [self.masks, self.variants, self.depth],
            [
                *(self.networks_progress, self.networks_cancel, self.networks),
                *(self.ends, self.csv_networks),
            ],
            validator=self.check_networks,
            trigger_mode="always_last",
            api_name="attention_laboratory_networks",
            **_common(),
        )
        self._wire_cancel(self.networks_cancel, self.networks_progress, networks, "networks")

    def _wire_cancel(self, button: gr.Button, progress: gr.HTML, event: Any, name: str) -> None:
        button.click(
            None, cancels=[event], api_name=f"attention_laboratory_cancel_{name}", **_common()
        ).then(
            self.on_cancelled,
            None,
            [progress, button],
            queue=False,
            api_name=f"attention_laboratory_cancelled_{name}",
            **_common(),
        )

    # --- handlers: random queries and keys -----------------------------------------------------

    def check_drawing(
        self,
        n: Any,
        d: Any,
        scale: Any,
        seeds: Any,
        curves: Any,
        walk: Walk | None,
        request: gr.Request,
    ) -> list[Any]:
        """Validator: a sentence at the field that it is about."""
        checks: list[Callable[[], object]] = [
            lambda: settings.whole(n, *settings.TOKENS),
            lambda: settings.whole(d, *settings.FEATURES),
            lambda: as_number(scale, *settings.SCALES),
            lambda: settings.whole(seeds, *settings.SEEDS),
            lambda: settings.check_curves(curves),
        ]
        return [*_problems(checks, request), field(None)]

    def check_tokens(self, n: Any, request: gr.Request) -> list[Any]:
        """Validator of the table over head sizes."""
        return _problems([lambda: settings.whole(n, *settings.TOKENS)], request)

    @visible_errors
    def on_draw(
        self,
        n: Any,
        d: Any,
        scale: Any,
        seeds: Any,
        curves: Any,
        walk: Walk | None,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Spectra and table; then the walk over all sharpnesses, unless it stands there."""
        language = language_of(request)
        setting = settings.check_setting(n, d, scale, seeds)
        chosen = settings.check_curves(curves)
        rest = _at_rest(self.progress, self.cancel)
        try:
            what = say("attention.laboratory.drawing", language)
            steps = drawing.drawing(self.registry, setting, chosen)
            spectra = yield from _shown(steps, what, self.progress, self.cancel, language)
            shown = self._drawn(spectra, setting, language)
            if walk is None or (walk.n, walk.d) != (setting.n, setting.d):
                found = results.findings(spectra, setting, None, language)
                yield shown | {self.findings: notice_html(found)}
                what = say("attention.laboratory.walking", language)
                walking = drawing.walking(self.registry, setting.n, setting.d)
                walk = yield from _shown(walking, what, self.progress, self.cancel, language)
            # Everything once more, lest a page that was still being laid out has missed it.
            yield shown | self._walked(spectra, setting, walk, language) | rest
        except Exception:  # said by `visible_errors`; nothing shall look busy meanwhile
            yield rest
            raise

    def _drawn(
        self, spectra: tuple[Spectrum, ...], setting: Setting, language: Language
    ) -> Updates:
        headers, rows = results.table(spectra, setting, language)
        file = results.spectra_file(spectra, setting)
        return {
            self.spectra: spectra_figure(spectra, language),
            self.table: {"headers": headers, "data": rows},
            self.csv_spectra: gr.update(value=file, interactive=True),
        }

    def _walked(
        self, spectra: tuple[Spectrum, ...], setting: Setting, walk: Walk, language: Language
    ) -> Updates:
        found = results.findings(spectra, setting, walk, language)
        return {
            self.walk: walk,
            self.findings: notice_html(found),
            self.crossover: figures.crossover_figure(walk, setting.scale, language),
            self.csv_walk: gr.update(value=results.walks_file([walk]), interactive=True),
        }

    @visible_errors
    def on_over_sizes(self, n: Any, request: gr.Request) -> Iterator[Updates]:
        """Where the masks cross, for every head size."""
        language = language_of(request)
        tokens = settings.whole(n, *settings.TOKENS)
        what = say("attention.laboratory.walking", language)
        steps = drawing.walking_over_sizes(self.registry, tokens)
        rest = _at_rest(self.sizes_progress, self.sizes_cancel)
        try:
            walks = yield from _shown(steps, what, self.sizes_progress, self.sizes_cancel, language)
            headers, rows = results.sizes_table(walks, language)
            table = gr.update(value={"headers": headers, "data": rows}, visible=True)
            yield {self.sizes: table, **rest}
        except Exception:
            yield rest
            raise

    # --- handlers: networks --------------------------------------------------------------------

    def check_networks(
        self, masks: Any, variants: Any, depth: Any, request: gr.Request
    ) -> list[Any]:
        """Validator: a sentence at the field that it is about."""
        checks: list[Callable[[], object]] = [
            lambda: settings.check_collapsing(masks),
            lambda: settings.check_variants(variants),
            lambda: settings.whole(depth, *settings.DEPTHS),
        ]
        return _problems(checks, request)

    @visible_errors
    def on_networks(
        self, masks: Any, variants: Any, depth: Any, request: gr.Request
    ) -> Iterator[Updates]:
        """Random networks, from their first layer to their last."""
        language = language_of(request)
        steps = drawing.collapsing(
            self.registry,
            settings.check_collapsing(masks),
            settings.check_variants(variants),
            settings.whole(depth, *settings.DEPTHS),
        )
        what = say("attention.laboratory.running", language)
        rest = _at_rest(self.networks_progress, self.networks_cancel)
        try:
            courses = yield from _shown(
                steps, what, self.networks_progress, self.networks_cancel, language
            )
            yield {
                self.networks: figures.collapse_figure(courses, language),
                self.ends: notice_html(results.about_courses(courses, language)),
                self.csv_networks: gr.update(value=results.courses_file(courses), interactive=True),
                **rest,
            }
        except Exception:
            yield rest
            raise

    @visible_errors
    def on_model(self, opened: bool, reading: Asked | None, request: gr.Request) -> Updates:
        """The real model beside them; nothing for those who have never opened the tab."""
        if not opened or reading is None:
            return {self.about_model: gr.skip()}
        language = language_of(request)
        attention = self.desk.readings.attention(reading)
        shares = drawing.model_course(self.registry, attention)
        title = self.registry.title(reading.model)
        about = results.about_model(shares, title, len(attention.tokens), language)
        return {
            self.model: figures.model_figure(shares, title, language),
            self.about_model: notice_html([about]),
        }

    def on_cancelled(self, request: gr.Request) -> tuple[str, Any]:
        """The note that it was cancelled, and no button any more."""
        return say_cancelled(request)[0], gr.update(visible=False)


def _shown(
    steps: Generator[Progress, None, ResultT],
    what: str,
    progress: gr.HTML,
    cancel: gr.Button,
    language: Language,
) -> Generator[Updates, None, ResultT]:
    """Work with its progress, and a button to cancel it once there is any."""

    def show(step: Progress) -> Updates:
        return {progress: progress_html(what, step, language), cancel: gr.update(visible=True)}

    return showing(steps, show)


def _setter(reference: Reference) -> Callable[[int], tuple[int, int, int, str]]:
    return lambda presses: (presses + 1, reference.n, reference.d, f"{reference.scale:g}")


def _at_rest(progress: gr.HTML, cancel: gr.Button) -> Updates:
    return {progress: IDLE, cancel: gr.update(visible=False)}


def _problems(checks: list[Callable[[], object]], request: gr.Request) -> list[Any]:
    language = language_of(request)
    return [field(problem_or_none(check, language)) for check in checks]


def _common() -> dict[str, Any]:
    return {"show_progress": "hidden", "api_visibility": "private"}


def _slider(name: str, bounds: tuple[int, int], value: int, step: int = 1) -> gr.Slider:
    return gr.Slider(
        *bounds,
        value=value,
        step=step,
        label=text(f"attention.laboratory.{name}"),
        min_width=200,
        elem_id=f"attention-laboratory-{name}",
    )


def _plot(name: str) -> gr.Plot:
    elem_id = f"attention-laboratory-{name}"
    with gr.Column(min_width=340):
        plot = gr.Plot(show_label=False, elem_id=elem_id)
        svg_button(elem_id, f"attention-{name}")
    return plot


def _download(name: str) -> gr.DownloadButton:
    return gr.DownloadButton(
        cast(str, text(f"attention.laboratory.csv_{name}")),
        size="sm",
        interactive=False,
        elem_id=f"attention-laboratory-csv-{name}",
    )
