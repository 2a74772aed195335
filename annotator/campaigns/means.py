"""What a manager gives a campaign beside labels: paid hours, money, and the prices of an answer. Refused whole."""

from __future__ import annotations

import dataclasses
import re
from decimal import ROUND_CEILING, Decimal
from typing import Any

from annotator.errors import InvalidInput

from .config import CampaignConfig
from .limits import CENT, MS_PER_HOUR, Prices, least_for_a_card

MOST = Decimal(10) ** 8 - CENT  # of hours, money and prices: what their columns hold
MOST_LABELS = 2**31 - 1
MOST_MONEY = Decimal(10) ** 12 - CENT  # that the ledger can add up
CURRENCY = re.compile(r"[A-Z]{3}")


@dataclasses.dataclass(frozen=True)
class Means:
    """All optional. `paid_seconds_cap`, where time counts, defaults to the length of a lease: no longer was lent."""

    budget_hours: Decimal | None = None
    budget_money: Decimal | None = None
    currency: str = ""
    pay_per_label: Decimal | None = None
    pay_per_hour: Decimal | None = None
    paid_seconds_cap: int | None = None

    def checked(self, config: CampaignConfig, *, labels: int) -> dict[str, Any]:
        """The columns of a campaign, or InvalidInput with the field that is wrong."""
        for field in ("budget_hours", "budget_money", "pay_per_label", "pay_per_hour"):
            amount = getattr(self, field)
            if amount is not None and not (amount.is_finite() and 0 < amount <= MOST and amount == round(amount, 4)):
                raise InvalidInput(
                    f"{field} must be above 0, at most {MOST:,}, with at most four decimals.", field=field
                )
        if self.currency and not CURRENCY.fullmatch(self.currency):
            raise InvalidInput("The currency is a code of three letters, such as EUR.", field="currency")
        paid = self.pay_per_label is not None or self.pay_per_hour is not None
        if (paid or self.budget_money is not None) and not self.currency:
            raise InvalidInput("Say in which currency people are paid, such as EUR.", field="currency")
        if self.budget_money is not None and not paid:
            raise InvalidInput("A budget of money needs a price: per label, per hour, or both.", field="budget_money")
        seconds = self._seconds(config)
        prices = self._prices(seconds)
        refuse_less_than_a_card(labels, self.budget_hours, self.budget_money, prices, config, prefix="budget_")
        refuse_uncountable(labels, self.budget_hours, self.budget_money, prices)
        return {**dataclasses.asdict(self), "paid_seconds_cap": seconds}

    def _seconds(self, config: CampaignConfig) -> int | None:
        if self.paid_seconds_cap is not None and not 1 <= self.paid_seconds_cap <= 86_400:
            raise InvalidInput("paid_seconds_cap must be 1 second to a day.", field="paid_seconds_cap")
        counts = self.budget_hours is not None or self.pay_per_hour is not None or config.person_hours > 0
        if not counts or self.paid_seconds_cap is not None:
            return self.paid_seconds_cap
        return max(1, round(60 * config.lease_minutes))

    def _prices(self, seconds: int | None) -> Prices:
        return Prices(self.pay_per_label or Decimal(0), self.pay_per_hour or Decimal(0), seconds or 0)


def refuse_less_than_a_card(
    labels: int,
    hours: Decimal | None,
    money: Decimal | None,
    prices: Prices,
    config: CampaignConfig,
    *,
    prefix: str = "",
) -> None:
    """A budget that cannot pay for one card beside the reserve would never ask anything, and not say why.

    The fields are called `prefix` and what they hold.
    """
    worst, overlap, share = prices.worst, config.overlap, config.reserve_share
    least = least_for_a_card(worst, overlap, share)
    least_hours = (Decimal(least.ms) / MS_PER_HOUR).quantize(CENT, ROUND_CEILING)
    answers = f"{overlap} answer{'s' if overlap > 1 else ''}"
    kept = f", and {100 * share:g}% of the budget is kept in reserve" if share else ""
    for what, amount, needed, each in (
        ("labels", Decimal(labels), Decimal(least.labels), ""),
        ("hours", hours, least_hours, f" of up to {prices.seconds_cap:,} seconds each"),
        ("money", money, least.money, f" of up to {worst.money:f} each"),
    ):
        if amount is None or amount >= needed:
            continue
        raise InvalidInput(
            f"{prefix}{what} comes to {amount:,f}, too little for one card: that takes {answers}{each}{kept}."
            f" Give at least {needed:,f}, or ask for less overlap or reserve.",
            field=f"{prefix}{what}",
            least=str(needed),
        )


def refuse_uncountable(labels: int, hours: Decimal | None, money: Decimal | None, prices: Prices) -> None:
    """No budget is larger than what can be counted: neither itself nor, without a cap on money, what it may cost."""
    if labels > MOST_LABELS:
        raise InvalidInput(f"A campaign has at most {MOST_LABELS:,} labels.", field="labels")
    for field, amount in (("hours", hours), ("money", money)):
        if amount is not None and amount > MOST:
            raise InvalidInput(f"A campaign has at most {MOST:,} of {field}.", field=field)
    if money is None and prices.worst.money * labels > MOST_MONEY:
        raise InvalidInput("So many labels at this price cost more than can be counted; cap the money.", field="money")
