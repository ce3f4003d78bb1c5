"""What may be asked of the conversation under the cursor, and of the program: pages over the desk."""

from __future__ import annotations

from textual.command import CommandPalette

from tui_inbox.problems import Problem
from tui_inbox.screens.acting import Acting
from tui_inbox.screens.pages import Page, help_lines, origin_lines
from tui_inbox.screens.palette import Commands


class Asking(Acting):
    """A screen with a list and an open conversation, about which an agent may ask."""

    def where(self) -> str:
        """Return the part of the screen that has the focus."""
        raise NotImplementedError

    def action_help(self) -> None:
        where, post = self.where(), self.post
        lines = help_lines(where, post.keys, post.config.views, ascii_only=post.marks.ascii)
        self.app.push_screen(Page(self.post, lines))

    def action_palette(self) -> None:
        self.app.push_screen(CommandPalette(providers=[Commands], placeholder="What do you want to do?"))

    def action_origin(self) -> None:
        if self.rows.current is not None:
            self.run_worker(self._origin(self.rows.current), group="origin", exclusive=True)

    async def _origin(self, id_: int) -> None:
        try:
            whole = await self.post.ask(lambda reader: reader.conversation(id_, self.post.clock()))
        except Problem as problem:
            self.say_problem(problem)
        else:
            self.app.push_screen(Page(self.post, origin_lines(whole)))
