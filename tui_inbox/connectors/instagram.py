"""Instagram: the direct messages of an account, as its download gives them.

What is one conversation? A customer writes to the account in one chat, so the chat is the thread; the number at the end
of its folder's name stays, while the name follows the contact's. An edited message comes a second time, with
`(edited)` behind its words: both are kept, as the download has both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tui_inbox.connectors import Batch
from tui_inbox.connectors.formats import meta_chats
from tui_inbox.connectors.formats.bundle import Bundle

CHANNEL = "instagram"
ORDER = 44


def sniff(bundle: Bundle) -> str | None:
    """Return why *bundle* holds chats of Instagram, or None."""
    return meta_chats.recognised(bundle, CHANNEL)


@dataclass(frozen=True, slots=True)
class Source:
    """One download: zip, folder, several zips in one folder, or one chat's file; `me` are my names.

    The file's times are UTC: `zone` is not needed.
    """

    bundle: Bundle
    zone: str = "UTC"
    me: tuple[str, ...] = ()

    def read(self, cursors: dict[str, str]) -> Iterator[Batch]:
        """Yield every message, chat by chat and oldest first; an interrupted run goes on behind its cursor."""
        yield from meta_chats.batches(self.bundle, CHANNEL, self.me, cursors)

    def owner(self) -> str | None:
        """Return the agent's name: as the profile says it, or who takes part in every chat; or None."""
        return meta_chats.who(self.bundle, self.me)
