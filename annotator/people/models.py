"""Users with one role each, and API tokens stored only as digests."""

from __future__ import annotations

import hashlib
import secrets
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models


class Role(models.TextChoices):
    ANNOTATOR = "annotator"
    ADJUDICATOR = "adjudicator"
    MANAGER = "manager"
    ADMIN = "admin"
    TRAINER = "trainer"


class Scope(models.TextChoices):
    """What a token may do. A token never does more than its user's role allows."""

    ROLLOUTS_WRITE = "rollouts:write"
    REWARDS_READ = "rewards:read"
    ANNOTATE = "annotate"
    MANAGE = "manage"


# The widest set of scopes each role can hold; sessions (the browser) act with exactly these.
ROLE_SCOPES: dict[str, frozenset[str]] = {
    Role.ANNOTATOR: frozenset({Scope.ANNOTATE}),
    Role.ADJUDICATOR: frozenset({Scope.ANNOTATE}),
    Role.TRAINER: frozenset({Scope.ROLLOUTS_WRITE, Scope.REWARDS_READ}),
    Role.MANAGER: frozenset({Scope.ROLLOUTS_WRITE, Scope.REWARDS_READ, Scope.MANAGE}),
    Role.ADMIN: frozenset({Scope.ROLLOUTS_WRITE, Scope.REWARDS_READ, Scope.MANAGE, Scope.ANNOTATE}),
}


class User(AbstractUser):
    """A person (or a trainer's service account) with exactly one role."""

    role = models.CharField(max_length=16, choices=Role.choices, default=Role.ANNOTATOR)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(role__in=Role.values), name="role_is_known")]

    @property
    def scopes(self) -> frozenset[str]:
        return ROLE_SCOPES[self.role]


def digest_token(raw: str) -> str:
    # Tokens are 256 random bits, so a plain hash is enough: there is no dictionary to try.
    return hashlib.sha256(raw.encode()).hexdigest()


class ApiToken(models.Model):
    """A bearer token: shown once when made, stored only as a digest, scoped, revocable."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=32, choices=Scope.choices))
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    @classmethod
    def issue(cls, user: User, name: str, scopes: list[str] | None = None) -> tuple[ApiToken, str]:
        """Make a token and return it with its raw text, which is never stored. Scopes default to the role's."""
        raw = "tb_" + secrets.token_urlsafe(32)
        granted = sorted(set(scopes or user.scopes) & user.scopes)
        return cls.objects.create(user=user, name=name, digest=digest_token(raw), scopes=granted), raw
