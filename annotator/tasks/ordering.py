"""Which of the open tasks comes first. Leased work belongs to a person and the random stream to chance: both stay."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence

import numpy as np
from django.db import transaction

from annotator.campaigns.freshness import with_age
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
    rollouts: list[int]
    priority: float


def waiting(campaign: Campaign) -> list[Waiting]:
    """The open tasks that may be put in another order, those asked first at the head."""
    slots = campaign.assignments.filter(
        state=Assignment.State.OPEN, task__stream=AnnotationTask.Stream.ACQUISITION
    ).order_by("-priority", "id")
    columns = ("task_id", "task__group_id", "task__rollout_ids", "priority")
    first: dict[int, Waiting] = {}
    for row in slots.values_list(*columns)[: HEAD * campaign.config.overlap]:
        first.setdefault(row[0], Waiting(*row))
    return [first[task] for task in sorted(first)]


@dataclasses.dataclass(frozen=True, eq=False)
class Cards:
    """Open tasks as a pool of their own: every pair of completions that a card shows, and which task shows it."""

    pairs: Askable
    task_M: np.ndarray
    count: int

    @classmethod
    def of(cls, tasks: Sequence[Waiting]) -> Cards:
        shown = [(t, a, b) for t, task in enumerate(tasks) for a, b in itertools.combinations(task.rollouts, 2)]
        task_M, *side_2_M = np.array(shown, dtype=np.int64).reshape(-1, 3).T
        rollouts_N, row_2_M = np.unique(np.stack(side_2_M), return_inverse=True)
        row_2_M = row_2_M.reshape(2, -1)
        groups_N = np.empty(len(rollouts_N), dtype=np.int64)
        groups_N[row_2_M] = np.array([task.group for task in tasks], dtype=np.int64)[task_M]
        texts_N = np.arange(len(rollouts_N))  # a card never shows one text twice
        return cls(Askable(rollouts_N, groups_N, texts_N, row_2_M[0], row_2_M[1]), task_M, len(tasks))

    def values(self, values_M: np.ndarray) -> np.ndarray:
        """A card is worth its best pair; one that shows no pair comes last."""
        values_T = np.full(self.count, -np.inf)
        np.maximum.at(values_T, self.task_M, values_M)
        return values_T


def place(campaign: Campaign, tasks: list[Waiting], values_T: np.ndarray) -> int:
    """Hand the tasks' own priorities round among them, the highest to the most valuable; returns how many moved.

    Never higher ones: the random stream's stay where chance put them, and would otherwise never have their turn.
    SKIP LOCKED: a slot being claimed this instant keeps its place; nobody waits for a re-ordering.
    """
    values_T = with_age(campaign, values_T, np.array([task.group for task in tasks], dtype=np.int64))
    order = np.argsort(-values_T, kind="stable").tolist()
    places = sorted((task.priority for task in tasks), reverse=True)
    new = {tasks[t].task: place for t, place in zip(order, places, strict=True)}
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
        cards = Cards.of(tasks)
        values_M = drawn_values(version, strategy, cards.pairs, np.random.default_rng(campaign.config.seed))
        if values_M is None:
            return 0  # some are not scored yet; the next sweep comes back
        moved = place(campaign, tasks, cards.values(values_M))
    else:
        moved = 0
    Campaign.objects.filter(id=campaign.pk).update(ordered_by=version)
    return moved
