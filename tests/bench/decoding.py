"""Rows that a language model reads on: a step of NBCE, the floor, and transformers' generate."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from typing import Any

import torch

from demos.bayes.answers import Rule, Written, answering
from demos.bayes.contexts import Contexts, after_context, alone, question_tokens
from models.decoding import Decoding
from models.model_files import model_files
from models.registry import Registry
from tests.bench.inputs import mixed_texts

MODEL = "SmolLM2-135M-Instruct"
QUESTION = "What is said of time?"
CONTEXTS, WORDS, STEPS = 8, 170, 32  # 170 of these words are about 200 tokens


def steps() -> Iterator[tuple[str, str]]:
    """8 contexts of 200 tokens: time to the first token, and tokens a second of nine rows."""
    registry = Registry()
    registry.load(MODEL)
    texts = mixed_texts(CONTEXTS, lengths=(WORDS,))
    with registry.decoding(MODEL, 10_000) as decoding:
        after = after_context(decoding, QUESTION)
        prompts = [
            alone(decoding, QUESTION),
            *([*each, *after] for each in _contexts(decoding, texts).tokens),
        ]
        lengths = [len(prompt) for prompt in prompts[1:]]
        yield "tokens of a context with its question", f"{statistics.mean(lengths):.0f}"
        peer = _peer(registry)
        written, generated = [], []
        for _ in range(4):  # in turns; the first warms up
            written.append(_written(registry, _contexts(decoding, texts)))
            generated.append(registry.run(_generate, peer, prompts))
        yield "first token", f"{min(each[0] for each in written[1:]):.2f} s (aim 3)"
        ours = statistics.median(second for each in written[1:] for second in each[1:])
        yield "tokens a second, nine rows", f"{1 / ours:.1f} (aim 15)"
        theirs = min(first for first, _ in generated[1:])
        yield "transformers' generate, first token", f"{theirs:.2f} s"
        step = statistics.median((all_ - first) / (STEPS - 1) for first, all_ in generated[1:])
        yield "transformers' generate, tokens a second", f"{1 / step:.1f}"
        yield "ratio of a step", f"{step / ours:.2f}x"
        floor = registry.run(_read_weights, peer)
        yield (
            "floor: all weights read once",
            f"{floor * 1e3:.0f} ms, {ours / floor:.2f} of it a step",
        )
    registry.close()


def _peer(registry: Registry) -> Any:
    """The same weights as transformers loads them, in the same dtype."""
    from transformers import AutoModelForCausalLM

    folder = model_files(registry.card(MODEL)).folder
    return AutoModelForCausalLM.from_pretrained(folder, dtype=registry._engine.device.dtype)


def _contexts(decoding: Decoding, texts: Sequence[str]) -> Contexts:
    return Contexts(decoding, texts, question_tokens(decoding, QUESTION), STEPS)


def _written(registry: Registry, contexts: Contexts) -> list[float]:
    """Seconds to the first token, and of each after it."""
    seconds, began = [], time.perf_counter()
    for event in answering(registry, contexts, QUESTION, ["nbce"], Rule(new_tokens=STEPS)):
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
