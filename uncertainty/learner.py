"""From answers to a belief: the one recipe that campaigns ask by, strategies are judged by and benchmarks measure.

Nothing here is set by hand but the weight of overlapping answers: the prior's precision is the one under which the
answers are likeliest, and the temperature is fitted to the random answers, each foretold without those about its
prompt. Starting from a machine's labels, how far to trust them is averaged over what the answers say for each degree of
trust.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.arrays import AnyArray, Floats, finite
from uncertainty.calibration import fit_temperature
from uncertainty.laplace import BayesianHead, fit_by_evidence, fit_from, leave_one_out
from uncertainty.pairs import overlap_weights

PRECISIONS = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
DOUBTS = (0.0, 0.03, 0.3, 3.0, 30.0)  # variance added to what a machine's labels taught, per direction
TRUST = (0.0, 0.25, 0.5, 1.0)  # how much of the machine's mean is kept
DOUBT_AT_START = 0.3  # before anybody answered: a belief without doubt has no questions
# Fifteen equally likely values of a standard normal.
QUANTILES = np.array([NormalDist().inv_cdf((k + 0.5) / 15) for k in range(15)])


@dataclasses.dataclass(frozen=True, eq=False)
class Learnt:
    """A head, and the temperature that makes its probabilities honest. New answers are observed by the head itself."""

    head: BayesianHead
    temperature: float = 1.0

    @property
    def calibrated(self) -> BayesianHead:
        return self.head.tempered(self.temperature)

    def observe(self, delta_D: ArrayLike, outcome: float, weight: float = 1.0) -> Learnt:
        """With one more answer; the temperature stays until the next fit."""
        return dataclasses.replace(self, head=self.head.observe(delta_D, outcome, weight))


def learn(
    deltas_M_D: ArrayLike,
    outcomes_M: ArrayLike,
    prompts_M: ArrayLike,
    from_random_M: ArrayLike,
    *,
    prior: BayesianHead | None = None,
    precisions: Sequence[float] = PRECISIONS,
) -> Learnt:
    """What M answers teach; `prior`, when given, is what a machine's labels taught, trusted as the answers suggest."""
    deltas, outcomes = finite(deltas_M_D, "deltas_M_D", ndim=2), finite(outcomes_M, "outcomes_M", ndim=1)
    random_M, weights_M = np.asarray(from_random_M, dtype=np.bool_), overlap_weights(prompts_M)
    if prior is not None:
        return Learnt(_transferred(prior, deltas, outcomes, weights_M))
    head, _ = fit_by_evidence(deltas, outcomes, precisions=precisions, weights_M=weights_M)
    return Learnt(head, _temperature(head, deltas, outcomes, prompts_M, random_M))


def learn_machine(deltas_M_D: ArrayLike, machine_M: ArrayLike, prompts_M: ArrayLike) -> BayesianHead:
    """What a machine's labels teach on their own: the prior that people's answers start from."""
    return fit_by_evidence(deltas_M_D, machine_M, precisions=PRECISIONS, weights_M=overlap_weights(prompts_M))[0]


def before_any_answer(width: int, prior: BayesianHead | None) -> Learnt:
    """What is believed at the start: nothing, or what a machine's labels taught, doubted a little."""
    return Learnt(BayesianHead.prior(width) if prior is None else prior.loosened(DOUBT_AT_START))


def _temperature(
    head: BayesianHead, deltas: Floats, outcomes: Floats, prompts_M: ArrayLike, random_M: AnyArray
) -> float:
    """Fitted to the random stream only: what was chosen for being hard says nothing about how sure to be elsewhere."""
    if not random_M.any():
        return 1.0
    weights_M = overlap_weights(prompts_M)
    mean_M, var_M = leave_one_out(head, deltas, outcomes, weights_M=weights_M, groups_M=prompts_M)
    margins_S_M = mean_M[random_M] + QUANTILES[:, None] * np.sqrt(var_M[random_M])
    return fit_temperature(margins_S_M, outcomes[random_M], prior_std=1.0)


def _transferred(prior: BayesianHead, deltas: Floats, outcomes: Floats, weights_M: Floats) -> BayesianHead:
    """The machine's belief is where people's answers start from, doubted as much as those answers suggest.

    A judge that likes length is wrong in one direction, not at random: no single label of it is corrected, the belief
    they led to is. How far to trust it is averaged over the evidence of the people's answers alone.
    """
    tried = [
        fit_from(prior.loosened(doubt, scale=trust), deltas, outcomes, weights_M=weights_M)
        for trust in TRUST
        for doubt in DOUBTS
        if trust == 1.0 or doubt > 0.0
    ]
    evidence = np.array([told for _, told in tried])
    return mixture([head for head, _ in tried], np.exp(evidence - evidence.max()))


def mixture(heads: Sequence[BayesianHead], shares: ArrayLike) -> BayesianHead:
    """The normal belief with the mean and covariance of a mixture of normal beliefs."""
    share_H = finite(shares, "shares", ndim=1)
    share_H = share_H / share_H.sum()
    mean_D = sum((share * head.mean_D for share, head in zip(share_H, heads, strict=True)), np.zeros(1))
    cov_D_D = sum(
        (
            share * (head.cov_D_D + np.outer(head.mean_D - mean_D, head.mean_D - mean_D))
            for share, head in zip(share_H, heads, strict=True)
        ),
        np.zeros((1, 1)),
    )
    return BayesianHead(np.asarray(mean_D), np.asarray(cov_D_D))
