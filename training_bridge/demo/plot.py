"""One picture: true preference by policy step, and what each version knew when it took over."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .evaluation import Round


def draw(path: Path, preference: dict[int, float], rounds: Sequence[Round]) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (above, below) = pyplot.subplots(2, 1, figsize=(9, 7), height_ratios=[3, 2], layout="constrained")
    steps = list(preference)
    above.plot(steps, [preference[step] for step in steps], marker="o", markersize=3, color="#1f5fa8")
    for one in rounds:
        above.axvline(one.first_step, color="#999999", linewidth=0.8, linestyle="--")
        label = f" version {one.version}\n {one.labels} labels"
        above.text(one.first_step, 0.98, label, transform=above.get_xaxis_transform(), fontsize=8, va="top")
    above.set_xlabel("policy step")
    above.set_ylabel("true preference (hidden from every model)")
    above.set_title("The policy learns what simulated annotators want")
    labels = [one.labels for one in rounds]
    below.plot(
        labels,
        [one.uncertainty for one in rounds],
        marker="s",
        color="#b3541e",
        label="uncertainty (spread / differences)",
    )
    measured = [one for one in rounds if one.heldout_accuracy is not None]
    below.plot(
        [one.labels for one in measured],
        [one.heldout_accuracy for one in measured],
        marker="^",
        color="#2b7a3d",
        label="held-out accuracy",
    )
    below.set_xlabel("labels spent")
    below.set_ylim(bottom=0)
    below.legend()
    figure.savefig(path, dpi=130)
    pyplot.close(figure)
