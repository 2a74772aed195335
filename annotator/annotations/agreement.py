"""Do the answers settle the question? Pure: answers and a rule in, a decision out; no database, no clock."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True)
class Settled:
    """Enough people answered. Everybody's answer is kept: disagreement is information, not error."""

    counts: tuple[tuple[str, int], ...]


@dataclasses.dataclass(frozen=True)
class AskAnother:
    """`more` answers are still to come."""

    more: int


def decide(answers: Sequence[str], *, overlap: int) -> Settled | AskAnother:
    """A task is settled once `overlap` people gave an answer; a skip is not an answer."""
    given = [answer for answer in answers if answer != "skip"]
    if len(given) < overlap:
        return AskAnother(more=overlap - len(given))
    return Settled(counts=tuple(sorted(Counter(given).items())))
