"""What somebody looks for among rollouts, in which order, and the name of a place in that order. Pure."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import json
import math
from collections.abc import Sequence
from typing import Any

from annotator.campaigns.reach import EVERYTHING, Reach
from annotator.errors import InvalidInput
from annotator.rollouts.models import PolicyRun, RewardModelVersion

# By name: the columns of the order, and whether it falls. Within a run, newest means the latest step.
BY_ARRIVAL, BY_STEP = ("g.id", "r.id"), ("g.step", "g.id", "r.id")
BY_REWARD, BY_DOUBT = ("r.reward", "r.id"), ("s.spread", "r.id")
SORTS: dict[str, tuple[tuple[str, ...], bool]] = {
    "newest": (BY_STEP, True),
    "oldest": (BY_STEP, False),
    "highest_reward": (BY_REWARD, True),
    "lowest_reward": (BY_REWARD, False),
    "most_doubted": (BY_DOUBT, True),
    "least_doubted": (BY_DOUBT, False),
}


@dataclasses.dataclass(frozen=True)
class Wanted:
    """Which rollouts, in which order. Steps, rewards and doubts are told apart within a run only."""

    run: PolicyRun | None = None
    words: str = ""
    within: str = "completion"  # or "prompt"
    step_min: int | None = None
    step_max: int | None = None
    reward_min: float | None = None
    reward_max: float | None = None
    doubt_min: float | None = None
    doubt_max: float | None = None
    labelled: bool | None = None
    sort: str = "newest"
    version: RewardModelVersion | None = None  # whose doubt is meant
    reach: Reach = EVERYTHING  # of whoever asks

    def __post_init__(self) -> None:
        narrowed = [self.step_min, self.step_max, self.reward_min, self.reward_max, self.doubt_min, self.doubt_max]
        if self.run is None and (any(bound is not None for bound in narrowed) or self.sort not in ("newest", "oldest")):
            raise InvalidInput("Steps, rewards and uncertainty are compared within one run: choose a run.", field="run")
        if self.needs_doubt and self.version is None:
            raise InvalidInput("Nothing is scored yet, so nothing is known about uncertainty.", field="sort")

    @property
    def needs_doubt(self) -> bool:
        return self.doubt_min is not None or self.doubt_max is not None or self.sort.endswith("doubted")

    @property
    def needs_reward(self) -> bool:
        return self.reward_min is not None or self.reward_max is not None or self.sort.endswith("reward")

    @property
    def narrowed_aside(self) -> bool:
        """Whether rewards or doubts are bounded that the order does not follow."""
        by_doubt, by_reward = self.sort.endswith("doubted"), self.sort.endswith("reward")
        return (self.needs_doubt and not by_doubt) or (self.needs_reward and not by_reward)

    @property
    def needs_group(self) -> bool:
        of_prompt = bool(self.words) and self.within == "prompt"
        by_step = self.step_min is not None or self.step_max is not None or self.order[0] in (BY_ARRIVAL, BY_STEP)
        return of_prompt or by_step or bool(self.labelled and not self.needs_reward)  # an answer knows its group alone

    @property
    def is_labelled_in_order(self) -> bool:
        """Whether all that is asked is what people answered, in an order that groups have."""
        in_order = self.order[0] in (BY_ARRIVAL, BY_STEP)
        return bool(self.labelled) and in_order and not (self.words or self.needs_reward or self.needs_doubt)

    @property
    def order(self) -> tuple[tuple[str, ...], bool]:
        columns, falling = SORTS[self.sort]
        return (BY_ARRIVAL if columns is BY_STEP and self.run is None else columns), falling


def place_name(key: Sequence[Any]) -> str:
    """Where a page ended, as a word for an address."""
    return base64.urlsafe_b64encode(json.dumps(list(key)).encode()).decode().rstrip("=")


def place_of(name: str, width: int) -> list[int | float]:
    """Where a page ended, from the word for it; a word that was not ours is refused."""
    try:
        key = json.loads(base64.urlsafe_b64decode(name + "=" * (-len(name) % 4)))
    except (ValueError, binascii.Error) as error:
        raise _no_place() from error
    whole = isinstance(key, list) and len(key) == width
    if not whole or not all(type(part) in (int, float) and math.isfinite(part) for part in key):
        raise _no_place()
    if any(type(part) is int and abs(part) >= 2**63 for part in key):
        raise _no_place()
    return list(key)


def _no_place() -> InvalidInput:
    return InvalidInput("This is no place in a list of rollouts; begin at its start.", field="cursor")
