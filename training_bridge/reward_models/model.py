"""A trained reward model: features in, joint draws of rewards out."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from training_bridge.errors import ArtifactCorrupt, InvalidTrainingData
from training_bridge.reward_models import artifacts
from training_bridge.reward_models.config import TrainingConfig
from training_bridge.reward_models.heads import Heads

Draws = NDArray[np.float32]

FORMAT = 2
READABLE = (1, FORMAT)  # the first had one temperature for both kinds of draws
HEAD_TENSORS = ("first_D_K_H", "bias_K_H", "second_K_H")
OWN_TENSORS = ("mean_D", "scale_D", "keep_T_H")
BLOCK_N = 4_096  # rows at a time: bounds the hidden layer to tens of megabytes


@dataclasses.dataclass(frozen=True, eq=False)
class RewardModel:
    """Heads, the standardisation they were trained under, their dropout masks, and a temperature."""

    config: TrainingConfig
    heads: Heads
    mean_D: Tensor
    scale_D: Tensor
    keep_T_H: Tensor
    temperature: float  # of the ensemble
    dropout_temperature: float
    facts: dict[str, Any]  # how it came about, for people; nothing is computed from it

    @property
    def width(self) -> int:
        return len(self.mean_D)

    def draw(self, features_N_D: ArrayLike) -> tuple[Draws, Draws]:
        """(rewards_K_N, rewards_T_N): what each ensemble head, and each dropout mask, thinks of every row.

        Divided by their temperatures, so sigmoid of a difference is a calibrated probability. Row k is the same opinion
        in every call, so rewards drawn at different times may be compared and centred together.
        """
        features = torch.from_numpy(np.asarray(features_N_D, dtype=np.float32))
        if features.ndim != 2 or features.shape[1] != self.width:
            raise InvalidTrainingData(
                f"This reward model reads {self.width} features per row, not an array of {tuple(features.shape)}.",
                boundary="backbone", width=self.width,
            )  # fmt: skip
        if not bool(torch.isfinite(features).all()):
            raise InvalidTrainingData("The features to score are not all finite.", boundary="backbone")
        parts = [self._draw_block(block) for block in torch.split(features, BLOCK_N)]
        ensemble, dropout = (torch.cat(side, dim=1).numpy() for side in zip(*parts, strict=True))
        if not (np.isfinite(ensemble).all() and np.isfinite(dropout).all()):
            raise ArtifactCorrupt("The reward model gave rewards that are not finite.", boundary="artifact")
        return ensemble, dropout

    def _draw_block(self, features_N_D: Tensor) -> tuple[Tensor, Tensor]:
        with torch.inference_mode():
            hidden = self.heads.hidden((features_N_D - self.mean_D) / self.scale_D)
            ensemble = (hidden[:, :-1] * self.heads.second_K_H[:-1]).sum(dim=-1).T
            dropout = self.heads.through_masks(hidden[:, -1], self.keep_T_H)
            return ensemble / self.temperature, dropout / self.dropout_temperature

    def save(self, folder: Path, *, backbone_digest: str | None = None) -> str:
        """Write the artifact in one step; returns the digest that `load` will ask for."""
        about = {
            "format": FORMAT,
            "config": self.config.to_json(),
            "temperature": self.temperature,
            "dropout_temperature": self.dropout_temperature,
            "facts": self.facts,
            "backbone_digest": backbone_digest,
        }
        tensors = {name: getattr(self.heads, name).detach() for name in HEAD_TENSORS}
        tensors |= {name: getattr(self, name) for name in OWN_TENSORS}
        return artifacts.write(folder, tensors, about)

    @classmethod
    def load(cls, folder: Path, digest: str) -> RewardModel:
        """Read an artifact back; refused unless it is, byte for byte, what was saved."""
        tensors, about = artifacts.read(Path(folder), digest)
        if about.get("format") not in READABLE:
            raise ArtifactCorrupt(
                f"The artifact has format {about.get('format')!r}; this version reads {READABLE}.", boundary="artifact"
            )
        config = TrainingConfig.from_json(about["config"])
        heads = Heads(*(tensors[name] for name in HEAD_TENSORS)).requires_grad_(False)
        own: dict[str, Any] = {name: tensors[name] for name in OWN_TENSORS}
        temperature = about["temperature"]
        own |= {"temperature": temperature, "dropout_temperature": about.get("dropout_temperature", temperature)}
        return cls(config=config, heads=heads, facts=about["facts"], **own)

    def with_temperatures(self, ensemble: float, dropout: float, **facts: Any) -> RewardModel:
        return dataclasses.replace(
            self, temperature=ensemble, dropout_temperature=dropout, facts={**self.facts, **facts}
        )
