"""How many policy steps old a rollout was when somebody judged it: the newest step its run had sent, less its own.

Counted when it is asked for, from when each step first came in, so that no answer waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np
from django.db.models import Min

from annotator.rollouts.models import PromptGroup


class PolicyClock:
    """Which policy step some runs were at, at any time."""

    def __init__(self, run_ids: Iterable[int]) -> None:
        sent = PromptGroup.objects.filter(run_id__in=set(run_ids)).order_by().values_list("run_id", "step")
        began: dict[int, list[tuple[float, int]]] = {}
        for run, step, at in sent.annotate(at=Min("created_at")):
            began.setdefault(run, []).append((at.timestamp(), step))
        self._at: dict[int, np.ndarray] = {}
        self._newest: dict[int, np.ndarray] = {}
        for run, steps in began.items():
            times, numbers = zip(*sorted(steps), strict=True)
            self._at[run] = np.array(times)
            self._newest[run] = np.maximum.accumulate(np.array(numbers, dtype=np.int64))

    def step(self, run_id: int, at: datetime) -> int:
        """The newest step the run had sent; its first one for times before that."""
        place = int(np.searchsorted(self._at[run_id], at.timestamp(), side="right"))
        return int(self._newest[run_id][max(place - 1, 0)])


def policy_step_ages(answers: Sequence[tuple[datetime, int, int]]) -> list[int]:
    """Of answers given as (when, run, policy step of the group): how many steps old each rollout was."""
    clock = PolicyClock({run for _, run, _ in answers})
    return [max(0, clock.step(run, at) - step) for at, run, step in answers]
