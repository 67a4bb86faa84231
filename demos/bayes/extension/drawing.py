"""Answers, the board of entropies and the candidates of one token, as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from demos.bayes.answers import Candidates, Token
from demos.bayes.extension.running import Spoken, Trace
from demos.frame.labels import cut_to_width
from demos.frame.strings import Language, say

# A click on a token, or on a cell of the board, tells which answer's and which step it is.
PICKING = """
const pick = (event) => {
  const picked = event.target.closest('[data-step]');
  if (picked) trigger('click', {answer: +picked.dataset.answer, step: +picked.dataset.step});
};
element.addEventListener('click', pick);
element.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); pick(event); }
});
"""
_GOLDEN = 137.5  # degrees: hues of neighbours lie far apart


def answers_html(trace: Trace, alone: bool, language: Language) -> str:
    """Answers side by side, tokens coloured by their context.

    Args:
        trace: what has been written.
        alone: those of each context alone, or all others.
    """
    cards = [
        _answer(trace, number, each, language)
        for number, each in enumerate(trace.spoken)
        if (each.way == "alone") == alone
    ]
    return f'<div class="kl-answers">{"".join(cards)}</div>' if cards else ""


def legend_html(contexts: Sequence[str], language: Language) -> str:
    """Which colour is which context."""
    empty = say("bayes.extension.empty", language)
    items = [_chip(0, empty), *(_chip(i, text) for i, text in enumerate(contexts, start=1))]
    return f'<div class="kl-contexts">{"".join(items)}</div>'


def board_html(trace: Trace, number: int, language: Language) -> str:
    """Entropies of an answer's sources, a row each, a column for every token."""
    spoken = trace.spoken[number]
    if not spoken.pooled:
        return ""
    most = max(max(token.entropies) for token in spoken.tokens) or 1.0
    heads = "".join(
        f"<th>{_pick(number, step, escape(_short(token)), '', token.name)}</th>"
        for step, token in enumerate(spoken.tokens)
    )
    rows = "".join(
        _board_row(trace, number, row, most, language)
        for row in range(len(spoken.tokens[0].entropies))
    )
    return (
        f'<div class="kl-board"><table><thead><tr><th></th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def candidates_html(trace: Trace, number: int, step: int, language: Language) -> str:
    """What every source held to be likely at one token."""
    spoken = trace.spoken[number]
    token = spoken.tokens[step]
    caption = say(
        "bayes.extension.candidates",
        language,
        token=token.name,
        step=step + 1,
        way=way_name(spoken, language),
    )
    combined = say("bayes.extension.combined" if spoken.pooled else "bayes.extension.own", language)
    rows = [_candidates_row(combined, token.combined, None, token, "kl-combined")]
    if spoken.pooled:
        empty = say("bayes.extension.empty", language)
        rows += [
            _candidates_row(
                _chip(row, empty if row == 0 else trace.setting.contexts[row - 1]),
                source,
                token.entropies[row],
                token,
                "kl-picked" if row == token.chosen else "",
            )
            for row, source in enumerate(token.sources)
        ]
    return (
        f'<div class="kl-note">{escape(caption)}</div>'
        f'<div class="kl-candidates"><table><tbody>{"".join(rows)}</tbody></table></div>'
    )


def way_name(spoken: Spoken, language: Language) -> str:
    """What a way is called; of a context alone with its number."""
    return say(f"bayes.extension.way.{spoken.way}", language, context=spoken.context or "")


def _answer(trace: Trace, number: int, spoken: Spoken, language: Language) -> str:
    hue = "" if spoken.context is None else _hue(spoken.context)
    words = "".join(
        _pick(number, step, escape(token.text), _hue(token.chosen), _hint(token, language))
        for step, token in enumerate(spoken.tokens)
        if token.text
    )
    name = escape(way_name(spoken, language))
    return (
        f'<section class="kl-answer" style="{hue}"><h4>{name}</h4><p>{words}</p>'
        f"<small>{escape(_state(trace, spoken, language))}</small></section>"
    )


def _state(trace: Trace, spoken: Spoken, language: Language) -> str:
    """Whether it ended, and what it has not read."""
    state = "ended" if spoken.ended else "full" if _full(trace, spoken) else "going"
    if state == "going" and trace.done:
        state = "full"
    words = say(f"bayes.extension.state.{state}", language, tokens=len(spoken.tokens))
    if spoken.cut:
        words += " " + say("bayes.extension.cut", language, tokens=f"{spoken.cut:,}")
    return words


def _full(trace: Trace, spoken: Spoken) -> bool:
    return len(spoken.tokens) >= trace.setting.rule.new_tokens


def _hint(token: Token, language: Language) -> str:
    probability = f"{token.probability:.0%}"
    if token.chosen is None:
        return probability
    key = "bayes.extension.from_context" if token.chosen else "bayes.extension.from_empty"
    return say(key, language, context=token.chosen, probability=probability)


def _board_row(trace: Trace, number: int, row: int, most: float, language: Language) -> str:
    name = say("bayes.extension.empty", language) if row == 0 else trace.setting.contexts[row - 1]
    cells = []
    for step, token in enumerate(trace.spoken[number].tokens):
        entropy = token.entropies[row]
        picked = " kl-picked" if token.chosen == row else ""
        style = f"--sure:{1 - entropy / most:.2f}"
        hint = f"{token.name} · {row} · {entropy:.2f}"
        cells.append(f'<td class="kl-cell{picked}">{_pick(number, step, "", style, hint)}</td>')
    return f"<tr><th>{_chip(row, name, 16)}</th>{''.join(cells)}</tr>"


def _candidates_row(
    head: str, source: Candidates, entropy: float | None, token: Token, kind: str
) -> str:
    likely = "".join(
        f'<td style="--share:{share:.3f}"{_same(name, token)}>{escape(name)}'
        f"<small>{share:.1%}</small></td>"
        for name, share in zip(source.names, source.probabilities, strict=True)
    )
    sure = "" if entropy is None else f"{entropy:.2f}"
    return f'<tr class="{kind}"><th>{head}</th><td class="kl-entropy">{sure}</td>{likely}</tr>'


def _same(name: str, token: Token) -> str:
    return ' class="kl-taken"' if name == token.name else ""


def _pick(answer: int, step: int, words: str, style: str, hint: str = "") -> str:
    return (
        f'<span role="button" tabindex="0" data-answer="{answer}" data-step="{step}"'
        f' style="{style}" title="{escape(hint)}">{words}</span>'
    )


def _short(token: Token) -> str:
    """A token's letters, where it has any."""
    return token.name.strip("▁") or token.name


def _chip(row: int, words: str, width: int = 34) -> str:
    """A context's number in its colour, and its beginning."""
    short = escape(cut_to_width(words, width))
    return (
        f'<span class="kl-chip" title="{escape(words[:300])}">'
        f'<i style="{_hue(row)}">{row}</i>{short}</span>'
    )


def _hue(row: int | None) -> str:
    """A context's colour; grey for the empty one, none where there is one row alone."""
    if row is None:
        return ""
    saturation = "60%" if row else "0%"
    return f"--hue:{row * _GOLDEN % 360:.0f};--saturation:{saturation}"


def names_of(spoken: Iterable[Spoken], language: Language) -> list[tuple[str, int]]:
    """Choices of answers that have a board: name and number."""
    return [(way_name(each, language), i) for i, each in enumerate(spoken) if each.pooled]
