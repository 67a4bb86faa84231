"""The two routes in words, as rows of a picture, and in a file."""

from __future__ import annotations

import numpy as np

from demos.bayes.two_routes.comparing import Compared, Floats
from demos.bayes.two_routes.setting import CANDIDATES, TOKENS
from demos.frame.export import write_csv
from demos.frame.strings import Language, say

RULES = ("attention", "generalised", "classical", "mixture")


def name_of(rule: str, compared: Compared, language: Language) -> str:
    """A rule as it is called on the page."""
    return say(f"bayes.routes.rule.{rule}", language, beta=f"{compared.setting.beta:g}")


def heat_rows(compared: Compared, language: Language) -> tuple[list[str], Floats]:
    """Names and distributions [rows, V] of all sources, the residual's and p(x_t)."""
    names = [
        f"{token} · {100 * share:.0f} %"
        for token, share in zip(TOKENS, compared.setting.shares, strict=True)
    ]
    rows = [*compared.skip_grams]
    if compared.residual is not None:
        names.append(say("bayes.routes.row.residual", language))
        rows.append(compared.residual)
    names.append(say("bayes.routes.row.prior", language))
    return names, np.stack([*rows, compared.prior])


def distance(first: Floats, second: Floats) -> float:
    """Total variation: the probability that has to be moved to make one of the other."""
    return float(np.abs(first - second).sum() / 2)


def findings(compared: Compared, language: Language) -> list[str]:
    """What is to be seen, a sentence each."""
    return [
        say("bayes.routes.says.gap", language, gap=f"{compared.gap:.1e}", **_top(compared.product)),
        _weights(compared, language),
        say(
            "bayes.routes.says.mixture",
            language,
            distance=f"{100 * distance(compared.averaged, compared.mixture):.1f}",
            **_top(compared.mixture),
        ),
        _generalised(compared, language),
        say(
            "bayes.routes.says.classical",
            language,
            entropy=f"{_entropy(compared.classical):.2f}",
            attention=f"{_entropy(compared.averaged):.2f}",
            **_top(compared.classical),
        ),
    ]


def _weights(compared: Compared, language: Language) -> str:
    setting = compared.setting
    shares = ", ".join(
        f"{token} {share:.2f}" for token, share in zip(TOKENS, setting.shares, strict=True)
    )
    said = say(
        "bayes.routes.says.weights", language, whole=f"{sum(setting.weights):.2f}", shares=shares
    )
    if compared.residual is None:
        return said
    return said + say("bayes.routes.says.residual", language, **_top(compared.residual))


def _generalised(compared: Compared, language: Language) -> str:
    apart = distance(compared.averaged, compared.generalised)
    if compared.setting.beta == 0:
        return say("bayes.routes.says.no_beta", language, distance=f"{apart:.1e}")
    return say(
        "bayes.routes.says.beta",
        language,
        beta=f"{compared.setting.beta:g}",
        distance=f"{100 * apart:.1f}",
        **_top(compared.generalised),
    )


def _top(distribution: Floats) -> dict[str, str]:
    best = int(distribution.argmax())
    return {"word": CANDIDATES[best], "share": f"{100 * distribution[best]:.1f}"}


def _entropy(distribution: Floats) -> float:
    held = distribution[distribution > 0]
    return float(-(held * np.log(held)).sum())


def file(compared: Compared) -> str:
    """All distributions as CSV: a row a distribution, a column a candidate."""
    rows: list[list[object]] = [
        ["skip_gram", token, share, *distribution.tolist()]
        for token, share, distribution in zip(
            TOKENS, compared.setting.shares, compared.skip_grams, strict=True
        )
    ]
    if compared.residual is not None:
        rows.append(["residual", TOKENS[-1], 1.0, *compared.residual.tolist()])
    for name in ("prior", "product", "averaged", "generalised", "classical", "mixture"):
        distribution: Floats = getattr(compared, name)
        rows.append([name, "", "", *distribution.tolist()])
    return write_csv("bayes-two-routes", ["distribution", "token", "weight", *CANDIDATES], rows)
