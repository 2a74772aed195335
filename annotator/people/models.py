"""Users with one role each, API tokens kept as digests, browser sessions, tries to sign in, and the audit log."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase


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
    ADMIN = "admin"  # people, their roles on the whole site, and the audit log


# The widest set of scopes each role can hold; sessions (the browser) act with exactly these.
ROLE_SCOPES: dict[str, frozenset[str]] = {
    Role.ANNOTATOR: frozenset({Scope.ANNOTATE}),
    Role.ADJUDICATOR: frozenset({Scope.ANNOTATE}),
    Role.TRAINER: frozenset({Scope.ROLLOUTS_WRITE, Scope.REWARDS_READ}),
    Role.MANAGER: frozenset({Scope.ROLLOUTS_WRITE, Scope.REWARDS_READ, Scope.MANAGE}),
    Role.ADMIN: frozenset({Scope.ROLLOUTS_WRITE, Scope.REWARDS_READ, Scope.MANAGE, Scope.ANNOTATE, Scope.ADMIN}),
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
    """A bearer token: shown once when made, stored only as a digest, scoped, revocable; it may end by itself."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=32, choices=Scope.choices))
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)  # null: never
    last_used_at = models.DateTimeField(null=True, blank=True)  # to some minutes
    revoked_at = models.DateTimeField(null=True, blank=True)

    @classmethod
    def issue(
        cls, user: User, name: str, scopes: list[str] | None = None, *, expires_at: datetime | None = None
    ) -> tuple[ApiToken, str]:
        """Make a token and return it with its raw text, which is never stored. Scopes default to the role's."""
        raw = "tb_" + secrets.token_urlsafe(32)
        granted = sorted(set(scopes or user.scopes) & user.scopes)
        made = cls.objects.create(user=user, name=name, digest=digest_token(raw), scopes=granted, expires_at=expires_at)
        return made, raw


class Identity(models.Model):
    """Who a person is at a single sign-on provider. The provider's own id counts, as an address may change hands."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["issuer", "subject"], name="one_person_per_identity")]


class BrowserSession(AbstractBaseSession):
    """A browser that somebody is signed in with. Deleting the row signs it out."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        from .sessions import SessionStore

        return SessionStore

    @property
    def public_id(self) -> str:
        """Names the session to its owner without being it."""
        return hashlib.sha256(self.session_key.encode()).hexdigest()[:16]


class SignInTry(models.Model):
    """A try to sign in that has not succeeded (yet)."""

    account = models.CharField(max_length=64)  # a digest: people type passwords where names belong
    network = models.CharField(max_length=50)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["account", "at"], name="tries_by_account"),
            models.Index(fields=["network", "at"], name="tries_by_network"),
            models.Index(fields=["at"], name="tries_by_age"),
        ]


class KnownNetwork(models.Model):
    """A network from which somebody has signed in before: others' guessing elsewhere does not lock them out there."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="known_networks")
    network = models.CharField(max_length=50)
    last_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "network"], name="a_network_is_known_once")]


OF_CAMPAIGNS = ("campaign", "membership", "invitation")  # objects that are named after their campaign


def named_after() -> models.Func:
    """The name that an object's name begins with: its own, or that of what it is part of ("helpful: alice")."""
    parts = (models.F("about_name"), models.Value(": "), models.Value(1))
    return models.Func(*parts, function="split_part", output_field=models.TextField())


class AuditEntry(models.Model):
    """One change of what matters: who, when, from where, what it was and what it is. Append-only (a trigger refuses
    edits). Names are kept as they were then; nothing secret is ever in `old` or `new`."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")  # null: a command, a job
    actor_name = models.CharField(max_length=150, blank=True)
    address = models.GenericIPAddressField(null=True)
    kind = models.CharField(max_length=50)  # "campaign.opened": the object's word, and what happened
    about = models.CharField(max_length=30, blank=True)  # the object's word
    about_id = models.BigIntegerField(null=True)
    about_name = models.CharField(max_length=200, blank=True)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["actor", "id"], name="audit_by_actor"),
            models.Index(fields=["kind", "id"], name="audit_by_kind"),
            models.Index(fields=["about", "about_name", "id"], name="audit_by_object"),
            models.Index(fields=["actor_name", "id"], name="audit_by_name_of_actor"),
            models.Index(fields=["about_name", "id"], name="audit_by_name_of_object"),
            models.Index(fields=["at", "id"], name="audit_by_time"),
            models.Index(
                named_after(),
                "id",
                condition=models.Q(about__in=OF_CAMPAIGNS),
                name="audit_by_campaign",
            ),
        ]
