"""Campaigns of which is known how many random answers one of the strategy's is worth.

Half of the pool are twins, which teach nothing. Chance asks about them half of the time; a strategy may avoid them or
mostly ask about them. What a stream of answers teaches goes by how many of them are no twins, random ones included.
"""

from __future__ import annotations

import numpy as np

from uncertainty.arrays import AnyArray, Bools, Floats, Ints

TWINS = {"like_chance": 0.5, "avoids_twins": 0.0, "mostly_twins": 0.8}  # the share of what each strategy asks
WIDTH = 12


def asked(
    strategy: str, answers: int, random_share: float, rng: np.random.Generator
) -> tuple[Floats, Floats, Ints, Bools]:
    """(differences, outcomes, prompts, which chance picked), in the order asked."""
    deltas_M_D = rng.normal(size=(answers, WIDTH)) / np.sqrt(WIDTH)
    from_random_M: AnyArray = rng.random(answers) < random_share
    twins_M = rng.random(answers) < np.where(from_random_M, 0.5, TWINS[strategy])
    deltas_M_D[twins_M] *= 0.02
    prob_M = 1.0 / (1.0 + np.exp(-3.0 * deltas_M_D @ rng.normal(size=WIDTH)))
    outcomes_M = (rng.random(answers) < prob_M).astype(np.float64)
    return deltas_M_D, outcomes_M, rng.integers(0, 100 * answers, size=answers), from_random_M


def worth(strategy: str, random_share: float) -> float:
    """Of so many answers of the campaign, as many are no twins as of this many times as many random ones."""
    return (0.5 * random_share + (1.0 - TWINS[strategy]) * (1.0 - random_share)) / 0.5
