"""Every kind of question by keyboard alone: what is pressed is what the database holds, and undo replaces it."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from playwright.sync_api import expect

from annotator.annotations.models import Annotation
from annotator.rollouts.models import Rollout
from tests.factories import make_open_campaign

from .conftest import SignIn, quiet
from .judging import ON_SCREEN, all_sent, card, press, ready, said, settled, statements
from .kinds import COMBINED, CRITERIA, KINDS, NAMES, RATED, TEXT, TYPES, asking, opened, question
from .seeing import check, look, seen_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("asked", "n", "keys", "answer", "changes", "changed"), KINDS, ids=NAMES)
def test_a_kind_by_keyboard_alone(
    people: dict[str, Any], sign_in: SignIn, asked: Any, n: int, keys: Any, answer: Any, changes: Any, changed: Any
) -> None:
    page = opened(people, sign_in, [asked], n)
    press(page, *keys)
    all_sent(page)
    assert said() == [{"q": answer}]
    press(page, "z")
    expect(page.get_by_text("Looking again at an earlier answer")).to_be_visible()
    press(page, *changes)
    all_sent(page)
    assert said() == [{"q": changed}]
    assert Annotation.objects.count() == 2, "the first answer stays on record"


def test_a_form_asks_its_questions_in_order(people: dict[str, Any], sign_in: SignIn) -> None:
    page = opened(people, sign_in, COMBINED, 3)
    now = page.locator("[aria-current=step].question-tab")
    expect(now).to_contain_text("Quality")
    press(page, *RATED)
    expect(now).to_contain_text("Order")
    press(page, "3", "ArrowUp", "Enter")
    expect(now).to_contain_text("Why")
    assert said() == [], "nothing is sent before the last Enter"
    press(page, "Enter")
    all_sent(page)
    quality = {"scores": {"helpful": [5, 3, 4], "true": [1, 2, 3]}}
    assert said() == [{"quality": quality, "order": {"ranks": [1, 3, 2]}}]
    press(page, "z", "n", "n", "i", "@Because.", "Control+Enter")
    all_sent(page)
    assert said() == [{"quality": quality, "order": {"ranks": [1, 3, 2]}, "why": {"text": "Because."}}]


def test_what_is_missing_is_said_and_shown(people: dict[str, Any], sign_in: SignIn) -> None:
    page = opened(people, sign_in, COMBINED, 3)
    press(page, "5", "n", "n", "Enter")
    expect(page.get_by_text("Still open: Quality")).to_be_visible()
    expect(page.locator("[aria-current=step].question-tab")).to_contain_text("Quality")
    assert said() == []


def test_a_card_begun_waits_while_an_earlier_one_is_looked_at(people: dict[str, Any], sign_in: SignIn) -> None:
    page = opened(people, sign_in, [question("rating", criteria=CRITERIA)], 2)
    press(page, "5", "3", "4", "1", "Enter", "6")
    press(page, "z", "1", "Escape")
    expect(page.get_by_role("button", name="Helpful, answer A: 6")).to_be_visible()
    press(page, "5", "4", "3", "Enter")
    all_sent(page)
    scores = [{"helpful": [5, 3], "true": [4, 1]}, {"helpful": [6, 5], "true": [4, 3]}]
    assert said() == [{"q": {"scores": one}} for one in scores]


def test_an_order_nobody_touched_is_doubted(people: dict[str, Any], sign_in: SignIn) -> None:
    page = opened(people, sign_in, [question("ranking")], 3)
    doubt = page.get_by_role("dialog", name="You changed nothing. Continue?")
    press(page, "Enter")
    expect(doubt).to_be_visible()
    page.keyboard.press("Enter")
    expect(doubt).to_have_count(0)
    assert said() == [], "a second Enter goes back"
    press(page, "Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    all_sent(page)
    assert said() == [{"q": {"ranks": [1, 2, 3]}}]


def test_every_reason_to_skip_has_its_digit(people: dict[str, Any], sign_in: SignIn) -> None:
    page = opened(people, sign_in, [question("steps")], 1)
    for digit in "12345":
        press(page, "Space", digit)
    all_sent(page)
    reasons = [one.skip for one in statements()]
    assert reasons == ["cannot_judge", "not_my_language", "harmful", "broken", "other"]


def test_a_skip_can_be_thought_better_of(people: dict[str, Any], sign_in: SignIn) -> None:
    page = opened(people, sign_in, [question("pair")], 2)
    press(page, "Space", "a", "Escape", "b")
    all_sent(page)
    assert said() == [{"q": {"choice": "second", "strength": 2}}]


def test_a_flag_and_a_note_go_with_the_answer(people: dict[str, Any], sign_in: SignIn) -> None:
    page = opened(people, sign_in, [question("binary")], 1)
    press(page, "f", "c")
    page.keyboard.type("good, but by bad means")
    page.keyboard.press("Enter")
    press(page, "b", "g")
    all_sent(page)
    noted, plain = statements()
    assert (noted.flagged, noted.comment) == (True, "good, but by bad means")
    assert (plain.flagged, plain.comment) == (False, "")
    press(page, "z", "z")
    expect(page.get_by_role("button", name="Flag", exact=True)).to_have_attribute("aria-pressed", "true")


def test_typing_is_never_a_shortcut(people: dict[str, Any], sign_in: SignIn) -> None:
    page = opened(people, sign_in, [question("edit")], 1)
    press(page, "i")
    page.keyboard.press("Enter")
    page.keyboard.type("z s f c ? 1 Space")
    page.keyboard.press("Control+Enter")
    all_sent(page)
    assert said() == [{"q": {"texts": [f"{TEXT}\nz s f c ? 1 Space"]}}]
    assert not statements()[0].flagged


def test_a_correction_shows_what_it_changes(people: dict[str, Any], sign_in: SignIn) -> None:
    page = opened(people, sign_in, [question("edit")], 1)
    press(page, "i")
    page.keyboard.type(" More words.")
    expect(page.get_by_role("region", name="What changes").locator("ins")).to_contain_text("More words.")
    expect(page.get_by_text("Edit distance:")).to_be_visible()
    page.keyboard.press("Escape")
    press(page, "o")
    expect(page.get_by_text("Nothing changed", exact=True)).to_be_visible()
    expect(page.get_by_role("textbox", name="Corrected answer A")).to_have_value(TEXT)


def test_a_change_at_the_end_of_a_long_answer_is_in_sight(people: dict[str, Any], sign_in: SignIn) -> None:
    asking(people, [question("edit")], 1)
    Rollout.objects.update(completion="\n\n".join(f"Paragraph {n} of many." for n in range(60)))
    page = sign_in("alice", "/annotate/asked")
    press(page, "i", "@ And an end.")
    expect(page.get_by_role("region", name="What changes").locator("ins")).to_be_in_viewport()


def test_marks_may_overlap_and_each_is_removed_by_itself(people: dict[str, Any], sign_in: SignIn) -> None:
    page = opened(people, sign_in, [question("spans", types=TYPES)], 1)
    press(page, "Shift+ArrowRight", "Shift+ArrowRight", "1", "ArrowLeft", "2")
    marks = page.get_by_role("list", name="Marks in answer A")
    expect(marks.get_by_role("listitem")).to_have_text(
        ["Factual error The cat sat overlaps Style✕", "Style cat overlaps Factual error✕"]
    )
    expect(page.locator(f"{ON_SCREEN} .is-shared")).to_have_text("cat")
    assert page.locator(f"{ON_SCREEN} .is-shared").get_attribute("title") == "Factual error, Style"
    expect(page.get_by_text("2 marks, meant: Style")).to_be_visible()
    press(page, "v")
    expect(page.get_by_text("2 marks, meant: Factual error")).to_be_visible()
    press(page, "u")
    expect(marks.get_by_role("listitem")).to_have_text(["Style cat✕"])
    press(page, "ArrowLeft", "Shift+ArrowRight", "1")
    marks.get_by_role("button", name="Remove the mark Style on “cat”").click()
    press(page, "Enter")
    all_sent(page)
    assert said() == [{"q": {"spans": [[{"start": 0, "end": 7, "type": "fact"}]]}}]


ROOM = """() => {
    const bar = document.querySelector(".bar-dock").getBoundingClientRect().height;
    const controls = "button, input:not([type=checkbox]), select, textarea, a:not(.skip-link)";
    const small = [...document.querySelectorAll(controls)]
        .filter(one => one.checkVisibility({visibilityProperty: true}))
        .filter(one => Math.min(one.getBoundingClientRect().width, one.getBoundingClientRect().height) < 24);
    const lines = (node, word) => {
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        return new Set([...range.getClientRects()].map(line => Math.round(line.top))).size;
    };
    const torn = [];
    for (const name of document.querySelectorAll(".bar .choice-name")) {
        const texts = document.createTreeWalker(name, NodeFilter.SHOW_TEXT);
        for (let node = texts.nextNode(); node; node = texts.nextNode())
            for (const word of node.data.matchAll(/\\S+/g)) if (lines(node, word) > 1) torn.push(word[0]);
    }
    return {taken: bar / innerHeight, small: small.map(one => one.outerHTML), torn};
}"""


@pytest.mark.parametrize("locale", ["en", "de"])
def test_a_window_at_two_hundred_percent_leaves_room_to_read(
    people: dict[str, Any], sign_in: SignIn, locale: str
) -> None:
    """A window of 1280 by 960 at 200% (1.4.4): the bar takes two fifths of it at most, and tears no word."""
    run = asking(people, COMBINED, 3).runs.get()
    page = sign_in("alice", "/judge", viewport={"width": 640, "height": 480}, locale=locale)
    wrong = []
    for at, (form, n, keys) in enumerate(SCREENS):
        make_open_campaign(people, slug=f"screen-{at}", run=run, form=form, completions=n)
        page.goto(f"/annotate/screen-{at}")
        page.locator(f"{ON_SCREEN} .pane-box").first.wait_for()
        settled(page)
        for key in keys:
            page.keyboard.press(key.removeprefix("@")[:1] if key.startswith("@") else key)
        found = page.evaluate(ROOM)
        if found["taken"] > 0.4 or found["small"] or found["torn"]:
            wrong.append((form[0]["kind"], n, found))
    assert wrong == []


def test_the_sheet_lists_the_keys_of_the_question(people: dict[str, Any], sign_in: SignIn) -> None:
    page = opened(people, sign_in, COMBINED, 3)
    press(page, "?")
    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet).to_contain_text("Score the cell in focus, and go on")
    expect(sheet).not_to_contain_text("Tie it with its neighbour")
    page.keyboard.press("Escape")
    press(page, "n", "?")
    expect(sheet).to_contain_text("Tie it with its neighbour")
    page.keyboard.press("Escape")
    press(page, "h")
    expect(page.get_by_role("dialog", name="Guidelines")).to_contain_text("Each on its own.")


def test_the_bar_keeps_its_place_from_question_to_question(people: dict[str, Any], sign_in: SignIn) -> None:
    page = opened(people, sign_in, COMBINED, 3)
    seen = set()
    for keys in (RATED, ["Shift+3", "Enter"], ["Enter"]):
        box = page.get_by_role("group", name="Your judgement").bounding_box()
        assert box is not None
        seen.add(tuple(box.values()))
        press(page, *keys)
    assert len(seen) == 1


def test_a_narrow_screen_shows_one_answer_at_a_time(people: dict[str, Any], sign_in: SignIn) -> None:
    page = opened(people, sign_in, [question("ranking")], 4, viewport={"width": 390, "height": 800})
    expect(page.locator(".pane:visible")).to_have_count(1)
    press(page, "3")
    expect(page.get_by_role("region", name="Text of answer C")).to_be_visible()
    expect(page.get_by_role("region", name="Text of answer A")).to_be_hidden()


def test_lost_network_keeps_whole_forms(people: dict[str, Any], sign_in: SignIn) -> None:
    page = opened(people, sign_in, COMBINED, 3)
    quiet(page)
    press(page, *RATED)
    page.context.set_offline(True)
    press(page, "2", "ArrowUp", "Enter", "Enter")
    expect(page.get_by_text("1 unsent, waiting for the server")).to_be_visible()
    assert said() == []
    page.context.set_offline(False)
    all_sent(page)
    (answer,) = said()
    assert answer is not None
    assert answer["order"] == {"ranks": [2, 1, 3]}


def test_another_tab_takes_the_card_over(people: dict[str, Any], sign_in: SignIn) -> None:
    first = opened(people, sign_in, [question("steps")], 1)
    shown = first.locator(f"{ON_SCREEN} .prompt-box").inner_text()
    second = first.context.new_page()
    second.goto("/annotate/asked")
    second.get_by_role("button", name="Take over here").click()
    ready(second)
    assert second.locator(f"{ON_SCREEN} .prompt-box").inner_text() == shown
    press(second, "1", "s", "Enter")
    all_sent(second)
    expect(first.get_by_role("heading", name="Already open in another tab")).to_be_visible()
    assert said() == [{"q": {"marks": [[1, None, None]], "end": ["solved"]}}]


def test_two_people_see_their_own_cards_and_orders(people: dict[str, Any], sign_in: SignIn) -> None:
    alice = opened(people, sign_in, [question("best_worst")], 4)
    bob = sign_in("bob", "/annotate/asked")
    for _ in range(2):
        press(alice, "1", "2")
        press(bob, "4", "3")
    all_sent(alice)
    all_sent(bob)
    assert said("alice") == [{"q": {"best": 0, "worst": 1}}] * 2
    assert said("bob") == [{"q": {"best": 3, "worst": 2}}] * 2
    assert len({one.assignment_id for one in Annotation.objects.all()}) == 4


def test_arrows_still_move_the_caret_when_single_keys_are_off(people: dict[str, Any], sign_in: SignIn) -> None:
    page = opened(people, sign_in, [question("spans", types=TYPES)], 1)
    press(page, "?")
    page.get_by_label("Single-key shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.get_by_role("textbox", name="Answer A: select words and mark them").focus()
    press(page, "ArrowRight", "Shift+ArrowRight", "1")
    assert page.locator(".span-mark").count() == 0
    page.get_by_role("button", name="Style", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Send", exact=True).focus()
    page.keyboard.press("Enter")
    all_sent(page)
    assert said() == [{"q": {"spans": [[{"start": 4, "end": 11, "type": "style"}]]}}]


# Each a small step from the one before.
LOOKS: list[tuple[Literal["light", "dark"], int]] = [("light", 1400), ("dark", 1400), ("dark", 320), ("light", 320)]
# A screen of each kind with something said on it.
SCREENS = [
    *[([asked], n, keys[:2]) for asked, n, keys, *_ in KINDS if asked["kind"] not in ("pair", "binary")],
    ([question("pair")], 2, []),
    ([question("binary")], 3, ["g"]),
    (COMBINED, 3, RATED),
    (COMBINED, 3, ["Space"]),
]


def test_no_screen_has_a_finding_in_any_look(people: dict[str, Any], sign_in: SignIn) -> None:
    run = asking(people, COMBINED, 3).runs.get()
    page = sign_in("alice", "/judge", **look("light", 1400))
    findings = []
    for at, (form, n, keys) in enumerate(SCREENS):
        make_open_campaign(people, slug=f"screen-{at}", run=run, form=form, completions=n)
        seen_in(page, "light", 1400)
        page.goto(f"/annotate/screen-{at}")
        ready(page)
        press(page, *keys)
        for theme, width in LOOKS:
            seen_in(page, theme, width)
            findings += check(page, f"{form[0]['kind']} of {n}, {theme} {width}", only_colours=theme == "dark")
    assert findings == []


def test_a_form_shows_the_same_card_after_a_reload(people: dict[str, Any], sign_in: SignIn) -> None:
    page = opened(people, sign_in, [question("ranking")], 3)
    press(page, "3", "ArrowUp", "Enter")
    ready(page)
    all_sent(page)
    before = card(page)
    page.reload()
    ready(page)
    assert card(page) == before
    press(page, "z")
    expect(page.get_by_role("button", name="Answer C, place 2")).to_be_visible()
