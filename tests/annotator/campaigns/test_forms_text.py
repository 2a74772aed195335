"""A completion has one plain text, whose characters spans count, and one list of steps, which marks follow."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.campaigns.forms import plain_text, steps_of

CODE = "Look:\n```python\na = 1\n\nb = 2\n```\nDone."


@pytest.mark.parametrize(
    ("text", "paragraphs", "lines"),
    [
        ("", [], []),
        (" \n\n", [], []),
        ("one", ["one"], ["one"]),
        ("one\ntwo\n\nthree", ["one\ntwo", "three"], ["one", "two", "three"]),
        ("one  \n \t \n\n\n  two", ["one", "  two"], ["one", "  two"]),
        ("one\r\n\r\ntwo\rthree", ["one", "two\nthree"], ["one", "two", "three"]),
        ("a\u2028b", ["a\u2028b"], ["a\u2028b"]),
        (CODE, [CODE], [line for line in CODE.split("\n") if line]),
        (f"{CODE}\n\nend", [CODE, "end"], [line for line in f"{CODE}\nend".split("\n") if line]),
        ("```\na\n\nb", ["```\na", "b"], ["```", "a", "b"]),
        ("````\n```\n\nx\n````", ["````\n```\n\nx\n````"], ["````", "```", "x", "````"]),
        ("~~~\na\n\n```\n~~~\n\nz", ["~~~\na\n\n```\n~~~", "z"], ["~~~", "a", "```", "~~~", "z"]),
        ("```\na\n```\n\n```\nb\n```", ["```\na\n```", "```\nb\n```"], ["```", "a", "```", "```", "b", "```"]),
    ],
)
def test_steps_are_lines_or_paragraphs_and_code_is_not_torn(text, paragraphs, lines):
    assert steps_of(text, "paragraph") == paragraphs
    assert steps_of(text, "line") == lines


@given(st.text(st.sampled_from("a `~\n\r\t"), max_size=60), st.sampled_from(["paragraph", "line"]))
def test_no_word_is_lost_or_invented_and_no_step_is_blank(text, split):
    steps = steps_of(text, split)
    assert "".join("".join(steps).split()) == "".join(text.split())
    assert all(step.strip() for step in steps)


@pytest.mark.parametrize("line", ["```a\n", "```\n", "~~~~a\n```\n", "\n"])
def test_a_million_characters_of_fences_are_split_in_a_moment(line):
    text = line * (1_000_000 // len(line))
    began = time.perf_counter()
    steps_of(text, "paragraph")
    assert time.perf_counter() - began < 60


def test_a_conversation_reads_as_its_turns_with_a_blank_line_between():
    turns = [{"role": "assistant", "content": "first"}, {"role": "tool", "content": "2"}]
    assert plain_text(turns) == "first\n\n2"
    assert steps_of(plain_text(turns), "paragraph") == ["first", "2"]
    assert plain_text("as it is ") == "as it is "
