"""Nobody gives more answers, or more paid time, than the campaign takes from one person."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from annotator.annotations import allowances
from annotator.annotations.allowances import claim, keep_longer
from annotator.annotations.models import Annotation
from annotator.annotations.submission import revise, submit
from annotator.errors import AlreadySubmitted, LeaseLost
from annotator.tasks.leasing import expire_leases
from annotator.tasks.models import Assignment
from tests.factories import said
from tests.races import at_once

pytestmark = pytest.mark.django_db


def answer(card, person, *, key="k", choice="left", **other):
    return submit(card.assignment, person.pk, card.lease_number, said(choice, key=key, **other))[0]


def test_what_is_held_counts_like_what_was_answered(open_campaign, people):
    campaign, alice = open_campaign(groups=10, person_labels=4), people["alice"]
    first = claim(campaign, alice.pk, n=3, now=timezone.now())
    second = claim(campaign, alice.pk, n=3, now=timezone.now(), hold=[c.assignment for c in first])
    assert (len(first), len(second)) == (3, 1)
    for n, card in enumerate([*first, *second]):
        answer(card, alice, key=f"k{n}")
    assert claim(campaign, alice.pk, n=1, now=timezone.now()) == []
    assert len(claim(campaign, people["bob"].pk, n=1, now=timezone.now())) == 1


def test_a_skip_and_a_card_given_back_by_time_free_their_place(open_campaign, people):
    campaign, alice = open_campaign(groups=10, person_labels=1, lease_minutes=1), people["alice"]
    (card,) = claim(campaign, alice.pk, n=1, now=timezone.now())
    answer(card, alice, choice="skip", key="s")
    (card,) = claim(campaign, alice.pk, n=2, now=timezone.now())
    assert claim(campaign, alice.pk, n=1, now=timezone.now())[0].assignment == card.assignment  # a reload


def test_paid_time_ends_for_a_person_with_the_most_the_next_card_can_take(open_campaign, people):
    campaign = open_campaign(groups=10, person_hours=1.0, paid_seconds_cap=1200)
    alice = people["alice"]
    cards = claim(campaign, alice.pk, n=5, now=timezone.now())
    assert len(cards) == 3
    answer(cards[0], alice, key="a", active_ms=60_000)
    answer(cards[1], alice, key="b", active_ms=9_000_000)
    assert len(claim(campaign, alice.pk, n=5, now=timezone.now(), hold=[cards[2].assignment])) == 0
    answer(cards[2], alice, key="c", active_ms=60_000)
    assert len(claim(campaign, alice.pk, n=5, now=timezone.now())) == 1


def test_a_lapsed_card_does_not_carry_anybody_past_their_cap(open_campaign, people):
    campaign, alice = open_campaign(groups=10, person_labels=1, lease_minutes=1, budget_labels=50), people["alice"]
    then, later = timezone.now(), timezone.now() + timedelta(minutes=2)
    (lapsed,) = claim(campaign, alice.pk, n=1, now=then)
    expire_leases(now=later)
    Assignment.objects.filter(pk=lapsed.assignment).update(priority=-1.0)  # something else comes first
    (other,) = claim(campaign, alice.pk, n=1, now=later)
    assert other.assignment != lapsed.assignment
    with pytest.raises(LeaseLost):
        keep_longer(lapsed.assignment, alice.pk, lapsed.lease_number, now=later)
    kept = answer(lapsed, alice, key="late")
    assert kept.assignment.state == Assignment.State.SURPLUS  # kept, unpaid, and asked of somebody else
    assert not campaign.budget_entries.filter(kind="spend").exists()
    assert kept.task.assignments.filter(state="open").count() == 1


def test_a_skip_taken_back_does_not_carry_anybody_past_their_cap(open_campaign, people):
    campaign, alice = open_campaign(groups=10, person_labels=1), people["alice"]
    (card,) = claim(campaign, alice.pk, n=1, now=timezone.now())
    skipped = answer(card, alice, choice="skip", key="s")
    (card,) = claim(campaign, alice.pk, n=1, now=timezone.now())
    answer(card, alice, key="a")
    with pytest.raises(LeaseLost):
        revise(skipped.pk, alice.pk, said("left", key="after all"))


@pytest.mark.django_db(transaction=True)
def test_two_windows_and_lapsing_leases_never_pass_a_persons_caps(open_campaign, people):
    campaign = open_campaign(
        groups=60, open_tasks=60, budget_labels=100, person_labels=17, person_hours=0.3, paid_seconds_cap=60,
        pay_per_label=Decimal(1), currency="EUR",
    )  # fmt: skip

    def window(person, name):
        for turn in range(25):
            for n, card in enumerate(claim(campaign, person.pk, n=3, now=timezone.now())):
                if turn % 5 == 4:
                    Assignment.objects.filter(pk=card.assignment, state="leased").update(
                        state="open", leased_until=None
                    )
                with suppress(AlreadySubmitted, LeaseLost):  # the other window was first
                    answer(card, person, key=f"{name}-{turn}-{n}", active_ms=50_000)

    named = [people["alice"], people["bob"]]
    at_once(*[lambda p=person, w=w: window(p, w) for person in named for w in ("a", "b", "c")])
    for person in named:
        answers = Annotation.objects.filter(annotator=person, skip="")
        paid = campaign.budget_entries.filter(kind="spend", key__in=[f"assignment:{a.assignment_id}" for a in answers])
        assert paid.count() <= 17 <= answers.count()


@pytest.mark.django_db(transaction=True)
def test_keeping_a_card_longer_and_answering_it_late_at_once_never_wait_for_each_other(open_campaign, people):
    campaign = open_campaign(groups=40, open_tasks=40, budget_labels=100, person_labels=60, lease_minutes=1)
    alice, then = people["alice"], timezone.now()
    for turn in range(12):
        cards = claim(campaign, alice.pk, n=3, now=then)
        held = [card.assignment for card in cards]
        later = then + timedelta(minutes=2)
        expire_leases(now=later)

        def keep(card, later=later):
            with suppress(LeaseLost):
                return keep_longer(card.assignment, alice.pk, card.lease_number, now=later)

        at_once(
            *[lambda card=card: keep(card) for card in cards],
            *[lambda card=card, turn=turn: answer(card, alice, key=f"{turn}-{card.assignment}") for card in cards],
            lambda later=later, held=held: claim(campaign, alice.pk, n=3, now=later, hold=held),
        )
        then = later + timedelta(minutes=5)
        expire_leases(now=then)
    assert Annotation.objects.filter(annotator=alice).count() == 36


@pytest.mark.django_db(transaction=True)
def test_who_answers_late_while_their_turn_is_taken_waits_without_holding_the_slot(open_campaign, people):
    campaign = open_campaign(groups=1, person_labels=5, lease_minutes=1)
    alice = people["alice"]
    (card,) = claim(campaign, alice.pk, n=1, now=timezone.now())
    expire_leases(now=timezone.now() + timedelta(minutes=2))
    mine, begun = threading.Event(), threading.Event()

    def other_window():
        with transaction.atomic():
            allowances.take_turns(campaign.pk, alice.pk)
            mine.set()
            begun.wait(60)
            time.sleep(0.3)  # the answer has begun by now: were its slot still held, this would never end
            Assignment.objects.select_for_update().get(pk=card.assignment)

    def late():
        mine.wait(60)
        begun.set()
        return answer(card, alice, key="late")

    _, given = at_once(other_window, late)
    assert given.assignment.state == Assignment.State.SUBMITTED
