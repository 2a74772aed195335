"""Where a campaign's rollouts lie in the coordinates of a head, and how far the two sides of a pair are apart."""

from __future__ import annotations

import dataclasses

import numpy as np

from annotator.campaigns.machine_labels import MachinePairs
from uncertainty.laplace import BayesianHead
from uncertainty.learner import learn_machine
from uncertainty.view import damped


@dataclasses.dataclass(frozen=True, eq=False)
class Places:
    """The points of those rollouts whose features are known, in one `PairView`."""

    ids_N: np.ndarray  # ascending
    points_N_W: np.ndarray

    def rows(self, rollouts: np.ndarray) -> np.ndarray:
        """The row of each rollout, -1 where its features are not known."""
        return rows_of(self.ids_N, rollouts)

    def deltas(self, a_M: np.ndarray, b_M: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(differences, as a head reads them, of the pairs whose sides are both known; which those are)."""
        row_a, row_b = self.rows(a_M), self.rows(b_M)
        known_M = (row_a >= 0) & (row_b >= 0)
        apart = self.points_N_W[row_a[known_M]] - self.points_N_W[row_b[known_M]]
        return (damped(apart) if len(apart) else apart), known_M


def rows_of(ids_N: np.ndarray, rollouts: np.ndarray) -> np.ndarray:
    """The row of each rollout among ascending ids, -1 where it is not there."""
    if not len(ids_N):
        return np.full(len(rollouts), -1)
    at = np.minimum(np.searchsorted(ids_N, rollouts), len(ids_N) - 1)
    return np.where(ids_N[at] == rollouts, at, -1)


def machine_prior(places: Places, machine: MachinePairs) -> BayesianHead | None:
    """What a machine's labels taught, where people's answers correct them; None without any about known rollouts."""
    deltas, known_M = places.deltas(machine.a_M, machine.b_M)
    return learn_machine(deltas, machine.label_M[known_M], machine.groups_M[known_M]) if len(deltas) else None
