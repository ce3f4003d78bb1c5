"""Mailboxes over IMAP: one account of config.toml, read incrementally and never changed by reading."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui_inbox.connectors import Batch, Location
from tui_inbox.connectors.imap.access import Access, written

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from tui_inbox.config import Account
    from tui_inbox.connectors import Ear
    from tui_inbox.connectors.imap.survey import Facts

CHANNEL = "email"


@dataclass(frozen=True, slots=True)
class Source(Access):
    """One mailbox on a server, that can be read."""

    def read(self, cursors: Mapping[str, str]) -> Iterator[Batch]:
        """Yield what is new: inbox folders first, newest first, then sent mail, then the archive.

        *cursors* maps a folder's wire name to the cursor last stored with it. NotAdmitted, Unreachable,
        Misconfigured or NotFound where something stands in the way; what was yielded before stays good."""
        from tui_inbox.connectors.imap.walk import opened

        return opened(self.unread(cursors))

    def unread(self, cursors: Mapping[str, str]) -> Iterator[Batch]:
        """Yield the same, its mails unread."""
        from tui_inbox.connectors.imap.walk import read

        return read(self, cursors)


def thorough(source: Source) -> Source:
    """Return *source* so that its reading lists all that each folder holds, to be compared with what is stored."""
    return replace(source, thorough=True)


def fetched(source: Source, places: Sequence[Location], external_id: str, part: str) -> bytes:
    """Return a file that was left on the server with its mail; a Problem where that is not possible."""
    from tui_inbox.connectors.imap.left import fetched

    return fetched(source, places, external_id, part)


def again(cursor: str, uids: Iterable[int]) -> str:
    """Return the cursor of a folder so that *uids*, which it says are stored, are fetched again."""
    from tui_inbox.connectors.imap.bookmark import again

    return again(cursor, uids)


def listening(source: Source) -> AbstractContextManager[Ear]:
    """Return a context with a connection to *source* that hears of changes."""
    from tui_inbox.connectors.imap.push import listening

    return listening(source)


def test(source: Source) -> Facts:
    """Return what a sign-in to *source* finds; a Problem where it fails."""
    from tui_inbox.connectors.imap.survey import survey

    return survey(source)


test.__test__ = False  # type: ignore[attr-defined]  # not one of pytest's


def from_table(account: Account, password: Callable[[], str]) -> Source:
    """Return the mailbox that *account*'s table describes; Misconfigured where it is not well written."""
    return Source(name=account.name, password=password, **written(account))
