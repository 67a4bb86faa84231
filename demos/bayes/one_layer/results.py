"""A training and a prediction in words, in tables, and in a file."""

from __future__ import annotations

import numpy as np

from demos.bayes.one_layer.reading import Floats, Prediction
from demos.bayes.one_layer.training import Trained
from demos.frame.export import write_csv
from demos.frame.small_table import small_table
from demos.frame.strings import Language, say

SHOWN = 10  # candidates
_TOP = 3  # words of a skip-gram
_BETTER = 1.0  # nats by which trained positions are to beat word frequency, to be called learnt


def training_findings(trained: Trained, language: Language) -> list[str]:
    """What the training came to, a sentence each."""
    best = int(np.argmin(trained.held_out))
    learnt, kept = trained.positions
    held_out = trained.held_out[-1]
    said = say(
        "bayes.layer.says.trained",
        language,
        words=len(trained.vocabulary),
        positions=learnt,
        loss=f"{trained.trained_loss:.2f}",
        right=f"{100 * trained.right[0]:.0f}",
    )
    learnt_by_heart = trained.trained_loss < trained.frequency_loss - _BETTER
    memorised = learnt_by_heart and held_out > trained.frequency_loss
    judged = say(
        f"bayes.layer.says.{'memorised' if memorised else 'held_out'}",
        language,
        positions=kept,
        loss=f"{held_out:.1f}",
        frequency=f"{trained.frequency_loss:.1f}",
        right=f"{100 * trained.right[1]:.0f}",
        best=f"{trained.held_out[best]:.1f}",
        step=trained.judged_at[best],
    )
    return [said, judged]


def findings(prediction: Prediction, language: Language) -> list[str]:
    """What is to be seen in a prediction, a sentence each."""
    best = prediction.best(1)[0]
    word, terms = prediction.vocabulary[best], prediction.contributions[:, best]
    most = int(terms[:-1].argmax())
    heaviest = int(prediction.weights.argmax())
    said = [
        say(
            "bayes.layer.says.gap",
            language,
            gap=f"{prediction.gap:.1e}",
            word=word,
            share=_percent(prediction.averaged[best]),
        ),
        say(
            "bayes.layer.says.sources",
            language,
            word=word,
            source=prediction.words[most],
            term=f"{terms[most]:+.1f}",
            residual=f"{terms[-1]:+.1f}",
            last=prediction.words[-1],
        ),
        say(
            "bayes.layer.says.attention",
            language,
            source=prediction.words[heaviest],
            weight=f"{100 * prediction.weights[heaviest]:.0f}",
            own=_percent(prediction.skip_grams[heaviest, best]),
            word=word,
        ),
    ]
    if prediction.dropped:
        count, seen = prediction.dropped, len(prediction.words)
        said.append(say("bayes.layer.says.dropped", language, count=count, seen=seen))
    return said


def candidates_table(prediction: Prediction, language: Language) -> str:
    """A row a likely word: its probability by both routes."""
    headers = [
        say(f"bayes.layer.column.{name}", language)
        for name in ("word", "product", "averaged", "difference")
    ]
    rows = []
    for number in prediction.best(SHOWN):
        both = np.exp(prediction.product[number]), np.exp(prediction.averaged[number])
        difference = abs(both[0] - both[1])
        rows.append(
            [
                prediction.vocabulary[number],
                *(f"{100 * p:.3f} %" for p in both),
                f"{difference:.0e}" if difference else "0",
            ]
        )
    return small_table(say("bayes.layer.table.candidates", language), headers, rows)


def sources_table(prediction: Prediction, language: Language) -> tuple[list[str], list[list[str]]]:
    """Headers, and a row a source, its weight, and what it guesses alone; the 2-gram last."""
    headers = [
        say(f"bayes.layer.column.{name}", language) for name in ("source", "weight", "guesses")
    ]
    rows = [
        [word, f"{100 * weight:.1f} %", _guesses(prediction, distribution, language)]
        for word, weight, distribution in zip(
            prediction.words, prediction.weights, prediction.skip_grams, strict=True
        )
    ]
    own = residual_name(prediction, language)
    return headers, [*rows, [own, "", _guesses(prediction, prediction.residual, language)]]


def residual_name(prediction: Prediction, language: Language) -> str:
    """The 2-gram as it is called among the sources."""
    return say("bayes.layer.residual", language, word=prediction.words[-1])


def file(prediction: Prediction) -> str:
    """Every word of the vocabulary, likeliest first: probabilities and all contributions."""
    sources = [f"{place + 1} {word}" for place, word in enumerate(prediction.words)]
    headers = ["word", "product", "averaged", *sources, "residual", "constant"]
    terms = prediction.contributions  # [n + 1, V]
    rows = [
        [
            prediction.vocabulary[number],
            float(np.exp(prediction.product[number])),
            float(np.exp(prediction.averaged[number])),
            *terms[:, number].tolist(),
            prediction.constant,
        ]
        for number in prediction.best(len(prediction.vocabulary))
    ]
    return write_csv("bayes-one-layer", headers, rows)


def losses_file(trained: Trained) -> str:
    """Losses by step; those of held-out positions where they were taken."""
    judged = dict(zip(trained.judged_at, trained.held_out, strict=True))
    trained_on = [*trained.losses.tolist(), trained.trained_loss]
    rows = [[step, loss, judged.get(step, "")] for step, loss in enumerate(trained_on)]
    return write_csv("bayes-one-layer-losses", ["step", "trained", "held_out"], rows)


def _guesses(prediction: Prediction, distribution: Floats, language: Language) -> str:
    best = np.argsort(-distribution, kind="stable")[:_TOP]
    comma = say("bayes.comma", language)
    return comma.join(
        f"{prediction.vocabulary[number]} {_percent(distribution[number])} %" for number in best
    )


def _percent(log_probability: float) -> str:
    return f"{100 * float(np.exp(log_probability)):.3g}"
