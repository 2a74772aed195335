"""Every open campaign's queue is full, and in the order of what is believed now.

Nothing waits for a retrain: a few times a second the answers that came in are observed and the open, unleased tasks put
in a new order. Annotators never wait for this, and losing it costs an order, not an answer.
"""

from __future__ import annotations

import logging
import time

from django.db import DatabaseError

from annotator.campaigns.models import Campaign
from annotator.errors import TiebreakError
from annotator.tasks.opening import open_due_tasks
from annotator.tasks.ordering import place, waiting
from uncertainty.errors import UncertaintyError

from .belief import Believer
from .checks import fallen_back

log = logging.getLogger(__name__)

REST = 30.0


class QueueKeeper:
    """Looks after all open campaigns; one at a time in a deployment is enough, two do no harm."""

    def __init__(self) -> None:
        self._believers: dict[int, Believer] = {}
        self._resting: dict[int, float] = {}  # campaigns in trouble, until when they are left alone

    def step(self) -> int:
        """Look after every open campaign once; returns how many tasks were opened or moved."""
        campaigns = list(Campaign.objects.filter(state=Campaign.State.OPEN))
        for gone in self._believers.keys() - {campaign.pk for campaign in campaigns}:
            del self._believers[gone]
        return sum(self._one(campaign) for campaign in campaigns)

    def _one(self, campaign: Campaign) -> int:
        if self._resting.get(campaign.pk, 0.0) > time.monotonic():
            return 0
        try:
            return self.keep(campaign)
        except DatabaseError:
            raise
        except (TiebreakError, UncertaintyError):
            # One campaign's trouble is not the others'; it starts afresh after a while, and does not fill the log.
            log.exception("The queue of campaign %s could not be kept; next try in %.0f s.", campaign.slug, REST)
            self._believers.pop(campaign.pk, None)
            self._resting[campaign.pk] = time.monotonic() + REST
            return 0

    def keep(self, campaign: Campaign) -> int:
        """Learn what was said, open what is due, put the open tasks in order."""
        believer = self._believers.setdefault(campaign.pk, Believer(campaign))
        believer.campaign = campaign
        heard = believer.catch_up()
        opened = open_due_tasks(campaign.pk, believe=believer, fallen_back=fallen_back(campaign))
        return opened + (_reorder(campaign, believer) if heard or opened else 0)


def _reorder(campaign: Campaign, believer: Believer) -> int:
    """What one round chose and what the next one did go into one order."""
    tasks = waiting(campaign)
    values_M = believer.values(tasks)
    return 0 if values_M is None else place(campaign, tasks, values_M)
