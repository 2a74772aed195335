"""K + 1 small networks, computed as one matrix product: K ensemble heads and one dropout head.

All heads read the same standardised features, so their first layers lie side by side in one wide matrix. The last head
is the dropout head: it is trained with dropout, and read through T masks that are drawn once and kept with the version.
**A mask belongs to a draw, not to a row**: every rollout a version ever scores, today or next week, sees the same T
masks, so a dropout draw is one opinion of all of them, exactly like an ensemble member. (A mask per row would make two
nearly equal completions look uncertain against each other.)

There is no output bias: a constant added to all rewards changes no preference.
"""

from __future__ import annotations

import dataclasses
import math

import torch
from torch import Tensor, nn


class Heads(nn.Module):
    """Rewards of N rows by K + 1 heads; the dropout head is the last."""

    def __init__(self, first_D_K_H: Tensor, bias_K_H: Tensor, second_K_H: Tensor) -> None:
        super().__init__()
        self.first_D_K_H = nn.Parameter(first_D_K_H)
        self.bias_K_H = nn.Parameter(bias_K_H)
        self.second_K_H = nn.Parameter(second_K_H)

    def hidden(self, features_N_D: Tensor) -> Tensor:
        """Hidden units, (N, K + 1, H)."""
        width, every, hidden = self.first_D_K_H.shape
        flat = torch.addmm(self.bias_K_H.reshape(-1), features_N_D, self.first_D_K_H.reshape(width, every * hidden))
        return torch.relu(flat).reshape(len(features_N_D), every, hidden)

    def forward(self, features_N_D: Tensor, keep_N_H: Tensor | None = None) -> Tensor:
        """Rewards, (N, K + 1); `keep_N_H` multiplies the dropout head's hidden units."""
        hidden = self.hidden(features_N_D)
        rewards = (hidden * self.second_K_H).sum(dim=-1)
        if keep_N_H is None:
            return rewards
        dropped = (hidden[:, -1] * keep_N_H) @ self.second_K_H[-1]
        return torch.cat((rewards[:, :-1], dropped[:, None]), dim=1)

    def through_masks(self, hidden_N_H: Tensor, keep_T_H: Tensor) -> Tensor:
        """The dropout head's rewards, (T, N): one row per mask, each mask shared by all rows."""
        return (keep_T_H * self.second_K_H[-1]) @ hidden_N_H.T


@dataclasses.dataclass(frozen=True, eq=False)
class Prior:
    """What a head believes before it has seen an answer: normal weights whose rewards spread by about `prior_std`.

    Every head starts at a draw of its own and is pulled back to it in units of these standard deviations. Where answers
    do not decide, heads therefore keep different opinions; where they do, heads agree.
    """

    first_std: float
    bias_std: float
    second_std: float

    @classmethod
    def of(cls, width: int, hidden: int, prior_std: float) -> Prior:
        # relu halves the second moment of its input, hence the 2.
        return cls(1.0 / math.sqrt(width), 0.5, prior_std * math.sqrt(2.0 / hidden))

    def draw(self, width: int, hidden: int, heads: int, generator: torch.Generator) -> Heads:
        """Untrained heads: `heads` for the ensemble and one for dropout."""
        every = heads + 1
        return Heads(
            torch.randn(width, every, hidden, generator=generator) * self.first_std,
            torch.randn(every, hidden, generator=generator) * self.bias_std,
            torch.randn(every, hidden, generator=generator) * self.second_std,
        )

    def surprise(self, heads: Heads, start: Heads) -> Tensor:
        """Minus log prior density of the heads around where they started; summed over heads, up to a constant."""
        stds = (self.first_std, self.bias_std, self.second_std)
        moved = zip(heads.parameters(), start.parameters(), stds, strict=True)
        return torch.stack([((now - then) / std).square().sum() for now, then, std in moved]).sum() / 2.0


def dropout_masks(rows: int, hidden: int, dropout: float, generator: torch.Generator) -> Tensor:
    """0 where a unit is dropped, 1 / (1 - dropout) where it is kept, so that the mean is 1."""
    kept = torch.rand(rows, hidden, generator=generator) >= dropout
    return kept.float() / (1.0 - dropout)
