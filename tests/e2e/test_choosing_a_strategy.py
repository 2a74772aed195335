"""A manager says how questions are chosen, or leaves it to the product."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from annotator.campaigns.config import CampaignConfig
from annotator.campaigns.models import Campaign
from annotator.campaigns.strategies import STRATEGIES
from tests.factories import make_run

from .conftest import SignIn

pytestmark = pytest.mark.django_db(transaction=True)

MACHINE = "Machine labels to correct"


@pytest.fixture
def form(people: dict[str, Any], sign_in: SignIn) -> Page:
    """A new campaign that lacks nothing but its manager's wishes."""
    make_run("grpo-1", groups=5)
    page = sign_in("olga", "/campaigns/new")
    page.get_by_label("Name", exact=True).fill("Tone")
    page.get_by_label("grpo-1").check()
    return page


# What the form proposes beyond the product's defaults: people who disagree are asked about, everybody meets a few of
# their own cards again, and that has its reserve.
PROPOSED: dict[str, Any] = {
    "form": [{"kind": "pair", "name": "preference", "required": True}],
    "extra_on_disagreement": True,
    "repeat_share": 0.03,
    "reserve_share": 0.05,
}


def create(form: Page) -> None:
    form.get_by_role("button", name="Create draft").click()


def created(form: Page) -> CampaignConfig:
    create(form)
    expect(form.get_by_role("heading", name="Would ask these first")).to_be_visible()
    return Campaign.objects.get().config


def test_every_strategy_can_be_chosen_and_is_explained(form: Page) -> None:
    strategy = form.get_by_label("Strategy", exact=True)
    offered = strategy.locator("option").evaluate_all("options => options.map(option => option.value)")
    assert sorted(offered) == sorted(STRATEGIES)
    assert offered[0] == CampaignConfig().acquisition
    expect(strategy.locator("optgroup").first.locator("option")).to_have_count(3)
    form.get_by_text("What each strategy does").click()
    expect(form.locator(".strategies dt")).to_have_count(len(STRATEGIES))
    strategy.select_option("v_optimal")
    expect(form.locator(".hint", has_text="about the pairs there are")).to_be_visible()


def test_a_campaign_left_to_the_defaults_gets_the_product_s_and_what_the_form_proposes(form: Page) -> None:
    assert created(form) == CampaignConfig(**PROPOSED)


def test_what_is_asked_for_is_what_is_stored(form: Page) -> None:
    form.get_by_label(MACHINE).select_option("part")
    form.get_by_label("Reward part", exact=True).fill("format")
    form.get_by_label("Pairs labelled per group").fill("2")
    form.get_by_label("Strategy", exact=True).select_option("rlthf_band")
    form.get_by_label("Random share").fill("25")
    form.get_by_label("Cold start").fill("60")
    form.get_by_label("Fall back to random").uncheck()
    assert created(form) == CampaignConfig(
        **PROPOSED,
        acquisition="rlthf_band",
        machine="reward:format",
        machine_pairs=2,
        random_share=0.25,
        cold_answers=60,
        fall_back=False,
    )


def test_value_per_second_is_a_tick_away(form: Page) -> None:
    form.get_by_label("Value per second").check()
    assert created(form).per_second


def test_correcting_a_machine_needs_a_machine(form: Page) -> None:
    strategy = form.get_by_label("Strategy", exact=True)
    needing = [name for name, one in STRATEGIES.items() if one.needs_machine]
    for name in needing:
        expect(strategy.locator(f"option[value={name}]")).to_be_disabled()
    form.get_by_label(MACHINE).select_option("reward")
    for name in needing:
        expect(strategy.locator(f"option[value={name}]")).to_be_enabled()
    strategy.select_option(needing[0])
    form.get_by_label(MACHINE).select_option("none")
    expect(strategy).to_have_value(CampaignConfig().acquisition)


def test_without_a_random_share_the_form_says_what_is_lost(form: Page) -> None:
    form.get_by_label("Random share").fill("0")
    expect(form.get_by_text("nothing can show whether the strategy pays")).to_be_visible()


def test_a_refusal_stands_at_its_field_until_the_field_is_edited(form: Page) -> None:
    cold = form.get_by_label("Cold start")
    cold.fill("-3")
    create(form)
    expect(form.locator(".field", has=cold).locator(".field-problem")).to_contain_text("A whole number")
    expect(cold).to_be_focused()
    expect(cold).to_have_attribute("aria-invalid", "true")
    cold.fill("30")
    expect(form.locator(".field-problem")).to_have_count(0)
    assert created(form).cold_answers == 30


def test_a_refusal_in_a_folded_part_unfolds_it(form: Page) -> None:
    form.get_by_text("Pace and leases").click()
    lease = form.get_by_label("Lease, minutes")
    lease.fill("0")
    form.get_by_text("Pace and leases").click()
    expect(lease).to_be_hidden()
    create(form)
    expect(lease).to_be_focused()
    expect(form.locator(".field", has=lease).locator(".field-problem")).to_have_text("A number from 0.1 to 1,440.")


def test_a_judge_needs_a_name(form: Page) -> None:
    form.get_by_label(MACHINE).select_option("judge")
    create(form)
    judge = form.get_by_label("Judge", exact=True)
    expect(judge).to_be_focused()
    judge.fill("small")
    assert created(form).machine == "judge:small"
