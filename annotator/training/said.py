"""What people's answers say, one row each, ready to be compared between them. Pure: answers in, columns out.

An answer about a card has parts that people can agree on (the form's units); parts that differ only in the completion
they are about are one question. What an answer says of two completions is a preference, with the side they were shown
on.
"""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from statistics import median
from typing import Any

from annotator.campaigns.forms import Form, Level, Value

HASTY = 3.0  # readers differ by a factor of two; a third of the time is not reading
PLACE = re.compile(r"\[\d+\]")
# Each level of measurement, and the distance that agreement is measured by.
DISTANCES: dict[Level, str] = {"nominal": "nominal", "ordinal": "ordinal", "interval": "interval", "set": "jaccard"}


@dataclasses.dataclass(frozen=True)
class Said:
    """One person's standing answer about one card; `answer` is None when they skipped it."""

    annotator: int
    card: int
    rollouts: tuple[int, ...]
    stream: str
    answer: dict[str, Any] | None
    shown_order: tuple[int, ...]
    active_ms: int | None
    returned: bool = False  # to its author, who has not corrected it yet


@dataclasses.dataclass
class Column:
    """All answers to one question: what was said, about which item of which card, by whom."""

    question: str
    level: Level
    values: list[Value] = dataclasses.field(default_factory=list)
    items: list[int] = dataclasses.field(default_factory=list)
    cards: list[int] = dataclasses.field(default_factory=list)
    annotators: list[int] = dataclasses.field(default_factory=list)

    @property
    def distance(self) -> str:
        return DISTANCES[self.level]

    def comparable(self) -> list[Any]:
        """The values as formulas take them: names, numbers, or sets."""
        if self.level == "nominal":
            return [str(value) for value in self.values]
        return [value if isinstance(value, frozenset) else float(value) for value in self.values]


@dataclasses.dataclass
class Preferences:
    """What answers say of pairs: 1 the first is better, 0 the second; and where the first was shown."""

    outcomes: list[float] = dataclasses.field(default_factory=list)
    pairs: list[int] = dataclasses.field(default_factory=list)
    annotators: list[int] = dataclasses.field(default_factory=list)
    first_left: list[bool] = dataclasses.field(default_factory=list)
    cards: list[int] = dataclasses.field(default_factory=list)


def columns(form: Form, answers: Iterable[Said]) -> list[Column]:
    """A column for each question, in the form's order; the one that orders completions comes first."""
    found: dict[str, Column] = {}
    items: dict[tuple[int, str], int] = {}
    for said in answers:
        for key, value in form.units(said.answer or {}).items():
            name = PLACE.sub("", key)
            column = found.setdefault(name, Column(name, form.level(key)))
            column.values.append(value)
            column.items.append(items.setdefault((said.card, key), len(items)))
            column.cards.append(said.card)
            column.annotators.append(said.annotator)
    places = [question.name for question in form.questions]
    ordering = form.ordering.name if form.ordering else ""

    def place(column: Column) -> tuple[bool, int]:
        question = column.question.partition(".")[0]
        return question != ordering, places.index(question)

    return sorted(found.values(), key=place)


def preferences(form: Form, answers: Iterable[Said]) -> Preferences:
    """A ranking says something of each of its pairs; they share its card, for together they are one answer."""
    found = Preferences()
    pairs: dict[tuple[int, int, int], int] = {}
    for said in answers:
        for one in form.comparisons(said.answer or {}):
            found.outcomes.append(one.outcome)
            found.pairs.append(pairs.setdefault((said.card, one.i, one.j), len(pairs)))
            found.annotators.append(said.annotator)
            found.first_left.append(said.shown_order.index(one.i) < said.shown_order.index(one.j))
            found.cards.append(said.card)
    return found


def hasty(answers: Iterable[Said]) -> dict[int, tuple[int, int]]:
    """Per person, on how many cards they took less than a third of others' time, of how many somebody else answered."""
    by_card: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for said in answers:
        if said.answer is not None and said.active_ms is not None:
            by_card[said.card].append((said.annotator, said.active_ms))
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for times in by_card.values():
        for who, mine in times if len(times) > 1 else ():
            others = [time for other, time in times if other != who]
            counts[who][0] += mine < median(others) / HASTY
            counts[who][1] += 1
    return {who: (few, of) for who, (few, of) in counts.items()}


def repeated(form: Form, first: Sequence[Said], again: Iterable[Said]) -> dict[int, tuple[float, int]]:
    """Per person, how much of an answer came out the same when its card was shown once more, over so many cards.

    A card counts once, in parts: its steps or pairs are judged in one mood and are not so many chances to differ.
    """
    before = {(said.annotator, said.rollouts): said for said in first if said.answer is not None}
    counts: dict[int, tuple[float, int]] = {}
    for said in again:
        earlier = before.get((said.annotator, said.rollouts))
        if said.answer is None or earlier is None:
            continue
        told, now = _parts(form, earlier), _parts(form, said)
        if both := told.keys() & now.keys():
            same, of = counts.get(said.annotator, (0.0, 0))
            counts[said.annotator] = (same + sum(told[key] == now[key] for key in both) / len(both), of + 1)
    return counts


def _parts(form: Form, said: Said) -> dict[Any, Any]:
    """What is compared with oneself: preferences where the form asks for them, else every unit."""
    return dict(_preferred(form, said)) if form.ordering else form.units(said.answer or {})


def _preferred(form: Form, said: Said) -> Iterator[tuple[tuple[int, int], float]]:
    return (((one.i, one.j), one.outcome) for one in form.comparisons(said.answer or {}))
