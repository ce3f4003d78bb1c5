"""A Maildir: one file a mail, with the subfolders Maildir++ keeps beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tui_inbox.connectors import Batch, SetAside, Unread
from tui_inbox.connectors.formats.bundle import Bundle
from tui_inbox.connectors.formats.mailfiles import files, is_mail, opened, taken

CHANNEL = "email"

_MEMBER = re.compile(r"^(?:(?P<folder>.*)/)?(?:cur|new)/(?P<file>[^/]+)$")
_FLAGS = re.compile(r"[:;!]2,([A-Za-z]*)$")
_SENT = re.compile(r"(?:^|[./])(?:sent|gesendet|gönderil|poslan|poslat|envoy|enviad|inviat|verzonden)", re.IGNORECASE)
_DRAFTS = re.compile(
    r"(?:^|[./])(?:draft|entwürf|entwurf|taslak|skic|nacrt|brouillon|borrador|bozz|rascunho|concept)", re.IGNORECASE
)
_ASIDE = re.compile(
    r"(?:^|[./])(?:trash|deleted|junk|spam|papierkorb|çöp|otpad|corbeille|papelera|cestino|lixeira)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Source:
    """A Maildir, as `import` was told of it."""

    bundle: Bundle
    zone: str = "UTC"
    me: tuple[str, ...] = ()

    def read(self, cursors: dict[str, str]) -> Iterator[Batch]:
        """Yield the mails folder by folder. Drafts are left out: nobody sent them. What lies in the trash or among
        the junk only fills in. An interrupted run goes on if no file came, went or grew."""
        yield from opened(self.unread(cursors))

    def unread(self, cursors: dict[str, str]) -> Iterator[Batch]:
        """Yield the same, its mails unread."""
        names = [name for name in self.bundle.names() if _read(name)]
        yield from files("maildir", self.bundle, names, cursors, self._one)

    def _one(self, name: str, number: int) -> Iterator[Unread | SetAside]:
        raw = taken(self.bundle, name)
        if isinstance(raw, SetAside):
            yield raw
            return
        folder = _folder(name)
        deleted = "T" in _flags(name) or bool(_ASIDE.search(folder))
        yield Unread(raw, number, name, history=deleted, rank=0 if _SENT.search(folder) else 1)


def _read(name: str) -> bool:
    """Return whether *name* is a mail to be read: in cur or new, no draft, no index of a server."""
    found = _MEMBER.match(name)
    if found is None or found.group("file").startswith((".", "dovecot")):
        return False
    return "D" not in _flags(name) and not _DRAFTS.search(found.group("folder") or "")


def _folder(name: str) -> str:
    found = _MEMBER.match(name)
    return (found.group("folder") or "") if found else ""


def _flags(name: str) -> str:
    found = _FLAGS.search(name)
    return found.group(1) if found else ""


def sniff(bundle: Bundle) -> str | None:
    """Return why *bundle* is a Maildir, or None."""
    names = [name for name in bundle.names() if _MEMBER.match(name)]
    if not names or not any(is_mail(bundle.head(name, 16_384)) for name in names[:5]):
        return None
    return f"{len(names)} mails in cur and new"
