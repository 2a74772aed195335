"""Tables as CSV that is safe to open: no cell that came from a person or a model becomes a formula."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
from collections.abc import Generator, Iterator
from datetime import datetime
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from annotator.campaigns.models import Campaign
from annotator.errors import NotFound
from annotator.people import audit
from annotator.people.models import Scope, User
from annotator.training import desk_tables, site_tables
from annotator.training.models import TrainingJob
from annotator.training.tables import Table

from .explorer import RolloutQuery, find_group, wanted
from .review import READERS, ReviewQuery, looked, refuse_strangers
from .runs import find_run, runs_within
from .views import checked, find_campaign, reach

# What begins a formula in one spreadsheet or another, the full-width forms included; blanks before it do not help.
FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
CONTROL = ("\t", "\r", "\n")
CSV_FILE = {(200, "text/csv"): OpenApiTypes.BINARY}


def cell(value: Any) -> Any:
    """A cell as a spreadsheet should see it: numbers as they are, texts as texts and never as formulas."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, str) and (value.startswith(CONTROL) or value.lstrip().startswith(FORMULA)):
        return f"'{value}"
    return "" if value is None else value


def lines(table: Table) -> Generator[str]:
    """The lines of a table (RFC 4180), one chunk of text per row."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(table.heads)
    yield _taken(buffer)
    for row in table.rows:
        writer.writerow([cell(value) for value in row])
        yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def as_csv(table: Table, name: str, about: Campaign | None = None) -> StreamingHttpResponse:
    """A table as a file; that it was taken away is on record."""
    body = _begun(lines(table))
    next(body)  # what cannot be had is refused before anything is sent
    audit.record("export.downloaded", about, new={"what": f"{name}.csv"})
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(body, content_type="text/csv; charset=utf-8", headers=headers)


def _begun(rows: Generator[str]) -> Iterator[str]:
    """An empty line, then these: taking it makes the head and a row, and closing it lets go of the rows."""
    with contextlib.closing(rows):
        first = list(itertools.islice(rows, 2))
        yield ""
        yield from first
        yield from rows


class CampaignTable(APIView):
    required_scope = Scope.MANAGE

    @extend_schema(
        operation_id="campaigns_table",
        parameters=[OpenApiParameter("table", str, OpenApiParameter.PATH, enum=list(desk_tables.TABLES))],
        responses=CSV_FILE,
    )
    def get(self, request: Request, slug: str, table: str) -> StreamingHttpResponse:
        """A table of a campaign's desk, every row of it."""
        campaign = find_campaign(request, slug)
        if table not in desk_tables.TABLES:
            raise NotFound(f"There is no table {table}.", code="unknown_table", table=table)
        return as_csv(desk_tables.TABLES[table](campaign), f"{slug}-{table}", campaign)


class LookedAtTable(APIView):
    required_scope = READERS

    @extend_schema(operation_id="review_csv", parameters=[ReviewQuery], responses=CSV_FILE)
    def get(self, request: Request, slug: str) -> StreamingHttpResponse:
        """Every answer that the filters of a review leave."""
        campaign = find_campaign(request, slug)
        refuse_strangers(request, campaign)
        return as_csv(desk_tables.looked_at(campaign, looked(request, campaign)), f"{slug}-read-again", campaign)


class CampaignsTable(APIView):
    required_scope = Scope.MANAGE
    within_reach = True

    @extend_schema(operation_id="campaigns_csv", responses=CSV_FILE)
    def get(self, request: Request) -> StreamingHttpResponse:
        """All campaigns with their budgets; whoever manages campaigns sees theirs."""
        mine = reach(request).campaigns
        found = Campaign.objects.all() if mine is None else Campaign.objects.filter(pk__in=mine)
        return as_csv(site_tables.campaigns(found), "campaigns")


class RunsTable(APIView):
    required_scope = Scope.MANAGE
    within_reach = True

    @extend_schema(operation_id="runs_csv", responses=CSV_FILE)
    def get(self, request: Request) -> StreamingHttpResponse:
        """All policy runs; whoever manages campaigns sees those of theirs."""
        return as_csv(site_tables.runs(runs_within(reach(request))), "runs")


class JobsTable(APIView):
    required_scope = Scope.MANAGE

    @extend_schema(operation_id="jobs_csv", responses=CSV_FILE)
    def get(self, request: Request) -> StreamingHttpResponse:
        """All training jobs."""
        return as_csv(site_tables.all_jobs(TrainingJob.objects.all()), "jobs")


class TrendsTable(APIView):
    required_scope = Scope.MANAGE
    within_reach = True

    @extend_schema(operation_id="runs_trends_csv", responses=CSV_FILE)
    def get(self, request: Request, run: str) -> StreamingHttpResponse:
        """Rewards, saturation, lengths and labels by policy step."""
        within = reach(request)
        return as_csv(site_tables.run_trends(find_run(run, within), within), f"{run}-trends")


class GroupRolloutsTable(APIView):
    required_scope = Scope.MANAGE
    within_reach = True

    @extend_schema(operation_id="groups_rollouts_csv", responses=CSV_FILE)
    def get(self, request: Request, group: int) -> StreamingHttpResponse:
        """A group's completions, with rewards and scores."""
        within = reach(request)
        return as_csv(site_tables.group_rollouts(find_group(group, within), within), f"group-{group}-rollouts")


class GroupLabelsTable(APIView):
    required_scope = Scope.MANAGE
    within_reach = True

    @extend_schema(operation_id="groups_labels_csv", responses=CSV_FILE)
    def get(self, request: Request, group: int) -> StreamingHttpResponse:
        """Every label given about a group, in canonical order."""
        within = reach(request)
        return as_csv(site_tables.group_labels(find_group(group, within), within), f"group-{group}-labels")


class PeopleTable(APIView):
    required_scope = Scope.ADMIN

    @extend_schema(operation_id="people_csv", responses=CSV_FILE)
    def get(self, request: Request) -> StreamingHttpResponse:
        """Everybody on the site."""
        return as_csv(site_tables.everybody(User.objects.all()), "people")


class RolloutsTable(APIView):
    required_scope = Scope.MANAGE
    within_reach = True

    @extend_schema(operation_id="rollouts_csv", parameters=[RolloutQuery], responses=CSV_FILE)
    def get(self, request: Request) -> StreamingHttpResponse:
        """Everything a search finds, to the last row."""
        asked = wanted(checked(RolloutQuery, request.query_params.dict()), reach(request))
        return as_csv(site_tables.rollouts(asked), "rollouts")
