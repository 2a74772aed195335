"""A password is long, not a common one and not one's name; whoever changes it is signed out everywhere else."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from annotator.errors import InvalidInput, NotAllowed

from . import audit, sessions
from .models import User


class WeakPassword(InvalidInput):
    code = "weak_password"


def check(password: str, person: User) -> None:
    """Raise WeakPassword, saying all that is wrong at once. `person` need not be stored yet."""
    if "\x00" in password:
        raise WeakPassword("A password cannot hold the character 0x00.", field="password")
    try:
        validate_password(password, person)
    except ValidationError as weak:
        raise WeakPassword(" ".join(weak.messages), field="password") from weak


@transaction.atomic
def change(person: User, current: str, new: str, *, keep_session: str | None) -> None:
    """Replace somebody's password on their own word; every other browser of theirs is signed out."""
    if not person.has_usable_password():
        raise NotAllowed("This account has no password; it signs in another way.", reason="no_password")
    if not person.check_password(current):
        raise NotAllowed("The current password is not right.", reason="wrong_password")
    check(new, person)
    person.set_password(new)
    person.save(update_fields=["password"])
    sessions.end_all(person, except_key=keep_session)
    audit.record("person.password_changed", person)
