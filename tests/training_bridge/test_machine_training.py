"""A machine's labels beside people's answers, from the job folder to the version's metrics."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from tests.training_bridge.reward_worlds import QUICK, WIDTH, answers, quiet
from training_bridge.errors import InvalidTrainingData
from training_bridge.reward_models.evaluate import evaluate
from training_bridge.reward_models.machine import MACHINE, MachineLabels, with_machine
from training_bridge.reward_models.model import RewardModel
from training_bridge.reward_models.run import run
from training_bridge.reward_models.train import train

NOBODY = answers([], [], [])


def tasteful_world(pairs=900, *, asked=60, heldout=200, liking=1.2, seed=0):
    """(features, people's answers, the machine's labels): the machine also likes what is in the second column."""
    rng = np.random.default_rng(seed)
    count = pairs + heldout
    features = rng.normal(size=(2 * count, WIDTH)).astype(np.float32)
    left, right = np.arange(count), np.arange(count, 2 * count)
    apart = features[left] - features[right]
    truth = (apart[:, 0] > 0).astype(float)
    taste = (apart[:, 0] + liking * apart[:, 1] > 0).astype(float)
    rows = np.concatenate((np.arange(asked), np.arange(pairs, count)))
    said = answers(
        left[rows], right[rows], truth[rows], prompt_M=rows, heldout_M=rows >= pairs, random_M=np.ones(len(rows), bool)
    )
    told = np.arange(pairs)
    return features, said, MachineLabels(left[told], right[told], taste[told], told)


def learnt(asked):
    """Mean held-out accuracy over three worlds: of people's answers alone, the machine's labels alone, and both."""
    found = []
    for seed in range(3):
        features, said, machine = tasteful_world(asked=asked, seed=seed)
        both, _ = with_machine(features, said, machine, round_number=1, rounds=5)
        taste = answers(machine.left_M, machine.right_M, machine.outcome_M, prompt_M=machine.prompt_M)
        trained = [train(features, answered, QUICK, quiet) for answered in (said, taste, both)]
        found.append([evaluate(model, features, said)["heldout_accuracy"] for model in trained])
    return np.mean(found, axis=0)


def test_a_machine_helps_where_people_said_little_and_people_win_where_they_said_much():
    people, _, both = learnt(8)
    assert both > people + 0.02
    _, taste, both = learnt(200)
    assert both > taste + 0.05


def test_a_machines_rows_are_marked_as_its_own_and_held_out_answers_stay_as_they_were():
    features, said, machine = tasteful_world()
    mixed, told = with_machine(features, said, machine, round_number=1, rounds=5)
    rows = mixed.machine_M
    assert (mixed.annotator_M[rows] == MACHINE).all() and (mixed.annotator_M[~rows] != MACHINE).all()
    assert not mixed.heldout_M[rows].any() and rows.sum() == told["trained_on"] > 0
    people = mixed.where(~rows)
    for column in ("left_M", "right_M", "outcome_M", "heldout_M", "prompt_M"):
        np.testing.assert_array_equal(getattr(people, column), getattr(said, column))
    np.testing.assert_array_equal(people.weight_M, np.where(said.heldout_M, 1.0, told["amplify"]))


def test_an_answer_takes_the_place_of_the_machines_label_whichever_side_was_shown_left():
    features, said, machine = tasteful_world(asked=40)
    turned = answers(said.right_M, said.left_M, 1.0 - said.outcome_M, prompt_M=said.prompt_M, heldout_M=said.heldout_M)
    for people in (said, turned):
        mixed, told = with_machine(features, people, machine, round_number=1, rounds=5)
        pairs = {frozenset(p) for p in zip(mixed.left_M[mixed.machine_M], mixed.right_M[mixed.machine_M], strict=True)}
        asked = {frozenset((m, m + 1100)) for m in range(40)}
        assert not pairs & asked
        assert told["zones"] == with_machine(features, said, machine, round_number=1, rounds=5)[1]["zones"]


def test_a_version_remembers_the_curve_its_zones_and_its_audit():
    features, said, machine = tasteful_world()
    _, told = with_machine(features, said, machine, round_number=2, rounds=5)
    assert told["labelled"] == sum(told["zones"].values()) == 900 and set(told["zones"]) == {"keep", "ask", "flip"}
    assert len(told["curve"]["share"]) == len(told["curve"]["agreement"]) <= 201
    assert told["flips"]["right"] <= told["flips"]["audited"] and told["flips"]["automatic"] == 0
    assert (told["round"], told["amplify"], round(told["back_off"], 3)) == (2, 7.0, 0.225)
    json.dumps(told, allow_nan=False)


@pytest.mark.parametrize(
    "broken",
    [
        {"machine_outcome_M": [0.5, 1.0]},
        {"machine_left_M": [0, 9]},
        {"machine_left_M": [2, 1]},
        {"machine_prompt_M": [1]},
        {"machine_prompt_M": None},
    ],
)
def test_a_machines_labels_that_do_not_line_up_are_refused(broken):
    good = {
        "machine_left_M": [0, 1],
        "machine_right_M": [2, 3],
        "machine_outcome_M": [1, 0],
        "machine_prompt_M": [1, 2],
    }
    arrays = {name: np.array(values) for name, values in {**good, **broken}.items() if values is not None}
    with pytest.raises(InvalidTrainingData):
        MachineLabels.from_arrays(arrays, rows=4)
    assert MachineLabels.from_arrays({name: np.array(v) for name, v in good.items()}, rows=4) is not None


def test_a_job_without_a_machine_is_trained_as_before():
    assert MachineLabels.from_arrays({}, rows=4) is None
    empty = {f"machine_{name}_M": np.empty(0) for name in ("left", "right", "outcome", "prompt")}
    assert MachineLabels.from_arrays(empty, rows=4) is None


def test_a_machines_label_on_a_held_out_prompt_is_refused():
    features, said, machine = tasteful_world()
    leaking = MachineLabels(machine.left_M, machine.right_M, machine.outcome_M, machine.prompt_M + 500)
    with pytest.raises(InvalidTrainingData, match="held out"):
        with_machine(features, said, leaking, round_number=1, rounds=5)


def folder_of(tmp_path, features, said, machine):
    arrays = {f"machine_{name}_M": getattr(machine, f"{name}_M") for name in ("left", "right", "outcome", "prompt")}
    np.savez(tmp_path / "data.npz", features_N_D=features, **vars(said), **arrays)
    config = {"training": QUICK.to_json(), "machine": {"round": 1, "rounds": 4}}
    (tmp_path / "config.json").write_text(json.dumps(config))


def test_a_job_folder_with_a_machines_labels_and_no_answer_becomes_a_first_version(tmp_path):
    features, _, machine = tasteful_world()
    folder_of(tmp_path, features, NOBODY, machine)
    outcome = run(tmp_path, quiet)
    assert outcome["metrics"]["machine"]["labelled"] == 900 and outcome["metrics"]["n_heldout"] == 0
    assert RewardModel.load(tmp_path / "artifact", outcome["digest"]).temperature == 1.0


def test_the_training_process_says_what_it_made_of_the_machine(tmp_path):
    features, said, machine = tasteful_world(300, heldout=100)
    folder_of(tmp_path, features, said, machine)
    command = [sys.executable, "-m", "training_bridge.reward_models.run", str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        list(process.stdout)
        assert process.wait(timeout=60) == 0
    metrics = json.loads((tmp_path / "result.json").read_text())["metrics"]
    assert metrics["machine"]["round"] == 1 and metrics["n_heldout"] == 100
