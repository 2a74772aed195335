"""No answer is asked for without budget reserved first, and what is committed never passes the cap.

The counter moves by one conditional update; the ledger row with a unique key makes every retry harmless.
Spending moves no counter: a spent label was reserved before, so the hot path never touches the campaign's row.
"""

from __future__ import annotations

import dataclasses

from django.db import connection, transaction
from django.db.models import F, Sum

from annotator.errors import BudgetExhausted

from .models import BudgetEntry, Campaign


@dataclasses.dataclass(frozen=True)
class Balance:
    """A campaign's budget in labels: `committed` = `reserved` (asked, unanswered) + `spent` (answered)."""

    labels: int
    committed: int
    spent: int

    @property
    def reserved(self) -> int:
        return self.committed - self.spent

    @property
    def left(self) -> int:
        return self.labels - self.committed

    def as_dict(self) -> dict[str, int]:
        return {**dataclasses.asdict(self), "reserved": self.reserved, "left": self.left}


def _enter(campaign_id: int, kind: str, labels: int, key: str) -> bool:
    """Write one ledger row; False when this key was written before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO campaigns_budgetentry (campaign_id, kind, labels, key, at) VALUES (%s, %s, %s, %s, now())"
            " ON CONFLICT (campaign_id, key) DO NOTHING",
            [campaign_id, kind, labels, key],
        )
        return bool(cursor.rowcount)


@transaction.atomic
def reserve(campaign_id: int, labels: int, *, key: str) -> None:
    """Set `labels` answers aside, or raise BudgetExhausted and change nothing. The same key reserves once."""
    if not _enter(campaign_id, BudgetEntry.Kind.RESERVE, labels, key):
        return
    fits = Campaign.objects.filter(id=campaign_id, committed_labels__lte=F("budget_labels") - labels)
    if not fits.update(committed_labels=F("committed_labels") + labels):
        raise BudgetExhausted(f"The budget cannot cover {labels} more labels.", campaign=campaign_id, labels=labels)


@transaction.atomic
def release(campaign_id: int, labels: int, *, key: str) -> None:
    """Give back what was reserved for answers that will not come. The same key releases once."""
    if _enter(campaign_id, BudgetEntry.Kind.RELEASE, labels, key):
        Campaign.objects.filter(id=campaign_id).update(committed_labels=F("committed_labels") - labels)


def spend(campaign_id: int, *, key: str) -> None:
    """Record that one reserved label was answered."""
    _enter(campaign_id, BudgetEntry.Kind.SPEND, 1, key)


def balance(campaign: Campaign) -> Balance:
    spent = campaign.budget_entries.filter(kind=BudgetEntry.Kind.SPEND).aggregate(total=Sum("labels"))["total"] or 0
    return Balance(labels=campaign.budget_labels, committed=campaign.committed_labels, spent=spent)
