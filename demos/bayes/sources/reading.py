"""Takes a language model's next token apart into what comes straight from each token."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demos.bayes.sources.setting import MOST_TOKENS, Asked
from demos.frame.errors import InputProblem
from models.decoding import Decoding
from models.registry import Registry

CANDIDATES = 10

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Found:
    """A prediction taken apart: k candidates, n tokens, L layers; see `models.direct_path`.

    Attributes:
        names: of the tokens that were read [n].
        dropped: tokens before them that were cut off.
        candidates: names of the likeliest next tokens, falling [k].
        probabilities: theirs [k].
        embedding, tokens, attention, mlp: parts of their logits, each against its mean over the
            vocabulary [k], [k, n], [k, L], [k, L].
        gap: the largest difference between a logit and the sum of its parts.
    """

    asked: Asked
    names: tuple[str, ...]
    dropped: int
    candidates: tuple[str, ...]
    probabilities: Floats
    embedding: Floats
    tokens: Floats
    attention: Floats
    mlp: Floats
    gap: float

    @property
    def totals(self) -> Floats:
        """Embedding, attention, MLPs, and all together [k, 4]: a logit against the mean logit."""
        three = [self.embedding, self.attention.sum(axis=1), self.mlp.sum(axis=1)]
        return np.stack([*three, np.sum(three, axis=0)], axis=1)


def taking_apart(registry: Registry, asked: Asked) -> Found:
    """Read the text and take the next token apart; about a second with 256 tokens.

    Raises:
        ModelError: the model cannot be had, or is of another architecture.
        InputProblem: the text has no token.
    """
    with registry.decoding(asked.model, MOST_TOKENS) as decoding:
        ids, dropped = _tokens(decoding, asked)
        path = decoding.sources(ids, CANDIDATES)
        chosen = path.candidates.tolist()
        names, candidates = decoding.names(ids), decoding.names(chosen)
    logits = path.logits.numpy()  # [V]
    shifted = np.exp(logits - logits.max())
    parts = path.centred
    return Found(
        *(asked, names, dropped, candidates),
        probabilities=(shifted / shifted.sum())[chosen],
        embedding=parts.embedding.numpy(),
        tokens=parts.tokens.numpy(),
        attention=parts.attention.numpy(),
        mlp=parts.mlp.numpy(),
        gap=path.gap,
    )


def _tokens(decoding: Decoding, asked: Asked) -> tuple[list[int], int]:
    """Ids to be read, and how many of the text's own were cut off at its beginning."""
    limit = min(MOST_TOKENS, decoding.window)
    before: list[int] = []
    if asked.mode == "chat":  # what the format puts in front stays whole
        before, text = decoding.prompt("", asked.text)
    else:
        text = decoding.tokens(asked.text)
    if not before and not text:
        raise InputProblem("bayes.no_text")
    kept = text[-max(1, limit - len(before)) :]
    return [*before, *kept], len(text) - len(kept)
