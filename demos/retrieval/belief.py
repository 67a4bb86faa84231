"""BayesCUR, this app's own strategy: a query is a belief about a vector, and every exact score
that is bought sharpens it.

Everything known about item x before a query comes is one feature vector

    z(x) = [1, mu(x), F(x), V(x)]

with mu the item's mean score over the anchor queries (centred), F its r factors from the SVD of the
centred anchor scores H, scaled so that an anchor query has coefficients of about one, and V its
bi-encoder vector. The cross-encoder's scores of query q are modelled as

    s_q(x) = m_q(x) + w . z(x) + w_b b_q(x) + noise,     b_q(x) = v_q . V(x), the bi-encoder's score
    m_q(x) = offset + slope_mu mu(x) + slope_b b_q(x)    what is expected before anything is bought
    w, w_b independent and Gaussian, with one scale for each block of z

The offset, the slopes, the scales and the noise are those under which the anchor queries' own
scores are most likely (`fit_prior`: maximum marginal likelihood; factors out of fold, so that no
query explains itself). b_q(x) is itself linear in V(x), so the posterior mean of all items is
again one inner product with z(x). All items are scanned in the format that the machine multiplies
fastest; the shortlist that this gives has its mean and spread computed in float32.

Next are bought the items most likely to be among the true top k. With t such that the expected
number of items above t is k (bought ones counted exactly), that is P(s_q(x) > t): the purchase that
raises the expected Top-k-recall most.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from demos.retrieval.scan import in_scanning_format, top_items

MAX_FACTORS = 64
SHORTLIST = 256  # items whose spread is computed in a round
_FOLDS = 5
_LEARNT_ITEMS = 48  # of each anchor query: half from the bi-encoder's top, half from all others
_LEARNING_STEPS = 80
_BISECTIONS = 30
_NUMBERS_AT_ONCE = 1 << 20  # of the shortlists' features: 4 MB
_LEAST_NOISE = 1e-7  # variance of the noise relative to that of the scores
_LOG_2PI = math.log(2 * math.pi)


@dataclass(frozen=True)
class Prior:
    """What is expected of a query before anything is bought; in units of the cross-encoder's score.

    Attributes:
        offset, slope_mean, slope_bi: the expected score; see the module.
        scale_offset, scale_mean, scale_factors, scale_vectors, scale_bi: standard deviations of the
            weights of [1, mu, F, V, b].
        noise: standard deviation of what no feature explains.
    """

    offset: float
    slope_mean: float
    slope_bi: float
    scale_offset: float
    scale_mean: float
    scale_factors: float
    scale_vectors: float
    scale_bi: float
    noise: float


@dataclass(frozen=True)
class BeliefIndex:
    """The items as one vector each, and the prior.

    Attributes:
        features: z(x) times the prior's scales [n, 2 + r + d], float32.
        scanned: the same for the scan over all items: in bfloat16 where that is faster.
        mean: mu [n].
        cur_vectors: F [n, r].
        prior: what the features were scaled by.
    """

    features: Tensor
    scanned: Tensor
    mean: Tensor
    cur_vectors: Tensor
    prior: Prior

    @property
    def factors(self) -> int:
        return self.cur_vectors.shape[1]


def fit_belief(
    anchor_scores: Tensor, anchor_vectors: Tensor, item_vectors: Tensor, own_items: Tensor
) -> BeliefIndex:
    """Learn the prior and lay out the items' features.

    Args:
        anchor_scores: H [k_q, n].
        anchor_vectors: unit bi-encoder vectors of the anchor queries [k_q, d].
        item_vectors: those of the items [n, d].
        own_items: [k_q]; the item that an anchor query is itself, -1 where it is none. A text's
            score with itself says nothing of other queries and is set aside.
    """
    scores = without_self(anchor_scores, own_items)
    prior = fit_prior(scores, anchor_vectors, item_vectors, own_items)
    mean, cur_vectors = mean_and_factors(scores)
    return lay_out(mean, cur_vectors, item_vectors, prior)


def lay_out(mean: Tensor, cur_vectors: Tensor, item_vectors: Tensor, prior: Prior) -> BeliefIndex:
    """Scale and join the blocks [1, mu, F, V] of n items."""
    blocks = [
        torch.full_like(mean, prior.scale_offset)[:, None],
        (prior.scale_mean * mean)[:, None],
        prior.scale_factors * cur_vectors,
        prior.scale_vectors * item_vectors,
    ]
    features = torch.cat([block.to(torch.float32) for block in blocks], dim=1)  # [n, 2 + r + d]
    return BeliefIndex(features, in_scanning_format(features), mean, cur_vectors, prior)


def without_self(anchor_scores: Tensor, own_items: Tensor) -> Tensor:
    """H with each query's score of its own text lowered to the best of the others."""
    scores = anchor_scores.clone()
    rows = (own_items >= 0).nonzero().squeeze(1)
    if len(rows) and scores.shape[1] > 1:
        columns = own_items[rows]
        scores[rows, columns] = -torch.inf
        scores[rows, columns] = scores[rows].amax(dim=1)
    return scores


def mean_and_factors(scores: Tensor) -> tuple[Tensor, Tensor]:
    """The items' mean scores [n], centred, and their factors F [n, r] with F F' near H'H / k_q."""
    count = len(scores)
    mean = scores.mean(dim=0)  # [n]
    centred = scores - mean  # [k_q, n]
    # The Gram matrix of the few rows, rather than an SVD of a wide matrix.
    values, left = torch.linalg.eigh((centred @ centred.mT).to(torch.float64))  # ascending
    rank = max(1, min(MAX_FACTORS, count - 1))
    values, left = values.flip(0)[:rank], left.flip(1)[:, :rank]
    kept = values > 1e-9 * values[0].clamp_min(1e-300)
    left = torch.where(kept, left, 0.0).to(scores.dtype)
    factors = (centred.mT @ left) / math.sqrt(count)  # [n, r]
    return mean - mean.mean(), factors


# --- the prior, from the anchor queries ---------------------------------------------------------


def fit_prior(
    scores: Tensor, anchor_vectors: Tensor, item_vectors: Tensor, own_items: Tensor
) -> Prior:
    """Maximise the marginal likelihood of the anchor queries' scores over the prior's numbers."""
    count = len(scores)
    spread = scores.std(correction=0).item() or 1.0
    groups = [
        _learning_group(scores, anchor_vectors, item_vectors, own_items, out)
        for out in torch.arange(count).split(math.ceil(count / min(_FOLDS, count)))
        if len(out) < count and scores.shape[1] > 1
    ]
    if not groups:  # one anchor query, or one item: nothing to learn from
        mean = scores.mean().item()
        return Prior(mean, 1.0, 0.0, spread, spread, spread, spread, spread, 0.5 * spread)
    y, blocks, gram = (torch.cat(part) for part in zip(*groups, strict=True))
    # [k_q, m], [k_q, m, 3] of (1, mu, b), [k_q, 5, m, m] of (1, mu, F, V, b)
    y = y / spread
    # Least squares for the start of the slopes; each scale starts at what explains a fifth.
    design, target = blocks.reshape(-1, 3), y.reshape(-1, 1)
    slopes = torch.linalg.lstsq(design, target, driver="gelsd").solution.squeeze(1)
    sizes = gram.diagonal(dim1=-2, dim2=-1).mean(dim=(0, 2)).clamp_min(1e-6)  # [5]
    residual = (target - design @ slopes[:, None]).square().mean().clamp_min(1e-6)
    logs = torch.cat([0.5 * torch.log(residual / 5 / sizes), 0.5 * torch.log(residual / 5)[None]])
    slopes, logs = _climb(y, blocks, gram, slopes, logs)
    scales = [spread * math.exp(value) for value in logs.tolist()]
    offset, slope_mean, slope_bi = (spread * value for value in slopes.tolist())
    return Prior(offset, slope_mean, slope_bi, *scales)


def _climb(
    y: Tensor, blocks: Tensor, gram: Tensor, slopes: Tensor, logs: Tensor
) -> tuple[Tensor, Tensor]:
    """Adam on slopes [3] and log scales [6]; the best seen is returned."""
    with torch.inference_mode(False), torch.enable_grad():
        # Copies, for tensors made in inference mode know no gradient.
        y, blocks, gram, slopes, logs = (x.clone() for x in (y, blocks, gram, slopes, logs))
        floor = logs - 5  # a scale of nought would leave its feature out for ever
        best, kept = math.inf, (slopes.clone(), logs.clone())
        slopes, logs = slopes.requires_grad_(), logs.requires_grad_()
        optimizer = torch.optim.Adam([slopes, logs], lr=0.05)
        for _ in range(_LEARNING_STEPS):
            loss = _surprise(y, blocks, gram, slopes, torch.maximum(logs, floor))
            if loss.item() < best:
                best = loss.item()
                kept = (slopes.detach().clone(), torch.maximum(logs, floor).detach().clone())
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    return kept


def _surprise(y: Tensor, blocks: Tensor, gram: Tensor, slopes: Tensor, logs: Tensor) -> Tensor:
    """Negative log marginal likelihood an observation."""
    variances = torch.exp(2 * logs)
    covariance = torch.einsum("i,qimn->qmn", variances[:5], gram)  # [k_q, m, m]
    noise = variances[5] * torch.eye(y.shape[1], dtype=y.dtype, device=y.device)
    chol = torch.linalg.cholesky(covariance + noise + 1e-9 * torch.eye(y.shape[1], dtype=y.dtype))
    residual = (y - blocks @ slopes)[..., None]  # [k_q, m, 1]
    white = torch.linalg.solve_triangular(chol, residual, upper=False)
    log_det = chol.diagonal(dim1=-2, dim2=-1).log().sum(dim=-1)
    fit: Tensor = 0.5 * white.square().sum(dim=(1, 2)) + log_det  # [k_q]
    return fit.mean() / y.shape[1] + 0.5 * _LOG_2PI


def _learning_group(
    scores: Tensor, anchor_vectors: Tensor, item_vectors: Tensor, own_items: Tensor, out: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Scores and features of left-out queries, with the mean and factors of the other queries."""
    kept = torch.ones(len(scores), dtype=torch.bool)
    kept[out] = False
    mean, factors = mean_and_factors(scores[kept])
    y, blocks, gram = [], [], []
    for query in out.tolist():
        bi = item_vectors @ anchor_vectors[query]  # [n]
        items = _items_to_learn_from(bi, int(own_items[query]), seed=query)  # [m]
        some = [mean[items, None], factors[items], item_vectors[items], bi[items, None]]
        some = [torch.ones_like(some[0]), *some]
        some = [part.to(torch.float64) for part in some]  # [m, 1], [m, 1], [m, r], [m, d], [m, 1]
        y.append(scores[query, items].to(torch.float64))
        blocks.append(torch.cat([some[0], some[1], some[4]], dim=1))
        gram.append(torch.stack([part @ part.mT for part in some]))
    # Small, and what follows is many small steps: on the CPU, wherever the scores are.
    return torch.stack(y).cpu(), torch.stack(blocks).cpu(), torch.stack(gram).cpu()


def _items_to_learn_from(bi: Tensor, own: int, seed: int) -> Tensor:
    """The bi-encoder's top and as many of the others: a search sees both."""
    bi = bi.clone()
    if own >= 0:
        bi[own] = -torch.inf
    usable = len(bi) - (own >= 0)
    wanted = min(_LEARNT_ITEMS, len(bi) - 1)  # as many for every query
    order = bi.argsort(descending=True)[:usable]
    top = wanted - wanted // 2
    rest = torch.randperm(usable - top, generator=torch.Generator().manual_seed(seed))
    return torch.cat([order[:top], order[top + rest[: wanted - top]]])


# --- a query ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Posterior:
    """The belief after some purchases.

    Attributes:
        weights: [q, D] of the scaled features; their product is the mean of any item.
        chol: Cholesky factor of the bought items' covariance [q, b, b].
        known: features of the bought items, the bi-encoder's score among them [q, b, D + 1].
    """

    weights: Tensor
    chol: Tensor
    known: Tensor


def prior_weights(index: BeliefIndex, queries: Tensor) -> Tensor:
    """Weights [q, D] of the scaled features that give the prior mean for queries [q, d]."""
    prior, features = index.prior, index.features
    weights = features.new_zeros(len(queries), features.shape[1])
    weights[:, 0] = prior.offset / prior.scale_offset
    weights[:, 1] = prior.slope_mean / prior.scale_mean
    weights[:, 2 + index.factors :] = prior.slope_bi / prior.scale_vectors * queries
    return weights


def posterior(index: BeliefIndex, queries: Tensor, items: Tensor, scores: Tensor) -> Posterior:
    """The belief of queries [q, d] after exact `scores` [q, b] of `items` [q, b]."""
    prior = index.prior
    expected = prior_weights(index, queries)  # [q, D]
    known = index.features[items]  # [q, b, D]
    known = torch.cat([known, _bi_encoder(index, queries, known)[..., None]], dim=-1)
    surprise = scores - (known[..., :-1] @ expected[..., None]).squeeze(-1)  # [q, b]
    exact = known.to(torch.float64)  # with little noise the rounding of float32 is no small thing
    covariance = exact @ exact.mT  # [q, b, b]
    variances = covariance.diagonal(dim1=-2, dim2=-1)
    floor = _LEAST_NOISE * variances.mean(dim=1, keepdim=True)  # in units of the scores
    variances.add_(floor.clamp_min(prior.noise**2))
    chol = torch.linalg.cholesky(covariance)
    alpha = torch.cholesky_solve(surprise[..., None].to(torch.float64), chol)  # [q, b, 1]
    learnt = (exact.mT @ alpha).squeeze(-1).to(scores.dtype)  # [q, D + 1]
    # The bi-encoder's score is linear in V: its weight is a weight of V along the query.
    along = learnt[:, -1:] * (prior.scale_bi / prior.scale_vectors) * queries  # [q, d]
    weights = expected + learnt[:, :-1]
    weights[:, 2 + index.factors :] += along
    return Posterior(weights, chol.to(scores.dtype), known)


def shortlist(
    index: BeliefIndex, weights: Tensor, count: int, bought: Tensor | None = None
) -> Tensor:
    """The items [q, count] of greatest mean under `weights` [q, D], those `bought` [q, b] left out.

    Best first but for what the scan's format rounds off.
    """
    weights = weights.clone()
    weights[:, 0] = 0  # the same for all items: it would only cost figures
    return top_items(weights, index.scanned, count, bought)[0]


def predict(
    index: BeliefIndex, belief: Posterior, queries: Tensor, items: Tensor
) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation [q, m] of the scores of `items` [q, m], the noise included."""
    # A few queries at once: their features stay in the cache, and the memory is used again.
    at_once = max(1, _NUMBERS_AT_ONCE // max(1, items.shape[1] * index.features.shape[1]))
    if items.is_cuda:
        at_once = max(1, len(items))
    given = (belief.weights, belief.chol, belief.known, queries, items)
    parts = zip(*(tensor.split(at_once) for tensor in given), strict=True)
    done = [_predict(index, Posterior(*part[:3]), *part[3:]) for part in parts]
    means, deviations = (torch.cat(each) for each in zip(*done, strict=True))
    return means, deviations


def _predict(
    index: BeliefIndex, belief: Posterior, queries: Tensor, items: Tensor
) -> tuple[Tensor, Tensor]:
    some = index.features[items]  # [q, m, D]: large, so the bi-encoder's score is not joined to it
    bi = _bi_encoder(index, queries, some)  # [q, m]
    means = (some @ belief.weights[..., None]).squeeze(-1)  # [q, m]
    shared = belief.known[..., :-1] @ some.mT  # [q, b, m]
    shared += belief.known[..., -1:] * bi[:, None, :]
    explained = torch.linalg.solve_triangular(belief.chol, shared, upper=False).square().sum(dim=1)
    own = torch.linalg.vecdot(some, some) + bi.square()
    variance = (own - explained).clamp_min(0) + index.prior.noise**2  # [q, m]
    return means, variance.sqrt()


def chances(mean: Tensor, deviation: Tensor, bought: Tensor, k: int) -> Tensor:
    """The chance [q, m] of each candidate to be among the top `k`.

    Args:
        mean, deviation: of the candidates' scores [q, m].
        bought: exact scores [q, b].
    """
    low = torch.minimum((mean - 6 * deviation).amin(dim=1), bought.amin(dim=1))[:, None]  # [q, 1]
    high = torch.maximum((mean + 6 * deviation).amax(dim=1), bought.amax(dim=1))[:, None]
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        above = _above(mean, deviation, middle).sum(dim=1, keepdim=True)
        above = above + (bought > middle).sum(dim=1, keepdim=True)
        low, high = torch.where(above > k, middle, low), torch.where(above > k, high, middle)
    return _above(mean, deviation, (low + high) / 2)


def _above(mean: Tensor, deviation: Tensor, threshold: Tensor) -> Tensor:
    chance: Tensor = torch.special.ndtr((mean - threshold) / deviation.clamp_min(1e-30))
    return chance


def _bi_encoder(index: BeliefIndex, queries: Tensor, features: Tensor) -> Tensor:
    """The scaled bi-encoder scores [q, m] of scaled features [q, m, D]."""
    prior = index.prior
    # The query in place of a weight, so that no part of the features is copied.
    weights = queries.new_zeros(len(queries), features.shape[-1])  # [q, D]
    weights[:, 2 + index.factors :] = queries * (prior.scale_bi / prior.scale_vectors)
    scores: Tensor = (features @ weights[..., None]).squeeze(-1)
    return scores
