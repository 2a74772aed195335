"""The same scorer with a backbone of half a billion random weights on a GPU, beside the bare model at its best."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import torch

from training_bridge.features import Backbone
from training_bridge.policies.tiny_policy import byte_tokenizer
from training_bridge.recipe import Pair, flatten, lay_out

BATCHES = (8, 16, 32, 64, 128, 256)
LENGTH = 512
# Dense bf16 peaks in TFLOP/s as the maker states them; for other cards the fraction is left out.
PEAKS = {"H100": 989.0, "H200": 989.0, "A100": 312.0}


def figures(pairs: list[Pair]) -> dict[str, float | str]:
    """Tokens per second of the scorer and of plain forwards at the best batch, and the share of the card's peak."""
    with tempfile.TemporaryDirectory() as folder:
        encoder = _backbone(Path(folder))
    weights = sum(weight.numel() for name, weight in encoder.model.named_parameters() if "embed" not in name)
    encoder.encode(pairs[: len(pairs) // 4])  # kernels are chosen and memory is taken
    torch.cuda.synchronize()
    began = time.perf_counter()
    encoder.encode(pairs)
    scorer_s = time.perf_counter() - began
    laid = lay_out(encoder.tokenizer, [(flatten(prompt), flatten(text)) for prompt, text in pairs], encoder.max_tokens)
    tokens = sum(len(layout.ids) for layout in set(laid))
    plain = max(_plain_tokens_per_s(encoder, batch) for batch in BATCHES)
    card = torch.cuda.get_device_name()
    told: dict[str, float | str] = {
        "card": card,
        "card_weights": float(weights),
        "card_scorer_tokens_per_s": tokens / scorer_s,
        "card_plain_tokens_per_s": plain,
        "card_scorer_to_plain": tokens / scorer_s / plain,
    }
    peak = next((tflops for name, tflops in PEAKS.items() if name in card), None)
    if peak is not None:
        # Two operations per weight and token; attention's own are left out, so the share is a lower bound.
        told["card_share_of_peak"] = 2.0 * weights * tokens / scorer_s / (peak * 1e12)
        told["card_plain_share_of_peak"] = 2.0 * weights * plain / (peak * 1e12)
    return told


def _backbone(folder: Path) -> Backbone:
    """A decoder of the usual shape at this size, byte tokens, random weights."""
    from transformers import LlamaConfig, LlamaModel

    shape = {"hidden_size": 1280, "intermediate_size": 3584, "num_hidden_layers": 24, "num_attention_heads": 20}
    torch.manual_seed(0)
    LlamaModel(LlamaConfig(vocab_size=260, max_position_embeddings=LENGTH, **shape)).save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    return Backbone.load(str(folder))


def _plain_tokens_per_s(encoder: Backbone, batch: int, repeats: int = 5) -> float:
    ids = torch.randint(0, 256, (batch, LENGTH), device="cuda")
    best = float("inf")
    with torch.inference_mode(), torch.autocast("cuda", torch.bfloat16):
        encoder.model(input_ids=ids)
        for _ in range(repeats):
            torch.cuda.synchronize()
            began = time.perf_counter()
            encoder.model(input_ids=ids)
            torch.cuda.synchronize()
            best = min(best, time.perf_counter() - began)
    return batch * LENGTH / best
