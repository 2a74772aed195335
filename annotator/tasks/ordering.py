"""Which of the open tasks comes first. Leased work belongs to a person and the random stream to chance: both stay."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from django.db import transaction

from annotator.campaigns.models import Campaign
from annotator.campaigns.pool import Askable
from annotator.campaigns.ranking import drawn_values
from annotator.campaigns.strategies import STRATEGIES
from annotator.rollouts.models import RewardModelVersion

from .models import AnnotationTask, Assignment

# A longer queue is put in order at its head only: nobody will reach the rest before the next time.
HEAD = 2_000


@dataclasses.dataclass(frozen=True)
class Waiting:
    """An open task of the acquisition stream."""

    task: int
    group: int
    rollout_a: int
    rollout_b: int
    priority: float


def waiting(campaign: Campaign) -> list[Waiting]:
    """The open tasks that may be put in another order, those asked first at the head."""
    slots = campaign.assignments.filter(
        state=Assignment.State.OPEN, task__stream=AnnotationTask.Stream.ACQUISITION
    ).order_by("-priority", "id")
    columns = ("task_id", "task__group_id", "task__rollout_a_id", "task__rollout_b_id", "priority")
    first: dict[int, Waiting] = {}
    for row in slots.values_list(*columns)[: HEAD * campaign.config.overlap]:
        first.setdefault(row[0], Waiting(*row))
    return [first[task] for task in sorted(first)]


def as_pool(tasks: Sequence[Waiting]) -> Askable:
    """Open tasks as a pool of their own, a pair for each."""
    side_M_2 = np.array([(task.rollout_a, task.rollout_b) for task in tasks], dtype=np.int64)
    rollouts_N, row_M_2 = np.unique(side_M_2, return_inverse=True)
    row_M_2 = row_M_2.reshape(-1, 2)
    groups_N = np.empty(len(rollouts_N), dtype=np.int64)
    groups_N[row_M_2] = np.array([task.group for task in tasks], dtype=np.int64)[:, None]
    return Askable(rollouts_N, groups_N, row_M_2[:, 0], row_M_2[:, 1])


def place(campaign: Campaign, tasks: list[Waiting], values_M: np.ndarray) -> int:
    """Hand the tasks' own priorities round among them, the highest to the most valuable; returns how many moved.

    Never higher ones: the random stream's stay where chance put them, and would otherwise never have their turn.
    SKIP LOCKED: a slot being claimed this instant keeps its place; nobody waits for a re-ordering.
    """
    order = np.argsort(-values_M, kind="stable").tolist()
    places = sorted((task.priority for task in tasks), reverse=True)
    new = {tasks[m].task: place for m, place in zip(order, places, strict=True)}
    with transaction.atomic():
        slots = Assignment.objects.select_for_update(skip_locked=True).filter(
            state=Assignment.State.OPEN, task_id__in=new
        )
        moved = [slot for slot in slots.only("id", "task_id", "priority") if slot.priority != new[slot.task_id]]
        for slot in moved:
            slot.priority = new[slot.task_id]
        Assignment.objects.bulk_update(moved, ["priority"], batch_size=2000)
    return len({slot.task_id for slot in moved})


def reorder(campaign: Campaign, version: RewardModelVersion) -> int:
    """Re-rank what waits under a new version's draws; returns how many tasks moved. 0 while some are unscored."""
    tasks, strategy = waiting(campaign), STRATEGIES[campaign.config.acquisition]
    if tasks and strategy.reads_draws:
        values_M = drawn_values(version, strategy, as_pool(tasks), np.random.default_rng(campaign.config.seed))
        if values_M is None:
            return 0  # some are not scored yet; the next sweep comes back
        moved = place(campaign, tasks, values_M)
    else:
        moved = 0
    Campaign.objects.filter(id=campaign.pk).update(ordered_by=version)
    return moved
