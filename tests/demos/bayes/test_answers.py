"""Answers in every way, on a tiny language model, against transformers' uncached forward pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
import torch

from demos.bayes.answers import Answer, Rule, _drawn, answering
from demos.bayes.contexts import (
    WAYS,
    Contexts,
    Reading,
    Way,
    _shared_beginning,
    after_context,
    alone,
    question_tokens,
)
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
        assert next(events) == Reading(0, sum(map(len, asked.tokens)))
        before = registry.status().calls
        events.close()
        assert registry.status().calls == before
        assert list(events) == []


def test_room_is_counted_for_every_row(registry: Registry) -> None:
    with registry.decoding("lm", 2_000) as decoding:
        asked = contexts_of(decoding, CONTEXTS, 8)
        answers = result_of(answering(registry, asked, QUESTION, WAYS, Rule(new_tokens=8)))
        stores = {id(row.store): row.store for answer in answers for row in answer.rows}
        kept = sum(store.keys.shape[1] * store.keys.shape[3] for store in stores.values())
    assert kept <= asked.tokens_kept(WAYS)


def test_contexts_are_read_once_for_any_number_of_questions(registry: Registry) -> None:
    rule = Rule(new_tokens=6)
    questions = [QUESTION, "b 7 c", QUESTION]
    with registry.decoding("lm", 2_000) as decoding:
        longest = max(question_tokens(decoding, question) for question in questions)
        contexts = Contexts(decoding, CONTEXTS, longest, 6)
        events = [list(answering(registry, contexts, q, WAYS, rule)) for q in questions]
        readings = [[e.total for e in found if isinstance(e, Reading)] for found in events]
        first = 2 * sum(map(len, contexts.tokens)) + len(contexts.whole)
        assert [totals[0] for totals in readings] == [first, 0, 0]
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


def test_room_is_counted_for_rows_of_different_lengths(registry: Registry) -> None:
    """Rows lie together where they are alike: one long context must not make the others long."""
    texts = ["a " * 30, "b", "c", "a", "d " * 25]
    with registry.decoding("lm", 2_000) as decoding:
        asked = contexts_of(decoding, texts, 4)
        answers = result_of(answering(registry, asked, QUESTION, ["nbce"], Rule(new_tokens=4)))
        stores = {id(row.store): row.store for row in answers[0].rows}
        kept = sum(store.keys.shape[1] * store.keys.shape[3] for store in stores.values())
        assert kept <= sum(decoding.room_of(row.length) for row in answers[0].rows)


def test_long_pieces_are_read_in_parts(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = Rule(new_tokens=6)
    whole = [ids(answer) for answer in answered(registry, WAYS, rule)]
    monkeypatch.setattr("demos.bayes.contexts.READ_AT_ONCE", 3)
    assert [ids(answer) for answer in answered(registry, WAYS, rule)] == whole


def test_draws_do_not_depend_on_who_answers_beside(registry: Registry) -> None:
    rule = Rule(temperature=1.5, new_tokens=8, seed=5)
    together = answered(registry, WAYS, rule)
    alone = [answer for way in WAYS for answer in answered(registry, [way], rule)]
    assert [ids(answer) for answer in together] == [ids(answer) for answer in alone]


def test_a_number_falls_on_tokens_as_often_as_they_are_likely() -> None:
    log_probs = torch.tensor([0.2, 0.0, 0.5, 0.3]).log()
    draws = np.random.default_rng(0).random(4_000)
    counts = np.bincount([_drawn(log_probs, 1.0, draw) for draw in draws], minlength=4)
    assert counts / 4_000 == pytest.approx([0.2, 0.0, 0.5, 0.3], abs=0.03)
    assert {_drawn(log_probs, 0.01, draw) for draw in draws[:50]} == {2}


def test_a_smaller_window_cuts_the_text_of_everything_alone(registry: Registry) -> None:
    with registry.decoding("lm", 2_000) as decoding:
        tokens = question_tokens(decoding, QUESTION)
        begin = len(decoding.prompt("Text: ", "")[0])
        small = Contexts(decoding, CONTEXTS, tokens, 4, window=tokens + 4 + begin + 8 + 3)
        assert small.cut == small.count - 3
        assert len(small.tokens) == 3
        with pytest.raises(InputProblem, match="window"):
            Contexts(decoding, CONTEXTS, tokens, 4, window=10)


def test_parallel_windows_share_one_beginning(registry: Registry, peer: Any) -> None:
    """Against transformers with a mask and positions: the longest keeps what all begin with."""
    rule = Rule(new_tokens=1)
    (answer,) = answered(registry, ["windows"], rule)
    with registry.decoding("lm", 1) as decoding:
        asked = contexts_of(decoding, CONTEXTS, 1)
        after = after_context(decoding, QUESTION)
    tokens = asked.tokens
    begin = _shared_beginning(tokens)
    assert begin >= 1
    longest = max(map(len, tokens))
    keep = [len(each) for each in tokens].index(longest)
    tokens_read, places, owners, seen = list[int](), list[int](), list[int](), list[bool]()
    for number, each in enumerate(tokens):
        tokens_read += each
        places += range(longest - len(each), longest)
        owners += [number] * len(each)
        seen += [number == keep or place >= begin for place in range(len(each))]
    total = len(tokens_read) + len(after)
    allowed = torch.ones(total, total, dtype=torch.bool).tril()
    for row, owner in enumerate(owners):
        allowed[row, : len(owners)] &= torch.tensor([other == owner for other in owners])
    allowed[len(owners) :, : len(owners)] &= torch.tensor(seen)
    mask = torch.zeros(1, 1, total, total).masked_fill(~allowed, torch.finfo(torch.float32).min)
    with torch.inference_mode():
        logits = peer(
            input_ids=torch.tensor([[*tokens_read, *after]]),
            position_ids=torch.tensor([[*places, *range(longest, longest + len(after))]]),
            attention_mask=mask,
        ).logits[0, -1]
    assert ids(answer) == [int(logits.argmax())]
    expected = float(logits.softmax(dim=-1).max())
    assert answer.tokens[0].probability == pytest.approx(expected, abs=1e-5)
