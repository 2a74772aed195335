"""What comes over the wire before somebody can begin: little, compressed, once, and nothing of other people's pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Response, expect

from .conftest import SignIn, quiet
from .judging import ready

pytestmark = pytest.mark.django_db(transaction=True)


def loaded(page: Page, path: str) -> dict[str, list[Response]]:
    """Every answer by its path, until a card can be judged."""
    quiet(page)  # what the page before still loads is not of this one, and gone with it
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  (playwright cannot hold a method of a list)
    page.goto(path)
    ready(page)
    quiet(page)
    by_path: dict[str, list[Response]] = {}
    for one in answers:
        by_path.setdefault(urlsplit(one.url).path, []).append(one)
    return by_path


def test_scripts_and_styles_come_compressed_and_are_kept_for_good(campaign: Any, sign_in: SignIn) -> None:
    answers = loaded(sign_in("alice", "/accessibility"), "/annotate/helpful")
    assets = [one for path, all_ in answers.items() if path.startswith("/assets/") for one in all_]
    assert {one.headers["content-type"].split(";")[0] for one in assets} >= {"text/javascript", "text/css"}
    for one in assets:
        assert "immutable" in one.headers["cache-control"], one.url
        if len(one.body()) > 1_000 and not one.url.endswith(".woff2"):
            assert one.headers.get("content-encoding") in ("br", "gzip"), one.url
    assert answers["/annotate/helpful"][0].headers["cache-control"] == "no-cache"


def test_who_judges_loads_nothing_of_the_desk_and_asks_nothing_twice(campaign: Any, sign_in: SignIn) -> None:
    answers = loaded(sign_in("alice", "/accessibility"), "/annotate/helpful")
    names = {path.removeprefix("/assets/").split("-")[0] for path in answers if path.startswith("/assets/")}
    assert {"index", "Annotate", "RichText"} <= names
    assert not names & {"Dashboard", "drawing", "NewCampaign", "Explorer", "Quality", "Filling", "People", "de"}
    twice = {path for path, all_ in answers.items() if len(all_) > 1 and path.startswith(("/api/", "/assets/"))}
    assert twice == set()


def test_the_sign_in_page_is_few_requests_and_nothing_of_other_pages(
    new_context: Callable[..., BrowserContext], people: dict[str, Any]
) -> None:
    page = new_context().new_page()
    wire = page.context.new_cdp_session(page)
    came: list[float] = []
    wire.on("Network.loadingFinished", lambda told: came.append(told["encodedDataLength"]))
    wire.send("Network.enable")
    page.goto("/")
    expect(page.get_by_label("Username")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert len(came) <= 9
    assert sum(came) < 112_000


def test_what_the_list_of_campaigns_said_is_not_asked_again(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/judge")
    expect(page.get_by_role("link", name="Start")).to_be_visible()
    quiet(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.keyboard.press("Enter")
    ready(page)
    assert "/api/v1/campaigns/helpful/claim" in asked
    assert "/api/v1/campaigns/helpful" not in asked
    assert not [path for path in asked if "/Annotate-" in path or "/RichText-" in path], (
        "loaded while the list was read"
    )
