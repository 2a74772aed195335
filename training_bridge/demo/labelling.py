"""Simulated annotators take cards and answer them over the API a browser uses, until the round's answers are bought."""

from __future__ import annotations

import dataclasses
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from training_bridge.client.http import Refused

from .simulated import SimulatedAnnotator
from .site import DemoFailed, Site

NOTHING_TO_DO_S = 240.0


@dataclasses.dataclass
class Acknowledged:
    """What the server has said it stored: annotation id -> whether it is an answer, and not a skip."""

    answers: dict[int, bool] = dataclasses.field(default_factory=dict)

    @property
    def labels(self) -> int:
        """Answers that teach something; a skip does not."""
        return sum(self.answers.values())


class Tickets:
    """The round's answers, handed out one by one so that several annotators together give exactly so many."""

    def __init__(self, count: int) -> None:
        self._left, self._lock = count, threading.Lock()

    def take(self) -> bool:
        with self._lock:
            taken = self._left > 0
            self._left -= taken
            return taken

    def give_back(self) -> None:
        with self._lock:
            self._left += 1


def label(
    campaign: str, people: list[tuple[SimulatedAnnotator, Site]], labels: int, acknowledged: Acknowledged
) -> None:
    """All annotators at once, until `labels` answers are in; skips are extra."""
    tickets = Tickets(labels)
    with ThreadPoolExecutor(len(people)) as pool:
        busy = [pool.submit(work, campaign, person, site, tickets, acknowledged) for person, site in people]
    for one in busy:
        one.result()


def work(campaign: str, person: SimulatedAnnotator, site: Site, tickets: Tickets, acknowledged: Acknowledged) -> None:
    last_work = time.monotonic()
    while tickets.take():
        answered = answer_one(campaign, person, site, acknowledged)
        if not answered:
            tickets.give_back()
        if answered is not None:
            last_work = time.monotonic()
        elif time.monotonic() - last_work > NOTHING_TO_DO_S:
            raise DemoFailed(f"{person.username} found nothing to judge for {NOTHING_TO_DO_S:.0f} s.")
        else:
            time.sleep(0.5)


def answer_one(campaign: str, person: SimulatedAnnotator, site: Site, acknowledged: Acknowledged) -> bool | None:
    """Claim a card and answer it; False for a skip, None when there was none or it was lost to somebody else."""
    claimed = site.send("POST", f"/campaigns/{campaign}/claim", {"n": 1, "hold": []})
    if claimed is None:
        return None
    card: dict[str, Any] = claimed["cards"][0]
    body = person.answer(card) | {"lease_number": card["lease_number"], "idempotency_key": uuid.uuid4().hex}
    try:
        stored = site.send("POST", f"/assignments/{card['assignment']}/annotation", body)
    except Refused as refused:
        if refused.status == 409:
            return None
        raise
    answered = body["answer"] is not None
    acknowledged.answers[stored["annotation"]] = answered
    return answered
