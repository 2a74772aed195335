"""Rollouts leave the pool, or lose their place, as their run moves on; what nobody has begun is withdrawn."""

from __future__ import annotations

import numpy as np
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from annotator.annotations.submission import submit
from annotator.campaigns.models import Campaign
from annotator.tasks import withdrawing
from annotator.tasks.leasing import claim_next
from annotator.tasks.opening import open_due_tasks
from tests.factories import make_run, said
from uncertainty.ageing import faded


@pytest.mark.django_db
def test_rollouts_older_than_the_window_leave_the_pool(open_campaign):
    run = make_run("moving", groups=4, step=0)
    make_run("moving", groups=4, step=10)
    campaign = open_campaign(run=run, max_step_age=5)
    assert {task.group.step for task in campaign.tasks.all()} == {10}
    every_age = open_campaign(slug="all", run=run)
    assert {task.group.step for task in every_age.tasks.all()} == {0, 10}


@pytest.mark.django_db
def test_what_nobody_began_is_withdrawn_when_its_run_moves_on_and_its_budget_comes_back(open_campaign, people):
    run = make_run("moving", groups=4, step=0)
    campaign = open_campaign(run=run, max_step_age=5, overlap=2, budget_labels=20)
    answered, held = claim_next(campaign, people["alice"].pk, n=2, now=timezone.now())
    submit(answered.assignment, people["alice"].pk, answered.lease_number, said())
    make_run("moving", groups=1, step=5)
    assert withdrawing.withdraw_stale(campaign) == 0
    make_run("moving", groups=1, step=6)
    assert withdrawing.withdraw_stale(campaign) == 2 + 2 + 1
    states = dict(campaign.assignments.values_list("task__state", "task_id"))
    assert set(states) == {"open", "settled", "cancelled"}  # held, answered once, never begun
    campaign.refresh_from_db()
    assert campaign.committed_labels == 1 + 2
    submit(held.assignment, people["alice"].pk, held.lease_number, said(key="in time"))


@pytest.mark.django_db
def test_the_next_round_withdraws_before_it_asks(open_campaign):
    run = make_run("moving", groups=6, step=0)
    campaign = open_campaign(run=run, max_step_age=5, budget_labels=6)
    make_run("moving", groups=6, step=9)
    assert open_due_tasks(campaign.pk) == 6
    waiting = campaign.assignments.filter(state="open")
    assert {slot.task.group.step for slot in waiting} == {9}
    assert Campaign.objects.get(pk=campaign.pk).committed_labels == 6


@pytest.mark.django_db
def test_with_a_decay_the_young_come_first(open_campaign):
    run = make_run("moving", groups=5, step=0)
    make_run("moving", groups=5, step=20)
    campaign = open_campaign(run=run, priority_decay=0.5, random_share=0.0, acquisition="random", budget_labels=5)
    assert {task.group.step for task in campaign.tasks.all()} == {20}


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=30), st.floats(0, 0.99), st.integers(0, 1000))
def test_without_a_difference_in_age_the_order_stays(values, decay, age):
    values_M = np.array(values)
    assert (
        np.argsort(faded(values_M, np.full(len(values), age), 0.0), kind="stable")
        == np.argsort(values_M, kind="stable")
    ).all()
    young, old = faded(np.array([1.0, 1.0]), np.array([0, age]), decay)
    assert young >= old
