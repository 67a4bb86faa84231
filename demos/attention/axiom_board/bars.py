"""A vector as bars, to look at or to drag.

Bars that can be dragged send `release` with all values: by pointer, or by keys (arrows,
Home for nought, Delete).
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from demos.frame.strings import Language, say

_HEADROOM = 1.15  # above the largest, so that it can be dragged up
_NUMBERED = 16  # more bars leave no room for their numbers


def bars_html(
    vector: Sequence[float],
    language: Language,
    editable: bool = False,
    marked: Sequence[int] = (),
    largest: float | None = None,
) -> str:
    """Bars [n], those in `marked` in another colour.

    Args:
        largest: what the height stands for; the vector's own largest entry where it is None.
    """
    top = _HEADROOM * ((max(vector) if largest is None else largest) or 1.0)
    numbered = len(vector) <= _NUMBERED
    bars = "".join(
        _bar(place, entry, top, editable, place in marked, numbered, language)
        for place, entry in enumerate(vector)
    )
    add = ""
    if editable:
        hint = escape(say("attention.axioms.add_bar", language), quote=True)
        add = f'<button class="kl-add" title="{hint}" aria-label="{hint}">+</button>'
    kind = "kl-bars kl-editable" if editable else "kl-bars"
    return f'<div class="{kind}" data-top="{top!r}">{bars}{add}</div>'


def _bar(
    place: int,
    entry: float,
    top: float,
    editable: bool,
    marked: bool,
    numbered: bool,
    language: Language,
) -> str:
    number = f"{entry:.4g}"
    role = ""
    if editable:
        name = escape(say("attention.axioms.bar", language, number=place + 1), quote=True)
        role = f' role="slider" tabindex="0" aria-label="{name}" aria-valuenow="{number}"'
    kind = "kl-bar kl-changed" if marked else "kl-bar"
    label = f"<b>{number}</b>" if numbered else ""
    return (
        f'<div class="{kind}" data-value="{entry!r}" title="{number}"{role}>'
        f'<span><i style="height:{100 * entry / top:.3f}%"></i></span>{label}</div>'
    )


SCRIPT = """
let dragged = null, focus = -1;
const bars = () => [...element.querySelectorAll('.kl-editable .kl-bar')];
const top_ = () => parseFloat(element.querySelector('.kl-bars').dataset.top);
const send = (values) => trigger('release', {values});
const values = () => bars().map((bar) => parseFloat(bar.dataset.value));
const unit = () => Math.pow(10, Math.floor(Math.log10(top_())) - 2);
const put = (bar, value) => {
    const step = unit();
    value = Math.round(Math.min(Math.max(value, 0), top_()) / step) * step;
    value = parseFloat(value.toPrecision(6));
    bar.dataset.value = value;
    bar.setAttribute('aria-valuenow', value);
    bar.querySelector('i').style.height = `${100 * value / top_()}%`;
    const label = bar.querySelector('b');
    if (label) label.textContent = parseFloat(value.toPrecision(4));
};
const follow = (event) => {
    const track = dragged.querySelector('span').getBoundingClientRect();
    put(dragged, top_() * (track.bottom - event.clientY) / track.height);
};
element.addEventListener('pointerdown', (event) => {
    dragged = event.target.closest('.kl-editable .kl-bar');
    if (!dragged) return;
    event.preventDefault();
    dragged.focus();
    dragged.setPointerCapture(event.pointerId);
    follow(event);
});
element.addEventListener('pointermove', (event) => { if (dragged) follow(event); });
element.addEventListener('pointerup', () => {
    if (!dragged) return;
    focus = bars().indexOf(dragged);
    dragged = null;
    send(values());
});
element.addEventListener('pointercancel', () => { dragged = null; });
element.addEventListener('keydown', (event) => {
    const bar = event.target.closest('.kl-editable .kl-bar');
    if (!bar) return;
    const value = parseFloat(bar.dataset.value);
    const way = {ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1}[event.key];
    const steps = {PageUp: 10, PageDown: -10}[event.key] ?? way;
    focus = bars().indexOf(bar);
    if (event.key === 'Delete' || event.key === 'Backspace') {
        if (bars().length === 1) return;
        bar.remove();
        focus = Math.min(focus, bars().length - 1);
    } else if (event.key === 'Home') put(bar, 0);
    else if (steps) put(bar, value + steps * unit());
    else return;
    event.preventDefault();
    send(values());
});
element.addEventListener('click', (event) => {
    if (!event.target.closest('.kl-add')) return;
    const there = values();
    focus = there.length;
    send([...there, there[there.length - 1]]);
});
watch('value', () => { if (focus >= 0) bars()[focus]?.focus({preventScroll: true}); focus = -1; });
"""
