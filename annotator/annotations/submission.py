"""A submission spends what was reserved, and an acknowledged answer is never lost or changed.

A late answer counts unless somebody else has begun the slot. A skip costs nothing: the slot's budget moves to a
replacement slot for another person, until `max_skips` people have passed and the task is withdrawn.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, connection, transaction

from annotator.campaigns import budget
from annotator.campaigns.forms.form import Form
from annotator.campaigns.forms.text import plain_text
from annotator.campaigns.models import Campaign
from annotator.errors import (
    AlreadySubmitted,
    CampaignClosed,
    InvalidAnswer,
    KeyReused,
    NotFound,
    StaleRevision,
    TiebreakError,
)
from annotator.rollouts.models import Rollout
from annotator.tasks.leasing import lost
from annotator.tasks.models import AnnotationTask, Assignment

from .agreement import AskAnother, decide
from .models import Annotation, Comparison

State = Assignment.State

# What every answer runs is written out: composing these queries anew would cost several times what running them does.
MY_SLOT = """
SELECT slot.*, campaign.state AS campaign_state, (campaign.config_json ->> 'overlap')::int AS overlap,
       campaign.config_json ->> 'form' AS form, (campaign.config_json ->> 'completions')::int AS completions,
       task.rollout_ids
FROM tasks_assignment slot
JOIN campaigns_campaign campaign ON campaign.id = slot.campaign_id
JOIN tasks_annotationtask task ON task.id = slot.task_id
WHERE slot.id = %(assignment)s AND EXISTS (
    SELECT 1 FROM campaigns_campaign_annotators member
    WHERE member.campaign_id = slot.campaign_id AND member.user_id = %(annotator)s)
FOR NO KEY UPDATE OF slot"""
SUBMITTED = "UPDATE tasks_assignment SET state = 'submitted', leased_until = NULL WHERE id = %s"
SETTLED = "UPDATE tasks_annotationtask SET state = 'settled' WHERE id = %s"


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
        with transaction.atomic():
            return _submit(assignment_id, annotator_id, lease_number, answer), True
    except (IntegrityError, TiebreakError):
        # A repetition fails like any second answer, or at the unique key when two copies of one request race.
        if earlier := _already(annotator_id, answer, assignment_id=assignment_id, revises_id=None):
            return earlier, False
        raise


def _already(annotator_id: int, answer: Answer, **of: int | None) -> Annotation | None:
    """The answer stored under this key, None if there is none; raises KeyReused when it answered something else."""
    mine = Annotation.objects.filter(annotator_id=annotator_id, idempotency_key=answer.idempotency_key)
    earlier = mine.first()
    if earlier is not None and any(getattr(earlier, column) != value for column, value in of.items()):
        raise KeyReused("This idempotency_key belongs to another answer of yours.", annotation=earlier.pk)
    return earlier


def _slot(assignment_id: int, annotator_id: int) -> Any:
    """The slot of a campaign of mine, locked, with what every answer needs of its campaign and its task."""
    found: list[Any] = list(Assignment.objects.raw(MY_SLOT, {"assignment": assignment_id, "annotator": annotator_id}))
    if not found:
        raise NotFound("There is no such assignment.", code="unknown_assignment", assignment=assignment_id)
    (slot,) = found
    return slot


def _submit(assignment_id: int, annotator_id: int, lease_number: int, answer: Answer) -> Annotation:
    slot = _slot(assignment_id, annotator_id)
    if slot.annotator_id != annotator_id or slot.lease_number != lease_number:
        raise lost(assignment_id)
    if slot.state in (State.SUBMITTED, State.SKIPPED):
        raise AlreadySubmitted("You have answered this card already.", assignment=assignment_id)
    if slot.campaign_state == Campaign.State.CLOSED:
        raise CampaignClosed(f"Campaign {slot.campaign.slug} is closed.", campaign=slot.campaign.slug)
    if slot.state == State.CANCELLED or slot.shown_order is None:
        raise lost(assignment_id)
    annotation = _record(slot, annotator_id, answer, revises=None)
    if annotation.skip:
        _skip(slot)
    else:
        _count(slot, slot.overlap)
    return annotation


def _record(slot: Any, annotator_id: int, said: Answer, *, revises: Annotation | None) -> Annotation:
    """The answer in canonical order, and what it says of each two of its completions."""
    assert slot.shown_order is not None  # every lease drew one
    answer, compared = None, []
    if said.answer is not None:
        form = _form(slot.form, slot.completions)
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


@functools.lru_cache(maxsize=256)
def _form(raw: str, completions: int) -> Form:
    """A campaign's form is frozen with its config, so it is read once."""
    return Form.from_json(json.loads(raw), completions)


def _texts(rollout_ids: list[int]) -> list[str]:
    completions = dict(Rollout.objects.filter(id__in=rollout_ids).values_list("id", "completion"))
    return [plain_text(completions[rollout]) for rollout in rollout_ids]


def completions_of(annotations: Iterable[Annotation]) -> dict[int, Any]:
    """The completions that some annotations are about, by their rollouts' ids."""
    ids = {rollout for annotation in annotations for rollout in annotation.task.rollout_ids}
    return dict(Rollout.objects.filter(id__in=ids).values_list("id", "completion"))


def _count(slot: Assignment, overlap: int) -> None:
    """The slot is answered: spend its label, and settle the task if that was the last answer it needed."""
    with connection.cursor() as cursor:
        cursor.execute(SUBMITTED, [slot.id])
    budget.spend(slot.campaign_id, key=f"assignment:{slot.id}")
    if overlap > 1:
        # Slots of one task finish under one lock, so that the last one sees all the others.
        AnnotationTask.objects.select_for_update(no_key=True).get(id=slot.task_id)
        given = Annotation.objects.filter(task_id=slot.task_id, revised_by__isnull=True)
        answers = ["skip" if skip else "answer" for skip in given.values_list("skip", flat=True)]
        if isinstance(decide(answers, overlap=overlap), AskAnother):
            return
    with connection.cursor() as cursor:
        cursor.execute(SETTLED, [slot.task_id])


def _skip(slot: Assignment) -> None:
    """Pass the slot on to somebody else, or withdraw the task when enough people have passed on it."""
    Assignment.objects.filter(id=slot.id).update(state=State.SKIPPED, leased_until=None)
    task = AnnotationTask.objects.select_for_update(no_key=True).get(id=slot.task_id)
    slots = list(Assignment.objects.filter(task=task))
    if sum(other.state == State.SKIPPED for other in slots) < slot.campaign.config.max_skips:
        next_slot = max(other.slot for other in slots) + 1
        Assignment.objects.create(task=task, campaign_id=slot.campaign_id, slot=next_slot, priority=slot.priority / 2)
        return
    waiting = Assignment.objects.filter(task=task, state=State.OPEN).update(state=State.CANCELLED)
    budget.release(slot.campaign_id, 1 + waiting, key=f"withdrawn:{slot.id}")
    if not any(other.state in (State.LEASED, State.SUBMITTED) and other.id != slot.id for other in slots):
        AnnotationTask.objects.filter(id=task.id).update(state=AnnotationTask.State.CANCELLED)


def revise(annotation_id: int, annotator_id: int, answer: Answer) -> tuple[Annotation, bool]:
    """Correct my own answer by a new row. The chain is linear: of two corrections of one answer, one is refused."""
    if earlier := _already(annotator_id, answer, revises_id=annotation_id):
        return earlier, False
    try:
        with transaction.atomic():
            return _revise(annotation_id, annotator_id, answer), True
    except IntegrityError as error:
        if earlier := _already(annotator_id, answer, revises_id=annotation_id):
            return earlier, False
        raise _stale(annotation_id) from error


def _revise(annotation_id: int, annotator_id: int, answer: Answer) -> Annotation:
    old = Annotation.objects.filter(id=annotation_id, annotator_id=annotator_id).first()
    if old is None:
        raise NotFound("You have no such answer.", code="unknown_annotation", annotation=annotation_id)
    slot = _slot(old.assignment_id, annotator_id)
    if slot.campaign_state == Campaign.State.CLOSED:
        raise CampaignClosed(f"Campaign {slot.campaign.slug} is closed.", campaign=slot.campaign.slug)
    slot.shown_order, slot.lease_number = old.shown_order, old.lease_number  # corrected as it was seen
    if Annotation.objects.filter(revises=old).exists():
        raise _stale(annotation_id)
    new = _record(slot, annotator_id, answer, revises=old)
    if slot.state == State.SKIPPED and not new.skip:
        _take_back(slot)
    # An answer corrected to a skip stays paid and leaves the label set; its slot is not asked again.
    return new


def _take_back(slot: Assignment) -> None:
    """A skipped slot is answered after all: possible while nobody has begun the slot that replaced it."""
    AnnotationTask.objects.select_for_update(no_key=True).get(id=slot.task_id)
    replacement = (
        Assignment.objects.filter(task_id=slot.task_id, state=State.OPEN, slot__gt=slot.slot).order_by("-slot").first()
    )
    if replacement is None or not Assignment.objects.filter(id=replacement.id, state=State.OPEN).update(
        state=State.CANCELLED
    ):
        raise lost(slot.id)
    _count(slot, slot.campaign.config.overlap)


def _stale(annotation_id: int) -> StaleRevision:
    return StaleRevision("This answer was corrected elsewhere already; reload to see it.", annotation=annotation_id)
