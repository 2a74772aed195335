"""A manager drafts, looks, opens, watches, and takes the labels away."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from annotator.campaigns.models import Campaign
from tests.factories import make_run, make_version, score_all

from .conftest import SignIn
from .judging import all_sent, press

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


def test_the_server_s_refusal_is_shown(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("olga", "/campaigns/new")
    page.get_by_label("Name", exact=True).fill("Helpful")
    page.get_by_label("grpo-1").check()
    page.get_by_label("Overlap").fill("99")
    page.get_by_role("button", name="Create draft").click()
    expect(page.get_by_role("alert")).to_contain_text("overlap is 99")


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


def test_pause_and_close_stop_the_asking(campaign: Any, sign_in: SignIn) -> None:
    page = sign_in("olga", "/campaigns/helpful")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Open again")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".lead .badge")).to_have_text("closed")
    campaign.refresh_from_db()
    assert campaign.state == "closed"


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
