"""Versions, jobs and label sets: what was learned, what is being learned, and from what."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator.annotations.label_sets import freeze
from annotator.campaigns.ranking import production_version
from annotator.errors import NotFound
from annotator.people.models import Scope
from annotator.rollouts.models import RewardModelVersion
from annotator.training.due import retrain_now
from annotator.training.models import TrainingJob
from annotator.training.ownership import request_cancel

from . import serializers as shape
from .views import checked, find_campaign


class RewardModels(APIView):
    required_scope = (Scope.MANAGE, Scope.REWARDS_READ)

    @extend_schema(operation_id="reward_models_list", responses=shape.VersionList)
    def get(self, request: Request) -> Response:
        versions = RewardModelVersion.objects.order_by("name", "-number")
        return Response(shape.VersionList({"results": versions}).data)


class RewardModel(APIView):
    required_scope = (Scope.MANAGE, Scope.REWARDS_READ)

    @extend_schema(operation_id="reward_models_get", responses={200: shape.VersionOut, 304: None})
    def get(self, request: Request, name: str) -> Response:
        """The production version; ask again with If-None-Match, and 304 means nothing new."""
        version = production_version(name)
        if version is None:
            raise NotFound(f"{name} has no production version yet.", code="unknown_reward_model", name=name)
        etag = f'"{version.artifact_digest}"'
        if request.headers.get("If-None-Match") == etag:
            return Response(status=304, headers={"ETag": etag})
        return Response(shape.VersionOut(version).data, headers={"ETag": etag})


def _jobs() -> QuerySet[TrainingJob]:
    return TrainingJob.objects.select_related("campaign", "version", "produced").order_by("-id")


class Jobs(APIView):
    required_scope = Scope.MANAGE

    @extend_schema(operation_id="jobs_list", parameters=[shape.JobsQuery], responses=shape.JobList)
    def get(self, request: Request) -> Response:
        jobs = _jobs()
        if slug := checked(shape.JobsQuery, request.query_params.dict())["campaign"]:
            jobs = jobs.filter(campaign=find_campaign(request, slug))
        return Response(shape.JobList({"results": jobs[:100]}).data)


def _campaign_of_job(job: int) -> int | None:
    return TrainingJob.objects.filter(pk=job).values_list("campaign_id", flat=True).first()


def _job(pk: int) -> TrainingJob:
    found = _jobs().filter(pk=pk).first()
    if found is None:
        raise NotFound(f"There is no job {pk}.", code="unknown_job", job=pk)
    return found


class Job(APIView):
    required_scope = Scope.MANAGE
    campaign_of = staticmethod(_campaign_of_job)

    @extend_schema(operation_id="jobs_get", responses=shape.JobDetail)
    def get(self, request: Request, job: int) -> Response:
        """A job with the newest 500 lines of its log."""
        found = _job(job)
        lines = list(found.lines.order_by("-id")[:500])[::-1]
        return Response({**shape.JobOut(found).data, "lines": shape.JobLineOut(lines, many=True).data})


class CancelJob(APIView):
    required_scope = Scope.MANAGE
    campaign_of = staticmethod(_campaign_of_job)

    @extend_schema(operation_id="jobs_cancel", request=None, responses=shape.JobOut)
    def post(self, request: Request, job: int) -> Response:
        request_cancel(_job(job).pk, now=timezone.now())
        return Response(shape.JobOut(_job(job)).data)


class Retrain(APIView):
    required_scope = Scope.MANAGE

    @extend_schema(operation_id="campaigns_retrain", request=None, responses={201: shape.JobOut, 409: shape.ErrorBody})
    def post(self, request: Request, slug: str) -> Response:
        """Train on today's answers now."""
        return Response(shape.JobOut(retrain_now(find_campaign(request, slug))).data, status=201)


class LabelSets(APIView):
    required_scope = Scope.MANAGE

    @extend_schema(operation_id="label_sets_list", responses=shape.LabelSetList)
    def get(self, request: Request, slug: str) -> Response:
        sets = find_campaign(request, slug).label_sets.order_by("-id")
        return Response(shape.LabelSetList({"results": sets}).data)

    @extend_schema(operation_id="label_sets_freeze", request=None, responses={201: shape.LabelSetOut})
    def post(self, request: Request, slug: str) -> Response:
        """Freeze today's answers; the same answers give the same label set."""
        return Response(shape.LabelSetOut(freeze(find_campaign(request, slug))).data, status=201)
