"""What an answer costs, how much of each thing a campaign may use, and what the rest is kept for. Pure arithmetic.

Three things run out: labels, paid time and money. A slot reserves the most its answer can cost (`Prices.worst`); what
it did cost (`Prices.real`) is never more, so settling only ever gives back.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any, NoReturn

from annotator.errors import InvalidConfig

MS_PER_HOUR = 3_600_000
CENT = Decimal("0.0001")  # money is kept to a hundredth of a cent
BY_META = "meta."


@dataclasses.dataclass(frozen=True)
class Cost:
    """Labels, paid milliseconds and money, together."""

    labels: int = 0
    ms: int = 0
    money: Decimal = Decimal(0)

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.labels + other.labels, self.ms + other.ms, self.money + other.money)

    def __mul__(self, n: int) -> Cost:
        return Cost(self.labels * n, self.ms * n, self.money * n)


@dataclasses.dataclass(frozen=True)
class Prices:
    """What one label is paid with. Time counts only where there is a cap on what one label is paid for."""

    per_label: Decimal = Decimal(0)
    per_hour: Decimal = Decimal(0)
    seconds_cap: int = 0  # 0: time is neither counted nor paid

    @property
    def worst(self) -> Cost:
        return self._of(1000 * self.seconds_cap)

    def real(self, active_ms: int | None, had_ms: int | None = None) -> Cost:
        """What a page says is believed up to the time its reader has had the card (`had_ms`), and up to the cap.

        Time that was not measured counts as the most that is paid: a cap must hold whatever a client leaves out.
        """
        known = [ms for ms in (active_ms, had_ms, 1000 * self.seconds_cap) if ms is not None]
        return self._of(min(known))

    def _of(self, ms: int) -> Cost:
        money = self.per_label + self.per_hour * ms / MS_PER_HOUR
        return Cost(1, ms, money.quantize(CENT, ROUND_HALF_EVEN))


@dataclasses.dataclass(frozen=True)
class Caps:
    """How much may be used of each; None is without end."""

    labels: int
    ms: int | None = None
    money: Decimal | None = None


def affordable(caps: Caps, committed: Cost, extra: Cost, worst: Cost, reserve_share: float) -> tuple[int, str]:
    """How many more labels may be asked for without touching the reserve, and which cap says so."""
    keep = 1 - Decimal(str(reserve_share))
    rooms = {}
    for what in ("labels", "ms", "money"):
        cap, each = getattr(caps, what), Decimal(getattr(worst, what))
        if cap is None or not each:
            continue
        used, by_extra = Decimal(getattr(committed, what)), Decimal(getattr(extra, what))
        room = min(cap - used, cap * keep - (used - by_extra))
        rooms[what] = max(0, int(room // each))
    first = min(rooms, key=rooms.__getitem__)
    return rooms[first], first


def least_for_a_card(worst: Cost, overlap: int, reserve_share: float) -> Cost:
    """The smallest budgets that ask about one card: its answers, whatever they may cost, beside the reserve."""
    with localcontext(prec=60):  # a share just below 1 keeps all but nothing free
        keep = 1 - Decimal(str(reserve_share))
        labels, ms, money = (Decimal(amount) * overlap / keep for amount in (worst.labels, worst.ms, worst.money))
        return Cost(math.ceil(labels), math.ceil(ms), money.quantize(CENT, ROUND_CEILING))


@dataclasses.dataclass(frozen=True)
class StratumCap:
    """At most this much of the budget goes to groups with one value: a number of labels, or a share of them."""

    labels: int | None = None
    share: float | None = None

    def cap(self, budget_labels: int) -> int:
        return self.labels if self.labels is not None else int((self.share or 0.0) * budget_labels)


def check_strata(raw: Mapping[str, Any]) -> None:
    """`{"by": "run" or "meta.KEY", "caps": {VALUE: {"labels": n} or {"share": 0..1}}}`, or nothing at all."""
    if not raw:
        return
    if set(raw) != {"by", "caps"}:
        _refuse("", 'has the two keys "by" and "caps"')
    by, caps = raw["by"], raw["caps"]
    if not isinstance(by, str) or not (by == "run" or (by.startswith(BY_META) and 0 < len(by[len(BY_META) :]) <= 100)):
        _refuse(".by", 'is "run" or "meta.KEY"')
    if not isinstance(caps, dict) or not 1 <= len(caps) <= 1000:
        _refuse(".caps", "names 1 to 1,000 values")
    for value, cap in caps.items():
        if not 1 <= len(value) <= 200 or "\0" in value:
            _refuse(".caps", "names values of 1 to 200 characters")
        read_stratum(value, cap)


def read_stratum(value: str, raw: Any) -> StratumCap:
    field = f".caps.{value}"
    if not isinstance(raw, dict) or len(raw) != 1:
        _refuse(field, 'is {"labels": n} or {"share": s}')
    ((kind, amount),) = raw.items()
    if kind == "labels" and type(amount) is int and 0 <= amount <= 2**31 - 1:
        return StratumCap(labels=amount)
    if kind == "share" and type(amount) in (int, float) and 0.0 <= amount <= 1.0:
        return StratumCap(share=float(amount))
    _refuse(field, 'is {"labels": a whole number} or {"share": 0 to 1}')


def strata_of(raw: Mapping[str, Any]) -> dict[str, StratumCap]:
    return {value: read_stratum(value, cap) for value, cap in raw["caps"].items()} if raw else {}


def _refuse(field: str, rule: str) -> NoReturn:
    raise InvalidConfig(f"Campaign config: strata{field} {rule}.", field=f"strata{field}")
