"""Does the reward model know where it is wrong? Every estimator of uncertainty on answers nobody trained on.

    python -m benchmarks.estimators --data FOLDER --sets alpacaeval_groups,gsm8k_model_groups --json F

A seed is a new split and a new training on `--labels` answers drawn at random, by the product's own recipes: the reward
model (an ensemble of heads and a dropout head) and the Bayesian last layer, to which pairs tell less the further apart
they are (`damped`); `undamped` is the same without that. Two tests:

* *prompts*: a third of the prompts, never trained on;
* *generators*: those prompts, and only pairs both of whose completions come from models that wrote nothing trained on
  (a third of the models; for sets with six models or more).

Figures per estimator: accuracy, log-loss, calibration error (ECE) and broken promises (EBCE, of the mean margin plus or
minus two standard deviations), and how well uncertainty tells wrong pairs from right ones. AUROC for four scores:
`probability` (the draws' mean probability is near one half), `margin` (their mean margin is near 0), `doubt` (their
spread relative to it) and `spread` (their spread alone, what is called epistemic uncertainty). AURC and the pictures
rank by `probability`. Mean over seeds with Student's 95 % interval; splits overlap, so it is somewhat too narrow for
another set of prompts. Even a perfectly calibrated model measures some ECE on few pairs: `ece_by_chance` is what this
one would if its probabilities were exactly right, and `ece_pooled` is measured on the pairs of all seeds together,
where chance averages out (and so do seeds that err in opposite ways). `auroc_if_exact` is the AUROC of `probability` if
every probability were exactly right: how well errors could be told at all where people's answers are this hard to
foretell. Nothing is chosen on a test part.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from benchmarks.efficiency.cache import features
from benchmarks.efficiency.data import Items, load
from benchmarks.efficiency.statistics import interval
from benchmarks.efficiency.synthetic import synthetic
from benchmarks.harness import arguments
from training_bridge.reward_models.comparisons import Comparisons
from training_bridge.reward_models.config import TrainingConfig
from training_bridge.reward_models.estimators import DropoutMasks, EnsembleHeads, Estimator, LastLayer
from training_bridge.reward_models.train import train
from uncertainty.calibration import accuracy, aurc, auroc, ebce, ece, nll, risk_coverage
from uncertainty.learner import learn
from uncertainty.logistic import sigmoid
from uncertainty.reward_samples import RewardSamples
from uncertainty.view import PairView, damped

TEST_SHARE = 1 / 3
LEAST_GENERATORS, LEAST_PAIRS = 6, 60  # below which unseen generators are no test
LAST_LAYER_DRAWS = 200  # its margins are known exactly; this many draws come close
REACH = 2.0
COVERAGE = np.linspace(0.05, 1.0, 39)
SHOWN = ("accuracy", "nll", "ece", "ebce", "auroc_probability", "auroc_doubt", "auroc_spread", "aurc")
PRIVATE = ("seed", "labels", "test", "estimator", "risk", "prob", "outcome")
ESTIMATORS = ("ensemble", "dropout", "last_layer", "undamped")
Row = dict[str, Any]
Margins = Callable[[np.ndarray], np.ndarray]  # pairs asked about, as rows -> margins_S_M


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--data", type=Path, help="folder of sets; without it, the synthetic set")
    parser.add_argument("--sets", default="", help="names in the folder, or paths of JSONL files, with commas between")
    parser.add_argument("--labels", default="300,1000")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--estimators", default=",".join(ESTIMATORS))
    parser.add_argument("--completions", type=int, default=8, help="kept per group")
    parser.add_argument("--cache", type=Path, default=Path("out/features"))
    parser.add_argument("--plots", type=Path, default=Path("out"))
    options = parser.parse_args()
    if unknown := set(options.estimators.split(",")) - set(ESTIMATORS):
        parser.error(f"unknown estimators {sorted(unknown)}; known: {', '.join(ESTIMATORS)}")
    torch.set_num_threads(1)
    told: list[Row] = []
    for items, features_N_D in _sets(options):
        rows = list(tqdm(run(items, features_N_D, options), desc=items.name, unit="model"))
        told += summary(items.name, rows)
        print_table(items.name, told)
        draw(items.name, rows, options.plots)
    if options.json is not None:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps({"seeds": options.seeds, "figures": told}, indent=1) + "\n")


def _sets(options: Any) -> Iterator[tuple[Items, np.ndarray]]:
    if options.data is None and not options.sets:
        yield synthetic()
    for name in filter(None, options.sets.split(",")):
        items = load(name, options.data, completions=options.completions)
        yield items, features(items, options.cache)


def run(items: Items, features_N_D: np.ndarray, options: Any) -> Iterator[Row]:
    """One row per seed, number of labels, test and estimator."""
    for seed in range(options.seeds):
        for test, (pool, asked) in splits(items, seed=seed).items():
            order = np.random.default_rng([seed, 5]).permutation(pool)
            for labels in map(int, options.labels.split(",")):
                if labels > len(pool):
                    continue
                told = fit(items, features_N_D, order[:labels], pool, wanted=options.estimators.split(","), seed=seed)
                for name, margins_of in told.items():
                    figures = measure(margins_of(asked), items.outcome_M[asked])
                    yield {"seed": seed, "labels": labels, "test": test, "estimator": name, **figures}


def splits(items: Items, *, seed: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Per test: (pairs that may be trained on, pairs that are asked about), as rows."""
    rng = np.random.default_rng([seed, 1])
    prompts = rng.permutation(np.unique(items.prompt_M))
    of_test_M = np.isin(items.prompt_M, prompts[: round(TEST_SHARE * len(prompts))])
    told = {"prompts": (np.flatnonzero(~of_test_M), np.flatnonzero(of_test_M))}
    generators = rng.permutation(np.unique(items.generator_N))
    strange_N = np.isin(items.generator_N, generators[: round(TEST_SHARE * len(generators))])
    strangers_M = strange_N[items.left_M].astype(int) + strange_N[items.right_M]
    asked = np.flatnonzero(of_test_M & (strangers_M == 2))
    if len(generators) >= LEAST_GENERATORS and len(asked) >= LEAST_PAIRS:
        told["generators"] = (np.flatnonzero(~of_test_M & (strangers_M == 0)), asked)
    return told


def fit(
    items: Items, features_N_D: np.ndarray, rows: np.ndarray, pool: np.ndarray, *, wanted: list[str], seed: int
) -> dict[str, Margins]:
    """The product's estimators, taught by the same answers; the view of the last layer is the pool's."""
    left_M, right_M, outcome_M = items.left_M[rows], items.right_M[rows], items.outcome_M[rows]

    def joint(estimator: Estimator[np.ndarray]) -> Margins:
        samples = RewardSamples(np.asarray(estimator.draw(features_N_D), dtype=np.float64))
        return lambda asked: samples.margins_S_M(items.left_M[asked], items.right_M[asked])

    told: dict[str, Margins] = {}
    if {"ensemble", "dropout"} & set(wanted):
        zeros = np.zeros(len(rows), dtype=np.int64)
        columns = {"left_M": left_M, "right_M": right_M, "outcome_M": outcome_M, "prompt_M": items.prompt_M[rows]}
        plain = {"strength_M": zeros, "annotator_M": zeros, "heldout_M": zeros, "weight_M": zeros + 1.0}
        said = Comparisons.from_arrays({**columns, **plain}, rows=len(features_N_D))
        model = train(features_N_D, said, TrainingConfig(seed=seed), lambda *_: None)
        told |= {"ensemble": joint(EnsembleHeads(model)), "dropout": joint(DropoutMasks(model))}
    view = PairView.fit(features_N_D, items.left_M[pool], items.right_M[pool])
    points_N_W, by_chance = view.points(features_N_D), np.ones(len(rows), dtype=bool)
    apart_M_W = points_N_W[left_M] - points_N_W[right_M]
    if "last_layer" in wanted:
        head = learn(damped(apart_M_W), outcome_M, items.prompt_M[rows], by_chance).calibrated

        def shrunk(asked: np.ndarray) -> np.ndarray:
            deltas_M_W = damped(points_N_W[items.left_M[asked]] - points_N_W[items.right_M[asked]])
            return head.draw(deltas_M_W, LAST_LAYER_DRAWS, np.random.default_rng(seed))

        told["last_layer"] = shrunk
    if "undamped" in wanted:
        head_of_all = learn(apart_M_W, outcome_M, items.prompt_M[rows], by_chance).calibrated
        told["undamped"] = joint(LastLayer(head_of_all, view, draws=LAST_LAYER_DRAWS, seed=seed))
    return {name: told[name] for name in wanted}


def measure(margins_S_M: np.ndarray, outcome_M: np.ndarray) -> Row:
    """An estimator's figures on pairs that taught it nothing."""
    mean_M, std_M = margins_S_M.mean(axis=0), margins_S_M.std(axis=0)
    prob_M = np.clip(sigmoid(margins_S_M).mean(axis=0), 1e-9, 1.0 - 1e-9)
    wrong_M = (prob_M > 0.5) != (outcome_M > 0.5)
    scores = {
        "probability": -np.abs(prob_M - 0.5),
        "margin": -np.abs(mean_M),
        "doubt": std_M / np.maximum(np.abs(mean_M), 1e-12),
        "spread": std_M,
    }
    coverage, risk = risk_coverage(scores["probability"], wrong_M)
    return {
        "pairs": len(outcome_M),
        "accuracy": accuracy(prob_M, outcome_M),
        "nll": nll(prob_M, outcome_M),
        "ece": ece(prob_M, outcome_M),
        **_if_exact(prob_M),
        "ebce": ebce(sigmoid(mean_M - REACH * std_M), sigmoid(mean_M + REACH * std_M), outcome_M),
        **{f"auroc_{name}": auroc(score, wrong_M) for name, score in scores.items()},
        "aurc": aurc(scores["probability"], wrong_M),
        "risk": np.interp(COVERAGE, coverage, risk),
        "prob": prob_M,
        "outcome": outcome_M,
    }


def _if_exact(prob_M: np.ndarray) -> Row:
    """What would be measured if every probability were exactly right: means over twenty such worlds."""
    rng, unsure_M = np.random.default_rng(0), -np.abs(prob_M - 0.5)
    told_W_M = rng.random((20, len(prob_M))) < prob_M
    return {
        "ece_by_chance": float(np.mean([ece(prob_M, told_M.astype(float)) for told_M in told_W_M])),
        "auroc_if_exact": float(np.mean([auroc(unsure_M, (prob_M > 0.5) != told_M) for told_M in told_W_M])),
    }


def summary(name: str, rows: list[Row]) -> list[Row]:
    """Per test, number of labels and estimator: mean, interval and number of seeds of every figure."""
    by_key: dict[tuple[str, int, str], list[Row]] = defaultdict(list)
    for row in rows:
        by_key[row["test"], row["labels"], row["estimator"]].append(row)
    told = []
    for (test, labels, estimator), mine in sorted(by_key.items()):
        figures: Row = {"set": name, "test": test, "labels": labels, "estimator": estimator, "n": len(mine)}
        for figure in mine[0].keys() - set(PRIVATE):
            figures[figure] = dict(zip(("mean", "low", "high"), interval([row[figure] for row in mine]), strict=True))
        figures["ece_pooled"] = ece(*(np.concatenate([row[side] for row in mine]) for side in ("prob", "outcome")))
        figures["risk_coverage"] = {
            "coverage": COVERAGE.tolist(), "risk": np.mean([row["risk"] for row in mine], axis=0).tolist()
        }  # fmt: skip
        told.append(figures)
    return told


def print_table(name: str, told: list[Row]) -> None:
    mine = [row for row in told if row["set"] == name]
    print(f"\n{name} ({mine[0]['n']} seeds; half widths of 95 % intervals in brackets)")
    shown = "".join(f"{figure:>20s}" for figure in SHOWN)
    beside = f"{'ece: pooled':>14s}{'by chance':>12s}{'auroc: exact':>14s}"
    print(f"{'test':11s}{'labels':>7s} {'estimator':11s}{shown}{beside}")
    for row in mine:
        cells = (f"{row[f]['mean']:.3f} ({(row[f]['high'] - row[f]['low']) / 2:.3f})" for f in SHOWN)
        who = f"{row['test']:11s}{row['labels']:>7d} {row['estimator']:11s}"
        chance = f"{row['ece_pooled']:>14.3f}{row['ece_by_chance']['mean']:>12.3f}"
        chance += f"{row['auroc_if_exact']['mean']:>14.3f}"
        print(who + "".join(f"{cell:>20s}" for cell in cells) + chance)


def draw(name: str, rows: list[Row], folder: Path) -> Path:
    """Share of errors among the most certain pairs, per estimator, at the largest number of labels."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    tests = list(dict.fromkeys(row["test"] for row in rows))
    figure, axes = plt.subplots(1, len(tests), figsize=(6.5 * len(tests), 5), layout="constrained", squeeze=False)
    for axis, test in zip(axes[0], tests, strict=True):
        most = max(row["labels"] for row in rows if row["test"] == test)
        for estimator in dict.fromkeys(row["estimator"] for row in rows):
            key = (test, most, estimator)
            mine = [row["risk"] for row in rows if (row["test"], row["labels"], row["estimator"]) == key]
            mean, *ends = np.array([interval(at) for at in np.transpose(mine)]).T
            line = axis.plot(COVERAGE, mean, label=estimator)[0]
            axis.fill_between(COVERAGE, *ends, alpha=0.12, color=line.get_color(), lw=0)
        axis.set(xlabel="share of pairs, most certain first", ylabel="share wrong", ylim=(0, None))
        axis.set_title(f"{name}: unseen {test}, {most} labels")
        axis.legend()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"estimators-{name}.png"
    figure.savefig(path, dpi=110)
    plt.close(figure)
    return path


if __name__ == "__main__":
    main()
