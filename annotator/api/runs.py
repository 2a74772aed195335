"""Policy runs and what they wrote. Runs are made by PUT, so that a restarted trainer can repeat it."""

from __future__ import annotations

from typing import Any

from django.db.models import Max, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator.campaigns.reach import EVERYTHING, Reach
from annotator.errors import NotFound
from annotator.people.models import Scope
from annotator.rollouts import runs, tallies
from annotator.rollouts.models import PolicyRun, PromptGroup, RewardModelVersion, Rollout, Score

from . import serializers as shape
from .views import checked, reach


def present(run: PolicyRun) -> dict[str, Any]:
    tally = tallies.of_run(run)
    return {
        "name": run.name,
        "trainer": run.trainer,
        "created_at": run.created_at,
        "groups": tally.groups,
        "rollouts": tally.rollouts,
        "last_step": run.groups.aggregate(top=Max("step"))["top"],
    }


def find_run(name: str, within: Reach = EVERYTHING) -> PolicyRun:
    """The run of this name; one that is out of reach does not exist for the caller."""
    run = PolicyRun.objects.filter(name=name).first()
    if run is None or not within.holds_run(run.pk):
        raise NotFound(
            f"There is no run called {name}. Make it first: PUT /api/v1/runs/{name}.", code="unknown_run", run=name
        )
    return run


def runs_within(within: Reach) -> QuerySet[PolicyRun]:
    """Newest first."""
    found = PolicyRun.objects.select_related("tally").order_by("-id")
    return found if within.runs is None else found.filter(pk__in=within.runs)


class Runs(APIView):
    required_scope = Scope.MANAGE
    within_reach = True

    @extend_schema(operation_id="runs_list", responses=shape.RunList)
    def get(self, request: Request) -> Response:
        """The runs, newest first; whoever manages campaigns sees those of theirs."""
        return Response(shape.RunList({"results": map(present, runs_within(reach(request)))}).data)


class OneRun(APIView):
    required_scope = {"GET": (Scope.MANAGE, Scope.ROLLOUTS_WRITE), "PUT": Scope.ROLLOUTS_WRITE}

    @extend_schema(operation_id="runs_get", responses=shape.RunOut)
    def get(self, request: Request, run: str) -> Response:
        return Response(shape.RunOut(present(find_run(run))).data)

    @extend_schema(operation_id="runs_put", request=shape.RunIn, responses={200: shape.RunOut, 201: shape.RunOut})
    def put(self, request: Request, run: str) -> Response:
        """Make the run, or find it again; safe to repeat."""
        made, new = runs.find_or_make(run, **checked(shape.RunIn, request.data))
        return Response(shape.RunOut(present(made)).data, status=201 if new else 200)


class Groups(APIView):
    required_scope = Scope.MANAGE
    within_reach = True

    @extend_schema(operation_id="runs_groups", parameters=[shape.GroupQuery], responses=shape.GroupPage)
    def get(self, request: Request, run: str) -> Response:
        """Newest groups first, with every completion, its reward, and the newest score it has."""
        query = checked(shape.GroupQuery, request.query_params.dict())
        within = reach(request)
        groups = PromptGroup.objects.filter(run=find_run(run, within)).order_by("-id")
        if "step" in query:
            groups = groups.filter(step=query["step"])
        if "cursor" in query:
            groups = groups.filter(id__lt=query["cursor"])
        page = list(groups[: query["limit"]])
        rollouts = Rollout.objects.filter(group__in=page).order_by("group_id", "ordinal", "id")
        scores = _newest_scores([rollout.pk for rollout in rollouts], within)
        by_group: dict[int, list[dict[str, Any]]] = {group.pk: [] for group in page}
        for rollout in rollouts:
            by_group[rollout.group_id].append(_rollout(rollout, scores.get(rollout.pk)))
        results = [
            {
                "id": group.pk,
                "external_id": group.external_id,
                "step": group.step,
                "prompt": group.prompt,
                "rollouts": by_group[group.pk],
            }
            for group in page
        ]
        more = page[-1].pk if len(page) == query["limit"] else None
        return Response(shape.GroupPage({"results": results, "next": more}).data)


def _newest_scores(rollout_ids: list[int], within: Reach) -> dict[int, Score]:
    production = RewardModelVersion.objects.filter(state=RewardModelVersion.State.PRODUCTION)
    if within.reward_models is not None:
        production = production.filter(name__in=within.reward_models)
    scores = Score.objects.filter(rollout_id__in=rollout_ids, version__in=production).select_related("version")
    return {score.rollout_id: score for score in scores.order_by("version_id")}


def _rollout(rollout: Rollout, score: Score | None) -> dict[str, Any]:
    return {
        "id": rollout.pk,
        "external_id": rollout.external_id,
        "ordinal": rollout.ordinal,
        "completion": rollout.completion,
        "reward": rollout.reward,
        "generator": rollout.generator,
        "score": score and {"version": score.version.number, "mean": score.mean, "spread": score.spread},
    }
