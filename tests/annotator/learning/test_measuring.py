"""A strategy is measured by the campaign's own random stream, on what people say now."""

from __future__ import annotations

import numpy as np
import pytest

from annotator.annotations.submission import revise
from annotator.learning.checks import check_strategy, strategy_in_force
from annotator.learning.measuring import measured
from tests.factories import said

pytestmark = pytest.mark.django_db


def test_telling_the_truth_about_random_pairs_only_is_seen_and_ends_the_strategy_at_once(answered):
    it = answered(lies=True)
    it.answer(300)
    check = check_strategy(it.campaign)
    assert (check.verdict, check.falls_back) == ("worse", True)
    assert check.lift_high < 0 < check.judged_by < 300
    assert check.saved_bound == "at_most" and check.saved_ratio <= 1.0
    assert strategy_in_force(it.campaign) == ("random", True)


def test_a_look_reads_what_was_said_by_chance_and_by_choice_with_its_newest_corrections(answered, monkeypatch):
    from annotator.learning import measuring

    it = answered()
    stored = it.answer(60)
    stored += it.answer(20, choice="tie") + it.answer(20, choice="both_bad")
    it.answer(20, choice="skip")
    for annotation in stored[:10]:
        revise(annotation.pk, it.alice, said("right", f"again-{annotation.pk}"))
    seen = {}
    monkeypatch.setattr(
        measuring, "measure", lambda deltas, outcomes, prompts, random, **_: seen.update(
            deltas=deltas, outcomes=outcomes, prompts=prompts, random=random)
    )  # fmt: skip
    measured(it.campaign, seed=0)
    chosen_by_chance = sum(annotation.task.stream == "random" for annotation in stored)
    assert len(seen["outcomes"]) == 100 and seen["random"].sum() == chosen_by_chance
    assert (seen["outcomes"] == 0.5).sum() == 40
    assert (seen["outcomes"][-10:] == 0.0).all()  # the left completion is a; "right" is b
    assert len(np.unique(seen["prompts"])) == len({annotation.task.group_id for annotation in stored})


def test_too_few_random_answers_are_too_early_to_tell_and_change_nothing(answered):
    it = answered(random_share=0.0, cold_answers=0)
    it.answer(40)
    check = check_strategy(it.campaign)
    assert (check.verdict, check.falls_back, check.lift_mean, check.saved_ratio) == ("too_early", False, None, None)
    assert (check.judged_by, check.learnt_from) == (0, 0)


def test_a_campaign_without_features_cannot_be_measured_yet(open_campaign):
    campaign = open_campaign(groups=3)
    assert measured(campaign, seed=0) is None


def test_answers_that_correct_a_machine_are_measured_from_what_it_said(answered, monkeypatch):
    from annotator.learning import measuring

    it = answered(machine="reward", groups=40)
    it.answer(60)
    priors = []
    real = measuring.measure
    monkeypatch.setattr(
        measuring,
        "measure",
        lambda *told, machine, rng: priors.append(machine) or real(*told, machine=machine, rng=rng),
    )
    assert measured(it.campaign, seed=0) is not None
    assert priors[0] is not None and np.abs(priors[0].mean_D).max() > 0
