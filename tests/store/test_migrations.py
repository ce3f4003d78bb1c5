"""The shape of the store is the one that the tables declare; an older store becomes a newer one whole, or stays."""

from __future__ import annotations

import json
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlmodel import SQLModel

from tests.cli.running import Tui
from tests.torture.likeness import likeness
from tests.torture.upgrades import following
from tui_inbox.problems import StoreTrouble
from tui_inbox.store import migrations, tables

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "tests" / "samples" / "telegram" / "whole.json"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store of the present version with four messages."""
    Tui(tmp_path)("import", SAMPLE)
    return tmp_path / "inbox.db"


def shape(path: Path) -> dict[str, Any]:
    """Return the shape of every table: columns, keys, indexes, and what kind of table it is."""
    with closing(sqlite3.connect(path)) as database:
        found: dict[str, Any] = {}
        for name, sql in database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall():
            indexes = {
                (unique, origin, tuple(one[2] for one in database.execute(f'PRAGMA index_info("{index}")')), partial)
                for _, index, unique, origin, partial in database.execute(f'PRAGMA index_list("{name}")').fetchall()
            }
            found[name] = {
                "columns": [tuple(row[1:]) for row in database.execute(f'PRAGMA table_info("{name}")')],
                "leads to": {tuple(row[2:5]) for row in database.execute(f'PRAGMA foreign_key_list("{name}")')},
                "indexes": indexes,
                "words": {one for one in ("AUTOINCREMENT", "WITHOUT ROWID", "fts5", "content=''") if one in sql},
            }
        partial = "SELECT name, substr(sql, instr(sql, ' WHERE ')) FROM sqlite_master WHERE sql LIKE '% WHERE %'"
        return found | {"partial": dict(database.execute(partial).fetchall())}


def test_the_steps_lead_to_the_tables_that_are_declared(tmp_path: Path) -> None:
    migrations.upgrade(tmp_path / "stepped.db")
    engine = create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    SQLModel.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql(tables.FULLTEXT)
    engine.dispose()
    assert shape(tmp_path / "stepped.db") == shape(tmp_path / "declared.db")


def test_a_new_store_is_ours_private_and_journalled(tmp_path: Path) -> None:
    path = tmp_path / "inbox.db"
    migrations.upgrade(path)
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA application_id").fetchone() == (migrations.APPLICATION,)
        assert database.execute("PRAGMA user_version").fetchone() == (len(migrations.STEPS),)
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def settings(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as database:
        return dict(database.execute("SELECT k, v FROM fulltext_config WHERE k <> 'version'").fetchall())


def test_the_index_of_a_new_and_of_an_older_store_writes_a_batch_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "inbox.db"
    with monkeypatch.context() as once:
        once.setattr(migrations, "STEPS", migrations.STEPS[:1])
        migrations.upgrade(path)
    assert settings(path) == {}
    migrations.upgrade(path)
    migrations.upgrade(tmp_path / "new.db")
    assert settings(path) == settings(tmp_path / "new.db") == {"hashsize": 16_777_216, "automerge": 8}


def test_a_store_of_the_present_version_is_left_alone(store: Path) -> None:
    before = store.read_bytes()
    migrations.upgrade(store)
    assert store.read_bytes() == before
    assert not list(store.parent.glob("*.before-*"))


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    (tmp_path / "inbox.db").touch()
    migrations.upgrade(tmp_path / "inbox.db")
    assert "message" in shape(tmp_path / "inbox.db")


@pytest.fixture
def older(store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same store, met by a later version of the program, which knows one step more."""
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, following))
    return store


def test_an_older_store_is_backed_up_then_upgraded(older: Path) -> None:
    before = likeness(older)
    migrations.upgrade(older)
    assert likeness(older) == before
    with closing(sqlite3.connect(older)) as database:
        assert database.execute("SELECT COUNT(*) FROM message WHERE length = length(text)").fetchone() == (4,)
    [kept] = older.parent.glob("*.before-*")
    assert kept.name == f"inbox.db.before-{len(migrations.STEPS)}"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert likeness(kept) == before
    with closing(sqlite3.connect(kept)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (len(migrations.STEPS) - 1,)


def test_what_was_upgraded_is_refused_by_the_version_before(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    migrations.upgrade(older)
    monkeypatch.setattr(migrations, "STEPS", migrations.STEPS[:-1])
    with pytest.raises(StoreTrouble, match="newer"):
        migrations.upgrade(older)


def test_a_step_that_fails_in_its_middle_leaves_the_store_as_it_was(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(connection: sqlite3.Connection) -> None:
        following(connection)
        connection.execute("INSERT INTO nowhere VALUES (1)")

    before, was = likeness(store), shape(store)
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, broken))
    with pytest.raises(StoreTrouble):
        migrations.upgrade(store)
    assert (likeness(store), shape(store)) == (before, was)


def test_several_that_open_an_older_store_at_once_upgrade_it_once(older: Path) -> None:
    before = likeness(older)
    with ThreadPoolExecutor(4) as four:
        for opened in [four.submit(migrations.upgrade, older) for _ in range(4)]:
            opened.result()
    assert likeness(older) == before
    assert likeness(older.with_name(f"inbox.db.before-{len(migrations.STEPS)}")) == before


def test_an_upgrade_that_ends_at_any_step_is_whole_or_not_begun(store: Path, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    alone = shutil.copy(store, tmp_path / "older.db")
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture.upgrades", str(alone), str(tmp_path / "broken")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    came = json.loads(done.stdout)
    assert came["troubles"] == []
    assert came["broken"] > 10


FULL = """
import sys
from pathlib import Path
from tests.torture.upgrades import following
from tui_inbox.problems import StoreTrouble
from tui_inbox.store import migrations

migrations.STEPS = (*migrations.STEPS, following)
try:
    migrations.upgrade(Path(sys.argv[1]))
except StoreTrouble as trouble:
    sys.exit(trouble.what)
"""


@pytest.mark.parametrize("room", [4096, 65_536, -8192, 4096 * 3])
def test_a_disk_that_is_full_during_an_upgrade_leaves_the_older_store(store: Path, room: int) -> None:
    before, was = likeness(store), shape(store)
    size = room if room > 0 else store.stat().st_size + room

    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    words = [sys.executable, "-c", FULL, str(store)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, preexec_fn=small_files, check=False)
    assert done.returncode == 1
    assert "The disk is full" in done.stderr
    assert (likeness(store), shape(store)) == (before, was)
    again = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert likeness(store) == before


def test_a_copy_of_a_store_that_is_being_written_is_consistent(store: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM message")
        migrations.copy(store, tmp_path / "copy.db")
    assert likeness(tmp_path / "copy.db") == likeness(store)


def test_who_comes_too_late_to_upgrade_does_not_write_over_the_copy_of_the_older_store(older: Path) -> None:
    before = len(migrations.STEPS) - 1
    migrations.upgrade(older)
    with closing(sqlite3.connect(older)) as late:
        migrations._back_up(late, older, version=before)
    [kept] = older.parent.glob("*.before-*")
    with closing(sqlite3.connect(kept)) as copied:
        assert copied.execute("PRAGMA user_version").fetchone() == (before,)
