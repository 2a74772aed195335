"""When to retrain and when to promote, as tables: situation, decision."""

from __future__ import annotations

import pytest

from annotator.training.retrain_policy import HeldOut, RetrainRule, RetrainSituation, should_promote, should_retrain

RULE = RetrainRule(retrain_every=50, min_labels=20)


@pytest.mark.parametrize(
    ("answers", "trained_on", "running", "finished", "expected"),
    [
        (0, 0, False, False, False),
        (19, 0, False, False, False),
        (19, 0, False, True, False),  # too few to learn from, even at the end
        (20, 0, False, False, True),  # the first version comes as early as it can
        (69, 20, False, False, False),
        (70, 20, False, False, True),
        (70, 20, True, False, False),  # one at a time
        (25, 20, False, True, True),  # the last answers are not wasted
        (20, 20, False, True, False),
        (18, 20, False, True, False),  # corrected to skips: nothing new
    ],
)
def test_retrain(answers, trained_on, running, finished, expected):
    decision = should_retrain(RetrainSituation(answers, trained_on, running, finished), RULE)
    assert decision.yes is expected
    assert decision.because


NAN = float("nan")


@pytest.mark.parametrize(
    ("candidate", "production", "slack", "expected"),
    [
        (HeldOut(0.69, 40), None, 0.0, True),
        (HeldOut(0.70, 40), None, 0.5, False),  # a coin foretells as well: no rewards are better than its
        (HeldOut(NAN, 40), None, 0.0, False),
        (HeldOut(NAN, 0), None, 0.0, True),
        (HeldOut(0.5, 40), HeldOut(0.6, 40), 0.0, True),
        (HeldOut(0.6, 40), HeldOut(0.6, 40), 0.0, True),
        (HeldOut(0.61, 40), HeldOut(0.6, 40), 0.0, False),
        (HeldOut(0.61, 40), HeldOut(0.6, 40), 0.02, True),
        (HeldOut(NAN, 0), HeldOut(NAN, 0), 0.0, True),  # nothing held out yet
        (HeldOut(NAN, 40), HeldOut(0.6, 40), 0.0, False),  # a broken figure never wins
    ],
)
def test_promote(candidate, production, slack, expected):
    decision = should_promote(candidate, production, slack=slack)
    assert decision.yes is expected
    assert decision.because
