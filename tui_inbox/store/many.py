"""Questions about many rows at once, and rows written together: one statement whatever their number.

Making a statement costs more than running it: each is made once, and what it is about travels as one value.
"""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, Table, text
from sqlalchemy.dialects import sqlite

from tui_inbox.store.writer import Unit, driver

_GIVEN = text("SELECT value FROM json_each(:many)")


def among(column: Column[Any]) -> ColumnElement[bool]:
    """Return the condition that *column* has one of the values that `many` names."""
    return column.in_(_GIVEN)


def many(values: Iterable[int]) -> dict[str, str]:
    """Return the parameter of a statement with `among`."""
    return {"many": json.dumps(list(values))}


def asked(unit: Unit, statement: Select[Any], **values: object) -> Iterator[Any]:
    """Return the rows of *statement*, made once and asked of the driver itself; in each, all is as it is stored.

    Where every message is a row, the layer above the driver costs ten times what the driver does.
    """
    sql, constants, row = _as_driven(statement)
    return map(row, driver(unit).execute(sql, constants | values))


@cache
def _as_driven(statement: Select[Any]) -> tuple[str, dict[str, Any], Callable[[Iterable[Any]], Any]]:
    made = statement.compile(dialect=sqlite.dialect(paramstyle="named"))
    row = namedtuple("row", [one.name for one in statement.selected_columns], rename=True)  # type: ignore[misc]  # columns
    return str(made), dict(made.params), row._make


@cache
def adding(rows: Table) -> str:
    """Return the driver's own statement that adds a whole row, its values by their names."""
    names = [column.name for column in rows.columns]
    return f"INSERT INTO {rows.name} ({_listed(names)}) VALUES ({', '.join(f':{name}' for name in names)})"  # noqa: S608 - names of columns


@cache
def adding_only(rows: Table, names: Sequence[str]) -> str:
    """Return the driver's own statement that adds a row of which nothing but *names* is said, in their order."""
    return f"INSERT INTO {rows.name} ({_listed(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - names of columns


@cache
def changing(rows: Table, names: Sequence[str]) -> str:
    """Return the driver's own statement that gives a row's columns *names* other values; `id` says which row."""
    set_ = ", ".join(f'"{name}" = :{name}' for name in names)
    return f"UPDATE {rows.name} SET {set_} WHERE id = :id"  # noqa: S608 - names of columns


def blank(rows: Table) -> dict[str, Any]:
    """Return a row of *rows* as it is where nothing is said of it."""
    return {one.name: getattr(one.default, "arg", None) for one in rows.columns}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
