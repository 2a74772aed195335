"""Every pair an open campaign wants judged is judged once: the same content is asked once, whatever rollouts hold it.

One process at a time, a slice of time per sweep; each judgement is written as it arrives, so a killed worker loses
only what was on its way. A judge that does not answer, or refuses us, is left alone for a while; nothing is recorded.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from django.conf import settings
from django.db.models import Max

from annotator.campaigns.machine_labels import Kind, machine_pairs, question_digest, source_of
from annotator.campaigns.models import Campaign, MachineLabel
from annotator.rollouts.models import Rollout
from training_bridge.errors import BackendUnavailable
from training_bridge.judges.endpoint import Judge, Judgement, JudgeMisconfigured, Question
from training_bridge.turns import only_one

log = logging.getLogger(__name__)

JUDGE_LOCK = 7_105_120  # any fixed number of our own
TURN_SECONDS = 10.0  # begins nothing later; what was begun is waited for
REST_SECONDS = 30.0  # after a judge answered nothing
CHUNK = 64  # contents read from the database at a time

_resting: dict[str, float] = {}  # judge: not before; a hint only, a restarted process asks at once
_done: dict[int, int] = {}  # campaign: newest rollout when nothing was missing; a hint only


@dataclasses.dataclass(frozen=True)
class _Content:
    """One thing to ask, and the pairs of rollouts that hold it; `turned` pairs hold it the other way round."""

    digest: bytes
    asked: Question
    pairs: list[tuple[int, int, bool]]


def sweep() -> None:
    """Give every open campaign with a judge a share of this turn."""
    with only_one(JUDGE_LOCK) as mine:
        if not mine:
            return
        asking = list(Campaign.objects.filter(state=Campaign.State.OPEN, config_json__machine__startswith="judge:"))
        random.shuffle(asking)
        until = time.monotonic() + TURN_SECONDS
        for left, campaign in zip(range(len(asking), 0, -1), asking, strict=True):
            now = time.monotonic()
            _judge(campaign, until=now + max(until - now, 0.0) / left)


def _judge(campaign: Campaign, *, until: float) -> None:
    source = source_of(campaign.config.machine)
    if source is None or source.kind is not Kind.JUDGE or time.monotonic() < _resting.get(source.name, 0.0):
        return
    newest = Rollout.objects.filter(run__campaigns=campaign).aggregate(top=Max("id"))["top"] or 0
    if _done.get(campaign.pk) == newest:
        return
    set_up = settings.JUDGES.get(source.name)
    if set_up is None:
        _rest(source.name, f"campaign {campaign.slug}: TIEBREAK_JUDGES knows no judge {source.name!r}")
        return
    missing = _missing(campaign, source.name)
    try:
        judge = Judge(set_up, until=lambda: until)
    except JudgeMisconfigured as problem:
        _rest(source.name, str(problem))
        return
    try:
        judged = _ask_all(judge, campaign, source.name, missing, set_up.concurrency, until)
    finally:
        judge.close()
    if judged:
        log.info("campaign %s: judge %s: %d pairs, %d were missing", campaign.slug, source.name, judged, len(missing))
    if judged == len(missing):
        _done[campaign.pk] = newest


def _rest(judge: str, why: str) -> None:
    log.warning("%s; left alone for %.0f s", why, REST_SECONDS)
    _resting[judge] = time.monotonic() + REST_SECONDS


def _missing(campaign: Campaign, judge: str) -> list[tuple[int, int]]:
    """Pairs without a row, in no order: one that always fails must not stand before the others."""
    found = machine_pairs(campaign)
    pairs = set(zip(found.a_M.tolist(), found.b_M.tolist(), strict=True))
    known = MachineLabel.objects.filter(judge=judge, question_digest=question_digest(campaign))
    left = list(pairs - set(known.values_list("rollout_a_id", "rollout_b_id")))
    random.shuffle(left)
    return left


def _ask_all(
    judge: Judge, campaign: Campaign, name: str, missing: list[tuple[int, int]], concurrency: int, until: float
) -> int:
    """Judge until all is done, time is up or the judge has failed as often in a row as it is asked at once."""
    judged = failed = 0
    waiting: dict[Future[Judgement], _Content] = {}
    contents = _contents(campaign, name, missing)
    with ThreadPoolExecutor(concurrency) as pool:
        while True:
            while len(waiting) < concurrency and failed < concurrency and time.monotonic() < until:
                content = next(contents, None)
                if content is None:
                    break
                if isinstance(content, int):
                    judged += content
                else:
                    waiting[pool.submit(judge.judge, content.asked)] = content
            if not waiting:
                break
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                content = waiting.pop(future)
                try:
                    judged += _write(campaign, name, content, future.result())
                    failed = 0
                except BackendUnavailable as problem:
                    failed += 1
                    log.info("%s", problem)
                except JudgeMisconfigured as problem:
                    failed = concurrency
                    log.warning("%s", problem)
    if failed >= concurrency:
        _rest(name, f"judge {name} does not answer")
    return judged


def _contents(campaign: Campaign, judge: str, missing: list[tuple[int, int]]) -> Iterator[_Content | int]:
    """What to ask, content by content; a number says how many pairs took over what was said about equal content."""
    for start in range(0, len(missing), CHUNK):
        chunk = missing[start : start + CHUNK]
        wanted = {rollout for pair in chunk for rollout in pair}
        rollouts = Rollout.objects.select_related("group").in_bulk(wanted)
        holding: dict[bytes, list[tuple[int, int, bool]]] = defaultdict(list)
        for a, b in chunk:
            x, y = bytes(rollouts[a].text_digest), bytes(rollouts[b].text_digest)
            holding[hashlib.sha256(min(x, y) + max(x, y)).digest()].append((a, b, x > y))
        known = MachineLabel.objects.filter(
            judge=judge, question_digest=question_digest(campaign), content_digest__in=list(holding)
        ).select_related("rollout_a", "rollout_b")
        said = {bytes(row.content_digest): row for row in known}
        for digest, pairs in holding.items():
            if digest in said:
                yield _take_over(campaign, judge, digest, pairs, said[digest])
                continue
            a, b, turned = pairs[0]
            first, second = (rollouts[b], rollouts[a]) if turned else (rollouts[a], rollouts[b])
            asked = Question(
                campaign.question, campaign.guidelines, first.group.prompt, first.completion, second.completion
            )
            yield _Content(digest, asked, pairs)


def _take_over(
    campaign: Campaign, judge: str, digest: bytes, pairs: list[tuple[int, int, bool]], said: MachineLabel
) -> int:
    was_turned = bytes(said.rollout_a.text_digest) > bytes(said.rollout_b.text_digest)
    label = 1.0 - said.label if said.label is not None and was_turned else said.label
    judgement = Judgement(label, said.consistent, {"same_as": said.pk}, said.error)
    return _store(campaign, judge, digest, pairs, judgement)


def _write(campaign: Campaign, judge: str, content: _Content, judgement: Judgement) -> int:
    return _store(campaign, judge, content.digest, content.pairs, judgement)


def _store(
    campaign: Campaign, judge: str, digest: bytes, pairs: list[tuple[int, int, bool]], judgement: Judgement
) -> int:
    """One row per pair; `judgement` speaks of the content in the order of its digests."""
    label = judgement.label
    MachineLabel.objects.bulk_create(
        [
            MachineLabel(
                judge=judge,
                question_digest=question_digest(campaign),
                rollout_a_id=a,
                rollout_b_id=b,
                content_digest=digest,
                label=1.0 - label if label is not None and turned else label,
                consistent=judgement.consistent,
                raw=judgement.raw,
                error=judgement.error,
            )
            for a, b, turned in pairs
        ],
        ignore_conflicts=True,
    )
    return len(pairs)
