"""A store that a mailbox is read into, and what it then amounts to, whatever numbers the server gave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.torture.likeness import Told, likeness
from tui_inbox.config import Config, Home
from tui_inbox.config.values import Me, Teammate
from tui_inbox.connectors import Batch
from tui_inbox.connectors.imap import Source
from tui_inbox.inbox import Inbox
from tui_inbox.inbox.origin import Origin
from tui_inbox.inbox.readers import batches
from tui_inbox.store.lines import Row
from tui_inbox.store.sources import CensusLine
from tui_inbox.store.whole import Whole
from tui_inbox.store.writer import driver

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
US = "support@shop.example"
CONFIG = Config(me=Me("Deniz", (US,)), teammates=(Teammate("Mert", "mert@shop.example"),))


def mailbox(port: int, **fields: Any) -> Source:
    """Return the mailbox of a server on this machine."""
    given: dict[str, Any] = {"port": port, "user": "ada", "tls": "none", "password": lambda: "pw"} | fields
    return Source(name="support", host="127.0.0.1", **given)


class Kept:
    """One account's store. `asked` is how often its source was read."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder, folder / "config.toml")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.inbox = Inbox(self.home, CONFIG)
        self.origin = Origin("support", "imap", "email")
        self.now = NOW

    def __enter__(self) -> Kept:
        return self

    def __exit__(self, *_: object) -> None:
        self.inbox.close()

    def sync(self, source: Source, now: datetime = NOW) -> list[Batch]:
        """Read everything as `sync` does, and return what came."""
        came = []
        for batch in batches(source, self.inbox.sources.cursors("support")):
            came.append(batch)
            self.inbox.ingest(self.origin, batch, now)
        self.inbox.taken_out("support", now)
        return came

    def reading(self, source: Source) -> Iterator[Batch]:
        return source.read(self.inbox.sources.cursors("support"))

    def count(self, source: Source, now: datetime = NOW) -> list[CensusLine]:
        """Read everything with the count of each folder, and return the counts."""
        self.sync(replace(source, thorough=True), now)
        with self.inbox.reader() as reader:
            return reader.sources.census("support")

    @property
    def changes(self) -> int:
        """How many rows this store's writer has changed so far."""
        with self.inbox.writer.unit() as unit:
            return int(driver(unit).total_changes)

    @property
    def cursors(self) -> dict[str, dict[str, object]]:
        return {place: json.loads(text) for place, text in self.inbox.sources.cursors("support").items()}

    def listed(self) -> dict[str, Row]:
        """Return all conversations by their subject."""
        with self.inbox.reader() as reader:
            return {row.subject: row for row in reader.rows(reader.queue("all", NOW).ids, NOW)}

    def shown(self, subject: str) -> Whole:
        with self.inbox.reader() as reader:
            return reader.conversation(self.listed()[subject].id, NOW)

    def places(self) -> set[tuple[str, int]]:
        """Return (folder, UID) of all that lies there."""
        lines = [json.loads(line) for line in likeness(self.home.store).get("location", [])]
        return {(folder, uid) for _, folder, _, uid, _, gone in lines if not gone}

    def told(self) -> Told:
        """Return what the store holds, but for cursors and the numbers that a server gives to folders."""
        told = {kind: lines for kind, lines in likeness(self.home.store).items() if kind != "cursor"}
        places = [json.loads(line) for line in told.get("location", [])]
        numbers = {
            (folder, number): order
            for folder in {place[1] for place in places}
            for order, number in enumerate(sorted({place[2] for place in places if place[1] == folder}))
        }
        for place in places:
            place[2] = numbers[place[1], place[2]]
        return told | {"location": sorted(map(json.dumps, places))}
