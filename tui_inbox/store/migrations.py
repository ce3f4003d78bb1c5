"""How an older file becomes a newer one; steps are only added.

Each step is one transaction together with its number (`PRAGMA user_version`), so that a kill leaves the step whole
or not begun. SQLite's own interface only: opening the store must not wait for SQLModel.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tui_inbox.problems import StoreTrouble
from tui_inbox.store import texts

APPLICATION = 0x74756969
"""`tuii`: marks the file as ours (PRAGMA application_id)."""

Step = Callable[[sqlite3.Connection], None]


def _first(connection: sqlite3.Connection) -> None:
    from importlib.resources import files

    for statement in files("tui_inbox.store").joinpath("step_001.sql").read_text("utf-8").split(";\n"):
        if statement.strip():
            connection.execute(statement)


def _second(connection: sqlite3.Connection) -> None:
    """Long texts are compressed from here on (`texts.py`). What lies there stays as it is, and is read as it is; the
    number alone keeps a program out that would not understand the new ones.

    The index gathers all the words of a batch before it writes a part, and merges eight parts at once: a quarter of
    its time, and no more bytes. Its settings lie in the file (https://sqlite.org/fts5.html, 6). And one index answers
    in which conversation a match lies.
    """
    for setting, value in (("hashsize", 16 << 20), ("automerge", 8)):
        connection.execute("INSERT INTO fulltext(fulltext, rank) VALUES (?, ?)", (setting, value))
    connection.execute("CREATE INDEX message_match ON message (stamp, conversation_id)")


STEPS: tuple[Step, ...] = (_first, _second)
"""Append only: what has been released is never changed."""


def connect(path: Path, *, read_only: bool = False, shared: bool = False) -> sqlite3.Connection:
    """Return a connection in the mode that all rooms of the store share. Raises `StoreTrouble`.

    *shared* lets several threads use it, who must take turns themselves.
    """
    try:
        if read_only:
            connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro",
                uri=True,
                isolation_level=None,
                timeout=10,
                check_same_thread=not shared,
            )
            connection.execute("PRAGMA query_only = 1")
        else:
            connection = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=not shared)
            _write_safely(connection)
    except sqlite3.Error as trouble:
        raise trouble_of(path, trouble) from trouble
    connection.execute("PRAGMA temp_store = MEMORY")
    texts.teach(connection)
    return connection


def _write_safely(connection: sqlite3.Connection) -> None:
    """Let *connection* write as ours do: through a journal beside the file, on the disk at each commit."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = 1")


def upgrade(path: Path) -> None:
    """Bring the store at *path* to the present version, creating it where there is none.

    An older file is backed up beside it first; a newer one is refused in words. Raises `StoreTrouble`.
    """
    new = not path.exists() or path.stat().st_size == 0
    if new:
        _create(path)
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection:
            version = version_of(connection, path, new=new)
            if version == len(STEPS):
                return
            _write_safely(connection)  # only now: the mode is written into the file, which may be somebody else's
            if version:
                _back_up(connection, path, version)
            for number, step in enumerate(STEPS[version:], start=version + 1):
                _take(connection, step, number)
    except sqlite3.Error as trouble:
        raise trouble_of(path, trouble) from trouble


def _create(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as trouble:
        raise StoreTrouble(
            f"The store {path} cannot be created: {trouble.strerror}.", "Choose another --home."
        ) from trouble


def version_of(connection: sqlite3.Connection, path: Path, *, new: bool = False) -> int:
    """Return the version of the store that is open at *path*, 0 for an empty one; refuse a newer or a foreign one."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    mark = int(connection.execute("PRAGMA application_id").fetchone()[0])
    if version > len(STEPS) and mark == APPLICATION:
        raise StoreTrouble(
            f"The store {path} was written by a newer tui-inbox (format {version}; this one knows {len(STEPS)}).",
            "Install the newer version, or choose another --home.",
        )
    foreign = mark not in (0, APPLICATION) or (version == 0 and mark == 0 and not new and _has_tables(connection))
    if foreign:
        raise StoreTrouble(f"{path} is a database of another program.", "Choose another --home.")
    return version


def _has_tables(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None


def _take(connection: sqlite3.Connection, step: Step, number: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        if int(connection.execute("PRAGMA user_version").fetchone()[0]) < number:
            step(connection)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def copy(path: Path, to: Path) -> None:
    """Write a consistent copy of the store at *path* to the new file *to*, also while it is being written."""
    _create(to)
    try:
        with closing(connect(path, read_only=True)) as source, closing(sqlite3.connect(to)) as target:
            source.backup(target)
    except sqlite3.Error as trouble:
        raise trouble_of(to, trouble) from trouble


def _back_up(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Keep a copy of the store as it was at *version*; none where somebody else has just upgraded it (and kept one)."""
    import tempfile

    kept = path.with_name(f"{path.name}.before-{version + 1}")
    try:
        number, name = tempfile.mkstemp(prefix=f"{kept.name}.", dir=path.parent)
    except OSError as trouble:
        raise StoreTrouble(
            f"The older store {path} cannot be backed up before it is upgraded: {trouble.strerror}.",
            "Make room on that disk, or make the folder writable.",
        ) from trouble
    os.close(number)
    passing = Path(name)
    try:
        with closing(sqlite3.connect(passing)) as target:
            connection.backup(target)
            whole = target.execute("PRAGMA user_version").fetchone()[0] == version
        if whole:
            passing.replace(kept)
    finally:
        passing.unlink(missing_ok=True)


def trouble_of(path: Path, trouble: sqlite3.Error) -> StoreTrouble:
    """Return what SQLite's error means for a person."""
    said = str(trouble)
    if "disk is full" in said or "disk I/O" in said:
        return StoreTrouble(
            f"The disk is full: {path} could not be written. Nothing was lost; the last act was not kept.",
            "Make room on that disk and try again.",
        )
    if "locked" in said:
        return StoreTrouble(f"Another program holds the store {path}.", "Wait for it to finish, then try again.")
    if "not a database" in said or "malformed" in said:
        return StoreTrouble(
            f"{path} is damaged or is not a store of tui-inbox ({said}).", "Restore a backup with `tui-inbox restore`."
        )
    if "readonly" in said or "unable to open" in said:
        return StoreTrouble(
            f"The store {path} cannot be opened for writing ({said}).", "Check the folder's permissions."
        )
    return StoreTrouble(f"The store {path} failed: {said}.", "Run `tui-inbox doctor`.")
