"""Answers as files: what a trainer reads of a frozen label set, and everything anybody said in a campaign."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from annotator.annotations import exports
from annotator.annotations.models import LabelSet
from annotator.errors import InvalidInput, NotFound
from annotator.people import audit
from annotator.people.models import Scope

from .views import find_campaign

FILES = ("jsonl", "parquet")
AS_FILE = OpenApiParameter("as", str, enum=FILES)
A_FILE = {(200, "application/x-ndjson"): OpenApiTypes.BINARY}


class LabelSetExport(APIView):
    required_scope = Scope.MANAGE

    @staticmethod
    def campaign_of(label_set: int) -> int | None:
        return LabelSet.objects.filter(pk=label_set).values_list("campaign_id", flat=True).first()

    @extend_schema(
        operation_id="label_sets_export",
        parameters=[
            OpenApiParameter("format", str, enum=list(exports.FORMATS)),
            AS_FILE,
            OpenApiParameter("split", str, enum=exports.SPLITS),
        ],
        responses=A_FILE,
    )
    def get(self, request: Request, label_set: int) -> StreamingHttpResponse:
        """Download the label set as rows a trainer reads unchanged."""
        found = LabelSet.objects.select_related("campaign").filter(pk=label_set).first()
        if found is None:
            raise NotFound(f"There is no label set {label_set}.", code="unknown_label_set", label_set=label_set)
        name = _one_of(request, "format", list(exports.FORMATS), "trl-preference")
        kind = _one_of(request, "as", FILES, "jsonl")
        split = _one_of(request, "split", exports.SPLITS, "train")
        told = {"what": f"label set {found.pk}", "format": name, "split": split}
        audit.record("export.downloaded", found.campaign, new=told)
        rows, chat = exports.of_label_set(found, exports.FORMATS[name], split)
        return _file(rows, exports.FORMATS[name], chat, kind, f"{found.campaign.slug}-{found.pk}-{name}-{split}")


class AnswersExport(APIView):
    required_scope = Scope.MANAGE

    @extend_schema(operation_id="campaigns_answers_export", parameters=[AS_FILE], responses=A_FILE)
    def get(self, request: Request, slug: str) -> StreamingHttpResponse:
        """Download every answer as it was given: skips, corrections, repeats and known answers too."""
        campaign = find_campaign(request, slug)
        kind = _one_of(request, "as", FILES, "jsonl")
        audit.record("export.downloaded", campaign, new={"what": "answers"})
        rows, chat = exports.of_campaign(campaign)
        return _file(rows, exports.FORMATS["annotations"], chat, kind, f"{campaign.slug}-answers")


def _one_of(request: Request, name: str, allowed: Any, default: str) -> str:
    given = request.query_params.get(name, default)
    if given not in allowed:
        raise InvalidInput(f"{name} must be one of {', '.join(allowed)}.", field=name)
    return str(given)


def _file(rows: Iterator[exports.Row], one: exports.Format, chat: bool, kind: str, name: str) -> StreamingHttpResponse:
    """The answer to a download, whose first bytes go out before the last row is read."""
    parquet = kind == "parquet"
    return StreamingHttpResponse(
        exports.as_parquet(rows, one.columns, chat) if parquet else exports.as_jsonl(rows),
        content_type="application/vnd.apache.parquet" if parquet else "application/x-ndjson",
        headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'},
    )
