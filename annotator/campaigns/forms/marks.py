"""Where in a completion: every step's worth and how the marking ended, or spans of an error type."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Any

from .place import Place
from .question import Answer, Level, Question, Value, all_different, named, spread
from .text import SPLITS, steps_of

GOOD, NEUTRAL, BAD = 1, 0, -1  # a step nobody marked is null, which is not neutral
ENDS = ("solved", "found_error", "gave_up", "bad_problem")
MOST_TYPES = 20
MOST_SPANS = 1_000  # of one completion
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
CELL = 10  # characters: two people's spans agree where they mark the same cells, so a blank more is no disagreement


@dataclasses.dataclass(frozen=True, kw_only=True)
class Steps(Question):
    """Good, neutral, bad or nothing for every step, and how it ended; the end must not contradict the marks."""

    kind = "steps"
    reads_texts = True

    split: str = "paragraph"

    @classmethod
    def read_options(cls, raw: dict[str, Any], place: Place) -> dict[str, Any]:
        return {"split": place["split"].one_of(raw["split"], SPLITS)} if "split" in raw else {}

    def check(self, answer: Any, place: Place, texts: Sequence[str]) -> Answer:
        place.mapping(answer, needed=("marks", "end"))
        at, ends = place["marks"], place["end"]
        at.rows(answer["marks"], len(texts))
        marks = [self._marks(answer["marks"][number], at[number], text) for number, text in enumerate(texts)]
        for number, end in enumerate(ends.rows(answer["end"], len(texts))):
            ends[number].one_of(end, ENDS)
            if end == "found_error" and BAD not in marks[number]:
                ends[number].refuse("is found_error, but no step is marked bad.")
            if end == "solved" and BAD in marks[number]:
                ends[number].refuse("is solved, but a step is marked bad.")
        return {"marks": marks, "end": list(answer["end"])}

    def _marks(self, raw: Any, place: Place, text: str) -> list[int | None]:
        marks = place.rows(raw, len(steps_of(text, self.split)))
        return [None if mark is None else place[at].whole(mark, BAD, GOOD) for at, mark in enumerate(marks)]

    def moved(self, answer: Answer, to: Sequence[int]) -> Answer:
        return {key: spread(lists, to) for key, lists in answer.items()}

    def units(self, answer: Answer) -> dict[str, Value]:
        ends = {f".end[{at}]": end for at, end in enumerate(answer["end"])}
        return ends | {
            f".marks[{at}][{step}]": mark
            for at, marks in enumerate(answer["marks"])
            for step, mark in enumerate(marks)
            if mark is not None
        }

    def level(self, key: str) -> Level:
        return "nominal" if key.startswith(".end") else "ordinal"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ErrorType:
    """What may be wrong with a span, and the colour it is shown in."""

    name: str
    title: str = ""
    colour: str = ""

    @classmethod
    def read(cls, raw: Any, place: Place) -> ErrorType:
        place.mapping(raw, needed=("name",), known=("title", "colour"))
        if (colour := raw.get("colour", "")) and not (type(colour) is str and COLOUR.fullmatch(colour)):
            place["colour"].refuse("must be a colour such as #c0392b.")
        return cls(**named(raw, place), colour=colour)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Spans(Question):
    """Stretches of a completion with the type of error in them; spans may overlap, and none at all is an answer."""

    kind = "spans"
    reads_texts = True

    types: tuple[ErrorType, ...]

    @classmethod
    def read_options(cls, raw: dict[str, Any], place: Place) -> dict[str, Any]:
        at = place["types"]
        if "types" not in raw:
            at.refuse("is missing.")
        listed = at.rows(raw["types"], fewest=1, most=MOST_TYPES)
        types = tuple(ErrorType.read(one, at[number]) for number, one in enumerate(listed))
        all_different([one.name for one in types], at)
        return {"types": types}

    def check(self, answer: Any, place: Place, texts: Sequence[str]) -> Answer:
        place.mapping(answer, needed=("spans",))
        at = place["spans"]
        at.rows(answer["spans"], len(texts))
        return {"spans": [self._spans(answer["spans"][n], at[n], len(text)) for n, text in enumerate(texts)]}

    def _spans(self, raw: Any, place: Place, length: int) -> list[Answer]:
        names = [one.name for one in self.types]
        found = set()
        for at, span in enumerate(place.rows(raw, most=MOST_SPANS)):
            here = place[at]
            here.mapping(span, needed=("start", "end", "type"))
            start, end = here["start"].whole(span["start"], 0, length), here["end"].whole(span["end"], 0, length)
            if start >= end:
                here["end"].refuse(f"is {end}, which is not behind the start, {start}.")
            found.add((start, end, here["type"].one_of(span["type"], names)))
        return [{"start": start, "end": end, "type": name} for start, end, name in sorted(found)]

    def moved(self, answer: Answer, to: Sequence[int]) -> Answer:
        return {"spans": spread(answer["spans"], to)}

    def units(self, answer: Answer) -> dict[str, Value]:
        return {f"[{at}]": _cells(spans) for at, spans in enumerate(answer["spans"])}

    def level(self, key: str) -> Level:
        return "set"


def _cells(spans: Sequence[Answer]) -> frozenset[tuple[str, int]]:
    """Which cells of the text carry which type of error."""
    return frozenset(
        (span["type"], cell) for span in spans for cell in range(span["start"] // CELL, (span["end"] - 1) // CELL + 1)
    )
