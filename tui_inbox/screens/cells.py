"""Values to text: what one row, one clock and one counter look like; pure, and drawn by nobody here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tui_inbox.rules.calendar import MONTHS
from tui_inbox.rules.channels import mark_of
from tui_inbox.rules.clean import cells, line, width
from tui_inbox.rules.days import WEEKDAYS
from tui_inbox.rules.model import MAIL, ME, Clock, Place, Reason
from tui_inbox.rules.silence import late_by_silence
from tui_inbox.rules.spoken import spoken
from tui_inbox.store.lines import Row
from tui_inbox.store.queues import Counts

Piece = tuple[str, str]
"""A text that is safe for a terminal, and the role it plays, which the theme gives a colour."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The signs that stand beside words; colour never says anything alone."""

    cursor: str
    selected: str
    news: str
    more: str
    dash: str
    again: str
    warn: str
    rule: str
    file: str
    mail: str
    ascii: bool = False


FANCY = Marks("▌", "✓", "●", "…", "—", "↻", "▲", "─", "▪", "✉")
PLAIN = Marks(">", "x", "*", "...", "-", "z", "!", "-", "+", "@", True)

REASONS: dict[Reason, str] = {
    Reason.NEW: "new",
    Reason.REPLY: "reply",
    Reason.REOPENED: "reopened",
    Reason.FOLLOW_UP: "follow-up",
    Reason.LATE_ARRIVAL: "late arrival",
    Reason.BOUNCE: "bounce",
    Reason.RETURNED: "returned",
    Reason.RULE: "rule",
    Reason.SERVER: "server",
}
TITLES = {
    "inbox": "Inbox",
    "snoozed": "Snoozed",
    "handed_over": "Handed over",
    "archived": "Archived",
    "spam": "Spam",
    "all": "All",
}


DATE = 16
"""Cells of a date in a list."""
STANDINGS = {
    "late": "Late",
    "at_risk": "At risk",
    "on_time": "On time",
    "no_sla": "Without a promise",
    "follow_up": "To follow up",
}
"""The five counters, by the names the store knows them by, in their order."""


def amount(span: timedelta) -> str:
    """Return a length of time in the units that matter: `35m`, `2h 10m`, `14h`, `3d 4h`, `12d`."""
    minutes = max(0, int(span.total_seconds()) // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days >= 7:
        return f"{days}d"
    if days:
        return f"{days}d {hours}h" if hours else f"{days}d"
    if hours >= 10:
        return f"{hours}h"
    if hours:
        return f"{hours}h {rest:02}m"
    return f"{rest}m" if rest else "<1m"


def short(number: int) -> str:
    """Return a count in at most five cells, for where room is scarce: `9999`, `624k`, `1.2M`; cut, not rounded."""
    if number < 10_000:
        return str(number)
    return f"{number // 1000}k" if number < 1_000_000 else f"{number // 100_000 / 10:g}M"


def dated(at: datetime, now: datetime, zone: ZoneInfo, room: int) -> str:
    """Return a moment as a person says it; where that is more than *room* cells without its hour, then its weekday."""
    said = spoken(at, now, zone)
    if width(said) > room:
        said = said.rpartition(" ")[0]
    return said if width(said) <= room else said.partition(" ")[2]


def fit(text: str, room: int, marks: Marks = FANCY, right: bool = False) -> str:
    """Return *text* in exactly *room* terminal cells, clipped with a sign or filled with spaces."""
    drawn = cells(text, room, marks.ascii)
    space = " " * max(0, room - width(drawn))
    return space + drawn if right else drawn + space


def apart(left: Sequence[Piece], right: Sequence[Piece], room: int) -> list[Piece]:
    """Return *left* and *right* at the two ends of *room* cells."""
    taken = sum(width(text) for text, _ in (*left, *right))
    return [*left, (" " * max(1, room - taken), "quiet"), *right]


def clock(row: Row, now: datetime, zone: ZoneInfo, marks: Marks = FANCY) -> Piece:
    """Return what the row's clock says, by words as well as by the role that colours it."""
    if row.place is Place.SNOOZED and row.returns is not None:
        return "back " + dated(row.returns, now, zone, DATE - len("back ")), "quiet"
    if row.place in (Place.ARCHIVED, Place.SPAM) and row.last_at is not None:
        return dated(row.last_at, now, zone, DATE), "quiet"
    if row.due is None:
        return marks.dash, "quiet"
    if late_by_silence(row.due, row.as_of, now):
        return "late? " + amount(now - row.due).replace(" ", ""), "risk"
    if row.clock is Clock.BREACHED or row.due < now:
        return "late " + amount(now - row.due), "late"
    left = amount(row.due - now)
    if row.clock is Clock.AT_RISK:
        return "! " + left, "risk"
    return "  " + left, "ontime" if row.clock is Clock.RUNNING else "quiet"


def channel(name: str, marks: Marks = FANCY) -> str:
    """Return a mark of at most two cells for a channel."""
    return marks.mail if name == MAIL else mark_of(name)


def who(row: Row) -> str:
    """Return the customer's name, else the identity they wrote from."""
    return row.contact.name or next(iter(row.contact.identities), "") or "somebody"


def known(as_of: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return until when a source is known, in at most 15 cells: `as of 14:00`, `as of Tue 14:00`, `as of 3 Mar`."""
    then, today = as_of.astimezone(zone), now.astimezone(zone)
    days = (today.date() - then.date()).days
    if days == 0:
        return f"as of {then:%H:%M}"
    if days < 7:
        return f"as of {WEEKDAYS[then.weekday()]} {then:%H:%M}"
    return f"as of {then.day} {MONTHS[then.month - 1]}"


def remark(row: Row, now: datetime, zone: ZoneInfo, room: int) -> str:
    """Return the short word at the right of a row, the most telling that there is.

    That is by when a snoozed conversation is to be answered (without the hour, where that is more than *room* cells),
    that its mail has not been moved yet, until when its silent source is known, whose it is where not mine, or why
    it lies there.
    """
    if row.place is Place.SNOOZED and row.due is not None:
        return f"by {dated(row.due, now, zone, room - len('by '))}"
    if row.unmoved:
        return "not yet moved"
    if row.as_of is not None and row.due is not None and row.place is Place.INBOX:
        return known(row.as_of, now, zone)
    if row.owner != ME:
        return row.owner + {"waiting": ", unsent", "failed": ", refused"}.get(row.delivery or "", "")
    return REASONS[row.reason] if row.reason else ""


def row_pieces(
    row: Row,
    room: int,
    now: datetime,
    zone: ZoneInfo,
    *,
    marks: Marks = FANCY,
    cursor: bool = False,
    selected: bool = False,
    dates: bool = False,
) -> list[Piece]:
    """Return one row of the list as pieces that fill *room* cells (from 40 on)."""
    when, role = clock(row, now, zone, marks)
    wait = DATE + 1 if dates else 12
    name = max(10, min(24, room // 5))
    last = 24 if room >= 100 else 20 if room >= 74 else 0
    tail = _tail(row, last, now, zone, marks) if last else []
    text = max(0, room - 4 - wait - 3 - name - 1 - sum(width(said) for said, _ in tail))
    return [
        (marks.cursor if cursor else " ", "cursor"),
        (marks.selected if selected else " ", "selected"),
        (marks.news if row.news else " ", "news"),
        (" ", "quiet"),
        (when[: wait - 1].ljust(wait), role),
        (fit(channel(row.channel, marks), 2, marks) + " ", "channel"),
        (fit(who(row), name, marks) + " ", "customer" if row.news else "read"),
        *_said(row, text, marks),
        *tail,
    ]


def _tail(row: Row, room: int, now: datetime, zone: ZoneInfo, marks: Marks) -> list[Piece]:
    """Return how often a row was snoozed and why it lies there, in at most *room* cells; nothing takes none."""
    why, often = remark(row, now, zone, room - 2), f"{marks.again}{min(row.snoozes, 99)}" if row.snoozes else ""
    said = " ".join(filter(None, (often, why)))
    if not said:
        return []
    if width(said) + 2 > room:
        often, why = "", cells(why, room - 2, marks.ascii)
    gap = " " if often and why else ""
    return [(f"  {often}{gap}", "quiet"), (why, "reason")]


def _said(row: Row, room: int, marks: Marks) -> list[Piece]:
    """Return subject and snippet in exactly *room* cells."""
    subject, snippet = cells(row.subject, room, marks.ascii), line(row.snippet)
    left = room - width(subject)
    if not subject or subject == snippet:
        return [(fit(subject or snippet, room, marks), "subject" if subject else "snippet")]
    if left < 6 or not snippet:
        return [(subject + " " * left, "subject")]
    return [(subject, "subject"), (" " + fit(f"{marks.dash} {snippet}", left - 1, marks), "snippet")]


def counters(counts: Counts) -> list[Piece]:
    """Return the five counters of the top line."""
    return [
        (f"{short(counts.late)} late", "late" if counts.late else "quiet"),
        (f"{short(counts.at_risk)} at risk", "risk" if counts.at_risk else "quiet"),
        (f"{short(counts.on_time)} on time", "ontime" if counts.on_time else "quiet"),
        (f"{short(counts.no_sla)} no SLA", "quiet"),
        (f"{short(counts.follow_up)} follow-up", "quiet"),
    ]


def footer(keys: Sequence[tuple[str, str]], room: int) -> list[tuple[str, str]]:
    """Return as many of (key, label) as fit in *room* cells whole; help and leaving are the last to be left out."""
    kept = [pair for pair in keys if pair[1] == "help"]
    kept += [pair for pair in keys if pair[1] in {"quit", "back"} and _taken(pair) + sum(map(_taken, kept)) <= room]
    room -= sum(_taken(pair) for pair in kept)
    for pair in (one for one in keys if one not in kept):
        if (room := room - _taken(pair)) < 0:
            break
        kept.append(pair)
    return sorted(kept, key=list(keys).index)


def _taken(pair: tuple[str, str]) -> int:
    return width(pair[0]) + width(pair[1]) + 3


def empty(
    queue: str, counts: Counts, now: datetime, zone: ZoneInfo, configured: bool, key: Callable[[str], str]
) -> list[str]:
    """Return what an empty list says: what comes next, and when; *key* names what to press for a command."""
    if queue == "inbox" and not configured and not any(counts.queues.values()):
        return [
            "Welcome. There is nothing here yet.",
            "",
            "tui-inbox demo            try it with sample conversations",
            "tui-inbox account add     connect a mailbox",
            "tui-inbox import PATH     read a chat export or a mail archive",
            "",
            f"Press {key('desk.quit')} to leave, and run one of these.",
        ]
    if standing := STANDINGS.get(queue.removeprefix("clock:")):
        return [f"{standing}: nothing in the inbox.", "", f"{key('list.clear')} shows the whole inbox."]
    match queue:
        case "inbox":
            said = ["Nothing is waiting for you.", ""]
            if counts.next_return:
                said.append(f"The next conversation returns {spoken(counts.next_return, now, zone)}.")
            if counts.next_due:
                said.append(f"The next promise is due {spoken(counts.next_due, now, zone)}.")
            if away := counts.queues.get("handed_over", 0):
                said.append(f"{away} handed over: {key('go.handed_over')} shows them.")
            said += [] if len(said) > 2 else ["Nothing is snoozed either. Enjoy the quiet."]
            review, reports = key("review.archived"), key("go.reports")
            return [*said, "", f"{review} reviews what the last week archived; {reports} shows the reports."]
        case "search":
            return ["Nothing matches.", "", "Fewer words find more; from:ada is:late newer_than:7d narrow a search."]
        case "snoozed":
            return [
                "Nothing is snoozed.",
                "",
                f"{key('conversation.snooze')} in the inbox puts a conversation away until its time.",
            ]
        case "handed_over":
            return [
                "Nothing is handed over.",
                "",
                f"{key('conversation.forward')} in the inbox makes a teammate the owner.",
            ]
        case "archived":
            return [
                "Nothing is archived.",
                "",
                f"{key('conversation.archive')} in the inbox archives what needs nothing more.",
            ]
        case "spam":
            return ["No spam."]
        case _:
            return ["Nothing here."]
