"""A value in somebody's JSON is what it should be, or refused with the path to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from annotator.errors import InvalidInput

SHOWN = 60  # characters of a refused value that the message repeats


@dataclass(frozen=True)
class Place:
    """Where a value stands, as in `form[1].criteria[0].low`, and which error says that it is wrong."""

    path: str
    error: type[InvalidInput]

    def __getitem__(self, key: str | int) -> Place:
        if isinstance(key, int):
            return Place(f"{self.path}[{key}]", self.error)
        return Place(f"{self.path}.{key}" if self.path else key, self.error)

    def refuse(self, what: str) -> NoReturn:
        raise self.error(f"{self.path or 'The answer'} {what}", field=self.path)

    def mapping(self, value: Any, needed: Collection[str] = (), known: Collection[str] = ()) -> dict[str, Any]:
        """An object with every needed key and no unknown one."""
        if type(value) is not dict:
            self.refuse(f"must be an object, not {shown(value)}.")
        for key in value:
            if key not in needed and key not in known:
                self[_key(key)].refuse(f"is not known here; known: {', '.join(sorted({*needed, *known}))}.")
        for key in needed:
            if key not in value:
                self[key].refuse("is missing.")
        return value

    def rows(self, value: Any, length: int | None = None, fewest: int = 0, most: int = 10_000) -> list[Any]:
        """A list, of exactly `length` where that is given."""
        if type(value) is not list:
            self.refuse(f"must be a list, not {shown(value)}.")
        if length is not None and len(value) != length:
            self.refuse(f"must have {length} entries, not {len(value)}.")
        if length is None and not fewest <= len(value) <= most:
            self.refuse(f"must have {fewest} to {most} entries, not {len(value)}.")
        return value

    def whole(self, value: Any, low: int, high: int) -> int:
        """A whole number in the range; true is no number."""
        if type(value) is not int or not low <= value <= high:
            self.refuse(f"must be a whole number from {low} to {high}, not {shown(value)}.")
        return value

    def flag(self, value: Any) -> bool:
        if type(value) is not bool:
            self.refuse(f"must be true or false, not {shown(value)}.")
        return value

    def flags(self, raw: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
        """Those of the named flags that are given."""
        return {name: self[name].flag(raw[name]) for name in names if name in raw}

    def one_of(self, value: Any, allowed: Sequence[Any]) -> Any:
        if not any(type(value) is type(one) and value == one for one in allowed):
            self.refuse(f"must be one of {', '.join(shown(one) for one in allowed)}, not {shown(value)}.")
        return value

    def text(self, value: Any, most: int, fewest: int = 0) -> str:
        """A string that can be stored, of at most `most` characters, `fewest` of them not counting outer blanks."""
        if type(value) is not str:
            self.refuse(f"must be text, not {shown(value)}.")
        if len(value) > most:
            self.refuse(f"has {len(value)} characters; {most} are accepted.")
        if "\0" in value:
            self.refuse(f"holds the character 0x00 at position {value.index(chr(0))}, which cannot be stored.")
        try:
            value.encode()
        except UnicodeEncodeError as error:
            self.refuse(f"holds half of a surrogate pair at position {error.start}, which is no character.")
        if len(value.strip()) < fewest:
            self.refuse("is empty." if fewest == 1 else f"needs at least {fewest} characters.")
        return value


def shown(value: Any) -> str:
    """The value as a message may repeat it: short, and encodable whatever it holds."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else f"a list of {len(value)}"
    if isinstance(value, int) and abs(value) >= 10**20:
        return "a number of more than 20 digits"
    told = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    told = {"None": "null", "True": "true", "False": "false"}.get(told, told)
    return told if len(told) <= SHOWN else told[:SHOWN] + "..."


def _key(key: Any) -> str:
    """A stranger's key, short and encodable, for a path."""
    return str(key)[:SHOWN].encode("ascii", "backslashreplace").decode().replace("\0", "\\0")
