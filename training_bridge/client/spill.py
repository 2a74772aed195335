"""Rows that could not be sent wait in a local file and are sent at the next start.

One process writes one file: a trainer of several ranks gives each its own name.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO


class Spill:
    """An append-only NDJSON file; a line cut short by a crash spoils no other."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def keep(self, lines: Iterable[bytes]) -> int:
        """Append the lines; returns how many. No fsync: the trainer would wait for the disk, row by row."""
        kept = list(lines)
        if not kept:
            return 0
        with self._lock:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a+b") as file:
                if file.tell() and not self._ends_whole(file):
                    file.write(b"\n")  # a crash cut the last line short: it must not swallow the next one
                file.write(b"".join(line + b"\n" for line in kept))
        return len(kept)

    @staticmethod
    def _ends_whole(file: BinaryIO) -> bool:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"

    def take(self, limit: int) -> list[bytes]:
        """The oldest lines, still in the file: `forget` removes them once the server has them."""
        with self._lock:
            if not self.path.exists():
                return []
            lines: list[bytes] = []
            with self.path.open("rb") as file:
                for line in file:
                    if len(lines) == limit:
                        break
                    lines.append(line)
        return lines

    def forget(self, taken: int) -> None:
        """Drop the first `taken` lines; the file goes when it is empty."""
        with self._lock:
            with self.path.open("rb") as file:
                rest = file.readlines()[taken:]
            if not rest:
                self.path.unlink()
                return
            fresh = self.path.with_suffix(".rest")
            fresh.write_bytes(b"".join(rest))
            os.replace(fresh, self.path)
