"""No task without reserved budget: choose what to ask, reserve it, and open its slots, all or nothing.

A campaign keeps only `open_tasks` tasks in front of people, so that what is learnt meanwhile decides about most of
what is left.
"""

from __future__ import annotations

import dataclasses
import zlib
from collections import Counter
from collections.abc import Mapping

import numpy as np
from django.db import transaction

from annotator.campaigns import budget
from annotator.campaigns.models import Campaign, Selection
from annotator.campaigns.pool import AskedBetween
from annotator.campaigns.ranking import Believe, Proposal, Ranking, nothing_believed, rank
from annotator.campaigns.strata import of_groups, room_for_tasks

from .models import AnnotationTask, Assignment
from .withdrawing import withdraw_stale


def due(campaign: Campaign) -> int:
    """How many tasks to open now: top up to `open_tasks` once half of them are gone, within the budget left."""
    config = campaign.config
    if campaign.state != Campaign.State.OPEN:
        return 0
    wanted = config.open_tasks * config.overlap
    # Counted no further than needed, so that a very long queue costs no more than a full one.
    waiting = campaign.assignments.filter(state=Assignment.State.OPEN)[:wanted].count()
    missing = (wanted - waiting) // config.overlap
    if waiting > wanted // 2:
        return 0
    return budget.affordable(campaign, missing * config.overlap) // config.overlap


def used_up(campaign: Campaign, held: budget.Balance | None = None) -> bool:
    """Open, and yet all done: nobody waits for a card or holds one, and the budget pays for no other.

    What is kept for gold, repeats and one more person asks nothing by itself.
    """
    if campaign.state != Campaign.State.OPEN:
        return False
    live = (Assignment.State.OPEN, Assignment.State.LEASED)
    if any(campaign.assignments.filter(state=state).exists() for state in live):  # each by an index of its own
        return False
    return (held or budget.balance(campaign)).ended_by is not None


def asked_in(campaign: Campaign) -> AskedBetween:
    """Looks up the cards this campaign has asked, by the id of their first rollout."""

    def between(lowest: int, highest: int) -> set[tuple[int, ...]]:
        asked = campaign.tasks.filter(rollout_ids__gte=[lowest], rollout_ids__lt=[highest + 1])
        return {tuple(card) for card in asked.values_list("rollout_ids", flat=True)}

    return between


def open_due_tasks(campaign_id: int, *, believe: Believe = nothing_believed, fallen_back: bool = False) -> int:
    """Open what is due in one campaign; returns how many tasks. Safe to call at any time, from anywhere."""
    campaign = Campaign.objects.get(id=campaign_id)
    if withdraw_stale(campaign):
        campaign.refresh_from_db()
    n = due(campaign)
    if n == 0:
        return 0
    rounds = campaign.selections.count()
    # A seed per round, derived: the same campaign config and history give the same questions.
    seed = zlib.crc32(f"{campaign.config.seed}:{campaign.slug}:{rounds}".encode())
    ranking = rank(campaign, n, seed=seed, asked_between=asked_in(campaign), believe=believe, fallen_back=fallen_back)
    return _open(campaign_id, ranking, rounds) if ranking.proposals else 0


@transaction.atomic
def _open(campaign_id: int, ranking: Ranking, rounds: int) -> int:
    # The lock makes rounds of one campaign take turns; submissions never wait for it (they take only a key share).
    campaign = Campaign.objects.select_for_update(no_key=True).get(id=campaign_id)
    if campaign.selections.count() != rounds:
        return 0  # another sweep opened this round first
    strata = of_groups(campaign, (proposal.group_id for proposal in ranking.proposals))
    proposals = _with_room(campaign, ranking.proposals, strata, ranking.seed)[: due(campaign)]
    if not proposals:
        return 0
    config = campaign.config
    selection = Selection.objects.create(
        campaign=campaign,
        version=ranking.version,
        acquisition=ranking.acquisition,
        seed=ranking.seed,
        pool_size=ranking.pool_size,
        chosen=len(proposals),
    )
    labels = Counter(strata[proposal.group_id] for proposal in proposals if proposal.group_id in strata)
    budget.reserve(
        campaign.id,
        len(proposals) * config.overlap,
        key=f"selection:{selection.id}",
        strata={value: n * config.overlap for value, n in labels.items()},
    )
    tasks = AnnotationTask.objects.bulk_create(
        _task(campaign, selection, proposal, strata.get(proposal.group_id, "")) for proposal in proposals
    )
    priorities = _priorities(proposals, ranking.seed)
    Assignment.objects.bulk_create(
        [
            Assignment(task=task, campaign=campaign, slot=slot, priority=priority)
            for task, priority in zip(tasks, priorities, strict=True)
            for slot in range(config.overlap)
        ],
        batch_size=5000,
    )
    return len(tasks)


def _with_room(campaign: Campaign, proposals: list[Proposal], strata: Mapping[int, str], seed: int) -> list[Proposal]:
    """Of a stratum with less room than proposals, as many as it has room for, drawn by chance.

    By chance, so that every one of its random stream was as likely as the others; its propensity says how likely.
    """
    if not strata:
        return proposals
    room, rng, dropped = room_for_tasks(campaign), np.random.default_rng(seed), set()
    share: dict[str, float] = {}
    for value in sorted(set(strata.values())):
        inside = [at for at, proposal in enumerate(proposals) if strata.get(proposal.group_id) == value]
        kept = min(room[value], len(inside))
        share[value] = kept / len(inside)
        dropped |= set(rng.permutation(inside)[kept:].tolist())
    return [
        dataclasses.replace(p, propensity=p.propensity * share[strata[p.group_id]]) if p.group_id in strata else p
        for at, p in enumerate(proposals)
        if at not in dropped
    ]


def _task(campaign: Campaign, selection: Selection, proposal: Proposal, stratum: str) -> AnnotationTask:
    return AnnotationTask(
        campaign=campaign,
        selection=selection,
        group_id=proposal.group_id,
        rollout_ids=list(proposal.rollouts),
        stream=AnnotationTask.Stream.RANDOM if proposal.from_random else AnnotationTask.Stream.ACQUISITION,
        propensity=proposal.propensity,
        value=proposal.value,
        stratum=stratum,
    )


def _priorities(proposals: list[Proposal], seed: int) -> list[float]:
    """Ranks, not values: the random stream gets uniform priorities, so it interleaves with the acquisition stream."""
    rng = np.random.default_rng(seed)
    chosen = sum(not proposal.from_random for proposal in proposals)
    ranks = iter(np.linspace(1.0, 0.0, chosen, endpoint=False).tolist())
    return [float(rng.random()) if proposal.from_random else next(ranks) for proposal in proposals]
