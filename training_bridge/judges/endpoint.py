"""One judgement over HTTP: two requests with the sides swapped, a few more when the endpoint is busy, never a guess.

Agreement is a label; disagreement is a tie that says it was inconsistent. A reply without a verdict, or a request the
endpoint refuses for what is in it, is recorded as an error of that pair. An endpoint that is away or refuses us is no
fact about the pair: nothing is recorded, and a later sweep asks again.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import random
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx

from annotator.campaigns.judges import JudgeSettings
from training_bridge.errors import BackendUnavailable, BridgeError
from training_bridge.judges.prompt import Verdict, messages, verdict

ATTEMPTS = 4
FIRST_WAIT, LONGEST_WAIT = 0.5, 8.0  # seconds; doubled each time, or what the endpoint asks for
LONGEST_REPLY = 1_000_000  # bytes
KEPT = 300  # characters of each reply, from its end
ABOUT_THE_PAIR = frozenset({400, 413, 422})  # too long, not allowed: the same request would be refused again
BUSY = frozenset({408, 409, 425, 429})


class JudgeMisconfigured(BridgeError):
    """The endpoint refuses us, whatever we ask: a wrong address, model or key. Somebody has to set it right."""

    code = "judge_misconfigured"


class _NoVerdict(Exception):
    """This pair cannot be judged; `str()` says why."""


@dataclasses.dataclass(frozen=True)
class Question:
    """Two completions of one prompt, and what is asked about them."""

    question: str
    guidelines: str
    prompt: Any
    first: Any
    second: Any


@dataclasses.dataclass(frozen=True)
class Judgement:
    """1 the first is better, 0 the second, 0.5 a tie or a contradiction; None with the reason why there is none."""

    label: float | None
    consistent: bool
    raw: dict[str, Any]
    error: str = ""


class Judge:
    """One endpoint; may be used by several threads. `until` is when no more retries are begun."""

    def __init__(self, settings: JudgeSettings, *, until: Callable[[], float]) -> None:
        self._settings, self._until = settings, until
        key = os.environ.get(settings.api_key_env, "") if settings.api_key_env else ""
        if settings.api_key_env and not key:
            raise JudgeMisconfigured(
                f"Judge {settings.name}: the environment variable {settings.api_key_env} is empty.", boundary="judge"
            )
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=settings.timeout,
            follow_redirects=False,  # a key goes nowhere but where the operator sent it
            limits=httpx.Limits(max_connections=settings.concurrency),
        )
        self._stopping = threading.Event()

    def close(self) -> None:
        """Wake whoever waits to try again, and hang up."""
        self._stopping.set()
        self._client.close()

    def judge(self, asked: Question) -> Judgement:
        """Ask from both sides. Raises BackendUnavailable when the endpoint stayed away."""
        replies: list[str] = []
        try:
            there = self._ask(asked, asked.first, asked.second, replies)
            back = self._ask(asked, asked.second, asked.first, replies).swapped
        except _NoVerdict as problem:
            return Judgement(None, False, self._raw(replies), str(problem)[:500])
        label = {Verdict.A: 1.0, Verdict.B: 0.0, Verdict.TIE: 0.5}[there] if there is back else 0.5
        return Judgement(label, there is back, self._raw(replies))

    def _raw(self, replies: list[str]) -> dict[str, Any]:
        return {"model": self._settings.model, "replies": [_storable(reply[-KEPT:]) for reply in replies]}

    def _ask(self, asked: Question, first: Any, second: Any, replies: list[str]) -> Verdict:
        body = {
            "model": self._settings.model,
            "messages": messages(asked.question, asked.guidelines, asked.prompt, first, second),
            "temperature": 0,
            "max_tokens": self._settings.max_tokens,
        }
        reply = _content(self._post(body))
        replies.append(reply)
        said = verdict(reply)
        if said is None:
            raise _NoVerdict("The reply does not end with a verdict line.")
        return said

    def _post(self, body: dict[str, Any]) -> bytes:
        """The endpoint's reply; tried again while it is busy or away, at most `ATTEMPTS` times."""
        problem, wanted = "", None
        for attempt in range(ATTEMPTS):
            if attempt and not self._wait(attempt, wanted):
                break
            wanted = None
            try:
                status, headers, content = self._once(body)
            except httpx.HTTPError as error:
                problem = f"{type(error).__name__}: {error}"
                continue
            if status == 200:
                return content
            problem = f"status {status}"
            if status in BUSY or status >= 500:
                wanted = headers.get("retry-after")
            elif status in ABOUT_THE_PAIR:
                said = _storable(content[:200].decode(errors="replace"))
                raise _NoVerdict(f"The endpoint refused the request with {problem}: {said}")
            else:
                raise JudgeMisconfigured(
                    f"Judge {self._settings.name}: the endpoint answered with {problem}.", boundary="judge"
                )
        raise BackendUnavailable(f"Judge {self._settings.name} did not answer: {problem}", boundary="judge")

    def _once(self, body: dict[str, Any]) -> tuple[int, httpx.Headers, bytes]:
        """One request, ended when its whole time is over: a reply that only trickles must not hold a worker."""
        over, content = time.monotonic() + self._settings.timeout, b""
        with self._client.stream("POST", f"{self._settings.url}/chat/completions", json=body) as response:
            for chunk in response.iter_bytes():
                content += chunk
                if time.monotonic() > over:
                    raise httpx.ReadTimeout(f"no whole reply within {self._settings.timeout:g} s")
                if len(content) > LONGEST_REPLY:
                    raise _NoVerdict(f"The reply is longer than {LONGEST_REPLY:,} bytes.")
            return response.status_code, response.headers, content

    def _wait(self, attempt: int, wanted: str | None) -> bool:
        """Pause before trying again; False when there is no time for it."""
        seconds = FIRST_WAIT * 2.0 ** (attempt - 1) * random.uniform(0.75, 1.25)
        with contextlib.suppress(TypeError, ValueError):  # absent, or a date: our own pace will do
            seconds = max(seconds, float(wanted or ""))
        seconds = min(seconds, LONGEST_WAIT)
        return time.monotonic() + seconds < self._until() and not self._stopping.wait(seconds)


def _content(raw: bytes) -> str:
    """The text of the first choice, or a refusal: other shapes are not read."""
    try:
        content = json.loads(raw)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError) as error:
        raise _NoVerdict("The reply is not what a chat endpoint sends.") from error
    if not isinstance(content, str):
        raise _NoVerdict("The reply holds no text.")
    return content


def _storable(text: str) -> str:
    """PostgreSQL keeps neither NUL nor half a surrogate pair."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
