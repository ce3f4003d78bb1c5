"""The generic format: one message a line, as JSON objects or as CSV, for every source that has no channel of its own.

`docs/generic-format.md` is its description for those who write such files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from tui_inbox.connectors import Arrival, Batch, SetAside
from tui_inbox.connectors.formats.bundle import Bundle
from tui_inbox.connectors.formats.intime import in_time
from tui_inbox.connectors.formats.jsonstream import cleaned, decoded
from tui_inbox.connectors.formats.moments import UNREADABLE, sane, zone_of
from tui_inbox.connectors.formats.packing import BATCH, batch, enclosed
from tui_inbox.connectors.formats.textrows import LINE, lines, rows
from tui_inbox.problems import Unreadable
from tui_inbox.rules.model import Attachment, Class, Message, Person, State, Verdict

CHANNEL = "chat"
ORDER = 60
NEEDED = ("thread", "at", "sender", "text")
KNOWN = (
    *(*NEEDED, "id", "sender_id", "me", "subject", "reply_to", "channel"),
    *("quoted", "class", "state", "edited_at", "to", "files"),
)
_COUNTED = 500_000
"""Rows without an id that are remembered to count equal ones."""
_FILES = 200
"""Files, and people written to, of one message that are looked at."""


def sniff(bundle: Bundle) -> str | None:
    """Return why *bundle* is in the generic format, or None."""
    for member in _members(bundle):
        form = _form(bundle, member)
        if form:
            return f"the first line of {member} names thread, at, sender and text ({form})"
    return None


def _members(bundle: Bundle) -> list[str]:
    names = bundle.names()
    if len(names) == 1:
        return names
    return [one for one in names if one.count("/") <= 1 and one.casefold().endswith((".jsonl", ".ndjson", ".csv"))][
        :200
    ]


def _form(bundle: Bundle, member: str) -> str:
    """Return `JSON lines`, `CSV`, or "" by the first line that is not empty."""
    head = bundle.head(member).decode("utf-8-sig", "replace").lstrip()
    first = head.partition("\n")[0].strip()
    if first.startswith("{"):
        try:
            found = decoded(first)
        except ValueError:
            return ""
        return "JSON lines" if isinstance(found, dict) and set(NEEDED) <= set(found) else ""
    columns = {one.strip(' "').casefold() for one in first.split(_mark(first))}
    return "CSV" if set(NEEDED) <= columns else ""


def _mark(line: str) -> str:
    return max(",;\t", key=line.count)


@dataclass(frozen=True, slots=True)
class Source:
    """One file, or a folder of them; `zone` is for times without one, `me` my names or ids."""

    bundle: Bundle
    zone: str = "UTC"
    me: tuple[str, ...] = ()

    def read(self, cursors: dict[str, str]) -> Iterator[Batch]:
        """Yield a message a line, in the file's order; an interrupted run goes on behind its cursor."""
        members = [(member, form) for member in _members(self.bundle) if (form := _form(self.bundle, member))]
        if not members:
            raise Unreadable(
                f"{self.bundle.path.name} is not in the generic format.",
                "Begin each line with an object (or the file with a row) that names thread, at, sender and text.",
            )
        for member, form in members:
            place = self.bundle.digest if len(members) == 1 else f"{self.bundle.digest}:{member}"
            cursor = json.loads(cursors.get(place) or "{}")
            if not cursor.get("done"):
                yield from self._batches(member, form, place, int(cursor.get("count", 0)))

    def owner(self) -> str | None:
        """Return None: the format says of each message whether it is mine."""
        return None

    def _batches(self, member: str, form: str, place: str, behind: int) -> Iterator[Batch]:
        teller = _Teller(self.zone, self.me, self.bundle)
        told = _json_rows(self.bundle, member) if form == "JSON lines" else _csv_rows(self.bundle, member)
        total = self.bundle.size(member)
        arrivals: list[Arrival] = []
        aside: list[SetAside] = []
        seen = read = weight = 0
        for line, raw, row in told:
            seen += 1
            read += len(raw)
            one = in_time(f"line {line}", raw, teller.message, line, raw, row)
            if seen <= behind:
                continue
            weight += len(raw)
            if isinstance(one, Message):
                arrivals.append(Arrival(one))
            else:
                aside.append(one)
            if len(arrivals) + len(aside) >= BATCH or weight > 2 * LINE:
                yield batch(arrivals, aside, place, seen, read, total)
                arrivals, aside, weight = [], [], 0
        yield batch(arrivals, aside, place, seen, total, total, done=True)


Row = tuple[int, bytes, dict[str, Any] | str]
"""The line it begins at, its bytes, and its fields; or in words why there are none."""


def _json_rows(bundle: Bundle, member: str) -> Iterator[Row]:
    for number, raw, line in lines(bundle, member):
        text = line.strip()
        if not text:
            continue
        try:
            found = decoded(text)
        except ValueError as broken:
            yield number, raw, f"it is not JSON ({str(broken)[:120]})"
            continue
        yield number, raw, cleaned(found) if isinstance(found, dict) else "it is no JSON object"


def _csv_rows(bundle: Bundle, member: str) -> Iterator[Row]:
    first = bundle.head(member).decode("utf-8-sig", "replace").lstrip().partition("\n")[0]
    for line, raw, row in rows(bundle, member, mark=_mark(first)):
        yield line, raw, row if isinstance(row, str) else {name: cell for name, cell in row.items() if cell}


class _Teller:
    """Makes messages of rows, and keys where the rows have no id."""

    def __init__(self, zone: str, me: tuple[str, ...], bundle: Bundle) -> None:
        self._bundle = bundle
        self._me = {one.casefold() for one in me}
        self._seen: dict[bytes, int] = {}
        self._threads: dict[str, set[str]] = {}
        self._zone = zone_of(zone)

    def message(self, line: int, raw: bytes, row: dict[str, Any] | str) -> Message | SetAside:
        """Return the message that a row is, or why it is none."""
        where = f"line {line}"
        if isinstance(row, str):
            return SetAside(where, row, raw)
        lacking = [name for name in ("thread", "sender") if not _word(row, name)]
        if lacking:
            return SetAside(where, f"it has no {' and no '.join(lacking)}", raw)
        received, local = self._moment(_word(row, "at"))
        sender = Person(_word(row, "sender"), _word(row, "sender_id"))
        thread, text = _word(row, "thread"), _word(row, "text")
        key = _word(row, "id") or self._key(thread, _word(row, "at"), sender.name, text)
        attachments, warnings = self._files(row.get("files"))
        if not received:
            warnings.append(UNREADABLE)
        return Message(
            channel=_word(row, "channel") or CHANNEL,
            key=key,
            sender=sender,
            received_at=received,
            text=text,
            quoted=_word(row, "quoted"),
            subject=_word(row, "subject"),
            to=_people(row.get("to")),
            thread=thread,
            thread_title=_word(row, "subject") or thread,
            group=self._group(thread, sender),
            external_id=_word(row, "id"),
            mine=self._mine(row, sender),
            sent_at=received,
            local_at=local,
            position=line,
            in_reply_to=_word(row, "reply_to"),
            verdict=Verdict(_one_of(Class, row, "class", Class.HUMAN)),
            state=_one_of(State, row, "state", State.NORMAL),
            edited_at=self._moment(_word(row, "edited_at"))[0],
            attachments=attachments,
            warnings=tuple(filter(None, warnings)),
            raw=raw,
            where=where,
        )

    def _files(self, said: Any) -> tuple[tuple[Attachment, ...], list[str]]:
        """Return the files that a row names, with their bytes where they lie beside it, and what is to be said."""
        found: list[Attachment] = []
        warnings: list[str] = []
        for one in said[:_FILES] if isinstance(said, list) else []:
            if not isinstance(one, dict) or not _word(one, "name"):
                continue
            path, type_ = _word(one, "path"), _word(one, "type") or "application/octet-stream"
            file, warning = (
                enclosed(self._bundle, "", path, _word(one, "name"), type_)
                if path
                else (Attachment(_word(one, "name"), type_, stored=False), "")
            )
            found.append(file)
            warnings.append(warning)
        return tuple(found), warnings

    def _moment(self, written: str) -> tuple[datetime | None, datetime | None]:
        """Return (UTC, the local time where the file names no zone) of an RFC 3339 time; None where it is none."""
        try:
            moment = datetime.fromisoformat(written[:40])
            zoned = moment.tzinfo is not None
            utc = (moment if zoned else moment.replace(tzinfo=self._zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            return None, None
        return (utc, None if zoned else moment) if sane(utc) else (None, None)

    def _key(self, *parts: str) -> str:
        """Return a key for a row without an id: of equal rows the n-th is the n-th."""
        digest = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).digest()[:12]
        if len(self._seen) > _COUNTED:
            self._seen.clear()
        count = self._seen[digest] = self._seen.get(digest, 0) + 1
        return f"={digest.hex()}.{count}"

    def _group(self, thread: str, sender: Person) -> bool:
        if len(self._threads) > 10_000:
            self._threads.clear()
        people = self._threads.setdefault(thread, set())
        if len(people) <= 2:
            people.add(sender.identity or sender.name)
        return len(people) > 2

    def _mine(self, row: dict[str, Any], sender: Person) -> bool | None:
        if "me" in row:
            return str(row["me"]).strip().casefold() in ("true", "1", "yes", "me", "out")
        return bool({sender.name.casefold(), sender.identity.casefold()} & self._me) if self._me else None


_Word = TypeVar("_Word", bound=StrEnum)


def _one_of(kind: type[_Word], row: dict[str, Any], name: str, default: _Word) -> _Word:
    """Return the member of *kind* that a row names; *default* where it names none."""
    said = _word(row, name).casefold()
    return kind(said) if said in [one.value for one in kind] else default


def _people(said: Any) -> tuple[Person, ...]:
    pairs = said[:_FILES] if isinstance(said, list) else []
    return tuple(
        Person(one[0], one[1])
        for one in pairs
        if isinstance(one, list) and len(one) == 2 and all(isinstance(part, str) for part in one)
    )


def _word(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    if isinstance(value, bool) or value is None or isinstance(value, dict | list):
        return ""
    return str(value) if name == "text" else str(value).strip()
