"""Reasoning is told from the answer, by the rule that the pages fold it by."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.rollouts.reasoning import MOST_PARTS, parted

EXAMPLES = json.loads((Path(__file__).parents[2] / "reasoning.json").read_text())
PIECES = ["<think>", "</think>", "<Reasoning>", "</analysis>", "```", "`", "\n", " ", "yes", "hm"]


def line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["text"][:30])
def test_a_text_is_parted_as_the_pages_part_it(example: dict[str, str]) -> None:
    found = parted(example["text"])
    assert [line(found.answer), line(found.thought)] == [line(example["answer"]), line(example["thought"])]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_of_whatever_was_written_only_tags_are_lost(text: str) -> None:
    found = parted(text)
    for word in ("yes", "hm"):
        assert (found.answer + found.thought).count(word) == text.count(word)


def test_going_back_and_forth_without_end_is_an_answer_in_the_end() -> None:
    found = parted("<think>a</think>\nb\n" * 5_000)
    assert found.thought.count("a") <= MOST_PARTS
    assert found.answer.count("b") == 5_000
