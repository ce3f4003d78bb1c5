"""Runs the real command in a process of its own, the way a script does."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cli.nursery import AT_FIRST, nursery

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on standard output."""
        return json.loads(self.out)


def _started(around: Mapping[str, str]) -> dict[str, str]:
    """Return what of an environment is read when an interpreter starts, and never again."""
    return {name: value for name, value in around.items() if name.startswith(("PYTHON", "LANG", "LC_", "LD_"))}


@dataclass
class Tui:
    """The command over one home."""

    home: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    before: tuple[str, ...] = ()
    """Words before the interpreter: `faketime` and what it takes."""

    def __call__(self, *words: object, code: int | None = 0, env: Mapping[str, str] | None = None, **run: Any) -> Said:
        """Run `tui-inbox --home HOME WORDS`; it must end with *code*, unless that is None."""
        whole = ["--home", str(self.home), *map(str, words)]
        around = {**os.environ, **self.environ} if env is None else dict(env)
        if self.before or run.keys() - {"cwd"} or _started(around) != _started(AT_FIRST):
            said = self._anew(whole, around, **run)
        else:
            said = Said(*nursery().run(whole, around, run.get("cwd", ROOT)))
        assert code is None or said.code == code, f"exit code {said.code}\n{said.out}\n{said.err}"
        assert "Traceback" not in said.err, said.err
        return said

    def _anew(self, words: Sequence[str], around: Mapping[str, str], **run: Any) -> Said:
        """Return what the command said in an interpreter that was started for it."""
        done = subprocess.run(
            [*self.before, sys.executable, "-m", "tui_inbox", *words],
            cwd=run.pop("cwd", ROOT),
            env=around,
            stdin=run.pop("stdin", subprocess.DEVNULL),
            capture_output=True,
            encoding="utf-8",
            check=False,
            **run,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def shown(self, *words: object, columns: int = 80) -> list[str]:
        """Return the lines that the command leaves on a terminal, however much wider than it they are."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        whole = [sys.executable, "-m", "tui_inbox", "--home", str(self.home), *map(str, words)]
        running = subprocess.Popen(
            whole, cwd=ROOT, env={**os.environ, **self.environ}, stdin=slave, stdout=slave, stderr=slave
        )
        os.close(slave)
        came = b""
        with contextlib.suppress(OSError):  # that is how a terminal says that nobody writes to it any more
            while more := os.read(master, 65536):
                came += more
        os.close(master)
        running.wait()
        lines = came.decode().replace("\r\n", "\n").split("\n")
        return [line.rpartition("\r\x1b[K")[2] for line in lines]

    def json(self, *words: object, code: int = 0) -> Any:
        """Return the document that the command prints with `--json`."""
        return self(*words, "--json", code=code).json

    def listed(self, queue: str = "all") -> dict[str, Any]:
        """Return the conversations of *queue* by subject."""
        return {one["subject"]: one for one in self.json("list", queue, "--limit", 10_000)["conversations"]}

    def configure(self, text: str) -> Path:
        """Write config.toml."""
        self.home.mkdir(mode=0o700, exist_ok=True)
        path = self.home / "config.toml"
        path.write_text(text, "utf-8")
        path.chmod(0o600)
        return path
