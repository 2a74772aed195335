"""How surprising an answer is, and how much it counts."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from tests.training_bridge.reward_worlds import answers
from training_bridge.errors import InvalidTrainingData
from training_bridge.reward_models.comparisons import Comparisons
from training_bridge.reward_models.config import TrainingConfig
from training_bridge.reward_models.losses import answer_weights, bootstrap_weights, davidson_nll, starting_log_nu


def nll(margin, outcome, nu):
    return float(davidson_nll(torch.tensor([[margin]]), torch.tensor([outcome]), torch.tensor(math.log(nu)))[0, 0])


def test_davidson_worked_by_hand():
    # Undecided with nu = 2: weights 1, 1, 2, so a tie is one half and either side a quarter.
    assert nll(0.0, 0.5, 2.0) == pytest.approx(math.log(2))
    assert nll(0.0, 1.0, 2.0) == pytest.approx(math.log(4))
    # Margin log 9 with nu = 1: weights 3, 1/3, 1.
    assert nll(math.log(9), 1.0, 1.0) == pytest.approx(-math.log(3 / (3 + 1 / 3 + 1)), rel=1e-5)
    assert nll(math.log(9), 0.0, 1.0) == pytest.approx(-math.log((1 / 3) / (3 + 1 / 3 + 1)), rel=1e-5)


@pytest.mark.parametrize("margin", [-30.0, -1.0, 0.0, 2.5, 1000.0])
def test_the_three_answers_are_all_there_is_and_swapping_sides_swaps_two_of_them(margin):
    left, right, tie = (nll(margin, outcome, 0.7) for outcome in (1.0, 0.0, 0.5))
    assert sum(math.exp(-each) for each in (left, right, tie)) == pytest.approx(1.0, rel=1e-5)
    assert nll(-margin, 1.0, 0.7) == pytest.approx(right, rel=1e-6)
    assert nll(-margin, 0.5, 0.7) == pytest.approx(tie, rel=1e-6)


def test_given_no_tie_the_left_wins_with_sigmoid_of_the_margin():
    for nu in (0.01, 1.0, 50.0):
        left, right = math.exp(-nll(1.3, 1.0, nu)), math.exp(-nll(1.3, 0.0, nu))
        assert left / (left + right) == pytest.approx(1 / (1 + math.exp(-1.3)), rel=1e-5)


def test_a_tie_pulls_the_two_rewards_together():
    margin = torch.tensor([[2.0]], requires_grad=True)
    torch.autograd.backward(davidson_nll(margin, torch.tensor([0.5]), torch.tensor(0.0)).sum())
    assert margin.grad is not None and margin.grad.item() > 0


def test_the_starting_nu_reproduces_how_often_people_tie():
    log_nu = starting_log_nu(np.array([0.5] * 30 + [1.0] * 35 + [0.0] * 35))
    assert math.exp(-nll(0.0, 0.5, math.exp(log_nu))) == pytest.approx(0.3, abs=0.01)
    assert math.isfinite(starting_log_nu(np.ones(5))) and math.isfinite(starting_log_nu(np.full(5, 0.5)))


def test_much_better_counts_three_times_slightly_better_and_unrated_as_average():
    rated = answers([0] * 5, [1] * 5, [1.0, 0.0, 1.0, 0.5, 1.0], strength_M=[1, 2, 3, 3, 0])
    assert answer_weights(rated, True).tolist() == [0.5, 1.0, 1.5, 1.0, 1.0]
    assert answer_weights(rated, False).tolist() == [1.0] * 5


def test_strength_multiplies_the_weight_an_answer_already_has():
    rated = answers([0, 0], [1, 1], [1.0, 0.0], strength_M=[1, 3], weight_M=[4.0, 0.0])
    assert answer_weights(rated, True).tolist() == [2.0, 0.0]
    assert rated.weight_M.tolist() == [4.0, 0.0]


def test_answers_about_one_prompt_are_resampled_together():
    weights = bootstrap_weights(np.array([5, 9, 5, 7]), 200, seed=0)
    assert (weights[0] == weights[2]).all() and (weights[0] != weights[1]).any()
    assert weights.mean() == pytest.approx(1.0, abs=0.15)
    assert set(np.unique(weights)) <= set(range(10))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("left_M", [0, 99]), ("right_M", [-1, 1]), ("outcome_M", [0.7, 1.0]), ("outcome_M", [np.nan, 1.0]),
        ("strength_M", [4, 0]), ("weight_M", [np.inf, 1.0]), ("weight_M", [-1.0, 1.0]), ("prompt_M", [1]),
        ("right_M", [0, 0]), ("prompt_M", [4, 4]), ("random_M", [True]), ("machine_M", [True, False]),
    ],
)  # fmt: skip
def test_answers_that_make_no_sense_are_refused(column, value):
    whole = {
        "left_M": [0, 1], "right_M": [1, 2], "outcome_M": [1.0, 0.0], "strength_M": [0, 0], "weight_M": [1.0, 1.0],
        "prompt_M": [4, 5], "annotator_M": [1, 1], "heldout_M": [True, False],
    }  # fmt: skip
    assert len(Comparisons.from_arrays(whole, rows=3)) == 2
    with pytest.raises(InvalidTrainingData):
        Comparisons.from_arrays({**whole, column: value}, rows=3)


def test_a_missing_column_is_named():
    with pytest.raises(InvalidTrainingData, match="left_M"):
        Comparisons.from_arrays({}, rows=3)


def test_the_config_refuses_unknown_fields_and_wrong_types_by_name():
    assert TrainingConfig.from_json(TrainingConfig(seed=3).to_json()) == TrainingConfig(seed=3)
    assert TrainingConfig.from_json({"learning_rate": 1}).learning_rate == 1
    for raw, field in (({"layers": 3}, "layers"), ({"heads": 2.5}, "heads"), ({"heads": True}, "heads")):
        with pytest.raises(InvalidTrainingData) as refusal:
            TrainingConfig.from_json(raw)
        assert refusal.value.context["field"] == field
    for wrong in (
        {"heads": 1},
        {"dropout": 0.0},
        {"learning_rate": math.nan},
        {"anchor": -1.0},
        {"seed": -1},
    ):
        with pytest.raises(InvalidTrainingData):
            TrainingConfig(**wrong)


def test_the_config_digest_covers_what_changes_the_result():
    assert TrainingConfig(threads=4).digest == TrainingConfig().digest
    assert TrainingConfig(seed=1).digest != TrainingConfig().digest
