"""Every door of the formulas, a public function or method that takes arrays, with a call that is fine."""

from __future__ import annotations

import numpy as np

from uncertainty import agreement, annotators, calibration, clusters, intervals, laplace, pairs, reading_time, showing
from uncertainty.acquisition import ACQUISITIONS, per_second
from uncertainty.batch.drawn import Drawn
from uncertainty.batch.pool import Pool, needs
from uncertainty.batch.rules import as_values
from uncertainty.crowd_bt import crowd_bt
from uncertainty.dawid_skene import dawid_skene
from uncertainty.group_acquisition import GROUP_ACQUISITIONS
from uncertainty.reward_samples import RewardSamples
from uncertainty.selection import select

RNG = np.random.default_rng(0)
GROUPS, I_M, J_M = np.array([4, 4, 4, 9, 9]), np.array([0, 0, 3]), np.array([1, 2, 4])
REWARDS = RNG.normal(size=(6, 5))
SAMPLES = RewardSamples(REWARDS)
MARGINS, HEARD = SAMPLES.margins_S_M(I_M, J_M), np.ones((6, 3))
HEAD = laplace.BayesianHead(np.array([0.3, -0.1]), np.eye(2))
DELTAS, OUTCOMES = RNG.normal(size=(12, 2)), np.array([1.0, 0.0, 0.5] * 4)
PROB, NUMBERS, IDS = RNG.uniform(0.1, 0.9, size=12), np.arange(1.0, 13.0), np.arange(12)
WRONG = (IDS % 3 == 0).astype(float)
SEEDED = {"rng": np.random.default_rng(0)}

PAIR = {"i_M": I_M, "j_M": J_M}
ANSWERS = {"deltas_M_D": DELTAS, "outcomes_M": OUTCOMES, "weights_M": np.ones(12)}
DRAWS = {"margins_S_M": MARGINS, "outcomes_M": OUTCOMES[:3]}
SAID = {"items_L": IDS // 3, "annotators_L": IDS % 3}
SETS = [{1}, {1, 2}, set()] * 4
POOL = {
    "deltas_M_D": DELTAS, "groups_M": IDS, "prompts_M_P": DELTAS, "machine_M": np.ones(12), "asked_A_P": DELTAS,
    "needs_D_D": np.eye(2), "seconds_M": NUMBERS,
}  # fmt: skip


def _of_groups(rule):
    def door(rewards_S_N, groups_N, i_M, j_M):
        return rule(RewardSamples(rewards_S_N), groups_N, i_M, j_M)

    return door


# name: (door, arrays, what else it takes)
DOORS = {
    **{f"acquisition.{name}": (rule.value, {"margins_S_M": MARGINS}, SEEDED) for name, rule in ACQUISITIONS.items()},
    "acquisition.per_second": (per_second, {"values_M": NUMBERS, "seconds_M": NUMBERS}, {}),
    **{
        f"group_acquisition.{name}": (_of_groups(rule), {"rewards_S_N": REWARDS, "groups_N": GROUPS, **PAIR}, {})
        for name, rule in GROUP_ACQUISITIONS.items()
    },
    "RewardSamples.margins_S_M": (SAMPLES.margins_S_M, PAIR, {}),
    "RewardSamples.prob_M": (SAMPLES.prob_M, PAIR, {}),
    "RewardSamples.spread_N": (SAMPLES.spread_N, {"groups_N": GROUPS}, {}),
    "showing.group_value": (showing.group_value, {"values_M": NUMBERS, "groups_M": IDS}, {}),
    "showing.completions_to_show": (
        showing.completions_to_show, {"rewards_S_G": REWARDS, "first": np.array([1, 3])}, {"k": 3},
    ),
    "selection.select": (
        select, {"values_M": NUMBERS, "groups_M": IDS}, {"n": 3, "per_group": 1, "random_share": 0.1, **SEEDED},
    ),
    "pairs.pairs_within_groups": (pairs.pairs_within_groups, {"groups_N": GROUPS}, {}),
    "pairs.overlap_weights": (pairs.overlap_weights, {"groups_M": GROUPS}, {}),
    "clusters.k_means": (clusters.k_means, {"points_N_D": DELTAS}, {"k": 2, **SEEDED}),
    "reading_time.fit_reading_time": (
        reading_time.fit_reading_time, {"characters_M": NUMBERS, "seconds_M": NUMBERS}, {},
    ),
    "ReadingTime.seconds": (reading_time.ReadingTime().seconds, {"characters_M": NUMBERS}, {}),
    "calibration.fit_temperature": (calibration.fit_temperature, {**DRAWS, "heard_S_M": HEARD}, {}),
    "calibration.out_of_bag_temperature": (calibration.out_of_bag_temperature, {**DRAWS, "unseen_S_M": HEARD}, {}),
    **{
        f"calibration.{name}": (getattr(calibration, name), {"prob_M": PROB, "outcomes_M": OUTCOMES}, {})
        for name in ("nll", "losses", "accuracy", "rights", "brier", "ece", "reliability")
    },
    "calibration.ebce": (calibration.ebce, {"lower_M": PROB / 2, "upper_M": PROB, "outcomes_M": OUTCOMES}, {}),
    **{
        f"calibration.{name}": (getattr(calibration, name), {"uncertainty_M": NUMBERS, "wrong_M": WRONG}, {})
        for name in ("auroc", "risk_coverage", "aurc")
    },
    "agreement.alpha": (
        agreement.alpha, {"values_L": NUMBERS, "items_L": IDS // 3, "cards_L": IDS // 6},
        {"distance": "interval", **SEEDED},
    ),
    "agreement.alpha_of_sets": (
        agreement.alpha_of_sets, {"items_L": IDS // 3, "cards_L": IDS // 6}, {"sets_L": SETS, **SEEDED},
    ),
    "intervals.mean_by_cluster": (intervals.mean_by_cluster, {"values_M": NUMBERS, "clusters_M": IDS}, {}),
    "intervals.share_by_cluster": (intervals.share_by_cluster, {"hits_M": PROB, "clusters_M": IDS}, {}),
    "agreement.kappa": (agreement.kappa, {"first_N": NUMBERS, "second_N": NUMBERS}, {}),
    "agreement.together": (agreement.together, {"values_L": IDS % 2, **SAID, "cards_L": IDS // 6}, {}),
    "agreement.together_of_sets": (
        agreement.together_of_sets, {**SAID, "cards_L": IDS // 6}, {"sets_L": SETS},
    ),
    "annotators.vote_shares": (
        annotators.vote_shares, {"classes_L": IDS % 2, "items_L": IDS // 3, "weights_L": NUMBERS}, {},
    ),
    "annotators.label_weights": (annotators.label_weights, {"right_A": PROB, "answers_A": NUMBERS}, {"chance": 0.5}),
    "annotators.drawn_together": (annotators.drawn_together, {"right_A": PROB, "spread_A": NUMBERS}, {}),
    "dawid_skene": (dawid_skene, {"classes_L": IDS % 2, **SAID}, {}),
    "crowd_bt": (
        crowd_bt,
        {
            "outcomes_L": OUTCOMES, "pairs_L": IDS // 3, "annotators_L": IDS % 3, "first_left_L": WRONG,
            "cards_L": IDS // 6,
        },
        {},
    ),
    "laplace.fit": (laplace.fit, ANSWERS, {}),
    "laplace.fit_by_evidence": (laplace.fit_by_evidence, ANSWERS, {"precisions": (1.0,)}),
    "laplace.fit_from": (laplace.fit_from, ANSWERS, {"prior": HEAD}),
    "laplace.leave_one_out": (laplace.leave_one_out, {**ANSWERS, "groups_M": IDS // 2}, {"head": HEAD}),
    "laplace.log_evidence": (laplace.log_evidence, ANSWERS, {"precision": 1.0}),
    "BayesianHead.margins": (HEAD.margins, {"deltas_M_D": DELTAS}, {}),
    "BayesianHead.prob_M": (HEAD.prob_M, {"deltas_M_D": DELTAS}, {}),
    "BayesianHead.draw": (HEAD.draw, {"features_N_D": DELTAS}, {"draws": 3, **SEEDED}),
    "BayesianHead.observe": (HEAD.observe, {"delta_D": DELTAS[0]}, {"outcome": 1.0}),
    "batch.needs": (needs, {"deltas_M_D": DELTAS}, {"head": HEAD}),
    "batch.as_values": (as_values, {"order": np.array([2, 0])}, {"pool_size": 3}),
    # Constructors say what they hold, and check it all the same.
    "RewardSamples": (RewardSamples, {"rewards_S_N": REWARDS}, {}),
    "BayesianHead": (laplace.BayesianHead, {"mean_D": np.ones(2), "cov_D_D": np.eye(2)}, {}),
    "Drawn": (Drawn, PAIR, {"samples": SAMPLES, "groups_N": GROUPS}),
    "Pool": (Pool, POOL, {"head": HEAD}),
}  # fmt: skip
