"""An answer that was given reaches the database once, whatever happens to the network, the server or the page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from annotator.annotations.models import Annotation
from annotator.tasks.leasing import claim_next, expire_leases
from annotator.tasks.models import Assignment
from tests.factories import make_open_campaign

from .conftest import SignIn, quiet
from .judging import all_sent, answers, card, eventually, kept, press, ready, said, written
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


def test_a_reload_keeps_the_leases_and_the_card(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    press(page, "a")
    ready(page)
    all_sent(page)
    quiet(page)
    before, held = card(page), _leased()
    page.reload()
    ready(page)
    assert card(page) == before
    assert held <= _leased()
    expect(page.get_by_role("navigation", name="Your last answers").get_by_role("button")).to_have_count(1)


def test_lost_network_loses_nothing(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    press(page, "a")
    ready(page)
    all_sent(page)
    quiet(page)
    page.context.set_offline(True)
    press(page, "b", "t")
    expect(page.get_by_text("2 unsent, waiting for the server")).to_be_visible()
    assert len(answers()) == 1
    page.context.set_offline(False)
    all_sent(page)
    assert sorted(answers(), key=str) == sorted([("first", 2), ("second", 2), ("tie", None)], key=str)


def test_unsent_answers_survive_a_reload(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    page.route("**/annotation", lambda route: route.abort())
    press(page, "b", "x")
    expect(page.get_by_text("2 unsent")).to_be_visible()
    page.reload()
    ready(page)
    expect(page.get_by_text("2 unsent")).to_be_visible()
    page.unroute("**/annotation")
    all_sent(page)
    assert sorted(answers(), key=str) == sorted([("second", 2), ("both_bad", None)], key=str)


def test_what_a_closed_tab_left_behind_is_counted_and_undone_in_the_next(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    page.context.route("**/annotation", lambda route: route.abort())
    press(page, "b")
    expect(page.get_by_text("1 unsent")).to_be_visible()
    later = page.context.new_page()
    page.close()
    later.goto("/annotate/helpful")
    ready(later)
    expect(later.get_by_text("1 unsent")).to_be_visible()
    page.context.unroute("**/annotation")
    all_sent(later)
    expect(later.get_by_text("1 answer")).to_be_visible()
    expect(later.get_by_role("navigation", name="Your last answers").get_by_role("button")).to_have_count(1)
    press(later, "z", "t")
    all_sent(later)
    assert answers() == [("tie", None)]


def test_ten_answers_do_not_widen_a_phone_s_page(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful", viewport={"width": 390, "height": 800})
    press(page, *"abababababab")
    expect(page.get_by_role("navigation", name="Your last answers").get_by_role("button")).to_have_count(10)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_an_unsent_answer_can_be_undone(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    page.route("**/annotation", lambda route: route.abort())
    press(page, "b", "z", "a")
    expect(page.get_by_text("2 unsent")).to_be_visible()
    page.unroute("**/annotation")
    all_sent(page)
    assert answers() == [("first", 2)]
    assert Annotation.objects.count() == 2


def test_a_resting_server_is_waited_for(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    refusals = []

    def rest(route: Route) -> None:
        if len(refusals) < 2:
            refusals.append(1)
            route.fulfill(status=503, json={"code": "database_unavailable", "message": "Later.", "context": {}})
        else:
            route.continue_()

    page.route("**/annotation", rest)
    press(page, "a")
    all_sent(page)
    assert len(refusals) == 2
    assert answers() == [("first", 2)]


def test_an_answer_whose_receipt_was_lost_counts_once(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    lost = []

    def swallow(route: Route) -> None:
        if not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    page.route("**/annotation", swallow)
    press(page, "a")
    all_sent(page)
    assert lost[0].status == 201
    assert Annotation.objects.count() == 1


def test_a_lost_card_is_dropped_calmly(campaign: Any, sign_in: SignIn, people: dict[str, Any]) -> None:
    page = sign_in("alice", "/annotate/helpful")
    ready(page)
    quiet(page)
    Assignment.objects.filter(annotator=people["alice"]).order_by("-priority", "id").update(lease_number=99)
    press(page, "a")
    expect(page.get_by_role("status").filter(has_text="gone to somebody else")).to_be_visible()
    ready(page)
    assert answers() == []


def test_a_second_tab_says_so_and_can_take_over(campaign: Any, sign_in: SignIn) -> None:
    first = sign_in("alice", "/annotate/helpful")
    ready(first)
    shown = card(first)
    second = first.context.new_page()
    second.goto("/annotate/helpful")
    expect(second.get_by_role("heading", name="Already open in another tab")).to_be_visible()
    second.get_by_role("button", name="Take over here").click()
    ready(second)
    assert card(second) == shown
    expect(first.get_by_role("heading", name="Already open in another tab")).to_be_visible()
    press(second, "a")
    all_sent(second)
    assert answers() == [("first", 2)]


def test_a_closed_second_tab_hands_back(campaign: Any, sign_in: SignIn) -> None:
    first = sign_in("alice", "/annotate/helpful")
    ready(first)
    second = first.context.new_page()
    second.goto("/annotate/helpful")
    second.get_by_role("button", name="Take over here").click()
    ready(second)
    second.close()
    ready(first)


def test_a_signed_out_person_keeps_unsent_answers_until_they_return(
    campaign: Any, sign_in: SignIn, people: dict[str, Any]
) -> None:
    page = sign_in("alice", "/annotate/helpful")
    ready(page)
    page.context.clear_cookies(name="sessionid")
    press(page, "a")
    expect(page.get_by_text("sign in again to send")).to_be_visible()
    page.goto("/annotate/helpful")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill("alice-long-password")
    page.get_by_role("button", name="Sign in").click()
    ready(page)
    eventually(lambda: answers() == [("first", 2)])
    all_sent(page)


def _asking(people: dict[str, Any], asked: dict[str, Any]) -> Any:
    return make_open_campaign(people, slug="asked", groups=8, form=[asked])


def _in_again(page: Page) -> None:
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill("alice-long-password")
    page.get_by_role("button", name="Sign in").click()


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
        _in_again(page)
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


def test_signing_out_leaves_no_half_said_card_behind(sign_in: SignIn, people: dict[str, Any]) -> None:
    _asking(people, question("critique"))
    page = sign_in("alice", "/annotate/asked")
    press(page, "i", "@Between us:", "Escape")
    page.get_by_role("button", name="Sign out").click()
    _in_again(page)
    ready(page)
    expect(page.get_by_role("textbox", name="Critique")).to_have_value("")


def test_who_is_signed_out_while_judging_signs_in_on_the_spot(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    ready(page)
    page.context.clear_cookies(name="sessionid")
    press(page, "b")
    expect(page.get_by_text("1 unsent, sign in again to send")).to_be_visible()
    page.get_by_role("button", name="Sign in").click()
    _in_again(page)
    ready(page)
    eventually(lambda: answers() == [("second", 2)])
    all_sent(page)


def test_undo_reaches_answers_when_the_network_left_an_empty_hand(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    ready(page)
    quiet(page)
    page.context.set_offline(True)
    press(page, "a", "a", "a", "a", "a")
    expect(page.get_by_text("The server cannot be reached")).to_be_visible()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_enabled()
    undo.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Looking again at an earlier answer")).to_be_visible()
    press(page, "b")
    page.context.set_offline(False)
    all_sent(page)
    assert sorted(answers(), key=str) == sorted([("first", 2)] * 4 + [("second", 2)], key=str)


def test_what_was_begun_is_sent_though_somebody_else_has_the_card_by_now(
    sign_in: SignIn, people: dict[str, Any]
) -> None:
    asked = make_open_campaign(people, slug="asked", groups=1, form=[question("critique")], lease_minutes=1.0)
    page = sign_in("alice", "/annotate/asked")
    press(page, "i", "@Neither says", "Escape")
    later = timezone.now() + timedelta(minutes=2)
    expire_leases(now=later)
    assert len(claim_next(asked, people["bob"].pk, n=1, now=later)) == 1
    with page.expect_response(lambda one: one.url.endswith("/renew") and one.status == 409, timeout=90_000):
        pass
    press(page, "i", "@ why.", "Control+Enter")
    all_sent(page)
    assert said() == [{"q": {"text": "Neither says why."}}]


def test_a_card_that_went_to_somebody_else_while_it_was_read_says_only_that(
    sign_in: SignIn, people: dict[str, Any]
) -> None:
    asked = make_open_campaign(people, slug="asked", groups=9, form=[question("pair")], lease_minutes=1.0)
    page = sign_in("alice", "/annotate/asked")
    ready(page)
    before = card(page)
    later = timezone.now() + timedelta(minutes=2)
    expire_leases(now=later)
    assert len(claim_next(asked, people["bob"].pk, n=1, now=later)) == 1
    expect(page.get_by_text("Here is another.")).to_be_visible(timeout=90_000)
    ready(page)
    assert card(page) != before


def test_after_a_failure_more_cards_are_held_for_the_next_one(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    page.route("**/annotation", lambda route: route.abort())
    press(page, "a")
    expect(page.get_by_text("1 unsent, waiting for the server")).to_be_visible()
    page.unroute("**/annotation")
    all_sent(page)
    press(page, "a")
    all_sent(page)
    eventually(lambda: len(_leased()) >= 8)
    quiet(page)
    page.context.set_offline(True)
    press(page, *"abababab")
    expect(page.get_by_text("8 unsent, waiting for the server")).to_be_visible()
    assert len(_leased()) <= 20
    page.context.set_offline(False)
    all_sent(page)
    assert len(answers()) == 10


def _leased() -> set[int]:
    live = Assignment.objects.filter(state="leased", leased_until__gt=timezone.now())
    return set(live.values_list("id", flat=True))
