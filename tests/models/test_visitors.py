"""Own models: forgotten after twelve hours without a visit, or where room is needed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from models import visitors
from models.catalog import CATALOG
from models.visitors import VisitorModels

HOUR = 3_600.0


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def models(clock: Clock) -> VisitorModels:
    return VisitorModels(clock)


def add(models: VisitorModels, owner: str, megabytes: float = 5.0) -> tuple[str, Path, list[str]]:
    key, folder = models.new_folder()
    (folder / "weights").write_bytes(b"0")
    card = replace(CATALOG["cosent-bi"], key=key, adapter=folder, megabytes=megabytes)
    return key, folder, models.add(owner, card)


def test_a_visit_keeps_models_for_another_twelve_hours(models: VisitorModels, clock: Clock) -> None:
    mine, folder, _ = add(models, "me")
    yours, _, _ = add(models, "you")
    clock.now = 11 * HOUR
    assert models.visit("me") == []
    clock.now = 13 * HOUR
    assert models.visit("somebody") == [yours]
    assert models.card(yours) is None
    assert models.card(mine) is not None
    clock.now = 24 * HOUR
    assert models.visit("somebody") == [mine]
    assert not folder.exists()


def test_a_visitor_who_comes_too_late_has_none(models: VisitorModels, clock: Clock) -> None:
    mine, _, _ = add(models, "me")
    clock.now = 12 * HOUR + 1
    add(models, "you")
    assert models.visit("me") == []
    assert models.of("me", "bi-encoder") == ()
    assert models.card(mine) is None


def test_where_room_is_needed_who_was_away_for_longest_gives_it(
    models: VisitorModels, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitors, "MAX_BYTES", 30e6)
    first, _, _ = add(models, "first", 12.0)
    clock.now += 1
    second, _, _ = add(models, "second", 12.0)
    clock.now += 1
    models.visit("first")
    clock.now += 1
    third, _, gone = add(models, "third", 12.0)
    assert gone == [second]
    kept = [models.card(key) is not None for key in (first, second, third)]
    assert kept == [True, False, True]


def test_a_lone_visitor_keeps_what_was_just_trained(
    models: VisitorModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitors, "MAX_BYTES", 10e6)
    key, _, gone = add(models, "me", 12.0)
    assert gone == []
    assert models.card(key) is not None


def test_nothing_is_kept_of_visitors_without_models(models: VisitorModels) -> None:
    for number in range(1_000):
        models.visit(f"visitor {number}")
    assert not models._visitors
