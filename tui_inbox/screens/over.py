"""What lies over the whole desk and may lead back to it with the conversations behind something."""

from __future__ import annotations

from datetime import datetime

from textual.screen import ModalScreen

from tui_inbox.screens.bars import freshness, silent
from tui_inbox.screens.cells import Piece
from tui_inbox.screens.keys import STANDING
from tui_inbox.screens.post import Behind, Post
from tui_inbox.store.reader import Reader


def known(reader: Reader, post: Post, now: datetime) -> Piece:
    """Return how old what we know is, or until when it is known where a source is silent; that is said louder."""
    accounts, configured = reader.sources.accounts(), {one.name for one in post.config.accounts}
    if voice := silent(accounts, configured, now, post.zone):
        return voice, "late"
    return freshness(accounts, configured, now)[0], "quiet"


class Over(ModalScreen[Behind | None]):
    """A screen over the desk that reads the store when it is opened; keys wait until it is drawn."""

    where = STANDING
    """The part of the screen whose keys are heard here."""

    def __init__(self, post: Post) -> None:
        super().__init__()
        self.post = post
        self.leading = False
        """Whether Enter has been pressed, and what is typed now is for the conversations that it leads to."""

    def action_help(self) -> None:
        from tui_inbox.screens.help import help_page  # deferred: pages of text are drawn over this

        self.app.push_screen(help_page(self.post, self.where, self.size.width))

    def action_back(self) -> None:
        self.dismiss(None)
