"""Every completion on its own: a number for each of several criteria, or good and bad."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from .compared import Compared, by_merit
from .place import Place
from .question import Answer, Level, Question, Value, all_different, named, spread

MOST_CRITERIA = 20
MOST_POINTS = 101  # of one scale: more than anybody tells apart
FARTHEST = 1_000
LABEL_CHARS = 60


@dataclasses.dataclass(frozen=True, kw_only=True)
class Criterion:
    """One scale, both ends included."""

    name: str
    title: str = ""
    guideline: str = ""
    low: int = 1
    high: int = 7
    low_label: str = ""
    high_label: str = ""

    @classmethod
    def read(cls, raw: Any, place: Place) -> Criterion:
        place.mapping(raw, needed=("name",), known=[field.name for field in dataclasses.fields(cls)])
        options: dict[str, Any] = {
            key: place[key].whole(raw[key], -FARTHEST, FARTHEST) for key in ("low", "high") if key in raw
        }
        options |= {key: place[key].text(raw[key], LABEL_CHARS) for key in ("low_label", "high_label") if key in raw}
        made = cls(**named(raw, place), **options)
        if not 1 <= made.high - made.low < MOST_POINTS:
            at = place["low" if "low" in raw else "high"]
            at.refuse(f"makes a scale from {made.low} to {made.high}; it needs 2 to {MOST_POINTS} points.")
        return made


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rating(Question):
    """A whole number for every completion on every criterion; one criterion says which completion is better."""

    kind = "rating"
    compares = True

    criteria: tuple[Criterion, ...]
    orders_by: str

    @classmethod
    def read_options(cls, raw: dict[str, Any], place: Place) -> dict[str, Any]:
        at = place["criteria"]
        if "criteria" not in raw:
            at.refuse("is missing.")
        listed = at.rows(raw["criteria"], fewest=1, most=MOST_CRITERIA)
        criteria = tuple(Criterion.read(one, at[number]) for number, one in enumerate(listed))
        names = [one.name for one in criteria]
        all_different(names, at)
        return {"criteria": criteria, "orders_by": place["orders_by"].one_of(raw.get("orders_by", names[0]), names)}

    def check(self, answer: Any, place: Place, texts: Sequence[str]) -> Answer:
        at = place["scores"]
        scores = at.mapping(place.mapping(answer, needed=("scores",))["scores"], [one.name for one in self.criteria])
        return {"scores": {one.name: _scores(scores[one.name], one, at[one.name], len(texts)) for one in self.criteria}}

    def moved(self, answer: Answer, to: Sequence[int]) -> Answer:
        return {"scores": {name: spread(scores, to) for name, scores in answer["scores"].items()}}

    def compared(self, answer: Answer, completions: int) -> list[Compared]:
        return by_merit(answer["scores"][self.orders_by])

    def units(self, answer: Answer) -> dict[str, Value]:
        return {f".{name}[{at}]": score for name, scores in answer["scores"].items() for at, score in enumerate(scores)}

    def level(self, key: str) -> Level:
        return "interval"


def _scores(raw: Any, criterion: Criterion, place: Place, count: int) -> list[int]:
    return [place[at].whole(score, criterion.low, criterion.high) for at, score in enumerate(place.rows(raw, count))]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Binary(Question):
    """Good or bad, for every completion; two good ones are not compared, nor two bad ones."""

    kind = "binary"
    compares = True

    good: str = "Good"  # what the two answers are called on the card
    bad: str = "Bad"

    @classmethod
    def read_options(cls, raw: dict[str, Any], place: Place) -> dict[str, Any]:
        labels: dict[str, Any] = {
            key: place[key].text(raw[key], LABEL_CHARS, 1) for key in ("good", "bad") if key in raw
        }
        if labels.get("good", cls.good) == labels.get("bad", cls.bad):
            place["bad" if "bad" in raw else "good"].refuse("is the label of the other answer.")
        return labels

    def check(self, answer: Any, place: Place, texts: Sequence[str]) -> Answer:
        place.mapping(answer, needed=("good",))
        here = place["good"]
        return {"good": [here[at].flag(one) for at, one in enumerate(here.rows(answer["good"], len(texts)))]}

    def moved(self, answer: Answer, to: Sequence[int]) -> Answer:
        return {"good": spread(answer["good"], to)}

    def compared(self, answer: Answer, completions: int) -> list[Compared]:
        return by_merit(answer["good"], equal=False)

    def units(self, answer: Answer) -> dict[str, Value]:
        return {f"[{at}]": good for at, good in enumerate(answer["good"])}

    def level(self, key: str) -> Level:
        return "nominal"
