"""Reasoning is what stands between thinking tags of a text; the answer is all the rest.

A template often writes the opening tag itself, so a text may begin in the middle of a thought; a model cut off by its
limit never closes one, and all that follows is the thought. Pages fold what this leaves out of a line: they find it by
the same rule (frontend/src/domain/reading/turns.ts), and both are held to the examples in tests/reasoning.json.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

NAMES = "think|thinking|thought|thoughts|reasoning|analysis|scratchpad"
OPENING = re.compile(rf"^[ \t]*<({NAMES})>", re.IGNORECASE | re.MULTILINE | re.ASCII)
CLOSING = re.compile(rf"(?<!`)</({NAMES})>(?!`)", re.IGNORECASE | re.ASCII)
FENCE = re.compile(r"^ {0,3}(?:`{3,}|~{3,})", re.MULTILINE)
MOST_PARTS = 40  # a text that goes back and forth more often is no reasoning but a text about tags


@dataclass(frozen=True)
class Parted:
    """A text in two, each part in the order in which it was written."""

    answer: str
    thought: str


def parted(text: str) -> Parted:
    """What a text says, and what it thinks before and in between."""
    answer, thought = list[str](), list[str]()

    def keep(kept: list[str], part: str) -> None:
        if part.strip():
            kept.append(part)

    rest, first = text, True
    while len(answer) + len(thought) < MOST_PARTS:
        opening, closing = OPENING.search(rest), CLOSING.search(rest)
        begun_before = closing and (not opening or closing.start() < opening.start())
        if first and closing and begun_before and not _in_fence(rest, closing.start()):
            keep(thought, rest[: closing.start()])
            rest, first = rest[closing.end() :], False
            continue
        first = False
        if not opening or _in_fence(rest, opening.start()):
            break
        keep(answer, rest[: opening.start()])
        inner = rest[opening.end() :]
        end = CLOSING.search(inner)
        keep(thought, inner[: end.start()] if end else inner)
        rest = inner[end.end() :] if end else ""
    keep(answer, rest)
    return Parted("\n".join(answer), "\n".join(thought))


def _in_fence(text: str, at: int) -> bool:
    """Whether a place stands in a block of code, where a tag is what the text is about."""
    return sum(1 for _ in FENCE.finditer(text, 0, at)) % 2 == 1
