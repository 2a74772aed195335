"""One campaign's belief: fitted to all its answers when a round is opened, and one answer at a time in between.

Held-out prompts teach nothing here either: what is asked must not depend on the answers a version is judged by.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence

import numpy as np

from annotator.annotations.models import Annotation, Review
from annotator.annotations.reviews import change_what_teaches
from annotator.campaigns.machine_labels import MachinePairs, machine_pairs
from annotator.campaigns.models import Campaign
from annotator.campaigns.pool import Askable
from annotator.campaigns.ranking import Belief, believed_values
from annotator.campaigns.strategies import STRATEGIES, Reads
from annotator.tasks.ordering import Cards, Waiting
from uncertainty.batch.pool import needs
from uncertainty.laplace import BayesianHead
from uncertainty.learner import Learnt, before_any_answer, learn
from uncertainty.reading_time import ReadingTime, fit_reading_time
from uncertainty.view import PairView, damped, prompt_points

from .answers import Answers, answers_of
from .features import Features, backbone_digest, characters
from .places import Places, machine_prior, rows_of

# The newest groups a rule chooses among: 2,000 groups of 8 are 25 MB of features. The random stream sees all.
BELIEF_GROUPS = 2_000
MACHINE_PAIRS = 5_000  # labels that a machine's taste is learnt from; more would hardly sharpen it
NEEDS_SAMPLE = 20_000
IN_ORDER = 256  # open tasks put in order after an answer; whoever waits behind them is reached later
# Ids are given before answers are committed: this far back, one may have come in unseen.
LOOK_BACK = 200


@dataclasses.dataclass(frozen=True, eq=False)
class _Space(Places):
    """The places of one fit, and what else is known of their rollouts."""

    prompts_N_P: np.ndarray
    needed_from: np.ndarray  # differences of a sample of the pool
    characters_N: np.ndarray | None  # only where seconds count


class Believer:
    """Answers `ranking.Believe` for one campaign, and goes on learning from every answer until it is asked again."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self._features: Features | None = None
        self._space: _Space | None = None
        self._prior: BayesianHead | None = None  # what a machine's labels taught
        self._machine_pairs = 0
        self._learnt = Learnt(BayesianHead.prior(1))
        self._reading: ReadingTime | None = None
        self._asked_A_P = np.empty((0, 0))
        self._seen: set[int] = set()  # annotations, whether or not they taught anything
        self._read: set[int] = set()  # reviews, whether or not they changed what teaches
        self._answers = 0  # that taught something
        self._by_prompt: Counter[int] = Counter()  # their comparisons

    @property
    def cold(self) -> bool:
        """Too little is known to choose by: few answers, and few labels of a machine to start from."""
        labels = self._machine_pairs if self._prior is not None else 0
        return labels + self._answers < self.campaign.config.cold_answers

    @property
    def formed(self) -> bool:
        """Whether there is anything to learn into: features were found."""
        return self._space is not None

    @property
    def newest(self) -> int:
        """The newest answer learnt from, or left out on purpose; 0 before any."""
        return max(self._seen, default=0)

    def __call__(self, pool: Askable) -> Belief | None:
        """The belief after all answers up to now, over a pool; None while none of its pairs has features."""
        digest = backbone_digest(self.campaign)
        if digest is None:
            return None
        if self._features is None or self._features.digest != digest:
            self._features, self._space, self._prior = Features(digest), None, None  # other features, other places
        self._read |= self._reviews()
        told, machine = answers_of(self.campaign), machine_pairs(self.campaign, MACHINE_PAIRS)
        machine = machine.where(~np.isnan(machine.label_M))
        space = _space(
            self._features, pool, told, machine, per_second=self.campaign.config.per_second, before=self._space
        )
        if space is None:
            return None
        if space is not self._space or len(machine) != self._machine_pairs:
            self._space, self._prior, self._machine_pairs = space, machine_prior(space, machine), len(machine)
        self._learn(told)
        return self._over(pool)

    def catch_up(self) -> int:
        """Learn from what was said and read since; returns how many new rows there were.

        A correction, and an answer that was returned or accepted after all, are learnt by a new fit.
        """
        if self._space is None:
            return 0
        after = self.newest - LOOK_BACK
        recent = Annotation.objects.filter(campaign=self.campaign, id__gt=after).values_list("id", "revises_id")
        fresh = {row: revises for row, revises in recent if row not in self._seen}
        read = self._reviews() - self._read
        self._read |= read
        changed = bool(read) and change_what_teaches(read)
        if not fresh and not changed:
            return 0
        if changed or any(revises is not None for revises in fresh.values()):
            self._learn(answers_of(self.campaign))
        else:
            told = answers_of(self.campaign, after=min(fresh) - 1)
            self._observe(told.where(np.isin(told.ids_M, list(fresh))))
        self._seen |= fresh.keys()
        return len(fresh) + len(read)

    def _reviews(self) -> set[int]:
        after = max(self._read, default=0) - LOOK_BACK
        recent = Review.objects.filter(annotation__campaign=self.campaign, id__gt=after)
        return set(recent.values_list("id", flat=True))

    def values(self, tasks: Sequence[Waiting]) -> np.ndarray | None:
        """What each open task is worth by now (M,); None while it is too early, or not for the belief, to say."""
        strategy = STRATEGIES[self.campaign.config.acquisition]
        if strategy.reads is not Reads.BELIEF or not tasks or self._space is None or self.cold:
            return None
        cards = Cards.of(tasks)
        pairs = len(cards.pairs)
        valued = believed_values(
            self.campaign, strategy, self._over(cards.pairs), cards.pairs,
            n=min(pairs, IN_ORDER), per_group=pairs,
            rng=np.random.default_rng([self.campaign.config.seed, len(self._seen)]),
        )  # fmt: skip
        return None if valued is None else cards.values(valued[1])

    def _learn(self, told: Answers) -> None:
        assert self._space is not None
        used = told.where(~told.heldout_M)
        deltas, known_M = self._space.deltas(used.rollout_a_M, used.rollout_b_M)
        used = used.where(known_M)
        if len(used):
            self._learnt = learn(deltas, used.outcome_M, used.prompt_M, used.from_random_M, prior=self._prior)
        else:
            self._learnt = before_any_answer(self._space.points_N_W.shape[1], self._prior)
        self._asked_A_P = self._space.prompts_N_P[self._space.rows(used.rollout_a_M)]
        self._reading = _reading_time(self._space, used)
        self._seen |= set(told.ids_M.tolist())
        self._answers = len(np.unique(used.ids_M))
        self._by_prompt = Counter(used.prompt_M.tolist())

    def _observe(self, told: Answers) -> None:
        """One exact step per comparison; it counts as one more of its prompt's, as in a fit of all."""
        assert self._space is not None
        used = told.where(~told.heldout_M)
        deltas, known_M = self._space.deltas(used.rollout_a_M, used.rollout_b_M)
        used = used.where(known_M)
        self._answers += len(np.unique(used.ids_M))
        for delta, outcome, prompt in zip(deltas, used.outcome_M.tolist(), used.prompt_M.tolist(), strict=True):
            self._by_prompt[prompt] += 1
            self._learnt = self._learnt.observe(delta, outcome, weight=self._by_prompt[prompt] ** -0.5)

    def _over(self, pool: Askable) -> Belief:
        assert self._space is not None
        space, head = self._space, self._learnt.calibrated
        row_N = space.rows(pool.rollouts_N)
        return Belief(
            head=head,
            points_N_W=space.points_N_W[row_N],
            prompts_N_P=space.prompts_N_P[row_N],
            known_N=row_N >= 0,
            needs_D_D=needs(head, space.needed_from),
            asked_A_P=self._asked_A_P,
            cold=self.cold,
            reading=self._reading,
            characters_N=None if space.characters_N is None else space.characters_N[row_N],
        )


def _space(
    features: Features,
    pool: Askable,
    told: Answers,
    machine: MachinePairs,
    *,
    per_second: bool,
    before: _Space | None,
) -> _Space | None:
    """Read the features of all that is spoken of and turn them; None while no pair of the pool is known.

    While nothing new is spoken of it is the space of `before`: asking about a pair moves nobody's place.
    """
    near_N = pool.rollouts_N[np.isin(pool.groups_N, np.unique(pool.groups_N)[-BELIEF_GROUPS:])]
    rollouts = np.concatenate((near_N, told.rollout_a_M, told.rollout_b_M, machine.a_M, machine.b_M))
    groups = np.concatenate(
        (pool.groups_N[np.isin(pool.rollouts_N, near_N)], *[told.group_M] * 2, *[machine.groups_M] * 2)
    )
    ids_N, first_N = np.unique(rollouts, return_index=True)
    features_N_D, known_N = features.read(ids_N)
    ids_N, groups_N, features_N_D = ids_N[known_N], groups[first_N][known_N], features_N_D[known_N]
    if not len(ids_N):
        return None
    if before is not None and np.array_equal(ids_N, before.ids_N):
        return before
    i_M, j_M = (rows_of(ids_N, pool.rollouts_N[side]) for side in (pool.i_M, pool.j_M))
    known_M = (i_M >= 0) & (j_M >= 0)
    if not known_M.any():
        return None
    i_M, j_M = i_M[known_M], j_M[known_M]
    points_N_W = PairView.fit(features_N_D, i_M, j_M).points(features_N_D)
    some = slice(None, None, -(-len(i_M) // NEEDS_SAMPLE))
    return _Space(
        ids_N=ids_N,
        points_N_W=points_N_W,
        prompts_N_P=prompt_points(features_N_D, groups_N),
        needed_from=damped(points_N_W[i_M[some]] - points_N_W[j_M[some]]),
        characters_N=characters(ids_N) if per_second else None,
    )


def _reading_time(space: _Space, used: Answers) -> ReadingTime | None:
    """How long this campaign's people take, as far as it was measured."""
    if space.characters_N is None:
        return None
    timed = used.where(used.active_ms_M > 0)
    if not len(timed):
        return ReadingTime()
    shown_M = sum(space.characters_N[space.rows(side)] for side in (timed.rollout_a_M, timed.rollout_b_M))
    return fit_reading_time(shown_M, timed.active_ms_M / 1000.0)
