"""Everybody's habits and every pair's margin, fitted to preferences under one distribution of margins.

The marginal posterior of all habits at once is climbed by Newton's method, and its curvature at the top says what the
answers leave in doubt: truths and fellows are no more taken as known than a person's own habits are. No randomness.
Axis letters as in `annotators` and `sharpness`; U kinds of answers, those alike in all but the pair they are about.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from uncertainty.agreement import couples
from uncertainty.annotators import Heard, Residuals, more_than_alone, spread_of
from uncertainty.arrays import Bools, Floats, Ints, blocks
from uncertainty.errors import Unsettled
from uncertainty.logistic import sigmoid
from uncertainty.sharpness import Margins

# Before any answer: right in three of four typical pairs, though nearly anything is possible, and no side is likelier.
BEFOREHAND = np.array([1.4, 0.0])  # keen and side, normal, with these spreads
SPREADS = np.array([1.8, 0.7])
REST = 1e-3  # in keen and side, of which even thousands of answers leave a few hundredths in doubt
STEPS = 200
LONGEST_STEP = 1.0
ROUNDING = 1e-9
BEFORE_UNDERFLOW = 50  # answers about one pair whose chances are multiplied without care
TINY = np.finfo(np.float64).tiny


@dataclasses.dataclass(frozen=True, eq=False)
class Answers:
    """Answers gathered in U kinds: those of one person, with the first on one side, of one outcome."""

    heard: Heard
    kind_L: Ints
    place_U: Ints  # among (annotator, first left or right)
    left_U: Floats  # 1 the left one was preferred
    turns: list[tuple[Ints, Ints]]  # first answers: of which pairs, of which kinds; then second ones, ...
    by_kind: tuple[Ints, Ints]
    couples: tuple[Ints, Ints]

    @classmethod
    def of(cls, heard: Heard, left_L: Floats, first_left_L: Bools) -> Answers:
        place_L = 2 * heard.annotator_L + ~first_left_L
        (place_U, left_U), kind_L = np.unique(np.stack([place_L, left_L]), axis=1, return_inverse=True)
        kind_L = kind_L.reshape(-1)
        return cls(
            heard, kind_L, place_U.astype(np.int64), left_U,
            _turns(heard.item_L, kind_L), _runs(kind_L), couples(heard.item_L),
        )  # fmt: skip

    def likely(self, z_U_Q: Floats) -> Floats:
        """How likely each kind of answer was, where these are the log odds of the left one."""
        return sigmoid(np.where(self.left_U[:, None] == 1.0, z_U_Q, -z_U_Q))


@dataclasses.dataclass(frozen=True, eq=False)
class Fit:
    """The likeliest habits under one distribution of margins, what is not known of them, and how well they explain."""

    margins: Margins
    habits_A_2: Floats
    covariance: Floats  # (2A, 2A)
    log_evidence: float
    margin_N_Q: Floats
    steps: int


@dataclasses.dataclass(frozen=True, eq=False)
class Model:
    """How the answers come about, were margins distributed so."""

    told: Answers
    margins: Margins

    def fit(self, habits_A_2: Floats, *, held_back: float = 1.0) -> Fit:
        """Newton's method, held back where the answers curve the wrong way (Levenberg); every step explains more."""
        now = self.at(habits_A_2)
        for step in range(1, STEPS + 1):
            slope, complete, hidden = self.curvature(habits_A_2, now)
            while True:
                try:
                    half = np.linalg.cholesky(complete * (1.0 + held_back) - hidden)
                    move = np.linalg.solve(half.T, np.linalg.solve(half, slope)).reshape(-1, 2)
                except np.linalg.LinAlgError:
                    held_back = 4.0 * held_back + 0.25
                    continue
                move = np.clip(move, -LONGEST_STEP, LONGEST_STEP)
                then = self.at(habits_A_2 + move)
                if then[0] >= now[0] - ROUNDING * abs(now[0]):
                    break
                held_back = 4.0 * held_back + 0.25
            habits_A_2, now = habits_A_2 + move, then
            if float(np.abs(move).max()) < REST * (1.0 + held_back):
                return self._rested(habits_A_2, now, step)
            held_back = 0.0 if held_back < 0.1 else held_back / 8.0
        raise Unsettled("The model of preferences did not come to rest.", steps=STEPS)

    def at(self, habits_A_2: Floats) -> tuple[float, Floats]:
        """(the log posterior of everybody's habits, how likely each margin is for each pair (N, Q))."""
        told = self.told
        said_U_Q = told.likely(self.margins.leaning(habits_A_2)[told.place_U])
        likely_N_Q = np.tile(self.margins.density_Q, (len(told.heard.items_N), 1))
        log_posterior = -float((((habits_A_2 - BEFOREHAND) / SPREADS) ** 2).sum()) / 2.0
        for turn, (item, kind) in enumerate(told.turns, start=1):
            likely_N_Q[item] *= said_U_Q[kind]
            if turn % BEFORE_UNDERFLOW == 0 or turn == len(told.turns):
                of_N = np.maximum(likely_N_Q.sum(axis=1), TINY)
                log_posterior += float(np.log(of_N).sum())
                likely_N_Q /= of_N[:, None]
        return log_posterior, likely_N_Q

    def curvature(self, habits_A_2: Floats, now: tuple[float, Floats]) -> tuple[Floats, Floats, Floats]:
        """The slope of the log posterior (2A), and its curvature: were all margins known, less what is hidden."""
        told, seen_U_Q = self.told, self._seen(now[1])
        p_X_Q, slopes = sigmoid(self.margins.leaning(habits_A_2)), self.margins.slopes(habits_A_2)
        odd_U_Q = told.left_U[:, None] - p_X_Q[told.place_U]
        odd_X_Q, odd_squared_X_Q = self._by_place(seen_U_Q * odd_U_Q), self._by_place(seen_U_Q * odd_U_Q**2)
        all_X_Q = self._by_place(seen_U_Q)
        prior_2 = SPREADS**-2.0
        slope_A_2 = np.stack([_by_person(odd_X_Q * one) for one in slopes], axis=1)
        slope_A_2 -= prior_2 * (habits_A_2 - BEFOREHAND)
        complete_A_2_2 = _squares(all_X_Q * p_X_Q * (1.0 - p_X_Q), slopes) + np.diag(prior_2)
        hidden_A_2_2 = _squares(odd_squared_X_Q, slopes) + self.margins.bent(habits_A_2, odd_X_Q)
        hidden = _diagonal(hidden_A_2_2) + self._shared(odd_U_Q, habits_A_2, now[1])
        return slope_A_2.reshape(-1), _diagonal(complete_A_2_2), hidden

    def _seen(self, margin_N_Q: Floats) -> Floats:
        """At which margins the answers of each kind were given (U, Q)."""
        order, starts = self.told.by_kind
        return np.asarray(np.add.reduceat(margin_N_Q[self.told.heard.item_L[order]], starts, axis=0))

    def _by_place(self, of_U_Q: Floats) -> Floats:
        """Sums over the kinds of each person with the first on one side (2A, Q)."""
        out = np.zeros((2 * len(self.told.heard.annotators_A), of_U_Q.shape[1]))
        np.add.at(out, self.told.place_U, of_U_Q)
        return out

    def _shared(self, odd_U_Q: Floats, habits_A_2: Floats, margin_N_Q: Floats) -> Floats:
        """How the slopes of answers about one pair move together while its margin is in doubt, own squares left out.

        A slope is surprise and surprise times margin, mixed by the person's habits: only their moments are summed.
        """
        told, mu_Q = self.told, self.margins.mu_Q
        powers_Q_3 = np.stack([np.ones(len(mu_Q)), mu_Q, mu_Q**2], axis=1)
        mixing_L_2_2 = self.margins.mixing(habits_A_2)[told.place_U[told.kind_L]]
        slope_L_2 = self._slopes(odd_U_Q, mixing_L_2_2, margin_N_Q)
        one_P, other_P = told.couples
        together_P_2_2 = np.empty((len(one_P), 2, 2))
        for block in blocks(len(one_P)):
            one, other = one_P[block], other_P[block]
            odd = margin_N_Q[told.heard.item_L[one]] * odd_U_Q[told.kind_L[one]] * odd_U_Q[told.kind_L[other]]
            moments_2_2 = (odd @ powers_Q_3)[:, [[0, 1], [1, 2]]]
            mixed = mixing_L_2_2[one] @ moments_2_2 @ mixing_L_2_2[other].transpose(0, 2, 1)
            together_P_2_2[block] = mixed - slope_L_2[one, :, None] * slope_L_2[other, None, :]
        who_L, people = told.heard.annotator_L, len(habits_A_2)
        out = np.zeros((people, 2, people, 2))
        for i, j in np.ndindex(2, 2):
            cell_P = who_L[one_P] * people + who_L[other_P]
            both = np.bincount(cell_P, together_P_2_2[:, i, j], people * people).reshape(people, people)
            out[:, i, :, j] += both
            out[:, j, :, i] += both.T
            own_A = np.bincount(who_L, slope_L_2[:, i] * slope_L_2[:, j], people)
            out[np.arange(people), i, np.arange(people), j] -= own_A
        return out.reshape(2 * people, 2 * people)

    def _slopes(self, odd_U_Q: Floats, mixing_L_2_2: Floats, margin_N_Q: Floats) -> Floats:
        """How far each answer would move its giver's habits (L, 2), its pair's margin in doubt."""
        told, mu_Q = self.told, self.margins.mu_Q
        powers_Q_2 = np.stack([np.ones(len(mu_Q)), mu_Q], axis=1)
        mean_L_2 = np.empty((len(told.kind_L), 2))
        for block in blocks(len(mean_L_2)):
            odd = margin_N_Q[told.heard.item_L[block]] * odd_U_Q[told.kind_L[block]]
            mean_L_2[block] = odd @ powers_Q_2
        return np.asarray(np.einsum("lir,lr->li", mixing_L_2_2, mean_L_2))

    def _rested(self, habits_A_2: Floats, now: tuple[float, Floats], steps: int) -> Fit:
        _, complete, hidden = self.curvature(habits_A_2, now)
        prior_D = np.tile(SPREADS**-2.0, len(habits_A_2))
        try:
            half = np.linalg.cholesky(complete - hidden)
            inverse = np.linalg.inv(half)
            covariance = inverse.T @ inverse
        except np.linalg.LinAlgError:
            covariance = spread_of(complete - np.diag(prior_D), hidden, prior_D)
        wider_D = np.tile(np.sqrt(self._more_than_alone(habits_A_2, now[1])), len(habits_A_2))
        covariance = covariance * np.outer(wider_D, wider_D)
        # Laplace's approximation, over keen alone: side is on a scale of its own under every shape of margins.
        log_det = float(np.linalg.slogdet(covariance[::2, ::2])[1])
        return Fit(self.margins, habits_A_2, covariance, now[0] + log_det / 2.0, now[1], steps)

    def _more_than_alone(self, habits_A_2: Floats, margin_N_Q: Floats) -> Floats:
        """How much more the pairs of one card say together than alone, of keen and of side (2).

        Orders of G completions that are drawn by lot give (2G + 5) / 9 (Kendall 1938), single pairs exactly 1.
        """
        told = self.told
        odd_U_Q = told.left_U[:, None] - sigmoid(self.margins.leaning(habits_A_2)[told.place_U])
        mixing_L_2_2 = self.margins.mixing(habits_A_2)[told.place_U[told.kind_L]]
        return more_than_alone(told.heard.said_L, self._slopes(odd_U_Q, mixing_L_2_2, margin_N_Q))

    def residuals(self, fit: Fit) -> Residuals:
        """What the answers say beyond this fit."""
        told, habits_A_2 = self.told, fit.habits_A_2
        z_U_Q = self.margins.leaning(habits_A_2)[told.place_U]
        p_U_Q = sigmoid(z_U_Q)
        slope_U_Q = (told.left_U[:, None] - p_U_Q) * self.margins.slopes(habits_A_2)[0][told.place_U]
        said_U_Q = told.likely(z_U_Q)
        first_U_Q = np.where((told.place_U % 2 == 0)[:, None], p_U_Q, 1.0 - p_U_Q)
        said_first_L = np.where(told.place_U % 2 == 0, told.left_U, 1.0 - told.left_U)[told.kind_L]
        one_P, other_P = told.couples
        score_L, expected_P = np.empty(len(told.kind_L)), np.empty(len(one_P))
        for block in blocks(len(score_L)):
            likely = fit.margin_N_Q[told.heard.item_L[block]]
            score_L[block] = np.einsum("lq,lq->l", likely, slope_U_Q[told.kind_L[block]])
        for block in blocks(len(one_P)):
            one, other = told.kind_L[one_P[block]], told.kind_L[other_P[block]]
            others = fit.margin_N_Q[told.heard.item_L[one_P[block]]] / np.maximum(said_U_Q[one] * said_U_Q[other], TINY)
            both = first_U_Q[one] * first_U_Q[other]
            equal = 2.0 * both + 1.0 - first_U_Q[one] - first_U_Q[other]
            expected_P[block] = (others * equal).sum(axis=1) / others.sum(axis=1)
        agreed_P = said_first_L[one_P] == said_first_L[other_P]
        return Residuals(told.heard, score_L, one_P, other_P, agreed_P, expected_P)


def _by_person(of_X_Q: Floats) -> Floats:
    return np.asarray(of_X_Q.reshape(-1, 2, of_X_Q.shape[1]).sum(axis=(1, 2)))


def _squares(of_X_Q: Floats, slopes: tuple[Floats, Floats]) -> Floats:
    """Sums of products of two slopes, a 2 x 2 matrix a person."""
    keen, side = slopes
    across_A = _by_person(of_X_Q * keen * side)
    both = [_by_person(of_X_Q * keen**2), across_A, across_A, _by_person(of_X_Q * side**2)]
    return np.stack(both, axis=1).reshape(-1, 2, 2)


def _diagonal(blocks_A_2_2: Floats) -> Floats:
    people = len(blocks_A_2_2)
    out = np.zeros((people, 2, people, 2))
    out[np.arange(people), :, np.arange(people), :] = blocks_A_2_2
    return out.reshape(2 * people, 2 * people)


def _runs(to_L: Ints) -> tuple[Ints, Ints]:
    """The rows in the order of where they belong, and where each run of them starts."""
    order = np.argsort(to_L, kind="stable")
    return order, np.flatnonzero(np.diff(to_L[order], prepend=-1))


def _turns(item_L: Ints, kind_L: Ints) -> list[tuple[Ints, Ints]]:
    """First answers, second answers, ...: about which pairs, and of which kinds."""
    order, starts = _runs(item_L)
    turn_L = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    return [(item_L[rows], kind_L[rows]) for turn in range(int(turn_L.max()) + 1) for rows in [order[turn_L == turn]]]
