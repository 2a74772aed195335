"""A reward model training as a process of its own: what it is given, says and leaves, and how it ends."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest

from tests.training_bridge.reward_worlds import QUICK, linear_world, quiet
from training_bridge.reward_models.model import RewardModel
from training_bridge.reward_models.run import run
from training_bridge.reward_models.train import train
from training_bridge.supervised import SUPERVISOR_GONE


def prepare(folder, *, training=None, **config):
    features, comparisons, _ = linear_world(200)
    folder.mkdir(exist_ok=True)
    np.savez(folder / "data.npz", features_N_D=features, **vars(comparisons))
    (folder / "config.json").write_text(json.dumps({"training": {**QUICK.to_json(), **(training or {})}, **config}))
    return features, comparisons


def start(folder):
    return subprocess.Popen(
        [sys.executable, "-m", "training_bridge.reward_models.run", str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def finish(process):
    """Its exit code and what it said; stdin stays open while it works, as its supervisor would keep it."""
    said = [json.loads(line) for line in process.stdout]
    code = process.wait(timeout=240)
    for pipe in (process.stdin, process.stdout, process.stderr):
        pipe.close()
    return code, said


def test_a_job_folder_becomes_an_artifact_and_a_result_and_is_not_done_twice(tmp_path):
    features, comparisons = prepare(tmp_path)
    code, said = finish(start(tmp_path))
    assert code == 0
    assert [line["progress"] for line in said] == sorted(line["progress"] for line in said)
    assert said[-1]["progress"] == 1.0 and all(line["message"] for line in said)
    result = json.loads((tmp_path / "result.json").read_text())
    model = RewardModel.load(tmp_path / "artifact", result["digest"])
    here = train(features, comparisons, QUICK, quiet)
    assert (model.draw(features)[0] == here.draw(features)[0]).all()
    assert result["metrics"]["heldout_accuracy"] > 0.6 and result["production_metrics"] is None
    assert result["metrics"]["before"] is None
    assert (result["ensemble_draws"], result["dropout_draws"]) == (QUICK.heads, QUICK.dropout_draws)
    before = (tmp_path / "result.json").stat().st_mtime_ns
    code, said = finish(start(tmp_path))
    assert (code, said[-1]["message"]) == (0, "already done")
    assert (tmp_path / "result.json").stat().st_mtime_ns == before


def test_it_ends_itself_when_its_supervisor_dies(tmp_path):
    prepare(tmp_path, training={"steps": 10_000_000})
    process = start(tmp_path)
    for line in process.stdout:
        if json.loads(line)["progress"] > 0:
            break
    process.stdin.close()
    assert process.wait(timeout=120) == SUPERVISOR_GONE
    process.stdout.close()
    process.stderr.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.json", "data.npz"]


def test_a_failure_is_one_line_with_its_boundary_and_leaves_no_artifact(tmp_path):
    prepare(tmp_path, training={"learning_rate": 1e25})
    code, said = finish(start(tmp_path))
    assert code == 1
    assert said[-1]["error"]["boundary"] == "training" and said[-1]["error"]["type"] == "TrainingDiverged"
    assert not (tmp_path / "artifact").exists() and not (tmp_path / "result.json").exists()


def test_production_is_measured_on_the_same_held_out_answers(tmp_path):
    features, comparisons = prepare(tmp_path)
    worse = train(features, dataclasses.replace(comparisons, outcome_M=1 - comparisons.outcome_M), QUICK, quiet)
    digest = worse.save(tmp_path / "production")
    prepare(tmp_path, production=str(tmp_path / "production"), production_digest=digest, production_number=4)
    result = run(tmp_path, quiet)
    now, then = result["metrics"], result["production_metrics"]
    assert then["n_heldout"] == now["n_heldout"]
    assert then["heldout_nll"] > now["heldout_nll"] + 0.1
    before = now["before"]
    assert (before["version"], before["n"], before["nll"]) == (4, now["n_heldout"], then["heldout_nll"])
    assert before["accuracy"] == then["heldout_accuracy"]
    for name, better in (("nll", -1), ("accuracy", 1)):
        change = before[f"{name}_change"]
        assert change["mean"] == pytest.approx(now[f"heldout_{name}"] - then[f"heldout_{name}"])
        assert change["low"] < change["mean"] < change["high"] and (change["high"] < 0) == (better < 0)


@pytest.mark.parametrize("missing", ["config.json", "data.npz"])
def test_a_job_without_its_files_says_which(tmp_path, missing):
    prepare(tmp_path)
    (tmp_path / missing).unlink()
    with pytest.raises(Exception, match=missing):
        run(tmp_path, quiet)
