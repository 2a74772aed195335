"""A small OpenAI-compatible chat endpoint for tests of the judges: good, slow, busy, biased or talking nonsense."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SIDES = re.compile(
    r"\[(\w+) BEGIN COMPLETION A\]\n(.*?)\n\[\1 END COMPLETION A\].*BEGIN COMPLETION B\]\n(.*?)\n\[", re.S
)


def longer(first: str, second: str) -> str:
    """A judge with a plain taste."""
    verdict = "TIE" if len(first) == len(second) else "A" if len(first) > len(second) else "B"
    return f"I counted.\nVERDICT: {verdict}"


class FakeJudge:
    """`url` is what goes into a judge's settings; `says` is what it replies to two completions."""

    def __init__(self, says: Callable[[str, str], str] = longer) -> None:
        self.says = says
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.statuses: list[tuple[int, dict[str, str]]] = []  # given out first, one per request
        self.always: int = 200
        self.seconds = 0.0
        self.body: bytes | None = None  # instead of a chat reply
        self.now = self.most = 0
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"fake": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def sides(self, request: dict[str, Any]) -> tuple[str, str]:
        """The completions a request holds, as its fences have them."""
        found = SIDES.search(request["messages"][-1]["content"])
        assert found is not None
        return found.group(2), found.group(3)

    def answer(self, path: str, key: str | None, request: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        with self._lock:
            self.asked.append(request)
            self.keys.append(key)
            self.now += 1
            self.most = max(self.most, self.now)
            status, headers = self.statuses.pop(0) if self.statuses else (self.always, {})
        time.sleep(self.seconds)
        with self._lock:
            self.now -= 1
        if path != "/v1/chat/completions":
            return 404, {}, b"{}"
        if status != 200:
            return status, headers, b'{"error": {"message": "no"}}'
        reply = {"choices": [{"message": {"role": "assistant", "content": self.says(*self.sides(request))}}]}
        return 200, headers, self.body if self.body is not None else json.dumps(reply).encode()


class _Handler(BaseHTTPRequestHandler):
    fake: FakeJudge
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status, headers, body = self.fake.answer(self.path, self.headers.get("Authorization"), request)
        try:
            self.send_response(status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            pass  # the client would not wait any longer

    def log_message(self, *_args: object) -> None:
        pass
