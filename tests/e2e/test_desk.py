"""A manager looks closer: rollouts found by word and figure, answers read again, changes seen as they happen."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from annotator.annotations.models import Annotation, Review
from annotator.annotations.submission import submit
from annotator.api import live
from annotator.campaigns.models import Campaign
from annotator.people.models import Role, User
from annotator.rollouts import words
from annotator.rollouts.models import Rollout
from annotator.tasks.leasing import claim_next
from annotator.training.models import TrainingJob
from tests.annotator.annotations.test_reviews import answered
from tests.factories import make_open_campaign, make_run, make_version, said, score_all

from .conftest import SignIn, quiet
from .findings import found
from .judging import all_sent, eventually, press

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def searchable(campaign: Any) -> Any:
    score_all(make_version("helpful"), campaign.runs.get())
    Rollout.objects.filter(external_id="0/7/2").update(completion="The **bridges** of Königsberg")
    words.sweep()
    return campaign


def test_a_word_is_found_marked_and_leads_to_its_group(searchable: Any, api: Any, sign_in: SignIn) -> None:
    answered(api, "alice", "helpful")
    page = sign_in("olga", "/explorer")
    page.get_by_label("Words", exact=True).fill("königsberg")
    row = page.locator(".found-row")
    expect(row).to_have_count(1)
    expect(row.locator("mark")).to_have_text("Königsberg")
    expect(page).to_have_url("/explorer?q=k%C3%B6nigsberg")
    row.get_by_role("link").click()
    completion = page.get_by_role("region", name="Completion 2")
    expect(completion).to_contain_text("bridges of Königsberg")
    expect(completion).to_contain_text("reward 2.00")
    expect(completion).to_contain_text("helpful v1")
    expect(page.get_by_role("region", name="Prompt")).to_contain_text("Prompt 7?")
    page.go_back()
    expect(page.get_by_label("Words", exact=True)).to_have_value("königsberg")


def test_a_search_is_an_address(searchable: Any, api: Any, sign_in: SignIn) -> None:
    answered(api, "alice", "helpful")
    page = sign_in("olga", "/explorer?run=grpo-1&reward_min=3&labelled=no&sort=most_doubted")
    expect(page.locator(".found-row").first).to_contain_text("reward 3.00")
    expect(page.get_by_label("Reward from")).to_have_value("3")
    expect(page.get_by_role("combobox", name="Order")).to_have_value("most_doubted")
    expect(page.get_by_role("combobox", name="Labels", exact=True)).to_have_value("no")
    page.get_by_role("combobox", name="Run", exact=True).select_option("")
    expect(page).to_have_url("/explorer?labelled=no")
    expect(page.get_by_label("Reward from")).to_be_disabled()
    expect(page.locator(".found-row")).to_have_count(46)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="CSV of all rollouts found").click()
    assert len(downloading.value.path().read_text().splitlines()) == 47


def test_numbers_are_typed_as_people_type_them(searchable: Any, sign_in: SignIn) -> None:
    page = sign_in("olga", "/explorer?run=grpo-1")
    least, steps = page.get_by_label("Reward from"), page.get_by_label("Steps up to")
    least.fill("2,5")
    expect(page).to_have_url("/explorer?run=grpo-1&reward_min=2.5")
    expect(least).to_have_value("2,5")
    expect(page.locator(".found-row")).to_have_count(12)
    steps.fill("1.5")
    expect(steps).to_have_accessible_description("A whole number, 0 or more.")
    least.fill("high")
    expect(least).to_have_accessible_description("A number.")
    expect(page).to_have_url("/explorer?run=grpo-1")
    expect(page.locator(".found-row")).to_have_count(48)
    page.get_by_role("button", name="Deutsch").click()
    page.goto("/explorer?run=grpo-1&reward_min=2.5")
    expect(page.get_by_label("Belohnung von")).to_have_value("2,5")
    page.goto("/runs/grpo-1")
    page.get_by_label("Schritt", exact=True).fill("x")
    expect(page.get_by_label("Schritt", exact=True)).to_have_accessible_description("Eine ganze Zahl, 0 oder mehr.")


THOUGHT = "I should count the bags again. " * 40


@pytest.mark.parametrize("closed", [True, False])
def test_lines_about_completions_show_what_they_answer(searchable: Any, sign_in: SignIn, closed: bool) -> None:
    text = f"<think>\n{THOUGHT}\n</think>\n\nSeven bags." if closed else f"<think>\n{THOUGHT}"
    Rollout.objects.filter(group__external_id="0/11").update(completion=text)
    shown = "after reasoning Seven bags." if closed else "from the reasoning I should count the bags again."
    page = sign_in("olga", "/explorer?run=grpo-1")
    expect(page.locator(".found-row", has_text="Prompt 11?").locator(".found-text")).to_have_text(
        [re.compile(shown)] * 4
    )
    page.goto("/runs/grpo-1")
    expect(page.locator(".group", has_text="Prompt 11?").locator(".rollout-text")).to_have_text([re.compile(shown)] * 4)
    expect(page.get_by_text("<think>")).to_have_count(0)
    page.set_viewport_size({"width": 360, "height": 800})
    line = page.locator(".group", has_text="Prompt 11?").locator(".rollout-text").first
    eventually(lambda: line.evaluate("one => one.scrollWidth <= one.clientWidth"))  # no word is cut beside the sign


def test_long_lists_go_on(api: Any, sign_in: SignIn, people: Any) -> None:
    make_run("grpo-1", groups=30)
    page = sign_in("olga", "/explorer?run=grpo-1")
    expect(page.locator(".found-row")).to_have_count(50)
    page.get_by_role("button", name="More rollouts").click()
    expect(page.locator(".found-row")).to_have_count(100)
    page.get_by_role("button", name="More rollouts").click()
    expect(page.locator(".found-row")).to_have_count(120)
    expect(page.get_by_role("button", name="More rollouts")).to_have_count(0)


def test_a_run_shows_its_course(people: Any, sign_in: SignIn) -> None:
    for step in range(4):
        make_run("grpo-1", groups=3, step=step)
    Rollout.objects.filter(group__step=3).update(reward=1.0)
    page = sign_in("olga", "/runs/grpo-1")
    plots = page.get_by_role("region", name="How it went").get_by_role("img")
    expect(plots).to_have_count(4)
    expect(plots.nth(1)).to_have_attribute(
        "aria-label", "Saturated groups by step: 0% at the beginning, 100% at the end"
    )


def test_an_answer_is_returned_and_accepted_by_keyboard(campaign: Any, api: Any, sign_in: SignIn) -> None:
    given = answered(api, "alice", "helpful", flagged=True, comment="Neither is right.")
    page = sign_in("olga", "/campaigns/helpful")
    page.get_by_role("region", name="What to look at").get_by_role("link", name="Look").click()
    answer = page.get_by_role("article")
    expect(answer).to_contain_text("Neither is right.")
    answer.get_by_role("button", name="Return to alice").press("Enter")
    expect(answer.get_by_role("alert")).to_contain_text("Say what is to be corrected")
    answer.get_by_label("Note to the author").fill("Count again.")
    answer.get_by_role("button", name="Return to alice").press("Enter")
    eventually(lambda: Review.objects.filter(annotation=given, verdict="returned", note="Count again.").exists())
    expect(page.get_by_role("article")).to_have_count(0)  # read, so no longer among those nobody has read
    page.goto("/campaigns/helpful/review")
    expect(page.get_by_role("article")).to_contain_text("Count again.")
    page.get_by_role("button", name="Accept").press("Enter")
    expect(page.get_by_role("article").locator(".badge-accepted")).to_be_visible()
    assert Annotation.objects.count() == 1


def test_an_answer_that_came_back_is_corrected_before_anything_new(campaign: Any, api: Any, sign_in: SignIn) -> None:
    given = answered(api, "alice", "helpful")
    note = {"verdict": "returned", "note": "Count again."}
    assert api("olga").post(f"/api/v1/annotations/{given}/review", note, format="json").status_code == 200
    page = sign_in("alice", "/annotate/helpful")
    expect(page.get_by_text("olga returned this answer: Count again.")).to_be_visible()
    press(page, "t")
    all_sent(page)
    eventually(lambda: Annotation.objects.filter(revises=given).exists())
    assert Annotation.objects.get(revises=given).answer["preference"]["choice"] == "tie"
    page.reload()
    press(page, "t")
    eventually(lambda: Annotation.objects.filter(revises=None).count() == 2)


def test_home_says_what_came_back_and_what_waits(campaign: Any, api: Any, sign_in: SignIn) -> None:
    given = answered(api, "alice", "helpful", flagged=True)
    page = sign_in("carol", "/judge")
    page.get_by_role("link", name="1 answer to read").press("Enter")
    expect(page.get_by_role("article")).to_have_count(1)
    page.goto("/judge")
    page.get_by_role("link", name="Disputes").press("Enter")
    expect(page.get_by_text("Nothing waits for a decision.")).to_be_visible()
    note = {"verdict": "returned", "note": "Count again."}
    assert api("carol").post(f"/api/v1/annotations/{given}/review", note, format="json").status_code == 200
    page = sign_in("alice", "/judge")
    expect(page.get_by_role("link", name=re.compile("to read|Review|Disputes"))).to_have_count(0)
    page.get_by_role("link", name="1 answer came back to you").press("Enter")
    expect(page.get_by_text("carol returned this answer: Count again.")).to_be_visible()


def test_a_manager_of_one_campaign_explores_its_runs(campaign: Any, people: Any, sign_in: SignIn) -> None:
    make_run("secret")
    campaign.memberships.filter(user=people["bob"]).update(role="manager")
    page = sign_in("bob", "/campaigns/helpful")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Rollouts").press("Enter")
    expect(page.locator(".found-row").first).to_be_visible()
    expect(page.get_by_role("combobox", name="Run", exact=True).locator("option")).to_have_count(2)
    page.locator(".found-row").first.get_by_role("link").press("Enter")
    expect(page.get_by_role("region", name="Prompt")).to_be_visible()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Runs").press("Enter")
    expect(page.get_by_role("table").get_by_role("link")).to_have_text(["grpo-1"])


def test_many_people_are_one_alarm_and_a_short_table(people: Any, sign_in: SignIn) -> None:
    for n in range(12):
        people[f"person-{n:02d}"] = User.objects.create_user(f"person-{n:02d}", role=Role.ANNOTATOR)
    made = make_open_campaign(
        people, slug="crowd", run=make_run("grpo-1", groups=24, size=2), overlap=12, budget_labels=300
    )
    for n in range(12):
        who = people[f"person-{n:02d}"].pk
        while cards := claim_next(made, who, n=1, now=timezone.now()):
            submit(cards[0].assignment, who, cards[0].lease_number, said("left", f"{n} {cards[0].assignment}"))
    page = sign_in("olga", "/campaigns/crowd")
    alarms = page.get_by_role("region", name="What to look at")
    expect(alarms).to_contain_text(
        "12 people prefer one side more than chance explains: person-00, person-01, person-02 and 9 more"
    )
    expect(alarms.get_by_text("prefer")).to_have_count(1)
    expect(page.get_by_role("region", name="Table of annotators").get_by_role("row")).to_have_count(11)
    page.get_by_role("link", name="All 12 annotators").press("Enter")
    expect(page.get_by_role("row", name=re.compile("person-11")).first).to_be_visible()


def test_changes_take_neither_the_focus_nor_the_place(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("olga", "/campaigns/helpful", viewport={"width": 900, "height": 500})
    expect(page.get_by_text("Live: changes show within seconds.")).to_be_visible()
    link = page.get_by_role("link", name="How this run went")
    link.focus()
    before = page.evaluate("window.scrollY")
    assert before > 0
    judge = sign_in("alice", "/annotate/helpful")
    press(judge, "a", "b")
    all_sent(judge)
    expect(page.locator(".stat", has_text="Labels").locator(".stat-value").first).to_have_text("2")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()


def test_an_adjudicator_reads_answers_and_an_annotator_does_not(campaign: Any, api: Any, sign_in: SignIn) -> None:
    answered(api, "alice", "helpful")
    page = sign_in("carol", "/campaigns/helpful/review")
    expect(page.get_by_role("article")).to_have_count(1)
    page = sign_in("bob", "/campaigns/helpful/review")
    expect(page.get_by_role("alert")).to_contain_text("Only managers and adjudicators")


def test_a_change_shows_by_itself_without_asking(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("olga", "/campaigns/helpful")
    expect(page.get_by_text("Live: changes show within seconds.")).to_be_visible()
    quiet(page, streams=1)  # a page that is told from now on reads once what it may have missed
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/dashboard" in request.url else None)
    page.wait_for_timeout(5_000)
    assert asked == [], "nothing changed, so nothing was asked"
    TrainingJob.objects.create(
        kind="reward_model", campaign=campaign, config_digest="0" * 64, because="50 new labels", state="failed",
        finished_at=timezone.now(),
    )  # fmt: skip
    expect(page.get_by_role("region", name="What to look at")).to_contain_text("The last training failed.")
    found(campaign, 800, "worse", (-0.04, -0.07, -0.01))
    expect(page.get_by_role("region", name="What to look at")).to_contain_text("teaches less per answer than chance")


def test_without_room_for_a_line_the_page_asks(campaign: Any, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    held = [live.Stream(campaign) for _ in range(live.MOST_STREAMS)]
    try:
        page = sign_in("olga", "/campaigns/helpful")
        expect(page.get_by_text("Asking every 2 seconds.")).to_be_visible()
        Campaign.objects.filter(pk=campaign.pk).update(state="paused")
        expect(page.get_by_role("button", name="Open again")).to_be_visible()
    finally:
        for one in held:
            one.close()


def test_a_dry_run_shows_the_first_cards_before_anything_is_drafted(people: Any, sign_in: SignIn) -> None:
    make_run("grpo-1", groups=30)
    page = sign_in("olga", "/campaigns/new")
    look = page.get_by_role("button", name="Show the first 20 cards")
    expect(look).to_be_disabled()
    page.get_by_label("grpo-1").check()
    look.click()
    expect(page.locator(".preview-pair")).to_have_count(20)
    assert not Campaign.objects.exists()


def test_a_page_that_breaks_says_so_and_leaves_the_way_to_others(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("olga", "/campaigns")
    page.route("**/api/v1/campaigns/helpful/dashboard", lambda route: route.fulfill(json={"nothing": "of use"}))
    page.goto("/campaigns/helpful")
    expect(page.get_by_role("heading", name="This page broke")).to_be_visible()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Runs").click()
    expect(page.get_by_role("heading", name="Runs", level=1)).to_be_visible()
