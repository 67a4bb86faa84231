"""The sentences themselves, English and Chinese, one file a room of the house."""

from demos.frame.texts import (
    attention,
    attention_axioms,
    attention_decoder,
    attention_heads,
    attention_laboratory,
    attention_rank,
    attention_sidebyside,
    attention_sparsity,
    house,
    pairs_attribution,
    pairs_evaluation,
    pairs_grid,
    pairs_playground,
    pairs_published,
    pairs_score,
    pairs_training,
    retrieval,
    retrieval_ask,
    retrieval_compare,
    retrieval_indexing,
    retrieval_matrix,
    scaling,
    scaling_checks,
    scaling_data,
    scaling_fitted,
    scaling_frontier,
    scaling_isoflop,
    scaling_quanta,
)

_ROOMS = (
    attention,
    attention_heads,
    attention_sidebyside,
    attention_axioms,
    attention_sparsity,
    attention_rank,
    attention_laboratory,
    attention_decoder,
    house,
    pairs_score,
    pairs_attribution,
    pairs_evaluation,
    pairs_grid,
    pairs_playground,
    pairs_training,
    pairs_published,
    retrieval,
    retrieval_ask,
    retrieval_indexing,
    retrieval_matrix,
    retrieval_compare,
    scaling,
    scaling_checks,
    scaling_data,
    scaling_fitted,
    scaling_frontier,
    scaling_isoflop,
    scaling_quanta,
)

TEXTS: dict[str, tuple[str, str]] = {
    key: value for room in _ROOMS for key, value in room.TEXTS.items()
}
if len(TEXTS) != sum(len(room.TEXTS) for room in _ROOMS):
    raise ValueError("two rooms have a text of the same key")
