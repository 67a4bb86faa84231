"""Training in the browser: layout and wiring."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import gradio as gr

from demos.frame.demo import AppContext
from demos.frame.errors import InputProblem, field, problem_or_none, visible_errors
from demos.frame.export import new_folder, write_csv, write_zip
from demos.frame.formula import formula_markdown
from demos.frame.kept import FOLLOWS, Kept, kept_or
from demos.frame.laid_out import first_selection
from demos.frame.progress import IDLE, note_html, progress_html
from demos.frame.strings import Language, language_of, say, text
from demos.pairs.training.figures import curves_figure
from demos.pairs.training.results import curve_table, run_table
from demos.pairs.training.runs import Run
from demos.pairs.training.source import pairs_of_file
from models.catalog import ModelCard
from models.train.bundled import BUNDLED_FILES, HELD_OUT_SHARE, bundled_pairs
from models.train.events import Queued, StepDone, Trained
from models.train.labelled_pairs import LabelledPairs
from models.train.session import BATCH_LIMIT, LOSS_NAMES, STEP_LIMIT, training_bases
from models.train.settings import LOSSES, EncoderKind, TrainingSettings
from models.work import Progress

RUNS_KEPT = 8
_SECONDS_BETWEEN_PLOTS = 0.7
_EVALUATIONS = 10

Updates = dict[Any, Any]


class TrainingPanel:
    """Components as attributes, handlers as methods; a session's runs live in its own state."""

    def __init__(self, context: AppContext):
        self.registry, self.own_models = context.registry, context.own_models
        self.bases = training_bases(context.registry.catalog)
        gr.Markdown(text("training.intro"))
        self.runs = gr.State(list[Run]())
        with gr.Row():
            with gr.Column(scale=5, min_width=300):
                self._lay_out_settings()
            with gr.Column(scale=7, min_width=320):
                self.plot = gr.Plot(label=text("training.curves"), elem_id="training-plot")
        self._lay_out_results()
        with gr.Accordion(text("training.about"), open=False, elem_id="training-about"):
            formula_markdown("training.about_text")
        self._wire()
        self._wire_opening(context.kept)

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_settings(self) -> None:
        self.file = gr.File(label=text("training.file"), height=130, elem_id="training-file")
        self.data_note = gr.HTML(elem_id="training-data-note")
        with gr.Row():
            self.base = gr.Dropdown(
                [(card.title, card.key) for card in self.bases],
                value=self.bases[0].key,
                label=text("training.base"),
                info=text("training.base_hint"),
                elem_id="training-base",
            )
            self.example = gr.Dropdown(
                [(text(f"training.bundled.{name}"), name) for name in _examples(self.bases[0])],
                value=_examples(self.bases[0])[0],
                label=text("training.example"),
                info=text("training.example_hint"),
                elem_id="training-example",
                elem_classes=FOLLOWS,
            )
        with gr.Row():
            self.kind = gr.Radio(
                [(text(f"training.{kind.split('-')[0]}"), kind) for kind in LOSSES],
                value="bi-encoder",
                label=text("training.kind"),
                elem_id="training-kind",
            )
            self.loss = gr.Dropdown(
                _loss_choices("bi-encoder"),
                value="cosent",
                label=text("training.loss"),
                elem_id="training-loss",
                elem_classes=FOLLOWS,
            )
        self.start = gr.Dropdown(
            self._starts("bi-encoder", self.bases[0].key, None, None),
            value="",
            label=text("training.start"),
            info=text("training.start_hint"),
            elem_id="training-start",
            elem_classes=FOLLOWS,
        )
        self.steps = gr.Slider(
            10,
            STEP_LIMIT,
            value=80,
            step=10,
            label=text("training.steps"),
            elem_id="training-steps",
        )
        with gr.Accordion(text("training.more"), open=False, elem_id="training-more"), gr.Row():
            self.rate = gr.Number(
                _rate_of("bi-encoder", ""), label=text("training.rate"), elem_id="training-rate"
            )
            self.batch = gr.Slider(
                4,
                BATCH_LIMIT,
                value=16,
                step=4,
                label=text("training.batch"),
                elem_id="training-batch",
            )
            self.seed = gr.Number(
                0, label=text("training.seed"), precision=0, elem_id="training-seed"
            )
        with gr.Row():
            self.train = gr.Button(
                text("training.train"), variant="primary", elem_id="training-train"
            )
            self.cancel = gr.Button(text("cancel"), interactive=False, elem_id="training-cancel")
        self.progress = gr.HTML(elem_id="training-progress")

    def _lay_out_results(self) -> None:
        self.table = gr.Dataframe(
            label=text("training.runs"), interactive=False, wrap=True, elem_id="training-runs"
        )
        with gr.Row(visible=False) as self.results_row:
            self.shown = gr.Dropdown(
                label=text("training.shown"),
                info=text("training.shown_hint"),
                multiselect=True,
                max_choices=2,
                elem_id="training-shown",
            )
            self.chosen = gr.Dropdown(
                label=text("training.chosen"),
                info=text("training.chosen_hint"),
                elem_id="training-chosen",
            )
        with gr.Row(visible=False) as self.downloads_row:
            self.adapter = gr.DownloadButton(
                cast(str, text("training.adapter")), size="sm", elem_id="training-adapter"
            )
            self.whole = gr.Button(text("training.whole"), size="sm", elem_id="training-whole")
            self.whole_file = gr.DownloadButton(
                cast(str, text("training.whole_ready")),
                size="sm",
                visible=False,
                elem_id="training-whole-file",
            )
            self.csv = gr.DownloadButton(
                cast(str, text("pairs.csv")), size="sm", elem_id="training-csv"
            )

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self) -> None:
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        self.base.input(
            self.on_base,
            [self.kind, self.base, self.example, self.own_models.visitor],
            [self.example, self.start, self.rate],
            api_name="training_base",
            **common,
        )
        self.kind.input(
            self.on_kind,
            [self.kind, self.base, self.own_models.visitor],
            [self.loss, self.rate, self.start],
            api_name="training_kind",
            **common,
        )
        self.file.change(
            _on_file,
            self.file,
            self.data_note,
            validator=_check_file,
            api_name="training_file",
            **common,
        )
        self.start.input(
            _rate_of, [self.kind, self.start], self.rate, api_name="training_start", **common
        )
        data = [self.file, self.example]
        settings = [self.base, self.kind, self.loss, self.steps, self.rate, self.batch, self.seed]
        outputs = [
            *(self.runs, self.progress, self.plot, self.table, self.cancel, self.results_row),
            *(self.shown, self.chosen, self.downloads_row, self.adapter, self.csv),
            *(self.whole_file, self.own_models.changed),
        ]
        run = self.train.click(
            self.on_train,
            [*data, *settings, self.start, self.runs, self.own_models.visitor],
            outputs,
            validator=self.check_inputs,
            concurrency_limit=None,  # the registry's line holds them back, and says so
            trigger_mode="once",
            api_name="training_run",
            **common,
        )
        self.cancel.click(
            self.on_cancel,
            self.runs,
            outputs,
            cancels=[run],
            api_name="training_cancel",
            **common,
        )
        self.shown.input(
            self.on_shown,
            [self.runs, self.shown],
            [self.plot, self.csv],
            api_name="training_shown",
            **common,
        )
        self.chosen.input(
            self.on_chosen,
            [self.runs, self.chosen],
            [self.adapter, self.whole_file],
            api_name="training_chosen",
            **common,
        )
        self.whole.click(
            self.on_whole,
            [self.runs, self.chosen],
            [self.whole_file, self.progress],
            api_name="training_whole",
            **common,
        )

    def _wire_opening(self, kept: gr.JSON) -> None:
        """The choosers that follow the kind and the base."""
        first_selection("training", "training-about").change(
            self.on_open,
            [self.kind, self.base, kept, self.own_models.visitor],
            [self.loss, self.example, self.start],
            api_name="training_open",
            show_progress="hidden",
            api_visibility="private",
        )

    # --- handlers ------------------------------------------------------------------------------

    def on_open(
        self, kind: EncoderKind, base: str, kept: Kept, visitor: object, request: gr.Request
    ) -> tuple[Any, Any, Any]:
        """What follows the kind and the base that a reload brought back, as it was chosen."""
        loss = kept_or(kept, self.loss, LOSSES[kind], "cosent")
        starts = self._starts(kind, base, visitor, request)
        start = kept_or(kept, self.start, [key for _, key in starts], "")
        examples = _examples(self.registry.card(base))
        example = kept_or(kept, self.example, examples, _first(examples, request))
        return (
            gr.update(choices=_loss_choices(kind), value=loss),
            _example_update(examples, example, request),
            gr.update(choices=starts, value=start),
        )

    def check_inputs(
        self,
        path: str | None,
        example: str,
        base: str,
        kind: EncoderKind,
        loss: Any,
        steps: float,
        rate: float | None,
        batch: float,
        seed: float | None,
        start: str | None,
        runs: list[Run],
        visitor: object,
        request: gr.Request,
    ) -> list[Any]:
        """Validator of Train: a sentence at the file, or at the learning rate."""
        language = language_of(request)
        data = problem_or_none(lambda: _data(path, example), language)
        chosen = problem_or_none(
            lambda: _settings(base, kind, loss, steps, rate, batch, seed), language
        )
        return [field(data), *[field(None)] * 5, field(chosen), *[field(None)] * 5]

    @visible_errors
    def on_train(
        self,
        path: str | None,
        example: str,
        base: str,
        kind: EncoderKind,
        loss: Any,
        steps: float,
        rate: float | None,
        batch: float,
        seed: float | None,
        start: str | None,
        runs: list[Run],
        visitor: object,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Train; curves meanwhile, the model in the visitor's own list at the end."""
        language = language_of(request)
        settings = _settings(base, kind, loss, steps, rate, batch, seed)
        data = _data(path, example)
        train, held_out = data.split(HELD_OUT_SHARE, settings.seed)
        settings = _with_evaluations(settings, len(train))
        name = say(f"training.bundled.{example}", language) if path is None else data.name
        run = Run(_next_number(runs), settings, name, len(train), len(held_out))
        runs = [*(r for r in runs if r.outcome != "running"), run][-RUNS_KEPT:]
        working = say("training.starting", language)
        yield {self.runs: runs, self.progress: note_html(working), self.cancel: _on}
        began = shown = time.monotonic()
        owner = self.own_models.owner(visitor, request)
        try:
            training = self.registry.train(settings, train, held_out, owner, start or None)
            with closing(training) as events:
                for event in events:
                    if isinstance(event, Queued):
                        waiting = say("training.queued", language, ahead=event.ahead)
                        yield {self.progress: note_html(waiting), self.cancel: _on}
                        began = time.monotonic()
                        continue
                    run.note(event)
                    run.seconds = time.monotonic() - began
                    is_due = time.monotonic() - shown > _SECONDS_BETWEEN_PLOTS
                    if is_due and not isinstance(event, Trained):
                        shown = time.monotonic()
                        yield self._meanwhile(run, runs, event, language)
            yield self._finished(runs, language) | {
                self.progress: _done(run, language),
                self.own_models.changed: self.own_models.tick(),
            }
        except Exception:  # said by `visible_errors`; the panel shall not look busy meanwhile
            runs = [other for other in runs if other is not run]
            yield self._finished(runs, language) | {self.progress: IDLE}
            raise

    def on_base(
        self, kind: EncoderKind, base: str, example: str, visitor: object, request: gr.Request
    ) -> tuple[Any, Any, float]:
        """The example pairs that a base reads, its starts, and the usual rate of a new adapter."""
        examples = _examples(self.registry.card(base))
        kept = example if example in examples else _first(examples, request)
        starts = gr.update(choices=self._starts(kind, base, visitor, request), value="")
        return _example_update(examples, kept, request), starts, _rate_of(kind, "")

    def on_kind(
        self, kind: EncoderKind, base: str, visitor: object, request: gr.Request
    ) -> tuple[Any, Any, Any]:
        """The losses, the usual rate and the starts of a kind."""
        losses = gr.update(choices=_loss_choices(kind), value="cosent")
        starts = gr.update(choices=self._starts(kind, base, visitor, request), value="")
        return losses, _rate_of(kind, ""), starts

    def _starts(
        self, kind: EncoderKind, base: str, visitor: object, request: gr.Request | None
    ) -> list[tuple[str, str]]:
        cards = self.own_models.cards(visitor, request, kind)
        adapters = [(c.title, c.key) for c in cards if c.adapter is not None and c.base == base]
        return [(self.registry.title(base), ""), *adapters]

    def on_cancel(self, runs: list[Run], request: gr.Request) -> Updates:
        """What had been trained is shown; there is no model of it."""
        language = language_of(request)
        for run in runs:
            if run.outcome == "running":
                run.outcome = "cancelled"
        cancelled = note_html(say("training.cancelled", language))
        return self._finished(runs, language) | {self.progress: cancelled}

    @visible_errors
    def on_shown(self, runs: list[Run], numbers: list[int], request: gr.Request) -> Updates:
        """Other runs in the figure and in its table."""
        chosen = [run for run in runs if run.number in (numbers or [])]
        headers, rows = curve_table(chosen, language_of(request))
        return {
            self.plot: curves_figure(chosen, language_of(request)) if chosen else None,
            self.csv: gr.update(value=write_csv("training", headers, rows)),
        }

    @visible_errors
    def on_chosen(self, runs: list[Run], number: int, request: gr.Request) -> Updates:
        """Another run's adapter behind the button."""
        return {
            self.adapter: gr.update(value=self._adapter_of(runs, number)),
            self.whole_file: gr.update(visible=False),
        }

    @visible_errors
    def on_whole(self, runs: list[Run], number: int, request: gr.Request) -> Iterator[Updates]:
        """Merge the adapter into its base: 90 MB and more, so only when it is asked for."""
        language = language_of(request)
        yield {self.progress: note_html(say("training.exporting", language))}
        folder = new_folder() / "model"
        self.registry.export(_run_of(runs, number).key, folder)
        file = write_zip("model", folder, remove=True)
        megabytes = round(Path(file).stat().st_size / 1e6)
        yield {
            self.whole_file: gr.update(value=file, visible=True),
            self.progress: note_html(say("training.exported", language, megabytes=megabytes)),
        }

    # --- what is shown -------------------------------------------------------------------------

    def _meanwhile(self, run: Run, runs: list[Run], event: object, language: Language) -> Updates:
        total = event.total if isinstance(event, StepDone) else 0
        done = len(run.losses)
        share = done / total if total else 0.0
        progress = Progress(done, total or run.settings.steps(1), run.seconds, 0, share)
        what = say("training.step", language, run=run.name)
        before = [other for other in runs if other.outcome == "finished"][-1:]
        return {
            self.progress: progress_html(what, progress, language),
            self.cancel: _on,
            self.plot: curves_figure([*before, run], language),
        }

    def _finished(self, runs: list[Run], language: Language) -> Updates:
        trained = [run for run in runs if run.outcome == "finished"]
        last = [run.number for run in runs][-2:]
        shown = [run for run in runs if run.number in last]
        curve_headers, curve_rows = curve_table(shown, language)
        headers, rows = run_table(runs, language)
        updates: Updates = {
            self.runs: runs,
            self.cancel: gr.update(interactive=False),
            self.plot: curves_figure(shown, language) if shown else None,
            self.table: {"headers": headers, "data": rows},
            self.results_row: gr.update(visible=bool(runs)),
            self.shown: gr.update(choices=[(r.name, r.number) for r in runs], value=last),
            self.downloads_row: gr.update(visible=bool(trained)),
            self.whole_file: gr.update(visible=False),
            self.csv: gr.update(value=write_csv("training", curve_headers, curve_rows)),
        }
        if trained:
            number = trained[-1].number
            choices = [(run.model, run.number) for run in trained]
            updates[self.chosen] = gr.update(choices=choices, value=number)
            updates[self.adapter] = gr.update(value=self._adapter_of(runs, number))
        return updates

    def _adapter_of(self, runs: list[Run], number: int) -> str:
        folder = self.registry.card(_run_of(runs, number).key).adapter
        assert folder is not None
        return write_zip("adapter", folder)


_on = gr.update(interactive=True)


def _examples(base: ModelCard) -> list[str]:
    """Languages of our own pairs that a base reads."""
    return [language for language in BUNDLED_FILES if language in base.languages]


def _first(examples: list[str], request: gr.Request) -> str:
    """Of the languages that there are, the visitor's."""
    language = language_of(request)
    return language if language in examples else examples[0]


def _example_update(examples: list[str], value: str, request: gr.Request) -> Any:
    language = language_of(request)
    choices = [(say(f"training.bundled.{name}", language), name) for name in examples]
    return gr.update(choices=choices, value=value)


def _loss_choices(kind: EncoderKind) -> list[tuple[str, str]]:
    return [(LOSS_NAMES[loss], loss) for loss in LOSSES[kind]]


def _rate_of(kind: EncoderKind, start: str | None) -> float:
    """A new head has everything to learn; vectors that are good already, little."""
    return 1e-3 if kind == "cross-encoder" and not start else 3e-4


def _check_file(path: str | None, request: gr.Request) -> Any:
    if path is None:
        return field(None)
    return field(problem_or_none(lambda: pairs_of_file(path), language_of(request)))


@visible_errors
def _on_file(path: str | None, request: gr.Request) -> str:
    if path is None:
        return IDLE
    language = language_of(request)
    data = pairs_of_file(path)
    return note_html(say("training.read", language, pairs=len(data), name=data.name))


def _data(path: str | None, example: str) -> LabelledPairs:
    return bundled_pairs(example) if path is None else pairs_of_file(path)


def _done(run: Run, language: Language) -> str:
    note = note_html(say("training.done", language, model=run.model))
    if run.best <= run.before:
        note += note_html(say("training.no_better", language), "warning")
    return note


def _settings(
    base: str,
    kind: EncoderKind,
    loss: Any,
    steps: float,
    rate: float | None,
    batch: float,
    seed: float | None,
) -> TrainingSettings:
    if rate is None or not 0 < rate <= 0.1:
        raise InputProblem("training.bad_rate")
    return TrainingSettings(
        kind=kind,
        loss=loss,
        base=base,
        rank=8,
        learning_rate=rate,
        head_learning_rate=max(rate, 1e-3),
        epochs=1_000,
        max_steps=int(steps),
        batch_size=int(batch),
        average=0.9,
        swap=kind == "cross-encoder",
        seed=int(seed or 0),
    )


def _with_evaluations(settings: TrainingSettings, pairs: int) -> TrainingSettings:
    """About ten evaluations over the whole training, however many epochs that is."""
    epochs = (settings.max_steps or 1) * settings.batch_size / pairs
    return dataclasses.replace(settings, evaluations=max(1, round(_EVALUATIONS / max(epochs, 0.1))))


def _next_number(runs: list[Run]) -> int:
    return max((run.number for run in runs), default=0) + 1


def _run_of(runs: list[Run], number: int | None) -> Run:
    found = next((run for run in runs if run.number == number and run.key), None)
    if found is None:
        raise InputProblem("training.no_run")
    return found
