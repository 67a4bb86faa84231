"""Building an index: what is computed, what a cancelled or killed build leaves, what is removed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from demos.frame.errors import InputProblem
from demos.retrieval import building
from demos.retrieval.building import (
    KEPT_SECONDS,
    MOST_ANCHORS,
    Builder,
    BuildStep,
    Plan,
    estimate,
    make_plan,
)
from demos.retrieval.corpus import Corpus
from demos.retrieval.shelf import Shelf
from demos.retrieval.store import DESCRIPTION, TENSORS
from models.errors import CancelledError, ModelError
from tests.demos.retrieval.fakes import BI, CROSS, CountingRegistry, score, vector
from tests.demos.retrieval.halting_build import (
    ANCHORS,
    CALLS,
    CORPUS,
    PAIRS_A_BLOCK,
    TEXTS_A_BLOCK,
)

PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "_TEXTS_A_BLOCK", TEXTS_A_BLOCK)
    monkeypatch.setattr(building, "_PAIRS_A_BLOCK", PAIRS_A_BLOCK)


@pytest.fixture
def registry() -> CountingRegistry:
    return CountingRegistry()


def planned(registry: CountingRegistry, root: Path, corpus: Corpus = CORPUS) -> Plan:
    return make_plan(cast(Any, registry), root, corpus, ANCHORS)


def a_builder(registry: CountingRegistry, root: Path) -> Builder:
    return Builder(cast(Any, registry), root)


def building_steps(registry: CountingRegistry, root: Path) -> Iterator[BuildStep]:
    return a_builder(registry, root).build(planned(registry, root))


def built(registry: CountingRegistry, root: Path) -> Plan:
    for _ in building_steps(registry, root):
        pass
    return planned(registry, root)


def half_built(root: Path, calls: int = 35) -> tuple[CountingRegistry, Plan]:
    """A build that was cancelled once so many pairs had been scored, and what it left."""
    registry = CountingRegistry()
    with closing(building_steps(registry, root)) as steps:  # type: ignore[type-var]
        for _ in steps:
            if registry.scored.total() >= calls:
                break
    return registry, planned(registry, root)


def score_blocks(plan: Plan) -> list[Path]:
    return sorted(plan.blocks.glob("scores-*.npy"))


def refusal(check: Callable[[], object]) -> InputProblem:
    with pytest.raises(InputProblem) as caught:
        check()
    assert caught.value.sentence("en") != caught.value.sentence("zh")
    return caught.value


# --- a whole build -------------------------------------------------------------------------------


def test_a_built_index_opens(tmp_path: Path, registry: CountingRegistry) -> None:
    plan = built(registry, tmp_path)
    stored = Shelf(cast(Any, registry), tmp_path).open(plan.key).stored
    assert stored.texts == CORPUS.texts
    assert stored.title == CORPUS.title
    assert stored.labels is None
    assert stored.bi_encoder.key == BI
    assert stored.cross_encoder.key == CROSS
    assert stored.anchor_texts == tuple(CORPUS.texts[i] for i in stored.index.own_items)
    assert len({*stored.anchor_texts}) == ANCHORS


def test_its_numbers_are_the_models(tmp_path: Path, registry: CountingRegistry) -> None:
    plan = built(registry, tmp_path)
    stored = Shelf(cast(Any, registry), tmp_path).open(plan.key).stored
    vectors = np.stack([vector(text) for text in CORPUS.texts])
    scores = [[score(anchor, text) for text in CORPUS.texts] for anchor in stored.anchor_texts]
    np.testing.assert_allclose(stored.index.item_vectors, vectors, atol=1e-3)
    np.testing.assert_allclose(stored.index.anchor_scores, scores, rtol=1e-6)


def test_every_pair_is_scored_once(tmp_path: Path, registry: CountingRegistry) -> None:
    plan = built(registry, tmp_path)
    assert plan.calls == CALLS
    assert len(registry.scored) == registry.scored.total() == CALLS
    assert registry.embedded.total() == len(CORPUS.texts)


def test_labels_come_along(tmp_path: Path, registry: CountingRegistry) -> None:
    labels = tuple(f"label {i}" for i in range(len(CORPUS.texts)))
    plan = planned(registry, tmp_path, replace(CORPUS, labels=labels))
    assert [*a_builder(registry, tmp_path).build(plan)]
    assert Shelf(cast(Any, registry), tmp_path).open(plan.key).stored.labels == labels


def test_blocks_go_once_the_index_is_there(tmp_path: Path, registry: CountingRegistry) -> None:
    plan = built(registry, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [plan.key]
    assert plan.built
    assert plan.calls_done == CALLS


def test_what_is_built_is_not_built_again(tmp_path: Path, registry: CountingRegistry) -> None:
    built(registry, tmp_path)
    assert [*building_steps(CountingRegistry(), tmp_path)] == []


@pytest.mark.parametrize("file", [DESCRIPTION, TENSORS])
def test_a_damaged_index_is_built_again(
    tmp_path: Path, registry: CountingRegistry, file: str
) -> None:
    plan = built(registry, tmp_path)
    (plan.folder / file).write_bytes(b"{}")
    shelf = Shelf(cast(Any, registry), tmp_path)
    assert refusal(lambda: shelf.open(plan.key))
    built(registry, tmp_path)
    assert shelf.open(plan.key).stored.texts == CORPUS.texts


# --- progress ------------------------------------------------------------------------------------


def assert_progress_ends_at_the_total(steps: list[BuildStep]) -> None:
    parts = [step.part for step in steps]
    assert [*dict.fromkeys(parts)] == ["embedding", "scoring", "fitting"]
    scoring = [step.progress for step in steps if step.part != "embedding"]
    done = [progress.done for progress in scoring]
    assert done == sorted(done)
    assert done[-1] == scoring[-1].total == CALLS
    assert scoring[-1].share == 1
    for step in steps:
        assert 0 <= step.progress.done <= step.progress.total
        assert 0 <= step.progress.share <= 1
        assert step.progress.seconds_left is None or step.progress.seconds_left >= 0


def test_progress_ends_at_the_total(tmp_path: Path, registry: CountingRegistry) -> None:
    assert_progress_ends_at_the_total([*building_steps(registry, tmp_path)])


def test_progress_counts_what_was_there(tmp_path: Path) -> None:
    _, plan = half_built(tmp_path)
    done = plan.calls_done
    steps = [
        step
        for step in building_steps(CountingRegistry(), tmp_path)
        if step.part in ("scoring", "fitting")
    ]
    assert steps[0].progress.done > done
    assert steps[0].progress.cached == done
    assert steps[-1].progress.done == CALLS


# --- a build that ends half-way ------------------------------------------------------------------


@pytest.mark.parametrize("calls", [0, 1, 35, 60, CALLS - 1])
def test_a_cancelled_build_goes_on_where_it_was(tmp_path: Path, calls: int) -> None:
    first, plan = half_built(tmp_path, calls)
    kept = plan.calls_done
    assert not plan.built
    assert first.scored.total() - kept <= PAIRS_A_BLOCK
    second = CountingRegistry()
    built(second, tmp_path)
    assert second.scored.total() == CALLS - kept
    assert second.embedded.total() < len(CORPUS.texts) or not calls


def test_a_resumed_index_is_the_same(tmp_path: Path) -> None:
    half_built(tmp_path / "a")
    resumed = built(CountingRegistry(), tmp_path / "a")
    whole = built(CountingRegistry(), tmp_path / "b")
    assert resumed.key == whole.key
    assert (resumed.folder / TENSORS).read_bytes() == (whole.folder / TENSORS).read_bytes()


@pytest.mark.slow
def test_a_killed_build_loses_one_block_at_most(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.demos.retrieval.halting_build", str(tmp_path), "47"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        scored = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert scored >= 47
    registry = CountingRegistry()
    kept = planned(registry, tmp_path).calls_done
    assert scored - PAIRS_A_BLOCK <= kept <= scored
    plan = built(registry, tmp_path)
    assert registry.scored.total() == CALLS - kept
    assert Shelf(cast(Any, registry), tmp_path).open(plan.key).stored.size == len(CORPUS.texts)


def half_of(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


DAMAGES = [half_of, lambda raw: b"", lambda raw: raw[:-1], lambda raw: b"garbage" + raw]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_truncated_block_is_computed_anew(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    _, plan = half_built(tmp_path)
    done = plan.calls_done
    block = score_blocks(plan)[0]
    rows = len(np.load(block))
    block.write_bytes(damage(block.read_bytes()))
    registry = CountingRegistry()
    built(registry, tmp_path)
    assert registry.scored.total() == CALLS - done + rows
    whole = built(CountingRegistry(), tmp_path / "whole")
    assert (plan.folder / TENSORS).read_bytes() == (whole.folder / TENSORS).read_bytes()


def test_a_block_with_a_hole_is_computed_anew(tmp_path: Path) -> None:
    _, plan = half_built(tmp_path, 35)
    done = plan.calls_done
    block = score_blocks(plan)[0]
    values = np.load(block)
    np.save(block, np.where(np.arange(len(values)) == 1, np.nan, values))
    registry = CountingRegistry()
    built(registry, tmp_path)
    assert registry.scored.total() == CALLS - done + len(values)


def test_a_block_of_another_size_is_computed_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    half_built(tmp_path)
    monkeypatch.setattr(building, "_PAIRS_A_BLOCK", 7)
    registry = CountingRegistry()
    plan = built(registry, tmp_path)
    assert registry.scored.total() == CALLS
    assert Shelf(cast(Any, registry), tmp_path).open(plan.key)


def test_a_half_written_file_is_no_block(tmp_path: Path) -> None:
    _, plan = half_built(tmp_path)
    done = plan.calls_done
    missing = plan.blocks / f"scores-{len(CORPUS.texts)}-00000000.npy.part"
    missing.write_bytes(b"half")
    assert plan.calls_done == done


# --- one at a time -------------------------------------------------------------------------------


def test_the_same_index_is_not_built_twice_at_a_time(
    tmp_path: Path, registry: CountingRegistry
) -> None:
    builder, plan = a_builder(registry, tmp_path), planned(registry, tmp_path)
    first = builder.build(plan)
    next(first)
    assert refusal(lambda: next(builder.build(plan))).key == "retrieval.build.twice"
    other = planned(registry, tmp_path, replace(CORPUS, texts=CORPUS.texts[:-1]))
    assert [*builder.build(other)]
    first.close()
    assert [*builder.build(plan)]
    assert [*builder.build(plan)] == []


def test_a_build_that_fails_can_be_tried_again(tmp_path: Path) -> None:
    def fail() -> None:
        raise ModelError("It broke.")

    registry = CountingRegistry(fail)
    builder, plan = a_builder(registry, tmp_path), planned(registry, tmp_path)
    with pytest.raises(ModelError):
        [*builder.build(plan)]
    registry.before_slice = lambda: None
    assert [*builder.build(plan)]
    assert plan.built


def test_its_owner_stops_a_build_and_can_go_on_at_once(tmp_path: Path) -> None:
    """From another thread, in the middle of a step, whose iterator nobody can close yet."""
    inside, go_on = threading.Event(), threading.Event()

    def wait_inside() -> None:
        inside.set()
        go_on.wait(30)

    registry = CountingRegistry(wait_inside)
    builder, plan = a_builder(registry, tmp_path), planned(registry, tmp_path)
    with ThreadPoolExecutor(2) as pool:
        build = pool.submit(lambda: [*builder.build(plan, "mine")])
        inside.wait(30)
        builder.stop(plan, "another's")
        assert not build.done()
        stopping = pool.submit(builder.stop, plan, "mine")
        while not builder._busy[plan.key].cancellation.requested:
            pass
        go_on.set()
        stopping.result(30)
        assert isinstance(build.exception(30), CancelledError)
    assert registry.scored.total() < CALLS
    assert [*builder.build(plan)]


def test_stopping_what_does_not_run_is_harmless(tmp_path: Path, registry: CountingRegistry) -> None:
    builder, plan = a_builder(registry, tmp_path), planned(registry, tmp_path)
    builder.stop(plan, None)
    assert [*builder.build(plan)]


# --- plans and estimates -------------------------------------------------------------------------


@pytest.mark.parametrize("anchors", [-1, 0, 1, MOST_ANCHORS + 1])
def test_the_number_of_anchors_is_checked(
    tmp_path: Path, registry: CountingRegistry, anchors: int
) -> None:
    plan = lambda: make_plan(cast(Any, registry), tmp_path, CORPUS, anchors)  # noqa: E731
    assert refusal(plan).key == "retrieval.build.anchors"


def test_there_are_no_more_anchors_than_texts(tmp_path: Path, registry: CountingRegistry) -> None:
    plan = make_plan(cast(Any, registry), tmp_path, CORPUS, MOST_ANCHORS)
    assert plan.anchors == len(CORPUS.texts)
    assert [*a_builder(registry, tmp_path).build(plan)]
    assert Shelf(cast(Any, registry), tmp_path).open(plan.key)


@pytest.mark.parametrize(("bi", "cross"), [(CROSS, CROSS), (BI, BI), (CROSS, BI)])
def test_the_kind_of_model_is_checked(
    tmp_path: Path, registry: CountingRegistry, bi: str, cross: str
) -> None:
    plan = lambda: make_plan(cast(Any, registry), tmp_path, CORPUS, 4, bi, cross)  # noqa: E731
    assert refusal(plan).key == "retrieval.build.kind"


def test_an_unknown_model_is_said(tmp_path: Path, registry: CountingRegistry) -> None:
    with pytest.raises(ModelError):
        make_plan(cast(Any, registry), tmp_path, CORPUS, 4, "nobody", CROSS)


def test_texts_and_anchors_decide_the_address(tmp_path: Path, registry: CountingRegistry) -> None:
    plans = [
        make_plan(cast(Any, registry), tmp_path, corpus, anchors)
        for corpus in (CORPUS, replace(CORPUS, texts=CORPUS.texts[::-1]))
        for anchors in (4, 5)
    ]
    assert len({plan.key for plan in plans}) == 4
    renamed = planned(registry, tmp_path, replace(CORPUS, title="Another"))
    assert renamed.key == plans[0].key


def test_an_estimate_names_the_calls(tmp_path: Path, registry: CountingRegistry) -> None:
    judged = estimate(cast(Any, registry), planned(registry, tmp_path))
    assert judged.calls == CALLS
    assert judged.seconds > 0
    assert min(judged.memory, judged.disk) > 0


def test_an_estimate_takes_off_what_is_done(tmp_path: Path, registry: CountingRegistry) -> None:
    _, plan = half_built(tmp_path)
    assert 0 < plan.calls_done < CALLS
    assert estimate(cast(Any, registry), plan).calls == CALLS - plan.calls_done
    built(registry, tmp_path)
    judged = estimate(cast(Any, registry), plan)
    assert (judged.calls, judged.seconds) == (0, 0)


def test_a_second_look_judges_by_pairs_of_its_own(
    tmp_path: Path, registry: CountingRegistry
) -> None:
    """From the cache a pair takes no time, which says nothing of the others."""
    many = replace(CORPUS, texts=tuple(f"text {i}" for i in range(500)))
    plan = planned(registry, tmp_path, many)
    looks = [estimate(cast(Any, registry), plan).seconds for _ in range(3)]
    assert all(looks)


# --- sweeping ------------------------------------------------------------------------------------


def aged(folder: Path, seconds: float, now: float, size: int = 10) -> Path:
    folder.mkdir(parents=True)
    for name in ("one", "two"):
        (folder / name).write_bytes(b"x" * size)
        os.utime(folder / name, (now - seconds, now - seconds))
    return folder


NOW = 1e9
OLD, NEW = KEPT_SECONDS + 60, KEPT_SECONDS - 60


def key_of(number: int) -> str:
    return f"{number:024x}"


def test_what_nobody_opened_goes_and_the_rest_stays(
    tmp_path: Path, registry: CountingRegistry
) -> None:
    old = [
        aged(tmp_path / key_of(1), OLD, NOW),
        aged(tmp_path / f"{key_of(2)}.building", OLD, NOW),
    ]
    new = [
        aged(tmp_path / key_of(3), NEW, NOW),
        aged(tmp_path / f"{key_of(4)}.building", NEW, NOW),
    ]
    a_builder(registry, tmp_path).sweep(NOW)
    assert not any(path.exists() for path in old)
    assert all(path.exists() for path in new)


def test_one_file_that_was_read_keeps_its_index(tmp_path: Path, registry: CountingRegistry) -> None:
    folder = aged(tmp_path / key_of(1), OLD, NOW)
    os.utime(folder / "one", (NOW - 60, NOW - OLD))  # read, not written
    a_builder(registry, tmp_path).sweep(NOW)
    assert folder.exists()


def test_of_too_many_bytes_the_oldest_go(
    tmp_path: Path, registry: CountingRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "KEPT_BYTES", 50)
    folders = [aged(tmp_path / key_of(i), 100 - i, NOW) for i in range(4)]  # 20 bytes each
    a_builder(registry, tmp_path).sweep(NOW)
    assert [path.exists() for path in folders] == [False, False, True, True]


def test_what_is_being_built_is_not_swept(
    tmp_path: Path, registry: CountingRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    builder, plan = a_builder(registry, tmp_path), planned(registry, tmp_path)
    with closing(builder.build(plan)) as steps:
        next(steps)
        monkeypatch.setattr(building, "KEPT_BYTES", 0)
        builder.sweep(NOW * 10)
        assert plan.blocks.exists()
    builder.sweep(NOW * 10)
    assert not plan.blocks.exists()


def test_nothing_but_indexes_is_swept(tmp_path: Path, registry: CountingRegistry) -> None:
    """The folder is the user's choice, and may hold other things."""
    others = [aged(tmp_path / name, OLD, NOW) for name in ("photos", "0" * 23, "x.building")]
    a_builder(registry, tmp_path).sweep(NOW)
    assert all(path.exists() for path in others)


def test_a_new_folder_without_files_is_not_old(tmp_path: Path, registry: CountingRegistry) -> None:
    (tmp_path / key_of(1)).mkdir()
    a_builder(registry, tmp_path).sweep((tmp_path / key_of(1)).stat().st_mtime + 60)
    assert (tmp_path / key_of(1)).exists()


def test_a_file_that_goes_meanwhile_does_not_end_a_sweep(
    tmp_path: Path, registry: CountingRegistry
) -> None:
    """Another build renames its files at any moment."""
    folder = aged(tmp_path / key_of(1), NEW, NOW)
    (folder / "gone.part").symlink_to(tmp_path / "nowhere")
    a_builder(registry, tmp_path).sweep(NOW)
    assert folder.exists()


def test_no_folder_is_swept_clean(tmp_path: Path, registry: CountingRegistry) -> None:
    a_builder(registry, tmp_path / "nowhere").sweep(NOW)
    built(registry, tmp_path / "nowhere")
    shutil.rmtree(tmp_path / "nowhere")
    built(CountingRegistry(), tmp_path / "nowhere")
