"""The sweep takes back what will not be asked any more, wherever it is left."""

from __future__ import annotations

import pytest
from django.utils import timezone

from annotator.campaigns import lifecycle
from tests.factories import make_run
from training_bridge import jobs

pytestmark = pytest.mark.django_db


def test_the_sweep_finishes_what_closing_left_and_withdraws_what_grew_old(open_campaign):
    left = open_campaign(slug="left", groups=4)
    lifecycle.move(left, "closed", now=timezone.now())  # and the process died before it came to the slots
    run = make_run("moving", groups=3, step=0)
    old = open_campaign(slug="old", run=run, max_step_age=5)
    fresh = open_campaign(slug="fresh", run=run)
    make_run("moving", groups=1, step=6)
    jobs.withdraw()
    jobs.withdraw()
    for campaign, waiting in ((left, 0), (old, 0), (fresh, 3)):
        campaign.refresh_from_db()
        assert campaign.committed_labels == waiting == campaign.assignments.filter(state="open").count()
