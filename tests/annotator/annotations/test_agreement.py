"""Enough people settle a question; people who contradict each other call one more, and only one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.annotations.agreement import Adjudicate, AskAnother, Settled, contested, decide

FIRST, SECOND, EITHER = ({"": frozenset(choices)} for choices in ((0,), (1,), (0, 1)))

TABLE = [
    # overlap, one more on disagreement, answers, decision
    (1, True, [], AskAnother(1)),
    (1, True, [FIRST], Settled()),
    (3, True, [FIRST], AskAnother(2)),
    (2, False, [FIRST, SECOND], Settled()),
    (2, True, [FIRST, FIRST], Settled()),
    (2, True, [FIRST, EITHER], Settled()),
    (2, True, [FIRST, SECOND], AskAnother(1, extra=True)),
    (2, True, [FIRST, SECOND, SECOND], Settled()),
    (2, True, [FIRST, SECOND, EITHER], Adjudicate(("",))),
    (3, True, [FIRST, FIRST, SECOND], AskAnother(1, extra=True)),
    (3, True, [FIRST, FIRST, SECOND, FIRST], Settled()),
    (3, True, [FIRST, FIRST, SECOND, SECOND], Adjudicate(("",))),
    (3, True, [FIRST, FIRST, SECOND, EITHER], Settled()),
    (2, True, [{}, FIRST], Settled()),
]


@pytest.mark.parametrize(("overlap", "extra", "answers", "decision"), TABLE)
def test_what_answers_decide(overlap, extra, answers, decision):
    assert decide(answers, overlap=overlap, extra_on_disagreement=extra) == decision


def test_only_the_keys_without_a_majority_go_to_an_adjudicator():
    good, bad = frozenset({True}), frozenset({False})
    said = [{"[0]": good, "[1]": good}, {"[0]": bad, "[1]": bad}, {"[0]": good}]
    assert decide(said, overlap=2, extra_on_disagreement=True) == Adjudicate(("[1]",))


ANSWERS = st.lists(
    st.dictionaries(st.sampled_from("ab"), st.frozensets(st.integers(0, 2), min_size=1), max_size=2), max_size=6
)


@given(ANSWERS, st.integers(1, 4), st.randoms())
def test_the_order_of_the_answers_decides_nothing_and_nobody_beyond_one_more_is_called(answers, overlap, random):
    decision = decide(answers, overlap=overlap, extra_on_disagreement=True)
    shuffled = random.sample(answers, len(answers))
    assert decide(shuffled, overlap=overlap, extra_on_disagreement=True) == decision
    if len(answers) > overlap:
        assert not isinstance(decision, AskAnother)
    if isinstance(decision, Adjudicate):
        assert set(decision.keys) <= set(contested(answers))
    if not contested(answers) and len(answers) >= overlap:
        assert decision == Settled()
