"""A corpus of one's own: layout and wiring."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any, cast

import gradio as gr

from demos.frame.errors import InputProblem, field, problem_or_none, visible_errors
from demos.frame.export import write_zip
from demos.frame.first_values import in_chinese
from demos.frame.formula import formula_markdown
from demos.frame.language_notice import Cards, Choice, LanguageNotice, Languages
from demos.frame.progress import IDLE, duration, note_html, progress_html
from demos.frame.strings import Language, language_of, say, text
from demos.frame.untried import untried_html
from demos.retrieval.building import (
    DEFAULT_ANCHORS,
    DEFAULT_BI_ENCODER,
    DEFAULT_CROSS_ENCODER,
    MOST_ANCHORS,
    Builder,
    BuildStep,
    Plan,
    estimate,
    make_plan,
)
from demos.retrieval.corpus import Corpus, columns_of, read_corpus
from demos.retrieval.desk import Desk
from demos.retrieval.indexing.endpoint import make_retrieval_build
from demos.retrieval.passages import PASSAGE_WORDS, PassageRule
from demos.retrieval.reach import find_reach
from demos.retrieval.scorer import purpose
from models.catalog import ModelKind
from models.hub_files import HUB_PREFIX
from models.languages import readers

Updates = dict[Any, Any]
Own = list[tuple[str, str]]  # titles and keys of the indexes that this session has built

_FEWEST_ANCHORS, _MOST_OFFERED = 5, 60
_CHINESE_MODELS: dict[ModelKind, tuple[str, ...]] = {
    "bi-encoder": ("multilingual-e5-small", "cosent-bi-zh"),
    "cross-encoder": ("cosent-cross-zh",),
}


class IndexingPanel:
    """Components as attributes, handlers as methods."""

    def __init__(self, desk: Desk):
        self.desk, self.registry, self.shelf = desk, desk.context.registry, desk.shelf
        self.builder = Builder(self.registry, self.shelf.folder)
        gr.Markdown(text("retrieval.indexing.intro"))
        self.own = gr.State(Own())
        self._lay_out()
        with gr.Accordion(text("about"), open=False, elem_id="retrieval-indexing-about"):
            formula_markdown("retrieval.indexing.about_text")
        self._wire()

    # --- layout --------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        with gr.Row():
            with gr.Column(scale=6, min_width=320):
                # No file_types: a wrong file shall reach the check that says what is wrong.
                self.file = gr.File(
                    label=text("retrieval.indexing.file"),
                    height=150,
                    elem_id="retrieval-indexing-file",
                )
                self.hub = gr.Textbox(
                    label=text("retrieval.indexing.hub"),
                    placeholder="hub:owner/name/file.parquet",
                    elem_id="retrieval-indexing-hub",
                )
                self.column = gr.Dropdown(
                    [],
                    label=text("retrieval.indexing.column"),
                    visible=False,
                    elem_id="retrieval-indexing-column",
                )
            with gr.Column(scale=5, min_width=320):
                self.anchors = gr.Slider(
                    _FEWEST_ANCHORS,
                    _MOST_OFFERED,
                    value=DEFAULT_ANCHORS,
                    step=5,
                    label=text("retrieval.indexing.anchors"),
                    info=text("retrieval.indexing.anchors_hint"),
                    elem_id="retrieval-indexing-anchors",
                )
                with gr.Accordion(text("retrieval.indexing.documents"), open=False):
                    self.passages = gr.Checkbox(
                        label=text("retrieval.indexing.passages"),
                        info=text("retrieval.indexing.passages_hint"),
                        elem_id="retrieval-indexing-passages",
                    )
                    self.words = gr.Slider(
                        *PASSAGE_WORDS,
                        value=PassageRule().words,
                        step=10,
                        label=text("retrieval.indexing.words"),
                        elem_id="retrieval-indexing-words",
                    )
                with gr.Accordion(text("retrieval.indexing.models"), open=False):
                    self.bi = self._models("bi-encoder", DEFAULT_BI_ENCODER)
                    self.cross = self._models("cross-encoder", DEFAULT_CROSS_ENCODER)
        self.note = gr.HTML(elem_id="retrieval-indexing-note")
        self.unread = LanguageNotice([self.bi, self.cross], self._cards, self._instead, run=None)
        with gr.Row():
            self.build = gr.Button(
                text("retrieval.indexing.build"),
                variant="primary",
                min_width=200,  # its words fit on one line beside Cancel, on a phone too
                elem_id="retrieval-indexing-build",
            )
            self.cancel = gr.Button(
                text("cancel"),
                interactive=False,
                min_width=100,
                elem_id="retrieval-indexing-cancel",
            )
            self.download = gr.DownloadButton(
                cast(str, text("retrieval.indexing.download")),
                interactive=False,
                elem_id="retrieval-indexing-download",
            )
        self.progress = gr.HTML(elem_id="retrieval-indexing-progress")

    def _models(self, kind: Any, value: str) -> gr.Dropdown:
        chooser = gr.Dropdown(
            [(card.title, card.key) for card in self.registry.cards(None, kind)],
            value=value,
            label=text(f"retrieval.indexing.{kind}"),
            allow_custom_value=self.registry.allow_hub_ids,
            elem_id=f"retrieval-indexing-{kind}",
        )
        self.desk.context.own_models.follow(chooser, kind)
        chinese = self.registry.catalog.embedded_among(_CHINESE_MODELS[kind])
        return in_chinese(chooser, next(iter(chinese), value))

    def _cards(self, keys: tuple[str, str]) -> Cards:
        return [self.registry.card(key) for key in keys if "/" not in key]

    def _instead(self, texts_in: Languages, cards: Cards, language: Language) -> Choice | None:
        """A bi-encoder and a cross-encoder that read these languages."""
        found = [
            readers(self.registry.catalog.of_kind(kind), texts_in, [kind], preferred)
            for kind, preferred in _CHINESE_MODELS.items()
        ]
        if not all(found):
            return None
        name = say("languages.and", language).join(cards[0].title for cards in found)
        return tuple(cards[0].key for cards in found), name

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self) -> None:
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        source = [self.file, self.hub, self.column]
        chosen = [*source, self.passages, self.words, self.anchors, self.bi, self.cross]
        read = self.file.upload(
            self.on_file,
            self.file,
            [self.column, self.hub, self.note],
            api_name="retrieval_indexing_file",
            **common,
        )
        # Looks at nothing: a look that ends takes away what is said of an address typed meanwhile.
        self.file.clear(
            self.on_no_file,
            None,
            [self.column, self.note, *self.unread.outputs],
            api_name="retrieval_indexing_no_file",
            **common,
        )
        # With a validator: the first sign of an event takes away what another's validator said of
        # its inputs, and a click on Build may have been quicker than the reading.
        looking: dict[str, Any] = {"validator": self.check_look, "trigger_mode": "always_last"}
        told = [self.note, *self.unread.outputs]
        seen, _ = (
            after.success(
                self.on_look,
                chosen,
                told,
                api_name=f"retrieval_indexing_{name}",
                **looking,
                **common,
            )
            for name, after in (("read", read), ("reading", self.unread.chosen))
        )
        changed = [
            self.hub.submit,
            self.column.input,
            self.passages.input,
            self.words.release,
            self.anchors.release,
            self.bi.input,
            self.cross.input,
        ]
        look = gr.on(
            changed,
            self.on_look,
            chosen,
            told,
            api_name="retrieval_indexing_look",
            **looking,
            **common,
        )
        outputs = [
            *(self.progress, self.cancel, self.download, self.own),
            *told,
            self.desk.corpus,
        ]
        run = self.build.click(
            self.on_build,
            [*chosen, self.own],
            outputs,
            validator=self.check_build,
            cancels=[seen, look],
            trigger_mode="once",
            api_name="retrieval_indexing_build",
            **common,
        )
        self.cancel.click(None, cancels=[run], api_name="retrieval_indexing_cancel", **common).then(
            self.on_cancelled,
            chosen,
            [self.progress, self.cancel],
            queue=False,
            api_name="retrieval_indexing_cancelled",
            **common,
        )
        gr.api(make_retrieval_build(self.registry, self.builder), api_name="retrieval_build")

    # --- handlers ------------------------------------------------------------------------------

    def check_build(
        self,
        path: str | None,
        hub: str,
        column: str | None,
        passages: bool,
        words: float,
        anchors: float,
        bi: str,
        cross: str,
        own: Own,
        request: gr.Request,
    ) -> list[Any]:
        """Validator: what is wrong is said at the file, or at the hub's address."""
        rule = _rule(passages, words)
        return [*_problems(path, hub, column, rule, language_of(request)), *[field(None)] * 7]

    def check_look(
        self,
        path: str | None,
        hub: str,
        column: str | None,
        passages: bool,
        words: float,
        anchors: float,
        bi: str,
        cross: str,
        request: gr.Request,
    ) -> list[Any]:
        """Validator of a look: there is nothing to say while there is nothing to look at."""
        if path is None and not hub.strip():
            return [field(None)] * 8
        rule = _rule(passages, words)
        return [*_problems(path, hub, column, rule, language_of(request)), *[field(None)] * 6]

    def on_no_file(self) -> Updates:
        """The file was taken away: no columns, nothing to say."""
        return {
            self.column: gr.update(choices=[], value=None, visible=False),
            self.note: IDLE,
            **self.unread.nothing(),
        }

    @visible_errors
    def on_file(self, path: str, request: gr.Request) -> tuple[Any, Any, str]:
        """The file's columns, and what is recognised as the text."""
        try:
            columns, best = columns_of(path)
        except InputProblem:  # the validator of the look that follows says it at the file
            return gr.update(choices=[], value=None, visible=False), gr.skip(), IDLE
        several = len(columns) > 1
        return gr.update(choices=columns, value=best, visible=several), "", IDLE

    @visible_errors
    def on_look(
        self,
        path: str | None,
        hub: str,
        column: str | None,
        passages: bool,
        words: float,
        anchors: float,
        bi: str,
        cross: str,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """What was read, and what an index of it costs."""
        if path is None and not hub.strip():
            yield {self.note: IDLE, **self.unread.nothing()}
            return
        language = language_of(request)
        corpus = _corpus(path, hub, column, _rule(passages, words))
        read = self._read_note(corpus, bi, cross, language)
        estimating = note_html(say("retrieval.indexing.estimating", language))
        yield {
            self.note: read + estimating,
            **self.unread.updates(corpus.texts, (bi, cross), language),
        }
        plan = self._plan(corpus, anchors, bi, cross)
        read += self._reach_note(corpus, bi, cross, language)
        yield {self.note: read + note_html(self._estimate(plan, language))}

    @visible_errors
    def on_build(
        self,
        path: str | None,
        hub: str,
        column: str | None,
        passages: bool,
        words: float,
        anchors: float,
        bi: str,
        cross: str,
        own: Own,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Build; what was built before is not built again. At the end it is the chosen corpus."""
        language = language_of(request)
        corpus = _corpus(path, hub, column, _rule(passages, words))
        plan = self._plan(corpus, anchors, bi, cross)
        working: Updates = {
            self.note: self._read_note(corpus, bi, cross, language),
            **self.unread.updates(corpus.texts, (bi, cross), language),
            self.cancel: gr.update(interactive=True),
        }
        starting = note_html(say("retrieval.indexing.starting", language))
        yield working | {self.progress: starting}
        try:
            with closing(self.builder.build(plan, request.session_hash)) as steps:
                for step in steps:
                    yield working | {self.progress: _progress(step, language)}
            self.shelf.forget(plan.key)
            self.shelf.open(plan.key)
            yield self._built(plan, own, language)
        except Exception:  # said by `visible_errors`; the buttons shall not look busy meanwhile
            yield {self.progress: IDLE, self.cancel: gr.update(interactive=False)}
            raise

    def on_cancelled(
        self,
        path: str | None,
        hub: str,
        column: str | None,
        passages: bool,
        words: float,
        anchors: float,
        bi: str,
        cross: str,
        request: gr.Request,
    ) -> tuple[str, Any]:
        """What is kept of a cancelled build."""
        language = language_of(request)
        rest = gr.update(interactive=False)
        try:
            corpus = _corpus(path, hub, column, _rule(passages, words))
            plan = self._plan(corpus, anchors, bi, cross)
        except Exception:  # another file has come meanwhile: there is nothing to say of it
            return note_html(say("progress.cancelled", language)), rest
        self.builder.stop(plan, request.session_hash)
        kept = say("retrieval.indexing.cancelled", language, done=plan.calls_done, calls=plan.calls)
        return note_html(kept), rest

    # --- what is shown -------------------------------------------------------------------------

    def _plan(self, corpus: Corpus, anchors: float, bi: str, cross: str) -> Plan:
        return make_plan(
            self.registry, self.builder.root, corpus, min(int(anchors), MOST_ANCHORS), bi, cross
        )

    def _reach_note(self, corpus: Corpus, bi: str, cross: str, language: Language) -> str:
        """What the scorer is good for, and how many texts are read only in part."""
        html = note_html(purpose(self.registry.card(cross), language))
        found = find_reach(self.registry, corpus.texts, (bi, cross))
        if found is not None:
            values = vars(found) | {"model": self.registry.title(found.model)}
            say_so = say("retrieval.indexing.reach", language, n=len(corpus.texts), **values)
            html += note_html(say_so, "warning")
        return html

    def _read_note(self, corpus: Corpus, bi: str, cross: str, language: Language) -> str:
        cards = [self.registry.card(key) for key in (bi, cross)]
        return _read_note(corpus, language) + untried_html(cards, language)

    def _estimate(self, plan: Plan, language: Language) -> str:
        if plan.built:
            return say("retrieval.indexing.known", language)
        judged = estimate(self.registry, plan)
        note = say(
            "retrieval.indexing.estimate",
            language,
            anchors=plan.anchors,
            n=len(plan.corpus.texts),
            calls=plan.calls,
            time=duration(judged.seconds, language),
            memory=max(1, round(judged.memory / 1e6)),
            disk=max(1, round(judged.disk / 1e6)),
        )
        if plan.calls_done:
            note += say("retrieval.indexing.resumes", language, done=plan.calls_done)
        return note

    def _built(self, plan: Plan, own: Own, language: Language) -> Updates:
        title = say(
            "retrieval.indexing.title",
            language,
            name=plan.corpus.title,
            n=len(plan.corpus.texts),
            anchors=plan.anchors,
        )
        own = [*((t, k) for t, k in own if k != plan.key), (title, plan.key)]
        archive = write_zip("retrieval-index", plan.folder)
        return {
            self.progress: note_html(say("retrieval.indexing.done", language)),
            self.cancel: gr.update(interactive=False),
            self.download: gr.update(value=archive, interactive=True),
            self.own: own,
            self.desk.corpus: gr.update(choices=self.desk.choices(own, language), value=plan.key),
        }


def _read_note(corpus: Corpus, language: Language) -> str:
    """What was read."""
    count = corpus.document_count
    note = say("retrieval.indexing.read", language, n=count, name=corpus.title)
    if corpus.documents is not None:
        note += say("retrieval.indexing.split", language, n=len(corpus.texts))
    for name in ("empty", "repeated", "cut"):
        count = getattr(corpus, name)
        if count:
            note += say(f"retrieval.indexing.{name}", language, n=count)
    return note_html(note)


def _rule(passages: bool, words: float) -> PassageRule | None:
    return PassageRule(int(words)) if passages else None


def _corpus(path: str | None, hub: str, column: str | None, rule: PassageRule | None) -> Corpus:
    if path is not None:
        return read_corpus(path, column, rule)
    address = hub.strip()
    if not address:
        raise InputProblem("retrieval.indexing.nothing")
    return read_corpus(HUB_PREFIX + address.removeprefix(HUB_PREFIX), None, rule)


def _problems(
    path: str | None, hub: str, column: str | None, rule: PassageRule | None, language: Language
) -> list[Any]:
    """The validator's answers for the file and for the hub's address."""
    problem = problem_or_none(lambda: _corpus(path, hub, column, rule), language)
    if path is None and hub.strip():
        return [field(None), field(problem)]
    return [field(problem), field(None)]


def _progress(step: BuildStep, language: Language) -> str:
    if step.part == "fitting":
        return note_html(say("retrieval.indexing.fitting", language))
    return progress_html(say(f"retrieval.indexing.{step.part}", language), step.progress, language)
