"""How well the answers of chance are foretold by heads that learnt others of chance, or the campaign's own.

The random answers judge. They are dealt into folds by prompt; each fold is foretold by heads that learnt n of the other
random answers and by heads that learnt the campaign's first so many, none of them about the fold's prompts. All heads
share one recipe: a prior chosen once, by the evidence of all answers; overlapping answers weighted; margins tempered as
the other folds suggest. So what is compared is which questions were asked, and how many, and nothing else.

The *first* so many, because a strategy asks for what it does not know yet. Later questions leave out what earlier ones
taught, and a sample of them without those is what no campaign ever had: its head can be far worse than one of chance
where the whole is better. For the same reason the campaign's stream is taken as it was asked, its random share
included: what chance asked, the strategy counted on. Folds are dealt several times over, to even out the luck of the
deal.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike

from uncertainty.arrays import AnyArray, Bools, Floats, Ints, finite, same_length
from uncertainty.errors import EmptyPool
from uncertainty.gauss import probability
from uncertainty.laplace import BayesianHead, fit, fit_by_evidence, fit_from
from uncertainty.learner import DOUBTS, PRECISIONS, TRUST
from uncertainty.pairs import overlap_weights

LEAST_PROMPTS = 10  # of random answers, below which an interval over prompts means nothing
FOLDS = 5
# Numbers of the strategy's answers, as multiples of the number of random ones they have to match.
SHARES = tuple(2.0 ** (power / 2.0) for power in range(-6, 7))
MOST_LEARNT = 1_500  # by one head: enough to compare by, and a check of a large campaign stays a matter of seconds
TURNS = 6  # deals of the folds
LOG_TEMPERATURES = np.linspace(-1.5, 1.5, 13)


@dataclasses.dataclass(frozen=True, eq=False)
class Foretold:
    """Mean log-loss of J random answers under heads of chance and of the strategy that learnt given numbers of others.

    The numbers are means over folds. `strategy_K_J` goes by ascending `sizes_K`; `even_J` is the strategy's loss with
    as many answers as the heads of `random_J`. `few_J` is the loss of chance with `few` answers, which the K sizes are
    multiples of; `nothing_J` that of the prior alone.
    """

    prompts_J: AnyArray
    random_J: Floats
    even_J: Floats
    few_J: Floats
    nothing_J: Floats
    strategy_K_J: Floats
    learnt: int
    few: int
    sizes_K: Floats
    enlarged: float  # by how much more the mean of these losses varies than if only the judging answers were luck


@dataclasses.dataclass(frozen=True, eq=False)
class Recipe:
    """How every head of one comparison learns: from this prior, and no other."""

    prior: BayesianHead
    precision: float | None  # of a prior that knows nothing, for which fitting is quicker

    @classmethod
    def chosen(cls, deltas: Floats, outcomes: Floats, weights_M: Floats, machine: BayesianHead | None) -> Recipe:
        """The prior under which all answers are likeliest: a precision, or how far to trust a machine's labels."""
        if machine is None:
            _, precision = fit_by_evidence(deltas, outcomes, precisions=PRECISIONS, weights_M=weights_M)
            return cls(BayesianHead.prior(deltas.shape[1], precision), precision)
        tried = [machine.loosened(doubt, scale=trust) for trust in TRUST for doubt in DOUBTS if trust or doubt]
        evidence = [fit_from(prior, deltas, outcomes, weights_M=weights_M)[1] for prior in tried]
        return cls(tried[int(np.argmax(evidence))], None)

    def head(self, deltas: Floats, outcomes: Floats, weights_M: Floats) -> BayesianHead:
        if self.precision is None:
            return fit_from(self.prior, deltas, outcomes, weights_M=weights_M)[0]
        return fit(deltas, outcomes, precision=self.precision, weights_M=weights_M)


@dataclasses.dataclass(frozen=True, eq=False)
class _Answers:
    deltas: Floats
    outcomes: Floats
    prompts: AnyArray
    random_M: Bools

    @property
    def stream_M(self) -> Bools:
        """The campaign's answers for as long as its strategy asked."""
        return np.asarray(np.arange(len(self.random_M)) <= np.flatnonzero(~self.random_M)[-1])


@dataclasses.dataclass(frozen=True)
class _Sizes:
    """How many answers heads learn, the same in every fold."""

    even: int  # of chance and of the strategy alike
    few: int  # of chance, leaving the strategy room to need more
    strategy_K: tuple[int, ...]


def foretell(
    deltas_M_D: ArrayLike,
    outcomes_M: ArrayLike,
    prompts_M: ArrayLike,
    from_random_M: ArrayLike,
    *,
    rng: np.random.Generator,
    machine: BayesianHead | None = None,
    turns: int = TURNS,
) -> Foretold:
    """Losses from M answers in the order they were given, `from_random_M` telling which of them chance alone picked."""
    told = _Answers(
        finite(deltas_M_D, "deltas_M_D", ndim=2), finite(outcomes_M, "outcomes_M", ndim=1),
        np.asarray(prompts_M), np.asarray(from_random_M, dtype=np.bool_),
    )  # fmt: skip
    same_length(deltas_M_D=told.deltas, outcomes_M=told.outcomes, prompts_M=told.prompts, from_random_M=told.random_M)
    judges = np.unique(told.prompts[told.random_M])
    if len(judges) < LEAST_PROMPTS or told.random_M.all():
        raise EmptyPool(
            f"A lift needs random answers about {LEAST_PROMPTS} prompts or more, and some of the strategy's.",
            random_prompts=len(judges), strategy_answers=int((~told.random_M).sum()),
        )  # fmt: skip
    recipe = Recipe.chosen(told.deltas, told.outcomes, overlap_weights(told.prompts), machine)
    deals = [np.array_split(rng.permutation(judges), min(FOLDS, len(judges))) for _ in range(turns)]
    chance, strategy = _poorest(told, deals)
    sizes = _sizes(chance, strategy)
    rows_J = np.flatnonzero(told.random_M)
    losses = np.mean([_one_deal(told, rows_J, folds, sizes, recipe, rng) for folds in deals], axis=0)
    return Foretold(
        prompts_J=told.prompts[rows_J],
        random_J=losses[0], even_J=losses[1], few_J=losses[2], nothing_J=losses[3], strategy_K_J=losses[4:],
        learnt=sizes.even, few=sizes.few, sizes_K=np.array(sizes.strategy_K, dtype=float),
        enlarged=1.0 + 0.5 * len(rows_J) * (1.0 / chance + 1.0 / sizes.even),
    )  # fmt: skip


def _poorest(told: _Answers, deals: list[list[AnyArray]]) -> tuple[int, int]:
    """How many answers of chance and of the strategy every fold can give at least."""
    outside = [~np.isin(told.prompts, fold) for folds in deals for fold in folds]
    chance = min(int((told.random_M & outside_M).sum()) for outside_M in outside)
    strategy = min(int((told.stream_M & outside_M).sum()) for outside_M in outside)
    own = min(int((~told.random_M & outside_M).sum()) for outside_M in outside)
    if chance < 1 or own < 2:
        raise EmptyPool("Nearly all of the strategy's answers are about prompts that chance asked about too.")
    return chance, strategy


def _sizes(chance: int, strategy: int) -> _Sizes:
    most = min(strategy, MOST_LEARNT)
    even, few = min(chance, most), min(chance, most // 2)
    multiples = {round(share * few) for share in SHARES} | {most}
    return _Sizes(even, few, tuple(sorted(size for size in multiples if 1 <= size <= most)))


def _one_deal(
    told: _Answers, rows_J: Ints, folds: list[AnyArray], sizes: _Sizes, recipe: Recipe, rng: np.random.Generator
) -> Floats:
    """Losses (heads, J) of every random answer by heads that learnt outside its fold."""
    wanted = [(True, sizes.even), (False, sizes.even), (True, sizes.few), (True, 0)]
    wanted += [(False, size) for size in sizes.strategy_K]
    margins_H_J, fold_J = np.zeros((2, len(wanted), len(rows_J))), np.zeros(len(rows_J), dtype=np.int64)
    for number, fold in enumerate(folds):
        inside_M = np.isin(told.prompts, fold)
        judged_J = inside_M[rows_J]
        fold_J[judged_J] = number
        # Heads learn the first so many of one order each: larger ones know all that smaller ones do.
        order = {True: rng.permutation(np.flatnonzero(told.random_M & ~inside_M))}
        order[False] = np.flatnonzero(told.stream_M & ~inside_M)
        learnt: dict[tuple[bool, int], tuple[Floats, Floats]] = {}
        for h, (kind, size) in enumerate(wanted):
            if (kind, size) not in learnt:
                head = _head(told, order[kind][:size], recipe)
                learnt[kind, size] = head.margins(told.deltas[rows_J[judged_J]])
            margins_H_J[0, h, judged_J], margins_H_J[1, h, judged_J] = learnt[kind, size]
    outcomes_J = told.outcomes[rows_J]
    mean_H_J, var_H_J = margins_H_J
    return np.stack(
        [_tempered_loss(mean_J, var_J, outcomes_J, fold_J) for mean_J, var_J in zip(mean_H_J, var_H_J, strict=True)]
    )


def _head(told: _Answers, rows: Ints, recipe: Recipe) -> BayesianHead:
    if not len(rows):
        return recipe.prior
    return recipe.head(told.deltas[rows], told.outcomes[rows], overlap_weights(told.prompts[rows]))


def _tempered_loss(mean_J: Floats, var_J: Floats, outcomes_J: Floats, fold_J: Ints) -> Floats:
    """Log-losses, every fold's margins divided by the temperature that suits the other folds best.

    A head of chosen answers may be too sure or too shy elsewhere; the product corrects that by its random answers, so
    a strategy is not blamed for it. Log temperatures have a standard normal prior, as in `calibration`.
    """
    loss_T_J = np.stack([_loss(mean_J / t, var_J / t**2, outcomes_J) for t in np.exp(LOG_TEMPERATURES)])
    total_T_F = np.stack([np.bincount(fold_J, weights=loss_J) for loss_J in loss_T_J])
    cost_T_F = total_T_F.sum(axis=1, keepdims=True) - total_T_F + 0.5 * LOG_TEMPERATURES[:, None] ** 2
    best_F = cost_T_F.argmin(axis=0)
    return np.asarray(loss_T_J[best_F[fold_J], np.arange(len(fold_J))])


def _loss(mean_J: Floats, var_J: Floats, outcomes_J: Floats) -> Floats:
    """Minus the log of the belief's probability of each answer; both sides are averaged, so that neither is rounded."""
    log_p, log_q = np.log(probability(mean_J, var_J)), np.log(probability(-mean_J, var_J))
    return np.asarray(-(outcomes_J * log_p + (1.0 - outcomes_J) * log_q))
