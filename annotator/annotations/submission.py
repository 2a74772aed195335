"""A submission spends what was reserved, and an acknowledged answer is never lost or changed.

A late answer counts unless somebody else has begun the slot, and is kept as a surplus then (`surplus`). What it does to
its task is settled in `settling`: a skip costs nothing, disagreement may call one more person.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError

from annotator.campaigns import budget
from annotator.campaigns.forms.text import plain_text
from annotator.campaigns.models import Campaign
from annotator.errors import (
    AlreadySubmitted,
    BudgetExhausted,
    CampaignClosed,
    InvalidAnswer,
    KeyReused,
    NotFound,
    StaleRevision,
    TiebreakError,
)
from annotator.rollouts.models import Rollout
from annotator.tasks.leasing import lost
from annotator.tasks.models import PERSONAL, AnnotationTask, Assignment

from . import allowances, gold_items, settling, surplus
from .models import Annotation, Comparison

State = Assignment.State

# What every answer runs is written out: composing these queries anew would cost several times what running them does.
MY_SLOT = """
SELECT slot.*, campaign.state AS campaign_state, (campaign.config_json ->> 'overlap')::int AS overlap,
       campaign.config_json ->> 'form' AS form, (campaign.config_json ->> 'completions')::int AS completions,
       (campaign.config_json ->> 'extra_on_disagreement')::bool AS extra_on_disagreement, campaign.closed_at,
       campaign.pay_per_label, campaign.pay_per_hour, campaign.paid_seconds_cap,
       task.rollout_ids, task.stratum, task.stream
FROM tasks_assignment slot
JOIN campaigns_campaign campaign ON campaign.id = slot.campaign_id
JOIN tasks_annotationtask task ON task.id = slot.task_id
WHERE slot.id = %(assignment)s AND (%(guest)s OR EXISTS (
    SELECT 1 FROM campaigns_campaign_annotators member
    WHERE member.campaign_id = slot.campaign_id AND member.user_id = %(annotator)s))
FOR NO KEY UPDATE OF slot"""


@dataclasses.dataclass(frozen=True)
class Answer:
    """What the person said, in the order they saw; either an answer to the campaign's form or a reason to skip."""

    answer: dict[str, Any] | None
    idempotency_key: str
    skip: str = ""
    flagged: bool = False
    active_ms: int | None = None
    comment: str = ""

    def __post_init__(self) -> None:
        if (self.answer is None) == (self.skip == ""):
            raise InvalidAnswer("Give an answer, or a reason to skip, not both.", field="answer")
        if self.skip and self.skip not in Annotation.Skip.values:
            raise InvalidAnswer(
                f"{self.skip!r} is no reason to skip: {', '.join(Annotation.Skip.values)}.", field="skip"
            )
        if not 1 <= len(self.idempotency_key) <= 64:
            raise InvalidAnswer("idempotency_key must have 1 to 64 characters.", field="idempotency_key")
        if self.active_ms is not None and not 0 <= self.active_ms <= 2**31 - 1:
            raise InvalidAnswer("active_ms must be 0 or more milliseconds.", field="active_ms")
        if "\x00" in self.comment or "\x00" in self.idempotency_key:
            raise InvalidAnswer("Text cannot hold the character 0x00.", field="comment")


def submit(assignment_id: int, annotator_id: int, lease_number: int, answer: Answer) -> tuple[Annotation, bool]:
    """Store an answer; returns it and whether it is new.

    The same idempotency key for the same card returns the first answer again; for another card it is refused, because
    answering "stored" would lose that card's answer.
    """
    try:
        try:
            slot = functools.partial(_mine, assignment_id, annotator_id, lease_number)
            return allowances.in_turn(annotator_id, lambda: _submit(slot(), annotator_id, answer)), True
        except surplus.Elsewhere as other:
            # Only now that the first slot's lock is given back: two who lost cards to each other would wait for ever.
            slot = functools.partial(_my_other, other)
            return allowances.in_turn(annotator_id, lambda: _submit(slot(), annotator_id, answer)), True
    except (IntegrityError, TiebreakError) as error:
        # A repetition fails like any second answer, or at the unique key when two copies of one request race. A late
        # answer may stand in another slot of its task.
        if earlier := already(annotator_id, answer, task_id=_task_of(assignment_id), revises_id=None):
            return earlier, False
        if isinstance(error, IntegrityError):
            raise AlreadySubmitted("You have answered this card already.", assignment=assignment_id) from error
        raise


def already(annotator_id: int, answer: Answer, **of: int | None) -> Annotation | None:
    """The answer stored under this key, None if there is none; raises KeyReused when it answered something else."""
    mine = Annotation.objects.filter(annotator_id=annotator_id, idempotency_key=answer.idempotency_key)
    earlier = mine.first()
    if earlier is not None and any(getattr(earlier, column) != value for column, value in of.items()):
        raise KeyReused("This idempotency_key belongs to another answer of yours.", annotation=earlier.pk)
    return earlier


def _task_of(assignment_id: int) -> int | None:
    return Assignment.objects.filter(id=assignment_id).values_list("task_id", flat=True).first()


def slot_of(assignment_id: int, annotator_id: int, *, guest: bool = False) -> Any:
    """The slot of a campaign of mine, locked, with what every answer needs of its campaign and its task.

    A `guest` need not belong to the campaign: an admin who decides a dispute.
    """
    found: list[Any] = list(
        Assignment.objects.raw(MY_SLOT, {"assignment": assignment_id, "annotator": annotator_id, "guest": guest})
    )
    if not found:
        raise NotFound("There is no such assignment.", code="unknown_assignment", assignment=assignment_id)
    (slot,) = found
    return slot


def _submit(slot: Any, annotator_id: int, answer: Answer) -> Annotation:
    late = slot.state == State.SURPLUS or surplus.beyond_my_cap(slot)
    annotation = record(slot, annotator_id, answer, revises=None)
    annotation.may_be_gold = slot.stream == AnnotationTask.Stream.GOLD
    if late:
        surplus.keep(slot, annotation)
    elif annotation.skip:
        settling.skip(slot)
    else:
        settling.count(slot, annotation)
    _judge(slot, annotation)  # late or not: nobody gets round being measured by waiting
    return annotation


def _judge(slot: Any, annotation: Annotation) -> None:
    if slot.stream == AnnotationTask.Stream.GOLD and slot.campaign_state != Campaign.State.CLOSED:
        gold_items.judge(slot.campaign, annotation, now=annotation.at)


def _mine(assignment_id: int, annotator_id: int, lease_number: int) -> Any:
    """The slot an answer goes to: the one it was given for while that is mine, and a place as surplus after that."""
    slot = slot_of(assignment_id, annotator_id)
    if slot.annotator_id == annotator_id and slot.lease_number == lease_number:
        return slot if _waits_for_me(slot) else surplus.in_place(slot)
    return surplus.after_losing(slot, annotator_id, lease_number)


def _my_other(place: surplus.Elsewhere) -> Any:
    """The slot of the same task that I hold by now; it may have gone the same way meanwhile."""
    lease = place.lease
    slot = slot_of(place.assignment_id, lease["annotator"])
    if slot.annotator_id != lease["annotator"]:
        return surplus.beside(slot, lease)
    slot = slot if _waits_for_me(slot) else surplus.in_place(slot)
    slot.shown_order, slot.lease_number = lease["shown_order"], lease["lease_number"]  # answered as it was seen
    slot.leased_at = surplus.begun(lease)
    Assignment.objects.filter(id=slot.id).update(leased_at=slot.leased_at)
    return slot


def _waits_for_me(slot: Any) -> bool:
    """A lease counts to its end even when the campaign has just been closed; what went back to the queue does not."""
    if slot.state == State.OPEN:
        return bool(slot.campaign_state != Campaign.State.CLOSED)
    return bool(slot.state == State.LEASED)


def record(slot: Any, annotator_id: int, said: Answer, *, revises: Annotation | None) -> Annotation:
    """The answer in canonical order, and what it says of each two of its completions."""
    assert slot.shown_order is not None  # every lease drew one
    answer, compared = None, []
    if said.answer is not None:
        form = settling.form_of(slot.form, slot.completions)
        shown = [slot.rollout_ids[place] for place in slot.shown_order]
        texts = _texts(shown) if form.reads_texts else [""] * len(shown)
        answer = form.reorder(form.check(said.answer, texts), slot.shown_order)
        compared = form.comparisons(answer)
    annotation = Annotation.objects.create(
        assignment_id=slot.id,
        task_id=slot.task_id,
        campaign_id=slot.campaign_id,
        annotator_id=annotator_id,
        answer=answer,
        skip=said.skip,
        flagged=said.flagged,
        shown_order=slot.shown_order,
        active_ms=said.active_ms,
        comment=said.comment,
        lease_number=slot.lease_number,
        idempotency_key=said.idempotency_key,
        revises=revises,
    )
    Comparison.objects.bulk_create(
        Comparison(
            annotation=annotation,
            rollout_a_id=slot.rollout_ids[one.i],
            rollout_b_id=slot.rollout_ids[one.j],
            outcome=one.outcome,
            strength=one.strength,
        )
        for one in compared
    )
    return annotation


def _texts(rollout_ids: list[int]) -> list[str]:
    completions = dict(Rollout.objects.filter(id__in=rollout_ids).values_list("id", "completion"))
    return [plain_text(completions[rollout]) for rollout in rollout_ids]


def completions_of(annotations: Iterable[Annotation]) -> dict[int, Any]:
    """The completions that some annotations are about, by their rollouts' ids."""
    ids = {rollout for annotation in annotations for rollout in annotation.task.rollout_ids}
    return dict(Rollout.objects.filter(id__in=ids).values_list("id", "completion"))


def revise(annotation_id: int, annotator_id: int, answer: Answer) -> tuple[Annotation, bool]:
    """Correct my own answer by a new row. The chain is linear: of two corrections of one answer, one is refused."""
    if earlier := already(annotator_id, answer, revises_id=annotation_id):
        return earlier, False
    try:
        return allowances.in_turn(annotator_id, lambda: _revise(annotation_id, annotator_id, answer)), True
    except IntegrityError as error:
        if earlier := already(annotator_id, answer, revises_id=annotation_id):
            return earlier, False
        raise _stale(annotation_id) from error


def _revise(annotation_id: int, annotator_id: int, answer: Answer) -> Annotation:
    old = Annotation.objects.filter(id=annotation_id, annotator_id=annotator_id).first()
    if old is None:
        raise NotFound("You have no such answer.", code="unknown_annotation", annotation=annotation_id)
    slot = slot_of(old.assignment_id, annotator_id)
    if slot.campaign_state == Campaign.State.CLOSED:
        raise CampaignClosed(f"Campaign {slot.campaign.slug} is closed.", campaign=slot.campaign.slug)
    if slot.slot > slot.overlap and answer.answer is None and slot.state == State.SUBMITTED:
        raise InvalidAnswer("A dispute was ended with this answer; correct it by another answer.", field="answer")
    slot.shown_order, slot.lease_number = old.shown_order, old.lease_number  # corrected as it was seen
    if Annotation.objects.filter(revises=old).exists():
        raise _stale(annotation_id)
    new = record(slot, annotator_id, answer, revises=old)
    if slot.state == State.SKIPPED and not new.skip:
        _take_back(slot, new)
    elif slot.state == State.SUBMITTED:
        settling.settle_again(slot)
    # An answer corrected to a skip stays paid and leaves the label set; its slot is not asked again.
    _judge(slot, new)
    return new


def _take_back(slot: Any, annotation: Annotation) -> None:
    """A skipped slot is answered after all: possible while nobody has begun the one that took its seat.

    Nothing took the seat of a personal card, so it can always be; what the skip gave back is reserved anew.
    """
    if not allowances.may_answer(slot.campaign, slot.annotator_id):
        raise lost(slot.id)
    if slot.stream in PERSONAL:
        try:
            budget.reserve(slot.campaign_id, 1, key=f"skipped:{slot.id}:back", purpose="extra")
        except BudgetExhausted:
            surplus.keep(slot, annotation)
            return
        slot.extra = True
    else:
        # Waited for while holding no more than my own slot: whoever is just answering it late needs the task.
        seat = Assignment.objects.filter(task_id=slot.task_id, slot=slot.slot, state=State.OPEN)
        replacement = seat.select_for_update(no_key=True).first()
        if replacement is None:
            raise lost(slot.id)
        Assignment.objects.filter(id=replacement.pk).update(state=State.CANCELLED)
        slot.extra = replacement.extra  # its reservation pays, whatever my own slot's was
    Assignment.objects.filter(id=slot.id).update(extra=slot.extra)
    settling.count(slot, annotation)


def _stale(annotation_id: int) -> StaleRevision:
    return StaleRevision("This answer was corrected elsewhere already; reload to see it.", annotation=annotation_id)
