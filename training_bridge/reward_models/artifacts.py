"""A version on disk is whole or absent, and is what its digest says, or it is refused.

A folder with `weights.safetensors` (tensors) and `about.json` (everything else). Neither format can run code when read.
The digest is a sha256 over both files; it is kept in the database, not beside the files, so a file that was exchanged
together with its checksum is refused too.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load as read_tensors
from safetensors.torch import save as pack_tensors
from torch import Tensor

from training_bridge.errors import ArtifactCorrupt, ArtifactMissing

WEIGHTS, ABOUT = "weights.safetensors", "about.json"


def write(folder: Path, tensors: Mapping[str, Tensor], about: Mapping[str, Any]) -> str:
    """Put an artifact at `folder` in one step and return its digest; whatever was there before is replaced."""
    files = {
        WEIGHTS: pack_tensors({name: tensor.contiguous() for name, tensor in tensors.items()}),
        ABOUT: json.dumps(about, indent=1, sort_keys=True, allow_nan=False).encode(),
    }
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)  # of an attempt that was killed
    part.mkdir()
    for name, content in files.items():
        with (part / name).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)
    _sync_folder(folder.parent)
    return _digest(files)


def read(folder: Path, digest: str) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors and facts of an artifact, from the very bytes that were checked against the digest."""
    files = {}
    for name in (WEIGHTS, ABOUT):
        try:
            files[name] = (folder / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise ArtifactMissing(f"{name} is missing.", boundary="artifact", folder=str(folder)) from error
    found = _digest(files)
    if found != digest:
        raise ArtifactCorrupt(
            "The reward model on disk is not the one that was registered.",
            boundary="artifact", folder=str(folder), expected=digest, found=found,
        )  # fmt: skip
    try:
        return read_tensors(files[WEIGHTS]), dict(json.loads(files[ABOUT]))
    except (SafetensorError, ValueError) as error:
        raise ArtifactCorrupt(f"Unreadable: {error}", boundary="artifact", folder=str(folder)) from error


def _digest(files: Mapping[str, bytes]) -> str:
    lines = (f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in sorted(files.items()))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _sync_folder(folder: Path) -> None:
    """Make the rename survive a power cut, where the system lets folders be synced."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
