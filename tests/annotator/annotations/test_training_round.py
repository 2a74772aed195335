"""Newcomers are taught first, by cards whose answer they are told; who fails is paused, nobody waits for lessons."""

from __future__ import annotations

import pytest
from django.utils import timezone

from annotator.annotations.personal import claim_with_personal
from annotator.annotations.submission import submit
from annotator.api import handles
from annotator.campaigns import budget
from annotator.campaigns.models import Membership
from annotator.tasks.models import AnnotationTask, Assignment
from annotator.training import due
from tests.annotator.annotations.known_answers import leave, prefer
from tests.factories import said

pytestmark = pytest.mark.django_db


def test_training_comes_first_and_tells_the_right_answer_as_it_was_shown(world, api):
    it = world(use="training", items=3, training_cards=2, training_pass=0.9)
    client, url = api("alice"), f"/api/v1/campaigns/{it.campaign.slug}/claim"
    for _ in range(2):
        (card,) = client.post(url, {"n": 1}, format="json").json()["cards"]
        slot = Assignment.objects.select_related("task").get(id=handles.meant(card["assignment"]))
        assert slot.task.stream == "gold"
        right = "first" if slot.shown_order[0] == 0 else "second"
        body = {"lease_number": card["lease_number"], "answer": prefer(right), "idempotency_key": str(slot.pk)}
        path = f"/api/v1/assignments/{card['assignment']}/annotation"
        told = client.post(path, body, format="json").json()["feedback"]
        assert told == {"score": 1.0, "answer": prefer(right), "explanation": "It is kinder."}
        assert client.post(path, body, format="json").json()["feedback"] == told
    (card,) = client.post(url, {"n": 1}, format="json").json()["cards"]
    assert AnnotationTask.objects.get(assignments=handles.meant(card["assignment"])).stream != "gold"


def test_who_fails_training_is_paused(world):
    it = world(use="training", items=3, training_cards=3, training_pass=0.6)
    for right in (True, False, False):
        it.answer(right=right)
    assert "33% of the last 3 training cards" in Membership.objects.get(user=it.alice).paused_because


def test_a_skipped_training_card_counts_as_missed(world):
    it = world(use="training", items=3, training_cards=3, training_pass=0.6)
    (card,) = it.claim()
    submit(card.assignment, it.alice, card.lease_number, said("skip", "s"))
    it.answer(right=True)
    it.answer(right=False)
    assert "33% of the last 3" in Membership.objects.get(user=it.alice).paused_because


def test_a_campaign_without_its_training_items_keeps_nobody_waiting(world):
    it = world(use="training", items=1, training_cards=5)
    it.answer()
    assert it.answer().task.stream != "gold"


def test_where_nothing_is_left_to_pay_for_training_nobody_waits_for_it(world, people):
    it = world(use="training", items=2, training_cards=2, budget_labels=20, reserve_share=0.1, open_tasks=18)
    assert len(it.claim(n=2)) == 2
    late = claim_with_personal(it.campaign, people["bob"].pk, n=2, now=timezone.now())
    assert [Assignment.objects.get(id=card.assignment).task.stream != "gold" for card in late] == [True, True]


def test_who_comes_back_to_training_after_all_goes_on_where_they_were(world):
    it = world(use="training", items=3, training_cards=3)
    first = it.claim(n=2)
    for _ in range(3):
        assert leave(it, 2) == 2
        again = it.claim(n=2)
        assert {(one.assignment, one.lease_number) for one in again} == {
            (one.assignment, one.lease_number) for one in first
        }
    it.campaign.refresh_from_db()
    assert it.campaign.extra_labels == budget.ledger(it.campaign).extra.labels == 2
    for _ in range(3):
        assert it.answer().task.stream == "gold"
    assert it.answer().task.stream != "gold"


def test_training_and_gold_start_no_training_of_a_model(world):
    it = world(use="training", items=5, training_cards=5, min_labels=5, retrain_every=5)
    for _ in range(5):
        it.answer()
    assert due.start_due_training(it.campaign) is None
    for _ in range(5):
        it.answer()
    assert due.start_due_training(it.campaign).label_set.size == 5
