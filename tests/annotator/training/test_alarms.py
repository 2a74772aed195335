"""What a manager is told to look at, and when it goes away."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from annotator.training.alarms import Facts, alarms

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CALM = Facts(
    now=NOW, open=True, verdict="better", budget_left=80, budget_labels=100, open_tasks=5,
    opened_at=NOW - timedelta(days=2), newest_answer_at=NOW - timedelta(minutes=3), rollouts=1000,
    promoted_at=NOW - timedelta(days=1),
)  # fmt: skip


def told(**facts: Any) -> list[str]:
    return [alarm.code for alarm in alarms(dataclasses.replace(CALM, **facts))]


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({}, []),
        ({"verdict": "worse"}, ["strategy_worse"]),
        ({"verdict": "unproven"}, []),
        ({"budget_left": 11}, []),
        ({"budget_left": 10}, ["budget_nearly_out"]),
        ({"budget_left": 0}, ["budget_given_out"]),
        ({"budget_left": 0, "open_tasks": 0}, []),  # somebody holds the last ones
        ({"budget_left": 0, "open_tasks": 0, "used_up": True}, ["budget_out"]),
        ({"budget_left": 1, "open_tasks": 0, "used_up": True}, ["budget_out"]),  # too little for one more task
        ({"waiting_for_others": 64}, ["waits_for_others"]),
        ({"waiting_for_others": 64, "open": False}, []),
        ({"budget_left": 0, "open": False}, []),
        ({"failed_job": 7}, ["job_failed"]),
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
    assert told(verdict="worse", failed_job=3, budget_left=4) == ["job_failed", "strategy_worse", "budget_nearly_out"]
