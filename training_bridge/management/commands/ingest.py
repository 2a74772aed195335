"""`manage.py ingest RUN PATH...`: rollout files into a run, from any trainer; repeating it stores nothing twice."""

from __future__ import annotations

import argparse
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, connection
from tqdm import tqdm

from training_bridge.client.http import Refused, Unreachable
from training_bridge.connectors import columns, formats
from training_bridge.connectors.delivery import Deliver, Tally, ingest_file, into_database, only_finished, over_api

POLL_S = 1.0
RUN_NAME = re.compile(r"[-a-zA-Z0-9_]{1,100}")


class Command(BaseCommand):
    help = f"Store rollouts from files or folders in a run.\n{columns.__doc__}"

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> Any:
        return super().create_parser(
            prog_name, subcommand, formatter_class=argparse.RawDescriptionHelpFormatter, **options
        )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("run", help="made when it is new")
        parser.add_argument("paths", nargs="+", type=Path, help="JSONL (.gz) or Parquet files, or folders of them")
        parser.add_argument("--format", choices=formats.FORMATS, default="auto")
        which = parser.add_argument_group("which column is what (dotted paths reach inside)")
        which.add_argument("--prompt", type=_names, default=(), help="one column, or several that are joined")
        which.add_argument("--completions", default="", help="a list of completions")
        which.add_argument("--text", default="text", help="the text inside an element of that list")
        which.add_argument("--completion", default="", help="a single completion")
        which.add_argument("--completion-columns", type=_names, default=(), help="one completion in each")
        which.add_argument("--reward", type=_names, default=(), help="number or true/false")
        which.add_argument("--rewards", type=_names, default=(), help="named parts of the reward (TRL: its columns)")
        which.add_argument("--generator", type=_names, default=())
        which.add_argument("--id", dest="id", default="", help="of a completion")
        which.add_argument("--group-id", default="")
        which.add_argument("--step", default="")
        which.add_argument("--index", default="")
        parser.add_argument("--num-generations", type=int, help="TRL: the size of a group, when guessing fails")
        parser.add_argument("--follow", action="store_true", help="keep watching for new and changed files")
        parser.add_argument("--follow-for", type=float, metavar="SECONDS", help="watch for this long")
        parser.add_argument("--api", metavar="URL", help="send to this server instead of the database")
        parser.add_argument("--token", help="for --api; else TIEBREAK_TOKEN")

    def handle(self, *args: Any, **options: Any) -> None:
        if not RUN_NAME.fullmatch(options["run"]):
            raise CommandError(f"{options['run']!r} is no name for a run: up to 100 letters, digits, - and _.")
        missing = [str(path) for path in options["paths"] if not path.exists()]
        if missing:
            raise CommandError(f"There is no {', '.join(missing)}.")
        tally = Tally(complain=self.stderr.write)
        try:
            self._ingest(options, tally)
        except KeyboardInterrupt:
            self.stderr.write("Stopped. Run the same command again to go on: nothing is stored twice.")
        except (Refused, Unreachable) as error:
            raise CommandError(f"{error} (so far: {tally})") from error
        self.stdout.write(f"{options['run']}: {tally}")
        if tally.rows["rejected"]:
            raise SystemExit(1)

    def _ingest(self, options: dict[str, Any], tally: Tally) -> None:
        read = _reader(options)
        deliver = _deliver(options)
        if not options["follow"] and options["follow_for"] is None:
            self._once(formats.files(options["paths"]), read, deliver, tally)
            return
        end = time.monotonic() + options["follow_for"] if options["follow_for"] is not None else None
        self._follow(options["paths"], only_finished(read, self.stderr.write), deliver, tally, end)

    def _once(self, files: list[Path], read: formats.Reader, deliver: Deliver, tally: Tally) -> None:
        total = sum(path.stat().st_size for path in files)
        with tqdm(total=total, unit="B", unit_scale=True, disable=None) as bar:
            tally.complain = self._above_the_bar
            for path in files:
                begin, size = bar.n, path.stat().st_size
                ingest_file(path, read, deliver, tally, _mover(bar, begin))
                bar.update(begin + size - bar.n)

    def _above_the_bar(self, line: str) -> None:
        with tqdm.external_write_mode():
            self.stderr.write(line)

    def _follow(
        self, paths: list[Path], read: formats.Reader, deliver: Deliver, tally: Tally, end: float | None
    ) -> None:
        """Read each file whenever its size or time has changed; a file in the middle of being written comes again."""
        seen: dict[Path, tuple[int, int]] = {}
        while True:
            begin, before = time.monotonic(), tally.rollouts
            try:
                for path in formats.files([path for path in paths if path.exists()]):
                    stat = path.stat()
                    if seen.get(path) != (stat.st_size, stat.st_mtime_ns):
                        ingest_file(path, read, deliver, tally, lambda at: None)
                        seen[path] = (stat.st_size, stat.st_mtime_ns)
            except (OperationalError, InterfaceError, Unreachable, FileNotFoundError) as error:
                self.stderr.write(f"Interrupted, going on in a moment: {str(error).strip().splitlines()[0]}")
                connection.close()
            if tally.rollouts > before:
                self.stdout.write(str(tally))
                self.stdout.flush()
            now = time.monotonic()
            if end is not None and now >= end:
                return
            # A file that grows for days is read again and again: rest at least as long as the last reading took.
            rest = max(POLL_S, now - begin)
            time.sleep(rest if end is None else max(0.0, min(rest, end - now)))


def _mover(bar: Any, begin: int) -> Callable[[int], None]:
    return lambda at: bar.update(begin + at - bar.n)


def _reader(options: dict[str, Any]) -> formats.Reader:
    trl = options["format"] == "trl"
    mapping = columns.Mapping(
        prompt=options["prompt"],
        completions=options["completions"],
        completion=options["completion"],
        completion_columns=options["completion_columns"],
        text=options["text"],
        reward=options["reward"],
        rewards=() if trl else options["rewards"],
        generator=options["generator"],
        id=options["id"],
        group_id=options["group_id"],
        step=options["step"],
        index=options["index"],
    )
    if problem := mapping.problem():
        raise CommandError(problem)
    return formats.reader(
        options["format"], mapping, num_generations=options["num_generations"], rewards=options["rewards"]
    )


def _deliver(options: dict[str, Any]) -> Deliver:
    if not options["api"]:
        return into_database(options["run"])
    return over_api(options["api"], options["token"] or os.environ.get("TIEBREAK_TOKEN", ""), options["run"])


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
