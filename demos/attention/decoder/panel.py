"""The decoder-only experiment: layout and wiring. It parses, calls, and shows."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, cast

import gradio as gr
import torch
from gradio.context import Context

from demos.attention.decoder import asked
from demos.attention.decoder.asked import DEFAULT, Wish
from demos.attention.decoder.card import card_html
from demos.attention.decoder.endpoint import make_attention_decoder
from demos.attention.decoder.live import Live
from demos.attention.decoder.results import OVERVIEW_WIDTHS, overview_table
from demos.attention.decoder.view import ResultView
from demos.attention.desk import Desk
from demos.attention.experiment.running import Step, experiment
from demos.attention.experiment.settings import MASKS_OF
from demos.attention.experiment.shipped import Shipped, read_shipped
from demos.attention.experiment.tasks import TASKS, Family
from demos.frame.errors import InputProblem, field, problem_or_none, visible_errors
from demos.frame.formula import formula_markdown
from demos.frame.kept import FOLLOWS, Kept, kept_of, kept_or
from demos.frame.laid_out import when_laid_out
from demos.frame.progress import IDLE, duration, note_html, progress_html
from demos.frame.status import computed_on
from demos.frame.strings import Language, language_of, say, text

_FAMILIES: tuple[Family, ...] = ("generation", "masked")

Updates = dict[Any, Any]


class DecoderPanel:
    """Components as attributes, handlers as methods; laid out inside an open `gr.Tab`."""

    def __init__(self, desk: Desk):
        self.registry = desk.registry
        tab = cast(gr.Tab, Context.block)  # the open tab, whose selection shows the larger runs
        gr.Markdown(text("attention.decoder.intro"))
        self._lay_out_task()
        gr.Markdown(text("attention.decoder.larger"))
        self.size = gr.Radio(
            label=text("attention.decoder.size"),
            visible=False,
            elem_id="attention-decoder-size",
            elem_classes=FOLLOWS,
        )
        self.none = gr.HTML(elem_id="attention-decoder-none")
        self.larger = ResultView("attention-decoder-larger")
        self._lay_out_overview()
        gr.Markdown(text("attention.decoder.own"))
        self._lay_out_fields()
        self.own = ResultView("attention-decoder-own")
        with gr.Accordion(text("about"), open=False, elem_id="attention-decoder-about"):
            formula_markdown("attention.decoder.about_text")
        self._wire_choosers(tab, desk.context.kept)
        self._wire_run()
        gr.api(make_attention_decoder(self.registry), api_name="attention_decoder")

    # --- layout ----------------------------------------------------------------------------------

    def _lay_out_task(self) -> None:
        with gr.Row():
            self.family = gr.Radio(
                _choices("family", _FAMILIES, None),
                value=DEFAULT.family,
                label=text("attention.decoder.family"),
                min_width=300,
                elem_id="attention-decoder-family",
            )
            self.task = gr.Radio(
                _choices("task", asked.tasks_of(DEFAULT.family), None),
                value=DEFAULT.task,
                label=text("attention.decoder.task"),
                min_width=300,
                elem_id="attention-decoder-task",
                elem_classes=FOLLOWS,
            )
        self.card = gr.HTML(elem_id="attention-decoder-card")

    def _lay_out_overview(self) -> None:
        with gr.Accordion(
            text("attention.decoder.all"), open=False, elem_id="attention-decoder-all-box"
        ):
            gr.Markdown(text("attention.decoder.all_hint"))
            self.all = gr.Dataframe(
                show_label=False,
                interactive=False,
                wrap=True,
                column_widths=cast(Any, OVERVIEW_WIDTHS),
                elem_id="attention-decoder-all",
            )

    def _lay_out_fields(self) -> None:
        with gr.Row():
            self.masks = gr.CheckboxGroup(
                _choices("mask", DEFAULT.masks, None),
                value=list(DEFAULT.masks),
                label=text("attention.decoder.masks"),
                min_width=300,
                elem_id="attention-decoder-masks",
                elem_classes=FOLLOWS,
            )
            self.seeds = _slider("seeds", asked.SEEDS, len(DEFAULT.seeds), 1)
            self.first_seed = gr.Number(
                0,
                label=text("attention.decoder.first_seed"),
                min_width=150,
                elem_id="attention-decoder-first-seed",
            )
        with gr.Row():
            self.layers = _slider("layers", asked.LAYERS, DEFAULT.layers, 1)
            self.steps = _slider("steps", asked.STEPS, DEFAULT.steps, 100)
            self.rate = gr.Number(
                DEFAULT.learning_rate,
                label=text("attention.decoder.rate"),
                min_width=150,
                elem_id="attention-decoder-rate",
            )
        self.estimate = gr.HTML(elem_id="attention-decoder-estimate")
        with gr.Row():
            self.run = gr.Button(
                text("attention.decoder.run"), variant="primary", elem_id="attention-decoder-run"
            )
            self.cancel = gr.Button(
                text("cancel"), interactive=False, elem_id="attention-decoder-cancel"
            )
        self.progress = gr.HTML(elem_id="attention-decoder-progress")

    # --- wiring ----------------------------------------------------------------------------------

    def _wire_choosers(self, tab: gr.Tab, kept: gr.JSON) -> None:
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        self.opened = gr.State(False)
        shown = [self.card, self.size, self.none, *self.larger.components]
        cost: list[Any] = [
            self.task,
            self.masks,
            self.seeds,
            self.first_seed,
            self.layers,
            self.steps,
        ]
        tab.select(
            self.on_open,
            [self.opened, self.family, *cost[2:], kept],
            [self.opened, self.task, self.masks, self.all, self.estimate, *shown],
            js=when_laid_out("attention-decoder-about"),
            api_name="attention_decoder_open",
            **common,
        )
        self.family.input(
            self.on_family,
            self.family,
            [self.task, self.masks, *shown],
            api_name="attention_decoder_family",
            **common,
        )
        self.task.input(self.on_task, self.task, shown, api_name="attention_decoder_task", **common)
        self.size.input(
            self.on_size,
            [self.task, self.size],
            self.larger.components,
            api_name="attention_decoder_size",
            **common,
        )
        self.all.select(
            self.on_all,
            None,
            [self.family, self.task, self.masks, *shown],
            api_name="attention_decoder_all",
            **common,
        )
        gr.on(
            [each.change for each in cost],
            self.on_cost,
            cost,
            self.estimate,
            trigger_mode="always_last",
            api_name="attention_decoder_cost",
            **common,
        )

    def _wire_run(self) -> None:
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        self.live: gr.State = gr.State(cast(Any, None))  # a `Live`
        outputs = [self.live, self.progress, self.cancel, *self.own.components]
        fields = [self.task, self.masks, self.seeds, self.first_seed]
        fields += [self.layers, self.steps, self.rate]
        run = self.run.click(
            self.on_run,
            fields,
            outputs,
            validator=self.check,
            concurrency_limit=None,  # runs take turns on the device, a third of a second each
            trigger_mode="once",
            api_name="attention_decoder_run",
            **common,
        )
        # What is said comes afterwards and beside the queue, whose stream of answers a cancel
        # closes.
        self.cancel.click(None, cancels=[run], api_name="attention_decoder_cancel", **common).then(
            self.on_cancelled,
            self.live,
            outputs,
            queue=False,
            api_name="attention_decoder_cancelled",
            **common,
        )

    # --- handlers: the larger runs ---------------------------------------------------------------

    @visible_errors
    def on_open(
        self,
        opened: bool,
        family: Any,
        seeds: Any,
        first_seed: Any,
        layers: Any,
        steps: Any,
        kept: Kept,
        request: gr.Request,
    ) -> Updates:
        """What has been run of the task that stands there, for whoever opens the tab first."""
        if opened:
            return {self.opened: True}
        language = language_of(request)
        family = family if family in _FAMILIES else DEFAULT.family
        tasks = asked.tasks_of(family)
        usual = DEFAULT.task if DEFAULT.task in tasks else tasks[0]
        task = kept_or(kept, self.task, tasks, usual)
        wanted = kept_of(kept, self.masks)
        masks = [m for m in MASKS_OF[family] if not isinstance(wanted, list) or m in wanted]
        headers, rows = overview_table(read_shipped(), language)
        return {
            self.opened: True,
            self.all: {"headers": headers, "data": rows},
            self.estimate: self.on_cost(task, masks, seeds, first_seed, layers, steps, request),
            **self._to_family(task, language, masks),
            **self._of_task(task, kept_of(kept, self.size), language),
        }

    @visible_errors
    def on_family(self, family: Any, request: gr.Request) -> Updates:
        """The first task of the family."""
        if family not in _FAMILIES:
            raise InputProblem("attention.decoder.bad_task")
        task = asked.tasks_of(family)[0]
        language = language_of(request)
        return self._to_family(task, language) | self._of_task(task, None, language)

    @visible_errors
    def on_task(self, task: Any, request: gr.Request) -> Updates:
        """Another task of the same family."""
        return self._of_task(asked.check_task(task), None, language_of(request))

    @visible_errors
    def on_size(self, task: Any, layers: Any, request: gr.Request) -> Updates:
        """The same task at another depth."""
        return self._larger(_run_of(asked.check_task(task), layers), language_of(request))

    @visible_errors
    def on_all(self, picked: gr.SelectData, request: gr.Request) -> Updates:
        """The run of a row of the table of all runs."""
        runs = [run for run in read_shipped() for _ in range(_pairs(run))]
        row = picked.index[0] if isinstance(picked.index, list | tuple) else picked.index
        if not 0 <= row < len(runs):  # the file was another one when the table was drawn
            return {self.none: gr.skip()}
        chosen, language = runs[row].result.settings, language_of(request)
        return {
            self.family: chosen.family,
            **self._to_family(chosen.task, language),
            **self._of_task(chosen.task, chosen.layers, language),
        }

    # --- handlers: one's own run -----------------------------------------------------------------

    def on_cost(
        self,
        task: Any,
        masks: Any,
        seeds: Any,
        first_seed: Any,
        layers: Any,
        steps: Any,
        request: gr.Request,
    ) -> str:
        """What a press of the button costs; nothing where the fields cannot be read yet."""
        language = language_of(request)
        wish = Wish(task, masks, seeds, first_seed, layers, steps, DEFAULT.learning_rate)
        try:
            settings = asked.settings_of(wish)
        except InputProblem:
            return IDLE
        html = note_html(
            say(
                "attention.decoder.cost",
                language,
                models=len(settings.masks) * len(settings.seeds),
                steps=settings.steps,
                time=duration(asked.expected_seconds(settings), language),
                seeds=asked.listed(settings.seeds),
            )
        )
        if settings.layers == 1 and "alternating" in settings.masks:
            html += note_html(say("attention.decoder.one_layer", language), "warning")
        return html

    def check(
        self,
        task: Any,
        masks: Any,
        seeds: Any,
        first_seed: Any,
        layers: Any,
        steps: Any,
        rate: Any,
        request: gr.Request,
    ) -> list[Any]:
        """Validator: a sentence at the field that it is about."""
        wish = Wish(task, masks, seeds, first_seed, layers, steps, rate)
        checks: list[Callable[[], object]] = [
            lambda: asked.check_task(task),
            lambda: asked.check_masks(masks, task),
            lambda: asked.check_whole(seeds, *asked.SEEDS),
            lambda: asked.check_whole(first_seed, 0, asked.LAST_SEED),
            lambda: asked.check_whole(layers, *asked.LAYERS),
            lambda: asked.check_whole(steps, *asked.STEPS),
            lambda: asked.check_rate(rate),
        ]
        language = language_of(request)
        problems = [problem_or_none(check, language) for check in checks]
        if not any(problems):
            settings = asked.settings_of(wish)
            problems[5] = problem_or_none(lambda: asked.check_time(settings), language)
        return [field(problem) for problem in problems]

    @visible_errors
    def on_run(
        self,
        task: Any,
        masks: Any,
        seeds: Any,
        first_seed: Any,
        layers: Any,
        steps: Any,
        rate: Any,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Train all models; curves grow at each evaluation, verdicts come at the end."""
        language = language_of(request)
        wish = Wish(task, masks, seeds, first_seed, layers, steps, rate)
        live = Live(asked.settings_of(wish))
        asked.check_time(live.settings)
        yield {
            self.live: live,
            self.progress: note_html(say("attention.decoder.starting", language)),
            self.cancel: gr.update(interactive=True),
            **self.own.begun(),
        }
        try:
            with closing(experiment(live.settings, self.registry.run)) as run:
                for step in run:
                    live = live.after(step)
                    yield self._working(live, step, language)
            yield self._ended(live.ended("finished"), language)
        except FloatingPointError:
            yield self._ended(live.ended("diverged"), language)
        except Exception:  # said by `visible_errors`; what was measured stays
            yield self._ended(live.ended("failed"), language)
            raise

    @visible_errors
    def on_cancelled(self, live: Live | None, request: gr.Request) -> Updates:
        """The curves so far stay."""
        if live is None or live.outcome != "running":
            return {self.cancel: gr.update(interactive=False)}
        return self._ended(live.ended("cancelled"), language_of(request))

    # --- what is shown ---------------------------------------------------------------------------

    def _to_family(self, task: str, language: Language, chosen: Any = None) -> Updates:
        """Choosers whose choices follow the family; choices and value together."""
        family = TASKS[task].family
        masks = MASKS_OF[family]
        tasks = _choices("task", asked.tasks_of(family), language)
        shown = list(masks) if chosen is None else chosen
        return {
            self.task: gr.update(choices=tasks, value=task),
            self.masks: gr.update(choices=_choices("mask", masks, language), value=shown),
        }

    def _of_task(self, task: str, layers: Any, language: Language) -> Updates:
        """The task, and its larger run at that depth (None: the first there is)."""
        runs, none = _runs_of(task), IDLE
        run = _run_of(task, layers)
        if run is None:
            none = note_html(say("attention.decoder.no_run", language))
        return {
            self.card: card_html(task, language),
            self.none: none,
            self.size: gr.update(
                choices=[_size(each, language) for each in runs],
                value=None if run is None else run.result.settings.layers,
                visible=len(runs) > 0,
            ),
            **self._larger(run, language),
        }

    def _larger(self, run: Shipped | None, language: Language) -> Updates:
        if run is None:
            return self.larger.hidden()
        return self.larger.whole(run.result, language, run.torch, run.date)

    def _working(self, live: Live, step: Step, language: Language) -> Updates:
        models = len(live.settings.masks) * len(live.settings.seeds)
        name = say(f"attention.decoder.task.{live.settings.task}", language)
        what = say("attention.decoder.running", language, task=name, models=models)
        updates: Updates = {
            self.live: live,
            self.progress: progress_html(what, step.progress, language),
            self.cancel: gr.update(interactive=True),
            self.own.box: gr.update(visible=True),
        }
        return updates | (self.own.curves(live.result, language) if step.points else {})

    def _ended(self, live: Live, language: Language) -> Updates:
        """Curves, file and, where it came to its end, verdicts."""
        made = (torch.__version__, datetime.date.today().isoformat())
        show = self.own.whole if live.outcome == "finished" else self.own.so_far
        said = say(
            f"attention.decoder.outcome.{live.outcome}",
            language,
            done=live.done,
            steps=live.settings.steps,
            time=duration(live.seconds, language),
        )
        note = note_html(said, "note" if live.outcome == "finished" else "warning")
        if live.outcome == "finished":
            note += note_html(computed_on(self.registry, language))
        return {
            self.live: live,
            self.progress: note,
            self.cancel: gr.update(interactive=False),
            **show(live.result, language, *made),
        }


def _runs_of(task: str) -> list[Shipped]:
    """The larger runs of a task that the file holds at this moment."""
    return [run for run in read_shipped() if run.result.settings.task == task]


def _run_of(task: str, layers: Any) -> Shipped | None:
    """That of a depth; the first where there is none of it."""
    runs = _runs_of(task)
    first = runs[0] if runs else None
    return next((run for run in runs if run.result.settings.layers == layers), first)


def _pairs(run: Shipped) -> int:
    masks = len(run.result.settings.masks)
    return masks * (masks - 1) // 2


def _size(run: Shipped, language: Language) -> tuple[str, int]:
    chosen = run.result.settings
    seeds = len(chosen.seeds)
    words = say("attention.decoder.size_is", language, layers=chosen.layers, seeds=seeds)
    return words, chosen.layers


def _choices(kind: str, keys: tuple[str, ...], language: Language | None) -> list[tuple[str, Any]]:
    """Keys with their names; without a language while the page is laid out."""
    names = [f"attention.decoder.{kind}.{key}" for key in keys]
    said = [say(name, language) if language else cast(str, text(name)) for name in names]
    return list(zip(said, keys, strict=True))


def _slider(name: str, bounds: tuple[int, int], value: int, step: int) -> gr.Slider:
    return gr.Slider(
        *bounds,
        value=value,
        step=step,
        label=text(f"attention.decoder.{name}"),
        min_width=200,
        elem_id=f"attention-decoder-{name}",
    )
