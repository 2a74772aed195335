"""Small JSON bodies, read strictly. Ingest has its own reader; everything else is a few fields."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from annotator.errors import BodyTooLarge, InvalidInput

LIMIT_BYTES = 1024 * 1024
DEEPEST = 50  # lists and objects within each other: the deepest body there is has six
# What no text in the database can hold: 0x00, and halves of a character that need their other half.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(number: str) -> float:
    value = float(number)
    if math.isinf(value):
        raise ValueError(f"{number[:20]} is larger than any number here")
    return value


def refuse_unstorable(body: Any) -> None:
    """No text anywhere in a body, not even a key, may hold what the database cannot; nor may it nest too deeply."""
    waiting = [(body, "", 1)]
    while waiting:
        value, where, depth = waiting.pop()
        if isinstance(value, str) and UNSTORABLE.search(value):
            raise InvalidInput("Text can hold neither the character 0x00 nor half a character.", field=where)
        if not isinstance(value, dict | list):
            continue
        if depth > DEEPEST:
            raise InvalidInput(f"This is nested more than {DEEPEST} deep.", field=where)
        if isinstance(value, dict):
            waiting += [(key, where, depth) for key in value]
            waiting += [(one, _path(where, key), depth + 1) for key, one in value.items()]
        else:
            waiting += [(one, f"{where}[{at}]", depth + 1) for at, one in enumerate(value)]


def _path(where: str, key: str) -> str:
    """Where something stands, in words that can be sent back: a key may be what is wrong."""
    return f"{where}.{key}"[-200:].removeprefix(".").encode("ascii", "backslashreplace").decode().replace("\x00", "")


class StrictJSON(BaseParser):
    """UTF-8 JSON of at most 1 MiB; refused are NaN, infinities, bottomless nesting and texts nobody could store."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        raw = stream.read(LIMIT_BYTES + 1)
        if len(raw) > LIMIT_BYTES:
            raise BodyTooLarge(f"This call takes at most {LIMIT_BYTES:,} bytes.", limit=LIMIT_BYTES)
        try:
            body = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_finite)
        except RecursionError as error:
            raise ParseError("The body is not usable JSON: it is nested too deeply.") from error
        except ValueError as error:
            raise ParseError(f"The body is not JSON: {error}.") from error
        # Both need to be written in a way that is rarely there, so that hardly any body is looked through.
        if b"\\u" in raw or raw.count(b"[") + raw.count(b"{") > DEEPEST:
            refuse_unstorable(body)
        return body
