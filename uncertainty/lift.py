"""Does the strategy teach more per answer than chance? Asked of a campaign's own answers, while it runs.

Every campaign asks a share of its questions at random. Those answers judge: dealt into folds by prompt, each fold is
foretold twice, by a head that learnt the other random answers and by one that learnt *as many* of the strategy's
answers, none of them about the fold's prompts. The difference of the log-losses, answer by answer, is the lift. Both
heads learn by one recipe, so what is compared is which questions were asked and nothing else.

Few random answers mean a wide interval: with a tenth of a thousand answers only large lifts can be seen. That is the
price of an honest figure, and why the share of random questions must not be zero.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.arrays import AnyArray, Bools, Floats, Ints, finite, same_length
from uncertainty.errors import EmptyPool
from uncertainty.laplace import fit_by_evidence
from uncertainty.pairs import overlap_weights

PRECISIONS = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
LEAST_PROMPTS = 10  # of random answers, below which an interval over prompts means nothing
Z_95 = 1.96


@dataclasses.dataclass(frozen=True)
class Lift:
    """By how many nats per answer the strategy's answers foretell better than as many random ones; 95 % interval."""

    mean: float
    low: float
    high: float
    judged_by: int  # random answers
    learnt_from: int  # answers each head learnt in a fold, on average


def lift(
    deltas_M_D: ArrayLike,
    outcomes_M: ArrayLike,
    groups_M: ArrayLike,
    from_random_M: ArrayLike,
    *,
    rng: np.random.Generator,
    folds: int = 5,
    precisions: Sequence[float] = PRECISIONS,
) -> Lift:
    """The strategy's lift over chance from M answers, `from_random_M` telling which of them chance alone picked."""
    deltas, outcomes = finite(deltas_M_D, "deltas_M_D", ndim=2), finite(outcomes_M, "outcomes_M", ndim=1)
    groups, random_M = np.asarray(groups_M), np.asarray(from_random_M, dtype=np.bool_)
    same_length(deltas_M_D=deltas, outcomes_M=outcomes, groups_M=groups, from_random_M=random_M)
    judges = np.unique(groups[random_M])
    if len(judges) < LEAST_PROMPTS or random_M.all():
        raise EmptyPool(
            f"A lift needs random answers about {LEAST_PROMPTS} prompts or more, and some of the strategy's.",
            random_prompts=len(judges), strategy_answers=int((~random_M).sum()),
        )  # fmt: skip
    gain_M, learnt = np.full(len(groups), np.nan), []
    for fold in np.array_split(rng.permutation(judges), min(folds, len(judges))):
        inside_M = np.isin(groups, fold)
        told = np.flatnonzero(random_M & inside_M)
        pools = (np.flatnonzero(random_M & ~inside_M), np.flatnonzero(~random_M & ~inside_M))
        count = min(map(len, pools))
        if count == 0:
            continue
        losses = [
            _loss(deltas, outcomes, groups, rng.choice(pool, count, replace=False), told, precisions) for pool in pools
        ]
        gain_M[told] = losses[0] - losses[1]
        learnt.append(count)
    return _over_prompts(gain_M, groups, np.isfinite(gain_M), learnt)


def falls_back(measured: Lift, rounds: int, *, patience: int = 5) -> bool:
    """After `patience` rounds a strategy whose lift may as well be none, or less, gives way to asking at random."""
    return rounds >= patience and measured.low <= 0.0


def _loss(
    deltas: Floats, outcomes: Floats, groups: AnyArray, learnt: Ints, told: Ints, precisions: Sequence[float]
) -> Floats:
    """Log-loss of each told answer under a head of the learnt ones."""
    head, _ = fit_by_evidence(
        deltas[learnt], outcomes[learnt], precisions=precisions, weights_M=overlap_weights(groups[learnt])
    )
    p, q = head.prob_M(deltas[told]), head.prob_M(-deltas[told])
    return np.asarray(-(outcomes[told] * np.log(p) + (1.0 - outcomes[told]) * np.log(q)))


def _over_prompts(gain_M: Floats, groups: AnyArray, judged_M: Bools, learnt: list[int]) -> Lift:
    """Mean over answers; the interval takes prompts, not answers, as independent.

    Folds share most of what they learn from, so their errors go together: the variance is enlarged by 1 + k / (k - 1)
    for k folds (Nadeau and Bengio, 2003). Without it the interval can miss the truth in one campaign of five.
    """
    if not learnt:
        raise EmptyPool("All of the strategy's answers are about prompts that chance asked about too.")
    _, code_J = np.unique(groups[judged_M], return_inverse=True)
    total_G = np.bincount(code_J.reshape(-1), weights=gain_M[judged_M])
    count_G = np.bincount(code_J.reshape(-1))
    mean = float(total_G.sum() / count_G.sum())
    spread = math.sqrt(float(((total_G - mean * count_G) ** 2).sum())) / float(count_G.sum())
    folds = max(len(learnt), 2)
    spread *= math.sqrt(len(count_G) / (len(count_G) - 1) * (1.0 + folds / (folds - 1)))
    return Lift(mean, mean - Z_95 * spread, mean + Z_95 * spread, int(judged_M.sum()), round(sum(learnt) / len(learnt)))
