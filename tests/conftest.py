"""Fixtures that every test may use: data, a catalog of tiny models, a real registry."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ["HF_HUB_OFFLINE"] = "1"  # no test reaches for a network

import pytest
import torch

from models.registry import Registry

DATA_VARIABLE = "KEXUE_LAB_DATA"
INDEXES_VARIABLE = "KEXUE_LAB_INDEXES"
CACHE_VARIABLE = "KEXUE_LAB_CACHE"


@pytest.fixture(scope="session", autouse=True)
def indexes_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where apps of the tests keep their indexes: not among the user's own."""
    folder = tmp_path_factory.mktemp("indexes")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(INDEXES_VARIABLE, str(folder))
        yield folder


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where apps of the tests keep converted models: made once a session, not the user's own."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(folder))
        yield folder


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of shared data; tests that need it skip where it is absent."""
    project = Path(__file__).resolve().parents[1]
    folder = Path(os.environ.get(DATA_VARIABLE, project.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no data folder: set {DATA_VARIABLE}")
    return folder


@pytest.fixture(scope="session")
def registry() -> Iterator[Registry]:
    """The real registry in fp32 on the CPU, shared by all tests that only compute."""
    shared = Registry(device="cpu", dtype=torch.float32)
    yield shared
    shared.close()
