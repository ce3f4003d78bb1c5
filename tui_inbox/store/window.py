"""A read-only connection to the store, whose troubles are said in words; never blocks a writer.

Importing this costs the standard library only: the first picture of the inbox must not wait for SQLModel.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from types import FunctionType, TracebackType
from typing import Any, Protocol, Self, TypeVar

from tui_inbox.store import migrations


class Placed(Protocol):
    """What knows the file it reads."""

    @property
    def path(self) -> Path: ...


Asked = TypeVar("Asked", bound=type[Placed])


def in_words(reader: Asked) -> Asked:
    """Return *reader*, whose questions raise `StoreTrouble` where SQLite raises errors of its own."""
    for name, question in list(vars(reader).items()):
        if isinstance(question, FunctionType) and not name.startswith("_"):
            setattr(reader, name, _worded(question))
    return reader


def _worded(question: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(question)
    def asked(self: Placed, *arguments: Any, **named: Any) -> Any:
        try:
            return question(self, *arguments, **named)
        except sqlite3.Error as trouble:
            raise migrations.trouble_of(self.path, trouble) from trouble

    return asked


@in_words
class Window:
    """One read-only connection; use one in each thread, and close it."""

    def __init__(self, path: Path, *, shared: bool = False) -> None:
        self.path = path
        self.connection = migrations.connect(path, read_only=True, shared=shared)
        self.connection.row_factory = sqlite3.Row

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, trouble: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.connection.close()

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Hold one state of the store while several things are read from it."""
        self.connection.execute("BEGIN")
        try:
            yield
        finally:
            if self.connection.in_transaction:  # damage ends it by itself
                self.connection.execute("COMMIT")

    def version(self) -> int:
        """Return a number that changes whenever anybody else has written (PRAGMA data_version)."""
        return int(self.connection.execute("PRAGMA data_version").fetchone()[0])
