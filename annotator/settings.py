"""Django settings, read once from the environment by typed readers that name the variable when they fail.

Only values that change no result live here; what changes a result is in `CampaignConfig` or `TrainingConfig`.
Every variable is listed in README.md (a test checks).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

from annotator.campaigns.judges import judges_from_json
from annotator.local.home import embedded_url, read_or_make_secret, remembered_address
from annotator.people.single_sign_on import SingleSignOn, domains_from

BASE_DIR = Path(__file__).resolve().parent.parent


def env_str(name: str, default: str = "") -> str:
    """The variable, or the content of the file that `NAME_FILE` points at (for secrets)."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE={path} cannot be read: {error.strerror}.") from error
    return os.environ.get(name, default)


def env_bool(name: str, default: bool) -> bool:
    raw = env_str(name, str(default)).lower()
    if raw not in {"1", "0", "true", "false", "yes", "no"}:
        raise ImproperlyConfigured(f"{name}={raw!r}: use 1 or 0.")
    return raw in {"1", "true", "yes"}


def env_int(name: str, default: int) -> int:
    raw = env_str(name, str(default))
    try:
        return int(raw)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}={raw!r}: use a whole number.") from error


def unguessable(name: str, secret: str) -> str:
    """The secret, if it is long and varied enough that nobody finds it by trying."""
    if len(secret) < 32 or len(set(secret)) < 8:
        raise ImproperlyConfigured(f"{name} can be guessed: use at least 32 random characters, or leave it out.")
    return secret


def database_from_url(url: str) -> dict[str, Any]:
    """Django's database entry for a PostgreSQL URL (or libpq connection string)."""
    try:
        parts: dict[str, Any] = dict(conninfo_to_dict(url))
    except Exception as error:
        raise ImproperlyConfigured(f"DATABASE_URL is not a PostgreSQL URL: {error}") from error
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "tiebreak"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        "OPTIONS": parts,
        # Threads of the web process keep their connection; the health check makes a database restart invisible.
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


# Where this installation keeps its own files: embedded database, secret, artifacts, logs.
HOME = Path(env_str("TIEBREAK_HOME") or BASE_DIR / ".tiebreak").resolve()
ARTIFACTS = Path(env_str("TIEBREAK_ARTIFACTS") or HOME / "artifacts")
DEBUG = env_bool("TIEBREAK_DEBUG", False)
# No default secret: one is generated into HOME on first use, readable by the owner only.
SECRET_KEY = unguessable("TIEBREAK_SECRET_KEY", env_str("TIEBREAK_SECRET_KEY") or read_or_make_secret(HOME))
ALLOWED_HOSTS = env_str("TIEBREAK_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in env_str("TIEBREAK_TRUSTED_ORIGINS").split(",") if origin]
HTTPS = env_bool("TIEBREAK_HTTPS", False)
if DEBUG and HTTPS:
    raise ImproperlyConfigured(
        "TIEBREAK_DEBUG=1 shows code and settings to visitors: not together with TIEBREAK_HTTPS=1."
    )

DATABASE_URL = env_str("DATABASE_URL") or embedded_url(HOME)
DATABASES = {"default": database_from_url(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Read by training_bridge.celery_app; empty means the queue lives in the same PostgreSQL.
CELERY_BROKER_URL = env_str("CELERY_BROKER_URL")
# The encoder behind every reward model: a Hugging Face id, a path, or "bundled" for the packaged sentence encoder.
BACKBONE = env_str("TIEBREAK_BACKBONE", "bundled")
TORCH_THREADS = env_int("TIEBREAK_TORCH_THREADS", 1)
# Where this web server is reached from the trainings it starts, and by `make demo`.
PUBLIC_URL = env_str("TIEBREAK_URL") or remembered_address(HOME)
REWARD_SERVER_URL = env_str("TIEBREAK_REWARD_URL", "http://127.0.0.1:8001")
# Language models that compare completions, by the name a campaign's `machine` gives after "judge:".
try:
    JUDGES = judges_from_json(env_str("TIEBREAK_JUDGES"))
except ValueError as mistake:
    raise ImproperlyConfigured(f"TIEBREAK_JUDGES: {mistake}.") from mistake
# The organisation's own sign-on (OpenID Connect); None: off.
SINGLE_SIGN_ON: SingleSignOn | None = None
if issuer := env_str("TIEBREAK_OIDC_ISSUER"):
    try:
        SINGLE_SIGN_ON = SingleSignOn(
            issuer=issuer,
            client_id=env_str("TIEBREAK_OIDC_CLIENT_ID"),
            client_secret=env_str("TIEBREAK_OIDC_CLIENT_SECRET"),
            domains=domains_from(env_str("TIEBREAK_OIDC_DOMAINS")),
            role=env_str("TIEBREAK_OIDC_ROLE", "annotator"),
            name=env_str("TIEBREAK_OIDC_NAME", "single sign-on"),
        )
    except ValueError as mistake:
        raise ImproperlyConfigured(f"TIEBREAK_OIDC_*: {mistake}.") from mistake
# After so many days entries of the audit log are forgotten; 0: they are kept for ever.
AUDIT_DAYS = env_int("TIEBREAK_AUDIT_DAYS", 0)
if AUDIT_DAYS and AUDIT_DAYS < 30:
    raise ImproperlyConfigured(f"TIEBREAK_AUDIT_DAYS={AUDIT_DAYS}: use 30 or more, or 0 to keep entries for ever.")
MAX_BODY_BYTES = env_int("TIEBREAK_MAX_BODY_MB", 64) * 1024 * 1024

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "annotator.people",
    "annotator.rollouts",
    "annotator.campaigns",
    "annotator.tasks",
    "annotator.annotations",
    "annotator.learning",
    "annotator.training",
    "annotator.local",
    "training_bridge",
]
AUTH_USER_MODEL = "people.User"

MIDDLEWARE = [
    "annotator.api.middleware.safe_headers",
    "annotator.api.beat.kept",
    "django.middleware.security.SecurityMiddleware",
    "annotator.api.middleware.who_is_acting",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "annotator.people.sessions.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
ROOT_URLCONF = "annotator.urls"
WSGI_APPLICATION = "annotator.wsgi.application"
TEMPLATES: list[dict[str, Any]] = []

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
SESSION_ENGINE = "annotator.people.sessions"  # a table of our own that knows whose a session is
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# This server does not speak for its neighbours under the same domain (W005, W021: no includeSubDomains, no preload);
# X-Frame-Options comes from annotator.api.middleware (W002).
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021", "security.W002"]
BEHIND_PROXY = env_bool("TIEBREAK_BEHIND_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
# Bodies are bounded by annotator.api.bodies, which streams; Django's own limit would refuse ingest batches at 2.5 MB.
DATA_UPLOAD_MAX_MEMORY_SIZE = None

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = None  # nothing is collected: the front end is built by its own tools
FRONTEND_DIST = BASE_DIR / "frontend" / "dist"
WHITENOISE_ROOT = FRONTEND_DIST if FRONTEND_DIST.exists() else None
WHITENOISE_INDEX_FILE = False
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/assets/"  # every name there carries a hash of its content

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "annotator.api.authentication.TokenAuthentication",
        "annotator.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["annotator.api.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["annotator.api.parsing.StrictJSON"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "annotator.api.exceptions.to_response",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,  # ?format= is ours: it names an export
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Tiebreak",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    # Two fields are called "state"; without names the schema would number them.
    "ENUM_NAME_OVERRIDES": {
        "JobStateEnum": "annotator.training.models.TrainingJob.State",
        "CampaignStateEnum": "annotator.campaigns.models.Campaign.State",
        "VerdictEnum": "annotator.learning.models.StrategyCheck.Verdict",
        "ReviewVerdictEnum": "annotator.annotations.review_models.Review.Verdict",
        "BudgetKindEnum": ["labels", "hours", "money"],
        "JobKindEnum": "annotator.training.models.TrainingJob.Kind",
        "NoticeEnum": "uncertainty.notices.KINDS",
        "RoleEnum": "annotator.people.models.Role",
        "CampaignRoleEnum": "annotator.campaigns.models.Membership.Role",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django.request": {"level": "ERROR"}, "httpx": {"level": "WARNING"}},
}
