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
        left, right = self.utility(card["left"]["text"]), self.utility(card["right"]["text"])
        given: dict[str, Any] = {"choice": self._choose(left, right), "active_ms": self.rng.randint(1500, 9000)}
        if given["choice"] in ("left", "right"):
            given["strength"] = 1 + (abs(left - right) > 0.8) + (abs(left - right) > 2.0)
        return given

    def _choose(self, left: float, right: float) -> str:
        if self.rng.random() < self.skips:
            return "skip"
        # Weights of left, right and neither, from the difference: exponentials of a bounded number never overflow.
        half = max(-30.0, min(30.0, (left - right) / self.noise)) / 2
        win, lose, neither = math.exp(half), math.exp(-half), self.ties
        draw = self.rng.random() * (win + lose + neither)
        if draw < win:
            return "left"
        if draw < win + lose:
            return "right"
        return "both_bad" if max(left, right) < BOTH_BAD_BELOW else "tie"
