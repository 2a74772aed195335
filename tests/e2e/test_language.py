"""The language of the pages: the browser's at first, then the person's choice, kept on the device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .conftest import SignIn
from .judging import press, settled

pytestmark = pytest.mark.django_db(transaction=True)


def spoken(page: Page) -> Any:
    return page.evaluate("document.documentElement.lang")


def test_the_browser_decides_until_the_person_does(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/judge", locale="de-AT")
    expect(page.get_by_role("heading", name="Hallo, alice")).to_be_visible()
    assert spoken(page) == "de"
    expect(page).to_have_title("Hallo, alice · Tiebreak")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Hello, alice")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Hello, alice")).to_be_visible()
    assert spoken(page) == "en"
    expect(page).to_have_title("Hello, alice · Tiebreak")


def test_the_keyboard_goes_on_from_the_button_that_changed_the_language(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("olga", "/campaigns")
    page.get_by_role("button", name="Deutsch").press("Enter")
    expect(page.get_by_role("heading", name="Kampagnen")).to_be_visible()
    expect(page.get_by_role("button", name="English")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Campaigns")).to_be_visible()


def test_a_language_the_product_does_not_speak_is_english(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(locale="fr-FR").new_page()
    page.goto("/accessibility")
    expect(page.get_by_role("heading", name="Accessibility")).to_be_visible()
    assert spoken(page) == "en"


def test_english_loads_no_dictionary(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/judge")
    expect(page.get_by_role("heading", name="Hello, alice")).to_be_visible()
    loaded = page.evaluate("performance.getEntriesByType('resource').map(one => one.name)")
    assert any("/assets/" in name for name in loaded)
    assert [name for name in loaded if "/assets/de-" in name] == []


def test_a_dictionary_that_cannot_be_had_leaves_the_page_in_english(
    campaign: Any, new_context: Callable[..., BrowserContext]
) -> None:
    context = new_context(locale="de-DE")
    context.route("**/assets/de-*.js", lambda route: route.abort())
    page = context.new_page()
    page.goto("/accessibility")
    expect(page.get_by_role("heading", name="Accessibility")).to_be_visible()
    assert spoken(page) == "en"


def test_a_refusal_is_told_in_the_language_of_the_page(
    people: dict[str, Any], new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context(locale="de-DE").new_page()
    page.goto("/")
    page.locator("input[autocomplete=username]").fill("olga")
    page.locator("input[type=password]").fill("not this")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Name und Passwort passen nicht zusammen.")


def test_judging_in_german(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful", locale="de-DE")
    expect(page.get_by_role("region", name="Text von Antwort A")).to_be_visible()
    settled(page)
    page.keyboard.press("a")
    expect(page.get_by_text("1 Urteil", exact=True)).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("region", name="Text of answer A")).to_be_visible()
    settled(page)
    page.keyboard.press("b")
    expect(page.get_by_text("2 answers", exact=True)).to_be_visible()


def test_what_was_typed_stays_when_the_language_changes(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("olga", "/campaigns/new")
    page.get_by_label("Name", exact=True).fill("Kinder answers")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.get_by_role("heading", name="Neue Kampagne")).to_be_visible()
    expect(page.locator("input").filter(visible=True).first).to_have_value("Kinder answers")


def test_a_card_begun_stays_when_the_language_changes(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    press(page, "f", "c", "@kind, but wrong")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.get_by_role("button", name="Melden", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("textbox", name="Notiz zu dieser Karte")).to_have_value("kind, but wrong")
    page.locator("main").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Tasten")).to_contain_text("B viel besser")
    page.keyboard.press("Escape")
