"""A form is refused with the path to what is wrong; what an answer means does not depend on the order shown."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from annotator.campaigns.forms import Compared, Form
from annotator.campaigns.forms.form import KINDS
from annotator.errors import InvalidConfig

from .forms_made_up import answered, forms

PAIR = {"kind": "pair", "name": "preference"}
HELPFUL = {"name": "helpful"}


def rating(**options):
    return {"kind": "rating", "name": "quality", "criteria": [HELPFUL], **options}


@pytest.mark.parametrize(
    ("raw", "completions", "field"),
    [
        ("pair", 2, "form"),
        ([], 2, "form"),
        ([PAIR] * 13, 2, "form"),
        ([PAIR], 0, "completions"),
        ([PAIR], 9, "completions"),
        ([PAIR], True, "completions"),
        ([PAIR], 2.0, "completions"),
        (["pair"], 2, "form[0]"),
        ([{"name": "a"}], 2, "form[0].kind"),
        ([{"kind": "pair"}], 2, "form[0].name"),
        ([{"kind": "essay", "name": "a"}], 2, "form[0].kind"),
        ([{"kind": ["pair"], "name": "a"}], 2, "form[0].kind"),
        ([PAIR], 3, "form[0].kind"),
        ([PAIR], 1, "form[0].kind"),
        ([{"kind": "ranking", "name": "a"}], 1, "form[0].kind"),
        ([{"kind": "best_worst", "name": "a"}], 1, "form[0].kind"),
        ([PAIR | {"colour": "red"}], 2, "form[0].colour"),
        ([PAIR | {"ties": 1}], 2, "form[0].ties"),
        ([PAIR | {"required": "yes"}], 2, "form[0].required"),
        ([PAIR | {"name": "Preference"}], 2, "form[0].name"),
        ([PAIR | {"name": "a.b"}], 2, "form[0].name"),
        ([PAIR | {"name": ""}], 2, "form[0].name"),
        ([PAIR | {"name": "a" * 41}], 2, "form[0].name"),
        ([PAIR | {"name": 7}], 2, "form[0].name"),
        ([PAIR | {"title": "t" * 201}], 2, "form[0].title"),
        ([PAIR | {"title": None}], 2, "form[0].title"),
        ([PAIR | {"guideline": "a\0b"}], 2, "form[0].guideline"),
        ([PAIR | {"guideline": "\ud800"}], 2, "form[0].guideline"),
        ([PAIR, PAIR], 2, "form[1].name"),
        ([PAIR, rating(criteria=[])], 2, "form[1].criteria"),
        ([PAIR, rating(criteria={"helpful": 1})], 2, "form[1].criteria"),
        ([{"kind": "rating", "name": "quality"}], 2, "form[0].criteria"),
        ([rating(criteria=[HELPFUL, HELPFUL])], 2, "form[0].criteria[1].name"),
        ([rating(criteria=[HELPFUL, {"name": "kind", "low": 7}])], 2, "form[0].criteria[1].low"),
        ([rating(criteria=[{"name": "kind", "high": 1}])], 2, "form[0].criteria[0].high"),
        ([rating(criteria=[{"name": "kind", "high": 500}])], 2, "form[0].criteria[0].high"),
        ([rating(criteria=[{"name": "kind", "low": float("nan")}])], 2, "form[0].criteria[0].low"),
        ([rating(criteria=[{"name": "kind", "low": False}])], 2, "form[0].criteria[0].low"),
        ([rating(criteria=[{"name": "kind", "step": 2}])], 2, "form[0].criteria[0].step"),
        ([rating(orders_by="harmless")], 2, "form[0].orders_by"),
        ([{"kind": "binary", "name": "a", "good": "Bad"}], 2, "form[0].good"),
        ([{"kind": "binary", "name": "a", "good": "x", "bad": "x"}], 2, "form[0].bad"),
        ([{"kind": "binary", "name": "a", "bad": " "}], 2, "form[0].bad"),
        ([{"kind": "steps", "name": "a", "split": "word"}], 2, "form[0].split"),
        ([{"kind": "spans", "name": "a"}], 2, "form[0].types"),
        ([{"kind": "spans", "name": "a", "types": []}], 2, "form[0].types"),
        ([{"kind": "spans", "name": "a", "types": [{"name": "x"}] * 2}], 2, "form[0].types[1].name"),
        ([{"kind": "spans", "name": "a", "types": [{"name": "x", "colour": "red"}]}], 2, "form[0].types[0].colour"),
        ([{"kind": "critique", "name": "a", "per": "turn"}], 2, "form[0].per"),
        ([{"kind": "critique", "name": "a", "min_length": -1}], 2, "form[0].min_length"),
        ([{"kind": "critique", "name": "a", "min_length": 20_001}], 2, "form[0].min_length"),
        ([{"kind": "edit", "name": "a", "per": "card"}], 2, "form[0].per"),
    ],
)
def test_an_unusable_form_is_refused_with_the_path_to_what_is_wrong(raw, completions, field):
    with pytest.raises(InvalidConfig) as refused:
        Form.from_json(raw, completions)
    assert refused.value.context["field"] == field
    json.dumps(refused.value.as_dict()).encode()  # a message about bad characters holds none of them


def test_every_kind_fills_in_what_was_left_out():
    one_of_each = [
        {"kind": kind, "name": kind}
        | ({"criteria": [HELPFUL]} if kind == "rating" else {})
        | ({"types": [{"name": "wrong"}]} if kind == "spans" else {})
        for kind in KINDS
    ]
    told = {question["kind"]: question for question in Form.from_json(one_of_each, 2).to_json()}
    common = {"title": "", "guideline": "", "required": True}
    criterion = {**HELPFUL, "title": "", "guideline": "", "low": 1, "high": 7, "low_label": "", "high_label": ""}
    options = {
        "pair": {"strength": True, "ties": True, "both_bad": True},
        "best_worst": {"worst": True},
        "ranking": {"ties": True},
        "rating": {"criteria": [criterion], "orders_by": "helpful"},
        "binary": {"good": "Good", "bad": "Bad"},
        "steps": {"split": "paragraph"},
        "spans": {"types": [{"name": "wrong", "title": "", "colour": ""}]},
        "critique": {"per": "card", "min_length": 0},
        "edit": {},
    }
    assert told == {kind: {"kind": kind, "name": kind, **common, **more} for kind, more in options.items()}


@given(forms())
def test_a_form_survives_the_way_through_json(form):
    assert Form.from_json(json.loads(json.dumps(form.to_json())), form.completions) == form


@given(answered())
def test_an_answer_comes_back_as_it_was_given(case):
    form, texts, answer, order = case
    checked = form.check(answer, texts)
    assert form.as_shown(form.reorder(checked, order), order) == checked
    assert form.reorder(form.as_shown(checked, order), order) == checked


@given(answered())
def test_an_answer_is_the_same_checked_before_or_after_it_is_put_in_order(case):
    form, texts, answer, order = case
    in_order = [text for _, text in sorted(zip(order, texts, strict=True))]
    checked = form.check(answer, texts)
    assert form.check(form.reorder(checked, order), in_order) == form.reorder(checked, order)


@given(answered())
def test_checking_twice_changes_nothing_and_the_answer_is_json(case):
    form, texts, answer, _ = case
    checked = form.check(answer, texts)
    assert form.check(json.loads(json.dumps(checked)), texts) == checked


@given(answered())
def test_what_an_answer_says_of_pairs_does_not_depend_on_the_order_shown(case):
    form, texts, answer, order = case
    shown = form.check(answer, texts)

    def said(compared, position):
        outcomes = {0.5: set(), 1.0: {(True, False)}, 0.0: {(False, True)}}
        assert all(one.outcome in outcomes for one in compared)
        wins = {(position(one.i), position(one.j)) for one in compared if one.outcome == 1.0}
        wins |= {(position(one.j), position(one.i)) for one in compared if one.outcome == 0.0}
        equal = {frozenset((position(one.i), position(one.j))) for one in compared if one.outcome == 0.5}
        return wins, equal

    assert said(form.comparisons(shown), order.__getitem__) == said(
        form.comparisons(form.reorder(shown, order)), lambda position: position
    )


@given(answered())
def test_comparisons_name_each_pair_at_most_once_and_never_contradict_each_other(case):
    form, texts, answer, _ = case
    compared = form.comparisons(form.check(answer, texts))
    assert len({(one.i, one.j) for one in compared}) == len(compared)
    assert all(0 <= one.i < one.j < form.completions for one in compared)
    beats = {(one.i, one.j) if one.outcome == 1.0 else (one.j, one.i) for one in compared if one.outcome != 0.5}
    assert not any((a, c) in beats and (c, b) in beats and (b, a) in beats for a, c in beats for b in range(8))


@pytest.mark.parametrize(
    ("question", "completions", "answer", "expected"),
    [
        (PAIR, 2, {"choice": "first", "strength": 3}, [Compared(0, 1, 1.0, 3)]),
        (PAIR, 2, {"choice": "second"}, [Compared(0, 1, 0.0)]),
        (PAIR, 2, {"choice": "tie"}, [Compared(0, 1, 0.5)]),
        (PAIR, 2, {"choice": "both_bad"}, [Compared(0, 1, 0.5)]),
        (
            {"kind": "ranking", "name": "preference"},
            3,
            {"ranks": [2, 1, 2]},
            [Compared(0, 1, 0.0), Compared(0, 2, 0.5), Compared(1, 2, 1.0)],
        ),
        (
            {"kind": "best_worst", "name": "preference"},
            4,
            {"best": 2, "worst": 0},
            [
                Compared(0, 1, 0.0),
                Compared(0, 2, 0.0),
                Compared(0, 3, 0.0),
                Compared(1, 2, 0.0),
                Compared(2, 3, 1.0),
            ],
        ),
        (
            {"kind": "best_worst", "name": "preference"},
            3,
            {"best": 1, "worst": None},
            [Compared(0, 1, 0.0), Compared(1, 2, 1.0)],
        ),
        (rating(name="preference"), 2, {"scores": {"helpful": [2, 6]}}, [Compared(0, 1, 0.0)]),
        (rating(name="preference"), 2, {"scores": {"helpful": [4, 4]}}, [Compared(0, 1, 0.5)]),
        (
            {"kind": "binary", "name": "preference"},
            3,
            {"good": [True, False, True]},
            [Compared(0, 1, 1.0), Compared(1, 2, 0.0)],
        ),
        ({"kind": "edit", "name": "preference"}, 2, {"texts": ["better", None]}, []),
    ],
)
def test_each_kind_says_of_pairs_what_was_meant(question, completions, answer, expected):
    form = Form.from_json([question], completions)
    checked = form.check({"preference": answer}, ["a"] * completions)
    assert form.comparisons(checked) == expected


def test_the_first_question_that_orders_speaks_and_nobody_stands_in_for_it():
    first = PAIR | {"required": False}
    form = Form.from_json([{"kind": "critique", "name": "why"}, first, rating()], 2)
    rest = {"why": {"text": "x"}, "quality": {"scores": {"helpful": [1, 7]}}}
    both = form.check(rest | {"preference": {"choice": "first"}}, ["a", "b"])
    assert form.comparisons(both) == [Compared(0, 1, 1.0)]
    assert form.comparisons(form.check(rest, ["a", "b"])) == []


def test_a_rating_orders_by_the_criterion_it_names():
    form = Form.from_json([rating(criteria=[HELPFUL, {"name": "harmless"}], orders_by="harmless")], 2)
    checked = form.check({"quality": {"scores": {"helpful": [7, 1], "harmless": [2, 3]}}}, ["a", "b"])
    assert form.comparisons(checked) == [Compared(0, 1, 0.0)]


def test_an_order_that_is_none_and_a_card_of_another_size_are_bugs_and_say_so():
    form = Form.from_json([PAIR], 2)
    with pytest.raises(ValueError, match="no order"):
        form.reorder({"preference": {"choice": "first", "strength": None}}, [0, 0])
    with pytest.raises(ValueError, match="shows 2 completions"):
        form.check({"preference": {"choice": "first"}}, ["a"])
