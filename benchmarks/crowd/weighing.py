"""Does weighing answers by reliability help what is learnt from them? A reward head trained with and without.

Twelve people of skills .55 to .97 and two who guess judge pairs of a planted linear reward; a Bayesian head learns from
the very answers once weighted as a training is (`label_weights`), once equally, and once by the skills that were
planted, the most that weights could do. Held-out accuracy is measured on pairs whose better one is known.
"""

from __future__ import annotations

import numpy as np

from benchmarks.crowd.planted import dealt
from uncertainty.annotators import label_weights
from uncertainty.crowd_bt import crowd_bt
from uncertainty.laplace import fit_by_evidence

WIDTH, HELD_OUT = 24, 4_000
PRECISIONS = (0.3, 1.0, 3.0, 10.0, 30.0)


def weighing(each: int, overlap: int, guessers: int, rng: np.random.Generator) -> dict[str, float]:
    """Held-out accuracy of one campaign's head, by how its answers were weighed."""
    skill_A = np.append(np.linspace(0.55, 0.97, 14 - guessers), np.full(guessers, 0.5))
    deal = dealt(len(skill_A), each, overlap, rng)
    reward_D = rng.normal(size=WIDTH) / np.sqrt(WIDTH)
    delta_N_D = rng.normal(size=(int(deal.item_L.max()) + 1, WIDTH))
    better_L = (delta_N_D @ reward_D > 0.0)[deal.item_L]
    outcome_L = np.where(rng.random(len(better_L)) < skill_A[deal.annotator_L], better_L, ~better_L).astype(float)
    found = crowd_bt(outcome_L, deal.item_L, deal.annotator_L, rng.random(len(outcome_L)) < 0.5).reliability
    answers_A = np.bincount(deal.annotator_L, minlength=len(skill_A))
    weights = {
        "weighted": found.weight_A,
        "equal": np.ones(len(skill_A)),
        "planted": label_weights(skill_A, answers_A, chance=0.5),
    }
    asked_M_D = rng.normal(size=(HELD_OUT, WIDTH))
    told = {}
    for name, weight_A in weights.items():
        weight_L = weight_A[deal.annotator_L]
        said = weight_L > 0.0
        head, _ = fit_by_evidence(
            delta_N_D[deal.item_L[said]], outcome_L[said], precisions=PRECISIONS, weights_M=weight_L[said]
        )
        told[name] = float(((asked_M_D @ head.mean_D > 0.0) == (asked_M_D @ reward_D > 0.0)).mean())
    return told | {"gain": told["weighted"] - told["equal"], "possible_gain": told["planted"] - told["equal"]}
