"""The corpora and the stores built of them, made once and kept in a folder until the corpus or the schema changes."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import chats, mail, words
from benchmarks.runs import PROGRAM, Run, timed
from tools.crowd import fill
from tui_inbox.store import migrations, texts

CONFIG = """\
[me]
addresses = ["support@shop.example"]

[[teammate]]
name = "Mert"
address = "mert@shop.example"
"""
OPEN = '\n[history]\nopen_since = "3650d"\n'
"""All that was imported is open: an inbox as full as it can be."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A folder of corpora and stores."""

    folder: Path
    tell: Callable[[str], None]
    crowd: bool = False
    """Whether stores are written straight into their tables, a message to a conversation: a million in minutes."""

    def mbox(self, total: int) -> Path:
        """Return an mbox of *total* mails."""
        return self._once(f"mail-{total}-{corpus()}.mbox", lambda path: mail.write_mbox(path, total))

    def maildir(self, total: int) -> Path:
        """Return a Maildir of the same mails."""
        return self._once(f"maildir-{total}-{corpus()}", lambda path: mail.write_maildir(path, total))

    def chat(self, kind: str, total: int) -> Path:
        """Return an export of *kind* with *total* messages."""
        folder = self._once(f"{kind}-{total}-{corpus()}", lambda path: chats.write(kind, path, total))
        return min(folder.iterdir())

    def home(self, total: int) -> Path:
        """Return a home whose store holds *total* mails, all of them open, imported by the real command."""

        def build(path: Path) -> None:
            took = filled(path, self.mbox(total), CONFIG + OPEN)
            (path / "took.json").write_text(
                json.dumps({"seconds": took.seconds, "cpu": took.cpu, "memory": took.memory})
            )

        def crowd(path: Path) -> None:
            path.mkdir(parents=True)
            (path / "config.toml").write_text(CONFIG + OPEN, "utf-8")
            fill(path / "inbox.db", total, datetime.now(UTC))

        if self.crowd:
            return self._once(f"crowd-{total}-{_schema()}", crowd)
        return self._once(f"home-{total}-{corpus()}-{_schema()}", build)

    def scratch(self, name: str) -> Path:
        """Return an empty folder of that name."""
        path = self.folder / "scratch" / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    def copied(self, home: Path, name: str) -> Path:
        """Return a copy of *home* that may be written to."""
        path = self.scratch(name)
        for one in ("inbox.db", "config.toml"):
            shutil.copy(home / one, path / one)
        return path

    def _once(self, name: str, make: Callable[[Path], None]) -> Path:
        """Return what *make* has written under *name*, now or in an earlier run; what was broken off is made anew."""
        path = self.folder / name
        if not path.exists():
            self.tell(f"making {name}")
            self.folder.mkdir(parents=True, exist_ok=True)
            made = path.with_name(f"{name}.part")
            if made.is_dir():
                shutil.rmtree(made)
            make(made)
            made.rename(path)
        return path


def filled(home: Path, source: Path, config: str = CONFIG, *options: str) -> Run:
    """Import *source* into a new home and return what it took."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    (home / "config.toml").write_text(config, "utf-8")
    return timed((*PROGRAM, "--home", str(home), "import", str(source), "--json", *options))


def corpus() -> str:
    """Return the version of the corpora: they are made anew where what makes them changed."""
    return _digest(Path(str(one.__file__)) for one in (mail, words, chats))


def _schema() -> str:
    """Return the version of the stores: what they hold, and how."""
    steps = sorted(Path(str(migrations.__file__)).parent.glob("step_*.sql"))
    return _digest([*steps, *(Path(str(one.__file__)) for one in (migrations, texts))])


def _digest(paths: Iterable[Path]) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:8]
