"""The adjudicator's calls: what people contradict each other about, and the answer that ends it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator.annotations import adjudication
from annotator.annotations.submission import Answer
from annotator.campaigns import membership
from annotator.campaigns.membership import Action
from annotator.campaigns.models import Campaign
from annotator.errors import NotAllowed
from annotator.people.models import Scope

from . import serializers as shape
from .views import caller, checked, find_campaign


class DisputeQuery(s.Serializer[Any]):
    after = s.IntegerField(min_value=0, max_value=2**63 - 1, default=0)
    limit = s.IntegerField(min_value=1, max_value=50, default=20)


class SaidOut(s.Serializer[Any]):
    answer = s.DictField()
    comment = s.CharField()


class DisputeOut(s.Serializer[Any]):
    task = s.IntegerField()
    prompt = s.JSONField()
    completions = shape.CompletionOut(many=True)
    said = SaidOut(many=True)


class DisputeList(s.Serializer[Any]):
    results = DisputeOut(many=True)
    next = s.IntegerField(allow_null=True, help_text="ask for those after this one; null: there are no more")
    waiting = s.IntegerField(help_text="all that wait for you, on this page and others")


def _disputed(request: Request, slug: str) -> Campaign:
    campaign = find_campaign(request, slug)
    if not membership.may(caller(request), Action.ADJUDICATE, campaign.pk):
        raise NotAllowed("Disputes are for this campaign's adjudicators.", campaign=slug)
    return campaign


class Disputes(APIView):
    required_scope = Scope.ANNOTATE

    @extend_schema(operation_id="disputes", parameters=[DisputeQuery], responses=DisputeList)
    def get(self, request: Request, slug: str) -> Response:
        """The oldest cards people contradict each other about, with what was said, and by nobody one could name."""
        campaign, me = _disputed(request, slug), caller(request)
        given, form = checked(DisputeQuery, request.query_params.dict()), campaign.config.asks
        found = adjudication.disputes(campaign, me, limit=given["limit"] + 1, after=given["after"])
        page = found[: given["limit"]]
        results = [
            {
                "task": one.task.pk,
                "prompt": one.task.group.prompt,
                "completions": [{"text": text, "steps": form.steps(text)} for text in one.completions],
                "said": one.said,
            }
            for one in page
        ]
        more = page[-1].task.pk if len(found) > len(page) else None
        waiting = adjudication.waiting_for(campaign, me).count()
        return Response(DisputeList({"results": results, "next": more, "waiting": waiting}).data)


class Decide(APIView):
    required_scope = Scope.ANNOTATE

    @extend_schema(
        operation_id="decide",
        request=shape.ReviseIn,
        responses={200: shape.AnswerOut, 201: shape.AnswerOut, 409: shape.ErrorBody},
    )
    def post(self, request: Request, slug: str, task: int) -> Response:
        """End a dispute. Repeating the call with the same idempotency key changes nothing and answers 200."""
        campaign = _disputed(request, slug)
        given = checked(shape.ReviseIn, request.data)
        answer = Answer(**given | {"skip": given.get("skip") or ""})
        annotation, new = adjudication.decide(campaign, task, caller(request), answer)
        return Response({"annotation": annotation.pk, "feedback": None}, status=201 if new else 200)
