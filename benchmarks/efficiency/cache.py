"""Features of a set, computed once by the product's own backbone and kept in a folder."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from benchmarks.efficiency.data import Items


def features(items: Items, folder: Path, *, backbone: str = "bundled", threads: int = 1) -> np.ndarray:
    """Features of the N texts: read if these texts were encoded before."""
    folder.mkdir(parents=True, exist_ok=True)
    # The key holds the backbone's name and not its digest, so that cached runs need no torch at all.
    key = hashlib.sha256(json.dumps([backbone, items.texts]).encode()).hexdigest()[:24]
    path = folder / f"{items.name}-{key}.npy"
    if not path.exists():
        _encode(items.texts, path, backbone, threads)
    features_N_D: np.ndarray = np.load(path)
    return features_N_D


def _encode(texts: list[tuple[Any, str]], path: Path, backbone: str, threads: int) -> None:
    from training_bridge.features import Backbone

    model = Backbone.load(backbone, threads=threads)
    with tqdm(total=len(texts), desc=path.stem.rsplit("-", 1)[0], unit="text") as bar:

        def show(done: int, of: int) -> None:
            bar.update(done - bar.n)

        rows = model.encode(texts, show)
    unfinished = path.with_suffix(".part.npy")
    np.save(unfinished, rows)
    unfinished.replace(path)
