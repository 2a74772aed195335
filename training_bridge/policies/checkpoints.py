"""A job goes on from its newest whole checkpoint; one cut short by a crash is passed over.

A checkpoint counts only once its mark is written, and the mark is written only after every rollout up to it has been
answered by the server: a resumed job therefore repeats what was not delivered and nothing else.
"""

from __future__ import annotations

from pathlib import Path

MARK = "whole"


def mark(checkpoint: Path) -> None:
    (checkpoint / MARK).touch()


def newest(output: Path) -> Path | None:
    """The whole checkpoint of the highest step, or None to start from the beginning."""
    found = [
        (int(folder.name.rpartition("-")[2]), folder)
        for folder in output.glob("checkpoint-*")
        if folder.name.rpartition("-")[2].isdigit() and (folder / MARK).exists()
    ]
    return max(found)[1] if found else None
