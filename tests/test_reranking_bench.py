"""The command that measures re-rankers: corpora with judgements, weights chosen elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from models.train.parts import share_of
from tests.bench import reranking
from tests.bench.judged import read_judged
from tests.bench.reranking import shortlist


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    documents = [
        {"_id": "a", "title": "Wings", "text": "Wings bend."},
        {"_id": "b", "title": "Heat", "text": "It flows."},
        {"_id": "c", "title": "", "text": " "},
        {"_id": "d", "text": "Shock waves"},
    ]
    lines = "\n".join(map(json.dumps, documents))
    (tmp_path / "corpus.jsonl").write_text(lines, encoding="utf-8")
    queries = ["_id\ttext", "1\tDo wings bend?", "2\tWhat flows?", "3\tNobody knows", ""]
    (tmp_path / "queries.tsv").write_text("\n".join(queries), encoding="utf-8")
    judged = ["query-id\tcorpus-id\tscore", "1\ta\t2", "1\tb\t0", "2\tb\t1", "2\tc\t1", ""]
    (tmp_path / "qrels.tsv").write_text("\n".join(judged), encoding="utf-8")
    return tmp_path


def test_a_folder_is_read_without_what_is_empty_or_unanswered(folder: Path) -> None:
    judged = read_judged(str(folder))
    assert judged.documents == ("Wings bend.", "Heat It flows.", "Shock waves")
    assert judged.queries == ("Do wings bend?", "What flows?")
    assert judged.relevant == (frozenset({0}), frozenset({1}))
    assert judged.grades(1).tolist() == [0, 1, 0]


def test_the_parts_of_the_queries_are_disjoint_and_whole(folder: Path) -> None:
    halves = [read_judged(f"{folder}#{part}") for part in ("choosing", "reporting")]
    assert sorted(halves[0].queries + halves[1].queries) == sorted(
        ("Do wings bend?", "What flows?")
    )
    for judged, low in zip(halves, (0.0, 0.5), strict=True):
        assert all(low <= share_of([query]) < low + 0.5 for query in judged.queries)
        assert judged.name.endswith(("#choosing", "#reporting"))


def test_questions_choose_among_their_own_sentences(tmp_path: Path) -> None:
    rows = ["label\tquestion\tsentence", "0\tq\tno", "1\tq\tyes", "0\tr\tno", "1\ts\tno", "0\ts\tx"]
    (tmp_path / "dev.tsv").write_text("\n".join(rows), encoding="utf-8")
    judged = read_judged(str(tmp_path / "dev.tsv"))
    assert judged.queries == ("q", "s")
    assert judged.candidates == ((0, 1), (0, 2))
    similar = np.array([[0.1, 0.2, 0.9], [0.1, 0.9, 0.2]], dtype=np.float32)
    lists = shortlist(similar, 5, judged.candidates)
    assert [row.tolist() for row in lists] == [[1, 0], [2, 0]]


def test_an_unknown_corpus_is_named() -> None:
    with pytest.raises(ValueError, match="no corpus nowhere"):
        read_judged("nowhere")


def test_documents_are_split_and_their_passages_know_them(folder: Path) -> None:
    judged = read_judged(str(folder))
    assert judged.passages(0).texts == judged.documents
    passages = judged.passages(1)
    assert passages.texts[:2] == ("Wings", "bend.")
    assert passages.documents.tolist() == [0, 0, 1, 1, 1, 2, 2]


def test_a_wrong_name_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert reranking.main(["--scorer", "cosent-cros"]) == 1
    assert "cosent-cross" in capsys.readouterr().err
