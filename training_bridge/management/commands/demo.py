"""`make demo`, on top of a running `make up`: the whole loop on a tiny policy, in minutes."""

from __future__ import annotations

import dataclasses
import json
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from training_bridge.client.http import Refused, Unreachable
from training_bridge.demo.accounts import service_accounts
from training_bridge.demo.config import DemoConfig
from training_bridge.demo.evaluation import table
from training_bridge.demo.plot import draw
from training_bridge.demo.site import DemoFailed
from training_bridge.demo.story import Demo, Ending
from training_bridge.demo.tally import Comparison, compare


class Command(BaseCommand):
    help = "Label, learn and train a tiny policy in rounds, with simulated annotators, against the running product."
    requires_system_checks = []  # everything goes through the running product

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=DemoConfig.seed)
        parser.add_argument("--rounds", type=int, default=DemoConfig.rounds)
        parser.add_argument("--labels-per-round", type=int, default=DemoConfig.labels_per_round)
        parser.add_argument("--annotators", type=int, default=DemoConfig.annotators)
        parser.add_argument("--steps-per-round", type=int, default=DemoConfig.steps_per_round)
        parser.add_argument("--url", default=settings.PUBLIC_URL, help="where the product runs")
        parser.add_argument("--out", type=Path, help="folder for demo.png and demo.json")
        parser.add_argument("--json", type=Path, help="write the figures to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        names = ("seed", "rounds", "labels_per_round", "annotators", "steps_per_round")
        config = DemoConfig(**{name: options[name] for name in names})
        if min(config.rounds, config.annotators, config.steps_per_round) < 1 or config.labels_per_round < 10:
            raise CommandError("A demo needs at least one round, one annotator, one step and ten labels per round.")
        started = time.monotonic()

        def say(line: str) -> None:
            self.stdout.write(f"[{time.monotonic() - started:5.0f} s] {line}")
            self.stdout.flush()

        with service_accounts(config.annotators) as keys:
            demo = Demo(config, options["url"], keys, Path(settings.HOME), say)
            try:
                ending = demo.run()
            except (DemoFailed, Refused, Unreachable) as error:
                self.stdout.write(str(compare(demo.name, demo.name, demo.acknowledged, demo.journal)))
                raise CommandError(str(error)) from error
            comparison = compare(demo.name, demo.name, demo.acknowledged, demo.journal)
        ending.seconds["total"] = time.monotonic() - started
        folder = options["out"] or demo.folder
        self._report(demo, ending, comparison, folder, options["json"])
        if not comparison.nothing_missing:
            raise CommandError("Something that was acknowledged is missing.")
        if ending.end <= ending.start:
            raise CommandError("The policy's true preference did not rise.")

    def _report(self, demo: Demo, ending: Ending, comparison: Comparison, folder: Path, json_path: Path | None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        figures = {
            "name": demo.name,
            "config": dataclasses.asdict(demo.config),
            **dataclasses.asdict(ending),
            "comparison": dataclasses.asdict(comparison),
        }
        for path in {folder / "demo.json", json_path or folder / "demo.json"}:
            path.write_text(json.dumps(figures, indent=1))
        draw(folder / "demo.png", ending.preference, ending.rounds)
        seconds = ", ".join(f"{stage} {took:.0f} s" for stage, took in ending.seconds.items())
        self.stdout.write(f"\n{table(ending.rounds, ending.start, ending.end)}\n\n{comparison}")
        self.stdout.write(f"time: {seconds}\nplot: {folder / 'demo.png'}  figures: {folder / 'demo.json'}")
