"""An answer that was given reaches the database once, whatever happens to the network, the server or the page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Route, expect

from annotator.annotations.models import Annotation
from annotator.tasks.leasing import claim_next, expire_leases
from annotator.tasks.models import Assignment
from tests.factories import make_open_campaign

from .conftest import SignIn, quiet
from .judging import all_sent, answers, card, eventually, in_again, press, ready, said
from .kinds import question

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_who_is_signed_out_while_judging_signs_in_on_the_spot(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    ready(page)
    page.context.clear_cookies(name="sessionid")
    press(page, "b")
    expect(page.get_by_text("1 unsent, sign in again to send")).to_be_visible()
    page.get_by_role("button", name="Sign in").click()
    in_again(page)
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
