"""The page of a campaign's quality: who can be relied on, who agrees with whom, and tables to take away."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.factories import make_open_campaign, make_run

from .findings import judged_together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def judged(people: dict[str, Any]) -> Any:
    campaign = make_open_campaign(people, slug="judged", run=make_run("grpo-5", groups=12, size=2), overlap=2)
    judged_together(people, campaign)
    return campaign


def test_a_manager_reads_who_agrees_with_whom_and_takes_the_tables_away(sign_in: Any, judged: Any) -> None:
    page = sign_in("olga", "/campaigns/judged/quality")
    people = page.get_by_role("region", name="Table of annotators")
    expect(people.get_by_role("row")).to_have_count(3)
    alice = people.get_by_role("row", name="alice")
    expect(alice.get_by_role("cell").first).to_contain_text("%")
    matrix = page.get_by_role("region", name="Who agrees with whom")
    expect(matrix.get_by_role("row", name="alice").get_by_role("cell").last).to_contain_text("· 12")
    cell = matrix.get_by_role("row", name="alice").get_by_role("cell").last
    expect(cell).to_have_attribute("title", re.compile(r"^Kappa \S+, 95% interval \S+ to \S+, from 12 cards\.$"))
    for name, rows in (("Annotators", 2), ("Agreement by question", 1), ("Who agrees with whom", 1)):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=f"CSV of {name}").click()
        table = list(csv.reader(io.StringIO(waiting.value.path().read_text())))
        assert len(table) == rows + 1


def test_on_a_phone_no_figure_runs_into_the_next(sign_in: Any, judged: Any) -> None:
    page = sign_in("olga", "/campaigns/judged/quality", viewport={"width": 360, "height": 740})
    figures = page.locator("td .side > span")
    expect(figures.first).to_contain_text("%")
    inside = """all => all.every(one => {
        const [text, cell] = [one.getBoundingClientRect(), one.closest("td").getBoundingClientRect()];
        return text.left >= cell.left - 1 && text.right <= cell.right + 1;
    })"""
    assert figures.evaluate_all(inside)


def test_where_nobody_answered_the_page_says_so(sign_in: Any, campaign: Any) -> None:
    page = sign_in("olga", f"/campaigns/{campaign.slug}/quality")
    expect(page.get_by_text("Nobody has answered yet.")).to_be_visible()


def test_an_annotator_does_not_get_there(sign_in: Any, judged: Any) -> None:
    page = sign_in("alice", "/campaigns/judged/quality")
    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()
