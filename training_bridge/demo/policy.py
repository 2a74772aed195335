"""The demo's policy before the first reward model: pre-trained once and kept, then asked to speak."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training_bridge import policies

from .site import DemoFailed

RECIPE = ("corpus.py", "tiny_policy.py", "pretrain.py")
Say = Callable[[str], None]


def pretrained(home: Path, say: Say) -> Path:
    """The folder of the pre-trained policy; made on first use, made again when its recipe changes."""
    source = Path(policies.__file__).parent
    digest = hashlib.sha256(b"".join((source / name).read_bytes() for name in RECIPE)).hexdigest()[:12]
    folder = home / "demo" / f"policy-{digest}"
    if folder.is_dir():
        say(f"   pre-trained before: {folder}")
        return folder
    run(["training_bridge.policies.pretrain", str(folder)], {}, say)
    return folder


def sample(folder: Path, config: dict[str, Any], token: str, say: Say) -> dict[str, Any]:
    """Let a policy speak in a job folder of its own, without any reward model; returns the job's result."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    run(["training_bridge.policies.run", str(folder)], {"TIEBREAK_TOKEN": token}, say)
    result: dict[str, Any] = json.loads((folder / "result.json").read_text())
    return result


def run(command: list[str], environment: dict[str, str], say: Say) -> None:
    """Run a module of ours that speaks the job protocol; its stdin is held open so that it ends with us."""
    shell = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", **environment}
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=shell,
    )
    said, tail = -1, ""
    assert process.stdout is not None
    for text in process.stdout:
        tail = (tail + text)[-2000:]
        with contextlib.suppress(ValueError, TypeError, KeyError):
            line = json.loads(text)
            quarter = int(line["progress"] * 4)
            if quarter > said:
                said = quarter
                say(f"      {line['progress']:4.0%} {line['message']}")
    if process.wait() != 0:
        raise DemoFailed(f"{command[0]} ended with code {process.returncode}:\n{tail}")
