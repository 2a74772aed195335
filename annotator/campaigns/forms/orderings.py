"""Which completion is better: two against each other, the best and worst of several, or all of them ranked."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from .compared import Compared, better, by_merit, in_order
from .place import Place
from .question import Answer, Level, Question, Value, spread

SWAPPED = {"first": "second", "second": "first"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pair(Question):
    """The first, the second, neither because equal, or neither because bad."""

    kind = "pair"
    fewest = most = 2
    compares = True

    strength: bool = True
    ties: bool = True
    both_bad: bool = True

    @classmethod
    def read_options(cls, raw: dict[str, Any], place: Place) -> dict[str, Any]:
        return place.flags(raw, ("strength", "ties", "both_bad"))

    def check(self, answer: Any, place: Place, texts: Sequence[str]) -> Answer:
        place.mapping(answer, needed=("choice",), known=("strength",))
        neither = [name for name, given in (("tie", self.ties), ("both_bad", self.both_bad)) if given]
        choice = place["choice"].one_of(answer["choice"], ["first", "second", *neither])
        strength = answer.get("strength")
        if strength is not None:
            place["strength"].whole(strength, 1, 3)
            if not self.strength or choice in neither:
                why = "only goes with first or second" if self.strength else "is not asked for"
                place["strength"].refuse(f"{why}.")
        return {"choice": choice, "strength": strength}

    def moved(self, answer: Answer, to: Sequence[int]) -> Answer:
        if list(to) == [0, 1]:
            return answer
        return {**answer, "choice": SWAPPED.get(answer["choice"], answer["choice"])}

    def compared(self, answer: Answer, completions: int) -> list[Compared]:
        outcome = {"first": 1.0, "second": 0.0}.get(answer["choice"], 0.5)
        return [Compared(0, 1, outcome, answer["strength"])]

    def units(self, answer: Answer) -> dict[str, Value]:
        return {"": answer["choice"]}

    def level(self, key: str) -> Level:
        return "nominal"


@dataclasses.dataclass(frozen=True, kw_only=True)
class BestWorst(Question):
    """The best of several, and the worst if one stands out; of the others it says only that they lie between."""

    kind = "best_worst"
    fewest = 2
    compares = True

    worst: bool = True

    @classmethod
    def read_options(cls, raw: dict[str, Any], place: Place) -> dict[str, Any]:
        return place.flags(raw, ["worst"])

    def check(self, answer: Any, place: Place, texts: Sequence[str]) -> Answer:
        place.mapping(answer, needed=("best",), known=("worst",))
        last = len(texts) - 1
        best, worst = place["best"].whole(answer["best"], 0, last), answer.get("worst")
        if worst is not None:
            if not self.worst:
                place["worst"].refuse("is not asked for.")
            if place["worst"].whole(worst, 0, last) == best:
                place["worst"].refuse("is the completion that was called the best.")
        return {"best": best, "worst": worst}

    def moved(self, answer: Answer, to: Sequence[int]) -> Answer:
        return {key: None if position is None else to[position] for key, position in answer.items()}

    def compared(self, answer: Answer, completions: int) -> list[Compared]:
        best, worst = answer["best"], answer["worst"]
        others = [position for position in range(completions) if position not in (best, worst)]
        found = [better(best, other) for other in others]
        if worst is not None:
            found += [better(other, worst) for other in [best, *others]]
        return in_order(found)

    def units(self, answer: Answer) -> dict[str, Value]:
        return {f".{key}": position for key, position in answer.items() if position is not None}

    def level(self, key: str) -> Level:
        return "nominal"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ranking(Question):
    """Every completion's rank, 1 being best; the ranks are stored without gaps."""

    kind = "ranking"
    fewest = 2
    compares = True

    ties: bool = True

    @classmethod
    def read_options(cls, raw: dict[str, Any], place: Place) -> dict[str, Any]:
        return place.flags(raw, ["ties"])

    def check(self, answer: Any, place: Place, texts: Sequence[str]) -> Answer:
        place.mapping(answer, needed=("ranks",))
        count, here = len(texts), place["ranks"]
        ranks = [here[at].whole(rank, 1, count) for at, rank in enumerate(here.rows(answer["ranks"], count))]
        for at, rank in enumerate(ranks):
            if not self.ties and rank in ranks[:at]:
                here[at].refuse(f"is {rank}, as another completion's; this question takes no ties.")
        dense = {rank: at for at, rank in enumerate(sorted(set(ranks)), 1)}
        return {"ranks": [dense[rank] for rank in ranks]}

    def moved(self, answer: Answer, to: Sequence[int]) -> Answer:
        return {"ranks": spread(answer["ranks"], to)}

    def compared(self, answer: Answer, completions: int) -> list[Compared]:
        return by_merit([-rank for rank in answer["ranks"]])

    def units(self, answer: Answer) -> dict[str, Value]:
        return {f"[{at}]": rank for at, rank in enumerate(answer["ranks"])}

    def level(self, key: str) -> Level:
        return "ordinal"
