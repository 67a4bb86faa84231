"""Training pairs of query and passage: what is relevant, what is hard, what never gets in."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from models.catalog import Catalog
from models.registry import Registry
from models.train import relevance
from models.train.labelled_pairs import read_labelled_pairs
from models.train.parts import is_in
from models.train.relevance import (
    JudgedCorpus,
    corpus_of_pairs,
    graded_rows,
    judged_rows,
    queries_of,
    read_judged_corpus,
)
from tests.models import tiny

CORPUS = JudgedCorpus(
    titles=tuple(f"title number {i}" for i in range(300)),
    passages=tuple(f"title number {i} . some more words on it" for i in range(300)),
    queries=("first question", "second question"),
    relevant=(frozenset({3, 5}), frozenset({7})),
)


def cosines(rows: int) -> np.ndarray:
    return np.random.default_rng(0).random((rows, 300), dtype=np.float32)  # [q, n]


def write_corpus(folder: Path) -> Path:
    folder.mkdir()
    documents = [{"_id": str(i), "title": f"a {i}", "text": f"a {i} . b c d"} for i in range(60)]
    documents[4]["text"] = " "
    queries = [{"_id": f"q{i}", "text": f"what of {i} then"} for i in range(20)]
    judged = "".join(f"q{i}\t{i}\t1\n" for i in range(18)) + "q18\t3\t0\n"
    for name, rows in (("corpus", documents), ("queries", queries)):
        lines = "\n".join(json.dumps(row) for row in rows)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    header = "query-id\tcorpus-id\tscore\n"
    (folder / "qrels.tsv").write_text(header + judged, encoding="utf-8")
    return folder


def test_a_corpus_is_read_without_what_cannot_be_used(tmp_path: Path) -> None:
    corpus = read_judged_corpus(write_corpus(tmp_path / "corpus"))
    assert len(corpus.passages) == 59  # one document is empty
    assert len(corpus.queries) == 17  # one had the empty document alone, two have none
    assert corpus.passages[next(iter(corpus.relevant[5]))] == "a 6 . b c d"


def test_judged_rows_hold_every_relevant_passage_and_hard_others() -> None:
    similar = cosines(2)
    rows = judged_rows(CORPUS, similar, negatives=4, seed=0)
    first = [row for row in rows if row[1] == "first question"]
    assert {row[2] for row in first if row[0] == 1} == {CORPUS.passages[i] for i in (3, 5)}
    others = [CORPUS.passages.index(row[2]) for row in first if row[0] == 0]
    assert 7 <= len(others) <= 8  # an easy one may be a hard one too
    assert not {3, 5} & set(others)
    ranks = np.argsort(np.argsort(-similar[0]))[others]
    assert (ranks < 52).sum() >= 5


def test_graded_rows_reach_from_the_first_rank_to_the_last() -> None:
    similar = cosines(2)
    queries = ("title number 8", "second question")
    rows = graded_rows(queries, CORPUS.passages, similar, seed=0)
    assert all(query not in passage for _, query, passage in rows)
    grades = [grade for grade, query, _ in rows if query == "second question"]
    assert len(grades) == 6
    assert grades == sorted(grades, reverse=True)
    assert grades[0] == pytest.approx(similar[1].max())


def test_titles_and_first_sentences_stand_for_queries() -> None:
    found = queries_of(CORPUS, ["first question", "short"])
    assert found[0] == "first question"
    assert "short" not in found
    assert "title number 8" in found
    assert "title number 8 ." in found


def test_pairs_of_question_and_sentence_are_a_corpus(tmp_path: Path) -> None:
    file = tmp_path / "qa.tsv"
    rows = "1\twhat is it ?\tit is that\n0\twhat is it ?\tnothing\n0\twho ?\tit is that\n"
    file.write_text("label\tquestion\tsentence\n" + rows, encoding="utf-8")
    corpus = corpus_of_pairs(file)
    assert corpus.passages == ("it is that", "nothing")
    assert corpus.relevant == (frozenset({0}), frozenset())


@pytest.mark.parametrize("what", ["judged", "graded"])
def test_the_command_keeps_the_queries_of_one_half(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = tiny.write_bi_encoder(tmp_path / "base")
    catalog = Catalog((tiny.card("tiny", base, max_length=32),))
    monkeypatch.setattr(relevance, "Registry", lambda: Registry(catalog, device="cpu"))
    corpus, output = write_corpus(tmp_path / "corpus"), tmp_path / "pairs.tsv"
    options = [what, "--corpus", str(corpus), "--half", "choosing", "--base", "tiny"]
    assert relevance.main([*options, "--output", str(output)]) == 0
    queries = {query for query, _ in read_labelled_pairs(output).pairs if query.startswith("what")}
    whole = read_judged_corpus(corpus).queries
    assert queries == {query for query in whole if is_in("choosing", [query])}


def test_a_corpus_that_is_not_there_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["judged", "--corpus", str(tmp_path / "no.tsv"), "--output", str(tmp_path / "x")]
    assert relevance.main(options) == 1
    assert "cannot be read" in capsys.readouterr().err
