"""What tests of cards with known answers share."""

from __future__ import annotations

import pytest

from tests.annotator.annotations.known_answers import World


@pytest.fixture
def world(open_campaign, people):
    """`world(items=8, gold_share=0.2)`: an open campaign with known answers."""
    return lambda **options: World(open_campaign, people, **options)
