"""One mail read in a process of its own: what goes there, what comes back, and what of it the store keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from typing import Any

from tui_inbox.connectors import Arrival, Unread, rfc822
from tui_inbox.connectors.formats import apart, mailfiles
from tui_inbox.inbox.passed import SAID, Read
from tui_inbox.rules.model import Message
from tui_inbox.store.prepared import Prepared, prepare

_RAW = [one.name for one in fields(Message)].index("raw")
Worked = tuple[tuple[Any, ...], tuple[Any, ...], Prepared]
"""What a message says before its bytes, and behind them: the other side has the bytes. And what is kept of it."""
Each = Callable[[Callable[..., Worked], Sequence[rfc822.Raw]], Iterator[Worked | apart.TooMuch]]
"""Does the work for each mail in a process of its own."""


def read(each: Each, mails: Sequence[Unread]) -> Sequence[Arrival]:
    """Return *mails* as they arrive, in their order, read by *each*, or here where no process can be had."""
    try:
        found = each(_worked_out, [(one.raw, one.position, one.where, one.received_at) for one in mails])
        return [_arrival(one, what) for one, what in zip(mails, found, strict=True)]
    except apart.NoProcess:
        return [mailfiles.arrival(one) for one in mails]


def _arrival(of: Unread, found: Worked | apart.TooMuch) -> Arrival:
    if isinstance(found, apart.TooMuch):
        return of.arrived(rfc822.unread(of.raw, of.position, of.where, of.received_at, found))
    before, behind, prepared = found
    one = of.arrived(Message(*(*before, of.raw, *behind)))
    return Read(
        one.message, one.location, one.history, one.rank, one.object_id, one.partial, one.also, prepared=prepared
    )


def _worked_out(*mail: Any) -> Worked:
    """Return *mail* (`rfc822.Raw`) as the message says it, and what is kept of it."""
    message = rfc822.read_here(*mail)
    said = SAID(message)
    return said[:_RAW], said[_RAW + 1 :], prepare(message)
