"""What one person makes of a pair: how far sharpness blunts its margin, which side they lean to, how hard pairs are.

    P(k chooses the left one) = sigma(tau_k * mu + b_k),  mu > 0 where the left one is better.

A person's two habits are kept as numbers that answers say about equally much of, wherever the person stands:
tau = sinh(bend * keen) / bend and b = side * cosh(bend * keen), with a bend that suits the margins. So `keen` is about
the log odds of being right, whatever the margins, below 0 for those who have misunderstood; and `side` is about a shift
of the margin: the same side means about the same P(left) for everybody.

How hard pairs are differs by the texts, and hardly shows in two answers a pair. So it is not decided but averaged over:
margins are even (every pair alike), rounded, or normal (near-ties are common), with a mean square of 1 each.
Axis letters as in `annotators`; X a person with the pair's first on the left, then on the right (2A); Q nodes of mu.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from uncertainty.arrays import Floats
from uncertainty.logistic import sigmoid

STEP, FINEST, WIDEST = 0.3, 0.15, 4.6  # nodes lie closer towards 0, where sharp people change their minds


@dataclasses.dataclass(frozen=True, eq=False)
class Margins:
    """A symmetric distribution of margins by nodes, none at 0: one of two completions is the better one."""

    mu_Q: Floats
    density_Q: Floats
    bend: float

    @classmethod
    def even(cls) -> Margins:
        """Every pair is as hard as any other."""
        return cls(np.array([-1.0, 1.0]), np.array([0.5, 0.5]), 0.0)

    @classmethod
    def chi(cls, freedom: float) -> Margins:
        """|mu| is chi of so many degrees of freedom: 1 is normal, more leaves fewer near-ties."""
        at = np.arange(STEP / 2.0, np.arcsinh(WIDEST / FINEST) + STEP, STEP)
        mu = FINEST * np.sinh(at)
        density = mu ** (freedom - 1.0) * np.exp(-freedom * mu**2 / 2.0) * np.cosh(at)
        kept = density > 1e-9 * density.max()
        mu, density = mu[kept], density[kept] / density[kept].sum() / 2.0
        return cls(np.concatenate([-mu[::-1], mu]), np.concatenate([density[::-1], density]), 1.0 / freedom)

    def tau(self, keen_A: Floats) -> Floats:
        return np.asarray(np.sinh(self.bend * keen_A) / self.bend if self.bend else keen_A)

    def leaning(self, habits_A_2: Floats) -> Floats:
        """Log odds of the left one (2A, Q)."""
        keen_A, side_A = habits_A_2.T
        z_A_Q = self.tau(keen_A)[:, None] * self.mu_Q
        b_A_1 = (side_A * np.cosh(self.bend * keen_A))[:, None]
        return np.stack([b_A_1 + z_A_Q, b_A_1 - z_A_Q], axis=1).reshape(-1, len(self.mu_Q))

    def slopes(self, habits_A_2: Floats) -> tuple[Floats, Floats]:
        """How the log odds change with keen and with side, each (2A, Q)."""
        keen, side = (self.mixing(habits_A_2) @ np.stack([np.ones_like(self.mu_Q), self.mu_Q])).transpose(1, 0, 2)
        return keen, side

    def mixing(self, habits_A_2: Floats) -> Floats:
        """How the slopes are made of 1 and mu (2A, 2, 2): a row for keen, one for side."""
        keen_A, side_A = habits_A_2.T
        out = np.zeros((len(habits_A_2), 2, 2, 2))
        out[:, :, 0, 0] = (side_A * self.bend * np.sinh(self.bend * keen_A))[:, None]
        out[:, :, 0, 1] = np.cosh(self.bend * keen_A)[:, None] * [1.0, -1.0]
        out[:, :, 1, 0] = np.cosh(self.bend * keen_A)[:, None]
        return out.reshape(-1, 2, 2)

    def bent(self, habits_A_2: Floats, odd_X_Q: Floats) -> Floats:
        """What the bend of the scales adds to the curvature, a 2 x 2 matrix a person."""
        keen_A, people = habits_A_2[:, 0], len(habits_A_2)
        out = np.zeros((people, 2, 2))
        out[:, 0, 0] = self.bend**2 * (odd_X_Q * self.leaning(habits_A_2)).reshape(people, -1).sum(axis=1)
        across_A = self.bend * np.sinh(self.bend * keen_A) * odd_X_Q.reshape(people, -1).sum(axis=1)
        out[:, 0, 1] = out[:, 1, 0] = across_A
        return out

    def right(self, habits_A_2: Floats) -> Floats:
        """Chance to choose the better one of a typical pair, which is as often left as right."""
        upper_Q = self.mu_Q > 0.0
        z_A_2_Q = self.leaning(habits_A_2).reshape(len(habits_A_2), 2, -1)[:, :, upper_Q]
        chosen_A_Q = (sigmoid(z_A_2_Q[:, 0]) + sigmoid(-z_A_2_Q[:, 1])) / 2.0
        return np.asarray(chosen_A_Q @ self.density_Q[upper_Q] * 2.0)

    def left(self, habits_A_2: Floats) -> Floats:
        """Chance to choose the left one where both are as often the better one."""
        return np.asarray(sigmoid(self.leaning(habits_A_2)[::2]) @ self.density_Q)


SHAPES = (Margins.even(), Margins.chi(4.0), Margins.chi(1.0))
