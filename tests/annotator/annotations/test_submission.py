"""A submission spends what was reserved, and an acknowledged answer is never lost or changed."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.db.utils import IntegrityError
from django.utils import timezone

from annotator.annotations.models import Annotation, Comparison
from annotator.annotations.submission import Answer, revise, submit
from annotator.campaigns import budget, lifecycle
from annotator.errors import (
    AlreadySubmitted,
    CampaignClosed,
    InvalidAnswer,
    KeyReused,
    LeaseLost,
    NotFound,
    StaleRevision,
)
from annotator.rollouts.models import Rollout
from annotator.tasks.leasing import claim_next, expire_leases
from annotator.tasks.models import AnnotationTask, Assignment
from tests.factories import said
from tests.races import at_once

pytestmark = pytest.mark.django_db


def one_card(campaign, person, now=None):
    (card,) = claim_next(campaign, person.pk, n=1, now=now or timezone.now())
    return card


def in_labels(campaign):
    held = budget.balance(campaign).as_dict()
    return {what: held[what] for what in ("labels", "committed", "spent", "reserved", "left")}


@pytest.mark.parametrize("choice", ["left", "right"])
def test_a_side_is_stored_as_the_rollout_it_stood_for(open_campaign, people, choice):
    campaign = open_campaign(groups=1)
    card = one_card(campaign, people["alice"])
    annotation, new = submit(card.assignment, people["alice"].pk, card.lease_number, said(choice, strength=3))
    assert new
    (compared,) = annotation.comparisons.all()
    better = compared.rollout_a if compared.outcome == 1.0 else compared.rollout_b
    assert better.completion == card.completions[0 if choice == "left" else 1]
    assert compared.strength == 3
    assert annotation.task.state == AnnotationTask.State.SETTLED


def test_an_answer_spends_exactly_what_was_reserved(open_campaign, people):
    campaign = open_campaign(groups=3, budget_labels=2)
    assert in_labels(campaign) == {"labels": 2, "committed": 2, "spent": 0, "reserved": 2, "left": 0}
    card = one_card(campaign, people["alice"])
    submit(card.assignment, people["alice"].pk, card.lease_number, said())
    campaign.refresh_from_db()
    assert in_labels(campaign) == {"labels": 2, "committed": 2, "spent": 1, "reserved": 1, "left": 0}


def test_repeating_a_request_changes_nothing(open_campaign, people):
    card = one_card(open_campaign(groups=1), people["alice"])
    first, new = submit(card.assignment, people["alice"].pk, card.lease_number, said())
    again, renewed = submit(card.assignment, people["alice"].pk, card.lease_number, said())
    assert (first.pk, new, renewed) == (again.pk, True, False)
    with pytest.raises(AlreadySubmitted):
        submit(card.assignment, people["alice"].pk, card.lease_number, said(key="another"))


def test_a_key_used_for_another_card_is_refused_not_taken_for_its_said(open_campaign, people):
    campaign, alice = open_campaign(groups=2), people["alice"].pk
    first, second = claim_next(campaign, alice, n=2, now=timezone.now())
    first_said, _ = submit(first.assignment, alice, first.lease_number, said())
    with pytest.raises(KeyReused):
        submit(second.assignment, alice, second.lease_number, said("right"))
    other, _ = submit(second.assignment, alice, second.lease_number, said("right", key="fresh"))
    revise(first_said.pk, alice, said("tie", key="r"))
    with pytest.raises(KeyReused):
        revise(other.pk, alice, said("tie", key="r"))
    assert Annotation.objects.count() == 3


def test_late_work_is_kept_if_nobody_else_began(open_campaign, people):
    campaign = open_campaign(groups=1, lease_minutes=1)
    card = one_card(campaign, people["alice"])
    expire_leases(now=timezone.now() + timedelta(minutes=2))
    _, new = submit(card.assignment, people["alice"].pk, card.lease_number, said())
    assert new


def test_nobody_answers_somebody_elses_card_or_one_of_a_foreign_campaign(open_campaign, people):
    campaign = open_campaign(groups=1)
    card = one_card(campaign, people["alice"])
    with pytest.raises(LeaseLost):
        submit(card.assignment, people["bob"].pk, card.lease_number, said())
    campaign.annotators.remove(people["alice"])
    with pytest.raises(NotFound):
        submit(card.assignment, people["alice"].pk, card.lease_number, said())


def test_a_closed_campaign_takes_no_more_corrections(open_campaign, people):
    campaign = open_campaign(groups=1)
    card = one_card(campaign, people["alice"])
    annotation, _ = submit(card.assignment, people["alice"].pk, card.lease_number, said())
    lifecycle.move(campaign, "closed", now=timezone.now())
    with pytest.raises(CampaignClosed):
        revise(annotation.pk, people["alice"].pk, said("tie", key="r"))


@pytest.mark.parametrize(
    "bad",
    [
        {"answer": None},
        {"answer": {}, "skip": "other"},
        {"answer": None, "skip": "tired"},
        {"idempotency_key": ""},
        {"idempotency_key": "x" * 65},
        {"active_ms": -1},
        {"comment": "nul \x00"},
    ],
)
def test_a_contradictory_answer_is_refused_before_anything_is_asked(bad):
    with pytest.raises(InvalidAnswer):
        Answer(**{"answer": {"preference": {"choice": "tie"}}, "idempotency_key": "k", **bad})


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        ({}, "preference"),
        ({"preference": {"choice": "left"}}, "preference.choice"),
        ({"preference": {"choice": "tie", "strength": 2}}, "preference.strength"),
        ({"preference": {"choice": "first", "strength": 4}}, "preference.strength"),
    ],
)
def test_an_answer_that_does_not_fit_the_form_is_refused_and_nothing_is_stored(open_campaign, people, answer, field):
    card = one_card(open_campaign(groups=1), people["alice"])
    with pytest.raises(InvalidAnswer) as refused:
        submit(card.assignment, people["alice"].pk, card.lease_number, Answer(answer, "k"))
    assert refused.value.context["field"] == field
    assert not Annotation.objects.exists()
    submit(card.assignment, people["alice"].pk, card.lease_number, said())


RANKING = {"form": [{"kind": "ranking", "name": "order"}], "completions": 4}


def test_a_ranking_is_stored_in_canonical_order_and_compares_every_two(open_campaign, people):
    card = one_card(open_campaign(groups=1, **RANKING), people["alice"])
    by_text = dict(zip(card.completions, [3, 1, 2, 2], strict=True))
    ranked = Answer({"order": {"ranks": [3, 1, 2, 2]}}, "k")
    annotation, _ = submit(card.assignment, people["alice"].pk, card.lease_number, ranked)
    texts = [Rollout.objects.get(id=rollout).completion for rollout in annotation.task.rollout_ids]
    assert annotation.answer == {"order": {"ranks": [by_text[text] for text in texts]}}
    assert annotation.comparisons.count() == 6
    for one in annotation.comparisons.all():
        a, b = by_text[one.rollout_a.completion], by_text[one.rollout_b.completion]
        assert one.outcome == (0.5 if a == b else float(a < b))


def test_a_skip_costs_nothing_and_goes_to_somebody_else(open_campaign, people):
    campaign = open_campaign(groups=1, budget_labels=1)
    card = one_card(campaign, people["alice"])
    submit(card.assignment, people["alice"].pk, card.lease_number, said("skip"))
    assert claim_next(campaign, people["alice"].pk, n=1, now=timezone.now()) == []
    other = one_card(campaign, people["bob"])
    submit(other.assignment, people["bob"].pk, other.lease_number, said(key="b"))
    campaign.refresh_from_db()
    assert budget.balance(campaign).spent == 1
    assert AnnotationTask.objects.get().state == AnnotationTask.State.SETTLED


def test_a_task_everybody_skips_is_withdrawn_and_its_budget_comes_back(open_campaign, people):
    campaign = open_campaign(groups=1, budget_labels=5, max_skips=2)
    for name in ("alice", "bob"):
        card = one_card(campaign, people[name])
        submit(card.assignment, people[name].pk, card.lease_number, said("skip", key=name))
    campaign.refresh_from_db()
    assert campaign.committed_labels == 0
    assert AnnotationTask.objects.get().state == AnnotationTask.State.CANCELLED


def test_a_correction_is_a_new_row_and_only_one_of_two_wins(open_campaign, people):
    card = one_card(open_campaign(groups=1), people["alice"])
    first, _ = submit(card.assignment, people["alice"].pk, card.lease_number, said())
    second, _ = revise(first.pk, people["alice"].pk, said("tie", key="r1"))
    assert second.revises_id == first.pk
    with pytest.raises(StaleRevision):
        revise(first.pk, people["alice"].pk, said("right", key="r2"))
    with pytest.raises(NotFound):
        revise(second.pk, people["bob"].pk, said("right", key="r3"))
    assert Annotation.objects.count() == 2


def test_a_skip_can_be_taken_back_while_nobody_began_its_replacement(open_campaign, people):
    campaign = open_campaign(groups=1, budget_labels=1)
    card = one_card(campaign, people["alice"])
    skipped, _ = submit(card.assignment, people["alice"].pk, card.lease_number, said("skip"))
    revise(skipped.pk, people["alice"].pk, said("left", key="r"))
    campaign.refresh_from_db()
    assert in_labels(campaign) == {"labels": 1, "committed": 1, "spent": 1, "reserved": 0, "left": 0}
    assert claim_next(campaign, people["bob"].pk, n=1, now=timezone.now()) == []


def test_a_skip_somebody_else_picked_up_cannot_be_taken_back(open_campaign, people):
    campaign = open_campaign(groups=1)
    card = one_card(campaign, people["alice"])
    skipped, _ = submit(card.assignment, people["alice"].pk, card.lease_number, said("skip"))
    one_card(campaign, people["bob"])
    with pytest.raises(LeaseLost):
        revise(skipped.pk, people["alice"].pk, said("left", key="r"))


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_edit_what_was_said(open_campaign, people, change):
    card = one_card(open_campaign(groups=1), people["alice"])
    submit(card.assignment, people["alice"].pk, card.lease_number, said())
    for rows in (Annotation.objects.all(), Comparison.objects.all()):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            rows.update(id=0) if change == "update" else rows._raw_delete(rows.db)


@pytest.mark.django_db(transaction=True)
def test_a_double_click_and_two_windows_store_one_answer_and_spend_one_label(open_campaign, people):
    campaign = open_campaign(groups=1, budget_labels=1)
    card = one_card(campaign, people["alice"])

    def click(key: str) -> str:
        try:
            _, new = submit(card.assignment, people["alice"].pk, card.lease_number, said(key=key))
            return "new" if new else "same"
        except AlreadySubmitted:
            return "already"

    outcomes = at_once(*[partial(click, key) for key in ["k1"] * 5 + ["k2"] * 5])
    assert outcomes.count("new") == 1
    assert len(outcomes) == 10
    assert Annotation.objects.count() == 1
    campaign.refresh_from_db()
    assert budget.balance(campaign).spent == 1
    assert Assignment.objects.get().state == "submitted"
