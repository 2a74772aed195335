"""A campaign's config is checked when it is drafted, field by field, and frozen after."""

from __future__ import annotations

import importlib

import pytest

from annotator.campaigns.config import CampaignConfig
from annotator.errors import InvalidConfig


@pytest.mark.parametrize(
    "raw",
    [
        {"acquisition": "astrology"},
        {"overlap": 0},
        {"overlap": 2.5},
        {"overlap": True},
        {"random_share": 1.5},
        {"random_share": float("nan")},
        {"random_share": "half"},
        {"lease_minutes": 0},
        {"heldout_share": 0.0},
        {"min_labels": 1},
        {"budget": 5},
        {"training": []},
        {"cold_answers": -1},
        {"fall_back": 1},
        {"machine": "oracle"},
        {"machine": "judge:"},
        {"machine_pairs": 0},
        {"per_second": True, "acquisition": "margin"},
        {"per_second": True, "acquisition": "ensemble_std"},
        {"machine": "", "acquisition": "rlthf_band"},
    ],
)
def test_an_unusable_config_is_refused_with_its_field(raw):
    with pytest.raises(InvalidConfig) as refused:
        CampaignConfig.from_json(raw)
    assert refused.value.context["field"] == next(iter(raw))


def test_a_config_survives_the_way_through_json():
    config = CampaignConfig(acquisition="margin", overlap=3, training={"heads": 4})
    assert CampaignConfig.from_json(config.to_json()) == config


def test_a_form_is_stored_with_every_option_it_leaves_out():
    config = CampaignConfig.from_json({"form": [{"kind": "pair", "name": "better"}]})
    (stored,) = config.to_json()["form"]
    assert stored == config.asks.to_json()[0] and {"title", "guideline", "required"} <= set(stored)
    assert CampaignConfig.from_json(config.to_json()) == config


@pytest.mark.django_db
def test_what_a_campaign_stores_is_the_form_it_asks(open_campaign):
    campaign = open_campaign(form=[{"kind": "pair", "name": "better"}])
    campaign.refresh_from_db()
    assert campaign.config_json["form"] == campaign.config.asks.to_json()


@pytest.mark.django_db
def test_forms_stored_before_are_written_out_and_one_that_cannot_be_read_stays(open_campaign):
    from django.apps import apps

    written_out = importlib.import_module("annotator.campaigns.migrations.0009_forms_say_every_option").write_out
    old, broken = open_campaign(groups=1), open_campaign(slug="broken", groups=1)
    for campaign, form in ((old, [{"kind": "pair", "name": "better"}]), (broken, [{"kind": "gone"}])):
        campaign.config_json["form"] = form
        campaign.save(update_fields=["config_json"])
    written_out(apps, None)
    written_out(apps, None)
    old.refresh_from_db()
    broken.refresh_from_db()
    assert old.config_json["form"] == old.config.asks.to_json()
    assert broken.config_json["form"] == [{"kind": "gone"}]
