"""Policy jobs: real GRPO through our client, killed and resumed without a step counting twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.training_bridge.fake_tiebreak import FakeTiebreak
from training_bridge.policies import checkpoints, corpus
from training_bridge.policies.config import InvalidPolicyConfig, PolicyConfig

STEPS, BATCH, SIZE = 5, 2, 4


def untrained(folder: Path, seed: int) -> Path:
    """An untrained tiny policy: what it says is noise, how it is trained is real."""
    import torch

    from training_bridge.policies.tiny_policy import byte_tokenizer, tiny_llama

    torch.manual_seed(seed)
    tokenizer = byte_tokenizer()
    tiny_llama(len(tokenizer)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return untrained(tmp_path_factory.mktemp("policy") / "weights", seed=0)


@pytest.fixture
def fake() -> Iterator[FakeTiebreak]:
    server = FakeTiebreak()
    yield server
    server.stop()


def job(folder: Path, weights: Path, fake: FakeTiebreak, **over: Any) -> Path:
    folder.mkdir(exist_ok=True)
    config = {
        "policy": str(weights),
        "output": str(folder / "output"),
        "prompts": corpus.all_prompts()[:6],
        "run": "run",
        "api": fake.url,
        "reward_url": fake.url,
        "reward_model": "kind",
        "version": 2,
        "steps": STEPS,
        "batch_prompts": BATCH,
        "num_generations": SIZE,
        "max_completion_length": 12,
        "learning_rate": 1e-3,
        "save_every": 2,
        "journal": str(folder / "journal.ndjson"),
    }
    (folder / "config.json").write_text(json.dumps(config | over))
    return folder


def start(folder: Path, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "training_bridge.policies.run", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=(folder / "stderr").open("a"),
        text=True,
        env={**os.environ, "WANDB_MODE": "disabled", "TIEBREAK_TOKEN": "tb_test", **environment},
    )


def finish(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    assert process.stdout is not None
    lines = [json.loads(line) for line in process.stdout]
    process.wait(timeout=120)
    return lines


def test_real_grpo_trains_on_served_rewards_and_sends_every_rollout_back(
    weights: Path, fake: FakeTiebreak, tmp_path: Path
) -> None:
    other = untrained(tmp_path / "other", seed=1)
    folder = job(tmp_path / "job", weights, fake, step_offset=100, steps=3, reference=str(other))
    lines = finish(start(folder, WANDB_MODE="offline"))
    result = json.loads((folder / "result.json").read_text())
    assert result["steps"] == 3 and (Path(result["policy"]) / "model.safetensors").exists()
    assert Counter(group["step"] for group in fake.groups.values()) == {100: BATCH, 101: BATCH, 102: BATCH}
    assert all(len(group["completions"]) == SIZE for group in fake.groups.values())
    group = next(iter(fake.groups.values()))
    assert [c["reward"] for c in group["completions"]] == [float(len(c["text"])) for c in group["completions"]]
    assert {asked["version"] for asked in fake.asked} == {2}
    assert [
        line["metrics"]["step"] for line in lines if "reward" in line.get("metrics", {}) and "step" in line["metrics"]
    ]
    first_step = next(line["metrics"] for line in lines if "kl" in line.get("metrics", {}))
    assert first_step["kl"] > 0.01  # the pull is towards the reference, not towards where the job began
    assert lines[-1]["progress"] == 1.0
    noted = [json.loads(line)["group"] for line in (folder / "journal.ndjson").read_text().splitlines()]
    assert sorted(noted) == sorted(fake.groups)
    assert list((folder / "output").glob("wandb/offline-run-*/*.wandb"))  # tracked, without a network
    assert finish(start(folder))[-1]["message"] == "already done"


@pytest.mark.parametrize(("steps", "warmup"), [(2, 0), (12, 3), (100, 3)])
def test_a_job_warms_its_new_optimizer_up_before_it_moves_a_trained_policy(
    weights: Path, tmp_path: Path, steps: int, warmup: int
) -> None:
    from transformers import AutoTokenizer

    from training_bridge.policies.grpo import arguments

    config = PolicyConfig(
        policy=str(weights), output=str(tmp_path), prompts=["x"], run="run", api="http://127.0.0.1", steps=steps
    )
    told = arguments(config, AutoTokenizer.from_pretrained(weights))
    rates = [told.lr_scheduler_type.value, told.warmup_steps]
    assert rates == ["constant_with_warmup", warmup]


def test_a_killed_training_goes_on_and_no_step_counts_twice(weights: Path, fake: FakeTiebreak, tmp_path: Path) -> None:
    folder = job(tmp_path / "job", weights, fake)
    process = start(folder)

    def kill_at_the_last_step() -> None:
        if len(fake.asked) == STEPS - 1:
            os.kill(process.pid, signal.SIGKILL)

    fake.before_score = kill_at_the_last_step
    assert finish(process).count({"kept": True}) == 2  # checkpoints 2 and 4: dying now is not held against the job
    assert process.returncode == -signal.SIGKILL
    assert not (folder / "result.json").exists()
    resumed_from = checkpoints.newest(folder / "output")
    assert resumed_from is not None and resumed_from.name == "checkpoint-4"

    again = start(folder)
    lines = finish(again)
    assert again.returncode == 0, (folder / "stderr").read_text()[-2000:]
    assert Counter(group["step"] for group in fake.groups.values()) == dict.fromkeys(range(STEPS), BATCH)
    assert lines[-1]["metrics"]["delivery"]["rejected"] == 0


def test_a_step_done_again_says_the_same_words(weights: Path, fake: FakeTiebreak, tmp_path: Path) -> None:
    folder = job(tmp_path / "job", weights, fake, save_every=3)
    process = start(folder)

    def kill_once_step_three_was_sent() -> None:
        if len(fake.asked) == 4:
            os.kill(process.pid, signal.SIGKILL)

    fake.before_score = kill_once_step_three_was_sent
    finish(process)
    fake.left_alone()  # what was on its way when the process died still arrives
    spoken = {name: group for name, group in fake.groups.items() if group["step"] == 3}
    lines = finish(start(folder))
    delivery = lines[-1]["metrics"]["delivery"]
    # Steps 3 and 4 are done again from checkpoint 3; what had arrived of them is recognised word for word.
    assert delivery["rejected"] == 0 and delivery["duplicate"] == len(spoken)
    assert Counter(group["step"] for group in fake.groups.values()) == dict.fromkeys(range(STEPS), BATCH)


def test_a_policy_without_a_reward_model_only_speaks(weights: Path, fake: FakeTiebreak, tmp_path: Path) -> None:
    folder = job(tmp_path / "job", weights, fake, version=None, sample_groups=9)
    finish(start(folder))
    assert len(fake.groups) == 9 and not fake.asked
    assert all(group["step"] == 0 and len(group["completions"]) == SIZE for group in fake.groups.values())
    assert json.loads((folder / "result.json").read_text())["policy"] == str(weights)


def test_a_job_ends_itself_when_its_supervisor_is_gone(weights: Path, fake: FakeTiebreak, tmp_path: Path) -> None:
    process = start(job(tmp_path / "job", weights, fake))
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=60) == 75


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"num_generations": 1}, "num_generations"),
        ({"steps": "many"}, "steps"),
        ({"version": True}, "version"),
        ({"unheard_of": 1}, "unheard_of"),
        ({"prompts": []}, "prompts"),
        ({"learning_rate": 0}, "learning_rate"),
    ],
)
def test_an_unusable_config_names_its_field(change: dict[str, Any], word: str) -> None:
    usable = {"policy": "p", "output": "o", "prompts": ["a"], "run": "r", "api": "http://x", "reward_url": "http://x"}
    PolicyConfig.from_json(usable | {"version": 1})
    with pytest.raises(InvalidPolicyConfig, match=word):
        PolicyConfig.from_json(usable | {"version": 1} | change)


def test_a_checkpoint_cut_short_is_passed_over(tmp_path: Path) -> None:
    for step in (5, 10):
        (tmp_path / f"checkpoint-{step}").mkdir()
    assert checkpoints.newest(tmp_path) is None
    checkpoints.mark(tmp_path / "checkpoint-5")
    assert checkpoints.newest(tmp_path) == tmp_path / "checkpoint-5"


def test_the_corpus_can_be_said_in_one_context() -> None:
    from training_bridge.policies.tiny_policy import CONTEXT

    rng = random.Random(0)
    assert max(len((p + r).encode()) for p, r in (corpus.example(rng) for _ in range(2000))) < CONTEXT


@pytest.mark.parametrize("text", ["plain", "Grüße 🌍\n", "\x00\x7f"])
def test_the_byte_tokenizer_loses_nothing(text: str) -> None:
    from training_bridge.policies.tiny_policy import byte_tokenizer

    tokenizer = byte_tokenizer()
    ids = tokenizer.encode(text)
    assert len(ids) == len(text.encode()) and tokenizer.decode(ids) == text


def test_pretraining_learns_and_leaves_a_whole_folder_or_none(tmp_path: Path) -> None:
    from training_bridge.policies.pretrain import PretrainConfig, pretrain

    said: list[str] = []
    config = PretrainConfig(steps=25, batch=4)
    loss = pretrain(tmp_path / "policy", config, lambda _progress, message: said.append(message))
    assert loss < 5.0 and said
    assert {path.name for path in tmp_path.iterdir()} == {"policy"}
    assert (tmp_path / "policy" / "tokenizer.json").exists()
