"""Rows in the database: once each, first come first served, whatever the batches and whoever else writes."""

from __future__ import annotations

import itertools
import threading
from typing import Any

import pytest
from django.db import connection, connections
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.rollouts import ingest
from annotator.rollouts.batches import prepare
from annotator.rollouts.ingest import ingest_rows
from annotator.rollouts.models import PolicyRun, PromptGroup, Rollout

pytestmark = pytest.mark.django_db
numbers = itertools.count()


def new_run() -> PolicyRun:
    return PolicyRun.objects.create(name=f"run-{next(numbers)}")


def group(name: str = "g", texts: str = "ab", **changes: Any) -> dict[str, Any]:
    completions = [{"id": f"{name}/{text}", "text": text, "reward": 0.5} for text in texts]
    return {"group_id": name, "step": 1, "prompt": "p", "completions": completions} | changes


def stored(run: PolicyRun) -> list[Any]:
    """Everything that was stored of a run, by the clients' ids."""
    groups = run.groups.order_by("external_id").values_list("external_id", "step", "prompt", "meta")
    rollouts = run.rollouts.order_by("external_id").values_list(
        "external_id", "group__external_id", "ordinal", "completion", "reward", "reward_parts", "generator", "meta"
    )
    return [list(groups), list(rollouts)]


def statuses(run: PolicyRun, *rows: object) -> list[str]:
    return [result.code or result.status for result in ingest_rows(run, rows).rows]


def test_a_group_is_stored_as_it_was_sent() -> None:
    run = new_run()
    prompt = [{"role": "user", "content": "Ünïcode\\ \t\n😀?"}]
    said = {"text": "a\\b\n\t\r\x01\u2028 \\N \\.", "reward": -1.25, "rewards": {"a": 1, "b": None}, "generator": "m\\"}
    report = ingest_rows(
        run, [{"group_id": "g", "step": 3, "prompt": prompt, "meta": {"k": "\\v"}, "completions": [said]}]
    )
    assert (report.rollouts, report.rows[0].status, report.rows[0].group) == (1, "accepted", "g")
    kept = Rollout.objects.select_related("group").get(run=run)
    assert (kept.group.prompt, kept.group.step, kept.group.meta) == (prompt, 3, {"k": "\\v"})
    assert (kept.completion, kept.reward, kept.reward_parts) == (said["text"], -1.25, {"a": 1.0, "b": None})
    assert (kept.generator, kept.ordinal, len(kept.content_digest), len(kept.text_digest)) == ("m\\", 0, 32, 32)


def test_sending_the_same_again_changes_nothing() -> None:
    run = new_run()
    rows = [group("g"), group("h"), {"prompt": "q", "completions": [{"text": "x"}, {"text": "x"}]}]
    first = ingest_rows(run, rows)
    before = stored(run)
    again = ingest_rows(run, rows)
    assert (first.rollouts, again.rollouts) == (6, 0)
    assert [row.status for row in again.rows] == ["duplicate"] * 3
    assert stored(run) == before


def test_a_group_grows_by_later_rows_with_new_ids() -> None:
    run = new_run()
    ingest_rows(run, [group("g", "ab")])
    report = ingest_rows(run, [group("g", "bc")])
    assert (report.rows[0].status, report.rollouts, run.rollouts.count()) == ("accepted", 1, 3)


def test_the_same_ids_in_another_run_are_other_rollouts() -> None:
    run, other = new_run(), new_run()
    assert statuses(run, group()) == statuses(other, group()) == ["accepted"]


@pytest.mark.parametrize(
    ("second", "field"),
    [
        (group("g", "ab", prompt="other"), "prompt"),
        (group("g", "ab", step=2), "step"),
        (group("g", "ab", meta={"k": 1}), "meta"),
        (group("g", completions=[{"id": "g/a", "text": "changed", "reward": 0.5}]), "id"),
        (group("g", completions=[{"id": "g/a", "text": "a", "reward": 0.75}]), "id"),
        (group("g", completions=[{"id": "g/new", "text": "n"}, {"id": "g/a", "text": "a", "generator": "x"}]), "id"),
        (group("new", completions=[{"id": "g/a", "text": "a", "reward": 0.5}]), "id"),
    ],
)
def test_changed_content_under_a_known_id_is_a_conflict_and_stores_nothing(second: dict[str, Any], field: str) -> None:
    run = new_run()
    ingest_rows(run, [group("g", "ab")])
    before = stored(run)
    report = ingest_rows(run, [second])
    assert (report.rows[0].code, report.rows[0].field) == ("content_changed", field)
    assert stored(run) == before


def test_within_a_batch_the_first_is_right_and_good_neighbours_are_stored() -> None:
    run = new_run()
    changed = group("g", completions=[{"id": "g/a", "text": "other"}])
    rows = [group("g"), changed, group("g"), {"prompt": ""}, group("h"), group("h", prompt="other")]
    assert statuses(run, *rows) == [
        "accepted", "duplicate_id", "duplicate", "missing_field", "accepted", "content_changed",
    ]  # fmt: skip
    assert run.rollouts.count() == 4


def test_a_row_that_repeats_an_id_with_other_content_inside_itself_is_refused() -> None:
    run = new_run()
    twice = [{"id": "x", "text": "a"}, {"id": "x", "text": "b"}]
    assert statuses(run, group("g", completions=twice), group("h")) == ["duplicate_id", "accepted"]
    assert PromptGroup.objects.filter(run=run).count() == 1


def test_a_row_refused_by_what_is_stored_does_not_spoil_later_rows_of_its_batch() -> None:
    run = new_run()
    ingest_rows(run, [group("old", completions=[{"id": "b", "text": "stored"}])])
    clashing = group("g", completions=[{"id": "a", "text": "first"}, {"id": "b", "text": "other"}])
    later = group("g", completions=[{"id": "a", "text": "second"}])
    assert statuses(run, clashing, later) == ["content_changed", "accepted"]
    assert Rollout.objects.get(run=run, external_id="a").completion == "second"


rows_of_few_ids = st.lists(
    st.fixed_dictionaries(
        {
            "group_id": st.sampled_from(["g", "h"]),
            "prompt": st.sampled_from(["p", "p", "p", "q"]),
            "completions": st.lists(
                st.fixed_dictionaries({"id": st.sampled_from("abcd"), "text": st.sampled_from(["x", "x", "y", ""])}),
                min_size=1,
                max_size=3,
            ),
        },
        optional={"step": st.sampled_from([0, 1]), "meta": st.sampled_from([{}, {"k": 1}])},
    ),
    max_size=7,
)


@settings(max_examples=60)
@given(rows_of_few_ids, st.lists(st.integers(1, 4), min_size=7, max_size=7))
def test_any_cut_into_batches_gives_the_same_database(rows: list[Any], sizes: list[int]) -> None:
    whole, cut, single = new_run(), new_run(), new_run()
    at_once = [(row.status, row.rollouts) for row in ingest_rows(whole, rows).rows]
    for row in rows:
        ingest_rows(single, [row])
    waiting, in_parts = iter(rows), []
    for size in sizes:
        in_parts += [(row.status, row.rollouts) for row in ingest_rows(cut, itertools.islice(waiting, size)).rows]
    assert stored(whole) == stored(cut) == stored(single)
    assert at_once == in_parts


def test_many_chunks_are_reported_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "CHUNK_ROLLOUTS", 3)
    run = new_run()
    rows: list[object] = [group(f"g{n}") if n % 3 else {"prompt": n} for n in range(10)]
    report = ingest_rows(run, rows, first_row=100)
    assert [row.row for row in report.rows] == list(range(100, 110))
    assert report.as_dict() | {"rows": []} == {"accepted": 6, "duplicate": 0, "rejected": 4, "rollouts": 12, "rows": []}


def test_the_cost_of_a_batch_does_not_grow_with_its_rows(django_assert_max_num_queries: Any) -> None:
    run = new_run()
    with django_assert_max_num_queries(8):
        ingest_rows(run, [group(f"g{n}") for n in range(200)])


def test_every_writer_takes_groups_and_rollouts_in_the_order_of_their_ids() -> None:
    """Two writers that lock in one order wait for each other and never deadlock."""
    run = new_run()
    names = [f"g{n:03d}" for n in range(200)]
    ingest_rows(run, [group(name, "b") for name in reversed(names)])
    assert list(run.groups.order_by("id").values_list("external_id", flat=True)) == names
    ingest_rows(run, [group(name, "ca") for name in reversed(names)])  # beside known rows: the other way in
    taken = list(run.rollouts.order_by("id").values_list("external_id", flat=True))
    assert taken == [f"{name}/b" for name in names] + [f"{name}/{text}" for name in names for text in "ac"]


@pytest.mark.django_db(transaction=True)
def test_clients_sending_the_same_rows_in_any_order_at_once_store_them_once() -> None:
    """Without one order for all writers, opposite orders deadlock here sooner or later."""
    run = new_run()
    rows = [prepare(run.name, n, group(f"g{n:04d}", "ab")) for n in range(1500)]
    orders = [rows, rows[::-1], rows[700:] + rows[:700]]
    start, reports = threading.Barrier(len(orders)), []

    def send(order: list[Any]) -> None:
        try:
            connection.ensure_connection()
            start.wait(60)
            reports.append(ingest.store(run, order))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send, args=[order]) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
    assert len(reports) == len(orders)
    assert sum(report.rollouts for report in reports) == run.rollouts.count() == 3000
    assert {row.status for report in reports for row in report.rows} <= {"accepted", "duplicate"}


@pytest.mark.django_db(transaction=True)
def test_of_two_clients_with_other_content_under_one_id_one_wins_whole() -> None:
    run = new_run()
    start, reports = threading.Barrier(2), {}

    def send(name: str) -> None:
        rows = [group(f"g{n:02d}", completions=[{"id": f"{n}/{k}", "text": name} for k in "ab"]) for n in range(40)]
        try:
            start.wait(60)
            reports[name] = ingest_rows(run, rows if name == "one" else rows[::-1])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send, args=[name]) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
    told = {name: sum(row.status == "accepted" for row in report.rows) for name, report in reports.items()}
    assert sum(told.values()) == 40
    for name, groups in told.items():
        assert run.rollouts.filter(completion=name).count() == 2 * groups


def test_finding_known_rows_uses_the_indexes() -> None:
    run = new_run()
    ingest_rows(run, [group(f"g{n}") for n in range(50)])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT content_digest FROM rollouts_rollout WHERE run_id = %s AND external_id = ANY(%s)",
            [run.pk, ["a", "b"]],
        )
        assert "one_rollout_per_external_id" in str(cursor.fetchall())
