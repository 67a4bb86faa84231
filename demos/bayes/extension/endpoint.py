"""The endpoints `nbce_generate`, which streams one answer, and `nbce_trace`, which says all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from demos.bayes.answers import Rule
from demos.bayes.extension import results
from demos.bayes.extension import setting as settings
from demos.bayes.extension.running import Trace, writing
from demos.bayes.extension.setting import (
    DEFAULT_MODEL,
    DEFAULT_RULE,
    DEFAULT_WAYS,
    WINDOWS,
    Setting,
)
from demos.frame.errors import visible_errors
from demos.frame.fields import check_whole
from demos.frame.steps import result_of
from models.registry import Registry


def make_nbce_generate(registry: Registry) -> Callable[..., Iterator[dict[str, Any]]]:
    """The endpoint over one registry."""

    @visible_errors
    def nbce_generate(
        contexts: list[str],
        question: str,
        way: str = "nbce",
        beta: float = DEFAULT_RULE.beta,
        eta: float = DEFAULT_RULE.eta,
        top_p: float = DEFAULT_RULE.top_p,
        pooling: str = DEFAULT_RULE.pooling,
        variant: str = DEFAULT_RULE.variant,
        temperature: float = DEFAULT_RULE.temperature,
        seed: int = DEFAULT_RULE.seed,
        new_tokens: int = 48,
        model: str = DEFAULT_MODEL,
        window: int = WINDOWS[1],
    ) -> Iterator[dict[str, Any]]:
        """Answer a question from many contexts, a token at a time.

        Args:
            contexts: at most 32 texts, each of which has to fit into the model's window alone.
            question: about them.
            way: "nbce", "mean", "max", "concatenated", "windows" (Parallel Context Windows) or
                "alone", which answers from the first context.
            beta: how much of what the model says without any context is taken away.
            eta: the discount in nats of the context that the token before came from.
            top_p: of the nucleus that distributions are cut to.
            pooling: of "nbce": "min_entropy", "mean" or "max".
            variant: "author", or "any_row" after another public implementation.
            temperature: 0 takes the likeliest token.
            seed: of the draws.
            new_tokens: at most.
            model: the key of a language model.
            window: tokens that the way "concatenated" may take, at most the model's own window.

        Yields:
            {"text", "tokens", "chosen", "ended", "cut_tokens"}: the answer so far, its number of
            tokens, the context of the latest from 1 (0 the empty one, null where there is no
            choice), whether the model ended it, and how many tokens it has not read.
        """
        rule = settings.check_rule(
            beta, eta, top_p, pooling, variant, temperature, seed, new_tokens
        )
        if way == "alone" and isinstance(contexts, list):
            contexts = contexts[:1]
        setting = _setting(registry, contexts, question, [way], rule, model, window)
        for step in writing(setting, registry):
            if isinstance(step, Trace):
                spoken = step.spoken[0]
                yield {
                    "text": spoken.text,
                    "tokens": len(spoken.tokens),
                    "chosen": spoken.tokens[-1].chosen,
                    "ended": spoken.ended,
                    "cut_tokens": spoken.cut,
                }

    return nbce_generate


def make_nbce_trace(registry: Registry) -> Callable[..., dict[str, Any]]:
    """The endpoint over one registry."""

    @visible_errors
    def nbce_trace(
        contexts: list[str],
        question: str,
        ways: list[str] = list(DEFAULT_WAYS),  # noqa: B006  # gradio shows it as the default
        beta: float = DEFAULT_RULE.beta,
        eta: float = DEFAULT_RULE.eta,
        top_p: float = DEFAULT_RULE.top_p,
        pooling: str = DEFAULT_RULE.pooling,
        variant: str = DEFAULT_RULE.variant,
        temperature: float = DEFAULT_RULE.temperature,
        seed: int = DEFAULT_RULE.seed,
        new_tokens: int = DEFAULT_RULE.new_tokens,
        model: str = DEFAULT_MODEL,
        window: int = WINDOWS[1],
    ) -> dict[str, Any]:
        """Answer a question from many contexts in several ways, and say where each token is from.

        Args:
            contexts: at most 32 texts, each of which has to fit into the model's window alone.
            question: about them.
            ways: among "nbce", "mean", "max", "concatenated", "windows" and "alone".
            beta, eta, top_p, pooling, variant, temperature, seed, new_tokens, model, window: see
                `nbce_generate`.

        Returns:
            "setting"; "answers", a list of {"way", "context", "text", "ended", "cut_tokens"}; and
            "tokens", a list of {"way", "context", "step", "token", "token_id", "text", "chosen",
            "probability", "entropies", "combined", "sources"}: entropies in nats of every source,
            the empty context first, and the likeliest tokens with probabilities of the combined
            distribution and of every source.
        """
        rule = settings.check_rule(
            beta, eta, top_p, pooling, variant, temperature, seed, new_tokens
        )
        trace = result_of(
            writing(_setting(registry, contexts, question, ways, rule, model, window), registry)
        )
        return {
            "setting": results.settings_of(trace),
            "answers": results.answer_rows(trace),
            "tokens": list(results.token_rows(trace)),
        }

    return nbce_trace


def _setting(
    registry: Registry,
    contexts: Any,
    question: Any,
    ways: Any,
    rule: Rule,
    model: Any,
    window: Any,
) -> Setting:
    return Setting(
        settings.check_contexts(contexts),
        settings.check_question(question),
        settings.check_ways(ways),
        rule,
        settings.check_model(registry, model),
        check_whole("window", window, WINDOWS),
    )
