"""Every head of a model as a small picture: one PNG for all of them, and a button for each.

The picture holds weights as opacity alone. A style sheet lays it as a mask over each button's
colour, which tells the chosen figure, so that the same picture serves every figure, light and dark.
"""

from __future__ import annotations

import base64
import io
from html import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image  # gradio depends on it

from demos.attention.heads.choices import CHOICES, values_of, written
from demos.attention.readings import Measured
from demos.frame.plots import BLUE, RED, VIOLET
from demos.frame.strings import Language, say

_SMALLEST = 48  # pixels of a head's picture: of few tokens each weight becomes a square
_STOPS = (BLUE, VIOLET, RED)

# The click carries layer and head; arrow keys walk, so that the grid is one stop of the tab key.
PICKING = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-head]');
  if (button) trigger('click', {layer: +button.dataset.layer, head: +button.dataset.head});
});
element.addEventListener('keydown', (event) => {
  const steps = {Left: [0, -1], Right: [0, 1], Up: [-1, 0], Down: [1, 0]};
  const step = event.key.startsWith('Arrow') && steps[event.key.slice(5)];
  const here = event.target.closest('button[data-head]');
  if (!step || !here) return;
  event.preventDefault();
  const [layer, head] = [+here.dataset.layer + step[0], +here.dataset.head + step[1]];
  element.querySelector(`button[data-layer="${layer}"][data-head="${head}"]`)?.focus();
});
"""
# Marks the head that another control has chosen.
MARKING = """
(layer, head) => {
  const box = document.querySelector('#attention-heads-overview');
  for (const button of box?.querySelectorAll('button[data-head]') ?? []) {
    const chosen = button.dataset.layer == layer && button.dataset.head == head;
    button.setAttribute('aria-pressed', chosen);
    button.tabIndex = chosen ? 0 : -1;
  }
}
"""


def overview_html(measured: Measured, key: str, chosen: tuple[int, int], language: Language) -> str:
    """The grid of heads, a row a layer, coloured by a figure; `chosen` counts from nought."""
    values = values_of(measured, key)
    layers, heads = values.shape
    tints = strength(values, key)
    cells = ["<b></b>", *(f"<b>{head}</b>" for head in range(1, heads + 1))]
    for layer in range(layers):
        cells.append(f"<b>{layer + 1}</b>")
        for head in range(heads):
            place, tint = (layer, head), colour(float(tints[layer, head]))
            cells.append(_button(values, place, key, tint, place == chosen, language))
    picture = f"url(data:image/png;base64,{base64.b64encode(sprite(measured)).decode()})"
    # In a rule of its own: in each button's style it would travel once a head.
    rule = f".kl-heads i{{mask-image:{picture};mask-size:{100 * heads}% {100 * layers}%}}"
    name = escape(say("attention.heads.overview", language))
    return (
        f"<style>{rule}</style>{_legend(values, key, language)}"
        f'<div class="kl-heads" style="--heads:{heads}" role="group" aria-label="{name}">'
        f"{''.join(cells)}</div>"
    )


def _button(
    values: NDArray[np.float64],
    place: tuple[int, int],
    key: str,
    tint: str,
    chosen: bool,
    language: Language,
) -> str:
    """A head's button; the mask is moved so that its own picture shows."""
    layer, head = place
    value = float(values[place])
    across, down = (
        100 * at / max(1, count - 1)
        for at, count in zip((head, layer), values.shape[::-1], strict=True)
    )
    label = escape(
        say(
            "attention.heads.head_label",
            language,
            layer=layer + 1,
            head=head + 1,
            name=say(f"attention.heads.figure.{key}", language),
            value=written(value, key),
        )
    )
    return (
        f'<button type="button" data-layer="{layer + 1}" data-head="{head + 1}"'
        f' aria-pressed="{str(chosen).lower()}" tabindex="{0 if chosen else -1}"'
        f' aria-label="{label}" title="{label}" style="--tint:{tint}">'
        f'<i style="mask-position:{across:.3f}% {down:.3f}%"></i>'
        f"<span>{written(value, key, 2)}</span></button>"
    )


def sprite(measured: Measured) -> bytes:
    """All heads' small pictures as one PNG, a row a layer; weights are its opacity."""
    pictures = np.stack([figures.thumbnails.numpy() for figures in measured.layers])  # [l, h, t, t]
    layers, heads, size, _ = pictures.shape
    times = -(-_SMALLEST // size)
    pictures = pictures.repeat(times, axis=2).repeat(times, axis=3)
    sheet = pictures.swapaxes(1, 2).reshape(layers * size * times, heads * size * times)
    image = Image.frombytes("P", (sheet.shape[1], sheet.shape[0]), sheet.tobytes())
    image.putpalette(bytes(3 * 256))
    file = io.BytesIO()
    image.save(file, "PNG", transparency=bytes(range(256)), optimize=False)
    return file.getvalue()


def strength(values: NDArray[np.float64], key: str) -> NDArray[np.float64]:
    """Where values lie between their extremes, 1 at the red end; halfway where all are equal."""
    low, high = values.min(), values.max()
    if high - low < 1e-12:
        return np.full_like(values, 0.5)
    shares: NDArray[np.float64] = (values - low) / (high - low)
    return 1 - shares if CHOICES[key].strong == "low" else shares


def colour(share: float) -> str:
    """A colour between blue (0) and red (1), readable on light and on dark paper."""
    stops = [[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in _STOPS]
    place = min(max(share, 0.0), 1.0) * (len(stops) - 1)
    first = min(int(place), len(stops) - 2)
    mixed = (
        round(a + (b - a) * (place - first))
        for a, b in zip(stops[first], stops[first + 1], strict=True)
    )
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _legend(values: NDArray[np.float64], key: str, language: Language) -> str:
    """The figure's name and scale, red end on the right, with what that end means."""
    low, high = float(values.min()), float(values.max())
    ends = (high, low) if CHOICES[key].strong == "low" else (low, high)
    weak, strong = (escape(written(value, key)) for value in ends)
    name = escape(say(f"attention.heads.figure.{key}", language))
    means = escape(say(f"attention.heads.red.{_meaning(key)}", language))
    return (
        f'<div class="kl-scale"><strong>{name}</strong><span>{weak}'
        f'<i style="background:linear-gradient(90deg,{",".join(_STOPS)})"></i>{strong}</span>'
        f"<small>{means}</small></div>"
    )


def _meaning(key: str) -> str:
    if CHOICES[key].share:
        return "share"
    return "rank" if key.endswith("_rank") else "sparse"
