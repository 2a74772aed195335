"""TRL's stepwise supervision, which trainers of process reward models read: a prompt, steps, and whether each is right.

The rule: a completion's steps from the first to the last before an unmarked one, because unmarked is not neutral and
what stands behind a hole, as after a first error, was not judged. Good and neutral steps are right, bad ones wrong; the
marks themselves ride along for whoever draws that line elsewhere. A bad problem gives no row, nor does a completion
whose first step is unmarked. The format knows no messages: a conversation is written as its plain text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import takewhile

from annotator.campaigns.forms import Form, plain_text, steps_of
from annotator.campaigns.forms.marks import BAD, Steps

from .cards import Text, Told
from .formats import PROVENANCE, Format, Row, asks, first_of, provenance


def stepwise(answers: Iterable[Told], form: Form, chat: bool) -> Iterator[Row]:
    question = first_of(form, "steps")
    assert isinstance(question, Steps)
    for told in answers:
        given = (told.row.answer or {}).get(question.name)
        if given is None:
            continue
        for one, all_marks, end in zip(told.shown, given["marks"], given["end"], strict=True):
            marks = list(takewhile(lambda mark: mark is not None, all_marks))
            if marks and end != "bad_problem":
                yield {
                    "prompt": _prompt(told.row.prompt),
                    "completions": steps_of(plain_text(one.completion), question.split)[: len(marks)],
                    "labels": [mark != BAD for mark in marks],
                    "marks": marks,
                    "end": end,
                    "completion_id": one.external_id,
                    **provenance(told),
                }


def _prompt(prompt: Text) -> str:
    """A conversation of one turn is what it says; of several, each turn says who speaks."""
    if isinstance(prompt, str) or len(prompt) == 1:
        return plain_text(prompt)
    return "\n\n".join(f"{turn['role']}: {turn['content']}" for turn in prompt)


PRM_STEPWISE = Format(
    name="prm-stepwise",
    made_of="a steps question",
    fits=asks("steps"),
    columns={
        "prompt": "string",
        "completions": "strings",
        "labels": "flags",
        "marks": "ints",
        "end": "string",
        "completion_id": "string",
        **PROVENANCE,
    },
    rows=stepwise,
)
