"""Who works by keyboard stays where they are: an action that takes its own button away leaves the focus beside it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import APIResponse, Page, Route, expect

from annotator.annotations import gold_items
from annotator.annotations.models import Review
from annotator.annotations.submission import submit
from annotator.tasks.leasing import claim_next
from tests.factories import make_open_campaign, make_run, said

from .conftest import SignIn
from .judging import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def _answered(people: dict[str, Any], cards: int = 3) -> Any:
    campaign = make_open_campaign(people, slug="read", run=make_run("grpo-1", groups=cards, size=2))
    for _ in range(cards):
        (card,) = claim_next(campaign, people["alice"].pk, n=1, now=timezone.now())
        submit(card.assignment, people["alice"].pk, card.lease_number, said("left", f"a{card.assignment}"))
    return campaign


def _focused(page: Page) -> str:
    """The words of what has the focus, and which of the answers that are read it stands in."""
    return str(
        page.evaluate("""() => {
            const all = [...document.querySelectorAll(".read-answer")], now = document.activeElement;
            return `${now.textContent}, ${all.findIndex(one => one.contains(now)) + 1}`;
        }""")
    )


def _becomes(page: Page, focused: str) -> None:
    eventually(lambda: _focused(page) == focused)


@pytest.mark.parametrize("only", ["", "?state=unread"])
def test_accepting_one_answer_after_the_other_needs_enter_alone(
    people: dict[str, Any], sign_in: SignIn, only: str
) -> None:
    _answered(people)
    page = sign_in("olga", f"/campaigns/read/review{only}")
    page.get_by_role("button", name="Accept").first.focus()
    for nth in range(3):
        page.keyboard.press("Enter")
        eventually(lambda: Review.objects.count() == nth + 1)  # noqa: B023
        if only:
            expect(page.get_by_role("button", name="Accept")).to_have_count(2 - nth)
        if nth < 2:
            _becomes(page, f"Accept, {1 if only else nth + 2}")
    eventually(lambda: page.evaluate("document.activeElement !== document.body"))
    assert set(Review.objects.values_list("verdict", flat=True)) == {"accepted"}


def test_returning_an_answer_goes_on_to_the_next_one(people: dict[str, Any], sign_in: SignIn) -> None:
    _answered(people, cards=2)
    page = sign_in("olga", "/campaigns/read/review")
    page.get_by_label("Note to the author").first.fill("Look at the second again.")
    page.get_by_role("button", name="Return to alice").first.focus()
    page.keyboard.press("Enter")
    _becomes(page, "Return to alice, 2")


def test_pausing_a_member_leaves_the_focus_in_their_row(people: dict[str, Any], sign_in: SignIn) -> None:
    make_open_campaign(people, slug="read", groups=1)
    page = sign_in("olga", "/campaigns/read/people")
    pause = page.get_by_role("button", name="Pause bob")
    pause.focus()
    page.keyboard.press("Enter")
    page.keyboard.type("A break.")
    page.keyboard.press("Enter")
    keep = page.get_by_role("button", name="Keep paused: bob")
    expect(keep).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Pause bob")).to_be_visible()
    eventually(lambda: page.evaluate("document.activeElement.closest('li')?.textContent.includes('bob')"))


def test_pausing_a_campaign_and_opening_it_again_are_one_button_to_the_focus(
    people: dict[str, Any], sign_in: SignIn
) -> None:
    make_open_campaign(people, slug="read", groups=1)
    page = sign_in("olga", "/campaigns/read")
    page.get_by_role("button", name="Pause").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Open again")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Pause")).to_be_focused()


def test_who_moves_a_campaign_keeps_the_focus_where_the_news_of_it_overtakes_the_answer(
    people: dict[str, Any], sign_in: SignIn
) -> None:
    make_open_campaign(people, slug="read", groups=1)
    page = sign_in("olga", "/campaigns/read")
    held: list[tuple[Route, APIResponse]] = []
    page.route(re.compile("/read/(open|pause)$"), lambda route: held.append((route, route.fetch())))
    page.get_by_role("button", name="Pause").focus()
    for then in ("Open again", "Pause", "Open again"):
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name=then)).to_be_disabled()
        # Enter once more, before it can be pressed, is for nothing else that happens to be near.
        page.keyboard.press("Enter")
        while not held:  # the screen may hear of it before the browser's own call is answered
            page.wait_for_timeout(20)
        route, answer = held.pop()
        route.fulfill(response=answer)
        expect(page.get_by_role("button", name=then)).to_be_focused()
    assert not held
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_retiring_a_known_answer_leaves_the_focus_on_it(people: dict[str, Any], sign_in: SignIn) -> None:
    campaign = make_open_campaign(people, slug="read", run=make_run("grpo-1", groups=2, size=2))
    for group in campaign.runs.get().groups.all():
        rollouts = list(group.rollouts.order_by("id").values_list("id", flat=True))
        answer = {"preference": {"choice": "first", "strength": 2}}
        gold_items.from_rollouts(campaign, rollouts, answer, use="gold", explanation="", made_by=people["olga"])
    page = sign_in("olga", "/campaigns/read/gold")
    page.get_by_role("button", name="Retire").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Keep it").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Retire").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Retire it for good")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("retired", exact=True)).to_be_visible()
    eventually(lambda: page.evaluate("document.activeElement.closest('article') !== null"))
