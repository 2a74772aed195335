"""A refusal says by its code what it is about, wherever it is raised and however it travels."""

from __future__ import annotations

import pickle

import pytest

from annotator.errors import Conflict, DecidedAlready, NotFound


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Conflict("Twice.", item=1), "conflict"),
        (Conflict("Twice.", code="known_already", item=1), "known_already"),
        (DecidedAlready("Twice.", item=1), "decided_already"),
        (NotFound("Gone.", code="unknown_task", item=1), "unknown_task"),
    ],
)
def test_a_code_is_no_part_of_the_context_and_survives_a_worker(error, code):
    for one in (error, pickle.loads(pickle.dumps(error))):
        assert one.as_dict() == {"code": code, "message": error.message, "context": {"item": 1}}
