"""What the demo shows: the hidden preference of what the policy wrote, step by step, beside what was spent. Pure."""

from __future__ import annotations

import dataclasses
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from .preference import mean_utility


@dataclasses.dataclass(frozen=True)
class Round:
    """One turn of the loop, as the table shows it."""

    number: int
    version: int
    labels: int  # spent up to this version
    uncertainty: float  # of this version about the first rollouts, beside the differences it sees
    heldout_accuracy: float | None
    heldout_nll: float | None
    first_step: int
    last_step: int
    preference: float  # true preference of the policy at the end of the round


def by_step(groups: Iterable[dict[str, Any]]) -> dict[int, float]:
    """Mean hidden utility of all completions of each policy step, in order."""
    texts: dict[int, list[str]] = defaultdict(list)
    for group in groups:
        texts[group["step"]] += [rollout["completion"] for rollout in group["rollouts"]]
    return {step: mean_utility(texts[step]) for step in sorted(texts)}


def uncertainty(groups: Iterable[dict[str, Any]], version: int) -> float:
    """A version's mean spread beside the differences it sees: 0 is certain, 1 doubts as much as it distinguishes.

    Versions learn their own scale of rewards, so spreads alone could not be compared; never a number from nothing.
    """
    spreads, squares = [], []
    for group in groups:
        scores = [rollout["score"] for rollout in group["rollouts"]]
        known = [score for score in scores if score and score["version"] == version]
        centre = sum(score["mean"] for score in known) / max(1, len(known))
        spreads += [score["spread"] for score in known]
        squares += [(score["mean"] - centre) ** 2 for score in known]
    if not spreads or not any(squares):
        raise ValueError(f"Version {version} has scored none of these rollouts, or all alike.")
    return float(sum(spreads) / len(spreads) / math.sqrt(sum(squares) / len(squares)))


def mean_of(preference: dict[int, float], first: int, last: int) -> float:
    """Mean over the steps from `first` to `last`, both included."""
    values = [value for step, value in preference.items() if first <= step <= last]
    if not values:
        raise ValueError(f"No rollouts between step {first} and {last}.")
    return sum(values) / len(values)


def table(rounds: Sequence[Round], start: float, end: float) -> str:
    """The rounds as text; the last column is what the whole product is for."""
    head = "round  version  labels  uncertainty  held-out acc.  policy steps  true preference"
    lines = [head, "-" * len(head), f"{'start':>5}  {'-':>7}  {0:>6}  {'-':>11}  {'-':>13}  {0:>12}  {start:>15.3f}"]
    for one in rounds:
        accuracy = "-" if one.heldout_accuracy is None else f"{one.heldout_accuracy:.2f}"
        steps = f"{one.first_step}-{one.last_step}"
        lines.append(
            f"{one.number:>5}  {one.version:>7}  {one.labels:>6}  {one.uncertainty:>11.3f}  {accuracy:>13}  "
            f"{steps:>12}  {one.preference:>15.3f}"
        )
    lines.append(f"  end  {'':>7}  {'':>6}  {'':>11}  {'':>13}  {'':>12}  {end:>15.3f}")
    return "\n".join(lines)
