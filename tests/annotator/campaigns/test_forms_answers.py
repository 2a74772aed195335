"""What is no answer is refused whole, with the path to the part that is wrong."""

from __future__ import annotations

import json

import pytest

from annotator.campaigns.forms import Form
from annotator.errors import InvalidAnswer

TEXTS = ["one\n\ntwo", "😀é"]  # two steps and one; 8 characters and 2
QUESTIONS = {
    "preference": {"kind": "pair"},
    "plain": {"kind": "pair", "strength": False, "ties": False, "both_bad": False},
    "ends": {"kind": "best_worst"},
    "best": {"kind": "best_worst", "worst": False},
    "ranking": {"kind": "ranking"},
    "strict": {"kind": "ranking", "ties": False},
    "quality": {"kind": "rating", "criteria": [{"name": "helpful"}, {"name": "harmless", "low": -1, "high": 1}]},
    "good": {"kind": "binary"},
    "proof": {"kind": "steps"},
    "errors": {"kind": "spans", "types": [{"name": "wrong"}, {"name": "unsafe"}]},
    "why": {"kind": "critique"},
    "each": {"kind": "critique", "per": "completion", "min_length": 5},
    "remark": {"kind": "critique", "required": False, "min_length": 5},
    "fixed": {"kind": "edit"},
}


def form_of(*names):
    return Form.from_json([{"name": name, **QUESTIONS[name]} for name in names], 2)


def scores(helpful, harmless=(0, 1)):
    return {"scores": {"helpful": list(helpful), "harmless": list(harmless)}}


def marks(first, second, *end):
    return {"marks": [first, second], "end": list(end)}


def span(start, end, name="wrong"):
    return {"spans": [[{"start": start, "end": end, "type": name}], []]}


NAN = float("nan")


@pytest.mark.parametrize(
    ("name", "answer", "field"),
    [
        ("preference", "first", ""),
        ("preference", {}, ".choice"),
        ("preference", {"choice": "left"}, ".choice"),
        ("preference", {"choice": None}, ".choice"),
        ("preference", {"choice": "first", "stength": 1}, ".stength"),
        ("preference", {"choice": "first", "strength": 4}, ".strength"),
        ("preference", {"choice": "first", "strength": True}, ".strength"),
        ("preference", {"choice": "first", "strength": NAN}, ".strength"),
        ("preference", {"choice": "first", "strength": 10**30}, ".strength"),
        ("preference", {"choice": "tie", "strength": 1}, ".strength"),
        ("plain", {"choice": "tie"}, ".choice"),
        ("plain", {"choice": "both_bad"}, ".choice"),
        ("plain", {"choice": "first", "strength": 1}, ".strength"),
        ("ends", {"best": 0, "worst": 0}, ".worst"),
        ("ends", {"best": 2}, ".best"),
        ("ends", {"best": -1}, ".best"),
        ("ends", {"best": True}, ".best"),
        ("ends", {"best": None, "worst": 0}, ".best"),
        ("best", {"best": 0, "worst": 1}, ".worst"),
        ("ranking", {"ranks": [1]}, ".ranks"),
        ("ranking", {"ranks": [1, 2, 3]}, ".ranks"),
        ("ranking", {"ranks": [0, 1]}, ".ranks[0]"),
        ("ranking", {"ranks": [1, 3]}, ".ranks[1]"),
        ("ranking", {"ranks": [1, 1.5]}, ".ranks[1]"),
        ("ranking", {"ranks": "12"}, ".ranks"),
        ("strict", {"ranks": [1, 1]}, ".ranks[1]"),
        ("quality", scores([1, 8]), ".scores.helpful[1]"),
        ("quality", scores([0, 1]), ".scores.helpful[0]"),
        ("quality", scores([1, NAN]), ".scores.helpful[1]"),
        ("quality", scores([1, True]), ".scores.helpful[1]"),
        ("quality", scores([1, None]), ".scores.helpful[1]"),
        ("quality", scores([1, "7"]), ".scores.helpful[1]"),
        ("quality", scores([1, 2, 3]), ".scores.helpful"),
        ("quality", scores([1, 2], [0, 2]), ".scores.harmless[1]"),
        ("quality", {"scores": {"helpful": [1, 1]}}, ".scores.harmless"),
        ("quality", {"scores": {"helpful": [1, 1], "harmless": [1, 1], "kind": [1, 1]}}, ".scores.kind"),
        ("quality", {"helpful": [1, 1]}, ".helpful"),
        ("good", {"good": [True, 1]}, ".good[1]"),
        ("good", {"good": [True, None]}, ".good[1]"),
        ("good", {"good": [True]}, ".good"),
        ("proof", marks([1], [1], "solved", "solved"), ".marks[0]"),
        ("proof", marks([1, 1, 1], [1], "solved", "solved"), ".marks[0]"),
        ("proof", marks([1, 2], [1], "solved", "solved"), ".marks[0][1]"),
        ("proof", marks([1, True], [1], "solved", "solved"), ".marks[0][1]"),
        ("proof", marks([1, 1], [1], "solved"), ".end"),
        ("proof", marks([1, 1], [1], "solved", "done"), ".end[1]"),
        ("proof", marks([1, 0], [1], "found_error", "solved"), ".end[0]"),
        ("proof", marks([1, None], [None], "solved", "found_error"), ".end[1]"),
        ("proof", marks([1, -1], [1], "solved", "solved"), ".end[0]"),
        ("proof", {"marks": [[1, 1]], "end": ["solved", "solved"]}, ".marks"),
        ("proof", {"marks": [[1, 1], [1]]}, ".end"),
        ("errors", span(2, 2), ".spans[0][0].end"),
        ("errors", span(3, 2), ".spans[0][0].end"),
        ("errors", span(0, 9), ".spans[0][0].end"),
        ("errors", span(-1, 2), ".spans[0][0].start"),
        ("errors", span(0.0, 2), ".spans[0][0].start"),
        ("errors", span(0, 2, "rude"), ".spans[0][0].type"),
        ("errors", {"spans": [[{"start": 0, "end": 1}], []]}, ".spans[0][0].type"),
        ("errors", {"spans": [[], [{"start": 0, "end": 3, "type": "wrong"}]]}, ".spans[1][0].end"),
        ("errors", {"spans": [[]]}, ".spans"),
        ("errors", {"spans": [[{"start": 0, "end": 1, "type": "wrong"}] * 1001, []]}, ".spans[0]"),
        ("why", {"text": " \n"}, ".text"),
        ("why", {"text": None}, ".text"),
        ("why", {"text": "a" * 20_001}, ".text"),
        ("why", {"text": "a\0b"}, ".text"),
        ("why", {"text": "half \udc80"}, ".text"),
        ("why", {"texts": ["a", "b"]}, ".texts"),
        ("each", {"texts": ["long enough", "    "]}, ".texts[1]"),
        ("each", {"texts": ["long enough", " hm "]}, ".texts[1]"),
        ("each", {"texts": ["long enough"]}, ".texts"),
        ("remark", {"text": "hm"}, ".text"),
        ("fixed", {"texts": ["better"]}, ".texts"),
        ("fixed", {"texts": ["", None]}, ".texts[0]"),
        ("fixed", {"texts": [None, 7]}, ".texts[1]"),
        ("fixed", {"texts": [None, "a" * 400_001]}, ".texts[1]"),
        ("fixed", {"texts": [None, "\ud83d"]}, ".texts[1]"),
    ],
)
def test_an_unusable_answer_is_refused_with_the_path_to_what_is_wrong(name, answer, field):
    with pytest.raises(InvalidAnswer) as refused:
        form_of(name).check({name: answer}, TEXTS)
    assert refused.value.context["field"] == name + field
    assert len(str(refused.value)) < 400  # whatever was sent is not sent back whole
    json.dumps(refused.value.as_dict()).encode()


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        (None, ""),
        ([], ""),
        ({}, "preference"),
        ({"preference": {"choice": "first"}, "mood": {"text": "good"}}, "mood"),
        ({"preference": {"choice": "first"}, "half\ud800": 1}, "half\\ud800"),
        ({"preference": {"choice": "first"}, "nul\0": 1}, "nul\\0"),
        ({"remark": {"text": "long enough"}}, "preference"),
    ],
)
def test_an_answer_that_is_not_of_this_form_is_refused(answer, field):
    with pytest.raises(InvalidAnswer) as refused:
        form_of("preference", "remark").check(answer, TEXTS)
    assert refused.value.context["field"] == field


@pytest.mark.parametrize("answer", [{}, {"remark": {"text": ""}}, {"remark": {"text": "  \n "}}])
def test_an_answer_to_no_question_at_all_is_refused(answer):
    with pytest.raises(InvalidAnswer, match="says nothing"):
        form_of("remark").check(answer, TEXTS)


def test_a_question_that_need_not_be_answered_may_be_left_out_or_blank():
    form = form_of("preference", "remark")
    first = {"preference": {"choice": "first", "strength": None}}
    assert form.check({"preference": {"choice": "first"}}, TEXTS) == first
    assert form.check({"preference": {"choice": "first"}, "remark": {"text": " "}}, TEXTS) == first


@pytest.mark.parametrize(
    ("name", "answer", "stored"),
    [
        ("preference", {"choice": "tie"}, {"choice": "tie", "strength": None}),
        ("ends", {"best": 1}, {"best": 1, "worst": None}),
        ("ranking", {"ranks": [2, 2]}, {"ranks": [1, 1]}),
        ("proof", marks([None, None], [-1], "gave_up", "found_error"), None),
        ("proof", marks([-1, None], [0], "bad_problem", "solved"), None),
        ("errors", {"spans": [[], []]}, None),
        (
            "errors",
            {"spans": [[*span(2, 8)["spans"][0], *span(0, 3, "unsafe")["spans"][0], *span(2, 8)["spans"][0]], []]},
            {"spans": [[*span(0, 3, "unsafe")["spans"][0], *span(2, 8)["spans"][0]], []]},
        ),
        ("errors", {"spans": [[], span(0, 2)["spans"][0]]}, None),
        ("why", {"text": "  because \n"}, {"text": "because"}),
        ("why", {"text": "a" * 20_000}, None),
        ("fixed", {"texts": [None, None]}, None),
        ("fixed", {"texts": ["one\n\ntwo", "😀e "]}, {"texts": [None, "😀e "]}),
        ("fixed", {"texts": [None, "a" * 400_000]}, None),
    ],
)
def test_an_answer_is_stored_in_one_way_however_it_was_written(name, answer, stored):
    assert form_of(name).check({name: answer}, TEXTS) == {name: stored or answer}


def test_offsets_count_characters_and_not_bytes_or_halves():
    form = form_of("errors")
    assert form.check({"errors": {"spans": [[], [{"start": 1, "end": 2, "type": "wrong"}]]}}, TEXTS)
    with pytest.raises(InvalidAnswer):
        form.check({"errors": {"spans": [[], [{"start": 1, "end": 3, "type": "wrong"}]]}}, TEXTS)
