"""One result on the page: curves, final figures, verdicts, what it was made with."""

from __future__ import annotations

from typing import Any, cast

import gradio as gr

from demos.attention.decoder.figures import Curve, curves_figure, finals_figure
from demos.attention.decoder.results import (
    facts_html,
    points_table,
    summary_table,
    verdict_sentences,
)
from demos.attention.experiment.running import Result, floor
from demos.frame.export import write_csv
from demos.frame.progress import note_html, notice_html
from demos.frame.strings import Language, say, text
from demos.frame.svg import svg_button

Updates = dict[Any, Any]

_CURVES: tuple[Curve, ...] = ("loss", "accuracy")


class ResultView:
    """Components, and what they show; unseen until there is something."""

    def __init__(self, name: str):
        """Lay out under ids that begin with `name`."""
        self._file = name.removeprefix("attention-")
        with gr.Column(visible=False, elem_id=name) as self.box:
            with gr.Row():
                self.plots = {curve: _plot(f"{name}-{curve}") for curve in _CURVES}
            with gr.Row(visible=False) as self.ends:
                self.finals = _plot(f"{name}-finals")
                with gr.Column(scale=1, min_width=320):
                    self.table = gr.Dataframe(
                        label=text("attention.decoder.table"),
                        interactive=False,
                        wrap=True,
                        column_widths=["28%", "24%", "24%", "24%"],
                        elem_id=f"{name}-table",
                    )
                    self.verdicts = gr.HTML(elem_id=f"{name}-verdicts")
            self.facts = gr.HTML(elem_id=f"{name}-facts")
            self.csv = gr.DownloadButton(
                cast(str, text("attention.decoder.csv")),
                size="sm",
                interactive=False,
                elem_id=f"{name}-csv",
            )

    @property
    def components(self) -> list[Any]:
        """All that updates may name."""
        plots = self.plots.values()
        return [self.box, self.ends, *plots, self.finals, self.table, self.verdicts, self.facts,
                self.csv]  # fmt: skip

    def hidden(self) -> Updates:
        """Nothing to show."""
        return {self.box: gr.update(visible=False)}

    def begun(self) -> Updates:
        """Room for what comes; what was shown before goes."""
        return {
            self.box: gr.update(visible=True),
            self.ends: gr.update(visible=False),
            **dict.fromkeys(self.plots.values()),
            self.facts: "",
            self.csv: gr.update(interactive=False),
        }

    def curves(self, result: Result, language: Language) -> Updates:
        """The curves so far."""
        best = floor(result.settings)
        return {
            plot: curves_figure(result, curve, language, best) for curve, plot in self.plots.items()
        }

    def so_far(self, result: Result, language: Language, torch: str, date: str) -> Updates:
        """A run that did not come to its end: curves and file, and no verdict."""
        if not result.points:
            return self.hidden()
        return {
            self.box: gr.update(visible=True),
            self.ends: gr.update(visible=False),
            **self.curves(result, language),
            self.facts: facts_html(result, language, torch, date),
            self.csv: self._as_file(result),
        }

    def whole(self, result: Result, language: Language, torch: str, date: str) -> Updates:
        """A finished result."""
        headers, rows = summary_table(result, language)
        sentences = verdict_sentences(result, language)
        carried = note_html(say("attention.decoder.carried", language))
        return {
            **self.so_far(result, language, torch, date),
            self.ends: gr.update(visible=True),
            self.finals: finals_figure(result, language),
            self.table: {"headers": headers, "data": rows},
            self.verdicts: notice_html(sentences) + carried,
        }

    def _as_file(self, result: Result) -> Any:
        name = f"{self._file}-{result.settings.task}"
        return gr.update(value=write_csv(name, *points_table(result)), interactive=True)


def _plot(name: str) -> gr.Plot:
    with gr.Column(scale=1, min_width=320):
        plot = gr.Plot(show_label=False, elem_id=name)
        svg_button(name, name.removeprefix("attention-"))
    return plot
