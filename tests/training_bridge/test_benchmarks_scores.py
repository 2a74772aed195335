"""The benchmarks of scores and of their uncertainty measure what they say."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest
import torch

from benchmarks import estimators, scoring
from benchmarks.efficiency.synthetic import synthetic
from benchmarks.speed import scorer, selecting
from tests.training_bridge.test_features import save_backbone
from training_bridge.features import Backbone


@pytest.fixture(scope="module")
def items():
    """The synthetic set, its completions written by nine models in turn."""
    plain, _ = synthetic(prompts=300)
    names = np.array([f"model-{k % 9}" for k in range(len(plain.generator_N))])
    return dataclasses.replace(plain, generator_N=names)


def test_nothing_of_a_tested_prompt_or_model_is_trained_on(items):
    told = estimators.splits(items, seed=3)
    assert set(told) == {"prompts", "generators"}
    for pool, asked in told.values():
        assert not np.intersect1d(items.prompt_M[pool], items.prompt_M[asked]).size and len(asked)
    pool, asked = told["generators"]
    by_pool, by_asked = (
        set(items.generator_N[np.concatenate((items.left_M[rows], items.right_M[rows]))]) for rows in (pool, asked)
    )
    assert not by_pool & by_asked and len(by_asked) == 3


def test_a_set_without_models_has_no_test_of_unseen_models():
    assert set(estimators.splits(synthetic()[0], seed=0)) == {"prompts"}


def test_an_honest_estimator_measures_as_honest_and_one_that_boasts_does_not():
    rng = np.random.default_rng(1)
    margins_S_M = np.tile(rng.normal(size=4000) * 2.0, (2, 1))
    outcome_M = (rng.random(4000) < 1 / (1 + np.exp(-margins_S_M[0]))).astype(float)
    honest, boasting = (estimators.measure(scale * margins_S_M, outcome_M) for scale in (1.0, 4.0))
    assert honest["ece"] < 2.5 * honest["ece_by_chance"] < 0.05 < boasting["ece"]
    assert honest["auroc_probability"] == pytest.approx(honest["auroc_if_exact"], abs=0.03)
    assert honest["auroc_probability"] > 0.65
    assert honest["auroc_probability"] == pytest.approx(boasting["auroc_probability"], abs=0.01)
    assert honest["auroc_spread"] == 0.5  # two equal draws know nothing of their spread
    assert honest["nll"] < boasting["nll"] and honest["aurc"] < 1 - honest["accuracy"]


def test_the_estimators_benchmark_ends_in_a_table_a_picture_and_json(tmp_path, monkeypatch, capsys):
    arguments = ["--seeds", "2", "--labels", "60,100000", "--plots", str(tmp_path), "--json", str(tmp_path / "f.json")]
    monkeypatch.setattr(sys, "argv", ["estimators", *arguments, "--estimators", "last_layer,undamped"])
    estimators.main()
    told = json.loads((tmp_path / "f.json").read_text())["figures"]
    assert {(row["estimator"], row["labels"], row["n"]) for row in told} == {
        ("last_layer", 60, 2), ("undamped", 60, 2)  # there are no 100,000 answers to learn from
    }  # fmt: skip
    assert all(row["accuracy"]["mean"] > 0.6 and 0 <= row["ece_pooled"] < 0.3 for row in told)
    assert (tmp_path / "estimators-synthetic.png").stat().st_size > 10_000
    assert "last_layer" in capsys.readouterr().out


def test_an_unknown_estimator_or_part_is_refused_by_name(monkeypatch, capsys):
    for main, flags in ((estimators.main, ["--estimators", "oracle"]), (scoring.main, ["--parts", "oracle"])):
        monkeypatch.setattr(sys, "argv", ["benchmark", *flags])
        with pytest.raises(SystemExit):
            main()
        assert "oracle" in capsys.readouterr().err


def test_the_plain_loop_is_the_scorer_without_its_tricks(tmp_path):
    encoder = Backbone.load(save_backbone(tmp_path, "encoder"), precision="float32")
    pairs = scorer.texts(40, None)
    assert pairs == scorer.texts(40, None) and len({prompt for prompt, _ in pairs}) == 5
    np.testing.assert_allclose(scorer.plain_loop(encoder, pairs), encoder.encode(pairs)[:, :-4], atol=1e-4)


def test_texts_of_ones_own_are_read_in_their_order(tmp_path):
    rows = [{"prompt": f"p{k}", "completion": "c"} for k in range(5)]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")
    assert scorer.texts(3, tmp_path / "rows.jsonl") == [("p0", "c"), ("p1", "c"), ("p2", "c")]


def test_a_model_of_the_default_size_gives_both_kinds_of_draws():
    ensemble, dropout = scorer.untrained(30).draw(np.ones((4, 30)))
    assert ensemble.shape == dropout.shape == (20, 4)


def test_choosing_is_timed_for_draws_and_for_every_rule_of_the_head():
    told = selecting.figures([20_000], draw_rule="bald", head_rules=["v_optimal"])
    assert set(told) == {
        "select_20k_s", "select_20k_bald_s", "select_20k_bald_cpu_s", "select_20k_v_optimal_s",
        "select_20k_v_optimal_cpu_s",
    }  # fmt: skip
    assert all(0 < seconds < 60 for seconds in told.values())


def test_without_a_gpu_its_part_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(sys, "argv", ["scoring", "--parts", "card", "--json", str(tmp_path / "f.json")])
    scoring.main()
    assert json.loads((tmp_path / "f.json").read_text())["card"] == "none"


def test_an_answer_reorders_the_queue_of_a_real_database(tmp_path):
    command = [sys.executable, "-m", "benchmarks.scoring", "--parts", "queue", "--groups", "80", "--answers", "2"]
    subprocess.run([*command, "--json", str(tmp_path / "f.json")], check=True, capture_output=True, timeout=240)
    told = json.loads((tmp_path / "f.json").read_text())
    assert told["labels_not_heard"] == 0 and 0 < told["label_to_queue_p50_s"] < 15
    assert told["queue_pairs"] == 80 * 28
