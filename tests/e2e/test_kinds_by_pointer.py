"""What keys do, a mouse or a finger does as well: orders are dragged, spans are selected."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .conftest import SignIn
from .judging import all_sent, press, said, settled
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


SPANS = [question("spans", types=TYPES)]


def marked(page: Page) -> list[str]:
    """What is marked in the answers as they were shown, after the answer has been sent."""
    press(page, "1")
    page.get_by_role("button", name="Remove the mark").first.wait_for()
    press(page, "Enter")
    all_sent(page)
    (answer,) = said()
    assert answer is not None
    return [TEXT[one["start"] : one["end"]] for spans in answer["q"]["spans"] for one in spans]


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ((0, 300), "at sat down.\n\nIt slept well.\n\nThe end 🙂 came."),
        ((-140, -150), "The c"),
        ((900, 0), "at sat down."),
    ],
)
def test_a_drag_that_leaves_the_text_selects_up_to_its_edge(
    people: dict[str, Any], sign_in: SignIn, to: tuple[int, int], words: str
) -> None:
    page = opened(people, sign_in, SPANS, 1)
    x, y = place_of(page, "cat sat", 1)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + to[0], y + to[1], steps=6)
    page.mouse.up()
    assert marked(page) == [words]


def test_three_clicks_select_a_line(people: dict[str, Any], sign_in: SignIn) -> None:
    page = opened(people, sign_in, SPANS, 2)
    page.mouse.click(*place_of(page, "The end", 2), click_count=3)
    assert [words.strip() for words in marked(page)] == ["The end 🙂 came."]


def test_a_drag_from_one_answer_into_the_other_marks_the_one_it_began_in(
    people: dict[str, Any], sign_in: SignIn
) -> None:
    page = opened(people, sign_in, SPANS, 2)
    x, y = place_of(page, "The end", 4)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 700, y - 20, steps=8)
    page.mouse.up()
    assert marked(page) == ["end 🙂 came."]


def test_what_a_finger_selects_is_marked_too(people: dict[str, Any], sign_in: SignIn) -> None:
    page = opened(people, sign_in, SPANS, 1, has_touch=True, viewport={"width": 390, "height": 800})
    x, y = place_of(page, "It slept", 4)
    page.touchscreen.tap(x, y)
    # As a long press selects, and then an end of the selection is moved.
    page.evaluate("""() => {
        const word = document.querySelector(".span-text .is-selected").firstChild;
        getSelection().setBaseAndExtent(word, 1, word, 5);
    }""")
    expect(page.locator(".span-text .is-selected")).to_have_text("lept")
    settled(page)
    page.evaluate("getSelection().modify('extend', 'forward', 'word')")
    expect(page.locator(".span-text .is-selected")).to_have_text("lept well")
    settled(page)
    page.evaluate("getSelection().modify('extend', 'forward', 'word')")
    expect(page.locator(".span-text .is-selected")).to_have_text("lept well.")
    assert marked(page) == ["lept well."]


def place_of(page: Page, words: str, letter: int) -> tuple[float, float]:
    """Where a letter of a text's first answer is on screen, at its left edge."""
    found = page.evaluate(
        """([words, letter]) => {
            const range = document.createRange();
            const texts = document.createTreeWalker(document.querySelector(".card:not(.is-waiting) .span-text"), 4);
            for (let node = texts.nextNode(); node; node = texts.nextNode()) {
                const start = node.data.indexOf(words);
                if (start < 0) continue;
                range.setStart(node, start + letter);
                range.setEnd(node, start + letter + 1);
                const { left, top, height } = range.getBoundingClientRect();
                return [left + 0.5, top + height / 2];
            }
        }""",
        [words, letter],
    )
    return found[0], found[1]
