"""A fitted law as a few lines of Python that need numpy alone."""

from __future__ import annotations

import math

import torch

from demos.frame.export import new_folder
from demos.scaling.answers import Answer
from demos.scaling.laws import LAWS, Law, log_alpha_zeta

FILE_NAME = "predict_loss.py"


def snippet_of(answer: Answer) -> str:
    """The law with its fitted parameters as a function of its sizes."""
    law = answer.law
    asked = answer.question
    kind = f"{asked.objective}, delta {asked.delta:g}" if asked.objective == "huber_log" else None
    head = f"# {law.key}, fitted to {len(answer.fit.residuals)} points ({kind or asked.objective})."
    if law.inputs == ("x",):
        head += f" x is {asked.x}."
    lines = [head, "import numpy as np", "", *_parameters(answer), "", "", *_function(law), ""]
    largest = {name: float(f"{answer.columns[name].max():.2e}") for name in law.inputs}
    call = ", ".join(f"{name}={value!r}" for name, value in largest.items())
    lines += ["", 'if __name__ == "__main__":', f"    print(loss({call}))", ""]
    return "\n".join(lines)


def write_snippet(code: str) -> str:
    """The path of a file with it."""
    path = new_folder() / FILE_NAME
    path.write_text(code, encoding="utf-8")
    return str(path)


def _parameters(answer: Answer) -> list[str]:
    """Assignments with all digits; the quanta's A with what belongs to its coefficient."""
    given = answer.fit.parameters
    lines = [f"{name} = {value!r}" for name, value in given.items()]
    if answer.law.key == "quanta":
        log = log_alpha_zeta(torch.tensor(given["alpha"], dtype=torch.float64))[0].item()
        lines.append(f"coefficient = A / {math.exp(log)!r}  # alpha * zeta(alpha + 1)")
    return lines


def _function(law: Law) -> list[str]:
    arguments = ", ".join(law.inputs)
    head = [f"def loss({arguments}):", '    """Loss at sizes, numbers or arrays."""']
    floats = [f"    {name} = np.asarray({name}, dtype=float)" for name in law.inputs]
    return [*head, *floats, *_BODIES[law.key]]


def _broken(breaks: int) -> list[str]:
    lines = ["    log = np.log(b) - c_0 * np.log(x)"]
    for i in range(1, breaks + 1):
        bend = f"np.logaddexp(0, np.log(x / d_{i}) / f_{i})"
        lines.append(f"    log -= c_{i} * f_{i} * {bend}")
    return [*lines, "    return a + np.exp(log)"]


_BODIES = {
    "power": ["    return E + A * x**-alpha"],
    "chinchilla": ["    return E + A * N**-alpha + B * D**-beta"],
    "tied": ["    return E + A * N**-alpha + B * D**-alpha"],
    "kaplan": [
        "    size = alpha_N / alpha_D * (np.log(N_c) - np.log(N))",
        "    return np.exp(alpha_D * np.logaddexp(size, np.log(D_c) - np.log(D)))",
    ],
    "broken_power": _broken(1),
    "broken_power_2": _broken(2),
    "quanta": [
        "    left = (x + 0.5) ** -alpha - (n_total + 0.5) ** -alpha",
        "    return E + coefficient * np.maximum(left, 0)",
    ],
}
if set(_BODIES) != set(LAWS):
    raise ValueError("a law has no snippet, or a snippet no law")
