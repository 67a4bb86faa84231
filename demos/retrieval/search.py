"""Eight ways to spend a budget of cross-encoder calls on a query, behind one interface.

A strategy is a frozen dataclass of its settings. `prepare` computes what does not depend on the
query; `rounds` says how many calls each round spends; `propose` names the next items from what has
been bought so far, and from nothing else, so it is a pure function that any device or process can
run. The driver, `search`, buys: it alone sees the cross-encoder, and its ledger counts every call.

All strategies are batched over queries [q] and read the corpus through `scan.top_items`, except one
that reads token vectors through `late.best_items`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import torch
from torch import Tensor

from demos.frame.steps import Run, directly
from demos.retrieval import anchors, belief, cur
from demos.retrieval.late import LateIndex, best_items, one_vector_each
from demos.retrieval.scan import top_items


@dataclass(frozen=True)
class Index:
    """What is known of a corpus before a query comes.

    Attributes:
        item_vectors: unit bi-encoder vectors [n, d].
        anchor_scores: H [k_q, n], the cross-encoder's scores of the anchor queries.
        anchor_vectors: unit bi-encoder vectors of the anchor queries [k_q, d].
        own_items: [k_q]; the item that an anchor query is itself, -1 where it is none.
        late: the items' token vectors, where late interaction has read them.
    """

    item_vectors: Tensor
    anchor_scores: Tensor
    anchor_vectors: Tensor
    own_items: Tensor
    late: LateIndex | None = None

    @property
    def size(self) -> int:
        return len(self.item_vectors)


@dataclass(frozen=True)
class Bought:
    """Items [q, b] in the order in which they were bought, and their exact scores [q, b]."""

    items: Tensor
    scores: Tensor

    @property
    def calls(self) -> int:
        """Cross-encoder calls a query, repeats counted."""
        return self.items.shape[1]


class Strategy(Protocol):
    """See the module."""

    @property
    def key(self) -> str: ...

    @property
    def keeps_all(self) -> bool:
        """Whether every exact score counts for the final ranking, or the last round's alone."""

    def rounds(self, budget: int) -> tuple[int, ...]:
        """Calls of each round; they add up to the budget."""

    def prepare(self, index: Index, budget: int) -> Any: ...

    def read(self, prepared: Any) -> tuple[Tensor, ...]:
        """Those of the prepared tensors that answering a query reads."""

    def propose(self, prepared: Any, queries: Tensor, bought: Bought, count: int) -> Tensor:
        """The next `count` items [q, count] for queries [q, d]."""


# --- the strategies -----------------------------------------------------------------------------


class Unprepared:
    """Those to whom the index as it is says all."""

    def prepare(self, index: Index, budget: int) -> Index:
        return index

    def read(self, prepared: Index) -> tuple[Tensor, ...]:
        return (prepared.item_vectors,)


class OneRound:
    """Those that spend the budget at once."""

    keeps_all: ClassVar[bool] = True

    def rounds(self, budget: int) -> tuple[int, ...]:
        return (budget,)


@dataclass(frozen=True)
class Adaptive:
    """Those that learn between rounds of nearly equal size."""

    number_of_rounds: int = 5
    keeps_all: ClassVar[bool] = True

    def rounds(self, budget: int) -> tuple[int, ...]:
        return even_rounds(budget, self.number_of_rounds)


@dataclass(frozen=True)
class ReRank(Unprepared, OneRound):
    """The bi-encoder's best, re-ranked: what everybody does, and needs no index."""

    key: ClassVar[str] = "rerank"

    def propose(self, prepared: Index, queries: Tensor, bought: Bought, count: int) -> Tensor:
        return top_items(queries, prepared.item_vectors, count, bought.items)[0]


@dataclass(frozen=True)
class LateReRank(OneRound):
    """The best by late interaction, re-ranked: a shortlist by token vectors instead of one vector.

    Its queries are token vectors [q, t, d], see `late.padded`. Without token vectors of the items
    every text counts as one token, and what is bought is what `ReRank` buys.
    """

    key: ClassVar[str] = "late"

    def prepare(self, index: Index, budget: int) -> LateIndex:
        return index.late or one_vector_each(index.item_vectors)

    def read(self, prepared: LateIndex) -> tuple[Tensor, ...]:
        return (prepared.vectors,)

    def propose(self, prepared: LateIndex, queries: Tensor, bought: Bought, count: int) -> Tensor:
        tokens = queries if queries.dim() == 3 else queries[:, None]  # [q, t, d]
        return best_items(prepared, tokens, count)


@dataclass(frozen=True)
class PublishedCur:
    """ANNCUR as in the published code: random anchors, `pinv` with rcond 1e-15, anchor scores not
    reused, so that an anchor among the retrieved items is paid twice."""

    seed: int = 0
    key: ClassVar[str] = "anncur"
    keeps_all: ClassVar[bool] = False
    solver: ClassVar[cur.Solver] = "pinv"

    def rounds(self, budget: int) -> tuple[int, ...]:
        anchors_bought = budget // 2
        return (anchors_bought, budget - anchors_bought) if anchors_bought else (budget,)

    def prepare(self, index: Index, budget: int) -> cur.CurIndex:
        chosen = self.choose(index, max(1, self.rounds(budget)[0]))
        scores = index.anchor_scores
        return cur.fit(scores, chosen.to(scores.device), self.solver)

    def choose(self, index: Index, count: int) -> Tensor:
        """The anchor items [count]."""
        return anchors.random_anchors(index.size, count, self.seed)

    def read(self, prepared: cur.CurIndex) -> tuple[Tensor, ...]:
        return (prepared.item_vectors,)

    def propose(
        self, prepared: cur.CurIndex, queries: Tensor, bought: Bought, count: int
    ) -> Tensor:
        if not bought.calls:
            return prepared.anchor_items[:count].expand(len(queries), -1)
        vectors = prepared.item_vectors.mT  # [n, k_i]
        paid = bought.items if self.keeps_all else None
        return top_items(bought.scores.to(vectors.dtype), vectors, count, paid)[0]


@dataclass(frozen=True)
class Cur(PublishedCur):
    """CUR with the fix: a cross-validated cut of small singular values, anchors spread by k-means,
    and exact anchor scores reused."""

    key: ClassVar[str] = "cur"
    keeps_all: ClassVar[bool] = True
    solver: ClassVar[cur.Solver] = "truncated"

    def choose(self, index: Index, count: int) -> Tensor:
        return anchors.kmeans_medoids(index.item_vectors, count, self.seed)


@dataclass(frozen=True)
class AdaCur(Unprepared, Adaptive):
    """Adaptive rounds (ADACUR): what was retrieved becomes the next round's anchors.

    Starts from the bi-encoder's best; each query has an intersection of its own, cut at `rcond`.
    """

    rcond: float = 0.05
    key: ClassVar[str] = "adacur"

    def read(self, prepared: Index) -> tuple[Tensor, ...]:
        return prepared.item_vectors, prepared.anchor_scores

    def propose(self, prepared: Index, queries: Tensor, bought: Bought, count: int) -> Tensor:
        if not bought.calls:
            return top_items(queries, prepared.item_vectors, count)[0]
        scores = prepared.anchor_scores  # [k_q, n]
        intersections = scores[:, bought.items].movedim(1, 0)  # [q, k_q, b]
        inverses = torch.linalg.pinv(
            intersections.to(torch.float64), rtol=self.rcond
        )  # [q, b, k_q]
        weights = (bought.scores[:, None].to(torch.float64) @ inverses).squeeze(1)  # [q, k_q]
        return top_items(weights.to(scores.dtype), scores.mT, count, bought.items)[0]


@dataclass(frozen=True)
class AxnIndex:
    """The bi-encoder's vectors, and how its score becomes the cross-encoder's on average."""

    item_vectors: Tensor
    offset: float
    slope: float
    penalty: float


@dataclass(frozen=True)
class Axn(Adaptive):
    """A least-squares query vector with the bi-encoder's as its prior (AXN).

    u = argmin sum (s_i - offset - u . V_i)^2 + penalty |u - slope v_q|^2 over what was bought.
    Offset and slope are those of the anchor queries; the penalty predicts their scores best.
    """

    key: ClassVar[str] = "axn"

    def prepare(self, index: Index, budget: int) -> AxnIndex:
        return fit_axn(index, max(2, budget // 2))

    def read(self, prepared: AxnIndex) -> tuple[Tensor, ...]:
        return (prepared.item_vectors,)

    def propose(self, prepared: AxnIndex, queries: Tensor, bought: Bought, count: int) -> Tensor:
        weights = query_vectors(prepared, queries, bought) if bought.calls else queries
        return top_items(weights, prepared.item_vectors, count, bought.items)[0]


@dataclass(frozen=True)
class BayesCur(Adaptive):
    """This app's own: Bayesian regression of what was bought on CUR factors and the bi-encoder.

    See `belief`. `k`: the top k that the purchases aim at.
    """

    number_of_rounds: int = 8
    k: int = 10
    key: ClassVar[str] = "bayes"

    def prepare(self, index: Index, budget: int) -> belief.BeliefIndex:
        return belief.fit_belief(
            index.anchor_scores, index.anchor_vectors, index.item_vectors, index.own_items
        )

    def read(self, prepared: belief.BeliefIndex) -> tuple[Tensor, ...]:
        same = prepared.scanned is prepared.features
        return (prepared.features,) if same else (prepared.features, prepared.scanned)

    def propose(
        self, prepared: belief.BeliefIndex, queries: Tensor, bought: Bought, count: int
    ) -> Tensor:
        if not bought.calls:
            return belief.shortlist(prepared, belief.prior_weights(prepared, queries), count)
        known = belief.posterior(prepared, queries, bought.items, bought.scores)
        free = len(prepared.features) - bought.calls
        length = min(free, max(belief.SHORTLIST, 2 * count))
        items = belief.shortlist(prepared, known.weights, length, bought.items)  # [q, m]
        means, deviations = belief.predict(prepared, known, queries, items)
        chances = belief.chances(means, deviations, bought.scores, self.k)
        # Far below the threshold all chances are nought: there the mean decides.
        order = chances + torch.linspace(1e-6, 0, length, device=means.device)
        return items.gather(1, order.topk(count, dim=1).indices)


@dataclass(frozen=True)
class BruteForce(Unprepared, OneRound):
    """Every item: the ceiling. Its budget is the corpus."""

    key: ClassVar[str] = "brute"

    def read(self, prepared: Index) -> tuple[Tensor, ...]:
        return ()

    def propose(self, prepared: Index, queries: Tensor, bought: Bought, count: int) -> Tensor:
        items = torch.arange(prepared.size, device=queries.device)
        return items.expand(len(queries), -1)


STRATEGIES: dict[str, Strategy] = {
    strategy.key: strategy
    for strategy in (
        *(BayesCur(), ReRank(), LateReRank(), AdaCur(), Axn(), Cur(), PublishedCur()),
        BruteForce(),
    )
}
NEED_ANCHOR_SCORES = ("bayes", "adacur", "axn", "cur", "anncur")
DEFAULT_STRATEGY = BayesCur.key


def even_rounds(budget: int, number: int) -> tuple[int, ...]:
    """The budget in at most `number` rounds of nearly equal size, the larger ones first."""
    number = max(1, min(number, budget))
    small, larger = divmod(budget, number)
    return (small + 1,) * larger + (small,) * (number - larger)


# --- AXN's regression ---------------------------------------------------------------------------

_PENALTIES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)


def fit_axn(index: Index, count: int) -> AxnIndex:
    """Offset, slope and penalty from the anchor queries.

    The penalty is the one under which `count` bought items, the bi-encoder's best, predict the next
    `count` best.
    """
    scores = belief.without_self(index.anchor_scores, index.own_items)
    bi = index.anchor_vectors @ index.item_vectors.mT  # [k_q, n]
    centred = bi - bi.mean()
    slope = ((centred * scores).mean() / centred.square().mean().clamp_min(1e-12)).item()
    offset = (scores.mean() - slope * bi.mean()).item()
    count = min(count, index.size // 2)
    if not count:
        return AxnIndex(index.item_vectors, offset, slope, 1.0)
    order = bi.topk(2 * count, dim=1).indices
    near, next_ones = order[:, :count], order[:, count:]
    bought = Bought(near, scores.gather(1, near))
    errors = []
    for penalty in _PENALTIES:
        candidate = AxnIndex(index.item_vectors, offset, slope, penalty)
        vectors = query_vectors(candidate, index.anchor_vectors, bought)  # [k_q, d]
        predicted = offset + (index.item_vectors[next_ones] @ vectors[..., None]).squeeze(-1)
        errors.append((predicted - scores.gather(1, next_ones)).square().mean().item())
    best = min(range(len(errors)), key=errors.__getitem__)
    return AxnIndex(index.item_vectors, offset, slope, _PENALTIES[best])


def query_vectors(index: AxnIndex, queries: Tensor, bought: Bought) -> Tensor:
    """The least-squares vectors [q, d] of queries [q, d] after what was bought."""
    expected = index.slope * queries  # [q, d]
    known = index.item_vectors[bought.items]  # [q, b, d]
    rest = bought.scores - index.offset - (known @ expected[..., None]).squeeze(-1)  # [q, b]
    gram = known @ known.mT  # [q, b, b]
    gram.diagonal(dim1=-2, dim2=-1).add_(index.penalty)
    alpha = torch.linalg.solve(gram.to(torch.float64), rest[..., None].to(torch.float64))
    learnt: Tensor = (known.mT @ alpha.to(known.dtype)).squeeze(-1)  # [q, d]
    return expected + learnt


# --- the driver ---------------------------------------------------------------------------------


@dataclass
class Ledger:
    """Buys for all queries alike, and counts."""

    queries: int
    budget: int
    keeps_all: bool
    _items: list[Tensor] = field(default_factory=list)
    _scores: list[Tensor] = field(default_factory=list)

    @property
    def calls(self) -> int:
        """Calls a query so far."""
        return sum(items.shape[1] for items in self._items)

    def bought(self, like: Tensor) -> Bought:
        """Everything bought, on the device and in the number format of `like`."""
        if not self._items:
            none = torch.empty((self.queries, 0), dtype=torch.int64, device=like.device)
            return Bought(none, none.to(like.dtype))
        items, scores = torch.cat(self._items, dim=1), torch.cat(self._scores, dim=1)
        return Bought(items.to(like.device), scores.to(like))

    def enter(self, items: Tensor, scores: Tensor) -> None:
        """Write down a purchase.

        Raises:
            ValueError: it would exceed the budget, or items and scores differ in shape.
        """
        if items.shape != scores.shape or len(items) != self.queries:
            raise ValueError(f"bought {list(items.shape)} items, got {list(scores.shape)} scores")
        if self.calls + items.shape[1] > self.budget:
            raise ValueError(
                f"{self.calls} calls spent, {items.shape[1]} more exceed the budget {self.budget}"
            )
        self._items.append(items.cpu())
        self._scores.append(scores.cpu().to(torch.float32))

    def ranking(self) -> Bought:
        """What counts for the answer, best first; ties in the order of purchase."""
        items = torch.cat(self._items if self.keeps_all else self._items[-1:], dim=1)
        scores = torch.cat(self._scores if self.keeps_all else self._scores[-1:], dim=1)
        order = scores.argsort(dim=1, descending=True, stable=True)
        return Bought(items.gather(1, order), scores.gather(1, order))


@dataclass(frozen=True)
class Found:
    """Ranked items and exact scores [q, m] best first, and the calls spent on each query."""

    ranking: Bought
    calls: int
    purchases: Bought


def searching(
    strategy: Strategy, prepared: Any, queries: Tensor, budget: int, size: int, run: Run = directly
) -> Generator[Tensor, Tensor, Found]:
    """The search as a dialogue: it yields the items [q, b] that it wants scored, and is sent their
    exact scores [q, b].

    Args:
        strategy, prepared: a strategy and what it prepared.
        queries: unit bi-encoder vectors [q, d]; for late interaction token vectors [q, t, d].
        budget: cross-encoder calls a query; more than the corpus has items are never spent.
        size: n.
        run: runs `propose` where tensors are computed.
    """
    budget = min(budget, size)
    ledger = Ledger(len(queries), budget, strategy.keeps_all)
    for count in strategy.rounds(budget):
        bought = ledger.bought(queries)
        items = run(strategy.propose, prepared, queries, bought, count).cpu()
        if items.shape[1] != count:
            raise ValueError(f"{strategy.key} proposes {items.shape[1]} items instead of {count}")
        ledger.enter(items, (yield items))
    return Found(ledger.ranking(), ledger.calls, ledger.bought(torch.empty(0)))


def search(
    strategy: Strategy,
    index: Index,
    queries: Tensor,
    score: Callable[[Tensor], Tensor],
    budget: int,
) -> Found:
    """Search for queries [q, d]; `score` gives exact scores [q, b] of items [q, b]."""
    budget = index.size if isinstance(strategy, BruteForce) else min(budget, index.size)
    prepared = strategy.prepare(index, budget)
    return answered(searching(strategy, prepared, queries, budget, index.size), score)


def answered(
    dialogue: Generator[Tensor, Tensor, Found], score: Callable[[Tensor], Tensor]
) -> Found:
    """Give a search all the scores [q, b] that it asks for."""
    wanted = next(dialogue)
    while True:
        try:
            wanted = dialogue.send(score(wanted))
        except StopIteration as stop:
            found: Found = stop.value
            return found
