"""The columns that hold a campaign's means: labels, paid hours and money, each with a cap the database keeps."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from .limits import MS_PER_HOUR, Caps, Cost, Prices


class Purse(models.Model):
    """What may be used, what an answer is paid with, and what is committed: reserved and spent together.

    Prices and caps are fixed when the campaign opens; a top-up only raises the budgets. Hours and money are optional.
    The `extra_` counters are the part of what is committed that went to gold, repeats, one more person and surplus.
    """

    budget_labels = models.PositiveIntegerField()
    budget_hours = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    budget_money = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    currency = models.CharField(max_length=3, blank=True, default="")  # ISO 4217, such as EUR
    pay_per_label = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    pay_per_hour = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    paid_seconds_cap = models.PositiveIntegerField(null=True)  # the most time one label is paid for
    committed_labels = models.PositiveIntegerField(default=0)
    committed_ms = models.BigIntegerField(default=0)
    committed_money = models.DecimalField(max_digits=16, decimal_places=4, default=Decimal(0))
    extra_labels = models.PositiveIntegerField(default=0)
    extra_ms = models.BigIntegerField(default=0)
    extra_money = models.DecimalField(max_digits=16, decimal_places=4, default=Decimal(0))

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(committed_labels__lte=F("budget_labels")), name="budget_never_exceeded"),
            models.CheckConstraint(condition=Q(budget_labels__gte=1), name="budget_at_least_one_label"),
            models.CheckConstraint(
                condition=Q(committed_ms__gte=0)
                & (Q(budget_hours__isnull=True) | Q(committed_ms__lte=F("budget_hours") * MS_PER_HOUR)),
                name="hours_never_exceeded",
            ),
            models.CheckConstraint(
                condition=Q(committed_money__gte=0)
                & (Q(budget_money__isnull=True) | Q(committed_money__lte=F("budget_money"))),
                name="money_never_exceeded",
            ),
            models.CheckConstraint(
                condition=Q(paid_seconds_cap__isnull=False, paid_seconds_cap__gte=1)
                | Q(budget_hours__isnull=True, pay_per_hour__isnull=True),
                name="time_that_counts_has_a_cap",
            ),
            models.CheckConstraint(
                condition=Q(extra_labels__lte=F("committed_labels")), name="extra_is_part_of_what_is_committed"
            ),
            models.CheckConstraint(
                condition=Q(extra_ms__gte=0, extra_ms__lte=F("committed_ms"))
                & Q(extra_money__gte=0, extra_money__lte=F("committed_money")),
                name="extra_time_and_money_are_part_of_it",
            ),
        ]

    @property
    def prices(self) -> Prices:
        return Prices(self.pay_per_label or Decimal(0), self.pay_per_hour or Decimal(0), self.paid_seconds_cap or 0)

    @property
    def counts_time(self) -> bool:
        """Whether an answer may cost less than was reserved for it."""
        return self.paid_seconds_cap is not None

    @property
    def counts_money(self) -> bool:
        return any(amount is not None for amount in (self.budget_money, self.pay_per_label, self.pay_per_hour))

    @property
    def caps(self) -> Caps:
        ms = None if self.budget_hours is None else int(self.budget_hours * MS_PER_HOUR)
        return Caps(self.budget_labels, ms, self.budget_money)

    @property
    def committed(self) -> Cost:
        return Cost(self.committed_labels, self.committed_ms, self.committed_money)

    @property
    def extra(self) -> Cost:
        return Cost(self.extra_labels, self.extra_ms, self.extra_money)
