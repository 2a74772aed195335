"""The benchmark that judges acquisitions is itself judged: statistics by hand, hidden labels, honest controls."""

from __future__ import annotations

import dataclasses
import gzip
import itertools
import json
import sys

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import isotonic_regression

from benchmarks import label_efficiency
from benchmarks.efficiency import cache, modes, timed
from benchmarks.efficiency.data import load
from benchmarks.efficiency.learners import FromMachine, from_people, measure
from benchmarks.efficiency.opinions import Trainer
from benchmarks.efficiency.statistics import (
    gap_closed,
    holm,
    interval,
    isotonic,
    labels_needed,
    labels_saved,
    sign_flip_p,
)
from benchmarks.efficiency.synthetic import synthetic
from benchmarks.efficiency.world import oracle, split
from uncertainty.batch.pool import Pool
from uncertainty.batch.rules import BATCH_RULES
from uncertainty.gauss import information
from uncertainty.laplace import BayesianHead


@pytest.fixture(scope="module")
def world():
    return split(*synthetic(), seed=0, width=30)


def test_an_interval_is_students():
    values = [0.1, 0.3, 0.2, 0.6]
    expected = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert interval(values) == pytest.approx((0.3, expected.low, expected.high))
    assert interval([0.5]) == (0.5, 0.5, 0.5)


def test_the_sign_flip_test_counts_the_signs_that_reach_as_far():
    differences = [1.0, 2.0, 3.0, 4.0]
    sums = [abs(np.dot(signs, differences)) for signs in itertools.product((-1, 1), repeat=4)]
    assert sign_flip_p(differences) == pytest.approx(np.mean(np.array(sums) >= 10.0), abs=0.01)
    assert sign_flip_p([1.0, -1.0]) == 1.0


def test_the_sign_flip_test_is_scipys_permutation_test_of_samples():
    differences = np.random.default_rng(4).normal(0.4, 1.0, size=11)
    exact = stats.permutation_test((differences,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert sign_flip_p(differences) == pytest.approx(exact.pvalue, abs=0.015)


def test_rising_curves_are_scipys_isotonic_regression():
    rng = np.random.default_rng(5)
    for _ in range(20):
        values = np.cumsum(rng.normal(0.1, 1.0, size=9))
        np.testing.assert_allclose(isotonic(values), isotonic_regression(values).x, atol=1e-12)


def test_the_interval_of_a_gap_is_scipys_bootstrap_over_seeds():
    rng = np.random.default_rng(6)
    machine = rng.normal(0.6, 0.02, size=20)
    people, arm = machine + rng.normal(0.2, 0.02, size=20), machine + rng.normal(0.15, 0.03, size=20)

    def share(of_arm, of_machine, of_people):
        return (of_arm - of_machine).mean() / (of_people - of_machine).mean()

    expected = stats.bootstrap(
        (arm, machine, people), share, paired=True, vectorized=False, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    assert gap_closed(arm, machine, people) == pytest.approx((share(arm, machine, people), *expected), abs=0.006)


def test_holm_worked_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.9]) == [1.0, 1.0]


def test_rising_curves_and_labels_needed_worked_by_hand():
    assert isotonic([1.0, 3.0, 2.0, 4.0]).tolist() == [1.0, 2.5, 2.5, 4.0]
    # Half way from 100 to 400 on a log scale is 200.
    assert labels_needed([100, 400], [0.6, 0.8], 0.7) == pytest.approx(200)
    assert labels_needed([100, 400], [0.6, 0.8], 0.5) == 100
    assert labels_needed([100, 400], [0.6, 0.8], 0.9) == float("inf")


def test_an_arm_that_learns_with_half_the_labels_saves_half_of_them():
    budgets, seeds = [100, 200, 400, 800], 6
    rng = np.random.default_rng(0)
    base = 0.05 * np.log2(budgets) + 0.001 * rng.normal(size=(seeds, 1))
    twice = np.column_stack((base[:, :1], base[:, 1:] + 0.05))
    saved = labels_saved(budgets, twice, base, base[:, -1] + 0.0, 0.9)
    assert saved["ratio"] == pytest.approx(2.0, rel=0.05)
    assert saved["low"] <= saved["ratio"] <= saved["high"]
    assert saved["arm_reached"] and saved["random_reached"]
    assert labels_saved(budgets, base, base, base[:, -1], 0.8)["ratio"] == 1.0
    beyond = labels_saved(budgets, twice, base, base[:, -1] + 9.0, 0.8)
    assert beyond["ratio"] is None and not beyond["arm_reached"]


def test_the_gap_closed_is_a_share_of_what_people_would_gain():
    machine, people = np.array([0.6, 0.7]), np.array([0.8, 0.9])
    assert gap_closed(np.array([0.7, 0.8]), machine, people)[0] == pytest.approx(0.5)
    assert gap_closed(people, machine, people) == pytest.approx((1.0, 1.0, 1.0))


def write(folder, name, records):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)


def test_groups_pairs_and_votes_become_items(tmp_path):
    completions = [{"text": text, "correct": right} for text, right in (("a", True), ("b", False), ("c", True))]
    write(tmp_path, "sums/groups.jsonl.gz", [{"id": "1", "question": "q", "completions": completions}])
    votes = [{"a": 0, "b": 1, "vote": "b"}, {"a": 1, "b": 2, "vote": "tie"}]
    write(tmp_path, "votes/groups.jsonl.gz", [{"prompt": "p", "completions": completions, "preferences": votes}])
    pairs = [
        {"instruction": "i", "input": "x", "response_a": "u", "response_b": "v", "majority": "b"},
        {"instruction": "i", "input": "x", "response_a": "u", "response_b": "v", "majority": "tie"},
        {"prompt": "p", "chosen": "good", "rejected": "bad"},
    ]
    write(tmp_path, "pairs.jsonl.gz", pairs)

    def better(items):
        first = items.outcome_M == 1.0
        won, lost = np.where(first, items.left_M, items.right_M), np.where(first, items.right_M, items.left_M)
        return sorted((items.texts[a][1], items.texts[b][1]) for a, b in zip(won, lost, strict=True))

    assert better(load("sums", tmp_path)) == [("a", "b"), ("c", "b")]
    assert better(load("votes", tmp_path)) == [("b", "a")]
    found = load("pairs", tmp_path)
    assert better(found) == [("good", "bad"), ("v", "u")]
    assert found.prompts == ["i\nx", "p"]
    assert better(load(str(tmp_path / "pairs.jsonl.gz"), None)) == better(found)
    with pytest.raises(SystemExit):
        load("nowhere", tmp_path)


def test_the_same_file_gives_the_same_items_and_large_groups_are_cut(tmp_path):
    completions = [{"text": str(k), "score": k / 20} for k in range(20)]
    write(tmp_path, "big/groups.jsonl.gz", [{"prompt": f"p{k}", "completions": completions} for k in range(30)])
    first, again = (load("big", tmp_path, completions=6, pairs=9) for _ in range(2))
    np.testing.assert_array_equal(first.left_M, again.left_M)
    assert np.bincount(first.prompt_M).max() == 9
    assert 0.35 < first.outcome_M.mean() < 0.65
    gap = [
        abs(int(first.texts[a][1]) - int(first.texts[b][1])) for a, b in zip(first.left_M, first.right_M, strict=True)
    ]
    assert min(gap) >= 2  # nearer than a tenth is a tie
    assert len(load("big", tmp_path, prompts=4).prompts) == 4


def test_features_are_computed_once(tmp_path, monkeypatch):
    items, rows = synthetic()
    calls = []

    def encode(texts, path, backbone, threads):
        calls.append(len(texts))
        np.save(path, rows)

    monkeypatch.setattr(cache, "_encode", encode)
    for _ in range(2):
        np.testing.assert_array_equal(cache.features(items, tmp_path), rows)
    assert calls == [len(items.texts)]


def test_no_prompt_is_on_both_sides_of_a_split_and_seeds_split_anew(world):
    assert not np.intersect1d(world.pool.prompt_M, world.test.prompt_M).size
    other = split(*synthetic(), seed=1, width=30)
    assert set(np.unique(other.test.prompt_M)) != set(np.unique(world.test.prompt_M))


def arrays_within(thing, depth=3):
    if isinstance(thing, np.ndarray):
        yield thing
    elif depth and dataclasses.is_dataclass(thing):
        for name in vars(thing):
            yield from arrays_within(getattr(thing, name), depth - 1)


def test_a_rule_is_handed_nothing_that_people_said(world, monkeypatch):
    seen = []

    def spy(pool, *, n, per_group, rng):
        seen.append(pool)
        return BATCH_RULES["random"](pool, n=n, per_group=per_group, rng=rng)

    monkeypatch.setattr(modes, "rule", lambda name: spy)
    list(modes.rlthf(world, ("bald_greedy",), ("transfer",), seed=0))
    assert len(seen) >= len(modes.SHARES)
    for pool in seen:
        assert type(pool) is Pool
        for array in arrays_within(pool):
            for part in (world.pool, world.test):
                assert array is not part.outcome_M and not np.shares_memory(array, part.outcome_M)


@pytest.mark.parametrize("name", [modes.SHUFFLED, *modes.COLD_ARMS])
def test_what_is_asked_does_not_depend_on_answers_not_yet_given(world, name):
    head = BayesianHead(np.linspace(-1, 1, 30), np.eye(30))
    asked = modes.Asked(np.arange(40), np.ones(40, dtype=bool))
    opposite = dataclasses.replace(world.pool, outcome_M=1.0 - world.pool.outcome_M)
    one, other = (modes.ask(name, pool, asked, head, 20, seed=3, machine=False) for pool in (world.pool, opposite))
    np.testing.assert_array_equal(one.rows, other.rows)
    assert len(set(one.rows.tolist())) == 60


def test_an_arm_may_begin_with_twenty_random_answers(world):
    head, nothing = BayesianHead.prior(30), modes.Asked(np.empty(0, dtype=np.int64), np.empty(0, dtype=bool))
    asked = modes.ask("v_optimal_after_20", world.pool, nothing, head, 50, seed=3, machine=False)
    chance = modes.ask("random", world.pool, nothing, head, 20, seed=3, machine=False)
    np.testing.assert_array_equal(asked.rows[:20], chance.rows)
    assert asked.from_random[:20].all() and asked.from_random[20:].mean() < 0.4
    assert len(set(asked.rows.tolist())) == 50
    more = modes.ask("v_optimal_after_20", world.pool, asked, head, 30, seed=4, machine=False)
    assert more.from_random[50:].mean() < 0.4


def test_the_shuffled_control_gets_no_more_information_than_chance(world):
    some = world.pool.of(np.arange(0, len(world.pool), 12))
    head = from_people(some, np.ones(len(some), dtype=bool))
    pool = modes.label_free_view(world.pool, np.arange(len(world.pool)), np.arange(0), head, machine=False)
    told = information(*head.margins(pool.deltas_M_D))
    picks = [modes.shuffled(pool, n=20, per_group=1, rng=np.random.default_rng(seed)) for seed in range(40)]
    best = BATCH_RULES["bald_greedy"](pool, n=20, per_group=1, rng=np.random.default_rng(0))
    assert np.mean([told[rows].mean() for rows in picks]) == pytest.approx(told.mean(), abs=0.005)
    assert told[best].mean() > told.mean() + 0.03


def test_the_noisy_judge_is_right_in_three_of_four_and_wrong_where_a_model_can_see_it(world):
    pool = world.pool
    wrong = pool.machine_M != pool.outcome_M
    assert wrong.mean() == pytest.approx(0.25, abs=0.02)
    # A linear model of the machine's labels predicts them better than independent flips would allow.
    assert measure(FromMachine.of(pool).head, dataclasses.replace(pool, outcome_M=pool.machine_M))["accuracy"] > 0.8


def test_people_in_the_oracle_mode_never_contradict_themselves():
    items, rows = synthetic()
    asked = oracle(items, rows)
    beats = np.zeros((len(rows), len(rows)), dtype=bool)
    winner = np.where(asked.outcome_M == 1.0, asked.left_M, asked.right_M)
    loser = np.where(asked.outcome_M == 1.0, asked.right_M, asked.left_M)
    beats[winner, loser] = True
    assert not np.trace(np.linalg.matrix_power(beats.astype(float), 3))  # no cycle of three


def test_controls_that_know_more_do_better(world):
    start = FromMachine.of(world.pool)
    rows = np.random.default_rng(0).choice(len(world.pool), 200, replace=False)
    figures = {
        "machine": measure(start.head, world.test),
        "none": measure(start.replacing(rows), world.test),
        "transfer": measure(start.transfer(rows), world.test),
        "people_first": measure(start.people_first(rows)[0], world.test),
        "rlthf": measure(start.rlthf(rows, start.head, 1, 5), world.test),
        "people": measure(from_people(world.pool, np.ones(len(world.pool), dtype=bool)), world.test),
    }
    accuracy = {name: told["accuracy"] for name, told in figures.items()}
    assert accuracy["people"] > accuracy["transfer"] > accuracy["machine"]
    assert accuracy["people_first"] > accuracy["none"]
    assert accuracy["rlthf"] > accuracy["none"] >= accuracy["machine"]


def test_a_rule_or_mode_that_is_not_known_is_refused_by_name(monkeypatch):
    for wrong in ("--arms bald_gredy", "--modes cold,warm"):
        monkeypatch.setattr(sys, "argv", ["label_efficiency", *wrong.split()])
        with pytest.raises(SystemExit, match=r"bald_gredy|warm"):
            label_efficiency.main()


def test_the_benchmark_runs_draws_and_writes_what_it_found(tmp_path, monkeypatch, capsys):
    arguments = f"--modes cold,rlthf --arms v_optimal,shuffled --seeds 2 --plots {tmp_path} --json {tmp_path}/f.json"
    monkeypatch.setattr(sys, "argv", ["label_efficiency", *arguments.split()])
    label_efficiency.main()
    told = json.loads((tmp_path / "f.json").read_text())
    assert told["seeds"] == 2
    cold, rlthf = (told["sets"]["synthetic"][mode] for mode in ("cold", "rlthf"))
    point = next(p for p in cold["points"] if p["arm"] == "v_optimal" and p["budget"] == 60)
    assert point["n"] == 2 and point["nll"]["low"] <= point["nll"]["mean"] <= point["nll"]["high"]
    assert 0 < point["nll_minus_random"]["p"] <= point["nll_minus_random"]["p_holm"] <= 1
    assert {row["arm"] for row in cold["labels_saved"]} == {"v_optimal", "shuffled"}
    assert {row["share"] for row in rlthf["gap_closed"]} == set(modes.SHARES)
    assert rlthf["gap"]["n"] == 2 and rlthf["gap"]["low"] <= rlthf["gap"]["mean"] <= rlthf["gap"]["high"]
    assert len(list(tmp_path.glob("*.png"))) == 1 + len(modes.CONTROLS)
    assert "v_optimal" in capsys.readouterr().out


@pytest.mark.parametrize(
    "line",
    ['{"prompt": "p", "chosen": "good"', "[1, 2]", '{"prompt": "p"}', '{"prompt": "p", "chosen": 3, "rejected": "bad"}',
     '{"prompt": "p", "completions": [{"text": "a", "score": NaN}, {"text": "b", "score": 1}]}'],
)  # fmt: skip
def test_a_line_that_is_no_preference_is_told_by_its_number(tmp_path, line):
    path = tmp_path / "wrong.jsonl"
    path.write_text('{"prompt": "p", "chosen": "good", "rejected": "bad"}\n' + line + "\n")
    with pytest.raises(SystemExit, match="line 2"):
        load(str(path), None)


def by_generators():
    items, rows = synthetic(prompts=60, completions=8)
    names = np.array([f"model {k % 8}" for k in range(len(rows))])
    return dataclasses.replace(items, generator_N=names), rows


def test_a_split_by_generators_tests_only_models_and_prompts_the_pool_has_not_seen():
    items, rows = by_generators()
    world = split(items, rows, seed=0, width=20, unseen="generators")
    of = [set(items.generator_N[np.concatenate((part.left_M, part.right_M))]) for part in (world.pool, world.test)]
    assert len(of[0]) == len(of[1]) == 4 and not of[0] & of[1]
    assert not np.intersect1d(world.pool.prompt_M, world.test.prompt_M).size
    with pytest.raises(SystemExit, match="generators"):
        split(*synthetic(), seed=0, width=20, unseen="generators")


def test_an_hour_is_spent_to_the_second_on_pairs_and_on_rankings():
    items, rows = by_generators()
    items = dataclasses.replace(items, texts=[("", "x" * (100 + 7 * (k % 90))) for k in range(len(rows))])
    world, clock = split(items, rows, seed=0, width=20), timed.Clock.of(items)
    # Five seconds and 24 characters a second; four texts take five decisions, so twenty seconds more.
    assert clock.pairs(world.pool.of(np.array([0])))[0] == pytest.approx(
        5 + (len(items.texts[world.pool.left_M[0]][1]) + len(items.texts[world.pool.right_M[0]][1])) / 24
    )
    assert clock.ranking(np.arange(4)) == pytest.approx(25 + (400 + 7 * 6) / 24)
    for arm in timed.TIMED_ARMS:
        bought = timed.Bought([], [])
        timed.buy(arm, world, clock, bought, BayesianHead.prior(20), 3000.0, seed=2)
        assert 3000 <= bought.seconds < 3000 + clock.ranking(np.arange(4)) + 60
        assert len(set(bought.rows)) == len(bought.rows) == len(bought.from_random)
        if arm.startswith("v_optimal"):
            assert 0 < np.mean(bought.from_random) < 0.5


def test_a_ranking_of_four_teaches_its_six_pairs():
    items, rows = by_generators()
    world = split(items, rows, seed=0, width=20)
    head, every = BayesianHead.prior(20), np.arange(len(world.pool))
    told, seconds = timed._ranked(world, timed.Clock.of(items), every, 5, head, np.random.default_rng(0))
    completions = np.concatenate((world.pool.left_M[told], world.pool.right_M[told]))
    assert len(told) == 6 and 5 in told and len(set(completions.tolist())) == 4
    assert len(set(world.pool.prompt_M[told].tolist())) == 1 and seconds == 25.0


def test_rules_that_hurry_ask_more_in_the_same_time():
    items, rows = by_generators()
    items = dataclasses.replace(items, texts=[("", "x" * (50 + 40 * (k % 97))) for k in range(len(rows))])
    world, counts = split(items, rows, seed=0, width=20), {}
    for arm in ("v_optimal", "v_optimal_per_second"):
        bought = timed.Bought([], [])
        timed.buy(arm, world, timed.Clock.of(items), bought, BayesianHead.prior(20), 3000.0, seed=1)
        counts[arm] = len(bought.rows)
    assert counts["v_optimal_per_second"] > 1.2 * counts["v_optimal"]


def test_an_arm_of_opinions_asks_where_the_trained_ensemble_disagrees(world):
    features = np.random.default_rng(0).normal(size=(750, 30)).astype(np.float32)
    trainer = Trainer(features, seed=0)
    answered, left = np.arange(0, 200), np.arange(200, 260)
    values = trainer.values("ensemble_std", world.pool, answered, left, np.random.default_rng(0))
    said = world.pool.of(answered)
    draws = trainer._draws(said, "ensemble")
    apart = draws[:, world.pool.left_M[left]] - draws[:, world.pool.right_M[left]]
    np.testing.assert_allclose(values, apart.std(axis=0), rtol=1e-5)
