"""An export says how many policy steps old a rollout was when it was judged, whatever came in since."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from annotator.annotations.ages import policy_step_ages
from annotator.rollouts.models import PromptGroup
from tests.factories import make_run

pytestmark = pytest.mark.django_db


def test_the_age_is_counted_from_the_newest_step_of_that_time():
    start = timezone.now() - timedelta(days=1)
    run = make_run("moving", groups=2, step=0)
    for hour, step in ((0, 0), (1, 10), (2, 20), (3, 15)):  # a late batch of an older step makes nothing older
        if step:
            make_run("moving", groups=2, step=step)
        PromptGroup.objects.filter(run=run, step=step).update(created_at=start + timedelta(hours=hour))
    other = make_run("still", groups=1, step=7)

    def at(hours):
        return start + timedelta(hours=hours)

    asked = [
        (at(0.5), run.pk, 0),
        (at(1.5), run.pk, 0),
        (at(2.5), run.pk, 10),
        (at(9), run.pk, 15),
        (at(-1), run.pk, 0),
    ]
    assert policy_step_ages(asked) == [0, 10, 10, 5, 0]
    assert policy_step_ages([(timezone.now(), other.pk, 7)]) == [0]
    assert policy_step_ages([]) == []
