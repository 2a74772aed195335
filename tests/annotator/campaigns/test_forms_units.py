"""Agreement is computed on the parts of an answer that can agree, each with the distance that fits it."""

from __future__ import annotations

import pytest
from hypothesis import given

from annotator.campaigns.forms import Form

from .forms_made_up import answered

TEXTS = ["one\n\ntwo", "three"]
ANSWERS = [
    ({"kind": "pair"}, {"choice": "tie"}, {"q": ("tie", "nominal")}),
    ({"kind": "best_worst"}, {"best": 1, "worst": 0}, {"q.best": (1, "nominal"), "q.worst": (0, "nominal")}),
    ({"kind": "best_worst"}, {"best": 1}, {"q.best": (1, "nominal")}),
    ({"kind": "ranking"}, {"ranks": [2, 1]}, {"q[0]": (2, "ordinal"), "q[1]": (1, "ordinal")}),
    (
        {"kind": "rating", "criteria": [{"name": "helpful"}]},
        {"scores": {"helpful": [5, 3]}},
        {"q.helpful[0]": (5, "interval"), "q.helpful[1]": (3, "interval")},
    ),
    ({"kind": "binary"}, {"good": [True, False]}, {"q[0]": (True, "nominal"), "q[1]": (False, "nominal")}),
    (
        {"kind": "steps"},
        {"marks": [[0, -1], [None]], "end": ["found_error", "gave_up"]},
        {
            "q.marks[0][0]": (0, "ordinal"),
            "q.marks[0][1]": (-1, "ordinal"),
            "q.end[0]": ("found_error", "nominal"),
            "q.end[1]": ("gave_up", "nominal"),
        },
    ),
    (
        {"kind": "spans", "types": [{"name": "wrong"}]},
        {"spans": [[], [{"start": 0, "end": 5, "type": "wrong"}]]},
        {"q[0]": (frozenset(), "set"), "q[1]": (frozenset({("wrong", 0)}), "set")},
    ),
    ({"kind": "critique"}, {"text": "because"}, {}),
    ({"kind": "edit"}, {"texts": ["better", None]}, {}),
]


@pytest.mark.parametrize(("question", "answer", "expected"), ANSWERS)
def test_each_kind_names_what_people_can_agree_on(question, answer, expected):
    form = Form.from_json([{"name": "q", **question}], 2)
    units = form.units(form.check({"q": answer}, TEXTS))
    assert {key: (value, form.level(key)) for key, value in units.items()} == expected


def test_a_span_that_reaches_a_blank_further_still_marks_the_same():
    form = Form.from_json([{"kind": "spans", "name": "q", "types": [{"name": "wrong"}]}], 1)

    def marked(start, end):
        checked = form.check({"q": {"spans": [[{"start": start, "end": end, "type": "wrong"}]]}}, ["x" * 200])
        return form.units(checked)["q[0]"]

    assert marked(20, 40) == marked(21, 39) == {("wrong", 2), ("wrong", 3)}
    assert not marked(20, 40) & marked(40, 60)


@given(answered())
def test_every_unit_has_a_level_and_a_value_that_can_be_counted(case):
    form, texts, answer, order = case
    units = form.units(form.reorder(form.check(answer, texts), order))
    levels = {key: form.level(key) for key in units}
    assert set(levels.values()) <= {"nominal", "ordinal", "interval", "set"}
    assert all(isinstance(hash(value), int) for value in units.values())
    assert all(isinstance(value, frozenset) == (levels[key] == "set") for key, value in units.items())


def test_a_question_whose_name_begins_with_another_ones_is_not_taken_for_it():
    form = Form.from_json([{"kind": "binary", "name": "good"}, {"kind": "ranking", "name": "good-order"}], 2)
    assert (form.level("good[0]"), form.level("good-order[0]")) == ("nominal", "ordinal")
    with pytest.raises(KeyError):
        form.level("goodness[0]")


def test_free_text_has_no_level():
    form = Form.from_json([{"kind": "critique", "name": "why"}], 2)
    with pytest.raises(KeyError):
        form.level("why")
