"""Everybody is measured by cards whose answer is known, and nobody can tell which those are."""

from __future__ import annotations

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from annotator.annotations import gold, gold_items
from annotator.annotations.label_sets import teaching
from annotator.annotations.models import GoldItem, GoldScore
from annotator.annotations.personal import claim_with_personal, lease
from annotator.annotations.submission import submit
from annotator.api import handles
from annotator.campaigns import budget
from annotator.campaigns.forms.form import Form
from annotator.campaigns.membership import resume
from annotator.campaigns.models import Membership
from annotator.errors import Conflict
from annotator.tasks.models import AnnotationTask, Assignment
from tests.annotator.annotations.known_answers import prefer
from tests.factories import said

pytestmark = pytest.mark.django_db

PAIR = Form.from_json([{"kind": "pair", "name": "preference"}], 2)
RATING = Form.from_json([{"kind": "rating", "name": "q", "criteria": [{"name": "help"}]}], 3)
RANKING = Form.from_json([{"kind": "ranking", "name": "order"}], 3)


@pytest.mark.parametrize(
    ("form", "answer", "truth", "score"),
    [
        (PAIR, prefer("first"), prefer("first"), 1.0),
        (PAIR, prefer("tie"), prefer("first"), 0.0),
        (RATING, {"q": {"scores": {"help": [5, 3, 1]}}}, {"q": {"scores": {"help": [5, 4, 4]}}}, 0.5),
        (RANKING, {"order": {"ranks": [1, 2, 3]}}, {"order": {"ranks": [2, 1, 3]}}, 2 / 3),
        (PAIR, {}, prefer("first"), 0.0),
    ],
)
def test_next_to_the_right_rank_or_number_is_half_right(form, answer, truth, score):
    assert gold.score(form, answer, truth) == pytest.approx(score)


@given(st.lists(st.integers(1, 7), min_size=3, max_size=3), st.lists(st.integers(1, 7), min_size=3, max_size=3))
def test_a_score_is_a_share_and_the_truth_itself_scores_one(one, other):
    a, b = ({"q": {"scores": {"help": scores}}} for scores in (one, other))
    assert 0.0 <= gold.score(RATING, a, b) <= 1.0
    assert gold.score(RATING, a, a) == 1.0
    assert gold.score(RATING, a, {}) is None


def test_gold_is_mixed_in_at_its_share_and_shown_to_each_person_once(world):
    it = world(gold_share=0.2, items=12, groups=70)
    streams = [it.answer().task.stream for _ in range(60)]
    assert 3 <= streams.count("gold") <= 12  # drawn: fewer than three happen once in ten thousand times
    shown = Assignment.objects.filter(task__stream="gold", annotator_id=it.alice).values_list("task_id", flat=True)
    assert len(set(shown)) == len(shown)


def test_a_gold_card_looks_like_any_other_and_teaches_nothing(world, api):
    it = world(gold_share=0.5)
    client = api("alice")
    seen = {}
    for _ in range(12):
        (card,) = client.post(f"/api/v1/campaigns/{it.campaign.slug}/claim", {"n": 1}, format="json").json()["cards"]
        stream = AnnotationTask.objects.get(assignments=handles.meant(card["assignment"])).stream
        seen.setdefault(stream, set()).add(frozenset(card))
        key = str(card["assignment"])
        body = {"lease_number": card["lease_number"], "answer": prefer("first"), "idempotency_key": key}
        told = client.post(f"/api/v1/assignments/{card['assignment']}/annotation", body, format="json").json()
        assert told["feedback"] is None
    assert "gold" in seen and len({keys for many in seen.values() for keys in many}) == 1

    assert not teaching(it.campaign).filter(task__stream="gold").exists()


def test_who_falls_below_the_mark_is_paused_with_the_reason_and_starts_afresh_when_let_on(world):
    it = world(gold_share=0.5, gold_judged=4, gold_pass=0.7, items=12)
    while GoldScore.objects.count() < 4:
        it.answer(right=False)
    member = Membership.objects.get(campaign=it.campaign, user=it.alice)
    assert member.paused_at is not None and "0% of the last 4" in member.paused_because
    assert GoldScore.objects.filter(led_to_pause=True).count() == 1
    resume(it.campaign, it.alice)
    while GoldScore.objects.count() < 5:
        it.answer(right=False)
    assert not Membership.objects.filter(user=it.alice, paused_at__isnull=False).exists()


def test_who_meets_gold_goes_on(world):
    it = world(gold_share=0.5, gold_judged=4, gold_pass=0.7)
    while GoldScore.objects.count() < 8:
        it.answer()
    assert not Membership.objects.filter(paused_at__isnull=False).exists()
    assert set(GoldScore.objects.values_list("score", flat=True)) == {1.0}


def test_a_skipped_gold_card_goes_to_nobody_else_and_costs_nothing(world):
    it = world(gold_share=0.5)
    while True:
        (card,) = it.claim()
        slot = Assignment.objects.get(id=card.assignment)
        kind = "skip" if slot.task.stream == "gold" else "left"
        submit(card.assignment, it.alice, card.lease_number, said(kind, str(card.assignment)))
        if kind == "skip":
            break
    assert not Assignment.objects.filter(task=slot.task, state="open").exists()
    assert not GoldScore.objects.exists()
    it.campaign.refresh_from_db()
    held = Assignment.objects.filter(task__stream="gold", state="leased")  # another one may follow it
    assert budget.balance(it.campaign).extra == held.count()


def test_nobody_gets_a_gold_card_they_have_judged_as_another_and_an_answer_is_known_once(world):
    it = world(items=0, gold_share=0.5, groups=8)
    stored = it.answer()
    gold_items.from_answer(it.campaign, stored.pk, use="gold", explanation="", made_by=it.olga)
    with pytest.raises(Conflict):
        gold_items.from_answer(it.campaign, stored.pk, use="training", explanation="", made_by=it.olga)
    while it.claim():
        assert it.answer().task.stream != "gold"


def test_nobody_gets_a_card_they_had_as_gold_as_another_while_it_waits_for_one_more_answer(world, people):
    it = world(items=0, gold_share=0.5, groups=8, overlap=2)
    stored = it.answer()
    gold_items.from_answer(it.campaign, stored.pk, use="gold", explanation="", made_by=it.olga)
    bob, gold_task = people["bob"].pk, GoldItem.objects.get().task
    lease(it.campaign, gold_task, bob, timezone.now(), "gold", shown_order=None)
    shown = []
    while cards := claim_with_personal(it.campaign, bob, n=1, now=timezone.now()):
        (card,) = cards
        shown.append(tuple(Assignment.objects.get(id=card.assignment).task.rollout_ids))
        submit(card.assignment, bob, card.lease_number, said("left", str(card.assignment)))
    assert tuple(stored.task.rollout_ids) in shown
    assert len(set(shown)) == len(shown) == 8
