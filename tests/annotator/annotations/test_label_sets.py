"""Answers frozen for training: split by prompt, the same for the same answers, and readable by TRL as they are."""

from __future__ import annotations

import hashlib
import io
import json
import re

import pyarrow.parquet as pq
import pytest
from django.db import transaction
from django.db.utils import IntegrityError
from django.utils import timezone

from annotator.annotations import label_sets
from annotator.annotations.label_sets import freeze, is_heldout
from annotator.annotations.models import LabelSet, LabelSetItem
from annotator.annotations.submission import revise, submit
from annotator.errors import NothingToLearn
from annotator.tasks.leasing import claim_next
from tests.factories import digest, make_run, said

pytestmark = pytest.mark.django_db


def answer_all(campaign, person, choices=("left", "right", "tie", "both_bad", "skip")):
    stored = []
    while cards := claim_next(campaign, person.pk, n=5, now=timezone.now()):
        for card in cards:
            choice = choices[len(stored) % len(choices)]
            strength = 2 if choice in ("left", "right") else None
            answer = said(choice, str(card.assignment), strength=strength)
            stored.append(submit(card.assignment, person.pk, card.lease_number, answer)[0])
    return stored


def test_the_same_answers_give_the_same_label_set(open_campaign, people):
    campaign = open_campaign(groups=10)
    answer_all(campaign, people["alice"])
    first = freeze(campaign)
    assert freeze(campaign) == first
    assert first.size == 8  # ten answers, two of them skips
    assert first.heldout_size == first.items.filter(heldout=True).count()


def test_a_label_set_is_the_same_however_few_answers_are_stored_at_once(open_campaign, people, monkeypatch):
    monkeypatch.setattr(label_sets, "AT_ONCE", 3)
    campaign = open_campaign(groups=8, heldout_share=0.4)
    stored = answer_all(campaign, people["alice"], ("left",))
    frozen = freeze(campaign)
    items = list(frozen.items.order_by("annotation_id").values_list("annotation_id", "heldout"))
    prompts = [bytes(one.task.group.prompt_digest) for one in stored]
    assert items == [(one.pk, is_heldout(prompt, 0.4)) for one, prompt in zip(stored, prompts, strict=True)]
    assert frozen.heldout_size == sum(held for _, held in items)
    told = "".join(f"{pk}:{int(held)}\n" for pk, held in items)
    assert frozen.digest == hashlib.sha256(told.encode()).hexdigest()


def test_a_correction_makes_a_new_label_set_and_leaves_the_old_one_alone(open_campaign, people):
    campaign = open_campaign(groups=4)
    stored = answer_all(campaign, people["alice"], ("left",))
    first = freeze(campaign)
    revise(stored[0].pk, people["alice"].pk, said("tie", "r"))
    revise(stored[1].pk, people["alice"].pk, said("skip", "r2"))
    second = freeze(campaign)
    assert (first.size, second.size) == (4, 3)
    assert stored[0].pk in first.items.values_list("annotation_id", flat=True)
    assert stored[0].pk not in second.items.values_list("annotation_id", flat=True)


def test_one_prompt_is_never_on_both_sides_of_the_split(open_campaign, people):
    run = make_run("steps", groups=20, step=0)
    make_run("steps", groups=20, step=1)  # the same prompts come back at the next step
    campaign = open_campaign(run=run, open_tasks=40, heldout_share=0.4)
    answer_all(campaign, people["alice"], ("left",))
    sides: dict[bytes, set[bool]] = {}
    for item in freeze(campaign).items.select_related("annotation__task__group"):
        sides.setdefault(bytes(item.annotation.task.group.prompt_digest), set()).add(item.heldout)
    assert len(sides) == 20
    assert all(len(side) == 1 for side in sides.values())
    assert {True, False} == {side.pop() for side in sides.values()}


def test_the_held_out_share_is_what_was_asked_for():
    held = sum(is_heldout(digest(str(n)), 0.2) for n in range(5000))
    assert abs(held / 5000 - 0.2) < 0.02


def test_nothing_answered_is_nothing_to_learn(open_campaign):
    with pytest.raises(NothingToLearn):
        freeze(open_campaign())


def test_a_frozen_label_set_cannot_be_edited(open_campaign, people):
    campaign = open_campaign(groups=2)
    answer_all(campaign, people["alice"], ("left",))
    freeze(campaign)
    for rows, change in ((LabelSet.objects, {"size": 9}), (LabelSetItem.objects, {"heldout": True})):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            rows.update(**change)


@pytest.fixture
def exported(open_campaign, people, api, tmp_path):
    campaign = open_campaign(groups=12, heldout_share=0.2)
    answer_all(campaign, people["alice"], ("left", "right", "tie"))
    label_set = freeze(campaign)
    olga = api("olga")

    def get(kind: str, split: str) -> bytes:
        response = olga.get(f"/api/v1/label-sets/{label_set.pk}/export?as={kind}&split={split}")
        assert response.status_code == 200, response.content
        return b"".join(response.streaming_content)

    return get


def test_jsonl_and_parquet_hold_the_same_rows_and_a_winner_each(exported):
    lines = [json.loads(line) for line in exported("jsonl", "all").splitlines()]
    table = pq.read_table(io.BytesIO(exported("parquet", "all"))).to_pylist()
    assert lines == table
    assert len(lines) == 8  # the four ties have no winner
    assert all(row["chosen"] != row["rejected"] and row["strength"] == 2 for row in lines)
    assert len(exported("jsonl", "train").splitlines()) + len(exported("jsonl", "heldout").splitlines()) == 8


def test_no_export_names_a_person(exported, people):
    everything = exported("jsonl", "all").decode()
    assert not [name for name in people if re.search(rf"\b{name}\b", everything)]


def test_an_unknown_format_is_refused(api, open_campaign, people):
    campaign = open_campaign(groups=2)
    answer_all(campaign, people["alice"], ("left",))
    olga, label_set = api("olga"), freeze(campaign).pk
    assert olga.get(f"/api/v1/label-sets/{label_set}/export?format=pickle").json()["code"] == "invalid_input"
    assert olga.get("/api/v1/label-sets/999999/export").json()["code"] == "unknown_label_set"


def test_trl_trains_a_reward_model_on_the_download_unchanged(exported, tmp_path):
    """A real RewardTrainer, a real tokenizer, three steps; the file goes in as it came out."""
    from datasets import load_dataset
    from trl import RewardConfig, RewardTrainer

    from training_bridge.policies.tiny_policy import byte_tokenizer, tiny_llama

    policy, tokenizer = tmp_path / "policy", byte_tokenizer()
    tokenizer.save_pretrained(policy)
    tiny_llama(len(tokenizer)).save_pretrained(policy)
    (tmp_path / "labels.jsonl").write_bytes(exported("jsonl", "train"))
    (tmp_path / "labels.parquet").write_bytes(exported("parquet", "train"))
    for loader, name in (("json", "labels.jsonl"), ("parquet", "labels.parquet")):
        rows = load_dataset(loader, data_files=str(tmp_path / name), split="train", cache_dir=str(tmp_path / "cache"))
        settings = RewardConfig(
            output_dir=str(tmp_path / "out"),
            max_steps=3,
            per_device_train_batch_size=2,
            use_cpu=True,
            bf16=False,
            report_to="none",
            save_strategy="no",
        )
        trained = RewardTrainer(model=str(policy), args=settings, train_dataset=rows).train()
        assert trained.global_step == 3
