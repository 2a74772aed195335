"""The strategy's lift and saving, from a campaign's answers as they stand now.

Held-out prompts are not spared here: a judgement needs every random answer there is, and all that follows from it is
how many more random questions are asked, never which.
"""

from __future__ import annotations

import numpy as np

from annotator.campaigns.machine_labels import machine_pairs
from annotator.campaigns.models import Campaign
from annotator.rollouts.models import PromptGroup, Rollout
from uncertainty.errors import EmptyPool
from uncertainty.lift import Measured, measure
from uncertainty.pairs import pairs_within_groups
from uncertainty.view import PairView

from .answers import Answers, answers_of
from .belief import MACHINE_PAIRS
from .features import Features, backbone_digest
from .places import Places, machine_prior, rows_of

MOST_OF_EACH = 3_000  # first answers of chance and of the strategy; more would cost minutes and move little
VIEW_ROLLOUTS = 8_000  # newest ones, which say what completions of this campaign differ by
VIEW_PAIRS = 16  # per group


def measured(campaign: Campaign, *, seed: int) -> Measured | None:
    """What the answers say of the strategy; None while they are too few, or their features are not there yet."""
    told = _first(answers_of(campaign))
    digest = backbone_digest(campaign)
    if digest is None or not len(told):
        return None
    machine = machine_pairs(campaign, MACHINE_PAIRS)
    machine = machine.where(~np.isnan(machine.label_M))
    spoken_of = np.concatenate((told.rollout_a_M, told.rollout_b_M, machine.a_M, machine.b_M))
    places = _places(campaign, Features(digest), spoken_of)
    if places is None:
        return None
    deltas, known_M = places.deltas(told.rollout_a_M, told.rollout_b_M)
    told = told.where(known_M)
    prior = machine_prior(places, machine)
    try:
        return measure(
            deltas, told.outcome_M, told.prompt_M, told.from_random_M, rng=np.random.default_rng(seed), machine=prior
        )
    except EmptyPool:
        return None


def _first(told: Answers) -> Answers:
    """The first of each kind: what is judged is a stream as it was asked, and its beginning makes it one."""
    keep = [np.flatnonzero(told.from_random_M == kind)[:MOST_OF_EACH] for kind in (True, False)]
    return told.where(np.sort(np.concatenate(keep)))


def _places(campaign: Campaign, features: Features, spoken_of: np.ndarray) -> Places | None:
    """The places of rollouts in a view of the campaign's newest ones; None while no pair's features are known."""
    groups = PromptGroup.objects.filter(run__campaigns=campaign).order_by("-id").values("id")[:VIEW_ROLLOUTS]
    newest = Rollout.objects.filter(group_id__in=groups).order_by("-id").values_list("id", "group_id")
    rows = np.array(list(newest[:VIEW_ROLLOUTS]), dtype=np.int64).reshape(-1, 2)
    ids_N = np.union1d(rows[:, 0], spoken_of)
    features_N_D, known_N = features.read(ids_N)
    ids_N, features_N_D = ids_N[known_N], features_N_D[known_N]
    rows = rows[np.isin(rows[:, 0], ids_N)]
    i_M, j_M = pairs_within_groups(rows[:, 1], max_pairs_per_group=VIEW_PAIRS)
    if not len(i_M):
        return None
    at_N = rows_of(ids_N, rows[:, 0])
    return Places(ids_N, PairView.fit(features_N_D, at_N[i_M], at_N[j_M]).points(features_N_D))
