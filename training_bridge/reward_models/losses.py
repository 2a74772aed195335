"""How surprising an answer is to a head: Bradley-Terry with Davidson's ties and a reliability per annotator.

With m = reward of the left minus reward of the right, times the annotator's scale, the answers left, right and tie have
weights exp(m/2), exp(-m/2) and nu. Given that it is no tie, left wins with probability sigmoid(m), whatever nu is: so
the margins keep the meaning the rest of the product gives them. A tie pulls the two rewards together; so does "both
bad", which says nothing about either against other completions.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from training_bridge.reward_models.comparisons import Comparisons, Floats


def davidson_nll(margins_M_K: Tensor, outcome_M: Tensor, log_nu: Tensor) -> Tensor:
    """Negative log-likelihood of each answer under each head."""
    half = margins_M_K / 2.0
    every = torch.stack((half, -half, log_nu.expand_as(half)))
    chosen = torch.where(outcome_M == 1.0, 0, torch.where(outcome_M == 0.0, 1, 2))
    said = every.gather(0, chosen[None, :, None].expand(1, *half.shape)).squeeze(0)
    return torch.logsumexp(every, dim=0) - said


def starting_log_nu(outcome_M: Floats) -> float:
    """The nu at which an undecided model ties as often as people did; half a tie is added, none seen is not never."""
    ties = float((outcome_M == 0.5).sum())
    strict = len(outcome_M) - ties
    return math.log(2.0 * (ties + 0.5) / (strict + 0.5))


def answer_weights(comparisons: Comparisons, strength_weights: bool) -> Floats:
    """Each answer's weight times its strength; strengths are scaled to mean 1 over the strict answers that have one.

    So "much better" counts three times a "slightly better", an answer without a strength counts as an average one, and
    asking for strengths does not by itself make the data louder against the prior.
    """
    weights = comparisons.weight_M.copy()
    rated = (comparisons.strength_M > 0) & (comparisons.outcome_M != 0.5)
    if strength_weights and rated.any():
        strengths = comparisons.strength_M[rated].astype(np.float64)
        weights[rated] *= strengths / strengths.mean()
    return weights


def bootstrap_weights(prompt_M: np.ndarray[tuple[int], np.dtype[np.int64]], heads: int, seed: int) -> Floats:
    """Poisson(1) weights per *prompt* and head, (M, heads): answers about one prompt are not independent evidence."""
    prompts, code_M = np.unique(prompt_M, return_inverse=True)
    drawn = np.random.default_rng(seed).poisson(1.0, size=(len(prompts), heads)).astype(np.float64)
    return np.asarray(drawn[code_M])
