"""Tables leave as CSV that no spreadsheet executes, whole, and for managers only."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.api.tables import FORMULA, cell, lines
from annotator.people.models import User
from annotator.rollouts.models import Rollout
from annotator.training.desk_tables import TABLES
from annotator.training.tables import Table
from tests.annotator.annotations.test_reviews import answered
from tests.factories import make_run, make_version, score_all


def read(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))


@given(st.text(max_size=20))
def test_no_text_begins_a_formula(text: str) -> None:
    shown = cell(text)
    assert not shown.lstrip().startswith(FORMULA)
    assert not shown.startswith(("\t", "\r", "\n"))
    assert shown.removeprefix("'") == text or shown == text


@given(st.lists(st.lists(st.text(max_size=8), min_size=2, max_size=2), max_size=5))
def test_what_is_written_can_be_read_again(rows: list[list[str]]) -> None:
    written = "".join(lines(Table(["a", "b"], iter(rows))))
    # A reader makes one line break of every kind, so those are compared without.
    flat = [[str(cell(value)) for value in row] for row in rows]
    assert list(csv.reader(io.StringIO(written, newline=""))) == [["a", "b"], *flat]


def test_numbers_stay_numbers() -> None:
    assert (cell(-1.5), cell(3), cell(None), cell(True)) == (-1.5, 3, "", "yes")
    assert cell(datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)) == "2026-01-02T03:04:05+00:00"


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_table_of_a_campaign_can_be_taken_away(open_campaign: Any, api: Any, table: str) -> None:
    campaign = open_campaign()
    score_all(make_version(campaign.slug), campaign.runs.get())
    answer = api("olga").get(f"/api/v1/campaigns/{campaign.slug}/tables/{table}.csv")
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="{campaign.slug}-{table}.csv"'
    heads, *rows = read(answer)
    assert len(set(heads)) == len(heads) >= 2
    assert all(len(row) == len(heads) for row in rows)
    assert api("alice").get(f"/api/v1/campaigns/{campaign.slug}/tables/{table}.csv").status_code == 403


def test_a_table_that_is_not_there_is_refused(open_campaign: Any, api: Any) -> None:
    refused = api("olga").get(f"/api/v1/campaigns/{open_campaign().slug}/tables/bogus.csv")
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_table")


def test_a_group_leaves_as_its_page_shows_it(open_campaign: Any, api: Any) -> None:
    campaign = open_campaign(groups=1)
    group = campaign.runs.get().groups.get()
    score_all(make_version(campaign.slug), campaign.runs.get())
    Rollout.objects.filter(ordinal=1).update(completion="=1+1", reward_parts={"format": 1.0})
    given = answered(api, "alice", campaign.slug, comment="@home")
    heads, *rows = read(api("olga").get(f"/api/v1/groups/{group.pk}/rollouts.csv"))
    found = [dict(zip(heads, row, strict=True)) for row in rows]
    assert [row["ordinal"] for row in found] == ["0", "1", "2", "3"]
    assert (found[1]["completion"], found[1]["reward_parts"]) == ("'=1+1", '{"format":1.0}')
    assert '"model":"helpful","version":1' in found[0]["scores"]
    heads, *rows = read(api("olga").get(f"/api/v1/groups/{group.pk}/labels.csv"))
    (label,) = [dict(zip(heads, row, strict=True)) for row in rows]
    assert (label["annotation"], label["annotator"], label["comment"]) == (str(given), "alice", "'@home")
    assert label["revised"] == "no"


def test_the_people_list_leaves_for_admins_and_is_whole(api: Any, people: Any, open_campaign: Any) -> None:
    open_campaign()
    people["ada"] = User.objects.create_user("ada", role="admin")
    heads, *rows = read(api("ada").get("/api/v1/people.csv"))
    found = {row[heads.index("username")]: row for row in rows}
    assert set(found) == set(people)
    assert found["alice"][heads.index("member_of")] == "1"
    assert not {"password", "token"} & set(heads)


def test_a_search_is_taken_away_to_the_last_row_and_without_formulas(api: Any, db: None) -> None:
    run = make_run("grpo-1", groups=200, size=4)
    Rollout.objects.filter(ordinal=0).update(completion='=HYPERLINK("http://x", "y")')
    rows = read(api("olga").get("/api/v1/rollouts.csv?run=grpo-1"))
    assert len(rows) == 1 + run.rollouts.count() == 801
    at = rows[0].index("completion")
    assert sum(row[at].startswith("'=HYPERLINK") for row in rows) == 200
    assert not any(row[at].startswith("=") for row in rows)


def test_a_review_s_table_heeds_its_filters(open_campaign: Any, api: Any) -> None:
    campaign = open_campaign(groups=6)
    flagged = answered(api, "alice", campaign.slug, flagged=True, comment="=1+1")
    kept = [answered(api, name, campaign.slug) for name in ("alice", "bob")]
    api("olga").post(f"/api/v1/annotations/{kept[0]}/review", {"verdict": "accepted"}, format="json")

    def ids(query: str) -> list[int]:
        heads, *rows = read(api("olga").get(f"/api/v1/campaigns/{campaign.slug}/answers.csv?{query}"))
        assert not any(row[heads.index("comment")].startswith("=") for row in rows)
        return [int(row[heads.index("id")]) for row in rows]

    assert ids("") == [*kept[::-1], flagged]
    assert (ids("flagged=true"), ids("state=accepted"), ids("annotator=bob")) == ([flagged], kept[:1], kept[1:])
    assert ids("flagged=true&annotator=bob") == []
    refused = api("olga").get(f"/api/v1/campaigns/{campaign.slug}/answers.csv?state=bogus")
    assert refused.status_code == 400


def test_a_review_s_table_shows_an_adjudicator_no_more_than_the_page_does(open_campaign: Any, api: Any) -> None:
    campaign = open_campaign(groups=6, overlap=2)
    answered(api, "alice", campaign.slug)
    page = api("carol").get(f"/api/v1/campaigns/{campaign.slug}/answers").json()["results"]
    assert len(read(api("carol").get(f"/api/v1/campaigns/{campaign.slug}/answers.csv"))) == 1 + len(page) == 1


@pytest.mark.parametrize(
    "path", ["campaigns.csv", "runs.csv", "jobs.csv", "rollouts.csv", "runs/run-of-helpful/trends.csv"]
)
def test_the_other_tables_leave_too(open_campaign: Any, api: Any, path: str) -> None:
    open_campaign()
    assert len(read(api("olga").get(f"/api/v1/{path}"))) >= (1 if path == "jobs.csv" else 2)
    assert api("alice").get(f"/api/v1/{path}").status_code == 403
