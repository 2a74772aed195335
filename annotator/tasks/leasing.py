"""One person per slot; you lose your work only if someone else has already begun it.

The next task is the head of a partial index, taken by one statement with SKIP LOCKED: its cost does not depend on
how many tasks wait, and two people never hold the same slot. Each claim raises the slot's lease number; every later
write must present it.
"""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection
from django.db.models import F
from django.db.models.functions import Now

from annotator.campaigns.models import Campaign
from annotator.errors import LeaseLost, NotFound

from .models import PERSONAL, AnnotationTask, Assignment

MAX_HELD = 20  # slots one person may hold in a campaign: enough to prefetch, too few to hoard


@dataclasses.dataclass(frozen=True)
class Card:
    """What one person sees of one slot: completions in the order drawn for them, and nothing about their origin."""

    assignment: int
    lease_number: int
    leased_until: datetime
    fresh: bool  # taken by this claim; what the person held before is not
    prompt: Any
    completions: list[Any]


# Mine first: my live leases that this client does not show yet (a reload, a second window) are resumed with a fresh
# end. With none of those, the head of the queue. Only the lowest open slot of a task is offered, so one claim never
# takes two slots of a task, nor a card that this person has had as one whose answer is known.
# Three things are there for the planner, whose statistics are minutes old in a busy queue:
# = ANY(ARRAY(...)) runs its query once, where IN (...) may run it again for every row and so lease more than n;
# the OFFSET 0 are fences, without which one row's lookup becomes a join over the whole queue or a scan of `queue_head`;
# and the texts are scalar subqueries, as joining five tables costs more to plan than the whole statement to run.
NEXT = """
WITH resumed AS (
    UPDATE tasks_assignment SET leased_until = %(until)s
    WHERE id = ANY(ARRAY(
        SELECT id FROM tasks_assignment
        WHERE annotator_id = %(annotator)s AND campaign_id = %(campaign)s AND state = 'leased'
          AND leased_until > %(now)s AND NOT id = ANY(%(hold)s)
        ORDER BY priority DESC, id LIMIT %(n)s FOR UPDATE))
    RETURNING *, false AS fresh),
taken AS (
    UPDATE tasks_assignment SET state = 'leased', annotator_id = %(annotator)s, leased_until = %(until)s,
           lease_number = lease_number + (annotator_id IS DISTINCT FROM %(annotator)s)::int,
           leased_at = CASE WHEN annotator_id = %(annotator)s THEN leased_at ELSE %(now)s END,
           former_leases = CASE WHEN annotator_id <> %(annotator)s THEN
               coalesce(former_leases, '[]') || jsonb_build_object(
                   'annotator', annotator_id, 'lease_number', lease_number, 'leased_at', leased_at,
                   'shown_order', to_jsonb(shown_order))
               ELSE former_leases END,
           shown_order = CASE WHEN annotator_id = %(annotator)s THEN shown_order ELSE ARRAY(
               SELECT place FROM generate_series(0, (SELECT cardinality(rollout_ids) - 1 FROM tasks_annotationtask
                                                     WHERE id = tasks_assignment.task_id)) place
               ORDER BY random()) END
    WHERE (SELECT count(*) FROM resumed) = 0 AND id = ANY(ARRAY(
        SELECT q.id FROM tasks_assignment q
        WHERE q.campaign_id = %(campaign)s AND q.state = 'open' AND q.priority <= %(start)s
          AND NOT EXISTS (SELECT 1 FROM tasks_assignment mine
                          WHERE mine.task_id = q.task_id AND mine.annotator_id = %(annotator)s AND mine.id <> q.id
                          OFFSET 0)
          AND NOT (%(known_answers)s AND EXISTS (
              SELECT 1 FROM (SELECT rollout_ids FROM tasks_annotationtask WHERE id = q.task_id OFFSET 0) card
              CROSS JOIN LATERAL (SELECT id FROM tasks_annotationtask same
                                  WHERE same.campaign_id = %(campaign)s AND same.rollout_ids = card.rollout_ids
                                    AND same.stream IN ('gold', 'repeat') OFFSET 0) same
              WHERE EXISTS (SELECT 1 FROM tasks_assignment mine
                            WHERE mine.task_id = same.id AND mine.annotator_id = %(annotator)s OFFSET 0)))
          AND NOT EXISTS (SELECT 1 FROM (SELECT state FROM tasks_assignment lower
                                         WHERE lower.task_id = q.task_id AND lower.slot < q.slot OFFSET 0) lower
                          WHERE lower.state = 'open')
        ORDER BY q.priority DESC, q.id LIMIT %(n)s FOR UPDATE SKIP LOCKED))
    RETURNING *, true AS fresh),
held AS (SELECT * FROM resumed UNION ALL SELECT * FROM taken)
SELECT held.id, held.lease_number, held.leased_until, held.fresh,
       (SELECT prompt FROM rollouts_promptgroup WHERE id = task.group_id),
       (SELECT jsonb_agg((SELECT completion FROM rollouts_rollout WHERE id = task.rollout_ids[shown.i + 1])
                         ORDER BY shown.place)
        FROM unnest(held.shown_order) WITH ORDINALITY AS shown (i, place))
FROM held CROSS JOIN LATERAL (SELECT * FROM tasks_annotationtask WHERE id = held.task_id OFFSET 0) task
ORDER BY held.priority DESC, held.id"""

# Whether I have seen the tasks of all the next few open slots from a place in the queue; null at the queue's end.
ALL_SEEN = """
SELECT bool_and(EXISTS (SELECT 1 FROM tasks_assignment mine
                        WHERE mine.task_id = q.task_id AND mine.annotator_id = %(annotator)s AND mine.id <> q.id))
FROM (SELECT id, task_id FROM tasks_assignment
      WHERE campaign_id = %(campaign)s AND state = 'open' AND priority <= %(start)s
      ORDER BY priority DESC, id LIMIT 50) q"""
HEAD = float("inf")
# Slots that somebody answers or claims this instant are passed over: two sweeps, or a sweep and a skip, that waited for
# each other's slots would wait for ever.
# Personal cards (gold, repeats) go to nobody else, however late: their owner takes them up again.
LAPSED = """
UPDATE tasks_assignment SET state = 'open', leased_until = NULL
WHERE id = ANY(ARRAY(
    SELECT slot.id FROM tasks_assignment slot
    WHERE state = 'leased' AND leased_until < %(now)s AND campaign_id = coalesce(%(campaign)s, campaign_id)
      AND (SELECT stream FROM tasks_annotationtask WHERE id = slot.task_id) NOT IN ('gold', 'repeat')
    FOR NO KEY UPDATE SKIP LOCKED))"""

MINE_AGAIN = """
UPDATE tasks_assignment SET leased_until = %(until)s
WHERE id = ANY(ARRAY(
    SELECT slot.id FROM tasks_assignment slot
    WHERE slot.annotator_id = %(annotator)s AND slot.campaign_id = %(campaign)s AND slot.state = 'leased'
      AND slot.leased_until <= %(now)s
      AND (SELECT stream FROM tasks_annotationtask WHERE id = slot.task_id) IN ('gold', 'repeat')
    FOR NO KEY UPDATE SKIP LOCKED))"""


def claim_next(
    campaign: Campaign, annotator_id: int, *, n: int, now: datetime, hold: Sequence[int] = (), only_mine: bool = False
) -> list[Card]:
    """Lease up to `n` cards: first those I hold already and do not show, then the most valuable open ones.

    An empty list means there is nothing for this person now. `hold` are the assignments the client still shows.
    """
    if campaign.state != Campaign.State.OPEN:
        return []
    until = now + timedelta(minutes=campaign.config.lease_minutes)
    values: dict[str, Any] = {
        "campaign": campaign.id,
        "annotator": annotator_id,
        "now": now,
        "until": until,
        "start": HEAD,
        "known_answers": campaign.config.known_answers,
    }
    wanted = min(n, MAX_HELD - len(hold))
    if only_mine:
        return _take(values | {"start": -HEAD}, wanted, hold)
    if campaign.config.overlap > 1:
        values["start"] = _end_of_my_run(values)
    cards = _take(values, wanted, hold)
    if not cards and values["start"] < HEAD:
        cards = _take(values | {"start": HEAD}, wanted, hold)
    if not cards and wanted > 0 and expire_leases(now=now, campaign_id=campaign.id):
        cards = _take(values | {"start": HEAD}, wanted, hold)
    return cards


def _end_of_my_run(values: dict[str, Any]) -> float:
    """Where in the queue to look: its head, unless what waits there waits for others only.

    Who is quicker than the others leaves a run of tasks at the head that still miss their answers, thousands maybe.
    Its end is found by halves, as priorities are ranks in 0..1. A slot that came back within the run is left to
    the others, for whom it is at the head, until nothing waits below.
    """
    if not _all_seen(values, HEAD):
        return HEAD
    seen, unseen = 1.0, 0.0
    for _ in range(14):  # to a sixteen-thousandth of the queue
        middle = (seen + unseen) / 2
        seen, unseen = (middle, unseen) if _all_seen(values, middle) else (seen, middle)
    return seen


def _all_seen(values: dict[str, Any], start: float) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(ALL_SEEN, values | {"start": start})
        return bool(cursor.fetchone()[0])


def _take(values: dict[str, Any], wanted: int, hold: Sequence[int]) -> list[Card]:
    """Up to `wanted` cards; asked again only while a call gave some, but fewer (part resumed, or the queue's end)."""
    cards: list[Card] = []
    while len(cards) < wanted:
        shown = [*hold, *(card.assignment for card in cards)]
        more = _next(values | {"hold": shown, "n": wanted - len(cards)})
        if not more:
            break
        cards += more
    return cards


def _next(values: dict[str, Any]) -> list[Card]:
    # Two windows of one person may pick two slots of one task in the same instant; the constraint refuses the second.
    for _ in range(3):
        try:
            with connection.cursor() as cursor:
                cursor.execute(NEXT, values)  # one statement is its own transaction: no BEGIN, no COMMIT to wait for
                return [Card(*row[:4], *map(json.loads, row[4:])) for row in cursor.fetchall()]
        except IntegrityError:
            continue
    return []


def expire_leases(*, now: datetime, campaign_id: int | None = None) -> int:
    """Put slots whose lease has ended back into the queue. The row keeps its last holder: their late answer counts
    until somebody else claims the slot."""
    with connection.cursor() as cursor:
        cursor.execute(LAPSED, {"now": now, "campaign": campaign_id})
        return int(cursor.rowcount)


def hold_personal(campaign: Campaign, annotator_id: int, *, now: datetime) -> None:
    """Whose time ran out on a personal card, or who gave it back, holds it again; their next claim shows it."""
    until = now + timedelta(minutes=campaign.config.lease_minutes)
    with connection.cursor() as cursor:
        cursor.execute(MINE_AGAIN, {"campaign": campaign.pk, "annotator": annotator_id, "now": now, "until": until})


def renew(assignment_id: int, annotator_id: int, lease_number: int, *, now: datetime) -> datetime:
    """Extend a lease that is still mine, or raise LeaseLost."""
    mine = _mine(assignment_id, annotator_id)
    until = now + timedelta(minutes=mine.campaign.config.lease_minutes)
    if not _held(assignment_id, annotator_id, lease_number).update(state=Assignment.State.LEASED, leased_until=until):
        raise lost(assignment_id)
    return until


def release(assignment_id: int, annotator_id: int, lease_number: int) -> None:
    """Give a slot back unanswered; it waits for anybody again, me included. A personal one waits for me.

    Either is a new lease when it comes again, or its number would tell which of the two it was.
    """
    mine = _mine(assignment_id, annotator_id)
    held = _held(assignment_id, annotator_id, lease_number)
    if mine.task.stream in PERSONAL:
        given_back = held.update(
            leased_until=Now(),  # over: the next claim takes it up again
            leased_at=Now(),
            lease_number=F("lease_number") + 1,
            shown_order=_drawn_anew(mine),
        )
    else:
        given_back = held.update(state=Assignment.State.OPEN, leased_until=None, annotator=None)
    if not given_back:
        raise lost(assignment_id)


def _drawn_anew(slot: Assignment) -> list[int]:
    """As any card that is begun again has it; a repeat keeps the order that its first answer is compared with."""
    order = list(slot.shown_order or [])
    repeats = slot.task.stream == AnnotationTask.Stream.REPEAT
    return order if repeats else random.SystemRandom().sample(order, len(order))


def _held(assignment_id: int, annotator_id: int, lease_number: int) -> Any:
    return Assignment.objects.filter(
        id=assignment_id,
        annotator_id=annotator_id,
        lease_number=lease_number,
        state__in=[Assignment.State.LEASED, Assignment.State.OPEN],
    )


def _mine(assignment_id: int, annotator_id: int) -> Assignment:
    """The assignment, if it belongs to a campaign of mine; otherwise it does not exist for me."""
    found = (
        Assignment.objects.select_related("campaign", "task")
        .filter(id=assignment_id, campaign__annotators=annotator_id)
        .first()
    )
    if found is None:
        raise NotFound("There is no such assignment.", code="unknown_assignment", assignment=assignment_id)
    return found


def lost(assignment_id: int) -> LeaseLost:
    return LeaseLost(
        "This card's time ran out and it went to someone else, or it was already finished.", assignment=assignment_id
    )
