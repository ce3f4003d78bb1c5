"""The sqlite3 connection below SQLAlchemy's, for what a test counts or limits there."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection


def driver(connection: Connection) -> Any:
    """Return the sqlite3 connection below *connection*."""
    return connection.connection.driver_connection
