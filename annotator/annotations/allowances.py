"""Nobody gives more answers, or more paid time, than the campaign takes from one person.

What counts is what a person answered and what they hold, each held card with the most it can take. Their claims take
turns on a lock of their own, so that two windows never get the last card twice; answering a card that is held needs no
lock, since it only moves from held to answered. Campaigns without such caps never come here.

A turn comes before any slot: nobody waits for a turn while holding a slot that somebody whose turn it is may wait for.
Who finds out late that they need one (`OutOfTurn`) gives everything back and begins again with it (`in_turn`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from django.db import connection, transaction

from annotator.campaigns.config import CampaignConfig
from annotator.campaigns.limits import MS_PER_HOUR
from annotator.campaigns.models import Campaign
from annotator.errors import LeaseLost
from annotator.tasks.leasing import MAX_HELD, Card, claim_next, renew

T = TypeVar("T")

# One statement, one moment: a card that is answered meanwhile is counted once, as held or as answered.
TAKEN = """
SELECT (SELECT count(*) FROM tasks_assignment
        WHERE campaign_id = %(campaign)s AND annotator_id = %(annotator)s AND state = 'leased'),
       count(*), coalesce(sum(least(coalesce(active_ms, %(cap)s), %(cap)s)), 0)
FROM annotations_annotation
WHERE campaign_id = %(campaign)s AND annotator_id = %(annotator)s AND revises_id IS NULL AND skip = ''"""


class OutOfTurn(Exception):
    """Something of this person's is being counted this instant."""

    def __init__(self, campaign_id: int) -> None:
        super().__init__(campaign_id)
        self.campaign_id = campaign_id


def in_turn(annotator_id: int, work: Callable[[], T]) -> T:
    """Do `work` in a transaction; once more, with this person's turn taken first, where it came out of turn."""
    try:
        with transaction.atomic():
            return work()
    except OutOfTurn as early:
        with transaction.atomic():
            take_turns(early.campaign_id, annotator_id)
            return work()


def capped(config: CampaignConfig) -> bool:
    return config.person_labels > 0 or config.person_hours > 0


def claim(campaign: Campaign, annotator_id: int, *, n: int, now: datetime, hold: Sequence[int] = ()) -> list[Card]:
    """As `claim_next`, but no more new cards than this person may still answer."""
    config = campaign.config
    if not capped(config):
        return claim_next(campaign, annotator_id, n=n, now=now, hold=hold)
    with transaction.atomic():
        take_turns(campaign.pk, annotator_id)
        cards = claim_next(campaign, annotator_id, n=n, now=now, hold=hold, only_mine=True)
        missing = min(n - len(cards), _room(campaign, config, annotator_id))
        if missing > 0:
            shown = [*hold, *(card.assignment for card in cards)]
            cards += claim_next(campaign, annotator_id, n=missing, now=now, hold=shown)
        return cards


def keep_longer(assignment_id: int, annotator_id: int, lease_number: int, *, now: datetime) -> datetime:
    """As `renew`; a card that went back to the queue meanwhile is held again only by who may still answer one."""
    campaign = Campaign.objects.filter(assignments=assignment_id).first()
    if campaign is None or not capped(campaign.config):
        return renew(assignment_id, annotator_id, lease_number, now=now)
    with transaction.atomic():
        take_turns(campaign.pk, annotator_id)
        until = renew(assignment_id, annotator_id, lease_number, now=now)
        if not within_caps(campaign, annotator_id):
            raise LeaseLost("This card's time ran out, and you have taken all you may.", assignment=assignment_id)
        return until


def may_answer(campaign: Campaign, annotator_id: int) -> bool:
    """Whether one more answer, of a card that is not held, keeps within this person's caps."""
    return within_caps(campaign, annotator_id, more=1)


def room(campaign: Campaign, annotator_id: int) -> int:
    """How many more cards this person may take; their claims take turns until the transaction ends."""
    if not capped(campaign.config):
        return MAX_HELD
    take_turns(campaign.pk, annotator_id)
    return max(0, _room(campaign, campaign.config, annotator_id))


def within_caps(campaign: Campaign, annotator_id: int, *, more: int = 0) -> bool:
    config = campaign.config
    if not capped(config):
        return True
    if not _has_turn(campaign.pk, annotator_id):
        raise OutOfTurn(campaign.pk)
    return _room(campaign, config, annotator_id) >= more


def take_turns(campaign_id: int, annotator_id: int) -> None:
    """Wait until nothing else of this person's in this campaign is counted; to the transaction's end it is my turn."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [_turn(campaign_id, annotator_id)])


def _has_turn(campaign_id: int, annotator_id: int) -> bool:
    """Whether it is my turn, or becomes it without waiting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [_turn(campaign_id, annotator_id)])
        return bool(cursor.fetchone()[0])


def _turn(campaign_id: int, annotator_id: int) -> str:
    return f"claims:{campaign_id}:{annotator_id}"


def _room(campaign: Campaign, config: CampaignConfig, annotator_id: int) -> int:
    """How many more cards; below 0 where more are held than may be answered."""
    cap_ms = 1000 * (campaign.paid_seconds_cap or 0)
    with connection.cursor() as cursor:
        cursor.execute(TAKEN, {"campaign": campaign.pk, "annotator": annotator_id, "cap": cap_ms})
        held, answered, ms = map(int, cursor.fetchone())
    rooms = [MAX_HELD]
    if config.person_labels:
        rooms.append(config.person_labels - answered - held)
    if config.person_hours and cap_ms:
        rooms.append(int(config.person_hours * MS_PER_HOUR - ms) // cap_ms - held)
    return min(rooms)
