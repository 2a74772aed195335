"""Before a strategy chooses: how long that lasts, and by what it is counted."""

from __future__ import annotations

import pytest

from annotator.learning.cold import cold_start
from tests.factories import make_version

pytestmark = pytest.mark.django_db


def test_the_cold_start_ends_with_enough_answers_about_prompts_that_are_not_held_out(answered):
    it = answered(cold_answers=30, heldout_share=0.5)
    assert cold_start(it.campaign).answers_to_go == 30
    it.answer(20)
    left = cold_start(it.campaign).answers_to_go
    assert 10 < left < 30
    it.answer(60)
    assert cold_start(it.campaign) is None


def test_a_strategy_of_draws_waits_for_a_version_and_one_that_corrects_a_machine_for_nothing(answered, open_campaign):
    draws = answered(acquisition="ensemble_std")
    assert cold_start(draws.campaign).answers_to_go is None
    make_version(draws.campaign.reward_model)
    assert cold_start(draws.campaign) is None
    assert cold_start(open_campaign(slug="corrects", machine="reward", cold_answers=12, start=False)) is None
    assert cold_start(open_campaign(slug="chance", acquisition="random", start=False)) is None
