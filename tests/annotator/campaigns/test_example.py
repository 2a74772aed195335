"""A first start brings something to judge, once, and never into an installation that has work of its own."""

from __future__ import annotations

from typing import Any

import pytest

from annotator.campaigns.example import make_example
from annotator.campaigns.example_rollouts import ROLLOUTS
from annotator.campaigns.models import Campaign
from annotator.rollouts.models import PolicyRun, Rollout
from annotator.tasks.opening import open_due_tasks
from tests.factories import make_run

pytestmark = pytest.mark.django_db


def test_a_new_annotator_has_a_card_at_once(people: Any, api: Any) -> None:
    assert make_example() is not None
    open_due_tasks(Campaign.objects.get().pk)
    (card,) = api("alice").post("/api/v1/campaigns/example/claim", {"n": 1}, format="json").json()["cards"]
    texts = {reply["text"] for row in ROLLOUTS for reply in row["completions"]}
    assert {completion["text"] for completion in card["completions"]} <= texts


def test_it_is_made_once_and_only_where_there_is_nothing(people: Any) -> None:
    assert make_example() is not None
    assert make_example() is None
    assert (PolicyRun.objects.count(), Campaign.objects.count(), Rollout.objects.count()) == (1, 1, 48)


def test_an_installation_with_a_run_gets_none(people: Any) -> None:
    make_run("grpo-1", groups=1)
    assert make_example() is None


def test_without_a_manager_there_is_nobody_to_make_it(db: None) -> None:
    assert make_example() is None


def test_its_replies_differ_and_no_two_prompts_are_the_same() -> None:
    assert all(len({reply["text"] for reply in row["completions"]}) == 4 for row in ROLLOUTS)
    assert len({row["prompt"] for row in ROLLOUTS}) == len(ROLLOUTS) == 12
