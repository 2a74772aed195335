"""The reward server: what it answers, what it refuses, and what it does while the database is away."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from training_bridge.serving.questions import InvalidQuestion, parse


def body(**over: Any) -> dict[str, Any]:
    return {"reward_model": "kind", "prompts": ["p", "p"], "completions": ["a", "bbb"], **over}


def text(**over: Any) -> bytes:
    return json.dumps(body(**over)).encode()


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"{", "malformed_json"),
        (b"\xff\xfe", "malformed_json"),
        (b"[" * 100_000, "malformed_json"),
        (text().replace(b'"a"', b"NaN"), "malformed_json"),
        (b"[]", "wrong_type"),
        (text(reward_model=3), "wrong_type"),
        (text(reward_model="a b"), "wrong_type"),
        (text(step=-1), "wrong_type"),
        (text(step=True), "wrong_type"),
        (text(version=0), "wrong_type"),
        (text(version=1.5), "wrong_type"),
        (text(prompts="p"), "wrong_type"),
        (text(prompts=["p"]), "lengths_differ"),
        (text(prompts=[], completions=[]), "nothing_to_score"),
        (text(prompts=["p"] * 4097, completions=["c"] * 4097), "too_many"),
        (text(completions=["a", 3]), "wrong_type"),
        (text(completions=["a", [{"role": "assistant"}]]), "wrong_type"),
        (text(completions=["a", "x" * 1_000_001]), "text_too_long"),
        (text(unheard_of=1), "unknown_field"),
    ],
)
def test_an_unusable_question_is_refused_with_its_reason(sent: bytes, code: str) -> None:
    with pytest.raises(InvalidQuestion) as refused:
        parse(sent)
    assert refused.value.code == code


@pytest.mark.parametrize("bad", ["zero \x00 byte", "lone \ud800 surrogate"])
def test_text_the_database_could_not_hold_is_refused_by_name(bad: str) -> None:
    from annotator.errors import InvalidInput

    with pytest.raises(InvalidInput) as refused:
        parse(text(completions=["a", bad]))
    assert refused.value.context["field"] == "completions[1]"


def test_strings_and_conversations_are_both_understood() -> None:
    said = [{"role": "assistant", "content": "hello"}]
    question = parse(text(completions=["", said], run="r", step=0, version=2))
    assert question.pairs == [("p", ""), ("p", said)] and question.version == 2


def test_requests_of_one_moment_share_one_pass() -> None:
    from training_bridge.serving.batching import Batcher
    from training_bridge.serving.versions import VersionInfo

    version = VersionInfo("kind", 1, "b", "d", "a", "d")
    passes: list[int] = []

    def score(_version: VersionInfo, work: Any) -> Any:
        passes.append(len(work))
        if any(("p", "break") in pairs for pairs in work):
            raise RuntimeError("broken")
        return [[(float(len(c)), 0.1) for _, c in pairs] for pairs in work]

    async def many() -> None:
        with ThreadPoolExecutor(1) as thread:
            batcher = Batcher(score, thread)
            task = asyncio.create_task(batcher.run())
            answers = await asyncio.gather(*(batcher.ask(version, [("p", "c" * n)]) for n in range(20)))
            assert [answer[0][0] for answer in answers] == [float(n) for n in range(20)]
            with pytest.raises(RuntimeError):
                await batcher.ask(version, [("p", "break")])
            assert (await batcher.ask(version, [("p", "abc")]))[0][0] == 3.0  # one failure ends nothing
            task.cancel()

    with ThreadPoolExecutor(1) as elsewhere:  # the browser tests may have left an event loop in this thread
        elsewhere.submit(lambda: asyncio.run(many())).result()
    assert passes[0] == 20


def test_a_completion_alone_in_its_group_has_no_spread() -> None:
    from training_bridge.serving.scorer import judge

    rewards_K_N = np.array([[1.0, 2.0, 5.0], [3.0, 2.0, 7.0]])
    judged = judge(rewards_K_N, ["p", "p", "q"])
    assert [reward for reward, _ in judged] == [2.0, 2.0, 6.0]
    assert judged[0][1] == judged[1][1] == 0.5 and judged[2][1] is None


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch

    from training_bridge.policies.tiny_policy import byte_tokenizer, tiny_llama

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("backbone") / "weights"
    tokenizer = byte_tokenizer()
    tiny_llama(len(tokenizer)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def make_version(number: int, weights: Path, artifacts: Path, state: str) -> Any:
    """A real version: a few comparisons on the tiny policy's features."""
    from annotator.rollouts.models import RewardModelVersion
    from training_bridge.features import Backbone
    from training_bridge.reward_models.comparisons import Comparisons
    from training_bridge.reward_models.config import TrainingConfig
    from training_bridge.reward_models.train import train

    backbone = Backbone.load(str(weights))
    features = backbone.encode([("p", "a" * n) for n in range(1, 9)])
    columns = {"left_M": np.arange(7), "right_M": np.arange(1, 8), "outcome_M": np.full(7, number % 2)}
    columns |= {"strength_M": np.zeros(7), "weight_M": np.ones(7), "prompt_M": np.arange(7)}
    columns |= {"annotator_M": np.zeros(7), "heldout_M": np.arange(7) == 6}
    config = TrainingConfig(heads=4, dropout_draws=2, steps=10, epochs=1, seed=number)
    model = train(features, Comparisons.from_arrays(columns, 8), config, lambda *_: None)
    digest = model.save(artifacts / f"v{number}", backbone_digest=backbone.digest)
    return RewardModelVersion.objects.create(
        name="kind",
        number=number,
        state=state,
        backbone=str(weights),
        backbone_digest=backbone.digest,
        artifact=f"v{number}",
        artifact_digest=digest,
        ensemble_draws=4,
        dropout_draws=2,
    )


@pytest.fixture
def server(transactional_db: None, tmp_path: Path) -> Any:
    from training_bridge.reward_server import RewardServer
    from training_bridge.serving.scorer import Scorer

    return RewardServer(Scorer(tmp_path, 1))


@pytest.fixture
def call(server: Any) -> Iterator[Any]:
    """`call(body, scopes=...)` posts to /v1/score with a fresh token of the trainer."""
    from annotator.people.models import ApiToken, Role, User
    from training_bridge.reward_server import make_app

    trainer = User.objects.create_user("trainer", role=Role.TRAINER)
    with TestClient(make_app(server), raise_server_exceptions=False) as http:

        def post(sent: Any = None, scopes: list[str] | None = None, token: str | None = None) -> Any:
            raw = token or ApiToken.issue(trainer, "test", scopes)[1]
            content = sent if isinstance(sent, bytes) else json.dumps(sent or body())
            return http.post("/v1/score", content=content, headers={"Authorization": f"Bearer {raw}"})

        post.http = http
        yield post


def test_before_the_first_version_the_answer_is_no_opinion(call: Any) -> None:
    answer = call()
    assert answer.status_code == 200
    assert answer.json() == {"version": None, "rewards": [None] * 2, "spreads": [None] * 2, "degraded": True}


def test_an_expired_token_is_refused_with_its_date(call: Any, server: Any) -> None:
    from django.utils import timezone

    from annotator.people.models import ApiToken, User

    token, raw = ApiToken.issue(User.objects.get(username="trainer"), "test")
    assert call(token=raw).status_code == 200
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now())
    server.tokens._known = type(server.tokens._known)(
        (digest, (allowed, 0.0)) for digest, (allowed, _) in server.tokens._known.items()
    )
    refused = call(token=raw)
    assert (refused.status_code, refused.json()["code"]) == (401, "token_expired")
    assert "expired on" in refused.json()["message"]


def test_production_answers_unless_a_version_is_named(call: Any, weights: Path, tmp_path: Path) -> None:
    make_version(1, weights, tmp_path, "retired")
    make_version(2, weights, tmp_path, "production")
    now, before = call().json(), call(body(version=1)).json()
    assert (now["version"], before["version"]) == (2, 1)
    assert now["rewards"] != before["rewards"] and not now["degraded"]
    assert all(isinstance(number, float) for number in now["rewards"] + now["spreads"])
    assert call.http.get("/healthz").json() == {"ok": True, "versions": {"kind": 2}}
    unknown = call(body(version=9))
    assert unknown.status_code == 404 and unknown.json()["code"] == "unknown_version"


def test_what_is_promoted_is_loaded_before_a_trainer_asks(
    call: Any, server: Any, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[int] = []
    monkeypatch.setattr(server.scorer, "load", lambda version: loaded.append(version.number))
    make_version(1, weights, tmp_path, "retired")
    make_version(2, weights, tmp_path, "production")
    assert soon(lambda: set(loaded) == {2})


def test_what_could_not_be_loaded_once_is_tried_again(
    call: Any, server: Any, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training_bridge import reward_server

    tried: list[int] = []

    def load(version: Any) -> None:
        tried.append(version.number)
        raise RuntimeError("no memory left for an encoder")

    monkeypatch.setattr(reward_server, "WARM_UP_EVERY_S", 0.1)
    monkeypatch.setattr(server.scorer, "load", load)
    make_version(1, weights, tmp_path, "production")
    assert soon(lambda: len(tried) > 1)


def soon(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 120
    while not true() and time.monotonic() < until:
        time.sleep(0.05)
    return true()


def test_one_step_of_one_run_keeps_its_version(call: Any, server: Any, weights: Path, tmp_path: Path) -> None:
    from annotator.rollouts.models import RewardModelVersion

    first = make_version(1, weights, tmp_path, "production")
    assert call(body(run="r", step=5)).json()["version"] == 1
    RewardModelVersion.objects.filter(id=first.pk).update(state="retired")
    make_version(2, weights, tmp_path, "production")
    server.versions._production.clear()  # what two seconds do
    assert call(body(run="r", step=5)).json()["version"] == 1
    assert call(body(run="r", step=6)).json()["version"] == 2


def test_the_same_text_has_the_same_reward_in_any_company(call: Any, weights: Path, tmp_path: Path) -> None:
    make_version(1, weights, tmp_path, "production")
    alone = call(body(prompts=["p"], completions=["abc"])).json()["rewards"][0]
    together = call(body(prompts=["p"] * 5, completions=["x", "yy", "abc", "z" * 90, ""])).json()["rewards"][2]
    assert alone == pytest.approx(together, abs=2e-6)


def test_tokens_are_asked_for_and_their_scope_counts(call: Any) -> None:
    assert call.http.post("/v1/score", json=body()).json()["code"] == "not_authenticated"
    assert call(token="tb_wrong").json()["code"] == "bad_token"
    refused = call(scopes=["rollouts:write"])
    assert refused.status_code == 403 and refused.json()["code"] == "not_allowed"


def test_malformed_requests_get_a_body_with_code_message_and_context(call: Any) -> None:
    answer = call(text(completions=["a", "\x00"]))
    assert answer.status_code == 400 and set(answer.json()) == {"code", "message", "context"}
    assert call.http.get("/nowhere").json()["code"] == "not_found"
    assert call.http.get("/v1/score").json()["code"] == "method_not_allowed"


def test_while_the_database_is_away_what_is_loaded_goes_on_answering(
    call: Any, server: Any, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    from annotator.people.models import ApiToken, User
    from annotator.rollouts.models import RewardModelVersion

    make_version(1, weights, tmp_path, "production")
    raw = ApiToken.issue(User.objects.get(username="trainer"), "test")[1]
    before = call(token=raw).json()

    def away(*_: Any, **__: Any) -> Any:
        raise OperationalError("the database system is starting up")

    monkeypatch.setattr(ApiToken.objects, "select_related", away)
    monkeypatch.setattr(RewardModelVersion.objects, "filter", away)
    for known in (server.tokens._known, server.versions._production):
        for key, (value, _) in list(known.items()):
            known[key] = (value, 0.0)  # nothing is fresh any more
    assert call(token=raw).json() == {**before, "degraded": True}
    assert call(body(version=1), token=raw).json()["degraded"] is False
    stranger = call(token="tb_never_seen")
    assert stranger.status_code == 503 and stranger.json()["code"] == "database_unavailable"


def test_a_damaged_artifact_is_said_and_no_number_is_made_up(call: Any, weights: Path, tmp_path: Path) -> None:
    make_version(1, weights, tmp_path, "production")
    for file in (tmp_path / "v1").iterdir():
        file.write_bytes(file.read_bytes()[:-1])
    answer = call()
    assert answer.status_code == 503 and answer.json()["code"] == "artifact_corrupt"
