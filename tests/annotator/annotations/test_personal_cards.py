"""Gold, training and repeats are one person's: paid once, from the reserve; kept for who is away, then given back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from annotator.annotations.models import Annotation, GoldScore
from annotator.annotations.personal import claim_with_personal, following
from annotator.annotations.submission import submit
from annotator.annotations.unseen import REPEAT_AFTER
from annotator.campaigns import budget
from annotator.campaigns.config import CampaignConfig
from annotator.campaigns.membership import remove
from annotator.campaigns.models import Membership
from annotator.errors import InvalidConfig
from annotator.tasks.leasing import claim_next, expire_leases, release
from annotator.tasks.models import Assignment
from annotator.tasks.withdrawing import remove_member, withdraw_left_lying
from tests.annotator.annotations.known_answers import leave
from tests.factories import said

pytestmark = pytest.mark.django_db


def test_repeats_come_later_in_the_other_order_and_are_no_new_answers(world):
    it = world(items=0, repeat_share=0.5, groups=60)
    said_of = [it.answer() for _ in range(REPEAT_AFTER + 30)]
    repeats = [one for one in said_of if one.task.stream == "repeat"]
    assert 3 <= len(repeats) <= 23
    for again in repeats:
        first = Annotation.objects.get(
            task__rollout_ids=again.task.rollout_ids, task__stream__in=["acquisition", "random"]
        )
        assert again.shown_order == first.shown_order[::-1]
        assert sum(one.pk > first.pk for one in said_of if one.pk < again.pk) >= REPEAT_AFTER - 1
    assert len({tuple(one.task.rollout_ids) for one in repeats}) == len(repeats)


@pytest.mark.parametrize(("gold", "repeats"), [(0.1, 0.0), (0.2, 0.1), (0.5, 0.0), (0.0, 0.3), (0.3, 0.3)])
def test_over_many_cards_each_kind_has_its_share_of_all(gold, repeats):
    config = CampaignConfig(gold_share=gold, repeat_share=repeats, reserve_share=0.5)
    drawn = [stream for slot in range(20_000) for stream in following(config, f"helpful:7:{slot}")]
    cards = 20_000 + len(drawn)
    assert drawn.count("gold") / cards == pytest.approx(gold, abs=0.015)
    assert drawn.count("repeat") / cards == pytest.approx(repeats, abs=0.015)


def test_held_cards_do_not_draw_more_gold_than_the_share(world):
    it = world(gold_share=0.1, items=12)
    first = [card.assignment for card in it.claim(n=3)]
    drawn = [following(it.campaign.config, f"{it.campaign.slug}:{it.alice}:{slot}") for slot in first]
    held = Assignment.objects.filter(annotator_id=it.alice)
    begun = set(held.values_list("id", flat=True))
    assert len(begun) == 3 + sum(map(len, drawn)), "what follows each is drawn once, as its own number has it"
    for _ in range(40):
        assert {card.assignment for card in it.claim(n=3)} <= begun
    assert set(held.values_list("id", flat=True)) == begun


def test_a_queue_that_ran_dry_gives_nobody_gold(world):
    it = world(gold_share=0.5, items=12, groups=4)
    while it.claim():
        it.answer()
    dealt = Assignment.objects.filter(task__stream="gold").count()
    assert [it.claim() for _ in range(20)] == [[]] * 20
    assert Assignment.objects.filter(task__stream="gold").count() == dealt


def test_personal_cards_are_paid_from_the_reserve_and_end_with_it(world):
    it = world(gold_share=0.5, items=8, budget_labels=20, reserve_share=0.1, open_tasks=30)
    for _ in range(20):
        it.answer()
    it.campaign.refresh_from_db()
    assert GoldScore.objects.count() == 2
    assert it.claim() == []
    assert budget.balance(it.campaign).spent == 20


def test_cards_that_nothing_could_pay_for_are_refused_when_a_campaign_is_made(world):
    with pytest.raises(InvalidConfig, match="reserve"):
        world(gold_share=0.1, reserve_share=0.0)


def test_personal_cards_keep_within_a_persons_cap(world):
    it = world(gold_share=0.5, items=12, person_labels=6)
    for _ in range(4):
        it.answer()
    assert len(it.claim(n=5)) == 2
    for _ in range(2):
        it.answer()
    assert it.claim(n=5) == []


def lapse(it):
    Assignment.objects.filter(state="leased").update(leased_until=timezone.now() - timedelta(minutes=1))
    expire_leases(now=timezone.now())


@pytest.mark.parametrize("gone", ["lapsed", "given back"])
def test_a_personal_card_stays_its_owners_and_is_paid_for_once(world, people, gone):
    it = world(use="training", items=3, training_cards=3)
    first = held = it.claim(n=3)
    for _ in range(3):
        if gone == "lapsed":
            lapse(it)
        else:
            for card in held:
                release(card.assignment, it.alice, card.lease_number)
        held = it.claim(n=3)
        assert {card.assignment for card in held} == {card.assignment for card in first}
    other = claim_with_personal(it.campaign, people["carol"].pk, n=10, now=timezone.now())
    assert not {card.assignment for card in other} & {card.assignment for card in first}
    it.campaign.refresh_from_db()
    assert budget.balance(it.campaign).extra == Assignment.objects.filter(extra=True).count()
    for card in it.claim(n=3):
        submit(card.assignment, it.alice, card.lease_number, said("left", str(card.assignment)))
    assert it.answer().task.stream != "gold"


def test_who_never_comes_back_to_a_personal_card_keeps_no_label_reserved(world, people):
    it = world(use="training", items=3, training_cards=3)
    cards = it.claim(n=3)
    assert leave(it, 0.5) == 0
    assert {card.assignment for card in it.claim(n=3)} == {card.assignment for card in cards}
    assert leave(it, 2) == 3
    it.campaign.refresh_from_db()
    assert (it.campaign.extra_labels, budget.ledger(it.campaign).extra.labels) == (0, 0)
    others = claim_with_personal(it.campaign, people["bob"].pk, n=9, now=timezone.now())
    assert not {card.assignment for card in others} & {card.assignment for card in cards}
    assert leave(it, 2) == 3 and leave(it, 2) == 0


def test_who_is_removed_gives_back_at_once_what_they_hold(world, people):
    it = world(use="training", items=2, training_cards=2)
    it.claim(n=2)
    it.answer()
    bob = people["bob"].pk
    held = [card.assignment for card in claim_next(it.campaign, bob, n=3, now=timezone.now())]
    before = budget.ledger(it.campaign).extra.labels
    remove_member(it.campaign, it.alice, now=timezone.now())
    remove_member(it.campaign, bob, now=timezone.now())
    it.campaign.refresh_from_db()
    assert (it.campaign.extra_labels, budget.ledger(it.campaign).extra.labels) == (before - 1, before - 1)
    assert not Assignment.objects.filter(state="leased").exists()
    others = claim_next(it.campaign, people["carol"].pk, n=20, now=timezone.now())
    assert set(held) <= {card.assignment for card in others}


def test_what_somebody_was_answering_while_they_were_removed_is_given_back_by_the_next_sweep(world):
    it = world(use="training", items=2, training_cards=2)
    it.claim(n=2)
    remove(it.campaign, it.alice)
    assert withdraw_left_lying(now=timezone.now()) == 2
    it.campaign.refresh_from_db()
    assert it.campaign.extra_labels == 0


def test_what_is_said_of_a_personal_card_long_after_is_kept_paid_and_judged(world):
    it = world(use="training", items=1, training_cards=1, training_pass=0.5)
    (card,) = it.claim()
    leave(it, 2)
    slot = Assignment.objects.get(id=card.assignment)
    wrong = "right" if slot.shown_order[0] == 0 else "left"
    given, _ = submit(card.assignment, it.alice, card.lease_number, said(wrong, "late"))
    assert given.assignment.state == "surplus"
    assert budget.balance(it.campaign).spent == 1
    assert "0% of the last 1 training cards" in Membership.objects.get(user=it.alice).paused_because
