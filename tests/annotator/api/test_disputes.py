"""An adjudicator is told how many disputes wait, however few of them a page holds, and reaches every one of them."""

from __future__ import annotations

from typing import Any

import pytest

from annotator.tasks.models import AnnotationTask, Assignment

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(open_campaign: Any) -> Any:
    """Seven cards, all in dispute; Carol was part of the first one."""
    made = open_campaign(groups=7, size=2)
    made.tasks.update(state=AnnotationTask.State.DISPUTED)
    first = made.tasks.order_by("id").first()
    Assignment.objects.filter(task=first).update(annotator_id=made.memberships.get(user__username="carol").user_id)
    return made


def test_the_pages_show_every_dispute_once_and_all_tell_how_many_there_are(api: Any, campaign: Any) -> None:
    seen: list[int] = []
    after, pages = 0, 0
    while after is not None:
        page = api("carol").get(f"/api/v1/campaigns/helpful/disputes?limit=4&after={after}").json()
        assert page["waiting"] == 6
        seen += [one["task"] for one in page["results"]]
        after, pages = page["next"], pages + 1
    assert pages == 2
    assert seen == list(campaign.tasks.order_by("id").values_list("id", flat=True))[1:]


def test_a_full_last_page_promises_no_further_one(api: Any, campaign: Any) -> None:
    page = api("carol").get("/api/v1/campaigns/helpful/disputes?limit=6").json()
    assert (len(page["results"]), page["next"], page["waiting"]) == (6, None, 6)
    assert api("carol").get("/api/v1/campaigns/helpful").json()["disputes"] == 6


def test_a_dispute_that_ends_between_two_pages_hides_no_other(api: Any, campaign: Any) -> None:
    first = api("carol").get("/api/v1/campaigns/helpful/disputes?limit=3").json()
    AnnotationTask.objects.filter(pk=first["results"][0]["task"]).update(state=AnnotationTask.State.SETTLED)
    rest = api("carol").get(f"/api/v1/campaigns/helpful/disputes?limit=3&after={first['next']}").json()
    assert (len(rest["results"]), rest["waiting"]) == (3, 5)


@pytest.mark.parametrize("query", ["after=-1", "after=x", f"after={2**63}", "limit=0", "limit=51"])
def test_a_page_that_cannot_be_is_refused(api: Any, campaign: Any, query: str) -> None:
    assert api("carol").get(f"/api/v1/campaigns/helpful/disputes?{query}").status_code == 400
