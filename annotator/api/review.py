"""Reading answers a second time: which are worth it, what was found, and what came back to whoever gave them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator.annotations.models import Annotation, Review
from annotator.annotations.reviews import returned_to, review
from annotator.annotations.submission import completions_of
from annotator.campaigns.membership import Action, may
from annotator.campaigns.models import Campaign
from annotator.errors import NotAllowed, NotFound
from annotator.people.models import Scope
from annotator.tasks.models import AnnotationTask
from annotator.tasks.notes import notes_of
from annotator.training.reviewing import Looked, page

from . import serializers as shape
from .annotate import my_answer
from .views import caller, checked, find_campaign, manages

READERS = (Scope.ANNOTATE, Scope.MANAGE)  # which campaigns' answers somebody may read, the campaign says


class ReviewQuery(s.Serializer[Any]):
    annotator = shape.Text(required=False, max_length=150)
    stream = s.ChoiceField(choices=AnnotationTask.Stream.choices, required=False)
    state = s.ChoiceField(choices=["waiting", "unread", "accepted", "returned", "corrected"], required=False)
    flagged = s.BooleanField(default=False)
    skipped = s.BooleanField(default=False)
    fast = s.BooleanField(default=False)
    disputed = s.BooleanField(default=False)
    after = s.IntegerField(required=False, min_value=0, max_value=2**63 - 1)
    limit = s.IntegerField(min_value=1, max_value=50, default=10)


class ReviewOut(s.Serializer[Any]):
    reviewer = s.CharField()
    verdict = s.ChoiceField(choices=Review.Verdict.choices)
    note = s.CharField()
    at = s.DateTimeField()


class OtherAnswer(s.Serializer[Any]):
    annotation = s.IntegerField()
    annotator = s.CharField()
    answer = s.JSONField(allow_null=True)
    skip = s.CharField()


class ReadCompletion(s.Serializer[Any]):
    rollout = s.IntegerField()
    text = s.JSONField()


class ReadAnswer(s.Serializer[Any]):
    annotation = s.IntegerField()
    annotator = s.CharField()
    at = s.DateTimeField()
    stream = s.ChoiceField(choices=AnnotationTask.Stream.choices)
    group = s.IntegerField()
    step = s.IntegerField()
    prompt = s.JSONField()
    completions = ReadCompletion(many=True)
    answer = s.JSONField(allow_null=True)
    skip = s.CharField()
    flagged = s.BooleanField()
    comment = s.CharField()
    active_ms = s.IntegerField(allow_null=True)
    corrects = s.IntegerField(allow_null=True)
    reviews = ReviewOut(many=True)
    others = OtherAnswer(many=True)


class ReviewPage(s.Serializer[Any]):
    results = ReadAnswer(many=True)
    next = s.IntegerField(allow_null=True)


class ReviewIn(s.Serializer[Any]):
    verdict = s.ChoiceField(choices=Review.Verdict.choices)
    note = shape.Text(required=False, allow_blank=True, max_length=10_000, default="")


class Returned(shape.MyAnswer):
    note = s.CharField()
    returned_by = s.CharField()


class ReturnedList(s.Serializer[Any]):
    results = Returned(many=True)


def refuse_strangers(request: Request, campaign: Campaign) -> None:
    """Managers and adjudicators of a campaign read its answers, nobody else."""
    if not manages(request, campaign) and not may(caller(request), Action.ADJUDICATE, campaign.pk):
        raise NotAllowed("Only managers and adjudicators read what others answered.", campaign=campaign.slug)


def looked(request: Request, campaign: Campaign) -> Looked:
    """Which answers the caller's filters leave, of those they may read."""
    given = checked(ReviewQuery, request.query_params.dict())
    asked = {name: wish for name, wish in given.items() if name != "limit"}
    # Adjudicators judge too: what others said of a card they may still get is not theirs to read yet.
    return Looked(**asked, over=not manages(request, campaign))


class Answers(APIView):
    required_scope = READERS

    @extend_schema(operation_id="review_list", parameters=[ReviewQuery], responses=ReviewPage)
    def get(self, request: Request, slug: str) -> Response:
        """Answers worth a second look, newest first, with what others say and what was found before."""
        campaign = find_campaign(request, slug)
        refuse_strangers(request, campaign)
        limit = checked(ReviewQuery, request.query_params.dict())["limit"]
        results, more = page(campaign, looked(request, campaign), limit)
        return Response(ReviewPage({"results": results, "next": more}).data)


class ReviewAnswer(APIView):
    required_scope = READERS

    @extend_schema(
        operation_id="review", request=ReviewIn, responses={200: ReviewOut, 403: shape.ErrorBody, 409: shape.ErrorBody}
    )
    def post(self, request: Request, annotation: int) -> Response:
        """Accept an answer, or return it to its author with a note."""
        campaign = Campaign.objects.filter(annotations=annotation).first()
        if campaign is None:
            raise NotFound("There is no such answer.", code="unknown_annotation", annotation=annotation)
        find_campaign(request, campaign.slug)  # or 404, as for everything of campaigns that are not theirs
        refuse_strangers(request, campaign)
        given = checked(ReviewIn, request.data)
        made = review(annotation, caller(request), given["verdict"], given["note"])
        told = {"reviewer": made.reviewer.username, "verdict": made.verdict, "note": made.note, "at": made.at}
        return Response(ReviewOut(told).data)


class ReturnedToMe(APIView):
    required_scope = Scope.ANNOTATE

    @extend_schema(operation_id="returned_to_me", responses=ReturnedList)
    def get(self, request: Request, slug: str) -> Response:
        """My answers that came back with a note, as I saw them. A revision corrects one."""
        campaign = find_campaign(request, slug)
        waiting = list(returned_to(caller(request), campaign).select_related("task__group")[:50])
        texts, returned = completions_of(waiting), _notes(waiting)
        beside = notes_of(campaign, ((one.pk, one.task_id, one.shown_order) for one in waiting))
        form = campaign.config.asks
        results = [{**my_answer(form, one, texts, beside(one.pk)), **returned[one.pk]} for one in waiting]
        return Response(ReturnedList({"results": results}).data)


def _notes(waiting: list[Annotation]) -> dict[int, dict[str, Any]]:
    """Each answer's newest note, and whose it is."""
    notes = Review.objects.filter(annotation__in=[one.pk for one in waiting]).select_related("reviewer").order_by("id")
    return {one.annotation_id: {"note": one.note, "returned_by": one.reviewer.username} for one in notes}
