"""Serves rewards to trainers: `uvicorn training_bridge.reward_server:app`. One process, one torch thread.

It reads tokens and versions from the database and writes nothing. While the database restarts, what is loaded goes on
answering; while there is no production version yet, the answer is "no opinion" (null), never a made-up number.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import django
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotator.settings")
django.setup()

from django.conf import settings  # noqa: E402 - Django must be set up first
from django.db import InterfaceError, OperationalError, connections  # noqa: E402

from annotator.errors import BodyTooLarge, NotAllowed, TiebreakError  # noqa: E402
from training_bridge.errors import BridgeError  # noqa: E402
from training_bridge.serving.batching import Batcher  # noqa: E402
from training_bridge.serving.questions import MAX_BODY_BYTES, Question, parse  # noqa: E402
from training_bridge.serving.scorer import Judged, Scorer  # noqa: E402
from training_bridge.serving.tokens import Tokens  # noqa: E402
from training_bridge.serving.versions import Answerer, Versions  # noqa: E402

log = logging.getLogger(__name__)
T = TypeVar("T")
DATABASE_ERRORS = (OperationalError, InterfaceError)
WARM_UP_EVERY_S = 5.0


class NotAuthenticated(TiebreakError):
    code = "not_authenticated"
    http_status = 401


class BadToken(NotAuthenticated):
    code = "bad_token"


class RewardServer:
    """The two threads beside the event loop (database, torch), and what they know."""

    def __init__(self, scorer: Scorer) -> None:
        self.tokens, self.versions, self.scorer = Tokens(), Versions(), scorer
        self._database = ThreadPoolExecutor(1, "database")
        self._torch = ThreadPoolExecutor(1, "torch")
        self.batcher = Batcher(scorer.score, self._torch)

    @contextlib.asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(self.batcher.run()), asyncio.create_task(self._keep_warm())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._in_database(connections.close_all)
            self._torch.shutdown(wait=False, cancel_futures=True)
            self._database.shutdown(wait=False, cancel_futures=True)

    async def _keep_warm(self) -> None:
        """Load production versions before a trainer asks for them, also those promoted later.

        A first answer would otherwise wait for torch and the encoder, longer than a trainer waits. What fails here is
        said again to whoever asks; once in the log, and it is tried again whatever it was.
        """
        told = ""
        while True:
            try:
                for version in await self._in_database(self.versions.in_production):
                    await asyncio.get_running_loop().run_in_executor(self._torch, self.scorer.load, version)
                told = ""
            except Exception as error:
                expected = isinstance(error, (*DATABASE_ERRORS, BridgeError))
                if str(error) != told:
                    log.warning("Not warmed up: %s", error, exc_info=not expected)
                told = str(error)
            await asyncio.sleep(WARM_UP_EVERY_S)

    async def _in_database(self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._database, work, *arguments)

    async def score(self, request: Request) -> Response:
        await self._authorise(request.headers.get("authorization", ""))
        question = await asyncio.to_thread(parse, await read_body(request))
        answerer = self.versions.known(question)
        if answerer is None:
            answerer = await self._in_database(self.versions.resolve, question)
        if answerer.version is None:
            return JSONResponse(no_opinion(len(question.pairs)))
        judged = await self.batcher.ask(answerer.version, question.pairs)
        return JSONResponse(answer(question, answerer, judged))

    async def health(self, request: Request) -> Response:
        return JSONResponse({"ok": True, "versions": self.versions.serving})

    async def _authorise(self, header: str) -> None:
        scheme, _, raw = header.partition(" ")
        raw = raw.strip()
        if scheme.lower() != "bearer" or not raw:
            raise NotAuthenticated("Send `Authorization: Bearer` with a token that may read rewards.")
        allowed, fresh = self.tokens.remembered(raw)
        if not fresh:
            allowed = await self._in_database(self.tokens.look_up, raw)
        if allowed is None:
            raise BadToken("This token is unknown or was revoked.")
        if not allowed:
            raise NotAllowed("This token may not read rewards.", needed="rewards:read")


async def read_body(request: Request) -> bytes:
    """The body, refused as soon as it is too large."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY_BYTES:
            raise BodyTooLarge(f"A scoring request takes at most {MAX_BODY_BYTES:,} bytes.", limit=MAX_BODY_BYTES)
        parts.append(part)
    return b"".join(parts)


def no_opinion(n: int) -> dict[str, Any]:
    return {"version": None, "rewards": [None] * n, "spreads": [None] * n, "degraded": True}


def answer(question: Question, answerer: Answerer, judged: Judged) -> dict[str, Any]:
    assert answerer.version is not None
    return {
        "version": answerer.version.number,
        "rewards": [reward for reward, _ in judged],
        "spreads": [spread for _, spread in judged],
        "degraded": answerer.stale,
    }


def error_response(status: int, body: dict[str, Any]) -> Response:
    headers = {"Retry-After": "1"} if status == 503 else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(json.dumps(body), status, headers, media_type="application/json")


async def deliberate(request: Request, error: Exception) -> Response:
    assert isinstance(error, TiebreakError)
    return error_response(error.http_status, error.as_dict())


async def bridge(request: Request, error: Exception) -> Response:
    """A version that cannot be loaded is ours to mend: the trainer is told to try again, and we are told why."""
    assert isinstance(error, BridgeError)
    log.error("A version cannot answer: %s", error)
    return error_response(503, {"code": error.code, "message": error.message, "context": {"boundary": error.boundary}})


async def database_away(request: Request, error: Exception) -> Response:
    log.warning("The database is unavailable: %s", str(error).strip())
    message = "The database is unavailable for a moment; try again."
    return error_response(503, {"code": "database_unavailable", "message": message, "context": {}})


async def gone(request: Request, error: Exception) -> Response:
    return Response(status_code=400)


async def not_there(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    code = "method_not_allowed" if status == 405 else "not_found"
    return error_response(
        status, {"code": code, "message": f"No {request.method} {request.url.path} here.", "context": {}}
    )


async def broken(request: Request, error: Exception) -> Response:
    message = "Something broke on our side; it has been logged."
    return error_response(500, {"code": "server_error", "message": message, "context": {}})


def make_app(server: RewardServer) -> Starlette:
    return Starlette(
        routes=[Route("/v1/score", server.score, methods=["POST"]), Route("/healthz", server.health)],
        exception_handlers={
            TiebreakError: deliberate,
            BridgeError: bridge,
            OperationalError: database_away,
            InterfaceError: database_away,
            ClientDisconnect: gone,
            404: not_there,
            405: not_there,
            500: broken,
        },
        lifespan=server.lifespan,
    )


app = make_app(RewardServer(Scorer(Path(settings.ARTIFACTS), settings.TORCH_THREADS)))
