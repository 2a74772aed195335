"""`manage.py ingest`: one command from files to rollouts, directly or by the API."""

from __future__ import annotations

import io
import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from annotator.people.models import ApiToken
from annotator.rollouts.models import PolicyRun, Rollout

from .test_connectors import batch, trl_file

pytestmark = pytest.mark.django_db
MAPPING = ["--prompt", "q", "--completions", "answers", "--text", "t", "--reward", "ok"]


def questions(path: Path, count: int, first: int = 0) -> Path:
    with path.open("a") as file:
        for n in range(first, first + count):
            answers = [{"t": f"{n}-{k}", "ok": k == 1} for k in range(4)]
            file.write(json.dumps({"q": f"question {n}", "answers": answers}) + "\n")
    return path


def ingest(*args: object) -> tuple[str, str, int]:
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command("ingest", *map(str, args), stdout=out, stderr=err)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return out.getvalue(), err.getvalue(), code


def test_a_file_is_stored_once_however_often_it_is_read(tmp_path: Path) -> None:
    path = questions(tmp_path / "x.jsonl", 30)
    assert ingest("maths", path, *MAPPING) == (
        "maths: 120 new rollouts; rows: 30 accepted, 0 duplicate, 0 rejected\n", "", 0,
    )  # fmt: skip
    questions(path, 5, first=30)
    assert "20 new rollouts; rows: 5 accepted, 30 duplicate" in ingest("maths", path, *MAPPING)[0]
    assert Rollout.objects.filter(run__name="maths", reward=1).count() == 35


def test_refused_rows_are_named_by_file_and_line_and_the_rest_is_stored(tmp_path: Path) -> None:
    path = questions(tmp_path / "x.jsonl", 2)
    with path.open("a") as file:
        file.write('{oops\n{"q": "p"}\n' + '{"q": "p", "answers": [{"t": "", "ok": NaN}]}\n' * 30)
    out, err, code = ingest("maths", path, *MAPPING)
    assert code == 1
    assert f"{path}:3: malformed_json" in err
    assert f"{path}:4: missing_field (answers)" in err
    assert f"{path}:5: empty_completion (completions[0].text)" in err
    assert len(err.splitlines()) == 20
    assert out == (
        "maths: 8 new rollouts; rows: 2 accepted, 0 duplicate, 32 rejected "
        "(30 empty_completion, 1 malformed_json, 1 missing_field)\n"
    )


def test_a_folder_of_trl_files_needs_no_options(tmp_path: Path) -> None:
    for step in (1, 2, 10):
        trl_file(tmp_path, step, batch("pq", "abcd", step))
    assert ingest("grpo", tmp_path)[0].startswith("grpo: 24 new rollouts; rows: 6 accepted")
    run = PolicyRun.objects.get(name="grpo")
    assert sorted(run.groups.values_list("step", flat=True)) == [1, 1, 2, 2, 10, 10]
    assert ingest("grpo", tmp_path)[0].startswith("grpo: 0 new rollouts")


def test_following_takes_new_and_changed_files_and_waits_for_unfinished_ones(tmp_path: Path) -> None:
    path = questions(tmp_path / "x.jsonl", 3)
    with path.open("a") as file:
        file.write('{"q": "half')
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")

    def later() -> None:
        time.sleep(0.5)
        path.write_text(path.read_text().removesuffix('{"q": "half'))
        questions(path, 1, first=3)
        questions(tmp_path / "y.jsonl", 2, first=100)

    writer = threading.Thread(target=later)
    writer.start()
    out, err, code = ingest("live", tmp_path, *MAPPING, "--follow-for", "6")
    writer.join()
    assert code == 0, err
    assert "broken.parquet cannot be read yet" in err
    assert out.splitlines()[-1].startswith("live: 24 new rollouts")


@pytest.mark.django_db(transaction=True)
def test_by_the_api_the_same_comes_out(tmp_path: Path, live_server: Any, people: dict[str, Any]) -> None:
    path = questions(tmp_path / "x.jsonl", 3)
    with path.open("a") as file:
        file.write('{"q": "\\ud800", "answers": []}\n')
    _, token = ApiToken.issue(people["trainer"], "test")
    out, err, code = ingest("far", path, *MAPPING, "--api", live_server.url, "--token", token)
    assert (code, out.startswith("far: 12 new rollouts; rows: 3 accepted, 0 duplicate, 1 rejected")) == (1, True)
    assert f"{path}:4: empty_group (completions)" in err
    assert "12 new" not in ingest("far", path, *MAPPING, "--api", live_server.url, "--token", token)[0]
    assert Rollout.objects.filter(run__name="far").count() == 12
    with pytest.raises(CommandError, match="bad_token"):
        ingest("far", path, *MAPPING, "--api", live_server.url, "--token", "tb_wrong")
    connections.close_all()


def test_mistakes_on_the_command_line_are_said_plainly(tmp_path: Path) -> None:
    path = questions(tmp_path / "x.jsonl", 1)
    with pytest.raises(CommandError, match="There is no"):
        ingest("maths", tmp_path / "nowhere.jsonl")
    with pytest.raises(CommandError, match="no name for a run"):
        ingest("a b", path)
    with pytest.raises(CommandError, match="--prompt"):
        ingest("maths", path, "--completions", "answers")


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Rows are delivered in batches; at no time are more than two in memory."""
    from training_bridge.connectors.delivery import BATCH_ROWS, Tally, ingest_file
    from training_bridge.connectors.source import Located

    alive = most = 0

    class Counted(dict[str, Any]):
        def __init__(self) -> None:
            nonlocal alive, most
            alive += 1
            most = max(most, alive)
            super().__init__(prompt="p", completion="c")

        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    def read(path: Path, moved: Any) -> Any:
        return (Located(n, Counted()) for n in range(10 * BATCH_ROWS))

    def deliver(rows: list[Any]) -> list[dict[str, Any]]:
        return [{"status": "accepted", "rollouts": 1} for _ in rows]

    tally = Tally(complain=print)
    ingest_file(tmp_path, read, deliver, tally, lambda at: None)
    assert tally.rollouts == 10 * BATCH_ROWS
    assert most <= 2 * BATCH_ROWS + 1
