"""When to retrain and when to promote. Pure: a situation and a rule in, a decision with its reason out."""

from __future__ import annotations

import dataclasses
import math

KNOWING_NOTHING = math.log(2)  # nats per label of always saying one half


@dataclasses.dataclass(frozen=True)
class Decision:
    """Yes or no, and because of what: the reason travels to the job, the screen and the test's name."""

    yes: bool
    because: str


@dataclasses.dataclass(frozen=True)
class RetrainSituation:
    """What is known when the question is asked."""

    answers: int  # usable answers now
    trained_on: int  # usable answers the newest reward-model job was given; 0 before the first
    job_running: bool
    campaign_finished: bool  # the budget is spent or the campaign closed: no more answers will come
    machine_first: bool = False  # a machine labelled enough, and no reward-model job was ever started


@dataclasses.dataclass(frozen=True)
class RetrainRule:
    retrain_every: int
    min_labels: int


def should_retrain(situation: RetrainSituation, rule: RetrainRule) -> Decision:
    """Retrain after enough new answers, one job at a time, and once more when the last answer is in."""
    new = situation.answers - situation.trained_on
    if situation.job_running:
        return Decision(False, "a reward model is training already")
    if situation.answers < rule.min_labels and situation.machine_first:
        return Decision(True, "a machine's labels are here before people's answers")
    if situation.answers < rule.min_labels:
        return Decision(False, f"{situation.answers} answers; {rule.min_labels} are needed first")
    if new >= rule.retrain_every or (situation.trained_on == 0 and new >= rule.min_labels):
        return Decision(True, f"{new} new answers since the last training")
    if situation.campaign_finished and new > 0:
        return Decision(True, f"the campaign is over and {new} answers are not learned from yet")
    return Decision(False, f"{new} new answers; {rule.retrain_every} are needed")


@dataclasses.dataclass(frozen=True)
class HeldOut:
    """How one version did on the label set's held-out prompts."""

    nll: float
    n: int


def should_promote(
    candidate: HeldOut, production: HeldOut | None, *, slack: float, alone: str = "first version"
) -> Decision:
    """Promote only a candidate that is not worse than production on the same held-out labels (nats per label).

    The first one is compared with knowing nothing, which costs ln 2 per label: a trainer is better off without rewards
    than with those of a model that foretells people worse than a coin. `alone` says why none is compared.
    """
    if production is None and candidate.n == 0:
        return Decision(True, f"{alone} (no held-out labels yet)")
    if production is None and not candidate.nll < KNOWING_NOTHING:
        return Decision(
            False, f"held-out NLL {candidate.nll:.3f} on {candidate.n} is no better than a coin's {KNOWING_NOTHING:.3f}"
        )
    if production is None:
        return Decision(True, f"{alone} (held-out NLL {candidate.nll:.3f} on {candidate.n})")
    if candidate.n == 0:
        return Decision(True, "no held-out labels yet: the newer labels decide")
    worse = candidate.nll - production.nll
    if worse <= slack:
        return Decision(True, f"held-out NLL {candidate.nll:.3f} against {production.nll:.3f} on {candidate.n}")
    return Decision(
        False, f"held-out NLL {candidate.nll:.3f} is worse than production's {production.nll:.3f} on {candidate.n}"
    )
