"""One object between a trainer and Tiebreak: `send` hands rollouts over, `score` asks for rewards."""

from __future__ import annotations

import atexit
import json
import logging
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .http import Api
from .outbox import Outbox
from .rows import Row, rollouts_in
from .scores import Scores, Text, ask
from .spill import Spill

log = logging.getLogger(__name__)


class Client:
    """Connects one policy run. `send` never blocks; `score` answers within its timeout, with None where it must."""

    def __init__(
        self,
        url: str,
        token: str,
        run: str,
        *,
        reward_url: str | None = None,
        reward_model: str | None = None,
        version: int | None = None,
        score_timeout_s: float = 10.0,
        queue_rows: int = 10_000,
        spill: str | os.PathLike[str] | None = None,
        journal: str | os.PathLike[str] | None = None,
    ) -> None:
        self.run, self.reward_model, self.version = run, reward_model or run, version
        self.score_timeout_s = score_timeout_s
        self._journal = Path(journal) if journal else None
        self._journal_lock = threading.Lock()
        self._api = Api(url, token)
        self._rewards = Api(reward_url, token, timeout_s=score_timeout_s) if reward_url else None
        self._outbox = Outbox(
            self._api,
            run,
            capacity=queue_rows,
            spill=Spill(Path(spill)) if spill else None,
            acknowledged=self._note if journal else None,
        )
        atexit.register(self.close)

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Client:
        """Read TIEBREAK_URL, TIEBREAK_TOKEN and TIEBREAK_RUN; the other variables below are optional."""
        env = os.environ if env is None else env
        missing = [name for name in ("TIEBREAK_URL", "TIEBREAK_TOKEN", "TIEBREAK_RUN") if not env.get(name)]
        if missing:
            raise ValueError(f"Set {', '.join(missing)} to connect this trainer to Tiebreak.")
        rank, version = env.get("RANK", "0"), env.get("TIEBREAK_VERSION")
        return cls(
            env["TIEBREAK_URL"],
            env["TIEBREAK_TOKEN"],
            env["TIEBREAK_RUN"],
            reward_url=env.get("TIEBREAK_REWARD_URL"),
            reward_model=env.get("TIEBREAK_REWARD_MODEL"),
            version=int(version) if version else None,
            score_timeout_s=float(env.get("TIEBREAK_SCORE_TIMEOUT", "10")),
            spill=env.get("TIEBREAK_SPILL") or f"tiebreak-unsent-{env['TIEBREAK_RUN']}-{rank}.ndjson",
            journal=env.get("TIEBREAK_JOURNAL"),
        )

    def send(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Hand rollout rows over (the ingest route's group or single form); returns at once."""
        for row in rows:
            self._outbox.put(row)

    def score(
        self,
        prompts: Sequence[Text],
        completions: Sequence[Text],
        *,
        step: int | None = None,
        version: int | None = None,
    ) -> Scores:
        """Rewards for the completions, each under its own prompt; None per completion when none could be had."""
        if len(prompts) != len(completions):
            raise ValueError(f"{len(prompts)} prompts but {len(completions)} completions.")
        if self._rewards is None or not completions:
            return Scores.none(len(completions))
        body = {
            "reward_model": self.reward_model,
            "run": self.run,
            "step": step,
            "version": version if version is not None else self.version,
            "prompts": list(prompts),
            "completions": list(completions),
        }
        return ask(self._rewards, body, deadline_s=self.score_timeout_s)

    def flush(self, timeout: float) -> bool:
        """Wait until every row sent so far has been answered; False when the timeout came first."""
        return self._outbox.flush(timeout)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows were accepted, duplicate, rejected, kept in the file or lost, and rollouts acknowledged."""
        return dict(self._outbox.counts)

    def close(self, timeout: float = 5.0) -> None:
        """Deliver what is left or keep it in the file; called by itself at exit."""
        atexit.unregister(self.close)
        self._outbox.close(timeout)

    def _note(self, row: Row) -> None:
        """The journal says which groups the server has acknowledged, for whoever wants to check it later."""
        assert self._journal is not None
        line = json.dumps({"run": self.run, "group": row["group_id"], "rollouts": rollouts_in(row)})
        with self._journal_lock, self._journal.open("a") as file:
            file.write(line + "\n")
