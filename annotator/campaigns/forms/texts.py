"""In the annotator's own words: what there is to say of a card or a completion, or the completion put right."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from .place import Place
from .question import Answer, Question, spread

CRITIQUE_CHARS = 20_000
EDIT_CHARS = 400_000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Critique(Question):
    """Free text, of the card or of every completion; blank only where the question need not be answered."""

    kind = "critique"

    per: str = "card"
    min_length: int = 0  # of a text that is there; outer blanks do not count

    @classmethod
    def read_options(cls, raw: dict[str, Any], place: Place) -> dict[str, Any]:
        options: dict[str, Any] = {}
        if "per" in raw:
            options["per"] = place["per"].one_of(raw["per"], ("card", "completion"))
        if "min_length" in raw:
            options["min_length"] = place["min_length"].whole(raw["min_length"], 0, CRITIQUE_CHARS)
        return options

    def check(self, answer: Any, place: Place, texts: Sequence[str]) -> Answer | None:
        if self.per == "card":
            text = self._text(place.mapping(answer, needed=("text",))["text"], place["text"])
            return {"text": text} if text else None
        at = place["texts"]
        listed = at.rows(place.mapping(answer, needed=("texts",))["texts"], len(texts))
        said = [self._text(text, at[number]) for number, text in enumerate(listed)]
        return {"texts": said} if any(said) else None

    def _text(self, raw: Any, place: Place) -> str:
        text = place.text(raw, CRITIQUE_CHARS, 1 if self.required else 0).strip()
        return place.text(text, CRITIQUE_CHARS, self.min_length) if text else text

    def moved(self, answer: Answer, to: Sequence[int]) -> Answer:
        return answer if self.per == "card" else {"texts": spread(answer["texts"], to)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Edit(Question):
    """Every completion as it should have been; null where nothing had to change, whoever typed what."""

    kind = "edit"
    reads_texts = True

    @classmethod
    def read_options(cls, raw: dict[str, Any], place: Place) -> dict[str, Any]:
        return {}

    def check(self, answer: Any, place: Place, texts: Sequence[str]) -> Answer | None:
        at = place["texts"]
        listed = at.rows(place.mapping(answer, needed=("texts",))["texts"], len(texts))
        edits = [_edit(new, old, at[number]) for number, (new, old) in enumerate(zip(listed, texts, strict=True))]
        return {"texts": edits}

    def moved(self, answer: Answer, to: Sequence[int]) -> Answer:
        return {"texts": spread(answer["texts"], to)}


def _edit(raw: Any, old: str, place: Place) -> str | None:
    if raw is None or raw == old:
        return None
    return place.text(raw, EDIT_CHARS, 1)
