"""The desk says what the strategy is worth, live and with an interval, and whether the model's doubt can be trusted."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from annotator.annotations.label_sets import freeze
from annotator.campaigns.models import Campaign
from annotator.training.models import TrainingJob
from tests.factories import make_open_campaign, make_version

from .conftest import SignIn, quiet
from .findings import corrected, curve, found, judged
from .judging import all_sent, press
from .seeing import DRAWN

pytestmark = pytest.mark.django_db(transaction=True)

MINUS, NOTHING = "\N{MINUS SIGN}", "\N{EN DASH}"
LAYOUT_SHIFTS = """() => {
    window.shifted = 0;
    new PerformanceObserver(list => list.getEntries().forEach(entry => window.shifted += entry.value))
        .observe({type: "layout-shift"});
}"""


@pytest.fixture
def warm(people: dict[str, Any]) -> Campaign:
    """A campaign past its cold start."""
    return make_open_campaign(people, slug="helpful", groups=6, cold_answers=0)


def panel(page: Page, title: str = "Does the strategy pay?") -> Locator:
    return page.get_by_role("region", name=title, exact=True)


def test_a_cold_start_counts_down_and_claims_nothing(campaign: Any, sign_in: SignIn) -> None:
    desk = panel(sign_in("olga", "/campaigns/helpful/learning"))
    expect(desk.locator(".badge")).to_have_text("cold start")
    expect(desk).to_contain_text("After 40 more answers the strategy takes over")
    expect(desk.get_by_role("status")).to_have_text("Not judged yet: too few random answers.")
    expect(desk.get_by_role("img")).to_have_count(0)


def test_a_strategy_that_pays_says_how_much_and_how_surely(warm: Campaign, sign_in: SignIn) -> None:
    found(warm, 60, "too_early", None)
    found(warm, 400, "too_early", (0.02, -0.03, 0.07), ratio=1.3, low=0.4, high=None)
    found(warm, 840, "better", (0.03, 0.01, 0.05), ratio=1.62, low=1.1, high=2.43)
    desk = panel(sign_in("olga", "/campaigns/helpful/learning"))
    expect(desk.get_by_role("status")).to_have_text(
        "Each answer teaches as much as 1.6 random ones (95% interval 1.1 to 2.4), judged by 84 random answers."
    )
    expect(desk.locator(".badge").first).to_have_text("running")
    expect(desk.locator(".stat", has_text="Labels saved so far")).to_contain_text("521")
    expect(desk.locator(".stat", has_text="Labels saved so far")).to_contain_text("95% interval 84 to 1,201")
    charts = desk.get_by_role("img")
    expect(charts).to_have_count(2)
    expect(charts.nth(1)).to_have_attribute(
        "aria-label",
        "Random answers that one answer is worth, with 95% interval: 1.3 (from 0.40 up) after 400 answers;"
        " 1.6 (1.1 to 2.4) after 840 answers",
    )
    desk.locator("summary", has_text="All checks").click()
    expect(desk.get_by_role("row")).to_have_count(4)
    expect(desk.get_by_role("row", name="840")).to_contain_text("0.030 (0.010 to 0.050)")
    expect(desk.get_by_role("row", name="60")).to_contain_text("too early to tell")


def test_a_strategy_that_is_worse_gives_way_and_says_why(warm: Campaign, sign_in: SignIn) -> None:
    found(warm, 800, "worse", (-0.04, -0.07, -0.01), ratio=0.4, low=0.0, high=0.9, bound="at_most")
    desk = panel(sign_in("olga", "/campaigns/helpful/learning"))
    expect(desk.get_by_role("status")).to_contain_text(
        "Worse than chance: each answer teaches at most as much as 0.40 random ones (95% interval up to 0.90)"
    )
    expect(desk.locator(".badge").first).to_have_text("fallen back")
    expect(desk).to_contain_text("Asking now: At random (random), instead of What the pool needs (v_optimal)")
    expect(desk).to_contain_text("worse than chance, so the campaign now asks at random until that changes")
    expect(desk.locator(".legend")).to_contain_text("fallen back: asking at random")
    expect(desk.locator(".stat", has_text="One answer is worth")).to_contain_text("at most 0.40")


def test_a_campaign_that_does_not_fall_back_shows_the_finding(people: dict[str, Any], sign_in: SignIn) -> None:
    campaign = make_open_campaign(people, slug="stubborn", groups=6, cold_answers=0, fall_back=False)
    found(campaign, 800, "worse", (-0.04, -0.07, -0.01), ratio=0.5, low=0.3, high=0.9)
    desk = panel(sign_in("olga", "/campaigns/stubborn/learning"))
    expect(desk.get_by_role("status")).to_contain_text("Worse than chance: each answer teaches only as much as 0.50")
    expect(desk.locator(".badge").first).to_have_text("running")
    expect(desk).to_contain_text("Falling back is switched off")
    expect(desk.locator(".legend")).not_to_contain_text("asking at random")


def test_a_new_finding_appears_by_itself_and_moves_nothing(warm: Campaign, sign_in: SignIn) -> None:
    for answers in (300, 400, 500):
        found(warm, answers, "too_early", (0.02, -0.03, 0.07), ratio=1.3, low=0.4, high=2.9)
    page = sign_in("olga", "/campaigns/helpful/learning")
    expect(panel(page).get_by_role("status")).to_contain_text("judged by 50 random answers")
    expect(panel(page).get_by_role("img")).to_have_count(2)
    quiet(page, streams=1)
    page.evaluate(DRAWN)
    page.evaluate(LAYOUT_SHIFTS)
    found(warm, 600, "too_early", (0.03, -0.02, 0.08), ratio=1.4, low=0.5, high=3.1)
    expect(panel(page).get_by_role("status")).to_contain_text("judged by 60 random answers")
    page.evaluate(DRAWN)
    assert page.evaluate("window.shifted") < 0.001


def test_the_learning_curve_tells_each_version_from_the_one_before_on_the_same_answers(
    warm: Campaign, sign_in: SignIn
) -> None:
    curve(warm)
    desk = panel(sign_in("olga", "/campaigns/helpful/learning"), "Learning curve")
    told = (
        (
            "Version 3, both judged on the same 300 answers: better than version 2."
            " Loss -0.030 (-0.050 to -0.010), accuracy +2.0% (-1.0% to +5.0%)."
        )
        .replace(" -", f" {MINUS}")
        .replace("(-", f"({MINUS}")
    )
    expect(desk).to_contain_text(told)
    expect(desk.locator(".legend")).to_contain_text("the version before, on the same answers")
    expect(desk.get_by_role("img")).to_have_attribute("aria-label", re.compile(re.escape(told) + "$"))
    desk.locator("summary", has_text="As a table").click()
    last = desk.get_by_role("row").last
    expect(last).to_contain_text("0.590 (0.540 to 0.640)")
    expect(last).to_contain_text(told)


def test_the_doubt_of_the_version_in_production_is_laid_open(warm: Campaign, sign_in: SignIn) -> None:
    judged(make_version("helpful"))
    desk = panel(sign_in("olga", "/campaigns/helpful/learning"), "Can its doubt be trusted?")
    expect(desk).to_contain_text("version 1, 312 held-out answers")
    rows = {
        "Calibration error": "0.041",
        "Broken promises": "0.012",
        "Loss": "0.561",
        "Accuracy": "71.3%",
        "AUROC": "0.66",
    }
    for name, value in rows.items():
        expect(desk.get_by_role("row", name=name).first).to_contain_text(value)
    first, second = desk.get_by_role("img").nth(0), desk.get_by_role("img").nth(1)
    expect(first).to_have_attribute("aria-label", re.compile("where the model says 55% and 50% happens$"))
    expect(second).to_have_attribute(
        "aria-label", "Risk against coverage: 15% wrong among the most certain half, 29% among all"
    )
    desk.locator("summary", has_text="Said and happened, as a table").click()
    expect(desk.get_by_role("row", name="75.0%")).to_contain_text("69% to 85%")


def test_before_a_version_nothing_is_said_about_its_doubt(warm: Campaign, sign_in: SignIn) -> None:
    desk = panel(sign_in("olga", "/campaigns/helpful/learning"), "Can its doubt be trusted?")
    expect(desk).to_contain_text("Known once a version in production has been judged")


def test_the_learning_curve_tells_the_answers_of_chance_apart(warm: Campaign, sign_in: SignIn) -> None:
    judge = sign_in("alice", "/annotate/helpful")
    press(judge, *"abab")
    all_sent(judge)
    version = make_version("helpful")
    judged(version)
    TrainingJob.objects.create(
        kind="reward_model", campaign=warm, config_digest="0" * 64, because="enough new answers", state="succeeded",
        label_set=freeze(warm), produced=version, finished_at=timezone.now(),
    )  # fmt: skip
    desk = panel(sign_in("olga", "/campaigns/helpful/learning"), "Learning curve")
    expect(desk.locator(".legend")).to_contain_text("on the held-out answers of chance alone")
    desk.locator("summary", has_text="As a table").click()
    cells = desk.get_by_role("row").nth(1).get_by_role("cell")
    expect(cells).to_have_text(["4", "312", "0.561", "71.3%", NOTHING, "0.583", "70.2%", "31"])


def test_the_labels_of_a_machine_are_sorted_into_zones(people: dict[str, Any], sign_in: SignIn) -> None:
    make_open_campaign(people, slug="corrected", groups=6, machine="reward", start=False)
    page = sign_in("olga", "/campaigns/corrected/learning")
    desk = panel(page, "Labels of a machine")
    expect(desk).to_contain_text("by the run's reward")
    expect(desk).to_contain_text("shows with the first version trained on them")
    corrected(make_version("corrected"))
    expect(desk.get_by_role("img")).to_have_attribute(
        "aria-label",
        "Agreement of the model with the machine's labels, sorted: keep the first 63%, ask about the next 25%,"
        " turn round the last 13%",
    )
    expect(desk).to_contain_text("1,200 labels by the run's reward")
    expect(desk.locator(".legend li")).to_contain_text(["keep 750", "ask 300", "flip 150"])
    expect(desk).to_contain_text(
        "Of 58 suspected flips audited by people, 51 were right (88%, 95% interval 77% to 94%)"
    )
    expect(desk).to_contain_text("90 labels turned round unseen")
    for name, value in {"Round": "3", "Amplify": "6.5", "Back-off": "40%", "Flips audited": "58"}.items():
        expect(desk.locator(".stat", has_text=name).first).to_contain_text(value)
    expect(desk).to_contain_text("elbow 2.00, knee 0.50, reflection")


def test_without_a_machine_there_is_no_panel_about_one(warm: Campaign, sign_in: SignIn) -> None:
    page = sign_in("olga", "/campaigns/helpful/learning")
    expect(panel(page)).to_be_visible()
    expect(panel(page, "Labels of a machine")).to_have_count(0)
