"""What a batch rule may look at, and how much room the cap per group leaves. Nothing here was said by a person."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from uncertainty import gauss
from uncertainty.arrays import (
    AnyArray,
    Bools,
    Floats,
    Ints,
    Reals,
    at_least_one,
    blocks,
    finite,
    finite_as_stored,
    group_codes,
    same_length,
)
from uncertainty.batch.drawn import Drawn
from uncertainty.errors import EmptyPool, ShapeMismatch
from uncertainty.laplace import BayesianHead, after_label, in_direction, quadratic_form
from uncertainty.logistic import sigmoid
from uncertainty.rlthf import Zone, agreement, reward_curve


@dataclasses.dataclass(frozen=True, eq=False)
class Pool:
    """M pairs that may be asked about, and what the model believes: no answer of a person is in here.

    `deltas_M_D` and `prompts_M_P` may be single precision, and are then never copied whole.
    """

    head: BayesianHead
    deltas_M_D: Reals  # features of the first completion minus those of the second
    groups_M: AnyArray
    prompts_M_P: Reals | None = None  # an embedding of each pair's prompt, for rules that spread over prompts
    machine_M: Floats | None = None  # labels a machine gave: 1 first, 0 second
    asked_A_P: Floats | None = None  # embeddings of the prompts asked about before
    needs_D_D: Floats | None = None  # `needs` of a wider pool that this one is only a part of
    seconds_M: Floats | None = None  # how long a person will probably take: what is worth an amount is divided by it
    drawn: Drawn | None = None  # joint draws of a reward model version's heads, for rules that read no belief

    @functools.cached_property
    def code_M(self) -> Ints:
        """Groups as numbers 0..G-1."""
        return group_codes(self.groups_M, "groups_M")[0]

    def room_G(self, per_group: int) -> Ints:
        """Places of every group under the cap."""
        return np.full(int(self.code_M.max()) + 1, per_group)

    @functools.cached_property
    def needed_D_D(self) -> Floats:
        """What the answers are for: the needs given, or else those of these very pairs."""
        return needs(self.head, self.deltas_M_D) if self.needs_D_D is None else self.needs_D_D

    @functools.cached_property
    def in_band_M(self) -> Bools:
        """Pairs whose machine label lies between reflection and knee of the reward-distribution curve."""
        agreement_M = agreement(in_direction(self.deltas_M_D, self.head.mean_D), self.machine_labels_M)
        return np.asarray(reward_curve(agreement_M).zones(agreement_M) == Zone.ASK)

    @property
    def machine_labels_M(self) -> Floats:
        if self.machine_M is None:
            raise EmptyPool("This rule reads the labels a machine gave, and there are none.", what="machine_M")
        return self.machine_M

    @property
    def draws(self) -> Drawn:
        if self.drawn is None:
            raise EmptyPool("This rule reads joint draws of rewards, and there are none.", what="drawn")
        return self.drawn

    def prompts_G_P(self) -> Floats:
        """One embedding per group."""
        if self.prompts_M_P is None:
            raise EmptyPool("This rule reads embeddings of the prompts, and there are none.", what="prompts_M_P")
        first_G = np.empty(int(self.code_M.max()) + 1, dtype=np.int64)
        first_G[self.code_M[::-1]] = np.arange(len(self.code_M))[::-1]
        return self.prompts_M_P[first_G].astype(np.float64, copy=False)

    def __post_init__(self) -> None:
        self._check("deltas_M_D", 2, finite_as_stored)
        self._check("prompts_M_P", 2, finite_as_stored)
        for name, ndim in {"machine_M": 1, "needs_D_D": 2, "seconds_M": 1}.items():
            self._check(name, ndim, finite)
        if not (isinstance(self.asked_A_P, np.ndarray) and self.asked_A_P.size == 0):  # nobody asked yet: fine
            self._check("asked_A_P", 2, finite)
        code_M = self.code_M  # before anything could be turned into something else
        object.__setattr__(self, "groups_M", np.asarray(self.groups_M))
        per_pair = {"deltas_M_D": self.deltas_M_D, "groups_M": code_M, "prompts_M_P": self.prompts_M_P,
                    "machine_M": self.machine_M, "seconds_M": self.seconds_M,
                    "drawn": None if self.drawn is None else self.drawn.i_M}  # fmt: skip
        same_length(**{name: column for name, column in per_pair.items() if column is not None})
        width = self.deltas_M_D.shape[1]
        if len(self.head.mean_D) != width or (self.needs_D_D is not None and self.needs_D_D.shape != (width, width)):
            raise ShapeMismatch(f"The head and needs_D_D must read {width} features.", width=width)
        if self.machine_M is not None and not np.isin(self.machine_M, (0.0, 1.0)).all():
            raise ShapeMismatch("A machine's label is 1 (first) or 0 (second); leave ties out.", what="machine_M")
        if self.seconds_M is not None and self.seconds_M.min() <= 0.0:
            raise ShapeMismatch("Seconds must be positive.", what="seconds_M")

    def _check(self, name: str, ndim: int, check: Callable[..., Reals]) -> None:
        if (given := getattr(self, name)) is not None:
            object.__setattr__(self, name, check(given, name, ndim=ndim))


def needs(head: BayesianHead, deltas_M_D: ArrayLike) -> Floats:
    """Second moment of the differences, each weighted by how open its answer is: what will be needed, D x D.

    A pool of only some of the pairs (the open tasks) is ordered for the needs of all by passing this as `needs_D_D`.
    """
    deltas = finite_as_stored(deltas_M_D, "deltas_M_D", ndim=2)
    p_M = sigmoid(in_direction(deltas, head.mean_D))
    total_D_D = np.zeros((deltas.shape[1],) * 2)
    for block in blocks(len(deltas)):
        rows, p = deltas[block].astype(np.float64, copy=False), p_M[block]
        total_D_D += (rows.T * (p * (1.0 - p))) @ rows
    return total_D_D / len(deltas)


@dataclasses.dataclass(frozen=True, eq=False)
class Candidates:
    """The rows still being compared: their margins' means and variances under what would be known by now."""

    pool: Pool
    rows_R: Ints
    deltas_R_D: Reals
    mean_R: Floats
    var_R: Floats
    cov_D_D: Floats
    chance_R: Floats  # one number in 0..1 per candidate, drawn once

    @property
    def prob_R(self) -> Floats:
        return gauss.probability(self.mean_R, self.var_R)

    @property
    def curvature_R(self) -> Floats:
        """What one answer adds to the precision of its own margin, at the expected margin."""
        p = sigmoid(self.mean_R)
        return np.asarray(p * (1.0 - p))

    @functools.cached_property
    def reach_R(self) -> Floats:
        """delta' cov A cov delta, A what the pool needs: how far the news of an answer reaches into what is needed."""
        return quadratic_form(self.deltas_R_D, self.cov_D_D @ self.pool.needed_D_D @ self.cov_D_D)

    def only(self, keep_R: Ints) -> Candidates:
        """Some of them; few enough to be held in double precision."""
        columns = {name: getattr(self, name)[keep_R] for name in ("rows_R", "mean_R", "var_R", "chance_R")}
        return dataclasses.replace(self, deltas_R_D=self.deltas_R_D[keep_R].astype(np.float64), **columns)

    def as_if_known(self, pick: int) -> Candidates:
        """What is left to know once this one's answer is in: variances shrink along it, expected margins stay."""
        delta_D, curvature = self.deltas_R_D[pick].astype(np.float64), float(self.curvature_R[pick])
        spread_D, known = self.cov_D_D @ delta_D, curvature / (1.0 + curvature * float(self.var_R[pick]))
        shared_R = in_direction(self.deltas_R_D, spread_D)
        later = dataclasses.replace(
            self,
            cov_D_D=after_label(self.cov_D_D, delta_D, curvature),
            var_R=np.asarray(np.maximum(self.var_R - known * shared_R**2, 0.0)),
        )
        if "reach_R" in self.__dict__:  # somebody reads it: carried on by the same rank-one step, D times cheaper
            needed_D = self.pool.needed_D_D @ spread_D
            needed_R = in_direction(self.deltas_R_D, self.cov_D_D @ needed_D)
            change_R = known * shared_R * (known * shared_R * float(spread_D @ needed_D) - 2.0 * needed_R)
            later.__dict__["reach_R"] = np.maximum(self.reach_R + change_R, 0.0)
        return later


def candidates(pool: Pool, rng: np.random.Generator) -> Candidates:
    """The whole pool, nothing picked yet."""
    mean_M, var_M = pool.head.margins(pool.deltas_M_D)
    rows = np.arange(len(mean_M))
    return Candidates(pool, rows, pool.deltas_M_D, mean_M, var_M, pool.head.cov_D_D, rng.random(len(rows)))


class Room:
    """Which rows may still be picked: n in all, at most `per_group` of one group, each once."""

    def __init__(self, code_R: Ints, *, n: int, per_group: int) -> None:
        at_least_one(n=n, per_group=per_group)
        self.chosen: list[int] = []
        self.open_R: Bools = np.ones(len(code_R), dtype=np.bool_)
        self._n, self._code_R = n, code_R
        self._left_G = np.full(int(code_R.max()) + 1, per_group)

    def is_left(self) -> bool:
        return len(self.chosen) < self._n and bool(self.open_R.any())

    def best(self, value_R: Floats, chance_R: Floats) -> int:
        """The open row of the highest value, ties by chance."""
        open_R = np.where(self.open_R, value_R, -np.inf)
        ties = np.flatnonzero(open_R == open_R.max())
        return int(ties[chance_R[ties].argmin()])

    def take(self, row: int) -> None:
        group = self._code_R[row]
        self.chosen.append(row)
        self._left_G[group] -= 1
        self.open_R[row] = False
        if self._left_G[group] == 0:
            self.open_R[self._code_R == group] = False
