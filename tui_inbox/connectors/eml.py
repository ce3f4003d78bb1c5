"""Mails that lie in files of their own (.eml): one, a folder of them, or a zip."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tui_inbox.connectors import Batch, SetAside, Unread
from tui_inbox.connectors.formats.bundle import Bundle
from tui_inbox.connectors.formats.mailfiles import files, is_mail, opened, taken

CHANNEL = "email"
ORDER = 55
"""Behind the chats: a mail that somebody sent in one is an attachment."""

_NAMED = (".eml", ".emlx")
_SENT = re.compile(
    r"(?:^|/)\.?(?:sent|gesendet|gönderilmiş|poslano|poslato|envoyés|enviados|inviati|verzonden)[^/]*/", re.I
)


@dataclass(frozen=True, slots=True)
class Source:
    """Mail files, as `import` was told of them."""

    bundle: Bundle
    zone: str = "UTC"
    me: tuple[str, ...] = ()

    def read(self, cursors: dict[str, str]) -> Iterator[Batch]:
        """Yield the mails in the order of their names; an interrupted run goes on if no file came, went or grew."""
        yield from opened(self.unread(cursors))

    def unread(self, cursors: dict[str, str]) -> Iterator[Batch]:
        """Yield the same, its mails unread."""
        names = [name for name in self.bundle.names() if name.lower().endswith(_NAMED)] or self.bundle.names()[:1]
        yield from files("eml", self.bundle, names, cursors, self._one)

    def _one(self, name: str, number: int) -> Iterator[Unread | SetAside]:
        raw = taken(self.bundle, name)
        if isinstance(raw, SetAside):
            yield raw
            return
        if name.lower().endswith(".emlx"):
            raw = _without_count(raw)
        yield Unread(raw, number, name, rank=0 if _SENT.search(name) else 1)


def _without_count(raw: bytes) -> bytes:
    """Return the mail in an Apple Mail file: its length in bytes stands in the first line, a property list behind."""
    count, _, rest = raw.partition(b"\n")
    return rest[: int(count)] if count.strip().isdigit() and len(count) < 12 else raw


def sniff(bundle: Bundle) -> str | None:
    """Return why *bundle* is mail in files of its own, or None."""
    names = bundle.names()
    named = [name for name in names if name.lower().endswith(_NAMED)]
    if named and any(is_mail(bundle.head(name, 16_384)) for name in named[:5]):
        return f"{len(named)} .eml {'file' if len(named) == 1 else 'files'}"
    if len(names) == 1 and is_mail(bundle.head(names[0], 16_384)):
        return "it begins with the header of a mail"
    return None
