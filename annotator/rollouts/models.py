"""What the policy wrote, and what each reward model version thinks of it.

Built for 10 M rollouts: narrow rows, few indexes, and nothing here ever updates a rollout.
`RewardModelVersion` has no foreign key up the line; the loop closes by data, not by import.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q


class PolicyRun(models.Model):
    """One GRPO training run; the namespace of the ids its trainer sends."""

    name = models.SlugField(max_length=100, unique=True)
    trainer = models.CharField(max_length=50, blank=True)
    config = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)


class PromptGroup(models.Model):
    """The rollouts of one prompt at one policy step: the unit of the product."""

    run = models.ForeignKey(PolicyRun, on_delete=models.CASCADE, related_name="groups")
    external_id = models.CharField(max_length=200)
    step = models.BigIntegerField(default=0)
    prompt = models.JSONField()  # a string, or a list of {role, content}
    prompt_digest = models.BinaryField(max_length=32)  # one prompt returns at many steps; splits go by this
    meta = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "external_id"], name="one_group_per_external_id"),
            models.CheckConstraint(condition=Q(step__gte=0), name="group_step_not_negative"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["run", "step"], name="group_by_run_step"),
            models.Index(fields=["run", "id"], name="group_by_run_arrival"),
        ]


class Rollout(models.Model):
    """One completion with its provenance. Never edited: changed content under a known id is a conflict."""

    run = models.ForeignKey(PolicyRun, on_delete=models.CASCADE, related_name="rollouts", db_index=False)
    group = models.ForeignKey(PromptGroup, on_delete=models.CASCADE, related_name="rollouts")
    external_id = models.CharField(max_length=200)
    ordinal = models.IntegerField()
    completion = models.JSONField()  # a string, or a list of {role, content}
    reward = models.FloatField(null=True)  # what the policy optimiser received; null when it had none
    reward_parts = models.JSONField(default=dict)
    generator = models.CharField(max_length=200, blank=True)
    meta = models.JSONField(default=dict)
    content_digest = models.BinaryField(
        max_length=32
    )  # of everything the client said about it: detects changed content
    text_digest = models.BinaryField(max_length=32)  # of prompt + completion text: key of the feature cache
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "external_id"], name="one_rollout_per_external_id"),
            models.CheckConstraint(
                condition=Q(reward__isnull=True) | (Q(reward__gt=float("-inf")) & Q(reward__lt=float("inf"))),
                name="rollout_reward_is_finite",  # PostgreSQL sorts NaN above infinity, so this refuses NaN too
            ),
        ]
        indexes: ClassVar = [
            # Partial, so that it cannot stand in for the unique key: while a run is young to the planner's statistics,
            # every batch of an ingest would read the whole run by it.
            models.Index(fields=["run", "reward", "id"], condition=Q(reward__isnull=False), name="rollouts_by_reward")
        ]


class RunTally(models.Model):
    """How much a run wrote, so that nobody counts millions of rows to say it. Triggers keep it; nothing else writes."""

    run = models.OneToOneField(PolicyRun, on_delete=models.CASCADE, primary_key=True, related_name="tally")
    groups = models.BigIntegerField(default=0, db_default=0)
    rollouts = models.BigIntegerField(default=0, db_default=0)


class CompletionWords(models.Model):
    """The words of one completion as numbers, for searching. A cache that a sweep fills: safe to empty at any time.

    What a search compares or sorts by stands beside them: to look it up in the wide rows of thousands of rollouts takes
    longer than to find the words.
    """

    rollout = models.OneToOneField(Rollout, on_delete=models.CASCADE, primary_key=True, related_name="+")
    group_id = models.BigIntegerField()
    run_id = models.BigIntegerField()
    step = models.BigIntegerField()
    reward = models.FloatField(null=True)
    words = ArrayField(models.IntegerField())

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["words"], name="words_of_completions")]


class RewardModelVersion(models.Model):
    """A numbered, immutable reward model; only its state and scoring watermark move."""

    class State(models.TextChoices):
        CANDIDATE = "candidate"
        PRODUCTION = "production"
        RETIRED = "retired"

    name = models.SlugField(max_length=100)  # which reward model: a campaign says which one it teaches
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.CANDIDATE)
    backbone = models.CharField(max_length=500)
    backbone_digest = models.CharField(max_length=64)
    artifact = models.CharField(max_length=500)  # folder, relative to the artifact root
    artifact_digest = models.CharField(max_length=64)
    ensemble_draws = models.PositiveSmallIntegerField()  # a score's first draws: one per ensemble head
    dropout_draws = models.PositiveSmallIntegerField(default=0)  # then one per MC-dropout mask
    metrics = models.JSONField(default=dict)
    # Every rollout with an id up to this one is scored; a sweep starts here, so its cost follows new rollouts only.
    scored_through = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    promoted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "number"], name="one_version_per_number"),
            models.UniqueConstraint(fields=["name"], condition=Q(state="production"), name="one_production_version"),
            models.CheckConstraint(condition=Q(ensemble_draws__gte=2), name="version_has_draws"),
        ]


class KnownBackbone(models.Model):
    """Which backbone a name meant when it was last loaded, so that its features are found without loading it."""

    spec = models.CharField(max_length=500, unique=True)
    digest = models.CharField(max_length=64)


class CompletionFeature(models.Model):
    """The frozen backbone's features of one text, computed once. A cache: safe to empty at any time."""

    backbone_digest = models.CharField(max_length=64)
    text_digest = models.BinaryField(max_length=32)
    features = models.BinaryField()  # float32, little endian

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["backbone_digest", "text_digest"], name="one_feature_per_text")
        ]


class Score(models.Model):
    """What one version thinks of one rollout: S joint draws. Draw s is the same model's opinion of every rollout."""

    version = models.ForeignKey(RewardModelVersion, on_delete=models.CASCADE, related_name="scores", db_index=False)
    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="scores")
    mean = models.FloatField()
    spread = models.FloatField()  # epistemic std of the reward after centring inside the group
    rewards_S = models.BinaryField()  # float32, little endian; S = ensemble_draws + dropout_draws

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "rollout"], name="one_score_per_version"),
            models.CheckConstraint(
                condition=Q(mean__gt=float("-inf"), mean__lt=float("inf"), spread__gte=0, spread__lt=float("inf")),
                name="score_is_finite",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["version", "spread", "rollout"], name="scores_by_spread")]


class ScoreTally(models.Model):
    """How many rollouts of a run a version has scored. Kept by a trigger, as a run's own tally is."""

    version = models.ForeignKey(RewardModelVersion, on_delete=models.CASCADE, related_name="+", db_index=False)
    run = models.ForeignKey(PolicyRun, on_delete=models.CASCADE, related_name="+")
    scores = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "run"], name="one_tally_per_version_and_run")
        ]
