"""Every name a campaign may ask by, and what it has to read: chance, the belief, or the draws of a version's scores.

The *belief* is a Bayesian head taught by the campaign's own answers (`annotator.learning`); it moves with every answer.
*Draws* are the opinions of a reward model version's heads; they move with every retrain.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from types import MappingProxyType

from uncertainty.batch.rules import BATCH_RULES, BLIND_TO_SECONDS, NEEDS_MACHINE_LABELS, RULES


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
    def heeds_seconds(self) -> bool:
        """Whether it can ask by value per second instead of per answer."""
        return self.reads is Reads.BELIEF and self.name not in BLIND_TO_SECONDS

    @property
    def reads_draws(self) -> bool:
        return self.reads in (Reads.ENSEMBLE, Reads.MC_DROPOUT)


def _reads(name: str) -> Reads:
    if name == "random":
        return Reads.CHANCE
    if name in BATCH_RULES:
        return Reads.BELIEF
    return Reads.MC_DROPOUT if name.startswith(Reads.MC_DROPOUT) else Reads.ENSEMBLE


STRATEGIES: Mapping[str, Strategy] = MappingProxyType(
    {name: Strategy(name, _reads(name), name in NEEDS_MACHINE_LABELS) for name in RULES}
)
