"""Requests that arrive within a few milliseconds share one pass of the backbone; the event loop never computes.

Trainers that send one completion per request (OpenRLHF, slime) would otherwise pay a pass for each.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from annotator.errors import TiebreakError

from .scorer import Judged, Pair
from .versions import VersionInfo

WINDOW_S = 0.004
BATCH_PAIRS = 512
WAITING_PAIRS = 50_000  # some minutes of work on one CPU thread; more would only be answered too late

Score = Callable[[VersionInfo, Sequence[Sequence[Pair]]], list[Judged]]


class Overloaded(TiebreakError):
    code = "overloaded"
    http_status = 503


@dataclasses.dataclass
class Waiting:
    version: VersionInfo
    pairs: list[Pair]
    answer: asyncio.Future[Judged]


class Batcher:
    """Collects requests for a moment, scores them per version in the torch thread, hands each its answer."""

    def __init__(self, score: Score, torch_thread: ThreadPoolExecutor) -> None:
        self._score, self._thread = score, torch_thread
        self._queue: asyncio.Queue[Waiting] = asyncio.Queue()
        self._waiting_pairs = 0

    async def ask(self, version: VersionInfo, pairs: list[Pair]) -> Judged:
        if self._waiting_pairs + len(pairs) > WAITING_PAIRS:
            raise Overloaded("Too many completions are waiting to be scored; try again.", waiting=self._waiting_pairs)
        waiting = Waiting(version, pairs, asyncio.get_running_loop().create_future())
        self._waiting_pairs += len(pairs)
        try:
            await self._queue.put(waiting)
            return await waiting.answer
        finally:
            self._waiting_pairs -= len(pairs)

    async def run(self) -> None:
        """Serve for ever; one batch at a time."""
        loop = asyncio.get_running_loop()
        while True:
            by_version: dict[VersionInfo, list[Waiting]] = {}
            for waiting in await self._batch():
                if not waiting.answer.done():  # its caller has gone
                    by_version.setdefault(waiting.version, []).append(waiting)
            for version, batch in by_version.items():
                work = [waiting.pairs for waiting in batch]
                try:
                    answers = await loop.run_in_executor(self._thread, self._score, version, work)
                except Exception as error:  # each caller gets the error; the server goes on
                    for waiting in batch:
                        if not waiting.answer.done():
                            waiting.answer.set_exception(error)
                    continue
                for waiting, answer in zip(batch, answers, strict=True):
                    if not waiting.answer.done():
                        waiting.answer.set_result(answer)

    async def _batch(self) -> list[Waiting]:
        batch = [await self._queue.get()]
        pairs = len(batch[0].pairs)
        until = asyncio.get_running_loop().time() + WINDOW_S
        while pairs < BATCH_PAIRS:
            left = until - asyncio.get_running_loop().time()
            try:
                waiting = self._queue.get_nowait() if left <= 0 else await asyncio.wait_for(self._queue.get(), left)
            except (asyncio.QueueEmpty, TimeoutError):
                break
            batch.append(waiting)
            pairs += len(waiting.pairs)
        return batch
