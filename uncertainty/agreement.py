"""How far people agree beyond chance: Krippendorff's alpha, Cohen's kappa, and everybody with everybody.

Axis letters here: L answers, one row each (what, about which item, by whom); N items, A annotators, V different
answers. An answer that is missing is a row that is not there. Alpha asks of answers, whoever gave them; kappa of two
people, each with habits of their own. Both are 1 for people who never differ and 0 for people who might as well guess.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Hashable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.arrays import AnyArray, Floats, Ints, at_least_one, finite, group_codes, same_length
from uncertainty.distances import Distance, between_numbers, between_sets, few, ordinal
from uncertainty.errors import EmptyPool, ShapeMismatch, Undefined
from uncertainty.intervals import ratio_interval

DRAWS = 1_000
LEAST_ITEMS = 10  # below which re-drawing them says nothing about the items nobody saw
CHUNK = 100  # draws at a time


@dataclasses.dataclass(frozen=True)
class Alpha:
    """Krippendorff's alpha with its 95 % interval; no interval from fewer than `LEAST_ITEMS` items or cards."""

    alpha: float
    low: float | None
    high: float | None
    items: int  # with two answers or more: others say nothing of agreement
    answers: int  # about those


@dataclasses.dataclass(frozen=True, eq=False)
class Together:
    """Every two annotators on the items both answered; NaN where they share none, or where kappa has no value.

    Kappa's 95 % interval is Wilson's for the share of the greatest disagreement that was seen, of as many items on
    their own as would vary as much (`uncertainty.intervals`). Kappa plus and minus its standard error, which is usual,
    held the truth in 24 to 84 of a hundred pairs of people who nearly always agree on 10 to 50 cards; cf.
    `benchmarks/coverage.py`. It has none from fewer than `LEAST_ITEMS` cards.
    """

    annotators_A: AnyArray
    items_A_A: Ints
    cards_A_A: Ints
    share_A_A: Floats  # answered the very same
    kappa_A_A: Floats
    low_A_A: Floats
    high_A_A: Floats


@dataclasses.dataclass(frozen=True, eq=False)
class _Coded:
    """Answers as numbers of different answers, and how far these lie apart."""

    code_L: Ints
    values_V: Floats
    distance: Distance


def alpha(
    values_L: ArrayLike,
    items_L: ArrayLike,
    *,
    cards_L: ArrayLike | None = None,
    distance: str = "nominal",
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> Alpha:
    """1 - (disagreement within items) / (disagreement among all answers), for numbers or, if nominal, names.

    Items judged on one card share its luck: where `cards_L` says which, cards are re-drawn whole for the variance of
    the ratio; its interval is Wilson's of as many couples of answers on their own as would vary as much.
    """
    return _alpha(_coded(values_L, distance), items_L, cards_L, rng, draws)


def alpha_of_sets(
    sets_L: Sequence[Collection[Hashable]],
    items_L: ArrayLike,
    *,
    cards_L: ArrayLike | None = None,
    distance: str = "jaccard",
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> Alpha:
    """Alpha of answers that are sets: error types found, passages marked."""
    return _alpha(_coded_sets(sets_L, distance), items_L, cards_L, rng, draws)


def kappa(first_N: ArrayLike, second_N: ArrayLike, *, distance: str = "nominal") -> float:
    """Cohen's kappa of two people on the same items; weighted by distance: absolute is linear, interval quadratic."""
    both = [np.asarray(side, dtype=object) for side in (first_N, second_N)]
    if both[0].ndim != 1 or both[0].shape != both[1].shape:
        raise ShapeMismatch("Two people's answers are two lists of one length.", shapes=[list(s.shape) for s in both])
    coded = _coded([*both[0].tolist(), *both[1].tolist()], distance)
    first, second = np.split(coded.code_L, 2)
    found, *_ = _kappa(coded, first, second, np.arange(len(first)))
    if math.isnan(found):
        raise Undefined("Both gave one and the same answer throughout.", items=len(first))
    return found


def together(
    values_L: ArrayLike,
    items_L: ArrayLike,
    annotators_L: ArrayLike,
    *,
    cards_L: ArrayLike | None = None,
    distance: str = "nominal",
) -> Together:
    """Share of equal answers and kappa of every two annotators who answered the same items."""
    return _together(_coded(values_L, distance), items_L, annotators_L, cards_L)


def together_of_sets(
    sets_L: Sequence[Collection[Hashable]],
    items_L: ArrayLike,
    annotators_L: ArrayLike,
    *,
    cards_L: ArrayLike | None = None,
    distance: str = "jaccard",
) -> Together:
    """`together` of answers that are sets."""
    return _together(_coded_sets(sets_L, distance), items_L, annotators_L, cards_L)


def once_each(item_L: Ints, annotator_L: Ints) -> None:
    """Nobody counts as two: a person's second answer about an item is not another opinion."""
    pairs = np.unique(np.stack([item_L, annotator_L]), axis=1).shape[1]
    if pairs < len(item_L):
        raise ShapeMismatch("Somebody answered an item twice.", answers=len(item_L), different=pairs)


def _coded(values_L: ArrayLike, distance: str) -> _Coded:
    by = between_numbers(distance)
    if distance == "nominal" and np.asarray(values_L).dtype.kind != "f":
        code_L, value_V = group_codes(values_L, "values_L")
    else:
        value_V, code_L = np.unique(finite(values_L, "values_L", ndim=1), return_inverse=True)
    if not len(code_L):
        raise EmptyPool("values_L is empty.", what="values_L")
    few(len(value_V))
    numbers_V = np.arange(len(value_V)) if value_V.dtype.kind == "U" else value_V
    return _Coded(code_L.reshape(-1), numbers_V.astype(np.float64), by)


def _coded_sets(sets_L: Sequence[Collection[Hashable]], distance: str) -> _Coded:
    if not len(sets_L):
        raise EmptyPool("There are no answers.", what="sets_L")
    number: dict[frozenset[Hashable], int] = {}
    code_L = np.array([number.setdefault(frozenset(one), len(number)) for one in sets_L], dtype=np.int64)
    table_V_V = between_sets(list(number), distance)

    def by(values_V: Floats, counts_V: Floats) -> Floats:
        used_V = values_V.astype(np.int64)
        return np.asarray(table_V_V[np.ix_(used_V, used_V)])

    return _Coded(code_L, np.arange(len(number), dtype=np.float64), by)


def _alpha(coded: _Coded, items_L: ArrayLike, cards_L: ArrayLike | None, rng: np.random.Generator, draws: int) -> Alpha:
    at_least_one(draws=draws)
    item_L, _ = group_codes(items_L, "items_L")
    card_L = item_L if cards_L is None else group_codes(cards_L, "cards_L")[0]
    same_length(answers=coded.code_L, items_L=item_L, cards_L=card_L)
    kept_L = np.bincount(item_L)[item_L] >= 2
    if not kept_L.any():
        raise EmptyPool("No item was answered by two people.", answers=len(item_L))
    code_L = coded.code_L[kept_L]
    item_L, card_L = (group_codes(ids[kept_L], "items_L")[0] for ids in (item_L, card_L))
    items = int(item_L.max()) + 1
    once = _ratios(coded, code_L, item_L, np.ones((1, items), dtype=np.int64))[0]
    if math.isnan(once):
        raise Undefined("All gave the same answer: nobody could have disagreed.", items=items)
    found = Alpha(1.0 - float(once), None, None, items, len(code_L))
    card_N = np.zeros(items, dtype=np.int64)
    card_N[item_L] = card_L
    cards = int(card_N.max()) + 1
    if cards < LEAST_ITEMS:
        return found
    sizes = [min(CHUNK, draws - start) for start in range(0, draws, CHUNK)]
    drawn = (rng.multinomial(cards, np.full(cards, 1.0 / cards), size=size)[:, card_N] for size in sizes)
    ratio_B = np.concatenate([_ratios(coded, code_L, item_L, times_B_N) for times_B_N in drawn])
    # Of the cards re-drawn only their variance is taken, (n - 1) / n of it: what few disagreements did not show cannot
    # be re-drawn, so that quantiles of nearly equal answers are too near to them.
    variance = float(ratio_B[~np.isnan(ratio_B)].var()) * cards / (cards - 1)
    low, high = ratio_interval(
        float(once), variance, cards, greatest=_greatest(coded, code_L), most=len(couples(item_L)[0])
    )
    return dataclasses.replace(found, low=1.0 - high, high=1.0 - low)


def _greatest(coded: _Coded, code_L: Ints) -> float:
    """The ratio of people who always differ as far as any two answers do."""
    counts_V = np.bincount(code_L, minlength=len(coded.values_V)).astype(np.float64)
    table = coded.distance(coded.values_V, counts_V)[np.ix_(counts_V > 0.0, counts_V > 0.0)]
    counts_V = counts_V[counts_V > 0.0]
    return float(table.max() * len(code_L) * (len(code_L) - 1.0) / (counts_V @ table @ counts_V))


def _ratios(coded: _Coded, code_L: Ints, item_L: Ints, times_B_N: Ints) -> Floats:
    """Observed over expected disagreement where every item counts so many times; NaN where none is expected."""
    left_P, right_P = couples(item_L)
    weight_P = 2.0 / (np.bincount(item_L)[item_L[left_P]] - 1.0)

    def within_N(table_V_V: Floats) -> Floats:
        apart_P = weight_P * table_V_V[code_L[left_P], code_L[right_P]]
        return np.bincount(item_L[left_P], weights=apart_P, minlength=times_B_N.shape[1]).astype(np.float64)

    counts_B_V = np.stack(
        [np.bincount(code_L, weights=times_N[item_L], minlength=len(coded.values_V)) for times_N in times_B_N]
    )
    if coded.distance is ordinal:  # its distances follow the counts, which every draw has of its own
        tables = [coded.distance(coded.values_V, counts_V) for counts_V in counts_B_V]
        observed_B = np.array([times_N @ within_N(table) for times_N, table in zip(times_B_N, tables, strict=True)])
        among_B = np.array([counts_V @ table @ counts_V for counts_V, table in zip(counts_B_V, tables, strict=True)])
    else:
        table = coded.distance(coded.values_V, counts_B_V[0])
        observed_B, among_B = times_B_N @ within_N(table), np.einsum("bv,bv->b", counts_B_V @ table, counts_B_V)
    return np.asarray(observed_B * (counts_B_V.sum(axis=1) - 1.0) / np.where(among_B > 0.0, among_B, np.nan))


def couples(item_L: Ints) -> tuple[Ints, Ints]:
    """Every two answers about the same item, once: their rows."""
    order = np.argsort(item_L, kind="stable")
    found = list(_couples(order, item_L[order]))
    if not found:
        nothing = np.empty(0, dtype=np.int64)
        return nothing, nothing
    left, right = zip(*found, strict=True)
    return np.concatenate(left), np.concatenate(right)


def _couples(order: Ints, sorted_L: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Answers a place apart, two places apart, ...: as many steps as the item most answered has answers."""
    for apart in range(1, int(np.bincount(sorted_L).max(initial=0))):
        same = np.flatnonzero(sorted_L[apart:] == sorted_L[:-apart])
        yield order[same], order[same + apart]


def _together(coded: _Coded, items_L: ArrayLike, annotators_L: ArrayLike, cards_L: ArrayLike | None) -> Together:
    item_L, _ = group_codes(items_L, "items_L")
    annotator_L, annotators_A = group_codes(annotators_L, "annotators_L")
    card_L = item_L if cards_L is None else group_codes(cards_L, "cards_L")[0]
    same_length(answers=coded.code_L, items_L=item_L, annotators_L=annotator_L, cards_L=card_L)
    once_each(item_L, annotator_L)
    count = len(annotators_A)
    items_A_A, cards_A_A = np.zeros((2, count, count), dtype=np.int64)
    share_A_A, kappa_A_A, low_A_A, high_A_A = np.full((4, count, count), np.nan)
    left_P, right_P = couples(item_L)
    swap_P = annotator_L[left_P] > annotator_L[right_P]
    left_P, right_P = np.where(swap_P, right_P, left_P), np.where(swap_P, left_P, right_P)
    couple_P = annotator_L[left_P] * count + annotator_L[right_P]
    order = np.argsort(couple_P, kind="stable")
    starts = np.flatnonzero(np.diff(couple_P[order], prepend=-1))
    for rows in np.split(order, starts[1:]) if len(order) else []:
        a, b = divmod(int(couple_P[rows[0]]), count)
        first, second = coded.code_L[left_P[rows]], coded.code_L[right_P[rows]]
        card = card_L[left_P[rows]]
        kappa_a_b, low, high = _kappa(coded, first, second, card)
        for at in ((a, b), (b, a)):
            items_A_A[at], cards_A_A[at], share_A_A[at] = len(rows), len(np.unique(card)), (first == second).mean()
            kappa_A_A[at], low_A_A[at], high_A_A[at] = kappa_a_b, low, high
    return Together(annotators_A, items_A_A, cards_A_A, share_A_A, kappa_A_A, low_A_A, high_A_A)


def _kappa(coded: _Coded, first_N: Ints, second_N: Ints, card_N: Ints) -> tuple[float, float, float]:
    """1 - (mean distance) / (mean distance if each had answered out of habit), and its interval; cf. `Together`.

    The variance is what leaving out one card after the other changes: Fleiss and Davies 1982 jackknifed kappa so, here
    with a card's items left out together, as its luck is theirs. Distances stay as all answers together have them.
    """
    used_V, code_2N = np.unique(np.concatenate([first_N, second_N]), return_inverse=True)
    first, second = code_2N[: len(first_N)], code_2N[len(first_N) :]
    first_V, second_V = (np.bincount(side, minlength=len(used_V)).astype(np.float64) for side in (first, second))
    table = coded.distance(coded.values_V[used_V], first_V + second_V)
    apart_N = table[first, second]
    expected = float(first_V @ table @ second_V) / len(first) ** 2
    if expected <= 0.0:
        return math.nan, math.nan, math.nan
    ratio = float(apart_N.mean()) / expected
    card, cards_C = group_codes(card_N, "cards_L")
    cards = len(cards_C)
    if cards < LEAST_ITEMS:
        return 1.0 - ratio, math.nan, math.nan
    among_C = _by_habit(table, first, second, card)
    habit_C = (
        expected * len(first) ** 2 - np.bincount(card, (table @ second_V)[first] + (first_V @ table)[second]) + among_C
    )
    size_C = np.bincount(card)
    kept_C = habit_C > 1e-9 * expected
    without_C = ((apart_N.sum() - np.bincount(card, apart_N)) * (len(first) - size_C))[kept_C] / habit_C[kept_C]
    variance = (cards - 1) / cards * float(np.square(without_C - without_C.mean()).sum()) if kept_C.any() else 0.0
    greatest = float(table.max()) / expected
    low, high = ratio_interval(ratio, variance, cards, greatest=greatest, most=len(first))
    return 1.0 - ratio, 1.0 - high, 1.0 - low


def _by_habit(table_V_V: Floats, first_N: Ints, second_N: Ints, card_N: Ints) -> Floats:
    """The distances between whatever one said and whatever the other said on the same card, added up by card."""
    left_P, right_P = couples(card_N)
    across_P = table_V_V[first_N[left_P], second_N[right_P]] + table_V_V[first_N[right_P], second_N[left_P]]
    own = np.bincount(card_N, table_V_V[first_N, second_N])
    return np.asarray(own + np.bincount(card_N[left_P], across_P, minlength=len(own)))
