"""The demo's own service accounts; the simulated annotators say in their names what they are."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import InterfaceError, OperationalError
from django.utils import timezone

from annotator.people.models import ApiToken, Role, User

from .simulated import USERNAME


@dataclasses.dataclass(frozen=True)
class Keys:
    """Raw tokens, held in memory while the demo runs and revoked after."""

    manager: str
    trainer: str
    annotators: dict[str, str]


@contextmanager
def service_accounts(annotators: int) -> Iterator[Keys]:
    """Accounts without passwords, each with a token that ends with the demo."""
    issued: list[int] = []

    def key(username: str, role: str) -> str:
        user, new = User.objects.get_or_create(username=username, defaults={"role": role})
        if new:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        token, raw = ApiToken.issue(user, "demo")
        issued.append(token.pk)
        return raw

    names = [USERNAME.format(number=number) for number in range(1, annotators + 1)]
    try:
        yield Keys(
            manager=key("demo-manager", Role.MANAGER),
            trainer=key("demo-trainer", Role.TRAINER),
            annotators={name: key(name, Role.ANNOTATOR) for name in names},
        )
    finally:
        with suppress(OperationalError, InterfaceError):
            ApiToken.objects.filter(id__in=issued).update(revoked_at=timezone.now())
