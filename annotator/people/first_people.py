"""The first people of a new installation: one per role, each with a password that is shown once and stored nowhere."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.db import transaction

from annotator.people.models import ApiToken, Role, User

PEOPLE = (
    ("ada", Role.ADMIN),
    ("olga", Role.MANAGER),
    ("carol", Role.ADJUDICATOR),
    ("alice", Role.ANNOTATOR),
    ("bob", Role.ANNOTATOR),
)
TRAINER = "trainer"


@dataclass(frozen=True)
class Credential:
    """Who may come in with which secret; exists only in memory and on the terminal."""

    role: str
    username: str
    secret: str


@transaction.atomic
def create_first_people() -> list[Credential]:
    """Make the demo people and the trainer's account if there is nobody yet; later starts change nothing."""
    if User.objects.exists():
        return []
    made = []
    for username, role in PEOPLE:
        password = secrets.token_urlsafe(12)
        User.objects.create_user(username, password=password, role=role)
        made.append(Credential(role.label.lower(), username, password))
    trainer = User.objects.create_user(TRAINER, role=Role.TRAINER)  # no password: it only has a token
    _, token = ApiToken.issue(trainer, "first start")
    return [*made, Credential("trainer (token)", TRAINER, token)]
