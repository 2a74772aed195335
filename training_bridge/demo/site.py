"""The demo's door to a running Tiebreak: the HTTP API only, every call repeated until it is answered.

Processes may be killed under it at any time; five minutes without an answer is where it gives up.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from training_bridge.client.http import Api, Refused, Unreachable

PATIENCE_S = 300.0
FIRST_PATIENCE_S = 15.0
POLL_S = 1.5
FINISHED = frozenset({"succeeded", "failed", "cancelled"})


class DemoFailed(Exception):
    """The demo cannot go on; the sentence says what was waited for."""


class Site:
    """One account's view of the API."""

    def __init__(self, url: str, token: str) -> None:
        self._api = Api(url, token, timeout_s=30.0)

    def greet(self) -> None:
        """Ask for anything at all, so that a wrong address or token is noticed before minutes of work."""
        try:
            self._api.request("GET", "/api/v1/session", deadline_s=FIRST_PATIENCE_S)
        except Unreachable as silence:
            said = f"Nothing answers at {self._api.url}. Is `make up` running? Another address: --url or TIEBREAK_URL."
            raise DemoFailed(said) from silence

    def get(self, path: str, **query: Any) -> Any:
        return self._api.request("GET", f"/api/v1{path}", params=query, deadline_s=PATIENCE_S).json()

    def send(self, method: str, path: str, body: dict[str, Any]) -> Any:
        """The answer's JSON; None for 204."""
        response = self._api.request(method, f"/api/v1{path}", json=body, deadline_s=PATIENCE_S)
        return None if response.status_code == 204 else response.json()

    def create_campaign(self, body: dict[str, Any]) -> Any:
        """Draft and open; both may have happened already when an answer was lost on the way."""
        slug = body["slug"]
        try:
            self.send("POST", "/campaigns", body)
        except Refused as refused:
            if refused.status != 409:
                raise
        try:
            return self.send("POST", f"/campaigns/{slug}/open", {})
        except Refused as refused:
            campaign = self.get(f"/campaigns/{slug}")
            if refused.status != 409 or campaign["state"] != "open":
                raise
            return campaign

    def groups(self, run: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Every group of the run, newest first."""
        cursor: dict[str, Any] = {}
        while True:
            page = self.get(f"/runs/{run}/groups", limit=100, **cursor, **query)
            yield from page["results"]
            if page["next"] is None:
                return
            cursor = {"cursor": page["next"]}

    def wait_for(self, what: str, look: Callable[[], Any], *, at_most_s: float) -> Any:
        """Look until there is something; DemoFailed when it takes too long."""
        until = time.monotonic() + at_most_s
        while not (found := look()):
            if time.monotonic() > until:
                raise DemoFailed(f"Waited {at_most_s:.0f} s for {what}. Are the workers running?")
            time.sleep(POLL_S)
        return found

    def wait_for_job(
        self, campaign: str, kind: str, wanted: Callable[[dict[str, Any]], bool], say: Callable[[str], None]
    ) -> dict[str, Any]:
        """The first job of this kind that is wanted, once it has succeeded."""
        said = ""

        def look() -> dict[str, Any] | None:
            nonlocal said
            jobs = self.get("/jobs", campaign=campaign)["results"]
            job = next((job for job in reversed(jobs) if job["kind"] == kind and wanted(job)), None)
            if job is None:
                return None
            tenth = f"{job['attempt']}/{int(job['progress'] * 4)}"
            if job["message"] and tenth != said:
                said = tenth
                say(f"      {job['progress']:4.0%} {job['message']}")
            return job if job["state"] in FINISHED else None

        job: dict[str, Any] = self.wait_for(f"a {kind} job", look, at_most_s=900)
        if job["state"] != "succeeded":
            raise DemoFailed(f"The {kind} job {job['id']} {job['state']}: {job['error']}")
        return job
