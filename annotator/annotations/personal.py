"""Some cards are one person's own: training first, then gold and repeats mixed in where nobody can tell.

A personal card is a slot that is leased the moment it is made, so that a later claim hands it out like any card the
person holds already. How many follow a card that they begin as anybody would is drawn from the campaign's seed, the
person and that card's slot: nothing is counted, so a claim costs the same however much somebody has answered, and a
queue that ran dry gives nobody gold. What they cost comes out of the reserve; when that is spent there are none.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Case, F, FilteredRelation, Max, Q, When

from annotator.campaigns import budget
from annotator.campaigns.config import CampaignConfig
from annotator.campaigns.models import BudgetEntry, Campaign
from annotator.errors import BudgetExhausted, CampaignClosed
from annotator.tasks.leasing import Card, claim_next, hold_personal
from annotator.tasks.models import AnnotationTask, Assignment
from annotator.tasks.withdrawing import absence

from . import allowances, unseen
from .models import GoldItem

Stream, State = AnnotationTask.Stream, Assignment.State
MOST_IN_A_ROW = 5  # where the shares add up to one, everything would be personal
ANSWERED = (State.SUBMITTED, State.SKIPPED, State.SURPLUS)
# As the constraint `one_live_slot_per_seat` has it, whose index finds the last seat.
LIVE_SEAT = Case(When(state__in=["open", "leased", "submitted"], then=F("slot")))


def wanted(config: CampaignConfig) -> bool:
    """Whether a campaign has personal cards at all; one that has none never pays for looking."""
    return config.known_answers or config.repeat_share > 0.0


def claim_with_personal(
    campaign: Campaign, annotator_id: int, *, n: int, now: datetime, hold: Sequence[int] = ()
) -> list[Card]:
    """As `claim`, with personal cards among them, in no order one could read; in training no others.

    `hold` are the assignments the client shows already.
    """
    if not wanted(campaign.config) or campaign.state != Campaign.State.OPEN:
        return allowances.claim(campaign, annotator_id, n=n, now=now, hold=hold)
    hold_personal(campaign, annotator_id, now=now)
    if campaign.config.training_cards and train(campaign, annotator_id, n=n, now=now, hold=hold):
        return claim_next(campaign, annotator_id, n=n, now=now, hold=hold, only_mine=True)
    cards = allowances.claim(campaign, annotator_id, n=n, now=now, hold=hold)
    mix_in(campaign, annotator_id, [card.assignment for card in cards if card.fresh], now=now)
    return random.SystemRandom().sample(cards, len(cards))


def mix_in(campaign: Campaign, annotator_id: int, begun: Sequence[int], *, now: datetime) -> None:
    """Make the personal cards that follow what this person begins; their next claims bring them."""
    config = campaign.config
    drawn = {
        f"after:{slot}:{annotator_id}:{nth}": stream
        for slot in begun
        for nth, stream in enumerate(following(config, f"{campaign.slug}:{annotator_id}:{slot}"))
    }
    if not drawn:
        return
    with transaction.atomic():
        allowances.take_turns(campaign.pk, annotator_id)  # two windows never repeat one card twice
        # A card that is given back and begun again is followed by nothing new.
        dealt = set(BudgetEntry.objects.filter(campaign=campaign, key__in=drawn).values_list("key", flat=True))
        due = [(key, stream) for key, stream in drawn.items() if key not in dealt]
        for key, stream in due[: allowances.room(campaign, annotator_id)]:
            deal = _deal_gold if stream == Stream.GOLD else _deal_repeat
            deal(campaign, annotator_id, now, key)


def following(config: CampaignConfig, place: str) -> list[str]:
    """The personal cards after the card at this place, so that over many cards each kind has its share of all."""
    rng, found = random.Random(f"{config.seed}:{place}"), list[str]()
    while len(found) < MOST_IN_A_ROW:
        draw = rng.random()
        if draw < config.gold_share:
            found.append(Stream.GOLD)
        elif 1.0 - draw < config.repeat_share:
            found.append(Stream.REPEAT)
        else:
            break
    return found


def train(campaign: Campaign, annotator_id: int, *, n: int, now: datetime, hold: Sequence[int] = ()) -> bool:
    """Lease the next training cards; whether this person may have no others yet.

    There are no more than there are items, whoever retired some meanwhile; and where nothing is left to pay for
    training, nobody waits for it.
    """
    mine = FilteredRelation("task__assignments", condition=Q(task__assignments__annotator_id=annotator_id))
    items = GoldItem.objects.filter(campaign=campaign, use=GoldItem.Use.TRAINING).annotate(mine=mine).order_by("id")
    rows = list(items.values_list("task_id", "retired_at", "mine__id", "mine__state"))
    answered = sum(state in ANSWERED for *_, state in rows)
    to_do = [(task, slot, state) for task, retired, slot, state in rows if state not in ANSWERED and retired is None]
    left = min(campaign.config.training_cards - answered, len(to_do))
    if left <= 0:
        return False
    waiting = {slot for _, slot, state in to_do if state == State.LEASED}
    begun = len(waiting)
    if (missing := min(n - len(waiting.difference(hold)), left - begun)) > 0:
        with transaction.atomic():
            missing = min(missing, allowances.room(campaign, annotator_id))
            for task, slot, state in to_do:
                if missing > 0 and state != State.LEASED and _lesson(campaign, annotator_id, task, slot, now):
                    begun, missing = begun + 1, missing - 1
    return begun > 0


def _lesson(campaign: Campaign, annotator_id: int, task_id: int, slot_id: int | None, now: datetime) -> bool:
    """A training card is this person's next; one that was taken back while they were away is theirs again."""
    if slot_id is not None:
        return _lease_again(campaign, slot_id, now)
    found = unseen.card(campaign, annotator_id, [task_id])
    key = f"personal:{task_id}:{annotator_id}"
    return found is not None and lease(campaign, found, annotator_id, now, key, shown_order=None)


@transaction.atomic
def _lease_again(campaign: Campaign, slot_id: int, now: datetime) -> bool:
    # Passed over where a late answer to it is just coming in: who may hold the campaign's row waits for no slot.
    away = Assignment.objects.select_for_update(no_key=True, skip_locked=True)
    slot = away.filter(id=slot_id, state=State.CANCELLED).first()
    if slot is None or slot.leased_until is None:
        return False
    try:
        budget.reserve(campaign.pk, 1, key=f"{absence(slot.pk, slot.leased_until)}:back", purpose="extra")
    except BudgetExhausted:
        return False
    slot.state, slot.leased_until = State.LEASED, now + timedelta(minutes=campaign.config.lease_minutes)
    slot.save(update_fields=["state", "leased_until"])
    return True


def _deal_gold(campaign: Campaign, annotator_id: int, now: datetime, key: str) -> bool:
    items = GoldItem.objects.filter(campaign=campaign, use=GoldItem.Use.GOLD, retired_at__isnull=True)
    tasks = list(items.values_list("task_id", flat=True))
    random.SystemRandom().shuffle(tasks)
    found = unseen.card(campaign, annotator_id, tasks)
    return found is not None and lease(campaign, found, annotator_id, now, key, shown_order=None)


def _deal_repeat(campaign: Campaign, annotator_id: int, now: datetime, key: str) -> bool:
    earlier = unseen.to_repeat(campaign, annotator_id)
    if earlier is None:
        return False
    with transaction.atomic():
        again = AnnotationTask.objects.create(
            campaign=campaign,
            group_id=earlier.group_id,
            rollout_ids=earlier.rollout_ids,
            stream=Stream.REPEAT,
            propensity=1.0,
        )
        dealt = lease(campaign, again, annotator_id, now, key, shown_order=earlier.shown_order[::-1])
        if not dealt:
            transaction.set_rollback(True)
    return dealt


def lease(
    campaign: Campaign,
    task: AnnotationTask,
    annotator_id: int,
    now: datetime,
    key: str,
    *,
    shown_order: list[int] | None,
) -> bool:
    """A slot of this task for this person, paid from the reserve; False when there is no room or it was made before."""
    order = shown_order or random.SystemRandom().sample(range(len(task.rollout_ids)), len(task.rollout_ids))
    try:
        with transaction.atomic():
            budget.reserve(campaign.pk, 1, key=key, purpose="extra")
            last = task.assignments.aggregate(slot=Max(LIVE_SEAT))["slot"]
            Assignment.objects.create(
                task=task,
                campaign=campaign,
                slot=0 if last is None else last + 1,
                priority=1.0,
                state=State.LEASED,
                annotator_id=annotator_id,
                lease_number=1,
                leased_until=now + timedelta(minutes=campaign.config.lease_minutes),
                leased_at=now,
                shown_order=order,
                extra=True,
            )
    except (BudgetExhausted, CampaignClosed, IntegrityError):
        return False  # no reserve left; closed this instant; or another window of theirs, or another person, came first
    return True
