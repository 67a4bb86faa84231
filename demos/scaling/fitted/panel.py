"""The fit and how far it can be trusted: layout and wiring. It parses, calls, and shows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, cast

import gradio as gr
from gradio.context import Context

from demos.frame.errors import InputProblem, field, problem_or_none, visible_errors
from demos.frame.formula import formula_markdown
from demos.frame.kept import FOLLOWS, Kept, kept_of
from demos.frame.laid_out import once_open, when_laid_out
from demos.frame.log_slider import log_slider
from demos.frame.progress import IDLE, note_html, notice_html, progress_html, progress_line
from demos.frame.steps import growing, paced, result_of, showing
from demos.frame.strings import Language, language_of, say, text
from demos.frame.svg import svg_button
from demos.scaling.answers import Answer, Question
from demos.scaling.desk import POINTS_KNOWN, Desk, asked_of
from demos.scaling.fit import DEFAULT_DELTA
from demos.scaling.fitted import asked, figures, results
from demos.scaling.fitted.curves import FARTHEST, View, axes_of, drawing_of, marks_of, truth_of
from demos.scaling.fitted.endpoint import make_scaling_fit, make_scaling_predict
from demos.scaling.fitted.intervals import METHODS, Found, Method
from demos.scaling.fitted.lesson import lesson_html, lesson_of
from demos.scaling.fitted.reading import default_sizes, predicted, read_size, reading_of
from demos.scaling.fitted.snippet import snippet_of, write_snippet
from demos.scaling.newton import OBJECTIVES
from demos.scaling.uncertainty import DEFAULT_LEVEL, DEFAULT_REPLICAS, prediction_band

Updates = dict[Any, Any]
Shown = tuple[Question, Language]
_SIZES = ("N", "D", "x")  # a box each; a law shows those that it has
_AT_ONCE: tuple[Method, ...] = ("percentile", "normal")  # intervals that cost nothing


class FitPanel:
    """Components as attributes, handlers as methods; laid out inside an open `gr.Tab`."""

    def __init__(self, desk: Desk):
        self.desk, self.registry = desk, desk.registry
        self.found = Found(desk.registry)
        tab = cast(gr.Tab, Context.block)
        gr.Markdown(text("scaling.fitted.intro"))
        self.note = gr.HTML(elem_id="scaling-fit-note")
        with gr.Column(visible=False, elem_id="scaling-fit-results") as self.results:
            self._lay_out_plots()
            self._lay_out_table()
            self._lay_out_words()
        self._lay_out_options()
        self._lay_out_lesson()
        with gr.Accordion(text("about"), open=False, elem_id="scaling-fit-about"):
            formula_markdown("scaling.fitted.about_text")
        self._wire(tab)
        gr.api(make_scaling_fit(self.registry), api_name="scaling_fit")
        gr.api(make_scaling_predict(self.registry), api_name="scaling_predict")

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_plots(self) -> None:
        with gr.Row():
            self.axis = _choice("axis", [(_name(f"axis.{a}"), a) for a in ("N", "D", "C")], "N")
            self.band = _choice("band", [(_name(f"band.{b}"), b) for b in asked.BANDS], "curve")
            self.colour = _choice(
                "colour", [(_name(f"colour.{c}"), c) for c in asked.COLOURS], "size"
            )
            with gr.Column(min_width=220):
                self.far = log_slider(
                    text("scaling.fitted.far"), 1, FARTHEST, 10, "scaling-fit-far"
                )
                self.published = gr.Checkbox(
                    False, label=text("scaling.fitted.published"), elem_id="scaling-fit-published"
                )
        self.loss = gr.Plot(show_label=False, elem_id="scaling-fit-loss")
        self.residuals = gr.Plot(show_label=False, elem_id="scaling-fit-residuals")
        with gr.Row():
            svg_button("scaling-fit-loss", "scaling-fit")
            svg_button("scaling-fit-residuals", "scaling-residuals")
        self.drawn = gr.HTML(elem_id="scaling-fit-drawn")

    def _lay_out_table(self) -> None:
        with gr.Row():
            with gr.Column(scale=3, min_width=320):
                gr.Markdown(text("scaling.fitted.parameters"))
            with gr.Column(scale=2, min_width=260):
                self.method = gr.Dropdown(
                    [(_name(f"method.{method}"), method) for method in METHODS],
                    value=METHODS[0],
                    label=text("scaling.fitted.method"),
                    info=text("scaling.fitted.method_hint"),
                    elem_id="scaling-fit-method",
                )
        self.finding, self.stop = progress_line("scaling-fit-method")
        self.table = gr.HTML(elem_id="scaling-fit-table")
        self.facts = gr.HTML(elem_id="scaling-fit-facts")
        with gr.Row():
            self.csv = _download("csv_parameters", "scaling-fit-csv")
            self.csv_points = _download("csv_predictions", "scaling-fit-csv-points")

    def _lay_out_words(self) -> None:
        with gr.Column(elem_id="scaling-fit-words") as self.words:
            gr.Markdown(text("scaling.fitted.reading"))
            self.reading = gr.HTML(elem_id="scaling-fit-reading")
            gr.Markdown(text("scaling.fitted.predict_title"))
            with gr.Row(equal_height=True):
                self.sizes = [
                    gr.Textbox(
                        label=text(f"scaling.fitted.size.{name}"),
                        info=text("scaling.fitted.size_hint"),
                        visible=name != "x",
                        min_width=140,
                        elem_id=f"scaling-fit-size-{name}",
                        elem_classes=FOLLOWS,
                    )
                    for name in _SIZES
                ]
                self.predict = gr.Button(
                    text("scaling.fitted.predict"), min_width=120, elem_id="scaling-fit-predict"
                )
            self.prediction = gr.HTML(elem_id="scaling-fit-prediction")
            with gr.Accordion(text("scaling.fitted.code"), open=False, elem_id="scaling-fit-code"):
                self.code = gr.Code(
                    language="python", show_label=False, interactive=False, max_lines=30
                )
                gr.HTML(text("scaling.fitted.code_hint"), elem_classes="kl-hint")
                self.code_file = _download("code_file", "scaling-fit-code-file")

    def _lay_out_options(self) -> None:
        with gr.Accordion(
            text("scaling.fitted.options"), open=False, elem_id="scaling-fit-options"
        ):
            gr.HTML(text("scaling.fitted.options_hint"), elem_classes="kl-hint")
            with gr.Row():
                self.objective = _choice(
                    "objective", [(_name(f"objective.{o}"), o) for o in OBJECTIVES], OBJECTIVES[0]
                )
                self.delta = gr.Textbox(
                    f"{DEFAULT_DELTA:g}",
                    label=text("scaling.fitted.delta"),
                    min_width=140,
                    elem_id="scaling-fit-delta",
                )
                self.resampling = _choice(
                    "resampling", [(_name(f"resampling.{r}"), r) for r in asked.RESAMPLINGS],
                    asked.RESAMPLINGS[0],
                )  # fmt: skip
            with gr.Row():
                self.replicas = gr.Slider(
                    *asked.REPLICAS,
                    value=DEFAULT_REPLICAS,
                    step=100,
                    label=text("scaling.fitted.replicas"),
                    elem_id="scaling-fit-replicas",
                )
                self.level = gr.Slider(
                    *asked.LEVELS,
                    value=100 * DEFAULT_LEVEL,
                    step=0.1,
                    label=text("scaling.fitted.level"),
                    elem_id="scaling-fit-level",
                )
                self.seed = gr.Slider(
                    0,
                    asked.LAST_SEED,
                    value=0,
                    step=1,
                    label=text("scaling.fitted.seed"),
                    elem_id="scaling-fit-seed",
                )
            self.again = gr.Button(text("scaling.fitted.again"), elem_id="scaling-fit-again")

    def _lay_out_lesson(self) -> None:
        with gr.Accordion(text("scaling.fitted.lesson"), open=False, elem_id="scaling-fit-lesson"):
            formula_markdown("scaling.fitted.lesson.text")
            self.learn = gr.Button(
                text("scaling.fitted.lesson.run"), elem_id="scaling-fit-lesson-run"
            )
            self.lesson = gr.HTML(elem_id="scaling-fit-lesson-answer")

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self, tab: gr.Tab) -> None:
        self.opened = gr.State(False)
        self.shown: gr.State = gr.State(cast(Any, None))  # a `Shown`
        tab.select(
            lambda: True,
            None,
            self.opened,
            js=when_laid_out("scaling-fit-about", POINTS_KNOWN),
            api_name="scaling_fit_select",
            **_common(),
        )
        self.look = [self.axis, self.far, self.band, self.published, self.colour]
        plots = [self.loss, self.residuals]
        self.drawing = gr.on(
            [self.opened.change, once_open("scaling-fit", self.desk.question.change)],
            self.on_draw,
            [self.opened, self.desk.question, self.shown, self.method, *self.look,
             self.desk.context.kept],
            [self.shown, self.note, self.results, self.axis, *plots, self.drawn, self.method,
             self.finding, self.stop, self.table, self.facts, self.csv, self.csv_points, self.words,
             self.reading, *self.sizes, self.prediction, self.code, self.code_file, self.lesson],
            trigger_mode="always_last",
            api_name="scaling_fit_draw",
            **_common(),
        )  # fmt: skip
        looks = [self.axis.input, self.far.input, self.band.input, self.published.input]
        gr.on(
            [*looks, self.colour.input],
            self.on_look,
            [self.shown, *self.look],
            [*plots, self.drawn],
            trigger_mode="always_last",
            api_name="scaling_fit_look",
            **_common(),
        )
        self._wire_intervals()
        self._wire_work()

    def _wire_intervals(self) -> None:
        chosen = self.method.input(
            self.on_method,
            [self.shown, self.method],
            [self.table, self.csv, self.finding, self.stop],
            trigger_mode="always_last",
            api_name="scaling_fit_method",
            **_common(),
        )
        self.stop.click(
            None, cancels=[chosen, self.drawing], api_name="scaling_fit_method_cancel", **_common()
        ).then(
            self.on_stopped,
            self.shown,
            [self.finding, self.stop, self.method, self.table, self.csv],
            queue=False,
            api_name="scaling_fit_method_cancelled",
            **_common(),
        )

    def _wire_work(self) -> None:
        desk = self.desk
        gr.on(
            [self.predict.click, *(size.submit for size in self.sizes)],
            self.on_predict,
            [self.shown, *self.sizes],
            self.prediction,
            validator=self.check_sizes,
            trigger_mode="always_last",
            api_name="scaling_fit_predict",
            **_common(),
        )
        options = [self.objective, self.delta, self.resampling]
        options += [self.replicas, self.level, self.seed]
        run = self.again.click(
            self.on_again,
            [desk.chosen, desk.law, desk.x, *options],
            [desk.question, desk.progress, desk.cancel],
            validator=self.check_options,
            trigger_mode="once",
            api_name="scaling_fit_again",
            **_common(),
        )
        desk.cancel.click(None, cancels=[run], api_name="scaling_fit_again_cancel", **_common())
        self.learn.click(
            self.on_lesson,
            self.shown,
            self.lesson,
            trigger_mode="once",
            api_name="scaling_fit_lesson",
            **_common(),
        )

    # --- what was fitted -----------------------------------------------------------------------

    @visible_errors
    def on_draw(
        self,
        opened: bool,
        question: Question | None,
        shown: Shown | None,
        method: Method,
        axis: str,
        far: Any,
        band: str,
        published: bool,
        colour: str,
        kept: Kept,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Everything about a fit; the first one with method and sizes as before a reload."""
        look = (axis, far, band, published, colour)
        updates = self.on_question(opened, question, shown, method, *look, request)
        drawn = updates.get(self.shown)
        if shown is not None or not isinstance(drawn, tuple):
            yield updates
            return
        yield from growing(self._as_before(drawn, updates, method, kept, request))

    def _as_before(
        self, shown: Shown, updates: Updates, method: Method, kept: Kept, request: gr.Request
    ) -> Iterator[Updates]:
        sizes = [str(kept_of(kept, box) or "") for box in self.sizes]
        if any(sizes) and self.prediction in updates:
            given = [
                typed or updates[box].get("value") or ""
                for box, typed in zip(self.sizes, sizes, strict=True)
            ]
            for box, size in zip(self.sizes, given, strict=True):
                updates[box] = {**updates[box], "value": size}
            try:
                updates[self.prediction] = self._predicted(shown, language_of(request), *given)
            except InputProblem as problem:
                sentence = problem.sentence(language_of(request))
                updates[self.prediction] = note_html(sentence, "warning")
        yield updates
        if method not in _AT_ONCE and self.table in updates:
            yield {self.method: method}
            yield from self.on_method(shown, method, request)

    @visible_errors
    def on_question(
        self,
        opened: bool,
        question: Question | None,
        shown: Shown | None,
        method: Method,
        axis: str,
        far: Any,
        band: str,
        published: bool,
        colour: str,
        request: gr.Request,
    ) -> Updates:
        """Everything about a fit; nothing for those who have never opened the panel."""
        language = language_of(request)
        if not opened or (question, language) == shown:
            return {self.shown: gr.skip()}
        if question is None:
            note = note_html(say("scaling.fitted.none", language))
            return {self.shown: None, self.note: note, self.results: gr.update(visible=False)}
        answer = result_of(self.desk.answers.answering(question))
        view = asked.view_of(answer.law, axis, far, band, published, colour)
        refused = answer.verdict.status == "refused"
        updates: Updates = {
            self.shown: (question, language),
            self.note: results.verdict_html(answer, language),
            self.results: gr.update(visible=True),
            self.axis: gr.update(choices=_axes(answer, language), value=view.axis),
            self.words: gr.update(visible=not refused),
            self.finding: IDLE,
            self.lesson: IDLE,
        }
        updates |= self._plots(answer, view, language)
        updates |= self._table(answer, method if method in _AT_ONCE else METHODS[0], language)
        return updates if refused else updates | self._said(answer, language)

    def _plots(self, answer: Answer, view: View, language: Language) -> Updates:
        drawing = drawing_of(answer, view, self.registry.run)
        marks = marks_of(answer, view.axis)
        lines = []
        if len(marks.x) < marks.total:
            counts = {"drawn": f"{len(marks.x):,}", "total": f"{marks.total:,}"}
            lines.append(note_html(say("scaling.fitted.drawn", language, **counts)))
        if view.published:
            lines.append(note_html(say("scaling.fitted.levels", language)))
        truth = truth_of(answer.question.chosen.source)
        if truth and truth[0] != answer.law.key and len(answer.law.inputs) > 1:
            law = say(f"scaling.law.{truth[0]}", language)
            lines.append(note_html(say("scaling.fitted.truth_note", language, law=law)))
        return {
            self.loss: figures.loss_figure(drawing, marks, view, answer, language),
            self.residuals: figures.residual_figure(drawing, marks, view, answer, language),
            self.drawn: "".join(lines),
        }

    def _table(self, answer: Answer, method: Method, language: Language) -> Updates:
        intervals = self.found.kept(answer, method)
        assert intervals is not None  # these methods cost nothing
        marks = marks_of(answer, axes_of(answer.law)[0])
        return {
            self.method: method,
            self.table: results.table_html(answer, intervals, language),
            self.facts: results.facts_html(answer, language),
            self.csv: gr.update(value=results.parameters_file(answer, intervals)),
            self.csv_points: gr.update(
                value=results.predictions_file(
                    answer, marks, *(self._ends(answer, marks.sizes, of) for of in asked.BANDS[:2])
                )
            ),
        }

    def _ends(self, answer: Answer, sizes: Any, of: Any) -> list[list[float]]:
        bound = partial(prediction_band, answer.replicas, sizes, answer.question.level, of)
        band = self.registry.run(bound)  # thousands of points times thousands of replicas
        return [band.low.tolist(), band.high.tolist()]

    def _said(self, answer: Answer, language: Language) -> Updates:
        sizes = default_sizes(answer)
        code = snippet_of(answer)
        updates: Updates = {
            self.reading: notice_html(
                results.reading_sentences(answer, reading_of(answer), language)
            ),
            self.prediction: results.prediction_html(answer, predicted(answer, sizes), language),
            self.code: code,
            self.code_file: gr.update(value=write_snippet(code)),
        }
        for name, box in zip(_SIZES, self.sizes, strict=True):
            there = name in sizes
            updates[box] = gr.update(visible=there, value=f"{sizes[name]:.3g}" if there else "")
            if there and name == "x":
                label = say("scaling.fitted.size_named", language, name=answer.question.x)
                updates[box] = gr.update(visible=True, value=f"{sizes[name]:.3g}", label=label)
        return updates

    @visible_errors
    def on_look(
        self,
        shown: Shown | None,
        axis: str,
        far: Any,
        band: str,
        published: bool,
        colour: str,
        request: gr.Request,
    ) -> Updates:
        """The same fit, drawn otherwise."""
        if shown is None:
            return {self.drawn: gr.skip()}
        answer = self._answer(shown)
        view = asked.view_of(answer.law, axis, far, band, published, colour)
        return self._plots(answer, view, language_of(request))

    def _answer(self, shown: Shown) -> Answer:
        return result_of(self.desk.answers.answering(shown[0]))

    # --- intervals -----------------------------------------------------------------------------

    @visible_errors
    def on_method(
        self, shown: Shown | None, method: Method, request: gr.Request
    ) -> Iterator[Updates]:
        """Intervals by another method; those that fit anew report and can be stopped."""
        if shown is None:
            yield {self.finding: gr.skip()}
            return
        language, answer = language_of(request), self._answer(shown)
        what = say(f"scaling.fitted.finding.{method}", language) if method not in _AT_ONCE else ""
        intervals = yield from showing(
            paced(self.found.finding(answer, method)),
            lambda step: {
                self.finding: progress_html(what, step, language),
                self.stop: gr.update(visible=True),
            },
        )
        yield {
            self.table: results.table_html(answer, intervals, language),
            self.csv: gr.update(value=results.parameters_file(answer, intervals)),
            self.finding: IDLE,
            self.stop: gr.update(visible=False),
        }

    def on_stopped(self, shown: Shown | None, request: gr.Request) -> Updates:
        """The first method again, which costs nothing: dropdown and table shall agree."""
        language = language_of(request)
        updates: Updates = {
            self.finding: note_html(say("progress.cancelled", language)),
            self.stop: gr.update(visible=False),
        }
        if shown is not None:
            table = self._table(self._answer(shown), METHODS[0], language)
            updates |= {key: table[key] for key in (self.method, self.table, self.csv)}
        return updates

    # --- a loss that was not measured, other options, the lesson ---------------------------------

    def check_sizes(
        self, shown: Shown | None, n: str, d: str, x: str, request: gr.Request
    ) -> list[Any]:
        """Validator: a sentence at the size that is none."""
        language = language_of(request)
        wanted = self._answer(shown).law.inputs if shown else ()
        checks = [field(None)]
        for name, cell in zip(_SIZES, (n, d, x), strict=True):
            problem = problem_or_none(lambda cell=cell: read_size(cell), language)  # type: ignore[misc]
            checks.append(field(problem if name in wanted else None))
        return checks

    @visible_errors
    def on_predict(self, shown: Shown | None, n: str, d: str, x: str, request: gr.Request) -> str:
        """The loss at sizes that a visitor typed."""
        return IDLE if shown is None else self._predicted(shown, language_of(request), n, d, x)

    def _predicted(self, shown: Shown, language: Language, n: str, d: str, x: str) -> str:
        """Raises InputProblem for what is no size."""
        answer = self._answer(shown)
        typed = dict(zip(_SIZES, (n, d, x), strict=True))
        sizes = {name: read_size(typed[name]) for name in answer.law.inputs}
        return results.prediction_html(answer, predicted(answer, sizes), language)

    def check_options(
        self,
        chosen: Any,
        law: str,
        x: str,
        objective: Any,
        delta: Any,
        resampling: Any,
        replicas: Any,
        level: Any,
        seed: Any,
        request: gr.Request,
    ) -> list[Any]:
        """Validator: what the points cannot carry at the law, what means nothing at its field."""
        language = language_of(request)
        bar = self.desk.check_asked(chosen, law, x, request)
        checks = [
            lambda: asked.check_objective(objective),
            lambda: asked.check_delta(delta) if objective == "huber_log" else None,
            lambda: asked.check_resampling(resampling),
            lambda: asked.check_whole(replicas, *asked.REPLICAS),
            lambda: asked.check_level(level),
            lambda: asked.check_whole(seed, 0, asked.LAST_SEED),
        ]
        return [*bar, *(field(problem_or_none(check, language)) for check in checks)]

    @visible_errors
    def on_again(
        self,
        chosen: Any,
        law: str,
        x: str,
        objective: Any,
        delta: Any,
        resampling: Any,
        replicas: Any,
        level: Any,
        seed: Any,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """The bar's points and law with other options; the bar shows progress and its Cancel."""
        options = (objective, delta, resampling, replicas, level, seed)
        question = asked.with_options(asked_of(chosen, law, x), *options)
        yield from self.desk.fitting(question, language_of(request))

    @visible_errors
    def on_lesson(self, shown: Shown | None, request: gr.Request) -> Iterator[str]:
        """L-BFGS on the mean and on the sum."""
        if shown is None:
            yield IDLE
            return
        language = language_of(request)
        yield note_html(say("scaling.fitted.lesson.running", language))
        yield lesson_html(lesson_of(self._answer(shown), self.registry.run), language)


def _common() -> dict[str, Any]:
    return {"show_progress": "hidden", "api_visibility": "private"}


def _name(key: str) -> str:
    return cast(str, text(f"scaling.fitted.{key}"))


def _choice(name: str, choices: list[tuple[str, str]], value: str) -> gr.Dropdown:
    return gr.Dropdown(
        cast(Any, choices),
        value=value,
        label=text(f"scaling.fitted.{name}"),
        min_width=170,
        elem_id=f"scaling-fit-{name}",
    )


def _axes(answer: Answer, language: Language) -> list[tuple[str, str]]:
    """What a law can be drawn along; the x of a law in one variable has its column's name."""
    return [
        (answer.question.x if axis == "x" else say(f"scaling.fitted.axis.{axis}", language), axis)
        for axis in axes_of(answer.law)
    ]


def _download(key: str, elem_id: str) -> gr.DownloadButton:
    return gr.DownloadButton(_name(key), size="sm", elem_id=elem_id)
