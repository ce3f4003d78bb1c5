"""One conversation as lines: folded, wrapped to a width and ready to be drawn; pure, so that any thread may do it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tui_inbox.rules import clean
from tui_inbox.rules.channels import name_of
from tui_inbox.rules.following import first_unseen
from tui_inbox.rules.model import ME, Class, Clock, Direction, Outcome, Place, State
from tui_inbox.rules.silence import late_by_silence
from tui_inbox.rules.spoken import spoken
from tui_inbox.screens.cells import (
    FANCY,
    REASONS,
    TITLES,
    Marks,
    Piece,
    amount,
    channel,
    fit,
    known,
    who,
)
from tui_inbox.screens.keys import Named, pressed
from tui_inbox.screens.wrapping import wrap

if TYPE_CHECKING:
    from tui_inbox.store.lines import Row
    from tui_inbox.store.posted import Posted
    from tui_inbox.store.whole import AttachmentLine, MessageLine, Whole

Line = tuple[Piece, ...]

CLASSES: Mapping[Class, str] = {
    Class.HUMAN: "a person's",
    Class.AUTO: "automatic",
    Class.BOUNCE: "bounce",
    Class.BULK: "bulk",
    Class.SYSTEM: "system",
}
"""What a message may be taken for, in words."""
LONGEST = 20_000
"""Lines one message may take on the screen; what is longer says so."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A conversation laid out for one width. `starts` holds the first line of each message, in their order."""

    whole: Whole
    width: int
    folded: bool
    lines: tuple[Line, ...]
    starts: tuple[int, ...]
    first_new: int
    """Index of the first message that has not been seen; the number of messages where all have been."""
    hit: int = 0
    """The first line of a message that holds what was searched for; 0 where none does."""


def lay_out(
    whole: Whole,
    width: int,
    now: datetime,
    zone: ZoneInfo,
    *,
    folded: bool = True,
    marks: Marks = FANCY,
    key: Named = pressed,
) -> Layout:
    """Return *whole* as lines of at most *width* cells, messages oldest first."""
    width = max(20, width)
    lines: list[Line] = list(_head(whole, width, now, zone, marks, key))
    fresh = first_unseen(whole.messages, whole.seen_before)
    starts = []
    for index, message in enumerate(whole.messages):
        starts.append(len(lines))
        lines.extend(
            _message(
                message,
                width,
                now,
                zone,
                marks,
                unfold=key("reading.quotes") if folded else "",
                new=index >= fresh and message.id > whole.seen_before,
            )
        )
        lines.append(())
    return Layout(whole, width, folded, tuple(lines), tuple(starts), fresh)


# --- the head: whose it is, until when, and why -------------------------------------------------------------


def _head(whole: Whole, width: int, now: datetime, zone: ZoneInfo, marks: Marks, key: Named) -> Iterator[Line]:
    row = whole.row
    for text in wrap(clean.line(row.subject or who(row)), width):
        yield ((text, "title"),)
    wrote = {message.sender_identity for message in whole.messages}
    identity = next((one for one in row.contact.identities if one in wrote), next(iter(row.contact.identities), ""))
    address = identity if identity != row.contact.name else ""
    named = f"{who(row)} <{address}>" if row.subject and address else who(row) if row.subject else address
    named = f"{channel(row.channel, marks)} {named}" if named else name_of(row.channel)
    yield ((clean.cells(f"{named}, account {row.account}", width, marks.ascii), "customer"),)
    count = f"{row.messages} message{'' if row.messages == 1 else 's'}, tier {row.tier}"
    skill = f", needs {row.skill}" if row.skill else ""
    for text in wrap(f"{_where(row, now, zone)} {count}{skill}.", width):
        yield ((text, "quiet"),)
    yield from _promise(whole, width, now, zone)
    for posted in whole.going_out if row.owner != ME or row.place is Place.ARCHIVED else ():
        said, role = _going_out(posted, now, zone, key)
        yield from (((text, role),) for text in wrap(said, width))
    if row.plan and row.plan[1] > now and row.place is not Place.SNOOZED:
        plan = f"Interrupted plan: back {spoken(row.plan[0], now, zone)}, answer by {spoken(row.plan[1], now, zone)}."
        yield from (((text, "good"),) for text in wrap(f"{plan} {key('conversation.again')} takes it again.", width))
    yield ((marks.rule * width, "rule"),)


def _going_out(it: Posted, now: datetime, zone: ZoneInfo, key: Named) -> Piece:
    """Return what of a conversation waits to go out, and why, or that it was refused."""
    match it.kind:
        case "hand_over":
            what = f"to be sent to {it.to}"
        case "reply_on":
            what = f"a later message, to be sent on to {it.to}"
        case _:
            what = "a mail, to be moved on its server" + (" back" if it.kind == "move_back" else "")
    why = f": {it.problem.rstrip('.')}" if it.problem else ""
    if it.state in {"refused", "failed"}:
        return f"Given up: {what}{why}.", "warning"
    soon = it.next_try is not None and not it.tries and now < it.next_try
    if soon and it.next_try and it.kind == "hand_over":
        seconds = max(1, int((it.next_try - now).total_seconds()))
        return f"{what.capitalize()} in {seconds} s; {key('desk.undo')} undoes.", "good"
    again = f"; next try {spoken(it.next_try, now, zone)}" if it.next_try and it.tries else ""
    return f"Waits: {what}{why}{again}.", "warning" if it.problem else "quiet"


def _where(row: Row, now: datetime, zone: ZoneInfo) -> str:
    """Return where the conversation lies, since or until when, and whose it is."""
    words = TITLES[row.place]
    if row.place is Place.SNOOZED and row.returns:
        words += f", back {spoken(row.returns, now, zone)}"
    if row.reason and row.place is Place.INBOX:
        words += f" ({REASONS[row.reason]})"
    if row.owner != ME:
        words += f", with {row.owner}"
        words += {"waiting": ", not sent yet", "failed": ", could not be sent", "sent": ", sent"}.get(
            row.delivery or "", ""
        )
    return words + "."


def _promise(whole: Whole, width: int, now: datetime, zone: ZoneInfo) -> Iterator[Line]:
    """Yield until when an answer is promised, and why."""
    row = whole.row
    if row.due is None:
        return
    role = {Clock.BREACHED: "late", Clock.AT_RISK: "risk"}.get(row.clock, "ontime")
    left = f"late {amount(now - row.due)}" if row.due < now else f"{amount(row.due - now)} left"
    why = next((one.why for one in whole.promises if one.outcome is Outcome.OPEN and one.due == row.due), "")
    first, *more = wrap(f"Answer by {spoken(row.due, now, zone)}, {left}.", width)
    yield ((first, role),)
    yield from (((text, role),) for text in more)
    if why:
        yield from (((text, "quiet"),) for text in wrap(why, width))
    if row.as_of is not None:
        said = f"{known(row.as_of, now, zone).capitalize()}: {row.account} has been silent since"
        late = late_by_silence(row.due, row.as_of, now)
        said += "; it is late only by that, and may have been answered." if late else "."
        yield from (((text, "warning"),) for text in wrap(said, width))


# --- one message --------------------------------------------------------------------------------------------


def _message(
    message: MessageLine, width: int, now: datetime, zone: ZoneInfo, marks: Marks, *, unfold: str, new: bool
) -> Iterator[Line]:
    if message.class_ is Class.SYSTEM and not (message.sender_name or message.sender_identity):
        yield from _notice(message, width)
        return
    machine = message.class_ is not Class.HUMAN
    out = message.direction is Direction.OUT
    yield _sender(message, width, now, zone, marks, machine=machine, new=new)
    if out and message.to:
        yield (("  " + clean.cells("to " + ", ".join(message.to[:20]), width - 2, marks.ascii), "quiet"),)
    for text, role in _remarks(message):
        yield from ((("  " + one, role),) for one in wrap(text, width - 2))
    body = "machine" if machine else "mine" if out else "theirs"
    gone = message.state is State.DELETED
    for text in _some(wrap(clean.block(message.text).strip("\n"), width - 2)):
        yield (("  " + text, "quiet" if gone else body),)
    yield from _quoted(clean.block(message.quoted).strip("\n"), width, marks, unfold)
    for file in message.attachments:
        yield (("  " + clean.cells(f"{marks.file} {attachment(file)}", width - 2, marks.ascii), "file"),)


def _notice(message: MessageLine, width: int) -> Iterator[Line]:
    """Yield a line of the channel itself: only what it says."""
    for text in _some(wrap(clean.block(message.text or message.why).strip("\n"), width - 2)):
        yield (("  " + text, "machine"),)


def _sender(
    message: MessageLine, width: int, now: datetime, zone: ZoneInfo, marks: Marks, *, machine: bool, new: bool
) -> Line:
    """Return the line that says who, when, and whether it is new; the address is always shown."""
    name, identity = clean.line(message.sender_name), clean.line(message.sender_identity)
    named = f"{name} <{identity}>" if name and identity and name != identity else identity or name or "somebody"
    role = "machine" if machine else "me" if message.direction is Direction.OUT else "customer"
    when = spoken(message.received_at, now, zone)
    sign = f" {marks.news} new" if new else ""
    return (
        (fit(named, max(8, width - len(when) - len(sign) - 1), marks), role),
        (sign, "news"),
        (" " + when, "quiet"),
    )


def _remarks(message: MessageLine) -> Iterator[Piece]:
    """Yield what has to be said about a message before its text."""
    if message.class_ is not Class.HUMAN:
        yield f"{CLASSES[message.class_]}{': ' + message.why if message.why else ''}", "machine"
    states = {
        State.EDITED: "edited by its sender",
        State.DELETED: "deleted by its sender; what stood here before is kept",
        State.MISSING_BODY: "its text did not come with it",
    }
    if state := states.get(message.state):
        yield state, "warning"
    for warning in message.warnings:
        yield f"! {warning}", "warning"


def _quoted(text: str, width: int, marks: Marks, unfold: str) -> Iterator[Line]:
    """Yield what is quoted; where a key unfolds it (*unfold*), only how much that is."""
    if not text:
        return
    if unfold:
        count = text.count("\n") + 1
        yield ((f"  {marks.more} {count} line{'' if count == 1 else 's'} quoted ({unfold} shows them)", "quote"),)
        return
    for line in _some(wrap(text, width - 4)):
        yield (("  > " + line, "quote"),)


def _some(lines: list[str]) -> Iterator[str]:
    yield from lines[:LONGEST]
    if len(lines) > LONGEST:
        left = len(lines) - LONGEST
        yield f"({left:,} more line{'' if left == 1 else 's'})"


def attachment(file: AttachmentLine) -> str:
    """Return an attachment in words: its name, type, size, and whether it is here."""
    known = [
        file.type if file.type != "application/octet-stream" else "",  # which says nothing
        "" if file.size is None else in_bytes(file.size),
        "" if file.stored else "not stored",
    ]
    return f"{file.name or 'unnamed'} ({', '.join(filter(None, known))})" if any(known) else file.name or "unnamed"


def in_bytes(size: int) -> str:
    """Return a size as a person says it: `812 B`, `39 KB`, `2.4 MB`."""
    if size < 1024:
        return f"{size} B"
    return f"{size / 1024:.0f} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"
