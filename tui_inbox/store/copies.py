"""Copies of the store: made while it is being written, put back in its place, and never forgotten where they lie."""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tui_inbox.problems import NotFound, Problem, Refused, StoreTrouble
from tui_inbox.store import migrations

LISTED = "backups.json"
_BESIDE = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the store that was made; `here` says whether it still lies there."""

    path: Path
    at: datetime | None
    here: bool


def back_up(store: Path, to: Path, now: datetime) -> Path:
    """Write a consistent copy of *store*, also while it is written, to the new file *to* or into the folder *to*.

    Returns the file. It is whole once it has its name; nothing that is there is overwritten. Raises a `Problem`.
    """
    if to.is_dir():
        to = to / f"inbox-{_spoken(now)}.db"
    if to.exists() or to.is_symlink():
        raise Refused(f"{to} is there already.", "Name a new file, or a folder.")
    if not to.parent.is_dir():
        raise NotFound(f"There is no folder {to.parent}.", "Make it first, or name another.")
    try:
        number, name = tempfile.mkstemp(prefix=f".{to.name[:100]}.", dir=to.parent)
        os.close(number)
        made = Path(name)
        try:
            migrations.copy(store, made)
            _stand_alone(made)
            _name(made, to)
        finally:
            for one in (made, *_sides(made)):
                one.unlink(missing_ok=True)
        _sync(to.parent)
    except FileExistsError:
        raise Refused(f"{to} is there already.", "Name a new file, or a folder.") from None
    except OSError as trouble:
        raise Problem(
            f"The backup {to} cannot be written: {trouble.strerror}.", "Make room there, or name another place."
        ) from None
    _note(store.parent, to.absolute(), now)
    return to


def put_back(store: Path, backup: Path, now: datetime) -> Path | None:
    """Make *backup* the store; return where the store that was there before lies now, None where there was none.

    An older backup is upgraded on the way. A newer one, a damaged one or somebody else's file is refused in words,
    and nothing has changed then.
    """
    examine(backup)
    with tempfile.TemporaryDirectory(prefix="restoring-", dir=store.parent) as folder:
        passing = Path(folder) / "inbox.db"
        migrations.copy(backup, passing)
        migrations.upgrade(passing)
        aside = _set_aside(store, now) if store.exists() else None
        if store.exists():
            _pour(passing, store)
        else:
            _stand_alone(passing)
            passing.replace(store)
            _sync(store.parent)
    return aside


def examine(path: Path) -> None:
    """Raise a `Problem` unless *path* is a whole store of ours, of this version or an older one."""
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", "Name a file that `tui-inbox backup` made.")
    try:
        with closing(migrations.connect(path, read_only=True)) as connection:
            version = migrations.version_of(connection, path)
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as trouble:
        if "not a database" in str(trouble):
            raise Refused(f"{path} is no store of tui-inbox.", "Name a file that `tui-inbox backup` made.") from None
        raise migrations.trouble_of(path, trouble) from trouble
    if not version:
        raise Refused(f"{path} is no store of tui-inbox.", "Name a file that `tui-inbox backup` made.")
    if found != "ok":
        raise StoreTrouble(f"The backup {path} is damaged: {str(found)[:200]}.", "Take another backup.")


def copies(store: Path) -> list[Copy]:
    """Return every copy of the store that was made and is known: the listed backups, and what lies beside the store."""
    known = {Path(one["path"]): _moment(one["at"]) for one in _listed(store.parent)}
    beside = [
        one
        for one in store.parent.glob(f"{store.name}.*")
        if one.is_file() and not one.name.endswith(_BESIDE) and one not in known
    ]
    return [Copy(path, at, path.is_file()) for path, at in [*known.items(), *((one, None) for one in sorted(beside))]]


def is_current(path: Path) -> bool:
    """Return whether *path* is a store of this version, which can be written as the present one can."""
    try:
        with closing(migrations.connect(path, read_only=True)) as connection:
            return migrations.version_of(connection, path) == len(migrations.STEPS)
    except (sqlite3.Error, Problem):
        return False


def seal(path: Path) -> None:
    """Make one self-contained file of a copy again that was written to."""
    with suppress(sqlite3.Error):
        _stand_alone(path)


# --- files --------------------------------------------------------------------------------------------------


def _name(made: Path, to: Path) -> None:
    """Give a finished file its name; never that of a file that came meanwhile, where the disk can promise it."""
    try:
        os.link(made, to)
    except FileExistsError:
        raise
    except OSError:  # a disk without links, as on most sticks
        if to.exists():
            raise FileExistsError from None
        made.rename(to)


def _stand_alone(path: Path) -> None:
    """Let the file need no journal beside it, and lie on the disk."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _pour(source: Path, store: Path) -> None:
    """Write *source* over *store* as one transaction: who has the store open sees the one or the other."""
    try:
        with closing(migrations.connect(source, read_only=True)) as from_, closing(migrations.connect(store)) as to:
            from_.backup(to)
            to.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as trouble:
        raise migrations.trouble_of(store, trouble) from trouble


def _set_aside(store: Path, now: datetime) -> Path:
    """Keep the present store: as a copy, or, where it is too damaged for that, by giving its files another name."""
    aside = _free(store.with_name(f"{store.name}.before-restore-{_spoken(now)}"))
    try:
        examine(store)
        migrations.copy(store, aside)
        _stand_alone(aside)
    except (Problem, sqlite3.Error):
        aside.unlink(missing_ok=True)
        for side in ("", *_BESIDE):
            if (old := store.with_name(store.name + side)).exists():
                old.replace(aside.with_name(aside.name + side))
    return aside


def _free(path: Path) -> Path:
    tried, number = path, 2
    while tried.exists():
        tried, number = path.with_name(f"{path.name}-{number}"), number + 1
    return tried


def _sides(path: Path) -> list[Path]:
    return [path.with_name(path.name + side) for side in _BESIDE]


def _spoken(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


# --- the list -----------------------------------------------------------------------------------------------


def _listed(home: Path) -> list[dict[str, str]]:
    try:
        found = json.loads((home / LISTED).read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return [one for one in found if isinstance(one, dict) and isinstance(one.get("path"), str) and "at" in one]


def _note(home: Path, path: Path, now: datetime) -> None:
    known = [one for one in _listed(home) if one["path"] != str(path)]
    _write(home, [*known, {"path": str(path), "at": now.astimezone(UTC).isoformat(timespec="seconds")}])


def _write(home: Path, listed: list[dict[str, str]]) -> None:
    number, name = tempfile.mkstemp(prefix=f".{LISTED}.", dir=home)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        json.dump(listed, file, indent=1)
    Path(name).replace(home / LISTED)


def _moment(said: str) -> datetime | None:
    try:
        return datetime.fromisoformat(said)
    except ValueError:
        return None
