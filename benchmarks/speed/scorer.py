"""The product's scorer beside the loop anybody would write first, and what twenty opinions cost on top of one pass."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from training_bridge.features import Backbone
from training_bridge.recipe import Pair, flatten, lay_out
from training_bridge.reward_models.config import TrainingConfig
from training_bridge.reward_models.heads import Prior, dropout_masks
from training_bridge.reward_models.model import RewardModel

PLAIN_BATCH = 32  # sentences at a time, as encoders' own libraries do by default
GROUP = 8


def texts(count: int, path: Path | None) -> list[Pair]:
    """`count` (prompt, completion) pairs in order of arrival: from a file, or made up.

    Made up: groups of eight completions whose lengths vary as a policy's do (log-normal, a median of 40 words of about
    two tokens, one in a hundred beyond what the encoder reads), and one in twenty the same as its neighbour, as
    sampling gives.
    """
    if path is not None:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
        return [(row["prompt"], row["completion"]) for row in rows[:count]]
    rng = np.random.default_rng(0)
    letters = np.array([a + b for a in "bdfgklmnprstvz" for b in "aeiou"])
    known = ["".join(rng.choice(letters, size=rng.integers(1, 4))) for _ in range(2_000)]

    def words(number: int) -> str:
        return " ".join(rng.choice(known, size=number))

    pairs: list[Pair] = []
    while len(pairs) < count:
        prompt = words(int(rng.integers(5, 40)))
        completions = [words(1 + min(int(rng.lognormal(3.7, 0.8)), 1500)) for _ in range(GROUP)]
        twins = [completions[k - 1] if k and rng.random() < 0.05 else text for k, text in enumerate(completions)]
        pairs += [(prompt, text) for text in twins]
    return pairs[:count]


def figures(pairs: list[Pair], *, backbone: str, threads: int, repeats: int) -> dict[str, float | str]:
    """Texts per second of the scorer and of the plain loop, and the price of the draws; best of interleaved tries."""
    encoder = Backbone.load(backbone, threads=threads)
    single = dataclasses.replace(encoder, dtype=torch.float32)
    ways: dict[str, Callable[[], np.ndarray]] = {
        "scorer": lambda: encoder.encode(pairs),
        "scorer_float32": lambda: single.encode(pairs),
        "plain": lambda: plain_loop(encoder, pairs),
        "plain_float32": lambda: plain_loop(single, pairs),
    }
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(repeats):
        for name, way in ways.items():
            best[name] = min(best[name], _seconds(way))
    model, rows_N_D = untrained(encoder.width), encoder.encode(pairs)
    draw = min(_seconds(lambda: model.draw(rows_N_D)) for _ in range(5 * repeats))
    told: dict[str, float | str] = {f"{name}_texts_per_s": len(pairs) / seconds for name, seconds in best.items()}
    told |= {
        "precision": str(encoder.dtype).removeprefix("torch."),
        "speedup": best["plain"] / best["scorer"],
        "speedup_over_float32": best["plain_float32"] / best["scorer"],
        "draws_ms": 1000.0 * draw,
        "overhead_ratio": (best["scorer"] + draw) / best["scorer"],
    }
    return told


def plain_loop(encoder: Backbone, pairs: list[Pair]) -> np.ndarray:
    """Batches in order of arrival, padded to their longest; every text computed, equal or not."""
    laid = lay_out(encoder.tokenizer, [(flatten(prompt), flatten(text)) for prompt, text in pairs], encoder.max_tokens)
    parts = [encoder.pool(laid[start : start + PLAIN_BATCH]) for start in range(0, len(laid), PLAIN_BATCH)]
    return np.concatenate(parts)


def untrained(width: int) -> RewardModel:
    """A reward model of the default size; what its weights are does not change how long it takes."""
    config, generator = TrainingConfig(), torch.Generator().manual_seed(0)
    heads = Prior.of(width, config.hidden, config.prior_std).draw(width, config.hidden, config.heads, generator)
    return RewardModel(
        config=config,
        heads=heads.requires_grad_(False),
        mean_D=torch.zeros(width),
        scale_D=torch.ones(width),
        keep_T_H=dropout_masks(config.dropout_draws, config.hidden, config.dropout, generator),
        temperature=1.0,
        dropout_temperature=1.0,
        facts={},
    )


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
