"""Enough people settle a task; contradiction calls one more person, and what that does not settle is disputed."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest
from django.db import transaction
from django.db.utils import IntegrityError
from django.utils import timezone

from annotator.annotations.submission import revise, submit
from annotator.campaigns import budget
from annotator.errors import AlreadySubmitted, LeaseLost
from annotator.people.models import User
from annotator.tasks.leasing import claim_next, expire_leases
from annotator.tasks.models import AnnotationTask, Assignment
from tests.factories import said
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def crowd(people):
    return [User.objects.create_user(f"person-{n}", role="annotator") for n in range(6)]


def say(campaign, person, better, *, key="k"):
    """The person prefers the first or the second rollout of their next card, or "tie"."""
    (card,) = claim_next(campaign, person.pk, n=1, now=timezone.now())
    slot = Assignment.objects.get(pk=card.assignment)
    side = better if better in ("tie", "skip") else ["left", "right"][slot.shown_order.index(better)]
    return submit(card.assignment, person.pk, card.lease_number, said(side, key=key))[0]


def state(campaign):
    (task,) = campaign.tasks.all()
    return task.state


@pytest.mark.parametrize(
    ("votes", "ends"),
    [
        ((0, 0), "settled"),
        ((0, "tie"), "settled"),
        ((0, 1, 1), "settled"),
        ((0, 1, "tie"), "disputed"),
    ],
)
def test_what_two_people_and_one_more_decide(open_campaign, crowd, votes, ends):
    campaign = open_campaign(groups=1, overlap=2, budget_labels=5, extra_on_disagreement=True)
    for person, vote in zip(crowd, votes, strict=False):
        assert state(campaign) == "open"
        say(campaign, person, vote)
    assert state(campaign) == ends
    campaign.refresh_from_db()
    assert campaign.committed_labels == budget.balance(campaign).spent == len(votes)
    assert claim_next(campaign, crowd[5].pk, n=1, now=timezone.now()) == []


def test_without_the_rule_disagreement_is_information_and_not_error(open_campaign, crowd):
    campaign = open_campaign(groups=1, overlap=2, budget_labels=5)
    say(campaign, crowd[0], 0)
    say(campaign, crowd[1], 1)
    assert state(campaign) == "settled"


def test_one_more_is_not_asked_when_nothing_is_left_to_pay_them(open_campaign, crowd):
    campaign = open_campaign(groups=1, overlap=2, budget_labels=2, extra_on_disagreement=True)
    say(campaign, crowd[0], 0)
    say(campaign, crowd[1], 1)
    assert state(campaign) == "disputed"


def test_who_follows_a_skip_of_the_one_more_takes_the_same_seat(open_campaign, crowd):
    campaign = open_campaign(groups=1, overlap=2, budget_labels=5, extra_on_disagreement=True, max_skips=4)
    for person, vote in zip(crowd, (0, 1, "skip", 0), strict=False):
        say(campaign, person, vote)
    assert state(campaign) == "settled"
    assert set(campaign.assignments.values_list("slot", flat=True)) == {0, 1, 2}


def test_the_database_itself_refuses_two_in_one_seat(open_campaign):
    campaign = open_campaign(groups=1, overlap=2)
    (task,) = campaign.tasks.all()
    with pytest.raises(IntegrityError, match="one_live_slot_per_seat"), transaction.atomic():
        Assignment.objects.create(task=task, campaign=campaign, slot=1, priority=1.0)


def test_a_task_withdrawn_after_some_have_answered_is_not_listed_as_open(open_campaign, crowd):
    campaign = open_campaign(groups=1, overlap=3, budget_labels=5, max_skips=2)
    for person, vote in zip(crowd, (0, "skip", "skip"), strict=False):
        say(campaign, person, vote)
    assert state(campaign) == "settled"
    campaign.refresh_from_db()
    assert campaign.committed_labels == 1


def test_a_task_withdrawn_while_somebody_reads_it_ends_with_their_answer(open_campaign, crowd):
    campaign = open_campaign(groups=1, overlap=3, budget_labels=5, max_skips=2)
    (reading,) = claim_next(campaign, crowd[0].pk, n=1, now=timezone.now())
    for person in crowd[1:3]:
        say(campaign, person, "skip")
    assert state(campaign) == "open"
    submit(reading.assignment, crowd[0].pk, reading.lease_number, said())
    assert state(campaign) == "settled"
    campaign.refresh_from_db()
    assert campaign.committed_labels == 1


def test_a_skip_taken_back_takes_its_seat_again(open_campaign, crowd):
    campaign = open_campaign(groups=1, overlap=2, budget_labels=4)
    skipped = say(campaign, crowd[0], "skip")
    revise(skipped.pk, crowd[0].pk, said("left", key="after all"))
    say(campaign, crowd[1], 0)
    assert state(campaign) == "settled"
    assert budget.balance(campaign).spent == 2


@pytest.mark.django_db(transaction=True)
def test_people_who_contradict_each_other_at_once_call_one_more_and_only_one(open_campaign, crowd):
    campaign = open_campaign(groups=12, overlap=2, budget_labels=40, extra_on_disagreement=True, open_tasks=12)
    now = timezone.now()
    cards = {person.pk: claim_next(campaign, person.pk, n=12, now=now) for person in crowd[:2]}
    by_task = {pk: {Assignment.objects.get(pk=c.assignment).task_id: c for c in held} for pk, held in cards.items()}
    for task in AnnotationTask.objects.all():
        jobs = []
        for vote, person in enumerate(crowd[:2]):
            card = by_task[person.pk][task.pk]
            slot = Assignment.objects.get(pk=card.assignment)
            side = ["left", "right"][slot.shown_order.index(vote)]
            jobs.append(
                lambda card=card, person=person, side=side: submit(
                    card.assignment, person.pk, card.lease_number, said(side, key=f"{card.assignment}")
                )
            )
        at_once(*jobs)
    assert campaign.assignments.filter(slot=2, extra=True, state="open").count() == 12
    campaign.refresh_from_db()
    assert (campaign.committed_labels, campaign.extra_labels) == (36, 12)


@pytest.mark.django_db(transaction=True)
def test_skips_claims_and_lapsing_leases_at_once_strand_no_label(open_campaign, crowd):
    campaign = open_campaign(groups=40, overlap=3, open_tasks=40, budget_labels=120, max_skips=1, lease_minutes=0.0005)
    over = threading.Event()

    def skips(person):
        try:
            for turn in range(30):
                for n, card in enumerate(claim_next(campaign, person.pk, n=2, now=timezone.now())):
                    choice = "skip" if n else "left"
                    with suppress(AlreadySubmitted, LeaseLost):
                        submit(card.assignment, person.pk, card.lease_number, said(choice, key=f"{turn}-{n}"))
        finally:
            over.set()

    def sweeps():
        while not over.is_set():
            expire_leases(now=timezone.now())

    at_once(*[lambda person=person: skips(person) for person in crowd[:4]], sweeps, sweeps)
    held = budget.ledger(campaign)
    live = campaign.assignments.filter(state__in=["open", "leased"]).count()
    assert held.committed.labels == held.spent.labels + live
    campaign.refresh_from_db()
    assert campaign.committed_labels == held.committed.labels
