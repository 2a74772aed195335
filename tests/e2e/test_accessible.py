"""Every page in both themes, wide and narrow, in every language, as WCAG 2.2 AA asks; docs/ACCESSIBILITY.md tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .conftest import SignIn
from .judging import ON_SCREEN, press, ready
from .places import EVERY_KIND, Place, furnished, routes
from .seeing import (
    LANGUAGES,
    Tally,
    check,
    check_focus,
    check_reflow,
    check_spacing,
    check_spoken,
    look,
    seen_in,
    speaking,
)

pytestmark = pytest.mark.django_db(transaction=True)

WIDE, NARROW = 1280, 390
# What a window of 1280 pixels shows at 400% (1.4.10).
NARROWEST = 320

NewContext = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    """What axe found over all looks, printed after the last of them."""
    made = Tally()
    yield made
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        request.config.get_terminal_writer().write(f"\n{made}\n")


class Walk:
    """Goes from page to page with one browser profile for each person, who reads English first."""

    def __init__(self, sign_in: SignIn, new_context: NewContext) -> None:
        self.options = look("light", WIDE, locale="en")
        self.sign_in, self.new_context = sign_in, new_context
        self.pages: dict[str | None, Page] = {}

    def page_of(self, who: str | None) -> Page:
        if who not in self.pages:
            made = self.new_context(**self.options).new_page() if who is None else self.sign_in(who, **self.options)
            made.add_init_script("location.protocol === 'about:' || localStorage.removeItem('tiebreak.language')")
            self.pages[who] = made
        return self.pages[who]

    def go(self, place: Place) -> Page:
        page = self.page_of(place.who)
        page.goto("about:blank")  # where only what stands behind a # differs, a browser would load nothing
        page.goto(place.path)
        shows(page, place.sign, "en")
        return page


def shows(page: Page, sign: str, language: str) -> None:
    say = speaking(language)
    expect(page.locator("#main")).to_contain_text(say(sign))
    # What loads after the page itself: drawings, and panels with a request of their own.
    expect(page.get_by_text(say("Loading…"))).to_have_count(0)


def turn_to(page: Page, language: str) -> None:
    """Change the language as a reader does, in the page that is open."""
    page.locator(f".top-end button[lang={language}]").evaluate("button => button.click()")
    expect(page.locator(f"html[lang={language}]")).to_have_count(1)


def check_looks(page: Page, where: str, tally: Tally, widths: tuple[int, int] = (WIDE, NARROW)) -> Iterator[str]:
    """The page in both themes, wide and narrow, each step the smallest change from the one before."""
    (first, second), full = widths, {"light": False, "dark": True}
    for theme, width in (("light", first), ("dark", first), ("dark", second), ("light", second)):
        seen_in(page, theme, width)
        for finding in check(page, where, tally, only_colours=full[theme]):
            yield f"{theme}, {width} pixels: {finding}"


def check_narrowest(page: Page, where: str) -> Iterator[str]:
    """Nothing scrolls sideways or is cut off, with the spacing that a reader may choose (1.4.12) neither."""
    seen_in(page, "light", NARROWEST)
    yield from check_reflow(page, where)
    yield from check_spacing(page, where)


def check_all(page: Page, where: str, tally: Tally, sign: str = "", steps: int = 25) -> Iterator[str]:
    """Everything that is asked of a page, in both languages, without loading it again."""
    yield from check_looks(page, where, tally)
    yield from check_narrowest(page, where)
    turn_to(page, "de")
    shows(page, sign, "de")
    yield from check_spoken(page, where, "de")
    yield from check_narrowest(page, f"{where} in German")
    yield from check_looks(page, f"{where}", tally, (NARROW, WIDE))
    yield from check_focus(page, where, steps)
    seen_in(page, "light", NARROW)
    yield from check_focus(page, f"{where}, narrow", steps)


def test_every_route_is_looked_at(people: dict[str, Any], campaign: Any) -> None:
    looked_at = {place.route for place in furnished(people, campaign)}
    assert routes() - looked_at - {"annotate/:slug"} == set()
    assert set(LANGUAGES) == {"en", "de"}, "each language has its turn on every page"


def test_every_page_in_every_look(
    people: dict[str, Any], campaign: Any, sign_in: SignIn, new_context: NewContext, tally: Tally
) -> None:
    walk = Walk(sign_in, new_context)
    findings = []
    for place in furnished(people, campaign):
        where = re.sub(r"\d+$", ":id", place.path.split("#")[0].split("?")[0])
        findings += check_all(walk.go(place), where if place.who else f"{where} (signed out)", tally, place.sign)
    assert findings == []


def test_judging_in_every_look(
    people: dict[str, Any], campaign: Any, sign_in: SignIn, new_context: NewContext, tally: Tally
) -> None:
    furnished(people, campaign)
    page = Walk(sign_in, new_context).page_of("alice")
    page.goto("/annotate/every-kind")
    findings = []
    for number, question in enumerate(EVERY_KIND):
        page.locator(f"{ON_SCREEN} .pane-a .pane-box").wait_for()
        expect(page.locator(".question-tab").nth(number)).to_have_attribute("aria-current", "step")
        findings += check_all(page, f"judging: {question['kind']}", tally, steps=30 if number == 0 else 8)
        turn_to(page, "en")
        page.locator("main").focus()
        page.keyboard.press("n")
    for key, sheet in (("?", "Keys"), ("h", "Guidelines")):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog", name=sheet)).to_be_visible()
        findings += check_looks(page, f"judging: {sheet.lower()}", tally)
        page.keyboard.press("Escape")
    assert findings == []


def test_judging_again_in_every_look(campaign: Any, sign_in: SignIn, tally: Tally) -> None:
    page = sign_in("alice", "/annotate/helpful", **look("light", WIDE))
    press(page, "a", ".", "x")
    ready(page)
    findings = list(check_looks(page, "judging: with a history", tally))
    press(page, "z")
    findings += check_looks(page, "judging: looking again", tally, (NARROW, WIDE))
    press(page, "Escape", "c")
    findings += check_looks(page, "judging: writing a note", tally)
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
