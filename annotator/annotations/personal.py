"""Some cards are one person's own: training first, then gold and repeats mixed in where nobody can tell.

A personal card is a slot that is leased the moment it is made, so that the next claim hands it out like any card the
person holds already. Where they fall is drawn from the campaign's seed, the person and the number of their cards so
far; what they cost comes out of the campaign's reserve, and when that is spent there are none.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max

from annotator.campaigns import budget
from annotator.campaigns.config import CampaignConfig
from annotator.campaigns.models import Campaign
from annotator.errors import BudgetExhausted
from annotator.tasks.leasing import Card, claim_next
from annotator.tasks.models import PERSONAL, AnnotationTask, Assignment

from . import allowances
from .models import Annotation, GoldItem

Stream = AnnotationTask.Stream
REPEAT_AFTER = 15  # answers of mine lie between a card and its repeat, so that it is judged and not remembered


def wanted(config: CampaignConfig) -> bool:
    """Whether a campaign has personal cards at all; one that has none never pays for looking."""
    return config.training_cards > 0 or config.gold_share > 0.0 or config.repeat_share > 0.0


def claim_with_personal(
    campaign: Campaign, annotator_id: int, *, n: int, now: datetime, hold: Sequence[int] = ()
) -> list[Card]:
    """As `claim`, with the personal cards due among them, in no order one could read; in training no others."""
    if not wanted(campaign.config) or campaign.state != Campaign.State.OPEN:
        return allowances.claim(campaign, annotator_id, n=n, now=now, hold=hold)
    with transaction.atomic():
        room = allowances.room(campaign, annotator_id)  # my claims take turns from here on
        only_mine = deal(campaign, annotator_id, n=min(n, room), now=now, hold=hold)
    if only_mine:
        return claim_next(campaign, annotator_id, n=n, now=now, hold=hold, only_mine=True)
    cards = allowances.claim(campaign, annotator_id, n=n, now=now, hold=hold)
    return random.SystemRandom().sample(cards, len(cards))


def deal(campaign: Campaign, annotator_id: int, *, n: int, now: datetime, hold: Sequence[int] = ()) -> bool:
    """Lease the personal cards due among this person's next `n`; returns whether they may have no others yet.

    `hold` are the assignments the client shows already: of the others that this person holds, none is dealt anew. One
    whose time ran out is still theirs, and comes back.
    """
    leased = Assignment.objects.filter(campaign=campaign, annotator_id=annotator_id, state=Assignment.State.LEASED)
    until = now + timedelta(minutes=campaign.config.lease_minutes)
    leased.filter(leased_until__lte=now, task__stream__in=PERSONAL).update(leased_until=until)
    held = leased.filter(leased_until__gt=now)
    n -= held.exclude(id__in=hold).count()
    if left := _training_left(campaign, annotator_id):
        waiting = held.filter(task__gold_item__use=GoldItem.Use.TRAINING).count()
        for _ in range(min(n, left - waiting)):
            waiting += _deal_gold(campaign, annotator_id, GoldItem.Use.TRAINING, now)
        return waiting > 0  # where nothing is left to pay for training, nobody waits for it
    answered = Annotation.objects.filter(campaign=campaign, annotator_id=annotator_id, revises__isnull=True)
    so_far, config = answered.count() + held.count(), campaign.config
    gold, repeats = (
        answered.filter(task__stream=stream).count() + held.filter(task__stream=stream).count() for stream in PERSONAL
    )
    for place in range(so_far, so_far + n):
        draw = random.Random(f"{config.seed}:{campaign.slug}:{annotator_id}:{place}").random()
        # A queue that runs dry asks about the same places again: never far more than the share.
        if draw < config.gold_share and gold <= config.gold_share * (place + 1):
            gold += _deal_gold(campaign, annotator_id, GoldItem.Use.GOLD, now)
        elif 1.0 - draw < config.repeat_share and repeats <= config.repeat_share * (place + 1):
            repeats += _deal_repeat(campaign, annotator_id, now)
    return False


def _training_left(campaign: Campaign, annotator_id: int) -> int:
    """Cards still to be answered: no more than there are, whoever withdrew some meanwhile."""
    wanted_cards = campaign.config.training_cards
    if wanted_cards == 0:
        return 0
    items = GoldItem.objects.filter(campaign=campaign, use=GoldItem.Use.TRAINING)
    answered = items.filter(task__annotations__annotator_id=annotator_id).distinct().count()
    open_items = items.filter(retired_at__isnull=True).exclude(task__annotations__annotator_id=annotator_id).count()
    return max(0, min(wanted_cards - answered, open_items))


def _deal_gold(campaign: Campaign, annotator_id: int, use: str, now: datetime) -> bool:
    mine = Assignment.objects.filter(campaign=campaign, annotator_id=annotator_id)
    unseen = (
        GoldItem.objects.filter(campaign=campaign, use=use, retired_at__isnull=True)
        .exclude(task__rollout_ids__in=mine.values("task__rollout_ids"))  # also as a card like any other
        .select_related("task")
    )
    items = unseen.order_by("id") if use == GoldItem.Use.TRAINING else unseen.order_by("?")
    item = items.first()
    return item is not None and lease(campaign, item.task, annotator_id, now, shown_order=None)


def _deal_repeat(campaign: Campaign, annotator_id: int, now: datetime) -> bool:
    mine = Annotation.objects.filter(campaign=campaign, annotator_id=annotator_id, revises__isnull=True)
    repeated = mine.filter(task__stream=Stream.REPEAT).values("task__rollout_ids")
    held = campaign.tasks.filter(stream=Stream.REPEAT, assignments__annotator_id=annotator_id).values("rollout_ids")
    recent = mine.order_by("-id").values("id")[:REPEAT_AFTER]
    earlier = (
        mine.filter(skip="", task__stream__in=[Stream.ACQUISITION, Stream.RANDOM])
        .exclude(id__in=recent)
        .exclude(task__rollout_ids__in=repeated)
        .exclude(task__rollout_ids__in=held)
        .select_related("task")
        .order_by("?")
        .first()
    )
    if earlier is None:
        return False
    with transaction.atomic():
        again = AnnotationTask.objects.create(
            campaign=campaign,
            group_id=earlier.task.group_id,
            rollout_ids=earlier.task.rollout_ids,
            stream=Stream.REPEAT,
            propensity=1.0,
        )
        dealt = lease(campaign, again, annotator_id, now, shown_order=earlier.shown_order[::-1])
        if not dealt:
            transaction.set_rollback(True)
    return dealt


def lease(
    campaign: Campaign, task: AnnotationTask, annotator_id: int, now: datetime, *, shown_order: list[int] | None
) -> bool:
    """A slot of this task for this person, paid from the reserve; False when there is no room or it was made before."""
    order = shown_order or random.SystemRandom().sample(range(len(task.rollout_ids)), len(task.rollout_ids))
    try:
        with transaction.atomic():
            budget.reserve(campaign.pk, 1, key=f"personal:{task.pk}:{annotator_id}", purpose="extra")
            last = task.assignments.aggregate(slot=Max("slot"))["slot"]
            Assignment.objects.create(
                task=task,
                campaign=campaign,
                slot=0 if last is None else last + 1,
                priority=1.0,
                state=Assignment.State.LEASED,
                annotator_id=annotator_id,
                lease_number=1,
                leased_until=now + timedelta(minutes=campaign.config.lease_minutes),
                shown_order=order,
                extra=True,
            )
    except (BudgetExhausted, IntegrityError):
        return False  # no reserve left; or another window of theirs, or another person's slot, came first
    return True
