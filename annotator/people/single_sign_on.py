"""Who comes in through the organisation's sign-on: known people, expected addresses, allowed domains, invited guests.

Everybody else is refused: a provider says who somebody is, not that they belong here. This file decides; it makes no
request (oidc.py does) and knows no Django settings.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}


@dataclasses.dataclass(frozen=True)
class SingleSignOn:
    """One OpenID Connect provider, as the operator configured it."""

    issuer: str
    client_id: str
    client_secret: str = dataclasses.field(repr=False, default="")
    domains: frozenset[str] = frozenset()  # whose verified addresses may make an account by themselves
    role: str = "annotator"  # of accounts made that way
    name: str = "single sign-on"  # on the button

    def __post_init__(self) -> None:
        parts = urlsplit(self.issuer)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in THIS_MACHINE):
            raise ValueError("the issuer must be an https:// address")
        if not self.client_id:
            raise ValueError("a client id is needed")
        if self.role not in ("annotator", "adjudicator", "manager"):
            raise ValueError("the role must be annotator, adjudicator or manager")

    def lets_in(self, email: str) -> bool:
        return email.rpartition("@")[2].casefold() in self.domains


def domains_from(text: str) -> frozenset[str]:
    """`example.org, lab.example.org` as a set; a subdomain is only let in when it is named."""
    return frozenset(part.strip().casefold().removeprefix("@") for part in text.split(",") if part.strip())


def verified_email(claims: Mapping[str, Any]) -> str | None:
    """The address, if the provider vouches for it. Some providers write the truth as a string."""
    email = claims.get("email")
    if not isinstance(email, str) or not re.fullmatch(r"[^@\s\x00]{1,64}@[^@\s\x00]{1,189}", email):
        return None
    return email if claims.get("email_verified") in (True, "true") else None


def username_from(claims: Mapping[str, Any], email: str) -> str:
    """A name a person recognises as theirs, made of what usernames allow."""
    wished = claims.get("preferred_username")
    raw = wished if isinstance(wished, str) and wished else email
    return re.sub(r"[^\w.+-]", "-", raw.partition("@")[0])[:140].strip("-.") or "person"
