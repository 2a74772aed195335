"""One question of a form: the options it takes, what answers it, and what an answer is worth to whoever reads it."""

from __future__ import annotations

import abc
import dataclasses
import re
from collections.abc import Sequence
from typing import Any, ClassVar, Literal, Self, TypeVar

from .compared import Compared
from .place import Place

Answer = dict[str, Any]
Value = str | int | bool | frozenset[Any]  # what agreement compares
Level = Literal["nominal", "ordinal", "interval", "set"]
T = TypeVar("T")

SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
TITLE_CHARS = 200
GUIDELINE_CHARS = 20_000
MOST_COMPLETIONS = 8


@dataclasses.dataclass(frozen=True, kw_only=True)
class Question(abc.ABC):
    """Asked about all completions of a card at once; a kind's own options are its further fields."""

    kind: ClassVar[str]
    fewest: ClassVar[int] = 1  # completions it can be asked about
    most: ClassVar[int] = MOST_COMPLETIONS
    compares: ClassVar[bool] = False  # whether its answers say which completion is better
    reads_texts: ClassVar[bool] = False  # whether an answer can only be checked against what the completions say

    name: str
    title: str = ""
    guideline: str = ""  # Markdown
    required: bool = True

    @classmethod
    def read(cls, raw: dict[str, Any], place: Place) -> Self:
        """A question from what a manager wrote; raises InvalidConfig."""
        known = [field.name for field in dataclasses.fields(cls)]
        place.mapping(raw, needed=("kind", "name"), known=known)
        return cls(**named(raw, place), **place.flags(raw, ["required"]), **cls.read_options(raw, place))

    @classmethod
    @abc.abstractmethod
    def read_options(cls, raw: dict[str, Any], place: Place) -> dict[str, Any]:
        """The options of this kind that are given."""

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, **_plain(dataclasses.asdict(self))}

    @abc.abstractmethod
    def check(self, answer: Any, place: Place, texts: Sequence[str]) -> Answer | None:
        """The answer as it is stored; None when it says nothing and need not. Raises InvalidAnswer."""

    @abc.abstractmethod
    def moved(self, answer: Answer, to: Sequence[int]) -> Answer:
        """The answer when the completion at place p goes to place `to[p]`."""

    def compared(self, answer: Answer, completions: int) -> list[Compared]:
        """What the answer says of pairs; each pair at most once, by position."""
        return []

    def units(self, answer: Answer) -> dict[str, Value]:
        """What is compared between people, by keys that follow the question's name."""
        return {}

    def level(self, key: str) -> Level:
        raise KeyError(f"{self.name}{key} has no unit.")


def named(raw: dict[str, Any], place: Place) -> dict[str, Any]:
    """The name, title and guideline of a question or of a part of one."""
    texts = {"title": TITLE_CHARS, "guideline": GUIDELINE_CHARS}
    found = {key: place[key].text(raw[key], most) for key, most in texts.items() if key in raw}
    return {"name": slug(raw["name"], place["name"]), **found}


def slug(value: Any, place: Place) -> str:
    if type(value) is not str or not SLUG.fullmatch(value):
        place.refuse("must be 1 to 40 lower-case letters, digits, - and _, beginning with a letter or digit.")
    return value


def all_different(names: Sequence[str], place: Place, key: str = "name") -> None:
    """Refuses a name given to two neighbours of one list."""
    for at, name in enumerate(names):
        if name in names[:at]:
            place[at][key].refuse(f"is {name!r}, which another one here is called already.")


def spread(items: Sequence[T], to: Sequence[int]) -> list[T]:
    """The items where those of place p go to place `to[p]`."""
    moved = list(items)
    for place, goal in enumerate(to):
        moved[goal] = items[place]
    return moved


def _plain(value: Any) -> Any:
    """Tuples as the lists JSON has."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value
