"""An older question is worth less: its place among the others, times what is left of it after so many policy steps.

Places (ranks in 0..1), because values come from rules with scales of their own, some below zero, and a factor would
then raise what it should lower.
"""

from __future__ import annotations

import numpy as np


def faded(values_M: np.ndarray, ages_M: np.ndarray, decay: float) -> np.ndarray:
    """Each loses the share `decay` per step of age. Equal values and ages stay equal; without age the order stays."""
    values, place_M = np.unique(values_M, return_inverse=True)
    return np.asarray(
        (place_M.reshape(-1) + 1) / max(len(values), 1) * (1.0 - decay) ** np.asarray(ages_M, dtype=float)
    )
