"""Judging by keyboard: each key says what the button says, and undo is always one key away."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import expect

from annotator.annotations.models import Annotation
from annotator.rollouts.models import Rollout
from annotator.tasks.models import Assignment
from tests.factories import make_open_campaign, make_run

from .conftest import SignIn, quiet
from .judging import ON_SCREEN, all_sent, answers, card, eventually, press, ready

pytestmark = pytest.mark.django_db(transaction=True)

DOUBLE_PRESS = """() => new Promise(done => {
    const press = () => window.dispatchEvent(new KeyboardEvent("keydown", {key: "a", code: "KeyA"}));
    press();
    requestAnimationFrame(() => { press(); done(); });
})"""


def test_enter_starts_the_first_campaign(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/")
    expect(page.get_by_role("heading", name="Hello, alice")).to_be_visible()
    expect(page.get_by_role("link", name="Start")).to_be_focused()
    page.keyboard.press("Enter")
    ready(page)
    assert page.url.endswith("/annotate/helpful")


def test_a_list_that_is_read_again_leaves_the_focus_where_it_is(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/accessibility")
    page.clock.install()
    page.goto("/judge")
    expect(page.get_by_role("link", name="Start")).to_be_focused()
    page.get_by_role("link", name="Accessibility").focus()
    first = {"slug": "another", "name": "another", "question": "?", "state": "open", "used_up": False}
    page.route("**/api/v1/campaigns", lambda route: route.fulfill(json={"results": [first]}))
    page.clock.fast_forward(16_000)
    expect(page.get_by_role("heading", name="another")).to_be_visible()
    expect(page.get_by_role("link", name="Accessibility")).to_be_focused()


def test_every_answer_has_its_key(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    press(page, "a", "ArrowRight", "Shift+A", "Shift+ArrowRight", ",", ".", "t", "x", "1", "=")
    all_sent(page)
    assert answers() == [
        ("first", 2),
        ("second", 2),
        ("first", 3),
        ("second", 3),
        ("first", 1),
        ("second", 1),
        ("tie", None),
        ("both_bad", None),
        ("first", 2),
        ("tie", None),
    ]


def test_a_skip_is_kept_and_costs_no_label(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    press(page, "Space")
    expect(page.get_by_role("group", name="Why skip this card?")).to_be_visible()
    press(page, "4", "a")
    all_sent(page)
    assert answers() == [("broken", None), ("first", 2)]


def test_buttons_say_the_same_as_keys(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    for name in ("B far better", "Both bad", "A slightly better"):
        ready(page)
        page.get_by_role("button", name=name, exact=True).click()
    all_sent(page)
    assert answers() == [("second", 3), ("both_bad", None), ("first", 1)]


def test_undo_opens_the_last_answer_and_a_new_one_replaces_it(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    press(page, "a")
    ready(page)
    second = card(page)
    press(page, "b")
    ready(page)
    third = card(page)
    press(page, "z")
    expect(page.get_by_text("Looking again at an earlier answer")).to_be_visible()
    assert card(page) == second
    expect(page.get_by_role("button", name="B better", exact=True)).to_have_attribute("aria-pressed", "true")
    press(page, "t")
    expect(page.get_by_text("Looking again")).to_have_count(0)
    assert card(page) == third
    all_sent(page)
    assert answers() == [("first", 2), ("tie", None)]
    assert Annotation.objects.count() == 3, "the first answer stays on record"


def test_undo_goes_further_back_and_escape_changes_nothing(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    first = None
    for key in ("a", "b", "t"):
        ready(page)
        first = first or card(page)
        page.keyboard.press(key)
    ready(page)
    fourth = card(page)
    press(page, "Backspace", "Backspace", "Backspace")
    assert card(page) == first
    page.keyboard.press("Escape")
    assert card(page) == fourth
    all_sent(page)
    assert answers() == [("first", 2), ("second", 2), ("tie", None)]


def test_history_reopens_any_of_the_last_ten(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    press(page, *"abtxabtxabt")
    rail = page.get_by_role("navigation", name="Your last answers").get_by_role("button")
    expect(rail).to_have_count(10)
    rail.nth(9).click()
    press(page, "Shift+B")
    all_sent(page)
    assert answers()[1] == ("second", 3)


def test_a_double_press_judges_one_card(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    ready(page)
    # From inside the page, where a busy machine cannot pull the two presses apart.
    page.evaluate(DOUBLE_PRESS)
    ready(page)
    all_sent(page)
    assert answers() == [("first", 2)]


def test_keys_are_off_while_writing_a_note(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    press(page, "c")
    page.keyboard.type("a bit sassy, but 2x better")
    page.keyboard.press("Enter")
    press(page, "b")
    all_sent(page)
    assert answers() == [("second", 2)]
    assert Annotation.objects.get().comment == "a bit sassy, but 2x better"
    press(page, "z")
    expect(page.get_by_label("Note for this card")).to_have_value("a bit sassy, but 2x better")
    press(page, "a")
    all_sent(page)
    assert answers() == [("first", 2)]
    assert set(Annotation.objects.values_list("comment", flat=True)) == {"a bit sassy, but 2x better"}


def test_keys_can_be_switched_off(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    press(page, "?")
    page.get_by_label("Single-key shortcuts").uncheck()
    page.keyboard.press("Escape")
    press(page, "a")
    page.wait_for_timeout(300)
    assert answers() == []
    page.get_by_role("button", name="Tie", exact=True).click()
    all_sent(page)
    assert answers() == [("tie", None)]


def test_guidelines_are_one_key_away(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    press(page, "h")
    expect(page.get_by_role("dialog", name="Guidelines")).to_contain_text("Prefer correct answers.")


def test_active_time_is_measured(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    ready(page)
    page.wait_for_timeout(700)
    page.keyboard.press("a")
    all_sent(page)
    assert 500 <= (Annotation.objects.get().active_ms or 0) <= 30_000


def test_the_next_card_needs_no_network(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    press(page, "a")
    ready(page)
    all_sent(page)
    quiet(page)
    page.context.set_offline(True)
    before = card(page)
    page.keyboard.press("b")
    expect(page.locator(f"{ON_SCREEN} .prompt-box")).not_to_have_text(before[0], use_inner_text=True)
    page.context.set_offline(False)
    all_sent(page)


def test_the_decision_bar_keeps_its_place(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    seen = set()
    for _ in range(4):
        ready(page)
        box = page.get_by_role("button", name="A better", exact=True).bounding_box()
        assert box is not None
        seen.add(tuple(box.values()))
        page.keyboard.press("t")
    assert len(seen) == 1


def test_leaving_gives_the_untouched_cards_back(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    ready(page)
    assert Assignment.objects.filter(state="leased").count() >= 4
    page.get_by_role("link", name="Judge").click()
    expect(page.get_by_role("heading", name="Hello, alice")).to_be_visible()
    eventually(lambda: not Assignment.objects.filter(state="leased").exists())


def test_nothing_to_judge_is_calm_and_ends_by_itself(campaign: Any, sign_in: SignIn) -> None:
    Assignment.objects.update(state="cancelled")
    page = sign_in("alice", "/annotate/helpful")
    expect(page.get_by_text("Nothing to judge right now")).to_be_visible()
    Assignment.objects.update(state="open")
    expect(page.get_by_role("region", name="Text of answer A")).to_be_visible()


def test_maths_is_set_as_maths_and_money_stays_money(people: dict[str, Any], sign_in: SignIn) -> None:
    run = make_run("grpo-1", groups=1)
    Rollout.objects.filter(run=run).update(completion="Pay $5 or $10 for \\(x^2\\) bags.\n\n\\[ y = \\frac{1}{2} \\]")
    make_open_campaign(people, slug="helpful", run=run)
    page = sign_in("alice", "/annotate/helpful")
    ready(page)
    answer = page.get_by_role("region", name="Text of answer A")
    expect(answer).to_contain_text("Pay $5 or $10 for")
    expect(answer.locator(".katex-display")).to_have_count(1)
    size = "one => parseFloat(getComputedStyle(one).fontSize)"
    base, power = answer.locator(".mathnormal").first.evaluate(size), answer.locator(".mtight").first.evaluate(size)
    assert power < base, "the styles and the typesetter are of one version"


WAITING = ".card.is-waiting"


def test_the_next_card_is_drawn_before_it_is_asked_for(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    ready(page)
    waiting = page.locator(WAITING)
    expect(waiting).to_have_count(1)
    expect(waiting).to_be_hidden()
    drawn = waiting.element_handle()
    text = page.locator(f"{WAITING} .prompt-box").text_content()
    assert text != card(page)[0]
    page.keyboard.press("a")
    ready(page)
    assert drawn.evaluate("(drawn, seen) => drawn === document.querySelector(seen)", ON_SCREEN)
    assert card(page)[0] == text


def test_the_card_that_waits_is_out_of_reach(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    ready(page)
    expect(page.locator(WAITING)).to_have_count(1)
    expect(page.get_by_role("region", name="Text of answer A")).to_have_count(1)
    first = page.evaluate("document.activeElement.tagName")
    for _ in range(60):
        page.keyboard.press("Tab")
        assert not page.evaluate("document.activeElement.closest('.is-waiting')")
    assert first == "BODY"


def test_what_was_begun_on_a_card_waits_as_it_was_left(people: dict[str, Any], sign_in: SignIn) -> None:
    run = make_run("grpo-1", groups=6)
    text = "\n\n".join(f"Paragraph {n} of a long answer." for n in range(90))
    Rollout.objects.filter(run=run).update(completion=text)
    make_open_campaign(people, slug="helpful", run=run)
    page = sign_in("alice", "/annotate/helpful")
    press(page, "a", "f", "PageDown")
    box = page.get_by_role("region", name="Text of answer A")
    top = "box => Math.round(box.scrollTop)"
    read = box.evaluate(top)
    assert read > 100
    press(page, "z")
    expect(page.get_by_text("Looking again at an earlier answer")).to_be_visible()
    assert box.evaluate(top) == 0
    press(page, "Escape")
    expect(page.get_by_text("Looking again")).to_have_count(0)
    assert box.evaluate(top) == read
    press(page, "b")
    all_sent(page)
    assert [one.flagged for one in Annotation.objects.order_by("id")] == [False, True]


def test_the_focus_stays_where_somebody_reads(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    ready(page)
    for name in ("Text of answer B", "Scroll together"):
        here = page.get_by_role("region", name=name).or_(page.get_by_role("button", name=name))
        here.focus()
        press(page, "a")
        ready(page)
        expect(here).to_be_focused()
        press(page, "z")
        expect(page.get_by_text("Looking again")).to_be_visible()
        expect(here).to_be_focused()
        press(page, "Escape")


def test_a_card_that_waits_costs_no_active_time(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    ready(page)
    expect(page.locator(WAITING)).to_have_count(1)
    page.wait_for_timeout(2_500)
    began = time.monotonic()
    press(page, "a", "b")
    took_ms = (time.monotonic() - began) * 1_000
    all_sent(page)
    first, second = Annotation.objects.order_by("id").values_list("active_ms", flat=True)
    assert (first or 0) >= 2_500
    assert (second or 0) <= took_ms


def test_a_card_too_heavy_to_draw_unseen_is_shown_all_the_same(people: dict[str, Any], sign_in: SignIn) -> None:
    run = make_run("grpo-1", groups=4)
    Rollout.objects.filter(run=run).update(completion="A line of a very long answer.\n" * 6_000)
    make_open_campaign(people, slug="helpful", run=run)
    page = sign_in("alice", "/annotate/helpful")
    press(page, "a")
    ready(page)
    quiet(page)
    expect(page.locator(WAITING)).to_have_count(0)
    press(page, "b")
    ready(page)
    all_sent(page)
    assert answers() == [("first", 2), ("second", 2)]
