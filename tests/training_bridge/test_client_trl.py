"""The TRL reward function: which rows are one group, and what it tells TRL beside the rewards."""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import pytest

from training_bridge.client.scores import Scores
from training_bridge.client.trl import TrlReward, inferred_num_generations, reward


class Recorder:
    """Stands in for the client: remembers what was sent."""

    def __init__(self, version: int | None = 4) -> None:
        self.rows: list[dict[str, Any]] = []
        self.version = version

    def send(self, rows: list[dict[str, Any]]) -> None:
        self.rows += rows

    def score(self, prompts: list[str], completions: list[str], *, step: int | None = None) -> Scores:
        if self.version is None:
            return Scores.none(len(completions))
        return Scores(self.version, [float(len(c)) for c in completions], [0.1] * len(completions), False)


class Trainer:
    """What TRL shows a reward function of its trainer."""

    def __init__(self, step: int = 0, process: int = 0, num_generations: int = 2) -> None:
        self.model = SimpleNamespace(training=True)
        self.args = SimpleNamespace(num_generations=num_generations, num_generations_eval=num_generations)
        self.accelerator = SimpleNamespace(process_index=process)
        self.state = SimpleNamespace(global_step=step)
        self.columns: dict[str, list[Any]] = defaultdict(list)

    def log_extra(self, column: str, values: list[Any]) -> None:
        self.columns[column] += values

    def call(self, function: TrlReward, prompts: list[str]) -> list[float | None]:
        completions = [f"c{i}" for i in range(len(prompts))]
        return function(
            prompts, completions, completion_ids=[], trainer_state=self.state, log_extra=self.log_extra, log_metric=None
        )


def test_num_generations_consecutive_rows_are_one_group_even_when_a_prompt_returns() -> None:
    client, trainer = Recorder(), Trainer(step=3)
    trainer.call(TrlReward(client), ["p", "p", "p", "p", "q", "q"])
    assert [row["group_id"] for row in client.rows] == [f"train-000003-0-000{g}" for g in range(3)]
    assert [row["step"] for row in client.rows] == [3, 3, 3]
    assert all(len(row["completions"]) == 2 for row in client.rows)


def test_every_batch_tells_trl_the_same_columns() -> None:
    for version in (4, None):
        trainer = Trainer()
        trainer.call(TrlReward(Recorder(version)), ["p", "p"])
        assert set(trainer.columns) == {"tb_rollout_id", "tb_group_id", "tb_rm_version", "tb_rm_spread"}
        assert all(len(values) == 2 for values in trainer.columns.values())


def test_an_eval_batch_at_the_same_step_is_told_apart() -> None:
    client, trainer = Recorder(), Trainer(step=5)
    function = TrlReward(client)
    trainer.call(function, ["p", "p"])
    trainer.model.training = False
    trainer.call(function, ["p", "p"])
    trainer.call(function, ["p", "p"])
    assert [row["group_id"] for row in client.rows] == [
        "train-000005-0-0000",
        "eval-000005-0-0000",
        "eval-000005-1-0000",
    ]
    assert [row["meta"]["mode"] for row in client.rows] == ["train", "eval", "eval"]


def test_a_group_split_over_two_processes_stays_one_group() -> None:
    rows: list[dict[str, Any]] = []
    for process, prompts in enumerate((["p", "p", "p", "p", "q", "q"], ["q", "q", "r", "r", "r", "r"])):
        client = Recorder()
        trainer = Trainer(process=process, num_generations=4)
        trainer.call(TrlReward(client), prompts)
        rows += client.rows
    split = [row for row in rows if "completions" not in row]
    assert {row["group_id"] for row in split} == {"train-000000-0-0001"}
    assert [row["index"] for row in split] == [0, 1, 2, 3]
    assert len({row["id"] for row in split}) == 4


def test_a_step_done_again_after_a_crash_names_its_groups_alike() -> None:
    first, second = Recorder(), Recorder()
    Trainer(step=9).call(TrlReward(first), ["p", "p", "q", "q"])
    Trainer(step=9).call(TrlReward(second), ["p", "p", "q", "q"])
    assert first.rows == second.rows


def test_without_an_opinion_trl_gets_none_and_the_rollouts_still_arrive() -> None:
    client = Recorder(version=None)
    assert Trainer().call(TrlReward(client), ["p", "p"]) == [None, None]
    assert [c["reward"] for c in client.rows[0]["completions"]] == [None, None]


def test_a_trainer_that_says_nothing_about_itself_is_served_too() -> None:
    client = Recorder()
    rewards = TrlReward(client)(["p", "p", "q", "q"], ["a", "b", "c", "d"], completion_ids=[])
    assert rewards == [1.0] * 4
    assert [len(row["completions"]) for row in client.rows] == [2, 2]
    assert len({row["group_id"] for row in client.rows}) == 2


@pytest.mark.parametrize(("prompts", "size"), [("ppqq", 2), ("pppp", 4), ("ppppqq", 2), ("pqr", 1)])
def test_group_size_is_inferred_from_runs_of_equal_prompts(prompts: str, size: int) -> None:
    assert inferred_num_generations(list(prompts)) == size


def test_trl_finds_the_function_by_its_dotted_path() -> None:
    from importlib import import_module

    assert import_module("training_bridge.client.trl").reward is reward
    assert reward.__name__ == "tiebreak"
