"""Who may come in, and what they see first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from .conftest import SignIn, quiet

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_wrong_password_is_told_and_the_right_one_lets_in(
    people: dict[str, Any], new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context().new_page()
    page.goto("/campaigns")
    page.get_by_label("Username").fill("olga")
    page.get_by_label("Password").fill("not this")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("This name and password do not match.")
    page.get_by_label("Password").fill("olga-long-password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Campaigns")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_an_annotator_sees_no_manager_pages(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/campaigns/helpful")
    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()
    expect(page.get_by_role("link", name="Campaigns")).to_have_count(0)


def test_the_theme_can_be_chosen_and_is_remembered(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/judge", color_scheme="light")
    light = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.get_by_role("button", name="Theme: as the system").click()
    page.get_by_role("button", name="Theme: light").click()
    page.reload()
    expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != light


def test_the_sign_in_page_asks_once_who_is_here(new_context: Any) -> None:
    page = new_context().new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/api/v1/session" in request.url else None)
    page.goto("/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    quiet(page)
    assert len(asked) == 1
