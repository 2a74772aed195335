"""What people's answers say, as columns: no database."""

from __future__ import annotations

import dataclasses

from annotator.campaigns.forms import Form
from annotator.training.quality import skill
from annotator.training.said import Said, columns, hasty, preferences, repeated

PAIR = Form.from_json([{"kind": "pair", "name": "preference"}], 2)
MIXED = Form.from_json(
    [
        {"kind": "rating", "name": "quality", "criteria": [{"name": "helpful"}, {"name": "honest"}]},
        {"kind": "spans", "name": "errors", "types": [{"name": "wrong"}], "required": False},
        {"kind": "ranking", "name": "order"},
    ],
    3,
)


def pair(who, card, choice, order=(0, 1), stream="acquisition"):
    answer = None if choice is None else {"preference": {"choice": choice, "strength": None}}
    return Said(who, card, (10, 11), stream, answer, order, 1_000)


def test_the_question_that_orders_completions_comes_first_and_places_are_items_of_one_question():
    answer = {
        "quality": {"scores": {"helpful": [7, 1, 4], "honest": [5, 5, 5]}},
        "order": {"ranks": [1, 3, 2]},
    }
    found = columns(MIXED, [Said(1, 5, (1, 2, 3), "random", answer, (0, 1, 2), None)])
    assert [(one.question, one.level, one.values) for one in found] == [
        ("quality.helpful", "interval", [7, 1, 4]),
        ("quality.honest", "interval", [5, 5, 5]),
        ("order", "ordinal", [1, 3, 2]),
    ]
    assert len(set(found[0].items)) == 3 and found[0].cards == [5, 5, 5]


def test_two_people_on_one_card_share_its_items_and_a_skip_says_nothing():
    (found,) = columns(PAIR, [pair(1, 5, "first"), pair(2, 5, "second"), pair(1, 6, "tie"), pair(2, 6, None)])
    assert found.values == ["first", "second", "tie"]
    assert found.items[0] == found.items[1] != found.items[2] and found.annotators == [1, 2, 1]


def test_preferences_say_where_the_first_was_shown():
    found = preferences(PAIR, [pair(1, 5, "first"), pair(2, 5, "first", order=(1, 0)), pair(3, 5, "both_bad")])
    assert (found.outcomes, found.first_left) == ([1.0, 1.0, 0.5], [True, False, True])
    assert (found.pairs, found.cards) == ([0, 0, 0], [5, 5, 5])


def test_a_ranking_orders_its_pairs_and_says_that_they_are_of_one_card():
    form = Form.from_json([{"kind": "ranking", "name": "order"}], 3)
    told = [Said(1, 5, (1, 2, 3), "random", {"order": {"ranks": [2, 1, 2]}}, (2, 0, 1), None)]
    found = preferences(form, told)
    assert found.outcomes == [0.0, 0.5, 1.0] and found.pairs == [0, 1, 2] and found.cards == [5, 5, 5]
    assert found.first_left == [True, False, False]  # shown were 2, 0, 1: only 0 stood before 1


def test_haste_is_a_third_of_the_time_others_took_for_the_same_card():
    def timed(who, card, ms):
        return dataclasses.replace(pair(who, card, "first"), active_ms=ms)

    answers = [
        timed(1, 5, 900), timed(2, 5, 3_000), timed(3, 5, 2_800),  # less than a third of 2,900
        timed(1, 6, 1_100), timed(2, 6, 3_000),
        timed(1, 7, 10), timed(2, 8, None), timed(3, 8, 10),  # nobody else's time is known
    ]  # fmt: skip
    assert hasty(answers) == {1: (1, 2), 2: (0, 2), 3: (0, 1)}


def test_a_repeat_is_compared_with_ones_own_earlier_answer_only():
    first = [pair(1, 5, "first"), pair(2, 5, "second"), pair(3, 5, None)]
    again = [
        pair(1, 9, "first", (1, 0), "repeat"), pair(2, 9, "first", (1, 0), "repeat"),
        pair(3, 9, "first", (1, 0), "repeat"), pair(4, 9, "first", (1, 0), "repeat"),
    ]  # fmt: skip
    assert repeated(PAIR, first, again) == {1: (1, 1), 2: (0, 1)}


STEPS = Form.from_json([{"kind": "steps", "name": "work"}], 1)


def marked(who, card, marks, stream="acquisition"):
    answer = {"work": {"marks": [marks], "end": ["found_error" if -1 in marks else "solved"]}}
    return Said(who, card, (10 + card % 7,), stream, answer, (0,), None)


def test_a_card_marked_once_more_is_one_repeat_however_many_steps_it_has():
    first = [marked(1, 0, [1, 1, 1, -1]), marked(1, 1, [1, 1, 1, 1])]
    again = [marked(1, 7, [1, 1, 1, 0], "repeat"), marked(1, 8, [1, 1, 1, 1], "repeat")]
    # Of the first card, three of five parts came out the same: the last mark and how it ended did not.
    assert repeated(STEPS, first, again) == {1: (1.6, 2)}


def test_who_marks_steps_is_judged_by_their_marks_a_card_being_one_answer():
    marks = [[1, 1, 0, -1], [1, 0, 1, 1], [1, -1, -1, -1], [1, 1, 1, 0]]
    told = [marked(who, card, marks[card % 4]) for card in range(12) for who in (1, 2)]
    judged = skill(STEPS, told)
    assert judged.by == "classes" and judged.chance == 1 / 3
    assert judged.found.answers_A.tolist() == [12, 12]
