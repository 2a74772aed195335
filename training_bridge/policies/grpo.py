"""Real TRL GRPO against one reward model version; every rollout goes back to the server it came from.

The random state is restored with the checkpoint, so a step that is done again samples the same completions under the
same ids: the server sees duplicates, and no step counts twice.
"""

from __future__ import annotations

import logging
import random
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback, TrainerControl, TrainerState
from transformers.training_args import TrainingArguments
from trl import GRPOConfig, GRPOTrainer

from training_bridge import tracking
from training_bridge.client import Client
from training_bridge.client.trl import TrlReward
from training_bridge.supervised import Lines

from . import checkpoints
from .config import PolicyConfig

log = logging.getLogger(__name__)

DELIVERY_S = 60.0
SHOWN = {
    "reward": "reward",
    "reward_std": "reward_std",
    "kl": "kl",
    "completions/mean_length": "length",
    "loss": "loss",
}


class Follow(TrainerCallback):  # type: ignore[misc]  # the library has no types
    """Reports each step, and marks a checkpoint whole once its rollouts are delivered."""

    def __init__(self, config: PolicyConfig, client: Client, lines: Lines) -> None:
        self._config, self._client, self._lines = config, client, lines

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        logs = kwargs.get("logs") or {}
        if "loss" not in logs:
            return
        metrics = {ours: logs[theirs] for theirs, ours in SHOWN.items() if logs.get(theirs) is not None}
        done = self._config.step_offset + state.global_step
        message = f"step {done}: reward {metrics.get('reward', float('nan')):.3f}, kl {metrics.get('kl', 0.0):.3f}"
        self._lines.say(state.global_step / self._config.steps, message, {"step": done, **metrics})

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        if self._client.flush(DELIVERY_S):
            checkpoints.mark(Path(self._config.output) / f"checkpoint-{state.global_step}")
            self._lines.kept()
        else:
            log.warning("Checkpoint %d does not count: its rollouts are not delivered yet.", state.global_step)


def generation_limits(tokenizer: Any) -> dict[str, Any]:
    """No empty completion and no zero byte: neither can be stored, and one would cost its whole group."""
    limits: dict[str, Any] = {"min_new_tokens": 2}
    zero = tokenizer.encode("\x00", add_special_tokens=False)
    if len(zero) == 1 and zero[0] != tokenizer.unk_token_id:
        limits["suppress_tokens"] = zero
    return limits


def arguments(config: PolicyConfig, tokenizer: Any) -> GRPOConfig:
    return GRPOConfig(
        output_dir=config.output,
        max_steps=config.steps,
        per_device_train_batch_size=config.batch_prompts * config.num_generations,
        num_generations=config.num_generations,
        max_completion_length=config.max_completion_length,
        temperature=config.temperature,
        generation_kwargs=generation_limits(tokenizer),
        learning_rate=config.learning_rate,
        # Each chained job begins with an optimizer that has seen nothing: its first step would go by the signs of one
        # batch's gradient alone, and throw a trained policy far from where it was.
        lr_scheduler_type="constant_with_warmup",
        warmup_steps=min(config.warmup_steps, config.steps // 4),
        beta=config.beta,
        seed=config.seed + config.step_offset,  # chained jobs do not sample alike
        shuffle_dataset=False,  # `in_order` has shuffled
        use_cpu=True,
        bf16=False,
        gradient_checkpointing=False,
        logging_steps=1,
        save_strategy="steps",
        save_steps=config.save_every,
        save_total_limit=2,
        disable_tqdm=True,
        report_to="wandb" if tracking.wanted() else "none",
        run_name=config.run,
    )


def in_order(config: PolicyConfig) -> list[Any]:
    """One prompt per group of the whole job, shuffled here: TRL's own shuffle starts over when a job resumes."""
    rng, prompts = random.Random(config.seed + config.step_offset), config.read_prompts()
    wanted = config.steps * config.batch_prompts
    order: list[Any] = []
    while len(order) < wanted:
        order += rng.sample(prompts, len(prompts))
    return order[:wanted]


def load(path: str) -> tuple[Any, Any]:
    """The policy in full precision, and its tokenizer."""
    return AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32), AutoTokenizer.from_pretrained(path)


def train(config: PolicyConfig, client: Client, lines: Lines) -> dict[str, Any]:
    """Train to `config.steps`, from the newest whole checkpoint if there is one; returns the last metrics."""
    torch.set_num_threads(config.threads)
    tracking.keep_files_in(Path(config.output))
    model, tokenizer = load(config.policy)
    if config.reference:
        model.config._name_or_path = config.reference  # TRL loads its reference model from here
    reward = TrlReward(client, num_generations=config.num_generations, step_offset=config.step_offset)

    def tiebreak(prompts: list[Any], completions: list[Any], **kwargs: Any) -> list[float | None]:
        rewards = reward(prompts, completions, **kwargs)
        tracking.log_rewards(config.step_offset + kwargs["trainer_state"].global_step, rewards, reward.spreads)
        return rewards

    trainer = GRPOTrainer(
        model=model,
        reward_funcs=[tiebreak],
        args=arguments(config, tokenizer),
        train_dataset=Dataset.from_dict({"prompt": in_order(config)}),
        processing_class=tokenizer,
        callbacks=[Follow(config, client, lines)],
    )
    start = checkpoints.newest(Path(config.output))
    if start is not None:
        log.info("Going on from %s.", start)
    trainer.train(resume_from_checkpoint=str(start) if start else None)
    trainer.save_model(config.output + "/final")
    last: dict[str, Any] = next((entry for entry in reversed(trainer.state.log_history) if "loss" in entry), {})
    return {ours: last[theirs] for theirs, ours in SHOWN.items() if theirs in last}
