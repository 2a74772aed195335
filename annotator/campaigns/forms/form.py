"""A form is a list of questions about the completions of one card, answered together or not at all.

Answers are checked in the order somebody saw the completions in, and stored in the canonical order of the task.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from annotator.errors import InvalidAnswer, InvalidConfig

from .compared import Compared
from .marks import Spans, Steps
from .orderings import BestWorst, Pair, Ranking
from .place import Place
from .question import MOST_COMPLETIONS, Answer, Level, Question, Value, all_different
from .ratings import Binary, Rating
from .text import plain_text, steps_of
from .texts import Critique, Edit

MOST_QUESTIONS = 12
KINDS: dict[str, type[Question]] = {
    kind.kind: kind for kind in (Pair, BestWorst, Ranking, Rating, Binary, Steps, Spans, Critique, Edit)
}


@dataclasses.dataclass(frozen=True)
class Form:
    """What a campaign asks about every card."""

    questions: tuple[Question, ...]
    completions: int

    @classmethod
    def from_json(cls, raw: Any, completions: int) -> Form:
        """A form from what a manager wrote; raises InvalidConfig, whose field is a path such as `form[1].criteria`."""
        Place("completions", InvalidConfig).whole(completions, 1, MOST_COMPLETIONS)
        place = Place("form", InvalidConfig)
        listed = place.rows(raw, fewest=1, most=MOST_QUESTIONS)
        questions = tuple(_question(one, place[at], completions) for at, one in enumerate(listed))
        all_different([question.name for question in questions], place)
        return cls(questions, completions)

    def to_json(self) -> list[dict[str, Any]]:
        """All questions with all their options, as `from_json` takes them."""
        return [question.to_json() for question in self.questions]

    @property
    def ordering(self) -> Question | None:
        """The one question that says which completion is better: the first that can."""
        return next((question for question in self.questions if question.compares), None)

    @property
    def compares(self) -> bool:
        """Whether its answers can say which of two completions is better: what a reward model learns from."""
        return self.ordering is not None and self.completions > 1

    @property
    def reads_texts(self) -> bool:
        """Whether an answer can only be checked against what the completions say."""
        return any(question.reads_texts for question in self.questions)

    def steps(self, completion: str | list[dict[str, Any]]) -> list[str] | None:
        """The steps of a completion that are to be marked; None where no question marks steps."""
        marking = next((question for question in self.questions if isinstance(question, Steps)), None)
        return None if marking is None else steps_of(plain_text(completion), marking.split)

    def check(self, answer: Any, texts: Sequence[str]) -> Answer:
        """The answer as it is stored; raises InvalidAnswer. `texts`: plain, in the order that the answer counts in."""
        if len(texts) != self.completions:
            raise ValueError(f"A card of this form shows {self.completions} completions, not {len(texts)}.")
        place = Place("", InvalidAnswer)
        place.mapping(answer, known=[question.name for question in self.questions])
        checked: Answer = {}
        for question in self.questions:
            if question.name in answer:
                said = question.check(answer[question.name], place[question.name], texts)
                checked |= {} if said is None else {question.name: said}
            elif question.required:
                place[question.name].refuse("has no answer.")
        if not checked:
            place.refuse("says nothing; to pass on a card, skip it.")
        return checked

    def reorder(self, answer: Answer, order: Sequence[int]) -> Answer:
        """A checked answer in the canonical order; `order[p]` is the canonical position of what was shown at p."""
        if sorted(order) != list(range(self.completions)):
            raise ValueError(f"{order} is no order of {self.completions} completions.")
        return {
            question.name: question.moved(answer[question.name], order)
            for question in self.questions
            if question.name in answer
        }

    def as_shown(self, answer: Answer, order: Sequence[int]) -> Answer:
        """A stored answer as somebody gave it who was shown the completions in this order."""
        return self.reorder(answer, sorted(range(len(order)), key=order.__getitem__))

    def comparisons(self, answer: Answer) -> list[Compared]:
        """What an answer says of pairs, by the first question that can; another one never stands in for it."""
        question = self.ordering
        if question is None or question.name not in answer:
            return []
        return question.compared(answer[question.name], self.completions)

    def units(self, answer: Answer) -> dict[str, Value]:
        """Every part of a stored answer that people can agree on, as `quality.helpful[0]`; free text has none."""
        return {
            question.name + key: value
            for question in self.questions
            if question.name in answer
            for key, value in question.units(answer[question.name]).items()
        }

    def level(self, key: str) -> Level:
        """How far apart two values of a unit are: only different, by rank, by number, or by what sets share."""
        for question in self.questions:
            rest = key.removeprefix(question.name)
            if rest != key and rest[:1] in ("", ".", "["):
                return question.level(rest)
        raise KeyError(f"{key} is no unit of this form.")


def _question(raw: Any, place: Place, completions: int) -> Question:
    if type(raw) is not dict:
        place.refuse("must be an object with a kind and a name.")
    if "kind" not in raw:
        place["kind"].refuse("is missing.")
    kind = KINDS[place["kind"].one_of(raw["kind"], list(KINDS))]
    if not kind.fewest <= completions <= kind.most:
        many = f"{kind.fewest}" if kind.fewest == kind.most else f"{kind.fewest} to {kind.most}"
        place["kind"].refuse(f"is {kind.kind}, which is asked about {many} completions, not {completions}.")
    return kind.read(raw, place)
