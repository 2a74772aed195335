"""Rollouts leave the pool, or lose value, as their run moves on: an old policy's words tell less about the new one."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from django.db.models import Max, Q

from annotator.rollouts.models import PromptGroup
from uncertainty.ageing import faded

from .models import Campaign


def newest_steps(run_ids: Iterable[int]) -> dict[int, int]:
    """The last policy step of each run that has sent any; one look at the end of an index per run."""
    found = {run: PromptGroup.objects.filter(run_id=run).aggregate(newest=Max("step"))["newest"] for run in run_ids}
    return {run: step for run, step in found.items() if step is not None}


def oldest_steps(campaign: Campaign) -> dict[int, int]:
    """By run, the oldest policy step that is still asked about; nothing where steps never grow too old."""
    window = campaign.config.max_step_age
    if not window:
        return {}
    newest = newest_steps(campaign.runs.values_list("id", flat=True))
    return {run: step - window for run, step in newest.items()}


def young_enough(campaign: Campaign) -> Q:
    """Of groups: those within the window."""
    young = Q()
    for run, step in oldest_steps(campaign).items():
        young |= Q(run_id=run, step__gte=step)
    return young


def with_age(campaign: Campaign, values_M: np.ndarray, groups_M: np.ndarray) -> np.ndarray:
    """Values in which older groups come later; as they are where age plays no part."""
    decay = campaign.config.priority_decay
    if not decay or not len(values_M):
        return values_M
    groups_U, at_M = np.unique(groups_M, return_inverse=True)
    rows = {group: (run, step) for group, run, step in _steps(groups_U.tolist())}
    newest = newest_steps({run for run, _ in rows.values()})
    ages_U = np.array([newest[rows[group][0]] - rows[group][1] for group in groups_U.tolist()], dtype=float)
    return faded(values_M, ages_U[at_M.reshape(-1)], decay)


def _steps(group_ids: list[int]) -> list[tuple[int, int, int]]:
    return list(PromptGroup.objects.filter(id__in=group_ids).values_list("id", "run_id", "step"))
