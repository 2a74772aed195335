"""The judges an operator has set up: OpenAI-compatible endpoints by name, read from TIEBREAK_JUDGES."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from typing import Any
from urllib.parse import urlsplit

NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")  # as after "judge:" in a campaign's config


@dataclasses.dataclass(frozen=True)
class JudgeSettings:
    """One endpoint and how to treat it. The key itself is never here: only the name of the variable that holds it."""

    name: str
    url: str  # the base, to which /chat/completions is added
    model: str
    api_key_env: str = ""
    timeout: float = 30.0  # seconds for one whole reply
    concurrency: int = 4  # requests at once
    max_tokens: int = 1024  # of one reply; a judge that thinks aloud needs them

    def __post_init__(self) -> None:
        address = urlsplit(self.url)
        checks: list[tuple[str, bool, str]] = [
            ("name", bool(NAME.fullmatch(self.name)), "letters, digits, dots and dashes"),
            ("url", address.scheme in {"http", "https"} and bool(address.netloc), "an http or https address"),
            ("url", address.username is None, "an address without a password in it: use api_key_env"),
            ("model", bool(self.model), "a model's name"),
            ("timeout", 0.0 < self.timeout <= 600.0 and math.isfinite(self.timeout), "above 0, at most 600"),
            ("concurrency", 1 <= self.concurrency <= 64, "1 to 64"),
            ("max_tokens", 1 <= self.max_tokens <= 100_000, "1 to 100,000"),
        ]
        for field, ok, allowed in checks:
            if not ok:
                raise ValueError(f"judge {self.name!r}: {field} must be {allowed}")


def judges_from_json(raw: str) -> dict[str, JudgeSettings]:
    """Every judge of the variable; a ValueError says in which judge and field the mistake is."""
    try:
        told = json.loads(raw or "{}")
    except ValueError as error:
        raise ValueError(f"this is not JSON: {error}") from error
    if not isinstance(told, dict):
        raise ValueError("it must be an object of judges by name")
    return {name: _judge(name, fields) for name, fields in told.items()}


def _judge(name: str, fields: Any) -> JudgeSettings:
    if not isinstance(fields, dict):
        raise ValueError(f"judge {name!r}: it must be an object with url and model")
    kinds: dict[str, Any] = {"url": str, "model": str, "api_key_env": str, "timeout": (int, float)}
    kinds |= {"concurrency": int, "max_tokens": int}
    for field, value in fields.items():
        if field not in kinds:
            raise ValueError(f"judge {name!r}: unknown field {field!r}; known are {', '.join(kinds)}")
        if not isinstance(value, kinds[field]) or isinstance(value, bool):
            raise ValueError(f"judge {name!r}: {field} is {value!r}, of the wrong kind")
    for field in ("url", "model"):
        if field not in fields:
            raise ValueError(f"judge {name!r}: {field} is missing")
    return JudgeSettings(name=name, **{**fields, "url": fields["url"].rstrip("/")})
