"""What an answer says of two completions, by the order of the ranks it gave them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True)
class Compared:
    """Two completions by position, `i < j`, and which is better."""

    i: int
    j: int
    outcome: float  # 1 the first is better, 0 the second, 0.5 neither
    strength: int | None = None  # 1 slightly, 2 clearly, 3 far better

    def __post_init__(self) -> None:
        if not 0 <= self.i < self.j:
            raise ValueError(f"A comparison names two positions in order, not {self.i} and {self.j}.")


def better(winner: int, loser: int, strength: int | None = None) -> Compared:
    """`winner` beats `loser`, written with the lower position first."""
    if winner < loser:
        return Compared(winner, loser, 1.0, strength)
    return Compared(loser, winner, 0.0, strength)


def by_merit(merits: Sequence[float], equal: bool = True) -> list[Compared]:
    """Every pair, the higher merit being better; equal merits are neither, or said nothing of."""
    found = []
    for i, j in combinations(range(len(merits)), 2):
        if merits[i] != merits[j]:
            found.append(better(i, j) if merits[i] > merits[j] else better(j, i))
        elif equal:
            found.append(Compared(i, j, 0.5))
    return found


def in_order(compared: Iterable[Compared]) -> list[Compared]:
    """Each pair once, by position: the same whatever order they were found in."""
    return sorted({(one.i, one.j): one for one in compared}.values(), key=lambda one: (one.i, one.j))
