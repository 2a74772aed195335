"""A scoring question is wholly usable or refused with a code and the field; nothing in it is repaired. Pure."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any, NoReturn

from annotator.errors import BodyTooLarge, InvalidInput
from annotator.rollouts.rows import kind, storable

Text = str | list[dict[str, Any]]

MAX_BODY_BYTES = 64 * 1024 * 1024
MAX_COMPLETIONS = 4_096
MAX_CHARS = 1_000_000
MAX_MESSAGES = 1_000
SLUG = re.compile(r"[-a-zA-Z0-9_]{1,100}\Z")
KNOWN = frozenset({"reward_model", "run", "step", "version", "prompts", "completions"})


class InvalidQuestion(InvalidInput):
    """One scoring request is unusable; `reason` becomes the code, `field` says where."""

    def __init__(self, message: str, *, reason: str, **context: Any) -> None:
        super().__init__(message, reason=reason, **context)
        self.code = reason


def refuse(reason: str, field: str, message: str) -> NoReturn:
    raise InvalidQuestion(message, reason=reason, field=field)


@dataclasses.dataclass(frozen=True)
class Question:
    """Which reward model (and, if pinned, which version of it) is to judge which pairs."""

    reward_model: str
    run: str | None
    step: int | None
    version: int | None
    pairs: list[tuple[Text, Text]]


def parse(body: bytes) -> Question:
    """Read one request body; raises only `InvalidInput`s."""
    raw = _json(body)
    if not isinstance(raw, dict):
        refuse("wrong_type", "", f"The body must be an object, not {kind(raw)}.")
    if unknown := sorted(raw.keys() - KNOWN):
        refuse("unknown_field", unknown[0][:100], f"Known fields are {', '.join(sorted(KNOWN))}.")
    name = raw.get("reward_model")
    if not isinstance(name, str) or not SLUG.match(name):
        refuse("wrong_type", "reward_model", "`reward_model` must be a reward model's name.")
    run = raw.get("run")
    if run is not None and (not isinstance(run, str) or not SLUG.match(run)):
        refuse("wrong_type", "run", "`run` must be a run's name or null.")
    return Question(name, run, _whole(raw, "step", 0), _whole(raw, "version", 1), _pairs(raw))


def _json(body: bytes) -> Any:
    if len(body) > MAX_BODY_BYTES:
        raise BodyTooLarge(f"A scoring request takes at most {MAX_BODY_BYTES:,} bytes.", limit=MAX_BODY_BYTES)

    def no_constant(name: str) -> Any:
        raise ValueError(f"{name} is not JSON")

    try:
        return json.loads(body.decode("utf-8"), parse_constant=no_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidQuestion(f"The body is not JSON: {error}.", reason="malformed_json") from error


def _whole(raw: dict[str, Any], field: str, least: int) -> int | None:
    value = raw.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 2**63:
        refuse("wrong_type", field, f"`{field}` must be a whole number from {least}, or null.")
    return value


def _pairs(raw: dict[str, Any]) -> list[tuple[Text, Text]]:
    lists = {}
    for field in ("prompts", "completions"):
        value = raw.get(field)
        if not isinstance(value, list):
            refuse("wrong_type", field, f"`{field}` must be a list, not {kind(value)}.")
        lists[field] = value
    prompts, completions = lists["prompts"], lists["completions"]
    if len(prompts) != len(completions):
        message = f"There are {len(prompts)} prompts but {len(completions)} completions: give each its own prompt."
        refuse("lengths_differ", "completions", message)
    if not completions:
        refuse("nothing_to_score", "completions", "There is nothing to score.")
    if len(completions) > MAX_COMPLETIONS:
        refuse("too_many", "completions", f"At most {MAX_COMPLETIONS} completions fit in one request.")
    return [
        (_text(prompt, f"prompts[{i}]"), _text(completion, f"completions[{i}]"))
        for i, (prompt, completion) in enumerate(zip(prompts, completions, strict=True))
    ]


def _text(value: Any, field: str) -> Text:
    """A string or messages. An empty text may be scored: a policy that falls silent is told what that is worth."""
    if isinstance(value, str):
        if len(value) > MAX_CHARS:
            refuse("text_too_long", field, f"The text has {len(value)} characters; {MAX_CHARS} are accepted.")
        storable(value, field)
        return value
    if not isinstance(value, list):
        refuse("wrong_type", field, f"Expected a string or a list of messages, not {kind(value)}.")
    if len(value) > MAX_MESSAGES:
        refuse("too_many_messages", field, f"A conversation may hold {MAX_MESSAGES} messages.")
    for at, message in enumerate(value):
        where = f"{field}[{at}]"
        if not isinstance(message, dict) or not {"role", "content"} <= message.keys():
            refuse("wrong_type", where, "A message needs `role` and `content`.")
        for part in ("role", "content"):
            if not isinstance(message[part], str):
                refuse("wrong_type", f"{where}.{part}", f"Expected a string, not {kind(message[part])}.")
            if len(message[part]) > MAX_CHARS:
                refuse("text_too_long", f"{where}.{part}", f"{MAX_CHARS} characters are accepted.")
            storable(message[part], f"{where}.{part}")
    return value
