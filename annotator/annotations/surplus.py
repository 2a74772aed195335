"""Work that was lent is never dropped: an answer too late to count is kept as a surplus, and paid if it can be.

It is too late once somebody else began the slot, or nobody is asked any more. On a closed campaign it is paid to
whoever held the lease when it closed; everybody else's time was over before, and they are told so.
"""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Any

from annotator.campaigns import budget
from annotator.campaigns.models import Campaign
from annotator.errors import AlreadySubmitted, BudgetExhausted, CampaignClosed
from annotator.tasks.leasing import lost
from annotator.tasks.models import Assignment

from . import allowances
from .models import Annotation
from .settling import pass_on, pay

State = Assignment.State
ANSWERED = (State.SUBMITTED, State.SKIPPED, State.SURPLUS)


def in_place(slot: Any) -> Any:
    """My slot that is not asked about any more keeps my answer, as a surplus; or says why it does not."""
    if slot.state in ANSWERED:
        raise AlreadySubmitted("You have answered this card already.", assignment=slot.id)
    if slot.campaign_state == Campaign.State.CLOSED and not _held_at_closing(slot):
        raise CampaignClosed(f"Campaign {slot.campaign.slug} is closed.", campaign=slot.campaign.slug)
    if slot.shown_order is None:
        raise lost(slot.id)
    slot.state = State.SURPLUS
    return slot


def _held_at_closing(slot: Any) -> bool:
    return slot.leased_until is not None and slot.leased_until >= slot.closed_at


class Elsewhere(Exception):
    """A late answer belongs to another slot of its task, which its author holds by now."""

    def __init__(self, assignment_id: int, lease: dict[str, Any]) -> None:
        super().__init__(assignment_id)
        self.assignment_id, self.lease = assignment_id, lease


def after_losing(slot: Any, annotator_id: int, lease_number: int) -> Any:
    """I held this slot before somebody else began it: a row of my own beside it, unless I hold another of the task."""
    lease = next((one for one in slot.former_leases or () if _is(one, annotator_id, lease_number)), None)
    if lease is None:
        raise lost(slot.id)
    if slot.campaign_state == Campaign.State.CLOSED:
        raise CampaignClosed(f"Campaign {slot.campaign.slug} is closed.", campaign=slot.campaign.slug)
    mine = Assignment.objects.filter(task_id=slot.task_id, annotator_id=annotator_id).values_list("id", flat=True)
    if (other := mine.first()) is not None:
        raise Elsewhere(other, lease)
    return beside(slot, lease)


def _is(lease: dict[str, Any], annotator_id: int, lease_number: int) -> bool:
    return (lease["annotator"], lease["lease_number"]) == (annotator_id, lease_number)


def begun(lease: dict[str, Any]) -> datetime | None:
    """When a lease that was lost had begun; None for those from before this was kept."""
    at = lease.get("leased_at")
    return None if at is None else datetime.fromisoformat(at)


def beside(slot: Any, lease: dict[str, Any]) -> Any:
    """A row of its own for my answer to a slot that is somebody else's now."""
    mine = copy.copy(slot)
    mine.annotator_id, mine.lease_number = lease["annotator"], lease["lease_number"]
    mine.shown_order, mine.leased_at = lease["shown_order"], begun(lease)
    mine.state, mine.extra, mine.leased_until = State.SURPLUS, True, None
    mine.id = Assignment.objects.create(
        task_id=slot.task_id,
        campaign_id=slot.campaign_id,
        slot=slot.slot,
        priority=slot.priority,
        state=State.SURPLUS,
        annotator_id=mine.annotator_id,
        lease_number=mine.lease_number,
        leased_at=mine.leased_at,
        shown_order=mine.shown_order,
        extra=True,
    ).pk
    return mine


def beyond_my_cap(slot: Any) -> bool:
    """A late answer of somebody who has meanwhile answered all they may is kept, unpaid, and the seat passed on."""
    if slot.state != State.OPEN or allowances.may_answer(slot.campaign, slot.annotator_id):
        return False
    Assignment.objects.filter(id=slot.id).update(state=State.SURPLUS, leased_until=None, extra=True)
    pass_on(slot)
    return True


def keep(slot: Any, annotation: Annotation) -> None:
    """The answer stands beside those that were asked for; it is paid from the reserve while that lasts."""
    state = State.SKIPPED if annotation.skip else State.SURPLUS
    Assignment.objects.filter(id=slot.id).update(state=state, leased_until=None, extra=True)
    if annotation.skip or not allowances.within_caps(slot.campaign, slot.annotator_id):
        return
    try:
        budget.reserve(slot.campaign_id, 1, key=f"surplus:{slot.id}", purpose="surplus")
    except BudgetExhausted:
        return  # kept unpaid: its slot has no row in the ledger
    pay(slot, annotation, extra=True)
