"""Ask the OpenID Connect provider who came back, and believe only what its signature and its claims prove.

The exchange itself (state, nonce, PKCE, keys) is mozilla-django-oidc's. It leaves issuer, audience and required claims
unchecked, so the token is verified here, with PyJWT. What follows from an identity is decided in accounts.py.
"""

from __future__ import annotations

import dataclasses
import hmac
from typing import Any

import jwt
import requests
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import SuspiciousOperation
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.utils import import_from_settings

from annotator.errors import NotFound, SignInRefused

from .single_sign_on import SingleSignOn

TIMEOUT_S = 10
LEEWAY_S = 60  # clocks differ
DISCOVERY_S = 3600
# Only signatures that a public key checks: a shared secret must not sign, and "none" is no signature.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


@dataclasses.dataclass(frozen=True)
class Endpoints:
    """Where a provider does what, from its discovery document."""

    authorization: str
    token: str
    jwks: str
    userinfo: str | None


def configured() -> SingleSignOn:
    found: SingleSignOn | None = settings.SINGLE_SIGN_ON
    if found is None:
        raise NotFound("Single sign-on is not set up here.", code="no_single_sign_on")
    return found


def refuse(reason: str, message: str, **context: Any) -> SignInRefused:
    return SignInRefused(message, reason=reason, **context)


def discover(issuer: str) -> Endpoints:
    """The provider's endpoints, asked once an hour. A document about another issuer is not believed."""
    key = f"oidc-discovery:{issuer}"
    if (known := cache.get(key)) is not None:
        return Endpoints(**known)
    try:
        answer = requests.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", timeout=TIMEOUT_S)
        answer.raise_for_status()
        said = answer.json()
        if said["issuer"] != issuer:
            raise ValueError(f"it calls itself {said['issuer']!r}")
        found = Endpoints(
            authorization=said["authorization_endpoint"],
            token=said["token_endpoint"],
            jwks=said["jwks_uri"],
            userinfo=said.get("userinfo_endpoint"),
        )
    except (requests.RequestException, ValueError, KeyError, TypeError) as error:
        raise refuse("provider_away", f"The sign-on provider cannot be used: {error}") from error
    cache.set(key, dataclasses.asdict(found), DISCOVERY_S)
    return found


def mozilla_settings(config: SingleSignOn) -> dict[str, Any]:
    """What mozilla-django-oidc would read from Django's settings."""
    endpoints = discover(config.issuer)
    return {
        "OIDC_OP_AUTHORIZATION_ENDPOINT": endpoints.authorization,
        "OIDC_OP_TOKEN_ENDPOINT": endpoints.token,
        "OIDC_OP_USER_ENDPOINT": endpoints.userinfo,
        "OIDC_OP_JWKS_ENDPOINT": endpoints.jwks,
        "OIDC_RP_CLIENT_ID": config.client_id,
        "OIDC_RP_CLIENT_SECRET": config.client_secret,
        "OIDC_RP_SCOPES": "openid email profile",
        "OIDC_RP_SIGN_ALGO": "RS256",  # only has to name a kind of key; ALGORITHMS is what counts
        "OIDC_USE_PKCE": True,
        "OIDC_USE_NONCE": True,
        "OIDC_TIMEOUT": TIMEOUT_S,
        "OIDC_AUTHENTICATION_CALLBACK_URL": "single-sign-on-callback",
    }


class Provider(OIDCAuthenticationBackend):  # type: ignore[misc]  # the library has no types
    """The provider, seen from the callback: a code in, proven claims out."""

    def __init__(self) -> None:
        self.config = configured()
        self._values = mozilla_settings(self.config)
        super().__init__()

    def get_settings(self, attr: str, *args: Any) -> Any:
        return self._values[attr] if attr in self._values else import_from_settings(attr, *args)

    def claims(self, *, code: str, redirect_uri: str, nonce: str, code_verifier: str) -> Any:
        """Who came back, or SignInRefused with the reason."""
        payload = {
            "client_id": self.config.client_id,
            "client_secret": self.config.client_secret,
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": code_verifier,
        }
        try:
            tokens = self.get_token(payload)
            proven = self.verify_token(tokens["id_token"], nonce=nonce)
            return self._with_profile(proven, tokens.get("access_token"))
        except requests.RequestException as error:
            raise refuse("provider_away", "The sign-on provider did not answer as it should.") from error
        except jwt.ExpiredSignatureError as error:
            raise refuse("expired_token", "The provider's word has expired; sign in again.") from error
        except (jwt.PyJWTError, SuspiciousOperation, KeyError, ValueError, TypeError) as error:
            raise refuse("bad_token", "What the provider sent cannot be trusted.", why=str(error)[:200]) from error

    def verify_token(self, token: str, **kwargs: Any) -> dict[str, Any]:
        """The claims of an id token that this provider signed, for us, now, for this very try."""
        claims: dict[str, Any] = jwt.decode(
            token,
            self.retrieve_matching_jwk(token),
            algorithms=ALGORITHMS,
            audience=self.config.client_id,
            issuer=self.config.issuer,
            leeway=LEEWAY_S,
            options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
        )
        if claims.get("azp", self.config.client_id) != self.config.client_id:
            raise SuspiciousOperation("The token was made for another client.")
        if not hmac.compare_digest(str(claims["nonce"]), kwargs["nonce"]):
            raise SuspiciousOperation("The token answers another try to sign in.")
        if not isinstance(claims["sub"], str) or not 1 <= len(claims["sub"]) <= 255:
            raise SuspiciousOperation("The token names nobody.")
        return claims

    def _with_profile(self, proven: dict[str, Any], access_token: Any) -> dict[str, Any]:
        """Providers may keep the address for the userinfo endpoint; it must speak of the same person."""
        if "email" in proven or not self.OIDC_OP_USER_ENDPOINT or not access_token:
            return proven
        more = requests.get(
            self.OIDC_OP_USER_ENDPOINT, headers={"Authorization": f"Bearer {access_token}"}, timeout=TIMEOUT_S
        )
        more.raise_for_status()
        profile = more.json()
        if profile.get("sub") != proven["sub"]:
            raise SuspiciousOperation("The profile is somebody else's.")
        return {**profile, **proven}
