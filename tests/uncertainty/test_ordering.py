"""Best first under a cap: the same as sorting everything, however the caps and ties lie."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from uncertainty.ordering import best_first, place_in_group

seeds = st.integers(0, 2**32 - 1)


def by_sorting(values, noise, code, room, n):
    taken, chosen = np.zeros(len(room), dtype=int), []
    for row in sorted(range(len(values)), key=lambda m: (-values[m], noise[m])):
        if len(chosen) < n and taken[code[row]] < room[code[row]]:
            taken[code[row]] += 1
            chosen.append(row)
    return chosen


@settings(max_examples=150)
@given(seeds, st.integers(0, 50), st.sampled_from([2, 5, 10_000]))
def test_it_is_what_sorting_everything_gives(seed, n, kinds):
    rng = np.random.default_rng(seed)
    count, groups = int(rng.integers(1, 300)), int(rng.integers(1, 12))
    values, noise = rng.integers(0, kinds, size=count).astype(float), rng.random(count)
    code, room = rng.integers(0, groups, size=count), rng.integers(0, 9, size=groups)
    assert best_first(values, noise, code, room, n).tolist() == by_sorting(values, noise, code, room, n)


@settings(max_examples=50)
@given(st.lists(st.integers(0, 4), max_size=30))
def test_places_count_up_inside_each_group(codes):
    expected = [codes[:at].count(code) for at, code in enumerate(codes)]
    assert place_in_group(np.array(codes, dtype=np.int64)).tolist() == expected
