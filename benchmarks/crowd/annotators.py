"""People at work, in a process of their own: each claims one card, thinks, answers, and claims the next.

`python -m benchmarks.crowd.annotators` reads a plan (JSON) on standard input, prints the number of answers so far on
lines of standard output, and last one JSON object with every latency and everything it was told. Plain asyncio on
keep-alive connections, one per person, so that it costs the measured machine as little as possible.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from typing import Any
from urllib.parse import urlsplit

import orjson

TIMEOUT_SECONDS = 30.0


class Connection(asyncio.Protocol):
    """One keep-alive HTTP/1.1 connection that answers one request at a time."""

    patience = TIMEOUT_SECONDS

    def __init__(self, host: str, token: str) -> None:
        self._head = f"Host: {host}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n".encode()
        self._received = bytearray()
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error or ConnectionError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = bytes(self._received).partition(b"\r\n\r\n")
        if not found or self._answer is None or self._answer.done():
            return
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if len(body) >= length:
            self._received.clear()
            self._answer.set_result((int(head[9:12]), body))

    async def post(self, path: str, content: dict[str, Any]) -> tuple[int, bytes]:
        assert self._transport is not None
        if self._transport.is_closing():  # kept alive too long: nothing would ever answer
            raise ConnectionError("the server closed the connection meanwhile")
        body = orjson.dumps(content)
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(
            b"POST %b HTTP/1.1\r\n%bContent-Length: %d\r\n\r\n%b" % (path.encode(), self._head, len(body), body)
        )
        async with asyncio.timeout(self.patience):
            return await self._answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class Crowd:
    """Everybody's work, and everything that was seen on the way."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.random = random.Random(plan["seed"])
        self.next_ms: list[float] = []
        self.submit_ms: list[float] = []
        self.cards: list[tuple[str, int, int]] = []  # who was shown which assignment under which lease number
        self.answers: list[tuple[str, int, int]] = []  # who was told that which assignment is annotation number what
        self.errors: list[str] = []
        self.ran_dry = 0
        self.measured_from = self.stop_at = 0.0
        self.measured = 0
        self.last = 0.0

    async def work(self) -> None:
        start = time.perf_counter()
        self.measured_from = start + self.plan["warm_up"]
        self.stop_at = self.measured_from + self.plan["seconds"]
        everybody = [asyncio.create_task(self._annotate(who)) for who in self.plan["people"]]
        telling = asyncio.create_task(self._tell())
        await asyncio.gather(*everybody)
        telling.cancel()

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(0.5)
            print(len(self.answers), flush=True)

    async def _annotate(self, who: dict[str, str]) -> None:
        url = urlsplit(self.plan["url"])
        pause = float(self.plan["pause"])
        await asyncio.sleep(self.random.random() * max(pause, 0.2))  # people do not start in step
        try:
            _, connection = await asyncio.get_running_loop().create_connection(
                lambda: Connection(url.netloc, who["token"]), url.hostname, url.port
            )
            while time.perf_counter() < self.stop_at:
                if not await self._one_card(who["name"], connection, pause):
                    return
        except (OSError, TimeoutError, ValueError, KeyError) as error:
            self.errors.append(f"{type(error).__name__}: {error}")

    async def _one_card(self, name: str, connection: Connection, pause: float) -> bool:
        """Claim, think, answer. False: there is nothing (more) for this person."""
        begun = time.perf_counter()
        status, body = await connection.post(self.plan["claim"], {"n": 1})
        self._time(self.next_ms, begun)
        if status == 204:
            self.ran_dry += 1
            return False
        if status != 200:
            return self._fail("claim", status, body)
        (card,) = orjson.loads(body)["cards"]
        self.cards.append((name, card["assignment"], card["lease_number"]))
        if pause:
            await asyncio.sleep(pause * (0.5 + self.random.random()))
        answer = {
            "lease_number": card["lease_number"],
            "answer": {"preference": {"choice": self.random.choice([*["first", "second"] * 3, "tie", "both_bad"])}},
            "active_ms": int(1000 * pause) + 1,
            "idempotency_key": f"{name}-{self.plan['seed']}-{len(self.cards)}-{card['assignment']}",
        }
        begun = time.perf_counter()
        status, body = await connection.post(f"/api/v1/assignments/{card['assignment']}/annotation", answer)
        if self._time(self.submit_ms, begun):
            self.measured += 1
        if status != 201:
            return self._fail("submit", status, body)
        self.answers.append((name, card["assignment"], orjson.loads(body)["annotation"]))
        return True

    def _time(self, into: list[float], begun: float) -> bool:
        """Keep the time of a call that began after the warm-up."""
        ended = time.perf_counter()
        if begun < self.measured_from:
            return False
        into.append(1000 * (ended - begun))
        self.last = ended
        return True

    def _fail(self, call: str, status: int, body: bytes) -> bool:
        self.errors.append(f"{call}: HTTP {status} {body[:200].decode(errors='replace')}")
        return True

    def report(self) -> dict[str, Any]:
        seen = ("next_ms", "submit_ms", "cards", "answers", "errors", "ran_dry", "measured")
        seconds = max(self.last - self.measured_from, 1e-9)
        return {**{name: getattr(self, name) for name in seen}, "seconds": seconds, "cpu_seconds": time.process_time()}


def main() -> None:
    crowd = Crowd(json.load(sys.stdin))
    asyncio.run(crowd.work())
    print(orjson.dumps(crowd.report()).decode(), flush=True)


if __name__ == "__main__":
    main()
