"""How long an answer takes: known lines are found again, through coffee breaks."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize

from uncertainty.errors import EmptyPool, NonFiniteReward, ShapeMismatch
from uncertainty.reading_time import ENOUGH, LONGEST, ReadingTime, fit_reading_time


def answers(count, start=6.0, per_character=0.02, noise=0.3, seed=0):
    rng = np.random.default_rng(seed)
    characters = np.exp(rng.normal(6.5, 0.9, size=count)).round()
    return characters, (start + per_character * characters) * np.exp(rng.normal(scale=noise, size=count))


def test_an_exact_line_is_found():
    characters = np.linspace(0, 4000, 60)
    found = fit_reading_time(characters, 8.0 + 0.03 * characters)
    assert (found.start, found.per_character) == pytest.approx((8.0, 0.03), rel=0.06)  # the grid's step is 12 %
    np.testing.assert_allclose(found.seconds(characters), 8.0 + 0.03 * characters, rtol=0.06)


def test_predictions_survive_a_fifth_of_absurd_times():
    characters, seconds = answers(400)
    seconds[::5] = 3000.0
    truth = 6.0 + 0.02 * characters
    assert np.median(np.abs(np.log(fit_reading_time(characters, seconds).seconds(characters) / truth))) < 0.2


def test_it_is_the_least_absolute_log_line_an_optimiser_finds():
    characters, seconds = answers(120, seed=3)

    def cost(logs):
        return np.abs(np.log(seconds) - np.log(np.exp(logs[0]) + np.exp(logs[1]) * characters)).sum()

    best = min(
        optimize.minimize(cost, start, method="Nelder-Mead", options={"maxiter": 4000}).fun
        for start in ([1.0, -4.0], [3.0, -6.0])
    )
    found = fit_reading_time(characters, seconds)
    assert cost(np.log([found.start, found.per_character])) <= best * 1.005


def test_times_that_do_not_depend_on_length_are_a_start_and_nothing_else():
    characters, _ = answers(100)
    found = fit_reading_time(characters, np.full(100, 20.0))
    np.testing.assert_allclose(found.seconds(characters), 20.0, rtol=0.01)


def test_before_thirty_answers_people_read_as_people_do():
    characters, seconds = answers(ENOUGH - 1, start=99.0)
    assert fit_reading_time(characters, seconds) == ReadingTime()
    assert ReadingTime().seconds([0.0, 1440.0]).tolist() == [5.0, 65.0]


def test_no_text_takes_no_time_and_none_takes_for_ever():
    assert ReadingTime().seconds([0.0, 1e9]).tolist() == [5.0, LONGEST]
    found = fit_reading_time(np.zeros(50), np.full(50, 5000.0))  # a desk that was left fifty times
    assert found.seconds([0.0])[0] == pytest.approx(LONGEST)


@pytest.mark.parametrize(
    ("characters", "seconds", "refusal"),
    [
        ([], [], EmptyPool),
        ([10.0], [0.0], ShapeMismatch),
        ([-1.0], [3.0], ShapeMismatch),
        ([10.0, 20.0], [3.0], ShapeMismatch),
        ([np.nan], [3.0], NonFiniteReward),
        ([10.0], [np.inf], NonFiniteReward),
    ],
)
def test_what_no_person_took_is_refused(characters, seconds, refusal):
    with pytest.raises(refusal):
        fit_reading_time(characters, seconds)
