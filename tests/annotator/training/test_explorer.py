"""Rollouts are found by word and figure, every one of them once, however they are paged through."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.annotations.submission import submit
from annotator.api import handles
from annotator.campaigns.reach import Reach
from annotator.errors import InvalidInput
from annotator.rollouts import words
from annotator.rollouts.models import CompletionWords, PolicyRun, PromptGroup, RewardModelVersion, Rollout, Score
from annotator.tasks.leasing import claim_next
from annotator.tasks.models import AnnotationTask
from annotator.training import explorer
from annotator.training.explorer import find
from annotator.training.explorer_rows import excerpt, rows
from annotator.training.explorer_wanted import SORTS, Wanted, place_name, place_of
from annotator.training.trends import trends
from tests.annotator.tasks.test_claim_cost import nodes_of, rows_touched
from tests.factories import make_run, make_version, said, score_all

pytestmark = pytest.mark.django_db


def everything(wanted: Wanted, limit: int) -> list[int]:
    """All pages of a search, one after another."""
    found: list[int] = []
    after = None
    while True:
        page = find(wanted, limit=limit, after=after)
        found += page.ids
        assert len(found) <= 10_000, "the pages never end"
        if page.next is None:
            return found
        after = page.next


def scored(run: PolicyRun) -> RewardModelVersion:
    version = make_version()
    score_all(version, run)
    for score in Score.objects.filter(version=version):
        Score.objects.filter(pk=score.pk).update(spread=score.rollout_id % 5 / 10)
    return version


@settings(max_examples=25)
@given(
    sort=st.sampled_from(sorted(SORTS)),
    limit=st.integers(1, 9),
    step=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    reward=st.floats(0, 3),
    doubt=st.sampled_from([None, 0.0, 0.3]),
    word=st.sampled_from(["", "answer", "answer 2"]),
)
def test_pages_show_every_rollout_that_fits_once_and_in_order(
    db: None, sort: str, limit: int, step: tuple[int, int], reward: float, doubt: float | None, word: str
) -> None:
    if not PolicyRun.objects.exists():
        for at in range(3):
            run = make_run("grpo-1", groups=3, step=at)
        scored(run)
        words.sweep()
    run, version = PolicyRun.objects.get(), RewardModelVersion.objects.get()
    low, high = min(step), max(step)
    wanted = Wanted(
        run=run, words=word, step_min=low, step_max=high, reward_min=reward, doubt_min=doubt, sort=sort, version=version
    )
    found = everything(wanted, limit)
    spread = dict(Score.objects.values_list("rollout_id", "spread"))
    fits = [
        r for r in Rollout.objects.select_related("group")
        if low <= r.group.step <= high and r.reward >= reward and ("2" not in word or "Answer 2" in r.completion)
        and (doubt is None or spread[r.pk] >= doubt)
    ]  # fmt: skip
    key = {
        "newest": lambda r: (r.group.step, r.group_id, r.pk),
        "reward": lambda r: (r.reward, r.pk),
        "doubted": lambda r: (spread[r.pk], r.pk),
    }["newest" if sort in ("newest", "oldest") else sort.split("_")[1]]
    fits.sort(key=key, reverse=sort in ("newest", "highest_reward", "most_doubted"))
    assert found == [r.pk for r in fits]


def test_a_frequent_word_and_a_rare_one_are_found_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run(groups=6)
    words.sweep()
    expected = everything(Wanted(run=run, words="answer 3"), 4)
    assert len(expected) == 6
    monkeypatch.setattr(explorer, "NEAREST", 12)
    for holding in (1e6, 2e5, 0.0):  # of a million, whatever the statistics say, right or wrong
        monkeypatch.setattr(explorer, "_guess", lambda words, holding=holding: (holding, 1e6))
        assert everything(Wanted(run=run, words="answer 3"), 4) == expected


@pytest.fixture
def long_run() -> PolicyRun:
    """A run of thousands of rollouts, of which the first ones alone are doubted much and hold a word of their own."""
    run = make_run("long", groups=500)
    first = list(run.rollouts.order_by("id")[:6])
    for rollout in first:
        Rollout.objects.filter(pk=rollout.pk).update(completion=f"{rollout.completion} needle", reward=9.0)
    scored(run)
    Score.objects.filter(rollout__in=first).update(spread=5.0)
    words.sweep()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return run


@pytest.mark.parametrize(
    "narrowed",
    [
        {"doubt_min": 4.0},
        {"reward_min": 8.0, "sort": "oldest"},
        {"words": "needle"},
        {"words": "needle", "sort": "most_doubted"},
        {"words": "needle", "reward_min": 8.0, "step_max": 0},
    ],
)
def test_what_is_rare_is_looked_up_and_not_waited_for(long_run: PolicyRun, narrowed: dict[str, Any]) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert len(find(Wanted(run=long_run, version=RewardModelVersion.objects.get(), **narrowed), limit=50).ids) == 6
    (search,) = [one["sql"] for one in asked if one["sql"].startswith("WITH")]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {search}")
        assert rows_touched(nodes_of(cursor)) < 100


def test_who_sees_one_run_reads_no_rollout_of_newer_ones(long_run: PolicyRun) -> None:
    make_run("newer", groups=500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    within = Reach(campaigns=(), runs=(long_run.pk,), reward_models=())
    with CaptureQueriesContext(connection) as asked:
        found = find(Wanted(reach=within), limit=50).ids
    assert found == list(long_run.rollouts.order_by("-id").values_list("id", flat=True)[:50])
    search = next(one["sql"] for one in asked if one["sql"].startswith("WITH"))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {search}")
        rollouts = [node for node in nodes_of(cursor) if node.get("Relation Name") == "rollouts_rollout"]
    assert rollouts and rows_touched(rollouts) < 100


@pytest.mark.parametrize(
    "narrowed",
    [
        {"words": "needle", "step_min": 0, "reward_min": 1.0},
        {"words": "answer", "sort": "most_doubted"},
        {"words": "answer", "sort": "least_doubted", "doubt_min": 0.1},
    ],
)
def test_a_search_by_word_reads_no_completion(long_run: PolicyRun, narrowed: dict[str, Any]) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert find(Wanted(run=long_run, version=RewardModelVersion.objects.get(), **narrowed), limit=5).ids
    assert not [
        one["sql"] for one in asked if "rollouts_rollout r" in one["sql"] or "rollouts_promptgroup" in one["sql"]
    ]


def test_words_are_found_in_prompts_in_conversations_and_whatever_their_case() -> None:
    run = make_run(groups=1, size=1)
    group = PromptGroup.objects.get()
    turns = [{"role": "assistant", "content": "Erst Überlegen,\ndann Ångström messen"}]
    Rollout.objects.create(
        run=run, group=group, external_id="chat", ordinal=1, completion=turns, content_digest=b"", text_digest=b""
    )
    words.sweep()
    assert len(find(Wanted(words="überlegen"), limit=9).ids) == 1
    assert len(find(Wanted(words="dann ÅNGSTRÖM"), limit=9).ids) == 1
    assert find(Wanted(words="überlegen fehlt"), limit=9).ids == []
    assert len(find(Wanted(words="prompt", within="prompt"), limit=9).ids) == 2
    assert find(Wanted(words="messen", within="prompt"), limit=9).ids == []


@pytest.mark.parametrize("text", ["x " * 400_000, "ä" * 900_000, "\\n" * 300_000, " ".join(map(str, range(150_000)))])
def test_no_text_is_too_long_or_too_strange_to_be_made_searchable(text: str) -> None:
    run = make_run(groups=1, size=1)
    Rollout.objects.create(
        run=run, group=PromptGroup.objects.get(), external_id="long", ordinal=1, completion=text,
        content_digest=b"", text_digest=b"",
    )  # fmt: skip
    assert words.sweep() == 2


def test_the_index_of_words_can_be_emptied_and_fills_again() -> None:
    make_run(groups=3)
    assert words.waiting() == 12
    assert words.sweep() == 12
    assert (words.sweep(), words.waiting()) == (0, 0)
    CompletionWords.objects.all().delete()
    assert find(Wanted(words="answer"), limit=9).ids == []
    assert words.sweep() == 12
    assert len(everything(Wanted(words="answer"), 5)) == 12


def test_a_rollout_that_was_committed_late_is_made_searchable_too() -> None:
    make_run(groups=3)
    words.sweep()
    late = Rollout.objects.order_by("id").first()
    CompletionWords.objects.filter(rollout=late).delete()
    assert words.sweep() == 1


def test_labelled_means_that_somebody_answered(open_campaign: Any, api: Any) -> None:
    campaign = open_campaign(groups=3)
    (card,) = api("alice").post(f"/api/v1/campaigns/{campaign.slug}/claim", {"n": 1}, format="json").data["cards"]
    body = {
        "lease_number": card["lease_number"], "answer": {"preference": {"choice": "first", "strength": 2}},
        "skip": None, "flagged": False, "comment": "", "active_ms": 900, "idempotency_key": "k",
    }  # fmt: skip
    given_ = api("alice").post(f"/api/v1/assignments/{card['assignment']}/annotation", body, format="json")
    assert given_.status_code == 201, given_.data
    run = campaign.runs.get()
    task = campaign.tasks.get(assignments=handles.meant(card["assignment"]))
    shown = task.rollout_ids
    labelled = everything(Wanted(run=run, labelled=True), 5)
    assert sorted(labelled) == shown
    assert sorted(labelled + everything(Wanted(run=run, labelled=False), 5)) == sorted(
        run.rollouts.values_list("id", flat=True)
    )
    listed = rows(shown, Wanted(run=run))
    assert [row["labels"] for row in listed] == [1, 1]
    group = api("olga").get(f"/api/v1/groups/{task.group_id}").data
    (label,) = group["labels"]
    assert (label["annotator"], label["campaign"], label["rollouts"]) == ("alice", campaign.slug, shown)
    assert label["answer"]["preference"]["choice"] in ("first", "second")


@pytest.mark.parametrize("looked_at_first", [1, 3, 1_000])
@pytest.mark.parametrize("sort", ["newest", "oldest"])
@pytest.mark.parametrize("in_run", [True, False])
def test_what_was_labelled_comes_in_order_wherever_it_is(
    open_campaign: Any, people: Any, monkeypatch: pytest.MonkeyPatch, looked_at_first: int, sort: str, in_run: bool
) -> None:
    campaign = open_campaign(groups=6)
    cards = claim_next(campaign, people["alice"].pk, n=4, now=timezone.now())
    for n, card in enumerate(cards):
        submit(card.assignment, people["alice"].pk, card.lease_number, said("left", f"k{n}"))
    make_run("newer", groups=4)  # of which nobody answered anything
    answered = AnnotationTask.objects.filter(annotations__isnull=False)
    rollouts = Rollout.objects.filter(pk__in=[pk for task in answered for pk in task.rollout_ids])
    expected = list(rollouts.order_by("group__step", "group_id", "pk").values_list("pk", flat=True))
    monkeypatch.setattr(explorer, "NEAREST_GROUPS", looked_at_first)
    wanted = Wanted(run=campaign.runs.get() if in_run else None, labelled=True, sort=sort)
    assert len(expected) == 8
    assert everything(wanted, 3) == (expected if sort == "oldest" else expected[::-1])


@pytest.mark.parametrize(
    "query",
    [
        "cursor=nonsense", "cursor=bnVsbA", "cursor=" + place_name([1]), "q=%3F%3F", "reward_min=0", "step_max=3",
        "sort=highest_reward", "sort=bogus", "limit=0", "run=grpo-1&sort=most_doubted", "step_min=x", "q=%00",
        "run=grpo-1&reward_min=nan", "run=grpo-1&cursor=" + place_name([2**70, 1, 1]),
    ],
)  # fmt: skip
def test_a_search_that_makes_no_sense_is_refused(api: Any, query: str) -> None:
    make_run("grpo-1")
    refused = api("olga").get(f"/api/v1/rollouts?{query}")
    assert refused.status_code == 400, refused.data
    assert refused.data["message"]


def test_a_search_that_takes_too_long_ends_with_advice(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make_run("grpo-1")
    monkeypatch.setattr(explorer, "LONGEST_SECONDS", 0.05)
    monkeypatch.setattr(
        explorer, "IN_PROMPT", "pg_sleep(5) IS NOT NULL AND words_of(g.prompt) @> words_of(to_jsonb(%s::text))"
    )
    refused = api("olga").get("/api/v1/rollouts?q=prompt&within=prompt")
    assert (refused.status_code, refused.data["code"]) == (422, "search_too_wide")


@pytest.mark.parametrize("path", ["/api/v1/rollouts", "/api/v1/groups/1", "/api/v1/runs/grpo-1/trends"])
@pytest.mark.parametrize("name", ["alice", "carol", "trainer"])
def test_only_managers_explore(api: Any, path: str, name: str) -> None:
    make_run("grpo-1")
    assert api(name).get(path).status_code == 403


def test_the_places_of_pages_survive_the_way_there_and_back() -> None:
    assert place_of(place_name([0.1 + 0.2, 7]), 2) == [0.1 + 0.2, 7]
    with pytest.raises(InvalidInput):
        place_of(place_name([1, True]), 2)


def test_an_excerpt_shows_where_the_word_is() -> None:
    text = "lorem " * 200 + "İstanbul needle " + "ipsum " * 200
    assert "needle" in excerpt(text, "needle")
    assert excerpt(text, "needle").startswith("…")
    assert excerpt("short", "needle") == "short"


HM = "Let me count the bags again. "


@pytest.mark.parametrize(
    ("completion", "searched", "shown", "reasoning"),
    [
        (f"<think>\n{HM * 20}\n</think>\n\nSeven bags.", "", "Seven bags.", "left_out"),
        (f"{HM}</think>Seven bags.", "seven", "Seven bags.", "left_out"),
        (f"<think>{HM}</think>Seven bags.", "count", HM.strip(), "shown"),
        (f"<think>{HM}</think>Seven bags.", "bags", "Seven bags.", "left_out"),
        (f"<think>{HM}", "", HM.strip(), "shown"),
        ("Seven bags.", "bags", "Seven bags.", "none"),
        (
            [{"role": "assistant", "content": "Bags?"}, {"role": "assistant", "content": f"{HM}</think>7."}],
            "",
            "Bags? 7.",
            "left_out",
        ),
        (f"<think>{HM * 5_000}</think>Seven bags.", "", "Seven bags.", "left_out"),
        ("Seven bags. " * 5_000, "", ("Seven bags. " * 24)[:280] + "…", "none"),
    ],
)
def test_a_list_shows_the_answer_and_reasoning_only_where_it_was_looked_for_or_is_all_there_is(
    completion: Any, searched: str, shown: str, reasoning: str
) -> None:
    rollout = make_run(groups=1).rollouts.first()
    assert rollout is not None
    Rollout.objects.filter(pk=rollout.pk).update(completion=completion)
    (row,) = rows([rollout.pk], Wanted(words=searched))
    assert (row["completion"], row["reasoning"]) == (shown, reasoning)
    if isinstance(completion, str):
        assert row["length"] == len(completion)


def test_trends_follow_the_steps_and_find_saturated_groups(api: Any) -> None:
    for step in (0, 2):
        run = make_run("grpo-1", groups=2, step=step)
    Rollout.objects.filter(group__step=2).update(reward=1.0)
    told = api("olga").get("/api/v1/runs/grpo-1/trends").data
    first, last = told["points"]
    assert (told["steps_per_point"], told["groups"], told["sampled_groups"]) == (1, 4, 4)
    assert (first["step"], first["reward_mean"], first["saturated_share"], first["labels"]) == (0, 1.5, 0.0, 0)
    assert first["reward_sd"] == pytest.approx(1.25**0.5)
    assert (last["step"], last["reward_mean"], last["reward_sd"], last["saturated_share"]) == (2, 1.0, 0.0, 1.0)
    assert first["length_mean"] == len("Answer 0 to 0/0")
    Rollout.objects.update(reward=None)
    assert trends(run)["points"][0]["reward_mean"] is None
