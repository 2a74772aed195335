"""Do the answers settle the question? Pure: answers and a rule in, a decision out; no database, no clock.

An answer is heard here as what it could live with: by key (one for the whole card, or one per completion) the choices
it does not speak against. "The first is better" is {0}, a tie is {0, 1}. Two answers contradict each other where they
share no choice. A key that an answer leaves out has not been answered by it.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence

Choices = Mapping[str, frozenset[Hashable]]


@dataclasses.dataclass(frozen=True)
class Settled:
    """Enough people answered. Everybody's answer is kept: disagreement is information, not error."""


@dataclasses.dataclass(frozen=True)
class AskAnother:
    """`more` answers are still to come; `extra` when that is the one more person whom disagreement calls."""

    more: int
    extra: bool = False


@dataclasses.dataclass(frozen=True)
class Adjudicate:
    """People contradict each other and nobody has the majority: an adjudicator decides about these keys."""

    keys: tuple[str, ...]


Decision = Settled | AskAnother | Adjudicate


def decide(answers: Sequence[Choices], *, overlap: int, extra_on_disagreement: bool = False) -> Decision:
    """Settled once `overlap` people answered; if some contradict each other, one more is asked, and only one."""
    if len(answers) < overlap:
        return AskAnother(more=overlap - len(answers))
    if not extra_on_disagreement or not contested(answers):
        return Settled()
    if len(answers) == overlap:
        return AskAnother(more=1, extra=True)
    return conclude(answers)


def conclude(answers: Sequence[Choices]) -> Settled | Adjudicate:
    """Nobody else will be asked: a question is settled by the choice most people can live with, if there is one."""
    open_keys = tuple(key for key in contested(answers) if not _majority(_said(answers, key)))
    return Adjudicate(open_keys) if open_keys else Settled()


def contested(answers: Sequence[Choices]) -> list[str]:
    """The keys about which some two answers share no choice."""
    keys = sorted({key for answer in answers for key in answer})
    return [key for key in keys if _contradict(set(_said(answers, key)))]


def _said(answers: Sequence[Choices], key: str) -> list[frozenset[Hashable]]:
    return [answer[key] for answer in answers if key in answer]


def _contradict(said: Iterable[frozenset[Hashable]]) -> bool:
    different = list(said)
    return any(one.isdisjoint(other) for at, one in enumerate(different) for other in different[:at])


def _majority(said: Sequence[frozenset[Hashable]]) -> bool:
    """One choice has more people behind it than any other."""
    ranked = Counter(choice for choices in said for choice in choices).most_common(2)
    return len(ranked) == 1 or ranked[0][1] > ranked[1][1]
