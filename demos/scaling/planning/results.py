"""A plan as words, table and file; and what a refused fit would need."""

from __future__ import annotations

from html import escape

import numpy as np

from demos.frame.export import write_csv
from demos.frame.strings import Language, say
from demos.scaling.amounts import amount, flop
from demos.scaling.answers import Answer
from demos.scaling.planning.proposing import ALL, EXPONENT, LOSS, SIZE, Plan, Wish

_RAY = 0.98  # correlation of ln N and ln D
_LITTLE = 0.97  # of an interval: a run that leaves more is not worth its compute
# What would make a refused fit acceptable, by the reason's last word.
_ADVICE = (
    "too_few_points",
    "one_size",
    "too_few_sizes",
    "same_losses",
    "ill_conditioned",
    "edge",
    "wide",
)


def quantity_name(quantity: str, language: Language) -> str:
    """As the dropdown has it."""
    if quantity in (ALL, LOSS, SIZE, EXPONENT):
        return say(f"scaling.planning.quantity.{quantity}", language)
    return say("scaling.planning.quantity.parameter", language, name=quantity)


def advice(answer: Answer, language: Language) -> list[str]:
    """Why the fit was refused, and what would help, each once."""
    sentences, ray = [say("scaling.planning.refused", language)], _is_ray(answer)
    for reason in answer.verdict.reasons:
        if reason.severity != "refused":
            continue
        sentences.append(reason.problem().sentence(language))
        kind = reason.key.removeprefix("scaling.check.")
        if kind in _ADVICE and not ray:
            sentences.append(say(f"scaling.planning.advice.{kind}", language))
    if ray:
        sentences.append(say("scaling.planning.advice.one_ray", language))
    return list(dict.fromkeys(sentences))


def _is_ray(answer: Answer) -> bool:
    """Whether N and D rise together, so that their shares cannot be told apart."""
    if len(answer.law.inputs) == 1:
        return False
    logs = np.log(answer.fit.observations.inputs.numpy())  # [n, 2]
    with np.errstate(invalid="ignore", divide="ignore"):  # one size alone has no correlation
        return bool(abs(np.corrcoef(logs.T)[0, 1]) > _RAY)


def reading(plan: Plan, x: str, language: Language) -> list[str]:
    """What the plan says, in words."""
    about = _about(plan.wish, plan.names, x, language)
    values = {"about": about, "run": _run_said(plan, 0, x), "left": f"{100 * plan.after[0]:.0f}"}
    if plan.after[0] > _LITTLE:
        return [say("scaling.planning.nothing", language, **values)]
    sentences = [say("scaling.planning.first", language, **values)]
    if len(plan.after) > 1:
        sentences.append(
            say(
                "scaling.planning.several",
                language,
                runs=len(plan.after),
                left=f"{100 * plan.after[-1]:.0f}",
            )
        )
    return sentences


def _about(wish: Wish, names: tuple[str, ...], x: str, language: Language) -> str:
    name = quantity_name(wish.quantity, language)
    if wish.quantity == LOSS:
        sizes = ", ".join(
            f"{x if size == 'x' else size} = {amount(value)}"
            for size, value in zip(names, wish.at, strict=True)
        )
        return f"{name} ({sizes})"
    if wish.quantity == SIZE:
        return f"{name} ({flop(wish.at[0])} FLOP)"
    return name


def _run_said(plan: Plan, place: int, x: str) -> str:
    return ", ".join(
        f"{x if name == 'x' else name} = {amount(size)}"
        for name, size in zip(plan.names, plan.runs[place].tolist(), strict=True)
    )


def table_html(plan: Plan, x: str, language: Language) -> str:
    """A row a run."""
    heads = [say("scaling.planning.number", language)]
    heads += [x if name == "x" else name for name in plan.names]
    heads += ["C (FLOP)"] * (len(plan.names) > 1)
    heads += [say("scaling.planning.left", language)]
    rows = []
    for place, sizes in enumerate(plan.runs.tolist()):
        cells = [str(place + 1), *(amount(size) for size in sizes)]
        cells += [flop(plan.compute[place])] * (len(plan.names) > 1)
        rows.append([*cells, f"{100 * plan.after[place]:.0f} %"])
    head = "".join(f"<th>{escape(each)}</th>" for each in heads)
    body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="kl-table">{table}</div>'


def plan_file(plan: Plan, x: str) -> str:
    """The runs as CSV."""
    headers = ["run", *(x if name == "x" else name for name in plan.names), "cost", "left"]
    rows = [
        [place + 1, *sizes, float(plan.compute[place]), float(plan.after[place])]
        for place, sizes in enumerate(plan.runs.tolist())
    ]
    return write_csv("scaling-plan", headers, rows)
