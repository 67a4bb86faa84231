"""Whose models are whose, the key of what browsers keep, and what choosers offer."""

from __future__ import annotations

import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import pytest

from demos.frame.browser_secret import browser_secret
from demos.frame.first_values import in_chinese
from demos.frame.own_models import OwnModels
from models.cache_folder import CACHE_VARIABLE
from models.catalog import CATALOG, ModelCard
from models.registry import Registry

SECRET = "A1+/" * 8
REQUEST = cast(gr.Request, SimpleNamespace(session_hash="session"))


class RegistryDouble:
    def __init__(self) -> None:
        self.visits: list[str] = []
        self.own: dict[str, list[ModelCard]] = {}

    def visit(self, owner: str) -> None:
        self.visits.append(owner)

    def cards(self, owner: str, *kinds: str) -> tuple[ModelCard, ...]:
        return (CATALOG["cosent-bi"], *self.own.get(owner, []))


@pytest.fixture
def registry() -> RegistryDouble:
    return RegistryDouble()


@pytest.fixture
def own(registry: RegistryDouble) -> OwnModels:
    with gr.Blocks() as app:
        own = OwnModels(cast(Registry, registry), "key")
        several = gr.Dropdown(["cosent-bi"], value=["cosent-bi"], multiselect=True, elem_id="a")
        one = gr.Dropdown(["cosent-bi"], value="cosent-bi", elem_id="b")
        own.follow(several, "bi-encoder")
        own.follow(one, "bi-encoder")
        own.wire(app, "page")
    return own


@pytest.mark.parametrize(
    "visitor", [None, "", "guess", 7, SECRET + "A", SECRET[:-1] + " ", [SECRET]]
)
def test_what_is_no_secret_is_the_session(own: OwnModels, visitor: object) -> None:
    assert own.owner(visitor, REQUEST) == "session"
    assert own.owner(visitor, None) == ""


def test_a_secret_is_the_visitor_in_every_session(own: OwnModels) -> None:
    assert own.owner(SECRET, REQUEST) == own.owner(SECRET, None) == SECRET


def values(updates: list[Any]) -> list[Any]:
    return [update["value"] for update in updates]


def test_choosers_offer_own_models_and_drop_those_that_have_gone(
    own: OwnModels, registry: RegistryDouble
) -> None:
    mine = CATALOG["all-MiniLM-L6-v2"]
    registry.own[SECRET] = [mine]
    visitor, *updates = own._on_load(REQUEST, SECRET, ["cosent-bi", mine.key], mine.key)
    assert (visitor, registry.visits) == (SECRET, [SECRET])
    assert values(updates) == [["cosent-bi", mine.key], mine.key]
    assert (mine.title, mine.key) in updates[0]["choices"]
    del registry.own[SECRET]
    _, *updates = own._renew(REQUEST, SECRET, ["cosent-bi", mine.key], mine.key)
    assert values(updates) == [["cosent-bi"], "cosent-bi"]
    _, *updates = own._renew(REQUEST, "somebody else", [], None)
    assert [len(update["choices"]) for update in updates] == [1, 1]


def test_a_model_that_has_gone_gives_way_to_the_first_of_the_visitors_language(
    registry: RegistryDouble,
) -> None:
    request = SimpleNamespace(session_hash="session", headers={"accept-language": "zh-CN"})
    with gr.Blocks() as app:
        own = OwnModels(cast(Registry, registry), "key")
        chooser = gr.Dropdown(["cosent-bi", "zh"], value="cosent-bi", elem_id="a")
        own.follow(in_chinese(chooser, "zh"), "bi-encoder")
        own.wire(app, "page")
    _, update = own._renew(cast(gr.Request, request), SECRET, "gone")
    assert update["value"] == "zh"
    _, update = own._renew(REQUEST, SECRET, "gone")
    assert update["value"] == "cosent-bi"


def test_the_key_is_made_once_and_is_nobody_elses_to_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    key = browser_secret()
    assert len(key) >= 24
    assert browser_secret() == key
    (file,) = (tmp_path / "cache").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_host_that_keeps_nothing_has_a_key_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file in the way")
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    assert len(browser_secret()) >= 24
    assert browser_secret() != browser_secret()
