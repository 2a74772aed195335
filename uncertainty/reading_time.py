"""How long a person will take over what is shown: a start, and so many characters a second; learnt from past answers.

Times are skewed and full of coffee breaks, so the line is a median line, fitted to ratios: off by a factor of two
counts the same for a short text as for a long one, and a wild time counts no more than any other on its side.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.arrays import Floats, finite, same_length
from uncertainty.errors import ShapeMismatch

ENOUGH = 30  # answers before which the default is nearer the truth than a fit
LONGEST = 600.0  # seconds: longer ones are skimmed, or somebody left the desk
# How many characters take as long as the start does: from texts that cost all to texts that cost nothing.
TRADES = np.geomspace(1.0, 1e6, 121)


@dataclasses.dataclass(frozen=True)
class ReadingTime:
    """seconds = start + per_character * characters, at most `LONGEST`; both positive.

    The default is people's usual silent reading, 240 words or 1,440 characters a minute, and five seconds to decide.
    """

    start: float = 5.0
    per_character: float = 60.0 / 1440.0

    def seconds(self, characters_M: ArrayLike) -> Floats:
        """How long each showing of so many characters, its completions taken together, will take (M,); never 0."""
        return np.minimum(self.start + self.per_character * _characters(characters_M), LONGEST)


def fit_reading_time(characters_M: ArrayLike, seconds_M: ArrayLike) -> ReadingTime:
    """The line nearest to the active seconds of past answers, in the sum of absolute log ratios; the default before 30.

    For each exchange rate between start and characters the best scale is a median; the best rate is found by looking.
    """
    characters, seconds = _characters(characters_M), finite(seconds_M, "seconds_M", ndim=1)
    same_length(characters_M=characters, seconds_M=seconds)
    if seconds.min() <= 0.0:
        raise ShapeMismatch("An answer took more than no time.", what="seconds_M")
    if len(seconds) < ENOUGH:
        return ReadingTime()
    log_ratio_T_M = np.log(seconds) - np.log(1.0 + characters / TRADES[:, None])
    log_start_T = np.median(log_ratio_T_M, axis=1)
    best = int(np.abs(log_ratio_T_M - log_start_T[:, None]).sum(axis=1).argmin())
    start = float(np.exp(log_start_T[best]))
    return ReadingTime(start, start / float(TRADES[best]))


def _characters(characters_M: ArrayLike) -> Floats:
    characters = finite(characters_M, "characters_M", ndim=1)
    if characters.min() < 0.0:
        raise ShapeMismatch("A text has no fewer than 0 characters.", what="characters_M")
    return characters
