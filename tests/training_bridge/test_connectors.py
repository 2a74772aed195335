"""Readers on real files made here: TRL's Parquet with its traps, verl's JSONL, and any columns."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from annotator.rollouts.rows import parse_row
from training_bridge.connectors import columns, formats, source, trl_parquet, verl_jsonl
from training_bridge.connectors.columns import Mapping
from training_bridge.connectors.source import Problem

NAN = math.nan
Sample = tuple[str, str, float, float]  # prompt, completion, reward, advantage


def trl_file(folder: Path, step: int, samples: Sequence[Sample], **extras: pa.Array) -> Path:
    """A file as TRL writes it: reward columns after `completion`, then extras, then `advantage`."""
    prompts, completions, rewards, advantages = zip(*samples, strict=True)
    table = pa.table(
        {
            "step": pa.array([step] * len(samples), pa.int64()),
            "prompt": pa.array(prompts, pa.large_string()),
            "completion": pa.array(completions, pa.large_string()),
            "correct": pa.array(rewards, pa.float64()),
            "length": pa.array([NAN] * len(samples), pa.float64()),
            **extras,
            "advantage": pa.array(advantages, pa.float64()),
        }
    )
    path = folder / f"completions_{step:05d}.parquet"
    pq.write_table(table, path)
    return path


def batch(prompts: str, texts: str, tag: object = "") -> list[Sample]:
    return [(p, f"{p}{t}{tag}", float(n), 1.0 if n % 2 else -1.0) for p in prompts for n, t in enumerate(texts)]


def rows(path: Path, **options: Any) -> list[Any]:
    return [record for _, record in trl_parquet.read(path, lambda at: None, **options)]


def texts(group: dict[str, Any]) -> list[str]:
    return [completion["text"] for completion in group["completions"]]


def test_trl_groups_are_runs_of_equal_prompts_with_named_rewards(tmp_path: Path) -> None:
    first, second = rows(trl_file(tmp_path, 7, batch("pq", "abcd")))
    assert (first["step"], first["prompt"], texts(first)) == (7, "p", ["pa", "pb", "pc", "pd"])
    assert second["completions"][3]["reward"] == 3.0
    assert second["completions"][3]["rewards"] == {"correct": 3.0, "length": None}
    assert parse_row(first).completions[0].reward_parts == {"correct": 0.0, "length": None}


def test_trl_rewards_may_all_be_absent(tmp_path: Path) -> None:
    [group] = rows(trl_file(tmp_path, 1, [("p", "a", NAN, 0.0), ("p", "b", NAN, 0.0)]))
    assert [completion["reward"] for completion in group["completions"]] == [None, None]


def test_trl_the_same_prompt_twice_in_a_batch_is_two_groups(tmp_path: Path) -> None:
    groups = rows(
        trl_file(tmp_path, 1, batch("p", "abcd") + batch("p", "efgh") + batch("q", "abcd") + batch("r", "abcd"))
    )
    assert [texts(group)[0] for group in groups] == ["pa", "pe", "qa", "ra"]
    assert len({group["group_id"] for group in groups}) == 4


def test_trl_a_long_run_is_not_cut_where_the_advantages_disagree(tmp_path: Path) -> None:
    uncentred = [("p", f"p{n}", 0.0, -1.0 if n < 4 else 1.0) for n in range(8)]
    path = trl_file(tmp_path, 1, uncentred + batch("qrs", "abcd"))
    assert [len(group["completions"]) for group in rows(path)] == [8, 4, 4, 4]
    assert [len(group["completions"]) for group in rows(path, num_generations=4)] == [4] * 5


def test_trl_a_rewritten_file_names_its_rows_the_same(tmp_path: Path) -> None:
    """An evaluation at the same step overwrites the file; the ring still holds the end of the training batch."""
    training, evaluation = batch("pq", "abcd"), batch("e", "abcd", "!")
    before = rows(trl_file(tmp_path, 2, training))
    after = rows(trl_file(tmp_path, 2, training[-4:] + evaluation))
    assert after[0]["group_id"] == before[1]["group_id"]
    assert [c["id"] for c in after[0]["completions"]] == [c["id"] for c in before[1]["completions"]]
    assert texts(after[1]) == ["ea!", "eb!", "ec!", "ed!"]


def test_trl_half_a_group_left_in_the_ring_keeps_its_names(tmp_path: Path) -> None:
    same = [("p", "x", 0.0, 0.0)] * 2 + [("p", "y", 0.0, 0.0)] * 2
    [whole] = rows(trl_file(tmp_path, 2, same))
    [half, _] = rows(trl_file(tmp_path, 2, same[2:] + batch("e", "ab")))
    names = [completion["id"] for completion in whole["completions"]]
    assert len(set(names)) == 4
    assert [completion["id"] for completion in half["completions"]] == names[2:]


def test_trl_old_rows_stamped_with_a_new_step_are_passed_over(tmp_path: Path) -> None:
    first = batch("pq", "abcd")
    trl_file(tmp_path, 1, first)
    second = trl_file(tmp_path, 2, first[-4:] + batch("e", "abcd"))
    assert [(group["step"], texts(group)[0]) for group in rows(second)] == [(2, "ea")]
    again = trl_file(tmp_path, 3, first[-4:] + batch("e", "abcd"))
    assert rows(again) == []  # nothing was generated between the two logs


def test_trl_the_same_completions_with_other_rewards_are_not_old_rows(tmp_path: Path) -> None:
    trl_file(tmp_path, 1, [("p", "x", 0.0, 0.0)] * 4)
    assert len(rows(trl_file(tmp_path, 2, [("p", "x", 1.0, 0.0)] * 4))) == 1


def test_trl_extras_are_kept_and_our_own_ids_are_believed(tmp_path: Path) -> None:
    ids = {
        "tb_rollout_id": pa.array([f"train-000003-0-0000/{n}" for n in range(4)]),
        "tb_group_id": pa.array(["train-000003-0-0000"] * 4),
        "tb_rm_spread": pa.array([0.1] * 4),
        "difficulty": pa.array([1, 2, 3, None], pa.int64()),
    }
    [group] = rows(trl_file(tmp_path, 9, batch("p", "abcd"), **ids))
    assert (group["group_id"], group["step"]) == ("train-000003-0-0000", 3)
    assert group["completions"][1]["id"] == "train-000003-0-0000/1"
    assert group["completions"][1]["meta"] == {"difficulty": 2}
    assert group["completions"][3]["meta"] == {}
    assert set(group["completions"][0]["rewards"]) == {"correct", "length"}


def test_trl_conversations_lose_the_nulls_that_parquet_adds(tmp_path: Path) -> None:
    message = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string()), ("tool_calls", pa.string())]))
    said = [[{"role": "user", "content": "hi", "tool_calls": None}]] * 2
    table = pa.table(
        {
            "step": [1, 1],
            "prompt": pa.array(said, message),
            "completion": pa.array(said, message),
            "score": [0.5, 1.5],
            "advantage": [-1.0, 1.0],
        }
    )
    pq.write_table(table, tmp_path / "completions_00001.parquet")
    [group] = rows(tmp_path / "completions_00001.parquet")
    assert group["prompt"] == group["completions"][0]["text"] == [{"role": "user", "content": "hi"}]
    assert parse_row(group).completions


def test_trl_a_half_written_file_is_a_problem_and_not_a_crash(tmp_path: Path) -> None:
    path = trl_file(tmp_path, 1, batch("p", "ab"))
    path.write_bytes(path.read_bytes()[:-20])
    [problem] = rows(path)
    assert problem.code == "unreadable_file"


def verl(path: Path) -> list[Any]:
    return [record for _, record in verl_jsonl.read(path, lambda at: None)]


def dump(path: Path, *records: object) -> Path:
    data = "".join(json.dumps(record) + "\n" for record in records).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def test_verl_uids_name_groups_and_rollouts(tmp_path: Path) -> None:
    sample = {"input": "p", "output": "a", "gts": "4", "score": 1, "step": 5, "uid": "6f-3_1_0"}
    [row] = verl(dump(tmp_path / "5.jsonl", sample))
    assert (row["group_id"], row["id"], row["step"], row["reward"]) == ("5/6f-3", "5/6f-3_1_0", 5, 1)
    assert row["meta"] == {"gts": "4"}
    assert parse_row(row).completions[0].reward == 1.0


def test_verl_without_uids_groups_by_prompt_and_tells_equal_samples_apart(tmp_path: Path) -> None:
    sample = {"input": "p", "output": "a", "gts": "4", "score": True, "acc": False, "tag": "x"}
    found = verl(dump(tmp_path / "12.jsonl", sample, sample, sample | {"output": "b"}, {"input": "p"}))
    assert [row["index"] for row in found[:3]] == [0, 1, 0]
    assert (found[0]["step"], found[0]["reward"], found[0]["rewards"]) == (12, 1.0, {"acc": 0.0})
    assert "group_id" not in found[0]
    assert found[3].code == "missing_field"


def by_columns(record: Any, **mapping: Any) -> Any:
    made = Mapping(**mapping)
    assert made.problem() == ""
    return columns.to_row(record, made)


def test_columns_lists_of_completions() -> None:
    record = {"qid": 7, "q": "2+2?", "answers": [{"t": "4", "ok": True, "m": "x"}, {"t": "5", "ok": False, "m": "y"}]}
    row = by_columns(
        record, prompt=("q",), completions="answers", text="t", reward=("ok",), generator=("m",), group_id="qid"
    )
    assert row == {
        "prompt": "2+2?",
        "group_id": "7",
        "completions": [
            {"text": "4", "reward": 1.0, "generator": "x"},
            {"text": "5", "reward": 0.0, "generator": "y"},
        ],
    }
    plain = by_columns({"q": "p", "answers": ["a", "b"]}, prompt=("q",), completions="answers")
    assert plain["completions"] == [{"text": "a"}, {"text": "b"}]


def test_columns_one_completion_in_each() -> None:
    record = {
        "instruction": "Do",
        "input": "",
        "a": "x",
        "b": "y",
        "ga": "m1",
        "gb": "m2",
        "more": {"deep": ["no", "yes"]},
    }
    row = by_columns(
        record,
        prompt=("instruction", "input", "more.deep.1"),
        completion_columns=("a", "b"),
        generator=("ga", "gb"),
    )
    assert row["prompt"] == "Do\n\nyes"
    assert row["completions"] == [{"text": "x", "generator": "m1"}, {"text": "y", "generator": "m2"}]
    chat = [{"role": "user", "content": "hi"}]
    assert by_columns({"p": chat, "c": "x"}, prompt=("p",), completion_columns=("c",))["prompt"] == chat


def test_columns_flat_records() -> None:
    record = {"q": "p", "a": "x", "id": "r1", "s": 3, "r": 0.5, "n": 2, "parts": {"len": 1}}
    row = by_columns(
        record, prompt=("q",), completion="a", id="id", step="s", reward=("r",), rewards=("parts.len",), index="n"
    )
    assert row == {
        "prompt": "p", "completion": "x", "id": "r1", "step": 3, "reward": 0.5, "rewards": {"parts.len": 1}, "index": 2,
    }  # fmt: skip


def test_columns_a_missing_column_names_itself() -> None:
    problem = by_columns({"q": "p"}, prompt=("q",), completions="answers")
    assert (problem.code, problem.field) == ("missing_field", "answers")
    assert by_columns({"q": "p", "answers": 3}, prompt=("q",), completions="answers").code == "wrong_type"
    assert by_columns([1], prompt=("q",), completions="answers").code == "missing_field"


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        (Mapping(completions="c"), "--prompt"),
        (Mapping(prompt=("p",)), "in one way"),
        (Mapping(prompt=("p",), completions="c", completion="d"), "in one way"),
        (Mapping(prompt=("p",), completion_columns=("a", "b", "c"), reward=("x", "y")), "each of the 3"),
        (Mapping(prompt=("p",), completion_columns=("a", "b"), id="i"), "leave it out"),
    ],
)
def test_columns_a_mapping_that_cannot_work_is_explained(mapping: Mapping, says: str) -> None:
    assert says in mapping.problem()


@pytest.mark.parametrize("name", ["x.jsonl", "x.jsonl.gz"])
def test_lines_end_at_line_feeds_only_and_bad_ones_are_located(tmp_path: Path, name: str) -> None:
    lines = ['{"a": "\u2028\\u0085"}', "", "{oops", "[" * 100_000, '{"b": 1}', '{"unfinished": ']
    data = b"\xef\xbb\xbf" + "\n".join(lines).encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    found = list(source.records(path))
    assert [line for line, _ in found] == [1, 3, 4, 5, 6]
    assert [isinstance(record, Problem) for _, record in found] == [False, True, True, False, True]
    assert found[-1].record is source.UNFINISHED


def test_a_cut_gzip_file_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = dump(tmp_path / "x.jsonl.gz", *({"n": n, "pad": str(hash(n * 7919))} for n in range(5000)))
    path.write_bytes(path.read_bytes()[:-5000])
    found = list(source.records(path))
    assert found[-1].record.code == "unreadable_file"
    assert found[0].record["n"] == 0


def test_an_endless_line_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_LINE_BYTES", 100)
    path = tmp_path / "x.jsonl"
    path.write_text('{"a": 1}\n' + "x" * 3_000_000 + '\n{"a": 2}\n')
    assert [getattr(record, "code", record) for _, record in source.records(path)] == [
        {"a": 1}, "line_too_long", {"a": 2},
    ]  # fmt: skip


def test_formats_are_told_by_looking(tmp_path: Path) -> None:
    read = formats.reader("auto", Mapping())
    trl = trl_file(tmp_path, 1, batch("p", "ab"))
    sample = dump(tmp_path / "3.jsonl", {"input": "p", "output": "a", "score": 1.0})
    ready = dump(tmp_path / "rows.jsonl", {"prompt": "p", "completion": "c"})
    first = [next(iter(read(path, lambda at: None))).record for path in (trl, sample, ready)]
    assert [sorted(record) for record in first] == [
        ["completions", "group_id", "prompt", "step"],
        ["completion", "index", "meta", "prompt", "reward", "rewards", "step"],
        ["completion", "prompt"],
    ]


def test_steps_of_a_folder_come_in_order(tmp_path: Path) -> None:
    for name in ("10.jsonl", "9.jsonl", "notes.txt", ".hidden.jsonl", "a.parquet"):
        (tmp_path / name).touch()
    assert [path.name for path in formats.files([tmp_path])] == ["9.jsonl", "10.jsonl", "a.parquet"]
