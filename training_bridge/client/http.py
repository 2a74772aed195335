"""A request is tried again until it is answered or its deadline passes; only an answer that says no is final.

Knows nothing of rollouts or rewards.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import httpx

# Answers that say "not now": the server is starting, overloaded, or its database is away.
TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 15.0


class Unreachable(Exception):
    """No answer came before the deadline; the same request may be sent again later."""


class Refused(Exception):
    """The server answered no. `code`, `message` and `context` are its own words."""

    def __init__(self, status: int, code: str, message: str, context: dict[str, Any]) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message, self.context = status, code, message, context


def refusal(response: httpx.Response) -> Refused:
    """The error body as an exception; a body that is not ours is quoted, shortened."""
    try:
        body = response.json()
        return Refused(response.status_code, str(body["code"]), str(body["message"]), dict(body.get("context") or {}))
    except (ValueError, KeyError, TypeError):
        return Refused(response.status_code, "unexpected_answer", response.text[:300], {})


def waits(rng: random.Random | None = None) -> Callable[[], float]:
    """Each call returns the next pause: doubling to a cap, with jitter so that many ranks do not return together."""
    source = rng or random.Random()
    pause = FIRST_WAIT_S

    def following() -> float:
        nonlocal pause
        now, pause = pause, min(pause * 2, LONGEST_WAIT_S)
        return now * source.uniform(0.75, 1.25)

    return following


class Api:
    """One server behind one token; keeps a connection, survives restarts of the server."""

    def __init__(self, url: str, token: str, *, timeout_s: float = 10.0) -> None:
        if not token or not token.isascii() or not token.isprintable():
            raise ValueError("The Tiebreak token is empty or not a token; make one and set TIEBREAK_TOKEN.")
        self.url = url.rstrip("/")
        self._http = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=timeout_s,
            transport=httpx.HTTPTransport(retries=0),
        )

    def request(
        self,
        method: str,
        path: str,
        *,
        deadline_s: float,
        give_up: Callable[[], bool] = lambda: False,
        **sent: Any,
    ) -> httpx.Response:
        """Send until answered: a 2xx is returned, a no raises Refused, silence until the deadline Unreachable."""
        until = time.monotonic() + deadline_s
        pause = waits()
        while True:
            left = until - time.monotonic()
            trouble = self._try_once(method, path, left, sent)
            if isinstance(trouble, httpx.Response):
                return trouble
            wait = pause()
            if give_up() or time.monotonic() + wait >= until:
                raise Unreachable(f"{method} {self.url}{path}: {trouble}")
            time.sleep(wait)

    def _try_once(self, method: str, path: str, left_s: float, sent: dict[str, Any]) -> httpx.Response | str:
        """One try: the answer, or why there was none."""
        timeout = min(max(left_s, 0.05), float(self._http.timeout.read or left_s))
        try:
            response = self._http.request(method, path, timeout=timeout, **sent)
        except httpx.RequestError as error:
            return f"{type(error).__name__}: {error}"
        if response.status_code in TRANSIENT:
            return str(refusal(response))
        if response.status_code >= 400:
            raise refusal(response)
        return response

    def close(self) -> None:
        self._http.close()
