"""Who skipped a card and answers it after all is heard while nobody has begun it since, and paid once."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotator.annotations.models import GoldScore
from annotator.annotations.submission import revise, submit
from annotator.campaigns import budget
from annotator.campaigns.models import Campaign
from annotator.errors import LeaseLost
from annotator.tasks.leasing import claim_next, expire_leases
from annotator.tasks.models import Assignment
from tests.annotator.annotations.known_answers import World, prefer
from tests.factories import said
from tests.races import at_once

pytestmark = pytest.mark.django_db


def in_balance(campaign):
    """What the counters say is what the ledger adds up to, and what is live or answered."""
    campaign.refresh_from_db()
    held = budget.ledger(campaign)
    paid = Assignment.objects.filter(campaign=campaign, state__in=["open", "leased", "submitted"])
    assert (campaign.committed, campaign.extra) == (held.committed, held.extra)
    assert campaign.committed_labels == paid.count()
    assert campaign.extra_labels == paid.filter(extra=True).count()
    return held


def personal_card(it, stream):
    """The next personal card this person holds; what comes before it is answered."""
    while True:
        (card,) = it.claim()
        slot = Assignment.objects.select_related("task").get(id=card.assignment)
        if slot.task.stream == stream:
            return card, slot
        submit(card.assignment, it.alice, card.lease_number, said("left", str(card.assignment)))


@pytest.mark.parametrize(
    ("stream", "config"),
    [
        ("gold", {"gold_share": 0.5}),
        ("repeat", {"repeat_share": 0.5, "items": 0}),
        ("gold", {"use": "training", "training_cards": 3}),
    ],
    ids=["gold", "repeat", "training"],
)
def test_a_skipped_personal_card_is_answered_after_all_like_any_other(open_campaign, people, stream, config):
    it = World(open_campaign, people, **config)
    card, slot = personal_card(it, stream)
    skipped, _ = submit(card.assignment, it.alice, card.lease_number, said("skip", "s"))
    before = in_balance(it.campaign)
    answered, _ = revise(skipped.pk, it.alice, said("left", "a"))
    after = in_balance(it.campaign)
    slot.refresh_from_db()
    assert (slot.state, slot.task.state) == ("submitted", "settled")
    assert after.spent.labels == before.spent.labels + 1
    if it.items and config.get("use") != "training":
        assert GoldScore.objects.filter(annotation=answered).exists()
    revise(answered.pk, it.alice, said("skip", "again"))
    assert in_balance(it.campaign).spent == after.spent


def test_where_the_reserve_is_gone_meanwhile_the_answer_is_kept_unpaid(open_campaign, people):
    it = World(open_campaign, people, gold_share=0.5)
    card, slot = personal_card(it, "gold")
    skipped, _ = submit(card.assignment, it.alice, card.lease_number, said("skip", "s"))
    it.campaign.refresh_from_db()
    budget.reserve(it.campaign.pk, it.campaign.budget_labels - it.campaign.committed_labels, key="x", purpose="extra")
    spent = budget.balance(it.campaign).spent
    answered, _ = revise(skipped.pk, it.alice, said("left", "a"))
    slot.refresh_from_db()
    assert (slot.state, answered.answer is not None) == ("surplus", True)
    assert budget.balance(it.campaign).spent == spent


def test_over_http_nothing_tells_a_skipped_gold_card_from_another(open_campaign, people, api):
    it = World(open_campaign, people, gold_share=0.5)
    client = api("alice")
    url, seen = f"/api/v1/campaigns/{it.campaign.slug}", set()
    for _ in range(10):
        (card,) = client.post(f"{url}/claim", {"n": 1}, format="json").json()["cards"]
        body = {"lease_number": card["lease_number"], "answer": None, "skip": "other"}
        path, key = f"/api/v1/assignments/{card['assignment']}/annotation", str(card["assignment"])
        skipped = client.post(path, {**body, "idempotency_key": f"{key}-s"}, format="json").json()["annotation"]
        body = {"answer": prefer("first"), "idempotency_key": f"{key}-a"}
        told = client.post(f"/api/v1/annotations/{skipped}/revise", body, format="json")
        seen.add((told.status_code, frozenset(told.json())))
    assert {"gold", "acquisition"} <= set(
        Assignment.objects.filter(state="submitted").values_list("task__stream", flat=True)
    )
    assert len(seen) == 1 and seen.pop()[0] == 201


PAID = {"pay_per_hour": Decimal(36), "currency": "EUR", "paid_seconds_cap": 100, "reserve_share": 0.2}


def test_a_late_skip_taken_back_is_paid_by_the_reservation_of_the_seat(open_campaign, people):
    campaign = open_campaign(groups=1, lease_minutes=1, budget_labels=10, **PAID)
    later = timezone.now() + timedelta(minutes=2)
    (card,) = claim_next(campaign, people["alice"].pk, n=1, now=timezone.now() - timedelta(seconds=30))
    expire_leases(now=later)
    claim_next(campaign, people["bob"].pk, n=1, now=later)
    skipped, _ = submit(card.assignment, people["alice"].pk, card.lease_number, said("skip", "s"))
    expire_leases(now=later + timedelta(minutes=2))
    revise(skipped.pk, people["alice"].pk, said("left", "a", active_ms=10_000))
    budget.settle(campaign)
    in_balance(campaign)
    assert (campaign.extra_ms, campaign.extra_money, campaign.committed_ms) == (0, 0, 10_000)
    assert not Assignment.objects.filter(state="submitted", extra=True).exists()


@pytest.mark.parametrize("counter", ["ms", "money"])
def test_the_database_refuses_an_extra_part_that_is_negative_or_more_than_the_whole(open_campaign, counter):
    campaign = open_campaign(**PAID)
    for wrong in (-1, getattr(campaign, f"committed_{counter}") + 1):
        with pytest.raises(IntegrityError), transaction.atomic():
            Campaign.objects.filter(pk=campaign.pk).update(**{f"extra_{counter}": wrong})


@pytest.mark.django_db(transaction=True)
def test_of_a_skip_taken_back_and_a_late_answer_to_its_seat_one_counts_and_nobody_waits_for_ever(open_campaign, people):
    campaign = open_campaign(groups=24, overlap=2, open_tasks=24, lease_minutes=1, budget_labels=100)
    alice, bob = people["alice"].pk, people["bob"].pk
    for n in range(12):
        (card,) = claim_next(campaign, alice, n=1, now=timezone.now())
        skipped, _ = submit(card.assignment, alice, card.lease_number, said("skip", f"s{n}"))
        seat = Assignment.objects.get(task_id=skipped.task_id, slot=skipped.assignment.slot, state="open")
        others = Assignment.objects.filter(campaign=campaign, state="open").exclude(pk=seat.pk)
        held = list(others.values_list("pk", flat=True))
        others.update(state="cancelled")
        (late,) = claim_next(campaign, bob, n=1, now=timezone.now())
        Assignment.objects.filter(pk__in=held).update(state="open")
        assert late.assignment == seat.pk
        expire_leases(now=timezone.now() + timedelta(minutes=2))
        at_once(
            lambda n=n, skipped=skipped: _unless_lost(lambda: revise(skipped.pk, alice, said("left", f"a{n}"))),
            lambda n=n, late=late: submit(late.assignment, bob, late.lease_number, said("left", f"b{n}")),
        )
        answered = Assignment.objects.filter(task_id=skipped.task_id, slot=seat.slot, state="submitted")
        assert answered.count() == 1
    in_the_ledger = budget.ledger(campaign).spent.labels
    assert in_the_ledger == campaign.budget_entries.filter(kind="spend").count()


def _unless_lost(work):
    with suppress(LeaseLost):
        work()
