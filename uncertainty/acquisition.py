"""An acquisition says how much a person's answer about a pair would teach; higher is asked sooner.

Every function takes `margins_S_M` (row s: by how much draw s prefers the pair's first completion to its second) and
returns `values_M`. All are symmetric in the two completions and blind to the order of draws and pairs. None sees text,
groups or budget: diversity and caps belong to `selection`, rules that need whole groups to `group_acquisition`, rules
that read features and think again after each pick to `batch`, whose `rules.RULES` has all of them under one signature.

To add one: write a function beside `bald`, add a line to `ACQUISITIONS`, add a test of a value worked out by hand.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.arrays import Floats, Reals, blocks, finite, finite_as_stored, same_length
from uncertainty.errors import ShapeMismatch
from uncertainty.logistic import both_sides, entropy, entropy_of_sigmoid, sigmoid


class Value(Protocol):
    def __call__(self, margins_S_M: ArrayLike, *, rng: np.random.Generator) -> Floats: ...


@dataclasses.dataclass(frozen=True)
class Acquisition:
    """A named rule, and which draws of a reward model version it reads."""

    name: str
    draws: Literal["ensemble", "mc_dropout"]
    value: Value


def margin_std(margins_S_M: ArrayLike, *, rng: np.random.Generator) -> Floats:
    """Ask where the draws disagree about the *difference*: its standard deviation over the draws."""
    return _by_block(_disagreeing(margins_S_M), lambda block_S_B: block_S_B.std(axis=0))


def bald(margins_S_M: ArrayLike, *, rng: np.random.Generator) -> Floats:
    """Ask where the draws disagree about the *answer*: mutual information of answer and model, H2(mean p) - mean H2(p).

    In nats, 0 to log 2. A pair on which every draw says one half is a coin flip of the annotator and is worth 0; a pair
    on which half of the draws are sure of each side is worth log 2.
    """
    return _by_block(_disagreeing(margins_S_M), _information)


def margin(margins_S_M: ArrayLike, *, rng: np.random.Generator) -> Floats:
    """Ask where the mean opinion is closest to a tie: minus the absolute mean margin (so at most 0).

    Kept as a baseline. Where people are noisy it buys coin flips: it cannot tell ignorance from a true tie.
    """
    return _by_block(_margins(margins_S_M), lambda block_S_B: -np.abs(block_S_B.mean(axis=0)))


def entropy_of_mean(margins_S_M: ArrayLike, *, rng: np.random.Generator) -> Floats:
    """Ask where the *answer* is hardest to foretell: H2(mean p), in nats, be it ignorance or a true coin flip."""
    return _by_block(_margins(margins_S_M), lambda block_S_B: entropy(*_probabilities(block_S_B)))


def bald_decisive(margins_S_M: ArrayLike, *, rng: np.random.Generator) -> Floats:
    """Ask where an answer would teach *and* a person is likely to be able to give one: BALD times `decisive`."""
    return _by_block(
        _disagreeing(margins_S_M),
        lambda block_S_B: _information(block_S_B) * decisive(_probabilities(block_S_B)[0]),
    )


def infomax(margins_S_M: ArrayLike, *, rng: np.random.Generator) -> Floats:
    """Ask where the plausible probabilities span most: sigmoid(mean + 2 std) - sigmoid(mean - 2 std).

    The interval is that of the difference. (The duelling-bandit original adds up the intervals of the two rewards,
    which calls two uncertain twins uncertain.)
    """
    return _by_block(_disagreeing(margins_S_M), _plausible_span)


def decisive(prob_M: Floats) -> Floats:
    """Chance that a person gives a strict answer: a fifth at a coin flip, rising to certainty at p = 0.1 or 0.9.

    A starting point until a campaign has seen enough ties and skips of its own to fit one.
    """
    return np.asarray(np.minimum(0.2 + 2.0 * np.abs(prob_M - 0.5), 1.0))


def per_second(values_M: ArrayLike, seconds_M: ArrayLike) -> Floats:
    """What an answer teaches per second it is expected to take; for values that are amounts, so never negative."""
    values, seconds = finite(values_M, "values_M", ndim=1), finite(seconds_M, "seconds_M", ndim=1)
    same_length(values_M=values, seconds_M=seconds)
    if values.min() < 0.0 or seconds.min() <= 0.0:
        raise ShapeMismatch("Values must not be negative (a cost would favour the dear), seconds must be positive.")
    return np.asarray(values / seconds)


def random(margins_S_M: ArrayLike, *, rng: np.random.Generator) -> Floats:
    """Ask anywhere: the control arm, blind to the margins."""
    return np.asarray(rng.random(size=_margins(margins_S_M).shape[1]))


def _margins(margins_S_M: ArrayLike) -> Reals:
    return finite_as_stored(margins_S_M, "margins_S_M", ndim=2)


def _disagreeing(margins_S_M: ArrayLike) -> Reals:
    """One draw cannot disagree with itself: a rule that asks for disagreement refuses it rather than answer 0."""
    margins = _margins(margins_S_M)
    if len(margins) < 2:
        raise ShapeMismatch("This rule reads how draws disagree and needs two or more.", draws=len(margins))
    return margins


def _by_block(margins_S_M: Reals, formula: Callable[[Floats], Floats]) -> Floats:
    """The formula of some pairs at a time, in double precision: bounds the temporaries, and stays in cache."""
    values_M = np.empty(margins_S_M.shape[1])
    for block in blocks(len(values_M)):
        values_M[block] = formula(margins_S_M[:, block].astype(np.float64))
    return values_M


def _probabilities(margins: Floats) -> tuple[Floats, Floats]:
    """Mean over the draws of P(first) and P(second), given apart so that neither is rounded."""
    p_S_B, q_S_B = both_sides(margins)
    return p_S_B.mean(axis=0), q_S_B.mean(axis=0)


def _information(margins: Floats) -> Floats:
    # Never negative in exact arithmetic (entropy is concave); rounding can leave -1e-17.
    known = entropy_of_sigmoid(margins).mean(axis=0)
    return np.asarray(np.maximum(entropy(*_probabilities(margins)) - known, 0.0))


def _plausible_span(margins: Floats) -> Floats:
    mean_B, reach_B = margins.mean(axis=0), 2.0 * margins.std(axis=0)
    return np.asarray(sigmoid(mean_B + reach_B) - sigmoid(mean_B - reach_B))


ACQUISITIONS: Mapping[str, Acquisition] = MappingProxyType(
    {
        rule.name: rule
        for rule in (
            Acquisition("mc_dropout_std", "mc_dropout", margin_std),
            Acquisition("ensemble_std", "ensemble", margin_std),
            Acquisition("bald", "ensemble", bald),
            Acquisition("margin", "ensemble", margin),
            Acquisition("entropy", "ensemble", entropy_of_mean),
            Acquisition("bald_decisive", "ensemble", bald_decisive),
            Acquisition("infomax", "ensemble", infomax),
            Acquisition("random", "ensemble", random),
        )
    }
)
