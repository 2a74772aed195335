"""A campaign's desk is told when something changed, so that it need not ask. What changed it then reads as ever.

A stream holds one of the web server's few threads for as long as it lasts. So a process has room for few
(`MOST_STREAMS` of its eight threads), each ends by itself after some minutes, and whoever finds no room asks every few
seconds as before: live is a comfort, and never at the cost of an annotator's next card.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from annotator.campaigns.models import Campaign
from annotator.errors import Busy
from annotator.people.models import Scope
from annotator.training.digest import changed, digest

from .views import find_campaign

MOST_STREAMS = 2  # per process
LASTS_SECONDS = 240.0
LOOK_SECONDS = 1.0
# Whoever hears of a change reads the whole desk; more often than this helps nobody.
AT_MOST_EVERY_SECONDS = 2.0

_room = threading.BoundedSemaphore(MOST_STREAMS)


class Stream:
    """The lines of one stream. It gives its place back when it ends, is closed or is dropped, and only once."""

    def __init__(
        self,
        campaign: Campaign,
        *,
        lasts: float | None = None,
        rest: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not _room.acquire(blocking=False):
            raise Busy("Enough desks are watching live already; this one asks every few seconds instead.")
        self._held = threading.Lock()
        self._lines = _watch(campaign, LASTS_SECONDS if lasts is None else lasts, rest, clock)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._lines)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._held.acquire(blocking=False):
            _room.release()

    def __del__(self) -> None:
        # An answer that is dropped without having been closed must not keep its place for as long as the server runs.
        if hasattr(self, "_held"):
            self.close()


def _watch(
    campaign: Campaign, lasts: float, rest: Callable[[float], None], clock: Callable[[], float]
) -> Iterator[bytes]:
    ends, told = clock() + lasts, clock()
    known = digest(campaign)
    # The page reads the desk when a stream begins, so nothing between two streams is missed.
    yield _event("began", {"lasts_s": lasts}) + b"retry: 2000\n\n"
    while clock() < ends:
        rest(LOOK_SECONDS)
        seen = digest(campaign)
        parts = changed(known, seen)
        if parts and clock() - told >= AT_MOST_EVERY_SECONDS:
            known, told = seen, clock()
            yield _event("changed", {"parts": parts})
        else:
            yield b":\n\n"  # tells us whether anybody still listens, and proxies that the line is in use
    yield _event("ended", {})


def _event(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


class EventStream(JSONRenderer):
    """What a browser's EventSource asks for; refusals are JSON all the same."""

    media_type = "text/event-stream"


class Live(APIView):
    required_scope = Scope.MANAGE
    renderer_classes = (JSONRenderer, EventStream)

    @extend_schema(operation_id="campaigns_live", responses={(200, "text/event-stream"): OpenApiTypes.STR})
    def get(self, request: Request, slug: str) -> StreamingHttpResponse:
        """Server-sent events: `changed` names the parts of the desk that did. 429: no room, ask every few seconds."""
        stream = Stream(find_campaign(request, slug))
        # X-Accel-Buffering: a proxy that collects an answer before passing it on would make this a silent line.
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingHttpResponse(stream, content_type="text/event-stream", headers=headers)
