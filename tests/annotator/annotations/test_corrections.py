"""A correction is heard like a new answer: it calls one more person or an adjudicator, or makes either unnecessary."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.annotations import adjudication, agreement, settling
from annotator.annotations.models import Annotation
from annotator.annotations.submission import Answer, revise, submit
from annotator.campaigns import budget
from annotator.errors import DecidedAlready, InvalidAnswer, StaleRevision, TiebreakError
from annotator.people.models import User
from annotator.tasks.leasing import claim_next, expire_leases
from annotator.tasks.models import AnnotationTask, Assignment
from tests.factories import said
from tests.races import at_once

pytestmark = pytest.mark.django_db

CONTESTED = {"groups": 1, "overlap": 2, "extra_on_disagreement": True, "budget_labels": 6}


@pytest.fixture
def crowd(people):
    return [User.objects.create_user(f"person-{n}", role="annotator") for n in range(6)]


def vote(slot, better):
    """The answer that prefers the first or the second rollout, or "tie" or "skip", as this slot was shown."""
    return better if isinstance(better, str) else ["left", "right"][slot.shown_order.index(better)]


def say(campaign, person, better, key="k"):
    (card,) = claim_next(campaign, person.pk, n=1, now=timezone.now())
    slot = Assignment.objects.get(pk=card.assignment)
    return submit(card.assignment, person.pk, card.lease_number, said(vote(slot, better), key=key))[0]


def correct(annotation, better, key="corrected"):
    return revise(annotation.pk, annotation.annotator_id, said(vote(annotation, better), key=key))[0]


def state(campaign):
    return campaign.tasks.get().state


def extra_seats(campaign):
    return list(campaign.assignments.filter(slot=2).order_by("id").values_list("state", flat=True))


def in_balance(campaign, *, committed, extra):
    campaign.refresh_from_db()
    held = budget.ledger(campaign)
    assert (held.committed.labels, held.extra.labels) == (committed, extra)
    assert (campaign.committed_labels, campaign.extra_labels) == (committed, extra)


def test_a_correction_that_ends_the_contradiction_withdraws_the_one_more_person(open_campaign, crowd):
    campaign = open_campaign(**CONTESTED)
    first = say(campaign, crowd[0], 0)
    say(campaign, crowd[1], 1)
    assert (state(campaign), extra_seats(campaign)) == ("open", ["open"])
    correct(first, 1)
    assert (state(campaign), extra_seats(campaign)) == ("settled", ["cancelled"])
    in_balance(campaign, committed=2, extra=0)
    assert claim_next(campaign, crowd[2].pk, n=1, now=timezone.now()) == []


def test_who_has_begun_as_the_one_more_person_may_end_it(open_campaign, crowd):
    campaign = open_campaign(**CONTESTED)
    first = say(campaign, crowd[0], 0)
    say(campaign, crowd[1], 1)
    (card,) = claim_next(campaign, crowd[2].pk, n=1, now=timezone.now())
    correct(first, 1)
    assert (state(campaign), extra_seats(campaign)) == ("open", ["leased"])
    submit(card.assignment, crowd[2].pk, card.lease_number, said())
    assert state(campaign) == "settled"
    in_balance(campaign, committed=3, extra=1)


def test_the_one_more_person_who_skips_what_nobody_contradicts_any_more_is_followed_by_nobody(open_campaign, crowd):
    campaign = open_campaign(**CONTESTED)
    first = say(campaign, crowd[0], 0)
    say(campaign, crowd[1], 1)
    (card,) = claim_next(campaign, crowd[2].pk, n=1, now=timezone.now())
    correct(first, 1)
    submit(card.assignment, crowd[2].pk, card.lease_number, said("skip"))
    assert (state(campaign), extra_seats(campaign)) == ("settled", ["skipped"])
    in_balance(campaign, committed=2, extra=0)


def test_a_correction_that_contradicts_calls_one_more_person(open_campaign, crowd):
    campaign = open_campaign(**CONTESTED)
    first = say(campaign, crowd[0], 0)
    say(campaign, crowd[1], 0)
    assert state(campaign) == "settled"
    correct(first, 1)
    assert (state(campaign), extra_seats(campaign)) == ("open", ["open"])
    in_balance(campaign, committed=3, extra=1)
    say(campaign, crowd[2], 0)
    assert state(campaign) == "settled"


def test_back_and_forth_asks_for_and_pays_one_person_at_most(open_campaign, crowd):
    campaign = open_campaign(**CONTESTED)
    answer = say(campaign, crowd[0], 0)
    say(campaign, crowd[1], 0)
    for turn in range(5):
        answer = correct(answer, 1 - turn % 2, key=f"turn-{turn}")
        contradicts = turn % 2 == 0
        in_balance(campaign, committed=2 + contradicts, extra=int(contradicts))
    assert extra_seats(campaign) == ["cancelled", "cancelled", "open"]


def test_a_correction_that_contradicts_is_disputed_where_nothing_is_left_to_ask_anybody(open_campaign, crowd):
    campaign = open_campaign(**CONTESTED | {"budget_labels": 2})
    first = say(campaign, crowd[0], 0)
    say(campaign, crowd[1], 0)
    second = correct(first, 1)
    assert state(campaign) == "disputed"
    correct(second, 0, key="back")
    assert state(campaign) == "settled"
    in_balance(campaign, committed=2, extra=0)


def test_a_dispute_ends_with_the_correction_that_ends_the_contradiction(open_campaign, crowd, people):
    campaign = open_campaign(**CONTESTED)
    say(campaign, crowd[0], 0)
    say(campaign, crowd[1], 1)
    third = say(campaign, crowd[2], "tie")
    assert adjudication.waiting_for(campaign, people["carol"]).exists()
    third = correct(third, 1)
    assert state(campaign) == "settled"
    assert not adjudication.waiting_for(campaign, people["carol"]).exists()
    with pytest.raises(DecidedAlready):
        adjudication.decide(campaign, campaign.tasks.get().pk, people["carol"], said(key="late"))
    correct(third, "tie", key="again")
    assert state(campaign) == "disputed"


def test_what_an_adjudicator_decided_stays_decided(open_campaign, crowd, people):
    campaign = open_campaign(**CONTESTED | {"budget_labels": 4})
    first = say(campaign, crowd[0], 0)
    say(campaign, crowd[1], 1)
    say(campaign, crowd[2], "tie")
    decided, _ = adjudication.decide(campaign, campaign.tasks.get().pk, people["carol"], said(key="decided"))
    correct(first, "tie")
    assert state(campaign) == "settled"
    with pytest.raises(InvalidAnswer, match="dispute"):
        revise(decided.pk, people["carol"].pk, said("skip", key="s"))
    revise(decided.pk, people["carol"].pk, said("tie", key="t"))
    assert state(campaign) == "settled"
    in_balance(campaign, committed=4, extra=2)


def test_answers_that_are_all_corrected_to_skips_leave_nothing_settled(open_campaign, crowd):
    campaign = open_campaign(**CONTESTED)
    given = [say(campaign, crowd[0], 0), say(campaign, crowd[1], 1)]
    skipped = [correct(one, "skip") for one in given]
    assert (state(campaign), extra_seats(campaign)) == ("cancelled", ["cancelled"])
    correct(skipped[0], 0, key="after all")
    assert state(campaign) == "settled"
    in_balance(campaign, committed=2, extra=0)


def test_a_correction_of_a_surplus_answer_changes_nothing_that_was_settled(open_campaign, crowd):
    campaign = open_campaign(**CONTESTED | {"overlap": 1, "lease_minutes": 1})
    (lost,) = claim_next(campaign, crowd[0].pk, n=1, now=timezone.now())
    expire_leases(now=timezone.now() + timedelta(minutes=2))
    say(campaign, crowd[1], 0)
    late, _ = submit(lost.assignment, crowd[0].pk, lost.lease_number, said(key="late"))
    correct(late, "skip")
    assert state(campaign) == "settled"


ACTS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from([0, 1, "tie", "skip"])), min_size=3, max_size=14)


@settings(max_examples=25)
@given(acts=ACTS, overlap=st.integers(1, 3))
def test_whatever_is_said_and_corrected_the_task_and_its_budget_follow_from_what_stands(
    open_campaign, crowd, acts, overlap
):
    slug = f"many-{Annotation.objects.count()}-{random.randrange(10**9)}"
    campaign = open_campaign(slug=slug, groups=1, overlap=overlap, extra_on_disagreement=True, budget_labels=20)
    for n, (who, better) in enumerate(acts):
        person = crowd[who]
        mine = Annotation.objects.filter(campaign=campaign, annotator=person, revised_by__isnull=True).first()
        with suppress(TiebreakError):
            if mine is not None:
                correct(mine, better, key=f"{slug}-{n}")
            elif claim_next(campaign, person.pk, n=0, now=timezone.now()) == [] and state(campaign) == "open":
                say_if_asked(campaign, person, better, f"{slug}-{n}")
        holds(campaign, overlap)


def say_if_asked(campaign, person, better, key):
    for card in claim_next(campaign, person.pk, n=1, now=timezone.now()):
        slot = Assignment.objects.get(pk=card.assignment)
        submit(card.assignment, person.pk, card.lease_number, said(vote(slot, better), key=key))


def holds(campaign, overlap):
    """What a task is, and what it costs, follows from its slots and from what people say now."""
    campaign.refresh_from_db()
    task, slots = campaign.tasks.get(), campaign.assignments
    live, paid = slots.filter(state__in=["open", "leased"]), slots.filter(state="submitted")
    held = budget.ledger(campaign)
    assert held.committed.labels == campaign.committed_labels == live.count() + paid.count()
    assert held.extra.labels == campaign.extra_labels == slots.filter(slot=overlap).filter(pk__in=live | paid).count()
    assert slots.filter(slot=overlap).exclude(state__in=["cancelled", "skipped"]).count() <= 1
    assert (task.state == AnnotationTask.State.OPEN) == live.exists()
    stand = Annotation.objects.filter(task=task, revised_by__isnull=True, skip="")
    said_now = [settling.choices(campaign.config.asks, one.answer) for one in stand]
    if not live.exists():
        disputed = isinstance(agreement.conclude(said_now), agreement.Adjudicate)
        assert task.state == ("cancelled" if not said_now else "disputed" if disputed else "settled")
    elif not live.exclude(slot=overlap).exists() and live.filter(state="open").exists():
        assert agreement.contested(said_now)


@pytest.mark.django_db(transaction=True)
def test_two_who_correct_at_once_are_both_heard_and_a_claim_between_loses_nothing(open_campaign, crowd):
    campaign = open_campaign(**CONTESTED | {"groups": 16, "open_tasks": 16, "budget_labels": 64})
    given = {
        person.pk: {one.task_id: one for one in (say(campaign, person, better, key=f"{better}-{n}") for n in range(16))}
        for better, person in enumerate(crowd[:2])
    }
    tasks = list(given[crowd[0].pk])
    for n, task in enumerate(tasks):
        one, other = (given[person.pk][task] for person in crowd[:2])
        jobs = [
            lambda one=one, n=n: correct(one, 1, key=f"a{n}"),
            lambda other=other, n=n: correct(other, 0 if n % 2 else 1, key=f"b{n}"),
            lambda: claim_next(campaign, crowd[2].pk, n=1, now=timezone.now()),
            lambda n=n: say_if_asked(campaign, crowd[3], 0, f"c{n}"),
        ]
        at_once(*jobs)
    slots = campaign.assignments
    assert not slots.filter(slot=2, state="open", task__state="settled").exists()
    campaign.refresh_from_db()
    live, paid = slots.filter(state__in=["open", "leased"]).count(), slots.filter(state="submitted").count()
    held = budget.ledger(campaign)
    assert campaign.committed_labels == held.committed.labels == live + paid
    assert held.spent.labels == paid
    for task in campaign.tasks.all():
        assert (task.state == "open") == task.assignments.filter(state__in=["open", "leased"]).exists()


@pytest.mark.django_db(transaction=True)
def test_of_a_correction_and_a_decision_at_once_the_later_one_finds_what_the_first_left(open_campaign, crowd, people):
    campaign = open_campaign(**CONTESTED | {"groups": 8, "open_tasks": 8, "budget_labels": 40})
    for person, better in zip(crowd, (0, 1), strict=False):
        for n in range(8):
            say(campaign, person, better, key=f"{n}")
    ties = [say(campaign, crowd[2], "tie", key=f"{n}") for n in range(8)]

    def decide(task):
        with suppress(DecidedAlready):
            return adjudication.decide(campaign, task, people["carol"], said(key=f"d{task}"))[0]

    for n, tie in enumerate(ties):
        at_once(lambda tie=tie, n=n: correct(tie, 0, key=f"r{n}"), lambda tie=tie: decide(tie.task_id))
    assert set(campaign.tasks.values_list("state", flat=True)) == {"settled"}
    campaign.refresh_from_db()
    assert campaign.committed_labels == Assignment.objects.filter(state="submitted").count()


def test_of_two_corrections_of_one_answer_one_is_refused(open_campaign, crowd):
    campaign = open_campaign(**CONTESTED)
    first = say(campaign, crowd[0], 0)
    correct(first, 1)
    with pytest.raises(StaleRevision):
        revise(first.pk, crowd[0].pk, Answer(first.answer, "stale"))
