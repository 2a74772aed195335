"""One score per rollout per version, each completion through the backbone once, one sweeper at a time."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from annotator.campaigns import lifecycle
from annotator.rollouts.models import CompletionFeature, KnownBackbone, PromptGroup, RewardModelVersion, Rollout, Score
from tests.factories import make_run, make_version
from tests.races import at_once
from training_bridge import scoring

pytestmark = pytest.mark.django_db


class FakeBackbone:
    """Features from the text's length: what matters here is how often it is asked, and for what."""

    digest, width = "fake", 3

    def __init__(self):
        self.encoded = []

    def encode(self, pairs, progress=None):
        self.encoded += pairs
        return np.array([[len(str(c)), i, 1.0] for i, (_, c) in enumerate(pairs)], dtype=np.float32)


class FakeModel:
    def draw(self, features_N_D):
        rewards = np.stack([features_N_D[:, 0] * (k + 1) for k in range(4)]).astype(np.float32)
        return rewards, rewards * 2


@pytest.fixture
def backbone(monkeypatch):
    made = FakeBackbone()
    monkeypatch.setattr(scoring, "backbone", lambda spec: made)
    monkeypatch.setattr(scoring, "reward_model", lambda artifact, digest: FakeModel())
    scoring._encoded_through.clear()
    return made


def test_before_the_first_version_features_are_computed_and_nothing_is_scored(backbone, open_campaign):
    open_campaign(groups=5)
    scoring.sweep()
    scoring.sweep()
    assert len(backbone.encoded) == CompletionFeature.objects.count() == 20
    assert not Score.objects.exists()


def test_everything_is_scored_once_and_encoded_once(backbone, open_campaign):
    open_campaign(groups=5)
    scoring.sweep()
    version = make_version("helpful")
    scoring.sweep()
    scoring.sweep()
    assert Score.objects.filter(version=version).count() == 20
    assert len(backbone.encoded) == 20
    second = make_version("helpful", number=2, state="candidate")
    RewardModelVersion.objects.filter(pk=version.pk).update(state="retired")
    RewardModelVersion.objects.filter(pk=second.pk).update(state="production")
    scoring.sweep()
    assert Score.objects.count() == 40
    assert len(backbone.encoded) == 20


def test_what_a_belief_chooses_among_is_encoded_at_any_time_the_newest_first(
    backbone, open_campaign, monkeypatch, settings
):
    KnownBackbone.objects.create(spec=settings.BACKBONE, digest=backbone.digest)
    campaign = open_campaign(groups=5)
    make_version("helpful")
    scoring.sweep()
    CompletionFeature.objects.all().delete()  # a cache: safe to empty
    monkeypatch.setattr(scoring, "BELIEF_GROUPS", 2)
    scoring.sweep()
    newest = PromptGroup.objects.filter(run__campaigns=campaign).order_by("-id")[:2]
    expected = {bytes(rollout.text_digest) for group in newest for rollout in group.rollouts.all()}
    assert {bytes(feature.text_digest) for feature in CompletionFeature.objects.all()} == expected


def test_a_score_holds_its_draws_and_its_spread_inside_the_group(backbone, open_campaign):
    open_campaign(groups=1, size=2)
    version = make_version("helpful")
    scoring.sweep()
    first, second = Score.objects.order_by("rollout_id")
    draws = np.frombuffer(first.rewards_S, dtype="<f4")
    assert len(draws) == version.ensemble_draws + version.dropout_draws
    assert first.mean == pytest.approx(draws[:4].mean())
    assert first.spread == second.spread == 0.0  # equal texts in length: every draw agrees about the difference


def test_rollouts_that_come_later_are_found_and_settled_ones_are_not_looked_at_again(backbone, open_campaign):
    campaign = open_campaign(groups=3)
    version = make_version("helpful")
    Rollout.objects.update(created_at=timezone.now() - timedelta(hours=1))
    scoring.sweep()
    version.refresh_from_db()
    assert version.scored_through == Rollout.objects.order_by("-id").first().pk
    make_run(campaign.runs.get().name, groups=2, step=1)
    scoring.sweep()
    assert Score.objects.count() == 20
    version.refresh_from_db()
    assert version.scored_through < Rollout.objects.order_by("-id").first().pk  # too young to be sure of


def test_a_run_that_joins_later_is_scored_from_its_beginning(backbone, open_campaign, people):
    old = make_run("old", groups=2)
    campaign = open_campaign(groups=2)
    version = make_version("helpful")
    Rollout.objects.update(created_at=timezone.now() - timedelta(hours=1))
    scoring.sweep()
    lifecycle.create(
        slug="also",
        name="Also",
        question="?",
        budget_labels=5,
        runs=[old.name],
        created_by=people["olga"],
        reward_model=campaign.reward_model,
    )
    also = campaign.__class__.objects.get(slug="also")
    lifecycle.move(also, "open", now=timezone.now())
    scoring.sweep()
    assert Score.objects.filter(version=version).count() == 16


def test_a_new_version_puts_the_waiting_tasks_in_its_order(backbone, open_campaign):
    campaign = open_campaign(groups=12, random_share=0.1)
    version = make_version("helpful")
    scoring.sweep()
    campaign.refresh_from_db()
    assert campaign.ordered_by == version


@pytest.mark.django_db(transaction=True)
def test_two_sweepers_do_not_do_the_same_work(backbone, open_campaign):
    open_campaign(groups=30)
    make_version("helpful")
    at_once(*[scoring.sweep] * 4)
    scoring.sweep()
    assert Score.objects.count() == 120
    assert len(backbone.encoded) == 120
