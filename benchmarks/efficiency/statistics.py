"""Seeds become claims: paired differences with intervals, Holm's correction, labels saved, gap closed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

BOOTSTRAPS = 2_000
FLIPS = 10_000


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """(mean, low, high): Student's 95 % interval; without width for a single value."""
    array = np.asarray(values, dtype=float)
    mean = float(array.mean())
    if len(array) < 2:
        return mean, mean, mean
    from scipy.stats import t

    half = float(t.ppf(0.975, len(array) - 1) * array.std(ddof=1) / np.sqrt(len(array)))
    return mean, mean - half, mean + half


def sign_flip_p(differences: Sequence[float], seed: int = 0) -> float:
    """How often random signs give a mean as far from 0: a paired permutation test, two-sided."""
    array = np.asarray(differences, dtype=float)
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(FLIPS, len(array)))
    beyond = np.abs(signs @ array) >= np.abs(array.sum()) - 1e-12
    return float((beyond.sum() + 1) / (FLIPS + 1))


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values of a family: the chance that even one of its claims is a fluke stays under their bound."""
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p)))), 1.0)
    return [float(value) for value in adjusted]


def labels_needed(budgets: Sequence[float], curve: Sequence[float], target: float) -> float:
    """Labels at which a rising curve reaches the target, read between budgets on a log scale; infinite if it does not.

    Dips are smoothed by the nearest rising curve (pool adjacent violators), so one lucky early budget counts little.
    """
    x, y = np.log(np.asarray(budgets, dtype=float)), isotonic(curve)
    if y[-1] < target:
        return float("inf")
    at = int(np.argmax(y >= target))
    if at == 0:
        return float(budgets[0])
    share = (target - y[at - 1]) / (y[at] - y[at - 1])
    return float(np.exp(x[at - 1] + share * (x[at] - x[at - 1])))


def isotonic(values: Sequence[float]) -> np.ndarray:
    """The rising sequence nearest in squares."""
    blocks: list[tuple[float, int]] = []
    for value in values:
        blocks.append((float(value), 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (low, n), (high, m) = blocks.pop(-2), blocks.pop()
            blocks.append(((low * n + high * m) / (n + m), n + m))
    return np.array([value for value, count in blocks for _ in range(count)])


def labels_saved(
    budgets: Sequence[float], arm_S_B: np.ndarray, random_S_B: np.ndarray, full_S: np.ndarray, share: float
) -> dict[str, float | bool | None]:
    """n_random / n_arm at `share` of the way from the first budget to all labels; rising curves, one row per seed.

    Read from the curves averaged over seeds; the interval re-draws seeds. When an arm does not get there within its
    budgets it counts as just reaching it at the last one, so the figure is then a bound (`reached` says who did); where
    neither does there is no figure.
    """

    def ratio(rows: np.ndarray) -> float:
        start = random_S_B[rows, 0].mean()
        target = start + share * (full_S[rows].mean() - start)
        needed = [labels_needed(budgets, side[rows].mean(axis=0), target) for side in (random_S_B, arm_S_B)]
        return min(needed[0], budgets[-1]) / min(needed[1], budgets[-1])

    every = np.arange(len(full_S))
    start = random_S_B[:, 0].mean()
    target = start + share * (full_S.mean() - start)
    arm_reached, random_reached = (isotonic(side.mean(axis=0))[-1] >= target for side in (arm_S_B, random_S_B))
    told: dict[str, float | bool | None] = {"arm_reached": bool(arm_reached), "random_reached": bool(random_reached)}
    if not (arm_reached or random_reached):
        return told | {"ratio": None, "low": None, "high": None}
    rng = np.random.default_rng(0)
    redrawn = [ratio(rng.integers(0, len(every), len(every))) for _ in range(BOOTSTRAPS)]
    low, high = np.quantile(redrawn, [0.025, 0.975])
    return told | {"ratio": ratio(every), "low": float(low), "high": float(high)}


def gap_closed(arm_S: np.ndarray, machine_S: np.ndarray, full_S: np.ndarray) -> tuple[float, float, float]:
    """Mean gain over the machine's labels alone, as a share of the mean gain of all people's labels; seeds re-drawn."""

    def share(rows: np.ndarray) -> float:
        gap = (full_S[rows] - machine_S[rows]).mean()
        return float((arm_S[rows] - machine_S[rows]).mean() / gap) if abs(gap) > 1e-12 else float("nan")

    rng = np.random.default_rng(0)
    redrawn = [share(rng.integers(0, len(arm_S), len(arm_S))) for _ in range(BOOTSTRAPS)]
    low, high = np.nanquantile(redrawn, [0.025, 0.975])
    return share(np.arange(len(arm_S))), float(low), float(high)
