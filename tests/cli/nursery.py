"""Gives birth to commands: an interpreter that has imported what they import and run nothing, and is forked for each.

Most of what a short command costs is its imports. It has one thread, so that a fork of it is a whole process; what is
about the start itself (its imports, its locale, its limits) is started anew (`tests.cli.running`).
"""

from __future__ import annotations

import array
import atexit
import gc
import importlib
import json
import os
import pkgutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tui_inbox

ROOT = Path(__file__).parents[2]
LEFT_OUT = ("tui_inbox.app", "tui_inbox.screens", "tui_inbox.__main__")
"""What only the screen imports, and what begins the command."""
LIBRARIES = ("sqlmodel", "dateparser", "holidays", "imapclient", "keyring", "phonenumbers", "selectolax.lexbor")
"""What commands import only where they need it."""
AT_FIRST = dict(os.environ)
"""The environment before any test changed it."""


class Nursery:
    """The interpreter, and the line on which it is asked."""

    def __init__(self) -> None:
        self.line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            words = [sys.executable, "-m", "tests.cli.nursery", str(theirs.fileno())]
            self.process = subprocess.Popen(words, cwd=ROOT, env=AT_FIRST, pass_fds=[theirs.fileno()])
        atexit.register(self.close)

    def run(self, words: Sequence[str], environ: Mapping[str, str], folder: Path) -> tuple[int, str, str]:
        """Run the command with *words*; return how it ended and what it said on standard output and error."""
        with Path(os.devnull).open("rb") as nothing, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            said = json.dumps([list(words), dict(environ), str(folder)]).encode()
            files = array.array("i", [nothing.fileno(), out.fileno(), err.fileno()])
            with tempfile.TemporaryFile() as asked:  # an environment may be longer than one packet
                asked.write(said)
                asked.flush()
                files.append(asked.fileno())
                self.line.sendmsg([b"run"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
                code = self.line.recv(100)
            assert code, "The nursery has ended."
            for file in (out, err):
                file.seek(0)
            return int(code), out.read().decode("utf-8"), err.read().decode("utf-8")

    def close(self) -> None:
        """End the interpreter, and return when it has ended."""
        self.line.close()
        self.process.wait()


_here: list[Nursery] = []


def nursery() -> Nursery:
    """Return the one of this process, begun at the first call."""
    if not _here:
        _here.append(Nursery())
    return _here[0]


def _import_all() -> None:
    """Import what commands import, and start no thread by it: none would be in a fork."""
    for library in LIBRARIES:
        importlib.import_module(library)
    for module in pkgutil.walk_packages(tui_inbox.__path__, "tui_inbox."):
        if not module.name.startswith(LEFT_OUT):
            importlib.import_module(module.name)
    assert threading.active_count() == 1


def _born(files: Sequence[int]) -> None:
    """Become the command; *files* are its standard input, output and error, and what was asked."""
    with os.fdopen(files[3], "rb") as asked:
        asked.seek(0)
        words, environ, folder = json.load(asked)
    for number, file in enumerate(files[:3]):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(environ)
    time.tzset()
    os.chdir(folder)
    sys.argv = [str(ROOT / "tui_inbox" / "__main__.py"), *words]
    main: Any = importlib.import_module("tui_inbox.__main__").main
    try:
        main()
    except SystemExit as end:
        if isinstance(end.code, int | None):
            threading._shutdown()
            atexit._run_exitfuncs()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(end.code or 0)  # to take all that was imported to pieces would cost more than most commands
        raise


def _serve(line: socket.socket) -> None:
    """Fork for each command that *line* asks for, and answer with its exit code; return when *line* is closed."""
    while True:
        said, parts, _, _ = line.recvmsg(100, socket.CMSG_SPACE(4 * array.array("i").itemsize))
        if not said:
            return
        files = array.array("i")
        for _, _, part in parts:
            files.frombytes(part)
        child = os.fork()
        if not child:
            line.close()
            _born(files)
            return
        for file in files:
            os.close(file)
        line.send(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())


if __name__ == "__main__":
    _import_all()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as asking:
        _serve(asking)
