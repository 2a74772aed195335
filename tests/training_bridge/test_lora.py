"""K low-rank corrections of one frozen backbone, drawn together, are K merged backbones."""

from __future__ import annotations

import copy
import dataclasses

import numpy as np
import pytest
import torch

from tests.training_bridge.test_features import TALK, save_backbone
from training_bridge.errors import ArtifactCorrupt, InvalidTrainingData
from training_bridge.features import Backbone
from training_bridge.reward_models.lora import Adapters, LoraEnsemble, attached, linear_layers
from uncertainty.reward_samples import RewardSamples

MEMBERS, SCALE = 4, 0.5


@pytest.fixture(scope="module", params=["decoder", "encoder"])
def backbone(request, tmp_path_factory):
    return Backbone.load(save_backbone(tmp_path_factory.mktemp(request.param), request.param), precision="float32")


@pytest.fixture(scope="module")
def ensemble(backbone):
    """As after a training: every B has moved away from zero."""
    layers, generator = linear_layers(backbone.model), torch.Generator().manual_seed(1)
    start = Adapters.start(backbone.model, layers, members=MEMBERS, rank=2, scale=SCALE, seed=0)
    up = {name: 0.3 * torch.randn(side.shape, generator=generator) for name, side in start.up.items()}
    heads = torch.randn(MEMBERS, backbone.width, generator=generator)
    return LoraEnsemble(backbone, Adapters(start.down, up, SCALE), heads, temperature=2.0)


def merged(ensemble, member):
    """The backbone with one member's corrections added to its dense weights."""
    model = copy.deepcopy(ensemble.backbone.model)
    for name, down in ensemble.adapters.down.items():
        weight = model.get_submodule(name).weight
        weight.data += SCALE * ensemble.adapters.up[name][member] @ down[member]
    return dataclasses.replace(ensemble.backbone, model=model)


def test_every_member_is_its_corrections_merged_into_the_weights(ensemble):
    rewards_K_N = ensemble.draw(TALK)
    assert rewards_K_N.shape == (MEMBERS, len(TALK))
    for member in range(MEMBERS):
        features_N_D = merged(ensemble, member).encode(TALK)
        by_hand_N = features_N_D @ ensemble.head_K_D[member].numpy() / 2.0
        np.testing.assert_allclose(rewards_K_N[member], by_hand_N, atol=1e-4)
    assert RewardSamples(rewards_K_N).spread_N(np.zeros(len(TALK), dtype=int)).min() > 0.01


@pytest.mark.parametrize("at_once", [1, 3, None])
def test_members_in_one_pass_or_one_by_one_say_the_same(ensemble, at_once):
    np.testing.assert_allclose(ensemble.draw(TALK, at_once=at_once), ensemble.draw(TALK, at_once=MEMBERS), atol=1e-4)


def test_row_k_is_one_opinion_whatever_is_asked_beside(ensemble):
    together = ensemble.draw(TALK)
    alone = np.concatenate([ensemble.draw([pair]) for pair in TALK], axis=1)
    np.testing.assert_allclose(together, alone, atol=1e-4)
    assert (together[:, 0] == together[:, 3]).all()  # the same completion twice: no doubt about the difference


def test_the_backbone_is_untouched_afterwards_even_if_the_pass_fails(ensemble, monkeypatch):
    before = ensemble.backbone.encode(TALK)
    ensemble.draw(TALK)
    np.testing.assert_array_equal(ensemble.backbone.encode(TALK), before)
    with pytest.raises(KeyboardInterrupt), attached(ensemble.backbone.model, ensemble.adapters):
        raise KeyboardInterrupt
    np.testing.assert_array_equal(ensemble.backbone.encode(TALK), before)


def test_adapters_at_the_start_correct_nothing(backbone):
    start = Adapters.start(backbone.model, linear_layers(backbone.model), members=3, rank=2, scale=1.0, seed=0)
    head = torch.ones(3, backbone.width)
    plain_N = backbone.encode(TALK).sum(axis=1)
    np.testing.assert_allclose(LoraEnsemble(backbone, start, head).draw(TALK), np.tile(plain_N, (3, 1)), atol=1e-3)


def test_half_precision_adapters_ride_on_a_half_precision_pass(ensemble):
    half = dataclasses.replace(ensemble, backbone=dataclasses.replace(ensemble.backbone, dtype=torch.bfloat16))
    full = ensemble.draw(TALK)
    assert np.corrcoef(half.draw(TALK).ravel(), full.ravel())[0, 1] > 0.999


def test_what_was_saved_comes_back_and_only_on_its_own_backbone(ensemble, tmp_path):
    digest = ensemble.save(tmp_path / "lora")
    back = LoraEnsemble.load(tmp_path / "lora", digest, ensemble.backbone)
    np.testing.assert_array_equal(back.draw(TALK), ensemble.draw(TALK))
    with pytest.raises(ArtifactCorrupt, match="another backbone"):
        LoraEnsemble.load(tmp_path / "lora", digest, dataclasses.replace(ensemble.backbone, digest="other"))
    with pytest.raises(ArtifactCorrupt):
        LoraEnsemble.load(tmp_path / "lora", "0" * 64, ensemble.backbone)


def test_scoring_nothing_gives_nothing(ensemble):
    assert ensemble.draw([]).shape == (MEMBERS, 0)


def test_rewards_that_are_no_numbers_are_refused(ensemble):
    broken = dataclasses.replace(ensemble, head_K_D=torch.full_like(ensemble.head_K_D, torch.inf))
    with pytest.raises(ArtifactCorrupt):
        broken.draw(TALK)


def test_adapters_that_do_not_fit_are_refused(ensemble):
    down, up = dict(ensemble.adapters.down), dict(ensemble.adapters.up)
    name = next(iter(down))
    wrong = (
        ({}, {}), (down, {}), ({**down, name: down[name][:2]}, up), ({**down, name: down[name][:, :1]}, up),
        ({name: down[name][0]}, {name: up[name]}),
    )  # fmt: skip
    for sides in wrong:
        with pytest.raises(InvalidTrainingData):
            Adapters(*sides, scale=1.0)
    for layers in ({"nowhere": down[name]}, {"nowhere": up[name]}), ({name: down[name][:, :, :3]}, {name: up[name]}):
        with pytest.raises(InvalidTrainingData), attached(ensemble.backbone.model, Adapters(*layers, scale=1.0)):
            pass
    with pytest.raises(InvalidTrainingData):
        LoraEnsemble(ensemble.backbone, ensemble.adapters, ensemble.head_K_D[:2])
    with pytest.raises(InvalidTrainingData):
        ensemble.draw(TALK, at_once=0)
