"""What an alignment says: sentences, and a table of words beside the cross-encoders' changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from demos.frame.progress import note_html
from demos.frame.small_table import small_table
from demos.frame.strings import Language, say
from demos.pairs.alignment.figures import Aligned
from demos.pairs.alignment.words import WordMatch, word_matches
from demos.pairs.attribution.leave_one_out import Token

Pair = tuple[str, str]

_WORTH_SAYING = 0.1  # of the greatest change of a score: less is said of no word


@dataclass(frozen=True)
class Changes:
    """What leaving out each word did to a cross-encoder's score; see `leave_one_out.changes`."""

    title: str
    by_word: dict[Token, float]


def alignment_html(
    pair: Pair, aligned: Sequence[Aligned], crossed: Sequence[Changes], language: Language
) -> str:
    """For each late-interaction model: where its score comes from, and each word's match."""
    return "".join(_one(pair, each, crossed, language) for each in aligned)


def _one(pair: Pair, aligned: Aligned, crossed: Sequence[Changes], language: Language) -> str:
    matches = word_matches(pair, aligned.alignment)
    sentences = [_score_sentence(aligned, language)]
    if matches:
        sentences.append(_least_sentence(matches, language))
    by_word = {match.word: match for match in matches}
    for changes in crossed:
        sentences += _crossed_sentence(changes, by_word, language)
    headers = [say(f"attribution.{key}", language) for key in ("sentence", "token")]
    headers += [say(f"alignment.{key}", language) for key in ("match", "cosine")]
    headers += [changes.title for changes in crossed]
    rows = [_row(match, crossed) for match in matches]
    return "".join(note_html(each) for each in sentences) + small_table(
        say("alignment.table", language, model=aligned.title), headers, rows
    )


def _score_sentence(aligned: Aligned, language: Language) -> str:
    alignment = aligned.alignment
    means = [[match.cosine for match in alignment.matches(side)] for side in (0, 1)]
    of_a, of_b = (sum(values) / len(values) for values in means)
    return say(
        "alignment.score",
        language,
        model=aligned.title,
        a=len(means[0]),
        b=len(means[1]),
        of_a=f"{of_a:.3f}",
        of_b=f"{of_b:.3f}",
        score=f"{alignment.score:.4f}",
    )


def _least_sentence(matches: Sequence[WordMatch], language: Language) -> str:
    least = min(matches, key=lambda match: match.cosine)
    return say(
        "alignment.least",
        language,
        word=least.word.text,
        side="AB"[least.word.side],
        match=least.match,
        cosine=f"{least.cosine:.2f}",
    )


def _crossed_sentence(
    changes: Changes, by_word: dict[Token, WordMatch], language: Language
) -> list[str]:
    """The word that lowers a cross-encoder's score most, and what late interaction makes of it."""
    least = -_WORTH_SAYING * max(map(abs, changes.by_word.values()), default=0.0)
    lowering = {w: c for w, c in changes.by_word.items() if w in by_word and c < min(least, 0.0)}
    if not lowering:
        return []
    word = min(lowering, key=lambda each: lowering[each])
    found = by_word[word]
    return [
        say(
            "alignment.crossed",
            language,
            model=changes.title,
            word=word.text,
            side="AB"[word.side],
            change=f"{lowering[word]:+.3f}",
            match=found.match,
            cosine=f"{found.cosine:.2f}",
        )
    ]


def _row(match: WordMatch, crossed: Sequence[Changes]) -> list[str]:
    row = ["AB"[match.word.side], match.word.text, match.match, f"{match.cosine:.3f}"]
    for changes in crossed:
        change = changes.by_word.get(match.word)
        row.append("–" if change is None else f"{change:+.3f}")
    return row
