"""What a training subprocess is given: the frozen answers as arrays, and what is known about each."""

from __future__ import annotations

import types

import numpy as np
import pytest

from annotator.annotations.label_sets import freeze
from annotator.training.models import TrainingJob
from tests.annotator.annotations.test_label_sets import answer_all
from tests.factories import encode_all
from training_bridge import job_folders, scoring
from training_bridge.reward_models.comparisons import Comparisons

pytestmark = pytest.mark.django_db


@pytest.fixture
def prepared(open_campaign, people, settings, monkeypatch, tmp_path):
    """`prepared(**config)`: (the label set, the arrays of its job's folder)."""
    settings.ARTIFACTS = str(tmp_path)
    encoder = types.SimpleNamespace(digest="b" * 64, width=12)
    monkeypatch.setattr(scoring, "backbone", lambda spec: encoder)

    def make(**config):
        campaign = open_campaign(groups=30, **config)
        answer_all(campaign, people["alice"])
        label_set = freeze(campaign)
        encode_all(campaign.runs.get())
        job = TrainingJob.objects.create(
            kind="reward_model", campaign=campaign, label_set=label_set, config_digest="0" * 64, because="test"
        )
        job_folders.prepare_reward_model(job, lambda: None)
        with np.load(job_folders.folder_of(job) / "data.npz", allow_pickle=False) as file:
            return label_set, dict(file)

    return make


def test_every_answer_says_whether_chance_alone_asked_for_it(prepared):
    label_set, arrays = prepared(random_share=0.4)
    items = label_set.items.order_by("annotation_id").select_related("annotation__task")
    streams = [item.annotation.task.stream for item in items]
    assert arrays["random_M"].tolist() == [stream == "random" for stream in streams]
    assert 0 < arrays["random_M"].sum() < len(streams)
    said = Comparisons.from_arrays(arrays, rows=len(arrays["features_N_D"]))
    assert said.heldout_M.sum() == label_set.heldout_size and not said.machine_M.any()


def test_a_campaign_that_asks_by_chance_only_says_so_of_every_answer(prepared):
    _, arrays = prepared(random_share=1.0)
    assert arrays["random_M"].all()
