"""Answers in every way, on a tiny language model, against transformers' uncached forward pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import torch

from demos.bayes.answers import Answer, Rule, answering
from demos.bayes.contexts import WAYS, Contexts, Reading, Way, after_context, alone, question_tokens
from demos.bayes.nbce import combine
from demos.frame.errors import InputProblem
from demos.frame.steps import result_of
from models.decoding import Decoding
from models.registry import Registry
from tests.demos.bayes.tiny_lm import tiny_peer, tiny_registry
from tests.models.test_decoding import WINDOW

CONTEXTS = ("a b c", "d 7 e f", "b")
QUESTION = "f a"


@pytest.fixture(scope="module")
def peer() -> Any:
    return tiny_peer()


@pytest.fixture(scope="module")
def registry(peer: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    found = tiny_registry(tmp_path_factory.mktemp("models"), peer, WINDOW)
    yield found
    found.close()


def answered(
    registry: Registry,
    ways: Sequence[Way],
    rule: Rule,
    contexts: Sequence[str] = CONTEXTS,
) -> tuple[Answer, ...]:
    with registry.decoding("lm", 2_000) as decoding:
        asked = contexts_of(decoding, contexts, rule.new_tokens)
        return result_of(answering(registry, asked, QUESTION, ways, rule))


def contexts_of(decoding: Decoding, contexts: Sequence[str], new_tokens: int) -> Contexts:
    return Contexts(decoding, contexts, question_tokens(decoding, QUESTION), new_tokens)


def prompts_of(contexts: Contexts) -> list[list[int]]:
    """The question alone, then behind each context."""
    after = after_context(contexts.decoding, QUESTION)
    return [alone(contexts.decoding, QUESTION), *([*each, *after] for each in contexts.tokens)]


def ids(answer: Answer) -> list[int]:
    return [token.id for token in answer.tokens]


@torch.inference_mode()
def test_the_cached_answer_equals_the_uncached_one(registry: Registry, peer: Any) -> None:
    rule = Rule(new_tokens=10)
    (answer,) = answered(registry, ["nbce"], rule)
    with registry.decoding("lm", 1) as decoding:
        prompts = prompts_of(contexts_of(decoding, CONTEXTS, 10))
    said: list[int] = []
    previous = None
    for token in answer.tokens:
        rows = [
            peer(input_ids=torch.tensor([[*prompt, *said]])).logits[0, -1] for prompt in prompts
        ]
        expected = combine(torch.stack(rows), previous=previous)
        assert token.chosen == expected.chosen
        assert token.entropies == pytest.approx(expected.entropies.tolist(), abs=1e-4)
        assert token.id == int(expected.log_probs.argmax())
        assert len(token.sources) == 4
        said.append(token.id)
        previous = expected.chosen


def test_one_context_without_beta_is_plain_decoding(registry: Registry, peer: Any) -> None:
    rule = Rule(beta=0.0, new_tokens=12)
    nbce, alone = answered(registry, ["nbce", "alone"], rule, CONTEXTS[:1])
    with registry.decoding("lm", 1) as decoding:
        prompt = torch.tensor(prompts_of(contexts_of(decoding, CONTEXTS[:1], 12))[1:])
    theirs = peer.generate(prompt, max_new_tokens=12, do_sample=False, eos_token_id=None)
    expected = theirs[0, prompt.shape[1] :].tolist()[: len(nbce.tokens)]
    assert ids(nbce) == ids(alone) == expected


@pytest.mark.parametrize("way", ["nbce", "mean", "max"])
def test_the_order_of_contexts_does_not_matter(registry: Registry, way: Way) -> None:
    rule, order = Rule(new_tokens=10), [2, 0, 1]
    (one,) = answered(registry, [way], rule)
    (other,) = answered(registry, [way], rule, [CONTEXTS[place] for place in order])
    assert ids(one) == ids(other)
    assert [t.chosen for t in one.tokens] == [order[(t.chosen or 1) - 1] + 1 for t in other.tokens]


def test_ways_side_by_side_say_what_they_say_alone(registry: Registry) -> None:
    rule = Rule(new_tokens=6)
    together = answered(registry, WAYS, rule)
    assert [a.way for a in together] == [*WAYS[:-1], *["alone"] * 3]
    alone = [answer for way in WAYS for answer in answered(registry, [way], rule)]
    assert [ids(answer) for answer in together] == [ids(answer) for answer in alone]


def test_what_is_cut_from_the_concatenation_is_counted(registry: Registry) -> None:
    contexts = ["a b c d e f " * 4] * 3
    (answer,) = answered(registry, ["concatenated"], Rule(new_tokens=4), contexts)
    assert 0 < answer.cut < 3 * 24
    (fits,) = answered(registry, ["concatenated"], Rule(new_tokens=4))
    assert fits.cut == 0


def test_draws_are_those_of_the_seed(registry: Registry) -> None:
    rule = Rule(temperature=2.0, new_tokens=10, seed=3)
    one, other, another = (
        answered(registry, ["nbce"], each)[0]
        for each in (rule, rule, Rule(temperature=2.0, new_tokens=10, seed=4))
    )
    assert ids(one) == ids(other) != ids(another)


def test_closing_ends_it_between_two_steps(registry: Registry) -> None:
    with registry.decoding("lm", 2_000) as decoding:
        asked = contexts_of(decoding, CONTEXTS, 20)
        events = answering(registry, asked, QUESTION, ["nbce"], Rule(new_tokens=20))
        assert next(events) == Reading(0, 3)
        before = registry.status().calls
        events.close()
        assert registry.status().calls == before
        assert list(events) == []


def test_room_is_counted_for_every_row(registry: Registry) -> None:
    with registry.decoding("lm", 2_000) as decoding:
        asked = contexts_of(decoding, CONTEXTS, 8)
        answers = result_of(answering(registry, asked, QUESTION, WAYS, Rule(new_tokens=8)))
    kept = sum(row.length for answer in answers for row in answer.rows)
    assert kept <= asked.tokens_kept(WAYS)


def test_contexts_are_read_once_for_any_number_of_questions(registry: Registry) -> None:
    rule = Rule(new_tokens=6)
    questions = [QUESTION, "b 7 c", QUESTION]
    with registry.decoding("lm", 2_000) as decoding:
        longest = max(question_tokens(decoding, question) for question in questions)
        contexts = Contexts(decoding, CONTEXTS, longest, 6)
        events = [list(answering(registry, contexts, q, WAYS, rule)) for q in questions]
        readings = [[e.total for e in found if isinstance(e, Reading)] for found in events]
        assert [max(totals) for totals in readings] == [7, 6, 6]
        said = [
            [ids(a) for a in result_of(answering(registry, contexts, q, WAYS, rule))]
            for q in questions
        ]
        fresh = Contexts(decoding, CONTEXTS, longest, 6)
        assert said[1] == [
            ids(a) for a in result_of(answering(registry, fresh, questions[1], WAYS, rule))
        ]
    assert said[0] == said[2] == [ids(answer) for answer in answered(registry, WAYS, rule)]


def test_a_context_longer_than_the_window_is_named(registry: Registry) -> None:
    with registry.decoding("lm", 2_000) as decoding, pytest.raises(InputProblem, match="Context 2"):
        contexts_of(decoding, ["a", "b " * WINDOW], 4)
