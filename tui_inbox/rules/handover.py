"""What a forwarded mail says: its words, its headers, its name, and when it is tried again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tui_inbox.rules import clean
from tui_inbox.rules.calendar import MONTHS
from tui_inbox.rules.days import WEEKDAYS
from tui_inbox.rules.model import MAIL

UNDO_TIME = timedelta(seconds=5)
"""How long a hand-over waits for an undo before it goes out."""
HAND_OVER = "hand_over"
REPLY_ON = "reply_on"
"""A customer's message to what has been handed over."""

TIERS = ("self-service and machine mail", "front line", "specialist", "expert")

SHOWN = 100_000
"""Characters of the conversation in the mail's own text."""
LONGEST = 20_000
"""Characters of one message in it."""
TRANSCRIBED = 2_000_000
"""Characters of a chat's transcript."""

_DOMAIN = re.compile(r"[A-Za-z0-9.-]{1,253}")
_PAUSES = tuple(timedelta(seconds=one) for one in (30, 60, 120, 300, 600, 900))


@dataclass(frozen=True, slots=True)
class Said:
    """One message as the mail tells it."""

    who: str
    address: str
    at: datetime
    text: str
    quoted: int = 0
    """Lines of quotation that are folded away."""
    files: tuple[str, ...] = ()
    ours: bool = False
    mark: str = ""
    """What it is where it is not a person's (`auto`, `bounce`), or what has become of it (`deleted`)."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """One mail to a teammate. `kind` is HAND_OVER, or REPLY_ON with the one new message in `said`."""

    kind: str
    conversation: int
    token: str
    """Names this mail among all of this store's (`token_of`)."""
    channel: str
    account: str
    subject: str
    by: str
    """The agent's name; "" where none is configured."""
    to: str
    note: str
    customer: str
    address: str
    """Where the customer is answered; "" where the channel gives no address."""
    due: datetime | None
    tier: int
    skill: str | None
    zone: str
    now: datetime
    said: tuple[Said, ...]
    references: tuple[str, ...] = ()
    """Message-IDs of the thread, oldest first."""


def token_of(kind: str, act: int, at: datetime, conversation: str, message: str = "") -> str:
    """Return what names a mail for ever: the same at each try, and not the same in another store.

    *conversation* and *message* are the keys that the channel itself gives them.
    """
    told = "\0".join((kind, str(act), at.isoformat(), conversation, message))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def message_id(token: str, sender: str) -> str:
    """Return the Message-ID of the mail *token* from the address *sender*."""
    domain = sender.rpartition("@")[2]
    return f"<hand-over.{token}@{domain if _DOMAIN.fullmatch(domain) else 'tui-inbox.invalid'}>"


def token_in(message_id: str) -> str:
    """Return the token that a Message-ID of ours holds."""
    return message_id.removeprefix("<hand-over.").partition("@")[0]


def pause(tries: int) -> timedelta:
    """Return how long to wait after *tries* (1 or more) that failed."""
    return _PAUSES[min(max(tries, 1), len(_PAUSES)) - 1]


# --- headers ----------------------------------------------------------------------------------------------


def subject(it: HandOver) -> str:
    """Return the mail's subject: what it is, and the conversation's own, else who wrote and where."""
    about = clean.line(it.subject) or f"{clean.line(it.customer) or 'a customer'}, {clean.line(it.channel)}"
    return f"{'Handed over' if it.kind == HAND_OVER else 'Customer replied'}: {about}"


def own_headers(it: HandOver) -> tuple[tuple[str, str], ...]:
    """Return the headers a program can read: what it is about, until when, for whom."""
    due = "none" if it.due is None else it.due.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return (
        ("X-Tui-Inbox-Conversation", str(it.conversation)),
        ("X-Tui-Inbox-Due", due),
        ("X-Tui-Inbox-Tier", str(it.tier)),
        ("X-Tui-Inbox-Hand-Over", it.token),
    )


# --- words ------------------------------------------------------------------------------------------------


def words(it: HandOver, left_out: Sequence[str] = ()) -> str:
    """Return the mail's text: the note on top, then what is owed until when, then the conversation.

    All foreign text stands indented, so that nothing a stranger wrote can pass for a line of ours. *left_out*
    says what is not attached.
    """
    note = clean.block(it.note, LONGEST).strip()
    parts = [note] if note else []
    parts.append("\n".join(_facts(it)))
    told, before = _told(it.said, it.zone, SHOWN)
    count = len(it.said)
    title = "The new message" if it.kind == REPLY_ON else f"The conversation, {count} message{'s' * (count != 1)}"
    parts.append(f"---- {title} ----")
    if before:
        parts.append(f"({before} earlier message{'s' * (before != 1)} left out here.)")
    parts.extend(told)
    if left_out:
        parts.append("---- Not attached ----\n\n" + "\n".join(f"  {clean.line(one)}" for one in left_out))
    return "\n\n".join(parts) + "\n"


def transcript(it: HandOver) -> str:
    """Return a chat as a file of its own, whole but for what is beyond TRANSCRIBED."""
    told, before = _told(it.said, it.zone, TRANSCRIBED, longest=TRANSCRIBED)
    head = [f"({before} earlier message{'s' * (before != 1)} left out.)"] if before else []
    return "\n\n".join([*head, *told]) + "\n"


def _facts(it: HandOver) -> Iterable[str]:
    by, to = clean.line(it.by) or "The agent", clean.line(it.to)
    if it.kind == HAND_OVER:
        yield f"{by} has handed this conversation over to you, {to}. It is yours now, and so is its deadline."
    else:
        yield f"The customer has written again in a conversation that {by} had handed over to you, {to}."
    yield ""
    yield f"Due:      {_due(it)}"
    yield f"Tier:     {it.tier}{f', {TIERS[it.tier]}' if 0 <= it.tier < len(TIERS) else ''}"
    if it.skill:
        yield f"Skill:    {clean.line(it.skill)}"
    address = clean.line(it.address)
    customer = clean.line(it.customer)
    yield f"Customer: {customer}{f' <{address}>' if address and address != customer else ''}"
    yield f"Channel:  {clean.line(it.channel)}, account {clean.line(it.account)}"
    yield ""
    if it.channel == MAIL:
        yield f"Answer the customer, not this mail: write to {address or 'the customer'}."
        yield "Keep one of our addresses in Cc, so that the answer is seen and stops the clock."
    else:
        yield f"Answer where the customer wrote ({clean.line(it.channel)}), not this mail."


def _due(it: HandOver) -> str:
    if it.due is None:
        return "nothing is promised at present"
    late = "; that has passed" if it.due < it.now else ""
    return f"{_moment(it.due, it.zone)} ({it.zone}){late}"


def _moment(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{WEEKDAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]} {local.year} {local:%H:%M}"


def _told(said: Sequence[Said], zone: str, most: int, longest: int = LONGEST) -> tuple[list[str], int]:
    """Return the newest of *said* that fit into *most* characters, oldest first, and how many did not fit."""
    told: list[str] = []
    size = 0
    for one in reversed(said):
        text = _one(one, zone, longest)
        if told and size + len(text) > most:
            break
        told.append(text)
        size += len(text)
    return told[::-1], len(said) - len(told)


def _one(said: Said, zone: str, longest: int) -> str:
    who, address = clean.line(said.who, 200), clean.line(said.address, 200)
    name = f"{who} <{address}>" if who and address and who != address else who or address or "somebody"
    head = f"{'->' if said.ours else '<-'} {name}, {_moment(said.at, zone)}{f' [{said.mark}]' if said.mark else ''}"
    lines = [head]
    body = clean.block(said.text, longest).rstrip()
    lines += [f"  {line}" for line in body.split("\n")] if body else ["  (no text)"]
    if said.quoted:
        lines.append(f"  ({said.quoted} quoted line{'s' * (said.quoted != 1)} folded away)")
    lines += [f"  + {clean.line(name, 200)}" for name in said.files]
    return "\n".join(lines)
