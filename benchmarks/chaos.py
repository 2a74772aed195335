"""The demo while everything under it is killed in turn: does it finish, and is anything acknowledged lost?

`python -m benchmarks.chaos --json F`: `manage.py up` in a temporary home, `manage.py demo` on top, and every few
seconds kill -9 of the web server, a worker, the reward server, the scheduler, a training, or the database.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

from benchmarks.harness import arguments, finish, free_port

# What to kill, in turn, and how to know it among the processes of `up`.
VICTIMS = {
    "web": re.compile(r"granian"),
    "worker": re.compile(r"celery .*worker@"),
    "queue keeper": re.compile(r"keep_queues"),
    "trainer": re.compile(r"celery .*trainer@"),
    "reward server": re.compile(r"uvicorn"),
    "training": re.compile(r"training_bridge\.(policies|reward_models)\.run"),
    "postmaster": re.compile(r"postgres .*-D|postgres -D|bin/postgres"),
    "beat": re.compile(r"celery .* beat"),
}
READY_SECONDS = 180


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--every", type=float, default=12.0, help="seconds between two kills")
    parser.add_argument("--seed", type=int, default=0, help="seed of the demo")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tb-chaos-") as folder:
        figures = run(Path(folder), options.every, options.seed)
    finish({name: value for name, value in figures.items() if name != "demo"}, None)  # the demo printed its own
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0 if figures["demo_exit_code"] == 0 else 1


def run(folder: Path, every: float, seed: int) -> dict[str, object]:
    home, report = folder / "home", folder / "demo.json"
    ports = [str(free_port()), str(free_port())]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TIEBREAK_")}
    environment |= {
        "TIEBREAK_HOME": str(home),
        "TIEBREAK_URL": f"http://127.0.0.1:{ports[0]}",
        "TIEBREAK_REWARD_URL": f"http://127.0.0.1:{ports[1]}",
    }
    manage = [sys.executable, "manage.py"]
    up_log, demo_log = (folder / "up.log").open("wb"), (folder / "demo.log").open("wb")
    up = subprocess.Popen(
        [*manage, "up", "--home", str(home), "--port", ports[0], "--reward-port", ports[1]],
        stdout=up_log,
        stderr=subprocess.STDOUT,
        env=environment,
    )
    try:
        wait_until_ready(folder / "up.log", up)
        began = time.monotonic()
        command = [*manage, "demo", "--seed", str(seed), "--json", str(report), "--out", str(folder / "demo")]
        demo = subprocess.Popen(command, stdout=demo_log, stderr=subprocess.STDOUT, env=environment)
        killed = kill_in_turn(up, demo, every)
        print((folder / "demo.log").read_text(errors="replace")[-6000:])
        told = json.loads(report.read_text()) if report.exists() else {}
        return {
            "demo_exit_code": demo.returncode,
            "seconds": time.monotonic() - began,
            "kills": sum(killed.values()),
            **{f"killed {name}": killed[name] for name in VICTIMS},
            "demo": told,
        }
    finally:
        up.send_signal(signal.SIGTERM)
        try:
            up.wait(60)
        except subprocess.TimeoutExpired:
            up.kill()


def wait_until_ready(log: Path, up: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while "is ready" not in log.read_text(errors="replace"):
        if up.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"`up` did not become ready:\n{log.read_text(errors='replace')}")
        time.sleep(0.2)


def kill_in_turn(up: subprocess.Popen[bytes], demo: subprocess.Popen[bytes], every: float) -> Counter[str]:
    """kill -9 one kind of process after the other until the demo ends; a kind that is not running is passed over."""
    killed: Counter[str] = Counter()
    for name in itertools.cycle(VICTIMS):
        if wait(demo, every if killed else every / 2):
            return killed
        for process in victims(up.pid, VICTIMS[name]):
            process.kill()
            killed[name] += 1
            print(f"{time.strftime('%H:%M:%S')} kill -9 {name} ({process.pid})", flush=True)
    raise AssertionError("the cycle of victims has no end")


def victims(root: int, pattern: re.Pattern[str]) -> list[psutil.Process]:
    """The topmost matching process below `up`: its children go with it or are healed by the supervisor."""
    for process in psutil.Process(root).children(recursive=True):
        try:
            command = " ".join(process.cmdline())
            if pattern.search(command) and "leash.py" not in command:
                return [process]
        except psutil.NoSuchProcess:
            continue
    return []


def wait(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
