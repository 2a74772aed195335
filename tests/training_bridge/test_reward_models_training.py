"""Reward models learn what people said, know what they do not know, and never peek at held-out answers."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch

from tests.training_bridge.reward_worlds import QUICK, WIDTH, linear_world, quiet
from training_bridge.errors import InvalidTrainingData, TrainingDiverged
from training_bridge.reward_models import model as model_module
from training_bridge.reward_models.evaluate import BINS, POINTS, against, evaluate
from training_bridge.reward_models.train import train
from uncertainty.acquisition import ACQUISITIONS
from uncertainty.calibration import fit_temperature
from uncertainty.reward_samples import RewardSamples


@pytest.fixture(scope="module")
def world():
    return linear_world(600)


@pytest.fixture(scope="module")
def trained(world):
    features, comparisons, _ = world
    return train(features, comparisons, QUICK, quiet)


def test_it_finds_the_hidden_preference(world, trained):
    features, comparisons, reward_N = world
    ensemble_K_N, dropout_T_N = trained.draw(features)
    assert np.corrcoef(ensemble_K_N.mean(axis=0), reward_N)[0, 1] > 0.9
    assert np.corrcoef(dropout_T_N.mean(axis=0), reward_N)[0, 1] > 0.85
    metrics = evaluate(trained, features, comparisons)
    assert metrics["heldout_accuracy"] > 0.75 and metrics["heldout_nll"] < 0.55 and metrics["ece"] < 0.15
    assert (metrics["n_heldout"], metrics["n_train"], metrics["n_train_prompts"]) == (300, 300, 150)


def test_the_same_seed_gives_the_same_model_and_another_seed_another(world, trained):
    features, comparisons, _ = world
    again = train(features, comparisons, QUICK, quiet)
    other = train(features, comparisons, dataclasses.replace(QUICK, seed=1), quiet)
    assert (again.draw(features)[0] == trained.draw(features)[0]).all()
    assert (again.draw(features)[1] == trained.draw(features)[1]).all()
    assert (other.draw(features)[0] != trained.draw(features)[0]).any()


def test_scores_made_at_different_times_are_the_same_opinions(world, trained, monkeypatch):
    features, _, _ = world
    ensemble_K_N, dropout_T_N = trained.draw(features)
    assert ensemble_K_N.shape == (QUICK.heads, 1200) and dropout_T_N.shape == (QUICK.dropout_draws, 1200)
    monkeypatch.setattr(model_module, "BLOCK_N", 7)
    for rows in ([3], [800, 3, 3], range(20)):
        one, two = trained.draw(features[list(rows)])
        np.testing.assert_allclose(one, ensemble_K_N[:, list(rows)], atol=1e-5)
        np.testing.assert_allclose(two, dropout_T_N[:, list(rows)], atol=1e-5)


@pytest.mark.parametrize(("draws", "rule"), [(0, "ensemble_std"), (0, "bald"), (1, "mc_dropout_std")])
def test_twins_do_not_look_uncertain(trained, draws, rule):
    """Two nearly equal completions: every head, and every dropout mask, must move them together."""
    rng = np.random.default_rng(3)
    ones = 3 * rng.normal(size=(50, WIDTH))
    rows = np.concatenate((ones, ones + 0.01 * rng.normal(size=ones.shape), 3 * rng.normal(size=ones.shape)))
    samples = RewardSamples(trained.draw(rows)[draws])
    at = np.arange(50)
    twins, strangers = (
        ACQUISITIONS[rule].value(samples.margins_S_M(at, at + shift), rng=rng).mean() for shift in (50, 100)
    )
    assert twins < 0.03 * strangers


def test_dropout_draws_differ_from_each_other(trained, world):
    _, dropout_T_N = trained.draw(world[0][:50])
    assert len({row.tobytes() for row in dropout_T_N}) > QUICK.dropout_draws / 2
    assert RewardSamples(dropout_T_N).spread_N(np.zeros(50, dtype=int)).min() > 0


def test_it_is_less_certain_where_it_has_seen_nothing():
    """Trained on completions that differ in the first half of the features, asked about the second half."""
    features, comparisons, _ = linear_world(300, heldout=0.0)
    seen, strange = features.copy(), features.copy()
    seen[:, WIDTH // 2 :] = features[0, WIDTH // 2 :] + 0.1 * seen[:, WIDTH // 2 :]
    strange[:, : WIDTH // 2] = features[0, : WIDTH // 2]
    model = train(seen, comparisons, QUICK, quiet)
    groups = np.zeros(len(features), dtype=int)
    known, unknown = (RewardSamples(model.draw(rows)[0]) for rows in (seen, strange))
    ratio_known = known.spread_N(groups).mean() / known.mean_N.std()
    ratio_unknown = unknown.spread_N(groups).mean() / unknown.mean_N.std()
    assert ratio_unknown > 2 * ratio_known


def test_more_answers_make_it_more_certain():
    groups = np.zeros(200, dtype=int)
    probe = np.random.default_rng(9).normal(size=(200, WIDTH))
    doubt = []
    for pairs in (30, 300, 3000):
        features, comparisons, _ = linear_world(pairs, heldout=0.0)
        samples = RewardSamples(train(features, comparisons, QUICK, quiet).draw(probe)[0])
        doubt.append(samples.spread_N(groups).mean() / samples.mean_N.std())
    assert doubt[0] > 1.3 * doubt[1] > 1.69 * doubt[2], doubt


def test_held_out_answers_move_nothing_at_all(world, trained):
    features, comparisons, _ = world
    turned = np.where(comparisons.heldout_M, 1 - comparisons.outcome_M, comparisons.outcome_M)
    other = train(features, dataclasses.replace(comparisons, outcome_M=turned), QUICK, quiet)
    for name in ("first_D_K_H", "bias_K_H", "second_K_H"):
        assert torch.equal(getattr(other.heads, name), getattr(trained.heads, name))
    assert other.temperature == trained.temperature


def test_the_temperature_is_what_answers_nobody_trained_on_would_ask_for():
    """In sample the heads look too right, and would be told to be surer than strangers' answers allow."""
    features, comparisons, _ = linear_world(3000, heldout=0.8)
    model = train(features, comparisons, dataclasses.replace(QUICK, heads=20, steps=400), quiet)
    seen, held = comparisons.where(~comparisons.heldout_M), comparisons.where(comparisons.heldout_M)
    samples = RewardSamples(model.with_temperatures(1.0, 1.0).draw(features)[0])
    in_sample, honest = (
        fit_temperature(samples.margins_S_M(said.left_M, said.right_M), said.outcome_M) for said in (seen, held)
    )
    assert in_sample < 0.8 * honest
    assert 0.87 * honest < model.temperature < 1.15 * honest


def test_a_machines_answers_are_learnt_from_but_never_calibrate(world):
    features, comparisons, _ = world
    by_machine = ~comparisons.heldout_M & (np.arange(600) % 4 > 0)
    liar = np.where(by_machine, 1 - comparisons.outcome_M, comparisons.outcome_M)
    said = dataclasses.replace(comparisons, outcome_M=liar, weight_M=np.where(by_machine, 1e-6, 1.0))
    told = dataclasses.replace(said, machine_M=by_machine)
    kept, fooled = (train(features, each, QUICK, quiet) for each in (told, said))
    assert 0 < kept.facts["n_calibration"] <= (~by_machine & ~comparisons.heldout_M).sum()
    assert torch.equal(kept.heads.first_D_K_H, fooled.heads.first_D_K_H)
    assert kept.temperature < 0.5 * fooled.temperature


def test_each_kind_of_draws_has_the_temperature_that_makes_it_honest():
    """A dropout head is one network: alone it errs more than the ensemble, and its draws must say so."""
    features, comparisons, _ = linear_world(3000, heldout=0.8)
    model = train(features, comparisons, dataclasses.replace(QUICK, heads=20, steps=400), quiet)
    held = comparisons.where(comparisons.heldout_M)
    left_over = [
        fit_temperature(RewardSamples(side).margins_S_M(held.left_M, held.right_M), held.outcome_M)
        for side in model.draw(features)
    ]
    assert left_over == pytest.approx([1.0, 1.0], rel=0.3)
    assert model.dropout_temperature > 1.2 * model.temperature


def test_answers_without_any_meaning_end_up_near_a_coin():
    rng = np.random.default_rng(4)
    features, comparisons, _ = linear_world(600)
    noise = dataclasses.replace(comparisons, outcome_M=rng.integers(0, 2, size=600).astype(float))
    metrics = evaluate(train(features, noise, QUICK, quiet), features, noise)
    assert metrics["heldout_accuracy"] == pytest.approx(0.5, abs=0.12)
    assert metrics["heldout_nll"] < 0.72


def test_pairs_called_ties_get_closer_rewards():
    features, strict, _ = linear_world(300, heldout=0.0)
    half_tied = dataclasses.replace(strict, outcome_M=np.where(np.arange(300) % 2, strict.outcome_M, 0.5))
    far, near = (
        np.abs(
            RewardSamples(train(features, said, QUICK, quiet).draw(features)[0])
            .margins_S_M(strict.left_M, strict.right_M)
            .mean(axis=0)
        ).mean()
        for said in (strict, half_tied)
    )
    assert near < 0.85 * far


def test_somebody_who_clicks_at_random_is_listened_to_less():
    rng = np.random.default_rng(6)
    features, comparisons, _ = linear_world(900, noise=0.3, heldout=0.3)
    careless = (np.arange(900) % 3 > 0) & ~comparisons.heldout_M
    outcome = np.where(careless, rng.integers(0, 2, size=900), comparisons.outcome_M).astype(float)
    said = dataclasses.replace(comparisons, outcome_M=outcome, annotator_M=careless.astype(np.int64))
    nll = {
        prior: evaluate(
            train(features, said, dataclasses.replace(QUICK, steps=300, annotator_prior_std=prior), quiet),
            features, said,
        )["heldout_nll"]
        for prior in (0.0, 1.0)
    }  # fmt: skip
    assert nll[1.0] < nll[0.0] - 0.01


def test_an_answer_of_weight_zero_teaches_nothing():
    features, comparisons, _ = linear_world(200, heldout=0.0)
    silent = np.arange(200) >= 100
    weights = np.where(silent, 0.0, 1.0)
    one, other = (
        train(features, dataclasses.replace(comparisons, weight_M=weights, outcome_M=outcome), QUICK, quiet)
        for outcome in (comparisons.outcome_M, np.where(silent, 1 - comparisons.outcome_M, comparisons.outcome_M))
    )
    assert (one.draw(features)[0] == other.draw(features)[0]).all()


def test_a_feature_that_never_differs_inside_a_pair_does_no_harm():
    features, comparisons, _ = linear_world(100, heldout=0.0)
    features[:, 5] = 7.0
    model = train(features, comparisons, QUICK, quiet)
    features[:, 5] = -1e6
    assert np.isfinite(model.draw(features)[0]).all()


def test_training_reports_its_way_and_ends_at_one(world):
    features, comparisons, _ = world
    told = []
    train(features, comparisons, QUICK, lambda *report: told.append(report))
    shares = [share for share, _, _ in told]
    assert shares == sorted(shares) and shares[-1] == 1.0 and 5 <= len(told) <= 40
    assert told[-1][2]["loss"] < told[0][2]["loss"]


def test_a_loss_that_is_no_number_ends_the_training(world):
    features, comparisons, _ = world
    with pytest.raises(TrainingDiverged) as failure:
        train(features, comparisons, dataclasses.replace(QUICK, learning_rate=1e25), quiet)
    assert failure.value.boundary == "training" and not failure.value.retryable


def test_nothing_to_learn_from_is_refused(world):
    features, comparisons, _ = world
    with pytest.raises(InvalidTrainingData):
        train(features, comparisons.where(comparisons.heldout_M), QUICK, quiet)
    with pytest.raises(InvalidTrainingData):
        train(np.where(np.eye(*features.shape), np.nan, features), comparisons, QUICK, quiet)


def test_features_of_another_width_or_no_numbers_are_refused(trained):
    with pytest.raises(InvalidTrainingData):
        trained.draw(np.zeros((2, WIDTH + 1)))
    with pytest.raises(InvalidTrainingData):
        trained.draw(np.full((2, WIDTH), np.nan))


def test_scoring_nothing_gives_nothing(trained):
    ensemble, dropout = trained.draw(np.empty((0, WIDTH)))
    assert ensemble.shape == (QUICK.heads, 0) and dropout.shape == (QUICK.dropout_draws, 0)


def test_without_held_out_answers_there_is_a_model_but_no_figure():
    features, comparisons, _ = linear_world(60, heldout=0.0)
    metrics = evaluate(train(features, comparisons, QUICK, quiet), features, comparisons)
    unknown = ("heldout_nll", "ece", "ebce", "auroc", "aurc", "risk_coverage", "reliability", "heldout_random")
    assert all(metrics[name] is None for name in (*unknown, "heldout_within")) and metrics["n_heldout"] == 0


def test_only_ties_held_out_give_a_likelihood_but_no_accuracy():
    features, comparisons, _ = linear_world(60)
    tied = np.where(comparisons.heldout_M, 0.5, comparisons.outcome_M)
    comparisons = dataclasses.replace(comparisons, outcome_M=tied)
    metrics = evaluate(train(features, comparisons, QUICK, quiet), features, comparisons)
    assert metrics["heldout_accuracy"] is None and metrics["heldout_nll"] >= np.log(2)
    assert metrics["heldout_within"]["accuracy"] is None


def test_the_metrics_say_how_far_to_trust_the_model(world, trained):
    features, comparisons, _ = world
    metrics = evaluate(trained, features, comparisons)
    assert 0.6 < metrics["auroc"] < 1.0 and 0.0 < metrics["aurc"] < 1 - metrics["heldout_accuracy"]
    assert 0.0 <= metrics["ebce"] <= metrics["ece"] + 0.05
    curve, bars = metrics["risk_coverage"], metrics["reliability"]
    assert len(curve["coverage"]) == len(curve["risk"]) <= POINTS and curve["coverage"][-1] == 1.0
    assert curve["risk"][-1] == pytest.approx(1 - metrics["heldout_accuracy"])
    assert sum(bars["count"]) == metrics["n_heldout"] and len(bars["count"]) <= BINS
    assert json.loads(json.dumps(metrics)) == metrics


def test_the_held_out_figures_say_between_which_ends_they_lie(world, trained):
    features, comparisons, _ = world
    metrics = evaluate(trained, features, comparisons)
    for name, figure in (("nll", "heldout_nll"), ("accuracy", "heldout_accuracy")):
        within = metrics["heldout_within"][name]
        assert within["mean"] == pytest.approx(metrics[figure])
        assert 0.0 < within["low"] < metrics[figure] < within["high"] < 1.0


def test_a_model_against_itself_has_not_changed_and_a_change_is_surer_than_the_figures_it_lies_between(world, trained):
    features, comparisons, _ = world
    same = against(trained, trained, features, comparisons)
    assert same["nll_change"] == same["accuracy_change"] == {"mean": 0.0, "low": 0.0, "high": 0.0}
    other = train(features, comparisons, dataclasses.replace(QUICK, steps=60), quiet)
    change = against(trained, other, features, comparisons)["nll_change"]
    alone = evaluate(trained, features, comparisons)["heldout_within"]["nll"]
    assert change["high"] - change["low"] < 0.7 * (alone["high"] - alone["low"])
    assert against(trained, other, features, comparisons.where(~comparisons.heldout_M)) is None


def test_the_random_stream_is_reported_apart_and_only_where_it_is_known(world, trained):
    features, comparisons, _ = world
    assert evaluate(trained, features, comparisons)["heldout_random"] is None
    chance = dataclasses.replace(comparisons, random_M=np.arange(600) % 3 == 0)
    told, only = (
        evaluate(trained, features, each) for each in (chance, chance.where(chance.random_M & chance.heldout_M))
    )
    assert told["heldout_random"]["n"] == only["n_heldout"] == (chance.random_M & chance.heldout_M).sum()
    assert told["heldout_random"]["nll"] == pytest.approx(only["heldout_nll"])
    assert told["heldout_random"]["accuracy"] == pytest.approx(only["heldout_accuracy"])


def test_a_model_that_is_never_wrong_has_no_auroc_but_a_risk_of_nothing():
    features, comparisons, reward_N = linear_world(300)
    sure = np.abs(reward_N[comparisons.left_M] - reward_N[comparisons.right_M]) > 3.0
    outcome = (reward_N[comparisons.left_M] > reward_N[comparisons.right_M]).astype(float)
    plain = dataclasses.replace(comparisons, outcome_M=outcome)
    model = train(features, plain, QUICK, quiet)
    metrics = evaluate(model, features, plain.where(sure & plain.heldout_M))
    assert metrics["heldout_accuracy"] == 1.0
    assert metrics["auroc"] is None and metrics["aurc"] == 0.0
