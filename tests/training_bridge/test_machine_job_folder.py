"""What a training is given of a machine's labels: the newest ones on prompts that are not held out, and its round."""

from __future__ import annotations

import json
import types

import numpy as np
import pytest

from annotator.annotations.label_sets import is_heldout
from annotator.campaigns.machine_labels import machine_pairs
from annotator.rollouts.models import PromptGroup, RewardModelVersion, Rollout
from annotator.training import due
from annotator.training.models import TrainingJob
from tests.factories import encode_all
from training_bridge import job_folders, runner, scoring
from training_bridge.reward_models.machine import MachineLabels

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(settings, monkeypatch, tmp_path):
    settings.ARTIFACTS = str(tmp_path)
    encoder = types.SimpleNamespace(digest="b" * 64, width=12)
    monkeypatch.setattr(scoring, "backbone", lambda spec: encoder)
    return tmp_path


def files(job):
    folder = job_folders.folder_of(job)
    with np.load(folder / "data.npz", allow_pickle=False) as file:
        return dict(file), json.loads((folder / "config.json").read_text())


def test_the_machines_labels_on_held_out_prompts_are_never_handed_over(home, open_campaign):
    campaign = open_campaign(groups=80, machine="reward", machine_pairs=3, heldout_share=0.3, start=False)
    encode_all(campaign.runs.get())
    job = due.start_due_training(campaign)
    job_folders.prepare_reward_model(job, lambda: None)
    arrays, config = files(job)
    told = MachineLabels.from_arrays(arrays, rows=len(arrays["features_N_D"]))
    held = {g.pk for g in PromptGroup.objects.all() if is_heldout(bytes(g.prompt_digest), 0.3)}
    found = machine_pairs(campaign)
    learnt = found.where(~np.isin(found.groups_M, list(held)))
    assert 0 < len(told.left_M) == len(learnt) < len(found) == 240
    ids = np.unique(np.concatenate((learnt.a_M, learnt.b_M)))
    np.testing.assert_array_equal(ids[told.left_M], learnt.a_M)
    np.testing.assert_array_equal(ids[told.right_M], learnt.b_M)
    np.testing.assert_array_equal(told.outcome_M, learnt.label_M)
    assert len(np.unique(told.prompt_M)) == 80 - len(held)
    assert len(arrays["left_M"]) == 0 and config["machine"] == {"round": 1, "rounds": 2}


def test_only_the_newest_labels_are_handed_over_when_there_are_very_many(home, open_campaign, monkeypatch):
    monkeypatch.setattr(job_folders, "MACHINE_ROWS", 30)
    campaign = open_campaign(groups=80, machine="reward", start=False)
    chosen, prompts = job_folders.machine_rows(campaign)
    assert len(chosen) == len(prompts) == 30
    oldest = Rollout.objects.get(pk=int(chosen.a_M.min())).group_id
    assert PromptGroup.objects.filter(id__gt=oldest).count() < 20


def test_later_trainings_are_later_rounds(home, open_campaign):
    campaign = open_campaign(groups=80, machine="reward", budget_labels=120, retrain_every=50, start=False)
    first = due.start_due_training(campaign)
    assert job_folders._round(first) == {"round": 1, "rounds": 3}
    second = TrainingJob.objects.create(
        kind="reward_model", campaign=campaign, config_digest="1" * 64, because="test", state="running",
        leased_until="2100-01-01T00:00Z",
    )  # fmt: skip
    assert job_folders._round(second)["round"] == 2


def test_a_campaign_without_a_machine_hands_over_none(home, open_campaign):
    chosen, prompts = job_folders.machine_rows(open_campaign(groups=5, start=False))
    assert len(chosen) == len(prompts) == 0


@pytest.mark.django_db(transaction=True)
def test_a_first_version_is_in_production_before_anybody_was_asked(home, open_campaign):
    """The whole way: machine's labels, a job with an empty label set, a real training process, a promoted version."""
    campaign = open_campaign(groups=80, machine="reward", start=False, training={"steps": 20, "epochs": 1})
    encode_all(campaign.runs.get())
    job = due.start_due_training(campaign)
    assert runner.run_job(job.pk, owner="here") == "succeeded"
    version = RewardModelVersion.objects.get(state="production")
    assert version.metrics["machine"]["labelled"] > 200 and version.metrics["n_heldout"] == 0
    job.refresh_from_db()
    assert "first version (no held-out labels yet)" in job.message
