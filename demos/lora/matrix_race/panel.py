"""Matrix race: layout and wiring."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, cast

import gradio as gr
from gradio.context import Context

from demos.frame.demo import AppContext
from demos.frame.errors import field, problem_or_none, visible_errors
from demos.frame.fields import check_whole
from demos.frame.formula import formula_markdown
from demos.frame.laid_out import when_laid_out
from demos.frame.progress import (
    IDLE,
    note_html,
    notice_html,
    progress_html,
    progress_line,
    say_cancelled,
)
from demos.frame.steps import paced, showing
from demos.frame.strings import Language, language_of, say, text
from demos.frame.svg import svg_button
from demos.lora.fields import check_seed
from demos.lora.landscape import TARGETS
from demos.lora.matrix_race import figures, results
from demos.lora.matrix_race import setting as settings
from demos.lora.matrix_race.endpoint import make_lora_race
from demos.lora.matrix_race.running import Race, racing
from demos.lora.matrix_race.setting import INNERS, METHODS, Setting, check_setting

DEFAULT = Setting()
DEFAULT_METHODS = ("full", "lora", "symmetric", "random", "additive", "galore")
# Where each form is at home: target, its rank, the forms' rank.
PRESETS: dict[str, tuple[str, int, int]] = {
    "low_rank": ("low_rank", 4, 4),
    "flat": ("flat", 4, 4),
    "offsets": ("offsets", 2, 2),
    "too_small": ("low_rank", 8, 4),
}

Updates = dict[Any, Any]


class RacePanel:
    """Components as attributes, handlers as methods."""

    def __init__(self, context: AppContext):
        self.registry = context.registry
        tab = cast(gr.Tab, Context.block)  # the open tab, whose first selection races
        gr.Markdown(text("lora.race.intro"))
        self._lay_out_inputs()
        self._lay_out_results()
        with gr.Accordion(text("about"), open=False, elem_id="lora-race-about"):
            formula_markdown("lora.race.about_text")
        self._wire(tab)
        gr.api(make_lora_race(self.registry), api_name="lora_race")

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_inputs(self) -> None:
        with gr.Row():
            self.presets = {
                name: gr.Button(
                    text(f"lora.race.preset.{name}"),
                    size="sm",
                    min_width=180,
                    elem_id=f"lora-race-preset-{name}",
                )
                for name in PRESETS
            }
        with gr.Row():
            self.target = gr.Radio(
                [(text(f"lora.race.target.{name}"), name) for name in TARGETS],
                value=DEFAULT.target,
                label=text("lora.race.target"),
                scale=3,
                min_width=320,
                elem_id="lora-race-target",
            )
            self.target_rank = _slider("target_rank", (1, 32), DEFAULT.target_rank)
        with gr.Row():
            self.n = _slider("n", settings.SIDES, DEFAULT.n)
            self.m = _slider("m", settings.SIDES, DEFAULT.m)
            self.rank = _slider("rank", settings.RANKS, DEFAULT.rank)
        self.methods = gr.CheckboxGroup(
            [(text(f"lora.race.method.{name}"), name) for name in METHODS],
            value=list(DEFAULT_METHODS),
            label=text("lora.race.methods"),
            elem_id="lora-race-methods",
        )
        with gr.Accordion(text("lora.race.options"), open=False, elem_id="lora-race-options"):
            self._lay_out_options()
        with gr.Row():
            self.run = gr.Button(text("lora.race.run"), variant="primary", elem_id="lora-race-run")
        self.progress, self.cancel = progress_line("lora-race")

    def _lay_out_options(self) -> None:
        with gr.Row():
            self.inner = gr.Radio(
                [(text(f"lora.race.inner.{name}"), name) for name in INNERS],
                value=DEFAULT.inner,
                label=text("lora.race.inner"),
                min_width=320,
                elem_id="lora-race-inner",
            )
            self.steps = _slider("steps", settings.STEPS, DEFAULT.steps, 10)
            self.condition = _slider("condition", (1, 100), int(DEFAULT.condition))
            self.seed = gr.Number(
                0,
                precision=0,
                label=text("lora.seed"),
                min_width=120,
                elem_id="lora-race-seed",
            )
        gr.Markdown(text("lora.race.rates"))
        with gr.Row():
            self.rates = {
                name: gr.Textbox(
                    label=text(f"lora.race.method.{name}"),
                    placeholder=cast(str, text("lora.race.own_rate")),
                    max_lines=1,
                    min_width=150,
                    elem_id=f"lora-race-rate-{name}",
                )
                for name in METHODS
            }

    def _lay_out_results(self) -> None:
        self.findings = gr.HTML(elem_id="lora-race-findings")
        with gr.Row():
            self.courses, self.errors = (_plot(name) for name in ("courses", "errors"))
        self.table = gr.Dataframe(
            label=text("lora.race.table"),
            interactive=False,
            wrap=True,
            elem_id="lora-race-table",
        )
        with gr.Row():
            self.csv = _download("csv")
            self.csv_values = _download("csv_values")
        self.looked_at = gr.Radio(
            [
                (text(f"lora.race.method.{name}"), name) for name in METHODS
            ],  # then of those that ran
            value="lora",
            label=text("lora.race.looked_at"),
            elem_id="lora-race-looked-at",
        )
        self.values = _plot("values")

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self, tab: gr.Tab) -> None:
        self.opened = gr.State(False)
        self.presses = gr.State(0)  # of the buttons that set the fields
        self.race: gr.State = gr.State(cast(Any, None))  # the `Race` that is shown
        tab.select(
            lambda: True,
            None,
            self.opened,
            js=when_laid_out("lora-race-values"),
            api_name="lora_race_select",
            **_common(),
        )
        for name, button in self.presets.items():
            button.click(
                _setter(name),
                self.presses,
                [self.presses, self.target, self.target_rank, self.rank],
                api_name=f"lora_race_preset_{name}",
                **_common(),
            )
        fields = [
            *(self.n, self.m, self.rank, self.target, self.target_rank, self.condition),
            *(self.inner, self.steps, self.methods, self.seed, *self.rates.values()),
        ]
        raced = gr.on(
            [self.opened.change, self.presses.change, self.run.click],
            self.on_run,
            [self.looked_at, *fields],
            [
                *(self.race, self.progress, self.cancel, self.findings, self.courses),
                *(self.errors, self.table, self.csv, self.csv_values, self.looked_at, self.values),
            ],
            validator=self.check,
            trigger_mode="once",
            api_name="lora_race_run",
            **_common(),
        )
        self.looked_at.input(
            self.on_look,
            [self.race, self.looked_at],
            [self.values, self.csv_values],
            api_name="lora_race_look",
            **_common(),
        )
        self.cancel.click(None, cancels=[raced], api_name="lora_race_cancel", **_common()).then(
            self.on_cancelled,
            None,
            [self.progress, self.cancel],
            queue=False,
            api_name="lora_race_cancelled",
            **_common(),
        )

    # --- handlers ------------------------------------------------------------------------------

    def check(
        self,
        looked_at: str,
        n: Any,
        m: Any,
        rank: Any,
        target: Any,
        target_rank: Any,
        condition: Any,
        inner: Any,
        steps: Any,
        methods: Any,
        seed: Any,
        full: Any,
        lora: Any,
        lora_plus: Any,
        symmetric: Any,
        random: Any,
        additive: Any,
        galore: Any,
        flora: Any,
        request: gr.Request,
    ) -> list[Any]:
        """Validator: a sentence at the field that it is about."""
        language = language_of(request)
        rates = (full, lora, lora_plus, symmetric, random, additive, galore, flora)
        sides = [
            problem_or_none(partial(check_whole, name, side, settings.SIDES), language)
            for name, side in (("n", n), ("m", m))
        ]
        checks: list[Callable[[], object]] = [
            lambda: settings.check_form_rank(rank, n, m, methods or ()),
            lambda: None,
            lambda: settings.check_target_rank(target, target_rank, n, m),
            lambda: settings.check_condition(condition),
            lambda: None,
            lambda: check_whole("steps", steps, settings.STEPS),
            lambda: settings.check_methods(methods),
            lambda: check_seed(seed),
            *(
                partial(settings.check_rates, {name: rate})
                for name, rate in zip(METHODS, rates, strict=True)
            ),
        ]
        if any(sides):  # of ranks nothing is said while a side is wrong
            checks[0] = checks[2] = lambda: None
        rest = [problem_or_none(check, language) for check in checks]
        return [field(None), *(field(problem) for problem in [*sides, *rest])]

    @visible_errors
    def on_run(
        self,
        looked_at: str,
        n: Any,
        m: Any,
        rank: Any,
        target: Any,
        target_rank: Any,
        condition: Any,
        inner: Any,
        steps: Any,
        methods: Any,
        seed: Any,
        full: Any,
        lora: Any,
        lora_plus: Any,
        symmetric: Any,
        random: Any,
        additive: Any,
        galore: Any,
        flora: Any,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Race; progress meanwhile, everything at the end."""
        language = language_of(request)
        rates = (full, lora, lora_plus, symmetric, random, additive, galore, flora)
        forms = (n, m, rank, target, target_rank, condition, inner, steps, methods, seed)
        setting = check_setting(**_asked(*forms, *rates))
        rest = {self.progress: IDLE, self.cancel: gr.update(visible=False)}
        what = say("lora.race.running", language)
        try:
            race = yield from showing(
                paced(racing(setting, self.registry.run)),
                lambda step: {
                    self.progress: progress_html(what, step, language),
                    self.cancel: gr.update(visible=True),
                },
            )
            yield rest | self._shown(race, looked_at, language)
        except Exception:  # said by `visible_errors`; nothing shall look busy meanwhile
            yield rest
            raise

    def _shown(self, race: Race, looked_at: str, language: Language) -> Updates:
        headers, rows = results.table(race, language)
        names = [course.method for course in race.courses]
        looked_at = looked_at if looked_at in names else names[0]
        choices = [(results.name_of(name, language), name) for name in names]
        done = say("lora.race.done", language, seconds=f"{race.seconds:.1f}")
        return {
            self.race: race,
            self.progress: note_html(done),
            self.findings: notice_html(results.findings(race, language)),
            self.courses: figures.courses_figure(race, language),
            self.errors: figures.errors_figure(race, language),
            self.table: {"headers": headers, "data": rows},
            self.csv: gr.update(value=results.file(race), interactive=True),
            self.looked_at: gr.update(choices=choices, value=looked_at),
            **self._values(race, looked_at, language),
        }

    @visible_errors
    def on_look(self, race: Race | None, looked_at: str, request: gr.Request) -> Updates:
        """Singular values of another method."""
        if race is None or race.course(looked_at) is None:
            return {self.values: gr.skip()}
        return self._values(race, looked_at, language_of(request))

    def _values(self, race: Race, method: str, language: Language) -> Updates:
        course = race.course(method)
        assert course is not None
        return {
            self.values: figures.values_figure(course, race.wanted_values, language),
            self.csv_values: gr.update(value=results.values_file(course), interactive=True),
        }

    def on_cancelled(self, request: gr.Request) -> tuple[str, Any]:
        """The note that it was cancelled, and no button any more."""
        return say_cancelled(request)[0], gr.update(visible=False)


def _asked(
    n: Any,
    m: Any,
    rank: Any,
    target: Any,
    target_rank: Any,
    condition: Any,
    inner: Any,
    steps: Any,
    methods: Any,
    seed: Any,
    *rates: Any,
) -> dict[str, Any]:
    """The fields by the names of `check_setting`."""
    return {
        "n": n,
        "m": m,
        "rank": rank,
        "target": target,
        "target_rank": target_rank,
        "condition": condition,
        "inner": inner,
        "steps": steps,
        "methods": methods,
        "rates": dict(zip(METHODS, rates, strict=True)),
        "seed": seed,
    }


def _setter(name: str) -> Callable[[int], tuple[int, str, int, int]]:
    return lambda presses: (presses + 1, *PRESETS[name])


def _common() -> dict[str, Any]:
    return {"show_progress": "hidden", "api_visibility": "private"}


def _slider(name: str, bounds: tuple[int, int], value: int, step: int = 1) -> gr.Slider:
    return gr.Slider(
        *bounds,
        value=value,
        step=step,
        label=text(f"lora.race.{name}"),
        min_width=180,
        elem_id=f"lora-race-{name.replace('_', '-')}",
    )


def _plot(name: str) -> gr.Plot:
    elem_id = f"lora-race-{name}"
    with gr.Column(min_width=340):
        plot = gr.Plot(show_label=False, elem_id=elem_id)
        svg_button(elem_id, elem_id)
    return plot


def _download(name: str) -> gr.DownloadButton:
    return gr.DownloadButton(
        cast(str, text(f"lora.race.{name}")),
        size="sm",
        interactive=False,
        elem_id=f"lora-race-{name.replace('_', '-')}",
    )
