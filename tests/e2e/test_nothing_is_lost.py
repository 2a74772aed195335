"""An answer that was given reaches the database once, whatever happens to the network, the server or the page."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Route, expect

from annotator.annotations.models import Annotation
from annotator.tasks.models import Assignment

from .conftest import SignIn
from .judging import all_sent, answers, card, press, ready

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_reload_keeps_the_leases_and_the_card(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("alice", "/annotate/helpful")
    press(page, "a")
    ready(page)
    all_sent(page)
    page.wait_for_load_state("networkidle")
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
    page.wait_for_load_state("networkidle")
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
    page.wait_for_load_state("networkidle")
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
    all_sent(page)
    assert answers() == [("first", 2)]


def _leased() -> set[int]:
    live = Assignment.objects.filter(state="leased", leased_until__gt=timezone.now())
    return set(live.values_list("id", flat=True))
