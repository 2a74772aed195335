"""The manager's calls about gold: make items, see how they do, retire them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator.annotations import gold_items
from annotator.annotations.models import GoldItem
from annotator.errors import InvalidInput
from annotator.people.models import Scope
from annotator.rollouts.models import Rollout

from .serializers import CompletionOut, Text
from .views import caller, checked, find_campaign


class GoldIn(s.Serializer[Any]):
    """Either `annotation`, or `rollouts` with the `answer` about them in that order."""

    use = s.ChoiceField(choices=GoldItem.Use.choices)
    explanation = Text(required=False, allow_blank=True, max_length=10_000, default="")
    annotation = s.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    rollouts = s.ListField(child=s.IntegerField(min_value=1, max_value=2**63 - 1), required=False, max_length=8)
    answer = s.DictField(required=False)


class GoldOut(s.Serializer[Any]):
    id = s.IntegerField()
    use = s.ChoiceField(choices=GoldItem.Use.choices)
    group = s.CharField()
    prompt = s.JSONField()
    rollouts = s.ListField(child=s.IntegerField())
    completions = s.ListField(child=s.JSONField(), help_text="In the order of the answer.")
    answer = s.DictField()
    explanation = s.CharField()
    scored = s.IntegerField(help_text="How many answers to it count.")
    mean_score = s.FloatField(allow_null=True)
    at = s.DateTimeField()
    retired_at = s.DateTimeField(allow_null=True)


class GoldList(s.Serializer[Any]):
    results = GoldOut(many=True)


class CardQuery(s.Serializer[Any]):
    group = s.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class GoldCompletion(CompletionOut):
    rollout = s.IntegerField()


class GoldCard(s.Serializer[Any]):
    """A group whose right answer may be stated: about as many of its completions as a card shows."""

    group = s.IntegerField()
    prompt = s.JSONField()
    completions = GoldCompletion(many=True)


def _shown(found: QuerySet[GoldItem]) -> list[dict[str, Any]]:
    """The items, newest first, with their texts and how people did on them."""
    items = list(gold_items.with_scores(found.select_related("task__group")).order_by("-id"))
    rollouts = {rollout for item in items for rollout in item.task.rollout_ids}
    texts = dict(Rollout.objects.filter(id__in=rollouts).values_list("id", "completion"))
    own = ("id", "use", "answer", "explanation", "scored", "mean_score", "at", "retired_at")
    return [
        {
            **{name: getattr(item, name) for name in own},
            "group": item.task.group.external_id,
            "prompt": item.task.group.prompt,
            "rollouts": item.task.rollout_ids,
            "completions": [texts[rollout] for rollout in item.task.rollout_ids],
        }
        for item in items
    ]


def _one(item: GoldItem) -> dict[str, Any]:
    (shown,) = _shown(GoldItem.objects.filter(pk=item.pk))
    return GoldOut(shown).data


class Gold(APIView):
    required_scope = Scope.MANAGE

    @extend_schema(operation_id="gold_list", responses=GoldList)
    def get(self, request: Request, slug: str) -> Response:
        """All gold and training items of a campaign, newest first, with how people did on them."""
        return Response(GoldList({"results": _shown(find_campaign(request, slug).gold_items.all())}).data)

    @extend_schema(operation_id="gold_make", request=GoldIn, responses={201: GoldOut})
    def post(self, request: Request, slug: str) -> Response:
        """State the right answer to a card."""
        given, campaign = checked(GoldIn, request.data), find_campaign(request, slug)
        common = {"use": given["use"], "explanation": given["explanation"], "made_by": caller(request)}
        if "annotation" in given:
            item = gold_items.from_answer(campaign, given["annotation"], **common)
        elif "rollouts" in given and "answer" in given:
            item = gold_items.from_rollouts(campaign, given["rollouts"], given["answer"], **common)
        else:
            raise InvalidInput("Give an annotation, or rollouts with the right answer.", field="annotation")
        return Response(_one(item), status=201)


class CardForGold(APIView):
    required_scope = Scope.MANAGE

    @extend_schema(operation_id="gold_card", parameters=[CardQuery], responses=GoldCard)
    def get(self, request: Request, slug: str) -> Response:
        """A group to state the right answer about: the one asked for, or by chance one that has no item yet."""
        campaign = find_campaign(request, slug)
        wish = checked(CardQuery, request.query_params.dict()).get("group")
        group, form = gold_items.group_to_answer(campaign, wish), campaign.config.asks
        rollouts = group.rollouts.order_by("ordinal", "id").values_list("id", "completion")
        completions = [{"rollout": pk, "text": text, "steps": form.steps(text)} for pk, text in rollouts]
        return Response({"group": group.pk, "prompt": group.prompt, "completions": completions})


class RetireGold(APIView):
    required_scope = Scope.MANAGE

    @extend_schema(operation_id="gold_retire", request=None, responses=GoldOut)
    def post(self, request: Request, slug: str, item: int) -> Response:
        """Show an item to nobody any more; its scores stay."""
        return Response(_one(gold_items.retire(find_campaign(request, slug), item, now=timezone.now())))
