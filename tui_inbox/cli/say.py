"""What the commands say: one JSON document on standard output, or lines a person reads; trouble on standard error."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from datetime import datetime
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

from tui_inbox.cli.shapes import trouble
from tui_inbox.problems import Problem
from tui_inbox.rules import clean
from tui_inbox.rules.model import MAIL, Clock, Direction, Place
from tui_inbox.rules.silence import late_by_silence
from tui_inbox.rules.spoken import spoken

if TYPE_CHECKING:
    from tui_inbox.store.lines import Row
    from tui_inbox.store.whole import Whole

_PIECE = re.compile(r"(?:`[^`]*`|\S)+")
"""What stays on one line."""


def say(text: str = "") -> None:
    """Print *text* to standard output; what the terminal's encoding lacks becomes a question mark."""
    _write(sys.stdout, text)


def note(text: str) -> None:
    """Print *text* to standard error: progress and warnings, never mixed with what was asked for."""
    _write(sys.stderr, fitting(text))


def fitting(text: str) -> str:
    """Return *text* for standard error: a terminal breaks it between words, and no command in backquotes."""
    if not sys.stderr.isatty():
        return text
    columns = get_terminal_size().columns
    return "\n".join(_between_words(line, columns) for line in text.split("\n"))


def _between_words(line: str, columns: int) -> str:
    if clean.width(line) <= columns:
        return line
    lines, indent = [], " " * (len(line) - len(line.lstrip(" ")))
    here = indent
    for piece in _PIECE.findall(line):
        longer = f"{here} {piece}" if here.strip() else here + piece
        if here.strip() and clean.width(longer) > columns:
            lines.append(here)
            longer = indent + piece
        here = longer
    return "\n".join([*lines, here])


def _write(to: Any, text: str) -> None:
    """Print *text*: the last gate, at which also a path or a word of the command line is made safe for a terminal."""
    if not text.isascii() or not text.isprintable():
        text = clean.block(text, 4 * len(text) + 100)
    encoding = to.encoding or "utf-8"
    to.write(text.encode(encoding, "replace").decode(encoding) + "\n")
    to.flush()


def say_json(document: Any) -> None:
    """Print one JSON document, ASCII only: it reads the same under every locale, and holds no control character."""
    say(json.dumps(document, ensure_ascii=True))


def say_problem(problem: Problem, *, as_json: bool) -> None:
    """Print what is wrong and the way out: as JSON on standard output, or in plain lines on standard error."""
    if as_json:
        say_json({"error": trouble(problem)})
        return
    note(clean.block(problem.what))
    if problem.picture:
        _write(sys.stderr, "".join(f"  {line}\n" for line in problem.picture.splitlines())[:-1])
    if problem.hint:
        note(clean.block(problem.hint))


def say_rows(rows: Iterable[Row], now: datetime, zone: str) -> None:
    """Print one line for each conversation: id, clock, channel, customer, subject; on a terminal no line is broken."""
    every = [(row, state(row, now, zone)) for row in rows]
    room = max([22, *(len(clock) for _, clock in every)])
    names, subjects = _rooms(room)
    for row, clock in every:
        say(
            f"{row.id:>6}  {clock:<{room}}  {row.channel:<9}  "
            f"{clean.fitted(row.contact.name or '-', names)}  {clean.cells(row.subject or row.snippet, subjects)}"
            f"{'  *' if row.news else ''}"
        )


def _rooms(clock: int) -> tuple[int, int]:
    """Return how many cells a line has for the customer and for the subject, beside *clock* cells for the time."""
    if not sys.stdout.isatty():
        return 22, 60
    free = get_terminal_size().columns - clock - 26
    names = max(12, min(22, free // 2 - 2))
    return names, max(12, min(60, free - names))


def state(row: Row, now: datetime, zone: str) -> str:
    """Return in words how the clock of a conversation stands."""
    match row.place:
        case Place.SNOOZED:
            return f"back {spoken(row.returns, now, zone)}" if row.returns else "snoozed"
        case Place.ARCHIVED | Place.SPAM:
            return row.place.value
        case Place.HANDED_OVER:
            return f"{row.owner}: {_due(row, now, zone)}"
        case Place.INBOX:
            return _due(row, now, zone)


def _due(row: Row, now: datetime, zone: str) -> str:
    if row.due is None:
        return "no SLA"
    if row.as_of is not None:
        doubt = " by its silence" if late_by_silence(row.due, row.as_of, now) else ""
        word = "late since" if row.due < now else "due"
        return f"{word} {spoken(row.due, now, zone)}{doubt}, as of {spoken(row.as_of, now, zone)}"
    word = {Clock.BREACHED: "late since", Clock.AT_RISK: "at risk", Clock.RUNNING: "due", Clock.NONE: "due"}[row.clock]
    return f"{word} {spoken(row.due, now, zone)}"


def say_whole(it: Whole, now: datetime, zone: str) -> None:
    """Print one conversation as a person reads it: what it is, its messages, its promises, and the acts on it."""
    row = it.row
    customer = ", ".join(one for one in row.contact.identities if one != row.contact.name)
    customer = f"{row.contact.name} ({customer})" if customer else row.contact.name
    title = row.subject or ("(no subject)" if row.channel == MAIL else customer)
    say(f"{row.id}  {title}")
    facts = [row.channel, row.account, customer, f"tier {row.tier}", f"owner {row.owner}"]
    say(" · ".join(dict.fromkeys(facts)))
    why = [row.reason.value] if row.reason else []
    say(" · ".join(dict.fromkeys([row.place.value, state(row, now, zone), *why])))
    for line in it.messages:
        say()
        arrow = "→" if line.direction is Direction.OUT else "←"
        mark = "" if line.class_.value == "human" else f" [{line.class_.value}: {line.why}]"
        address = f" <{line.sender_identity}>" if line.sender_identity else ""
        who = f"{line.sender_name}{address} · " if line.sender_name or address else ""
        say(f"{arrow} {who}{spoken(line.received_at, now, zone)}{mark}")
        for warning in line.warnings:
            say(f"  ! {warning}")
        if line.state.value != "normal":
            say(f"  ({line.state.value.replace('_', ' ')})")
        for text in line.text.split("\n"):
            say(f"  {text}")
        if line.quoted:
            say(f"  … {len(line.quoted.splitlines())} quoted lines")
        for file in line.attachments:
            size = f", {file.size:,} bytes" if file.size is not None else ""
            say(f"  + {file.name} ({file.type}{size}{'' if file.stored else ', not here'})")
    if it.promises:
        say()
    for promise in it.promises:
        started = spoken(promise.started, now, zone) if promise.started else "with its return"
        say(f"{promise.kind.value}: {promise.outcome.value}, from {started}, due {spoken(promise.due, now, zone)}")
        if promise.why:
            say(f"  {promise.why}")
    acts = [one for one in it.history if "act" in one.detail]
    if acts:
        say()
    for act in acts:
        say(f"act {act.detail['act']}: {act.event}, {spoken(act.at, now, zone)}, by {act.by}")
