"""The nouns of the product: frozen values that every room may hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

ME = "me"
"""The owner's name for the agent whose inbox this is."""
MAIL = "email"
"""The channel of mail; on every other one people chat."""


class Direction(StrEnum):
    """`out`: from me or a teammate to a customer; else `in`."""

    IN = "in"
    OUT = "out"


class Class(StrEnum):
    """Who or what wrote a message. Only `human` moves a conversation."""

    HUMAN = "human"
    AUTO = "auto"
    BOUNCE = "bounce"
    BULK = "bulk"
    SYSTEM = "system"


class Status(StrEnum):
    OPEN = "open"
    SNOOZED = "snoozed"
    ARCHIVED = "archived"


class Place(StrEnum):
    INBOX = "inbox"
    SNOOZED = "snoozed"
    ARCHIVED = "archived"
    HANDED_OVER = "handed_over"
    SPAM = "spam"


class Clock(StrEnum):
    NONE = "none"
    RUNNING = "running"
    AT_RISK = "at_risk"
    BREACHED = "breached"


class Reason(StrEnum):
    """Why a conversation lies where it lies."""

    NEW = "new"
    REPLY = "reply"
    REOPENED = "reopened"
    FOLLOW_UP = "follow_up"
    LATE_ARRIVAL = "late_arrival"
    BOUNCE = "bounce"
    RETURNED = "returned"
    RULE = "rule"
    SERVER = "server"


class Kind(StrEnum):
    """What a promise is about: the first response, a later one, or a return from a snooze."""

    FIRST = "first"
    NEXT = "next"
    FOLLOW_UP = "follow_up"


class Outcome(StrEnum):
    OPEN = "open"
    MET = "met"
    BREACHED = "breached"
    WAIVED = "waived"
    RENEGOTIATED = "renegotiated"
    CANCELLED = "cancelled"
    UNOBSERVED = "unobserved"


class State(StrEnum):
    """What has become of a message's body since it was written."""

    NORMAL = "normal"
    EDITED = "edited"
    DELETED = "deleted"
    MISSING_BODY = "missing_body"


# --- what a channel yields ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as the channel names them.

    `identity` is a mail address, an E.164 number or the channel's own id; "" where the channel gives only
    a name (the name then stands for the person within that thread).
    """

    name: str
    identity: str = ""
    also: tuple[str, ...] = ()
    """Mail addresses and E.164 numbers that the channel itself gives for this person."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message. `content` is None where the bytes lie in the message's raw form
    (mail: `part` says which) or did not come at all (`stored` is then False)."""

    name: str
    type: str
    size: int | None = None
    content: bytes | None = None
    part: str = ""
    stored: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a message was taken for, and the evidence, in words."""

    as_: Class
    why: str = ""
    hard: bool = False
    """A bounce that says the message will never arrive (RFC 3464 status 5.x.x)."""
    bounced: tuple[str, ...] = ()
    """Message-IDs of what bounced, where the report names them."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as its channel gave it, decoded; nothing in it is yet safe for a terminal.

    `key` identifies it for ever within (account, thread); "" where the format has no id, and ordered alignment
    decides (`rules/align.py`). `thread` is the channel's own thread; "" for mail, whose `ids` and `references`
    decide. `received_at` is aware; None where the file gives none that can be read. `local_at` is the time as
    written where the file names no zone, `precision` its finest unit (`ms`, `s`, `min`, `day`).
    """

    channel: str
    key: str
    sender: Person
    received_at: datetime | None
    text: str = ""
    quoted: str = ""
    subject: str = ""
    stem: str = ""
    """Where a key depends on the words: the part that does not, by which the message is known when they are gone."""
    thread: str = ""
    thread_title: str = ""
    named: bool = False
    """The thread's key is only what it is called: another export of the same chat may give its number."""
    group: bool = False
    """More than one person besides me can speak in the thread."""
    external_id: str = ""
    ids: tuple[str, ...] = ()
    """Mail: every Message-ID this message is known by, its own first, in angle brackets."""
    references: tuple[str, ...] = ()
    """Mail: ids of what it answers, oldest first (References, then a usable In-Reply-To)."""
    thread_index: str = ""
    """Mail: Outlook's conversation index, hex of its first 22 bytes; only where References is absent."""
    server_thread: str = ""
    """Mail: what the server itself calls the thread (Gmail's X-GM-THRID); "" where it names none."""
    reply_to: Person | None = None
    to: tuple[Person, ...] = ()
    cc: tuple[Person, ...] = ()
    mine: bool | None = None
    """Whether the format itself says that the account's owner wrote it; None where it does not say."""
    sent_at: datetime | None = None
    local_at: datetime | None = None
    precision: str = "s"
    position: int = 0
    """The source's own order among messages of one received time (UID, line, id)."""
    verdict: Verdict = Verdict(Class.HUMAN)
    state: State = State.NORMAL
    edited_at: datetime | None = None
    in_reply_to: str = ""
    """Chats: the key of the message this one answers."""
    attachments: tuple[Attachment, ...] = ()
    warnings: tuple[str, ...] = ()
    raw: bytes = b""
    where: str = ""
    """The place in its source, for a person: `line 88`, `message 12 of 40`, `INBOX uid 7`."""


# --- what the agent can say ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Snooze:
    """Set two times: when conversation *id* returns, and the new deadline it then has (both aware)."""

    id: int
    seen: int
    returns: datetime
    due: datetime


@dataclass(frozen=True, slots=True)
class Archive:
    """Nothing more is to be done about conversation *id*."""

    id: int
    seen: int


@dataclass(frozen=True, slots=True)
class Forward:
    """Make teammate *to* (or `me`) the owner; the responsibility for the SLA goes with it."""

    id: int
    seen: int
    to: str
    note: str = ""


Command = Snooze | Archive | Forward
"""`seen` is the highest message id the view had drawn (or the store held) when the key was pressed."""
