"""Ensemble, dropout masks, a Bayesian last layer and LoRA members answer alike: joint draws of rewards."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.training_bridge.reward_worlds import QUICK, linear_world, quiet
from tests.training_bridge.test_features import TALK, save_backbone
from training_bridge.features import Backbone
from training_bridge.reward_models.estimators import DropoutMasks, EnsembleHeads, Estimator, LastLayer
from training_bridge.reward_models.lora import Adapters, LoraEnsemble, linear_layers
from training_bridge.reward_models.train import train
from uncertainty.learner import learn
from uncertainty.reward_samples import RewardSamples
from uncertainty.view import PairView


@pytest.fixture(scope="module")
def asked():
    """Every estimator with something to ask it."""
    features, said, _ = linear_world(300, heldout=0.0)
    model = train(features, said, QUICK, quiet)
    view = PairView.fit(features, said.left_M, said.right_M)
    points = view.points(features)
    learnt = learn(points[said.left_M] - points[said.right_M], said.outcome_M, said.prompt_M, np.ones(300, dtype=bool))
    return {
        "ensemble": (EnsembleHeads(model), features, QUICK.heads),
        "dropout": (DropoutMasks(model), features, QUICK.dropout_draws),
        "last_layer": (LastLayer(learnt.calibrated, view, draws=30), features, 30),
    }


@pytest.mark.parametrize("name", ["ensemble", "dropout", "last_layer"])
def test_a_draw_is_one_opinion_of_every_row_in_every_call(asked, name):
    estimator, features, draws = asked[name]
    rewards_S_N = estimator.draw(features)
    assert rewards_S_N.shape == (draws, len(features))
    np.testing.assert_allclose(estimator.draw(features[[7, 3]]), rewards_S_N[:, [7, 3]], atol=1e-5)
    assert RewardSamples(rewards_S_N).spread_N(np.zeros(len(features), dtype=int)).mean() > 0


@pytest.mark.parametrize("name", ["ensemble", "dropout", "last_layer"])
def test_every_estimator_finds_what_people_prefer(asked, name):
    estimator, features, _ = asked[name]
    _, said, _ = linear_world(300, heldout=0.0)
    prob_M = RewardSamples(estimator.draw(features)).prob_M(said.left_M, said.right_M)
    assert ((prob_M > 0.5) == (said.outcome_M == 1.0)).mean() > 0.75


def test_the_last_layers_draws_spread_as_its_belief_says(asked):
    estimator, features, _ = asked["last_layer"]
    wide = LastLayer(estimator.head, estimator.view, draws=4000)
    margins_S_M = RewardSamples(wide.draw(features[:40])).margins_S_M(np.arange(20), np.arange(20, 40))
    points = estimator.view.points(features[:40])
    mean_M, var_M = estimator.head.margins(points[:20] - points[20:])
    np.testing.assert_allclose(margins_S_M.std(axis=0), np.sqrt(var_M), rtol=0.06)
    np.testing.assert_allclose(margins_S_M.mean(axis=0), mean_M, atol=4 * np.sqrt(var_M.max() / 4000))


def test_lora_members_are_asked_with_the_texts_themselves(tmp_path):
    backbone = Backbone.load(save_backbone(tmp_path, "decoder"), precision="float32")
    adapters = Adapters.start(backbone.model, linear_layers(backbone.model), members=3, rank=1, scale=1.0, seed=0)
    ensemble = LoraEnsemble(backbone, adapters, torch.randn(3, backbone.width, generator=torch.Generator()))

    def spread(estimator: Estimator[list], texts: list) -> np.ndarray:
        return RewardSamples(estimator.draw(texts)).spread_N(np.zeros(len(texts), dtype=int))

    assert spread(ensemble, TALK).shape == (len(TALK),) and spread(ensemble, TALK).min() > 0
