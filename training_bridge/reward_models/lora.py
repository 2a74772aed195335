"""A LoRA ensemble: K small corrections of one frozen backbone, each with a head of its own, are K joint opinions.

Member k adds scale * B_k A_k to the weight of every adapted linear layer and reads the features with head k. The
corrections ride on a leading axis: a batch passes the backbone as K copies side by side, and each layer adds to copy k
what member k's correction makes of it, in one batched product. Nothing is written into the backbone, which stays what
its digest says for everybody else who reads it. When K copies of the longest text would not fit the device's usual
batch, the members pass a few at a time; the rewards are the same.

How members are trained is not known here; `Adapters.start` is where a training would begin.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training_bridge.errors import ArtifactCorrupt, InvalidTrainingData
from training_bridge.features import BATCH_TOKENS, Backbone
from training_bridge.recipe import Pair
from training_bridge.reward_models import artifacts

FORMAT = 1
KIND = "lora_ensemble"


@dataclasses.dataclass(frozen=True, eq=False)
class Adapters:
    """Per adapted layer, `down` is A (K, rank, inputs) and `up` is B (K, outputs, rank)."""

    down: Mapping[str, Tensor]
    up: Mapping[str, Tensor]
    scale: float

    @property
    def members(self) -> int:
        return len(next(iter(self.down.values())))

    def __post_init__(self) -> None:
        if not self.down or self.down.keys() != self.up.keys() or not math.isfinite(self.scale):
            _refuse("every adapted layer needs one A, one B and a finite scale")
        for name, down in self.down.items():
            up = self.up[name]
            if down.dim() != 3 or up.dim() != 3 or down.shape[:2] != (up.shape[0], up.shape[2]):
                shapes = f"A {tuple(down.shape)}, B {tuple(up.shape)}"
                _refuse(f"{name}: {shapes} are not (K, rank, inputs) and (K, outputs, rank)")
        if len({len(down) for down in self.down.values()}) > 1:
            _refuse("the layers have different numbers of members")

    @classmethod
    def start(
        cls, model: nn.Module, layers: Sequence[str], *, members: int, rank: int, scale: float, seed: int
    ) -> Adapters:
        """Corrections of nothing yet: B is zero, and every member's A looks in other directions."""
        generator = torch.Generator().manual_seed(seed)
        shapes = {name: _linear(model, name).weight.shape for name in layers}
        return cls(
            down={
                name: torch.randn(members, rank, inputs, generator=generator) / math.sqrt(inputs)
                for name, (_, inputs) in shapes.items()
            },
            up={name: torch.zeros(members, outputs, rank) for name, (outputs, _) in shapes.items()},
            scale=scale,
        )

    def only(self, members: slice) -> Adapters:
        """Some of the members."""
        down, up = ({name: side[members] for name, side in part.items()} for part in (self.down, self.up))
        return Adapters(down, up, self.scale)


@contextlib.contextmanager
def attached(model: nn.Module, adapters: Adapters) -> Iterator[None]:
    """While inside, the model expects its batch as K copies one after the other, and corrects copy k as member k.

    One at a time on one model: whoever else calls it meanwhile is corrected, too.
    """
    hooks = []
    try:
        for name, down in adapters.down.items():
            layer, up = _linear(model, name), adapters.up[name]
            if (down.shape[2], up.shape[1]) != (layer.in_features, layer.out_features):
                _refuse(f"{name} maps {layer.in_features} to {layer.out_features}, its adapter something else")
            down_K_I_R, up_K_R_O = (side.to(layer.weight).transpose(1, 2) for side in (down, up))
            hooks.append(layer.register_forward_hook(_correction(down_K_I_R, up_K_R_O, adapters.scale)))
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _correction(down_K_I_R: Tensor, up_K_R_O: Tensor, scale: float) -> Callable[[nn.Module, Any, Tensor], Tensor]:
    def added(_: nn.Module, inputs: Any, output: Tensor) -> Tensor:
        rows_K_X_I = inputs[0].reshape(len(down_K_I_R), -1, down_K_I_R.shape[1])
        low_K_X_R = torch.bmm(rows_K_X_I, down_K_I_R)
        return output + scale * torch.bmm(low_K_X_R, up_K_R_O).reshape(output.shape)

    return added


@dataclasses.dataclass(frozen=True, eq=False)
class LoraEnsemble:
    """A backbone, its adapters and one linear head per member; `draw` gives joint rewards, member by member."""

    backbone: Backbone
    adapters: Adapters
    head_K_D: Tensor
    temperature: float = 1.0

    def __post_init__(self) -> None:
        if tuple(self.head_K_D.shape) != (self.adapters.members, self.backbone.width):
            _refuse(f"heads of shape {tuple(self.head_K_D.shape)} for {self.adapters.members} members")
        if not 0.0 < self.temperature < math.inf:
            _refuse(f"a temperature of {self.temperature}")

    def draw(self, pairs: Sequence[Pair], *, at_once: int | None = None) -> NDArray[np.float32]:
        """`rewards_K_N` of (prompt, completion) pairs; row k is member k's opinion of all of them.

        `at_once` members pass the backbone together: by default as many as fit its usual batch beside each other.
        """
        members = self.adapters.members
        fit = max(1, BATCH_TOKENS[self.backbone.device] // self.backbone.max_tokens)
        step = min(members, fit if at_once is None else at_once)
        if step < 1:
            _refuse(f"{at_once} members at once")
        parts = [self._draw(pairs, slice(start, start + step)) for start in range(0, members, step)]
        rewards_K_N = np.concatenate(parts) / np.float32(self.temperature)
        if not np.isfinite(rewards_K_N).all():
            raise ArtifactCorrupt("The ensemble gave rewards that are not finite.", boundary="artifact")
        return rewards_K_N

    def _draw(self, pairs: Sequence[Pair], members: slice) -> NDArray[np.float32]:
        some = self.adapters.only(members)
        with attached(self.backbone.model, some):
            features_K_N_D = self.backbone.encode_copies(pairs, some.members)
        return np.asarray(np.einsum("knd,kd->kn", features_K_N_D, self.head_K_D[members].float().numpy()))

    def save(self, folder: Path) -> str:
        """Write the adapters and heads, not the backbone, in one step; returns the digest that `load` asks for."""
        about = {
            "format": FORMAT,
            "kind": KIND,
            "scale": self.adapters.scale,
            "temperature": self.temperature,
            "backbone_digest": self.backbone.digest,
        }
        tensors = {"head": self.head_K_D}
        tensors |= {f"A.{name}": side for name, side in self.adapters.down.items()}
        tensors |= {f"B.{name}": side for name, side in self.adapters.up.items()}
        return artifacts.write(folder, tensors, about)

    @classmethod
    def load(cls, folder: Path, digest: str, backbone: Backbone) -> LoraEnsemble:
        """Read an ensemble back; refused on any other backbone than the one it corrects."""
        tensors, about = artifacts.read(Path(folder), digest)
        if (about.get("kind"), about.get("format")) != (KIND, FORMAT):
            raise ArtifactCorrupt("This artifact is no LoRA ensemble that can be read here.", boundary="artifact")
        if about["backbone_digest"] != backbone.digest:
            raise ArtifactCorrupt(
                "The adapters belong to another backbone.",
                boundary="artifact", expected=about["backbone_digest"], found=backbone.digest,
            )  # fmt: skip
        down, up = ({name[2:]: t for name, t in tensors.items() if name.startswith(side)} for side in ("A.", "B."))
        return cls(backbone, Adapters(down, up, about["scale"]), tensors["head"], about["temperature"])


def linear_layers(model: nn.Module) -> list[str]:
    """The names of all layers that can be adapted."""
    return [name for name, module in model.named_modules() if isinstance(module, nn.Linear)]


def _linear(model: nn.Module, name: str) -> nn.Linear:
    try:
        module = model.get_submodule(name)
    except AttributeError:
        module = None
    if not isinstance(module, nn.Linear):
        _refuse(f"the backbone has no linear layer {name!r}")
    return module


def _refuse(why: str) -> NoReturn:
    raise InvalidTrainingData(f"These adapters cannot be used: {why}.", boundary="artifact")
