"""What one demo does; the defaults fit ten minutes on two cores."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class DemoConfig:
    seed: int = 0
    rounds: int = 3
    labels_per_round: int = 120
    annotators: int = 4
    first_groups: int = 100  # sampled before anybody has answered anything
    last_groups: int = 32  # sampled from the final policy, for the final evaluation
    num_generations: int = 8
    batch_prompts: int = 8
    steps_per_round: int = 12
    learning_rate: float = 2e-4
    beta: float = 0.1  # one reward model is never right about everything: stay near the language as it was
    max_completion_length: int = 110
    open_tasks: int = 24  # few, so that a new version decides most of what is asked
    spare_rounds: int = 2  # a version that is no better is not promoted; then there is one more round

    @property
    def budget(self) -> int:
        """Labels that may be bought, with room for the tasks that are open when the last answer comes."""
        return (self.rounds + self.spare_rounds) * self.labels_per_round + self.open_tasks
