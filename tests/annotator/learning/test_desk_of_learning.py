"""The desk shows the strategy, every look at it, and how far the model can be trusted."""

from __future__ import annotations

import pytest

from annotator.annotations.models import LabelSet
from annotator.learning.checks import check_strategy
from annotator.training import desk_tables
from annotator.training.models import TrainingJob
from tests.factories import make_version
from uncertainty.lift import Bound, Saving

from .answered import UNCLEAR, rounds

pytestmark = pytest.mark.django_db


def test_the_desk_shows_the_strategy_and_every_look_at_it(answered, says, api):
    it = answered(cold_answers=10, must_prove=True)
    says(None)
    it.answer(20)
    check_strategy(it.campaign)
    says(UNCLEAR, Saving(2.0, 0.0, None, Bound.AT_LEAST, 40, 20))
    rounds(it.campaign, 5)
    it.answer(20)
    check_strategy(it.campaign)
    seen = api("olga").get(f"/api/v1/campaigns/{it.campaign.slug}/dashboard").json()
    told = seen["strategy"]
    assert {name: told[name] for name in ("acquisition", "in_force", "state", "answers_to_go")} == {
        "acquisition": "v_optimal", "in_force": "random", "state": "fallen_back", "answers_to_go": None,
    }  # fmt: skip
    early, late = told["checks"]
    assert (early["answers"], early["lift"], early["saved"], early["verdict"]) == (20, None, None, "too_early")
    assert late["lift"] == {"mean": UNCLEAR.mean, "low": UNCLEAR.low, "high": UNCLEAR.high}
    assert late["saved"] == {"ratio": 2.0, "low": 0.0, "high": None, "bound": "at_least"}
    assert (late["judged_by"], late["learnt_from"], late["verdict"], late["falls_back"]) == (60, 48, "unproven", True)
    assert (seen["calibration"], seen["machine"]) == (None, None)


def test_the_desk_shows_whose_labels_are_corrected_and_what_became_of_them(open_campaign, api):
    campaign = open_campaign(machine="reward")
    version = make_version(campaign.reward_model)
    curve = {"share": [0.0, 1.0], "agreement": [2.0, -1.0], "elbow": 1.0, "knee": -0.5, "reflection": None}
    told = {
        "labelled": 90, "curve": curve, "zones": {"keep": 60, "ask": 20, "flip": 10},
        "flips": {"audited": 5, "right": 4, "automatic": 0}, "round": 2, "amplify": 6.0, "back_off": 0.4,
    }  # fmt: skip
    version.metrics = {"machine": told}
    version.save()
    seen = api("olga").get(f"/api/v1/campaigns/{campaign.slug}/dashboard").json()["machine"]
    assert seen == {"source": "reward", **told}


def test_the_desk_shows_what_a_campaign_in_its_cold_start_waits_for(answered, api):
    it = answered(cold_answers=30)
    told = api("olga").get(f"/api/v1/campaigns/{it.campaign.slug}/dashboard").json()["strategy"]
    assert (told["state"], told["answers_to_go"], told["in_force"], told["checks"]) == ("cold", 30, "v_optimal", [])


def test_the_desk_shows_how_far_the_production_version_can_be_trusted(open_campaign, api):
    campaign = open_campaign()
    version = make_version(campaign.reward_model)
    version.metrics = {
        "n_heldout": 40, "heldout_nll": 0.6, "heldout_accuracy": 0.7, "ece": 0.03, "ebce": 0.01, "auroc": 0.66,
        "aurc": 0.2, "temperature": 1.3, "risk_coverage": {"coverage": [0.5, 1.0], "risk": [0.1, 0.3]},
        "reliability": {"predicted": [0.6], "observed": [0.55], "count": [40]},
    }  # fmt: skip
    version.save()
    seen = api("olga").get(f"/api/v1/campaigns/{campaign.slug}/dashboard").json()["calibration"]
    assert (seen["version"], seen["n_heldout"], seen["nll"], seen["accuracy"]) == (1, 40, 0.6, 0.7)
    assert (seen["ece"], seen["ebce"], seen["auroc"], seen["aurc"], seen["temperature"]) == (0.03, 0.01, 0.66, 0.2, 1.3)
    assert seen["risk_coverage"] == {"coverage": [0.5, 1.0], "risk": [0.1, 0.3]}
    assert seen["reliability"] == {"predicted": [0.6], "observed": [0.55], "count": [40]}
    version.metrics = {"n_heldout": 3, "heldout_nll": 0.6}
    version.save()
    seen = api("olga").get(f"/api/v1/campaigns/{campaign.slug}/dashboard").json()["calibration"]
    assert (seen["auroc"], seen["risk_coverage"]) == (None, {"coverage": [], "risk": []})


def test_the_learning_curve_shows_each_version_on_random_answers_alone_too(open_campaign, api, people):
    campaign = open_campaign()
    figures = [{"heldout_nll": 0.6, "heldout_random": {"nll": 0.65, "accuracy": 0.6, "n": 12}}, {"heldout_nll": 0.5}]
    trained(campaign, figures)
    curve = api("olga").get(f"/api/v1/campaigns/{campaign.slug}/dashboard").json()["learning_curve"]
    assert [(p["heldout_nll"], p["random_nll"], p["random_accuracy"], p["random_n"]) for p in curve] == [
        (0.6, 0.65, 0.6, 12), (0.5, None, None, None),
    ]  # fmt: skip


def test_the_learning_curve_shows_the_version_before_on_the_same_answers(open_campaign, api, people):
    campaign = open_campaign()
    change = {"mean": -0.02, "low": -0.05, "high": 0.01}
    few = {"mean": 0.01, "low": None, "high": None}
    within = {"nll": {"mean": 0.5, "low": 0.4, "high": 0.6}, "accuracy": None}
    before = {"version": 1, "n": 40, "nll": 0.52, "nll_change": change, "accuracy": 0.7, "accuracy_change": few}
    second = {"heldout_nll": 0.5, "n_heldout": 40, "heldout_within": within, "before": before}
    trained(campaign, [{"heldout_nll": 0.6, "before": None}, second])
    client = api("olga")
    first, later = client.get(f"/api/v1/campaigns/{campaign.slug}/dashboard").json()["learning_curve"]
    assert (first["before_version"], first["nll_change"], first["nll_low"]) == (None, None, None)
    assert (later["before_version"], later["before_nll"], later["before_accuracy"]) == (1, 0.52, 0.7)
    assert (later["nll_change"], later["accuracy_change"]) == (change, few)
    assert (later["n_heldout"], later["nll_low"], later["nll_high"], later["accuracy_low"]) == (40, 0.4, 0.6, None)
    heads, one, two = desk_tables.learning_curve(campaign).heads, *desk_tables.learning_curve(campaign).rows
    rows = [dict(zip(heads, row, strict=True)) for row in (one, two)]
    assert (rows[0]["before_version"], rows[0]["nll_change"]) == (None, None)
    ends = [rows[1][name] for name in ("nll_change", "nll_change_low", "nll_change_high", "accuracy_change_low")]
    assert ends == [-0.02, -0.05, 0.01, None]


def trained(campaign, figures):
    """A version with each of these figures, from ever more labels."""
    for number, metrics in enumerate(figures, start=1):
        version = make_version(campaign.reward_model, number=number, state="retired")
        version.metrics = metrics
        version.save()
        labels = LabelSet.objects.create(campaign=campaign, digest=str(number), size=50 * number, heldout_size=10)
        TrainingJob.objects.create(
            kind="reward_model", campaign=campaign, label_set=labels, produced=version, state="succeeded",
            config_digest="", because="test",
        )  # fmt: skip
