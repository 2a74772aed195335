"""A machine's labels beside people's answers: judged by `uncertainty.machine_mix`, and added to what is learnt from.

People's held-out answers and their prompts are never touched: a machine's row on a held-out prompt is refused.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from training_bridge.errors import InvalidTrainingData
from training_bridge.reward_models.comparisons import Comparisons, Floats, Ints
from uncertainty.machine_mix import Answers, Mix, mix
from uncertainty.rlthf import Zone
from uncertainty.view import PairView, damped

MACHINE = -1  # its id as an annotator: no person's, so that people's reliabilities stay theirs
COLUMNS = ("machine_left_M", "machine_right_M", "machine_outcome_M", "machine_prompt_M")


@dataclasses.dataclass(frozen=True, eq=False)
class MachineLabels:
    """M labels: rows of the features, 1.0 the left is better or 0.0 the right, the prompt's number."""

    left_M: Ints
    right_M: Ints
    outcome_M: Floats
    prompt_M: Ints

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any], rows: int) -> MachineLabels | None:
        """Take the arrays over, or refuse them; None where a job has no machine's labels."""
        if not any(name in arrays for name in COLUMNS):
            return None
        if not all(name in arrays for name in COLUMNS):
            _refuse(f"of {', '.join(COLUMNS)} some are missing")
        left, right, outcome, prompt = (np.asarray(arrays[name]) for name in COLUMNS)
        if len({column.shape for column in (left, right, outcome, prompt)}) != 1 or left.ndim != 1:
            _refuse("the arrays differ in shape")
        if not len(left):
            return None
        sides = np.concatenate((left, right))
        if sides.min() < 0 or sides.max() >= rows or (left == right).any():
            _refuse(f"a side points outside the {rows} rows of features, or at the other side")
        if not np.isin(outcome, (0.0, 1.0)).all():
            _refuse("an outcome is neither 1 (left) nor 0 (right)")
        return cls(left.astype(np.int64), right.astype(np.int64), outcome.astype(float), prompt.astype(np.int64))


def with_machine(
    features_N_D: ArrayLike, comparisons: Comparisons, machine: MachineLabels, *, round_number: int, rounds: int
) -> tuple[Comparisons, dict[str, Any]]:
    """(what is learnt from: people's answers amplified, the machine's kept labels beside them; what was decided)."""
    features = np.asarray(features_N_D)
    said = comparisons.where(~comparisons.heldout_M & (comparisons.weight_M > 0))
    view = PairView.fit(
        features, np.concatenate((machine.left_M, said.left_M)), np.concatenate((machine.right_M, said.right_M))
    )
    points_N_W = view.points(features)
    answers = Answers(
        deltas_A_D=_deltas(points_N_W, said.left_M, said.right_M),
        outcome_A=said.outcome_M,
        prompt_A=said.prompt_M,
        pair_A=_same_pairs(said, machine),
    )
    # An answer given with the sides the other way round is turned to how the machine's label lies.
    answers = _turned(answers, said, machine)
    decided = mix(
        _deltas(points_N_W, machine.left_M, machine.right_M), machine.outcome_M, machine.prompt_M, answers,
        round_number=round_number, rounds=rounds,
    )  # fmt: skip
    return _joined(comparisons, machine, decided), _told(decided, round_number)


def _deltas(points_N_W: Floats, left_M: Ints, right_M: Ints) -> Floats:
    apart = points_N_W[left_M] - points_N_W[right_M]
    return damped(apart) if len(apart) else apart


def _same_pairs(said: Comparisons, machine: MachineLabels) -> Ints:
    """The machine's row about the same two completions as each answer, or -1."""
    rows = zip(machine.left_M.tolist(), machine.right_M.tolist(), strict=True)
    row_of = {frozenset(pair): m for m, pair in enumerate(rows)}
    pairs = zip(said.left_M.tolist(), said.right_M.tolist(), strict=True)
    return np.array([row_of.get(frozenset(pair), -1) for pair in pairs], dtype=np.int64)


def _turned(answers: Answers, said: Comparisons, machine: MachineLabels) -> Answers:
    turned_A = (answers.pair_A >= 0) & (said.left_M != machine.left_M[np.maximum(answers.pair_A, 0)])
    return dataclasses.replace(
        answers,
        deltas_A_D=np.where(turned_A[:, None], -answers.deltas_A_D, answers.deltas_A_D),
        outcome_A=np.where(turned_A, 1.0 - answers.outcome_A, answers.outcome_A),
    )


def _joined(comparisons: Comparisons, machine: MachineLabels, decided: Mix) -> Comparisons:
    kept = decided.weight_M > 0
    count = int(kept.sum())
    no, zero = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.int64)
    rows = {
        "left_M": machine.left_M[kept], "right_M": machine.right_M[kept], "outcome_M": decided.label_M[kept],
        "strength_M": zero, "weight_M": decided.weight_M[kept], "prompt_M": machine.prompt_M[kept],
        "annotator_M": zero + MACHINE, "heldout_M": no, "random_M": no, "machine_M": ~no,
    }  # fmt: skip
    amplified = comparisons.weight_M * np.where(comparisons.heldout_M, 1.0, decided.amplify)
    people = {**vars(comparisons), "weight_M": amplified}
    names = [field.name for field in dataclasses.fields(Comparisons)]
    arrays = {name: np.concatenate((people[name], rows[name])) for name in names}
    return Comparisons.from_arrays(arrays, rows=1 + int(max(arrays["left_M"].max(), arrays["right_M"].max())))


def _told(decided: Mix, round_number: int) -> dict[str, Any]:
    """What the version remembers, and the dashboard draws: at most 201 points of the curve."""
    curve = decided.curve
    return {
        "labelled": len(decided.label_M),
        "curve": {
            "share": np.round(curve.share_Q[::2], 4).tolist(),
            "agreement": np.round(curve.agreement_Q[::2], 4).tolist(),
            "elbow": curve.elbow,
            "knee": curve.knee,
            "reflection": curve.reflection if math.isfinite(curve.reflection) else None,
        },
        "zones": {zone.name.lower(): int((decided.zone_M == zone).sum()) for zone in Zone},
        # `automatic`: labels turned round without asking
        "flips": {"audited": decided.audited, "right": decided.right, "automatic": int(decided.flipped_M.sum())},
        "trained_on": int((decided.weight_M > 0).sum()),
        "round": round_number,
        "amplify": decided.amplify,
        "back_off": decided.back_off,
    }


def _refuse(why: str) -> None:
    raise InvalidTrainingData(f"These machine's labels cannot be learnt from: {why}.", boundary="training")
