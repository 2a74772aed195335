"""What goes wrong between an annotator and the server, over HTTP: refused with a reason, or kept; never lost.

Double submit, stale revision, closed campaign and wrong role stand in test_annotate and test_access; forged ids of
another campaign for annotators in test_campaign_roles.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotator.annotations import gold_items
from annotator.annotations.models import Annotation
from annotator.annotations.submission import submit
from annotator.api import handles
from annotator.campaigns import budget, membership
from annotator.campaigns.models import Campaign
from annotator.rollouts.models import PromptGroup
from annotator.tasks.leasing import claim_next, expire_leases
from annotator.tasks.models import AnnotationTask, Assignment
from tests.factories import said

pytestmark = pytest.mark.django_db

HERE = "/api/v1/campaigns/helpful"
PREFER = {"preference": {"choice": "first", "strength": None}}


def claim(client: Any, slug: str = "helpful", **body: Any) -> list[dict[str, Any]]:
    answer = client.post(f"/api/v1/campaigns/{slug}/claim", body, format="json")
    return answer.json()["cards"] if answer.status_code == 200 else []


def say(client: Any, card: dict[str, Any], **body: Any) -> Any:
    body = {"lease_number": card["lease_number"], "answer": PREFER, "idempotency_key": "k", **body}
    return client.post(f"/api/v1/assignments/{card['assignment']}/annotation", body, format="json")


def test_an_answer_after_the_lease_counts_while_nobody_else_began(api, open_campaign):
    campaign = open_campaign(groups=1, lease_minutes=0.001)
    (card,) = claim(api("alice"))
    expire_leases(now=timezone.now() + timedelta(minutes=1))
    stored = say(api("alice"), card)
    assert stored.status_code == 201
    slot = Annotation.objects.get(pk=stored.json()["annotation"]).assignment
    assert slot.state == Assignment.State.SUBMITTED
    assert (budget.balance(campaign).spent, say(api("alice"), card).status_code) == (1, 200)
    assert claim(api("bob")) == []


def test_an_answer_after_somebody_else_began_is_a_surplus_that_is_kept_and_paid(api, open_campaign):
    campaign = open_campaign(groups=1, lease_minutes=0.001, budget_labels=5)
    (card,) = claim(api("alice"))
    expire_leases(now=timezone.now() + timedelta(minutes=1))
    (others,) = claim(api("bob"))
    stored = say(api("alice"), card)
    assert stored.status_code == 201 and say(api("alice"), card).json() == stored.json()
    assert Annotation.objects.get(pk=stored.json()["annotation"]).assignment.state == Assignment.State.SURPLUS
    assert say(api("bob"), others).status_code == 201
    assert budget.balance(campaign).spent == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"config": {"form": []}}, "form"),
        ({"config": {"form": [{"kind": "pair", "name": "a"}, {"kind": "critique", "name": "a"}]}}, "form[1].name"),
        ({"config": {"form": [{"kind": "pair", "name": "a"}], "completions": 4}}, "form[0].kind"),
        ({"config": {"form": [{"kind": "poll", "name": "a"}]}}, "form[0].kind"),
        ({"config": {"form": [{"kind": "rating", "name": "a", "criteria": []}]}}, "form[0].criteria"),
        ({"config": {"form": "pair"}}, "form"),
        ({"config": {"gold_share": 0.2}}, "reserve_share"),
        ({"runs": []}, None),
        ({"budget_labels": 0}, None),
    ],
)
def test_an_empty_or_contradictory_form_or_campaign_is_refused_whole(api, open_campaign, change, field):
    open_campaign()
    body = {"slug": "new", "name": "New", "question": "?", "budget_labels": 9, "runs": ["run-of-helpful"], **change}
    answer = api("olga").post("/api/v1/campaigns", body, format="json")
    assert answer.status_code == 400, answer.content
    if field is not None:
        assert (answer.json()["code"], answer.json()["context"]["field"]) == ("invalid_config", field)
    assert not Campaign.objects.filter(slug="new").exists()


FORM = [
    {"kind": "rating", "name": "quality", "criteria": [{"name": "helpful"}]},
    {"kind": "ranking", "name": "order"},
]


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        ({}, "quality"),
        ({"quality": {"scores": {"helpful": [1, 2]}}}, "order"),
        ({"quality": {"scores": {"helpful": [1]}}, "order": {"ranks": [1, 2]}}, "quality.scores.helpful"),
        ({"quality": {"scores": {"helpful": [1, 99]}}, "order": {"ranks": [1, 2]}}, "quality.scores.helpful[1]"),
        ({"quality": {"scores": {"helpful": [1, 2]}}, "order": {"ranks": [2, 3]}}, "order.ranks"),
        ({"quality": {"scores": {"helpful": [1, 2]}}, "order": {"ranks": [1, 2]}, "more": {}}, "more"),
    ],
)
def test_an_answer_that_leaves_out_or_contradicts_what_is_asked_is_refused_whole(api, open_campaign, answer, field):
    open_campaign(groups=1, form=FORM)
    (card,) = claim(api("alice"))
    refused = say(api("alice"), card, answer=answer)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_answer")
    assert refused.json()["context"]["field"].startswith(field)
    assert not Annotation.objects.exists()
    whole = {"quality": {"scores": {"helpful": [1, 2]}}, "order": {"ranks": [1, 2]}}
    assert say(api("alice"), card, answer=whole).status_code == 201


def test_a_completion_of_200_000_characters_goes_all_the_way(api, people):
    long = "Réasoning, step by step. 😀 " * 7_500
    assert len(long) > 200_000
    assert api("olga").put("/api/v1/runs/long", {}, format="json").status_code == 201
    row = {"group_id": "g", "step": 0, "prompt": "Why?", "completions": [{"text": long}, {"text": long + "!"}]}
    assert api("olga").post("/api/v1/runs/long/rollouts", [row], format="json").status_code in (200, 201)
    config = {"form": [{"kind": "pair", "name": "preference"}, {"kind": "edit", "name": "better", "required": False}]}
    body = {"slug": "long", "name": "L", "question": "?", "budget_labels": 1, "runs": ["long"], "config": config}
    assert api("olga").post("/api/v1/campaigns", body, format="json").status_code == 201
    assert api("olga").post("/api/v1/campaigns/long/open").status_code == 200
    (card,) = claim(api("alice"), "long")
    assert sorted(len(one["text"]) for one in card["completions"]) == [len(long), len(long) + 1]
    assert say(api("alice"), card).status_code == 201
    (mine,) = api("alice").get("/api/v1/campaigns/long/my-answers").json()["results"]
    assert mine["card"]["completions"] == card["completions"]


@pytest.fixture
def elsewhere(open_campaign, people):
    """Olga manages everything; Mia manages `helpful` only, and Alice belongs to it only."""
    here, there = open_campaign(), open_campaign(slug="secret", overlap=2, reserve_share=0.1)
    membership.remove(there, people["alice"].pk)
    return here, there


def test_forged_ids_of_another_campaign_reach_nothing_of_it(api, elsewhere, people):
    here, there = elsewhere
    group = PromptGroup.objects.filter(run__campaigns=there).first()
    rollouts = list(group.rollouts.order_by("id").values_list("id", flat=True)[:2])
    made = {"use": "gold", "explanation": "", "made_by": people["olga"]}
    item = gold_items.from_rollouts(there, rollouts, PREFER, **made)
    (theirs,) = claim_next(there, people["bob"].pk, n=1, now=timezone.now())
    answer, _ = submit(theirs.assignment, people["bob"].pk, theirs.lease_number, said())
    AnnotationTask.objects.filter(pk=answer.task_id).update(state="disputed")
    olga, carol, alice = api("olga"), api("carol"), api("alice")
    decided = {"answer": PREFER, "idempotency_key": "d"}
    forged = [
        (olga, f"{HERE}/gold/{item.pk}/retire", {}, "unknown_gold_item"),
        (olga, f"{HERE}/gold", {"use": "gold", "annotation": answer.pk}, "unknown_annotation"),
        (carol, f"{HERE}/disputes/{answer.task_id}", decided, "unknown_task"),
        (alice, f"/api/v1/annotations/{answer.pk}/revise", decided, "unknown_annotation"),
    ]
    for client, path, body, code in forged:
        refused = client.post(path, body, format="json")
        assert (refused.status_code, refused.json()["code"]) == (404, code), path
    refused = olga.post(f"{HERE}/gold", {"use": "gold", "rollouts": rollouts, "answer": PREFER}, format="json")
    assert (refused.status_code, refused.json()["context"]["field"]) == (400, "rollouts")
    shown = handles.shown(theirs.assignment)
    (held,) = claim(alice, hold=[shown], n=1)
    assert Assignment.objects.get(pk=handles.meant(held["assignment"])).campaign_id == here.pk
    for verb in ("renew", "release"):
        lost = alice.post(f"/api/v1/assignments/{shown}/{verb}", {"lease_number": 1}, format="json")
        assert (lost.status_code, lost.json()["code"]) == (404, "unknown_assignment")
        assert lost.json()["context"] == {"assignment": shown}
    assert Annotation.objects.get() == answer and item.retired_at is None


def test_a_number_that_was_made_up_is_no_card(api, open_campaign):
    open_campaign(groups=1)
    (card,) = claim(api("alice"))
    for forged in (1, card["assignment"] + 1, 2**52, 2**63, 10**40):
        refused = say(api("alice"), {**card, "assignment": forged})
        assert (refused.status_code, refused.json()["code"]) == (404, "unknown_assignment")
