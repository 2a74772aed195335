"""Fit the heads to the answers that are not held out; then one temperature to answers unseen by some heads.

Every head starts elsewhere, is pulled back to where it started, and sees its own bootstrap of the *prompts*; where the
answers do not decide, the heads keep their different prior opinions, and that is the uncertainty. Training runs a fixed
number of steps: nothing is stopped by looking at held-out answers, which serve for evaluation only.
Same features, answers, config and thread count on a CPU give the same model.
"""

from __future__ import annotations

import copy
import dataclasses
import math
from collections.abc import Callable, Iterator
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from training_bridge.errors import InvalidTrainingData, TrainingDiverged
from training_bridge.reward_models.comparisons import Bools, Comparisons
from training_bridge.reward_models.config import TrainingConfig
from training_bridge.reward_models.evaluate import calibrate
from training_bridge.reward_models.heads import Prior, dropout_masks
from training_bridge.reward_models.losses import answer_weights, bootstrap_weights, davidson_nll, starting_log_nu
from training_bridge.reward_models.model import RewardModel

Report = Callable[[float, str, dict[str, float]], None]  # share done, sentence, metrics
REPORTS = 20


def train(features_N_D: ArrayLike, comparisons: Comparisons, config: TrainingConfig, report: Report) -> RewardModel:
    """A reward model for these answers; `TrainingDiverged` if the loss stops being a number."""
    features = np.asarray(features_N_D, dtype=np.float32)
    if features.ndim != 2 or not np.isfinite(features).all():
        raise InvalidTrainingData("Features must be a table of finite numbers.", boundary="training")
    seen = comparisons.where(~comparisons.heldout_M)
    if not len(seen) or not seen.weight_M.any():
        raise InvalidTrainingData("There is no answer to train on.", boundary="training")
    torch.set_num_threads(config.threads)
    generator = torch.Generator().manual_seed(config.seed)
    mean_D, scale_D = _standardisation(features, seen)
    problem = _Problem.of((torch.from_numpy(features) - mean_D) / scale_D, seen, config)
    objective = _Objective(problem, config, generator)
    loss = _fit(objective, report)
    model = RewardModel(
        config=config,
        heads=objective.heads.requires_grad_(False),
        mean_D=mean_D,
        scale_D=scale_D,
        keep_T_H=dropout_masks(config.dropout_draws, config.hidden, config.dropout, generator),
        temperature=1.0,
        dropout_temperature=1.0,
        facts={"n_train": len(seen), "n_train_prompts": len(np.unique(seen.prompt_M)), "train_loss": loss},
    )
    return calibrate(model, features, seen, problem.unseen_M_K)


def _standardisation(features: np.ndarray[Any, np.dtype[np.float32]], seen: Comparisons) -> tuple[Tensor, Tensor]:
    """Centre on the rows compared; scale each feature by how much it differs *inside* pairs.

    Only differences are learnt from. A feature that varies between prompts but hardly within one would otherwise drown
    those that tell completions apart. One that never differs is scaled to nothing rather than divided by zero.
    """
    left, right = features[seen.left_M].astype(np.float64), features[seen.right_M].astype(np.float64)
    mean_D = (left.mean(axis=0) + right.mean(axis=0)) / 2.0
    scale_D = np.sqrt(((left - right) ** 2).mean(axis=0) / 2.0)
    overall_D = np.concatenate((left, right)).std(axis=0)
    scale_D = np.maximum(scale_D, 0.1 * overall_D)
    scale_D[scale_D < 1e-6] = np.inf
    return torch.from_numpy(mean_D.astype(np.float32)), torch.from_numpy(scale_D.astype(np.float32))


@dataclasses.dataclass(frozen=True, eq=False)
class _Problem:
    """The training answers as tensors; `weight_M_K` already holds bootstrap, strength and answer weights."""

    features_N_D: Tensor
    left_M: Tensor
    right_M: Tensor
    outcome_M: Tensor
    weight_M_K: Tensor
    unseen_M_K: Bools  # by the ensemble heads
    annotator_M: Tensor
    annotators: int
    log_nu: float

    @classmethod
    def of(cls, features_N_D: Tensor, seen: Comparisons, config: TrainingConfig) -> _Problem:
        # The dropout head, last, sees every answer once: its variety comes from its masks.
        bootstrap = bootstrap_weights(seen.prompt_M, config.heads, config.seed)
        weight_M_K = np.column_stack((bootstrap, np.ones(len(seen))))
        weight_M_K *= answer_weights(seen, config.strength_weights)[:, None]
        annotators, annotator_M = np.unique(seen.annotator_M, return_inverse=True)
        return cls(
            features_N_D=features_N_D,
            left_M=torch.from_numpy(seen.left_M),
            right_M=torch.from_numpy(seen.right_M),
            outcome_M=torch.from_numpy(seen.outcome_M.astype(np.float32)),
            weight_M_K=torch.from_numpy(weight_M_K.astype(np.float32)),
            unseen_M_K=bootstrap == 0.0,
            annotator_M=torch.from_numpy(annotator_M),
            annotators=len(annotators),
            log_nu=starting_log_nu(seen.outcome_M),
        )

    def __len__(self) -> int:
        return len(self.outcome_M)


class _Objective(torch.nn.Module):
    """What is minimised, and all that is learnt: the heads, how readily people say tie, and annotators' reliability."""

    def __init__(self, problem: _Problem, config: TrainingConfig, generator: torch.Generator) -> None:
        super().__init__()
        width = problem.features_N_D.shape[1]
        self.problem, self.config, self.generator = problem, config, generator
        self.prior = Prior.of(width, config.hidden, config.prior_std)
        self.heads = self.prior.draw(width, config.hidden, config.heads, generator)
        self.start = copy.deepcopy(self.heads).requires_grad_(False)
        self.log_nu = torch.nn.Parameter(torch.tensor(problem.log_nu))
        self.log_scale_A = torch.nn.Parameter(torch.zeros(problem.annotators))

    def forward(self, rows: Tensor) -> Tensor:
        """Mean over heads of: surprise at these answers + centring + the prior's share of one answer."""
        problem, config = self.problem, self.config
        sides = torch.cat((problem.left_M[rows], problem.right_M[rows]))
        # Both completions of a pair go through one mask, as they will when they are scored.
        keep = dropout_masks(len(rows), config.hidden, config.dropout, self.generator)
        rewards = self.heads(problem.features_N_D[sides], torch.cat((keep, keep)))
        left, right = rewards[: len(rows)], rewards[len(rows) :]
        log_scale_A = self.log_scale_A - self.log_scale_A.mean()  # only ratios of reliabilities can be learnt
        margins = log_scale_A.exp()[problem.annotator_M[rows], None] * (left - right)
        surprise = (problem.weight_M_K[rows] * davidson_nll(margins, problem.outcome_M[rows], self.log_nu)).mean()
        centring = config.centring * (left + right).square().mean()
        pull = config.anchor * self.prior.surprise(self.heads, self.start) / rewards.shape[1]
        equal = (log_scale_A / max(config.annotator_prior_std, 1e-6)).square().sum() / 2.0
        return cast(Tensor, surprise + centring + (pull + equal) / len(problem))

    def learnt(self) -> list[torch.nn.Parameter]:
        """The parameters to step; reliabilities only where there are several annotators to compare."""
        several = self.problem.annotators > 1 and self.config.annotator_prior_std > 0
        return [*self.heads.parameters(), self.log_nu, *([self.log_scale_A] if several else [])]


def _fit(objective: _Objective, report: Report) -> float:
    """Adam with a rate falling linearly to zero; returns a running mean of the loss."""
    count, config = len(objective.problem), objective.config
    steps = max(config.steps, config.epochs * math.ceil(count / config.batch))
    optimizer = torch.optim.Adam(objective.learnt(), lr=config.learning_rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1.0 - step / steps)
    running = math.nan
    batches = _batches(count, config.batch, objective.generator)
    for step, rows in zip(range(1, steps + 1), batches, strict=False):
        optimizer.zero_grad()
        loss = objective(rows)
        now = float(loss.detach())
        if not math.isfinite(now):
            raise TrainingDiverged(f"The loss became {now} at step {step} of {steps}.", boundary="training", step=step)
        running = now if step == 1 else 0.9 * running + 0.1 * now
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()
        if step % max(steps // REPORTS, 1) == 0 or step == steps:
            report(step / steps, f"step {step} of {steps}", {"loss": running})
    if not all(bool(torch.isfinite(parameter).all()) for parameter in objective.learnt()):
        raise TrainingDiverged("A weight is not a finite number after the last step.", boundary="training")
    return running


def _batches(count: int, size: int, generator: torch.Generator) -> Iterator[Tensor]:
    while True:
        yield from torch.split(torch.randperm(count, generator=generator), size)
