"""What an archiving here owes the server: the move of its mails, where the account wants it (`write_back`)."""

from __future__ import annotations

from datetime import datetime

from tui_inbox.config import Account, Config
from tui_inbox.store import moves
from tui_inbox.store.writer import Unit


def wanted(account: Account) -> bool:
    """Return whether archiving here is written back to the account's server."""
    return account.kind == "imap" and account.table.get("write_back") is True


def owe(unit: Unit, config: Config, act_id: int, conversation: int, now: datetime) -> None:
    """Owe the moves of an archiving, in its own transaction."""
    names = {account.name for account in config.accounts if wanted(account)}
    if names and moves.account_of(unit, conversation) in names:
        moves.owe(unit, act_id, conversation, now)
