"""Rows that a language model reads on: a step of NBCE, the floor, and transformers' generate."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from typing import Any

import torch

from demos.bayes.answers import Rule, Written, answering, ask
from models.registry import Registry
from tests.bench.inputs import mixed_texts

MODEL = "SmolLM2-135M-Instruct"
CONTEXTS, WORDS, STEPS = 8, 170, 32  # 170 of these words are about 200 tokens


def steps() -> Iterator[tuple[str, str]]:
    """8 contexts of 200 tokens: time to the first token, and tokens a second of nine rows."""
    registry = Registry()
    registry.load(MODEL)
    contexts = mixed_texts(CONTEXTS, lengths=(WORDS,))
    with registry.decoding(MODEL, 10_000) as decoding:
        asked = ask(decoding, contexts, "What is said of time?", STEPS)
        lengths = [len(context) + len(asked.question) for context in asked.contexts]
        yield "tokens of a context with its question", f"{statistics.mean(lengths):.0f}"
        for _ in range(2):  # the first warms up
            seconds = _written(registry, decoding, asked)
        yield "first token", f"{seconds[0]:.2f} s (aim 3)"
        ours = statistics.median(seconds[1:])
        yield "tokens a second, nine rows", f"{1 / ours:.1f} (aim 15)"
        encoder: Any = registry._engine.store.get(MODEL).encoder
        model = encoder._model
        prompts = [asked.bare, *([*context, *asked.question] for context in asked.contexts)]
        theirs = registry.run(_generate, model, prompts)
        yield "transformers' generate, first token", f"{theirs[0]:.2f} s"
        step = (theirs[1] - theirs[0]) / (STEPS - 1)
        yield "transformers' generate, tokens a second", f"{1 / step:.1f}"
        yield "ratio of a step", f"{step / ours:.2f}x"
        floor = registry.run(_read_weights, model)
        yield (
            "floor: all weights read once",
            f"{floor * 1e3:.0f} ms, {ours / floor:.2f} of it a step",
        )
    registry.close()


def _written(registry: Registry, decoding: Any, asked: Any) -> list[float]:
    """Seconds to the first token, and of each after it."""
    seconds, began = [], time.perf_counter()
    for event in answering(registry, decoding, asked, ["nbce"], Rule(new_tokens=STEPS)):
        if isinstance(event, Written):
            now = time.perf_counter()
            seconds.append(now - began)
            began = now
    return seconds


@torch.inference_mode()
def _generate(model: Any, prompts: list[list[int]]) -> tuple[float, float]:
    """Seconds of one and of all new tokens, left-padded, the second run each."""
    width = max(len(prompt) for prompt in prompts)
    ids = torch.tensor([[2] * (width - len(p)) + p for p in prompts])
    mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in prompts])
    found = []
    for count in (1, STEPS):
        began = time.perf_counter()
        model.generate(
            ids,
            attention_mask=mask,
            max_new_tokens=count,
            min_new_tokens=count,
            do_sample=False,
            pad_token_id=2,
        )
        found.append(time.perf_counter() - began)
    return found[0], found[1]


@torch.inference_mode()
def _read_weights(model: Any) -> float:
    """Seconds to read every weight once, the fastest of five."""
    weights = {id(p): p for p in model.parameters()}.values()
    found = []
    for _ in range(5):
        began = time.perf_counter()
        for weight in weights:
            weight.view(torch.int32 if weight.element_size() == 4 else torch.int16).max()
        found.append(time.perf_counter() - began)
    return min(found)
