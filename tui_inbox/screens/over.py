"""What lies over the whole desk and may lead back to it with the conversations behind something."""

from __future__ import annotations

from textual.screen import ModalScreen

from tui_inbox.screens.post import Behind, Post


class Over(ModalScreen[Behind | None]):
    """A screen over the desk that reads the store when it is opened; keys wait until it is drawn."""

    def __init__(self, post: Post) -> None:
        super().__init__()
        self.post = post

    def action_back(self) -> None:
        self.dismiss(None)
