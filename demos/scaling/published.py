"""Published fits, to be drawn beside a visitor's and to simulate from.

Losses are nats a token in the tokens of their own data set, so levels of different papers (E above
all) are not comparable; exponents and optimal sizes are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from demos.frame.errors import InputProblem


@dataclass(frozen=True)
class PublishedLaw:
    """A fit from a paper.

    Attributes:
        key: its name here.
        title: authors and year.
        law: "chinchilla" or "kaplan", as in `laws.LAWS`.
        parameters: by the literature's names.
        intervals: 95 % ones, where the paper gives them.
        exponent: its own a in N_opt ~ C^a, where it differs from what follows of the parameters
            (Kaplan's was read off a frontier with early stopping).
        data: what it was fitted to.
        source: where it stands.
    """

    key: str
    title: str
    law: str
    parameters: Mapping[str, float]
    data: str
    source: str
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    exponent: float | None = None


_LAWS = (
    PublishedLaw(
        key="kaplan-2020",
        title="Kaplan et al. 2020",
        law="kaplan",
        parameters={"N_c": 6.4e13, "D_c": 1.8e13, "alpha_N": 0.076, "alpha_D": 0.103},
        data="WebText2, N without embeddings, 768 to 1.5e9",
        source="arXiv 2001.08361, equations 1.5 and 4.1 with table 2; the exponent: table 6",
        exponent=0.73,
    ),
    PublishedLaw(
        key="hoffmann-2022",
        title="Hoffmann et al. 2022",
        law="chinchilla",
        parameters={"A": 406.4, "B": 410.7, "E": 1.69, "alpha": 0.34, "beta": 0.28},
        data="MassiveText, N 4.4e7 to 1.6e10",
        source="arXiv 2203.15556, equation 10 (approach 3)",
    ),
    PublishedLaw(
        key="besiroglu-2024",
        title="Besiroglu et al. 2024",
        law="chinchilla",
        parameters={"A": 477.8, "B": 2143.0, "E": 1.8172, "alpha": 0.3473, "beta": 0.3672},
        data="240 runs read off figure 4 of Hoffmann et al.",
        source="arXiv 2404.10102",
        intervals={
            "A": (285.0, 744.0),
            "B": (1042.0, 5810.0),
            "E": (1.769, 1.871),
            "alpha": (0.317, 0.373),
            "beta": (0.331, 0.415),
        },
    ),
)
PUBLISHED: Mapping[str, PublishedLaw] = MappingProxyType({law.key: law for law in _LAWS})


def published_law(key: str) -> PublishedLaw:
    """A published fit by its key.

    Raises:
        InputProblem: there is none under that key; the sentence names those that there are.
    """
    if key not in PUBLISHED:
        raise InputProblem("scaling.published.unknown", name=key, keys=", ".join(PUBLISHED))
    return PUBLISHED[key]
