"""Whoever signs out leaves nothing half-said on the device, and loses nothing without having been asked."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from annotator.annotations.models import Annotation
from annotator.people.models import BrowserSession
from tests.factories import make_open_campaign

from .conftest import SignIn, quiet
from .judging import all_sent, answers, in_again, kept, press, ready, said, written
from .kinds import question
from .seeing import check, look, seen_in

pytestmark = pytest.mark.django_db(transaction=True)


def _asking(people: dict[str, Any], *kinds: str) -> Any:
    """Which of two is better, where no kind is named."""
    form = {"form": [question(kind) for kind in kinds]} if kinds else {}
    return make_open_campaign(people, slug="asked", groups=8, **form)


def _sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).click()


def test_who_has_said_half_of_something_is_asked_and_may_stay(sign_in: SignIn, people: dict[str, Any]) -> None:
    _asking(people, "critique")
    page = sign_in("alice", "/annotate/asked")
    press(page, "i", "@Between us:", "Escape")
    _sign_out(page)
    asked = page.get_by_role("dialog", name="Sign out now?")
    expect(asked.get_by_role("listitem")).to_have_text(["asked: an answer"])
    expect(asked.get_by_role("button", name="Stay")).to_be_focused()
    page.keyboard.press("Enter")
    expect(asked).to_have_count(0)
    expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_focused()
    expect(page.get_by_role("textbox", name="Critique")).to_have_value("Between us:")
    page.get_by_role("link", name="Judge").click()
    _sign_out(page)
    asked.get_by_role("button", name="Sign out and discard").click()
    in_again(page)
    expect(page.get_by_role("heading", name="Hello, alice")).to_be_visible()
    page.goto("/annotate/asked")
    ready(page)
    expect(page.get_by_role("textbox", name="Critique")).to_have_value("")


def test_who_has_only_read_or_has_said_all_is_not_asked(sign_in: SignIn, people: dict[str, Any]) -> None:
    _asking(people)
    page = sign_in("alice", "/annotate/asked")
    press(page, "a")
    ready(page)
    _sign_out(page)
    expect(page.get_by_label("Username")).to_be_visible()
    assert answers() == [("first", 2)]
    assert kept(page, "tiebreak-begun", "begun") == "[]"


def test_a_last_card_that_was_answered_is_nothing_half_said(sign_in: SignIn, people: dict[str, Any]) -> None:
    make_open_campaign(people, slug="asked", groups=1, form=[question("critique")])
    page = sign_in("alice", "/annotate/asked")
    press(page, "i", "@A is shorter.", "Control+Enter")
    all_sent(page)
    expect(page.get_by_text("Nothing to judge right now")).to_be_visible()
    _sign_out(page)
    expect(page.get_by_label("Username")).to_be_visible()


def test_what_is_on_its_way_is_sent_before_the_sign_in_ends(sign_in: SignIn, people: dict[str, Any]) -> None:
    _asking(people)
    page = sign_in("alice", "/annotate/asked")
    page.route("**/annotation", lambda route: route.abort())
    press(page, "b", "t")
    expect(page.get_by_text("2 unsent, waiting for the server")).to_be_visible()
    page.unroute("**/annotation")
    _sign_out(page)
    expect(page.get_by_label("Username")).to_be_visible()
    assert sorted(answers(), key=str) == sorted([("second", 2), ("tie", None)], key=str)


def test_without_a_network_nobody_is_signed_out_and_nothing_is_lost(sign_in: SignIn, people: dict[str, Any]) -> None:
    _asking(people, "critique")
    page = sign_in("alice", "/annotate/asked")
    press(page, "i", "@A is shorter.", "Control+Enter")
    all_sent(page)
    quiet(page)
    page.context.set_offline(True)
    press(page, "i", "@B is right.", "Control+Enter", "i", "@And here")
    written(page)
    _sign_out(page)
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text("1 answer has not reached the server yet. It stays on this device")
    asked.get_by_role("button", name="Sign out and discard").click()
    expect(asked.get_by_role("heading", name="You are still signed in")).to_be_visible()
    expect(asked.get_by_role("alert")).to_contain_text("cannot be reached")
    assert BrowserSession.objects.filter(user=people["alice"]).exists()
    asked.get_by_role("button", name="Stay").click()
    expect(page.get_by_role("textbox", name="Critique")).to_have_value("And here")
    page.context.set_offline(False)
    all_sent(page)
    assert said()[1] == {"q": {"text": "B is right."}}


def test_an_answer_the_server_chokes_on_waits_on_the_device(sign_in: SignIn, people: dict[str, Any]) -> None:
    _asking(people)
    page = sign_in("alice", "/annotate/asked")
    page.route("**/annotation", lambda route: route.fulfill(status=503))
    press(page, "b")
    ready(page)
    _sign_out(page)
    asked = page.get_by_role("dialog", name="Sign out now?")
    expect(asked).to_contain_text("1 answer has not reached the server yet.")
    expect(asked.get_by_role("button", name="Sign out and discard")).to_have_count(0)
    asked.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Username")).to_be_visible()
    assert not Annotation.objects.exists()
    page.unroute("**/annotation")
    in_again(page)
    ready(page)
    all_sent(page)
    assert answers() == [("second", 2)]


def test_what_is_asked_before_signing_out_can_be_read_by_everybody(sign_in: SignIn, people: dict[str, Any]) -> None:
    _asking(people, "critique")
    page = sign_in("alice", "/annotate/asked", **look("light", 1280))
    press(page, "i", "@Between us:", "Escape")
    _sign_out(page)
    expect(page.get_by_role("dialog", name="Sign out now?")).to_be_visible()
    findings = []
    for theme, width in (("light", 1280), ("dark", 1280), ("dark", 320), ("light", 320)):
        seen_in(page, theme, width)
        findings += check(page, f"signing out, {theme} {width}")
    assert findings == []
