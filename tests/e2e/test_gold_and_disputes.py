"""Newcomers are told what was right, disputes are decided, known answers are made: by keyboard, in a real browser."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from annotator.annotations import adjudication, gold_items
from annotator.annotations.models import Annotation, GoldItem
from annotator.annotations.submission import Answer, submit
from annotator.campaigns import membership
from annotator.people.models import Role, User
from annotator.rollouts.models import PromptGroup, Rollout
from annotator.tasks.leasing import claim_next
from annotator.tasks.models import AnnotationTask
from tests.factories import make_open_campaign, make_run, said

from .conftest import SignIn, quiet
from .judging import ON_SCREEN, all_sent, eventually, kept, press, ready, statements, written
from .seeing import check, look

pytestmark = pytest.mark.django_db(transaction=True)

FIRST = {"preference": {"choice": "first", "strength": 2}}
LOOKS = [("light", 1400), ("dark", 1400), ("light", 390), ("dark", 390)]
by_look = pytest.mark.parametrize(("theme", "width"), LOOKS)


def teaching(people: dict[str, Any], cards: int = 2, **config: Any) -> Any:
    """A campaign that shows newcomers cards whose first answer is right."""
    run = make_run("grpo-2", groups=8, size=2)
    campaign = make_open_campaign(people, slug="taught", run=run, training_cards=cards, reserve_share=0.4, **config)
    for group in run.groups.order_by("id")[:cards]:
        rollouts = list(group.rollouts.order_by("id").values_list("id", flat=True))
        gold_items.from_rollouts(
            campaign, rollouts, FIRST, use="training", explanation="It *answers* the question.", made_by=people["olga"]
        )
    return campaign


def right_key(page: Page) -> str:
    """The key that prefers the answer that is right, wherever it is shown."""
    ready(page)
    return "a" if page.locator(f"{ON_SCREEN} .pane-a .pane-box").inner_text().startswith("Answer 0") else "b"


def wrong_key(page: Page) -> str:
    return "b" if right_key(page) == "a" else "a"


def lesson(page: Page, outcome: str) -> Any:
    found = page.get_by_role("dialog", name=outcome)
    expect(found).to_be_visible()
    page.wait_for_timeout(400)  # what teaches cannot be passed over by a second press of the same key
    return found


def disputed(people: dict[str, Any], cards: int = 2) -> Any:
    """Cards that Alice and Bob contradict each other about and a third person shrugged at; Dora adjudicates."""
    run = make_run("grpo-1", groups=cards, size=2)
    given = {"overlap": 2, "extra_on_disagreement": True, "reserve_share": 0.5, "budget_labels": 40}
    campaign = make_open_campaign(people, slug="split", run=run, **given)
    liked: dict[int, Any] = {}
    for name, side in (("alice", 0), ("bob", 1), ("carol", None)):
        while found := claim_next(campaign, people[name].pk, n=1, now=timezone.now()):
            (card,) = found
            better = liked.setdefault(card.prompt, card.completions[0])
            choice = "tie" if side is None else "left" if (card.completions[0] == better) == (side == 0) else "right"
            words = said(choice, f"{name}{card.prompt}", comment="Kinder." if name == "alice" else "")
            submit(card.assignment, people[name].pk, card.lease_number, words)
    people["dora"] = User.objects.create_user("dora", role=Role.ADJUDICATOR)
    membership.add(campaign, "dora", "adjudicator")
    assert AnnotationTask.objects.filter(state="disputed").count() == cards
    return campaign


def test_a_newcomer_reads_what_was_right_before_going_on(people: dict[str, Any], sign_in: SignIn) -> None:
    teaching(people)
    page = sign_in("alice", "/annotate/taught")
    press(page, wrong_key(page))
    told = lesson(page, "Not yet: here is what we look for")
    expect(told).to_contain_text("Training")
    expect(told.locator("em")).to_have_text("answers")
    expect(told.get_by_text("clearly better")).to_have_count(2)
    page.keyboard.press("Enter")
    expect(told).to_have_count(0)
    press(page, right_key(page))
    lesson(page, "Right")
    page.keyboard.press("Enter")
    press(page, "a")
    all_sent(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert [one.task.stream for one in statements()] == ["gold", "gold", statements()[-1].task.stream]
    assert statements()[-1].task.stream in ("acquisition", "random")


def test_a_lesson_that_comes_late_survives_undo_and_is_told_about_what_was_sent(
    people: dict[str, Any], sign_in: SignIn
) -> None:
    teaching(people, cards=3)
    page = sign_in("alice", "/annotate/taught")
    ready(page)
    quiet(page)
    page.context.set_offline(True)
    press(page, wrong_key(page))
    ready(page)
    page.keyboard.press("z")
    expect(page.get_by_text("Looking again at an earlier answer")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.context.set_offline(False)
    lesson(page, "Not yet: here is what we look for")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Looking again at an earlier answer")).to_be_visible()
    page.keyboard.press("Escape")
    press(page, right_key(page))
    lesson(page, "Right")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert len(statements()) == 2


def test_a_lesson_nobody_read_is_told_again_after_a_reload(people: dict[str, Any], sign_in: SignIn) -> None:
    teaching(people)
    page = sign_in("alice", "/annotate/taught")
    press(page, wrong_key(page))
    lesson(page, "Not yet: here is what we look for")
    page.reload()
    told = lesson(page, "Not yet: here is what we look for")
    expect(told.get_by_role("region", name="The card again")).to_contain_text("Answer 0")
    page.keyboard.press("Enter")
    expect(told).to_have_count(0)
    eventually(lambda: kept(page, "tiebreak-lessons", "unread") == "[]")
    page.reload()
    ready(page)
    quiet(page)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_whoever_misses_the_mark_reads_why_they_are_paused(people: dict[str, Any], sign_in: SignIn) -> None:
    teaching(people, cards=1, training_pass=0.8)
    page = sign_in("alice", "/annotate/taught")
    press(page, wrong_key(page))
    lesson(page, "Not yet: here is what we look for")
    page.keyboard.press("Enter")
    page.reload()
    expect(page.get_by_text("You are paused in this campaign")).to_be_visible()
    expect(page.get_by_text("your answers met 0% of the last 1 training cards")).to_be_visible()


def test_disputes_are_decided_one_after_the_other_by_keyboard(people: dict[str, Any], sign_in: SignIn) -> None:
    disputed(people)
    page = sign_in("dora", "/judge")
    link = page.get_by_role("link", name="2 disputes to decide")
    link.focus()
    page.keyboard.press("Enter")
    above = page.get_by_role("region", name="What people said")
    expect(above.get_by_text("One person:")).to_have_count(3)
    expect(above).to_contain_text("Kinder.")
    expect(above).not_to_contain_text("alice")
    prompt = page.locator(f"{ON_SCREEN} .prompt-box").inner_text()
    press(page, "s")
    expect(page.locator(f"{ON_SCREEN} .prompt-box")).not_to_have_text(prompt)
    press(page, "c")
    page.keyboard.type("It is correct.")
    page.keyboard.press("Enter")
    press(page, "b")
    expect(page.get_by_text("Decided. The dispute is over.")).to_be_visible()
    expect(page.locator(f"{ON_SCREEN} .prompt-box")).to_have_text(prompt)
    press(page, "a")
    expect(page.get_by_text("Nothing waits for a decision.")).to_be_visible()
    decided = Annotation.objects.filter(annotator__username="dora").order_by("id")
    assert [one.comment for one in decided] == ["It is correct.", ""]
    assert not AnnotationTask.objects.filter(state="disputed").exists()


def test_half_a_decision_is_there_again_after_a_reload(people: dict[str, Any], sign_in: SignIn) -> None:
    disputed(people)
    page = sign_in("dora", "/campaigns/split/disputes")
    press(page, "s", "c", "@The second is")
    page.keyboard.press("Enter")
    prompt = page.locator(f"{ON_SCREEN} .prompt-box").inner_text()
    written(page)
    page.reload()
    ready(page)
    expect(page.locator(f"{ON_SCREEN} .prompt-box")).to_have_text(prompt)
    note = page.get_by_label("Note for this card")
    expect(note).to_have_value("The second is")
    note.press("End")
    page.keyboard.type(" right.")
    page.keyboard.press("Enter")
    press(page, "b")
    expect(page.get_by_text("Decided. The dispute is over.")).to_be_visible()
    written(page)
    page.reload()
    ready(page)
    expect(page.get_by_label("Note for this card")).to_have_count(0)
    assert [one.comment for one in Annotation.objects.filter(annotator__username="dora")] == ["The second is right."]


def test_half_a_known_answer_is_there_again_after_a_reload(people: dict[str, Any], sign_in: SignIn) -> None:
    make_open_campaign(people, slug="known", run=make_run("grpo-1", groups=8, size=4))
    page = sign_in("olga", "/campaigns/known/gold/new")
    ready(page)
    page.locator(".gold-choice summary").click()
    page.get_by_role("checkbox").nth(3).check()
    page.locator(".gold-choice summary").focus()
    prompt = page.locator(f"{ON_SCREEN} .prompt-box").inner_text()
    texts = page.locator(f"{ON_SCREEN} .pane-box").all_inner_texts()
    press(page, "b")
    page.get_by_role("radio", name="Teach newcomers").check()
    page.get_by_label("Why is it right?").fill("Because it is")
    written(page)
    page.reload()
    expect(page.get_by_role("dialog")).to_contain_text("B clearly better")
    expect(page.get_by_role("radio", name="Teach newcomers")).to_be_checked()
    expect(page.get_by_label("Why is it right?")).to_have_value("Because it is")
    assert page.locator(f"{ON_SCREEN} .prompt-box").inner_text() == prompt
    assert page.locator(f"{ON_SCREEN} .pane-box").all_inner_texts() == texts
    page.get_by_role("button", name="Make a training card").click()
    expect(page.get_by_role("heading", name="Known: known answers")).to_be_visible()
    written(page)
    page.goto("/campaigns/known/gold/new")
    ready(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert GoldItem.objects.get().explanation == "Because it is"


def key_of(request: Any) -> str:
    return str(json.loads(request.post_data)["idempotency_key"])


def test_a_decision_that_did_not_arrive_is_sent_again_and_counts_once(people: dict[str, Any], sign_in: SignIn) -> None:
    disputed(people, cards=1)
    page = sign_in("dora", "/campaigns/split/disputes")
    keys: list[str] = []

    def lose(route: Any) -> None:
        route.fetch()  # the server takes it, and nobody hears
        route.abort()

    page.route("**/disputes/*", lose, times=1)
    page.on("request", lambda request: keys.append(key_of(request)) if request.method == "POST" else None)
    press(page, "a")
    again = page.get_by_role("button", name="Send again")
    expect(again).to_be_visible()
    again.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Decided. The dispute is over.")).to_be_visible()
    assert len(keys) > 1
    assert len(set(keys)) == 1
    assert Annotation.objects.filter(annotator__username="dora").count() == 1


def test_when_somebody_else_was_first_their_decision_stands(people: dict[str, Any], sign_in: SignIn) -> None:
    campaign = disputed(people)
    page = sign_in("dora", "/campaigns/split/disputes")
    ready(page)
    prompt = page.locator(f"{ON_SCREEN} .prompt-box").inner_text()
    other = User.objects.create_user("dina", role=Role.ADJUDICATOR)
    membership.add(campaign, "dina", "adjudicator")
    task = AnnotationTask.objects.get(state="disputed", group__prompt=prompt)
    adjudication.decide(campaign, task.pk, other, Answer(FIRST, "first"))
    press(page, "a")
    expect(page.get_by_text("Somebody else had decided that one already. Their decision stands.")).to_be_visible()
    expect(page.locator(f"{ON_SCREEN} .prompt-box")).not_to_have_text(prompt)
    assert not Annotation.objects.filter(annotator=people["dora"]).exists()


def test_a_right_answer_is_stated_used_and_retired_by_keyboard(people: dict[str, Any], sign_in: SignIn) -> None:
    make_open_campaign(people, slug="known", run=make_run("grpo-1", groups=2, size=4))
    group = PromptGroup.objects.latest("id")
    page = sign_in("olga", f"/campaigns/known/gold/new?group={group.pk}")
    press(page, "b")
    expect(page.get_by_role("dialog")).to_contain_text("B clearly better")
    page.get_by_role("radio", name="Teach newcomers").focus()
    page.keyboard.press("Space")
    page.get_by_label("Why is it right?").focus()
    page.keyboard.type("It is *right*.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Known: known answers")).to_be_visible()
    item = GoldItem.objects.get()
    shown = list(Rollout.objects.filter(group=group).order_by("ordinal").values_list("id", flat=True)[:2])
    assert (item.use, item.explanation, item.task.rollout_ids) == ("training", "It is *right*.", shown)
    assert item.answer["preference"]["choice"] == "second"
    expect(page.get_by_text("Nobody has answered it yet")).to_be_visible()
    page.get_by_role("button", name="Retire").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Retire it for good")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("retired", exact=True)).to_be_visible()
    eventually(lambda: GoldItem.objects.filter(retired_at__isnull=False).exists())


def test_an_answer_that_is_read_is_taken_for_the_right_one(people: dict[str, Any], sign_in: SignIn) -> None:
    campaign = make_open_campaign(people, slug="known", run=make_run("grpo-1", groups=2, size=2))
    (card,) = claim_next(campaign, people["alice"].pk, n=1, now=timezone.now())
    submit(card.assignment, people["alice"].pk, card.lease_number, said("left", "a", strength=2))
    page = sign_in("olga", "/campaigns/known/review")
    page.get_by_role("button", name="Make this a gold or training card").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Make a gold card").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Taken for the right answer.")).to_be_visible()
    item, given = GoldItem.objects.get(), Annotation.objects.get()
    assert (item.use, item.answer, item.task.rollout_ids) == ("gold", given.answer, given.task.rollout_ids)


def test_every_export_that_the_form_can_fill_is_offered(people: dict[str, Any], sign_in: SignIn) -> None:
    form = [{"kind": "pair", "name": "preference"}, {"kind": "edit", "name": "better", "required": False}]
    campaign = make_open_campaign(people, slug="asked", run=make_run("grpo-1", groups=2, size=2), form=form)
    (card,) = claim_next(campaign, people["alice"].pk, n=1, now=timezone.now())
    submit(card.assignment, people["alice"].pk, card.lease_number, said("left", "a"))
    page = sign_in("olga", "/campaigns/asked")
    page.get_by_role("button", name="Freeze now").click()
    formats = page.get_by_label("Format")
    expect(formats.get_by_role("option")).to_contain_text(
        ["Preference pairs (TRL)", "Corrected texts (fine-tuning)", "Answers as they were given"]
    )
    formats.select_option("sft")
    page.get_by_role("combobox", name="Part", exact=True).select_option("all")
    with page.expect_download() as set_file:
        page.get_by_role("link", name=re.compile("JSONL ?: Everything, label set")).click()
    assert set_file.value.suggested_filename.endswith("-sft-all.jsonl")
    with page.expect_download() as answers:
        page.get_by_role("link", name=re.compile("Parquet ?: all answers")).click()
    assert answers.value.suggested_filename == "asked-answers.parquet"


@by_look
def test_no_page_of_disputes_or_gold_has_a_finding(
    people: dict[str, Any], sign_in: SignIn, theme: str, width: int
) -> None:
    disputed(people)
    page = sign_in("dora", "/campaigns/split/disputes", **look(theme, width))
    ready(page)
    findings = [*check(page, "disputes")]
    teaching(people, cards=1)
    page = sign_in("olga", "/campaigns/taught/gold", **look(theme, width))
    expect(page.get_by_text("Teaches newcomers").first).to_be_visible()
    findings += check(page, "gold")
    page.goto("/campaigns/taught/gold/new")
    press(page, "a")
    expect(page.get_by_role("dialog")).to_be_visible()
    findings += check(page, "a right answer")
    page = sign_in("alice", "/annotate/taught", **look(theme, width))
    press(page, wrong_key(page))
    lesson(page, "Not yet: here is what we look for")
    findings += check(page, "a lesson")
    assert findings == []
