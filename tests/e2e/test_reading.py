"""Long, mixed and strange texts are read with ease, and all completions of a card are shown alike."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from annotator.rollouts.models import PromptGroup, Rollout
from tests.factories import make_open_campaign, make_run

from .conftest import SignIn
from .judging import ON_SCREEN, ready
from .seeing import check, look

pytestmark = pytest.mark.django_db(transaction=True)

THOUGHT = "I should count the bags again. " * 40
GREY = f"<think>\n{THOUGHT}\n</think>\n\nThe cat is grey, and it sleeps on the mat."
BLACK = f"{THOUGHT}\n</think>\n\nThe cat is black, and it sleeps on the mat."
CHAT = [
    {"role": "assistant", "content": "Use `xs.reverse()`.", "reasoning_content": THOUGHT},
    {"role": "user", "content": "شكرا جزيلا"},
]
MIXED = "مرحبا، الجواب هو $6 \\times 7 = 42$.\n\nThis is English.\n\n- שלום\n- hello\n\n```python\nprint(6 * 7)\n```"
LONG = "\n\n".join(f"Paragraph {n} of a long answer about **bags**." for n in range(120))


def shown(people: dict[str, Any], sign_in: SignIn, *texts: Any, **options: Any) -> Page:
    """Alice before one card about these completions (in either order)."""
    run = make_run("grpo-1", groups=1, size=len(texts))
    PromptGroup.objects.filter(run=run).update(prompt="What colour is the cat? $x^2$")
    for ordinal, text in enumerate(texts):
        Rollout.objects.filter(run=run, ordinal=ordinal).update(completion=text)
    form = [{"kind": "binary" if len(texts) == 1 else "best_worst", "name": "q"}] if len(texts) != 2 else None
    config = {"completions": len(texts), "form": form} if form else {}
    make_open_campaign(people, slug="helpful", run=run, **config)
    page = sign_in("alice", "/annotate/helpful", **options)
    ready(page)
    return page


def test_reasoning_is_folded_alike_on_all_sides(people: dict[str, Any], sign_in: SignIn) -> None:
    page = shown(people, sign_in, GREY, BLACK)
    folds = page.locator(".pane").get_by_role("button", name="Reasoning")
    expect(folds).to_have_count(2)
    expect(page.get_by_text("count the bags")).to_have_count(0)
    page.keyboard.press("r")
    expect(page.get_by_text("count the bags")).to_have_count(2)
    folds.last.click()
    expect(page.get_by_text("count the bags")).to_have_count(0)
    assert folds.evaluate_all("all => all.map(one => one.getAttribute('aria-expanded'))") == ["false", "false"]


def test_differing_words_are_marked_on_both_sides_and_said_aloud(people: dict[str, Any], sign_in: SignIn) -> None:
    page = shown(people, sign_in, GREY, BLACK)
    page.keyboard.press("d")
    marks = page.locator(".pane mark")
    expect(marks).to_have_count(2)
    left, right = marks.all_text_contents()
    assert {left.removeprefix("[only in A: "), right.removeprefix("[only in B: ")} == {"grey]", "black]"}
    assert marks.evaluate_all("all => all.map(one => getComputedStyle(one).textDecorationLine)") == ["underline"] * 2
    page.keyboard.press("d")
    expect(marks).to_have_count(0)


def test_several_completions_are_compared_with_the_one_chosen(people: dict[str, Any], sign_in: SignIn) -> None:
    page = shown(people, sign_in, "one two", "one three", "one four")
    page.keyboard.press("d")
    expect(page.locator(".pane mark")).to_have_count(2)
    expect(page.locator(".pane-a mark")).to_have_count(0)
    page.get_by_label("with").select_option("C")
    expect(page.locator(".pane-c mark")).to_have_count(0)
    expect(page.locator(".pane-a mark")).to_have_count(1)


def test_texts_are_shown_as_they_were_written(people: dict[str, Any], sign_in: SignIn) -> None:
    page = shown(people, sign_in, "**bold** and $x^2$", "pass\u200bword\u202e")
    expect(page.locator(".pane strong")).to_have_count(1)
    expect(page.get_by_text("This text holds 2 hidden characters")).to_be_visible()
    page.keyboard.press("w")
    expect(page.locator(".pane strong")).to_have_count(0)
    expect(page.get_by_text("**bold** and $x^2$")).to_be_visible()
    expect(page.locator(".hidden-character")).to_have_text(["U+200B", "U+202E"])
    expect(page.locator(".prompt-box")).to_contain_text("$x^2$")


def test_all_panes_are_of_one_height_and_unfold_together(people: dict[str, Any], sign_in: SignIn) -> None:
    page = shown(people, sign_in, LONG, "Short.", "Also short.")
    panes = page.locator(".pane")
    heights = "all => [...new Set(all.map(one => Math.round(one.getBoundingClientRect().height)))]"
    assert len(panes.evaluate_all(heights)) == 1
    fold = page.get_by_role("button", name="Show all of every answer")
    page.keyboard.press("m")
    expect(fold).to_have_count(0)
    expect(page.get_by_role("button", name="Fold all answers")).to_be_visible()
    tall = panes.evaluate_all(heights)
    assert len(tall) == 1 and tall[0] > 2_000
    page.keyboard.press("m")
    expect(fold).to_be_visible()


def test_panes_scroll_together_until_that_is_switched_off(people: dict[str, Any], sign_in: SignIn) -> None:
    page = shown(people, sign_in, LONG, LONG.replace("bags", "trains"))
    boxes = page.locator(".pane-box")
    tops = "all => all.map(one => Math.round(one.scrollTop))"
    boxes.first.evaluate("box => { box.scrollTop = 700 }")
    # A function, not an expression: an expression is evaluated anew at each look, which the page's policy forbids.
    page.wait_for_function("() => [...document.querySelectorAll('.pane-box')].every(box => box.scrollTop > 690)")
    page.keyboard.press("y")
    boxes.last.evaluate("box => { box.scrollTop = 100 }")
    page.wait_for_timeout(200)
    assert boxes.evaluate_all(tops) == [700, 100]
    page.reload()
    ready(page)
    expect(page.get_by_role("button", name="Scroll together")).to_have_attribute("aria-pressed", "false")


def test_every_block_has_the_direction_of_its_own_words(people: dict[str, Any], sign_in: SignIn) -> None:
    page = shown(people, sign_in, MIXED, CHAT)
    way = "all => all.map(one => getComputedStyle(one).direction)"
    pane = page.locator(".pane", has=page.get_by_text("This is English."))
    expect(pane.locator(".katex")).to_have_count(1)
    assert pane.locator("p").evaluate_all(way) == ["rtl", "ltr"]
    assert pane.locator("ul, li, pre, .katex").evaluate_all(way) == ["ltr", "rtl", "rtl", "ltr", "ltr"]


def test_a_turn_says_who_speaks_and_in_which_direction(people: dict[str, Any], sign_in: SignIn) -> None:
    page = shown(people, sign_in, CHAT, "No turns here.")
    expect(page.locator(".pane .turn-role")).to_have_text(["Assistant", "User"])
    thanks = page.locator(".turn", has=page.get_by_text("شكرا"))
    assert thanks.locator("p").evaluate("one => getComputedStyle(one).direction") == "rtl"


def test_of_earlier_cards_the_beginning_is_seen_whichever_way_it_runs(people: dict[str, Any], sign_in: SignIn) -> None:
    page = shown(people, sign_in, "Grey.", "Black.")
    PromptGroup.objects.update(prompt="ما هو حاصل ضرب اثنين وثلاثين في أربعة وخمسين؟ اشرح خطواتك")
    page.reload()
    ready(page)
    page.keyboard.press("a")
    words = page.locator(".rail-text bdi")
    expect(words).to_be_visible()
    first = """one => {
        const range = document.createRange();
        range.setStart(one.firstChild, 0);
        range.setEnd(one.firstChild, 1);
        const [letter, box] = [range.getBoundingClientRect(), one.parentElement.getBoundingClientRect()];
        return letter.left >= box.left - 1 && letter.right <= box.right + 1;
    }"""
    assert words.evaluate(first)


def test_no_browser_translates_what_is_judged(people: dict[str, Any], sign_in: SignIn) -> None:
    page = shown(people, sign_in, "<think>Hm.</think>東京は日本の首都です。", "Blue, they say.")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html[lang=de]")).to_have_count(1)
    texts = page.locator(f"{ON_SCREEN} .prompt .content, {ON_SCREEN} .pane .content")
    expect(texts).to_have_count(3)
    assert texts.evaluate_all("all => all.map(one => one.translate)") == [False] * 3
    assert sorted(texts.evaluate_all("all => all.map(one => one.lang)")) == ["", "", "ja"]
    fold = page.get_by_role("button", name="Gedankengang 1 Wort").filter(visible=True)
    assert fold.evaluate("one => [one.lang, one.translate]") == ["de", True]
    page.keyboard.press("d")
    marked = page.locator(f"{ON_SCREEN} .differences .plain-text").first
    expect(marked).to_be_visible()
    assert marked.evaluate("one => one.translate") is False
    page.keyboard.press("h")
    assert page.get_by_role("dialog").evaluate("one => one.translate"), "what the campaign says may be translated"


def test_two_hundred_thousand_characters_do_not_hold_the_page_up(
    people: dict[str, Any], sign_in: SignIn, browser: Browser
) -> None:
    words = [f"word{n % 977} says $x_{{{n}}}$ **more** of it." for n in range(6_500)]
    texts = ["\n".join(words), "\n".join(words[::2] + words[1::2])]
    assert all(len(text) > 200_000 for text in texts)
    page = shown(people, sign_in, *texts)
    browser.start_tracing(page=page, categories=["disabled-by-default-devtools.timeline"])
    page.reload()
    ready(page)
    expect(page.get_by_text("This text is very long")).to_have_count(2)
    for key in ("m", "d", "d", "m"):
        page.keyboard.press(key)
        page.wait_for_timeout(300)
    longest = max(tasks_of_pages(browser.stop_tracing()))
    assert 1 < longest < 1_500, f"the page stood still for {longest:.0f} ms"


def test_a_word_without_end_does_not_hold_the_page_up(
    people: dict[str, Any], sign_in: SignIn, browser: Browser
) -> None:
    page = shown(people, sign_in, "A" * 60_000, "Ah.")
    browser.start_tracing(page=page, categories=["disabled-by-default-devtools.timeline"])
    page.reload()
    ready(page)
    expect(page.locator(f"{ON_SCREEN} .plain-text").filter(has_text="AAAA").first).to_be_visible()
    longest = max(tasks_of_pages(browser.stop_tracing()))
    assert 1 < longest < 1_500, f"the page stood still for {longest:.0f} ms"


def test_numbers_in_a_table_are_not_broken_but_scrolled_to(people: dict[str, Any], sign_in: SignIn) -> None:
    row = "|".join(str(n) * 16 for n in range(1, 9))
    page = shown(people, sign_in, f"|{'a|' * 8}\n|{'-|' * 8}\n|{row}|", "Eight numbers.")
    table = page.locator(f"{ON_SCREEN} table")
    expect(table.locator("td")).to_have_count(8)
    lines = "one => one.getBoundingClientRect().height / parseFloat(getComputedStyle(one).lineHeight)"
    assert max(table.locator("td").evaluate_all(f"all => all.map({lines})")) < 2
    assert table.evaluate("one => one.scrollWidth > one.clientWidth")


def tasks_of_pages(trace: bytes) -> list[float]:
    """How long each task took the page's own thread, in milliseconds, without what others had of the processor."""
    events = json.loads(trace)["traceEvents"]
    named = [one for one in events if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"]
    pages = {(one["pid"], one["tid"]) for one in named}
    tasks = [one for one in events if one["name"] == "RunTask" and (one["pid"], one["tid"]) in pages]
    return [one["tdur"] / 1_000 for one in tasks if "tdur" in one]


LOOKS = [("light", 1280, 800), ("dark", 1280, 800), ("light", 640, 400), ("dark", 390, 844)]


@pytest.mark.parametrize(("theme", "width", "height"), LOOKS)
def test_every_way_of_reading_is_accessible(
    people: dict[str, Any], sign_in: SignIn, theme: str, width: int, height: int
) -> None:
    """The third look is a window of 1280 pixels at a zoom of 200%."""
    options = {**look(theme, width), "viewport": {"width": width, "height": height}}
    page = shown(people, sign_in, GREY + "\n\n" + MIXED + "\n\n" + LONG, CHAT, **options)
    findings = list(check(page, "folded"))
    for key, where in (("r", "reasoning"), ("m", "whole"), ("w", "as written"), ("d", "differences")):
        page.keyboard.press(key)
        findings += check(page, where)
    assert findings == []
    reachable = "all => all.every(one => one.scrollWidth <= one.clientWidth + 1)"
    assert page.locator(".pane-box").evaluate_all(reachable), "no text is cut off at its side"
