"""A manager states right answers, of cards that can measure somebody, once each, and retires them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from annotator.annotations import gold_items
from annotator.annotations.models import GoldItem, GoldScore
from annotator.errors import InvalidAnswer, InvalidInput, NotFound
from annotator.rollouts.models import PromptGroup, Rollout
from tests.annotator.annotations.known_answers import World, prefer
from tests.factories import make_run

pytestmark = pytest.mark.django_db


def test_an_answer_may_be_taken_for_the_right_one(world):
    it = world(items=0)
    stored = it.answer()
    item = gold_items.from_answer(it.campaign, stored.pk, use="gold", explanation="", made_by=it.olga)
    assert (item.answer, item.task.rollout_ids) == (stored.answer, stored.task.rollout_ids)
    with pytest.raises(NotFound):
        gold_items.from_answer(it.campaign, 10**9, use="gold", explanation="", made_by=it.olga)


def test_gold_that_could_measure_nobody_is_refused(world):
    it = world(items=0)
    a, b = PromptGroup.objects.order_by("id")[:2]
    first, second = (list(Rollout.objects.filter(group=group).values_list("id", flat=True)) for group in (a, b))
    common = {"use": "gold", "explanation": "", "made_by": it.olga}
    for rollouts in ([first[0], second[0]], [first[0], first[0]], [first[0]], [first[0], 10**9]):
        with pytest.raises(InvalidInput):
            gold_items.from_rollouts(it.campaign, rollouts, prefer("first"), **common)
    with pytest.raises(InvalidAnswer):
        gold_items.from_rollouts(it.campaign, first, {"preference": {"choice": "left"}}, **common)
    assert not GoldItem.objects.exists()


def test_a_card_to_answer_has_no_item_yet_unless_it_is_asked_for(open_campaign, people):
    world = World(open_campaign, people, items=2, groups=3)
    last = PromptGroup.objects.latest("id")
    assert {gold_items.group_to_answer(world.campaign, None).pk for _ in range(20)} == {last.pk}
    taken = world.items[0].task.group
    assert gold_items.group_to_answer(world.campaign, taken.pk) == taken
    world.make(last, "gold")
    with pytest.raises(NotFound):
        gold_items.group_to_answer(world.campaign, None)


def test_a_card_to_answer_is_of_the_campaigns_own_runs(open_campaign, people):
    world = World(open_campaign, people, items=0, groups=1)
    elsewhere = make_run("elsewhere", groups=1).groups.get()
    with pytest.raises(NotFound):
        gold_items.group_to_answer(world.campaign, elsewhere.pk)


def test_a_retired_item_is_shown_to_nobody_and_its_scores_stay(world):
    it = world(gold_share=0.5, items=1)
    while not GoldScore.objects.exists():
        it.answer()
    gold_items.retire(it.campaign, it.items[0].pk, now=timezone.now() + timedelta(0))
    assert GoldScore.objects.count() == 1 and GoldItem.objects.get().retired_at is not None
    with pytest.raises(NotFound):
        gold_items.retire(it.campaign, 10**9, now=timezone.now())
