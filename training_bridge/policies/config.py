"""Everything that decides how one policy run trains or samples, read from its job's config.json."""

from __future__ import annotations

import dataclasses
import json
import typing
from pathlib import Path
from typing import Any


class InvalidPolicyConfig(ValueError):
    """The job's config cannot be used; the sentence names the field."""


@dataclasses.dataclass(frozen=True)
class PolicyConfig:
    """`version` null means: only sample `sample_groups` groups and send them, train nothing."""

    policy: str  # a folder or a Hugging Face id; the starting weights
    output: str  # checkpoints and the final policy; a restarted job goes on from its newest checkpoint
    prompts: list[Any] | str  # texts or message lists, or a file of one JSON value per line
    run: str
    api: str
    reward_url: str = ""
    reward_model: str = ""
    version: int | None = None
    steps: int = 30
    num_generations: int = 8
    batch_prompts: int = 8  # prompts per step; with num_generations, the rollouts per step
    learning_rate: float = 1e-5
    warmup_steps: int = 3  # of a quarter of the steps at most: a new optimizer's first step goes as far in every weight
    beta: float = 0.05  # pull towards the reference; 0 lets a weak reward model be exploited
    reference: str = ""  # what `beta` pulls towards; empty: the starting weights, which a chained job moves every time
    max_completion_length: int = 128
    temperature: float = 1.0  # below 1 the groups lose the variety that GRPO learns from
    seed: int = 0
    threads: int = 1
    step_offset: int = 0  # where this job's steps begin in the run, so that jobs chained on one run do not overlap
    sample_groups: int = 32
    save_every: int = 5  # steps that a killed job may have to do again
    score_timeout_s: float = (
        120.0  # longer than a reward server takes to restart: a step without rewards teaches nothing
    )
    journal: str = ""  # file that names every group the server acknowledged

    def __post_init__(self) -> None:
        checks = [
            ("policy", bool(self.policy), "a folder or model id"),
            ("output", bool(self.output), "a folder"),
            ("prompts", bool(self.prompts), "at least one prompt"),
            ("run", bool(self.run), "a run name"),
            ("api", self.api.startswith("http"), "an http URL"),
            ("reward_url", self.version is None or self.reward_url.startswith("http"), "an http URL"),
            ("steps", self.steps >= 1, "at least 1"),
            ("num_generations", self.num_generations >= 2, "at least 2: a group compares"),
            ("batch_prompts", self.batch_prompts >= 1, "at least 1"),
            ("learning_rate", 0 < self.learning_rate < 1, "between 0 and 1"),
            ("warmup_steps", self.warmup_steps >= 0, "at least 0"),
            ("beta", self.beta >= 0, "at least 0"),
            ("max_completion_length", self.max_completion_length >= 1, "at least 1"),
            ("temperature", self.temperature > 0, "above 0"),
            ("threads", self.threads >= 1, "at least 1"),
            ("step_offset", self.step_offset >= 0, "at least 0"),
            ("sample_groups", self.sample_groups >= 1, "at least 1"),
            ("save_every", self.save_every >= 1, "at least 1"),
        ]
        for field, ok, allowed in checks:
            if not ok:
                raise InvalidPolicyConfig(f"Policy config: {field} is {getattr(self, field)!r}; it must be {allowed}.")

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> PolicyConfig:
        types = typing.get_type_hints(cls)
        for name, value in raw.items():
            if name not in types:
                raise InvalidPolicyConfig(f"Policy config: unknown field {name!r}. Known: {', '.join(sorted(types))}.")
            if not _fits(value, types[name]):
                raise InvalidPolicyConfig(f"Policy config: {name} is {value!r}, which is the wrong type.")
        needed = {f.name for f in dataclasses.fields(cls) if f.default is dataclasses.MISSING}
        if missing := sorted(needed - raw.keys()):
            raise InvalidPolicyConfig(f"Policy config: {', '.join(missing)} missing.")
        return cls(**raw)

    def read_prompts(self) -> list[Any]:
        """The prompts themselves, from the file when a path was given."""
        if isinstance(self.prompts, list):
            return self.prompts
        lines = Path(self.prompts).read_text().splitlines()
        prompts = [json.loads(line) for line in lines if line.strip()]
        if not prompts:
            raise InvalidPolicyConfig(f"Policy config: {self.prompts} holds no prompts.")
        return prompts


def _fits(value: Any, wanted: Any) -> bool:
    if isinstance(value, bool):
        return False
    options = (wanted,) if typing.get_origin(wanted) is list else typing.get_args(wanted) or (wanted,)
    kinds: dict[Any, Any] = {float: (int, float), list[Any]: list}
    return any(isinstance(value, kinds.get(option, option)) for option in options)
