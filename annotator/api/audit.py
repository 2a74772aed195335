"""The audit log for admins: newest first, filtered by who, what and which kind of change; all of it as CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator.people.models import AuditEntry, Scope

from . import people_shapes as shape
from .views import checked

COLUMNS = ("id", "at", "actor", "address", "kind", "about", "name", "old", "new")


def _matching(query: dict[str, Any]) -> QuerySet[AuditEntry]:
    entries = AuditEntry.objects.order_by("-id")
    if "actor" in query:
        entries = entries.filter(actor_name=query["actor"])
    if "about" in query:
        entries = entries.filter(Q(about=query["about"]) | Q(about_name=query["about"]))
    if "kind" in query:
        kind = query["kind"]
        entries = entries.filter(kind__startswith=kind) if kind.endswith(".") else entries.filter(kind=kind)
    if "before" in query:
        entries = entries.filter(id__lt=query["before"])
    return entries


class Audit(APIView):
    required_scope = Scope.ADMIN

    @extend_schema(operation_id="audit_list", parameters=[shape.AuditQuery], responses=shape.AuditPage)
    def get(self, request: Request) -> Response:
        query = checked(shape.AuditQuery, request.query_params.dict())
        page = list(_matching(query)[: query["limit"]])
        kinds = AuditEntry.objects.order_by("kind").values_list("kind", flat=True).distinct()
        more = page[-1].pk if len(page) == query["limit"] else None
        return Response(shape.AuditPage({"results": page, "next": more, "kinds": kinds}).data)


class AuditCsv(APIView):
    required_scope = Scope.ADMIN

    @extend_schema(
        operation_id="audit_csv",
        parameters=[shape.AuditQuery],
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Every entry the filters leave, however many."""
        query = checked(shape.AuditQuery, request.query_params.dict())
        headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
        return StreamingHttpResponse(_lines(_matching(query)), content_type="text/csv; charset=utf-8", headers=headers)


class _Echo:
    def write(self, line: str) -> str:
        return line


def _lines(entries: QuerySet[AuditEntry]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for entry in entries.iterator(chunk_size=2000):
        row = shape.AuditOut(entry).data
        yield writer.writerow([_cell(row[name]) for name in COLUMNS])


def _cell(value: Any) -> Any:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True) if isinstance(value, dict) else value
    # A spreadsheet runs a cell that begins like a formula, and names are chosen by strangers.
    return f"'{text}" if isinstance(text, str) and text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
