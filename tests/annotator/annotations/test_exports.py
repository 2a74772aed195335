"""Every kind of answer becomes what a trainer reads, by a stated rule; what has no place in a format gives no row."""

from __future__ import annotations

import io
import json
import re

import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotator.annotations import exports
from annotator.annotations.exports import cards
from annotator.annotations.label_sets import freeze
from annotator.annotations.models import Annotation, GoldItem, GoldScore
from annotator.annotations.submission import Answer, revise, submit
from annotator.errors import InvalidInput
from annotator.rollouts.models import PromptGroup, Rollout
from annotator.tasks.leasing import claim_next
from tests.annotator.tasks.test_claim_cost import nodes_of
from tests.factories import make_run, said

pytestmark = pytest.mark.django_db


def answer(campaign, person, form_answer):
    """Everything open is answered alike, in canonical order; returns the answers."""
    form, stored = campaign.config.asks, []
    while cards := claim_next(campaign, person.pk, n=5, now=timezone.now()):
        for card in cards:
            slot = campaign.tasks.get(assignments=card.assignment).assignments.get(pk=card.assignment)
            told = Answer(form.as_shown(form_answer, slot.shown_order), f"k{card.assignment}")
            stored.append(submit(card.assignment, person.pk, card.lease_number, told)[0])
    return stored


def read(label_set, name, split="all"):
    """The rows as JSONL, which Parquet must hold too."""
    one = exports.FORMATS[name]
    lines = [
        json.loads(line)
        for line in b"".join(exports.as_jsonl(exports.of_label_set(label_set, one, split)[0])).splitlines()
    ]
    rows, chat = exports.of_label_set(label_set, one, split)
    table = pq.read_table(io.BytesIO(b"".join(exports.as_parquet(rows, one.columns, chat)))).to_pylist()
    loose = [column for column, kind in one.columns.items() if kind == "json"]
    assert [row | {column: json.loads(row[column]) for column in loose} for row in table] == lines
    assert all(list(row) == list(one.columns) for row in lines)
    return lines


@pytest.fixture
def answered(open_campaign, people):
    """`answered(question, answer, completions)`: a frozen label set of three groups, all answered alike."""

    def make(question, form_answer, completions=2, **options):
        config = {"form": [{"name": "q", **question}], "completions": completions, "machine": ""}
        campaign = open_campaign(**({"groups": 3} | config | options))
        assert answer(campaign, people["alice"], {"q": form_answer})
        return freeze(campaign)

    return make


def positions(row):
    """The completions of a card as numbers in canonical order."""
    return {external: at for at, external in enumerate(row["completion_ids"])}


@pytest.mark.parametrize(
    ("question", "given", "wins"),
    [
        ({"kind": "ranking"}, {"ranks": [2, 1, 2]}, {(1, 0), (1, 2)}),
        ({"kind": "best_worst"}, {"best": 2, "worst": 0}, {(2, 1), (2, 0), (1, 0)}),
        ({"kind": "best_worst"}, {"best": 2, "worst": None}, {(2, 1), (2, 0)}),
        ({"kind": "binary"}, {"good": [True, False, True]}, {(0, 1), (2, 1)}),
        ({"kind": "rating", "criteria": [{"name": "ok"}]}, {"scores": {"ok": [3, 3, 1]}}, {(0, 2), (1, 2)}),
    ],
)
def test_whoever_orders_completions_gives_a_row_for_each_pair_with_a_winner(answered, question, given, wins):
    label_set = answered(question, given, completions=3)
    place = {row["task_id"]: positions(row) for row in read(label_set, "annotations")}
    found = {}
    for row in read(label_set, "trl-preference"):
        at = place[row["task_id"]]
        found.setdefault(row["task_id"], set()).add((at[row["chosen_id"]], at[row["rejected_id"]]))
        assert row["chosen"].startswith(f"Answer {row['chosen_id'][-1]} ")
        assert row["rejected"].startswith(f"Answer {row['rejected_id'][-1]} ")
        assert row["strength"] is None
    assert list(found.values()) == [wins] * 3


@pytest.mark.parametrize("choice", ["tie", "both_bad"])
def test_a_pair_without_a_winner_is_no_preference_but_a_shared_rank(answered, choice):
    label_set = answered({"kind": "pair"}, {"choice": choice, "strength": None})
    assert read(label_set, "trl-preference") == []
    assert [[one["rank"] for one in row["completions"]] for row in read(label_set, "ranked")] == [[0, 0]] * 3


def test_a_strength_goes_with_its_pair(answered):
    label_set = answered({"kind": "pair"}, {"choice": "second", "strength": 3})
    assert {row["strength"] for row in read(label_set, "trl-preference")} == {3}


def test_a_ranked_list_begins_with_the_best_and_counts_from_zero(answered):
    label_set = answered({"kind": "ranking"}, {"ranks": [3, 1, 2, 1]}, completions=4)
    (first, *_) = read(label_set, "ranked")
    assert [one["rank"] for one in first["completions"]] == [0, 0, 2, 3]
    group = PromptGroup.objects.get(external_id=first["group_id"])
    assert first["context"] == [{"role": "user", "content": group.prompt}]
    told = {row["task_id"]: row["completion_ids"] for row in read(label_set, "annotations")}[first["task_id"]]
    assert first["completion_ids"] == [told[1], told[3], told[2], told[0]]


def test_kto_gets_good_and_bad_as_they_were_said(answered):
    rows = read(answered({"kind": "binary"}, {"good": [False, True, True]}, completions=3), "kto")
    assert [row["label"] for row in rows] == [False, True, True] * 3
    assert all(row["completion"].startswith(f"Answer {row['completion_id'][-1]} ") for row in rows)


def test_kto_takes_a_rating_above_the_middle_for_good_and_leaves_the_middle_out(answered):
    criteria = [{"name": "style"}, {"name": "ok", "low": 1, "high": 5}]
    scores = {"scores": {"style": [7, 7, 7], "ok": [2, 3, 4]}}
    rows = read(answered({"kind": "rating", "criteria": criteria, "orders_by": "ok"}, scores, completions=3), "kto")
    assert [row["label"] for row in rows] == [False, True] * 3


def in_steps(run):
    """Every completion of the run becomes four steps."""
    for rollout in run.rollouts.all():
        Rollout.objects.filter(pk=rollout.pk).update(completion=f"One {rollout.pk}.\n\nTwo.\n\nThree.\n\nFour.")
    return run


@pytest.mark.parametrize(
    ("marks", "end", "labels"),
    [
        ([1, 0, 1, 1], "solved", [True, True, True, True]),
        ([1, 0, -1, None], "found_error", [True, True, False]),
        ([1, -1, 1, 1], "found_error", [True, False, True, True]),
        ([1, None, -1, None], "found_error", [True]),
        ([1, 1, None, None], "gave_up", [True, True]),
        ([None, 1, 1, 1], "solved", None),
        ([1, 1, 1, 1], "bad_problem", None),
    ],
)
def test_a_process_reward_model_gets_the_steps_before_the_first_unmarked_one(answered, marks, end, labels):
    run = in_steps(make_run("steps", groups=2))
    given = {"marks": [marks], "end": [end]}
    rows = read(answered({"kind": "steps"}, given, completions=1, run=run), "prm-stepwise")
    if labels is None:
        assert rows == []
        return
    assert [row["labels"] for row in rows] == [labels] * 2
    for row in rows:
        assert row["completions"][1:] == ["Two.", "Three.", "Four."][: len(labels) - 1]
        assert (row["end"], row["marks"]) == (end, marks[: len(labels)])


def test_only_what_somebody_corrected_is_imitated_and_preferred_over_what_it_was(answered):
    label_set = answered({"kind": "edit"}, {"texts": [None, "Much better."]})
    imitated = read(label_set, "sft")
    assert [row["completion"] for row in imitated] == ["Much better."] * 3
    preferred = read(label_set, "edit-preference")
    assert [row["chosen"] for row in preferred] == ["Much better."] * 3
    assert all(row["rejected"].startswith(f"Answer {row['rejected_id'][-1]} ") for row in preferred)
    assert {row["rejected_id"] for row in preferred} == {row["completion_id"] for row in imitated}


def test_where_one_text_is_a_conversation_all_are(answered):
    run = make_run("chat", groups=3)
    turns = [{"role": "assistant", "content": "Thinking."}, {"role": "assistant", "content": "Done."}]
    last = run.rollouts.order_by("id").last()
    for rollout in last.group.rollouts.all():
        Rollout.objects.filter(pk=rollout.pk).update(completion=[*turns[:1], turns[1] | {"content": str(rollout.pk)}])
    label_set = answered({"kind": "pair"}, {"choice": "first", "strength": None}, run=run)
    rows = read(label_set, "trl-preference")
    assert len(rows) == 3
    for row in rows:
        assert row["prompt"][0]["role"] == "user"
        assert {turn["role"] for turn in row["chosen"] + row["rejected"]} == {"assistant"}
    assert sorted(len(row["chosen"]) for row in rows) == [1, 1, 2]


def test_where_a_run_holds_no_conversation_no_answer_is_read_to_find_that_out(answered):
    label_set = answered({"kind": "pair"}, {"choice": "first", "strength": None})
    make_run("chat", groups=1)
    Rollout.objects.filter(run__name="chat").update(completion=[{"role": "assistant", "content": "Elsewhere."}])
    with CaptureQueriesContext(connection) as asked:
        assert not cards.items_of(label_set, "all").are_conversations(label_set.campaign)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {asked[-1]['sql']}")
        plan = nodes_of(cursor)
    of_answers = [node for node in plan if node.get("Relation Name") == "annotations_annotation"]
    assert of_answers and not any(node["Actual Loops"] for node in of_answers)
    assert {"prompts_that_are_conversations", "completions_that_are_conversations"} <= indexes()


def indexes():
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes")
        return {name for (name,) in cursor.fetchall()}


def test_the_split_is_kept_and_every_row_says_its_side(answered):
    label_set = answered(
        {"kind": "pair"}, {"choice": "first", "strength": 1}, groups=30, heldout_share=0.4, open_tasks=30
    )
    held, train = read(label_set, "trl-preference", "heldout"), read(label_set, "trl-preference", "train")
    assert len(held) == label_set.heldout_size > 0
    assert len(held) + len(train) == label_set.size == 30
    assert {row["heldout"] for row in held} == {True}
    assert {row["heldout"] for row in train} == {False}
    assert not {json.dumps(row["prompt"]) for row in held} & {json.dumps(row["prompt"]) for row in train}


def test_the_rows_are_the_same_however_few_are_read_at_once(answered, monkeypatch):
    label_set = answered({"kind": "ranking"}, {"ranks": [1, 2, 3]}, completions=3, groups=7)
    whole = {name: read(label_set, name) for name in ("trl-preference", "ranked", "annotations")}
    assert [len(rows) for rows in whole.values()] == [21, 7, 7]
    for at_once in (1, 2, 7):
        monkeypatch.setattr(cards, "AT_ONCE", at_once)
        assert {name: read(label_set, name) for name in whole} == whole


def test_an_answer_frozen_twice_is_in_each_label_set_once(open_campaign, people):
    campaign = open_campaign(groups=2)
    first, second = answer(campaign, people["alice"], {"preference": {"choice": "first", "strength": None}})
    before = freeze(campaign)
    revise(first.pk, people["alice"].pk, said("tie", "r"))
    after = freeze(campaign)
    assert len(read(before, "trl-preference")) == 2
    assert [row["annotation_id"] for row in read(after, "trl-preference")] == [second.pk]


def test_an_answers_age_is_the_steps_its_run_had_gone_on_by_when_it_was_given(open_campaign, people):
    run = make_run("long", groups=2, step=3)
    make_run("long", groups=1, step=10)
    campaign = open_campaign(run=run, groups=0, open_tasks=8)
    answer(campaign, people["alice"], {"preference": {"choice": "first", "strength": None}})
    label_set = freeze(campaign)
    make_run("long", groups=1, step=50)  # comes after the answers
    assert {(row["step"], row["step_age"]) for row in read(label_set, "trl-preference")} == {(3, 7), (10, 0)}


def test_a_format_that_the_form_cannot_fill_is_refused_with_those_it_can(answered):
    label_set = answered({"kind": "pair"}, {"choice": "first", "strength": None})
    fitting = ["trl-preference", "ranked", "annotations"]
    assert exports.fitting(label_set.campaign.config.asks) == fitting
    for name in set(exports.FORMATS) - set(fitting):
        with pytest.raises(InvalidInput, match=f"{name} is made of .* Fitting: {', '.join(fitting)}"):
            exports.of_label_set(label_set, exports.FORMATS[name], "all")


def test_a_label_set_tells_the_formats_it_can_be_had_in(answered, api):
    label_set = answered({"kind": "edit"}, {"texts": [None, "Better."]})
    (listed,) = api("olga").get(f"/api/v1/campaigns/{label_set.campaign.slug}/label-sets").json()["results"]
    assert listed["formats"] == ["sft", "edit-preference", "annotations"]


@pytest.mark.parametrize("wrong", [{"as": "csv"}, {"split": "test"}, {"format": "pickle"}])
def test_a_download_nobody_offers_is_refused_with_the_word_that_is_wrong(answered, api, wrong):
    label_set = answered({"kind": "pair"}, {"choice": "first", "strength": None})
    refused = api("olga").get(f"/api/v1/label-sets/{label_set.pk}/export", wrong)
    assert (refused.status_code, refused.json()["context"]["field"]) == (400, next(iter(wrong)))


def test_everything_anybody_said_can_be_had_and_nobody_is_named(open_campaign, people, api):
    campaign = open_campaign(groups=3, overlap=2)
    stored = answer(campaign, people["alice"], {"preference": {"choice": "first", "strength": 2}})
    (card,) = claim_next(campaign, people["bob"].pk, n=1, now=timezone.now())
    submit(card.assignment, people["bob"].pk, card.lease_number, Answer(None, "s", "harmful", True, 900, "Grüße, 😀"))
    revise(stored[0].pk, people["alice"].pk, said("tie", "r"))
    olga = api("olga")
    response = olga.get("/api/v1/campaigns/helpful/annotations/export?as=parquet")
    table = pq.read_table(io.BytesIO(b"".join(response.streaming_content))).to_pylist()
    lines = olga.get("/api/v1/campaigns/helpful/annotations/export")
    rows = {row["annotation_id"]: row for row in map(json.loads, b"".join(lines.streaming_content).splitlines())}
    assert len(rows) == len(table) == Annotation.objects.count() == 5
    for row in rows.values():
        told = Annotation.objects.get(pk=row["annotation_id"])
        ids = [Rollout.objects.get(pk=pk).external_id for pk in told.task.rollout_ids]
        assert (row["answer"], row["completion_ids"]) == (told.answer, ids)
        assert row["shown_ids"] == [ids[at] for at in told.shown_order]
        assert row["group_id"] == PromptGroup.objects.get(pk=told.task.group_id).external_id
        assert (row["stream"], row["propensity"]) == (told.task.stream, told.task.propensity)
        assert (row["seat"], row["extra"], row["surplus"]) == (told.assignment.slot, False, False)
    skipped = next(row for row in rows.values() if row["skip"])
    assert (skipped["answer"], skipped["skip"], skipped["flagged"], skipped["comment"], skipped["active_ms"]) == (
        *(None, "harmful", True, "Grüße, 😀", 900),
    )
    corrected = next(row for row in rows.values() if row["revises"])
    assert corrected["revises"] == stored[0].pk
    assert corrected["compared"] == [
        dict(zip(("first", "second"), corrected["completion_ids"], strict=True)) | {"outcome": 0.5, "strength": None}
    ]
    assert len({row["annotator"] for row in rows.values()}) == 2
    assert not [name for name in people if re.search(rf"\b{name}\b", json.dumps(list(rows.values())))]


def test_an_answer_to_a_gold_item_tells_how_well_it_met_it(open_campaign, people):
    campaign = open_campaign(groups=2)
    first, second = answer(campaign, people["alice"], {"preference": {"choice": "first", "strength": None}})
    item = GoldItem.objects.create(
        campaign=campaign, task=first.task, use="gold", answer=first.answer, made_by=people["olga"]
    )
    GoldScore.objects.create(annotation=first, item=item, score=0.75)
    rows, _ = exports.of_campaign(campaign)
    assert {row["annotation_id"]: row["gold_score"] for row in rows} == {first.pk: 0.75, second.pk: None}


def test_an_export_without_rows_still_has_its_columns(open_campaign, api):
    open_campaign()
    response = api("olga").get("/api/v1/campaigns/helpful/annotations/export?as=parquet")
    table = pq.read_table(io.BytesIO(b"".join(response.streaming_content)))
    assert table.num_rows == 0
    assert table.column_names == list(exports.FORMATS["annotations"].columns)


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_a_download_begins_while_most_rows_are_unread_and_holds_few_of_them(kind):
    one, read = exports.FORMATS["sft"], 0

    def rows():
        nonlocal read
        for at in range(5_000):
            read += 1
            texts = {"prompt": f"Why {at}?", "completion": f"Because of {at}. " * 20, "completion_id": str(at)}
            yield dict.fromkeys(one.columns) | texts

    parts, sent, held = [], 0, []
    for part in exports.as_parquet(rows(), one.columns, False) if kind == "parquet" else exports.as_jsonl(rows()):
        parts.append(part)
        held.append(read - sent)
        sent = read
    assert len(parts) >= 5 and max(held) <= 1_000
    if kind == "parquet":
        table = pq.read_table(io.BytesIO(b"".join(parts)))
        assert table["prompt"].to_pylist() == [f"Why {at}?" for at in range(5_000)]
    else:
        assert b"".join(parts).count(b"\n") == 5_000


def test_a_label_set_is_for_the_managers_of_its_own_campaign(open_campaign, people):
    from rest_framework.test import APIClient

    from annotator.campaigns.models import Membership

    ours, theirs = open_campaign(slug="ours"), open_campaign(slug="theirs")
    for campaign in (ours, theirs):
        answer(campaign, people["alice"], {"preference": {"choice": "first", "strength": None}})
    Membership.objects.update_or_create(campaign=ours, user=people["carol"], defaults={"role": "manager"})
    carol = APIClient()
    carol.force_login(people["carol"])
    seen = {campaign.slug: carol.get(f"/api/v1/label-sets/{freeze(campaign).pk}/export") for campaign in (ours, theirs)}
    assert {slug: response.status_code for slug, response in seen.items()} == {"ours": 200, "theirs": 403}
    assert b"".join(seen["ours"].streaming_content)
