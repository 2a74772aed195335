"""A version on disk is whole or absent, and is what its digest says, or it is refused."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load as read_tensors

from tests.training_bridge.reward_worlds import QUICK, linear_world, quiet
from training_bridge import errors
from training_bridge.errors import ArtifactCorrupt, ArtifactMissing
from training_bridge.reward_models import artifacts
from training_bridge.reward_models import model as model_module
from training_bridge.reward_models.model import RewardModel
from training_bridge.reward_models.train import train

FILES = ["about.json", "weights.safetensors"]


@pytest.fixture(scope="module")
def trained():
    features, comparisons, _ = linear_world(100)
    return train(features, comparisons, QUICK, quiet), features


@pytest.fixture
def saved(trained, tmp_path):
    folder = tmp_path / "deep" / "artifact"
    return folder, trained[0].save(folder, backbone_digest="abc")


def test_what_was_saved_comes_back_exactly(trained, saved):
    (model, features), (folder, digest) = trained, saved
    back = RewardModel.load(folder, digest)
    for before, after in zip(model.draw(features), back.draw(features), strict=True):
        assert (before == after).all()
    assert (back.config, back.facts) == (model.config, model.facts)
    assert (back.temperature, back.dropout_temperature) == (model.temperature, model.dropout_temperature)
    assert sorted(path.name for path in folder.iterdir()) == FILES


def test_the_same_model_has_the_same_digest_wherever_it_lies(trained, saved, tmp_path):
    assert trained[0].save(tmp_path / "elsewhere", backbone_digest="abc") == saved[1]
    assert trained[0].save(tmp_path / "elsewhere", backbone_digest="xyz") != saved[1]


@pytest.mark.parametrize("name", FILES)
def test_a_single_changed_byte_is_noticed(saved, name):
    folder, digest = saved
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(ArtifactCorrupt) as refusal:
        RewardModel.load(folder, digest)
    assert refusal.value.context["expected"] == digest


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_missing_not_corrupt(saved, name):
    folder, digest = saved
    (folder / name).unlink()
    with pytest.raises(ArtifactMissing):
        RewardModel.load(folder, digest)
    shutil.rmtree(folder)
    with pytest.raises(ArtifactMissing):
        RewardModel.load(folder, digest)


def test_another_format_is_refused_by_name(trained, tmp_path, monkeypatch):
    monkeypatch.setattr(model_module, "FORMAT", 99)
    digest = trained[0].save(tmp_path / "new")
    monkeypatch.undo()
    with pytest.raises(ArtifactCorrupt, match="99"):
        RewardModel.load(tmp_path / "new", digest)


def test_an_artifact_of_the_first_format_gives_the_rewards_it_was_promoted_for(trained, tmp_path):
    model, features = trained
    old = model.with_temperatures(0.7, 0.7)  # both kinds of draws shared one
    old.save(tmp_path / "old")
    weights, about = ((tmp_path / "old" / name).read_bytes() for name in FILES[::-1])
    told = json.loads(about)
    del told["dropout_temperature"]
    digest = artifacts.write(tmp_path / "old", read_tensors(weights), {**told, "format": 1})
    back = RewardModel.load(tmp_path / "old", digest)
    for before, after in zip(old.draw(features), back.draw(features), strict=True):
        assert (before == after).all()


def test_a_kill_while_writing_leaves_no_artifact_and_the_next_try_succeeds(trained, tmp_path, monkeypatch):
    def killed(self, target):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "rename", killed)
    with pytest.raises(KeyboardInterrupt):
        trained[0].save(tmp_path / "artifact")
    assert not (tmp_path / "artifact").exists()
    monkeypatch.undo()
    digest = trained[0].save(tmp_path / "artifact")
    RewardModel.load(tmp_path / "artifact", digest)
    assert [path.name for path in tmp_path.iterdir()] == ["artifact"]


def test_saving_again_replaces_the_whole_artifact(trained, saved):
    folder, digest = saved
    (folder / "stray.txt").write_text("left over")
    assert trained[0].save(folder, backbone_digest="abc") == digest
    assert sorted(path.name for path in folder.iterdir()) == FILES


def test_a_loaded_model_cannot_be_trained_by_accident(saved):
    assert not any(parameter.requires_grad for parameter in RewardModel.load(*saved).heads.parameters())


@pytest.mark.parametrize("kind", ["BackendUnavailable", "TrainingDiverged", "ArtifactMissing", "ArtifactCorrupt"])
def test_bridge_errors_keep_boundary_and_retryable_through_pickling(kind):
    error = getattr(errors, kind)("sentence", boundary="artifact", retryable=True, step=np.int64(3).item())
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is type(error) and back.as_dict() == error.as_dict()
    assert back.as_dict() == {
        "code": error.code, "boundary": "artifact", "type": kind, "message": "sentence", "retryable": True,
        "context": {"step": 3},
    }  # fmt: skip
    assert str(back) == "sentence"


def test_only_an_unavailable_backend_is_worth_another_try_by_itself():
    kinds = (errors.BackendUnavailable, errors.TrainingDiverged, errors.ArtifactMissing, errors.ArtifactCorrupt)
    assert [kind("x", boundary="b").retryable for kind in kinds] == [True, False, False, False]
