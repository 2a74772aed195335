"""The audit of a race finds what slipped through; it has been seen to fail for each of its four counts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.conf import settings
from django.utils import timezone

from annotator.annotations.models import Annotation
from annotator.annotations.submission import submit
from annotator.api import handles
from annotator.campaigns import budget
from annotator.campaigns.limits import Cost
from annotator.people.models import User
from annotator.tasks import withdrawing
from annotator.tasks.leasing import claim_next
from annotator.tasks.models import Assignment
from benchmarks.crowd.race_audit import audit
from tests.factories import said

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def after_a_race(open_campaign, people):
    """A closed campaign with two answers of each of two people, and what its crowd was told."""
    campaign = open_campaign(
        groups=2, overlap=2, budget_labels=6, budget_hours=Decimal(1), budget_money=Decimal(60), currency="EUR",
        pay_per_label=Decimal(1), paid_seconds_cap=60,
    )  # fmt: skip
    told = []
    for name in ("alice", "bob"):
        for n, card in enumerate(claim_next(campaign, people[name].pk, n=2, now=timezone.now())):
            given, _ = submit(card.assignment, people[name].pk, card.lease_number, said("tie", key=f"{n}"))
            told.append((name, handles.shown(card.assignment), given.pk, 1))
    withdrawing.close(campaign, now=timezone.now())
    budget.settle(campaign)
    campaign.refresh_from_db()
    return campaign, told


def found(campaign, told, refused=()):
    at = settings.DATABASES["default"]
    url = f"postgresql://{at['USER']}@/{at['NAME']}?host={at['HOST']}&port={at['PORT']}"
    seen = {"stored": told, "refused": list(refused)}
    counts = audit(url, campaign, overlap=2, seen=seen)
    return {key: counts[key] for key in ("over_overlap", "over_budget", "lost", "duplicates") if counts[key]}


def one_more(campaign, task, person, **state):
    slot = Assignment.objects.create(
        task=task, campaign=campaign, slot=5 + Assignment.objects.count(), priority=0.0, annotator=person,
        shown_order=[0, 1], lease_number=1, **{"state": "submitted", **state},
    )  # fmt: skip
    return Annotation.objects.create(
        assignment=slot, task=task, campaign=campaign, annotator=person, answer={"preference": {"choice": "tie"}},
        shown_order=[0, 1], lease_number=1, idempotency_key=f"planted-{slot.pk}",
    )  # fmt: skip


def test_a_clean_race_counts_nothing(after_a_race):
    assert found(*after_a_race) == {}


def test_an_answer_beyond_the_overlap_is_found_and_so_is_that_nobody_paid_it(after_a_race, people):
    campaign, told = after_a_race
    one_more(campaign, campaign.tasks.first(), people["carol"])
    assert found(campaign, told) == {"over_overlap": 1, "over_budget": 1}


def test_a_ledger_that_says_more_than_the_answers_is_found(after_a_race):
    campaign, told = after_a_race
    budget.spend(campaign.pk, key="assignment:0", cost=Cost(1, 0, Decimal(1)))
    # A row without an answer, and labels and money that are spent without having been committed.
    assert found(campaign, told) == {"over_budget": 3}


def test_acknowledged_answers_that_are_gone_and_held_cards_that_were_refused_are_found(after_a_race, people):
    campaign, told = after_a_race
    assert found(campaign, [*told, (*told[0][:2], 10**9, 1)]) == {"lost": 1}
    assert found(campaign, told, [("carol", told[0][1], "lease_lost", 0.0)]) == {"lost": 1}
    assert found(campaign, told, [("alice", told[0][1], "already_submitted", 0.0)]) == {}
    assert found(campaign, told, [("carol", told[0][1], "campaign_closed", 0.0)]) == {}
    late = campaign.closed_at.timestamp() + 1
    assert found(campaign, told, [("carol", told[0][1], "campaign_closed", late)]) == {"lost": 1}


def test_two_answers_of_one_person_about_one_task_are_found(after_a_race):
    campaign, told = after_a_race
    person = User.objects.get(username="alice")
    task = campaign.tasks.first()
    slot = Assignment.objects.get(task=task, annotator=person)
    Assignment.objects.filter(pk=slot.pk).update(annotator=None)
    one_more(campaign, task, person, state="surplus")
    assert found(campaign, told) == {"duplicates": 1}
