"""Does asking cleverly need fewer answers than asking at random? Every rule against random under the same controls.

    python -m benchmarks.label_efficiency --data FOLDER --sets alpacaeval_groups,gsm8k_model_groups --json F

Four modes. *cold*: nothing is known, labels are bought in rounds from 40 on. *rlthf*: a noisy machine with a taste of
its own has labelled everything (75 % right), people correct 1 to 10 %. *oracle*: the same, and the people are a frozen
scorer that never contradicts itself; only this mode is comparable with figures published for RLTHF. *timed*, only when
named: a cold start paid by the second of an annotator's time, with rankings of four beside pairs;
`efficiency/timed.py` says what the seconds are worth.

Each seed is a new prompt-disjoint split (a third of the prompts is the test part; with `--split generators` its pairs
are also by models of which the pool has none), and all arms of a seed share split,
first answers, budgets and the retraining recipe. The rules see pairs without labels by construction. `shuffled` is a
good rule's choice dealt out to random rows and must equal random. Differences are paired by seed: mean, 95 % interval,
sign-flip test, Holm's correction over the arms, budgets and both metrics of a set and mode. Splits overlap between
seeds, so intervals are somewhat too narrow for another set of prompts: 20 seeds or more for a claim.

Settings: see `benchmarks/efficiency/learners.py`, which says what they were chosen on. Nothing is tuned on a test part.
Without `--data` a synthetic set is used. Features are computed once by the product's backbone and kept in `--cache`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.efficiency import modes, report, timed
from benchmarks.efficiency.cache import features
from benchmarks.efficiency.data import Items, load
from benchmarks.efficiency.opinions import DRAWN_ARMS, Trainer
from benchmarks.efficiency.synthetic import synthetic
from benchmarks.efficiency.world import oracle, split
from benchmarks.harness import arguments
from uncertainty.view import WIDTH

Row = dict[str, Any]
MODES = ("cold", "rlthf", "oracle")
TIMED = "timed"  # not a mode unless named
QUICK_SECONDS = 110.0  # a new seed is begun only if it should end before this; pictures and intervals come after
QUICK_PROMPTS = 400  # of all sets together, with four completions each: about a minute of encoding
QUICK_ARMS = ("stratified_bald", modes.SHUFFLED, "margin", "badge", "rlthf_band", "v_optimal")


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--data", type=Path, help="folder of sets; without it, the synthetic set")
    parser.add_argument("--sets", default="", help="names in the folder, or paths of JSONL files, with commas between")
    parser.add_argument("--modes", default=",".join(MODES))
    parser.add_argument(
        "--split", choices=("prompts", "generators"), default="prompts", help="what the test part hides"
    )
    parser.add_argument(
        "--controls", default=",".join(modes.CONTROLS), help="how machine and people's labels are mixed"
    )
    parser.add_argument("--arms", default="", help="some rules only; random always takes part")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--completions", type=int, default=8, help="kept per group")
    parser.add_argument("--most", type=int, default=600, help="labels at the end of a cold start")
    parser.add_argument("--cache", type=Path, default=Path("out/features"))
    parser.add_argument("--plots", type=Path, default=Path("out"))
    parser.add_argument("--backbone", default="bundled")
    parser.add_argument(
        "--quick", action="store_true", help="a look, in three minutes: few prompts and rules, up to 5 seeds"
    )
    options = parser.parse_args()
    began = time.monotonic()
    rows = list(run(options, began))
    told = report.summary(rows)
    for name, by_mode in told.items():
        for mode, result in by_mode.items():
            if mode in ("cold", TIMED):
                report.print_cold(name, result, unit="labels" if mode == "cold" else "seconds")
            else:
                report.print_gaps(name, mode, result)
    seeds = len({row["seed"] for row in rows})
    print(f"\n{seeds} seeds. + or -: better or worse than random after Holm's correction; a dot: only before it.")
    pictures = report.draw(told, options.plots)
    print(f"{len(pictures)} pictures in {options.plots}; {time.monotonic() - began:.0f} s.")
    if options.json is not None:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps({"seeds": seeds, "sets": told}, indent=1, default=float) + "\n")


def run(options: Any, began: float) -> Iterator[Row]:
    """Every row of every seed, set and mode; seeds outermost, so that an early end leaves equal numbers of each."""
    wanted = [mode for mode in options.modes.split(",") if mode]
    _known("modes", wanted, (*MODES, TIMED))
    _known("controls", options.controls.split(","), modes.CONTROLS)
    if options.seeds < 1 or options.most < 40 or options.completions < 2:
        raise SystemExit("At least one seed, 40 labels and two completions per group.")
    sets = [*_sets(options)]
    answered = {
        "oracle": [oracle(items, rows_N_D) if "oracle" in wanted else items for items, rows_N_D in sets],
        **{mode: [items for items, _ in sets] for mode in ("cold", "rlthf", TIMED)},
    }
    count, started = min(options.seeds, 5) if options.quick else options.seeds, time.monotonic()
    for done in tqdm(range(count), unit="seed"):
        now = time.monotonic()
        if options.quick and done and now - began + (now - started) / done > QUICK_SECONDS:
            break
        for mode in wanted:
            for items, (_, rows_N_D) in zip(answered[mode], sets, strict=True):
                for row in _one(options, mode, items, rows_N_D, seed=options.first_seed + done):
                    yield {"set": items.name, "mode": mode, "seed": options.first_seed + done, **row}


def _one(options: Any, mode: str, items: Items, rows_N_D: np.ndarray, *, seed: int) -> Iterator[Row]:
    """One seed of one set in one mode."""
    world = split(items, rows_N_D, seed=seed, width=min(WIDTH, rows_N_D.shape[1]), unseen=options.split)
    if mode == TIMED:
        return timed.timed(world, items, _arms(options, timed.TIMED_ARMS), timed.budgets(items), seed=seed)
    arms = _arms(options, modes.COLD_ARMS if mode == "cold" else modes.MACHINE_ARMS)
    if mode == "cold":
        # The same budgets for every seed, though pools differ a little in size.
        size = 2 * len(items.outcome_M) // 3 if options.split == "prompts" else len(items.outcome_M) // 7
        budgets = modes.cold_budgets(size, options.most)
        return modes.cold(world, arms, budgets, seed=seed, trainer=Trainer(rows_N_D, seed))
    controls = ("transfer", "none") if options.quick else tuple(options.controls.split(","))
    return modes.rlthf(world, arms, controls, seed=seed)


def _sets(options: Any) -> Iterator[tuple[Items, np.ndarray]]:
    names = [name for name in options.sets.split(",") if name]
    if not names and options.data is not None:
        names = sorted(path.name for path in options.data.iterdir() if any(path.glob("*.jsonl*")))
    size = {"completions": 4, "prompts": QUICK_PROMPTS // len(names)} if options.quick and names else {}
    for name in names:
        items = load(name, options.data, **{"completions": options.completions, **size})
        yield (items, features(items, options.cache, backbone=options.backbone, threads=2 if options.quick else 1))
    if not names:
        yield synthetic()


def _arms(options: Any, known: tuple[str, ...]) -> tuple[str, ...]:
    """Random and the rules asked for, of those that make sense in a mode; opinions are asked only when named."""
    named = tuple(arm for arm in options.arms.split(",") if arm) or (QUICK_ARMS if options.quick else known)
    _known("rules", named, (*modes.COLD_ARMS, *modes.MACHINE_ARMS, *timed.TIMED_ARMS, *DRAWN_ARMS))
    possible = (*known, *DRAWN_ARMS) if known == modes.COLD_ARMS else known
    return ("random", *(arm for arm in named if arm in possible and arm != "random"))


def _known(what: str, named: Iterable[str], known: Iterable[str]) -> None:
    if unknown := sorted(set(named) - set(known)):
        raise SystemExit(f"Unknown {what} {', '.join(unknown)}; known: {', '.join(dict.fromkeys(known))}.")


if __name__ == "__main__":
    main()
