"""One reward model training as a process of its own: `python -m training_bridge.reward_models.run JOB_FOLDER`.

Reads `config.json` and `data.npz`, says its progress on stdout, leaves `artifact/` and then `result.json`. A folder
that has its result is left alone; anything less is done again from the start, which takes seconds.

config.json: `training` (fields of TrainingConfig), `production` (folder of the production version, or null) with
`production_digest` and `production_number`, `backbone_digest` (kept in the artifact, so that features of another
backbone are noticed), and `machine` ({"round", "rounds"}) where a machine labelled pairs, too: its labels are judged
and mixed in before training.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from training_bridge.errors import ArtifactMissing, BridgeError, InvalidTrainingData
from training_bridge.reward_models.comparisons import Comparisons
from training_bridge.reward_models.config import TrainingConfig
from training_bridge.reward_models.evaluate import against, evaluate
from training_bridge.reward_models.machine import MachineLabels, with_machine
from training_bridge.reward_models.model import RewardModel
from training_bridge.reward_models.train import Report, train
from training_bridge.supervised import Lines, end_with_supervisor

# Progress of the stages: reading, then fitting, then measuring.
FIT_FROM, FIT_TO = 0.05, 0.95


def run(folder: Path, say: Report) -> dict[str, Any]:
    """Train on a job folder's data, save the artifact, and return what `result.json` says."""
    given = _config(folder)
    config = TrainingConfig.from_json(given.get("training", {}))
    features, comparisons, machine = _data(folder)
    say(FIT_FROM, f"{len(comparisons)} answers, {int(comparisons.heldout_M.sum())} of them held out", {})

    def fitting(share: float, message: str, metrics: dict[str, float]) -> None:
        say(FIT_FROM + share * (FIT_TO - FIT_FROM), message, metrics)

    learnt_from, decided = comparisons, {}
    if machine is not None:
        told = given.get("machine", {"round": 1, "rounds": 1})
        learnt_from, decided["machine"] = with_machine(
            features, comparisons, machine, round_number=int(told["round"]), rounds=int(told["rounds"])
        )
    model = train(features, learnt_from, config, fitting)
    metrics, production = evaluate(model, features, comparisons), _production(given)
    before = None
    if production is not None and (found := against(model, production, features, comparisons)) is not None:
        before = {"version": given.get("production_number"), **found}
    digest = model.save(folder / "artifact", backbone_digest=given.get("backbone_digest"))
    return {
        "digest": digest,
        "metrics": {**metrics, "before": before, **decided},
        "production_metrics": evaluate(production, features, comparisons) if production is not None else None,
        "ensemble_draws": config.heads,
        "dropout_draws": config.dropout_draws,
    }


def _config(folder: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((folder / "config.json").read_text()))
    except FileNotFoundError as error:
        raise ArtifactMissing("The job has no config.json.", boundary="job", folder=str(folder)) from error


def _data(folder: Path) -> tuple[np.ndarray[Any, np.dtype[np.float32]], Comparisons, MachineLabels | None]:
    try:
        with np.load(folder / "data.npz", allow_pickle=False) as file:
            arrays = dict(file)
    except FileNotFoundError as error:
        raise ArtifactMissing("The job has no data.npz.", boundary="job", folder=str(folder)) from error
    if "features_N_D" not in arrays:
        raise InvalidTrainingData("data.npz holds no features_N_D.", boundary="training")
    features = np.asarray(arrays["features_N_D"], dtype=np.float32)
    comparisons = Comparisons.from_arrays(arrays, rows=len(features))
    return features, comparisons, MachineLabels.from_arrays(arrays, rows=len(features))


def _production(given: dict[str, Any]) -> RewardModel | None:
    if given.get("production") is None:
        return None
    return RewardModel.load(Path(given["production"]), str(given["production_digest"]))


def main(folder: Path) -> int:
    lines = Lines()
    end_with_supervisor()
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    result = folder / "result.json"
    if result.exists():
        lines.say(1.0, "already done")
        return 0
    try:
        outcome = run(folder, lines.say)
    except BridgeError as error:
        lines.fail(error.boundary, error)
        return 1
    except Exception as error:
        logging.exception("The reward model job failed.")
        lines.fail("training", error)
        return 1
    part = folder / "result.json.part"
    part.write_text(json.dumps(outcome, allow_nan=False))
    part.rename(result)
    lines.say(1.0, "done", outcome["metrics"])
    return 0


if __name__ == "__main__":
    # Before torch loads: a training never asks the network for anything.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    sys.exit(main(Path(sys.argv[1])))
