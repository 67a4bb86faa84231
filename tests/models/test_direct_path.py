"""A prediction taken apart, against transformers' own forward pass with hooks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import LlamaConfig, LlamaForCausalLM

from models.catalog import CATALOG, SMOLLM2, Catalog
from models.direct_path import DirectPath
from models.errors import InputError
from models.registry import Registry
from tests.models import tiny
from tests.models.test_decoding import SIZES, VOCABULARY, WINDOW, smol

TOKENS = [5, 6, 7, 8, 9, 10, 3, 11]
COUNT = 4
BIASED = {"attention_bias": True, "mlp_bias": True}
KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "tied": {"tie_word_embeddings": True},
    "biased": BIASED,
    "one-layer": {"num_hidden_layers": 1},
}


def peer_of(kind: str) -> Any:
    torch.manual_seed(0)
    config = LlamaConfig(**(SIZES | KINDS[kind]))  # type: ignore[arg-type]
    config._attn_implementation = "eager"
    peer = LlamaForCausalLM(config).eval()
    with torch.no_grad():
        for name, parameter in peer.named_parameters():
            if name.endswith("bias") or "norm" in name:  # ones and noughts would hide mistakes
                parameter.add_(0.3 * torch.randn_like(parameter))
    return peer


@pytest.fixture(scope="module")
def peers() -> dict[str, Any]:
    return {kind: peer_of(kind) for kind in KINDS}


@pytest.fixture(scope="module")
def registry(peers: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    cards = []
    for kind, peer in peers.items():
        folder = tmp_path_factory.mktemp(kind)
        tiny.write_tokenizer(folder, WINDOW)
        peer.save_pretrained(folder)
        cards.append(tiny.card(kind, folder, "causal-lm"))
    found = Registry(Catalog(tuple(cards)), device="cpu", dtype=torch.float32)
    yield found
    found.close()


def sources(registry: Registry, kind: str, tokens: list[int]) -> DirectPath:
    with registry.decoding(kind, len(tokens)) as decoding:
        return decoding.sources(tokens, COUNT)


@torch.no_grad()
def watched(peer: Any, tokens: list[int]) -> dict[str, Any]:
    """Logits, weights, and what modules gave out, by transformers."""
    seen: dict[str, Any] = {"values": [], "brought": [], "mlp": []}
    hooks = [peer.model.norm.register_forward_pre_hook(lambda _, x: seen.update(final=x[0][0, -1]))]
    for layer in peer.model.layers:
        attention = layer.self_attn
        for module, name in (
            (attention.v_proj, "values"),
            (attention.o_proj, "brought"),
            (layer.mlp, "mlp"),
        ):
            hooks.append(
                module.register_forward_hook(
                    lambda _, __, out, name=name: seen[name].append(out[0])  # type: ignore[misc]
                )
            )
    out = peer(input_ids=torch.tensor([tokens]), output_attentions=True)
    for hook in hooks:
        hook.remove()
    return seen | {"logits": out.logits[0, -1], "weights": [a[0] for a in out.attentions]}


def scaled_output(peer: Any, final: Tensor) -> Tensor:
    """W with the last norm's gains and its actual scale [V, D]."""
    root = (final.square().mean() + peer.model.norm.variance_epsilon).sqrt()
    output: Tensor = peer.lm_head.weight * peer.model.norm.weight / root
    return output.detach()


def by_hand(peer: Any, seen: dict[str, Any]) -> Tensor:
    """What attention brings from each token, head by head and token by token [n, D]."""
    config = peer.config
    d = config.hidden_size // config.num_attention_heads
    share = config.num_attention_heads // config.num_key_value_heads
    n = len(seen["values"][0])
    found = torch.zeros(n, config.hidden_size)
    for layer, weights, values in zip(
        peer.model.layers, seen["weights"], seen["values"], strict=True
    ):
        output = layer.self_attn.o_proj.weight.detach()  # [D, H d]
        for head in range(config.num_attention_heads):
            group = head // share
            for j in range(n):
                value = values[j, group * d : (group + 1) * d]
                found[j] += weights[head, -1, j] * (output[:, head * d : (head + 1) * d] @ value)
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tokens", [TOKENS, [7]])
def test_the_parts_sum_to_the_logits(
    registry: Registry, peers: dict[str, Any], kind: str, tokens: list[int]
) -> None:
    found = sources(registry, kind, tokens)
    seen = watched(peers[kind], tokens)
    torch.testing.assert_close(found.logits, seen["logits"], atol=1e-4, rtol=0)
    best = seen["logits"].topk(COUNT)
    assert torch.equal(found.candidates, best.indices)
    torch.testing.assert_close(found.raw.sums, best.values, atol=1e-4, rtol=0)
    assert found.gap < 1e-4
    centred = best.values - seen["logits"].mean()
    torch.testing.assert_close(found.centred.sums, centred, atol=1e-4, rtol=0)
    assert found.raw.tokens.shape == (COUNT, len(tokens))
    assert not found.raw.tokens.is_inference()


@pytest.mark.parametrize("kind", KINDS)
def test_each_part_is_what_transformers_adds(
    registry: Registry, peers: dict[str, Any], kind: str
) -> None:
    found, peer = sources(registry, kind, TOKENS), peers[kind]
    seen = watched(peer, TOKENS)
    rows = scaled_output(peer, seen["final"])  # [V, D]
    chosen = rows[found.candidates]
    tokens = by_hand(peer, seen)
    torch.testing.assert_close(found.raw.tokens, chosen @ tokens.T, atol=1e-4, rtol=0)
    torch.testing.assert_close(
        found.mean.tokens[0], (rows @ tokens.T).mean(dim=0), atol=1e-4, rtol=0
    )
    embedding = peer.model.embed_tokens.weight[TOKENS[-1]].detach()
    torch.testing.assert_close(found.raw.embedding, chosen @ embedding, atol=1e-4, rtol=0)
    for number, layer in enumerate(peer.model.layers):
        bias = layer.self_attn.o_proj.bias
        bias = torch.zeros_like(embedding) if bias is None else bias.detach()
        brought = chosen @ (seen["brought"][number][-1] - bias)
        added = chosen @ (seen["mlp"][number][-1] + bias)
        torch.testing.assert_close(found.raw.attention[:, number], brought, atol=1e-4, rtol=0)
        torch.testing.assert_close(found.raw.mlp[:, number], added, atol=1e-4, rtol=0)


def test_in_sixteen_bits_the_parts_still_nearly_sum(registry: Registry) -> None:
    half = Registry(registry.catalog, device="cpu", dtype=torch.bfloat16)
    found = sources(half, "plain", TOKENS)
    half.close()
    assert found.logits.dtype == found.raw.tokens.dtype == torch.float32
    largest = float(found.logits.abs().max())
    assert found.gap < 0.05 * largest


def test_too_many_tokens_and_none_are_refused(registry: Registry) -> None:
    with registry.decoding("plain", 100) as decoding:
        with pytest.raises(InputError, match=f"looks at {WINDOW}"):
            decoding.sources([5] * (WINDOW + 1), COUNT)
        with pytest.raises(ValueError, match="at least one"):
            decoding.sources([], COUNT)
        assert len(decoding.sources([5, 6], 1_000).candidates) == VOCABULARY


def test_tokens_have_names(registry: Registry) -> None:
    with registry.decoding("plain", 10) as decoding:
        assert decoding.names(decoding.tokens("a b 7")) == ("a", "b", "7")


@smol
def test_smollm_is_an_exact_sum() -> None:
    registry = Registry(Catalog((CATALOG[SMOLLM2.key],)), device="cpu", dtype=torch.float32)
    with registry.decoding(SMOLLM2.key, 100) as decoding:
        tokens = decoding.tokens("The key to the new cabinet was under the")
        found = decoding.sources(tokens, 10)
        logits = decoding.read([decoding.row()], [tokens])[0]
        names = decoding.names(tokens)
    registry.close()
    torch.testing.assert_close(found.logits, logits, atol=1e-3, rtol=0)
    torch.testing.assert_close(found.raw.sums, logits[found.candidates], atol=1e-3, rtol=0)
    assert found.mean.sums[0] == pytest.approx(float(logits.mean()), abs=1e-3)
    assert names[:2] == ("The", "▁key")
