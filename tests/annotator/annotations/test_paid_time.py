"""What a page says it was looked at is paid for no longer than its reader has had the card."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from annotator.annotations import adjudication
from annotator.annotations.models import Annotation
from annotator.annotations.submission import revise, submit
from annotator.campaigns import membership
from annotator.campaigns.models import BudgetEntry
from annotator.people.models import User
from annotator.tasks.leasing import claim_next, expire_leases, release
from annotator.tasks.models import AnnotationTask, Assignment
from tests.annotator.annotations.known_answers import World
from tests.factories import said

pytestmark = pytest.mark.django_db

HOUR_MS = 3_600_000
HALF_AN_HOUR = timedelta(minutes=30)


def paid(annotation) -> int:
    return BudgetEntry.objects.get(kind="spend", key=f"assignment:{annotation.assignment_id}").ms


def since(moment) -> int:
    return int((timezone.now() - moment) / timedelta(milliseconds=1))


@pytest.fixture
def campaign(open_campaign):
    """Leases of a minute, and an hour that is paid at most; `campaign(...)` with other settings."""

    def make(**config):
        given = {"groups": 1, "budget_hours": Decimal(100), "paid_seconds_cap": 3600, "lease_minutes": 1, **config}
        return open_campaign(**given)

    return make


def given_to(campaign, person, at):
    (card,) = claim_next(campaign, person.pk, n=1, now=at)
    return card


def answer(card, person, active_ms, choice="left", key="k"):
    return submit(card.assignment, person.pk, card.lease_number, said(choice, key, active_ms=active_ms))[0]


@pytest.mark.parametrize("stated", [HOUR_MS, 2**31 - 1, None], ids=["the cap", "beyond it", "nothing"])
def test_who_states_more_time_than_they_had_the_card_is_paid_for_the_time_they_had_it(campaign, people, stated):
    began = timezone.now() - timedelta(seconds=7)
    answered = answer(given_to(campaign(), people["alice"], began), people["alice"], stated)
    assert 7_000 <= paid(answered) <= since(began) < HOUR_MS
    assert Annotation.objects.get().active_ms == stated, "what the page said stands with the answer"


def test_who_states_less_is_paid_for_what_they_state(campaign, people):
    card = given_to(campaign(), people["alice"], timezone.now() - timedelta(seconds=7))
    assert paid(answer(card, people["alice"], 5_000)) == 5_000


def test_a_clock_that_was_put_back_makes_nobody_pay_for_having_answered(campaign, people):
    card = given_to(campaign(), people["alice"], timezone.now() + HALF_AN_HOUR)
    assert paid(answer(card, people["alice"], 5_000)) == 0


def test_each_card_that_was_fetched_ahead_counts_from_when_it_was_fetched(campaign, people):
    asked, alice = campaign(groups=3), people["alice"]
    cards = claim_next(asked, alice.pk, n=3, now=timezone.now() - HALF_AN_HOUR)
    for n, minutes in enumerate((2, 29, 4)):
        assert paid(answer(cards[n], alice, minutes * 60_000, key=f"k{n}")) == minutes * 60_000


def test_who_answered_without_a_network_is_paid_for_that_time_whoever_took_the_card_meanwhile(campaign, people):
    asked = campaign()
    began = timezone.now() - HALF_AN_HOUR
    alices = given_to(asked, people["alice"], began)
    expire_leases(now=timezone.now())
    bobs = given_to(asked, people["bob"], timezone.now())
    late = answer(alices, people["alice"], 20 * 60_000)
    assert late.assignment.state == Assignment.State.SURPLUS
    assert paid(late) == 20 * 60_000
    assert paid(answer(bobs, people["bob"], 20 * 60_000)) < 10 * 60_000, "what Alice had of it is not Bob's time"


def test_who_holds_another_seat_of_the_card_they_lost_is_paid_since_they_first_had_it(campaign, people):
    asked, alice = campaign(overlap=2), people["alice"]
    lost = given_to(asked, alice, timezone.now() - HALF_AN_HOUR)
    expire_leases(now=timezone.now())
    given_to(asked, people["bob"], timezone.now())
    other = Assignment.objects.get(state="open")
    Assignment.objects.filter(pk=other.pk).update(
        state="leased", annotator=alice, lease_number=1, shown_order=[0, 1],
        leased_at=timezone.now(), leased_until=timezone.now() + HALF_AN_HOUR,
    )  # fmt: skip
    late = answer(lost, alice, 20 * 60_000)
    assert (late.assignment_id, paid(late)) == (other.pk, 20 * 60_000)


def test_who_lost_a_lease_that_began_before_it_was_kept_is_paid_as_they_state(campaign, people):
    asked = campaign()
    alices = given_to(asked, people["alice"], timezone.now() - HALF_AN_HOUR)
    expire_leases(now=timezone.now())
    Assignment.objects.update(leased_at=None)
    given_to(asked, people["bob"], timezone.now())
    assert paid(answer(alices, people["alice"], 20 * 60_000)) == 20 * 60_000


def test_a_card_whose_time_ran_out_and_that_its_holder_takes_up_again_was_theirs_since_the_first_time(campaign, people):
    asked, alice = campaign(), people["alice"]
    given_to(asked, alice, timezone.now() - HALF_AN_HOUR)
    expire_leases(now=timezone.now())
    again = given_to(asked, alice, timezone.now())
    resumed = given_to(asked, alice, timezone.now())
    assert (resumed.fresh, resumed.assignment) == (False, again.assignment)
    assert paid(answer(resumed, alice, 20 * 60_000)) == 20 * 60_000


def test_a_card_that_was_given_back_begins_anew_for_whoever_takes_it(campaign, people):
    asked, alice = campaign(), people["alice"]
    card = given_to(asked, alice, timezone.now() - HALF_AN_HOUR)
    release(card.assignment, alice.pk, card.lease_number)
    began = timezone.now()
    assert paid(answer(given_to(asked, alice, began), alice, HOUR_MS)) <= since(began)


def test_so_does_a_personal_card_that_nobody_could_tell_from_it(open_campaign, people):
    it = World(
        open_campaign, people, use="training", training_cards=2, budget_hours=Decimal(100), paid_seconds_cap=3600
    )
    (card,) = it.claim()
    held = Assignment.objects.filter(pk=card.assignment)
    held.update(leased_at=timezone.now() - HALF_AN_HOUR)
    assert paid(answer(card, people["alice"], 20 * 60_000)) == 20 * 60_000
    (card,) = it.claim()
    Assignment.objects.filter(pk=card.assignment).update(leased_at=timezone.now() - HALF_AN_HOUR)
    began = timezone.now()
    release(card.assignment, it.alice, card.lease_number)
    (again,) = it.claim()
    assert again.assignment == card.assignment
    assert paid(answer(again, people["alice"], HOUR_MS, key="again")) <= since(began)


def test_an_answer_sent_twice_or_corrected_is_paid_once_as_it_first_came(campaign, people):
    asked, alice = campaign(), people["alice"]
    card = given_to(asked, alice, timezone.now() - HALF_AN_HOUR)
    first = answer(card, alice, 60_000)
    assert answer(card, alice, 20 * 60_000).pk == first.pk
    corrected, _ = revise(first.pk, alice.pk, said("right", "r", active_ms=20 * 60_000))
    assert corrected.active_ms == 20 * 60_000
    assert BudgetEntry.objects.filter(kind="spend").count() == 1
    assert paid(first) == 60_000


def test_a_skip_taken_back_is_paid_for_no_longer_than_since_the_card_was_given(campaign, people):
    asked, alice = campaign(), people["alice"]
    began = timezone.now() - timedelta(seconds=7)
    skipped = answer(given_to(asked, alice, began), alice, 1_000, "skip")
    instead, _ = revise(skipped.pk, alice.pk, said("left", "r", active_ms=HOUR_MS))
    assert 7_000 <= paid(instead) <= since(began) < HOUR_MS


def test_nobody_lends_a_dispute_so_an_adjudicator_is_paid_as_they_state(campaign, people):
    asked = campaign(overlap=2, extra_on_disagreement=True)
    for name, choice in (("alice", "left"), ("bob", "right"), ("carol", "tie")):
        card = given_to(asked, people[name], timezone.now())
        order = Assignment.objects.get(pk=card.assignment).shown_order
        side = choice if order[0] == 0 or choice == "tie" else {"left": "right", "right": "left"}[choice]
        answer(card, people[name], 0, side)
    dora = User.objects.create_user("dora", role="adjudicator")
    membership.begin(asked, [dora])
    decided, _ = adjudication.decide(asked, AnnotationTask.objects.get().pk, dora, said("left", "d", active_ms=90_000))
    assert paid(decided) == 90_000


def test_the_table_of_answers_says_what_was_paid_for_each_card_once(campaign, people, client):
    asked = campaign(groups=2, pay_per_hour=Decimal(3600), currency="EUR", budget_money=Decimal(100_000))
    answered = [
        answer(given_to(asked, people[name], timezone.now() - HALF_AN_HOUR), people[name], 2_000, key=name)
        for name in ("alice", "bob")
    ]
    skipped = answer(given_to(campaign(slug="other"), people["alice"], timezone.now()), people["alice"], 9, "skip")
    revise(answered[1].pk, people["bob"].pk, said("right", "r", active_ms=HOUR_MS))
    client.force_login(people["olga"])

    def cells(table, *names):
        rows = csv.DictReader(io.StringIO(b"".join(client.get(f"/api/v1/campaigns/{table}.csv")).decode("utf-8-sig")))
        return [tuple(row[name] for name in names) for row in rows]

    told = cells(f"{asked.slug}/tables/answers", "annotator_username", "active_ms", "paid_ms", "paid_money")
    assert told == [
        ("alice", "2000", "2000", "2.0000"),
        ("bob", "2000", "2000", "2.0000"),
        ("bob", str(HOUR_MS), "", ""),
    ]
    spent = [row[1:] for row in cells(f"{asked.slug}/tables/budget", "kind", "ms", "money") if row[0] == "spend"]
    assert spent == [("2000", "2.0000")] * 2
    assert cells(f"{skipped.campaign.slug}/tables/answers", "skip", "paid_ms") == [(skipped.skip, "")]
