"""What a customer said, taken away but for the fact that it was said, so that what was counted stays counted."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, cast, delete, literal, or_, select, update

from tui_inbox.store import arrivals, outgoing, search
from tui_inbox.store.tables import (
    ApartRow,
    AttachmentRow,
    BlobRow,
    ContactRow,
    ConversationRow,
    IdentityRow,
    MailIdRow,
    MessageRow,
    MoveRow,
    OutboxRow,
    RawRow,
    ThreadRow,
    table,
)
from tui_inbox.store.theirs import Line, gone

_contact, _identity, _thread = table(ContactRow), table(IdentityRow), table(ThreadRow)
_apart = table(ApartRow)
_conversation, _message, _raw = table(ConversationRow), table(MessageRow), table(RawRow)
_attachment, _blob, _mail_id = table(AttachmentRow), table(BlobRow), table(MailIdRow)
_outbox, _move = table(OutboxRow), table(MoveRow)


def messages(connection: Connection, rows: Sequence[Line]) -> None:
    """Leave of messages only that there was one, when, and what kind."""
    ids = [row.id for row in rows]
    for row in rows:
        connection.exec_driver_sql(search.REMOVE, (row.stamp, *arrivals.indexed(connection, row)))
        connection.exec_driver_sql(search.ADD, (row.stamp, "", "", "", "", ""))
    _forget_files(connection, ids)
    connection.execute(delete(_raw).where(_raw.c.message_id.in_(ids)))
    names = {one for row in rows for one in (*json.loads(row.ids), row.external_id)}
    connection.execute(delete(_mail_id).where(_mail_id.c.message_id.in_(names)))
    nothing = dict.fromkeys(
        ("external_id", "why", "sender_name", "sender_identity", "subject", "text", "quoted", "token", "answers"), ""
    )
    connection.execute(
        update(_message)
        .where(_message.c.id.in_(ids))
        .values(
            **nothing,
            key=literal(gone(0)) + cast(_message.c.id, _message.c.key.type),
            recipients="[]",
            ids="[]",
            warnings="[]",
            attachments=0,
            state="deleted",
        )
    )


def _forget_files(connection: Connection, messages: Sequence[int]) -> None:
    digests = set(
        connection.execute(
            select(_attachment.c.blob).where(_attachment.c.message_id.in_(messages), _attachment.c.blob.is_not(None))
        ).scalars()
    )
    connection.execute(delete(_attachment).where(_attachment.c.message_id.in_(messages)))
    kept = set(connection.execute(select(_attachment.c.blob).where(_attachment.c.blob.in_(digests))).scalars())
    connection.execute(delete(_blob).where(_blob.c.digest.in_(digests - kept)))


def threads(connection: Connection, conversations: Collection[int]) -> None:
    """Take the names and ids out of threads that hold nothing but *conversations*."""
    own = set(
        connection.execute(select(_conversation.c.thread_id).where(_conversation.c.id.in_(conversations))).scalars()
    )
    other = select(_conversation.c.thread_id).where(
        _conversation.c.thread_id.in_(own), _conversation.c.id.not_in(conversations)
    )
    for id_ in sorted(own - set(connection.execute(other).scalars())):
        connection.execute(delete(_mail_id).where(_mail_id.c.thread_id == id_))
        connection.execute(update(_thread).where(_thread.c.id == id_).values(key=gone(id_), title="", me=None))
        chat = (_message.c.thread_id == id_) & (_message.c.thread_key != "")
        connection.execute(update(_message).where(chat).values(thread_key=gone(id_)))


def records(connection: Connection, conversations: Sequence[int]) -> None:
    """Take their words out of the rows of conversations; what a reading gives anew comes back with it."""
    for row in connection.execute(select(_conversation).where(_conversation.c.id.in_(conversations))).all():
        routed = None if row.routed is None else json.dumps({**json.loads(row.routed), "trace": [], "owner": ""})
        values = {"routed": routed, "subject": "", "snippet": ""}
        connection.execute(update(_conversation).where(_conversation.c.id == row.id).values(**values))


def posted(connection: Connection, alone: Sequence[int], every: Sequence[int]) -> None:
    """Take their words out of what went out; what waits about them alone goes nowhere."""
    waits = _outbox.c.conversation_id.in_(alone) & _outbox.c.state.in_((outgoing.WAITING, outgoing.SENDING))
    connection.execute(update(_outbox).where(waits).values(state=outgoing.DROPPED))
    posted = update(_outbox).where(_outbox.c.conversation_id.in_(every))
    connection.execute(posted.values(problem=None, raw=None))
    connection.execute(posted.where(_outbox.c["copy"] == outgoing.OWED).values({_outbox.c["copy"]: outgoing.NONE}))
    connection.execute(update(_move).where(_move.c.conversation_id.in_(every)).values(problem=None))


def identities(connection: Connection, contact: int, ids: Sequence[int]) -> None:
    """Leave of a contact that there was one: one identity that says nothing, so that what was counted stays counted."""
    born = set(connection.execute(select(_identity.c.born_with).where(_identity.c.id.in_(ids))).scalars())
    connection.execute(update(_contact).where(_contact.c.id.in_({contact, *born})).values(name=""))
    if not ids:
        return
    connection.execute(delete(_apart).where(or_(_apart.c.one.in_(ids), _apart.c.other.in_(ids))))
    first, rest = ids[0], ids[1:]
    connection.execute(update(_message).where(_message.c.identity_id.in_(rest)).values(identity_id=first))
    connection.execute(delete(_identity).where(_identity.c.id.in_(rest)))
    nobody = {"key": gone(first), "value": "", "name": "", "born_with": contact, "looks": ""}
    connection.execute(update(_identity).where(_identity.c.id == first).values(**nobody))
