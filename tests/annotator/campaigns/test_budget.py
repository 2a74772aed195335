"""No answer is asked for without budget reserved first, and what is committed never passes the cap."""

from __future__ import annotations

import random
import threading
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from annotator.campaigns import budget
from annotator.campaigns.limits import Cost
from annotator.campaigns.models import BudgetEntry, Campaign
from annotator.errors import BudgetExhausted, InvalidInput, KeyReused
from tests.races import at_once

pytestmark = pytest.mark.django_db


def test_a_retry_with_the_same_key_reserves_once(open_campaign):
    campaign = open_campaign(budget_labels=10, start=False)
    for _ in range(3):
        budget.reserve(campaign.pk, 4, key="once")
    campaign.refresh_from_db()
    assert campaign.committed_labels == 4


def test_a_reservation_that_does_not_fit_changes_nothing(open_campaign):
    campaign = open_campaign(budget_labels=10, start=False)
    budget.reserve(campaign.pk, 8, key="a")
    with pytest.raises(BudgetExhausted):
        budget.reserve(campaign.pk, 3, key="b")
    assert BudgetEntry.objects.filter(campaign=campaign).count() == 1
    budget.reserve(campaign.pk, 2, key="b")


def test_the_database_itself_refuses_to_pass_the_cap(open_campaign):
    campaign = open_campaign(budget_labels=10, start=False)
    with pytest.raises(IntegrityError, match="budget_never_exceeded"), transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(committed_labels=11)


def test_the_ledger_is_append_only(open_campaign):
    campaign = open_campaign(budget_labels=10, start=False)
    budget.reserve(campaign.pk, 1, key="a")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        BudgetEntry.objects.update(labels=5)


@pytest.mark.django_db(transaction=True)
def test_a_race_for_the_last_labels_never_passes_the_cap(open_campaign):
    campaign = open_campaign(budget_labels=50, start=False)
    granted: list[int] = []

    def grab(worker: int) -> None:
        for turn in range(20):
            try:
                budget.reserve(campaign.pk, 3, key=f"{worker}:{turn}")
                granted.append(3)
            except BudgetExhausted:
                pass
        connection.close()

    threads = [threading.Thread(target=grab, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    campaign.refresh_from_db()
    assert sum(granted) == campaign.committed_labels == 48


PAID = {"budget_hours": Decimal(1), "budget_money": Decimal(60), "currency": "EUR", "pay_per_label": Decimal(1),
        "pay_per_hour": Decimal(60), "paid_seconds_cap": 60}  # fmt: skip


def test_hours_and_money_are_set_aside_with_the_labels_at_the_most_they_can_cost(open_campaign):
    campaign = open_campaign(budget_labels=100, start=False, **PAID)
    budget.reserve(campaign.pk, 10, key="a")
    campaign.refresh_from_db()
    assert campaign.committed == Cost(10, 600_000, Decimal(20))
    with pytest.raises(BudgetExhausted):
        budget.reserve(campaign.pk, 21, key="b")
    assert budget.affordable(campaign, 100) == 20  # money ends first
    assert budget.balance(campaign).ended_by is None


def test_what_an_answer_did_not_cost_can_be_asked_with_again(open_campaign):
    campaign = open_campaign(budget_labels=100, start=False, **PAID)
    budget.reserve(campaign.pk, 30, key="a")
    campaign.refresh_from_db()
    assert budget.balance(campaign).ended_by == "money"
    for n in range(10):
        budget.spend(campaign.pk, key=f"s{n}", cost=campaign.prices.real(6_000))  # 1.10 instead of 2.00
    before = Campaign.objects.get(pk=campaign.pk)
    assert before.committed_money == Decimal(60)  # spending moves no counter
    assert budget.affordable(campaign, 100) == 4
    budget.reserve(campaign.pk, 4, key="b")
    held = budget.balance(campaign)
    assert (held.money.spent, held.money.committed, held.hours.spent) == (11.0, 59.0, pytest.approx(1 / 60))


@pytest.mark.parametrize("what", ["committed_ms", "committed_money"])
def test_the_database_itself_refuses_to_pass_hours_and_money(open_campaign, what):
    campaign = open_campaign(budget_labels=100, start=False, **PAID)
    with pytest.raises(IntegrityError, match=r"hours_never_exceeded|money_never_exceeded"), transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(**{what: 3_600_001})


def test_the_reserve_is_spent_on_extras_only(open_campaign):
    campaign = open_campaign(budget_labels=10, start=False, reserve_share=0.3)
    budget.reserve(campaign.pk, 7, key="a")
    with pytest.raises(BudgetExhausted):
        budget.reserve(campaign.pk, 1, key="b")
    budget.reserve(campaign.pk, 3, key="c", purpose="extra")
    with pytest.raises(BudgetExhausted):
        budget.reserve(campaign.pk, 1, key="d", purpose="extra")
    campaign.refresh_from_db()
    assert (campaign.committed_labels, campaign.extra_labels) == (10, 3)
    budget.release(campaign.pk, 2, key="e", extra=True)
    with pytest.raises(BudgetExhausted):
        budget.reserve(campaign.pk, 1, key="f")


def test_a_stratum_gets_no_more_than_its_share_and_grows_with_a_top_up(open_campaign):
    strata = {"by": "run", "caps": {"r": {"share": 0.5}}}
    campaign = open_campaign(budget_labels=10, start=False, strata=strata)
    budget.reserve(campaign.pk, 5, key="a", strata={"r": 5})
    with pytest.raises(BudgetExhausted) as refused:
        budget.reserve(campaign.pk, 1, key="b", strata={"r": 1})
    assert refused.value.context["stratum"] == "r"
    campaign.refresh_from_db()
    assert campaign.committed_labels == 5  # all or nothing
    budget.top_up(campaign.pk, labels=2, key="more")
    budget.reserve(campaign.pk, 1, key="c", strata={"r": 1})


def test_a_top_up_raises_the_caps_once_and_never_lowers_one(open_campaign):
    campaign = open_campaign(budget_labels=10, start=False, **PAID)
    for _ in range(2):
        topped = budget.top_up(campaign.pk, labels=5, hours=Decimal("0.5"), money=Decimal(10), key="x")
    assert (topped.budget_labels, topped.budget_hours, topped.budget_money) == (15, Decimal("1.5"), Decimal(70))
    for wrong in ({"labels": -1}, {}, {"hours": Decimal(-1), "labels": 5}):
        with pytest.raises(InvalidInput):
            budget.top_up(campaign.pk, key="y", **wrong)
    with pytest.raises(KeyReused):
        budget.top_up(campaign.pk, labels=6, hours=Decimal("0.5"), money=Decimal(10), key="x")
    unpaid = open_campaign(slug="unpaid", start=False)
    with pytest.raises(InvalidInput):
        budget.top_up(unpaid.pk, money=Decimal(5), key="z")


@pytest.mark.django_db(transaction=True)
def test_rounds_answers_and_top_ups_at_once_never_pass_any_cap(open_campaign):
    campaign = open_campaign(budget_labels=60, start=False, reserve_share=0.2, **PAID)
    spent: list[Cost] = []

    def work(worker: int) -> None:
        chance = random.Random(worker)
        for turn in range(25):
            key, purpose = f"{worker}:{turn}", chance.choice(["main", "extra"])
            try:
                budget.reserve(campaign.pk, 1, key=key, purpose=purpose)
            except BudgetExhausted:
                continue
            if chance.random() < 0.2:
                budget.release(campaign.pk, 1, key=f"{key}:back", extra=purpose == "extra")
                continue
            cost = campaign.prices.real(chance.choice([None, 0, 5_000, 60_000]))
            budget.spend(campaign.pk, key=f"{key}:spent", cost=cost, extra=purpose == "extra")
            spent.append(cost)
            if turn == 20 and worker == 0:
                budget.top_up(campaign.pk, labels=3, key="more")
            budget.settle(Campaign.objects.get(pk=campaign.pk))

    at_once(*[lambda n=n: work(n) for n in range(6)])
    total = sum(spent, Cost())
    held = budget.ledger(Campaign.objects.get(pk=campaign.pk))
    assert held.spent == held.committed == total
    assert total.labels <= 63
    assert total.ms <= 3_600_000
    assert total.money <= 60
    assert held.committed.labels - held.extra.labels <= 63 * 0.8


def test_work_nobody_waits_for_never_takes_more_than_the_reserve(open_campaign):
    campaign = open_campaign(budget_labels=10, start=False, reserve_share=0.2)
    for key in ("a", "b"):
        budget.reserve(campaign.pk, 1, key=key, purpose="surplus")
    with pytest.raises(BudgetExhausted):
        budget.reserve(campaign.pk, 1, key="c", purpose="surplus")
    budget.reserve(campaign.pk, 8, key="d")
