"""A real browser before a real server: the built front end, Django's live server, PostgreSQL, Chromium.

Every page in these tests is watched: a script error, a breach of the content security policy, or a request to
another host fails the test, whatever it was about.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, ClassVar
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.factories import make_open_campaign, make_run

# Playwright's synchronous interface runs an event loop here; the ORM calls of the tests are plain all the same
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = os.environ.get("TIEBREAK_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A busy two-core machine is slow, not broken.
expect.set_options(timeout=30_000)

SignIn = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not (settings.FRONTEND_DIST / "index.html").exists():
        pytest.fail("The front end is not built: run `make setup`, or `npm run build` in frontend/.")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


class Watch:
    """Collects what must never happen in a page."""

    def __init__(self, origin: str) -> None:
        self.origins = {origin}
        self.complaints: list[str] = []

    def over(self, page: Page) -> None:
        Asked(page)
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        page.on("console", self._console)
        page.on("request", self._request)
        page.on("dialog", self._dialog)

    def _console(self, message: Any) -> None:
        if re.search(r"content.security.policy", message.text, re.I):
            self.complaints.append(f"policy: {message.text}")

    def _request(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and f"{parts.scheme}://{parts.netloc}" not in self.origins:
            self.complaints.append(f"request to another host: {request.url}")

    def _dialog(self, dialog: Any) -> None:
        if dialog.type == "alert":
            self.complaints.append(f"alert: {dialog.message}")
        dialog.accept()


class Asked:
    """What a page has asked for and not got yet; the browser's own "network is idle" is told once in a page's life."""

    of: ClassVar[WeakKeyDictionary[Page, Asked]] = WeakKeyDictionary()

    def __init__(self, page: Page) -> None:
        self.open, self.last = 0, time.monotonic()
        self.of[page] = self
        page.on("request", lambda request: self._count(1))
        for end in ("requestfinished", "requestfailed"):
            page.on(end, lambda request: self._count(-1))

    def _count(self, change: int) -> None:
        self.open, self.last = self.open + change, time.monotonic()


def quiet(page: Page, *, streams: int = 0, within: float = 60.0) -> None:
    """Everything this page asked for has arrived, but so many streams, and for half a second it asked for nothing."""
    asked, deadline = Asked.of[page], time.monotonic() + within
    while asked.open > streams or time.monotonic() - asked.last < 0.5:
        assert time.monotonic() < deadline, f"{asked.open} requests are still open"
        page.wait_for_timeout(50)


class Traffic:
    """How many requests the server is still working on: a page that is closed says good-bye, and hears no answer."""

    def __init__(self) -> None:
        self.open, self.last = 0, time.monotonic()
        self._lock = threading.Lock()

    def __enter__(self) -> Traffic:
        request_started.connect(self._started)
        request_finished.connect(self._finished)
        return self

    def __exit__(self, *error: object) -> None:
        request_started.disconnect(self._started)
        request_finished.disconnect(self._finished)

    def _started(self, **about: Any) -> None:
        self._count(1)

    def _finished(self, **about: Any) -> None:
        self._count(-1)

    def _count(self, change: int) -> None:
        with self._lock:
            self.open, self.last = self.open + change, time.monotonic()

    def settle(self, *, quiet: float = 0.2, within: float = 60.0) -> None:
        """Wait until nothing was asked for a moment, so that no request meets the next test's empty database."""
        deadline = time.monotonic() + within
        while self.open > 0 or time.monotonic() - self.last < quiet:
            assert time.monotonic() < deadline, f"{self.open} requests are still open"
            time.sleep(0.02)


@pytest.fixture
def watch(live_server: Any) -> Watch:
    """What is complained about; `watch.origins` are the hosts a page may speak to."""
    return Watch(live_server.url)


@pytest.fixture
def new_context(browser: Browser, live_server: Any, watch: Watch) -> Iterator[Callable[..., BrowserContext]]:
    """`new_context(color_scheme="dark", ...)`: a fresh browser profile whose pages are watched."""
    made: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        options.setdefault("viewport", {"width": 1280, "height": 800})
        context = browser.new_context(base_url=live_server.url, **options)
        context.on("page", watch.over)
        made.append(context)
        return context

    with Traffic() as traffic:
        yield make
        for context in made:
            context.close()
        traffic.settle()
    assert watch.complaints == []


@pytest.fixture
def sign_in(new_context: Callable[..., BrowserContext], people: dict[str, Any], live_server: Any) -> SignIn:
    """`sign_in("alice", "/judge")`: a page of Alice's at that address, already signed in."""

    def go(name: str, path: str = "/", **options: Any) -> Page:
        client = Client()
        client.force_login(people[name])
        context = new_context(**options)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        page = context.new_page()
        page.goto(path)
        return page

    return go


@pytest.fixture
def campaign(people: dict[str, Any]) -> Any:
    """An open campaign about twelve prompts with four completions each; one pair per prompt is asked."""
    run = make_run("grpo-1", groups=12)
    made = make_open_campaign(people, slug="helpful", run=run)
    made.guidelines = "Prefer *correct* answers."
    made.save(update_fields=["guidelines"])
    return made
