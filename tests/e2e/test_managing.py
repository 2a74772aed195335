"""A manager drafts, looks, opens, watches, and takes the labels away."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from annotator.campaigns.models import Campaign
from tests.factories import make_open_campaign, make_run, make_version, score_all

from .conftest import SignIn
from .findings import judged_together
from .judging import all_sent, press
from .seeing import check, look

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_campaign_is_drafted_previewed_and_opened(people: dict[str, Any], sign_in: SignIn) -> None:
    make_run("grpo-1", groups=5)
    page = sign_in("olga", "/campaigns")
    page.get_by_role("link", name="New campaign").click()
    page.get_by_role("button", name="Create draft").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose at least one run")
    page.get_by_label("Name", exact=True).fill("Tone of answers")
    page.get_by_role("textbox", name="Question").fill("Which answer is kinder?")
    page.get_by_label("grpo-1").check()
    page.get_by_label("Budget, labels").fill("40")
    page.get_by_role("button", name="Create draft").click()
    expect(page.get_by_role("heading", name="Would ask these first")).to_be_visible()
    expect(page.locator(".preview-pair")).to_have_count(5)
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_role("heading", name="Budget")).to_be_visible()
    campaign = Campaign.objects.get()
    assert (campaign.slug, campaign.state, campaign.budget_labels) == ("tone-of-answers", "open", 40)
    assert campaign.config.acquisition == "v_optimal"


def test_a_number_out_of_range_is_refused_at_its_field(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("olga", "/campaigns/new")
    page.get_by_label("Name", exact=True).fill("Kindness")
    page.get_by_label("grpo-1").check()
    page.get_by_text("Pace and leases").click()
    skips = page.get_by_label("Skips that withdraw")
    skips.fill("0")
    page.get_by_text("Pace and leases").click()
    page.get_by_role("button", name="Create draft").press("Enter")
    expect(skips).to_be_focused()
    expect(skips).to_have_accessible_description("A whole number from 1 to 100.")
    assert Campaign.objects.count() == 1


def test_numbers_are_typed_as_people_type_them_and_nothing_typed_is_lost(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("olga", "/campaigns/new", locale="de")
    page.get_by_label("Name", exact=True).fill("Skala")
    page.get_by_label("grpo-1").check()
    page.get_by_label("Art", exact=True).select_option("rating")
    page.get_by_text("Einstellungen und Leitfaden").first.click()
    low, budget = page.get_by_label("Niedrigste Bewertung"), page.get_by_label("Budget, Labels")
    low.fill("")
    low.press_sequentially("-")
    expect(low).to_have_value("-")
    budget.fill("1,000")
    share = page.get_by_label("Zufälliger Anteil, %")
    share.fill("12,5")
    page.get_by_role("button", name="Entwurf anlegen").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(budget).to_have_value("1,000")
    expect(budget).to_have_accessible_description(re.compile("auf zwei Arten"))
    low.press("End")
    low.press_sequentially("2")
    budget.fill("1.000")
    page.get_by_role("button", name="Entwurf anlegen").click()
    expect(page.get_by_role("heading", name="Skala")).to_be_visible()
    made = Campaign.objects.get(slug="skala")
    assert (made.budget_labels, made.config.random_share) == (1000, 0.125)
    assert [one["low"] for one in made.config.to_json()["form"][0]["criteria"]] == [-2, -2]


def test_everything_of_a_draft_but_its_address_is_changed_by_its_manager(people: Any, sign_in: SignIn) -> None:
    run, other = make_run("grpo-1", groups=4), make_run("grpo-2", groups=4)
    draft = make_open_campaign(people, slug="tone", run=run)
    Campaign.objects.update(state="draft")
    page = sign_in("olga", "/campaigns/tone")
    page.get_by_role("link", name="Change its settings").click()
    page.get_by_label("Name", exact=True).fill("Kindness")
    page.get_by_label(other.name).check()
    page.get_by_label("Overlap").fill("2")
    page.get_by_text("Hours and money").click()
    page.get_by_label("Budget, hours").fill("7.5")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("heading", name="Kindness")).to_be_visible()
    draft.refresh_from_db()
    assert (draft.slug, draft.name, draft.config.overlap, draft.budget_hours) == ("tone", "Kindness", 2, 7.5)
    assert set(draft.runs.values_list("name", flat=True)) == {"grpo-1", "grpo-2"}
    Campaign.objects.update(state="open")
    page.goto("/campaigns/tone/edit")
    expect(page.locator("#main")).to_contain_text("Once it is open its settings stay as they are.")


def test_a_copy_leaves_out_whose_access_has_ended_and_says_so(
    campaign: Any, people: dict[str, Any], sign_in: SignIn
) -> None:
    type(people["bob"]).objects.filter(pk=people["bob"].pk).update(is_active=False)
    page = sign_in("olga", "/campaigns/new?like=helpful")
    expect(page.get_by_text("Left out, because their access has ended: bob.")).to_be_visible()
    expect(page.get_by_label("Annotators")).not_to_have_value(re.compile("bob"))


def test_the_server_s_refusal_stands_at_its_field(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("olga", "/campaigns/new", locale="de")
    name = page.get_by_label("Name", exact=True)
    name.fill("Helpful")
    page.get_by_label("grpo-1").check()
    page.get_by_role("button", name="Entwurf anlegen").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("exists already")
    expect(name).to_be_focused()
    expect(name).to_have_accessible_description(re.compile("exists already"))
    expect(page.locator(".field-problem")).to_have_attribute("lang", "en")
    name.fill("Helpful again")
    expect(page.locator(".field-problem")).to_have_count(0)


def test_known_answers_and_training_are_set_by_keyboard(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("olga", "/campaigns/new")
    outlook = page.get_by_role("region", name="What this comes to")
    expect(outlook).to_contain_text("475 are for new cards and 25 are kept in reserve")
    page.keyboard.type("Kindness")
    page.get_by_label("grpo-1").press("Space")
    page.get_by_label("Known answers").press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("10")
    page.get_by_label("Training round").press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("4")
    page.get_by_label("The reference answer").press("Space")
    page.get_by_label("Annotators").fill("alice, bob")
    expect(outlook).to_contain_text("87 are new, 10 have a known answer, and 3 are their own again, turned round")
    expect(outlook).to_contain_text("2 people answer 4 training cards each first: 8 labels")
    page.get_by_role("button", name="Create draft").press("Enter")
    expect(page.get_by_role("heading", name="Kindness")).to_be_visible()
    made = Campaign.objects.get(slug="kindness").config
    assert (made.gold_share, made.gold_pass, made.training_cards, made.repeat_share) == (0.1, 0.6, 4, 0.03)
    assert made.reserve_share == pytest.approx(0.17)
    assert (made.show_reference, made.show_evidence) == (True, False)


def test_a_form_of_several_questions_is_composed_by_keyboard(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("olga", "/campaigns/new")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("Two things")
    page.get_by_label("grpo-1").press("Space")
    page.get_by_role("button", name="Add a question").press("Enter")
    second = page.get_by_role("group", name="Question 2")
    kind = second.get_by_label("Kind")
    kind.focus()
    page.keyboard.type("Rat")
    expect(kind).to_be_focused()
    second.get_by_label("Criteria").fill("helpful: does it answer?\nhonest")
    second.get_by_text("Options and guideline").press("Enter")
    second.get_by_label("Highest score").fill("5")
    second.get_by_role("button", name="Ask earlier").press("Enter")
    expect(page.get_by_role("group", name="Question 1").get_by_label("Criteria")).to_be_visible()
    page.get_by_role("button", name="Create draft").press("Enter")
    expect(page.get_by_role("heading", name="Two things")).to_be_visible()
    rating, pair = Campaign.objects.get(slug="two-things").config.form
    assert (rating["kind"], pair["kind"]) == ("rating", "pair")
    assert [(one["name"], one["high"]) for one in rating["criteria"]] == [("helpful", 5), ("honest", 5)]
    assert rating["criteria"][0]["guideline"] == "does it answer?"


def test_what_was_typed_into_the_form_outlives_a_reload_until_it_is_drafted(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("olga", "/campaigns/new")
    page.get_by_label("Name", exact=True).fill("Half a")
    page.get_by_label("grpo-1").check()
    page.get_by_role("button", name="Add a question").click()
    page.get_by_role("group", name="Question 2").get_by_label("Kind").select_option("rating")
    page.get_by_label("Budget, labels").fill("77")
    page.reload()
    expect(page.get_by_role("status").filter(has_text="What you typed here before is back.")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Half a")
    expect(page.get_by_role("group", name="Question 2").get_by_label("Criteria")).to_have_value("helpful\nhonest")
    page.get_by_role("button", name="Create draft").click()
    expect(page.get_by_role("heading", name="Half a")).to_be_visible()
    assert Campaign.objects.get(slug="half-a").budget_labels == 77
    page.goto("/campaigns/new")
    expect(page.get_by_label("Name", exact=True)).to_have_value("")
    page.get_by_label("Name", exact=True).fill("Other")
    page.reload()
    page.get_by_role("button", name="Start afresh").press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_have_value("")


def test_a_campaign_is_copied_with_all_its_settings_by_keyboard(people: Any, sign_in: SignIn) -> None:
    form = [{"kind": "rating", "name": "q", "criteria": [{"name": "a", "high": 3}, {"name": "b", "low": 0, "high": 9}]}]
    config = {"form": form, "overlap": 2, "max_skips": 7, "random_share": 0.25, "repeat_share": 0.0, "seed": 5}
    settings = {"acquisition": "random", "training": {"epochs": 7}, "budget_money": Decimal(50), "currency": "EUR"}
    run = make_run("grpo-1", groups=4)
    made = make_open_campaign(people, run=run, pay_per_label=Decimal("0.25"), **config, **settings)
    page = sign_in("olga", "/campaigns/helpful")
    page.get_by_role("link", name="New one like this").press("Enter")
    expect(page.get_by_role("heading", name="New campaign like Helpful")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("Once more")
    page.get_by_role("button", name="Create draft").press("Enter")
    expect(page.get_by_role("heading", name="Once more")).to_be_visible()
    copy = Campaign.objects.get(slug="once-more")
    assert copy.config == made.config
    assert (copy.state, copy.reward_model) == ("draft", "once-more")
    for field in ("question", "budget_labels", "budget_hours", "budget_money", "currency", "prices"):
        assert getattr(copy, field) == getattr(made, field), field
    assert list(copy.runs.all()) == [run]
    members = lambda of: sorted(of.annotators.values_list("username", flat=True))  # noqa: E731
    assert members(copy) == members(made)


def test_the_dashboard_follows_the_answers_live(campaign: Any, sign_in: SignIn) -> None:
    desk = sign_in("olga", "/campaigns/helpful")
    labels = desk.locator(".stat", has_text="Labels").locator(".stat-value").first
    expect(labels).to_have_text("0")
    judge = sign_in("alice", "/annotate/helpful")
    press(judge, "a", "b", "t")
    all_sent(judge)
    expect(labels).to_have_text("3")
    expect(desk.get_by_role("row", name="alice")).to_contain_text("3")
    expect(desk.locator(".legend", has_text="spent")).to_contain_text("spent 3")


def test_pause_and_close_say_what_they_mean(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("olga", "/campaigns/helpful")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Open again")).to_be_visible()
    expect(page.get_by_text("Who holds one may still answer it")).to_be_visible()
    expect(page.get_by_role("button", name="Close…")).to_be_enabled()  # the news may come before the answer
    page.get_by_role("button", name="Close…").press("Enter")
    asked = page.get_by_role("dialog", name="Close this campaign for good?")
    expect(asked).to_contain_text("cannot be opened again")
    page.keyboard.press("Escape")
    expect(asked).to_have_count(0)
    page.get_by_role("button", name="Close…").press("Enter")
    asked.get_by_role("button", name="Close for good").press("Enter")
    expect(page.locator(".lead .badge")).to_have_text("closed")
    expect(page.get_by_role("button", name="Top up")).to_have_count(0)
    campaign.refresh_from_db()
    assert campaign.state == "closed"


def test_labels_hours_and_money_are_topped_up_by_keyboard(people: Any, sign_in: SignIn) -> None:
    means: dict[str, Any] = {
        "budget_hours": Decimal(2),
        "budget_money": Decimal(50),
        "pay_per_hour": Decimal(20),
        "currency": "EUR",
    }
    made = make_open_campaign(people, slug="paid", run=make_run("grpo-1"), budget_labels=30, **means)
    page = sign_in("olga", "/campaigns/paid")
    page.get_by_role("button", name="Top up").press("Enter")
    dialog = page.get_by_role("dialog", name="Top up the budget")
    labels = dialog.get_by_label("More labels")
    expect(labels).to_be_focused()
    expect(labels).to_have_accessible_description(re.compile("30 now, 2. left"))
    page.keyboard.press("Enter")
    expect(labels).to_have_accessible_description("Say how much to add.")
    page.keyboard.type("20")
    page.keyboard.press("Tab")
    page.keyboard.type("1.5")
    page.keyboard.press("Tab")
    page.keyboard.type("25")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.locator(".stat", has_text="Budget left")).to_contain_text("of 50")
    made.refresh_from_db()
    assert (made.budget_labels, made.budget_hours, made.budget_money) == (50, Decimal("3.5"), Decimal(75))


def test_what_says_that_the_budget_ends_leads_to_topping_it_up(people: Any, sign_in: SignIn) -> None:
    made = make_open_campaign(people, slug="small", run=make_run("grpo-1"), budget_labels=3)
    judged_together(people, made)
    page = sign_in("olga", "/campaigns/small")
    page.get_by_role("region", name="What to look at").get_by_role("link", name="Top up").press("Enter")
    dialog = page.get_by_role("dialog", name="Top up the budget")
    expect(dialog).to_contain_text("The labels have ended it.")
    dialog.get_by_label("More labels").fill("99999999999")
    dialog.get_by_label("More labels").press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("labels")
    expect(dialog.get_by_label("More labels")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("/campaigns/small$"))


def test_a_draft_says_what_it_lacks(people: Any, sign_in: SignIn) -> None:
    made = make_open_campaign(people, slug="taught", run=make_run("grpo-1"), training_cards=3, reserve_share=0.4)
    Campaign.objects.filter(pk=made.pk).update(state="draft")
    page = sign_in("olga", "/campaigns/taught")
    before = page.get_by_role("region", name="Before you open it")
    expect(before).to_contain_text("3 people will be asked.")
    expect(before).to_contain_text("0 of 3 training cards are made")
    before.get_by_role("link", name="State right answers").press("Enter")
    expect(page.get_by_role("heading", name="Taught: known answers")).to_be_visible()


def test_retraining_too_early_is_explained(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("olga", "/campaigns/helpful")
    page.get_by_role("button", name="Retrain now").click()
    expect(page.get_by_role("alert")).not_to_be_empty()


def test_label_sets_download_as_preference_rows(campaign: Any, sign_in: SignIn) -> None:
    judge = sign_in("alice", "/annotate/helpful")
    press(judge, *"abababab")
    all_sent(judge)
    page = sign_in("olga", "/campaigns/helpful")
    page.get_by_role("button", name="Freeze now").click()
    with page.expect_download() as downloading:
        page.get_by_role("link", name=re.compile("JSONL.*label set")).click()
    rows = [json.loads(line) for line in downloading.value.path().read_text().splitlines()]
    assert rows
    assert all({"chosen", "rejected"} <= set(row) for row in rows)


def test_runs_show_their_groups_with_rewards_and_scores(campaign: Any, sign_in: SignIn) -> None:
    version = make_version("helpful")
    score_all(version, campaign.runs.get())
    page = sign_in("olga", "/runs")
    page.get_by_role("link", name="grpo-1").click()
    expect(page.locator(".group")).to_have_count(10)
    page.get_by_role("button", name="More groups").click()
    expect(page.locator(".group")).to_have_count(12)
    expect(page.locator(".rollout").first).to_contain_text("±")
    page.locator(".rollout > summary").first.click()
    expect(page.locator(".rollout-body").first).to_contain_text("Answer 0")


def test_the_form_with_its_errors_and_the_top_up_are_for_everybody(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("olga", "/campaigns/new", **look("light", 1400))
    page.get_by_label("Name", exact=True).fill("A long name " * 16)
    for practice in ("Known answers", "Training round"):
        page.get_by_label(practice).check()
    page.get_by_label("Overlap").fill("99")
    page.get_by_role("button", name="Create draft").click()
    expect(page.get_by_label("Overlap")).to_have_attribute("aria-invalid", "true")
    findings = [f for looked in (("light", 1400), ("dark", 390)) for f in _looked_at(page, *looked)]
    page.goto("/campaigns/helpful?top-up=yes")
    expect(page.get_by_role("dialog", name="Top up the budget")).to_be_visible()
    findings += [f for looked in (("light", 320), ("dark", 1400)) for f in _looked_at(page, *looked)]
    assert findings == []


def _looked_at(page: Page, theme: Literal["light", "dark"], width: int) -> list[str]:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 800})
    return list(check(page, f"{page.url} {theme} {width}"))
