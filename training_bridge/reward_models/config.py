"""Everything about training a reward model that would change the result, in one frozen object kept with the version.

Anchor, prior and steps were chosen on held-out log-likelihood of 100, 600 and 1,200 answers to pairs of two public
collections (open-ended chat judged by a language model, and school maths checked by its answer): anchors of 0.03 and
0.3, twice the prior and twice the steps were all slightly worse on average, by 0.001 to 0.009 nats, which is
within the noise of such small sets.

Two things that help the Bayesian last layer do not help these heads, and are not done (5 seeds, the same collections,
new prompts): features bounded at two standard deviations were level at 100 answers and worse by 0.005 to 0.010 nats at
1,000; weighting each of a prompt's k answers by 1 / sqrt(k) was level or worse by up to 0.002, as the bootstrap already
draws whole prompts.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

from training_bridge.errors import InvalidTrainingData


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
    """How a reward model version is trained."""

    heads: int = 20  # ensemble members; each is a few rows of one matrix product, so 20 cost little more than 5
    hidden: int = 64  # units per head
    dropout: float = 0.1  # of the dropout head only; the ensemble heads get their variety from bootstrap and anchors
    dropout_draws: int = 20  # fixed masks kept with the version
    steps: int = 150  # optimiser steps at least ...
    epochs: int = 20  # ... and passes over the answers at least, whichever is more work
    batch: int = 256  # answers per step
    learning_rate: float = 3e-3
    anchor: float = 0.1  # the pull of each head to its own start; 1 is the prior taken at its word, less trusts answers
    prior_std: float = 0.5  # spread of an untrained head's rewards
    centring: float = 0.01  # keeps rewards of a pair near 0 on average: a free constant would drift
    annotator_prior_std: float = 0.5  # of log reliability; 0 treats all annotators as equally consistent
    strength_weights: bool = True  # a "much better" counts more than a "slightly better"
    seed: int = 0
    threads: int = 1

    def __post_init__(self) -> None:
        checks: list[tuple[str, bool, str]] = [
            ("heads", 2 <= self.heads <= 1000, "2 to 1000"),
            ("hidden", 1 <= self.hidden <= 4096, "1 to 4096"),
            ("dropout", 0.0 < self.dropout < 1.0, "between 0 and 1"),
            ("dropout_draws", 2 <= self.dropout_draws <= 1000, "2 to 1000"),
            ("steps", self.steps >= 1, "at least 1"),
            ("epochs", self.epochs >= 1, "at least 1"),
            ("batch", self.batch >= 1, "at least 1"),
            ("learning_rate", self.learning_rate > 0.0, "above 0"),
            ("anchor", self.anchor >= 0.0, "at least 0"),
            ("prior_std", self.prior_std > 0.0, "above 0"),
            ("centring", self.centring >= 0.0, "at least 0"),
            ("annotator_prior_std", self.annotator_prior_std >= 0.0, "at least 0"),
            ("seed", 0 <= self.seed < 2**63, "0 to 2^63 - 1"),
            ("threads", 1 <= self.threads <= 1024, "1 to 1024"),
        ]
        for field, ok, allowed in checks:
            if not ok:
                _refuse(field, getattr(self, field), f"it must be {allowed}")

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> TrainingConfig:
        """Build from plain data; an unknown field or a value of another type is refused by name."""
        kinds = {field.name: type(field.default) for field in dataclasses.fields(cls)}
        for name, value in raw.items():
            if name not in kinds:
                _refuse(name, value, f"there is no such field; known are {', '.join(kinds)}")
            wanted = (int, float) if kinds[name] is float else (kinds[name],)
            if type(value) not in wanted:
                _refuse(name, value, f"expected {kinds[name].__name__}")
        return cls(**raw)

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @property
    def digest(self) -> str:
        """sha256 of what changes the result; how many threads compute it does not."""
        told = {name: value for name, value in self.to_json().items() if name != "threads"}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _refuse(field: str, value: Any, why: str) -> None:
    raise InvalidTrainingData(f"Training config: {field} is {value!r}; {why}.", boundary="training", field=field)
