"""Each export goes into its real reader as it came out: `datasets`, and TRL's trainers for three steps."""

from __future__ import annotations

import pytest

from annotator.annotations import exports
from annotator.annotations.label_sets import freeze
from annotator.rollouts.models import Rollout
from tests.factories import make_run

from .test_exports import answer

pytestmark = pytest.mark.django_db

EVERYTHING = [
    {"kind": "ranking", "name": "order"},
    {"kind": "binary", "name": "good"},
    {"kind": "rating", "name": "quality", "criteria": [{"name": "helpful"}]},
    {"kind": "steps", "name": "proof", "split": "line"},
    {"kind": "spans", "name": "errors", "types": [{"name": "wrong"}]},
    {"kind": "critique", "name": "why"},
    {"kind": "edit", "name": "fixed"},
]
ANSWER = {
    "order": {"ranks": [1, 2]},
    "good": {"good": [True, False]},
    "quality": {"scores": {"helpful": [6, 2]}},
    "proof": {"marks": [[1, 0], [1, -1]], "end": ["solved", "found_error"]},
    "errors": {"spans": [[], [{"start": 0, "end": 5, "type": "wrong"}]]},
    "why": {"text": "The first one adds up."},
    "fixed": {"texts": [None, "Put right.\nSo that it ends well."]},
}


@pytest.fixture
def load(open_campaign, people, tmp_path):
    """`load("kto", "jsonl")`: a label set of every kind of answer, written and read again by `datasets`."""
    from datasets import load_dataset

    def make(name, kind, chat=False):
        run = make_run("all", groups=8)
        for rollout in run.rollouts.all():
            text = f"Step one of {rollout.pk}.\nStep two."
            completion = [{"role": "assistant", "content": text}] if chat else text
            Rollout.objects.filter(pk=rollout.pk).update(completion=completion)
        campaign = open_campaign(run=run, form=EVERYTHING, completions=2)
        answer(campaign, people["alice"], ANSWER)
        one, label_set = exports.FORMATS[name], freeze(campaign)
        rows, chats = exports.of_label_set(label_set, one, "all")
        path = tmp_path / f"labels.{kind}"
        if kind == "jsonl":
            path.write_bytes(b"".join(exports.as_jsonl(rows)))
        else:
            path.write_bytes(b"".join(exports.as_parquet(rows, one.columns, chats)))
        loader = {"jsonl": "json"}.get(kind, kind)
        return load_dataset(loader, data_files=str(path), split="train", cache_dir=str(tmp_path / "cache"))

    return make


@pytest.fixture
def tiny(tmp_path):
    """The folder of a tiny random policy and its tokenizer, and what every trainer needs to run here."""
    from training_bridge.policies.tiny_policy import byte_tokenizer, tiny_llama

    policy, tokenizer = tmp_path / "policy", byte_tokenizer()
    tokenizer.save_pretrained(policy)
    tiny_llama(len(tokenizer)).save_pretrained(policy)
    settings = {
        "output_dir": str(tmp_path / "out"),
        "max_steps": 3,
        "per_device_train_batch_size": 2,
        "use_cpu": True,
        "bf16": False,
        "report_to": "none",
        "save_strategy": "no",
    }
    return str(policy), settings


@pytest.mark.parametrize(
    ("name", "trainer"),
    [("kto", "KTO"), ("sft", "SFT"), ("trl-preference", "DPO"), ("edit-preference", "DPO"), ("trl-preference", "KTO")],
)
@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_trl_trains_on_the_export_unchanged(load, tiny, name, trainer, kind):
    import trl

    rows, (policy, settings) = load(name, kind), tiny
    args = getattr(trl, f"{trainer}Config")(**settings)
    trained = getattr(trl, f"{trainer}Trainer")(model=policy, args=args, train_dataset=rows).train()
    assert trained.global_step == 3


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
@pytest.mark.parametrize("name", ["trl-preference", "kto", "sft", "edit-preference"])
def test_conversations_load_as_trl_knows_them(load, name, kind):
    from trl.data_utils import is_conversational

    rows = load(name, kind, chat=True)
    assert is_conversational(rows[0])
    assert all(row["prompt"][0]["role"] == "user" for row in rows)


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_stepwise_rows_load_with_the_types_of_the_format(load, kind):
    from datasets import List, Value

    rows = load("prm-stepwise", kind)
    assert rows.features["prompt"] == Value("string")
    assert rows.features["completions"] == List(Value("string"))
    assert rows.features["labels"] == List(Value("bool"))
    assert all(len(row["completions"]) == len(row["labels"]) == 2 for row in rows)
    assert [row["labels"] for row in rows] == [[True, True], [True, False]] * 8


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_ranked_rows_load_best_first(load, kind):
    for row in load("ranked", kind):
        assert [one["rank"] for one in row["completions"]] == [0, 1]
        assert [turn["role"] for turn in row["context"]] == ["user"]
        assert [one["completion"][0]["role"] for one in row["completions"]] == ["assistant"] * 2


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_raw_answers_load_too(load, kind):
    rows = load("annotations", kind)
    assert len(rows) == 8
    assert {row["compared"][0]["outcome"] for row in rows} == {1.0}
