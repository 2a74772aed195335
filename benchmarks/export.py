"""How long a label set takes to freeze and to download in every format, over HTTP, and what the server needs for it.

    python -m benchmarks.export --labels 1000000 --json export.json

Every answer says which of two completions is better, which are good, which steps are right, and corrects one of them:
so each format has a row or more for each label. Each download is read to its end and its rows are counted; `first`
is when its first bytes came, `pause` the longest time that none did. `--formats sft,kto` measures these only. The most
memory that any process of the web server ever held is in the figures, and that of all of them together.
"""

from __future__ import annotations

import http.client
import os
import sys
import tempfile
import time
from typing import Any
from urllib.parse import urlsplit

import psutil
import pyarrow.parquet as pq

from benchmarks.harness import Place, arguments, finish, peak_rss, product

FORM = [
    {"kind": "pair", "name": "preference"},
    {"kind": "binary", "name": "good"},
    {"kind": "steps", "name": "proof"},
    {"kind": "edit", "name": "fixed"},
]
ANSWERED = """
INSERT INTO annotations_annotation (assignment_id, task_id, campaign_id, annotator_id, answer, skip, flagged,
    shown_order, comment, lease_number, idempotency_key, at)
SELECT slot.id, slot.task_id, slot.campaign_id, %(annotator)s, jsonb_build_object(
        'preference', jsonb_build_object('choice', 'first', 'strength', 1 + slot.id %% 3),
        'good', '{"good": [true, false]}'::jsonb,
        'proof', '{"marks": [[1], [-1]], "end": ["solved", "found_error"]}'::jsonb,
        'fixed', '{"texts": [null, "As it should have been."]}'::jsonb),
    '', false, '{0,1}', '', 1, slot.id::text, now()
FROM tasks_assignment slot WHERE slot.campaign_id = %(campaign)s"""
COMPARED = """
INSERT INTO annotations_comparison (annotation_id, rollout_a_id, rollout_b_id, outcome, strength)
SELECT said.id, task.rollout_ids[1], task.rollout_ids[2], 1, (said.answer #>> '{preference,strength}')::int
FROM annotations_annotation said JOIN tasks_annotationtask task ON task.id = said.task_id
WHERE said.campaign_id = %(campaign)s"""


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--labels", type=int, default=100_000)
    parser.add_argument("--formats", default="", help="by name, with commas; all of them where none is named")
    options = parser.parse_args()
    with product() as place:
        from annotator.annotations import exports
        from annotator.annotations.label_sets import freeze

        campaign = answered_campaign(place, options.labels)
        token, rss = place.token("manager"), place.peak_rss_mb()
        load, begin = os.getloadavg()[0], time.perf_counter()
        label_set = freeze(campaign)
        figures: dict[str, Any] = {"labels": label_set.size, "freeze_s": time.perf_counter() - begin}
        for name in options.formats.split(",") if options.formats else exports.FORMATS:
            for kind in ("jsonl", "parquet"):
                path = f"/api/v1/label-sets/{label_set.pk}/export?format={name}&as={kind}&split=all"
                figures |= {
                    f"{name}_{kind}_{what}": value for what, value in download(place, token, path, kind).items()
                }
                print(f"{name} as {kind}: {figures[f'{name}_{kind}_s']:.1f} s", file=sys.stderr, flush=True)
        figures |= {
            "rss_before_mb": rss, "peak_rss_mb": place.peak_rss_mb(), "largest_rss_mb": largest_rss_mb(place),
        }  # fmt: skip
        figures |= {"load_average_before": load, "load_average_after": os.getloadavg()[0]}
    finish(figures, options.json)


def largest_rss_mb(place: Place) -> float:
    """The most memory that one process of the web server ever held."""
    heads = [psutil.Process(server.pid) for server in place.servers]
    return max(peak_rss(one) for head in heads for one in (head, *head.children(recursive=True))) / 2**20


def answered_campaign(place: Place, labels: int) -> Any:
    """A campaign whose every task is answered, as it would be months later."""
    import json

    from django.db import connection

    from benchmarks.crowd import world

    world.make_annotators(1)
    campaign = world.open_campaign(place.database_url, labels)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE campaigns_campaign SET config_json = config_json || %s WHERE id = %s",
            [json.dumps({"form": FORM}), campaign.pk],
        )
        cursor.execute("SELECT id FROM people_user WHERE username = 'annotator-000'")
        of = {"campaign": campaign.pk, "annotator": cursor.fetchone()[0]}
        for statement in (ANSWERED, COMPARED):
            cursor.execute(statement, of)
        cursor.execute("VACUUM ANALYZE")
    campaign.refresh_from_db()
    return campaign


def download(place: Place, token: str, path: str, kind: str) -> dict[str, float]:
    """Seconds, megabytes and rows of one download, and how long it let us wait."""
    server = urlsplit(place.url)
    connection = http.client.HTTPConnection(server.hostname or "", server.port, timeout=600)
    begin = last = time.perf_counter()
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    response = connection.getresponse()
    if response.status != 200:
        raise SystemExit(f"{path}: {response.status} {response.read(2000).decode(errors='replace')}")
    size, lines, waits = 0, 0, []
    with tempfile.TemporaryFile() as file:
        while chunk := response.read1(1 << 20):
            waits.append(time.perf_counter() - last)
            last += waits[-1]
            size += len(chunk)
            lines += chunk.count(b"\n")
            if kind == "parquet":
                file.write(chunk)
        rows = pq.read_metadata(file).num_rows if kind == "parquet" else lines
    connection.close()
    return {"s": last - begin, "first_s": waits[0], "pause_s": max(waits[1:], default=0.0), "rows": rows,
            "mb": size / 2**20}  # fmt: skip


if __name__ == "__main__":
    main()
