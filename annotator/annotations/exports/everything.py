"""Every answer as it was given, one row each: nobody outvoted, nothing settled, nobody named.

Positions in `answer` count along `completions` and `completion_ids`; `shown_ids` is the order the person saw. A skip
has no answer. What an answer says of pairs stands in `compared`, by the ids of the trainer. `seat` numbers those whom a
card was meant for; `extra` was paid from the reserve, such as one more person whom disagreement called; `surplus` came
too late to count; `gold_score` is how well it met a known answer; `returned` that whoever read it sent it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from annotator.campaigns.forms import Form

from .cards import Told
from .formats import PROVENANCE, Format, Row, provenance, said


def everything(answers: Iterable[Told], form: Form, chat: bool) -> Iterator[Row]:
    for told in answers:
        ids = [one.external_id for one in told.shown]
        yield {
            "answer": told.row.answer,
            "skip": told.row.skip or None,
            "flagged": told.row.flagged,
            "comment": told.row.comment,
            "active_ms": told.row.active_ms,
            "at": told.row.at.isoformat(),
            "revises": told.row.revises,
            "seat": told.row.seat,
            "extra": told.row.extra,
            "surplus": told.row.surplus,
            "gold_score": told.row.gold_score,
            "returned": told.row.returned,
            "compared": [
                {"first": ids[one.i], "second": ids[one.j], "outcome": one.outcome, "strength": one.strength}
                for one in told.compared
            ],
            "completion_ids": ids,
            "shown_ids": [ids[at] for at in told.row.shown_order],
            "prompt": said(told.row.prompt, "user", chat),
            "completions": [said(one.completion, "assistant", chat) for one in told.shown],
            **provenance(told),
        }


ANNOTATIONS = Format(
    name="annotations",
    made_of="answers of any kind",
    fits=lambda form: True,
    columns={
        "answer": "json",
        "skip": "string",
        "flagged": "bool",
        "comment": "string",
        "active_ms": "int",
        "at": "string",
        "revises": "int",
        "seat": "int",
        "extra": "bool",
        "surplus": "bool",
        "gold_score": "float",
        "returned": "bool",
        "compared": "compared",
        "completion_ids": "strings",
        "shown_ids": "strings",
        "prompt": "text",
        "completions": "texts",
        **PROVENANCE,
    },
    rows=everything,
)
