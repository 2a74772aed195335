"""Connect a TRL GRPO or RLOO trainer in five lines; nothing else of the training script changes.

    export TIEBREAK_URL=http://127.0.0.1:8000 TIEBREAK_REWARD_URL=http://127.0.0.1:8001
    export TIEBREAK_TOKEN=tb_... TIEBREAK_RUN=my-run TIEBREAK_REWARD_MODEL=helpful

    from training_bridge.client.trl import reward
    trainer = GRPOTrainer(model, reward_funcs=[reward], ...)

or, with TRL's command line: `trl grpo ... --reward_funcs training_bridge.client.trl.reward`.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import os
import uuid
from collections import Counter
from itertools import groupby
from typing import Any

from .client import Client
from .scores import Scores, Text


@dataclasses.dataclass(frozen=True)
class Where:
    """Where in the training a batch was generated, and how its rows fall into groups."""

    mode: str  # "train" or "eval"
    step: int | None  # None: this trainer does not say (TRL's asynchronous one)
    process: int
    num_generations: int


def where(prompts: list[Text], kwargs: dict[str, Any], num_generations: int | None) -> Where:
    """Read the trainer's own settings where it lets us; otherwise infer groups from runs of equal prompts."""
    state = kwargs.get("trainer_state")
    # TRL hands its own method over as `log_extra`; the trainer behind it knows mode, rank and group size.
    trainer = getattr(kwargs.get("log_extra"), "__self__", None)
    args, accelerator = getattr(trainer, "args", None), getattr(trainer, "accelerator", None)
    training = bool(getattr(getattr(trainer, "model", None), "training", True))
    told = getattr(args, "num_generations" if training else "num_generations_eval", None)
    told = told or getattr(args, "num_generations", None)
    return Where(
        mode="train" if training else "eval",
        step=None if state is None else int(state.global_step),
        process=int(getattr(accelerator, "process_index", os.environ.get("RANK", "0"))),
        num_generations=num_generations or told or inferred_num_generations(prompts),
    )


def inferred_num_generations(prompts: list[Text]) -> int:
    """The largest group size that fits every run of equal prompts."""
    return math.gcd(*(len(list(run)) for _, run in groupby(prompts))) or 1


class TrlReward:
    """Scores a batch and sends its rollouts; called by TRL as one of its reward functions."""

    def __init__(
        self, client: Client, *, num_generations: int | None = None, step_offset: int = 0, prefix: str = ""
    ) -> None:
        self.client, self._num_generations = client, num_generations
        self._offset, self._prefix = step_offset, prefix
        self._calls: Counter[tuple[str, int]] = Counter()
        self.spreads: list[float | None] = []  # of the latest batch, for whoever tracks them

    @classmethod
    def from_env(cls) -> TrlReward:
        size = os.environ.get("TIEBREAK_NUM_GENERATIONS")
        return cls(
            Client.from_env(),
            num_generations=int(size) if size else None,
            step_offset=int(os.environ.get("TIEBREAK_STEP_OFFSET", "0")),
        )

    def __call__(self, prompts: list[Text], completions: list[Text], **kwargs: Any) -> list[float | None]:
        at = where(prompts, kwargs, self._num_generations)
        step = None if at.step is None else at.step + self._offset
        groups = self._group_ids(at, step, len(prompts))
        scores = self.client.score(prompts, completions, step=step)
        self.spreads = scores.spreads
        rows, rollout_ids = self._rows(at, step, groups, prompts, completions, scores)
        self.client.send(rows)
        if log_extra := kwargs.get("log_extra"):
            # The same columns in every batch, train and eval: TRL fails on a column that comes and goes.
            log_extra("tb_rollout_id", rollout_ids)
            log_extra("tb_group_id", [group for group, _ in groups])
            log_extra("tb_rm_version", [scores.version] * len(prompts))
            log_extra("tb_rm_spread", scores.spreads)
        return scores.rewards

    def _group_ids(self, at: Where, step: int | None, n: int) -> list[tuple[str, int]]:
        """(group id, index in the group) of each row: `num_generations` consecutive rows are one group.

        The id is made of the step, the call within it and the row's place among all processes, so a step that is done
        again after a crash names its groups alike, and a group split over two processes stays one.
        """
        if step is None:
            name = f"{self._prefix}{at.mode}-{uuid.uuid4().hex}"
        else:
            call = self._calls[at.mode, step]
            self._calls[at.mode, step] += 1
            name = f"{self._prefix}{at.mode}-{step:06d}-{call}"
        first = at.process * n if step is not None else 0
        places = (divmod(first + row, at.num_generations) for row in range(n))
        return [(f"{name}-{group:04d}", index) for group, index in places]

    def _rows(
        self,
        at: Where,
        step: int | None,
        groups: list[tuple[str, int]],
        prompts: list[Text],
        completions: list[Text],
        scores: Scores,
    ) -> tuple[list[dict[str, Any]], list[str]]:
        """One ingest row per completion: a group may be complete only together with another process's rows."""
        rows: list[dict[str, Any]] = []
        for (group, index), prompt, completion, reward in zip(
            groups, prompts, completions, scores.rewards, strict=True
        ):
            row = {"group_id": group, "id": f"{group}/{index}", "index": index, "prompt": prompt}
            row |= {"completion": completion, "reward": reward, "meta": {"mode": at.mode}}
            row |= {} if step is None else {"step": step}
            row |= {} if scores.version is None else {"generator": f"policy against version {scores.version}"}
            rows.append(row)
        ids = [row["id"] for row in rows]
        return whole_groups(rows, at.num_generations), ids


def whole_groups(rows: list[dict[str, Any]], size: int) -> list[dict[str, Any]]:
    """Fold the rows of each complete group into one row; a part of a group stays as single rows.

    So does a group with an empty completion: the server refuses that one, and should not refuse its siblings with it.
    """
    folded: list[dict[str, Any]] = []
    for _, members in groupby(rows, key=lambda row: row["group_id"]):
        group = list(members)
        whole = len(group) == size and all(row["completion"] for row in group)
        folded += [fold(group)] if whole else group
    return folded


def fold(group: list[dict[str, Any]]) -> dict[str, Any]:
    shared = {key: group[0][key] for key in ("group_id", "step", "prompt", "meta") if key in group[0]}
    completions = [
        {"id": row["id"], "text": row["completion"], "reward": row["reward"]}
        | ({"generator": row["generator"]} if "generator" in row else {})
        for row in group
    ]
    return shared | {"completions": completions}


@functools.cache
def _from_env() -> TrlReward:
    return TrlReward.from_env()


def reward(prompts: list[Text], completions: list[Text], **kwargs: Any) -> list[float | None]:
    """The reward function for TRL, set up from the environment on its first call."""
    return _from_env()(prompts, completions, **kwargs)


reward.__name__ = "tiebreak"  # TRL names its metrics and its completions column after the function
