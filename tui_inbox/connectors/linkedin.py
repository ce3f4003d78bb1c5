"""LinkedIn: `messages.csv` of the data that a member can download, alone or in its zip.

A conversation is what LinkedIn calls one (`CONVERSATION ID`): a support agent answers there, one or several persons.

A message has no id, only its second in UTC. It is known again by that second and by being the n-th of it in its
conversation, and by nothing else. Ordered alignment is for exports that differ from each other in their times; these
do not, LinkedIn's own clock wrote them. What does differ from one export to the next is the rest: a member changes the
address of their profile or leaves (and is then "LinkedIn Member" everywhere), and a text is edited. A key over sender
and text would bring all these again; so would an alignment where such a conversation has one message only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial

from tui_inbox.connectors import Batch, SetAside
from tui_inbox.connectors.formats.bundle import Bundle
from tui_inbox.connectors.formats.htmltext import to_text
from tui_inbox.connectors.formats.intime import in_time
from tui_inbox.connectors.formats.moments import UNREADABLE, sane
from tui_inbox.connectors.formats.packing import Counted, Found, packed, places
from tui_inbox.connectors.formats.textrows import columns_of, rows
from tui_inbox.problems import Unreadable
from tui_inbox.rules.model import Attachment, Message, Person

CHANNEL = "linkedin"
ORDER = 40
_NEEDED = frozenset({"conversation id", "from", "date", "content"})
_NEW = re.compile(r"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?: ?UTC|Z)?")
_OLD = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4}),? (\d{1,2}):(\d\d)(?::(\d\d))? ?([AP]M)?", re.I)
_MARKUP = re.compile(r"</?(?:p|br|div|span|a|strong|em|b|i|u|ul|ol|li|table|img)(?:\s[^<>]*)?/?>", re.I)
_YES = frozenset({"yes", "true", "1"})


def sniff(bundle: Bundle) -> str | None:
    """Return why *bundle* holds LinkedIn's messages, or None."""
    found = _members(bundle)
    return f"the first line of {found[0]} names CONVERSATION ID, FROM, DATE and CONTENT" if found else None


def _members(bundle: Bundle) -> list[str]:
    names = bundle.names()
    if len(names) > 1:
        own = bundle.find("messages.csv")
        names = own or [one for one in names if one.count("/") <= 1 and one.casefold().endswith(".csv")][:50]
    return [one for one in names if set(columns_of(bundle, one)) >= _NEEDED]


@dataclass(frozen=True, slots=True)
class _Told:
    """What a first walk over the file finds out."""

    mine: frozenset[str]
    """My profiles and names, in lower case."""
    name: str
    newest_first: bool


@dataclass(frozen=True, slots=True)
class Source:
    """One export; the file's times are UTC, so that `zone` is not needed. `me` are my names or profile addresses."""

    bundle: Bundle
    zone: str = "UTC"
    me: tuple[str, ...] = ()

    def read(self, cursors: dict[str, str]) -> Iterator[Batch]:
        """Yield every message in the file's order (mostly newest first); an interrupted run goes on."""
        members = _members(self.bundle)
        if not members:
            raise Unreadable(
                f"{self.bundle.path.name} holds no messages of LinkedIn.",
                "Download your data anew with Messages ticked, and import messages.csv or the whole zip.",
            )
        for member, place in places(self.bundle, members).items():
            yield from packed(partial(self._found, member), place, cursors, self.bundle.size(member))

    def owner(self) -> str | None:
        """Return the agent's name: given, from the profile beside, or who takes part in all conversations; or None."""
        return next((told.name for one in _members(self.bundle) if (told := self._survey(one)).name), None)

    def _survey(self, member: str) -> _Told:
        """Walk once over *member*: who takes part in everything, and in which order it stands."""
        known = {_plain(one) for one in (*self.me, *_profile(self.bundle))}
        everywhere: dict[str, str] | None = None
        talks: set[str] = set()
        given = ""
        first = last = None
        for _, _, row in rows(self.bundle, member, _NEEDED):
            if isinstance(row, str):
                continue
            at = _moment(row["date"])
            first, last = first or at, at or last
            people = {_plain(one.identity): one.name for one in (_sender(row), *_recipients(row)) if one.identity}
            given = given or next((name for url, name in people.items() if known & {url, _plain(name)}), "")
            if len(talks) < 100:
                talks.add(row["conversation id"])
            everywhere = people if everywhere is None else {url: everywhere[url] for url in everywhere if url in people}
        alone = everywhere if everywhere and len(everywhere) == 1 and len(talks) > 1 else {}
        mine = known if self.me or given else frozenset(alone)
        return _Told(frozenset(mine), given or next(iter(alone.values()), ""), bool(first and last and first > last))

    def _found(self, member: str) -> Found:
        told = self._survey(member)
        counted = Counted()
        read = 0
        for line, raw, row in rows(self.bundle, member, _NEEDED):
            read += len(raw)
            where = f"line {line}"
            if isinstance(row, str):
                yield SetAside(where, row, raw), read
            elif _plain(row.get("is message draft", "")) in _YES:
                yield SetAside(where, "it is a draft that was never sent", raw), read
            elif not row["conversation id"].strip():
                yield SetAside(where, "it belongs to no conversation", raw), read
            else:
                yield in_time(where, raw, _message, row, raw, line, told, counted), read


def _profile(bundle: Bundle) -> list[str]:
    """Return the name in the `Profile.csv` that lies beside the messages, if any."""
    for member in bundle.find("Profile.csv") if len(bundle.names()) > 1 else ():
        for _, _, row in rows(bundle, member):
            if isinstance(row, dict):
                names = (row.get(key, "").strip() for key in ("first name", "last name"))
                return [name] if (name := " ".join(one for one in names if one)) else []
    return []


def _message(row: dict[str, str], raw: bytes, line: int, told: _Told, counted: Counted) -> Message:
    thread = row["conversation id"].strip()
    sender, recipients = _sender(row), _recipients(row)
    received = _moment(row["date"])
    at = received.strftime("%Y-%m-%dT%H:%M:%SZ") if received else row["date"].strip()[:40]
    mine = None
    if told.mine:
        mine = bool(told.mine & {_plain(sender.identity), _plain(sender.name)})
    others = [one for one in (sender, *recipients) if not told.mine & {_plain(one.identity), _plain(one.name)}]
    subject = row.get("subject", "").strip()
    title = row.get("conversation title", "").strip() or ", ".join(
        dict.fromkeys(one.name for one in others if one.name)
    )
    return Message(
        channel=CHANNEL,
        key=f"{at} {counted.next((thread, at))}",
        sender=sender,
        received_at=received,
        text=_text(row["content"]),
        subject=subject,
        thread=thread,
        thread_title=title or subject or sender.name,
        group=len(recipients) > 1,
        mine=mine,
        to=recipients,
        sent_at=received,
        position=-line if told.newest_first else line,
        attachments=tuple(_attachment(one) for one in row.get("attachments", "").split()[:100]),
        warnings=() if received else (UNREADABLE,),
        raw=raw,
        where=f"line {line}",
    )


def _moment(written: str) -> datetime | None:
    """Return the moment of a date: `2024-03-15 09:30:00 UTC`, or before 2019 `3/15/19, 9:30 AM`, in UTC as well."""
    new, old = _NEW.fullmatch(written.strip()), _OLD.fullmatch(written.strip())
    half = (old[7] or "").upper() if old else ""
    if new:
        year, month, day, hour, minute, second = (int(one) for one in new.groups())
    elif old:
        month, day, year, hour, minute, second = (int(one or 0) for one in old.groups()[:6])
        year, hour = year + 2000 if year < 100 else year, hour % 12 if half else hour
    else:
        return None
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        moment += timedelta(hours=12 if half == "PM" else 0)
    except (ValueError, OverflowError):
        return None
    return moment if sane(moment) else None


def _sender(row: dict[str, str]) -> Person:
    name = row["from"].strip()
    return Person(name or "LinkedIn Member", _address(row.get("sender profile url", "")))


def _recipients(row: dict[str, str]) -> tuple[Person, ...]:
    """Return to whom it was said; names are told apart by commas, which names hold too: by their number alone."""
    urls = [one for one in (_address(bit) for bit in row.get("recipient profile urls", "").split(",")) if one][:500]
    written = row.get("to", "").strip()
    names = [one.strip() for one in written.split(",")] if len(urls) != 1 else [written]
    if len(urls) == len(names):
        return tuple(Person(name, url) for name, url in zip(names, urls, strict=True))
    return tuple(Person("", url) for url in urls) or ((Person(written),) if written else ())


def _address(url: str) -> str:
    return url.strip().rstrip("/")[:500]


@lru_cache(maxsize=4096)
def _plain(word: str) -> str:
    return " ".join(word.casefold().split()).rstrip("/")


def _text(content: str) -> str:
    """Return the words of a message; some are written as HTML."""
    if not _MARKUP.search(content):
        return content
    read = to_text(content)
    return "\n".join((read.text, *(f"[{number}] {url}" for number, url in enumerate(read.links, start=1))))


def _attachment(url: str) -> Attachment:
    return Attachment(url.partition("?")[0].rpartition("/")[2] or url, "application/octet-stream", stored=False)
