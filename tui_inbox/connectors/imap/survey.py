"""What a sign-in to a mailbox finds: what its server can do, and which of its folders is used for what."""

from __future__ import annotations

from dataclasses import dataclass

from tui_inbox.connectors.imap.access import Access
from tui_inbox.connectors.imap.folders import route
from tui_inbox.connectors.imap.trouble import Declined
from tui_inbox.connectors.imap.walk import connected


@dataclass(frozen=True, slots=True)
class FolderFact:
    """One folder of the server, what it is used for (`inbox`, `sent`, `archive` or ""), and how many messages it
    holds; None for a folder that is not read."""

    name: str
    role: str
    messages: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a successful sign-in found, for `account test` and `doctor`."""

    host: str
    port: int
    security: str
    """The TLS version, or "none"."""
    capabilities: tuple[str, ...]
    folders: tuple[FolderFact, ...]
    missing: tuple[str, ...]
    """Folders the configuration names and the server does not have."""


def survey(source: Access) -> Facts:
    """Return what a sign-in finds: capabilities, and each folder with its role and, if it is read, its messages."""
    with connected(source) as wire:
        listed = wire.folders()
        stops, missing = route(source, listed, gmail=wire.gmail)
        roles = {stop.folder.key: stop.role for stop in stops}
        counts: dict[str, int] = {}
        for stop in stops:
            try:
                counts[stop.folder.key] = wire.examine(stop.folder).exists
            except Declined:
                missing.append(stop.folder.name)
        return Facts(
            host=source.host,
            port=source.port,
            security=wire.security,
            capabilities=tuple(sorted(wire.capabilities())),
            folders=tuple(FolderFact(one.name, roles.get(one.key, ""), counts.get(one.key)) for one in listed),
            missing=tuple(missing),
        )
