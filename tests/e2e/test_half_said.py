"""What was begun and not sent yet is there again, as far as it went: after a reload, in another tab, signed in anew."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import expect

from annotator.annotations.models import Annotation
from tests.factories import make_open_campaign

from .conftest import SignIn, quiet
from .judging import all_sent, card, eventually, in_again, kept, press, ready, said, written
from .kinds import CRITERIA, question

pytestmark = pytest.mark.django_db(transaction=True)


# The cards in hand in their order, as they wait on the device.
HAND = """() => new Promise((found) => {
    const opened = indexedDB.open("tiebreak-begun", 1);
    opened.onsuccess = () => {
        const all = opened.result.transaction("begun").objectStore("begun").getAll();
        all.onsuccess = () => found(all.result.find(({ key }) => key.endsWith("/answer")).hand);
    };
})"""


def _asking(people: dict[str, Any], asked: dict[str, Any]) -> Any:
    return make_open_campaign(people, slug="asked", groups=8, form=[asked])


@pytest.mark.parametrize("gone", ["reload", "another tab", "signed out"])
def test_half_a_sentence_survives(sign_in: SignIn, people: dict[str, Any], gone: str) -> None:
    _asking(people, question("critique"))
    page = sign_in("alice", "/annotate/asked")
    press(page, "i", "@A is shorter, but", "Escape", "f", "c", "@see B")
    page.keyboard.press("Enter")
    before = card(page)
    eventually(lambda: "see B" in kept(page, "tiebreak-begun", "begun"))
    if gone == "another tab":
        page = page.context.new_page()
        page.goto("/annotate/asked")
        page.get_by_role("button", name="Take over here").click()
    elif gone == "signed out":
        page.context.clear_cookies(name="sessionid")
        page.reload()
        in_again(page)
    else:
        page.reload()
    ready(page)
    assert card(page) == before
    press(page, "i", "@ B is right.", "Control+Enter")
    all_sent(page)
    assert said() == [{"q": {"text": "A is shorter, but B is right."}}]
    (stored,) = Annotation.objects.all()
    assert (stored.flagged, stored.comment) == (True, "see B")


def test_half_a_correction_survives_a_reload_and_the_card_behind_it_too(
    sign_in: SignIn, people: dict[str, Any]
) -> None:
    _asking(people, question("critique"))
    page = sign_in("alice", "/annotate/asked")
    press(page, "i", "@A is shorter.", "Control+Enter")
    press(page, "i", "@The next one", "Escape", "z")
    corrected = card(page)
    press(page, "i", "@ And B is", "Escape", "f")
    written(page)
    page.reload()
    expect(page.get_by_text("Looking again at an earlier answer")).to_be_visible()
    assert card(page) == corrected
    press(page, "i", "@ right.", "Control+Enter")
    all_sent(page)
    assert said() == [{"q": {"text": "A is shorter. And B is right."}}]
    assert [one.flagged for one in Annotation.objects.filter(revised_by=None)] == [True]
    press(page, "i", "@ has neither.", "Control+Enter")
    all_sent(page)
    assert said()[1] == {"q": {"text": "The next one has neither."}}
    written(page)
    page.reload()
    ready(page)
    expect(page.get_by_text("Looking again at an earlier answer")).to_have_count(0)


@pytest.mark.parametrize("how", ["Escape", "only looked"])
def test_an_earlier_answer_that_was_left_as_it_was_is_not_open_after_a_reload(
    sign_in: SignIn, people: dict[str, Any], how: str
) -> None:
    _asking(people, question("critique"))
    page = sign_in("alice", "/annotate/asked")
    press(page, "i", "@A is shorter.", "Control+Enter")
    all_sent(page)
    press(page, "z")
    if how == "Escape":
        press(page, "i", "@ Or not", "Escape", "Escape")
    written(page)
    page.reload()
    ready(page)
    expect(page.get_by_role("navigation", name="Your last answers").get_by_role("button")).to_have_count(1)
    expect(page.get_by_text("Looking again at an earlier answer")).to_have_count(0)


def test_the_cards_in_hand_keep_their_order_where_some_are_known_ones(sign_in: SignIn, people: dict[str, Any]) -> None:
    make_open_campaign(people, slug="asked", groups=30, repeat_share=0.4, reserve_share=0.5)
    page = sign_in("alice", "/annotate/asked")
    press(page, "a", "a", "b", "a", "b")
    all_sent(page)
    quiet(page)
    written(page)
    hand = page.evaluate(HAND)
    assert len(hand) >= 4
    for _ in range(3):
        page.reload()
        ready(page)
        quiet(page)
        written(page)
        assert page.evaluate(HAND)[: len(hand)] == hand


def test_a_card_begun_is_there_again_after_a_look_at_another_page(sign_in: SignIn, people: dict[str, Any]) -> None:
    _asking(people, question("rating", criteria=CRITERIA))
    page = sign_in("alice", "/annotate/asked")
    press(page, "5", "3")
    before = card(page)
    page.get_by_role("link", name="Judge").click()
    page.get_by_role("link", name="Start").click()
    ready(page)
    assert card(page) == before
    press(page, "4", "1", "Enter")
    all_sent(page)
    assert said() == [{"q": {"scores": {"helpful": [5, 3], "true": [4, 1]}}}]


def test_what_was_half_said_before_a_reload_is_not_taken_for_the_answer(
    sign_in: SignIn, people: dict[str, Any]
) -> None:
    _asking(people, question("critique"))
    page = sign_in("alice", "/annotate/asked")
    press(page, "i", "@A is")
    written(page)
    page.reload()
    press(page, "i", "@ shorter.", "Control+Enter", "z")
    expect(page.get_by_text("Looking again at an earlier answer")).to_be_visible()
    expect(page.get_by_role("textbox", name="Critique")).to_have_value("A is shorter.")


def test_the_time_spent_on_a_card_goes_on_after_a_reload_and_stands_still_in_between(
    sign_in: SignIn, people: dict[str, Any]
) -> None:
    _asking(people, question("critique"))
    page = sign_in("alice", "/annotate/asked")
    began = time.monotonic()
    press(page, "i", "@A is")
    page.wait_for_timeout(3_000)
    page.goto("about:blank")
    closed = time.monotonic()
    page.wait_for_timeout(4_000)
    away = time.monotonic() - closed
    page.goto("/annotate/asked")
    press(page, "i", "@ shorter.", "Control+Enter")
    all_sent(page)
    (stored,) = Annotation.objects.all()
    assert 3_000 <= stored.active_ms <= 1_000 * (time.monotonic() - began - away)


def test_reading_counts_before_anything_is_said(sign_in: SignIn, people: dict[str, Any]) -> None:
    _asking(people, question("pair"))
    page = sign_in("alice", "/annotate/asked")
    ready(page)
    page.wait_for_timeout(3_000)
    page.reload()
    press(page, "a")
    all_sent(page)
    assert Annotation.objects.get().active_ms >= 3_000
