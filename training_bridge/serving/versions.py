"""Which version answers: the one asked for, else the one this (run, step) had before, else production.

A database that is away changes nothing for versions that are known here; `degraded` says that the answer may be old.
"""

from __future__ import annotations

import dataclasses
import time
from collections import OrderedDict

from django.db import InterfaceError, OperationalError, close_old_connections

from annotator.errors import NotFound
from annotator.rollouts.models import RewardModelVersion

from .questions import Question

LOOK_AGAIN_S = 2.0
PINNED_STEPS = 10_000
AT_HAND = 4  # below what the scorer holds, so that versions somebody asked for by number stay, too


@dataclasses.dataclass(frozen=True)
class VersionInfo:
    """What is needed to load a version; immutable, as the version itself."""

    name: str
    number: int
    backbone: str
    backbone_digest: str
    artifact: str
    artifact_digest: str

    @classmethod
    def of(cls, row: RewardModelVersion) -> VersionInfo:
        return cls(row.name, row.number, row.backbone, row.backbone_digest, row.artifact, row.artifact_digest)


@dataclasses.dataclass(frozen=True)
class Answerer:
    """The version that answers a question, None while there is none; stale when production may have moved on."""

    version: VersionInfo | None
    stale: bool = False


class Versions:
    """Resolves questions; `resolve` runs in the database thread."""

    def __init__(self) -> None:
        self._by_number: dict[tuple[str, int], VersionInfo] = {}
        self._production: dict[str, tuple[VersionInfo | None, float]] = {}
        self._pins: OrderedDict[tuple[str, str, int], VersionInfo] = OrderedDict()

    def known(self, question: Question) -> Answerer | None:
        """The answer that needs no database now; None when it has to be asked."""
        if question.version is not None:
            version = self._by_number.get((question.reward_model, question.version))
            return Answerer(version) if version else None
        if pinned := self._pins.get(self._pin_key(question)):
            return Answerer(pinned)
        version, until = self._production.get(question.reward_model, (None, 0.0))
        return self._pin(question, Answerer(version)) if time.monotonic() < until else None

    def resolve(self, question: Question) -> Answerer:
        close_old_connections()
        if question.version is not None:
            return Answerer(self._numbered(question.reward_model, question.version))
        return self._pin(question, self._in_production(question.reward_model))

    def in_production(self) -> list[VersionInfo]:
        """The versions promoted last, oldest first; the server keeps them at hand."""
        close_old_connections()
        rows = RewardModelVersion.objects.filter(state=RewardModelVersion.State.PRODUCTION).order_by("-promoted_at")
        return [self._remember(VersionInfo.of(row)) for row in reversed(rows[:AT_HAND])]

    @property
    def serving(self) -> dict[str, int]:
        return {name: version.number for name, (version, _) in sorted(self._production.items()) if version}

    def _numbered(self, name: str, number: int) -> VersionInfo:
        row = RewardModelVersion.objects.filter(name=name, number=number).first()
        if row is None:
            raise NotFound(f"{name} has no version {number}.", code="unknown_version", name=name, version=number)
        return self._remember(VersionInfo.of(row))

    def _in_production(self, name: str) -> Answerer:
        try:
            row = RewardModelVersion.objects.filter(name=name, state=RewardModelVersion.State.PRODUCTION).first()
        except (OperationalError, InterfaceError):
            close_old_connections()
            if name not in self._production:
                raise
            return Answerer(self._production[name][0], stale=True)
        version = self._remember(VersionInfo.of(row)) if row else None
        self._production[name] = (version, time.monotonic() + LOOK_AGAIN_S)
        return Answerer(version)

    def _remember(self, version: VersionInfo) -> VersionInfo:
        return self._by_number.setdefault((version.name, version.number), version)

    @staticmethod
    def _pin_key(question: Question) -> tuple[str, str, int]:
        return (question.reward_model, question.run or "", -1 if question.step is None else question.step)

    def _pin(self, question: Question, answerer: Answerer) -> Answerer:
        """One step of one run is judged by one version: a group may be scored by two processes a moment apart."""
        if question.run is None or question.step is None or answerer.version is None:
            return answerer
        pinned = self._pins.setdefault(self._pin_key(question), answerer.version)
        while len(self._pins) > PINNED_STEPS:
            self._pins.popitem(last=False)
        return Answerer(pinned, answerer.stale)
