"""Where people contradict each other and one more did not settle it, an adjudicator decides, seeing what was said.

Nobody waits for a dispute, so none is leased: whoever decides first has decided. What the others said stays as they
said it, and the adjudicator's answer stands beside it.
"""

from __future__ import annotations

import dataclasses
import random
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from annotator.campaigns import budget
from annotator.campaigns.models import Campaign
from annotator.errors import DecidedAlready, InvalidAnswer, NotFound, OwnDispute
from annotator.people import audit
from annotator.people.models import User
from annotator.rollouts.models import Rollout
from annotator.tasks.models import AnnotationTask, Assignment

from . import settling, submission
from .models import Annotation

TaskState = AnnotationTask.State


@dataclasses.dataclass(frozen=True)
class Dispute:
    """A disputed card in the order an adjudicator sees it, and what stands about it, in that order."""

    task: AnnotationTask
    completions: list[Any]
    said: list[dict[str, Any]]


def waiting_for(campaign: Campaign, person: User) -> QuerySet[AnnotationTask]:
    """The open disputes that this person has not judged themselves; a closed campaign decides no more."""
    if campaign.state == Campaign.State.CLOSED:
        return campaign.tasks.none()
    return campaign.tasks.filter(state=TaskState.DISPUTED).exclude(assignments__annotator=person)


def disputes(campaign: Campaign, person: User, *, limit: int, after: int = 0) -> list[Dispute]:
    """The oldest disputes that wait for this person, from the one after this task on."""
    found = waiting_for(campaign, person).filter(id__gt=after)
    waiting = list(found.select_related("group").order_by("id")[:limit])
    standing = Annotation.objects.filter(task__in=waiting, revised_by__isnull=True, skip="").select_related("task")
    said = list(standing.order_by("id"))
    ids = [rollout for task in waiting for rollout in task.rollout_ids]
    texts = dict(Rollout.objects.filter(id__in=ids).values_list("id", "completion"))
    form = campaign.config.asks
    return [
        Dispute(
            task=task,
            completions=[texts[task.rollout_ids[place]] for place in order_for(task, person)],
            said=[
                {"answer": form.as_shown(one.answer or {}, order_for(task, person)), "comment": one.comment}
                for one in said
                if one.task_id == task.pk
            ],
        )
        for task in waiting
    ]


def order_for(task: AnnotationTask, person: User) -> list[int]:
    """By chance, and the same each time this person looks."""
    places = list(range(len(task.rollout_ids)))
    random.Random(f"{task.pk}:{person.pk}").shuffle(places)
    return places


def decide(campaign: Campaign, task_id: int, person: User, answer: submission.Answer) -> tuple[Annotation, bool]:
    """Store the answer that ends a dispute; returns it and whether it is new."""
    if earlier := submission.already(person.pk, answer, task_id=task_id, revises_id=None):
        return earlier, False
    if answer.answer is None:
        raise InvalidAnswer("A dispute ends with an answer; leave the card to somebody else instead.", field="answer")
    try:
        with transaction.atomic():
            return _decide(campaign, task_id, person, answer), True
    except DecidedAlready:
        # Of two copies of one request the second waited for the first, and finds it decided.
        if earlier := submission.already(person.pk, answer, task_id=task_id, revises_id=None):
            return earlier, False
        raise


def _decide(campaign: Campaign, task_id: int, person: User, answer: submission.Answer) -> Annotation:
    task = AnnotationTask.objects.select_for_update(no_key=True).filter(campaign=campaign, pk=task_id).first()
    if task is None:
        raise NotFound("There is no such card.", code="unknown_task", task=task_id)
    if task.state != TaskState.DISPUTED:
        raise DecidedAlready("Somebody decided this one already.", task=task_id)
    if task.assignments.filter(annotator=person).exists():
        raise OwnDispute("You judged this card yourself; somebody else has to decide.", task=task_id)
    budget.reserve(campaign.pk, 1, key=f"dispute:{task.pk}", purpose="extra")
    seat = Assignment.objects.create(
        task=task,
        campaign=campaign,
        slot=campaign.config.overlap + 1,  # after everybody's seats and that of the one more person
        priority=1.0,
        state=Assignment.State.SUBMITTED,
        annotator=person,
        shown_order=order_for(task, person),
        extra=True,
    )
    slot = submission.slot_of(seat.pk, person.pk, guest=True)
    annotation = submission.record(slot, person.pk, answer, revises=None)
    settling.pay(slot, annotation, extra=True)
    AnnotationTask.objects.filter(pk=task.pk).update(state=TaskState.SETTLED)
    told = {"task": task.pk, "annotation": annotation.pk}
    audit.record("dispute.decided", campaign, old={"state": TaskState.DISPUTED}, new=told, actor=person)
    return annotation
