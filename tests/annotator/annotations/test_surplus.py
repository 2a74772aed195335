"""Work that was lent is never dropped: what comes too late is kept as a surplus, and paid while the budget lasts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from annotator.annotations.models import Annotation
from annotator.annotations.submission import revise, submit
from annotator.campaigns import budget
from annotator.errors import AlreadySubmitted, CampaignClosed, KeyReused, LeaseLost
from annotator.tasks import withdrawing
from annotator.tasks.leasing import claim_next, expire_leases, release
from annotator.tasks.models import Assignment
from tests.factories import said
from tests.races import at_once

pytestmark = pytest.mark.django_db


def one_card(campaign, person, now=None):
    (card,) = claim_next(campaign, person.pk, n=1, now=now or timezone.now())
    return card


def answer(card, person, choice="left", **other):
    return submit(card.assignment, person.pk, card.lease_number, said(choice, **other))[0]


@pytest.fixture
def lost(open_campaign, people):
    """`lost(...)`: Alice's card lapsed and Bob began it; returns the campaign and both cards."""

    def make(**config):
        campaign = open_campaign(groups=1, lease_minutes=1, **config)
        alices = one_card(campaign, people["alice"])
        later = timezone.now() + timedelta(minutes=2)
        expire_leases(now=later)
        return campaign, alices, one_card(campaign, people["bob"], now=later)

    return make


def test_late_work_is_kept_and_paid_beside_the_answer_of_who_began_since(lost, people):
    campaign, alices, bobs = lost(budget_labels=2)
    surplus = answer(alices, people["alice"], "right")
    counted = answer(bobs, people["bob"])
    assert surplus.assignment.state == Assignment.State.SURPLUS
    assert surplus.shown_order is not None
    assert counted.assignment.state == Assignment.State.SUBMITTED
    assert surplus.comparisons.count() == 1
    campaign.refresh_from_db()
    held = budget.balance(campaign)
    assert (held.committed, held.spent, held.extra) == (2, 2, 1)


def test_a_surplus_answer_is_kept_in_the_order_its_author_saw(lost, people):
    _, alices, _ = lost()
    surplus = answer(alices, people["alice"], "left")
    (compared,) = surplus.comparisons.all()
    better = compared.rollout_a if compared.outcome == 1.0 else compared.rollout_b
    assert better.completion == alices.completions[0]


def test_a_surplus_answer_nothing_is_left_to_pay_for_is_kept_unpaid(lost, people):
    campaign, alices, bobs = lost(budget_labels=1)
    surplus = answer(alices, people["alice"])
    answer(bobs, people["bob"])
    assert Annotation.objects.count() == 2
    assert not campaign.budget_entries.filter(key=f"assignment:{surplus.assignment_id}").exists()
    campaign.refresh_from_db()
    assert (campaign.committed_labels, budget.balance(campaign).spent) == (1, 1)


def test_repeating_a_late_answer_changes_nothing(lost, people):
    campaign, alices, _ = lost(budget_labels=5)
    first = answer(alices, people["alice"])
    again, new = submit(alices.assignment, people["alice"].pk, alices.lease_number, said())
    assert (again.pk, new) == (first.pk, False)
    with pytest.raises(AlreadySubmitted):
        answer(alices, people["alice"], key="another")
    assert budget.balance(campaign).spent == 1
    corrected, _ = revise(first.pk, people["alice"].pk, said("tie", key="r"))
    assert corrected.revises_id == first.pk


def test_only_who_held_a_lease_has_late_work(lost, people):
    _, alices, _ = lost()
    with pytest.raises(LeaseLost):
        submit(alices.assignment, people["carol"].pk, alices.lease_number, said())
    with pytest.raises(LeaseLost):
        submit(alices.assignment, people["alice"].pk, alices.lease_number + 5, said())


def test_a_card_that_was_given_back_is_not_mine_any_more(open_campaign, people):
    campaign = open_campaign(groups=1)
    card = one_card(campaign, people["alice"])
    release(card.assignment, people["alice"].pk, card.lease_number)
    one_card(campaign, people["bob"])
    with pytest.raises(LeaseLost):
        answer(card, people["alice"])


def test_my_own_lapsed_card_comes_back_to_me_as_it_was(open_campaign, people):
    campaign = open_campaign(groups=1, lease_minutes=1)
    first = one_card(campaign, people["alice"])
    later = timezone.now() + timedelta(minutes=2)
    expire_leases(now=later)
    again = one_card(campaign, people["alice"], now=later)
    assert (again.assignment, again.lease_number) == (first.assignment, first.lease_number)
    assert again.completions == first.completions
    answer(first, people["alice"])
    with pytest.raises(AlreadySubmitted):
        answer(again, people["alice"], key="second window")


def test_a_late_answer_goes_to_the_slot_of_the_same_task_i_hold_by_now(lost, people):
    campaign, alices, bobs = lost(overlap=2)
    later = timezone.now() + timedelta(minutes=3)
    other = one_card(campaign, people["alice"], now=later)
    assert other.assignment != alices.assignment
    given = answer(alices, people["alice"], "left")
    assert given.assignment_id == other.assignment
    assert given.assignment.state == Assignment.State.SUBMITTED
    (compared,) = given.comparisons.all()
    better = compared.rollout_a if compared.outcome == 1.0 else compared.rollout_b
    assert better.completion == alices.completions[0]
    with pytest.raises(AlreadySubmitted):
        answer(other, people["alice"], key="the other window")
    answer(bobs, people["bob"])
    assert not Assignment.objects.filter(state=Assignment.State.SURPLUS).exists()


def test_a_key_of_another_card_does_not_pass_for_a_late_answer(open_campaign, people):
    campaign, alice = open_campaign(groups=2, lease_minutes=1), people["alice"]
    cards = claim_next(campaign, alice.pk, n=2, now=timezone.now())
    answer(cards[0], alice)
    later = timezone.now() + timedelta(minutes=2)
    expire_leases(now=later)
    one_card(campaign, people["bob"], now=later)
    with pytest.raises(KeyReused):
        answer(cards[1], alice)


def test_closing_gives_back_what_was_reserved_and_asks_no_more(open_campaign, people):
    campaign = open_campaign(groups=10, overlap=2, budget_labels=30)
    card = one_card(campaign, people["alice"])
    answer(card, people["alice"])
    closed = withdrawing.close(campaign, now=timezone.now())
    assert (closed.committed_labels, budget.balance(closed).spent) == (1, 1)
    assert set(campaign.assignments.values_list("state", flat=True)) == {"submitted", "cancelled"}
    assert sorted(campaign.tasks.values_list("state", flat=True)) == ["cancelled"] * 9 + ["settled"]
    assert claim_next(closed, people["bob"].pk, n=1, now=timezone.now()) == []


def test_who_held_a_card_when_the_campaign_closed_is_paid_for_it_and_nobody_else(open_campaign, people):
    campaign = open_campaign(groups=3, lease_minutes=1, budget_labels=3)
    gone = one_card(campaign, people["bob"], now=timezone.now() - timedelta(minutes=5))
    expire_leases(now=timezone.now())
    held, skipped = claim_next(campaign, people["alice"].pk, n=2, now=timezone.now(), hold=[])
    closed = withdrawing.close(campaign, now=timezone.now())
    assert closed.committed_labels == 0
    kept = answer(held, people["alice"])
    assert kept.assignment.state == Assignment.State.SURPLUS
    assert budget.balance(closed).spent == 1
    submit(skipped.assignment, people["alice"].pk, skipped.lease_number, said("skip", key="s"))
    assert budget.balance(closed).spent == 1
    with pytest.raises(AlreadySubmitted):
        answer(held, people["alice"], key="twice")
    if gone.assignment not in (held.assignment, skipped.assignment):
        with pytest.raises(CampaignClosed):
            answer(gone, people["bob"])


@pytest.mark.django_db(transaction=True)
def test_closing_while_people_answer_loses_no_answer_and_strands_no_label(open_campaign, people):
    campaign = open_campaign(groups=30, overlap=2, budget_labels=60, max_skips=5)
    named = [people[name] for name in ("alice", "bob")]
    cards = {person.pk: claim_next(campaign, person.pk, n=15, now=timezone.now()) for person in named}
    stored: list[int] = []

    def work(person):
        for n, card in enumerate(cards[person.pk]):
            choice = "skip" if n % 4 == 3 else "left"
            stored.append(answer(card, person, choice, key=f"k{n}").pk)

    at_once(lambda: work(named[0]), lambda: work(named[1]), lambda: withdrawing.close(campaign, now=timezone.now()))
    withdrawing.clear_closed()
    campaign.refresh_from_db()
    answered = Annotation.objects.filter(skip="").count()
    assert Annotation.objects.filter(pk__in=stored).count() == 30
    held = budget.balance(campaign)
    assert (held.committed, held.spent) == (answered, answered)
    assert not campaign.assignments.filter(state__in=["open", "leased"]).exists()
    assert not campaign.tasks.filter(state="open").exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_lost_cards_of_one_task_to_each_other_do_not_wait_for_ever(open_campaign, people):
    campaign = open_campaign(groups=12, overlap=2, open_tasks=12, lease_minutes=1, budget_labels=40)
    alice, bob = people["alice"], people["bob"]
    then, later = timezone.now(), timezone.now() + timedelta(minutes=2)
    first = {person.pk: claim_next(campaign, person.pk, n=12, now=then) for person in (alice, bob)}
    slots = list(campaign.assignments.all())
    for slot in slots:  # both let every card lapse, and each began the other's
        lost = [{"annotator": slot.annotator_id, "lease_number": 1, "shown_order": slot.shown_order}]
        campaign.assignments.filter(pk=slot.pk).update(state="open", annotator=None, former_leases=lost)
    for slot in slots:
        other = bob if slot.annotator_id == alice.pk else alice
        held = campaign.assignments.filter(pk=slot.pk)
        held.update(state="leased", annotator=other, lease_number=2, leased_until=later)

    def work(person):
        return [answer(card, person, key=f"k{card.assignment}") for card in first[person.pk]]

    mine, theirs = at_once(lambda: work(alice), lambda: work(bob))
    assert len(mine) == len(theirs) == 12
    assert {given.assignment.state for given in [*mine, *theirs]} == {Assignment.State.SUBMITTED}
    assert not campaign.tasks.filter(state="open").exists()
