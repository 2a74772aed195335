"""What looks at a strategy, retrains and people leave behind: for pages that show it."""

from __future__ import annotations

import itertools
from typing import Any

from django.utils import timezone

from annotator.annotations.models import LabelSet
from annotator.annotations.submission import submit
from annotator.campaigns.models import Campaign
from annotator.learning.models import StrategyCheck
from annotator.rollouts.models import RewardModelVersion
from annotator.tasks.leasing import claim_next
from annotator.training.models import TrainingJob
from tests.factories import make_version, said

Lift = tuple[float, float, float]


def found(campaign: Campaign, answers: int, verdict: str, lift: Lift | None, **saved: Any) -> None:
    """One look at a strategy, made at this many answers."""
    mean, low, high = lift or (None, None, None)
    StrategyCheck.objects.create(
        campaign=campaign, answers=answers, newest_annotation=answers, rounds=9, judged_by=answers // 10,
        learnt_from=answers // 12, lift_mean=mean, lift_low=low, lift_high=high, verdict=verdict,
        falls_back=verdict in ("worse", "unproven"), **{f"saved_{name}": value for name, value in saved.items()},
    )  # fmt: skip


def judged(version: RewardModelVersion) -> None:
    """What a retrain leaves on a version, with more than one bin and more than one coverage."""
    version.metrics = {
        "heldout_nll": 0.561,
        "heldout_accuracy": 0.713,
        "n_heldout": 312,
        "ece": 0.041,
        "ebce": 0.012,
        "auroc": 0.664,
        "aurc": 0.168,
        "temperature": 1.21,
        "risk_coverage": {"coverage": [0.25, 0.5, 0.75, 1.0], "risk": [0.1, 0.15, 0.22, 0.287]},
        "reliability": {"predicted": [0.55, 0.75, 0.95], "observed": [0.5, 0.78, 0.93], "count": [120, 110, 82]},
        "heldout_random": {"nll": 0.583, "accuracy": 0.702, "n": 31},
    }
    version.save(update_fields=["metrics"])


def curve(campaign: Campaign) -> None:
    """Three versions from ever more labels; the later two compared with the one before on their own answers."""
    for number, (nll, accuracy, before) in enumerate(
        [(0.66, 0.6, None), (0.57, 0.7, 0.6), (0.59, 0.69, 0.62)], start=1
    ):
        version = make_version(campaign.reward_model, number=number, state="retired")
        within = {
            "nll": {"mean": nll, "low": nll - 0.05, "high": nll + 0.05},
            "accuracy": {"mean": accuracy, "low": accuracy - 0.06, "high": accuracy + 0.05},
        }
        change = {
            "nll": {"mean": -0.03, "low": -0.05, "high": -0.01},
            "accuracy": {"mean": 0.02, "low": -0.01, "high": 0.05},
        }
        version.metrics = {
            "heldout_nll": nll, "heldout_accuracy": accuracy, "n_heldout": 100 * number, "heldout_within": within,
            "before": before and {
                "version": number - 1, "n": 100 * number, "nll": before, "nll_change": change["nll"],
                "accuracy": accuracy - 0.02, "accuracy_change": change["accuracy"],
            },
        }  # fmt: skip
        version.save(update_fields=["metrics"])
        labels = LabelSet.objects.create(campaign=campaign, digest=str(number), size=200 * number, heldout_size=10)
        TrainingJob.objects.create(
            kind="reward_model", campaign=campaign, label_set=labels, produced=version, state="succeeded",
            config_digest="", because="test",
        )  # fmt: skip


def corrected(version: RewardModelVersion) -> None:
    """What a training on a machine's labels leaves on its version."""
    version.metrics["machine"] = {
        "labelled": 1200,
        "curve": {
            "share": [0.0, 0.25, 0.5, 0.75, 1.0],
            "agreement": [4.0, 2.0, 1.0, 0.0, -4.0],
            "elbow": 2.0,
            "knee": 0.5,
            "reflection": -2.0,
        },
        "zones": {"keep": 750, "ask": 300, "flip": 150},
        "flips": {"audited": 58, "right": 51, "automatic": 90},
        "round": 3,
        "amplify": 6.5,
        "back_off": 0.4,
    }
    version.save(update_fields=["metrics"])


def judged_together(people: dict[str, Any], campaign: Campaign) -> None:
    """Alice and Bob judge every card of a campaign, and do not always agree."""
    for name, choices in (("alice", "left right left tie"), ("bob", "left left right tie")):
        sides = itertools.cycle(choices.split())
        while cards := claim_next(campaign, people[name].pk, n=1, now=timezone.now()):
            (card,) = cards
            submit(card.assignment, people[name].pk, card.lease_number, said(next(sides), str(card.assignment)))
