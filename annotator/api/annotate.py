"""The annotator's calls: take cards, keep them, answer, look back, correct."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.gzip import gzip_page
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator.annotations import gold_items
from annotator.annotations.allowances import keep_longer
from annotator.annotations.models import Annotation
from annotator.annotations.personal import claim_with_personal
from annotator.annotations.submission import Answer, completions_of, revise, submit
from annotator.campaigns import membership
from annotator.campaigns.forms.form import Form
from annotator.campaigns.models import Campaign
from annotator.people.models import Scope
from annotator.tasks.leasing import release
from annotator.tasks.models import Assignment
from annotator.tasks.notes import Notes, notes_of

from . import handles
from . import serializers as shape
from .beat import of_answer, of_slot, on_the_beat
from .views import caller, checked, find_campaign

# Written out, as it is half of what people wait for: a claim is this, the caller's token, and the claiming statement.
MINE = """
SELECT campaign.*
FROM campaigns_campaign campaign JOIN campaigns_campaign_annotators member ON member.campaign_id = campaign.id
WHERE campaign.slug = %s AND campaign.state <> 'draft' AND member.user_id = %s AND member.paused_at IS NULL"""


def card(
    form: Form, assignment: int, lease: tuple[int, Any], prompt: Any, completions: list[Any], notes: Notes
) -> dict[str, Any]:
    """What an annotator may see of a slot: nothing of generator, reward, uncertainty or stream."""
    return {
        "assignment": handles.shown(assignment),
        "lease_number": handles.lease_shown(assignment, lease[0]),
        "leased_until": lease[1],
        "prompt": prompt,
        "completions": [{"text": text, "steps": form.steps(text)} for text in completions],
        "notes": notes,
    }


# Cards are long texts, and a browser behind a slow network waits for every byte of them.
packed = method_decorator(gzip_page, name="dispatch")


@packed
class Claim(APIView):
    required_scope = Scope.ANNOTATE

    @extend_schema(operation_id="claim", request=shape.ClaimIn, responses={200: shape.Cards, 204: None})
    def post(self, request: Request, slug: str) -> Response:
        """Lease up to n cards, mine first. 204: nothing for you now."""
        given = checked(shape.ClaimIn, request.data)
        mine: list[Campaign] = list(Campaign.objects.raw(MINE, [slug, caller(request).pk]))
        if not mine:
            membership.refuse_paused(find_campaign(request, slug).pk, caller(request).pk)  # or 404
            return Response(status=204)  # a manager may see campaigns without annotating them
        (campaign,) = mine
        on_the_beat(request, campaign)
        hold = [handles.meant(card) for card in given["hold"]]
        cards = claim_with_personal(campaign, caller(request).pk, n=given["n"], hold=hold, now=timezone.now())
        if not cards:
            return Response(status=204)
        form = campaign.config.asks
        slots = Assignment.objects.filter(id__in=[c.assignment for c in cards])
        notes = notes_of(campaign, slots.values_list("id", "task_id", "shown_order"))
        shown = [
            card(form, c.assignment, (c.lease_number, c.leased_until), c.prompt, c.completions, notes(c.assignment))
            for c in cards
        ]
        return Response({"cards": shown})


class Renew(APIView):
    required_scope = Scope.ANNOTATE

    @extend_schema(operation_id="renew", request=shape.LeaseIn, responses=shape.LeaseOut)
    def post(self, request: Request, assignment: int) -> Response:
        """Keep a card a little longer."""
        until = keep_longer(*_lease(request, assignment), now=timezone.now())
        return Response({"leased_until": until})


class Release(APIView):
    required_scope = Scope.ANNOTATE

    @extend_schema(operation_id="release", request=shape.LeaseIn, responses={204: None})
    def post(self, request: Request, assignment: int) -> Response:
        """Give a card back unanswered."""
        release(*_lease(request, assignment))
        return Response(status=204)


class Submit(APIView):
    required_scope = Scope.ANNOTATE

    @extend_schema(
        operation_id="submit",
        request=shape.AnswerIn,
        responses={200: shape.AnswerOut, 201: shape.AnswerOut, 409: shape.ErrorBody},
    )
    def post(self, request: Request, assignment: int) -> Response:
        """Answer a card. Repeating the call with the same idempotency key changes nothing and answers 200."""
        given = checked(shape.AnswerIn, request.data)
        slot = handles.meant(assignment)
        on_the_beat(request, of_slot(slot))
        lease_number = handles.lease_meant(slot, given.pop("lease_number"))
        annotation, new = submit(slot, caller(request).pk, lease_number, _said(given))
        told = gold_items.feedback(annotation) if annotation.may_be_gold else None
        return Response(_answer(annotation) | {"feedback": told}, status=201 if new else 200)


class Revise(APIView):
    required_scope = Scope.ANNOTATE

    @extend_schema(
        operation_id="revise",
        request=shape.ReviseIn,
        responses={200: shape.AnswerOut, 201: shape.AnswerOut, 409: shape.ErrorBody},
    )
    def post(self, request: Request, annotation: int) -> Response:
        """Correct my own answer; the old one stays on record."""
        given = checked(shape.ReviseIn, request.data)
        on_the_beat(request, of_answer(annotation))
        corrected, new = revise(annotation, caller(request).pk, _said(given))
        return Response(_answer(corrected), status=201 if new else 200)


def _lease(request: Request, handle: int) -> tuple[int, int, int]:
    """(slot, whose call it is, lease number), as the packages below know them."""
    slot = handles.meant(handle)
    on_the_beat(request, of_slot(slot))
    return slot, caller(request).pk, handles.lease_meant(slot, checked(shape.LeaseIn, request.data)["lease_number"])


def _said(given: dict[str, Any]) -> Answer:
    return Answer(**given | {"skip": given.get("skip") or ""})


def _answer(annotation: Annotation) -> dict[str, Any]:
    return {"annotation": annotation.pk, "feedback": None}


@packed
class MyAnswers(APIView):
    required_scope = Scope.ANNOTATE

    @extend_schema(operation_id="my_answers", parameters=[shape.MyAnswersQuery], responses=shape.MyAnswers)
    def get(self, request: Request, slug: str) -> Response:
        """My latest answers, newest first, as I saw them."""
        limit = checked(shape.MyAnswersQuery, request.query_params.dict())["limit"]
        campaign = find_campaign(request, slug)
        latest = (
            Annotation.objects.filter(campaign=campaign, annotator=caller(request), revised_by__isnull=True)
            .select_related("task__group")
            .order_by("-at", "-id")[:limit]
        )
        texts = completions_of(latest)
        notes = notes_of(campaign, ((one.pk, one.task_id, one.shown_order) for one in latest))
        form = campaign.config.asks
        return Response({"results": [my_answer(form, one, texts, notes(one.pk)) for one in latest]})


def my_answer(form: Form, annotation: Annotation, texts: dict[int, Any], notes: Notes) -> dict[str, Any]:
    shown = [texts[annotation.task.rollout_ids[place]] for place in annotation.shown_order]
    lease = (annotation.lease_number, annotation.at)
    return {
        "annotation": annotation.pk,
        "assignment": handles.shown(annotation.assignment_id),
        "answer": None if annotation.answer is None else form.as_shown(annotation.answer, annotation.shown_order),
        "skip": annotation.skip,
        "flagged": annotation.flagged,
        "comment": annotation.comment,
        "at": annotation.at,
        "card": card(form, annotation.assignment_id, lease, annotation.task.group.prompt, shown, notes),
    }
