"""Every name a campaign may ask by, and what it has to read: chance, the belief, or the draws of a version's scores.

The *belief* is a Bayesian head taught by the campaign's own answers (`annotator.learning`); it moves with every answer.
*Draws* are the opinions of a reward model version's heads; they move with every retrain.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from uncertainty.acquisition import ACQUISITIONS
from uncertainty.batch.rules import BATCH_RULES, NEEDS_MACHINE_LABELS
from uncertainty.group_acquisition import GROUP_ACQUISITIONS
from uncertainty.reward_samples import RewardSamples


class Reads(enum.StrEnum):
    """What a strategy looks at."""

    CHANCE = "chance"
    BELIEF = "belief"
    ENSEMBLE = "ensemble"
    MC_DROPOUT = "mc_dropout"


@dataclasses.dataclass(frozen=True)
class Strategy:
    """A name, what it reads, and whether it can do without a machine's labels."""

    name: str
    reads: Reads
    needs_machine: bool = False

    @property
    def reads_draws(self) -> bool:
        return self.reads in (Reads.ENSEMBLE, Reads.MC_DROPOUT)


def _strategies() -> dict[str, Strategy]:
    draws = {name: Strategy(name, Reads(rule.draws)) for name, rule in ACQUISITIONS.items()}
    groups = {name: Strategy(name, Reads.ENSEMBLE) for name in GROUP_ACQUISITIONS}
    # A name known to both reads the belief: it is exact, and learns from every answer.
    belief = {name: Strategy(name, Reads.BELIEF, name in NEEDS_MACHINE_LABELS) for name in BATCH_RULES}
    return {**draws, **groups, **belief, "random": Strategy("random", Reads.CHANCE)}


STRATEGIES: Mapping[str, Strategy] = MappingProxyType(_strategies())


def values_of_draws(
    name: str,
    rewards_S_N: np.ndarray,
    groups_N: np.ndarray,
    i_M: np.ndarray,
    j_M: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """What each pair (M,) is worth under joint draws."""
    samples = RewardSamples(rewards_S_N)
    if name in GROUP_ACQUISITIONS:
        return GROUP_ACQUISITIONS[name](samples, groups_N, i_M, j_M)
    return ACQUISITIONS[name].value(samples.margins_S_M(i_M, j_M), rng=rng)
