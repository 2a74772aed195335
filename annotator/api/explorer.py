"""The manager's magnifying glass: rollouts by word and figure, a group whole, a run's course.

Whoever manages campaigns sees the runs of theirs, and of a run that other campaigns ask about too, none of their
answers and scores.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator.campaigns.reach import Reach
from annotator.errors import NotFound
from annotator.people.models import Scope
from annotator.rollouts import words
from annotator.rollouts.models import PromptGroup, RewardModelVersion
from annotator.training import explorer, explorer_rows
from annotator.training.explorer_wanted import SORTS, Wanted
from annotator.training.group import whole_group
from annotator.training.trends import trends

from .runs import find_run
from .serializers import ScoreOut, Text
from .views import checked, reach


class RolloutQuery(s.Serializer[Any]):
    run = Text(required=False, max_length=100)
    q = Text(required=False, allow_blank=True, max_length=500)
    within = s.ChoiceField(choices=["completion", "prompt"], default="completion")
    step_min = s.IntegerField(required=False, min_value=0, max_value=2**63 - 1)
    step_max = s.IntegerField(required=False, min_value=0, max_value=2**63 - 1)
    reward_min = s.FloatField(required=False)
    reward_max = s.FloatField(required=False)
    doubt_min = s.FloatField(required=False, min_value=0)
    doubt_max = s.FloatField(required=False, min_value=0)
    labelled = s.ChoiceField(choices=["yes", "no"], required=False)
    model = Text(required=False, max_length=100)
    sort = s.ChoiceField(choices=list(SORTS), default="newest")
    cursor = Text(required=False, max_length=500)
    limit = s.IntegerField(min_value=1, max_value=100, default=50)


class RolloutRow(s.Serializer[Any]):
    id = s.IntegerField()
    run = s.CharField()
    group = s.IntegerField()
    group_id = s.CharField()
    step = s.IntegerField()
    ordinal = s.IntegerField()
    prompt = s.CharField()
    completion = s.CharField(help_text="Its answer in short, around the first word that was looked for.")
    reasoning = s.ChoiceField(
        choices=["none", "left_out", "shown"],
        help_text="Left out of `completion`; or shown there, where nothing else was written or holds the words.",
    )
    length = s.IntegerField()
    reward = s.FloatField(allow_null=True)
    score = ScoreOut(allow_null=True)
    labels = s.IntegerField()


class RolloutPage(s.Serializer[Any]):
    results = RolloutRow(many=True)
    next = s.CharField(allow_null=True)
    model = s.CharField(allow_null=True)
    version = s.IntegerField(allow_null=True)
    waiting = s.IntegerField()


class GivenLabel(s.Serializer[Any]):
    annotation = s.IntegerField()
    campaign = s.CharField()
    annotator = s.CharField()
    stream = s.CharField()
    rollouts = s.ListField(child=s.IntegerField())
    answer = s.JSONField(allow_null=True)
    skip = s.CharField()
    flagged = s.BooleanField()
    comment = s.CharField()
    active_ms = s.IntegerField(allow_null=True)
    revised = s.BooleanField()
    at = s.DateTimeField()


class GroupRolloutOut(s.Serializer[Any]):
    id = s.IntegerField()
    external_id = s.CharField()
    ordinal = s.IntegerField()
    completion = s.JSONField()
    reward = s.FloatField(allow_null=True)
    reward_parts = s.DictField()
    generator = s.CharField()
    meta = s.DictField()
    scores = s.ListField(child=s.DictField())


class WholeGroupOut(s.Serializer[Any]):
    id = s.IntegerField()
    run = s.CharField()
    external_id = s.CharField()
    step = s.IntegerField()
    prompt = s.JSONField()
    meta = s.DictField()
    rollouts = GroupRolloutOut(many=True)
    labels = GivenLabel(many=True)


class TrendPoint(s.Serializer[Any]):
    step = s.IntegerField()
    groups = s.IntegerField()
    rollouts = s.IntegerField()
    reward_mean = s.FloatField(allow_null=True)
    reward_sd = s.FloatField(allow_null=True)
    sd_in_group = s.FloatField(allow_null=True)
    saturated_share = s.FloatField(allow_null=True)
    length_mean = s.FloatField()
    labels = s.IntegerField()


class TrendsOut(s.Serializer[Any]):
    run = s.CharField()
    steps_per_point = s.IntegerField()
    groups = s.IntegerField()
    sampled_groups = s.IntegerField()
    points = TrendPoint(many=True)


def doubting_version(model: str | None, within: Reach) -> RewardModelVersion | None:
    """The production version whose doubt is shown: of this reward model, or the one promoted last."""
    production = RewardModelVersion.objects.filter(state=RewardModelVersion.State.PRODUCTION)
    if within.reward_models is not None:
        production = production.filter(name__in=within.reward_models)
    if model is not None:
        production = production.filter(name=model)
    return production.order_by("-promoted_at", "-id").first()


def find_group(group: int, within: Reach) -> PromptGroup:
    """The group, if its run is within the caller's reach; otherwise it does not exist for them."""
    found = PromptGroup.objects.select_related("run").filter(pk=group).first()
    if found is None or not within.holds_run(found.run_id):
        raise NotFound(f"There is no group {group}.", code="unknown_group", group=group)
    return found


def wanted(given: dict[str, Any], within: Reach) -> Wanted:
    """What a query asks for, as the explorer understands it."""
    kept = ["within", "step_min", "step_max", "reward_min", "reward_max", "doubt_min", "doubt_max", "sort"]
    return Wanted(
        run=find_run(given["run"], within) if "run" in given else None,
        words=given.get("q", "").strip(),
        labelled={"yes": True, "no": False}.get(given.get("labelled", "")),
        version=doubting_version(given.get("model"), within),
        reach=within,
        **{name: given[name] for name in kept if name in given},
    )


class Rollouts(APIView):
    required_scope = Scope.MANAGE
    within_reach = True

    @extend_schema(operation_id="rollouts_search", parameters=[RolloutQuery], responses=RolloutPage)
    def get(self, request: Request) -> Response:
        """A page of rollouts by word, run, step, reward, uncertainty and labels."""
        given = checked(RolloutQuery, request.query_params.dict())
        asked = wanted(given, reach(request))
        found = explorer.find(asked, limit=given["limit"], after=given.get("cursor"))
        version = asked.version
        page = {
            "results": explorer_rows.rows(found.ids, asked),
            "next": found.next,
            "model": version.name if version else None,
            "version": version.number if version else None,
            "waiting": words.waiting() if asked.words and "cursor" not in given else 0,
        }
        return Response(RolloutPage(page).data)


class WholeGroup(APIView):
    required_scope = Scope.MANAGE
    within_reach = True

    @extend_schema(operation_id="groups_get", responses=WholeGroupOut)
    def get(self, request: Request, group: int) -> Response:
        """A prompt with every completion, its rewards and their parts, its scores, and every label given."""
        within = reach(request)
        return Response(WholeGroupOut(whole_group(find_group(group, within), within)).data)


class Trends(APIView):
    required_scope = Scope.MANAGE
    within_reach = True

    @extend_schema(operation_id="runs_trends", responses=TrendsOut)
    def get(self, request: Request, run: str) -> Response:
        """Rewards, saturation, lengths and labels by policy step."""
        within = reach(request)
        return Response(TrendsOut(trends(find_run(run, within), within)).data)
