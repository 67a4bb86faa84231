"""The posts' tables, our comparison, the probe set: layout and wiring."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, cast

import gradio as gr

from demos.frame.demo import AppContext
from demos.frame.errors import field, problem_or_none, sentence_for, visible_errors
from demos.frame.export import write_csv
from demos.frame.fields import check_known
from demos.frame.first_values import in_chinese
from demos.frame.formula import formula_markdown
from demos.frame.laid_out import first_selection
from demos.frame.language_notice import models_notice
from demos.frame.progress import IDLE, note_html, progress_html, say_cancelled
from demos.frame.strings import LANGUAGES, Language, language_of, say, text
from demos.pairs.examples.data import read_probe
from demos.pairs.models import PREFERRED_MODELS, SCORING_KINDS, check_models, default_models
from demos.pairs.published.figures import (
    ceiling_figure,
    curves_figure,
    gaps_figure,
    probe_figure,
)
from demos.pairs.published.measured_section import MeasuredSection
from demos.pairs.published.probe import Probed, probed
from demos.pairs.published.results import own_table, probe_table, published_table
from demos.pairs.published.summary import groups_of, read_comparison
from demos.pairs.published.tables import BI_ENCODERS, CROSS_ENCODERS
from demos.pairs.scoring import LeftOut, ModelScores, score_with_models

Updates = dict[Any, Any]


class PublishedPanel:
    """Figures follow the visitor's language, so they are drawn when the panel is opened."""

    def __init__(self, context: AppContext):
        self.registry = context.registry
        self.curves, self.setting = read_comparison()
        gr.Markdown(text("published.intro"))
        self._lay_out_published()
        self.measured = MeasuredSection(context)
        self._lay_out_own()
        self._lay_out_probe()
        with gr.Accordion(text("published.about"), open=False, elem_id="published-about"):
            formula_markdown("published.about_text")
        self._wire(context)

    # --- layout --------------------------------------------------------------------------------

    def _lay_out_published(self) -> None:
        with gr.Row():
            with gr.Column(scale=7, min_width=320):
                self.gaps = gr.Plot(label=text("published.gaps"), elem_id="published-gaps")
            with gr.Column(scale=4, min_width=300):
                formula_markdown("published.corrections")
                self.ceiling = gr.Plot(label=text("published.ceiling"), elem_id="published-ceiling")
        self.bi = _table("published.bi_table", "published-bi")
        self.cross = _table("published.cross_table", "published-cross")

    def _lay_out_own(self) -> None:
        gr.Markdown(text("published.own_heading"))
        self.own_note = gr.HTML(elem_id="published-own-note")
        self.groups = list(groups_of(self.curves).items())
        with gr.Row():
            self.own_plots = [
                gr.Plot(
                    label=f"{kind} · {data.upper().replace('STSB', 'STS-B')}",
                    min_width=320,
                    elem_id=f"published-own-{kind.split('-')[0]}-{data}",
                )
                for (kind, data), _ in self.groups
            ]
        self.own = _table("published.own_table", "published-own")
        self.own_csv = gr.DownloadButton(
            cast(str, text("pairs.csv")), size="sm", elem_id="published-own-csv"
        )

    def _lay_out_probe(self) -> None:
        gr.Markdown(text("published.probe_heading"))
        with gr.Row():
            with gr.Column(scale=5, min_width=260):
                self._lay_out_models()
            with gr.Column(scale=2, min_width=180):
                probe_language = gr.Radio(
                    [(text(f"languages.written.{each}"), each) for each in LANGUAGES],
                    value="en",
                    label=text("published.probe_language"),
                    elem_id="published-probe-language",
                )
                self.language = in_chinese(probe_language, "zh")
                self.run = gr.Button(
                    text("published.run"), variant="primary", elem_id="published-run"
                )
                self.cancel = gr.Button(
                    text("cancel"), interactive=False, elem_id="published-cancel"
                )
        self.progress = gr.HTML(elem_id="published-progress")
        self.probe_plot = gr.Plot(
            label=text("published.probe_plot"), visible=False, elem_id="published-probe-plot"
        )
        self.probe = _table("published.probe_table", "published-probe", [220, *[100] * 12])
        self.probe_csv = gr.DownloadButton(
            cast(str, text("pairs.csv")), size="sm", visible=False, elem_id="published-probe-csv"
        )

    def _lay_out_models(self) -> None:
        catalog = self.registry.catalog
        models = gr.Dropdown(
            label=text("pairs.models"),
            choices=[(c.title, c.key) for c in catalog.of_kind(*SCORING_KINDS)],
            value=default_models(catalog, "en"),
            multiselect=True,
            elem_id="published-models",
        )
        self.models = in_chinese(models, default_models(catalog, "zh"))
        self.unread = models_notice(
            self.registry, self.models, SCORING_KINDS, PREFERRED_MODELS, run="published-run"
        )

    # --- wiring --------------------------------------------------------------------------------

    def _wire(self, context: AppContext) -> None:
        common: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        context.own_models.follow(self.models, *SCORING_KINDS)
        first_selection("published", "published-about").change(
            self.on_open,
            None,
            [
                *(self.gaps, self.ceiling, self.bi, self.cross, self.own_note),
                *(*self.own_plots, self.own, self.own_csv),
                *self.measured.outputs,
            ],
            api_name="published_open",
            **common,
        )
        outputs = [self.progress, self.cancel, self.probe_plot, self.probe, self.probe_csv]
        outputs += self.unread.outputs
        run = self.run.click(
            self.on_run,
            [self.models, self.language],
            outputs,
            validator=self.check,
            api_name="published_run",
            **common,
        )
        self.cancel.click(
            say_cancelled,
            None,
            [self.progress, self.cancel],
            cancels=[run],
            api_name="published_cancel",
            **common,
        )

    # --- handlers ------------------------------------------------------------------------------

    def on_open(self, request: gr.Request) -> Updates:
        """Everything that is known without computing."""
        language = language_of(request)
        headers, rows = own_table(self.curves, language)
        shown: Updates = {
            self.gaps: gaps_figure(language),
            self.ceiling: ceiling_figure(language),
            self.bi: _rows(*published_table(BI_ENCODERS, language)),
            self.cross: _rows(*published_table(CROSS_ENCODERS, language)),
            self.own_note: self._own_note(language),
            self.own: _rows(headers, rows),
            self.own_csv: gr.update(
                value=write_csv("losses", headers, rows), visible=bool(self.curves)
            ),
        }
        for plot, (_, curves) in zip(self.own_plots, self.groups, strict=True):
            shown[plot] = curves_figure(curves, language)
        return shown | self.measured.opened(language)

    def check(self, keys: list[str] | None, probe_language: Any, request: gr.Request) -> list[Any]:
        """Validator: a sentence at the models, a sentence at the probe's language."""
        language = language_of(request)
        return [
            field(problem_or_none(lambda: check_models(self.registry, keys or []), language)),
            field(problem_or_none(lambda: check_known(probe_language, LANGUAGES), language)),
        ]

    @visible_errors
    def on_run(
        self, keys: list[str], probe_language: Any, request: gr.Request
    ) -> Iterator[Updates]:
        """Score the probe set of a language with every chosen model."""
        language = language_of(request)
        check_models(self.registry, keys)
        check_known(probe_language, LANGUAGES)
        probe = read_probe(probe_language)
        pairs = [(pair.sentence1, pair.sentence2) for pair in probe]
        found: list[Probed] = []
        notes = ""
        try:
            yield self.unread.updates([*chain(*pairs)], keys, language)
            for step in score_with_models(self.registry, keys, pairs):
                if isinstance(step, ModelScores):
                    found.append(probed(step.card.title, step.scores, probe))
                elif isinstance(step, LeftOut):
                    model = self.registry.title(step.key)
                    reason = sentence_for(step.reason, language)
                    said = say("pairs.left_out", language, model=model, reason=reason)
                    notes += note_html(said, "warning")
                else:
                    what = say("pairs.working", language, model=self.registry.title(step.key))
                    yield {
                        self.progress: progress_html(what, step.progress, language),
                        self.cancel: gr.update(interactive=True),
                    }
            shown: Updates = {self.progress: notes, self.cancel: gr.update(interactive=False)}
            if found:
                headers, rows = probe_table(found, language)
                shown[self.probe_plot] = gr.update(
                    value=probe_figure(probe, found, language), visible=True
                )
                shown[self.probe] = _rows(headers, rows)
                csv = write_csv("probe", headers, rows)
                shown[self.probe_csv] = gr.update(value=csv, visible=True)
            yield shown
        except Exception:  # said by `visible_errors`; the buttons shall not look busy meanwhile
            yield {self.progress: IDLE, self.cancel: gr.update(interactive=False)}
            raise

    def _own_note(self, language: Language) -> str:
        if not self.curves:
            return note_html(say("published.absent", language), "warning")
        seeds = max(len(each.seeds) for each in self.curves)
        return note_html(
            say(
                "published.own_note",
                language,
                seeds=seeds,
                base=self.setting["base"],
                epochs=self.setting["epochs"],
                batch=self.setting["batch"],
                made=self.setting["made"],
            )
        )


def _table(label: str, elem_id: str, widths: list[int] | None = None) -> gr.Dataframe:
    return gr.Dataframe(
        label=text(label),
        interactive=False,
        wrap=True,
        column_widths=cast(Any, widths),
        elem_id=elem_id,
    )


def _rows(headers: list[str], rows: list[list[object]]) -> Any:
    return gr.update(value={"headers": headers, "data": rows})
