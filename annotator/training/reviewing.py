"""Which answers are worth a second look, a page at a time, newest first. Only reads."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from annotator.annotations.models import Annotation, Comparison, Review
from annotator.annotations.reviews import current, waiting
from annotator.annotations.submission import completions_of
from annotator.campaigns.models import Campaign
from annotator.tasks.models import PERSONAL, AnnotationTask

# Faster than this share of a person's own answers is fast for them; people differ too much for one number of seconds.
FAST_SHARE = 0.05


@dataclasses.dataclass(frozen=True)
class Looked:
    """Which answers of a campaign; what is not said does not matter."""

    annotator: str | None = None
    stream: str | None = None
    state: str | None = None  # waiting, unread, accepted, returned, corrected
    flagged: bool = False
    skipped: bool = False
    fast: bool = False
    disputed: bool = False
    over: bool = False  # only cards that nobody can be asked about any more
    after: int | None = None  # older than this annotation


def page(campaign: Campaign, wanted: Looked, limit: int) -> tuple[list[dict[str, Any]], int | None]:
    """The newest answers that fit, and the annotation after which the next page begins."""
    # Numbers first: joined to everything that is shown, the database would join all of it before it sorts.
    rows = list(matching(campaign, wanted).order_by("-id").values_list("id", flat=True)[: limit + 1])
    found = Annotation.objects.filter(id__in=rows[:limit]).select_related("task__group", "annotator")
    shown = list(found.order_by("-id"))
    texts = completions_of(shown)
    reviews = _reviews([row.pk for row in shown])
    others = _others(shown)
    return [_row(one, texts, reviews, others) for one in shown], shown[-1].pk if len(rows) > limit else None


def matching(campaign: Campaign, wanted: Looked) -> QuerySet[Any]:
    """All answers that fit, however many, each with the newest verdict on it."""
    found = current(campaign)
    if wanted.annotator is not None:
        found = found.filter(annotator__username=wanted.annotator)
    if wanted.stream is not None:
        found = found.filter(task__stream=wanted.stream)
    if wanted.flagged:
        found = found.filter(flagged=True)
    if wanted.skipped:
        found = found.exclude(skip="")
    if wanted.fast:
        found = found.filter(id__in=fast_answers(campaign))
    if wanted.disputed:
        found = found.filter(_disputed())
    if wanted.over:
        found = found.exclude(task__state=AnnotationTask.State.OPEN).exclude(task__stream__in=PERSONAL)
    if wanted.after is not None:
        found = found.filter(id__lt=wanted.after)
    return _by_state(found, wanted.state)


def _by_state(found: QuerySet[Any], state: str | None) -> QuerySet[Annotation]:
    returned = Review.objects.filter(annotation=OuterRef("revises"), verdict=Review.Verdict.RETURNED)
    if state == "waiting":
        return waiting(found)
    if state == "unread":
        return found.filter(verdict=None)
    if state == "corrected":
        return found.filter(Exists(returned))
    return found if state is None else found.filter(verdict=state)


def _disputed() -> Exists:
    """Somebody else says something else of the same two completions of the same card; a tie is something else, too."""
    opposite = Comparison.objects.filter(
        annotation__task=OuterRef(OuterRef("task")),
        rollout_a=OuterRef("rollout_a"),
        rollout_b=OuterRef("rollout_b"),
    ).exclude(outcome=OuterRef("outcome"))
    opposite = opposite.filter(~Exists(Annotation.objects.filter(revises=OuterRef("annotation"))))
    return Exists(Comparison.objects.filter(Exists(opposite), annotation=OuterRef("pk")))


FAST = """
SELECT said.id FROM annotations_annotation said JOIN (
    SELECT annotator_id, percentile_cont(%s) WITHIN GROUP (ORDER BY active_ms) AS fast, count(*) AS n
    FROM annotations_annotation WHERE campaign_id = %s AND skip = '' AND active_ms IS NOT NULL
    GROUP BY annotator_id) usual ON usual.annotator_id = said.annotator_id
WHERE said.campaign_id = %s AND said.skip = '' AND said.active_ms <= usual.fast AND usual.n >= 20"""


def fast_answers(campaign: Campaign) -> list[int]:
    """The fastest twentieth of each person's answers, of those who gave twenty."""
    with connection.cursor() as cursor:
        cursor.execute(FAST, [FAST_SHARE, campaign.pk, campaign.pk])
        return [pk for (pk,) in cursor.fetchall()]


def _reviews(ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    by_answer: dict[int, list[dict[str, Any]]] = {}
    for one in Review.objects.filter(annotation__in=ids).select_related("reviewer").order_by("id"):
        told = {"reviewer": one.reviewer.username, "verdict": one.verdict, "note": one.note, "at": one.at}
        by_answer.setdefault(one.annotation_id, []).append(told)
    return by_answer


def _others(shown: list[Annotation]) -> dict[int, list[dict[str, Any]]]:
    """What other people say of the same cards now, by card."""
    by_task: dict[int, list[dict[str, Any]]] = {}
    said = Annotation.objects.filter(task__in={one.task_id for one in shown}).standing()
    for one in said.select_related("annotator").order_by("id"):
        told = {"annotation": one.pk, "annotator": one.annotator.username, "answer": one.answer, "skip": one.skip}
        by_task.setdefault(one.task_id, []).append(told)
    return by_task


def _row(one: Annotation, texts: dict[int, Any], reviews: dict[int, Any], others: dict[int, Any]) -> dict[str, Any]:
    task = one.task
    return {
        "annotation": one.pk,
        "annotator": one.annotator.username,
        "at": one.at,
        "stream": task.stream,
        "group": task.group_id,
        "step": task.group.step,
        "prompt": task.group.prompt,
        "completions": [{"rollout": rollout, "text": texts[rollout]} for rollout in task.rollout_ids],
        "answer": one.answer,
        "skip": one.skip,
        "flagged": one.flagged,
        "comment": one.comment,
        "active_ms": one.active_ms,
        "corrects": one.revises_id,
        "reviews": reviews.get(one.pk, []),
        "others": [other for other in others.get(one.task_id, []) if other["annotation"] != one.pk],
    }
