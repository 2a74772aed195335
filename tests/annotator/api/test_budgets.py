"""The manager's budget over HTTP: hours and money beside labels, top-ups, what is ahead, and closing."""

from __future__ import annotations

import pytest

from annotator.campaigns.models import Campaign
from tests.factories import make_run

pytestmark = pytest.mark.django_db

DRAFT = {"slug": "paid", "name": "Paid", "question": "Which?", "budget_labels": 100, "runs": ["r"]}
PAID = {"budget_hours": "2.5", "budget_money": "40", "currency": "EUR", "pay_per_hour": "12", "paid_seconds_cap": 300}


@pytest.fixture
def olga(api):
    make_run("r", groups=10)
    return api("olga")


def test_a_campaign_has_hours_and_money_beside_labels(olga):
    made = olga.post("/api/v1/campaigns", {**DRAFT, **PAID}, format="json")
    assert made.status_code == 201
    opened = olga.post("/api/v1/campaigns/paid/open").json()["budget"]
    assert opened["reserved"] == 10
    assert opened["hours"] == {"cap": 2.5, "spent": 0.0, "left": pytest.approx(2.5 - 10 / 12),
                               "committed": pytest.approx(10 / 12), "reserved": pytest.approx(10 / 12),
                               "kept": 0.0}  # fmt: skip
    assert (opened["money"]["cap"], opened["money"]["committed"], opened["currency"]) == (40.0, 10.0, "EUR")
    assert opened["ended_by"] is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"budget_money": "40"}, "currency"),
        ({"budget_hours": "-1"}, "budget_hours"),
        ({"budget_hours": "0.001"}, "budget_hours"),
        ({"config": {"reserve_share": 1}}, "reserve_share"),
        ({"config": {"strata": {"by": "run", "caps": {"r": 3}}}}, "strata.caps.r"),
    ],
)
def test_a_budget_that_cannot_hold_is_refused_whole(olga, wrong, field):
    refused = olga.post("/api/v1/campaigns", {**DRAFT, **wrong}, format="json")
    assert (refused.status_code, refused.json()["context"]["field"]) == (400, field)
    assert not Campaign.objects.exists()


TOO_SMALL = [
    ({"budget_labels": 2, "config": {"overlap": 3}}, "budget_labels", "3"),
    ({"budget_labels": 3, "config": {"overlap": 3, "reserve_share": 0.3}}, "budget_labels", "5"),
    ({"budget_labels": 1, "config": {"reserve_share": 0.05}}, "budget_labels", "2"),
    ({**PAID, "budget_hours": "0.2", "config": {"overlap": 3}}, "budget_hours", "0.2500"),
    ({**PAID, "budget_money": "3", "config": {"overlap": 2, "reserve_share": 0.4}}, "budget_money", "3.3334"),
]


@pytest.mark.parametrize(("given", "field", "least"), TOO_SMALL)
def test_a_budget_too_small_for_one_card_is_refused_with_the_least_that_asks_one(olga, given, field, least):
    refused = olga.post("/api/v1/campaigns", {**DRAFT, **given}, format="json")
    assert refused.status_code == 400
    assert {"field": field, "least": least}.items() <= refused.json()["context"].items()
    assert f"Give at least {least}, or ask for less overlap or reserve." in refused.json()["message"]
    assert not Campaign.objects.exists()
    assert olga.post("/api/v1/campaigns", {**DRAFT, **given, field: least}, format="json").status_code == 201
    opened = olga.post("/api/v1/campaigns/paid/open").json()
    assert opened["budget"]["reserved"] == opened["config"]["overlap"], "one card is asked about, and no more"


def test_nor_does_a_draft_become_one_that_could_ask_nothing(olga):
    olga.post("/api/v1/campaigns", {**DRAFT, "budget_labels": 2}, format="json")
    for change in ({"budget_labels": 1, "config": {"overlap": 2}}, {"config": {"overlap": 3}}):
        refused = olga.patch("/api/v1/campaigns/paid", change, format="json")
        assert (refused.status_code, refused.json()["context"]["field"]) == (400, "budget_labels")
    kept = Campaign.objects.get()
    assert (kept.budget_labels, kept.config.overlap) == (2, 1)


def test_what_was_too_small_all_along_is_topped_up_to_a_card_at_least(olga):
    olga.post("/api/v1/campaigns", {**DRAFT, "config": {"overlap": 3}}, format="json")
    Campaign.objects.update(budget_labels=1)  # from before such budgets were refused
    olga.post("/api/v1/campaigns/paid/open")
    refused = olga.post("/api/v1/campaigns/paid/top-up", {"labels": 1, "idempotency_key": "a"}, format="json")
    assert (refused.status_code, refused.json()["context"]) == (400, {"field": "labels", "least": "3"})
    assert "labels comes to 2, too little for one card: that takes 3 answers." in refused.json()["message"]
    topped = olga.post("/api/v1/campaigns/paid/top-up", {"labels": 2, "idempotency_key": "a"}, format="json")
    assert (topped.status_code, topped.json()["budget"]["labels"]) == (200, 3)


def test_a_top_up_smaller_than_a_card_is_taken_as_a_label_also_pays_a_third_opinion(olga):
    olga.post("/api/v1/campaigns", {**DRAFT, "budget_labels": 3, "config": {"overlap": 3}}, format="json")
    olga.post("/api/v1/campaigns/paid/open")
    topped = olga.post("/api/v1/campaigns/paid/top-up", {"labels": 1, "idempotency_key": "a"}, format="json")
    assert (topped.status_code, topped.json()["budget"]["labels"]) == (200, 4)


def test_a_top_up_is_repeated_without_harm_and_refused_to_annotators(olga, api):
    olga.post("/api/v1/campaigns", {**DRAFT, **PAID}, format="json")
    olga.post("/api/v1/campaigns/paid/open")
    more = {"labels": 50, "hours": "1", "idempotency_key": "monday"}
    for _ in range(2):
        topped = olga.post("/api/v1/campaigns/paid/top-up", more, format="json")
        assert topped.status_code == 200
    assert (topped.json()["budget"]["labels"], topped.json()["budget"]["hours"]["cap"]) == (150, 3.5)
    assert api("alice").post("/api/v1/campaigns/paid/top-up", more, format="json").status_code in (403, 404)
    assert olga.post("/api/v1/campaigns/paid/top-up", {"idempotency_key": "x"}, format="json").status_code == 400


def test_what_is_ahead_is_there_before_anything_was_answered(olga):
    olga.post("/api/v1/campaigns", DRAFT, format="json")
    olga.post("/api/v1/campaigns/paid/open")
    seen = olga.get("/api/v1/campaigns/paid/budget").json()
    assert (seen["spent"], seen["forecast"], len(seen["series"])) == (0, None, 60)


def test_closing_frees_the_budget_and_a_held_card_is_still_taken(olga, api):
    olga.post("/api/v1/campaigns", DRAFT, format="json")
    olga.post("/api/v1/campaigns/paid/open")
    alice, bob = api("alice"), api("bob")
    (card,) = alice.post("/api/v1/campaigns/paid/claim", {"n": 1}, format="json").json()["cards"]
    closed = olga.post("/api/v1/campaigns/paid/close").json()
    assert (closed["state"], closed["budget"]["committed"]) == ("closed", 0)
    answer = {
        "lease_number": card["lease_number"], "answer": {"preference": {"choice": "first", "strength": None}},
        "idempotency_key": "late",
    }  # fmt: skip
    where = f"/api/v1/assignments/{card['assignment']}/annotation"
    assert alice.post(where, answer, format="json").status_code == 201
    assert bob.post(where, answer, format="json").status_code == 409
    assert bob.post("/api/v1/campaigns/paid/claim", {"n": 1}, format="json").status_code == 204
    assert (
        olga.post("/api/v1/campaigns/paid/top-up", {"labels": 5, "idempotency_key": "a"}, format="json").json()["code"]
        == "campaign_closed"
    )
