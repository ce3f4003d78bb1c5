"""The shape of the rows, in SQLModel: the only place that declares a column.

Every moment is an INTEGER: milliseconds since 1970 in UTC (`moments.py`). What a message said lies in
`message` and `raw` and is never rewritten but by an edit at its source; what was decided lies in `act` and
`event` and is only added to. `conversation` and `promise` are projections: reading the history anew gives them.
"""

from __future__ import annotations

from typing import cast

from sqlalchemy import Index, LargeBinary, Table, text
from sqlmodel import Field, SQLModel

from tui_inbox.store.columns import Words


def table(of: type[SQLModel]) -> Table:
    """Return the Core table that a class declares, for bulk statements."""
    return cast(Table, of.__table__)  # type: ignore[attr-defined]  # SQLModel adds it to every table class


class AccountRow(SQLModel, table=True):
    """One source on one channel."""

    __tablename__ = "account"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    kind: str
    channel: str
    synced_at: int | None = None
    """When its last complete sync or import ended."""
    problem: str | None = None
    """Why the last sync did not complete."""
    me: str = Field(default="[]", sa_column_kwargs={"server_default": "[]"})
    """JSON: the names I have in it, as learned when importing."""
    zone: str | None = None


class CursorRow(SQLModel, table=True):
    """How far a place of an account has been read; moved in the transaction that stores what was read."""

    __tablename__ = "cursor"
    account_id: int = Field(primary_key=True, foreign_key="account.id")
    place: str = Field(primary_key=True)
    value: str
    moved_at: int


class ContactRow(SQLModel, table=True):
    __tablename__ = "contact"
    id: int | None = Field(default=None, primary_key=True)
    name: str


class IdentityRow(SQLModel, table=True):
    """One identity of a contact on a channel. `born_with` is the contact it had before it was linked."""

    __tablename__ = "identity"
    __table_args__ = (Index("identity_looks", "looks", sqlite_where=text("looks <> ''")),)
    id: int | None = Field(default=None, primary_key=True)
    contact_id: int = Field(foreign_key="contact.id", index=True)
    key: str = Field(unique=True)
    channel: str
    value: str
    name: str
    born_with: int
    looks: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """What a mail address looks like (`rules/lookalike.py`)."""


class ApartRow(SQLModel, table=True):
    """Two identities whose contacts the agent called two persons, the lower id first: they are suggested no more."""

    __tablename__ = "apart"
    __table_args__ = {"sqlite_with_rowid": False}
    one: int = Field(primary_key=True)
    other: int = Field(primary_key=True, index=True)


class ThreadRow(SQLModel, table=True):
    """What the channel itself calls a thread. `first_at` is when it was first seen here."""

    __tablename__ = "thread"
    __table_args__ = (Index("thread_key", "account_id", "key", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    key: str
    title: str
    is_group: bool = False
    first_at: int
    me: str | None = None
    """JSON: the names I have in this chat, where the agent corrected what its account says."""
    zone: str | None = None
    """The zone of its times, likewise."""


class DroppedRow(SQLModel, table=True):
    """What lay in a watched folder and was read: its `mark` (sizes and times on the disk), and why it failed, if so."""

    __tablename__ = "dropped"
    __table_args__ = {"sqlite_with_rowid": False}
    folder: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    mark: str
    problem: str | None = None
    at: int


class ReviewRow(SQLModel, table=True):
    """A review that was interrupted: what of, and how far it has come (`rules/review.py`, JSON)."""

    __tablename__ = "review"
    of: str = Field(primary_key=True)
    state: str


class MailIdRow(SQLModel, table=True):
    """Which thread a Message-ID belongs to, also one that has only been referred to."""

    __tablename__ = "mail_id"
    __table_args__ = {"sqlite_with_rowid": False}
    account_id: int = Field(primary_key=True)
    message_id: str = Field(primary_key=True)
    thread_id: int = Field(index=True)


_QUEUED = ("place", "due", "last_at", "id", "turns_at", "risk_at", "reason", "owner")


class ConversationRow(SQLModel, table=True):
    """The projection of one conversation; `place` is the one it has until `turns_at`, then `turns_to`, and from
    `back_at` on the inbox: a snooze runs out, and later an unsent hand-over comes back."""

    __tablename__ = "conversation"
    __table_args__ = (
        # Holds all that queues and counts ask of it, so that they never look at the rows themselves.
        Index("conversation_queue", *_QUEUED, sqlite_where=text("merged_into IS NULL AND messages > 0")),
        Index("conversation_turns", "turns_at", sqlite_where=text("turns_at IS NOT NULL")),
        Index("conversation_stale", "stale", sqlite_where=text("stale")),
        Index("conversation_recent", "last_at", "id", "place", "turns_at"),
        Index("conversation_contact", "contact_id"),
        Index("conversation_thread", "thread_id"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    thread_id: int = Field(foreign_key="thread.id")
    account_id: int = Field(foreign_key="account.id")
    channel: str
    begins_at: int | None = None
    """Messages received later than this belong here; null for a thread's first conversation."""
    continues: int | None = None
    begins_with: str = "me"
    """Its owner before anything was done to it."""
    merged_into: int | None = None
    subject: str = ""
    contact_id: int | None = Field(default=None, foreign_key="contact.id")
    place: str
    status: str
    owner: str
    spam: bool = False
    tier: int = 1
    skill: str | None = None
    due: int | None = None
    risk_at: int | None = None
    returns: int | None = None
    turns_at: int | None = None
    turns_to: str | None = None
    turns_reason: str | None = None
    back_at: int | None = None
    reason: str | None = None
    waiting_since: int | None = None
    plan_returns: int | None = None
    plan_due: int | None = None
    news: bool = False
    seen: int = 0
    """The highest message id the agent has seen of it."""
    snoozes: int = 0
    messages: int = 0
    last_at: int | None = None
    last_out_at: int | None = None
    snippet: str = ""
    routed: str | None = None
    """JSON: what the rules did with it and why, once they have run."""
    delivery: str | None = None
    stale: bool = False
    """So long that it is not read anew with each batch of an import: `settle` does it."""


class MessageRow(SQLModel, table=True):
    """One message. Its id counts arrivals; `stamp` (received ms << 20 | tie) orders it and is its row in the index."""

    __tablename__ = "message"
    __table_args__ = (
        Index("message_key", "account_id", "thread_key", "key", unique=True),
        Index("message_conversation", "conversation_id", "received_at"),
        Index("message_identity", "identity_id", "received_at"),
        # What a search asks of each match, without the message itself.
        Index("message_match", "stamp", "conversation_id"),
        Index("message_thread", "thread_id", text("coalesce(local_at, sent_at)")),
        Index("message_live", "conversation_id", "received_at", sqlite_where=text("history = 0")),
        Index("message_bounced", "conversation_id", sqlite_where=text("bounced IS NOT NULL")),
        # Its last column says nothing; but without it the key's index seems as good, which holds all that was said.
        Index("message_deleted", "account_id", "thread_key", "state", sqlite_where=text("state = 'deleted'")),
        Index("message_lost", "account_id", sqlite_where=text("class = 'bounce' AND bounced IS NULL")),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    thread_id: int = Field(foreign_key="thread.id")
    conversation_id: int = Field(foreign_key="conversation.id")
    thread_key: str
    """The thread's key for chats, whose ids are unique only within it; empty for mail."""
    key: str
    external_id: str
    stamp: int = Field(unique=True)
    direction: str
    class_: str = Field(sa_column_kwargs={"name": "class"})
    why: str
    hard: bool = False
    bounced: int | None = None
    """The message of ours that this bounce says will never arrive."""
    judged: str | None = None
    """The class the agent or a rule gave it instead."""
    history: bool = False
    thanks: bool = False
    """Whether it only thanks (`rules/thanks.py`)."""
    identity_id: int | None = Field(default=None, foreign_key="identity.id")
    sender_name: str
    sender_identity: str
    recipients: str
    """JSON: [[name, identity], ...], To before Cc."""
    sent_at: int | None = None
    received_at: int
    local_at: int | None = None
    """The time as written where the file named no zone: milliseconds as if it had been UTC."""
    precision: str
    rank: int = 1
    position: int = 0
    arrived_at: int
    subject: str
    text: str = Field(sa_type=Words)
    quoted: str = Field(sa_type=Words)
    state: str
    edited_at: int | None = None
    token: str = ""
    """For ordered alignment, where the format has no ids."""
    answers: str = ""
    ids: str = "[]"
    """JSON: mail ids it is known by."""
    warnings: str = "[]"
    attachments: int = 0


class RawRow(SQLModel, table=True):
    """The bytes as they came, compressed with zlib (`packed` 1) or as they are (0)."""

    __tablename__ = "raw"
    message_id: int = Field(primary_key=True, foreign_key="message.id")
    packed: bool
    content: bytes = Field(sa_type=LargeBinary)


class AttachmentRow(SQLModel, table=True):
    __tablename__ = "attachment"
    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="message.id", index=True)
    name: str
    type: str
    size: int | None = None
    part: str = ""
    stored: bool = True
    blob: str | None = None


class BlobRow(SQLModel, table=True):
    """The content of an attachment that came beside its message, once for each content."""

    __tablename__ = "blob"
    digest: str = Field(primary_key=True)
    content: bytes = Field(sa_type=LargeBinary)


class LocationRow(SQLModel, table=True):
    """Where a message lies on its server. `gone_at` says since when it no longer does; the message stays."""

    __tablename__ = "location"
    __table_args__ = (
        Index("location_object", "account_id", "object_id", sqlite_where=text("object_id <> ''")),
        {"sqlite_with_rowid": False},
    )
    account_id: int = Field(primary_key=True)
    folder: str = Field(primary_key=True)
    uidvalidity: int = Field(primary_key=True)
    uid: int = Field(primary_key=True)
    message_id: int = Field(foreign_key="message.id", index=True)
    gone_at: int | None = None
    inbox: bool = False
    """Whether the folder is one of the server's inbox folders."""
    object_id: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """The server's own name for the message; "" where it has none."""


class CensusRow(SQLModel, table=True):
    """What the last count of a folder found: how many messages its server has and how many of them are stored, how
    many are left out for a known reason, and how many differ without one."""

    __tablename__ = "census"
    account_id: int = Field(primary_key=True, foreign_key="account.id")
    place: str = Field(primary_key=True)
    name: str
    """The folder's name for a person."""
    at: int
    there: int
    here: int
    left_out: int
    missing: int
    """On the server and not stored: fetched with the next sync."""
    surplus: int
    """Stored as lying there, and not on the server."""
    certain: bool
    """Whether the server's list and its own count agree."""


class SetAsideRow(SQLModel, table=True):
    """What could not become a message: where it was, why, and its bytes."""

    __tablename__ = "set_aside"
    __table_args__ = (Index("set_aside_where", "account_id", "place", "where", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    place: str
    where: str
    what: str
    content: bytes = Field(sa_type=LargeBinary)
    at: int


class ActRow(SQLModel, table=True):
    """One act on one conversation; acts on many share a `batch`. Undone acts stay, with the moment."""

    __tablename__ = "act"
    __table_args__ = (
        Index("act_conversation", "conversation_id", "id"),
        Index("act_batch", "batch"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    batch: int
    conversation_id: int = Field(foreign_key="conversation.id")
    verb: str
    at: int
    by: str
    seen: int
    returns: int | None = None
    due: int | None = None
    to: str | None = None
    note: str | None = None
    effects: str | None = None
    """JSON: what a rule did."""
    undone_at: int | None = None
    delivery: str | None = None
    delivered_at: int | None = None


class PromiseRow(SQLModel, table=True):
    """One SLA commitment as the history now reads; what it was before a correction stands in `event`."""

    __tablename__ = "promise"
    __table_args__ = (Index("promise_origin", "conversation_id", "origin", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    conversation_id: int = Field(foreign_key="conversation.id")
    origin: str
    """What it began with: `m<message id>` or `a<act id>`; the terms are kept by it."""
    kind: str
    started: int | None = None
    due: int
    risk_at: int | None = None
    target: int | None = None
    """Business milliseconds promised."""
    calendar: int | None = Field(default=None, foreign_key="calendar.id")
    tier: int = 1
    ended: int | None = None
    outcome: str = "open"
    responsible: str = "[]"
    """JSON: [[name, since], ...]."""
    why: str = ""


class CalendarRow(SQLModel, table=True):
    """A work calendar as it was when a promise was made under it."""

    __tablename__ = "calendar"
    id: int | None = Field(default=None, primary_key=True)
    value: str = Field(unique=True)


class EventRow(SQLModel, table=True):
    """What happened, only ever added to."""

    __tablename__ = "event"
    __table_args__ = (Index("event_conversation", "conversation_id", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    conversation_id: int
    at: int
    event: str
    by: str
    detail: str


class OutboxRow(SQLModel, table=True):
    """What goes out: a hand-over, or a customer's reply to one (`message`, else 0). States: `store/outgoing.py`."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_once", "act_id", "kind", "message", unique=True),
        Index("outbox_mail", "message_id"),
        Index("outbox_conversation", "conversation_id"),
        Index("outbox_state", "state", "not_before"),
    )
    id: int | None = Field(default=None, primary_key=True)
    act_id: int = Field(foreign_key="act.id")
    conversation_id: int
    kind: str
    message: int = 0
    to: str
    not_before: int
    """The next try is no earlier."""
    state: str
    tries: int = 0
    """Tries that ended."""
    problem: str | None = None
    created_at: int
    account: str | None = None
    """The account whose server it was given to."""
    message_id: str | None = None
    """The Message-ID of the mail, the same at every try."""
    upto: int | None = None
    """The highest message id that the mail holds."""
    tried_at: int | None = None
    """When a server was last told to take it, whatever came of it."""
    sent_at: int | None = None
    copy_: str | None = Field(default=None, sa_column_kwargs={"name": "copy"})
    """The copy among the sent mail: `owed`, `kept` by us, `there` by the server, or `none`."""
    raw: bytes | None = Field(default=None, sa_type=LargeBinary)
    """The mail as it was sent (zlib), until its copy lies among the sent mail."""


class MoveRow(SQLModel, table=True):
    """One mail to be moved on its server (docs/write-back.md). States and kinds: `store/moves.py`."""

    __tablename__ = "move"
    __table_args__ = (
        Index("move_state", "state", "account_id"),
        Index("move_act", "act_id"),
        Index("move_message", "message_id"),
        Index("move_conversation", "conversation_id", "state"),
    )
    id: int | None = Field(default=None, primary_key=True)
    act_id: int = Field(foreign_key="act.id")
    conversation_id: int
    account_id: int = Field(foreign_key="account.id")
    message_id: int = Field(foreign_key="message.id")
    kind: str
    after: int | None = Field(default=None, foreign_key="move.id")
    """The move before it, where that had not ended: what became of it says where the mail lies."""
    folder: str
    """Where it lies before, by its name on the wire."""
    uidvalidity: int
    uid: int
    target: str = ""
    """The folder it goes to; "" until that is known."""
    landed_uidvalidity: int | None = None
    landed_uid: int | None = None
    state: str
    not_before: int
    tries: int = 0
    """Tries that failed."""
    problem: str | None = None
    created_at: int
    tried_at: int | None = None
    """When a server was last told to move it, whatever came of it."""
    ended_at: int | None = None


FULLTEXT = """
CREATE VIRTUAL TABLE fulltext USING fts5(
  subject, body, sender, recipients, files,
  content='', tokenize='ascii'
)
"""
"""Full text over folded words (`rules/fold.py`), which `ascii` splits at spaces and nowhere else; its rowid is
`message.stamp`, so newest first is rowid descending."""
