"""How fast rollouts come in over HTTP, beside a raw COPY of the same rows into tables of the same shape.

    python -m benchmarks.ingest --rollouts 100000 --json ingest.json

The baseline is generous: its rows are checked, digested and formatted beforehand, and one connection copies them with
no questions asked. Both sides are repeated in turn on the same server and the medians are reported.
"""

from __future__ import annotations

import http.client
import itertools
import json
import random
import resource
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.harness import Place, arguments, finish, product

COMPLETIONS = 8
CHARS = 1_000
GROUP_COLUMNS = "run_id, external_id, step, prompt, prompt_digest, meta, created_at"
ROLLOUT_COLUMNS = (
    "run_id, group_id, external_id, ordinal, completion, reward, reward_parts, generator, meta, content_digest, "
    "text_digest, created_at"
)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--rollouts", type=int, default=100_000)
    parser.add_argument("--connections", type=int, default=4, help="clients sending at once")
    parser.add_argument("--batch", type=int, default=128, help="groups in one request")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    groups = max(1, options.rollouts // COMPLETIONS)
    with product() as place:
        token = place.token("trainer")
        bodies = write_bodies(place.home / "bodies.ndjson", groups, options.batch)
        write_copies(place, bodies)
        copy_s, http_s = [], []
        for repeat in range(options.repeats):
            copy_s.append(raw_copy(place, f"copy-{repeat}", groups))
            http_s.append(over_http(place, token, f"http-{repeat}", bodies, options.connections))
            check(f"http-{repeat}", groups)
        rollouts = groups * COMPLETIONS
        figures = {
            "rollouts": rollouts,
            "connections": options.connections,
            "rollouts_per_s": rollouts / statistics.median(http_s),
            "copy_rows_per_s": rollouts / statistics.median(copy_s),
            "ratio": statistics.median(copy_s) / statistics.median(http_s),
            "peak_rss_mb": place.peak_rss_mb(),
            "client_peak_rss_mb": client_peak_mb(),
            "rollouts_per_s_each": [round(rollouts / seconds) for seconds in http_s],
            "copy_rows_per_s_each": [round(rollouts / seconds) for seconds in copy_s],
        }
    finish(figures, options.json)


def rows(groups: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Groups of eight completions of about 1 KB in words, as a maths policy might write them."""
    rng = random.Random(seed)
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9))) for _ in range(3_000)]
    words += ["\n", '"so"', "é", "$\\frac{1}{2}$"] * 20

    def text(chars: int) -> str:
        return " ".join(rng.choices(words, k=chars // 6))

    for number in range(groups):
        name = f"group-{number:07d}"
        completions = [
            {"id": f"{name}/{index}", "text": text(CHARS), "reward": rng.random()} for index in range(COMPLETIONS)
        ]
        yield {"group_id": name, "step": number // 64, "prompt": text(250), "completions": completions}


class Bodies:
    """Request bodies in one file, read when they are sent: the client's memory stays small."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.places: list[tuple[int, int]] = []

    def read(self, place: tuple[int, int]) -> bytes:
        with self.path.open("rb") as file:
            file.seek(place[0])
            return file.read(place[1])


def write_bodies(path: Path, groups: int, batch: int) -> Bodies:
    bodies, waiting = Bodies(path), rows(groups)
    with path.open("wb") as file:
        while chunk := list(itertools.islice(waiting, batch)):
            data = b"".join(json.dumps(row).encode() + b"\n" for row in chunk)
            bodies.places.append((file.tell(), len(data)))
            file.write(data)
    return bodies


def write_copies(place: Place, bodies: Bodies) -> None:
    """COPY's own text format, complete but for the run and group ids, which belong to each repeat."""
    from annotator.rollouts.batches import ReadyRow, prepare

    with (place.home / "groups.copy").open("w") as groups, (place.home / "rollouts.copy").open("w") as rollouts:
        for body in bodies.places:
            for line in bodies.read(body).splitlines():
                row = prepare("copy", 0, json.loads(line))
                assert isinstance(row, ReadyRow)
                groups.write(_copy_line(row.group, row.step, row.prompt, row.prompt_digest, "{}", "now"))
                for rollout in row.rollouts:
                    rollouts.write(_copy_line(*rollout, "now"))


def _copy_line(*values: object) -> str:
    escaped = (
        f"\\\\x{value.hex()}" if isinstance(value, bytes) else str(value).replace("\\", "\\\\") for value in values
    )
    return "\t".join(escaped) + "\n"


def raw_copy(place: Place, run: str, groups: int) -> float:
    """Seconds to COPY all rows into tables with the same columns, checks, indexes and foreign keys."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE TABLE IF NOT EXISTS copy_group (LIKE rollouts_promptgroup INCLUDING ALL,
                FOREIGN KEY (run_id) REFERENCES rollouts_policyrun DEFERRABLE INITIALLY DEFERRED);
            CREATE TABLE IF NOT EXISTS copy_rollout (LIKE rollouts_rollout INCLUDING ALL,
                FOREIGN KEY (run_id) REFERENCES rollouts_policyrun DEFERRABLE INITIALLY DEFERRED,
                FOREIGN KEY (group_id) REFERENCES copy_group DEFERRABLE INITIALLY DEFERRED);
            """
        )
        run_id = new_run(run)
        cursor.execute("SELECT coalesce(max(id), 0) FROM copy_group")
        first = cursor.fetchone()[0] + 1
        cursor.execute("SELECT setval(pg_get_serial_sequence('copy_group', 'id'), %s, false)", [first])
        _with_ids(place.home / "groups.copy", lambda line: f"{run_id}\t")
        _with_ids(place.home / "rollouts.copy", lambda line: f"{run_id}\t{first + line // COMPLETIONS}\t")
        cursor.execute("CHECKPOINT")
        begin = time.perf_counter()
        cursor.execute("BEGIN")
        for name, columns in (("group", GROUP_COLUMNS), ("rollout", ROLLOUT_COLUMNS)):
            path = place.home / f"{name}s.copy.ready"
            with cursor.copy(f"COPY copy_{name} ({columns}) FROM STDIN") as copy, path.open("rb") as file:
                while piece := file.read(1 << 20):
                    copy.write(piece)
        cursor.execute("COMMIT")
        seconds = time.perf_counter() - begin
        cursor.execute("SELECT count(*) FROM copy_rollout WHERE run_id = %s", [run_id])
        assert cursor.fetchone()[0] == groups * COMPLETIONS
    return seconds


def _with_ids(path: Path, prefix: Any) -> None:
    with path.open() as given, path.with_suffix(".copy.ready").open("w") as ready:
        ready.writelines(prefix(number) + line for number, line in enumerate(given))


def new_run(name: str) -> int:
    from annotator.rollouts.models import PolicyRun

    return int(PolicyRun.objects.create(name=name).pk)


def over_http(place: Place, token: str, run: str, bodies: Bodies, connections: int) -> float:
    """Seconds until every body has been sent and answered by `connections` clients at once."""
    from django.db import connection

    new_run(run)
    connection.cursor().execute("CHECKPOINT")
    waiting = iter(bodies.places)
    failures: list[tuple[int, bytes]] = []
    lock = threading.Lock()

    def client() -> None:
        host = urlsplit(place.url).netloc
        http_connection = http.client.HTTPConnection(host, timeout=120)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
        while True:
            with lock:
                body = next(waiting, None)
            if body is None or failures:
                return
            http_connection.request("POST", f"/api/v1/runs/{run}/rollouts", bodies.read(body), headers)
            answer = http_connection.getresponse()
            said = answer.read()
            if answer.status != 200 or b'"rejected":0' not in said:
                failures.append((answer.status, said[:500]))

    threads = [threading.Thread(target=client) for _ in range(connections)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begin
    if failures:
        sys.exit(f"A request failed: {failures[0]}")
    return seconds


def check(run: str, groups: int) -> None:
    """What was answered is what is stored."""
    from annotator.rollouts.models import PolicyRun

    stored = PolicyRun.objects.get(name=run)
    assert (stored.groups.count(), stored.rollouts.count()) == (groups, groups * COMPLETIONS)


def client_peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    main()
