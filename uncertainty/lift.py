"""Does the strategy teach more per answer than chance, and how many answers does that save? Asked while it runs.

Every campaign asks a share of its questions at random, and those answers judge (`uncertainty.foretelling`). The *lift*
is by how much better heads of the strategy's answers foretell them than heads of as many random ones. The *saving* is
how many random answers one of the strategy's is worth: the smallest number of its answers whose head foretells as well
as a head of n random ones. Nothing is extrapolated: where the strategy never gets there with the answers it has, or
gets there with the fewest tried, the figure is a bound and says so.

Few random answers mean a wide interval: with a tenth of a thousand answers only large lifts can be seen. That is the
price of an honest figure, and why the share of random questions must not be zero.
"""

from __future__ import annotations

import dataclasses
import enum
import math

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.arrays import AnyArray, Bools, Floats, Ints
from uncertainty.foretelling import Foretold, foretell
from uncertainty.laplace import BayesianHead

Z_95 = 1.96
REDRAWS = 1_000
PATIENCE_ROUNDS = 5
PATIENCE_JUDGED = 50


@dataclasses.dataclass(frozen=True)
class Lift:
    """By how many nats per answer the strategy's answers foretell better than as many random ones; 95 % interval."""

    mean: float
    low: float
    high: float
    judged_by: int  # random answers
    learnt_from: int  # answers each head learnt in a fold


class Bound(enum.StrEnum):
    """What a figure says when the answers there are do not reach far enough."""

    NONE = "none"
    AT_MOST = "at_most"  # even all of the strategy's answers did not foretell as well
    AT_LEAST = "at_least"  # the fewest tried did already


@dataclasses.dataclass(frozen=True)
class Saving:
    """One answer of the strategy teaches as much as `ratio` random ones; 95 % interval, `high` None: no upper end."""

    ratio: float
    low: float
    high: float | None
    bound: Bound
    random_answers: int  # that had to be matched
    strategy_answers: int  # that did; with AT_MOST, that did not


class Verdict(enum.StrEnum):
    """What is known of a strategy by now."""

    BETTER = "better"
    UNPROVEN = "unproven"
    WORSE = "worse"
    TOO_EARLY = "too_early"


@dataclasses.dataclass(frozen=True)
class Measured:
    """One look at a strategy. No saving where chance itself has taught nothing yet that could be matched."""

    lift: Lift
    saving: Saving | None


def measure(
    deltas_M_D: ArrayLike,
    outcomes_M: ArrayLike,
    prompts_M: ArrayLike,
    from_random_M: ArrayLike,
    *,
    rng: np.random.Generator,
    machine: BayesianHead | None = None,
) -> Measured:
    """The strategy's lift and saving from M answers in the order they were given.

    `from_random_M` tells which of them chance alone picked; `machine` is what a machine's labels taught, when the
    campaign's answers correct those.
    """
    told = foretell(deltas_M_D, outcomes_M, prompts_M, from_random_M, rng=rng, machine=machine)
    return Measured(lift_of(told), saving_of(told, rng))


def verdict(lift: Lift | None, rounds: int) -> Verdict:
    """Better or worse when the whole interval says so; unproven once the strategy had its chance to show it.

    Fewer than `PATIENCE_JUDGED` random answers say nothing: their own luck is larger than their interval.
    """
    if lift is None or lift.judged_by < PATIENCE_JUDGED:
        return Verdict.TOO_EARLY
    if lift.high < 0.0:
        return Verdict.WORSE
    if lift.low > 0.0:
        return Verdict.BETTER
    return Verdict.UNPROVEN if rounds >= PATIENCE_ROUNDS else Verdict.TOO_EARLY


def falls_back(told: Verdict, *, must_prove: bool) -> bool:
    """A strategy gives way to chance when it is worse; with `must_prove` also when it may as well be.

    The default is to wait: an answer's luck is ten times what a good strategy gains by it, so among campaigns of a
    thousand answers nine of ten that save half of the labels cannot show it.
    """
    return told is Verdict.WORSE or (must_prove and told is Verdict.UNPROVEN)


def lift_of(told: Foretold) -> Lift:
    """Mean over answers; the interval takes prompts, not answers, as independent."""
    (gain_G,), count_G = _by_prompt(told.prompts_J, (told.random_J - told.even_J)[None])
    mean = float(gain_G.sum() / count_G.sum())
    spread = math.sqrt(float(((gain_G - mean * count_G) ** 2).sum())) / float(count_G.sum())
    spread *= math.sqrt(len(count_G) / (len(count_G) - 1) * told.enlarged)
    return Lift(mean, mean - Z_95 * spread, mean + Z_95 * spread, len(told.prompts_J), told.learnt)


def saving_of(told: Foretold, rng: np.random.Generator) -> Saving | None:
    """The ratio at which the strategy's curve comes down to chance's loss; None where that is no lower than ignorance.

    The interval re-draws prompts. Fewer of them than there are, so that it is as much wider as that of the lift.
    """
    rows = np.concatenate((told.few_J[None], told.nothing_J[None], told.strategy_K_J))
    loss_R_G, count_G = _by_prompt(told.prompts_J, rows)
    ratio, taught = _ratios(loss_R_G.sum(axis=1)[:, None] / count_G.sum(), told)
    if not taught[0]:
        return None
    drawn = max(2, round(len(count_G) / told.enlarged))
    times_G_B = rng.multinomial(drawn, np.full(len(count_G), 1.0 / len(count_G)), size=REDRAWS).T
    ratio_B, taught_B = _ratios((loss_R_G @ times_G_B) / (count_G @ times_G_B), told)
    # What a drawing does not reach is a bound, and counts as far out as it may lie; one in which chance taught nothing
    # may lie anywhere.
    least, most = told.few / told.sizes_K[-1], told.few / told.sizes_K[0]
    low_B = np.where(taught_B, np.minimum(ratio_B, most), 0.0)
    high_B = np.where(taught_B, np.maximum(ratio_B, least), np.inf)
    low = float(np.quantile(low_B, 0.025, method="lower"))
    high = float(np.quantile(high_B, 0.975, method="higher"))
    return _saving(float(ratio[0]), low, high, told)


def _saving(ratio: float, low: float, high: float, told: Foretold) -> Saving:
    bound = Bound.AT_MOST if ratio == 0.0 else Bound.AT_LEAST if math.isinf(ratio) else Bound.NONE
    least, most = told.sizes_K[[0, -1]]
    enough = {Bound.AT_MOST: most, Bound.AT_LEAST: least}.get(bound, told.few / ratio if bound is Bound.NONE else 0.0)
    return Saving(
        ratio=float(told.few / enough), low=low, high=None if math.isinf(high) else high,
        bound=bound, random_answers=told.few, strategy_answers=math.ceil(enough),
    )  # fmt: skip


def _ratios(loss_R_B: Floats, told: Foretold) -> tuple[Floats, Bools]:
    """(ratio, whether chance taught anything) per column of (chance's loss, ignorance's loss, K of the strategy's).

    The curve is made monotone, more answers never teaching less, and read between sizes on a logarithmic scale. 0 where
    it stays above chance's loss, infinite where it begins below.
    """
    target_B, nothing_B = loss_R_B[0], loss_R_B[1]
    curve_K_B = _falling(loss_R_B[2:])
    reached_K_B = curve_K_B <= target_B
    first_B = reached_K_B.argmax(axis=0)
    ratio_B = np.where(reached_K_B.any(axis=0), np.inf, 0.0)
    inside = np.flatnonzero(reached_K_B.any(axis=0) & (first_B > 0))
    after, before = first_B[inside], first_B[inside] - 1
    high, low = curve_K_B[before, inside], curve_K_B[after, inside]
    log_K = np.log(told.sizes_K)
    part = (high - target_B[inside]) / (high - low)
    ratio_B[inside] = told.few / np.exp(log_K[before] + part * (log_K[after] - log_K[before]))
    return ratio_B, target_B < nothing_B


def _falling(loss_K_B: Floats) -> Floats:
    """The nearest curve that never rises, per column: least squares, by its min-max formula."""
    K = len(loss_K_B)
    sum_K_B = np.concatenate((np.zeros((1, loss_K_B.shape[1])), np.cumsum(loss_K_B, axis=0)))
    # Every point is the least over starts i of the greatest over ends j of the mean from i to j.
    fitted = []
    for k in range(K):
        over_starts = [
            np.max([(sum_K_B[j + 1] - sum_K_B[i]) / (j + 1 - i) for j in range(k, K)], axis=0) for i in range(k + 1)
        ]
        fitted.append(np.min(over_starts, axis=0))
    return np.stack(fitted)


def _by_prompt(prompts_J: AnyArray, rows_R_J: Floats) -> tuple[Floats, Ints]:
    """(sums (R, G), answers (G,)) per prompt."""
    _, code_J, count_G = np.unique(prompts_J, return_inverse=True, return_counts=True)
    code_J = code_J.reshape(-1)
    return np.stack([np.bincount(code_J, weights=row_J) for row_J in rows_R_J]), count_G
