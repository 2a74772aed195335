"""A row is either wholly usable or refused with the field and the reason; nothing in it is repaired or dropped.

Pure: raw JSON values in, plain tuples out. Tuples and not dataclasses, because this runs once per completion and
making a frozen dataclass costs more than checking one. To accept a new field: add it to the form's keys, parse it in
the form's function, and let `digests.content_digest` see it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn

from annotator.errors import InvalidRollout

Text = str | list[dict[str, Any]]  # a string, or a conversation of {role, content}

# Longest usable texts, in characters (Unicode code points); exactly this many are still accepted.
MAX_COMPLETION_CHARS = 1_000_000
MAX_PROMPT_CHARS = 1_000_000
MAX_MESSAGES = 1_000
MAX_COMPLETIONS = 1_024
MAX_ID_CHARS = 200
MAX_REWARD_PARTS = 100
MAX_META_CHARS = 100_000  # all keys and strings of one `meta`, with 8 for every other value
MAX_META_DEPTH = 20
MAX_STEP = 2**63 - 1
MAX_INDEX = 2**31 - 1

GROUP_KEYS = frozenset({"group_id", "step", "prompt", "meta", "completions"})
COMPLETION_KEYS = frozenset({"id", "text", "reward", "rewards", "generator", "meta"})
FLAT_KEYS = frozenset(
    {"group_id", "step", "prompt", "completion", "id", "index", "reward", "rewards", "generator", "meta"}
)
NOTHING: Mapping[str, Any] = {}


class Completion(NamedTuple):
    external_id: str | None
    ordinal: int
    text: Text
    reward: float | None
    reward_parts: Mapping[str, float | None]
    generator: str
    meta: Mapping[str, Any]


class Row(NamedTuple):
    """One prompt with one or more completions; `step` is None when the row did not say."""

    group_id: str | None
    step: int | None
    prompt: Text
    meta: Mapping[str, Any]
    completions: list[Completion]


def refuse(reason: str, field: str, message: str) -> NoReturn:
    raise InvalidRollout(message, reason=reason, field=field)


def parse_row(raw: object) -> Row:
    """The row, in group form (`completions`) or flat form (`completion`); raises only `InvalidRollout`."""
    if type(raw) is not dict:
        refuse("wrong_type", "", f"A row must be an object, not {kind(raw)}.")
    if "completions" in raw:
        return _group_form(raw)
    if "completion" in raw:
        return _flat_form(raw)
    refuse("missing_field", "completions", "A row needs `completions` (a list) or `completion` (one text).")


def _group_form(raw: dict[str, Any]) -> Row:
    if not raw.keys() <= GROUP_KEYS:
        _unknown(raw, GROUP_KEYS, "")
    listed = raw["completions"]
    if type(listed) is not list:
        refuse("wrong_type", "completions", f"`completions` must be a list, not {kind(listed)}.")
    if not listed:
        refuse("empty_group", "completions", "`completions` is empty: a row needs at least one.")
    if len(listed) > MAX_COMPLETIONS:
        message = f"A row may hold {MAX_COMPLETIONS} completions, not {len(listed)}."
        refuse("too_many_completions", "completions", message)
    return Row(
        group_id=_id(raw.get("group_id"), "group_id"),
        step=_whole(raw.get("step"), "step", MAX_STEP),
        prompt=_prompt(raw),
        meta=_meta(raw.get("meta"), "meta"),
        completions=[_completion(one, ordinal) for ordinal, one in enumerate(listed)],
    )


def _completion(raw: object, ordinal: int) -> Completion:
    at = f"completions[{ordinal}]"
    if type(raw) is not dict:
        refuse("wrong_type", at, f"A completion must be an object, not {kind(raw)}.")
    if not raw.keys() <= COMPLETION_KEYS:
        _unknown(raw, COMPLETION_KEYS, f"{at}.")
    if "text" not in raw:
        refuse("missing_field", f"{at}.text", "A completion needs its `text`.")
    return Completion(
        _id(raw.get("id"), f"{at}.id"),
        ordinal,
        _completion_text(raw["text"], f"{at}.text"),
        _reward(raw.get("reward"), f"{at}.reward"),
        _reward_parts(raw.get("rewards"), f"{at}.rewards"),
        _short(raw.get("generator"), f"{at}.generator"),
        _meta(raw.get("meta"), f"{at}.meta"),
    )


def _flat_form(raw: dict[str, Any]) -> Row:
    if not raw.keys() <= FLAT_KEYS:
        _unknown(raw, FLAT_KEYS, "")
    completion = Completion(
        _id(raw.get("id"), "id"),
        _whole(raw.get("index"), "index", MAX_INDEX) or 0,
        _completion_text(raw["completion"], "completion"),
        _reward(raw.get("reward"), "reward"),
        _reward_parts(raw.get("rewards"), "rewards"),
        _short(raw.get("generator"), "generator"),
        _meta(raw.get("meta"), "meta"),
    )
    return Row(
        group_id=_id(raw.get("group_id"), "group_id"),
        step=_whole(raw.get("step"), "step", MAX_STEP),
        prompt=_prompt(raw),
        meta=NOTHING,  # a flat row's meta speaks of its completion
        completions=[completion],
    )


def _prompt(raw: dict[str, Any]) -> Text:
    if "prompt" not in raw:
        refuse("missing_field", "prompt", "A row needs its `prompt`.")
    return _text(raw["prompt"], "prompt", MAX_PROMPT_CHARS, "empty_prompt", "prompt_too_long")


def _completion_text(value: object, field: str) -> Text:
    return _text(value, field, MAX_COMPLETION_CHARS, "empty_completion", "completion_too_long")


def _text(value: object, field: str, most: int, empty: str, too_long: str) -> Text:
    if type(value) is str:
        checked: Text = value
        length = len(value)
        storable(value, field)
    elif type(value) is list:
        checked = [_message(message, f"{field}[{at}]") for at, message in enumerate(value[: MAX_MESSAGES + 1])]
        length = sum(len(message["content"]) for message in checked)
    else:
        refuse("wrong_type", field, f"Expected a string or a list of messages, not {kind(value)}.")
    if not length:
        refuse(empty, field, "The text is empty.")
    if length > most:
        refuse(too_long, field, f"The text has {length} characters; {most} are accepted.")
    if len(checked) > MAX_MESSAGES and type(value) is list:
        refuse("too_many_messages", field, f"A conversation may hold {MAX_MESSAGES} messages, not {len(value)}.")
    return checked


def _message(raw: object, field: str) -> dict[str, Any]:
    if type(raw) is not dict:
        refuse("wrong_type", field, f"A message must be an object, not {kind(raw)}.")
    for key in ("role", "content"):
        if key not in raw:
            refuse("missing_field", f"{field}.{key}", f"A message needs its `{key}`.")
        if type(raw[key]) is not str:
            refuse("wrong_type", f"{field}.{key}", f"`{key}` must be a string, not {kind(raw[key])}.")
        storable(raw[key], f"{field}.{key}")
    if len(raw) > 2:
        _meta({key: value for key, value in raw.items() if key not in ("role", "content")}, field)
    return raw


def storable(text: str, field: str) -> None:
    """PostgreSQL stores neither 0x00 nor half a surrogate pair."""
    if "\0" in text:
        refuse("nul_character", field, f"The character 0x00 at position {text.index(chr(0))} cannot be stored.")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            refuse("lone_surrogate", field, f"Half of a surrogate pair at position {error.start} is no character.")


def _id(value: object, field: str) -> str | None:
    if value is None:
        return None
    if type(value) is not str:
        refuse("wrong_type", field, f"An id must be a string, not {kind(value)}.")
    if not value or value.isspace():
        refuse("empty_id", field, "The id is empty; leave it out to have one made from the content.")
    return _short(value, field, "id_too_long")


def _short(value: object, field: str, too_long: str = "name_too_long") -> str:
    if value is None:
        return ""
    if type(value) is not str:
        refuse("wrong_type", field, f"Expected a string, not {kind(value)}.")
    if len(value) > MAX_ID_CHARS:
        refuse(too_long, field, f"{len(value)} characters; {MAX_ID_CHARS} are accepted.")
    storable(value, field)
    return value


def _whole(value: object, field: str, most: int) -> int | None:
    if value is None:
        return None
    if type(value) is not int:  # a bool is an int to Python, but a step of `true` is a mistake
        refuse("wrong_type", field, f"Expected a whole number, not {kind(value)}.")
    if not 0 <= value <= most:
        refuse("out_of_range", field, f"Expected a whole number from 0 to {most}.")
    return value


def _reward(value: object, field: str) -> float | None:
    if value is None:
        return None
    if type(value) is float:
        number = value
    elif type(value) is int:
        try:
            number = float(value)
        except OverflowError:
            refuse("out_of_range", field, "This whole number is larger than any reward that can be stored.")
    else:
        refuse("wrong_type", field, f"A reward must be a number or null, not {kind(value)}.")
    if not math.isfinite(number):
        refuse("non_finite", field, "A reward must be finite; send null when there is none.")
    return number + 0.0  # -0.0 and 0.0 are one reward


def _reward_parts(value: object, field: str) -> Mapping[str, float | None]:
    if value is None:
        return NOTHING
    if type(value) is not dict:
        refuse("wrong_type", field, f"Expected an object of named rewards, not {kind(value)}.")
    if len(value) > MAX_REWARD_PARTS:
        refuse("too_many_rewards", field, f"{len(value)} named rewards; {MAX_REWARD_PARTS} are accepted.")
    return {_name(name, field): _reward(part, f"{field}.{name}") for name, part in value.items()}


def _name(value: str, field: str) -> str:
    if not value:
        refuse("empty_id", field, "A reward's name is empty.")
    return _short(value, field)


def _meta(value: object, field: str) -> Mapping[str, Any]:
    if value is None or value == NOTHING:
        return NOTHING
    if type(value) is not dict:
        refuse("wrong_type", field, f"Expected an object, not {kind(value)}.")
    if _size(value, field, 1) > MAX_META_CHARS:
        refuse("meta_too_large", field, f"More than {MAX_META_CHARS} characters.")
    return value


def _size(value: object, field: str, depth: int) -> int:
    """How much a JSON value holds, after refusing whatever could not be stored and read back unchanged."""
    if type(value) is str:
        storable(value, field)
        return len(value)
    if depth > MAX_META_DEPTH and type(value) in (dict, list):
        refuse("too_deep", field, f"Nested more than {MAX_META_DEPTH} levels deep.")
    if type(value) is dict:
        for key in value:
            storable(key, field)
        return 8 + sum(len(key) + _size(inner, field, depth + 1) for key, inner in value.items())
    if type(value) is list:
        return 8 + sum(_size(inner, field, depth + 1) for inner in value)
    if type(value) is float and not math.isfinite(value):
        refuse("non_finite", field, "Numbers must be finite.")
    if type(value) is int and not -(2**63) <= value < 2**63:
        refuse("out_of_range", field, "Whole numbers must fit in 64 bits.")
    if value is not None and type(value) not in (float, int, bool):
        refuse("wrong_type", field, f"Expected JSON, not {kind(value)}.")
    return 8


def _unknown(raw: dict[str, Any], known: frozenset[str], at: str) -> NoReturn:
    name = min(map(str, raw.keys() - known))
    printable = name[:50].encode("ascii", "backslashreplace").decode().replace("\0", "\\x00")
    fields = ", ".join(f"`{field}`" for field in sorted(known))
    message = f"`{printable}` is no field here; there are {fields}. Extra values belong in `meta`."
    refuse("unknown_field", f"{at}{printable}", message)


def kind(value: object) -> str:
    """The JSON name of a value's type, for people."""
    names = {type(None): "null", bool: "a boolean", str: "a string", list: "a list", dict: "an object"}
    return names.get(type(value), "a number" if isinstance(value, (int, float)) else type(value).__name__)
