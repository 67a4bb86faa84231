"""Training: what is learnt, reproducible, resumable, saved, exported; on tiny models."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch.utils.checkpoint import checkpoint

from models.catalog import Catalog, ModelCard
from models.cross_encoder import segment_means
from models.device import Device, choose_device
from models.errors import TrainingError
from models.pooling import TokenStates
from models.registry import Registry
from models.tokenizer import Tokenizer
from models.train import __main__ as command
from models.train import grade
from models.train import trainee as trainee_module
from models.train.checkpoint import load_checkpoint, save_checkpoint
from models.train.events import Evaluated, StepDone
from models.train.export import export_adapter
from models.train.labelled_pairs import LabelledPairs, read_labelled_pairs
from models.train.saving import save_trained
from models.train.settings import LOSSES, TrainingSettings
from models.train.trainer import Trainer
from tests.models import tiny

LETTERS = "abcdefghijklmnop"
EVERY_LOSS = [(kind, loss) for kind, losses in LOSSES.items() for loss in losses]


def data(count: int, seed: int, name: str = "letters") -> LabelledPairs:
    """Pairs of four letters; the label says how many stand in both."""
    random = np.random.default_rng(seed)
    pairs, labels = [], []
    for _ in range(count):
        shared = int(random.integers(0, 5))
        letters = random.permutation(list(LETTERS))
        first = letters[:4]
        second = np.concatenate([first[:shared], letters[4 : 8 - shared]])
        pairs.append((" ".join(first), " ".join(random.permutation(second))))
        labels.append(float(shared))
    return LabelledPairs(name, tuple(pairs), np.array(labels))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write_bi_encoder(tmp_path_factory.mktemp("base"))


KINDS = list(LOSSES)


def settings(kind: str = "bi-encoder", **changes: object) -> TrainingSettings:
    defaults: dict[str, object] = {
        "base": "tiny",
        "rank": 4,
        "learning_rate": 3e-2,
        "head_learning_rate": 3e-2,
        "batch_size": 16,
        "dropout": 0.1,
        "average": 0.5,
        "epochs": 2,
    }
    return TrainingSettings(kind=kind, **(defaults | changes))  # type: ignore[arg-type]


def trainer(
    base: Path,
    chosen: TrainingSettings,
    train: int = 64,
    start: Path | None = None,
    prompt: str = "",
) -> Trainer:
    device = Device(choose_device("cpu", torch.float32))
    held_out = data(40, 1, "held out")
    return Trainer(chosen, [data(train, 0)], held_out, base, 32, device, start, prompt=prompt)


def run(trainer: Trainer) -> list[StepDone | Evaluated]:
    return list(trainer.run())


@pytest.mark.parametrize(("kind", "loss"), EVERY_LOSS)
@pytest.mark.parametrize("method", ["lora", "full"])
def test_every_loss_is_learnt(base: Path, kind: str, loss: str, method: str) -> None:
    rate = {"lora": 3e-2, "full": 3e-3}[method]
    chosen = settings(kind, loss=loss, method=method, learning_rate=rate, epochs=60, dropout=0.0)
    found = trainer(base, chosen, train=16)  # few enough to be learnt by heart
    run(found)
    assert found.losses[-1] < 0.8 * found.losses[0]
    assert found.best_evaluation is not None
    assert found.best_evaluation.spearman >= found.curve[0].spearman


@pytest.mark.parametrize("kind", LOSSES)
def test_a_step_too_large_to_be_kept_is_computed_again(
    base: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainee_module, "_PART_TOKENS", {"cpu": 40})  # several parts a step
    kept = trainer(base, settings(kind, max_steps=1))
    run(kept)
    calls = []
    monkeypatch.setattr(trainee_module, "_KEPT_TOKENS", {"cpu": 40})
    monkeypatch.setattr(trainee_module, "_AGAIN_SHARE", 1)  # the same parts: the same dropout
    monkeypatch.setattr(
        trainee_module,
        "checkpoint",
        lambda *args, **more: calls.append(1) or checkpoint(*args, **more),
    )
    again = trainer(base, settings(kind, max_steps=1))
    run(again)
    assert len(calls) > 3
    assert again.losses == pytest.approx(kept.losses, abs=1e-6)
    for name, parameter in kept.parameters.items():
        torch.testing.assert_close(
            again.parameters[name].grad, parameter.grad, atol=1e-5, rtol=1e-4
        )


def topics(count: int, seed: int) -> LabelledPairs:
    """The label says whether both begin with the same of four letters; the others mislead."""
    random = np.random.default_rng(seed)
    pairs, labels = [], []
    for _ in range(count):
        first, second = random.choice(list("abcd"), 2)
        others = random.permutation(list(LETTERS[4:]))
        shift = 0 if random.random() < 0.5 else 4
        pairs.append((" ".join([first, *others[:4]]), " ".join([second, *others[shift:][:4]])))
        labels.append(float(first == second))
    return LabelledPairs("topics", tuple(pairs), np.array(labels))


def test_what_is_learnt_holds_for_pairs_never_seen(base: Path) -> None:
    chosen = settings(method="full", epochs=12, average=0.9, learning_rate=3e-3, dropout=0.0)
    device = Device(choose_device("cpu", torch.float32))
    found = Trainer(chosen, [topics(256, 0)], topics(80, 1), base, 32, device)
    run(found)
    assert found.best_evaluation is not None
    assert found.best_evaluation.spearman > found.curve[0].spearman + 0.2


@pytest.mark.parametrize("kind", ["bi-encoder", "cross-encoder"])
def test_the_seed_decides_everything(base: Path, kind: str) -> None:
    torch.manual_seed(123)  # the process's own randomness has no say
    first = trainer(base, settings(kind, swap=True))
    run(first)
    torch.manual_seed(456)
    second = trainer(base, settings(kind, swap=True))
    for event in second.run():
        torch.rand(3)  # other work between the steps
        del event
    other = trainer(base, settings(kind, swap=True, seed=1))
    run(other)
    assert first.losses == second.losses
    assert all(torch.equal(first.best[n], second.best[n]) for n in first.best)
    assert first.losses != other.losses


def test_the_random_state_of_others_is_left_alone(base: Path) -> None:
    torch.manual_seed(7)
    expected = torch.rand(4)
    torch.manual_seed(7)
    run(trainer(base, settings()))
    assert torch.equal(torch.rand(4), expected)


@pytest.mark.parametrize("kind", ["bi-encoder", "cross-encoder"])
def test_a_killed_training_goes_on_where_it_was(base: Path, kind: str, tmp_path: Path) -> None:
    whole = trainer(base, settings(kind, swap=True, evaluations=2))
    run(whole)
    killed = trainer(base, settings(kind, swap=True, evaluations=2))
    for event in killed.run():
        if isinstance(event, StepDone) and event.step == 3:
            save_checkpoint(killed, tmp_path)
            break
    again = trainer(base, settings(kind, swap=True, evaluations=2))
    assert load_checkpoint(again, tmp_path)
    assert again.step == 3
    run(again)
    assert again.losses == whole.losses
    assert again.curve == whole.curve
    assert all(torch.equal(again.best[n], whole.best[n]) for n in whole.best)


def test_a_checkpoint_of_other_settings_is_refused(base: Path, tmp_path: Path) -> None:
    save_checkpoint(trainer(base, settings()), tmp_path)
    with pytest.raises(TrainingError, match="other settings or data"):
        load_checkpoint(trainer(base, settings(seed=5)), tmp_path)


def test_patience_ends_a_training_that_gets_no_better(base: Path) -> None:
    chosen = settings(learning_rate=0.0, head_learning_rate=0.0, epochs=50, patience=2)
    found = trainer(base, chosen)
    run(found)
    assert len(found.curve) == 3
    assert found.step < found.total_steps


def test_a_loss_that_is_no_number_is_said(base: Path) -> None:
    found = trainer(base, settings("cross-encoder", clip=0.0))
    with torch.no_grad():
        next(iter(found.parameters.values())).fill_(float("nan"))
    with pytest.raises(TrainingError, match="lower learning rate"):
        run(found)


def test_batches_hold_every_pair_once_and_never_mix_sets(base: Path) -> None:
    device = Device(choose_device("cpu", torch.float32))
    sets = [data(40, 0, "one"), data(24, 5, "two")]
    found = Trainer(settings(batch_size=8), sets, data(9, 1), base, 32, device)
    batches = found._batches(0)
    for number, expected in enumerate(sets):
        indices = np.concatenate([part for of, part in batches if of == number])
        assert sorted(indices.tolist()) == list(range(len(expected)))
    assert [p.tolist() for _, p in batches] != [p.tolist() for _, p in found._batches(1)]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"loss": "mse"}, "not trained with “mse”"),
        ({"rank": 0}, "“rank” is 0"),
        ({"learning_rate": -1.0}, "“learning_rate”"),
        ({"batch_size": 1}, "“batch_size”"),
    ],
)
def test_settings_that_cannot_be_followed(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(TrainingError, match=sentence):
        settings(**changes)


def test_equal_labels_teach_nothing(base: Path) -> None:
    flat = LabelledPairs("flat", (("a", "b"), ("c", "d")), np.ones(2))
    with pytest.raises(TrainingError, match="nothing to learn"):
        Trainer(settings(), [flat], data(9, 1), base, 32, Device(choose_device("cpu")))


# --- saved and exported ---


def adapter_card(base: Path, folder: Path, kind: str) -> ModelCard:
    return tiny.card("trained", base, kind, base="tiny", adapter=folder, max_length=32)


def peers_scores(kind: str, folder: Path, pairs: list[tuple[str, str]]) -> np.ndarray:
    """What sentence-transformers makes of an exported folder."""
    from sentence_transformers import CrossEncoder, MultiVectorEncoder, SentenceTransformer

    if kind == "cross-encoder":
        return CrossEncoder(str(folder), device="cpu").predict(pairs)
    sides = list(zip(*pairs, strict=True))
    if kind == "bi-encoder":
        u, v = (SentenceTransformer(str(folder), device="cpu").encode(list(side)) for side in sides)
        return (u * v).sum(axis=1)
    peer = MultiVectorEncoder(str(folder), device="cpu")
    firsts, seconds = (peer.encode(list(side)) for side in sides)
    there, back = (
        peer.similarity_pairwise(firsts, seconds),
        peer.similarity_pairwise(seconds, firsts),
    )
    return ((there + back) / 2).numpy()


@pytest.mark.parametrize("kind", KINDS)
def test_adapter_export_and_trainee_agree(base: Path, kind: str, tmp_path: Path) -> None:
    found = trainer(base, settings(kind, average=0.0, epochs=4))
    run(found)
    found.best = {}  # the last weights, whatever they are worth
    save_trained(found, tmp_path / "adapter", "tiny", base, {"note": "x"})
    export_adapter(tmp_path / "whole", base, tmp_path / "adapter", found.settings.kind, 32)
    pairs = list(data(12, 9).pairs)
    card = adapter_card(base, tmp_path / "adapter", kind)
    catalog = Catalog((tiny.card("tiny", base, max_length=32), card))
    registry = Registry(catalog, device="cpu", dtype=torch.float32)
    ours = registry.score("trained", pairs).numpy()
    registry.close()
    assert np.allclose(ours, peers_scores(kind, tmp_path / "whole", pairs), atol=1e-5)
    trained = found._score(pairs)
    assert np.allclose(ours, trained, atol=5e-3)  # the adapter is stored in half precision
    assert not np.allclose(ours, trainer(base, settings(kind))._score(pairs), atol=5e-3)


def test_a_segment_head_begins_with_cosines_and_is_served_as_trained(
    base: Path, tmp_path: Path
) -> None:
    chosen = settings("cross-encoder", head="segments", average=0.0, epochs=4, dropout=0.0)
    pairs = list(data(12, 9).pairs)
    fresh = trainer(base, chosen)
    first, second = fresh.trainee._pooled(fresh.trainee.tokenizer.encode_pairs(pairs)).unbind(1)
    cosines = torch.nn.functional.cosine_similarity(first, second).detach().numpy()
    assert np.allclose(fresh._score(pairs), 20 * cosines, atol=1e-4)
    run(fresh)
    fresh.best = {}
    save_trained(fresh, tmp_path / "adapter", "tiny", base, {})
    card = adapter_card(base, tmp_path / "adapter", "cross-encoder")
    registry = Registry(
        Catalog((tiny.card("tiny", base, max_length=32), card)), device="cpu", dtype=torch.float32
    )
    ours = registry.score("trained", pairs).numpy()
    registry.close()
    assert np.allclose(ours, fresh._score(pairs), atol=5e-2)  # stored in half precision, times 20
    with pytest.raises(TrainingError, match="has no head on both texts' means"):
        export_adapter(tmp_path / "whole", base, tmp_path / "adapter", "cross-encoder", 32)


def test_segment_means_are_those_of_each_text_alone(base: Path) -> None:
    tokenizer = Tokenizer(base, 32)
    batch = tokenizer.encode_pairs([("a b c", "d"), ("", "e f"), ("g h", "g h")])
    hidden = torch.randn(sum(len(e) for e in batch), 5)
    states = TokenStates(hidden, torch.tensor([len(e) for e in batch]))
    means = segment_means(states, batch)
    assert torch.allclose(means[0, 0], hidden[1:4].mean(0))  # after [CLS]
    assert torch.allclose(means[0, 1], hidden[5:6].mean(0))
    assert torch.equal(means[1, 0], torch.zeros(5))
    assert torch.allclose(means[1, 1], hidden[9:11].mean(0))  # 7 + [CLS] [SEP]


def test_a_cross_encoder_begins_with_a_bi_encoders_adapter_of_lower_rank(
    base: Path, tmp_path: Path
) -> None:
    bi = trainer(base, settings(average=0.0))
    run(bi)
    save_trained(bi, tmp_path, "tiny", base, {})
    device = Device(choose_device("cpu", torch.float32))
    chosen = settings("cross-encoder", head="segments", rank=6)
    sets = [data(64, 0)], data(40, 1, "held out")
    cross = Trainer(chosen, *sets, base, 32, device, start=tmp_path)
    text = ["a b c"]
    ours, theirs = (t.trainee.eval() for t in (cross, bi))
    encoded = bi.trainee.tokenizer.encode_texts(text)
    cross.trainee.head = None
    assert torch.allclose(ours._pooled(encoded), theirs._pooled(encoded), atol=5e-3)
    lower = settings("cross-encoder", head="segments", rank=2)
    with pytest.raises(TrainingError, match="its rank no higher"):
        Trainer(lower, *sets, base, 32, device, start=tmp_path)


def test_a_projection_is_trained_stored_and_exported(base: Path, tmp_path: Path) -> None:
    found = trainer(base, settings("late-interaction", projection=8, average=0.0))
    started = found.trainee.head.weight.detach().clone()
    run(found)
    found.best = {}
    save_trained(found, tmp_path / "adapter", "tiny", base, {})
    assert not torch.allclose(found.trainee.head.weight, started, atol=1e-3)
    pairs = list(data(12, 9).pairs)
    card = adapter_card(base, tmp_path / "adapter", "late-interaction")
    registry = Registry(
        Catalog((tiny.card("tiny", base, max_length=32), card)), "cpu", dtype=torch.float32
    )
    assert registry.token_vectors("trained", ["a b c"])[0].shape == (5, 8)
    ours = registry.score("trained", pairs).numpy()
    registry.close()
    assert np.allclose(ours, found._score(pairs), atol=5e-3)
    export_adapter(tmp_path / "whole", base, tmp_path / "adapter", "late-interaction", 32)
    assert np.allclose(ours, peers_scores("late-interaction", tmp_path / "whole", pairs), atol=1e-5)
    again = trainer(base, settings("late-interaction", projection=8), start=tmp_path / "adapter")
    assert np.allclose(again._score(pairs), ours, atol=5e-3)


@pytest.mark.parametrize("stated", [None, "x y ", ""])
@pytest.mark.parametrize("kind", ["bi-encoder", "cross-encoder"])
def test_a_prompt_is_trained_served_and_exported(
    base: Path, kind: str, stated: str | None, tmp_path: Path
) -> None:
    """The base's, unless the settings or the adapter's card say another one, or none."""
    from sentence_transformers import CrossEncoder, SentenceTransformer

    found = trainer(base, settings(kind, average=0.0, prompt=stated), prompt="q r ")
    run(found)
    save_trained(found, tmp_path / "adapter", "tiny", base, {})
    effective = "" if kind == "cross-encoder" else "q r " if stated is None else stated
    assert json.loads((tmp_path / "adapter" / "card.json").read_text())["prompt"] == effective
    pairs = list(data(40, 1).pairs)
    card = dataclasses.replace(adapter_card(base, tmp_path / "adapter", kind), prompt=stated)
    catalog = Catalog((tiny.card("tiny", base, max_length=32, prompt="q r "), card))
    registry = Registry(catalog, device="cpu", dtype=torch.float32)
    served = registry.score("trained", pairs).numpy()
    registry.export("trained", tmp_path / "whole")
    registry.close()
    assert np.allclose(served, found._score(pairs), atol=5e-3)
    whole = str(tmp_path / "whole")
    if kind == "cross-encoder":
        assert np.allclose(served, CrossEncoder(whole, device="cpu").predict(pairs), atol=1e-5)
        return
    peer = SentenceTransformer(whole, device="cpu")
    u, v = (peer.encode([pair[side] for pair in pairs]) for side in (0, 1))
    assert np.allclose(served, (u * v).sum(axis=1), atol=1e-5)
    other = "z z z z " if effective == "" else ""
    plain = trainer(base, settings(prompt=other))
    plain._load(found.best)
    assert not np.allclose(served, plain._score(pairs), atol=5e-3)


@pytest.mark.parametrize("name", ["dtype", "torch_dtype"])
def test_an_export_says_the_number_format_that_it_has(
    base: Path, tmp_path: Path, name: str
) -> None:
    half = tmp_path / "half"
    shutil.copytree(base, half)
    config = json.loads((half / "config.json").read_text())
    config.pop("dtype", None)
    (half / "config.json").write_text(json.dumps(config | {name: "bfloat16"}))
    found = trainer(half, settings(epochs=1))
    run(found)
    save_trained(found, tmp_path / "adapter", "tiny", half, {})
    export_adapter(tmp_path / "whole", half, tmp_path / "adapter", "bi-encoder", 32)
    written = json.loads((tmp_path / "whole" / "config.json").read_text())
    assert (written["dtype"], written.get("torch_dtype")) == ("float32", None)
    weights = load_file(tmp_path / "whole" / "model.safetensors")
    assert {tensor.dtype for tensor in weights.values()} == {torch.float32}


def test_texts_are_cut_where_the_settings_say(base: Path) -> None:
    found = trainer(base, settings(max_length=8))
    (long,) = found.trainee.tokenizer.encode_texts(["a b c d e f g h i j"])
    assert len(long) == 8
    assert trainer(base, settings()).trainee.tokenizer.max_length == 32


def test_peft_reads_the_adapter(base: Path, tmp_path: Path) -> None:
    from peft import PeftModel
    from transformers import AutoModel

    found = trainer(base, settings(average=0.0))
    run(found)
    save_trained(found, tmp_path, "tiny", base, {})
    model = PeftModel.from_pretrained(AutoModel.from_pretrained(base), tmp_path).eval()
    inputs = found.trainee.tokenizer.pad(found.trainee.tokenizer.encode_texts(["a b c d"]))
    with torch.no_grad():
        theirs = model(**inputs).last_hidden_state
        ours = found.trainee.encoder(**inputs).last_hidden_state
    assert torch.allclose(ours, theirs, atol=5e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_full_weights_are_a_folder_of_the_peers(base: Path, kind: str, tmp_path: Path) -> None:
    found = trainer(base, settings(kind, method="full", learning_rate=3e-3))
    run(found)
    save_trained(found, tmp_path, "tiny", base, {})
    pairs = list(data(6, 9).pairs)
    assert np.allclose(found._score(pairs), peers_scores(kind, tmp_path, pairs), atol=1e-5)


def test_the_card_tells_what_was_done(base: Path, tmp_path: Path) -> None:
    found = trainer(base, settings())
    run(found)
    save_trained(found, tmp_path, "tiny", base, {"base": "x"})
    card = json.loads((tmp_path / "card.json").read_text())
    assert card["settings"]["seed"] == 0
    assert card["settings"]["scale"] == 20.0
    assert card["train"] == [{"name": "letters", "pairs": 64}]
    assert card["best"] in card["curve"]
    assert all(
        t.dtype == torch.float16 for t in load_file(tmp_path / "adapter_model.safetensors").values()
    )


# --- data ---


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.tsv", 'score\tsentence1\tsentence2\n1.5\tan "odd one\ttwo\n2\tthree\tfour\n'),
        ("a.csv", 'label,text1,text2\n1.5,"an ""odd one",two\n2,three,four\n'),
        (
            "a.jsonl",
            '{"score": 1.5, "sentence1": "an \\"odd one", "sentence2": "two"}\n'
            '{"score": 2, "sentence1": "three", "sentence2": "four"}\n',
        ),
    ],
)
def test_files_are_read(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    found = read_labelled_pairs(tmp_path / name)
    assert found.pairs == (('an "odd one', "two"), ("three", "four"))
    assert found.labels.tolist() == [1.5, 2.0]


def test_parquet_is_read(tmp_path: Path) -> None:
    import pandas

    rows = {"sentence1": ["one"], "sentence2": ["two"], "similarity_score": [3.5]}
    pandas.DataFrame(rows).to_parquet(tmp_path / "a.parquet")
    found = read_labelled_pairs(tmp_path / "a.parquet")
    assert found.pairs == (("one", "two"),)
    assert found.labels.tolist() == [3.5]


def test_a_hub_data_set_is_fetched_at_its_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    asked: list[object] = []

    def download(repo: str, file: str, repo_type: str, revision: str | None) -> str:
        asked.extend([repo, file, repo_type, revision])
        (tmp_path / "x.csv").write_text("score,sentence1,sentence2\n1,a,b\n")
        return str(tmp_path / "x.csv")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    found = read_labelled_pairs("hub:owner/name/data/x.csv@abc")
    assert asked == ["owner/name", "data/x.csv", "dataset", "abc"]
    assert found.pairs == (("a", "b"),)
    with pytest.raises(TrainingError, match="hub:owner/name/file"):
        read_labelled_pairs("hub:owner")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("sentence1,sentence2\na,b\n", "no column “score”"),
        ("score,sentence1,sentence2\nx,a,b\n", "Row 1 .* “x”, which is not a number"),
        ("score,sentence1,sentence2\nnan,a,b\n", "not a number"),
        ("score,sentence1,sentence2\n", "holds no pairs"),
    ],
)
def test_bad_files_are_refused_in_a_sentence(tmp_path: Path, content: str, sentence: str) -> None:
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(TrainingError, match=sentence):
        read_labelled_pairs(tmp_path / "a.csv")
    with pytest.raises(TrainingError, match="cannot be read"):
        read_labelled_pairs(tmp_path / "absent.csv")


def test_held_out_pairs_are_not_trained_on() -> None:
    train = LabelledPairs("t", (("A cat.", "a dog"), ("x", "y"), ("p", "q")), np.arange(3.0))
    held_out = LabelledPairs("h", (("A  dog", "a cat"), ("Y", "z")), np.zeros(2))
    assert train.without(held_out).pairs == (("x", "y"), ("p", "q"))


@pytest.mark.usefixtures("tiny_catalog")
def test_pairs_that_report_are_never_trained_on(files: list[str], tmp_path: Path) -> None:
    train = files[files.index("--train") + 1]
    whole = read_labelled_pairs(train)
    report = tmp_path / "report.tsv"
    rows = "".join(f"1\t{b.upper()}\t{a}\n" for a, b in whole.pairs[:9])
    report.write_text("score\tsentence1\tsentence2\n" + rows, encoding="utf-8")
    options = ["--base", "tiny", "--output", str(tmp_path / "out"), "--kind", "bi-encoder"]
    options += ["--device", "cpu", "--without", str(report)]
    assert command.main([*files, *options]) == 0
    card = json.loads((tmp_path / "out" / "card.json").read_text())
    assert card["train"][0]["pairs"] <= len(whole) - 9


def test_a_split_is_seeded_and_complete() -> None:
    whole = data(50, 3)
    kept, held = whole.split(0.2, seed=1)
    assert (len(kept), len(held)) == (40, 10)
    assert sorted(kept.pairs + held.pairs) == sorted(whole.pairs)
    assert whole.split(0.2, seed=1)[1].pairs == held.pairs
    assert whole.split(0.2, seed=2)[1].pairs != held.pairs


# --- the command ---


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    for name, pairs in (("train", data(32, 0)), ("dev", data(16, 1))):
        rows = [f"{y}\t{a}\t{b}" for (a, b), y in zip(pairs.pairs, pairs.labels, strict=True)]
        text = "\n".join(["score\tsentence1\tsentence2", *rows]) + "\n"
        (tmp_path / f"{name}.tsv").write_text(text)
    return ["--train", str(tmp_path / "train.tsv"), "--dev", str(tmp_path / "dev.tsv")]


@pytest.fixture
def tiny_catalog(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = Catalog((tiny.card("tiny", base, max_length=32),))
    monkeypatch.setattr(command, "CATALOG", catalog)
    monkeypatch.setattr(grade, "CATALOG", catalog)


@pytest.mark.usefixtures("tiny_catalog")
def test_the_command_trains_saves_and_exports(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, whole = tmp_path / "out", tmp_path / "whole"
    options = ["--base", "tiny", "--output", str(out), "--export", str(whole), "--device", "cpu"]
    options += ["--max-length", "16"]
    assert command.main([*files, *options, "--kind", "cross-encoder", "--batch-size", "8"]) == 0
    assert "Spearman" in capsys.readouterr().out
    assert {p.name for p in out.iterdir()} == {
        "adapter_config.json",
        "adapter_model.safetensors",
        "card.json",
        "head.safetensors",
    }
    assert (whole / "modules.json").is_file()
    settings_file = whole / "sentence_bert_config.json"
    assert json.loads(settings_file.read_text()) == {"max_seq_length": 16}
    assert json.loads((out / "card.json").read_text())["max_length"] == 16


@pytest.mark.usefixtures("tiny_catalog")
def test_the_command_says_what_is_wrong(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--base", "tiny", "--output", str(tmp_path / "out"), "--kind", "bi-encoder"]
    assert command.main([*files, *options, "--loss", "mse"]) == 1
    error = capsys.readouterr().err
    assert "not trained with “mse”" in error
    assert "Traceback" not in error


def test_every_setting_is_an_option(files: list[str], tmp_path: Path) -> None:
    words = [*files, "--output", str(tmp_path), "--kind", "bi-encoder", "--swap", "--patience", "3"]
    options = command._parse([*words, "--loss", "angle", "--scale", "2.5"])
    found = command._settings(options)
    expected = TrainingSettings(kind="bi-encoder", swap=True, patience=3, loss="angle", scale=2.5)
    assert found == expected
    assert {f.name for f in dataclasses.fields(found)} <= set(vars(options))


@pytest.mark.parametrize("method", ["lora", "full"])
@pytest.mark.usefixtures("tiny_catalog")
def test_a_teacher_grades_as_it_was_trained(base: Path, method: str, tmp_path: Path) -> None:
    chosen = settings("cross-encoder", head="segments", method=method, dropout=0.0)
    found = trainer(base, chosen)
    run(found)
    save_trained(found, tmp_path / "teacher", "tiny", base, {})
    pairs = data(70, 9).pairs
    turned = [pair[::-1] for pair in pairs]
    expected = (found._score(pairs) + found._score(turned)) / 2
    file = tmp_path / "pairs.tsv"
    file.write_text("score\tsentence1\tsentence2\n" + "".join(f"0\t{a}\t{b}\n" for a, b in pairs))
    options = ["--teacher", str(tmp_path / "teacher"), "--pairs", str(file), "--device", "cpu"]
    options += ["--output", str(tmp_path / "graded.tsv")]
    assert grade.main([*options, "--both-orders"]) == 0
    graded = read_labelled_pairs(tmp_path / "graded.tsv")
    assert graded.pairs == pairs
    assert np.allclose(graded.labels, expected, atol=5e-2)


def test_a_folder_without_a_teacher_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--teacher", str(tmp_path), "--pairs", "x", "--output", str(tmp_path / "y")]
    assert grade.main(options) == 1
    assert "holds no trained model" in capsys.readouterr().err
