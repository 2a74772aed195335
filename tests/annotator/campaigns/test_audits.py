"""A tenth of the questions looks at suspected flips until people have audited enough of them."""

from __future__ import annotations

import numpy as np
import pytest

from annotator.campaigns.audits import audited_so_far, with_due_audits
from annotator.campaigns.machine_labels import labels_of, machine_pairs
from annotator.campaigns.pool import askable, nothing_asked
from annotator.campaigns.ranking import Belief, rank
from tests.factories import make_version
from uncertainty.laplace import BayesianHead

pytestmark = pytest.mark.django_db


def believing(pool, seed=0):
    """A sure belief about random features: the machine's rewards have nothing to do with it."""
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(len(pool.rollouts_N), 6))
    head = BayesianHead(np.full(6, 3.0), 0.01 * np.eye(6))
    return Belief(head, points, points[:, :2], np.ones(len(points), bool), np.eye(6), np.empty((0, 2)), cold=False)


def audited_version(audited):
    version = make_version("helpful")
    version.metrics = {"machine": {"flips": {"audited": audited, "right": audited, "automatic": 0}}}
    version.save(update_fields=["metrics"])
    return version


def first_places(campaign, version, n=40):
    pool = askable(campaign, nothing_asked, None, 0)
    values = np.linspace(1.0, 0.0, len(pool))
    rng = np.random.default_rng(0)
    got = with_due_audits(campaign, version, believing(pool), pool, values, n=n, rng=rng)
    return pool, values, got, np.argsort(-got, kind="stable")[:n]


def test_every_tenth_place_is_a_pair_the_machine_labelled_and_the_belief_contradicts(open_campaign):
    campaign = open_campaign(groups=60, machine="reward", start=False)
    pool, _, _, places = first_places(campaign, None)
    moved = [m for place, m in enumerate(places.tolist()) if place % 10 == 0]
    labelled = machine_pairs(campaign)
    labels = dict(zip(zip(labelled.a_M.tolist(), labelled.b_M.tolist(), strict=True), labelled.label_M, strict=True))
    belief = believing(pool)
    for m in moved:
        margin = (belief.points_N_W[pool.i_M[m]] - belief.points_N_W[pool.j_M[m]]) @ belief.head.mean_D
        assert labels[pool.pair(m)] != (margin > 0)
    kept = [m for m in places.tolist() if m not in moved]
    assert kept == sorted(kept)  # the rest keep the rule's order


def test_once_fifty_are_audited_the_rule_has_every_place_again(open_campaign):
    campaign = open_campaign(groups=60, machine="reward", start=False)
    assert audited_so_far(None) == 0
    version = audited_version(50)
    _, values, got, _ = first_places(campaign, version)
    np.testing.assert_array_equal(got, values)


def test_without_a_machine_nothing_is_audited(open_campaign):
    _, values, got, _ = first_places(open_campaign(groups=10, start=False), None)
    np.testing.assert_array_equal(got, values)


def test_a_round_of_questions_holds_audits(open_campaign):
    campaign = open_campaign(groups=80, machine="reward", acquisition="margin", random_share=0.0, start=False)
    ranking = rank(campaign, 40, seed=1, believe=believing)
    pairs = [p.rollouts for p in ranking.proposals]
    pool = askable(campaign, nothing_asked, None, 1)
    belief = believing(pool)
    row = {int(rollout): n for n, rollout in enumerate(pool.rollouts_N)}
    margins = np.array([(belief.points_N_W[row[a]] - belief.points_N_W[row[b]]) @ belief.head.mean_D for a, b in pairs])
    wrong = (margins > 0) != (labels_of(campaign, pairs) == 1.0)
    assert (np.abs(margins[wrong]) > 5.0).sum() >= 3  # margin sampling alone asks only about near ties
    assert len(pairs) == 40
