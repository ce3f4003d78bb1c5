"""Mail bytes to a message: decoded, read, judged; any bytes give a message, none raises."""

from __future__ import annotations

import hashlib
from binascii import Error as NotBase64
from binascii import a2b_base64
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from tui_inbox.connectors.formats import bodies, headers, mime, quotes
from tui_inbox.connectors.formats.apart import NoProcess, TooMuch, apart, each
from tui_inbox.connectors.formats.evidence import verdict_of
from tui_inbox.connectors.formats.headers import Fields, message_ids
from tui_inbox.connectors.formats.mime import Mail
from tui_inbox.problems import NotFound, Unreadable
from tui_inbox.rules import lookalike
from tui_inbox.rules.model import Message, Person, State

__all__ = ["attachment", "parse", "parse_each", "read_here", "unread", "vouched"]

Raw = tuple[bytes, int, str, datetime | None]
"""A mail's bytes, its position, where it lies, and when its server received it."""

_OTHER_IDS = ("x-google-original-message-id", "x-original-message-id", "x-microsoft-original-message-id")

UNREAD = "could not be parsed"
"""How the warning about a mail begins that the reader gave up."""


def parse(raw: bytes, *, position: int = 0, where: str = "", received_at: datetime | None = None) -> Message:
    """Return the mail *raw* as a message.

    *received_at* is the server's own (INTERNALDATE); without it the topmost `Received` counts, else `Date`. It is read
    in a process of its own, which is ended where that takes too long; the mail is then shown as it came.
    """
    return parse_each([(raw, position, where, received_at)])[0]


def parse_each(mails: Sequence[Raw]) -> list[Message]:
    """Return *mails* as messages, in their order; what ends the process that reads them costs one of them."""
    try:
        return [
            unread(*mail, found) if isinstance(found, TooMuch) else replace(found, raw=mail[0])
            for mail, found in zip(mails, each(_without_bytes, mails), strict=True)
        ]
    except NoProcess:
        return [read_here(*mail) for mail in mails]


def read_here(raw: bytes, position: int = 0, where: str = "", received_at: datetime | None = None) -> Message:
    """Return the mail *raw* as a message, read in this process."""
    try:
        return _message(raw, position, where, received_at)
    except Exception as trouble:  # noqa: BLE001 - one poisoned mail must not stop a mailbox: it is shown as it is
        return unread(raw, position, where, received_at, trouble)


def _without_bytes(raw: bytes, *known: Any) -> Message:
    """Return the mail without its bytes: whoever asked has them."""
    return replace(read_here(raw, *known), raw=b"")


def _message(raw: bytes, position: int, where: str, received_at: datetime | None) -> Message:
    mail = mime.taken_apart(raw)
    top = mail.root.fields
    sender = _sender(top)
    subject = top.text("subject")
    body = bodies.body(mail)
    text, quoted = bodies.with_targets(*quotes.split(body.text), body.links)
    reply_to = next(iter(top.people("reply-to")), None)
    to, cc = top.people("to"), (*top.people("cc"), *top.people("bcc"))
    sent_at = headers.moment(top.raw("date"))
    ids = _ids(top)
    elsewhere = (
        reply_to if reply_to and all(reply_to.identity != one.identity for one in (*to, *cc)) else None
    )  # a list that answers go to is no surprise
    for warning in lookalike.doubts(sender, elsewhere):
        body.warn(warning)
    references = _references(
        top, {person.identity for person in (sender, *to, *cc, *((reply_to,) if reply_to else ()))}, ids
    )
    return Message(
        channel="email",
        key=_key(mail, ids),
        sender=sender,
        received_at=received_at or _received(top) or sent_at,
        text=text,
        quoted=quoted,
        subject=subject,
        external_id=ids[0] if ids else "",
        ids=ids,
        references=references,
        thread_index="" if "references" in top else _thread_index(top),
        reply_to=reply_to,
        to=to,
        cc=cc,
        sent_at=sent_at,
        position=position,
        verdict=verdict_of(mail, subject, sender, body.text),
        state=State.NORMAL if body.found else State.MISSING_BODY,
        attachments=tuple(body.attachments),
        warnings=tuple(body.warnings),
        raw=raw,
        where=where,
    )


def unread(raw: bytes, position: int, where: str, received_at: datetime | None, trouble: Exception) -> Message:
    """Return *raw* as it stands, for a mail that was too much for the reader; what identifies it is what ever will."""
    key, ids = _known_by(raw, elsewhere=isinstance(trouble, TooMuch))
    return Message(
        channel="email",
        key=key,
        external_id=ids[0] if ids else "",
        ids=ids,
        sender=Person(""),
        received_at=received_at,
        text=raw[: bodies.SHOWN].decode("utf-8", "replace").replace("\0", ""),
        position=position,
        warnings=(_why_unread(trouble),),
        raw=raw,
        where=where,
    )


def _why_unread(trouble: Exception) -> str:
    over = isinstance(trouble, TooMuch | MemoryError)
    why = "in the time and memory that one mail may take" if over else f"({type(trouble).__name__})"
    return f"{UNREAD} {why}: it is shown as it came"


def _known_by(raw: bytes, *, elsewhere: bool) -> tuple[str, tuple[str, ...]]:
    """Return key and ids of *raw*, whose reading failed; where they cannot be had either, a key over all its bytes."""
    try:
        return apart(_identified, raw) if elsewhere else _identified(raw)
    except Exception:  # noqa: BLE001 - whatever broke its reading may break this, too
        return "#" + hashlib.sha256(raw).hexdigest()[:32], ()


def _identified(raw: bytes) -> tuple[str, tuple[str, ...]]:
    mail = mime.topmost(raw)
    ids = _ids(mail.root.fields)
    return _key(mail, ids), ids


def vouched(raw: bytes, servers: Iterable[str]) -> str:
    """Return what is to be said of the sender of the mail *raw*, by what *servers* of ours found; "" for nothing."""
    top, _ = headers.fields(raw, 0, len(raw))
    said = (one.decode("utf-8", "replace") for one in top.every("authentication-results")[:20])
    return lookalike.vouched(said, servers)


def attachment(raw: bytes, part: str) -> bytes:
    """Return the content of the attachment *part* (an `Attachment.part`) of the mail *raw*, decoded."""
    try:
        found = apart(_content, raw, part)
    except TooMuch:
        raise Unreadable("The attachment takes too long to take out of its mail.", "Open the mail itself.") from None
    if found is None:
        raise NotFound(f"The mail has no part {part}.", "Open the message again: it may have changed.")
    return found


def _content(raw: bytes, part: str) -> bytes | None:
    mail = mime.taken_apart(raw)
    for one in mail.root.walk():
        if one.path == part and (not one.opened or one.kind.startswith("message/")):
            return bodies.content(mail, one)
    return None


# --- who --------------------------------------------------------------------------------------------------


def _sender(top: Fields) -> Person:
    for name in ("from", "sender", "x-original-from", "return-path"):
        found = top.people(name)
        if found:
            return next((person for person in found if person.identity), found[0])
    return Person("")


# --- when -------------------------------------------------------------------------------------------------


def _received(top: Fields) -> datetime | None:
    """Return when the last server took the mail: the topmost `Received` that has a readable date."""
    for line in top.every("received")[:3]:
        at = headers.moment(line.rpartition(b";")[2].strip()[:200])
        if at is not None:
            return at
    return None


# --- ids --------------------------------------------------------------------------------------------------


def _ids(top: Fields) -> tuple[str, ...]:
    own = [
        one for name in ("message-id", *_OTHER_IDS) for value in top.every(name)[:3] for one in message_ids(value)[:1]
    ]
    return tuple(dict.fromkeys(own))


def _references(top: Fields, people: set[str], ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return what the mail says it answers, oldest first.

    In-Reply-To often holds free text with somebody's address in it: it counts if it is one clean id, or if
    there are no References and what stands in brackets is nobody named in this mail.
    """
    found = [one for value in top.every("references")[:20] for one in message_ids(value)]
    answered = top.raw("in-reply-to")
    candidates = [one for one in message_ids(answered) if one[1:-1].lower() not in people]
    clean = len(candidates) == 1 and answered.decode("utf-8", "replace").strip() in (candidates[0], candidates[0][1:-1])
    if clean or (candidates and not found and b"<" in answered):
        found.append(
            next((one for one in candidates if any(map(str.isdigit, one))), "") if not clean else candidates[0]
        )
    kept = [one for one in dict.fromkeys(found) if one and one not in ids]
    return tuple(kept[:20] + kept[max(20, len(kept) - headers.MOST_IDS + 20) :])


def _thread_index(top: Fields) -> str:
    """Return Outlook's conversation: the first 22 bytes of Thread-Index, in hex."""
    try:
        index = a2b_base64(top.raw("thread-index")[:4_000])
    except NotBase64:
        return ""
    return index[:22].hex() if len(index) >= 22 else ""


def _key(mail: Mail, ids: tuple[str, ...]) -> str:
    """Return what identifies this very mail: its Message-ID and 16 hex digits over its body.

    The body counts without what transport changes: line ends, blanks before them, empty lines at the end. Without
    a Message-ID, From, To, Date and Subject stand in.
    """
    body = mail.raw[mail.root.start :]
    if b"\r" in body:
        body = body.replace(b"\r\n", b"\n")
    if b" \n" in body or b"\t\n" in body or body[-1:] in (b" ", b"\t"):
        body = b"\n".join(line.rstrip(b" \t") for line in body.split(b"\n"))
    digest = hashlib.sha256(body.rstrip(b"\n"))
    if ids and "message-id" in mail.root.fields:
        return f"{ids[0]}#{digest.hexdigest()[:16]}"
    for name in ("from", "to", "date", "subject"):
        digest.update(b"\0" + b" ".join(mail.root.fields.raw(name).split()))
    return f"#{digest.hexdigest()[:32]}"
