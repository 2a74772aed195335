"""Every open campaign's queue is full, and in the order of what is believed now.

Nothing waits for a retrain: a few times a second the answers that came in are observed and the open, unleased tasks put
in a new order. Annotators never wait for this, and losing it costs an order, not an answer.
"""

from __future__ import annotations

import logging
import time

from django.db import InterfaceError, OperationalError
from django.utils import timezone

from annotator.campaigns.models import Campaign
from annotator.campaigns.pool import askable, nothing_asked
from annotator.campaigns.strategies import STRATEGIES, Reads
from annotator.tasks.opening import due, open_due_tasks
from annotator.tasks.ordering import place, waiting

from .belief import Believer
from .checks import fallen_back
from .models import KeptQueue

log = logging.getLogger(__name__)

REST = 30.0
LOOK_AGAIN = 5.0


class QueueKeeper:
    """Looks after all open campaigns; one at a time in a deployment is enough, two do no harm."""

    def __init__(self) -> None:
        self._believers: dict[int, Believer] = {}
        # Campaigns that are left alone until: in trouble, with nothing left to ask, without features yet.
        self._resting: dict[int, float] = {}
        self._dry: dict[int, float] = {}
        self._unformed: dict[int, float] = {}

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
        except (OperationalError, InterfaceError):
            raise  # the database is away, for all of them
        except Exception:
            # One campaign's trouble is not the others'; it starts afresh after a while, and does not fill the log.
            log.exception("The queue of campaign %s could not be kept; next try in %.0f s.", campaign.slug, REST)
            self._believers.pop(campaign.pk, None)
            self._resting[campaign.pk] = time.monotonic() + REST
            return 0

    def keep(self, campaign: Campaign) -> int:
        """Learn what was said, open what is due, put the open tasks in order."""
        believer = self._believers.setdefault(campaign.pk, Believer(campaign))
        believer.campaign = campaign
        heard = believer.catch_up() or self._begin(campaign, believer)
        opened = self._open(campaign, believer)
        if not heard and not opened:
            return 0
        moved = _reorder(campaign, believer)
        if believer.newest:
            KeptQueue.objects.update_or_create(
                campaign=campaign, defaults={"newest_annotation": believer.newest, "at": timezone.now()}
            )
        return opened + moved

    def _open(self, campaign: Campaign, believer: Believer) -> int:
        """Open what is due; a campaign that has nothing left to ask is not looked through again at once."""
        if not due(campaign) or self._dry.get(campaign.pk, 0.0) > time.monotonic():
            return 0
        opened = open_due_tasks(campaign.pk, believe=believer, fallen_back=fallen_back(campaign))
        if not opened:
            self._dry[campaign.pk] = time.monotonic() + LOOK_AGAIN
        return opened

    def _begin(self, campaign: Campaign, believer: Believer) -> int:
        """A keeper that finds tasks opened by somebody else forms its belief now, and not only at the next round."""
        believes = STRATEGIES[campaign.config.acquisition].reads is Reads.BELIEF and campaign.config.completions > 1
        if believer.formed or not believes or self._unformed.get(campaign.pk, 0.0) > time.monotonic():
            return 0
        self._unformed[campaign.pk] = time.monotonic() + LOOK_AGAIN
        pool = askable(campaign, nothing_asked, None, 0) if waiting(campaign) else None
        return int(pool is not None and len(pool) > 0 and believer(pool) is not None)


def _reorder(campaign: Campaign, believer: Believer) -> int:
    """What one round chose and what the next one did go into one order."""
    tasks = waiting(campaign)
    values_M = believer.values(tasks)
    return 0 if values_M is None else place(campaign, tasks, values_M)
