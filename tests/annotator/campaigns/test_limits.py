"""Three things run out together; what answers really cost is never more than what was set aside for them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.campaigns.config import CampaignConfig
from annotator.campaigns.limits import CENT, MS_PER_HOUR, Caps, Cost, Prices, affordable, least_for_a_card
from annotator.campaigns.means import Means
from annotator.errors import InvalidConfig, InvalidInput

PRICES = st.builds(
    Prices,
    per_label=st.decimals(0, 100, places=4),
    per_hour=st.decimals(0, 1000, places=4),
    seconds_cap=st.integers(0, 86_400),
)


MILLISECONDS = st.none() | st.integers(0, 2**31 - 1)


@given(PRICES, MILLISECONDS, MILLISECONDS)
def test_no_answer_costs_more_than_was_set_aside_for_it_nor_than_its_author_has_had_the_card(prices, active_ms, had_ms):
    real, worst = prices.real(active_ms, had_ms), prices.worst
    assert real.labels == worst.labels == 1
    assert 0 <= real.ms <= worst.ms
    assert 0 <= real.money <= worst.money
    assert had_ms is None or real.ms <= had_ms
    assert real.ms == worst.ms or real.ms in (active_ms, had_ms)


def test_time_that_was_not_measured_counts_as_the_most_that_is_paid():
    prices = Prices(per_hour=Decimal(18), seconds_cap=200)
    assert prices.real(None) == prices.worst == Cost(1, 200_000, Decimal("1.0000"))
    assert prices.real(100_000).money == Decimal("0.5000")


@pytest.mark.parametrize(
    ("caps", "committed", "share", "found"),
    [
        (Caps(10), Cost(4), 0.0, (6, "labels")),
        (Caps(10), Cost(4), 0.2, (4, "labels")),
        (Caps(10), Cost(9), 0.2, (0, "labels")),
        (Caps(100, MS_PER_HOUR), Cost(0), 0.0, (60, "ms")),
        (Caps(100, MS_PER_HOUR, Decimal(3)), Cost(0), 0.0, (6, "money")),
        (Caps(100, MS_PER_HOUR, Decimal(3)), Cost(99), 0.0, (1, "labels")),
    ],
)
def test_whatever_ends_first_stops_the_asking(caps, committed, share, found):
    worst = Cost(1, 60_000, Decimal("0.5"))
    assert affordable(caps, committed, Cost(), worst, share) == found


@given(PRICES, st.integers(1, 20), st.integers(0, 99))
def test_the_least_budgets_for_a_card_ask_one_and_anything_less_asks_none(prices, overlap, percent):
    worst, share = prices.worst, percent / 100
    least = least_for_a_card(worst, overlap, share)

    def asked(*caps):
        return affordable(Caps(*caps), Cost(), Cost(), worst, share)[0] // overlap

    assert asked(least.labels, least.ms, least.money) >= 1
    assert asked(least.labels - 1, least.ms, least.money) == 0
    assert not worst.ms or asked(least.labels, least.ms - 1, least.money) == 0
    assert not worst.money or asked(least.labels, least.ms, least.money - CENT) == 0


def test_however_much_is_kept_in_reserve_the_least_is_a_number():
    assert least_for_a_card(Cost(1, 86_400_000, Decimal(10) ** 9), 20, 1 - 2**-53).labels > 10**16
    with pytest.raises(InvalidInput):
        Means(budget_hours=Decimal(1)).checked(CampaignConfig(overlap=20, reserve_share=1 - 2**-53), labels=100)


@pytest.mark.parametrize(
    ("means", "field"),
    [
        ({"budget_hours": Decimal(0)}, "budget_hours"),
        ({"budget_hours": Decimal("NaN")}, "budget_hours"),
        ({"budget_hours": Decimal("0.01")}, "budget_hours"),  # less than one answer may take
        ({"budget_money": Decimal(5)}, "currency"),
        ({"budget_money": Decimal(5), "currency": "EUR"}, "budget_money"),  # without a price it would never end
        ({"budget_money": Decimal(5), "currency": "euro", "pay_per_label": Decimal(1)}, "currency"),
        ({"budget_money": Decimal(5), "currency": "EUR", "pay_per_label": Decimal(6)}, "budget_money"),
        ({"pay_per_label": Decimal("0.00001"), "currency": "EUR"}, "pay_per_label"),
        ({"paid_seconds_cap": 0}, "paid_seconds_cap"),
    ],
)
def test_means_that_cannot_hold_are_refused_with_their_field(means, field):
    with pytest.raises(InvalidInput) as refused:
        Means(**means).checked(CampaignConfig(), labels=100)
    assert refused.value.context["field"] == field


def test_an_answer_is_not_paid_for_longer_than_it_was_lent_unless_said_otherwise():
    paid = Means(budget_hours=Decimal(2)).checked(CampaignConfig(lease_minutes=3), labels=100)
    assert paid["paid_seconds_cap"] == 180
    assert Means().checked(CampaignConfig(), labels=100)["paid_seconds_cap"] is None


@pytest.mark.parametrize(
    "strata",
    [
        {"by": "run"},
        {"by": "prompt", "caps": {"a": {"labels": 1}}},
        {"by": "meta.", "caps": {"a": {"labels": 1}}},
        {"by": "run", "caps": {}},
        {"by": "run", "caps": {"a": 5}},
        {"by": "run", "caps": {"a": {"labels": -1}}},
        {"by": "run", "caps": {"a": {"labels": True}}},
        {"by": "run", "caps": {"a": {"share": 1.5}}},
        {"by": "run", "caps": {"a": {"share": 0.5, "labels": 3}}},
        {"by": "run", "caps": {"a": {"share": 0.5}}, "rest": "nowhere"},
    ],
)
def test_strata_that_say_nothing_clear_are_refused(strata):
    with pytest.raises(InvalidConfig) as refused:
        CampaignConfig.from_json({"strata": strata})
    assert refused.value.context["field"].startswith("strata")


def test_a_stratum_has_a_number_or_a_share_of_the_labels():
    caps = CampaignConfig(
        strata={"by": "meta.language", "caps": {"de": {"labels": 7}, "en": {"share": 0.25}}}
    ).strata_caps
    assert {value: cap.cap(100) for value, cap in caps.items()} == {"de": 7, "en": 25}
