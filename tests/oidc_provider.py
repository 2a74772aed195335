"""A small OpenID Connect provider that runs for real: discovery, keys, codes, PKCE, tokens signed by PyJWT.

What it says can be bent (`provider.bend`), so that tests can send home what a broken or hostile provider would.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import html
import json
import secrets
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa


@functools.cache
def own_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


CLIENT, SECRET = "tiebreak", "a secret they share"


class Provider:
    """`provider.person` is who is signed in there; `provider.bend(claims)` may change what is signed."""

    def __init__(self) -> None:
        self.key = own_key()
        self.signing_key: Any = self.key
        self.header: dict[str, Any] = {"kid": "one", "alg": "RS256"}
        self.person: dict[str, Any] = {}
        self.profile: dict[str, Any] = {}  # what only the userinfo endpoint says
        self.bend: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
        self.asked: dict[str, dict[str, str]] = {}  # code -> the authorization request
        self.asks_first = False  # a page with one button, as a person in a browser meets it
        self.away = False  # it answers nothing sensible any more
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.calls_itself = self.issuer
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self) -> Provider:
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def discovery(self) -> dict[str, Any]:
        at = {name: f"{self.issuer}/{name}" for name in ("authorize", "token", "userinfo", "jwks")}
        return {
            "issuer": self.calls_itself,
            "authorization_endpoint": at["authorize"],
            "token_endpoint": at["token"],
            "userinfo_endpoint": at["userinfo"],
            "jwks_uri": at["jwks"],
        }

    def jwks(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": "one", "use": "sig"}]}

    def consent(self, query: dict[str, str]) -> str:
        """Who is signed in there, and the two ways back."""
        no = f"{query['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': query['state']})}"
        person = html.escape(str(self.person.get("email", self.person.get("sub"))))
        yes, no = html.escape(self.authorize(query)), html.escape(no)
        return (
            "<!doctype html><html lang=en><title>Lab account</title>"
            f"<h1>Sign in to Tiebreak?</h1><p>You are {person}.</p>"
            f'<p><a href="{yes}">Continue</a> <a href="{no}">Cancel</a></p></html>'
        )

    def authorize(self, query: dict[str, str]) -> str:
        """The person is signed in already and agrees: straight back with a code."""
        assert query["response_type"] == "code" and query["client_id"] == CLIENT
        assert query["state"] and query["nonce"] and query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.asked[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self.asked.pop(form.get("code", ""), None)
        proof = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        good = (
            asked is not None
            and form["client_id"] == CLIENT
            and form["client_secret"] == SECRET
            and form["redirect_uri"] == asked["redirect_uri"]
            and asked["code_challenge_method"] == "S256"
            and base64.urlsafe_b64encode(proof).decode().rstrip("=") == asked["code_challenge"]
        )
        if not good:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.person,
        }
        signed = jwt.encode(
            self.bend(claims), self.signing_key, algorithm=self.header["alg"], headers={"kid": self.header["kid"]}
        )
        return 200, {"access_token": "let-me-see", "token_type": "Bearer", "id_token": signed}

    def _handler(provider) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                if provider.away:
                    self._send(503, "text/html", "<h1>Closed for the night</h1>")
                elif parts.path == "/authorize" and provider.asks_first:
                    self._send(200, "text/html; charset=utf-8", provider.consent(query))
                elif parts.path == "/authorize":
                    self.send_response(302)
                    self.send_header("Location", provider.authorize(query))
                    self.end_headers()
                elif parts.path == "/jwks":
                    self._json(200, provider.jwks())
                elif parts.path == "/userinfo" and self.headers["Authorization"] == "Bearer let-me-see":
                    self._json(200, provider.profile)
                elif parts.path == "/.well-known/openid-configuration":
                    self._json(200, provider.discovery())
                else:
                    self._json(404, {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                if provider.away:
                    self._send(503, "text/html", "<h1>Closed for the night</h1>")
                else:
                    self._json(*provider.token({name: values[0] for name, values in parse_qs(body).items()}))

            def _json(self, status: int, body: dict[str, Any]) -> None:
                self._send(status, "application/json", json.dumps(body))

            def _send(self, status: int, kind: str, text: str) -> None:
                raw = text.encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *said: Any) -> None:
                pass

        return Handler
