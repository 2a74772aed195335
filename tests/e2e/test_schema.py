"""The front end's types come from the API of today."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from drf_spectacular.generators import SchemaGenerator

FRONTEND = settings.BASE_DIR / "frontend"


def test_the_committed_schema_is_the_api_s() -> None:
    today = json.loads(json.dumps(SchemaGenerator().get_schema(public=True)))
    committed = json.loads((FRONTEND / "openapi.json").read_text())
    if today != committed:
        pytest.fail("The API changed: run `make schema`, then `npm run generate` in frontend/, and commit both files.")


def test_the_lock_file_names_no_download_address() -> None:
    assert '"resolved"' not in (FRONTEND / "package-lock.json").read_text()
