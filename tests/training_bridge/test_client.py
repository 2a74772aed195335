"""The client: it never stops the trainer, never stores a rollout twice and never makes up a reward."""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.training_bridge.fake_tiebreak import FakeTiebreak
from training_bridge.client import Client
from training_bridge.client.spill import Spill


@pytest.fixture
def fake() -> Iterator[FakeTiebreak]:
    server = FakeTiebreak()
    yield server
    server.stop()


def group(name: str, **more: Any) -> dict[str, Any]:
    return {"group_id": name, "step": 1, "prompt": "p", "completions": [{"text": "a"}, {"text": "b"}], **more}


def connect(url: str, **options: Any) -> Client:
    return Client(url, "tb_test", "run", reward_url=url, **options)


def closed_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def test_what_is_sent_is_stored(fake: FakeTiebreak) -> None:
    client = connect(fake.url)
    client.send([group("g1"), group("g2")])
    assert client.flush(60)
    assert set(fake.groups) == {"g1", "g2"}
    assert [c["id"] for c in fake.groups["g1"]["completions"]] == ["g1/0", "g1/1"]
    assert client.counts["accepted"] == 2 and client.counts["rollouts"] == 4
    client.close()


def test_a_lost_answer_stores_nothing_twice(fake: FakeTiebreak) -> None:
    fake.lose_answers = 1
    client = connect(fake.url)
    client.send([{"prompt": "p", "completions": [{"text": "a"}]}])  # no ids: the client gives them once
    assert client.flush(60)
    assert len(fake.groups) == 1
    assert client.counts["duplicate"] == 1
    client.close()


def test_a_server_that_is_away_for_a_moment_is_waited_for(fake: FakeTiebreak) -> None:
    fake.away = 3
    client = connect(fake.url)
    client.send([group("g1")])
    assert client.flush(60)
    assert set(fake.groups) == {"g1"}
    client.close()


def test_sending_never_blocks_the_trainer_and_overflow_waits_in_the_file(tmp_path: Path) -> None:
    client = connect(closed_port(), queue_rows=10, spill=tmp_path / "unsent.ndjson")
    started = time.monotonic()
    client.send([group(f"g{i}") for i in range(500)])
    assert time.monotonic() - started < 30.0  # 490 rows were appended to the file; none waited for the network
    client.close(timeout=0.1)
    lines = (tmp_path / "unsent.ndjson").read_text().splitlines()
    assert {json.loads(line)["group_id"] for line in lines} == {f"g{i}" for i in range(500)}
    assert client.counts["lost"] == 0


def test_without_a_file_lost_rows_are_said_loudly(caplog: pytest.LogCaptureFixture) -> None:
    client = connect(closed_port(), queue_rows=2)
    with caplog.at_level(logging.ERROR):
        client.send([group("g1"), group("g2"), group("g3")])
        client.close(timeout=0.1)
    assert client.counts["lost"] == 3
    assert "LOST" in caplog.text


def test_rows_kept_in_the_file_are_sent_at_the_next_start(fake: FakeTiebreak, tmp_path: Path) -> None:
    path = tmp_path / "unsent.ndjson"
    away = connect(closed_port(), spill=path)
    away.send([group("g1"), group("g2")])
    away.close(timeout=0.1)
    assert path.exists()
    client = connect(fake.url, spill=path)
    deadline = time.monotonic() + 60
    while path.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert set(fake.groups) == {"g1", "g2"} and not path.exists()
    client.close()


def test_a_trainer_that_ends_keeps_its_unsent_rows_without_being_asked(tmp_path: Path) -> None:
    script = (
        "from training_bridge.client import Client\n"
        f"client = Client({closed_port()!r}, 't', 'run', spill={str(tmp_path / 'unsent.ndjson')!r})\n"
        "client.send([{'group_id': 'g1', 'prompt': 'p', 'completions': [{'text': 'a'}]}])\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60, capture_output=True)
    assert "g1" in (tmp_path / "unsent.ndjson").read_text()


def test_a_rejected_row_is_logged_with_its_code_and_spoils_no_other(
    fake: FakeTiebreak, caplog: pytest.LogCaptureFixture
) -> None:
    client = connect(fake.url)
    with caplog.at_level(logging.ERROR):
        client.send([group("bad", prompt=""), group("good")])
        assert client.flush(60)
    assert set(fake.groups) == {"good"}
    assert "prompt_empty" in caplog.text and client.counts["rejected"] == 1
    client.close()


@pytest.mark.parametrize("reward", [float("nan"), float("inf"), object()])
def test_a_number_json_cannot_carry_is_refused_before_it_spoils_its_batch(fake: FakeTiebreak, reward: Any) -> None:
    client = connect(fake.url)
    client.send([group("bad", completions=[{"text": "a", "reward": reward}]), group("good")])
    assert client.flush(60)
    assert set(fake.groups) == {"good"} and client.counts["rejected"] == 1
    client.close()


def test_malformed_rows_never_raise_in_the_trainer(fake: FakeTiebreak) -> None:
    client = connect(fake.url)
    client.send([{"prompt": "p", "completions": "text"}, {"prompt": "p", "completion": "no group"}, group("good")])
    assert client.flush(60)
    assert set(fake.groups) == {"good"} and client.counts["rejected"] == 2
    client.close()


def test_a_line_cut_short_by_a_crash_spoils_no_other(fake: FakeTiebreak, tmp_path: Path) -> None:
    path = tmp_path / "unsent.ndjson"
    path.write_bytes(b'{"group_id": "cut", "pro')
    Spill(path).keep([json.dumps(group("whole")).encode()])
    assert path.read_bytes().splitlines()[0] == b'{"group_id": "cut", "pro'
    assert json.loads(path.read_bytes().splitlines()[1])["group_id"] == "whole"


def test_the_journal_names_what_the_server_acknowledged(fake: FakeTiebreak, tmp_path: Path) -> None:
    client = connect(fake.url, journal=tmp_path / "journal.ndjson")
    client.send([group("good"), group("bad", prompt="")])
    assert client.flush(60)
    noted = [json.loads(line) for line in (tmp_path / "journal.ndjson").read_text().splitlines()]
    assert noted == [{"run": "run", "group": "good", "rollouts": 2}]
    client.close()


def test_rewards_are_the_servers_numbers(fake: FakeTiebreak) -> None:
    client = connect(fake.url, reward_model="kind", version=3)
    scores = client.score(["p", "p"], ["a", "bbb"], step=7)
    assert scores.rewards == [1.0, 3.0] and scores.version == 3 and scores.spreads == [0.5, 0.5]
    assert fake.asked[0]["step"] == 7 and fake.asked[0]["reward_model"] == "kind"
    client.close()


def test_no_answer_in_time_is_no_opinion_never_a_number() -> None:
    client = connect(closed_port(), score_timeout_s=0.5)
    started = time.monotonic()
    scores = client.score(["p", "p"], ["a", "b"])
    assert time.monotonic() - started < 9.0, "less than what is the default"
    assert scores.rewards == [None, None] and scores.degraded and scores.version is None
    client.close()


@pytest.mark.parametrize("wrong", [float("nan"), "1.0", True])
def test_an_answer_that_is_not_a_number_is_no_opinion(fake: FakeTiebreak, wrong: Any) -> None:
    fake.reward = lambda _text: wrong
    client = connect(fake.url)
    assert client.score(["p"], ["a"]).rewards == [None]
    client.close()


def test_the_environment_must_name_the_server() -> None:
    with pytest.raises(ValueError, match="TIEBREAK_TOKEN"):
        Client.from_env({"TIEBREAK_URL": "http://x", "TIEBREAK_RUN": "r"})


def test_the_client_loads_neither_torch_nor_django() -> None:
    script = (
        "import sys, training_bridge.client.trl\n"
        "bad = {'torch', 'django', 'numpy', 'transformers', 'trl'} & set(sys.modules)\n"
        "sys.exit(str(bad) if bad else 0)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False, timeout=60).returncode == 0
