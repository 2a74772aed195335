"""An answer that somebody has read is accepted, or goes back to its author with a note. Nothing is taken away by it.

A returned answer stands until its author corrects it, but nothing learns from it until then, or until it is accepted
after all. The correction is a new row like every other, and asks to be read again. Nobody reads their own answers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from annotator.campaigns.models import Campaign
from annotator.errors import CampaignClosed, InvalidInput, NotAllowed, NotFound, StaleRevision
from annotator.people import audit
from annotator.people.models import User

from .models import Annotation, Review

LONGEST_NOTE = 10_000
Verdict = Review.Verdict


@transaction.atomic
def review(annotation_id: int, reviewer: User, verdict: str, note: str = "") -> Review:
    """Say what a current answer is worth; the same said again by the same person changes nothing."""
    # The lock makes two readers of one answer take turns, so that the newest review is the later one.
    answer = (
        Annotation.objects.select_for_update(no_key=True, of=["self"])
        .select_related("campaign")
        .filter(id=annotation_id)
        .first()
    )
    if answer is None:
        raise NotFound("There is no such answer.", code="unknown_annotation", annotation=annotation_id)
    if answer.annotator_id == reviewer.pk:
        raise NotAllowed("Somebody else must read your answer.", annotation=annotation_id)
    if Annotation.objects.filter(revises=answer).exists():
        raise StaleRevision("Its author has corrected this answer meanwhile; look again.", annotation=annotation_id)
    note = _checked(verdict, note)
    if verdict == Verdict.RETURNED and answer.campaign.state == Campaign.State.CLOSED:
        raise CampaignClosed(
            "The campaign is closed: its answers can no longer be corrected.", annotation=annotation_id
        )
    last = answer.reviews.order_by("-id").first()
    if last is not None and (last.reviewer_id, last.verdict, last.note) == (reviewer.pk, verdict, note):
        return last
    made = Review.objects.create(annotation=answer, reviewer=reviewer, verdict=verdict, note=note)
    was = None if last is None else {"verdict": last.verdict}
    told = {"annotation": answer.pk, "verdict": verdict, "note": note}
    audit.record("answer.reviewed", answer.campaign, old=was, new=told, actor=reviewer)
    return made


def _checked(verdict: str, note: str) -> str:
    if "\x00" in note or len(note) > LONGEST_NOTE:
        raise InvalidInput(f"A note has at most {LONGEST_NOTE} characters, and none is 0x00.", field="note")
    note = note.strip()
    if verdict == Verdict.RETURNED and not note:
        raise InvalidInput("Say what is to be corrected: the author will read it.", field="note")
    return note


def returned(*, by: int | None = None) -> Exists:
    """Of an annotation: whether the last who read it returned it; as it stood when review `by` was the newest."""
    known = Review.objects.all() if by is None else Review.objects.filter(id__lte=by)
    later = known.filter(annotation=OuterRef("annotation"), id__gt=OuterRef("pk"))
    return Exists(known.filter(~Exists(later), annotation=OuterRef("pk"), verdict=Verdict.RETURNED))


def newest(campaign: Campaign, *, at: datetime | None = None) -> int:
    """The number of the newest review of a campaign's answers, by some time; 0 before any."""
    made = Review.objects.filter(annotation__campaign=campaign)
    return (made if at is None else made.filter(at__lte=at)).aggregate(newest=Max("id"))["newest"] or 0


def change_what_teaches(reviews: Iterable[int]) -> bool:
    """Whether any of these returned an answer, or accepted one that had been returned."""
    these = Review.objects.filter(id__in=list(reviews))
    before = Review.objects.filter(annotation=OuterRef("annotation"), id__lt=OuterRef("pk"), verdict=Verdict.RETURNED)
    return these.filter(Q(verdict=Verdict.RETURNED) | Exists(before)).exists()


def newest_verdict() -> Subquery:
    """What the last reader of an annotation said; null while nobody has."""
    return Subquery(Review.objects.filter(annotation=OuterRef("pk")).order_by("-id").values("verdict")[:1])


def current(campaign: Campaign) -> QuerySet[Any]:
    """The answers that stand, each with the newest verdict on it."""
    return Annotation.objects.filter(campaign=campaign).standing().annotate(verdict=newest_verdict())


def returned_to(author: User, campaign: Campaign) -> QuerySet[Any]:
    """The author's answers that wait for their correction, longest waiting first."""
    return current(campaign).filter(annotator=author, verdict=Verdict.RETURNED).order_by("id")


@dataclasses.dataclass(frozen=True)
class Awaiting:
    """How many answers wait to be read, and why; one that was returned and came back flagged counts as corrected."""

    flagged: int = 0
    corrected: int = 0

    @property
    def n(self) -> int:
        return self.flagged + self.corrected


def waiting(answers: QuerySet[Any]) -> QuerySet[Any]:
    """Of `current` answers, those to be read: `corrected` after they came back, or flagged where no flag was read.

    A flag that was read, and stays when its author corrects the answer, is no new one.
    """
    read = Review.objects.filter(annotation__assignment=OuterRef("assignment"))
    before = Coalesce(Subquery(read.order_by("-id").values("verdict")[:1]), Value(""))
    found = answers.filter(Q(flagged=True) | Q(revises__isnull=False), verdict=None)
    found = found.annotate(before=before).annotate(
        corrected=ExpressionWrapper(Q(before=Verdict.RETURNED), BooleanField())
    )
    due: QuerySet[Any] = found.filter(
        Q(corrected=True) | Q(flagged=True) & ~Exists(read.filter(annotation__flagged=True))
    )
    return due


def awaiting(campaign: Campaign) -> Awaiting:
    """How many answers somebody should read now; the review page shows the same ones."""
    told = waiting(current(campaign)).order_by().values_list("corrected").annotate(n=Count("id"))
    counts = dict(told)
    return Awaiting(flagged=counts.get(False, 0), corrected=counts.get(True, 0))
