"""The audit log for admins: newest first, filtered by who, what, when and which kind of change; all of it as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator.people import audit
from annotator.people.models import AuditEntry, Scope
from annotator.training.tables import Table

from . import people_shapes as shape
from .tables import as_csv
from .views import checked

# heading -> field of the entry
COLUMNS = {
    "id": "id",
    "at": "at",
    "actor": "actor_name",
    "address": "address",
    "kind": "kind",
    "about": "about",
    "name": "about_name",
    "old": "was",
    "new": "became",
}


def _matching(query: dict[str, Any]) -> QuerySet[AuditEntry]:
    entries = AuditEntry.objects.order_by("-id")
    if "actor" in query:
        entries = entries.filter(actor_name=query["actor"])
    if "about" in query:
        entries = entries.filter(Q(about=query["about"]) | Q(about_name=query["about"]))
    if "campaign" in query:
        entries = audit.of_campaign(entries, query["campaign"])
    if "kind" in query:
        kind = query["kind"]
        family = [one for one in audit.kinds() if one.startswith(kind)] if kind.endswith(".") else [kind]
        entries = entries.filter(kind__in=family)
    if "since" in query:
        entries = entries.filter(at__gte=query["since"])
    if "until" in query:
        entries = entries.filter(at__lt=query["until"])
    if "since" in query or "until" in query:
        return _by_time(entries, query.get("before"))
    return entries.filter(id__lt=query["before"]) if "before" in query else entries


def _by_time(entries: QuerySet[AuditEntry], before: int | None) -> QuerySet[AuditEntry]:
    """Some days are read where they lie: to look for them from the newest entry back may pass over years."""
    entries = entries.order_by("-at", "-id")
    last = AuditEntry.objects.filter(id=before).first() if before is not None else None
    if last is not None:
        return entries.filter(at__lte=last.at).exclude(at=last.at, id__gte=last.pk)
    return entries if before is None else entries.filter(id__lt=before)


class Audit(APIView):
    required_scope = Scope.ADMIN

    @extend_schema(operation_id="audit_list", parameters=[shape.AuditQuery], responses=shape.AuditPage)
    def get(self, request: Request) -> Response:
        query = checked(shape.AuditQuery, request.query_params.dict())
        page = list(_matching(query)[: query["limit"]])
        more = page[-1].pk if len(page) == query["limit"] else None
        return Response(shape.AuditPage({"results": page, "next": more, "kinds": audit.kinds()}).data)


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
        return as_csv(Table(list(COLUMNS), _rows(_matching(query))), "audit")


def _rows(entries: QuerySet[AuditEntry]) -> Iterator[list[Any]]:
    """As the database writes them: to read a million JSON values only to write them again takes minutes."""
    written = entries.annotate(was=Cast("old", TextField()), became=Cast("new", TextField()))
    for row in written.values_list(*COLUMNS.values()).iterator(chunk_size=2000):
        yield list(row)
