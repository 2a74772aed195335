"""People who do everything at once and much of it wrong, in a process of their own.

`python -m benchmarks.crowd.racers` reads a plan (JSON) on standard input, prints the number of stored answers now and
then, and last one JSON object with every card that was held and everything that was told about it. Some hold a card
past its lease, some never answer, some skip, some post an answer twice at once or again later, some answer with a lease
they never had; a quarter of them work in two windows. When the campaign closes they still post what they held.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import orjson

from .annotators import Connection

HABITS = {"answer": 56, "skip": 8, "forget": 8, "late": 12, "twice at once": 6, "again later": 5, "after closing": 5}
PATIENCE_SECONDS = 180.0  # a slow machine is not a fault: what is counted here is what is lost, not what is late
CHOICES = ["first", "second", "first", "second", "first", "second", "tie", "both_bad"]


class Crowd:
    """Everybody's windows, and everything that was seen in them."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.random = random.Random(plan["seed"])
        self.url = urlsplit(plan["url"])
        self.stored: list[
            tuple[str, int, int, int]
        ] = []  # who was told that which answer, seen when, is stored as what
        self.refused: list[tuple[str, int, str, float]] = []  # who held which card, and why its answer was refused
        self.errors: list[str] = []
        self.codes: Counter[str] = Counter()
        self.acts: Counter[str] = Counter()
        self.kept_for_later: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.stopped = asyncio.Event()
        self.keys = 0
        self.first = self.last = 0.0

    async def work(self) -> None:
        self.first = time.time()
        windows = [
            asyncio.create_task(self._window(who))
            for who in self.plan["people"]
            for _ in range(2 if self.random.random() < 0.25 else 1)
        ]
        telling = asyncio.create_task(self._tell())
        stopping = asyncio.create_task(self._stop_when_told())
        await asyncio.gather(*windows)
        telling.cancel()
        stopping.cancel()
        await asyncio.gather(*(self._after_closing(*kept) for kept in self.kept_for_later))

    async def _stop_when_told(self) -> None:
        """A line on standard input after the plan: the campaign is closed."""
        await asyncio.to_thread(sys.stdin.readline)
        self.stopped.set()

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(0.5)
            print(len(self.stored), flush=True)

    async def _connect(self, who: dict[str, str]) -> Connection:
        _, connection = await asyncio.get_running_loop().create_connection(
            lambda: Connection(self.url.netloc, who["token"]), self.url.hostname, self.url.port
        )
        connection.patience = PATIENCE_SECONDS
        return connection

    async def _window(self, who: dict[str, str]) -> None:
        await asyncio.sleep(self.random.random())
        try:
            connection = await self._connect(who)
            while not self.stopped.is_set():
                begun = time.time()
                status, body = await connection.post(self.plan["claim"], {"n": self.random.randint(1, 3)})
                if status == 204:
                    await asyncio.sleep(0.2 + 0.3 * self.random.random())
                elif status != 200:
                    self._wrong("claim", status, body)
                else:
                    for card in orjson.loads(body)["cards"]:
                        await self._act(who, connection, card, begun)
        except (OSError, TimeoutError, ValueError, KeyError) as error:
            self.errors.append(f"{type(error).__name__}: {error}")

    async def _act(self, who: dict[str, str], connection: Connection, card: dict[str, Any], begun: float) -> None:
        (habit,) = self.random.choices(list(HABITS), list(HABITS.values()))
        self.acts[habit] += 1
        answer = self._answer(card, skip=habit == "skip")
        if habit == "forget":
            return
        if habit == "after closing":
            self.kept_for_later.append((who, {"card": card, "answer": answer, "begun": begun}))
            return
        lease = self.plan["lease_seconds"]
        await asyncio.sleep(lease * (self.random.uniform(1.1, 2.5) if habit == "late" else 0.5 * self.random.random()))
        if self.random.random() < 0.02:
            await self._pretend(connection, card, answer)
        if habit == "twice at once":
            other = await self._connect(who)
            await asyncio.gather(*(self._post(who, one, card, answer, begun) for one in (connection, other)))
            other.close()
            return
        await self._post(who, connection, card, answer, begun)
        if habit == "again later":
            await asyncio.sleep(self.random.random())
            await self._post(who, connection, card, answer, begun)

    def _answer(self, card: dict[str, Any], *, skip: bool) -> dict[str, Any]:
        self.keys += 1
        said = None if skip else {"preference": {"choice": self.random.choice(CHOICES), "strength": None}}
        return {
            "lease_number": card["lease_number"],
            "answer": said,
            "skip": "other" if skip else None,
            "active_ms": self.random.choice([None, *range(0, 2 * self.plan["paid_ms"], self.plan["paid_ms"] // 5)]),
            "idempotency_key": f"{self.plan['seed']}-{self.keys}",
        }

    async def _pretend(self, connection: Connection, card: dict[str, Any], answer: dict[str, Any]) -> None:
        """A lease number that nobody has had yet is refused, whatever else is true."""
        forged = {**answer, "lease_number": card["lease_number"] + 1000, "idempotency_key": f"forged-{self.keys}"}
        status, body = await connection.post(_where(card), forged)
        if status != 409:
            self._wrong("forged", status, body)

    async def _post(
        self, who: dict[str, str], connection: Connection, card: dict[str, Any], answer: dict[str, Any], begun: float
    ) -> None:
        status, body = await connection.post(_where(card), answer)
        self.last = time.time()
        if status in (200, 201):
            self.codes["stored" if status == 201 else "stored before"] += 1
            said = int(answer["answer"] is not None)
            self.stored.append((who["name"], card["assignment"], orjson.loads(body)["annotation"], said))
        elif status == 409:
            code = orjson.loads(body)["code"]
            self.codes[code] += 1
            self.refused.append((who["name"], card["assignment"], code, begun))
        else:
            self._wrong("submit", status, body)

    async def _after_closing(self, who: dict[str, str], kept: dict[str, Any]) -> None:
        try:
            connection = await self._connect(who)
            await self._post(who, connection, kept["card"], kept["answer"], kept["begun"])
            connection.close()
        except (OSError, TimeoutError, ValueError, KeyError) as error:
            self.errors.append(f"{type(error).__name__}: {error}")

    def _wrong(self, call: str, status: int, body: bytes) -> None:
        self.errors.append(f"{call}: HTTP {status} {body[:200].decode(errors='replace')}")

    def report(self) -> dict[str, Any]:
        told = ("stored", "refused", "errors", "codes", "acts")
        return {**{name: getattr(self, name) for name in told}, "seconds": self.last - self.first}


def _where(card: dict[str, Any]) -> str:
    return f"/api/v1/assignments/{card['assignment']}/annotation"


def main() -> None:
    crowd = Crowd(json.loads(sys.stdin.readline()))
    asyncio.run(crowd.work())
    print(orjson.dumps(crowd.report()).decode(), flush=True)


if __name__ == "__main__":
    main()
