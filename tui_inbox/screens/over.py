"""What lies over the whole desk and may lead back to it with the conversations behind something."""

from __future__ import annotations

from datetime import datetime

from textual.screen import ModalScreen

from tui_inbox.screens.bars import freshness, silent
from tui_inbox.screens.cells import Piece
from tui_inbox.screens.post import Behind, Post
from tui_inbox.store.reader import Reader


def known(reader: Reader, post: Post, now: datetime) -> Piece:
    """Return how old what we know is, or until when it is known where a source is silent; that is said louder."""
    accounts, configured = reader.accounts(), {one.name for one in post.config.accounts}
    if voice := silent(accounts, configured, now, post.zone):
        return voice, "late"
    return freshness(accounts, configured, now)[0], "quiet"


class Over(ModalScreen[Behind | None]):
    """A screen over the desk that reads the store when it is opened; keys wait until it is drawn."""

    def __init__(self, post: Post) -> None:
        super().__init__()
        self.post = post

    def action_back(self) -> None:
        self.dismiss(None)
