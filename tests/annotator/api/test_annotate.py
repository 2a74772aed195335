"""The annotator's calls over HTTP, good and bad: each bad one a precise 4xx with a stable code."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from annotator.annotations.models import Annotation
from annotator.api import handles
from annotator.campaigns import lifecycle
from annotator.rollouts.models import PolicyRun, PromptGroup, Rollout
from annotator.tasks.leasing import expire_leases
from annotator.tasks.models import Assignment

pytestmark = pytest.mark.django_db


def claim(client, slug="helpful", **body):
    return client.post(f"/api/v1/campaigns/{slug}/claim", body, format="json")


def prefer(choice, strength=None):
    return {"preference": {"choice": choice, "strength": strength}}


def say(client, card, **body):
    body = {"lease_number": card["lease_number"], "answer": prefer("first"), "idempotency_key": "k", **body}
    return client.post(f"/api/v1/assignments/{card['assignment']}/annotation", body, format="json")


@pytest.fixture
def alice(api):
    return api("alice")


def test_claim_answer_look_back_and_correct(alice, open_campaign):
    open_campaign(groups=2)
    first, second = claim(alice, n=2).json()["cards"]
    answered = say(alice, first, answer=prefer("first", 2), active_ms=1200, comment="clear", flagged=True)
    assert answered.status_code == 201
    assert say(alice, first).status_code == 200
    assert say(alice, second, answer=prefer("tie"), idempotency_key="k2").status_code == 201
    assert claim(alice).status_code == 204
    latest, earlier = alice.get("/api/v1/campaigns/helpful/my-answers").json()["results"]
    assert (latest["answer"], earlier["answer"]) == (prefer("tie"), prefer("first", 2))
    assert (earlier["flagged"], latest["flagged"], earlier["comment"]) == (True, False, "clear")
    assert earlier["card"]["completions"] == first["completions"]
    url = f"/api/v1/annotations/{earlier['annotation']}/revise"
    corrected = alice.post(url, {"answer": prefer("second"), "idempotency_key": "r"}, format="json")
    assert corrected.status_code == 201
    stale = alice.post(url, {"answer": prefer("tie"), "idempotency_key": "r2"}, format="json")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_revision")


def test_cards_travel_compressed_to_whoever_unpacks_them(alice, open_campaign):
    open_campaign(groups=2)
    Rollout.objects.update(completion="A long answer. " * 400)
    packed = alice.post("/api/v1/campaigns/helpful/claim", {"n": 1}, format="json", HTTP_ACCEPT_ENCODING="gzip, br")
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    cards = json.loads(gzip.decompress(packed.content))["cards"]
    assert len(packed.content) < len(cards[0]["completions"][0]["text"]) / 4
    plain = claim(alice, n=1)
    assert "Content-Encoding" not in plain
    assert plain.json()["cards"][0]["completions"] == cards[0]["completions"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"answer": prefer("left")}, 400, "invalid_answer"),
        ({"answer": prefer("tie", 2)}, 400, "invalid_answer"),
        ({"answer": prefer("first", 9)}, 400, "invalid_answer"),
        ({"answer": [1]}, 400, "invalid_input"),
        ({"answer": None}, 400, "invalid_answer"),
        ({"skip": "other"}, 400, "invalid_answer"),
        ({"answer": None, "skip": "tired"}, 400, "invalid_input"),
        ({"idempotency_key": ""}, 400, "invalid_input"),
        ({"idempotency_key": "x" * 65}, 400, "invalid_input"),
        ({"active_ms": -5}, 400, "invalid_input"),
        ({"comment": "nul \x00"}, 400, "invalid_input"),
        ({"lease_number": "many"}, 400, "invalid_input"),
        ({"lease_number": 7}, 409, "lease_lost"),
    ],
)
def test_a_bad_answer_is_refused_and_nothing_is_stored(alice, open_campaign, change, status, code):
    open_campaign(groups=1)
    (card,) = claim(alice).json()["cards"]
    response = say(alice, card, **change)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not Annotation.objects.exists()
    assert say(alice, card).status_code == 201


def test_malformed_json_is_a_400_that_says_so(alice, open_campaign):
    open_campaign(groups=1)
    for body in ("{not json", '{"n": NaN}', '{"n": 1e999}', b"\xff\xfe", "[" * 100_000):
        response = alice.post("/api/v1/campaigns/helpful/claim", body, content_type="application/json")
        assert (response.status_code, response.json()["code"]) in [(400, "malformed_json"), (400, "invalid_input")], (
            body
        )


def test_a_retaken_card_keeps_late_work_and_renews_no_lease(alice, api, open_campaign):
    open_campaign(groups=1, lease_minutes=0.001)
    (card,) = claim(alice).json()["cards"]
    expire_leases(now=timezone.now() + timedelta(minutes=1))
    assert claim(api("bob")).status_code == 200
    lease = {"lease_number": card["lease_number"]}
    renewed = alice.post(f"/api/v1/assignments/{card['assignment']}/renew", lease, format="json")
    assert renewed.json()["code"] == "lease_lost"
    assert say(alice, card).status_code == 201
    assert say(alice, {**card, "lease_number": 77}, idempotency_key="forged").json()["code"] == "lease_lost"


def test_a_closed_campaign_is_a_409_and_gives_no_cards(alice, open_campaign):
    campaign = open_campaign(groups=2, lease_minutes=0.001)
    (card,) = claim(alice, n=1).json()["cards"]
    expire_leases(now=timezone.now() + timedelta(minutes=1))
    lifecycle.move(campaign, "closed", now=timezone.now())
    assert say(alice, card).json()["code"] == "campaign_closed"
    assert claim(alice).status_code == 204


def test_a_paused_campaign_gives_no_new_cards_but_keeps_answers_under_way(alice, open_campaign):
    campaign = open_campaign(groups=2)
    (card,) = claim(alice, n=1).json()["cards"]
    lifecycle.move(campaign, "paused", now=timezone.now())
    assert claim(alice).status_code == 204
    assert say(alice, card).status_code == 201


def test_an_unknown_assignment_does_not_exist(alice, open_campaign):
    open_campaign(groups=1)
    response = say(alice, {"assignment": 10**15, "lease_number": 1})
    assert (response.status_code, response.json()["code"]) == (404, "unknown_assignment")


def test_keeping_and_giving_back_a_card(alice, api, open_campaign):
    open_campaign(groups=1)
    (card,) = claim(alice).json()["cards"]
    lease = {"lease_number": card["lease_number"]}
    kept = alice.post(f"/api/v1/assignments/{card['assignment']}/renew", lease, format="json")
    assert kept.json()["leased_until"] > card["leased_until"]
    assert claim(api("bob")).status_code == 204
    given = alice.post(f"/api/v1/assignments/{card['assignment']}/release", lease, format="json")
    assert given.status_code == 204
    assert claim(api("bob")).status_code == 200


def test_a_reference_and_evidence_are_shown_only_where_the_campaign_shows_them_and_in_the_order_seen(
    alice, open_campaign
):
    open_campaign(groups=1)
    PromptGroup.objects.update(meta={"reference": "42", "source": "secret"})
    for number, rollout in enumerate(Rollout.objects.order_by("id")):
        rollout.reward_parts = {"tests": float(number), "passed": number > 1, "detail": {"hidden": 1}}
        rollout.save(update_fields=["reward_parts"])
    (blind,) = claim(alice).json()["cards"]
    assert blind["notes"] == {}
    open_campaign(slug="open-eyes", run=PolicyRun.objects.get(), show_reference=True, show_evidence=True)
    (card,) = claim(alice, slug="open-eyes").json()["cards"]
    assert card["notes"]["reference"] == "42"
    slot = Assignment.objects.select_related("task").get(id=handles.meant(card["assignment"]))
    for place, shown in enumerate(slot.shown_order):
        rollout = Rollout.objects.get(id=slot.task.rollout_ids[shown])
        assert card["completions"][place]["text"] == rollout.completion
        parts = {one["name"]: one["value"] for one in card["notes"]["evidence"][place]}
        assert parts == {"tests": rollout.reward_parts["tests"], "passed": rollout.reward_parts["passed"]}
    assert say(alice, card).status_code == 201
    (mine,) = alice.get("/api/v1/campaigns/open-eyes/my-answers").json()["results"]
    assert mine["card"]["notes"] == card["notes"]
