"""`make bench`: whole commands, timed; one table as text, or as JSON with `--json`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import corpus
from tui_inbox import __version__

PYTHON = sys.executable
PROGRAM = (PYTHON, "-m", "tui_inbox")


@dataclass(frozen=True, slots=True)
class Figure:
    """Median seconds of a command of ours and of the bare one beside it, and how many times longer ours takes."""

    what: str
    ours: float
    bare: float
    ratio: float
    runs: int


def seconds(command: tuple[str, ...]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def figure(what: str, ours: list[float], bare: list[float]) -> Figure:
    one, other = statistics.median(ours), statistics.median(bare)
    return Figure(what, round(one, 3), round(other, 3), round(one / other, 2), len(ours))


def start(home: Path, runs: int) -> list[Figure]:
    """Time whole commands over a filled store beside an empty Python, in turns, so that both meet the same noise."""
    commands = {
        "list, whole command": ("list", "--json"),
        "search, whole command": ("search", "refund", "--json"),
    }
    figures = []
    for what, arguments in commands.items():
        ours, bare = [], []
        for _ in range(runs):
            ours.append(seconds((*PROGRAM, "--home", str(home), *arguments)))
            bare.append(seconds((PYTHON, "-c", "pass")))
        figures.append(figure(what, ours, bare))
    return figures


def bringing_in(folder: Path, kind: str, messages: int, runs: int) -> tuple[Figure, Path]:
    """Time an import into an empty home beside a bare read and insert; return it with the last filled home."""
    source = folder / {"whatsapp": "WhatsApp Chat with Ada Demir.txt", "mbox": "mail.mbox"}[kind]
    getattr(corpus, kind)(source, messages)
    options = ("--me", "Deniz", "--zone", "UTC") if kind == "whatsapp" else ()
    home, database = folder / f"home-{kind}", folder / "bare.db"
    ours, bare = [], []
    for _ in range(runs):
        shutil.rmtree(home, ignore_errors=True)
        ours.append(seconds((*PROGRAM, "--home", str(home), "import", str(source), *options)))
        bare.append(seconds((PYTHON, "-m", "benchmarks.bare", kind, str(source), str(database))))
        for left in folder.glob("bare.db*"):
            left.unlink()
    size = source.stat().st_size / 1e6
    return figure(f"import {kind}, {messages} messages, {size:.1f} MB", ours, bare), home


def main() -> None:
    arguments = argparse.ArgumentParser(prog="make bench", description=__doc__)
    arguments.add_argument(
        "--messages", type=int, default=2_000, help="how many mails, and a tenth of how many chat lines (default 2000)"
    )
    arguments.add_argument("--runs", type=int, default=3, help="how often each import is timed (default 3)")
    arguments.add_argument("--json", action="store_true", help="write JSON")
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        chats, _ = bringing_in(folder, "whatsapp", asked.messages * 10, asked.runs)
        mail, home = bringing_in(folder, "mbox", asked.messages, asked.runs)
        figures = [*start(home, asked.runs * 5), chats, mail]
    machine = (
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, tui-inbox {__version__}"
    )
    if asked.json:
        print(json.dumps({"machine": machine, "figures": [asdict(one) for one in figures]}, indent=1))
        return
    print(f"{machine}; median seconds\n\n{'':44}{'ours':>9}{'bare':>9}{'ratio':>8}")
    for one in figures:
        print(f"{one.what:44}{one.ours:9.3f}{one.bare:9.3f}{one.ratio:8.2f}")
    print(
        "\nbare: an empty Python for whole commands; read, insert and full-text index, in one transaction, for imports."
    )


if __name__ == "__main__":
    main()
