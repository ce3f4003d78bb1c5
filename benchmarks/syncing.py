"""A first sync and one without news, from a Dovecot of this machine, beside mbsync and notmuch; near and far."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figures import Broken, Figure
from benchmarks.peers import Notmuch
from benchmarks.runs import PROGRAM, PYTHON, ROOT, Run, in_turns, timed
from benchmarks.stores import CONFIG, Kept
from tui_inbox.store.reader import Reader

ACCOUNT = """
[[account]]
name = "{name}"
kind = "imap"
host = "127.0.0.1"
port = {port}
tls = "none"
user = "{name}"
password_command = "echo secret"
"""
MBSYNC = """\
IMAPAccount shop
Host 127.0.0.1
Port {port}
User support
Pass secret
SSLType None
AuthMechs PLAIN

IMAPStore there
Account shop

MaildirStore here
Path {folder}/mail/
Inbox {folder}/mail/INBOX
SubFolders Verbatim

Channel shop
Far :there:
Near :here:
Patterns INBOX
Create Near
Sync Pull
SyncState *
"""


def sync(kept: Kept, size: int, runs: int, peers: dict[str, str]) -> Iterator[Figure]:
    """Yield the first sync of *size* mails and the next one, without delay and with 50 ms a round trip."""
    from tests.dovecot import Dovecot

    with Dovecot(users={"support": "secret"}) as server:
        fill(server.home / "mail" / "support", kept.maildir(size))
        with _far(server.port) as far:
            for port, way in ((server.port, ""), (far, ", 50 ms a round trip")):
                yield from _ways(kept, port, way, size, runs, peers)


def _ways(kept: Kept, port: int, way: str, size: int, runs: int, peers: dict[str, str]) -> Iterator[Figure]:
    home, folder = kept.scratch("synced"), kept.scratch("mbsync")
    notmuch = Notmuch(folder / "notmuch", folder / "mail")

    def first() -> Run:
        shutil.rmtree(home)
        home.mkdir()
        (home / "config.toml").write_text(CONFIG + ACCOUNT.format(name="support", port=port), "utf-8")
        return timed((*PROGRAM, "--home", str(home), "sync", "--json"))

    def mbsync() -> Run:
        return timed(("mbsync", "-q", "-c", str(folder / "mbsyncrc"), "shop"), {"HOME": str(folder)})

    def theirs() -> Run:
        shutil.rmtree(folder)
        (folder / "mail").mkdir(parents=True)
        (folder / "mbsyncrc").write_text(MBSYNC.format(port=port, folder=folder), "utf-8")
        fetched, indexed = mbsync(), notmuch.index()
        return Run(fetched.seconds + indexed.seconds, fetched.cpu + indexed.cpu, max(fetched.memory, indexed.memory))

    beside = {"mbsync", "notmuch"} <= peers.keys()
    ours, *others = in_turns(runs, first, *([theirs] if beside else []))
    other = others[0] if others else None
    yield Figure("sync", f"first, {size:,} mails{way}", ours, "mbsync + notmuch new", other, 0.1, unit="s")
    again, *others = in_turns(
        runs * 3,
        lambda: timed((*PROGRAM, "--home", str(home), "sync", "--json")),
        *([mbsync] if beside else []),
    )
    yield Figure(
        "sync", f"without news, {size:,} mails{way}", again, "mbsync", others[0] if others else None, 1.0, unit="s"
    )


def done(home: Path, mailboxes: int = 1) -> bool:
    """Return whether so many mailboxes of *home* have been read to their ends."""
    with Reader(home / "inbox.db") as reader:
        accounts = reader.sources.accounts()
    return sum(one.kind == "imap" and one.synced_at is not None for one in accounts) >= mailboxes


def fill(folder: Path, maildir: Path) -> None:
    """Let *folder* be a mailbox with the mails of *maildir*: links where they can be, so that it takes no room."""
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for one in (maildir / "cur").iterdir():
        try:
            os.link(one, folder / "cur" / one.name)
        except OSError:
            shutil.copy2(one, folder / "cur" / one.name)
    if os.geteuid() == 0:
        owner = pwd.getpwnam("nobody")
        for one in (folder, *(folder / part for part in ("cur", "new", "tmp"))):
            os.chown(one, owner.pw_uid, owner.pw_gid)
        for one in (maildir / "cur").iterdir():
            one.chmod(0o644)


@contextmanager
def _far(port: int) -> Iterator[int]:
    with subprocess.Popen((PYTHON, "-m", "benchmarks.far", str(port)), stdout=subprocess.PIPE, cwd=ROOT) as way:
        assert way.stdout is not None
        try:
            said = way.stdout.readline()
            if not said:
                raise Broken("the way to a server far off could not be laid")
            yield int(said)
        finally:
            way.terminate()
