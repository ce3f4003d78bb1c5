"""One unit of work at a time: BEGIN IMMEDIATE before the read of read-decide-write, COMMIT or nothing."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from tui_inbox.store import migrations

Unit = Connection
"""What a unit of work is done on: a connection inside one write transaction."""


class Writer:
    """The door through which everything is written; threads take turns."""

    def __init__(self, path: Path) -> None:
        migrations.upgrade(path)
        self.path = path
        self._engine = _engine(path)
        self._turn = threading.Lock()

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        """Yield a connection inside one write transaction; commit at the end, roll back on any exception.

        Raises `StoreTrouble` where the store cannot be written (full disk, locked); nothing is then kept.
        """
        try:
            with self._turn, self._engine.begin() as connection:
                yield connection
        except sqlite3.Error as trouble:  # of what `driver` was asked
            raise migrations.trouble_of(self.path, trouble) from trouble
        except DBAPIError as trouble:
            if isinstance(trouble.orig, sqlite3.Error):
                raise migrations.trouble_of(self.path, trouble.orig) from trouble
            raise

    @contextmanager
    def window(self) -> Iterator[Unit]:
        """Yield a read-only connection on one state of the store, beside which others may write."""
        engine = create_engine("sqlite://", creator=lambda: migrations.connect(self.path, read_only=True))
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql("BEGIN")
                yield connection
        finally:
            engine.dispose()

    def close(self) -> None:
        """Close it and fold the journal back into the file."""
        self._engine.dispose()


def _engine(path: Path) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=lambda: migrations.connect(path, shared=True),
        poolclass=StaticPool,
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def driver(unit: Unit) -> Any:
    """Return the connection below, for what every mail asks: the layer between costs several times what SQLite does."""
    return unit.connection.dbapi_connection
