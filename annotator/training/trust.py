"""What the desk says about trust: does the strategy pay, does the version know what it does not know. Only reads."""

from __future__ import annotations

from typing import Any

from annotator.campaigns.models import Campaign
from annotator.learning.checks import strategy_in_force
from annotator.learning.cold import cold_start
from annotator.learning.models import StrategyCheck
from annotator.rollouts.models import RewardModelVersion

SHOWN_CHECKS = 50


def strategy(campaign: Campaign) -> dict[str, Any]:
    """What questions are chosen by, and what every look at it found, oldest first."""
    name, fallen_back = strategy_in_force(campaign)
    cold = None if fallen_back else cold_start(campaign)
    newest = StrategyCheck.objects.filter(campaign=campaign).order_by("-id")[:SHOWN_CHECKS]
    return {
        "acquisition": campaign.config.acquisition,
        "in_force": name,
        "state": "fallen_back" if fallen_back else "running" if cold is None else "cold",
        "answers_to_go": None if cold is None else cold.answers_to_go,
        "checks": [_check(check) for check in reversed(newest)],
    }


def _check(check: StrategyCheck) -> dict[str, Any]:
    lift = {"mean": check.lift_mean, "low": check.lift_low, "high": check.lift_high}
    saved = {
        "ratio": check.saved_ratio, "low": check.saved_low, "high": check.saved_high, "bound": check.saved_bound,
    }  # fmt: skip
    return {
        "at": check.at,
        "answers": check.answers,
        "judged_by": check.judged_by,
        "learnt_from": check.learnt_from,
        "lift": lift if check.lift_mean is not None else None,
        "saved": saved if check.saved_ratio is not None else None,
        "verdict": check.verdict,
        "falls_back": check.falls_back,
    }


def calibration(version: RewardModelVersion | None) -> dict[str, Any] | None:
    """The held-out figures of the production version; None before there is one, or where nothing was held out."""
    if version is None or not version.metrics.get("n_heldout"):
        return None
    told = version.metrics
    return {
        "version": version.number,
        "n_heldout": told["n_heldout"],
        "nll": told.get("heldout_nll"),
        "accuracy": told.get("heldout_accuracy"),
        **{name: told.get(name) for name in ("ece", "ebce", "auroc", "aurc", "temperature")},
        "risk_coverage": told.get("risk_coverage") or {"coverage": [], "risk": []},
        "reliability": told.get("reliability") or {"predicted": [], "observed": [], "count": []},
    }


def by_chance(version: RewardModelVersion) -> dict[str, Any]:
    """A version's figures on the held-out answers of the random stream alone: fair to whatever chose the others."""
    told = version.metrics.get("heldout_random") or {}
    return {"random_nll": told.get("nll"), "random_accuracy": told.get("accuracy"), "random_n": told.get("n")}


def within(version: RewardModelVersion) -> dict[str, Any]:
    """How many answers judged a version, and between which ends its figures lie."""
    told = version.metrics.get("heldout_within") or {}
    ends = {f"{name}_{end}": (told.get(name) or {}).get(end) for name in ("nll", "accuracy") for end in ("low", "high")}
    return {"n_heldout": version.metrics.get("n_heldout"), **ends}


def before(version: RewardModelVersion) -> dict[str, Any]:
    """How the version in production until then did on the same held-out answers, and what changed since."""
    told = version.metrics.get("before") or {}
    return {
        "before_version": told.get("version"),
        "before_nll": told.get("nll"),
        "before_accuracy": told.get("accuracy"),
        "nll_change": _change(told.get("nll_change")),
        "accuracy_change": _change(told.get("accuracy_change")),
    }


def _change(told: dict[str, float | None] | None) -> dict[str, float | None] | None:
    return told and {name: told[name] for name in ("mean", "low", "high")}
