"""A body is read in pieces and counted as it comes, so no request can cost more memory than the limits say.

Rows come out as plain JSON values, not yet checked. NaN and lone surrogates pass here on purpose: rows.py refuses them
with the row and field they sit in, which says more than "malformed".
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson
from django.conf import settings
from django.http import HttpRequest

from annotator.errors import BodyTooLarge, InvalidInput

PIECE = 256 * 1024
# A JSON array is parsed in one go and so is a line of NDJSON; parsed values take up to 25 times the room of their text.
MAX_ARRAY_BYTES = 16 * 1024 * 1024
MAX_LINE_BYTES = 16 * 1024 * 1024
MAX_ROWS = 100_000
ARRAY_TYPES = frozenset({"application/json"})
LINE_TYPES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"})
BOM = b"\xef\xbb\xbf"


class MalformedJson(InvalidInput):
    """`context` says where: `row` counts from 0; `offset` in characters within that line (or the whole array)."""

    code = "malformed_json"


class MalformedGzip(InvalidInput):
    code = "malformed_gzip"


class UnsupportedMediaType(InvalidInput):
    code = "unsupported_media_type"
    http_status = 415


def read_rows(request: HttpRequest) -> Iterator[object]:
    """The rows of a JSON array or NDJSON body, plain or gzip."""
    pieces = _pieces(request, settings.MAX_BODY_BYTES)
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding == "gzip":
        pieces = _gunzip(pieces, settings.MAX_BODY_BYTES)
    elif encoding != "identity":
        raise UnsupportedMediaType(f"Content-Encoding {encoding!r} is not understood: use gzip or none.")
    if request.content_type in LINE_TYPES:
        rows = _lines(pieces)
    elif request.content_type in ARRAY_TYPES:
        rows = _array(pieces)
    else:
        known = "application/json (an array of rows) or application/x-ndjson (a row a line)"
        raise UnsupportedMediaType(f"Content-Type {request.content_type!r} is not understood: use {known}.")
    return _counted(rows)


def _counted(rows: Iterator[object]) -> Iterator[object]:
    for number, row in enumerate(rows):
        if number == MAX_ROWS:
            raise BodyTooLarge(f"More than {MAX_ROWS} rows: send them in several requests.", limit_rows=MAX_ROWS)
        yield row


def _pieces(request: HttpRequest, limit: int) -> Iterator[bytes]:
    declared = request.META.get("CONTENT_LENGTH") or ""
    if declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)
    source: BinaryIO | HttpRequest = request
    if not declared and request.headers.get("Transfer-Encoding", "").lower() == "chunked":
        source = request.META["wsgi.input"]  # Django takes a body without a length for an empty one
    seen = 0
    while piece := source.read(PIECE):
        seen += len(piece)
        if seen > limit:
            raise _too_large(limit)
        yield piece


def _too_large(limit: int, what: str = "The body") -> BodyTooLarge:
    return BodyTooLarge(f"{what} is larger than {limit} bytes: send the rows in several requests.", limit_bytes=limit)


def _gunzip(pieces: Iterator[bytes], limit: int) -> Iterator[bytes]:
    """Unpacked a piece at a time: a small body that unpacks to a huge one meets the same limit as a plain one."""
    unpack, seen, begun = zlib.decompressobj(wbits=31), 0, False
    for piece in pieces:
        waiting = piece
        while waiting:
            if unpack.eof:  # gzip files may be laid end to end
                unpack = zlib.decompressobj(wbits=31)
            begun = True
            try:
                plain = unpack.decompress(waiting, PIECE)
            except zlib.error as error:
                raise MalformedGzip(f"The body is not valid gzip: {error}.") from error
            waiting = unpack.unused_data if unpack.eof else unpack.unconsumed_tail
            seen += len(plain)
            if seen > limit:
                raise _too_large(limit, "The unpacked body")
            yield plain
    if begun and not unpack.eof:
        raise MalformedGzip("The gzip body ends too early.")


def _array(pieces: Iterator[bytes]) -> Iterator[object]:
    whole = bytearray()
    for piece in pieces:
        whole += piece
        if len(whole) > MAX_ARRAY_BYTES:
            message = f"A JSON array may have {MAX_ARRAY_BYTES} bytes: send larger batches as application/x-ndjson."
            raise BodyTooLarge(message, limit_bytes=MAX_ARRAY_BYTES)
    rows = parse(bytes(whole).removeprefix(BOM), {})
    if not isinstance(rows, list):
        raise InvalidInput("The body must be a JSON array of rows; a single row goes as `[row]`.")
    return iter(rows)


def _lines(pieces: Iterator[bytes]) -> Iterator[object]:
    """Rows split at line feeds only: texts may hold other Unicode line separators. Blank lines are no rows."""
    number = 0
    for line in _split(pieces):
        if line and not line.isspace():
            yield parse(line, {"row": number})
            number += 1


def _split(pieces: Iterator[bytes]) -> Iterator[bytes]:
    begun: list[bytes] = []  # the parts of a line that is longer than a piece
    size, first = 0, True
    for piece in pieces:
        *ended, rest = (piece.removeprefix(BOM) if first else piece).split(b"\n")
        first = False
        for line in ended:
            yield b"".join((*begun, line))
            begun, size = [], 0
        begun.append(rest)
        size += len(rest)
        if size > MAX_LINE_BYTES:
            raise BodyTooLarge(f"A line is longer than {MAX_LINE_BYTES} bytes.", limit_bytes=MAX_LINE_BYTES)
    yield b"".join(begun)


def parse(data: bytes, where: dict[str, Any]) -> object:
    """One JSON value. The fast parser first; where it says no, the slow one finds out what exactly is wrong."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return _parse_exactly(data, where)


def _parse_exactly(data: bytes, where: dict[str, Any]) -> object:
    try:
        return json.loads(data.decode())
    except UnicodeDecodeError as error:
        raise MalformedJson(f"Byte {error.start} is not valid UTF-8.", **where, offset=error.start) from error
    except json.JSONDecodeError as error:
        raise MalformedJson(f"Not JSON: {error.msg} at character {error.pos}.", **where, offset=error.pos) from error
    except RecursionError as error:
        raise MalformedJson("Not usable JSON: nested too deeply.", **where, offset=0) from error
    except ValueError as error:  # a number with thousands of digits
        raise MalformedJson(f"Not usable JSON: {error}.", **where, offset=0) from error
