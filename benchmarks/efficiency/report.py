"""Rows of single runs become the summary that is printed, drawn and written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.efficiency.statistics import gap_closed, holm, interval, labels_saved, sign_flip_p

Row = dict[str, Any]
METRICS = ("accuracy", "nll", "ece", "auroc_spread", "auroc_sign", "auroc_probability", "machine_wrong_on_asked")
TRUST = ("ece", "auroc_spread", "auroc_sign", "auroc_probability")
RISING = {"accuracy": 1.0, "nll": -1.0}  # the sign that makes a metric better when higher
GAINS = (0.8, 0.95)


def summary(rows: list[Row]) -> dict[str, Any]:
    """{set: {mode: {"points": ..., "labels_saved" or "gap_closed": ...}}}; rivals share their controls with random."""
    out: dict[str, Any] = {}
    for name, mode in dict.fromkeys((row["set"], row["mode"]) for row in rows):
        mine = [row for row in rows if (row["set"], row["mode"]) == (name, mode)]
        points = _points(mine)
        if any(row.get("control") for row in mine):
            told: dict[str, Any] = {
                "points": points,
                "gap_closed": _gaps(mine),
                "gap": _whole_gap(mine),
                "labels_saved": _matched(mine),
            }
        else:
            told = {"points": points, "labels_saved": _saved(mine)}
        reference = "machine" if "gap_closed" in told else "random"
        full, start = (_level(mine, arm, "accuracy") for arm in ("everything", reference))
        told |= {"accuracy_of_everything": full, "accuracy_at_start": start}
        out.setdefault(name, {})[mode] = told
    return out


def _points(rows: list[Row]) -> list[Row]:
    """One entry per control, arm and budget: means, intervals, and the paired difference from random."""
    points, family = [], []
    for key in dict.fromkeys(_key(row) for row in rows):
        here = _by_seed(rows, key)
        point: Row = {"control": key[0], "arm": key[1], "budget": round(_mean(here, "budget")), "n": len(here)}
        point |= {"share": key[2]} if key[0] or key[1] == "machine" else {}
        for metric in METRICS:
            values = [row[metric] for row in here.values() if metric in row]
            if values:
                point[metric] = dict(zip(("mean", "low", "high"), interval(values), strict=True))
        rival = _by_seed(rows, (key[0], "random", key[2]))
        if key[1] not in ("random", "everything", "machine") and rival and not _is_start(rows, key):
            seeds = sorted(here.keys() & rival.keys())
            for metric in RISING:
                apart = [here[seed][metric] - rival[seed][metric] for seed in seeds]
                verdict = dict(zip(("mean", "low", "high"), interval(apart), strict=True))
                point[f"{metric}_minus_random"] = verdict | {"p": sign_flip_p(apart)}
                family.append(point[f"{metric}_minus_random"])
        points.append(point)
    for verdict, adjusted in zip(family, holm([verdict["p"] for verdict in family]), strict=True):
        verdict["p_holm"] = adjusted
    return points


def _saved(rows: list[Row]) -> list[Row]:
    """Labels random needs over labels the arm needs, for both metrics and both targets."""
    budgets = sorted({row["budget"] for row in rows if row["arm"] == "random"})
    told = []
    for arm in dict.fromkeys(row["arm"] for row in rows if row["arm"] not in ("random", "everything")):
        for metric, sign in RISING.items():
            curves = {side: sign * _curves(rows, side, budgets, metric) for side in (arm, "random")}
            full = sign * np.array([row[metric] for row in rows if row["arm"] == "everything"])
            for share in GAINS:
                saved = labels_saved(budgets, curves[arm], curves["random"], full, share)
                told.append({"arm": arm, "metric": metric, "of_full_gain": share, **saved})
    return told


def _gaps(rows: list[Row]) -> list[Row]:
    told = []
    for control, arm, share in dict.fromkeys(_key(row) for row in rows if row.get("control")):
        here = _by_seed(rows, (control, arm, share))
        ends = [_by_seed(rows, ("", side, at)) for side, at in (("machine", 0.0), ("everything", 1.0))]
        for metric, sign in RISING.items():
            arrays = [sign * np.array([rows_of[seed][metric] for seed in here]) for rows_of in (here, *ends)]
            closed = dict(zip(("mean", "low", "high"), gap_closed(*arrays), strict=True))
            told.append({"control": control, "arm": arm, "share": share, "metric": metric, **closed, "n": len(here)})
    return told


def _matched(rows: list[Row]) -> list[Row]:
    """How many answers random needs for one of the arm's, where the arm is as good as random is at its last budget."""
    told = []
    for control, arm in dict.fromkeys((row["control"], row["arm"]) for row in rows if row.get("control")):
        if arm == "random":
            continue
        shares = sorted({row["share"] for row in rows if row.get("control") == control})
        for metric, sign in RISING.items():
            by_seed = [[_by_seed(rows, (control, side, share)) for share in shares] for side in (arm, "random")]
            arm_S_B, random_S_B = (
                sign * np.array([[at[seed][metric] for at in curve] for seed in sorted(curve[0])]) for curve in by_seed
            )
            saved = labels_saved(shares, arm_S_B, random_S_B, random_S_B[:, -1], 1.0)
            told.append({"control": control, "arm": arm, "metric": metric, **saved})
    return told


def _whole_gap(rows: list[Row]) -> Row:
    """By how much people's labels make a more accurate model than the machine's: what shares are shares of."""
    machine, people = (_by_seed(rows, ("", side, at)) for side, at in (("machine", 0.0), ("everything", 1.0)))
    apart = [people[seed]["accuracy"] - machine[seed]["accuracy"] for seed in sorted(people)]
    return dict(zip(("mean", "low", "high"), interval(apart), strict=True)) | {"n": len(apart)}


def print_cold(name: str, told: dict[str, Any], unit: str = "labels") -> None:
    points = [point for point in told["points"] if point["arm"] != "everything"]
    budgets = sorted({point["budget"] for point in points})
    shown = sorted({budgets[len(budgets) // 3], budgets[2 * len(budgets) // 3], budgets[-1]})
    full = told["accuracy_of_everything"]
    start = told["accuracy_at_start"]
    print(f"\n{name}, cold start, by {unit}. All labels: accuracy {full:.3f}; at {budgets[0]}: {start:.3f}.")
    print(f"{'arm':20s}" + "".join(f"| {f'{budget} {unit}: acc (d), nll (d)':32s}" for budget in shown), end="")
    print(f"| fewer {unit} for 80% / 95% of the gain in nll")
    for arm in dict.fromkeys(point["arm"] for point in points):
        cells = [next(p for p in points if p["arm"] == arm and p["budget"] == budget) for budget in shown]
        line = "".join(f"| {_against(p, 'accuracy')} {_against(p, 'nll')} " for p in cells)
        saved = [row for row in told["labels_saved"] if row["arm"] == arm and row["metric"] == "nll"]
        print(f"{arm:20s}{line}| " + "  ".join(_ratio(row) for row in saved))
    for arm in ("random", "everything"):
        last = [point for point in told["points"] if point["arm"] == arm][-1]
        shown = [f"{metric} {last[metric]['mean']:.3f}" for metric in TRUST if metric in last]
        print(f"{arm} at {last['budget']} {unit}: " + ", ".join(shown))


def print_gaps(name: str, mode: str, told: dict[str, Any]) -> None:
    start, full = told["accuracy_at_start"], told["accuracy_of_everything"]
    print(f"\n{name}, {mode}: accuracy gap closed, {start:.3f} (machine's labels) to {full:.3f} (people's)")
    if told["gap"]["low"] <= 0.0 or told["gap"]["n"] < 2:
        print("The gap itself may as well be none on so few pairs: shares of it mean nothing.")
    rows = [row for row in told["gap_closed"] if row["metric"] == "accuracy"]
    shares = sorted({row["share"] for row in rows})
    print(f"{'controls':14s}{'arm':21s}" + "".join(f"{share:>21.0%}" for share in shares) + "  fewer labels (nll)")
    for control, arm in dict.fromkeys((row["control"], row["arm"]) for row in rows):
        cells = []
        for share in shares:
            row = next(r for r in rows if (r["control"], r["arm"], r["share"]) == (control, arm, share))
            mark = _mark(_point(told["points"], control, arm, share).get("accuracy_minus_random"), higher=True)
            cells.append(f"{row['mean']:6.2f} [{row['low']:5.2f},{row['high']:5.2f}]{mark}")
        saved = [row for row in told["labels_saved"] if (row["control"], row["arm"]) == (control, arm)]
        ratio = "".join("  " + _ratio(row) for row in saved if row["metric"] == "nll")
        print(f"{control:14s}{arm:21s}" + "".join(f"{cell:>21s}" for cell in cells) + ratio)


def draw(told: dict[str, Any], folder: Path) -> list[Path]:
    """One picture per set and mode: accuracy and log-loss against labels, with the paired intervals as bands."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, modes in told.items():
        for mode, result in modes.items():
            points = [p for p in result["points"] if p["arm"] not in ("everything", "machine")]
            for control in dict.fromkeys(p["control"] for p in points):
                figure, axes = plt.subplots(1, 2, figsize=(13, 5.5), layout="constrained")
                for axis, metric in zip(axes, RISING, strict=True):
                    _draw_metric(axis, [p for p in points if p["control"] == control], metric)
                    ends = [p for p in result["points"] if p["arm"] == "everything"]
                    axis.axhline(ends[0][metric]["mean"], color="0.6", lw=1, ls=":", label="all labels")
                axes[1].legend(fontsize=8)
                figure.suptitle(f"{name}, {mode}" + (f", controls: {control}" if control else ""))
                paths.append(folder / "-".join(filter(None, ("efficiency", name, mode, control))))
                paths[-1] = paths[-1].with_suffix(".png")
                figure.savefig(paths[-1], dpi=110)
                plt.close(figure)
    return paths


def _draw_metric(axis: Any, points: list[Row], metric: str) -> None:
    for place, arm in enumerate(dict.fromkeys(p["arm"] for p in points)):
        mine = sorted((p for p in points if p["arm"] == arm), key=lambda p: p["budget"])
        x, y = [p["budget"] for p in mine], np.array([p[metric]["mean"] for p in mine])
        style = {"color": "black", "lw": 2.5, "zorder": 5} if arm == "random" else {"color": f"C{place % 10}"}
        style["ls"] = "--" if place >= 10 else "-"
        axis.plot(x, y, label=arm, **style)
        apart = [p.get(f"{metric}_minus_random") for p in mine]
        if arm != "random" and all(apart[1:]):
            half = np.array([0.0 if one is None else (one["high"] - one["low"]) / 2 for one in apart])
            axis.fill_between(x, y - half, y + half, alpha=0.08, color=style["color"], lw=0)
    budgets = sorted({p["budget"] for p in points})
    axis.set(
        xscale="log", xlabel="labels by people (seconds, where timed)", ylabel={"nll": "log-loss"}.get(metric, metric)
    )
    axis.set_xticks(budgets, [str(budget) for budget in budgets])
    axis.minorticks_off()


def _key(row: Row) -> tuple[str, str, float]:
    """(control, arm, place on the curve); the place is a share of the pool, or the number of labels."""
    if row["arm"] == "everything":  # the pools of two seeds differ a little in size
        return "", "everything", 1.0
    return row.get("control", ""), row["arm"], row["share"] if "share" in row else row["budget"]


def _by_seed(rows: Iterable[Row], key: tuple[str, str, float]) -> dict[int, Row]:
    return {row["seed"]: row for row in rows if _key(row) == key}


def _curves(rows: list[Row], arm: str, budgets: list[int], metric: str) -> np.ndarray:
    seeds = sorted({row["seed"] for row in rows})
    values = {(row["seed"], row["budget"]): row[metric] for row in rows if row["arm"] == arm}
    return np.array([[values[seed, budget] for budget in budgets] for seed in seeds])


def _is_start(rows: list[Row], key: tuple[str, str, float]) -> bool:
    """The budget at which every cold arm is the same model."""
    return not key[0] and key[2] == min(row["budget"] for row in rows if row["arm"] == "random")


def _level(rows: list[Row], arm: str, metric: str) -> float:
    """Mean over seeds at the arm's first place."""
    first = min(_key(row)[2] for row in rows if row["arm"] == arm)
    return float(np.mean([row[metric] for row in rows if row["arm"] == arm and _key(row)[2] == first]))


def _mean(rows: dict[int, Row], field: str) -> float:
    return float(np.mean([row[field] for row in rows.values()]))


def _point(points: list[Row], control: str, arm: str, share: float) -> Row:
    return next(p for p in points if (p["control"], p["arm"], p.get("share")) == (control, arm, share))


def _against(point: Row, metric: str) -> str:
    apart = point.get(f"{metric}_minus_random")
    told = f"{apart['mean']:+.3f}" if apart else "      "
    return f"{point[metric]['mean']:.3f} ({told}){_mark(apart, higher=metric == 'accuracy')}"


def _mark(apart: dict[str, float] | None, *, higher: bool) -> str:
    """+ better than random, - worse, after Holm's correction; . only before it; blank if neither."""
    if apart is None or apart["p"] >= 0.05:
        return " "
    if apart["p_holm"] >= 0.05:
        return "."
    return "+" if (apart["mean"] > 0) == higher else "-"


def _ratio(row: Row) -> str:
    if row["ratio"] is None:
        return "neither got there  "
    bound = " " if row["arm_reached"] and row["random_reached"] else ("<" if row["random_reached"] else ">")
    return f"{bound}{row['ratio']:.2f}x [{row['low']:.2f},{row['high']:.2f}]"
