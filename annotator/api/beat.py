"""What is said about a card takes as long whatever the card is: answers leave on a beat.

Dealing a known card takes some statements more than dealing none, judging an answer to it some others; over many claims
a stopwatch would tell which cards are known (`benchmarks/unrecognised.py`). So in campaigns that have such cards every
call about one is answered at a whole number of beats after it came, done or refused. Nobody waits for it: cards are
drawn before they are needed, and answers are sent while the next one is read. Other campaigns keep no beat.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request

from annotator.annotations.models import Annotation
from annotator.annotations.personal import wanted
from annotator.campaigns.models import Campaign
from annotator.tasks.models import Assignment

KEPT = "tiebreak.on_the_beat"
BEAT_SECONDS = 0.1  # longer than any of these calls takes on a server that is not overloaded


def on_the_beat(request: Request, campaign: Campaign | None) -> None:
    """The answer to this request waits for the beat, if its campaign has cards that nobody should tell from others."""
    if campaign is not None and wanted(campaign.config):
        request._request.META[KEPT] = True


def of_slot(slot: int) -> Campaign | None:
    return Campaign.objects.filter(id__in=Assignment.objects.filter(id=slot).values("campaign_id")).first()


def of_answer(annotation: int) -> Campaign | None:
    return Campaign.objects.filter(id__in=Annotation.objects.filter(id=annotation).values("campaign_id")).first()


def kept(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        since = time.monotonic()
        response = get_response(request)
        if KEPT in request.META:
            time.sleep(BEAT_SECONDS - (time.monotonic() - since) % BEAT_SECONDS)
        return response

    return middleware
