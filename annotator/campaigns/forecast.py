"""How a budget burns down, and when it will be gone at the pace of late. Only reads; the ledger says it all."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection

from uncertainty.pace import Finish, finish

from . import budget
from .limits import MS_PER_HOUR
from .models import Campaign

POINTS = 60  # of the series
A_DAY, AN_HOUR = timedelta(days=1), timedelta(hours=1)
MOST_DAYS = 14  # of the pace: two whole weeks, their weekends included
SPENT = """
SELECT width_bucket(extract(epoch FROM at), %(since)s, %(until)s, %(n)s), count(*), sum(ms), sum(money)
FROM campaigns_budgetentry
WHERE campaign_id = %(campaign)s AND kind = 'spend' AND at >= to_timestamp(%(since)s) AND at < to_timestamp(%(until)s)
GROUP BY 1 ORDER BY 1"""


@dataclasses.dataclass(frozen=True)
class Used:
    """What one stretch of time used up."""

    labels: int = 0
    hours: float = 0.0
    money: float = 0.0


@dataclasses.dataclass(frozen=True)
class Forecast:
    """When the budget will be gone, 9 times in 10 between `earliest` and `latest`, and which one will be first.

    Without `earliest` too few days were counted to say how far off it may be; without `latest` alone, it may be never.
    """

    labels_left: float
    ends_with: str
    labels_per_hour: float
    over_hours: float  # that the pace was counted over
    expected: datetime | None  # None beyond any calendar
    earliest: datetime | None
    latest: datetime | None


def forecast(
    left: Mapping[str, float], windows: Sequence[Used], width: timedelta, now: datetime, moved: Used
) -> Forecast | None:
    """`left`: what each budget still has; `moved`: all that was used, for what one label costs. None without a pace.

    Whichever of labels, hours and money buys the fewest labels, at what a label cost so far, ends the campaign. Windows
    of an hour fill whole days; on the first day others lie within it, and its end is at their plain pace.
    """
    buys = bought(left, moved)
    first = min(buys, key=buys.__getitem__)
    counts = [window.labels for window in windows]
    hours = len(counts) * width / AN_HOUR
    if sum(counts) == 0:
        return None
    if hours < A_DAY / AN_HOUR:
        found: Finish | None = Finish(buys[first] / sum(counts) * hours / 24.0, None, None)
    else:
        found = finish(np.reshape(counts, (-1, A_DAY // width)), buys[first])
    if found is None:
        return None
    return Forecast(
        labels_left=buys[first],
        ends_with=first,
        labels_per_hour=sum(counts) / hours,
        over_hours=hours,
        expected=_later(now, found.expected),
        earliest=_later(now, found.earliest),
        latest=_later(now, found.latest),
    )


def bought(left: Mapping[str, float], moved: Used) -> dict[str, float]:
    """How many more labels what is left of each budget buys, at what one did cost so far; labels buy themselves."""
    buys = {"labels": left["labels"]}
    for what in ("hours", "money"):
        each = getattr(moved, what) / moved.labels if moved.labels else 0.0
        if what in left and each > 0:
            buys[what] = left[what] / each
    return buys


def to_ask_with(held: budget.Balance) -> dict[str, float]:
    """What each budget that can run out still has for asking."""
    return {what: amount.to_ask_with or 0.0 for what, amount in held.amounts.items()}


def used_so_far(held: budget.Balance) -> Used:
    """What all answers together did cost, as the ledger says."""
    hours, money = (0.0 if one is None else one.spent for one in (held.hours, held.money))
    return Used(held.spent, hours, money)


def _later(now: datetime, days: float | None) -> datetime | None:
    try:
        return None if days is None else now + timedelta(days=days)
    except OverflowError:
        return None


def look_ahead(campaign: Campaign, *, now: datetime) -> dict[str, Any]:
    """The balance, the burn-down so far, and the forecast while the campaign is open."""
    held = budget.balance(campaign)
    since = campaign.opened_at or campaign.created_at
    until = min(now, campaign.closed_at or now)
    step = max((until - since) / POINTS, timedelta(seconds=1))
    series, total = [], Used()
    for at, used in enumerate(_used(campaign, since, step, POINTS), 1):
        total = Used(total.labels + used.labels, total.hours + used.hours, total.money + used.money)
        series.append({"at": since + at * step, **dataclasses.asdict(total)})
    return {**held.as_dict(), "series": series, "forecast": _ahead(campaign, held, since, now)}


def _ahead(campaign: Campaign, held: budget.Balance, since: datetime, now: datetime) -> dict[str, Any] | None:
    if campaign.state != Campaign.State.OPEN or (held.ended_by is not None and held.reserved == 0):
        return None  # what is left is kept in reserve, or too little to ask anything
    days = min((now - since) // A_DAY, MOST_DAYS)
    width, n = (AN_HOUR, 24 * days) if days else (max(now - since, timedelta(seconds=1)), 1)
    windows = _used(campaign, now - n * width, width, n)
    found = forecast(to_ask_with(held), windows, width, now, used_so_far(held))
    return None if found is None else dataclasses.asdict(found)


def _used(campaign: Campaign, since: datetime, width: timedelta, n: int) -> list[Used]:
    start, stop = since.timestamp(), (since + n * width).timestamp()
    with connection.cursor() as cursor:
        cursor.execute(SPENT, {"campaign": campaign.pk, "since": start, "until": stop, "n": n})
        rows = {at: Used(labels, int(ms) / MS_PER_HOUR, float(money)) for at, labels, ms, money in cursor.fetchall()}
    return [rows.get(at, Used()) for at in range(1, n + 1)]
