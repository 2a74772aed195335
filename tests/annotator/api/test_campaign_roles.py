"""A role in one campaign, over HTTP: it opens that campaign and no other, and a forged id opens nothing."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from annotator.annotations.models import Annotation, LabelSet
from annotator.campaigns import invitations, membership
from annotator.campaigns.models import Invitation, Membership
from annotator.people.models import User
from annotator.training.models import TrainingJob

from .test_access import ALLOWED, give_back

pytestmark = pytest.mark.django_db

# What the manager of one campaign reaches in it beyond what its annotators do; {id} is a row of that campaign.
MANAGED = {path: methods for path, methods in ALLOWED.items() if path.startswith("/api/v1/campaigns/helpful")}
BY_ID = {
    "/api/v1/jobs/{job}": ["get"],
    "/api/v1/jobs/{job}/cancel": ["post"],
    "/api/v1/label-sets/{label_set}/export": ["get"],
}


def browser(person):
    client = Client()
    client.force_login(person)
    return client


def call(client, method, path, body=None):
    answer = getattr(client, method)(
        path, body or {}, **({} if method == "get" else {"content_type": "application/json"})
    )
    give_back(answer)
    return answer


@pytest.fixture
def here(open_campaign):
    return open_campaign()


@pytest.fixture
def elsewhere(open_campaign):
    return open_campaign(slug="secret")


@pytest.fixture
def meg(here, elsewhere):
    """Manages this campaign and belongs to no other; on the site she is an annotator."""
    person = User.objects.create_user("meg")
    Membership.objects.create(campaign=here, user=person, role="manager")
    return person


def test_a_campaigns_manager_reaches_all_of_it_and_nothing_of_another(meg, elsewhere):
    client = browser(meg)
    for path, methods in MANAGED.items():
        for method in methods:
            answer = call(client, method, path)
            assert answer.status_code not in (401, 403), (method, path, answer.content)
            there = path.replace("/helpful", "/secret")
            if there.endswith("/campaigns"):
                continue
            answer = call(client, method, there)
            assert answer.status_code in (403, 404), (method, there, answer.status_code)


def test_an_annotator_or_adjudicator_of_a_campaign_reaches_no_more_than_before(people, here):
    for name in ("alice", "carol"):
        for path, methods in MANAGED.items():
            for method, allowed in methods.items():
                answer = call(browser(people[name]), method, path)
                assert (answer.status_code == 403) == (name not in allowed), (name, method, path, answer.status_code)


def test_what_is_reached_by_its_number_belongs_to_its_campaign(meg, here, elsewhere):
    ids = {}
    for campaign in (here, elsewhere):
        made = LabelSet.objects.create(campaign=campaign, digest=campaign.slug, size=0, heldout_size=0)
        job = TrainingJob.objects.create(kind="reward_model", campaign=campaign, config_digest="0" * 64, because="x")
        ids[campaign.slug] = {"job": job.pk, "label_set": made.pk}
    client = browser(meg)
    for path, methods in BY_ID.items():
        for method in methods:
            assert call(client, method, path.format(**ids["helpful"])).status_code == 200, path
            assert call(client, method, path.format(**ids["secret"])).status_code == 403, path
    assert call(client, "get", "/api/v1/jobs").status_code == 403


def test_a_campaign_role_does_not_widen_a_token(meg, api, people):
    people["meg"] = meg
    assert api("meg").get("/api/v1/campaigns/helpful/dashboard").status_code == 403


def test_a_forged_id_of_another_campaign_opens_nothing(people, here, elsewhere):
    """Alice belongs to `helpful` only; everything of `secret` does not exist for her, whatever she knows of it."""
    membership.remove(elsewhere, people["alice"].pk)
    alice, bob = browser(people["alice"]), browser(people["bob"])
    card = call(bob, "post", "/api/v1/campaigns/secret/claim", {"n": 1}).json()["cards"][0]
    lease = {"lease_number": card["lease_number"]}
    card_path = f"/api/v1/assignments/{card['assignment']}"
    for verb in ("renew", "release", "annotation"):
        answer = call(alice, "post", f"{card_path}/{verb}", {**lease, **answer_to(card)})
        assert answer.status_code == 404, (verb, answer.content)
    said = call(bob, "post", f"{card_path}/annotation", {**lease, **answer_to(card)})
    assert said.status_code == 201, said.content
    revise = f"/api/v1/annotations/{said.json()['annotation']}/revise"
    assert call(alice, "post", revise, {**answer_to(card), "idempotency_key": "k2"}).status_code == 404
    for path in ("", "/claim", "/my-answers"):
        method = "post" if path == "/claim" else "get"
        assert call(alice, method, f"/api/v1/campaigns/secret{path}").json()["code"] == "unknown_campaign"
    assert Annotation.objects.get().annotator == people["bob"]


def test_annotators_never_see_what_others_said_nor_how_far_they_are(people, here):
    alice, bob = browser(people["alice"]), browser(people["bob"])
    card = call(bob, "post", "/api/v1/campaigns/helpful/claim", {"n": 1}).json()["cards"][0]
    body = {"lease_number": card["lease_number"], **answer_to(card), "comment": "what Bob thinks"}
    said = call(bob, "post", f"/api/v1/assignments/{card['assignment']}/annotation", body)
    assert said.status_code == 201, said.content
    number = said.json()["annotation"]
    assert call(alice, "get", "/api/v1/campaigns/helpful/my-answers").json()["results"] == []
    assert call(alice, "post", f"/api/v1/annotations/{number}/revise", answer_to(card)).status_code == 404
    campaign = call(alice, "get", "/api/v1/campaigns/helpful").json()
    assert campaign["answered_by_me"] == 0
    assert not {"budget", "annotators", "config", "runs"} & set(campaign)
    everything = str(campaign) + str(call(alice, "post", "/api/v1/campaigns/helpful/claim", {"n": 10}).json())
    assert "Bob" not in everything and "bob" not in everything


def answer_to(card):
    return {"answer": {"preference": {"choice": "first", "strength": None}}, "idempotency_key": "k"}


def test_a_member_number_of_another_campaign_changes_nothing_there(meg, people, here, elsewhere):
    bob = people["bob"]
    client = browser(meg)
    assert call(client, "patch", f"/api/v1/campaigns/secret/members/{bob.pk}", {"role": "manager"}).status_code == 403
    made, _ = invitations.make(
        elsewhere, "annotator", by=people["olga"], days=1, max_uses=1, note="", now=timezone.now()
    )
    assert call(client, "delete", f"/api/v1/campaigns/helpful/invitations/{made.pk}").status_code == 404
    assert Invitation.objects.get().revoked_at is None
    membership.remove(here, bob.pk)
    assert call(client, "patch", f"/api/v1/campaigns/helpful/members/{bob.pk}", {"role": "manager"}).status_code == 404
    assert Membership.objects.get(campaign=elsewhere, user=bob).role == "annotator"


def test_a_manager_runs_the_people_of_their_campaign(meg, people, here):
    client = browser(meg)
    User.objects.create_user("eve")
    url = "/api/v1/campaigns/helpful/members"
    assert call(client, "post", url, {"username": "eve", "role": "annotator"}).status_code == 201
    assert call(client, "post", url, {"username": "eve", "role": "annotator"}).status_code == 409
    assert call(client, "post", url, {"username": "nobody", "role": "annotator"}).status_code == 404
    assert call(client, "post", url, {"username": "alice", "role": "admin"}).status_code == 400
    alice = f"{url}/{people['alice'].pk}"
    paused = call(client, "patch", alice, {"paused": True, "because": "Gold answers."}).json()
    assert paused["paused_because"] == "Gold answers."
    claim = call(browser(people["alice"]), "post", "/api/v1/campaigns/helpful/claim")
    assert (claim.status_code, claim.json()["code"]) == (403, "member_paused")
    assert call(client, "patch", alice, {"paused": False}).json()["paused_at"] is None
    assert call(browser(people["alice"]), "post", "/api/v1/campaigns/helpful/claim").status_code == 200
    assert call(client, "patch", alice, {"role": "adjudicator"}).json()["role"] == "adjudicator"
    assert call(client, "delete", alice).status_code == 204
    listed = call(client, "get", url).json()["results"]
    assert [one["username"] for one in listed] == ["bob", "carol", "eve", "meg"]


def test_a_campaigns_manager_sees_it_as_managers_do_even_as_a_draft(meg, here, elsewhere):
    type(here).objects.update(state="draft")
    (seen,) = call(browser(meg), "get", "/api/v1/campaigns").json()["results"]
    assert seen["slug"] == "helpful" and "budget" in seen
    assert call(browser(meg), "get", "/api/v1/session").json()["user"]["manages_campaigns"] is True


def test_a_link_over_http_from_making_to_joining(meg, here):
    client, stranger = browser(meg), Client()
    url = "/api/v1/campaigns/helpful/invitations"
    made = call(client, "post", url, {"role": "annotator", "max_uses": 2, "days": 3, "note": "the lab"}).json()
    assert made["usable"] and made["uses"] == 0
    secret = made["token"]
    assert secret not in str(call(client, "get", url).json())
    assert call(stranger, "post", "/api/v1/invitations/look", {"token": secret}).json()["campaign"] == "Helpful"
    assert call(stranger, "post", "/api/v1/invitations/accept", {"token": secret}).status_code == 400
    body = {"token": secret, "username": "eve", "password": "correct horse battery staple"}
    joined = call(stranger, "post", "/api/v1/invitations/accept", body)
    assert joined.status_code == 200 and joined.json()["user"]["username"] == "eve"
    assert call(stranger, "get", "/api/v1/session").json()["user"]["username"] == "eve"
    assert call(stranger, "post", "/api/v1/campaigns/helpful/claim").status_code == 200
    assert call(client, "delete", f"{url}/{made['id']}").status_code == 204
    late = call(Client(), "post", "/api/v1/invitations/accept", {**body, "username": "late"})
    assert (late.status_code, late.json()["code"]) == (409, "invitation_unusable")
    assert call(Client(), "post", "/api/v1/invitations/look", {"token": "inv_wrong"}).status_code == 409


def made_link(manager, **about):
    return call(manager, "post", "/api/v1/campaigns/helpful/invitations", {"role": "annotator", **about}).json()[
        "token"
    ]


def test_taken_names_are_not_for_trying_and_a_right_link_goes_on_working(meg, here):
    link = made_link(browser(meg), max_uses=50)
    taken = {"token": link, "username": "alice", "password": "correct horse battery staple"}
    for _ in range(10):
        assert call(Client(), "post", "/api/v1/invitations/accept", taken).status_code == 409
    held = call(Client(), "post", "/api/v1/invitations/accept", {**taken, "username": "eve"})
    assert (held.status_code, held.json()["code"]) == (429, "too_many_attempts")
    assert "with this link" in held.json()["message"]
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert call(elsewhere, "post", "/api/v1/invitations/accept", {**taken, "username": "eve"}).status_code == 200


def test_a_hundred_people_of_one_network_may_open_one_link(meg, here):
    link = made_link(browser(meg), max_uses=50)
    for _ in range(101):
        assert call(Client(), "post", "/api/v1/invitations/look", {"token": link}).status_code == 200


def test_links_are_not_for_trying_either(here):
    for n in range(100):
        assert call(Client(), "post", "/api/v1/invitations/look", {"token": f"inv_{n}"}).status_code == 409
    assert call(Client(), "post", "/api/v1/invitations/look", {"token": "inv_x"}).status_code == 429


def test_neither_a_log_nor_a_refusal_repeats_the_secret(meg, here, caplog, settings):
    caplog.set_level("DEBUG")
    link = made_link(browser(meg))
    body = {"token": link, "username": "eve", "password": "correct horse battery staple"}
    said = [
        call(Client(), "post", "/api/v1/invitations/look", {"token": link}),
        call(Client(), "post", "/api/v1/invitations/accept", {**body, "password": "short"}),
        call(Client(), "post", "/api/v1/invitations/accept", body),
        call(Client(), "post", "/api/v1/invitations/accept", body),
    ]
    assert [answer.status_code for answer in said] == [200, 400, 200, 409]
    assert link not in caplog.text + "".join(answer.content.decode() for answer in said)
