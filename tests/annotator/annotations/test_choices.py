"""What an answer could live with, kind by kind."""

from __future__ import annotations

import pytest

from annotator.annotations.choices import choices
from annotator.campaigns.forms.form import Form

SCORES = {"kind": "rating", "name": "q", "criteria": [{"name": "helpful"}, {"name": "kind"}]}


@pytest.mark.parametrize(
    ("question", "completions", "said", "heard"),
    [
        ({"kind": "pair"}, 2, {"choice": "first", "strength": 2}, {"": {0}}),
        ({"kind": "pair"}, 2, {"choice": "tie", "strength": None}, {"": {0, 1}}),
        ({"kind": "best_worst"}, 4, {"best": 2, "worst": 0}, {"": {2}}),
        ({"kind": "ranking"}, 3, {"ranks": [2, 1, 1]}, {"": {1, 2}}),
        (SCORES, 2, {"scores": {"helpful": [3, 5], "kind": [7, 1]}}, {"": {1}}),
        ({"kind": "binary"}, 2, {"good": [True, False]}, {"[0]": {True}, "[1]": {False}}),
        (
            {"kind": "steps"},
            4,
            {"marks": [[1, -1], [1, 1], [None], [0]], "end": ["found_error", "solved", "gave_up", "bad_problem"]},
            {"[0]": {1}, "[1]": {"solved"}, "[3]": {"bad_problem"}},
        ),
        ({"kind": "critique"}, 2, {"text": "Both are short."}, {}),
    ],
)
def test_what_an_answer_does_not_speak_against(question, completions, said, heard):
    form = Form.from_json([{"name": "q", **question}], completions)
    assert choices(form, {"q": said}) == {key: frozenset(value) for key, value in heard.items()}


def test_the_main_question_is_the_first_that_orders():
    form = Form.from_json([{"kind": "critique", "name": "why"}, {"kind": "pair", "name": "p"}], 2)
    assert choices(form, {"why": {"text": "x"}, "p": {"choice": "second", "strength": None}}) == {"": frozenset({1})}
    assert choices(form, {"why": {"text": "x"}}) == {}
