"""What a manager is told to look at, and when it goes away."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from annotator.annotations.reviews import Awaiting
from annotator.training.alarms import Facts, Left, alarms

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CALM = Facts(
    now=NOW, open=True, verdict="better", budgets=[Left("labels", 100, 80)], open_tasks=5,
    opened_at=NOW - timedelta(days=2), newest_answer_at=NOW - timedelta(minutes=3), rollouts=1000,
    promoted_at=NOW - timedelta(days=1),
)  # fmt: skip


def labels(left: float) -> list[Left]:
    return [Left("labels", 100, left)]


def with_money(left: float, *, buys: float) -> dict[str, Any]:
    """80 labels are left, and of 50 euros so much, which at the price so far buys so many."""
    return {"budgets": [*labels(80), Left("money", 50, left)], "buys": {"labels": 80, "money": buys}}


def told(**facts: Any) -> list[str]:
    return [alarm.code for alarm in alarms(dataclasses.replace(CALM, **facts))]


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({}, []),
        ({"verdict": "worse"}, ["strategy_worse"]),
        ({"verdict": "unproven"}, []),
        ({"budgets": labels(11)}, []),
        ({"budgets": labels(10)}, ["budget_nearly_out"]),
        ({"budgets": labels(0)}, ["budget_given_out"]),
        ({"budgets": labels(0), "open_tasks": 0}, []),  # somebody holds the last ones
        ({"budgets": labels(0), "open_tasks": 0, "used_up_by": "labels"}, ["budget_out"]),
        (
            {"budgets": labels(1), "open_tasks": 0, "used_up_by": "labels"},
            ["budget_out"],
        ),  # too little for one more task
        ({"unstated": ["training", "gold"]}, ["none_stated", "none_stated"]),
        ({"unstated": ["gold"], "open": False}, []),
        ({"waiting_for_others": 64}, ["waits_for_others"]),
        ({"waiting_for_others": 64, "open": False}, []),
        ({"budgets": labels(0), "open": False}, []),
        (with_money(6, buys=72), []),
        (with_money(5, buys=72), ["budget_nearly_out"]),
        (with_money(0, buys=0), ["budget_given_out"]),
        ({**with_money(30, buys=69), "paid_answers": 20}, ["budget_ends_early"]),
        ({**with_money(30, buys=69), "paid_answers": 19}, []),  # what an answer costs is not known well enough
        ({**with_money(30, buys=70), "paid_answers": 20}, []),  # a tenth of the labels left over is no news
        ({**with_money(30, buys=500), "paid_answers": 20}, []),
        ({**with_money(5, buys=12), "paid_answers": 20}, ["budget_nearly_out"]),  # said once
        ({"to_read": Awaiting(flagged=2, corrected=1)}, ["to_read"]),
        ({"failed_job": (7, "policy")}, ["job_failed"]),
        ({"newest_answer_at": NOW - timedelta(minutes=61)}, ["nobody_active"]),
        ({"newest_answer_at": NOW - timedelta(minutes=61), "open": False}, []),
        ({"newest_answer_at": NOW - timedelta(minutes=61), "open_tasks": 0}, []),
        ({"newest_answer_at": None, "opened_at": NOW - timedelta(minutes=5)}, []),
        ({"newest_answer_at": None}, ["nobody_active"]),
        ({"unheard_since": NOW - timedelta(seconds=30)}, []),
        ({"unheard_since": NOW - timedelta(seconds=90)}, ["keeper_silent"]),
        ({"unscored": 50}, []),
        ({"unscored": 51}, ["rollouts_unscored"]),
        ({"unscored": 51, "promoted_at": NOW - timedelta(minutes=5)}, []),
        ({"leaning": [("alice", "left")], "low_gold": [("bob", 0.4)]}, ["gold_low", "side_bias"]),
    ],
)
def test_an_alarm_is_about_what_somebody_can_act_on(facts: dict[str, Any], codes: list[str]) -> None:
    assert told(**facts) == codes


def test_the_most_serious_comes_first() -> None:
    assert told(verdict="worse", failed_job=(3, "reward_model"), budgets=labels(4)) == [
        "job_failed",
        "strategy_worse",
        "budget_nearly_out",
    ]


def test_the_scarcest_budget_is_told_with_what_is_left_of_it() -> None:
    facts = with_money(4.5, buys=9) | {"currency": "EUR"}
    (alarm,) = alarms(dataclasses.replace(CALM, **facts))
    assert alarm.about == {"what": "money", "cap": 50, "left": 4.5, "currency": "EUR"}


def test_a_budget_that_ends_early_is_told_with_what_stays_unasked() -> None:
    (alarm,) = alarms(dataclasses.replace(CALM, paid_answers=30, **with_money(30, buys=60)))
    assert alarm.about == {"what": "money", "n": 60, "unasked": 20}
