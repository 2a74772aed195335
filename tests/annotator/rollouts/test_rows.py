"""What a usable row is: tables of good and bad rows, and properties over any JSON at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.errors import InvalidRollout
from annotator.rollouts import rows
from annotator.rollouts.batches import ReadyRow, prepare
from annotator.rollouts.rows import parse_row

GOOD: dict[str, Any] = {"prompt": "2+2?", "completions": [{"text": "4"}]}
LONG = "x" * rows.MAX_COMPLETION_CHARS


def group(**changes: Any) -> dict[str, Any]:
    return GOOD | changes


def one(**changes: Any) -> dict[str, Any]:
    return group(completions=[{"text": "4"} | changes])


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("raw", "reason", "field"),
    [
        ([], "wrong_type", ""),
        ("text", "wrong_type", ""),
        (None, "wrong_type", ""),
        ({}, "missing_field", "completions"),
        ({"completions": [{"text": "4"}]}, "missing_field", "prompt"),
        ({"completion": "4"}, "missing_field", "prompt"),
        (group(completions=[]), "empty_group", "completions"),
        (group(completions={"text": "4"}), "wrong_type", "completions"),
        (group(completions=["4"]), "wrong_type", "completions[0]"),
        (group(completions=[{"text": "4"}, {}]), "missing_field", "completions[1].text"),
        (group(completions=[{"text": "4"}] * 1025), "too_many_completions", "completions"),
        (group(prompt=""), "empty_prompt", "prompt"),
        (group(prompt=[]), "empty_prompt", "prompt"),
        (group(prompt=7), "wrong_type", "prompt"),
        (group(prompt=LONG + "x"), "prompt_too_long", "prompt"),
        (group(prompt=[{"role": "user"}]), "missing_field", "prompt[0].content"),
        (group(prompt=[{"role": "user", "content": None}]), "wrong_type", "prompt[0].content"),
        (group(prompt=["hello"]), "wrong_type", "prompt[0]"),
        (group(prompt=[{"role": "user", "content": "x"}] * 1001), "too_many_messages", "prompt"),
        (group(prompt=[{"role": "user", "content": "x", "name": "a\0"}]), "nul_character", "prompt[0]"),
        (group(completion="4"), "unknown_field", "completion"),
        (group(rewrad=1), "unknown_field", "rewrad"),
        (one(rewrad=1), "unknown_field", "completions[0].rewrad"),
        (group(**{"a\0\ud800": 1}), "unknown_field", "a\\x00\\ud800"),
        (one(text=""), "empty_completion", "completions[0].text"),
        (one(text=[{"role": "assistant", "content": ""}]), "empty_completion", "completions[0].text"),
        (one(text=None), "wrong_type", "completions[0].text"),
        (one(text=LONG + "x"), "completion_too_long", "completions[0].text"),
        (
            one(text=[{"role": "a", "content": LONG}, {"role": "a", "content": "x"}]),
            "completion_too_long",
            "completions[0].text",
        ),
        (one(text="a\0b"), "nul_character", "completions[0].text"),
        (one(text="a\ud800b"), "lone_surrogate", "completions[0].text"),
        (group(prompt="\udfff"), "lone_surrogate", "prompt"),
        (one(id=""), "empty_id", "completions[0].id"),
        (one(id=" \n"), "empty_id", "completions[0].id"),
        (one(id=7), "wrong_type", "completions[0].id"),
        (one(id="i" * 201), "id_too_long", "completions[0].id"),
        (one(id="a\0"), "nul_character", "completions[0].id"),
        (group(group_id=True), "wrong_type", "group_id"),
        (group(group_id="g" * 201), "id_too_long", "group_id"),
        (group(step=-1), "out_of_range", "step"),
        (group(step=2**63), "out_of_range", "step"),
        (group(step=1.0), "wrong_type", "step"),
        (group(step=True), "wrong_type", "step"),
        (group(step="1"), "wrong_type", "step"),
        (one(reward=True), "wrong_type", "completions[0].reward"),
        (one(reward="1"), "wrong_type", "completions[0].reward"),
        (one(reward=float("nan")), "non_finite", "completions[0].reward"),
        (one(reward=float("inf")), "non_finite", "completions[0].reward"),
        (one(reward=10**400), "out_of_range", "completions[0].reward"),
        (one(rewards=[1.0]), "wrong_type", "completions[0].rewards"),
        (one(rewards={"length": float("-inf")}), "non_finite", "completions[0].rewards.length"),
        (one(rewards={"length": False}), "wrong_type", "completions[0].rewards.length"),
        (one(rewards={"": 1}), "empty_id", "completions[0].rewards"),
        (one(rewards={"\0": 1}), "nul_character", "completions[0].rewards"),
        (one(rewards={str(n): 1 for n in range(101)}), "too_many_rewards", "completions[0].rewards"),
        (one(generator="g" * 201), "name_too_long", "completions[0].generator"),
        (one(generator=3), "wrong_type", "completions[0].generator"),
        (group(meta=[]), "wrong_type", "meta"),
        (group(meta={"k": "a\0"}), "nul_character", "meta"),
        (group(meta={"k\0": 1}), "nul_character", "meta"),
        (group(meta={"k": ["\ud800"]}), "lone_surrogate", "meta"),
        (group(meta={"k": float("nan")}), "non_finite", "meta"),
        (group(meta={"k": 2**63}), "out_of_range", "meta"),
        (group(meta={"k": "x" * 100_000}), "meta_too_large", "meta"),
        (group(meta={"k": nested(20)}), "too_deep", "meta"),
        (group(meta={"k": nested(500)}), "too_deep", "meta"),
        ({"prompt": "p", "completion": "c", "index": -1}, "out_of_range", "index"),
        ({"prompt": "p", "completion": "c", "index": 2**31}, "out_of_range", "index"),
        ({"prompt": "p", "completion": "c", "completions": []}, "unknown_field", "completion"),
        ({"prompt": "p", "completion": "\0"}, "nul_character", "completion"),
    ],
)
def test_a_bad_row_is_refused_with_its_reason_and_field(raw: object, reason: str, field: str) -> None:
    with pytest.raises(InvalidRollout) as refused:
        parse_row(raw)
    assert (refused.value.code, refused.value.context["field"]) == (reason, field)


def test_a_field_that_is_not_known_is_answered_with_those_that_are() -> None:
    with pytest.raises(InvalidRollout, match="there are `generator`, `id`, `meta`, `reward`, `rewards`, `text`"):
        parse_row(one(reward_components={"correct": 1.0}))


@pytest.mark.parametrize(
    "raw",
    [
        GOOD,
        one(text=LONG),
        one(text=" "),
        one(text="é😀\u2028"),
        one(reward=0, rewards={"correct": None, "length": -1.5}, id="7", generator="m", meta={"a": [1, None, {}]}),
        group(step=2**63 - 1, group_id="g", meta={"k": nested(19)}),
        group(prompt=[{"role": "user", "content": ""}, {"role": "user", "content": "x", "name": "bob"}]),
        {"prompt": "p", "completion": "c", "index": 3, "reward": None},
        {"prompt": "p", "completion": [{"role": "assistant", "content": "c"}]},
    ],
)
def test_a_good_row_is_taken(raw: object) -> None:
    assert parse_row(raw).completions


def test_a_completion_of_exactly_the_limit_is_taken_and_one_more_is_not() -> None:
    assert len(parse_row(one(text="é" * 1_000_000)).completions[0].text) == 1_000_000
    with pytest.raises(InvalidRollout, match="1000001 characters; 1000000 are accepted"):
        parse_row(one(text="é" * 1_000_001))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec=None), max_size=5), inner),
    max_leaves=8,
)
names = st.sampled_from(sorted(rows.GROUP_KEYS | rows.FLAT_KEYS | rows.COMPLETION_KEYS))
row_like = st.dictionaries(names, json_values | st.lists(st.dictionaries(names, json_values, max_size=4), max_size=3))


@given(row_like | json_values)
def test_any_json_is_a_row_or_is_refused_and_nothing_else(raw: object) -> None:
    told = prepare("run", 0, raw)
    if isinstance(told, ReadyRow):
        assert told.rollouts
    else:
        assert told.code != "invalid_rollout"
        json.dumps(told.as_dict(), ensure_ascii=False).encode()


@given(st.text(min_size=1), st.text(min_size=1), st.text(min_size=1), st.integers(0, 3))
def test_ids_follow_from_content_alone(prompt: str, completion: str, other: str, step: int) -> None:
    def ids(text: str, run: str = "run", index: int = 0, step: int = step) -> tuple[str, str] | None:
        ready = prepare(run, 0, {"prompt": prompt, "completion": text, "index": index, "step": step})
        return (ready.group, ready.rollouts[0].external_id) if isinstance(ready, ReadyRow) else None

    first = ids(completion)
    if first is None:
        assert "\0" in prompt + completion
        return
    assert ids(completion) == first
    beside = ids(completion, index=1)
    assert beside is not None and beside[0] == first[0] and beside[1] != first[1]
    assert ids(completion, run="another") != first
    assert ids(completion, step=step + 1) != first
    assert (ids(other) == first) == (other == completion)


def test_a_string_and_a_conversation_saying_the_same_are_different_texts() -> None:
    said = prepare("run", 0, {"prompt": "p", "completion": "c"})
    in_turns = prepare("run", 0, {"prompt": [{"role": "user", "content": "p"}], "completion": "c"})
    assert isinstance(said, ReadyRow)
    assert isinstance(in_turns, ReadyRow)
    assert said.prompt_digest != in_turns.prompt_digest


def test_group_form_and_flat_form_name_the_same_rollout_the_same() -> None:
    folded = prepare("run", 0, {"prompt": "p", "completions": [{"text": "a"}, {"text": "b", "reward": 1}]})
    flat = prepare("run", 0, {"prompt": "p", "completion": "b", "index": 1, "reward": 1.0})
    assert isinstance(folded, ReadyRow)
    assert isinstance(flat, ReadyRow)
    assert folded.rollouts[1] == flat.rollouts[0]
