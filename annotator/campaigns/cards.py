"""A card is built around one pair worth asking about; further completions are those that tell most beside it.

Where nothing is believed yet, and in the random stream, the others are drawn by chance. A card never shows one text
twice, and never the same completions as an earlier card of the campaign.
"""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING

import numpy as np

from uncertainty.showing import completions_to_show

from .pool import Askable

if TYPE_CHECKING:
    from .ranking import Belief

DRAWS = 64  # opinions by which the further completions are chosen


def card(
    pair: tuple[int, int],
    k: int,
    pool: Askable,
    belief: Belief | None,
    asked: Set[tuple[int, ...]],
    rng: np.random.Generator,
) -> tuple[int, ...] | None:
    """The ids of `k` completions of one group, ascending; None when exactly these were asked about before.

    `pair` are rows of the pool, whose groups have `k` different texts or more; a row and itself for a card of one.
    """
    rows = _beside(pair, k, pool, belief, rng) if k > 2 else {*pair}
    shown = tuple(sorted(int(pool.rollouts_N[row]) for row in rows))
    return None if shown in asked else shown


def _beside(pair: tuple[int, int], k: int, pool: Askable, belief: Belief | None, rng: np.random.Generator) -> list[int]:
    group = np.flatnonzero(pool.groups_N == pool.groups_N[pair[0]])
    others = rng.permutation(group[~np.isin(pool.texts_N[group], pool.texts_N[list(pair)])])
    others = others[np.sort(np.unique(pool.texts_N[others], return_index=True)[1])]
    if belief is not None:
        known = np.concatenate((pair, others[belief.known_N[others]])).astype(np.int64)
        rewards_S_G = belief.head.draw(belief.points_N_W[known], DRAWS, rng)
        telling = known[completions_to_show(rewards_S_G, k, first=(0, 1))]
        others = np.concatenate((telling[~np.isin(telling, pair)], others[~np.isin(others, telling)]))
    return [*pair, *others[: k - 2].tolist()]
