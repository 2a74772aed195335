"""No answer is asked for without budget reserved first, and what is committed never passes any cap.

Labels, paid hours and money run out together; whichever is first stops the asking. They are reserved when a round is
opened, for every slot the most its answer can cost, and not when a card is claimed. The reservation then belongs to
the slot: a lease that lapses, a late answer, a skip passed on or a second window move no budget at all, and an answer
that was asked for can always be paid. Reserving at each claim would hold back less, but every claim, release and expiry
would then write the campaign's row, which everybody shares; and an answer after its lease could find nothing left.

What is held back too much comes back soon: an answer's ledger row says what it did cost, and the next round settles,
that is, counts anew what is committed. So spending moves no counter and the hot path never touches the campaign's row.

Counters move by one conditional update; the ledger row with a unique key makes every retry harmless. Locks are taken in
the order slot, task, campaign: who holds the campaign's row takes no slot.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from django.db import connection, transaction
from django.db.models import F, Q

from annotator.errors import BudgetExhausted, CampaignClosed, Conflict, InvalidInput, KeyReused
from annotator.people import audit

from . import limits
from .limits import MS_PER_HOUR, Cost
from .means import refuse_less_than_a_card, refuse_uncountable
from .models import BudgetEntry, Campaign, Stratum
from .strata import share_out

Kind = BudgetEntry.Kind
BUDGETS = ("budget_labels", "budget_hours", "budget_money")
Purpose = Literal["main", "extra", "surplus"]
NOTHING = Cost()

# What is committed: reserved and not released, less what answers did not need of their reservation.
LEDGER = """
WITH moved AS (
    SELECT extra, CASE kind WHEN 'reserve' THEN 1 WHEN 'release' THEN -1 ELSE 0 END AS sign, kind, labels, ms, money
    FROM campaigns_budgetentry WHERE campaign_id = %(campaign)s)
SELECT extra,
       coalesce(sum(labels) FILTER (WHERE kind = 'spend'), 0),
       coalesce(sum(ms) FILTER (WHERE kind = 'spend'), 0),
       coalesce(sum(money) FILTER (WHERE kind = 'spend'), 0),
       coalesce(sum(sign * labels), 0),
       coalesce(sum(sign * ms) + sum(ms - labels * %(ms)s) FILTER (WHERE kind = 'spend'), sum(sign * ms), 0),
       coalesce(sum(sign * money) + sum(money - labels * %(money)s) FILTER (WHERE kind = 'spend'), sum(sign * money), 0)
FROM moved GROUP BY extra"""


@dataclasses.dataclass(frozen=True)
class Ledger:
    """What the ledger's rows add up to, the extra part apart."""

    spent: Cost = NOTHING
    committed: Cost = NOTHING
    extra: Cost = NOTHING  # of what is committed


def ledger(campaign: Campaign) -> Ledger:
    worst = campaign.prices.worst
    with connection.cursor() as cursor:
        cursor.execute(LEDGER, {"campaign": campaign.pk, "ms": worst.ms, "money": worst.money})
        rows = {row[0]: (_cost(row[1:4]), _cost(row[4:7])) for row in cursor.fetchall()}
    (main_spent, main), (extra_spent, extra) = (rows.get(which, (NOTHING, NOTHING)) for which in (False, True))
    return Ledger(main_spent + extra_spent, main + extra, extra)


def _cost(row: Any) -> Cost:
    return Cost(int(row[0]), int(row[1]), Decimal(row[2]))


def _enter(campaign_id: int, kind: str, cost: Cost, key: str, *, extra: bool = False) -> bool:
    """Write one ledger row; False when this key was written before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO campaigns_budgetentry (campaign_id, kind, labels, ms, money, extra, key, at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, now()) ON CONFLICT (campaign_id, key) DO NOTHING",
            [campaign_id, kind, cost.labels, cost.ms, cost.money, extra, key],
        )
        return bool(cursor.rowcount)


@transaction.atomic
def reserve(
    campaign_id: int,
    labels: int,
    *,
    key: str,
    purpose: Purpose = "main",
    strata: Mapping[str, int] | None = None,
) -> None:
    """Set `labels` answers aside, or raise BudgetExhausted and change nothing. The same key reserves once.

    `main` leaves the campaign's reserve alone; `extra`, that is gold, repeats, one more person and adjudication, may
    use it. `surplus` is work nobody waits for: where there is a reserve it never takes more than that, and it may be
    paid on a closed campaign too.
    """
    campaign = Campaign.objects.get(id=campaign_id)
    for last in (False, True):
        try:
            with transaction.atomic():
                return _reserve(campaign, labels, key, purpose, strata or {})
        except BudgetExhausted:
            if last or not settle(campaign):
                raise


def _reserve(campaign: Campaign, labels: int, key: str, purpose: Purpose, strata: Mapping[str, int]) -> None:
    cost = campaign.prices.worst * labels
    if not _enter(campaign.pk, Kind.RESERVE, cost, key, extra=purpose != "main"):
        return
    if not _commit(campaign, cost, purpose):
        raise BudgetExhausted(f"The budget cannot cover {labels} more labels.", campaign=campaign.pk, labels=labels)
    # Asked only now that the row is ours: nothing is set aside after the campaign was closed.
    if purpose != "surplus" and Campaign.objects.filter(id=campaign.pk, state=Campaign.State.CLOSED).exists():
        raise CampaignClosed(f"Campaign {campaign.slug} is closed.", campaign=campaign.slug)
    for value, n in sorted(strata.items()):
        room = Stratum.objects.filter(campaign=campaign, value=value, committed_labels__lte=F("cap_labels") - n)
        if not room.update(committed_labels=F("committed_labels") + n):
            raise BudgetExhausted(f"{value!r} has had its share of the labels.", campaign=campaign.pk, stratum=value)


def _commit(campaign: Campaign, cost: Cost, purpose: Purpose) -> bool:
    """One conditional update; False where some cap, or the reserve, would be passed."""
    reserve = Decimal(str(campaign.config.reserve_share))
    fits, moves = Q(), _moves("committed", cost)
    for what, cap, unit, amount in (
        ("labels", "budget_labels", 1, cost.labels),
        ("ms", "budget_hours", MS_PER_HOUR, cost.ms),
        ("money", "budget_money", 1, cost.money),
    ):
        held = [Q(**{f"committed_{what}__lte": F(cap) * unit - amount})]
        if purpose == "main" and reserve:
            held.append(Q(**{f"committed_{what}__lte": F(cap) * unit * (1 - reserve) + F(f"extra_{what}") - amount}))
        if purpose == "surplus" and reserve:
            held.append(Q(**{f"extra_{what}__lte": F(cap) * unit * reserve - amount}))
        for one in held:
            fits &= Q(**{f"{cap}__isnull": True}) | one
    if purpose != "main":
        moves |= _moves("extra", cost)
    return bool(Campaign.objects.filter(fits, id=campaign.pk).update(**moves))


def _moves(counter: str, cost: Cost) -> dict[str, Any]:
    amounts: dict[str, Any] = {"labels": cost.labels, "ms": cost.ms, "money": cost.money}
    return {f"{counter}_{what}": F(f"{counter}_{what}") + amount for what, amount in amounts.items() if amount}


@transaction.atomic
def release(
    campaign_id: int, labels: int, *, key: str, extra: bool = False, strata: Mapping[str, int] | None = None
) -> None:
    """Give back what was reserved for answers that will not come. The same key releases once."""
    campaign = Campaign.objects.get(id=campaign_id)
    cost = campaign.prices.worst * labels
    if not _enter(campaign_id, Kind.RELEASE, cost, key, extra=extra):
        return
    back = cost * -1
    moves = _moves("committed", back) | (_moves("extra", back) if extra else {})
    Campaign.objects.filter(id=campaign_id).update(**moves)
    for value, n in sorted((strata or {}).items()):
        Stratum.objects.filter(campaign_id=campaign_id, value=value).update(committed_labels=F("committed_labels") - n)


def spend(campaign_id: int, *, key: str, cost: Cost | None = None, extra: bool = False) -> None:
    """Record that one reserved label was answered, and what it did cost."""
    _enter(campaign_id, Kind.SPEND, cost or Cost(1), key, extra=extra)


@transaction.atomic
def settle(campaign: Campaign) -> bool:
    """Count anew what is committed, so that what answers did not cost can be asked with; True if anything came back."""
    if not campaign.counts_time or ledger(campaign).committed == campaign.committed:
        return False
    locked = Campaign.objects.select_for_update(no_key=True).get(id=campaign.pk)
    now = ledger(locked)  # again, now that nobody else moves the counters
    Campaign.objects.filter(id=locked.pk).update(
        committed_labels=now.committed.labels, committed_ms=now.committed.ms, committed_money=now.committed.money,
        extra_labels=now.extra.labels, extra_ms=now.extra.ms, extra_money=now.extra.money,
    )  # fmt: skip
    return True


@transaction.atomic
def top_up(
    campaign_id: int, *, labels: int = 0, hours: Decimal = Decimal(0), money: Decimal = Decimal(0), key: str
) -> Campaign:
    """Raise the budgets; they never shrink. The same key tops up once. Shares of strata grow along."""
    locked = Campaign.objects.select_for_update(no_key=True).get(id=campaign_id)
    if locked.state == Campaign.State.CLOSED:
        raise CampaignClosed(f"Campaign {locked.slug} is closed for good.", campaign=locked.slug)
    if locked.state == Campaign.State.DRAFT:
        raise Conflict("The budget of a draft is edited, not topped up.", campaign=locked.slug)
    for field, amount, capped in (("hours", hours, locked.budget_hours), ("money", money, locked.budget_money)):
        if amount and capped is None:
            raise InvalidInput(f"This campaign has no cap on {field} to raise.", field=field)
    if min(Decimal(labels), hours, money) < 0 or not (labels or hours or money):
        raise InvalidInput("A top-up adds labels, hours or money.", field="labels")
    cost = Cost(labels, int(hours * MS_PER_HOUR), money)
    if not _enter(campaign_id, Kind.TOP_UP, cost, f"top_up:{key}"):
        earlier = BudgetEntry.objects.get(campaign_id=campaign_id, key=f"top_up:{key}")
        if Cost(earlier.labels, earlier.ms, earlier.money) != cost:
            message = "Other amounts were added under this key already. See what the budget is now before you add more."
            raise KeyReused(message, campaign=locked.slug)
        return locked
    raised = (
        locked.budget_labels + labels,
        None if locked.budget_hours is None else locked.budget_hours + hours,
        None if locked.budget_money is None else locked.budget_money + money,
    )
    refuse_less_than_a_card(*raised, locked.prices, locked.config)
    refuse_uncountable(*raised, locked.prices)
    before = {field: str(getattr(locked, field)) for field in BUDGETS}
    locked.budget_labels, locked.budget_hours, locked.budget_money = raised
    locked.save(update_fields=BUDGETS)
    old, new = audit.changed(before, {field: str(getattr(locked, field)) for field in BUDGETS})
    audit.record("budget.topped_up", locked, old=old, new=new)
    share_out(locked)
    return locked


def affordable(campaign: Campaign, wanted: int) -> int:
    """How many labels a round may ask for, up to `wanted`, by whichever budget ends first."""
    room, _ = _room(campaign)
    if room < wanted and settle(campaign):
        campaign.refresh_from_db()
        room, _ = _room(campaign)
    return min(room, wanted)


def _room(campaign: Campaign, held: Ledger | None = None) -> tuple[int, str]:
    committed, extra = (campaign.committed, campaign.extra) if held is None else (held.committed, held.extra)
    return limits.affordable(campaign.caps, committed, extra, campaign.prices.worst, campaign.config.reserve_share)


@dataclasses.dataclass(frozen=True)
class Amount:
    """One thing that is used up: `committed` = `reserved` (asked, unanswered) + `spent` (answered). No cap: None."""

    cap: float | None
    committed: float
    spent: float
    kept: float = 0.0  # of what is left: in reserve, asking nobody anything by itself

    @property
    def to_ask_with(self) -> float | None:
        """What is neither answered yet nor kept in reserve."""
        return None if self.cap is None else max(0.0, self.cap - self.spent - self.kept)

    def as_dict(self) -> dict[str, float | None]:
        left = None if self.cap is None else self.cap - self.committed
        return {**dataclasses.asdict(self), "reserved": self.committed - self.spent, "left": left}


@dataclasses.dataclass(frozen=True)
class Balance:
    """A campaign's budget: labels always, paid hours and money where it counts them."""

    labels: int
    committed: int
    spent: int
    extra: int = 0  # of what is committed: gold, repeats, one more person, surplus
    kept: int = 0  # of what is left: in reserve for such; nothing once the campaign is closed
    hours: Amount | None = None
    money: Amount | None = None
    currency: str = ""
    ended_by: str | None = None  # the budget that cannot pay for one more task; None while there is one

    @property
    def reserved(self) -> int:
        return self.committed - self.spent

    @property
    def left(self) -> int:
        return self.labels - self.committed

    @property
    def amounts(self) -> dict[str, Amount]:
        """Whatever can run out: labels always, hours and money where they are capped."""
        capped = {"hours": self.hours, "money": self.money}
        found = {what: one for what, one in capped.items() if one is not None and one.cap is not None}
        return {"labels": Amount(self.labels, self.committed, self.spent, self.kept), **found}

    def as_dict(self) -> dict[str, Any]:
        amounts = {"hours": self.hours, "money": self.money}
        return {
            **{
                name: getattr(self, name)
                for name in ("labels", "committed", "spent", "reserved", "left", "extra", "kept")
            },
            **{name: None if amount is None else amount.as_dict() for name, amount in amounts.items()},
            "currency": self.currency,
            "ended_by": self.ended_by,
        }


def balance(campaign: Campaign) -> Balance:
    """What is used and what is left, with what answers did not cost already counted back."""
    held = ledger(campaign)
    room, first = _room(campaign, held)
    caps, spent, committed = campaign.caps, held.spent, held.committed
    share = 0.0 if campaign.state == Campaign.State.CLOSED else campaign.config.reserve_share
    return Balance(
        labels=caps.labels,
        committed=committed.labels,
        spent=spent.labels,
        extra=held.extra.labels,
        kept=math.ceil(_kept(caps.labels, held.extra.labels, share)),
        hours=_amount(caps.ms, committed.ms, spent.ms, held.extra.ms, share, MS_PER_HOUR)
        if campaign.counts_time
        else None,
        money=_amount(caps.money, committed.money, spent.money, held.extra.money, share)
        if campaign.counts_money
        else None,
        currency=campaign.currency,
        ended_by={"ms": "hours"}.get(first, first) if room < campaign.config.overlap else None,
    )


def _amount(cap: Any, committed: Any, spent: Any, extra: Any, share: float, unit: int = 1) -> Amount:
    if cap is None:
        return Amount(None, float(committed) / unit, float(spent) / unit)
    kept = _kept(cap, extra, share)
    return Amount(float(cap) / unit, float(committed) / unit, float(spent) / unit, float(kept) / unit)


def _kept(cap: int | Decimal, extra: int | Decimal, share: float) -> Decimal:
    """What the reserve still holds: of its share, whatever nothing extra has taken yet."""
    return max(Decimal(0), cap * Decimal(str(share)) - extra)
