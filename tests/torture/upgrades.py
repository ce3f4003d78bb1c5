"""Upgrades an older store in processes that end at every step: `python -m tests.torture.upgrades STORE FOLDER`."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from tests.torture.likeness import differences, likeness
from tests.torture.steps import ENDED, Steps
from tui_inbox.store import migrations


def following(connection: sqlite3.Connection) -> None:
    """A step as a later version may have it: a column, what is computed into it, an index."""
    connection.execute("ALTER TABLE message ADD COLUMN length INTEGER NOT NULL DEFAULT 0")
    connection.execute("UPDATE message SET length = length(text)")
    connection.execute("CREATE INDEX message_length ON message(length)")


def main(store: Path, folder: Path) -> dict[str, object]:
    """Return how many upgrades were `broken`, and what was not as it should be after the next one (`troubles`)."""
    migrations.STEPS = (*migrations.STEPS, following)
    before = likeness(store)
    troubles: list[str] = []
    last = 0
    while True:
        last += 1
        home = folder / str(last)
        home.mkdir()
        broken = Path(shutil.copy(store, home / "inbox.db"))
        child = os.fork()
        if child == 0:
            Steps(last, home).watch()
            migrations.upgrade(broken)
            os._exit(0)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        migrations.upgrade(broken)
        troubles += [f"{last}: {line}" for line in differences(before, likeness(broken))]
        with closing(sqlite3.connect(broken)) as upgraded:
            if upgraded.execute("PRAGMA user_version").fetchone() != (len(migrations.STEPS),):
                troubles.append(f"{last}: it was not upgraded")
            if upgraded.execute("SELECT COUNT(*) FROM message WHERE length <> length(text)").fetchone() != (0,):
                troubles.append(f"{last}: half a step was kept")
        kept = likeness(home / f"inbox.db.before-{len(migrations.STEPS)}")
        troubles += [f"{last}: backup {line}" for line in differences(before, kept)]
        if ended != ENDED:
            return {"broken": last - 1, "troubles": troubles}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
