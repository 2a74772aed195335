"""Fixtures of what a campaign learns: answers that are there, and what a look at its strategy finds."""

from __future__ import annotations

import pytest

from annotator.learning import checks
from uncertainty.lift import Lift, Measured, Saving

from .answered import Answered


@pytest.fixture
def answered(open_campaign, people):
    return lambda **options: Answered(open_campaign, people, **options)


@pytest.fixture
def says(monkeypatch):
    """`says(BETTER)`: what the next look at a strategy finds."""

    def say(lift: Lift | None, saving: Saving | None = None) -> None:
        monkeypatch.setattr(checks, "measured", lambda *_, **__: lift and Measured(lift, saving))

    return say
