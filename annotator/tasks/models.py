"""What to judge, and who holds which slot of it."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, When

from annotator.campaigns.models import Campaign, Selection
from annotator.people.models import User
from annotator.rollouts.models import PromptGroup


class AnnotationTask(models.Model):
    """Completions of one group, to be judged together. Why they were asked, and how probably, travels along."""

    class State(models.TextChoices):
        OPEN = "open"
        SETTLED = "settled"
        DISPUTED = "disputed"  # people contradict each other, one more did not settle it: for an adjudicator
        CANCELLED = "cancelled"

    class Stream(models.TextChoices):
        ACQUISITION = "acquisition"
        RANDOM = "random"
        GOLD = "gold"  # the right answer is known
        REPEAT = "repeat"  # asked again of somebody who has answered it, in another order

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="tasks", db_index=False)
    group = models.ForeignKey(PromptGroup, on_delete=models.PROTECT, db_index=False)
    rollout_ids = ArrayField(models.BigIntegerField())  # ascending: the canonical order, in which answers are stored
    selection = models.ForeignKey(Selection, on_delete=models.PROTECT, related_name="tasks", null=True, db_index=False)
    stream = models.CharField(max_length=11, choices=Stream.choices)
    propensity = models.FloatField()  # probability that this round asked about the pair this card was built around
    value = models.FloatField(null=True)  # the acquisition's value; null in the random stream
    stratum = models.CharField(max_length=200, blank=True, default="", db_default="")  # whose cap this counts towards
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["campaign", "rollout_ids"],
                condition=Q(stream__in=["acquisition", "random"]),
                name="the_same_completions_are_asked_about_once",
            ),
            models.CheckConstraint(condition=Q(rollout_ids__len__range=(1, 8)), name="one_to_eight_completions_shown"),
            models.CheckConstraint(
                condition=Q(propensity__gt=0.0, propensity__lte=1.0), name="propensity_is_a_probability"
            ),
        ]
        # What was asked about a group, and which of its rollouts are labelled: for people who look closer.
        indexes: ClassVar = [
            models.Index(fields=["group"], name="tasks_by_group"),
            # Whether somebody has had these completions as a personal card; as another one the first constraint finds.
            models.Index(
                fields=["campaign", "rollout_ids"], condition=Q(stream__in=["gold", "repeat"]), name="personal_by_card"
            ),
        ]


# Asked of one person and taken over by nobody else.
PERSONAL = (AnnotationTask.Stream.GOLD, AnnotationTask.Stream.REPEAT)


class Assignment(models.Model):
    """One slot of a task. Leased to one person at a time; each claim raises the lease number (a fencing token).

    After an expiry the row goes back to `open` but remembers its last holder: their late answer still counts
    unless someone else has claimed the slot since, which the lease number shows.
    """

    class State(models.TextChoices):
        OPEN = "open"
        LEASED = "leased"
        SUBMITTED = "submitted"
        SKIPPED = "skipped"
        CANCELLED = "cancelled"
        SURPLUS = "surplus"  # answered too late to count: kept, and paid if the ledger has its row

    task = models.ForeignKey(AnnotationTask, on_delete=models.CASCADE, related_name="assignments", db_index=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="assignments", db_index=False)
    # The seat: who follows a skip takes the same one; the one more person whom disagreement calls has the seat numbered
    # like the overlap.
    slot = models.PositiveSmallIntegerField()
    extra = models.BooleanField(default=False, db_default=False)  # paid from the reserve
    priority = models.FloatField()  # higher is asked first; a rank in 0..1, so that streams interleave
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    annotator = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="assignments", db_index=False)
    lease_number = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    leased_at = models.DateTimeField(null=True)  # when its holder was first given it: nobody is paid for longer
    # Drawn at each claim: the completion shown at place p is number shown_order[p] of the task's.
    shown_order = ArrayField(models.SmallIntegerField(), null=True)
    # Holders who lost it to somebody who began: [{annotator, lease_number, leased_at, shown_order}]. Their work is not
    # dropped.
    former_leases = models.JSONField(null=True)

    class Meta:
        constraints: ClassVar = [
            # An expression over all rows and no condition: an index of live slots only would look cheap to scan whole
            # for the queue's head, for the reason below.
            models.UniqueConstraint(
                F("task"),
                Case(When(state__in=["open", "leased", "submitted"], then=F("slot"))),
                name="one_live_slot_per_seat",
            ),
            # Over all rows, though only held ones matter: an index of few rows would look cheap to scan whole for one
            # person's leases, and statistics lag far behind a busy queue.
            models.UniqueConstraint(fields=["task", "annotator"], name="one_slot_per_person_per_task"),
            models.CheckConstraint(
                condition=~Q(state="leased")
                | Q(annotator__isnull=False, leased_until__isnull=False, shown_order__isnull=False),
                name="a_lease_has_a_holder_and_an_end",
            ),
        ]
        indexes: ClassVar = [
            # The next task is the first row of this index that the person has not seen: cost independent of the pool.
            models.Index(F("campaign"), F("priority").desc(), F("id"), condition=Q(state="open"), name="queue_head"),
            models.Index(fields=["leased_until"], condition=Q(state="leased"), name="leases_by_end"),
            models.Index(
                F("annotator"),
                F("campaign"),
                F("priority").desc(),
                F("id"),
                condition=Q(state="leased"),
                name="my_leases",
            ),
        ]
