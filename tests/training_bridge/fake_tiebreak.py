"""A small stand-in for the web process and the reward server, for tests of the client and the policies.

It stores rows by id as the real one does, and it can be told to be away, to lose its answers, or to reject.
"""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


class FakeTiebreak:
    """`url` serves both APIs; `groups` holds what is stored, `asked` every scoring request."""

    def __init__(self, port: int = 0) -> None:
        self.groups: dict[str, Json] = {}
        self.asked: list[Json] = []
        self.posts = 0
        self.away = 0  # this many requests are answered 503
        self.lose_answers = 0  # this many ingests are stored, then answered 503
        self.reward: Callable[[str], float | None] = lambda completion: float(len(completion))
        self.before_score: Callable[[], None] = lambda: None
        self.callers = 0  # connections that are open
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"fake": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def left_alone(self, within: float = 60.0) -> None:
        """Wait until whoever called has gone, and all that was on its way from them has arrived."""
        deadline = time.monotonic() + within
        while self.callers > 0:
            assert time.monotonic() < deadline, f"{self.callers} callers are still there"
            time.sleep(0.02)

    def called(self, more: int) -> None:
        with self._lock:
            self.callers += more

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Json]:
        if self.away > 0:
            self.away -= 1
            return 503, {"code": "database_unavailable", "message": "try again", "context": {}}
        if path == "/v1/score":
            return self._score(json.loads(body))
        if method == "PUT":
            return 201, {"name": path.rsplit("/", 1)[1]}
        if path.endswith("/rollouts"):
            return self._ingest(body)
        return 404, {"code": "not_found", "message": path, "context": {}}

    def _score(self, body: Json) -> tuple[int, Json]:
        self.before_score()
        self.asked.append(body)
        rewards = [self.reward(text) for text in body["completions"]]
        spreads = [None if reward is None else 0.5 for reward in rewards]
        return 200, {"version": body["version"] or 1, "rewards": rewards, "spreads": spreads, "degraded": False}

    def _ingest(self, body: bytes) -> tuple[int, Json]:
        rows = []
        with self._lock:
            self.posts += 1
            for index, line in enumerate(body.splitlines()):
                rows.append({"row": index, **self._store(json.loads(line))})
        counts = {s: sum(r["status"] == s for r in rows) for s in ("accepted", "duplicate", "rejected")}
        report = {**counts, "rows": rows, "rollouts": 0}
        if self.lose_answers > 0:
            self.lose_answers -= 1
            return 503, {"code": "database_unavailable", "message": "lost", "context": {}}
        if rows and counts["rejected"] == len(rows):
            return 422, {"code": "rows_rejected", "message": "all", "context": report}
        return 200, report

    def _store(self, row: Json) -> Json:
        group = row["group_id"]
        key = group if "completions" in row else row["id"]
        if row["prompt"] == "":
            return {"status": "rejected", "group": group, "code": "prompt_empty", "message": "An empty prompt."}
        if key in self.groups:
            same = self.groups[key] == row
            return {
                "status": "duplicate" if same else "rejected",
                "group": group,
                "code": "content_changed",
                "message": "",
            }
        self.groups[key] = row
        return {"status": "accepted", "group": group}


class _Handler(BaseHTTPRequestHandler):
    fake: FakeTiebreak
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.fake.called(1)

    def finish(self) -> None:
        self.fake.called(-1)
        super().finish()

    def _do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        status, answer = self.fake.answer(self.command, self.path, body)
        sent = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    do_POST = do_PUT = do_GET = _do

    def log_message(self, *_args: object) -> None:
        pass
