"""Agreement beyond chance: Krippendorff's own table, kappas worked by hand, sets, and what is refused."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uncertainty.agreement import alpha, alpha_of_sets, couples, kappa, together, together_of_sets
from uncertainty.distances import MOST_VALUES, SET_DISTANCES, between_sets
from uncertainty.errors import EmptyPool, ShapeMismatch, Undefined
from uncertainty.intervals import ratio_interval, share_interval, student

# Krippendorff (2011), "Computing Krippendorff's alpha-reliability", example C: 4 observers, 12 units, 7 blanks.
TABLE = ["1233214 12...", "1233224 125.3", ".333234 2251.", "1233244 1251."]


def told(table):
    rows = [
        (int(said), item, who)
        for who, line in enumerate(row.replace(" ", "") for row in table)
        for item, said in enumerate(line)
        if said != "."
    ]
    return [np.array(column) for column in zip(*rows, strict=True)]


VALUES, ITEMS, PEOPLE = told(TABLE)


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize(
    ("distance", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_krippendorffs_own_table_gives_his_own_alphas(distance, published):
    found = alpha(VALUES, ITEMS, distance=distance, rng=rng())
    assert found.alpha == pytest.approx(published, abs=5e-4)
    assert (found.items, found.answers) == (11, 40)  # the unit with one answer says nothing of agreement
    assert found.low < found.alpha < found.high <= 1.0


def by_definition(values, items, squared):
    """Alpha spelled out: mean distance of couples within an item, over that of all couples."""
    by_item = [[v for v, i in zip(values, items, strict=True) if i == item] for item in sorted(set(items))]
    kept = [group for group in by_item if len(group) > 1]
    n = sum(map(len, kept))
    within = sum(squared(a, b) / (len(group) - 1) for group in kept for a, b in itertools.permutations(group, 2)) / n
    every = [value for group in kept for value in group]
    among = sum(squared(a, b) for a, b in itertools.permutations(every, 2)) / (n * (n - 1))
    return 1.0 - within / among if among else None


def ordinal_by_definition(values, items):
    many = {item: sum(i == item for i in items) for item in items}
    kept = [v for v, i in zip(values, items, strict=True) if many[i] > 1]

    def squared(a, b):
        low, high = min(a, b), max(a, b)
        return (sum(low <= v <= high for v in kept) - (kept.count(a) + kept.count(b)) / 2) ** 2

    return by_definition(values, items, squared)


answers = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 5)), min_size=4, max_size=30)


@settings(max_examples=60)
@given(answers)
def test_alpha_is_what_its_definition_says_for_any_answers_with_any_blanks(rows):
    values, items = [value for value, _ in rows], [item for _, item in rows]
    spelled = {
        "nominal": by_definition(values, items, lambda a, b: a != b) if len(set(items)) < len(items) else None,
        "interval": by_definition(values, items, lambda a, b: (a - b) ** 2) if len(set(items)) < len(items) else None,
        "ordinal": ordinal_by_definition(values, items) if len(set(items)) < len(items) else None,
    }
    for distance, expected in spelled.items():
        if expected is None:
            with pytest.raises((Undefined, EmptyPool)):
                alpha(values, items, distance=distance, rng=rng())
        else:
            assert alpha(values, items, distance=distance, rng=rng(), draws=2).alpha == pytest.approx(expected)


@settings(max_examples=40)
@given(answers.filter(lambda rows: len({value for value, _ in rows}) > 1), st.integers(2, 9), st.randoms())
def test_each_scale_ignores_what_it_should_ignore(rows, factor, shuffler):
    values, items = (np.array(column) for column in zip(*rows, strict=True))

    def found(change, distance):
        try:
            return alpha(change(values), items, distance=distance, rng=rng(), draws=2).alpha
        except (EmptyPool, Undefined) as error:
            return error.code

    names = list("abcdef")
    shuffler.shuffle(names)
    same = {
        "nominal": lambda v: np.array(names)[v],
        "ordinal": lambda v: v**3,
        "interval": lambda v: v * factor - 7,
        "ratio": lambda v: v * factor,
    }
    for distance, change in same.items():
        assert found(change, distance) == pytest.approx(found(lambda v: v, distance))


def test_people_who_guess_have_an_alpha_around_nothing_and_the_interval_says_so():
    covered = 0
    for seed in range(60):
        found = alpha(rng(seed).integers(0, 3, 200), np.arange(200) // 2, rng=rng(seed))
        covered += found.low <= 0.0 <= found.high
    assert covered >= 50  # of 60; 57 are promised, and a hundred items are few


def test_items_of_one_card_are_not_so_many_witnesses():
    """Twenty cards whose eight items are answered alike: eight times the items, not the evidence."""
    card = rng(1).integers(0, 2, (20, 2))
    values, items = np.repeat(card, 8, axis=0).reshape(-1), np.arange(320) // 2
    apart, by_card = alpha(values, items, rng=rng()), alpha(values, items, cards_L=items // 8, rng=rng())
    assert by_card.alpha == apart.alpha and by_card.high - by_card.low > 2 * (apart.high - apart.low)


@pytest.mark.parametrize("cards", [10, 20])
def test_few_cards_have_an_interval_as_wide_as_few_cards_deserve(cards):
    """Re-drawn as they are, ten cards gave intervals of which 85 in a hundred held the truth."""
    held = []
    for seed in range(300):
        draw = np.random.default_rng([seed, cards])
        truth = draw.integers(0, 7, (cards, 1))
        said = np.where(draw.random((cards, 3)) < 0.5, truth, np.clip(truth + draw.integers(-2, 3, (cards, 3)), 0, 6))
        found = alpha(said.reshape(-1), np.repeat(np.arange(cards), 3), distance="interval", rng=draw, draws=200)
        held.append(found.low <= 0.818 <= found.high)  # of ten thousand cards
    assert np.mean(held) > 0.9


def test_interval_and_estimate_come_again_with_the_same_seed():
    assert alpha(VALUES, ITEMS, rng=rng(3)) == alpha(VALUES, ITEMS, rng=rng(3))


def test_agreement_without_a_flaw_still_leaves_room_for_what_was_not_seen():
    found = alpha(np.arange(40) // 2 % 4, np.arange(40) // 2, rng=rng())
    # None of 20 cards differed; by chance 30 of 39 answers would.
    unseen = share_interval(0, 20, z=student(19))[1]
    assert (found.alpha, found.high) == (1.0, 1.0) and found.low == pytest.approx(1.0 - unseen / (30 / 39))


@pytest.mark.parametrize(("cards", "people"), [(20, 2), (50, 2), (50, 3)])
def test_answers_that_are_nearly_equal_leave_room_for_the_disagreements_that_few_cards_did_not_show(cards, people):
    """Quantiles of re-drawn cards held the truth in 85 of a hundred worlds with 50 cards of two people."""
    held = []
    for seed in range(200):
        draw = np.random.default_rng([seed, cards, people])
        known = draw.random((cards, people)) < 0.95
        said = np.where(known, draw.integers(0, 3, (cards, 1)), draw.integers(0, 3, (cards, people)))
        found = alpha(said.reshape(-1), np.repeat(np.arange(cards), people), rng=draw, draws=100)
        held.append(found.low <= 0.95**2 <= found.high)
    assert np.mean(held) > 0.92


def test_a_handful_of_items_has_an_alpha_but_no_interval():
    found = alpha([1, 1, 2, 2, 3, 1], [0, 0, 1, 1, 2, 2], rng=rng())
    assert found.alpha == pytest.approx(by_definition([1, 1, 2, 2, 3, 1], [0, 0, 1, 1, 2, 2], lambda a, b: a != b))
    assert (found.low, found.high) == (None, None)


def test_alpha_of_sets_worked_by_hand():
    # Distances within: {a} {a,b} 1/2 by Jaccard, 1 - 1/2 * 2/3 = 2/3 by MASI; {} {} 0; {c} {c} 0.
    sets, items = [{"a"}, {"a", "b"}, set(), set(), {"c"}, {"c"}], [0, 0, 1, 1, 2, 2]
    # Among the 30 ordered couples: 4 are of equal sets, 2 are the a, ab couple, 24 share nothing.
    for distance, apart in (("jaccard", 1 / 2), ("masi", 2 / 3)):
        expected = 1 - (2 * apart / 6) / ((2 * apart + 24) / 30)
        assert alpha_of_sets(sets, items, distance=distance, rng=rng()).alpha == pytest.approx(expected)


@settings(max_examples=60)
@given(st.lists(st.frozensets(st.integers(0, 5)), min_size=1, max_size=8))
def test_distances_of_sets_are_as_defined(sets):
    def masi(a, b):
        kept = 1 if a == b else 2 / 3 if (a < b or b < a) and a & b else 1 / 3 if a & b else 0
        return 1 - kept * (len(a & b) / len(a | b) if a | b else 1)

    spelled = {"masi": masi, "jaccard": lambda a, b: 1 - (len(a & b) / len(a | b) if a | b else 1)}
    for name in SET_DISTANCES:
        expected = [[spelled[name](a, b) for b in sets] for a in sets]
        np.testing.assert_allclose(between_sets(sets, name), expected, atol=1e-12)


def test_kappa_worked_by_hand():
    # The usual table: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no; 0.7 seen, 0.5 by habit.
    first = [1] * 25 + [0] * 25
    second = [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15
    assert kappa(first, second) == pytest.approx(0.4)
    assert kappa(list("ab" * 9), list("ab" * 9)) == 1.0
    assert kappa([1, 2, 3], [3, 1, 2]) == pytest.approx(-0.5)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=2, max_size=40))
def test_weighted_kappas_are_as_defined(rows):
    first, second = zip(*rows, strict=True)
    for distance, apart in (("absolute", lambda a, b: abs(a - b)), ("interval", lambda a, b: (a - b) ** 2)):
        seen = sum(apart(a, b) for a, b in rows) / len(rows)
        habit = sum(apart(a, b) for a in first for b in second) / len(rows) ** 2
        if habit:
            assert kappa(first, second, distance=distance) == pytest.approx(1 - seen / habit)
        else:
            with pytest.raises(Undefined):
                kappa(first, second, distance=distance)


def test_everybody_is_compared_with_everybody_on_what_both_answered():
    found = together(VALUES, ITEMS, PEOPLE)
    assert found.annotators_A.tolist() == [0, 1, 2, 3]
    for a, b in itertools.combinations(range(4), 2):
        first, second = (dict(zip(ITEMS[who == PEOPLE], VALUES[who == PEOPLE], strict=True)) for who in (a, b))
        both = sorted(set(first) & set(second))
        lists = [first[item] for item in both], [second[item] for item in both]
        assert found.items_A_A[a, b] == found.items_A_A[b, a] == len(both)
        assert found.share_A_A[a, b] == found.share_A_A[b, a] == np.mean([p == q for p, q in zip(*lists, strict=True)])
        assert found.kappa_A_A[a, b] == found.kappa_A_A[b, a] == pytest.approx(kappa(*lists))


def test_people_who_never_met_have_no_agreement_and_people_of_one_word_no_kappa():
    found = together([1, 1, 1, 2], [0, 0, 1, 2], ["Alice", "Bob", "Alice", "Carol"])
    assert found.items_A_A.tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    assert math.isnan(found.share_A_A[0, 2]) and found.share_A_A[0, 1] == 1.0 and math.isnan(found.kappa_A_A[0, 1])


@pytest.mark.parametrize(("known", "cards"), [(0.05, 20), (0.7, 50), (0.95, 20), (0.95, 50)])
def test_the_interval_of_kappa_holds_the_truth_also_where_people_nearly_always_agree(known, cards):
    """Kappa plus and minus its standard error held it in 72 of a hundred worlds with 20 cards."""
    held = []
    for seed in range(200):
        draw = np.random.default_rng([seed, cards])
        knows = draw.random((cards, 2)) < known
        said = np.where(knows, draw.integers(0, 3, (cards, 1)), draw.integers(0, 3, (cards, 2)))
        found = together(said.reshape(-1), np.repeat(np.arange(cards), 2), np.tile([0, 1], cards))
        held.append(found.low_A_A[0, 1] <= known**2 <= found.high_A_A[0, 1])
    assert np.mean(held) > 0.92


def test_a_cards_items_share_its_luck_in_the_interval_of_kappa_too():
    card = rng(1).integers(0, 2, (20, 2))
    said, items = np.repeat(card, 8, axis=0).reshape(-1), np.arange(320) // 2
    apart, by_card = (together(said, items, np.tile([0, 1], 160), cards_L=cards) for cards in (None, items // 8))
    assert by_card.kappa_A_A[0, 1] == apart.kappa_A_A[0, 1] and by_card.cards_A_A[0, 1] == 20
    width = [one.high_A_A[0, 1] - one.low_A_A[0, 1] for one in (by_card, apart)]
    assert width[0] > 2 * width[1]


def test_leaving_out_a_card_is_leaving_it_out():
    """The interval's variance, worked out card by card."""
    draw = rng(4)
    said, cards = draw.integers(1, 4, (36, 2)), np.repeat(np.arange(12), 3)
    found = together(said.reshape(-1), np.repeat(np.arange(36), 2), np.tile([0, 1], 36), cards_L=np.repeat(cards, 2))
    without = [1.0 - kappa(*said[cards != card].T) for card in range(12)]
    variance = 11 / 12 * np.square(np.array(without) - np.mean(without)).sum()
    habit = np.mean(said[:, :1] != said[:, 1])
    low, high = ratio_interval(1.0 - found.kappa_A_A[0, 1], variance, 12, greatest=1.0 / habit, most=36)
    assert (found.low_A_A[0, 1], found.high_A_A[0, 1]) == pytest.approx((1.0 - high, 1.0 - low))


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(10, 30), st.sampled_from(["nominal", "ordinal", "interval"]))
def test_the_interval_of_kappa_lies_around_it_and_ends_at_one(seed, cards, distance):
    said = rng(seed).integers(0, 3, 2 * cards)
    found = together(said, np.arange(2 * cards) // 2, np.tile([0, 1], cards), distance=distance)
    low, middle, high = (one[0, 1] for one in (found.low_A_A, found.kappa_A_A, found.high_A_A))
    assert math.isnan(middle) or low - 1e-9 <= middle <= high + 1e-9 <= 1.0 + 2e-9


def test_a_handful_of_shared_cards_has_no_interval_of_kappa():
    found = together(VALUES[:8], np.arange(8) // 2, np.tile([0, 1], 4))
    assert math.isnan(found.low_A_A[0, 1]) and found.cards_A_A[0, 1] == 4


def test_marked_sets_are_compared_too():
    found = together_of_sets([{1}, {1, 2}, {3}, {3}], [0, 0, 1, 1], [0, 1, 0, 1])
    # Seen: (1/2 + 0) / 2. By habit: {1} with {1,2} 1/2, the three others but {3} with {3} 1: (1/2 + 1 + 1 + 0) / 4.
    assert found.kappa_A_A[0, 1] == pytest.approx(1 - 0.25 / 0.625) and found.share_A_A[0, 1] == 0.5


def test_couples_are_every_two_answers_about_an_item_once():
    left, right = couples(np.array([2, 0, 2, 1, 2]))
    assert sorted(tuple(sorted(pair)) for pair in zip(left.tolist(), right.tolist(), strict=True)) == [
        (0, 2), (0, 4), (2, 4),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "refusal"),
    [
        (lambda: alpha([1, 2, 3], [0, 1, 2], rng=rng()), EmptyPool),  # nobody met
        (lambda: alpha([5, 5, 5, 5], [0, 0, 1, 1], rng=rng()), Undefined),
        (lambda: alpha([1, 2], [0, 0], distance="cosine", rng=rng()), ShapeMismatch),
        (lambda: alpha([-1.0, 2.0], [0, 0], distance="ratio", rng=rng()), ShapeMismatch),
        (lambda: alpha(["a", "b"], [0, 0], distance="interval", rng=rng()), ShapeMismatch),
        (lambda: alpha([1, 2], [0, 0], rng=rng(), draws=0), ShapeMismatch),
        (lambda: alpha(np.arange(MOST_VALUES + 1), np.zeros(MOST_VALUES + 1, int), rng=rng()), ShapeMismatch),
        (lambda: alpha_of_sets([], [], rng=rng()), EmptyPool),
        (lambda: alpha_of_sets([{1}, {2}], [0, 0], distance="nominal", rng=rng()), ShapeMismatch),
        (lambda: kappa([1, 2], [1]), ShapeMismatch),
        (lambda: kappa([1, 1], [1, 1]), Undefined),
        (lambda: together([1, 2], [0, 0], [7, 7]), ShapeMismatch),  # one person is not two opinions
    ],
)
def test_what_has_no_agreement_is_refused_by_name(call, refusal):
    with pytest.raises(refusal):
        call()
