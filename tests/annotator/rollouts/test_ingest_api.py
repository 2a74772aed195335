"""The door in over HTTP: each kind of bad input meets its own answer, and nothing is half-stored."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.test import override_settings

from annotator.api import bodies
from annotator.errors import BodyTooLarge
from annotator.rollouts.models import PolicyRun, PromptGroup, Rollout

pytestmark = pytest.mark.django_db
URL = "/api/v1/runs/grpo-1/rollouts"
GOOD = {"group_id": "g", "step": 1, "prompt": "2+2?", "completions": [{"id": "a", "text": "4", "reward": 1}]}
CUT_OFF = gzip.compress(b"[]", mtime=0)[
    :-4
]  # without the time of day in it, so that every process names its test alike


@pytest.fixture
def send(api: Any) -> Any:
    """`send(body, type)` posts raw bytes as the trainer; rows are sent as a JSON array."""
    PolicyRun.objects.create(name="grpo-1")
    client = api("trainer")

    def post(body: Any, content_type: str = "application/json", url: str = URL, **headers: str) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return client.generic("POST", url, data, content_type=content_type, headers=headers)

    return post


def lines(*rows: object) -> bytes:
    return b"\n".join(row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows)


def row_with(**changes: Any) -> bytes:
    return json.dumps({"group_id": "bad", "prompt": "p", "completions": [{"text": "x"} | changes]}).encode()


def test_the_answer_speaks_of_every_row(send: Any) -> None:
    answer = send([GOOD, GOOD, {"prompt": 1}])
    assert answer.status_code == 200
    assert answer.json() == {
        "accepted": 1,
        "duplicate": 1,
        "rejected": 1,
        "rollouts": 1,
        "rows": [
            {"row": 0, "status": "accepted", "group": "g"},
            {"row": 1, "status": "duplicate", "group": "g"},
            {
                "row": 2,
                "status": "rejected",
                "group": None,
                "code": "missing_field",
                "message": "A row needs `completions` (a list) or `completion` (one text).",
                "field": "completions",
            },
        ],
    }


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (json.dumps([GOOD]).encode(), "application/json"),
        (b"\xef\xbb\xbf" + json.dumps([GOOD]).encode(), "application/json; charset=utf-8"),
        (lines(GOOD), "application/x-ndjson"),
        (lines(b"", GOOD, b" \r", GOOD, b""), "application/x-ndjson"),
        (b"\xef\xbb\xbf" + lines(GOOD), "application/x-ndjson"),
    ],
)
def test_arrays_and_lines_come_in_plain_or_packed(send: Any, body: bytes, content_type: str, packed: bool) -> None:
    headers = {"Content-Encoding": "gzip"} if packed else {}
    answer = send(gzip.compress(body) if packed else body, content_type, **headers)
    assert (answer.status_code, answer.json()["rollouts"]) == (200, 1)


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        (b'{"prompt":"p","completions":[{"text":"x","reward":NaN}]}', "non_finite", "completions[0].reward"),
        (b'{"prompt":"p","completions":[{"text":"x","reward":-Infinity}]}', "non_finite", "completions[0].reward"),
        (b'{"prompt":"p","completions":[{"text":"x","reward":1e999}]}', "non_finite", "completions[0].reward"),
        (row_with(reward=10**400), "out_of_range", "completions[0].reward"),
        (row_with(reward=True), "wrong_type", "completions[0].reward"),
        (row_with(text=""), "empty_completion", "completions[0].text"),
        (row_with(text=3), "wrong_type", "completions[0].text"),
        (row_with(text="x" * 1_000_001), "completion_too_long", "completions[0].text"),
        (row_with(text="\ud83d"), "lone_surrogate", "completions[0].text"),
        (row_with(text="a\0"), "nul_character", "completions[0].text"),
        (row_with(id="\0"), "nul_character", "completions[0].id"),
        (row_with(meta={"k": {"\0": 1}}), "nul_character", "completions[0].meta"),
        (row_with(id="a"), "duplicate_id", "id"),
        (lines(GOOD | {"prompt": "other"}), "content_changed", "prompt"),
        (b"[]", "wrong_type", ""),
        (b"7", "wrong_type", ""),
    ],
)
@pytest.mark.parametrize("as_array", [False, True])
def test_a_bad_row_is_named_and_its_neighbours_are_stored(
    send: Any, row: bytes, code: str, field: str, as_array: bool
) -> None:
    good = [lines(GOOD), lines(GOOD | {"group_id": "h", "completions": [{"text": "5"}]})]
    rows = [good[0], row, good[1]]
    answer = send(b"[" + b",".join(rows) + b"]") if as_array else send(lines(*rows), "application/x-ndjson")
    report = answer.json()
    assert answer.status_code == 200, report
    assert [told["status"] for told in report["rows"]] == ["accepted", "rejected", "accepted"]
    assert (report["rows"][1]["row"], report["rows"][1]["code"], report["rows"][1]["field"]) == (1, code, field)
    assert (Rollout.objects.count(), PromptGroup.objects.count()) == (2, 2)


def test_when_no_row_is_usable_the_whole_is_refused_with_the_report(send: Any) -> None:
    answer = send([{"prompt": "p", "completions": [{"text": ""}]}, {}])
    assert (answer.status_code, answer.json()["code"]) == (422, "rows_rejected")
    assert [row["code"] for row in answer.json()["context"]["rows"]] == ["empty_completion", "missing_field"]


@pytest.mark.parametrize(
    ("body", "content_type", "headers", "status", "code", "context"),
    [
        (b"", "application/json", {}, 400, "malformed_json", {"offset": 0}),
        (b'[{"prompt": ', "application/json", {}, 400, "malformed_json", {"offset": 12}),
        (lines(GOOD, b'{"a" 1}'), "application/x-ndjson", {}, 400, "malformed_json", {"row": 1, "offset": 5}),
        (lines(GOOD, b'"\xff"'), "application/x-ndjson", {}, 400, "malformed_json", {"row": 1, "offset": 1}),
        (lines(GOOD, b"[" * 200_000), "application/x-ndjson", {}, 400, "malformed_json", {"row": 1}),
        (lines(b'{"step":1' + b"0" * 9000 + b"}"), "application/x-ndjson", {}, 400, "malformed_json", {"row": 0}),
        (b"[\xff]", "application/json", {}, 400, "malformed_json", {"offset": 1}),
        (b"{}", "application/json", {}, 400, "invalid_input", {}),
        (b"[]", "text/plain", {}, 415, "unsupported_media_type", {}),
        (b"[]", "application/x-www-form-urlencoded", {}, 415, "unsupported_media_type", {}),
        (b"[]", "application/json", {"Content-Encoding": "br"}, 415, "unsupported_media_type", {}),
        (b"[]", "application/json", {"Content-Encoding": "gzip"}, 400, "malformed_gzip", {}),
        (CUT_OFF, "application/json", {"Content-Encoding": "gzip"}, 400, "malformed_gzip", {}),
    ],
)
def test_a_body_that_cannot_be_read_stores_nothing(
    send: Any, body: bytes, content_type: str, headers: dict[str, str], status: int, code: str, context: dict[str, int]
) -> None:
    answer = send(body, content_type, **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.json()
    assert context.items() <= answer.json()["context"].items()
    assert not Rollout.objects.exists()


@override_settings(MAX_BODY_BYTES=10_000)
@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"[" + b" " * 10_000 + b"]", {}),
        (gzip.compress(b"[" + b" " * 5_000_000 + b"]", mtime=0), {"Content-Encoding": "gzip"}),
        (gzip.compress(b" " * 6_000, mtime=0) + gzip.compress(b" " * 6_000, mtime=0), {"Content-Encoding": "gzip"}),
    ],
)
@pytest.mark.parametrize("content_type", ["application/json", "application/x-ndjson"])
def test_an_oversized_body_is_refused_packed_or_not(
    send: Any, body: bytes, headers: dict[str, str], content_type: str
) -> None:
    answer = send(body, content_type, **headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert answer.json()["context"] == {"limit_bytes": 10_000}


def test_a_long_array_a_long_line_and_too_many_rows_are_refused(send: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MAX_ARRAY_BYTES", 300)
    monkeypatch.setattr(bodies, "MAX_LINE_BYTES", 300)
    monkeypatch.setattr(bodies, "MAX_ROWS", 3)
    long = GOOD | {"prompt": "x" * 300}
    for body, kind in [
        (lines(long), "application/x-ndjson"),
        (lines(GOOD, long), "application/x-ndjson"),
        (json.dumps([long]).encode(), "application/json"),
        (b"[1,1,1,1]", "application/json"),
        (b"1\n1\n1\n1\n", "application/x-ndjson"),
    ]:
        answer = send(body, kind)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert not Rollout.objects.exists()


def test_a_small_gzip_bomb_is_never_unpacked_whole() -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    sizes: list[int] = []
    with pytest.raises(BodyTooLarge):
        sizes.extend(map(len, bodies._gunzip(iter([bomb]), 1_000_000)))
    assert sum(sizes) <= 1_000_000
    assert max(sizes) <= bodies.PIECE


def test_a_body_of_unknown_length_is_read_to_its_end(send: Any, api: Any) -> None:
    """Django alone takes a chunked body for an empty one."""
    answer = api("trainer").generic(
        "POST", URL, b"", content_type="application/x-ndjson", headers={"Transfer-Encoding": "chunked"},
        CONTENT_LENGTH="", **{"wsgi.input": BytesIO(lines(GOOD))},
    )  # fmt: skip
    assert answer.json()["rollouts"] == 1


def test_lines_are_cut_right_wherever_the_pieces_end() -> None:
    body = lines(GOOD, {"prompt": "ü\u2028", "x": "é" * 50}, b"", [1])

    def cut(size: int) -> Iterator[bytes]:
        return (body[at : at + size] for at in range(0, len(body), size))

    expected = list(bodies._lines(iter([body])))
    assert len(expected) == 3
    for size in range(1, len(body) + 1):
        assert list(bodies._lines(cut(size))) == expected


def test_an_unknown_run_is_not_made_by_accident(send: Any) -> None:
    answer = send([GOOD], url="/api/v1/runs/typo/rollouts")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_run")


@pytest.mark.parametrize(("who", "status"), [("alice", 403), ("carol", 403), ("olga", 200), ("trainer", 200)])
def test_only_those_who_may_write_rollouts_do(send: Any, api: Any, who: str, status: int) -> None:
    assert api(who).post(URL, [GOOD], format="json").status_code == status


def test_a_wrong_token_is_told_so(send: Any, client: Any) -> None:
    for headers, code in [({}, "not_authenticated"), ({"Authorization": "Bearer tb_wrong"}, "bad_token")]:
        answer = client.post(URL, json.dumps([GOOD]), content_type="application/json", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, code)
