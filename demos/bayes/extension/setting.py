"""What a visitor asks, and what may be wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

from demos.bayes.answers import Rule
from demos.bayes.contexts import WAYS, Way
from demos.bayes.extension.examples import EXAMPLES
from demos.bayes.nbce import Pooling, Variant
from demos.bayes.passages import passages_of
from demos.frame.errors import InputProblem
from demos.frame.fields import SEEDS, check_known, check_number, check_whole
from models.catalog import SMOLLM2
from models.registry import Registry

MOST_CONTEXTS = 32
MOST_CHARACTERS = 60_000  # of all contexts, about 15,000 tokens
MOST_QUESTION = 1_000  # characters
BETAS, ETAS, TOP_PS = (-1.0, 2.0), (0.0, 2.0), (0.05, 1.0)
TEMPERATURES = (0.0, 2.0)
NEW_TOKENS = (1, 128)
POOLINGS: tuple[Pooling, ...] = get_args(Pooling)
VARIANTS: tuple[Variant, ...] = get_args(Variant)
DEFAULT_WAYS: tuple[Way, ...] = ("nbce", "mean", "concatenated", "windows")
WINDOWS = (128, 131_072)  # tokens
DEFAULT_WINDOW = 512  # of a model that has more: so that there is something to be lost
DEFAULT_RULE = Rule(new_tokens=24)
DEFAULT_MODEL = SMOLLM2.key


@dataclass(frozen=True)
class Setting:
    """Contexts, a question, and the ways in which a model answers it.

    Attributes:
        window: tokens that everything in one text may take, question and answer included.
    """

    contexts: tuple[str, ...]
    question: str
    ways: tuple[Way, ...] = DEFAULT_WAYS
    rule: Rule = DEFAULT_RULE
    model: str = DEFAULT_MODEL
    window: int = DEFAULT_WINDOW


DEFAULT = Setting(EXAMPLES["passages"].contexts, EXAMPLES["passages"].question)


def check_contexts(value: Any) -> tuple[str, ...]:
    """Contexts as a text with empty lines between them, or as a list; raises InputProblem."""
    if isinstance(value, str):
        contexts = passages_of(value)
    elif isinstance(value, Sequence) and all(isinstance(each, str) for each in value):
        contexts = tuple(each.strip() for each in value if each.strip())
    else:
        contexts = ()
    if not contexts:
        raise InputProblem("bayes.extension.no_context")
    if len(contexts) > MOST_CONTEXTS:
        raise InputProblem("bayes.extension.many_contexts", count=len(contexts), most=MOST_CONTEXTS)
    if (size := sum(map(len, contexts))) > MOST_CHARACTERS:
        raise InputProblem(
            "bayes.extension.much_text", count=f"{size:,}", most=f"{MOST_CHARACTERS:,}"
        )
    return contexts


def check_question(value: Any) -> str:
    """A question; raises InputProblem."""
    question = value.strip() if isinstance(value, str) else ""
    if not question:
        raise InputProblem("bayes.extension.no_question")
    if len(question) > MOST_QUESTION:
        raise InputProblem("bayes.extension.long_question", most=f"{MOST_QUESTION:,}")
    return question


def check_ways(value: Any) -> tuple[Way, ...]:
    """Ways in the house's order; raises InputProblem."""
    chosen = [value] if isinstance(value, str) else list(value or ())
    for name in chosen:
        check_known(name, WAYS)
    if not chosen:
        raise InputProblem("bayes.extension.no_way")
    return tuple(way for way in WAYS if way in chosen)


def check_model(registry: Registry, key: Any) -> str:
    """A language model of the catalog; raises InputProblem, or ModelError for an unknown one."""
    if not isinstance(key, str) or not key:
        raise InputProblem("bayes.extension.no_model")
    if registry.card(key).kind != "causal-lm":
        raise InputProblem("bayes.extension.no_language_model", name=key[:60])
    return key


def check_rule(
    beta: Any = DEFAULT_RULE.beta,
    eta: Any = DEFAULT_RULE.eta,
    top_p: Any = DEFAULT_RULE.top_p,
    pooling: Any = DEFAULT_RULE.pooling,
    variant: Any = DEFAULT_RULE.variant,
    temperature: Any = DEFAULT_RULE.temperature,
    seed: Any = DEFAULT_RULE.seed,
    new_tokens: Any = DEFAULT_RULE.new_tokens,
) -> Rule:
    """Raises InputProblem for numbers out of their range and unknown names."""
    check_known(pooling, POOLINGS)
    check_known(variant, VARIANTS)
    return Rule(
        check_number("beta", beta, BETAS),
        check_number("eta", eta, ETAS),
        check_number("top-p", top_p, TOP_PS),
        pooling,
        variant,
        check_number("temperature", temperature, TEMPERATURES),
        check_whole("seed", seed, SEEDS),
        check_whole("new_tokens", new_tokens, NEW_TOKENS),
    )
