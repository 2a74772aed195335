"""Pre-train the tiny policy on the made-up corpus: `python -m training_bridge.policies.pretrain OUT`.

One CPU thread, about a minute and a half. The folder appears only when it is complete, so a killed run leaves none.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import os
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from . import corpus, tiny_policy


@dataclasses.dataclass(frozen=True)
class PretrainConfig:
    steps: int = 240
    batch: int = 16
    learning_rate: float = 3e-3
    warmup: int = 20
    seed: int = 0
    threads: int = 1


def rate(step: int, config: PretrainConfig) -> float:
    """Linear warm-up, then cosine down to a tenth."""
    if step < config.warmup:
        return config.learning_rate * (step + 1) / config.warmup
    done = (step - config.warmup) / max(1, config.steps - config.warmup)
    return config.learning_rate * (0.1 + 0.45 * (1 + math.cos(math.pi * done)))


def pretrain(out: Path, config: PretrainConfig, report: Callable[[float, str], None]) -> float:
    """Train, save into `out`, return the last loss (nats per byte of text)."""
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    rng = random.Random(config.seed)
    tokenizer = tiny_policy.byte_tokenizer()
    model = tiny_policy.tiny_llama(len(tokenizer))
    optimizer = torch.optim.AdamW(model.parameters(), lr=config.learning_rate, betas=(0.9, 0.98), weight_decay=0.01)
    smooth = float("nan")
    for step in range(config.steps):
        texts = [
            prompt + reply + tokenizer.eos_token for prompt, reply in (corpus.example(rng) for _ in range(config.batch))
        ]
        batch = tokenizer(texts, padding=True, padding_side="right", return_tensors="pt")
        labels = batch["input_ids"].masked_fill(batch["attention_mask"] == 0, -100)
        for parameters in optimizer.param_groups:
            parameters["lr"] = rate(step, config)
        loss = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        value = loss.item()
        if not math.isfinite(value):
            raise FloatingPointError(f"The pre-training loss is {value} at step {step}.")
        smooth = value if step == 0 else 0.95 * smooth + 0.05 * value
        if step % 20 == 19 or step == config.steps - 1:
            report((step + 1) / config.steps, f"pre-training step {step + 1}: loss {smooth:.3f}")
    save(model, tokenizer, out)
    return smooth


def save(model: Any, tokenizer: Any, out: Path) -> None:
    """Write beside, then rename: the folder is whole or absent."""
    beside = out.with_name(f"{out.name}.{os.getpid()}.part")
    shutil.rmtree(beside, ignore_errors=True)
    model.save_pretrained(beside)
    tokenizer.save_pretrained(beside)
    try:
        beside.rename(out)
    except OSError:
        if not out.is_dir():
            raise
        shutil.rmtree(beside)  # somebody else finished the same recipe first


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=PretrainConfig.steps)
    parser.add_argument("--seed", type=int, default=PretrainConfig.seed)
    given = parser.parse_args()
    started = time.monotonic()

    def report(progress: float, message: str) -> None:
        print(json.dumps({"progress": progress, "message": message}), flush=True)

    given.out.parent.mkdir(parents=True, exist_ok=True)
    loss = pretrain(given.out, PretrainConfig(steps=given.steps, seed=given.seed), report)
    report(1.0, f"done in {time.monotonic() - started:.0f} s, loss {loss:.3f}")


if __name__ == "__main__":
    main()
