"""Brings a file that was left on its server because its mail was too large to come whole."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from tui_inbox.config import Account
from tui_inbox.connectors import Location
from tui_inbox.inbox import Inbox
from tui_inbox.problems import NotFound, Refused
from tui_inbox.rules.clean import line
from tui_inbox.sync import accounts, source_of


def fetch(inbox: Inbox, attachment: int, *, secret: Callable[[Account], str]) -> int:
    """Bring attachment *attachment* from its server and return its size in bytes.

    `Refused` where it is here already or came from no server, `NotFound` where the mail is no longer there.
    """
    from tui_inbox.store import places  # deferred: it writes

    with inbox.reader() as reader:
        kept = reader.file(attachment)
    with inbox.writer.window() as unit:
        left = places.left_there(unit, attachment)
    if left is None:
        name = line(kept.name)
        if kept.stored:
            raise Refused(f"{name} is here already.", "Save or open it.")
        raise Refused(f"{name} came with an export and not from a server.", "Export the chat again with its media.")
    account = accounts(inbox, [left.account])[0]
    channel, source, _ = source_of(account, secret)
    if not hasattr(channel, "fetched"):
        raise NotFound(f"{account.where} keeps no files on its server.", "Ask the customer to send it again.")
    where = [Location(*at) for at in left.at]
    content: bytes = channel.fetched(source, where, left.external_id, left.part)
    with inbox.writer.unit() as unit:
        places.file_came(unit, attachment, hashlib.sha256(content).hexdigest(), content)
    return len(content)
