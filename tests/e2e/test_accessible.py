"""Every page in both themes, wide and narrow, in every language, as WCAG 2.2 AA asks; docs/ACCESSIBILITY.md tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .conftest import SignIn
from .judging import ON_SCREEN, press, ready
from .places import EVERY_KIND, Place, furnished, routes
from .seeing import LANGUAGES, Say, Tally, check, check_focus, check_reflow, check_spacing, look, speaking

__all__ = ["check", "look"]

Theme = Literal["light", "dark"]

pytestmark = pytest.mark.django_db(transaction=True)

LOOKS: list[tuple[Theme, int]] = [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)]
by_look = pytest.mark.parametrize(("theme", "width"), LOOKS)
by_language = pytest.mark.parametrize("language", LANGUAGES)
NARROWEST = 320
# Drawings follow the theme and the width a moment later.
REDRAWN_MS = 200

NewContext = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    """What axe found over all looks, printed after the last of them."""
    made = Tally()
    yield made
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        request.config.get_terminal_writer().write(f"\n{made}\n")


class Walk:
    """Goes from page to page with one browser profile for each person."""

    def __init__(self, sign_in: SignIn, new_context: NewContext, language: str, **options: Any) -> None:
        self.say: Say = speaking(language)
        self.options = {**options, "locale": language}
        self.sign_in, self.new_context = sign_in, new_context
        self.pages: dict[str | None, Page] = {}

    def page_of(self, who: str | None) -> Page:
        if who not in self.pages:
            made = self.new_context(**self.options).new_page() if who is None else self.sign_in(who, **self.options)
            self.pages[who] = made
        return self.pages[who]

    def go(self, place: Place) -> Page:
        page = self.page_of(place.who)
        page.goto(place.path)
        expect(page.locator("#main")).to_contain_text(self.say(place.sign))
        # What loads after the page itself: drawings, and panels with a request of their own.
        expect(page.get_by_text(self.say("Loading…"))).to_have_count(0)
        return page


def check_looks(page: Page, where: str, tally: Tally) -> Iterator[str]:
    """The page in both themes, wide and narrow, without loading it again."""
    for theme, width in LOOKS:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(REDRAWN_MS)
        for finding in check(page, where, tally):
            yield f"{theme}, {width} pixels: {finding}"


def test_every_route_is_looked_at(people: dict[str, Any], campaign: Any) -> None:
    looked_at = {place.route for place in furnished(people, campaign)}
    assert routes() - looked_at - {"annotate/:slug"} == set()


@by_language
def test_every_page(
    people: dict[str, Any], campaign: Any, sign_in: SignIn, new_context: NewContext, tally: Tally, language: str
) -> None:
    walk = Walk(sign_in, new_context, language, **look(*LOOKS[0]))
    findings = []
    for place in furnished(people, campaign):
        page = walk.go(place)
        assert page.evaluate("document.documentElement.lang") == language
        where = re.sub(r"\d+$", ":id", place.path.split("#")[0].split("?")[0])
        findings += check_looks(page, where if place.who else f"{where} (signed out)", tally)
    assert findings == []


@by_language
def test_judging(
    people: dict[str, Any], campaign: Any, sign_in: SignIn, new_context: NewContext, tally: Tally, language: str
) -> None:
    furnished(people, campaign)
    walk = Walk(sign_in, new_context, language, **look(*LOOKS[0]))
    page = walk.page_of("alice")
    page.goto("/annotate/every-kind")
    findings = []
    for number, question in enumerate(EVERY_KIND):
        page.locator(f"{ON_SCREEN} .pane-a .pane-box").wait_for()
        expect(page.locator(".question-tab").nth(number)).to_have_attribute("aria-current", "step")
        findings += check_looks(page, f"judging: {question['kind']}", tally)
        page.keyboard.press("n")
    for key, sheet in (("?", "Keys"), ("h", "Guidelines")):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog", name=walk.say(sheet))).to_be_visible()
        findings += check_looks(page, f"judging: {sheet.lower()}", tally)
        page.keyboard.press("Escape")
    assert findings == []


@by_look
def test_judging_again(campaign: Any, sign_in: SignIn, theme: str, width: int) -> None:
    page = sign_in("alice", "/annotate/helpful", **look(theme, width))
    press(page, "a", ".", "x")
    ready(page)
    findings = list(check(page, "with a history"))
    press(page, "z")
    findings += check(page, "looking again")
    press(page, "Escape", "c")
    findings += check(page, "writing a note")
    assert findings == []


@by_language
def test_no_page_scrolls_sideways_at_320_pixels(
    people: dict[str, Any], campaign: Any, sign_in: SignIn, new_context: NewContext, language: str
) -> None:
    """What a window of 1280 pixels shows at 400% (1.4.10), and with the spacing that a reader may choose (1.4.12)."""
    walk = Walk(sign_in, new_context, language, **look("light", NARROWEST))
    findings = []
    for place in furnished(people, campaign):
        page = walk.go(place)
        findings += check_reflow(page, place.path)
        findings += check_spacing(page, place.path)
    assert findings == []


@pytest.mark.parametrize("width", [1280, 390])
def test_what_has_the_focus_is_never_hidden(
    people: dict[str, Any], campaign: Any, sign_in: SignIn, new_context: NewContext, width: int
) -> None:
    walk = Walk(sign_in, new_context, "de", **look("light", width))
    findings = []
    for place in furnished(people, campaign):
        findings += check_focus(walk.go(place), place.path)
    page = walk.page_of("alice")
    page.goto("/annotate/helpful")
    page.locator(f"{ON_SCREEN} .pane-a .pane-box").wait_for()
    findings += check_focus(page, "judging", steps=30)
    assert findings == []


def test_a_new_page_is_announced(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("olga", "/campaigns")
    expect(page.get_by_role("heading", name="Campaigns")).to_be_visible()
    page.get_by_role("link", name="Runs").click()
    expect(page.locator("[aria-live=polite]").filter(has_text="Policy runs · Tiebreak")).to_have_count(1)


def test_a_password_may_be_pasted_and_filled_in(new_context: NewContext, people: dict[str, Any]) -> None:
    """Signing in never depends on remembering or typing (3.3.8)."""
    page = new_context(permissions=["clipboard-read", "clipboard-write"]).new_page()
    page.goto("/")
    password = page.get_by_label("Password")
    expect(page.get_by_label("Username")).to_have_attribute("autocomplete", "username")
    expect(password).to_have_attribute("autocomplete", "current-password")
    page.evaluate("navigator.clipboard.writeText('a pasted password')")
    password.focus()
    page.keyboard.press("Control+v")
    expect(password).to_have_value("a pasted password")


def test_judging_works_at_two_hundred_percent_zoom(campaign: Any, sign_in: SignIn) -> None:
    """A 1280 by 720 window at 200% has 640 by 360 pixels: the answers and the bar both stay within reach."""
    page = sign_in("alice", "/annotate/helpful", viewport={"width": 640, "height": 360})
    ready(page)
    bar = page.get_by_role("group", name="Your judgement").bounding_box()
    assert bar is not None
    assert bar["y"] + bar["height"] <= 361
    assert bar["height"] <= 120, "the bar leaves room for the text"
    page.get_by_role("region", name="Text of answer B").scroll_into_view_if_needed()
    expect(page.get_by_role("region", name="Text of answer B")).to_be_in_viewport()
    press(page, "a")


def test_everything_can_be_reached_by_tab(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    press(page, "a")
    ready(page)
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent"))
    wanted = [
        "Skip to content",
        "Text of answer A",
        "Text of answer B",
        "Change: A clearly better",
        "A far better",
        "Tie",
    ]
    assert [name for name in wanted if not any(name in text for text in seen)] == []
