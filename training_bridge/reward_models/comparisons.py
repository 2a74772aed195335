"""What people said about pairs, as arrays: the only form in which labels reach a trainer."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training_bridge.errors import InvalidTrainingData

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
UNTOLD = ("random_M", "machine_M")  # columns that may be absent


@dataclasses.dataclass(frozen=True, eq=False)
class Comparisons:
    """M answers. `left_M`, `right_M` are rows of the features.

    `outcome_M`: 1.0 left preferred, 0.0 right preferred, 0.5 a tie; "both bad" is a tie, it ranks neither.
    `strength_M`: 1..3, or 0 when not asked. `weight_M`: how much an answer counts. `prompt_M`: number of the prompt,
    *stable between label sets*, because which held-out answers calibrate follows from it. `annotator_M`: who said it.
    `heldout_M`: never trained on. `random_M`: picked by chance alone, so it speaks for all pairs. `machine_M`:
    said by a machine, so learnt from but never calibrated by. Both are False where not told.
    """

    left_M: Ints
    right_M: Ints
    outcome_M: Floats
    strength_M: Ints
    weight_M: Floats
    prompt_M: Ints
    annotator_M: Ints
    heldout_M: Bools
    random_M: Bools
    machine_M: Bools

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any], rows: int) -> Comparisons:
        """Take the arrays over if they line up, point at existing rows and hold known outcomes; refuse otherwise."""
        columns: dict[str, Any] = {}
        if "left_M" in arrays:
            arrays = {**{name: np.zeros(np.shape(arrays["left_M"]), dtype=np.bool_) for name in UNTOLD}, **arrays}
        for field in dataclasses.fields(cls):
            if field.name not in arrays:
                _refuse(f"{field.name} is missing")
            columns[field.name] = np.asarray(arrays[field.name])
        lengths = {name: column.shape for name, column in columns.items()}
        if len(set(lengths.values())) != 1 or columns["left_M"].ndim != 1:
            _refuse(f"the arrays differ in shape: {lengths}")
        comparisons = cls(
            **{name: columns[name].astype(np.int64) for name in ("left_M", "right_M", "strength_M")},
            **{name: columns[name].astype(np.int64) for name in ("prompt_M", "annotator_M")},
            **{name: columns[name].astype(np.float64) for name in ("outcome_M", "weight_M")},
            **{name: columns[name].astype(np.bool_) for name in ("heldout_M", *UNTOLD)},
        )
        comparisons._check(rows)
        return comparisons

    def _check(self, rows: int) -> None:
        if not len(self):
            return
        sides = np.concatenate((self.left_M, self.right_M))
        if sides.min() < 0 or sides.max() >= rows:
            _refuse(f"a side points outside the {rows} rows of features")
        if (self.left_M == self.right_M).any():
            _refuse("a completion is compared with itself")
        if not np.isin(self.outcome_M, (0.0, 0.5, 1.0)).all():
            _refuse("an outcome is none of 1 (left), 0 (right), 0.5 (tie)")
        if not np.isin(self.strength_M, (0, 1, 2, 3)).all():
            _refuse("a strength is none of 0 (not asked), 1, 2, 3")
        if not (np.isfinite(self.weight_M).all() and (self.weight_M >= 0).all()):
            _refuse("a weight is negative or not finite")
        if np.intersect1d(self.prompt_M[self.heldout_M], self.prompt_M[~self.heldout_M]).size:
            _refuse("a prompt is both held out and trained on")
        if (self.heldout_M & self.machine_M).any():
            _refuse("a machine's answer is held out, to judge by")

    def __len__(self) -> int:
        return len(self.left_M)

    def where(self, mask_M: Bools) -> Comparisons:
        """The answers the mask picks."""
        return Comparisons(**{f.name: getattr(self, f.name)[mask_M] for f in dataclasses.fields(self)})


def _refuse(why: str) -> None:
    raise InvalidTrainingData(f"These comparisons cannot be learnt from: {why}.", boundary="training")
