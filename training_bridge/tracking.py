"""Weights & Biases beside the trainer's own curves: histograms of what the reward model said. Works offline.

Nothing is logged, and wandb is not loaded, unless WANDB_MODE says so; a trainer never waits for the network here.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path


def wanted() -> bool:
    """True when the environment asks for W&B: `WANDB_MODE=offline` (files only) or `online`."""
    return os.environ.get("WANDB_MODE", "disabled") in ("offline", "online", "shared")


def keep_files_in(folder: Path) -> None:
    """W&B writes where the job writes, not into whatever folder the worker was started in."""
    os.environ.setdefault("WANDB_DIR", str(folder))
    os.environ.setdefault("WANDB_PROJECT", "tiebreak")
    os.environ.setdefault("WANDB_SILENT", "true")


def log_rewards(step: int, rewards: Sequence[float | None], spreads: Sequence[float | None]) -> None:
    """One histogram of rewards and one of spreads per step, on the run the trainer has opened; None is left out."""
    if not wanted():
        return
    import wandb

    if wandb.run is None:
        return
    told = {"tiebreak/policy_step": step}
    for name, values in (("rewards", rewards), ("spreads", spreads)):
        known = [value for value in values if value is not None]
        if known:
            told[f"tiebreak/{name}"] = wandb.Histogram(known)
    wandb.log(told, commit=False)
