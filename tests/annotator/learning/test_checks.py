"""A strategy is looked at in time, gives way when it is not shown to pay, and returns when it is."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from annotator.annotations.submission import revise
from annotator.campaigns import lifecycle
from annotator.learning import checks
from annotator.learning.checks import check_strategy, fallen_back, strategy_in_force
from annotator.learning.models import StrategyCheck
from annotator.tasks.models import AnnotationTask
from tests.factories import make_run, said
from training_bridge import jobs

from .answered import BETTER, UNCLEAR, WORSE, rounds

pytestmark = pytest.mark.django_db


def test_a_strategy_is_looked_at_every_twenty_answers_or_tenth_of_them(answered, says):
    it = answered()
    says(UNCLEAR)
    it.answer(19)
    assert check_strategy(it.campaign) is None
    it.answer(1)
    assert check_strategy(it.campaign).answers == 20
    assert check_strategy(it.campaign) is None
    it.answer(19)
    assert check_strategy(it.campaign) is None
    it.answer(221)
    assert check_strategy(it.campaign).answers == 260
    it.answer(25)
    assert check_strategy(it.campaign) is None
    it.answer(1)
    assert check_strategy(it.campaign).answers == 286


def test_skips_are_no_answers_and_a_correction_is_no_new_one(answered, says):
    it = answered()
    says(UNCLEAR)
    first = it.answer(19)[0]
    it.answer(10, choice="skip")
    revise(first.pk, it.alice, said("right", "again"))
    assert check_strategy(it.campaign) is None
    it.answer(1)
    assert check_strategy(it.campaign).answers == 20


def test_the_last_answers_of_a_closed_campaign_are_looked_at_once(answered, says):
    it = answered()
    says(UNCLEAR)
    it.answer(25)
    check_strategy(it.campaign)
    it.answer(3)
    closed = lifecycle.move(it.campaign, "closed", now=timezone.now())
    assert check_strategy(closed).answers == 28
    assert check_strategy(closed) is None


def test_chance_is_no_strategy(answered, says):
    it = answered(acquisition="random")
    says(WORSE)
    it.answer(40)
    assert check_strategy(it.campaign) is None
    assert strategy_in_force(it.campaign) == ("random", False)


def test_two_sweeps_at_once_write_one_check(answered, says, monkeypatch):
    it = answered()
    says(UNCLEAR)
    it.answer(20)
    assert check_strategy(it.campaign) is not None
    monkeypatch.setattr(checks, "_newest_check", lambda campaign: None)  # the other one began before it was written
    assert check_strategy(it.campaign) is None
    assert StrategyCheck.objects.count() == 1


def test_a_strategy_that_must_prove_itself_gives_way_after_five_rounds_and_comes_back_when_it_has(answered, says):
    it = answered(groups=300, open_tasks=30, must_prove=True)
    says(UNCLEAR)
    it.answer(20)
    rounds(it.campaign, 2)
    assert check_strategy(it.campaign).verdict == "too_early"
    assert strategy_in_force(it.campaign) == ("v_optimal", False)
    rounds(it.campaign, 3)
    it.answer(20)
    check = check_strategy(it.campaign)
    assert (check.verdict, check.falls_back) == ("unproven", True)
    assert strategy_in_force(it.campaign) == ("random", True)

    it.answer(20)
    it.keeper.step()
    fresh = AnnotationTask.objects.filter(selection=it.campaign.selections.order_by("-id").first())
    assert {task.stream for task in fresh} == {"random"}
    assert it.campaign.selections.order_by("-id").first().acquisition == "random"

    says(BETTER)
    it.answer(20)
    assert not check_strategy(it.campaign).falls_back
    assert strategy_in_force(it.campaign) == ("v_optimal", False)
    it.answer(20)
    it.keeper.step()
    fresh = AnnotationTask.objects.filter(selection=it.campaign.selections.order_by("-id").first())
    assert {task.stream for task in fresh} == {"random", "acquisition"}


def test_a_strategy_that_is_neither_better_nor_worse_goes_on_unless_it_must_prove_itself(answered, says):
    it = answered()
    says(UNCLEAR)
    rounds(it.campaign, 5)
    it.answer(20)
    check = check_strategy(it.campaign)
    assert (check.verdict, check.falls_back) == ("unproven", False)
    assert strategy_in_force(it.campaign) == ("v_optimal", False)


def test_rounds_that_chance_or_the_cold_start_chose_are_not_held_against_a_strategy(answered, says):
    it = answered()
    says(UNCLEAR)
    rounds(it.campaign, 5, "stratified_random")
    rounds(it.campaign, 5, "random")
    it.answer(20)
    assert check_strategy(it.campaign).rounds == 0
    assert not fallen_back(it.campaign)


def test_a_manager_may_forbid_the_fall_back_and_still_sees_the_verdict(answered, says):
    it = answered(fall_back=False)
    says(WORSE)
    it.answer(20)
    assert check_strategy(it.campaign).falls_back
    assert strategy_in_force(it.campaign) == ("v_optimal", False)


def test_what_was_found_stays_found(answered, says):
    it = answered()
    says(UNCLEAR)
    it.answer(20)
    check = check_strategy(it.campaign)
    for change in (lambda: StrategyCheck.objects.update(falls_back=True), check.delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert not StrategyCheck.objects.get().falls_back


def test_the_sweep_looks_at_every_campaign_and_one_in_trouble_does_not_hide_the_others(answered, monkeypatch):
    from uncertainty.errors import NonFiniteReward

    it = answered()
    make_run("other")
    lifecycle.create(
        slug="draft", name="Draft", question="?", budget_labels=1, runs=["other"], reward_model="",
        created_by=it.campaign.created_by, config={},
    )  # fmt: skip
    looked = []

    def look(campaign):
        looked.append(campaign.slug)
        raise NonFiniteReward("A feature is not a number.")

    monkeypatch.setattr(jobs, "check_strategy", look)
    jobs.check_strategies.run()
    assert looked == [it.campaign.slug]
