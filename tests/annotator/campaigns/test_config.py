"""A campaign's config is checked when it is drafted, field by field, and frozen after."""

from __future__ import annotations

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
