"""Rollouts come in here: one answer per row, and a request that cannot be read stores nothing at all."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator.errors import InvalidInput
from annotator.people.models import Scope
from annotator.rollouts.batches import prepare
from annotator.rollouts.ingest import store

from .bodies import read_rows
from .runs import find_run


class RowsRejected(InvalidInput):
    """Every row was refused; `context` is the report."""

    code = "rows_rejected"
    http_status = 422


class IngestRollouts(APIView):
    required_scope = Scope.ROLLOUTS_WRITE

    @extend_schema(
        operation_id="rollouts_ingest",
        request={"application/json": OpenApiTypes.OBJECT, "application/x-ndjson": OpenApiTypes.STR},
        responses={200: OpenApiTypes.OBJECT, 422: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request, run: str) -> Response:
        """Store rows; repeating the request changes nothing. The body is read to its end before anything is stored."""
        found = find_run(run)
        rows = [prepare(found.name, number, raw) for number, raw in enumerate(read_rows(request._request))]
        report = store(found, rows).as_dict()
        if rows and report["rejected"] == len(rows):
            raise RowsRejected("No row could be used; `context.rows` says why, row by row.", **report)
        return Response(report)
