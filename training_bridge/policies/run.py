"""One policy job as a process of its own: `python -m training_bridge.policies.run JOB_FOLDER`.

Reads JOB_FOLDER/config.json, says its progress on stdout, leaves JOB_FOLDER/result.json. A job that has its result
does nothing when started again.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

from training_bridge.client import Client
from training_bridge.supervised import Lines, end_with_supervisor

from .config import InvalidPolicyConfig, PolicyConfig

DELIVERY_S = 300.0


class Undelivered(Exception):
    """Rollouts are left that the server has not taken; the job fails rather than lose them silently."""


def connect(config: PolicyConfig, spill: Path) -> Client:
    return Client(
        config.api,
        os.environ.get("TIEBREAK_TOKEN", ""),
        config.run,
        reward_url=config.reward_url or None,
        reward_model=config.reward_model or None,
        version=config.version,
        score_timeout_s=config.score_timeout_s,
        spill=spill,
        journal=config.journal or None,
    )


def run(config: PolicyConfig, folder: Path, lines: Lines) -> dict[str, Any]:
    """Sample or train, deliver everything, and return the job's result."""
    client = connect(config, folder / "unsent.ndjson")
    Path(config.output).mkdir(parents=True, exist_ok=True)
    if config.version is None:
        from .sampling import sample

        metrics, policy, steps = sample(config, client, lines.say), config.policy, 0
    else:
        from .grpo import train

        metrics, policy, steps = train(config, client, lines), f"{config.output}/final", config.steps
    if not client.flush(DELIVERY_S) or client.counts["lost"]:
        raise Undelivered(f"Not every rollout reached the server: {client.counts}.")
    client.close()
    return {"policy": policy, "steps": steps, "metrics": metrics | {"delivery": client.counts}}


def main(folder: Path) -> int:
    lines = Lines()
    end_with_supervisor()
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    result = folder / "result.json"
    if result.exists():
        lines.say(1.0, "already done")
        return 0
    try:
        config = PolicyConfig.from_json(json.loads((folder / "config.json").read_text()))
        lines.say(0.0, "starting")
        outcome = run(config, folder, lines)
    except InvalidPolicyConfig as error:
        lines.fail("config", error)
        return 2
    except Exception as error:
        logging.exception("The policy job failed.")
        lines.fail("policy", error)
        return 1
    part = folder / "result.json.part"
    part.write_text(json.dumps(outcome))
    part.rename(result)
    lines.say(1.0, "done", outcome["metrics"])
    return 0


if __name__ == "__main__":
    # Set before torch and the Hugging Face libraries load: a training never asks the network for weights by itself.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    sys.exit(main(Path(sys.argv[1])))
