"""What will not be asked any more gives its budget back: open slots of a closed campaign and of too old rollouts, and
personal cards of people who stayed away.

Slots and tasks that somebody writes to this instant are passed over and met again at the next sweep, so nobody ever
waits for a withdrawal. A task with answers ends with those; a slot that was the one more person leaves it disputed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from annotator.campaigns import budget, lifecycle, membership
from annotator.campaigns.freshness import oldest_steps
from annotator.campaigns.models import Campaign

from .models import Assignment

BATCH = 5000
STAYS_AWAY = timedelta(hours=1)  # after the end of a lease: a pause keeps its card, who has left gives it up
# Both rows or neither: whoever answers holds a slot, and then its task.
CLOSED = """
SELECT slot.id, slot.task_id, slot.extra, task.stratum, slot.slot
FROM tasks_assignment slot JOIN tasks_annotationtask task ON task.id = slot.task_id
WHERE slot.campaign_id = %(campaign)s AND slot.state IN ('open', 'leased')
LIMIT %(batch)s FOR NO KEY UPDATE OF slot, task SKIP LOCKED"""
STALE = """
SELECT slot.id, slot.task_id, slot.extra, task.stratum, slot.slot
FROM tasks_assignment slot
JOIN tasks_annotationtask task ON task.id = slot.task_id
JOIN rollouts_promptgroup grp ON grp.id = task.group_id
JOIN unnest(%(runs)s::bigint[], %(oldest)s::bigint[]) AS kept (run_id, oldest) ON kept.run_id = grp.run_id
WHERE slot.campaign_id = %(campaign)s AND slot.state = 'open' AND grp.step < kept.oldest
  AND task.stream IN ('acquisition', 'random')
  AND NOT EXISTS (SELECT 1 FROM tasks_assignment held WHERE held.task_id = slot.task_id AND held.state = 'leased')
LIMIT %(batch)s FOR NO KEY UPDATE OF slot, task SKIP LOCKED"""
# Nobody else may have a personal card, so without this its label would stay reserved until the campaign is closed.
LEFT_LYING = """
SELECT slot.id, slot.campaign_id, slot.extra, task.stratum, slot.leased_until
FROM tasks_assignment slot JOIN tasks_annotationtask task ON task.id = slot.task_id
WHERE slot.state = 'leased' AND task.stream IN ('gold', 'repeat')
  AND (slot.leased_until < %(before)s OR NOT EXISTS (
       SELECT FROM campaigns_campaign_annotators member
       WHERE member.campaign_id = slot.campaign_id AND member.user_id = slot.annotator_id))
LIMIT %(batch)s FOR NO KEY UPDATE OF slot SKIP LOCKED"""
HANDED_ON = """
UPDATE tasks_assignment SET state = 'open', leased_until = NULL
WHERE id = ANY(ARRAY(
    SELECT slot.id FROM tasks_assignment slot
    WHERE annotator_id = %(annotator)s AND campaign_id = %(campaign)s AND state = 'leased'
      AND (SELECT stream FROM tasks_annotationtask WHERE id = slot.task_id) NOT IN ('gold', 'repeat')
    FOR NO KEY UPDATE SKIP LOCKED))"""
CANCEL = "UPDATE tasks_assignment SET state = 'cancelled' WHERE id = ANY(%(slots)s)"
# Who skipped a slot of a task, or answered too late, is no answer to it.
END = """
UPDATE tasks_annotationtask task
SET state = CASE WHEN NOT EXISTS (SELECT 1 FROM tasks_assignment said
                                  WHERE said.task_id = task.id AND said.state = 'submitted') THEN 'cancelled'
                 WHEN task.id = ANY(%(disputed)s) THEN 'disputed' ELSE 'settled' END
WHERE task.id = ANY(%(tasks)s) AND task.state = 'open' AND NOT EXISTS (
    SELECT 1 FROM tasks_assignment live WHERE live.task_id = task.id AND live.state IN ('open', 'leased'))"""


def give_back(campaign_id: int, slots: Iterable[tuple[bool, str]], *, key: str) -> None:
    """Release the labels of slots, each given as (extra, stratum)."""
    for extra, group in ((kind, [s for s in slots if s[0] == kind]) for kind in (False, True)):
        if group:
            strata = Counter(stratum for _, stratum in group if stratum)
            budget.release(campaign_id, len(group), key=f"{key}:extra" if extra else key, extra=extra, strata=strata)


@transaction.atomic
def _withdraw(campaign: Campaign, which: str, **values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(which, {"campaign": campaign.pk, "batch": BATCH, **values})
        rows = cursor.fetchall()
        if not rows:
            return 0
        cursor.execute(CANCEL, {"slots": [row[0] for row in rows]})
        one_more = [row[1] for row in rows if row[2] and row[4] >= campaign.config.overlap]
        cursor.execute(END, {"tasks": sorted({row[1] for row in rows}), "disputed": one_more})
    give_back(campaign.pk, [(row[2], row[3]) for row in rows], key=f"withdrawn:{min(row[0] for row in rows)}")
    return len(rows)


def close(campaign: Campaign, *, now: datetime) -> Campaign:
    """Close a campaign for good: nothing more is asked, and what was set aside for it is free.

    First the state, then the slots, in transactions of their own: who holds the campaign's row takes no slot.
    """
    closed = lifecycle.move(campaign, Campaign.State.CLOSED, now=now)
    clear(closed)
    closed.refresh_from_db()
    return closed


def clear(closed: Campaign) -> int:
    """Cancel the slots a closed campaign still has. A lease keeps its end: its holder may answer, and is paid."""
    withdrawn = 0
    while n := _withdraw(closed, CLOSED):
        withdrawn += n
    if withdrawn:
        budget.settle(closed)
    return withdrawn


def clear_closed() -> int:
    """What closing left, because somebody was just writing to it."""
    live = Assignment.objects.filter(state__in=[Assignment.State.OPEN, Assignment.State.LEASED])
    left = Campaign.objects.filter(state=Campaign.State.CLOSED, id__in=live.values("campaign_id"))
    return sum(clear(campaign) for campaign in left)


def withdraw_stale(campaign: Campaign) -> int:
    """Withdraw what nobody has begun about rollouts older than the campaign's window; returns how many slots."""
    oldest = oldest_steps(campaign)
    if not oldest or campaign.state != Campaign.State.OPEN:
        return 0
    withdrawn = 0
    while n := _withdraw(campaign, STALE, runs=list(oldest), oldest=list(oldest.values())):
        withdrawn += n
    return withdrawn


@transaction.atomic
def withdraw_left_lying(*, now: datetime) -> int:
    """Take back the personal cards of those who stayed away or left; returns how many. What they say yet is kept."""
    with connection.cursor() as cursor:
        cursor.execute(LEFT_LYING, {"before": now - STAYS_AWAY, "batch": BATCH})
        rows = sorted(cursor.fetchall(), key=lambda row: (row[1], row[0]))  # campaigns in one order, for their locks
        cursor.execute(CANCEL, {"slots": [row[0] for row in rows]})
    for slot, campaign, extra, stratum, until in rows:
        give_back(campaign, [(extra, stratum)], key=absence(slot, until))
    return len(rows)


def remove_member(campaign: Campaign, user_id: int, *, now: datetime) -> None:
    """End somebody's part in a campaign. What they said stays; what they hold waits for others, or is given back.

    First their part, then their slots: who judges an answer of theirs holds its slot and may then take up their part.
    """
    membership.remove(campaign, user_id)
    with connection.cursor() as cursor:
        cursor.execute(HANDED_ON, {"campaign": campaign.pk, "annotator": user_id})
    withdraw_left_lying(now=now)


def absence(slot_id: int, leased_until: datetime) -> str:
    """One stay away from one personal card, as the ledger's keys have it."""
    return f"away:{slot_id}:{leased_until.timestamp():.6f}"
