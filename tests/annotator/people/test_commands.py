"""People and tokens are made by an operator, and every secret is shown once."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from rest_framework.test import APIClient

from annotator.people.first_people import create_first_people
from annotator.people.models import ApiToken, User

pytestmark = pytest.mark.django_db


def said(*command: str) -> str:
    out = io.StringIO()
    call_command(*command, stdout=out)
    return out.getvalue().strip()


def test_a_new_person_gets_a_password_that_works_and_a_second_call_replaces_it():
    first = said("person", "dora").split()[-1]
    assert User.objects.get(username="dora").check_password(first)
    second = said("person", "dora", "--role", "manager").split()[-1]
    dora = User.objects.get(username="dora")
    assert dora.role == "manager"
    assert dora.check_password(second)
    assert not dora.check_password(first)


def test_a_token_works_until_it_is_revoked(people):
    raw = said("token", "olga", "--scope", "manage").split()[-1]
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {raw}")
    assert client.get("/api/v1/jobs").status_code == 200
    assert "1 tokens" in said("token", "olga", "--revoke")
    assert client.get("/api/v1/jobs").status_code == 401


def test_a_persons_token_ends_and_a_trainers_need_not(people):
    assert "until " in said("token", "olga")
    assert "without an end" in said("token", "trainer")
    assert "until " in said("token", "trainer", "--days", "7")
    with pytest.raises(CommandError, match="1 to 365"):
        said("token", "olga", "--days", "366")
    with pytest.raises(CommandError, match="1 to 365"):
        said("token", "trainer", "--days", "0")
    ends = ApiToken.objects.order_by("id").values_list("expires_at", flat=True)
    assert [one is None for one in ends] == [False, True, False]


def test_a_disabled_person_is_out_and_their_account_stays(people):
    said("person", "bob", "--disable")
    assert User.objects.get(username="bob").is_active is False


def test_nobody_by_that_name_is_one_sentence():
    with pytest.raises(CommandError, match="nobody called ghost"):
        said("token", "ghost")


def test_the_first_start_shows_every_secret_once_and_stores_none():
    made = create_first_people()
    assert {c.role for c in made} == {"admin", "manager", "adjudicator", "annotator", "trainer (token)"}
    stored = str(list(User.objects.values())) + str(list(ApiToken.objects.values()))
    assert not [c for c in made if c.secret in stored]
    assert create_first_people() == []
