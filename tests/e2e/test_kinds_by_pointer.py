"""What keys do, a mouse or a finger does as well: orders are dragged, spans are selected."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from .conftest import SignIn
from .judging import all_sent, press, said
from .kinds import TEXT, TYPES, opened, question

pytestmark = pytest.mark.django_db(transaction=True)

# Where a word stands, whatever the font.
MIDDLE_OF = """(shown, word) => {
    const texts = document.createTreeWalker(shown, NodeFilter.SHOW_TEXT);
    let node = texts.nextNode();
    while (!node.data.includes(word)) node = texts.nextNode();
    const range = document.createRange();
    range.setStart(node, node.data.indexOf(word));
    range.setEnd(node, node.data.indexOf(word) + word.length);
    const {x, y, width, height} = range.getBoundingClientRect();
    return [x + width / 2, y + height / 2];
}"""


def test_an_order_can_be_dragged(people: dict[str, Any], sign_in: SignIn) -> None:
    page = opened(people, sign_in, [question("ranking")], 3)
    token = page.get_by_role("button", name="Answer C, place 3").bounding_box()
    first = page.get_by_role("button", name="Answer A, place 1").bounding_box()
    assert token is not None
    assert first is not None
    page.mouse.move(token["x"] + 10, token["y"] + 10)
    page.mouse.down()
    page.mouse.move(first["x"] + first["width"] / 2, first["y"] + 10, steps=6)
    page.mouse.up()
    expect(page.get_by_role("button", name="Answer C, place 1, tied")).to_be_visible()
    press(page, "Enter")
    all_sent(page)
    assert said() == [{"q": {"ranks": [1, 2, 1]}}]


def test_an_order_can_be_dragged_by_finger(people: dict[str, Any], sign_in: SignIn) -> None:
    page = opened(people, sign_in, [question("ranking")], 3, has_touch=True, viewport={"width": 390, "height": 800})
    token = page.get_by_role("button", name="Answer C, place 3").bounding_box()
    first = page.get_by_role("button", name="Answer A, place 1").bounding_box()
    assert token is not None
    assert first is not None
    finger = page.context.new_cdp_session(page)
    x, y = token["x"] + 8, token["y"] + 8
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 7):
        to = x + (first["x"] - 6 - x) * step / 6
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": to, "y": y}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.get_by_role("button", name="Answer C, place 1", exact=True)).to_be_visible()
    expect(page.locator(".ranking-controls [aria-live]")).to_have_text("Answer C, place 1")
    assert page.evaluate("scrollY") == 0, "the finger moved the token and not the page"
    press(page, "Enter")
    all_sent(page)
    assert said() == [{"q": {"ranks": [2, 3, 1]}}]


def test_spans_can_be_selected_by_mouse(people: dict[str, Any], sign_in: SignIn) -> None:
    page = opened(people, sign_in, [question("spans", types=TYPES)], 1)
    page.mouse.dblclick(*page.get_by_role("textbox").get_by_text("The cat").first.evaluate(MIDDLE_OF, "cat"))
    press(page, "2")
    page.get_by_role("button", name="Remove the mark Style on").wait_for()
    press(page, "Enter")
    all_sent(page)
    (answer,) = said()
    assert answer is not None
    (span,) = answer["q"]["spans"][0]
    assert TEXT[span["start"] : span["end"]].strip() == "cat"
    assert span["type"] == "style"
