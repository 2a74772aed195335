"""Small JSON bodies, read strictly. Ingest has its own reader; everything else is a few fields."""

from __future__ import annotations

import json
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from annotator.errors import BodyTooLarge

LIMIT_BYTES = 1024 * 1024


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


class StrictJSON(BaseParser):
    """UTF-8 JSON of at most 1 MiB; NaN, infinities and bottomless nesting are refused."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        raw = stream.read(LIMIT_BYTES + 1)
        if len(raw) > LIMIT_BYTES:
            raise BodyTooLarge(f"This call takes at most {LIMIT_BYTES:,} bytes.", limit=LIMIT_BYTES)
        try:
            return json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
        except RecursionError as error:
            raise ParseError("The body is not usable JSON: it is nested too deeply.") from error
        except ValueError as error:
            raise ParseError(f"The body is not JSON: {error}.") from error
