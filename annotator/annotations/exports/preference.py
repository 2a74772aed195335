"""Which completion is better, as pairs with a winner or as a ranked list. Whoever ordered them, and however.

The rules: a pair that an answer calls equal, or both bad, has no winner and gives no row; a ranking gives a row for
each of its pairs. A ranked list holds an answer's completions by how many were called better; equal ones share a rank.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from annotator.campaigns.forms import Form

from .cards import Told
from .formats import PROVENANCE, Format, Row, provenance, said


def preference(answers: Iterable[Told], form: Form, chat: bool) -> Iterator[Row]:
    for told in answers:
        prompt, more = said(told.row.prompt, "user", chat), provenance(told)
        for one in told.compared:
            if one.outcome == 0.5:
                continue
            winner, loser = (one.i, one.j) if one.outcome == 1.0 else (one.j, one.i)
            chosen, rejected = told.shown[winner], told.shown[loser]
            yield {
                "prompt": prompt,
                "chosen": said(chosen.completion, "assistant", chat),
                "rejected": said(rejected.completion, "assistant", chat),
                "strength": one.strength,
                "chosen_id": chosen.external_id,
                "rejected_id": rejected.external_id,
                **more,
            }


def ranked(answers: Iterable[Told], form: Form, chat: bool) -> Iterator[Row]:
    for told in answers:
        if not told.compared:
            continue
        ranks = _ranks(told)
        yield {
            "context": said(told.row.prompt, "user", True),
            "completions": [
                {"rank": ranks[at], "completion": said(told.shown[at].completion, "assistant", True)}
                for at in sorted(range(len(ranks)), key=ranks.__getitem__)
            ],
            "completion_ids": [told.shown[at].external_id for at in sorted(range(len(ranks)), key=ranks.__getitem__)],
            **provenance(told),
        }


def _ranks(told: Told) -> list[int]:
    """How many completions were called better than each: 0 is best."""
    ranks = [0] * len(told.shown)
    for one in told.compared:
        if one.outcome != 0.5:
            ranks[one.j if one.outcome == 1.0 else one.i] += 1
    return ranks


MADE_OF: dict[str, Any] = {
    "made_of": "a question that orders two or more completions",
    "fits": lambda form: form.compares,
}

TRL_PREFERENCE = Format(
    name="trl-preference",
    columns={
        **dict.fromkeys(("prompt", "chosen", "rejected"), "text"),
        "strength": "int",
        "chosen_id": "string",
        "rejected_id": "string",
        **PROVENANCE,
    },
    rows=preference,
    **MADE_OF,
)

RANKED = Format(
    name="ranked",
    columns={"context": "messages", "completions": "ranked", "completion_ids": "strings", **PROVENANCE},
    rows=ranked,
    **MADE_OF,
)
