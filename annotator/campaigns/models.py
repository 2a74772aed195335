"""A question put to people, how many answers may be bought, and every movement of that budget."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from annotator.people.models import User
from annotator.rollouts.models import PolicyRun, RewardModelVersion, Rollout

from .config import CampaignConfig
from .purse import Purse


class Campaign(Purse):
    """A question, its frozen config and its budget. The config is fixed once the campaign opens."""

    class State(models.TextChoices):
        DRAFT = "draft"
        OPEN = "open"
        PAUSED = "paused"
        CLOSED = "closed"

    slug = models.SlugField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    question = models.CharField(max_length=1000)
    guidelines = models.TextField(blank=True)
    reward_model = models.SlugField(max_length=100)  # the RewardModelVersion.name these labels teach
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    config_json = models.JSONField(default=dict)
    ordered_by = models.ForeignKey(  # the version whose values the open tasks are in the order of; null: chance
        RewardModelVersion, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    runs = models.ManyToManyField(PolicyRun, related_name="campaigns")
    annotators = models.ManyToManyField(User, related_name="campaigns", through="Membership")  # its people, in any role
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="created_campaigns")
    created_at = models.DateTimeField(auto_now_add=True)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta(Purse.Meta):
        abstract = False

    @property
    def config(self) -> CampaignConfig:
        """Read once each time the row is: a claim looks at it three times, and reading costs as much as claiming."""
        if self.__dict__.get("_read_from") is not self.config_json:
            self._config, self._read_from = CampaignConfig.from_json(self.config_json), self.config_json
        return self._config


class Membership(models.Model):
    """Somebody's part in a campaign: one role each, over and above what their role on the whole site allows."""

    class Role(models.TextChoices):
        ANNOTATOR = "annotator"
        ADJUDICATOR = "adjudicator"
        MANAGER = "manager"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.ANNOTATOR)
    paused_at = models.DateTimeField(null=True)  # while set they get no new cards; what they hold they may still answer
    paused_because = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        db_table = "campaigns_campaign_annotators"  # the hand-written statements of the hot path join it by this name
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "user"], name="one_role_per_campaign_and_person"),
            models.CheckConstraint(
                condition=Q(role__in=["annotator", "adjudicator", "manager"]), name="campaign_role_is_known"
            ),
        ]

    @property
    def audit_name(self) -> str:
        return f"{self.campaign.slug}: {self.user.username}"


class Invitation(models.Model):
    """A link that makes whoever holds it a member. Only its digest is kept, so nobody can read a link out of here."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=16, choices=Membership.Role.choices, default=Membership.Role.ANNOTATOR)
    digest = models.CharField(max_length=64, unique=True)
    note = models.CharField(max_length=200, blank=True, default="")  # whom it is for, in its maker's words
    uses = models.PositiveIntegerField(default=0)
    max_uses = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(uses__lte=F("max_uses")), name="invitation_never_used_too_often"),
            models.CheckConstraint(
                condition=Q(role__in=["annotator", "adjudicator", "manager"]), name="invited_role_is_known"
            ),
        ]

    @property
    def audit_name(self) -> str:
        return self.campaign.slug


class BudgetEntry(models.Model):
    """One movement of the budget, append-only (a trigger refuses edits). The unique key makes a retry harmless."""

    class Kind(models.TextChoices):
        RESERVE = "reserve"
        SPEND = "spend"
        RELEASE = "release"
        TOP_UP = "top_up"

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="budget_entries")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    labels = models.PositiveIntegerField()
    ms = models.BigIntegerField(default=0, db_default=0)
    money = models.DecimalField(max_digits=16, decimal_places=4, default=Decimal(0), db_default=Decimal(0))
    extra = models.BooleanField(default=False, db_default=False)  # gold, repeats, one more person, surplus
    key = models.CharField(max_length=100)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "key"], name="one_budget_entry_per_key"),
            models.CheckConstraint(
                condition=Q(labels__gte=1) | Q(ms__gte=1) | Q(money__gt=0), name="budget_entry_moves_something"
            ),
            models.CheckConstraint(condition=Q(ms__gte=0, money__gte=0), name="budget_moves_are_not_negative"),
        ]


class Stratum(models.Model):
    """At most so many of the labels are asked about groups with one value of the run or of a key of their meta."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="strata")
    value = models.CharField(max_length=200)
    cap_labels = models.PositiveIntegerField()
    committed_labels = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "value"], name="one_stratum_per_value"),
            models.CheckConstraint(condition=Q(committed_labels__lte=F("cap_labels")), name="stratum_never_exceeded"),
        ]


class Selection(models.Model):
    """One round of choosing what to ask: enough to explain, and to repeat, every choice in it."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="selections")
    version = models.ForeignKey(RewardModelVersion, on_delete=models.PROTECT, null=True)  # null: nothing learned yet
    acquisition = models.CharField(max_length=50)  # what was really used; "random" before the first version
    seed = models.BigIntegerField()
    pool_size = models.PositiveIntegerField()
    chosen = models.PositiveIntegerField()
    at = models.DateTimeField(auto_now_add=True)


class MachineLabel(models.Model):
    """What a judge said about two completions, asked from both sides, append-only (a trigger refuses edits).

    A pair the judge could not be understood about has no label and says why; it is not asked again.
    """

    judge = models.CharField(max_length=100)
    question_digest = models.CharField(max_length=64)  # of the campaign's question and guidelines
    rollout_a = models.ForeignKey(Rollout, on_delete=models.PROTECT, related_name="+", db_index=False)
    rollout_b = models.ForeignKey(Rollout, on_delete=models.PROTECT, related_name="+", db_index=False)
    content_digest = models.BinaryField(max_length=32)  # of the two texts, whichever comes first: asked once
    label = models.FloatField(null=True)  # 1 the first is better, 0 the second, 0.5 a tie
    consistent = models.BooleanField()  # the same verdict from both sides
    raw = models.JSONField(default=dict)  # the model and what it said last, shortened
    error = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["judge", "question_digest", "rollout_a", "rollout_b"], name="one_label_per_judge_and_pair"
            ),
            models.CheckConstraint(condition=Q(rollout_a__lt=F("rollout_b")), name="judged_pair_in_canonical_order"),
            models.CheckConstraint(
                condition=Q(label__isnull=False, label__in=[0.0, 0.5, 1.0], error="")
                | (Q(label__isnull=True) & ~Q(error="")),
                name="a_judged_pair_has_a_label_or_says_why_not",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["judge", "question_digest", "content_digest"], name="judged_content")]
