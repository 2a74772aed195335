"""The whole line, told in stages: rollouts, questions, answers, a reward model, a better policy, and round again."""

from __future__ import annotations

import dataclasses
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training_bridge.policies import corpus

from . import evaluation, labelling, policy
from .accounts import Keys
from .config import DemoConfig
from .evaluation import Round
from .labelling import Acknowledged
from .preference import utility
from .simulated import SimulatedAnnotator
from .site import DemoFailed, Site

QUESTION = "Which reply is better?"
GUIDELINES = (
    "Demo: every answer in this campaign comes from a simulated annotator (sim-annotator-1, ...), not a person."
)


@dataclasses.dataclass(frozen=True)
class Ending:
    """Everything the report needs."""

    rounds: list[Round]
    preference: dict[int, float]
    start: float
    end: float
    seconds: dict[str, float]


class Demo:
    """One demo run against a running Tiebreak; `say` prints a line."""

    def __init__(self, config: DemoConfig, url: str, keys: Keys, home: Path, say: Callable[[str], None]) -> None:
        self.config, self.url, self.keys, self.say = config, url, keys, say
        self.name = f"demo-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-seed{config.seed}"
        self.home, self.folder = home, home / "demo" / self.name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.journal = self.folder / "acknowledged.ndjson"
        self.journal.touch()
        self.acknowledged = Acknowledged()
        self.manager = Site(url, keys.manager)
        self.seconds: dict[str, float] = {}

    def run(self) -> Ending:
        self.manager.greet()
        policy_folder = self._timed("pre-training", self._pretrain)
        self._timed("first rollouts", lambda: self._speak(policy_folder, step=0, groups=self.config.first_groups))
        people = self._open_campaign(policy_folder)
        rounds: list[Round] = []
        reward_jobs = 0
        while len(rounds) < self.config.rounds:
            if reward_jobs == self.config.rounds + self.config.spare_rounds:
                raise DemoFailed(f"Only {len(rounds)} of {reward_jobs} versions were promoted.")
            reward_jobs += 1
            one = self._round(reward_jobs, len(rounds) + 1, people)
            if one is not None:
                rounds.append(one)
        return self._finish(rounds)

    def _timed(self, stage: str, work: Callable[[], Any]) -> Any:
        started = time.monotonic()
        result = work()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.monotonic() - started
        return result

    def _pretrain(self) -> Path:
        self.say("1. policy: a byte-level Llama of 1.2 M parameters, pre-trained here (training_bridge/policies)")
        return policy.pretrained(self.home, self.say)

    def _speak(self, source: Path | str, *, step: int, groups: int) -> None:
        self.say(f"2. ingest: {groups} groups of {self.config.num_generations} rollouts into run {self.name}")
        config = self._policy_config(str(source)) | {
            "api": self.url,
            "output": str(self.folder / f"sample-{step}"),
            "step_offset": step,
            "sample_groups": groups,
            "seed": self.config.seed + step,
        }
        policy.sample(self.folder / f"sample-{step}", config, self.keys.trainer, self.say)

    def _policy_config(self, source: str) -> dict[str, Any]:
        """The part of a policy job's config that never changes during the demo."""
        return {
            "policy": source,
            "reference": source,  # every round is pulled towards the first policy, not towards the last round's
            "prompts": random.Random(self.config.seed).sample(corpus.all_prompts(), len(corpus.all_prompts())),
            "run": self.name,
            "steps": self.config.steps_per_round,
            "num_generations": self.config.num_generations,
            "batch_prompts": self.config.batch_prompts,
            "learning_rate": self.config.learning_rate,
            "beta": self.config.beta,
            "max_completion_length": self.config.max_completion_length,
            "seed": self.config.seed,
            "save_every": 4,
            "journal": str(self.journal),
        }

    def _open_campaign(self, policy_folder: Path) -> list[tuple[SimulatedAnnotator, Site]]:
        self.say(f"3. campaign {self.name}: {self.config.budget} labels at most, asked where the model is least sure")
        self.manager.create_campaign(
            {
                "slug": self.name,
                "name": f"Demo with simulated annotators (seed {self.config.seed})",
                "question": QUESTION,
                "guidelines": GUIDELINES,
                "budget_labels": self.config.budget,
                "runs": [self.name],
                "annotators": list(self.keys.annotators),
                "config": {
                    "seed": self.config.seed,
                    "open_tasks": self.config.open_tasks,
                    "retrain_every": self.config.labels_per_round,
                    "min_labels": self.config.labels_per_round,
                    # Some twenty held-out answers per round measure coarsely: a tie is not a reason to stop.
                    "promotion_slack": 0.1,
                    "training": {"backbone": str(policy_folder), "seed": self.config.seed},
                    "hand_off": self._policy_config(str(policy_folder)),
                },
            }
        )
        return [
            (SimulatedAnnotator(name, utility, random.Random(f"{self.config.seed} {name}")), Site(self.url, key))
            for name, key in self.keys.annotators.items()
        ]

    def _round(self, job: int, number: int, people: list[tuple[SimulatedAnnotator, Site]]) -> Round | None:
        """Label, retrain, and train the policy against what was learned; None when nothing was promoted."""
        labels = self.config.labels_per_round
        names = ", ".join(self.keys.annotators)
        self.say(f"round {number}. tasks: {labels} answers from {names} over the annotation API")
        self._timed("labelling", lambda: labelling.label(self.name, people, labels, self.acknowledged))
        version = self._timed("reward models", lambda: self._retrained(job))
        if version is None:
            return None
        trained = self._timed("policy training", lambda: self._policy_trained(version))
        uncertainty = self._timed("scoring", lambda: self._uncertainty(version["number"]))
        first = trained["metrics"]["step_offset"]
        last = first + trained["metrics"]["steps"] - 1
        preference = evaluation.by_step(self.manager.groups(self.name))
        metrics = version["metrics"]
        one = Round(
            number=number,
            version=version["number"],
            labels=self.acknowledged.labels,
            uncertainty=uncertainty,
            heldout_accuracy=metrics.get("heldout_accuracy"),
            heldout_nll=metrics.get("heldout_nll"),
            first_step=first,
            last_step=last,
            preference=evaluation.mean_of(preference, last - 2, last),
        )
        self.say(f"   true preference at step {last}: {one.preference:.3f}")
        return one

    def _retrained(self, number: int) -> dict[str, Any] | None:
        """Wait for the reward model that these answers teach; None when it was no better than production."""
        self.say(f"   reward model: training on {self.acknowledged.labels} answers")

        def is_the_one(job: dict[str, Any]) -> bool:
            made = [j for j in self.manager.get("/jobs", campaign=self.name)["results"] if j["kind"] == job["kind"]]
            return len(made) >= number and job["id"] == sorted(j["id"] for j in made)[number - 1]

        job = self.manager.wait_for_job(self.name, "reward_model", is_the_one, self.say)
        versions = self.manager.get("/reward-models")["results"]
        version = next(v for v in versions if v["name"] == self.name and v["number"] == job["produced"])
        accuracy = version["metrics"].get("heldout_accuracy")
        self.say(f"   version {version['number']}: {version['state']}, held-out accuracy {accuracy}")
        return None if version["state"] == "candidate" else version

    def _policy_trained(self, version: dict[str, Any]) -> dict[str, Any]:
        self.say(f"   policy: {self.config.steps_per_round} GRPO steps against version {version['number']}")
        return self.manager.wait_for_job(self.name, "policy", lambda job: job["version"] == version["number"], self.say)

    def _uncertainty(self, version: int) -> float:
        """About the first rollouts, once this version has scored everything there is."""

        def all_scored() -> bool:
            counts = self.manager.get(f"/campaigns/{self.name}/dashboard")["rollouts"]
            return bool(counts["total"] == counts["scored"])

        self.manager.wait_for("scores of the new rollouts", all_scored, at_most_s=300)
        return evaluation.uncertainty(self.manager.groups(self.name, step=0), version)

    def _finish(self, rounds: list[Round]) -> Ending:
        jobs = self.manager.get("/jobs", campaign=self.name)["results"]
        newest = next(job for job in jobs if job["kind"] == "policy" and job["state"] == "succeeded")
        last_step = rounds[-1].last_step + 1
        self.say("evaluation: the final policy speaks once more")
        groups = self.config.last_groups
        self._timed("last rollouts", lambda: self._speak(newest["metrics"]["policy"], step=last_step, groups=groups))
        self.manager.send("POST", f"/campaigns/{self.name}/close", {})
        preference = evaluation.by_step(self.manager.groups(self.name))
        return Ending(rounds, preference, preference[0], preference[last_step], self.seconds)
