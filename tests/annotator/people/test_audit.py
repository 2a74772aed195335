"""What happened is written down with who, whence, what it was and what it is, and cannot be rewritten."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotator.people import accounts, audit
from annotator.people.models import ApiToken, AuditEntry, User
from tests.annotator.tasks.test_claim_cost import nodes_of, rows_touched

pytestmark = pytest.mark.django_db


def asked_by(person, address="198.51.100.7"):
    request = RequestFactory().get("/", REMOTE_ADDR=address)
    request.user = person
    return audit.answering(request)


def test_an_entry_says_who_and_whence(people):
    with asked_by(people["olga"]):
        entry = audit.record("person.changed", people["bob"], old={"role": "annotator"}, new={"role": "manager"})
    assert (entry.actor, entry.actor_name, entry.address) == (people["olga"], "olga", "198.51.100.7")
    assert (entry.about, entry.about_id, entry.about_name) == ("person", people["bob"].pk, "bob")
    assert audit.record("campaign.opened").actor is None, "after the request nobody acts"


def test_strangers_and_commands_act_without_a_name(people):
    with asked_by(AnonymousUser()):
        assert audit.record("person.sign_in_failed").actor is None
    assert audit.record("person.made").address is None


def test_nothing_on_record_can_be_changed_or_removed(people):
    audit.record("person.made", people["bob"])
    for change in (lambda: AuditEntry.objects.update(kind="x"), lambda: AuditEntry.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert AuditEntry.objects.get().kind == "person.made"


def test_a_change_that_fails_leaves_no_entry(people):
    with transaction.atomic():
        audit.record("person.made", people["bob"])
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()


def test_only_what_differs_is_told():
    assert audit.changed({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4}) == ({"b": 2, "c": None}, {"b": 3, "c": 4})


@pytest.fixture
def admin(people, api):
    people["ada"] = User.objects.create_user("ada", role="admin")
    return api("ada")


def test_an_admin_filters_pages_and_takes_it_all_as_csv(admin, people):
    for n in range(5):
        with asked_by(people["olga"]):
            audit.record("membership.paused", people["bob"], new={"because": f"reason {n}"})
    audit.record("campaign.opened", people["alice"])
    page = admin.get("/api/v1/audit", {"kind": "membership.", "limit": 3}).json()
    assert [entry["new"]["because"] for entry in page["results"]] == ["reason 4", "reason 3", "reason 2"]
    assert page["kinds"] == ["campaign.opened", "membership.paused"]
    rest = admin.get("/api/v1/audit", {"kind": "membership.paused", "limit": 3, "before": page["next"]}).json()
    assert [entry["new"]["because"] for entry in rest["results"]] == ["reason 1", "reason 0"]
    assert rest["next"] is None
    assert len(admin.get("/api/v1/audit", {"actor": "olga"}).json()["results"]) == 5
    assert len(admin.get("/api/v1/audit", {"about": "alice"}).json()["results"]) == 1
    assert len(admin.get("/api/v1/audit", {"about": "person"}).json()["results"]) == 6
    text = b"".join(admin.get("/api/v1/audit.csv", {"kind": "membership."}).streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 5 and rows[0]["new"] == '{"because": "reason 4"}'


def test_an_admin_filters_by_time_and_the_csv_heeds_it(admin):
    old = audit.record("person.made")
    with connection.cursor() as cursor:  # written a week ago
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE people_auditentry SET at = now() - interval '7 days' WHERE id = %s", [old.pk])
        cursor.execute("SET LOCAL session_replication_role = origin")
    young = audit.record("campaign.opened")
    noon = (timezone.now() - timedelta(days=3)).isoformat()

    def listed(**query):
        return [entry["id"] for entry in admin.get("/api/v1/audit", query).json()["results"]]

    assert (listed(since=noon), listed(until=noon)) == ([young.pk], [old.pk])
    assert listed(since=noon, until=noon) == []
    assert listed(until=young.at.isoformat()) == [old.pk], "the end itself is out"
    assert listed(since=young.at.isoformat()) == [young.pk], "and the beginning is in"
    text = b"".join(admin.get("/api/v1/audit.csv", {"until": noon}).streaming_content).decode()
    assert [int(row["id"]) for row in csv.DictReader(io.StringIO(text))] == [old.pk]


YEARS_OF_ENTRIES = """
INSERT INTO people_auditentry (at, kind, actor_name, about, about_name)
SELECT now() - make_interval(mins => 100 * (20000 - n)), 'person.signed_in', 'person-' || n % 50, 'person', 'x'
FROM generate_series(1, 20000) n"""


@pytest.mark.parametrize("narrowed", [{}, {"actor": "person-7"}, {"kind": "person.signed_in"}])
def test_some_days_of_years_are_read_page_by_page_without_the_rest(admin, narrowed):
    with connection.cursor() as cursor:
        cursor.execute(YEARS_OF_ENTRIES)
        cursor.execute("ANALYZE people_auditentry")
    until = timezone.now() - timedelta(days=1200)
    days = {"since": (until - timedelta(days=2)).isoformat(), "until": until.isoformat(), "limit": 5, **narrowed}
    fits = AuditEntry.objects.filter(at__gte=days["since"], at__lt=days["until"])
    if "actor" in narrowed:
        fits = fits.filter(actor_name="person-7")
    found, before = [], None
    while before is not None or not found:
        with CaptureQueriesContext(connection) as asked:
            page = admin.get("/api/v1/audit", days | ({} if before is None else {"before": before})).json()
        found += [entry["id"] for entry in page["results"]]
        before = page["next"]
        (listing,) = [one["sql"] for one in asked if "ORDER BY" in one["sql"] and '"old"' in one["sql"]][-1:]
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {listing}")
            assert rows_touched(nodes_of(cursor)) < 100
    assert found == list(fits.order_by("-id").values_list("id", flat=True)) and found


def test_a_campaign_is_followed_with_its_people_its_links_and_what_was_taken_away(admin, api, open_campaign):
    open_campaign()
    olga, url = api("olga"), "/api/v1/campaigns/helpful"
    for path, body in [("members", {"username": "ada", "role": "adjudicator"}), ("invitations", {"role": "manager"})]:
        assert olga.post(f"{url}/{path}", body, format="json").status_code < 300
    olga.post(f"{url}/pause")
    b"".join(olga.get(f"{url}/tables/annotators.csv").streaming_content)
    with connection.cursor() as cursor:  # others of that name, and one whose name begins like it
        cursor.execute(
            "INSERT INTO people_auditentry (at, actor_name, kind, about, about_name) VALUES"
            " (now(), '', 'person.made', 'person', 'helpful'), (now(), '', 'campaign.opened', 'campaign', 'helpful-2'),"
            " (now(), '', 'membership.added', 'membership', 'helpful-2: helpful')"
        )

    def kinds(**query):
        found = admin.get("/api/v1/audit", {"campaign": "helpful", **query}).json()["results"]
        return [entry["kind"] for entry in found]

    told = kinds()
    assert told[:4] == ["export.downloaded", "campaign.paused", "invitation.made", "membership.added"]
    assert told[-1] == "campaign.created" and "person.made" not in told
    assert kinds(kind="campaign.opened") == ["campaign.opened"]
    assert kinds(since=timezone.now().isoformat()) == []
    assert admin.get("/api/v1/audit", {"campaign": "none"}).json()["results"] == []
    text = b"".join(admin.get("/api/v1/audit.csv", {"campaign": "helpful"}).streaming_content).decode()
    assert [row["kind"] for row in csv.DictReader(io.StringIO(text))] == told


def test_a_campaign_of_long_ago_is_found_without_reading_what_came_since(admin):
    with connection.cursor() as cursor:
        cursor.execute(YEARS_OF_ENTRIES)
        cursor.execute(
            "INSERT INTO people_auditentry (at, kind, actor_name, about, about_name)"
            " SELECT now(), 'membership.added', 'olga', 'membership', 'campaign-' || n % 400 || ': x'"
            " FROM generate_series(1, 20000) n"
        )
        cursor.execute("ANALYZE people_auditentry")
    with CaptureQueriesContext(connection) as asked:
        page = admin.get("/api/v1/audit", {"campaign": "campaign-7", "limit": 5}).json()
    assert {entry["name"] for entry in page["results"]} == {"campaign-7: x"}
    (listing,) = [one["sql"] for one in asked if "ORDER BY" in one["sql"] and '"old"' in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {listing}")
        assert rows_touched(nodes_of(cursor)) < 100


@pytest.mark.parametrize("name", ['=HYPERLINK("x")', "+1", "-1", "@x", "\tx"])
def test_no_cell_of_the_csv_runs_as_a_formula(admin, people, name):
    User.objects.filter(pk=people["bob"].pk).update(username=name)
    people["bob"].refresh_from_db()
    audit.record("person.made", people["bob"])
    text = b"".join(admin.get("/api/v1/audit.csv").streaming_content).decode()
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["name"] == f"'{name}"
    latest = admin.get("/api/v1/audit").json()["results"][0]
    assert latest["kind"] == "export.downloaded", "taking the log away is on record too"


HOSTILE = [
    "nul \x00 and half a pair \ud83d",
    "<script>alert(1)</script>",
    "\u202egnp.exe",
    '"; DROP TABLE people_auditentry; --',
    {"nested": ["\x00", {"\udfff": [None, True, 1.5]}]},
    "x" * 50_000,
]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_people_wrote_the_change_is_on_record_and_can_be_read(admin, people, value):
    people["bob"].username = f"bob {value}"[:150]
    audit.record("person.changed", people["bob"], old={"x": value}, new={"x": 1})
    (entry,) = admin.get("/api/v1/audit", {"kind": "person.changed"}).json()["results"]
    assert "\x00" not in str(entry) and len(str(entry["old"])) < 20_100
    assert list(entry["old"]) == ["x"] and entry["new"] == {"x": 1}
    assert b"person.changed" in b"".join(admin.get("/api/v1/audit.csv").streaming_content)


def test_a_token_or_a_link_that_somebody_pasted_is_not_kept(people):
    raw, link = ApiToken.issue(people["olga"], "x")[1], "https://lab.example/invite#inv_" + "a" * 43
    entry = audit.record("membership.paused", people["bob"], new={"because": f"use {raw} or {link}, dear tb_user"})
    entry.refresh_from_db()
    assert entry.new == {"because": "use tb_… or https://lab.example/invite#inv_…, dear tb_user"}


def test_entries_are_forgotten_only_by_age_and_that_is_on_record(people):
    now = timezone.now()
    with connection.cursor() as cursor:  # written two years ago
        cursor.execute(
            "INSERT INTO people_auditentry (at, actor_name, kind, about, about_name)"
            " VALUES (now() - interval '2 years', '', 'person.made', 'person', 'alice')"
        )
    young = audit.record("person.made", people["bob"])
    assert audit.forget(now - timedelta(days=1000)) == 0
    assert AuditEntry.objects.count() == 2, "nothing was that old, so nothing is written either"
    before = now - timedelta(days=365)
    assert audit.forget(before) == 1
    kept, told = AuditEntry.objects.order_by("id")
    assert kept == young
    assert (told.kind, told.new) == ("audit.forgotten", {"entries": 1, "before": before.isoformat()})
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.all().delete()


def test_young_entries_cannot_be_forgotten_by_any_setting(people):
    audit.record("person.made", people["bob"])
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        audit.forget(timezone.now() + timedelta(days=1))
    assert AuditEntry.objects.count() == 1


def test_the_kinds_there_are_come_without_reading_every_entry(people, django_assert_num_queries):
    for kind in ("b.x", "a.y", "b.x", "a.x", "b.x"):
        audit.record(kind)
    with django_assert_num_queries(1):
        assert audit.kinds() == ["a.x", "a.y", "b.x"]


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 201}, {"before": "x"}, {"since": "yesterday"}, {"kind": "x" * 51}]
)
def test_a_filter_that_is_wrong_is_a_400(admin, query):
    assert admin.get("/api/v1/audit", query).status_code == 400


def test_an_admin_changes_roles_and_access_but_never_their_own(admin, people):
    url = f"/api/v1/people/{people['bob'].pk}"
    assert admin.patch(url, {"role": "manager"}, format="json").json()["role"] == "manager"
    assert admin.patch(url, {"active": False}, format="json").json()["active"] is False
    told = AuditEntry.objects.filter(about_name="bob").order_by("id").values_list("actor_name", "old", "new")
    assert list(told) == [
        ("ada", {"role": "annotator"}, {"role": "manager"}),
        ("ada", {"active": True}, {"active": False}),
    ]
    own = admin.patch(f"/api/v1/people/{people['ada'].pk}", {"role": "annotator"}, format="json")
    assert (own.status_code, own.json()["code"]) == (403, "not_allowed")
    trainer = f"/api/v1/people/{people['trainer'].pk}"
    assert admin.patch(trainer, {"role": "admin"}, format="json").status_code == 400
    assert admin.patch(url, {"role": "trainer"}, format="json").status_code == 400
    assert admin.patch("/api/v1/people/999999", {"role": "manager"}, format="json").status_code == 404
    assert admin.patch(url, {"role": "king"}, format="json").status_code == 400
    names = [one["username"] for one in admin.get("/api/v1/people").json()["results"]]
    assert names == sorted(people)


def test_who_loses_access_is_signed_out(people, client):
    client.force_login(people["bob"])
    accounts.change(people["bob"].pk, by=people["olga"], active=False)
    assert client.get("/api/v1/session").json()["user"] is None


def test_a_campaigns_course_is_on_record_and_a_repeated_move_only_once(api, open_campaign):
    open_campaign()
    olga = api("olga")
    for verb in ("pause", "pause", "open", "close"):
        assert olga.post(f"/api/v1/campaigns/helpful/{verb}").status_code == 200
        if verb == "open":
            body = {"labels": 50, "idempotency_key": "k"}
            for _ in range(2):
                assert olga.post("/api/v1/campaigns/helpful/top-up", body, format="json").status_code == 200
    told = list(AuditEntry.objects.filter(about_name="helpful").order_by("id").values_list("kind", "actor_name", "new"))
    assert [(kind, actor) for kind, actor, _ in told] == [
        ("campaign.created", "olga"),
        ("campaign.opened", ""),
        ("campaign.paused", "olga"),
        ("campaign.opened", "olga"),
        ("budget.topped_up", "olga"),
        ("campaign.closed", "olga"),
    ]
    assert told[0][2]["config"]["overlap"] == 1
    assert told[4][2] == {"budget_labels": "150"}
