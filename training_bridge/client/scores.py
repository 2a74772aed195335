"""A reward is the reward model's own number or nothing: None means no opinion, never a made-up value."""

from __future__ import annotations

import dataclasses
import logging
import math
from collections.abc import Sequence
from typing import Any

from .http import Api, Refused, Unreachable

log = logging.getLogger(__name__)

Text = str | list[dict[str, Any]]


@dataclasses.dataclass(frozen=True)
class Scores:
    """What one version thinks of N completions; the lists have one entry per completion, in order."""

    version: int | None
    rewards: list[float | None]
    spreads: list[float | None]
    degraded: bool

    @classmethod
    def none(cls, n: int) -> Scores:
        return cls(None, [None] * n, [None] * n, True)

    @classmethod
    def from_json(cls, body: dict[str, Any], n: int) -> Scores:
        """Read the server's answer; one that does not fit the question raises ValueError."""
        rewards, spreads = numbers(body["rewards"], n), numbers(body["spreads"], n)
        return cls(body["version"], rewards, spreads, bool(body["degraded"]))


def numbers(values: Any, n: int) -> list[float | None]:
    """N finite numbers or nulls, else ValueError."""
    if not isinstance(values, list) or len(values) != n:
        raise ValueError(f"expected a list of {n} numbers")
    for value in values:
        number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if value is not None and not number:
            raise ValueError(f"{value!r} is not a finite number")
    return [None if value is None else float(value) for value in values]


def ask(api: Api, body: dict[str, Any], *, deadline_s: float) -> Scores:
    """Ask for rewards until answered or the deadline passes; any failure is logged and means no opinion."""
    completions: Sequence[Text] = body["completions"]
    try:
        answer = api.request("POST", "/v1/score", json=body, deadline_s=deadline_s).json()
        return Scores.from_json(answer, len(completions))
    except Refused as error:
        log.error("The reward server refused %d completions: %s", len(completions), error)
    except Unreachable as error:
        log.error("No reward for %d completions within %.0f s: %s", len(completions), deadline_s, error)
    except (ValueError, KeyError, TypeError) as error:
        log.error("The reward server's answer cannot be used: %s", error)
    return Scores.none(len(completions))
