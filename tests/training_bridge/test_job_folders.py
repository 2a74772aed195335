"""What a training subprocess is given: the frozen answers as arrays, and what is known about each."""

from __future__ import annotations

import types

import numpy as np
import pytest
from django.utils import timezone

from annotator.annotations.label_sets import freeze
from annotator.annotations.submission import Answer, submit
from annotator.tasks.leasing import claim_next
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


def test_a_ranking_counts_as_the_pairs_it_stands_for_and_no_more(
    open_campaign, people, settings, monkeypatch, tmp_path
):
    settings.ARTIFACTS = str(tmp_path)
    monkeypatch.setattr(scoring, "backbone", lambda spec: types.SimpleNamespace(digest="b" * 64, width=12))
    form = [{"kind": "ranking", "name": "order"}]
    campaign = open_campaign(groups=6, size=5, form=form, completions=4)
    while cards := claim_next(campaign, people["alice"].pk, n=5, now=timezone.now()):
        for card in cards:
            ranked = Answer({"order": {"ranks": [2, 1, 3, 4]}}, str(card.assignment))
            submit(card.assignment, people["alice"].pk, card.lease_number, ranked)
    encode_all(campaign.runs.get())
    label_set = freeze(campaign)
    job = TrainingJob.objects.create(
        kind="reward_model", campaign=campaign, label_set=label_set, config_digest="0" * 64, because="test"
    )
    job_folders.prepare_reward_model(job, lambda: None)
    with np.load(job_folders.folder_of(job) / "data.npz", allow_pickle=False) as file:
        assert len(file["weight_M"]) == 6 * label_set.size
        np.testing.assert_allclose(file["weight_M"].sum(), 3.0 * label_set.size)


def test_answers_weigh_by_how_far_their_author_is_relied_on(prepared, people, monkeypatch):
    asked = []

    def relied_on(campaign, *, up_to, at):
        asked.append((up_to, at))
        return {people["alice"].pk: 0.25}

    monkeypatch.setattr(job_folders, "annotator_weights", relied_on)
    label_set, arrays = prepared()
    assert set(arrays["weight_M"].tolist()) == {0.25}
    assert asked == [(label_set.items.order_by("-annotation_id")[0].annotation_id, label_set.created_at)]
