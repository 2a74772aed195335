"""The torch side: one thread owns it. Texts become features once, features become rewards under any version."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from training_bridge.errors import ArtifactCorrupt
from uncertainty.reward_samples import RewardSamples

from .questions import Text
from .versions import VersionInfo

if TYPE_CHECKING:
    from training_bridge.features import Backbone, Features
    from training_bridge.reward_models.model import RewardModel

K = TypeVar("K")
V = TypeVar("V")
Pair = tuple[Text, Text]
Judged = list[tuple[float, float | None]]  # (reward, spread) per pair

MODELS, BACKBONES, TEXTS = 8, 2, 20_000
# GRPO compares rewards of one group; a difference below this is rounding that depends on who shared the batch.
DECIMALS = 6


class Scorer:
    """Scores pairs under a version; loads what it lacks. Not for more than one thread."""

    def __init__(self, artifacts: Path, threads: int) -> None:
        self._artifacts, self._threads = artifacts, threads
        self._backbones: OrderedDict[str, Backbone] = OrderedDict()
        self._models: OrderedDict[VersionInfo, RewardModel] = OrderedDict()
        self._features: OrderedDict[bytes, Features] = OrderedDict()

    def load(self, version: VersionInfo) -> tuple[Backbone, RewardModel]:
        from training_bridge.features import Backbone  # torch loads here, in the thread that uses it
        from training_bridge.reward_models.model import RewardModel

        if version.backbone_digest not in self._backbones:
            backbone = Backbone.load(version.backbone, threads=self._threads)
            if backbone.digest != version.backbone_digest:
                said = f"{version.name} version {version.number} was trained on another {version.backbone!r}."
                raise ArtifactCorrupt(said, boundary="backbone")
            _keep(self._backbones, version.backbone_digest, backbone, BACKBONES)
        if version not in self._models:
            model = RewardModel.load(self._artifacts / version.artifact, version.artifact_digest)
            _keep(self._models, version, model, MODELS)
        self._models.move_to_end(version)
        self._backbones.move_to_end(version.backbone_digest)
        return self._backbones[version.backbone_digest], self._models[version]

    def score(self, version: VersionInfo, questions: Sequence[Sequence[Pair]]) -> list[Judged]:
        """Rewards and spreads for each question's pairs, all encoded together."""
        backbone, model = self.load(version)
        pairs = [pair for question in questions for pair in question]
        rewards_K_N, _ = model.draw(self._encoded(backbone, pairs))
        answers, start = [], 0
        for question in questions:
            part_K_N = rewards_K_N[:, start : start + len(question)].astype(float)
            answers.append(judge(part_K_N, [prompt for prompt, _ in question]))
            start += len(question)
        return answers

    def _encoded(self, backbone: Backbone, pairs: list[Pair]) -> Features:
        keys = [_key(backbone.digest, pair) for pair in pairs]
        missing = {key: pair for key, pair in zip(keys, pairs, strict=True) if key not in self._features}
        fresh = dict(zip(missing, backbone.encode(list(missing.values())), strict=True))
        rows = np.stack([fresh[key] if key in fresh else self._features[key] for key in keys])
        for key, row in fresh.items():
            _keep(self._features, key, row, TEXTS)
        return rows


def judge(rewards_K_N: np.ndarray, prompts: Sequence[Text]) -> Judged:
    """Mean reward, and how much the ensemble disagrees inside the prompt's group; alone in its group: no spread."""
    names = [json.dumps(prompt) for prompt in prompts]
    groups_N = np.array([names.index(name) for name in names])
    samples = RewardSamples(rewards_K_N)
    spread_N, size = samples.spread_N(groups_N), np.bincount(groups_N)
    return [
        (round(float(mean), DECIMALS), round(float(spread), DECIMALS) if size[group] > 1 else None)
        for mean, spread, group in zip(samples.mean_N, spread_N, groups_N, strict=True)
    ]


def _key(backbone_digest: str, pair: Pair) -> bytes:
    return hashlib.sha256(json.dumps([backbone_digest, *pair], sort_keys=True).encode()).digest()


def _keep(store: OrderedDict[K, V], key: K, value: V, most: int) -> None:
    store[key] = value
    store.move_to_end(key)
    while len(store) > most:
        store.popitem(last=False)
