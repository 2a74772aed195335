"""A simulated annotator answers as a noisy person with the hidden preference would; pure, seeded, and named as such.

Bradley-Terry noise with Davidson's ties: the larger the difference in utility, the rarer the slip.
"""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Callable
from typing import Any

USERNAME = "sim-annotator-{number}"
BOTH_BAD_BELOW = -1.5


@dataclasses.dataclass
class SimulatedAnnotator:
    """`noise` is the difference in utility that turns two in three coin flips; `ties` weighs a shrug."""

    username: str
    utility: Callable[[str], float]
    rng: random.Random
    noise: float = 0.4
    ties: float = 0.15
    skips: float = 0.02

    def answer(self, card: dict[str, Any]) -> dict[str, Any]:
        """The body of an annotation for this card: what a browser would send."""
        first, second = (self.utility(completion["text"]) for completion in card["completions"])
        active_ms = self.rng.randint(1500, 9000)
        if self.rng.random() < self.skips:
            return {"answer": None, "skip": "cannot_judge", "active_ms": active_ms}
        choice = self._choose(first, second)
        apart = abs(first - second)
        strength = 1 + (apart > 0.8) + (apart > 2.0) if choice in ("first", "second") else None
        return {"answer": {"preference": {"choice": choice, "strength": strength}}, "active_ms": active_ms}

    def _choose(self, first: float, second: float) -> str:
        # Weights of first, second and neither, from the difference: exponentials of a bounded number never overflow.
        half = max(-30.0, min(30.0, (first - second) / self.noise)) / 2
        win, lose, neither = math.exp(half), math.exp(-half), self.ties
        draw = self.rng.random() * (win + lose + neither)
        if draw < win:
            return "first"
        if draw < win + lose:
            return "second"
        return "both_bad" if max(first, second) < BOTH_BAD_BELOW else "tie"
