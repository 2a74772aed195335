"""The words of a completion as marks and offsets count them: one plain text, and its steps."""

from __future__ import annotations

import re
from typing import Any

BETWEEN_TURNS = "\n\n"
SPLITS = ("paragraph", "line")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def plain_text(completion: str | list[dict[str, Any]]) -> str:
    """A string as it is; of a conversation the turns' contents, a blank line between them."""
    if isinstance(completion, str):
        return completion
    return BETWEEN_TURNS.join(turn["content"] for turn in completion)


def steps_of(text: str, split: str) -> list[str]:
    """The steps somebody may mark: the lines, or the paragraphs, that are not blank.

    A fenced block of code stays in one paragraph, blank lines and all; a fence that is never closed is only text.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if split == "line":
        return [line.rstrip() for line in lines if line.strip()]
    inside = _inside_fences(lines)
    paragraphs: list[list[str]] = [[]]
    for number, line in enumerate(lines):
        if line.strip() or number in inside:
            paragraphs[-1].append(line)
        elif paragraphs[-1]:
            paragraphs.append([])
    return ["\n".join(paragraph).rstrip() for paragraph in paragraphs if paragraph]


def _inside_fences(lines: list[str]) -> set[int]:
    """The lines between a fence and the one that closes it."""
    fences = [(number, found[1]) for number, line in enumerate(lines) if (found := FENCE.match(line))]
    inside: set[int] = set()
    closed = -1
    never: dict[str, int] = {}  # of each mark, the shortest fence nothing closes: looking again would be quadratic
    for at, (number, fence) in enumerate(fences):
        if number <= closed or len(fence) >= never.get(fence[0], len(fence) + 1):
            continue
        later = (fences[place] for place in range(at + 1, len(fences)))
        closed = next((line for line, mark in later if mark.startswith(fence) and lines[line].strip() == mark), -1)
        if closed < 0:
            never[fence[0]] = len(fence)
        inside.update(range(number, closed))
    return inside
