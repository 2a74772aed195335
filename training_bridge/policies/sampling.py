"""Before any reward model exists, a policy only speaks: a few groups to label, nothing is trained."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle, islice
from typing import Any

import torch

from training_bridge.client import Client

from .config import PolicyConfig
from .grpo import generation_limits, load

Report = Callable[[float, str, dict[str, Any]], None]
GROUPS_AT_ONCE = 8


def sample(config: PolicyConfig, client: Client, report: Report) -> dict[str, Any]:
    """Send `sample_groups` groups at step `step_offset`; the same config sends the same text under the same ids."""
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    model, tokenizer = load(config.policy)
    model.eval()
    prompts = list(islice(cycle(config.read_prompts()), config.sample_groups))
    for first in range(0, len(prompts), GROUPS_AT_ONCE):
        part = prompts[first : first + GROUPS_AT_ONCE]
        groups = complete(model, tokenizer, part, config)
        client.send([row(config, first + i, part[i], texts) for i, texts in enumerate(groups)])
        done = first + len(part)
        report(done / len(prompts), f"sampled {done} of {len(prompts)} groups", {"groups": done})
    return {"groups": len(prompts), "rollouts": len(prompts) * config.num_generations}


def complete(model: Any, tokenizer: Any, prompts: list[Any], config: PolicyConfig) -> list[list[str]]:
    """`num_generations` completions of each prompt."""
    texts = [p if isinstance(p, str) else tokenizer.apply_chat_template(p, tokenize=False) for p in prompts]
    batch = tokenizer(texts, padding=True, padding_side="left", return_tensors="pt")
    with torch.no_grad():
        ids = model.generate(
            input_ids=batch["input_ids"],
            attention_mask=batch["attention_mask"],
            do_sample=True,
            temperature=config.temperature,
            max_new_tokens=config.max_completion_length,
            num_return_sequences=config.num_generations,
            pad_token_id=tokenizer.pad_token_id,
            **generation_limits(tokenizer),
        )
    written = tokenizer.batch_decode(ids[:, batch["input_ids"].shape[1] :], skip_special_tokens=True)
    return [written[i : i + config.num_generations] for i in range(0, len(written), config.num_generations)]


def row(config: PolicyConfig, index: int, prompt: Any, texts: list[str]) -> dict[str, Any]:
    group = f"sample-{config.step_offset:06d}-{index:04d}"
    return {
        "group_id": group,
        "step": config.step_offset,
        "prompt": prompt,
        "meta": {"mode": "sample"},
        "completions": [{"id": f"{group}/{i}", "text": text} for i, text in enumerate(texts)],
    }
