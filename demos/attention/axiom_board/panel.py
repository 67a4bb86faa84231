"""Axioms: layout and wiring. It parses, calls, and shows.

The text field is the one source of the vector; the past of that field is remembered beside it. No
model is asked: everything is a dozen numbers on the registry's device.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any, cast

import gradio as gr

from demos.attention.axiom_board import figures, results
from demos.attention.axiom_board.bars import SCRIPT, bars_html
from demos.attention.axiom_board.board import (
    GIVERS,
    Found,
    Giver,
    check_move,
    indices_with,
    judge_vector,
    press,
    search_index,
)
from demos.attention.axiom_board.plane import HIGH, LOW, find_case, searching
from demos.attention.axiom_board.vector import PRESETS, as_text, as_vector
from demos.attention.axioms import AXIOMS, Plane
from demos.attention.desk import Desk
from demos.attention.sparsity import INDICES, Axiom
from demos.frame.errors import InputProblem, field, problem_or_none, visible_errors
from demos.frame.formula import formula_markdown
from demos.frame.laid_out import first_selection
from demos.frame.log_slider import as_number, log_slider
from demos.frame.progress import IDLE, note_html, progress_html, say_cancelled
from demos.frame.steps import growing, showing
from demos.frame.strings import Language, language_of, say, text
from demos.frame.svg import svg_button
from models.work import Progress

DEFAULT_VECTOR = PRESETS["claim"]
DEFAULT_Q, DEFAULT_P = 2.0, 4.0  # where the post's claim fails for the vector above
DEFAULT_SHARE = 0.2
_MOST_UNDONE = 30

Updates = dict[Any, Any]


class AxiomsPanel:
    """Components as attributes, handlers as methods."""

    def __init__(self, desk: Desk):
        self.registry = desk.registry
        # The same for all visitors: what random search finds, and the plane. Made when first asked.
        self._found: dict[str, Found] = {}
        self._plane: Plane | None = None
        gr.Markdown(text("attention.axioms.intro"))
        self._lay_out_vector()
        self._lay_out_board()
        formula_markdown("attention.axioms.plane_intro")
        self._lay_out_plane()
        with gr.Accordion(text("about"), open=False, elem_id="attention-axioms-about"):
            formula_markdown("attention.axioms.about_text")
        self._wire_vector()
        self._wire_plane()

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_vector(self) -> None:
        with gr.Row():
            with gr.Column(scale=6, min_width=320):
                with gr.Row():
                    self.vector = gr.Textbox(
                        DEFAULT_VECTOR,
                        label=text("attention.axioms.vector"),
                        info=text("attention.axioms.vector_hint"),
                        max_lines=1,
                        scale=3,
                        min_width=220,
                        elem_id="attention-axioms-vector",
                    )
                    self.preset = gr.Dropdown(
                        [(text(f"attention.axioms.preset.{key}"), key) for key in PRESETS],
                        value="claim",
                        label=text("attention.axioms.preset"),
                        info=text("attention.axioms.preset_hint"),
                        scale=2,
                        min_width=170,
                        elem_id="attention-axioms-preset",
                    )
                self.bars = gr.HTML(js_on_load=SCRIPT, elem_id="attention-axioms-bars")
            with gr.Column(scale=5, min_width=320):
                self._lay_out_buttons()
        self.move = gr.HTML(elem_id="attention-axioms-move")

    def _lay_out_buttons(self) -> None:
        with gr.Row(elem_classes="kl-six"):
            self.buttons: dict[Axiom, gr.Button] = {
                axiom: gr.Button(
                    cast(str, text(f"attention.axioms.button.{axiom}")),
                    min_width=140,
                    elem_id=f"attention-axioms-{axiom}",
                )
                for axiom in AXIOMS
            }
        with gr.Row():
            self.giver = gr.Radio(
                [(text(f"attention.axioms.giver.{key}"), key) for key in GIVERS],
                value="second",
                label=text("attention.axioms.giver"),
                min_width=170,
                elem_id="attention-axioms-giver",
            )
            self.share = gr.Slider(
                0.05,
                0.5,
                value=DEFAULT_SHARE,
                step=0.05,
                label=text("attention.axioms.share"),
                info=text("attention.axioms.share_hint"),
                min_width=170,
                elem_id="attention-axioms-share",
            )
        self.undo = gr.Button(
            text("attention.axioms.undo"),
            size="sm",
            interactive=False,
            elem_id="attention-axioms-undo",
        )

    def _lay_out_board(self) -> None:
        gr.Markdown(text("attention.axioms.board"))
        self.board = gr.HTML(js_on_load=results.BOARD_SCRIPT, elem_id="attention-axioms-board")
        with gr.Row():
            self.progress = gr.HTML(elem_id="attention-axioms-progress")
            self.cancel = gr.Button(
                text("cancel"),
                visible=False,
                size="sm",
                scale=0,
                min_width=110,
                elem_id="attention-axioms-cancel",
            )
        self.case, self.use = _case("cell")

    def _lay_out_plane(self) -> None:
        with gr.Row():
            with gr.Column(scale=4, min_width=300):
                self.axiom = gr.Dropdown(
                    [(text(f"attention.axioms.axiom.{axiom}"), axiom) for axiom in AXIOMS],
                    value="D1",
                    label=text("attention.axioms.plane_axiom"),
                    elem_id="attention-axioms-axiom",
                )
                self.q = log_slider("q", LOW, HIGH, DEFAULT_Q, "attention-axioms-q")
                self.p = log_slider("p", LOW, HIGH, DEFAULT_P, "attention-axioms-p")
                self.find = gr.Button(
                    text("attention.axioms.find"),
                    variant="primary",
                    elem_id="attention-axioms-find",
                )
                self.example, self.use_example = _case("plane")
            with gr.Column(scale=7, min_width=340):
                self.plot = gr.Plot(show_label=False, elem_id="attention-axioms-plane")
                svg_button("attention-axioms-plane", "sparsity-axioms-plane")

    # --- wiring --------------------------------------------------------------------------------

    def _wire_vector(self) -> None:
        self.opened = first_selection("attention_axioms", "attention-axioms-about")
        self.past: gr.State = gr.State([])  # texts of the field, the present one last
        self.found, self.found_example = gr.State([]), gr.State([])  # vectors that can be used
        given = [self.vector, self.past, self.q, self.p]
        shown = [self.past, self.undo, self.bars, self.move, self.board]
        gr.on(
            [self.opened.change, self.vector.submit, self.vector.blur],
            self.on_vector,
            given,
            shown,
            validator=_check_vector,
            trigger_mode="always_last",
            api_name="attention_axioms_vector",
            **_COMMON,
        )
        with_text = [self.vector, self.preset, *shown]
        self.preset.input(
            self.on_preset,
            [self.preset, *given],
            with_text,
            api_name="attention_axioms_preset",
            **_COMMON,
        )
        self.bars.release(
            self.on_bars,
            given,
            with_text,
            trigger_mode="always_last",
            api_name="attention_axioms_bars",
            **_COMMON,
        )
        for axiom, button in self.buttons.items():
            button.click(
                self._press(axiom),
                [*given, self.giver, self.share],
                with_text,
                validator=_check_press(axiom),
                api_name=f"attention_axioms_{axiom.lower()}",
                **_COMMON,
            )
        self.undo.click(self.on_undo, given, with_text, api_name="attention_axioms_undo", **_COMMON)

    def _wire_plane(self) -> None:
        shown = [self.past, self.undo, self.bars, self.move, self.board]
        given = [self.vector, self.past, self.q, self.p]
        # One listener that waits for the last of many moves: with two, each would call the other.
        moved = gr.on(
            [self.q.input, self.p.input],
            self.on_star,
            [self.vector, self.q, self.p],
            self.board,
            trigger_mode="always_last",
            api_name="attention_axioms_star",
            **_COMMON,
        )
        # One search after the other, each with the fields as they are then.
        search = [self.on_plane, [self.axiom, self.q, self.p]]
        searched = [self.plot, self.progress, self.cancel]
        searches = [
            gr.on(
                [self.opened.change, self.axiom.input],
                *search,
                searched,
                trigger_mode="always_last",
                api_name="attention_axioms_plane",
                **_COMMON,
            ),
            moved.then(
                *search,
                searched,
                trigger_mode="always_last",
                api_name="attention_axioms_plane_moved",
                **_COMMON,
            ),
        ]
        self.find.click(
            self.on_find,
            [self.axiom, self.q, self.p],
            [self.example, self.found_example, self.use_example],
            api_name="attention_axioms_find",
            **_COMMON,
        )
        self.board.select(
            self.on_cell,
            [self.q, self.p],
            [self.case, self.found, self.use],
            api_name="attention_axioms_cell",
            **_COMMON,
        )
        for name, button, found in (
            ("cell", self.use, self.found),
            ("plane", self.use_example, self.found_example),
        ):
            button.click(
                self.on_use,
                [found, *given],
                [self.vector, self.preset, *shown],
                api_name=f"attention_axioms_use_{name}",
                **_COMMON,
            )
        self.cancel.click(
            None,
            cancels=searches,
            api_name="attention_axioms_cancel",
            **_COMMON,
        ).then(
            _cancelled,
            None,
            [self.progress, self.cancel],
            queue=False,
            api_name="attention_axioms_cancelled",
            **_COMMON,
        )

    # --- handlers: the vector ------------------------------------------------------------------

    @visible_errors
    def on_vector(
        self, vector: str, past: list[str], q: str, p: str, request: gr.Request
    ) -> Updates:
        """Another vector is typed; leaving the field as it was keeps what is shown."""
        if past and past[-1] == vector:
            return {self.past: past}
        return self._show(vector, past, q, p, language_of(request))

    @visible_errors
    def on_preset(
        self,
        preset: str | None,
        vector: str,
        past: list[str],
        q: str,
        p: str,
        request: gr.Request,
    ) -> Updates:
        """One of the vectors that are offered."""
        if preset not in PRESETS:
            return {self.past: past}
        shown = self._renewed(PRESETS[preset], past, q, p, language_of(request))
        return shown | {self.preset: preset}

    @visible_errors
    def on_bars(
        self,
        vector: str,
        past: list[str],
        q: str,
        p: str,
        event: gr.EventData,
        request: gr.Request,
    ) -> Updates:
        """A bar was dragged, added or removed."""
        entries = as_vector(" ".join(str(value) for value in event.values))
        return self._renewed(as_text(entries), past, q, p, language_of(request))

    @visible_errors
    def on_undo(self, vector: str, past: list[str], q: str, p: str, request: gr.Request) -> Updates:
        """The vector before the last change."""
        language = language_of(request)
        if len(past) < 2:
            return {self.undo: gr.update(interactive=False)}
        return self._renewed(past[-2], past[:-2], q, p, language)

    @visible_errors
    def on_use(
        self,
        found: list[float],
        vector: str,
        past: list[str],
        q: str,
        p: str,
        request: gr.Request,
    ) -> Updates:
        """The vector of a counterexample becomes the one at hand."""
        return self._renewed(as_text(found), past, q, p, language_of(request))

    def _press(self, axiom: Axiom) -> Callable[..., Updates]:
        @visible_errors
        def on_press(
            vector: str,
            past: list[str],
            q: str,
            p: str,
            giver: Giver,
            share: float,
            request: gr.Request,
        ) -> Updates:
            """Make the axiom's move and show what each index makes of it."""
            language = language_of(request)
            exponents = as_number(q, LOW, HIGH), as_number(p, LOW, HIGH)
            there = past if past and past[-1] == vector else [*past, vector]
            made = self.registry.run(press, axiom, as_vector(vector), share, giver, *exponents)
            shown = self._renewed(as_text(made.y), there, q, p, language)
            changed = [i for i, entry in enumerate(made.y) if i >= len(made.x) or i in made.ends]
            return {
                **shown,
                self.move: results.move_html(made, language),
                self.bars: bars_html(made.y, language, editable=True, marked=changed),
            }

        return on_press

    # --- handlers: axioms ----------------------------------------------------------------------

    @visible_errors
    def on_plane(self, axiom: Axiom, q: str, p: str, request: gr.Request) -> Iterator[Updates]:
        """Another axiom or place on the plane; the first time, all is searched before."""
        language = language_of(request)
        yield from growing(self._search_all(axiom, q, p, language))

    @visible_errors
    def on_star(self, vector: str, q: str, p: str, request: gr.Request) -> Any:
        """Another S*_{q,p}: the board has a row of it."""
        language = language_of(request)
        if problem_or_none(lambda: as_vector(vector), language) is not None:
            return gr.skip()  # said at the field
        return self._board(as_vector(vector), q, p, language)

    @visible_errors
    def on_find(self, axiom: Axiom, q: str, p: str, request: gr.Request) -> Updates:
        """A counterexample at one (q, p)."""
        language = language_of(request)
        exponents = as_number(q, LOW, HIGH), as_number(p, LOW, HIGH)
        case = self.registry.run(find_case, *exponents, axiom)
        found = list(case.short.x) if case.short else []
        return {
            self.example: results.case_html(case, *exponents, axiom, language),
            self.found_example: found,
            self.use_example: gr.update(visible=bool(found)),
        }

    @visible_errors
    def on_cell(self, q: str, p: str, event: gr.EventData, request: gr.Request) -> Updates:
        """A cell of the board: what random search finds against this index and axiom."""
        language = language_of(request)
        key, axiom = str(event.index), cast(Axiom, str(event.axiom))
        exponents = as_number(q, LOW, HIGH), as_number(p, LOW, HIGH)
        indices = indices_with(*exponents)
        if key not in indices or axiom not in AXIOMS:
            raise InputProblem("attention.axioms.no_cell")
        if key in INDICES:
            counterexample = self._search(key)[axiom]
            always = axiom in INDICES[key].axioms
            page = results.search_html(key, axiom, always, counterexample, language)
        else:
            case = self.registry.run(find_case, *exponents, axiom)
            counterexample = case.short
            page = results.case_html(case, *exponents, axiom, language)
        found = list(counterexample.x) if counterexample else []
        return {self.case: page, self.found: found, self.use: gr.update(visible=bool(found))}

    # --- what is shown -------------------------------------------------------------------------

    def _renewed(self, vector: str, past: list[str], q: str, p: str, language: Language) -> Updates:
        """The vector and all that is about it; it is one of those offered no longer."""
        shown = self._show(vector, past, q, p, language)
        return {self.vector: vector, self.preset: None, **shown}

    def _show(self, vector: str, past: list[str], q: str, p: str, language: Language) -> Updates:
        entries = as_vector(vector)
        texts = [*past, vector][-_MOST_UNDONE:]
        return {
            self.past: texts,
            self.undo: gr.update(interactive=len(texts) > 1),
            self.bars: bars_html(entries, language, editable=True),
            self.move: IDLE,
            self.board: self._board(entries, q, p, language),
        }

    def _board(self, vector: tuple[float, ...], q: str, p: str, language: Language) -> str:
        exponents = as_number(q, LOW, HIGH), as_number(p, LOW, HIGH)
        verdicts = self.registry.run(judge_vector, vector, *exponents)
        return results.board_html(verdicts, *exponents, language)

    def _search(self, key: str) -> Found:
        if key not in self._found:
            self._found[key] = self.registry.run(search_index, key)
        return self._found[key]

    def _search_all(
        self, axiom: Axiom, q: str, p: str, language: Language
    ) -> Generator[Updates, None, None]:
        yield from self._searched(language)
        yield from self._draw_plane(axiom, q, p, language)
        agreed = note_html(results.agreement(self._found, language))
        yield {self.progress: agreed, self.cancel: gr.update(visible=False)}

    def _searched(self, language: Language) -> Iterator[Updates]:
        for place, key in enumerate(INDICES):
            if key not in self._found:
                step = Progress(place, len(INDICES), 0.0, share=place / len(INDICES))
                yield self._working("searching", step, language)
                self._search(key)

    def _draw_plane(
        self, axiom: Axiom, q: str, p: str, language: Language
    ) -> Generator[Updates, None, None]:
        if self._plane is None:
            self._plane = yield from showing(
                searching(self.registry), lambda step: self._working("walking", step, language)
            )
            yield {self.progress: IDLE}
        yield self._plane_shown(self._plane, axiom, q, p, language)

    def _plane_shown(
        self, plane: Plane, axiom: Axiom, q: str, p: str, language: Language
    ) -> Updates:
        exponents = as_number(q, LOW, HIGH), as_number(p, LOW, HIGH)
        return {
            self.plot: figures.plane_figure(plane, axiom, *exponents, language),
            self.cancel: gr.update(visible=False),
        }

    def _working(self, what: str, step: Progress, language: Language) -> Updates:
        bar = progress_html(say(f"attention.axioms.{what}", language), step, language)
        return {self.progress: bar, self.cancel: gr.update(visible=True)}


_COMMON: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def _case(name: str) -> tuple[gr.HTML, gr.Button]:
    """A counterexample, and a button that brings its vector into the field."""
    page = gr.HTML(elem_id=f"attention-axioms-{name}-case")
    button = gr.Button(
        text("attention.axioms.use"),
        size="sm",
        visible=False,
        elem_id=f"attention-axioms-{name}-use",
    )
    return page, button


def _cancelled(request: gr.Request) -> tuple[str, Any]:
    note, _ = say_cancelled(request)
    return note, gr.update(visible=False)


# --- validators: one answer a component among the inputs -----------------------------------------


def _check_vector(vector: str, past: list[str], q: str, p: str, request: gr.Request) -> list[Any]:
    problem = problem_or_none(lambda: as_vector(vector), language_of(request))
    return [field(problem), *(field(None) for _ in range(3))]


def _check_press(axiom: Axiom) -> Callable[..., list[Any]]:
    def validator(
        vector: str,
        past: list[str],
        q: str,
        p: str,
        giver: Giver,
        share: float,
        request: gr.Request,
    ) -> list[Any]:
        language = language_of(request)
        problem = problem_or_none(lambda: as_vector(vector), language)
        # Not at the vector: leaving that field checks it too, and may be answered later.
        stuck = None
        if problem is None and axiom == "D1":
            stuck = problem_or_none(lambda: check_move(axiom, as_vector(vector), giver), language)
        return [field(problem), *(field(None) for _ in range(3)), field(stuck), field(None)]

    return validator
