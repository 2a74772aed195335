"""k-means on points whose clusters are plain to see."""

from __future__ import annotations

import numpy as np
import pytest

from uncertainty import clusters
from uncertainty.clusters import k_means, spread_out, squared_distances
from uncertainty.errors import NonFiniteReward, ShapeMismatch


def test_far_clouds_are_found_whatever_the_seed():
    centres = np.array([[0.0, 0.0], [40.0, 0.0], [0.0, 40.0]])
    points = np.repeat(centres, 15, axis=0) + np.random.default_rng(0).normal(size=(45, 2))
    for seed in range(10):
        cluster = k_means(points, 3, rng=np.random.default_rng(seed)).reshape(3, 15)
        assert (cluster == cluster[:, :1]).all() and len(set(cluster[:, 0].tolist())) == 3


def test_distances_are_those_of_the_definition():
    rng = np.random.default_rng(1)
    points, centres = rng.normal(size=(6, 4)), rng.normal(size=(3, 4))
    expected = ((points[:, None] - centres[None]) ** 2).sum(axis=-1)
    np.testing.assert_allclose(squared_distances(points, centres), expected, atol=1e-12)


def test_points_on_one_spot_still_give_different_rows():
    assert sorted(spread_out(np.ones((4, 2)), 4, np.random.default_rng(0)).tolist()) == [0, 1, 2, 3]
    assert len(k_means(np.ones((4, 2)), 2, rng=np.random.default_rng(0))) == 4


def test_more_clusters_than_points_or_bad_points_are_refused():
    for k in (0, 3):
        with pytest.raises(ShapeMismatch):
            k_means(np.ones((2, 1)), k, rng=np.random.default_rng(0))
    with pytest.raises(NonFiniteReward):
        k_means([[np.inf]], 1, rng=np.random.default_rng(0))


def test_every_point_belongs_to_the_nearest_mean_of_a_cluster():
    points = np.random.default_rng(3).normal(size=(60, 2))
    cluster = k_means(points, 4, rng=np.random.default_rng(0))
    means = np.array([points[cluster == c].mean(axis=0) for c in range(4)])
    assert cluster.tolist() == squared_distances(points, means).argmin(axis=1).tolist()


def test_the_second_is_drawn_by_its_squared_distance_from_the_first():
    points = np.array([[0.0], [1.0], [2.0]])
    seconds = [int(spread_out(points, 2, np.random.default_rng(seed), first=0)[1]) for seed in range(3000)]
    assert np.mean(np.array(seconds) == 2) == pytest.approx(4 / 5, abs=0.03)


def test_of_very_many_points_a_part_places_the_centres_and_all_are_assigned(monkeypatch):
    monkeypatch.setattr(clusters, "LEARN_FROM", 20)
    monkeypatch.setattr(clusters, "TILE", 30)
    test_far_clouds_are_found_whatever_the_seed()
