"""The app from outside: structure, endpoint, closed doors, settings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from app import build_app, launch
from demos import DEMOS
from models.registry import Registry

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def app(registry: Registry) -> Iterator[gr.Blocks]:
    blocks = build_app(registry)
    launch(blocks, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    yield blocks
    blocks.close()


@pytest.fixture(scope="module")
def client(app: gr.Blocks) -> Client:
    return Client(app.local_url, verbose=False)


def test_the_endpoint_scores_pairs(client: Client) -> None:
    pairs = [["A cat sleeps.", "A cat is asleep."], ["A cat sleeps.", "Rates fell."]]
    table = client.predict(pairs, ["all-MiniLM-L6-v2", "cosent-cross"], api_name="/pairs_score")
    assert table["headers"][2] == "all-MiniLM-L6-v2 score"
    assert table["data"][0][2] > table["data"][1][2]
    assert [row[3] for row in table["data"]] == [1, 2]


@pytest.mark.parametrize(
    ("pairs", "models", "sentence"),
    [
        ([["a"]], ["all-MiniLM-L6-v2"], "not a list of two sentences"),
        ([["a", ""]], ["all-MiniLM-L6-v2"], "sentence B is empty"),
        ([["a", "b"]], ["all-MiniLM"], "did you mean"),
        ([["a", "b"]], [], "at least one model"),
        (None, ["all-MiniLM-L6-v2"], "no pair yet"),
    ],
)
def test_the_endpoint_says_what_is_wrong(
    client: Client, pairs: object, models: list[str], sentence: str
) -> None:
    with pytest.raises(AppError, match=sentence):
        client.predict(pairs, models, api_name="/pairs_score")


TEXTS = [f"My order number {i} has not come yet." for i in range(29)] + ["I forgot my password."]


def test_a_test_set_is_measured(client: Client) -> None:
    pairs = [["A cat sleeps.", "A cat is asleep."], ["A cat sleeps.", "Rates fell."], ["a b", "a"]]
    found = client.predict(
        "stsb_en", pairs, [5, 0, 3], ["cosent-bi"], api_name="/published_measure"
    )
    assert found["spearman"]["cosent-bi"]["value"] >= 0.5
    with pytest.raises(AppError, match="There is no test set"):
        client.predict("sick", pairs, [5, 0, 3], ["cosent-bi"], api_name="/published_measure")


def test_an_index_is_built_and_searched(client: Client, indexes_folder: Path) -> None:
    built = client.predict([*TEXTS, "", TEXTS[0]], 3, api_name="/retrieval_build")
    key = built.pop("corpus")
    assert built == {"items": 30, "documents": 30, "anchor_queries": 3, "calls": 90}
    assert [path.name for path in indexes_folder.iterdir() if path.name.startswith(key)] == [key]
    query = "Which password did I choose?"
    for strategy, calls in (("bayes", 10), ("brute", 30)):
        found = client.predict(query, key, strategy, 10, api_name="/retrieval_search")
        assert (found["strategy"], found["calls"], found["items"]) == (strategy, calls, 30)
        assert len(found["results"]) == 10
        assert found["results"][0]["text"] == TEXTS[-1]


def test_of_a_document_the_best_passage_is_found(client: Client) -> None:
    end = " ".join(f"This is filler number {i} of the text." for i in range(9))
    documents = [f"{text} {end} {text[::-1]}." for text in TEXTS]
    documents[7] += " My umbrella was left in the train to Bern."
    built = client.predict(documents, 2, 30, api_name="/retrieval_build")
    assert built["documents"] == 30 < built["items"] / 2
    query = "Who found an umbrella in a train?"
    found = client.predict(query, built["corpus"], "brute", api_name="/retrieval_search")
    assert found["calls"] == built["items"]
    assert found["results"][0]["document"] == 7
    assert "umbrella" in found["results"][0]["text"]
    assert len({result["document"] for result in found["results"]}) == 10


def test_a_mixture_orders_what_was_scored(client: Client) -> None:
    query = "The parcel is marked as delivered, but nobody here has seen it."
    alone, mixed = (
        client.predict(query, "helpdesk", "rerank", 20, "", weight, api_name="/retrieval_search")
        for weight in (0, 0.5)
    )
    assert [each["mixture"] for each in alone["results"]] == [None] * 10
    order = [each["mixture"] for each in mixed["results"]]
    assert order == sorted(order, reverse=True)
    assert mixed["calls"] == alone["calls"] == 20
    known = {each["item"]: each["score"] for each in alone["results"]}
    assert all(known.get(each["item"], each["score"]) == each["score"] for each in mixed["results"])


def test_the_bundled_corpus_is_searched(client: Client) -> None:
    query = "The parcel is marked as delivered, but nobody here has seen it."
    found = client.predict(query, budget=20, api_name="/retrieval_search")
    assert (found["corpus"], found["items"], found["calls"]) == ("helpdesk", 1_200, 20)
    assert all(result["label"] for result in found["results"])


def test_strategies_are_compared(client: Client) -> None:
    table = client.predict("helpdesk", ["rerank"], [20, 1_500], api_name="/retrieval_compare")
    assert (table["items"], table["queries"], table["left_out"]) == (1_200, 240, [1_500])
    assert len(table["data"]) == 1
    assert len(table["data"][0]) == len(table["headers"])


def test_heads_are_measured(client: Client) -> None:
    found = client.predict("all-MiniLM-L6-v2", "A cat sleeps.", api_name="/attention_heads")
    assert found["tokens"][0] == "[CLS]"
    assert len(found["data"]) == 72
    assert found["data"][0][:2] == [1, 1]


def test_losses_are_fitted_and_predicted(client: Client) -> None:
    sizes = [(n, d) for n in (1e7, 4e7, 1e8, 1e9) for d in (1e9, 6e9, 4e10)]
    law = {"E": 1.8, "A": 480.0, "B": 2100.0, "alpha": 0.35, "beta": 0.37}
    columns = {"N": [n for n, _ in sizes], "D": [d for _, d in sizes]}
    said = client.predict(
        law="chinchilla", parameters=law, sizes=columns, api_name="/scaling_predict"
    )
    found = client.predict(
        columns=columns | {"loss": said["losses"]},
        law="chinchilla",
        replicas=200,
        api_name="/scaling_fit",
    )
    assert found["parameters"] == pytest.approx(law, rel=1e-4)
    best = client.predict(
        law="chinchilla", parameters=law, budgets=[1e21], api_name="/scaling_frontier"
    )
    row = best["budgets"][0]
    assert 6 * row["n"] * row["d"] == pytest.approx(1e21)


@pytest.mark.parametrize(
    ("endpoint", "arguments", "sentence"),
    [
        ("retrieval_search", ["", "helpdesk"], "There is no query"),
        ("retrieval_search", ["a", "0" * 24], "no index here"),
        ("retrieval_search", ["a", ["helpdesk"]], "no index here"),
        ("retrieval_compare", ["helpdesk", ["best"]], "best"),
        ("retrieval_compare", ["nobody"], "no index here"),
        ("retrieval_build", [["one"], 3], "at least 20"),
        ("retrieval_build", [TEXTS, 1], "from 2 to 100"),
        ("retrieval_build", ["one text", 3], "list of strings"),
        ("retrieval_build", [TEXTS, 3, 7], "30 to 200 words"),
        ("retrieval_build", [TEXTS, 3, 0, "cosent-bi"], "is a bi-encoder"),
        (
            "retrieval_search",
            ["a", "helpdesk", "bayes", 9, "ms-marco-MiniLM-L6-v2"],
            "anchor scores",
        ),
        ("retrieval_search", ["a", "helpdesk", "bayes", 9, "", 2], "from 0 to 1"),
        ("attention_heads", ["all-MiniLM-L6-v2", " "], "There is no text"),
        ("attention_heads", ["cosent-cross", "a"], "There is no text"),
        ("attention_decoder", ["chess"], "no such task"),
        ("attention_decoder", ["sort", ["causal"]], "at least two"),
        ("scaling_fit", [{}], "There are no data"),
        ("scaling_frontier", ["kaplan-2020", {}, []], "budget"),
    ],
)
def test_the_other_endpoints_say_what_is_wrong(
    client: Client, endpoint: str, arguments: list[object], sentence: str
) -> None:
    with pytest.raises(AppError, match=sentence):
        client.predict(*arguments, api_name=f"/{endpoint}")


def test_the_sparsity_of_attention_is_measured(client: Client) -> None:
    model, text = "all-MiniLM-L6-v2", "The keys were on the table."
    counted = client.predict(model, text, api_name="/attention_sparsity")
    assert (counted["tokens"], counted["layers"], counted["heads"]) == (9, 6, 12)
    assert counted["sinks"] == []
    left_out = client.predict(model, text, "", False, api_name="/attention_sparsity")
    assert left_out["sinks"] == [0, 8]
    assert left_out["indices"]["gini"] != counted["indices"]["gini"]
    assert all(len(heads) == 12 for heads in counted["indices"]["s_star_1_2"])
    with pytest.raises(AppError, match="There is no text"):
        client.predict("cosent-cross", text, "", api_name="/attention_sparsity")


def test_the_rank_of_attention_is_measured(client: Client) -> None:
    model, text = "all-MiniLM-L6-v2", "The keys were on the table."
    own = client.predict(model, text, api_name="/attention_rank")
    assert (own["mask"], len(own["tokens"]), len(own["layers"])) == ("bidirectional", 9, 6)
    causal = client.predict(model, text, "", "causal", False, api_name="/attention_rank")
    assert (causal["mask"], causal["left_out"]) == ("causal", [0, 8])
    for layer in causal["layers"]:
        assert len(layer["effective_rank"]) == 12
        assert all(1 <= rank <= 7 for rank in layer["effective_rank"])
    with pytest.raises(AppError, match="There is no mask"):
        client.predict(model, text, "", "diagonal", True, api_name="/attention_rank")


def test_only_named_endpoints_are_public(app: gr.Blocks) -> None:
    events = app.get_config_file()["dependencies"]
    public = {e["api_name"] for e in events if e["api_visibility"] == "public"}
    pairs = {"pairs_score", "pairs_evaluate", "pairs_grid", "pairs_alignment", "cosent_loss"}
    pairs |= {"published_measure"}
    retrieval = {"retrieval_search", "retrieval_compare", "retrieval_build"}
    attention = {
        "attention_heads",
        "attention_sparsity",
        "attention_rank",
        "attention_decoder",
    }
    scaling = {"scaling_fit", "scaling_predict", "scaling_frontier"}
    lora = {"lora_race", "lora_cost"}
    bayes = {"nbce_generate", "nbce_trace"}
    assert public == pairs | retrieval | attention | scaling | lora | bayes
    assert all(isinstance(e["api_name"], str) and e["api_name"] != "false" for e in events)


def test_the_queue_cannot_be_passed_by(app: gr.Blocks) -> None:
    url = f"{app.local_url}gradio_api/run/pairs_score"
    answer = httpx.post(url, json={"data": [[["a", "b"]], ["all-MiniLM-L6-v2"]]})
    assert answer.status_code in (401, 403, 404)


@pytest.mark.parametrize("path", ["app.py", "requirements.txt", "models/catalog.py"])
def test_files_of_the_project_are_not_served(app: gr.Blocks, path: str) -> None:
    answer = httpx.get(f"{app.local_url}gradio_api/file={PROJECT / path}")
    assert answer.status_code in (403, 404)


def test_too_large_an_upload_is_refused(app: gr.Blocks) -> None:
    files = {"files": ("big.csv", b"a,b\n" * (6 << 20))}
    answer = httpx.post(f"{app.local_url}gradio_api/upload", files=files, timeout=60)
    assert answer.status_code == 413


def test_the_app_is_healthy(app: gr.Blocks) -> None:
    assert httpx.get(f"{app.local_url}gradio_api/app_id").status_code == 200


def test_no_event_keeps_a_status_on_components(app: gr.Blocks) -> None:
    """Each kept status costs the page a walk through the whole tree at every step of any event."""
    kept = [
        event["api_name"]
        for event in app.get_config_file()["dependencies"]
        if event["show_progress_on"] != []
    ]
    assert kept == []


def test_no_two_events_of_one_trigger_wait_for_its_last(app: gr.Blocks) -> None:
    """One that waited calls all events of its trigger again: two would call each other for ever."""
    config = app.get_config_file()
    states = {c["id"] for c in config["components"] if c["type"] == "state"}  # called one by one
    waiting = Counter(
        tuple(target)
        for event in config["dependencies"]
        if event["trigger_mode"] == "always_last" and event["backend_fn"]
        for target in event["targets"]
        if target[0] is not None and target[0] not in states
    )
    assert [trigger for trigger, events in waiting.items() if events > 1] == []


def test_every_demo_has_its_page_and_every_panel_its_tab(app: gr.Blocks) -> None:
    config = app.get_config_file()
    assert [page for page, *_ in config["pages"]] == ["", *(demo.key for demo in DEMOS)]
    for demo in DEMOS:
        assert httpx.get(f"{app.local_url}{demo.key}").status_code == 200
        ids = set(config["page"][demo.key]["components"])
        components = [c for c in config["components"] if c["id"] in ids]
        tabs = [c["props"].get("id") for c in components if c["type"] == "tabitem"]
        assert tabs == [f"{demo.key}-{panel}" for panel in demo.panels]
    assert httpx.get(f"{app.local_url}nowhere").status_code == 404


def test_app_py_is_short() -> None:
    assert len((PROJECT / "app.py").read_text().splitlines()) < 100


def test_the_space_installs_the_gradio_that_is_pinned() -> None:
    front_matter = (PROJECT / "README.md").read_text().split("---")[1]
    version = re.search(r"sdk_version: ['\"]?([\d.]+)", front_matter)
    assert version is not None
    assert f"gradio=={version[1]}" in (PROJECT / "requirements.txt").read_text()
    assert f"gradio=={version[1]}" in (PROJECT / "constraints.txt").read_text()


def test_gradio_is_not_told_anything_by_analytics() -> None:
    import os

    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"
