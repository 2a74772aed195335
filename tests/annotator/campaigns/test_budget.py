"""No answer is asked for without budget reserved first, and what is committed never passes the cap."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from annotator.campaigns import budget
from annotator.campaigns.models import BudgetEntry, Campaign
from annotator.errors import BudgetExhausted

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
