"""What may be asked of the conversation under the cursor, and of the program: pages over the desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_inbox.problems import Problem
from tui_inbox.rules import clean
from tui_inbox.screens.acting import Acting
from tui_inbox.screens.reading import Reading

if TYPE_CHECKING:
    from tui_inbox.rules.places import Where, Written
    from tui_inbox.screens.attached import Wanted
    from tui_inbox.screens.correct import Judged
    from tui_inbox.store.lines import Row
    from tui_inbox.store.reader import Reader
    from tui_inbox.store.whole import MessageLine, Whole


class Asking(Acting):
    """A screen with a list and an open conversation, about which an agent may ask.

    What is shown over it is imported when it is first asked for: the first picture does not wait for it.
    """

    def where(self) -> str:
        """Return the part of the screen that has the focus."""
        raise NotImplementedError

    def action_help(self) -> None:
        from tui_inbox.screens.help import help_page

        self.app.push_screen(help_page(self.post, self.where(), self.size.width))

    def action_palette(self) -> None:
        from textual.command import CommandPalette

        from tui_inbox.screens.palette import Commands

        self.app.push_screen(CommandPalette(providers=[Commands], placeholder="What do you want to do?"))

    def action_origin(self) -> None:
        if self.rows.current is not None:
            self.run_worker(self._origin(self.rows.current), group="origin", exclusive=True)

    async def _origin(self, id_: int) -> None:
        from tui_inbox.rules.places import place
        from tui_inbox.screens.pages import PlacePage

        def asked(reader: Reader) -> tuple[Whole, Written, Where]:
            written = reader.written(id_)
            return reader.conversation(id_, self.post.clock()), written, place(written)

        try:
            whole, written, found = await self.post.ask(asked)
        except Problem as problem:
            self.say_problem(problem)
        else:
            self.app.push_screen(PlacePage(self.post, whole, written, found))

    def action_customer(self) -> None:
        from tui_inbox.screens.customer import CustomerPage

        if row := self.rows.current_row():
            self.app.push_screen(CustomerPage(self.post, row.contact.id), self.visit_row)

    def visit_row(self, row: Row | None) -> None:
        """Go to a conversation in the queue where it lies."""
        raise NotImplementedError

    def action_why(self) -> None:
        if (id_ := self.rows.current) is not None:
            self.run_worker(self._why(id_), group="why", exclusive=True)

    async def _why(self, id_: int) -> None:
        from tui_inbox.screens.pages import Page, why_lines

        now = self.post.clock()
        try:
            told = await self.post.write(lambda inbox: inbox.explain(id_, now))
        except Problem as problem:
            self.say_problem(problem)
        else:
            self.app.push_screen(Page(self.post, why_lines(told)))

    def action_links(self) -> None:
        if self.reading.layout_:
            self._ask_link(self.reading.layout_.whole.messages, self.reading.position)

    def on_reading_pointed(self, event: Reading.Pointed) -> None:
        if self.reading.layout_:
            self._ask_link(self.reading.layout_.whole.messages, event.message, event.address)

    def _ask_link(self, messages: Sequence[MessageLine], position: int, address: str = "") -> None:
        from tui_inbox.screens.links import LinksPrompt

        self.app.push_screen(LinksPrompt(self.post, messages, position, address), self._open_link)

    def _open_link(self, address: str | None) -> None:
        if address:
            self.run_worker(self._launch(address), group="open", exclusive=True)

    async def _launch(self, address: str) -> None:
        from tui_inbox import files

        try:
            await self.post.do(lambda: files.launch(address))
        except Problem as problem:
            self.say_problem(problem)
        else:
            self.say(f"Opened {address}")

    def action_files(self) -> None:
        from tui_inbox import files
        from tui_inbox.screens.attached import FilesPrompt

        if self.reading.layout_:
            messages = self.reading.layout_.whole.messages
            prompt = FilesPrompt(self.post, messages, self.reading.position, str(files.downloads()))
            self.app.push_screen(prompt, self._take_file)

    def _take_file(self, wanted: Wanted | None) -> None:
        if wanted:
            self.run_worker(self._file(wanted), group="open", exclusive=True)

    async def _file(self, wanted: Wanted) -> None:
        from tui_inbox import files

        id_, folder = wanted.file.id, files.downloads()
        take = files.save if wanted.save else None
        try:
            path = await self.post.ask(
                lambda reader: take(reader, id_, folder) if take else files.open_file(reader, id_)
            )
        except Problem as problem:
            self.say_problem(problem)
        else:
            self.say(f"Saved as {path}" if wanted.save else f"Opened {wanted.file.name}.")

    def action_copy(self) -> None:
        """Copy what the message says that is being read."""
        if self.reading.layout_ and (messages := self.reading.layout_.whole.messages):
            one = messages[self.reading.position]
            self.app.copy_to_clipboard(clean.block(one.text))
            self.say(f"Copied what {one.sender_name or one.sender_identity or 'the channel'} wrote.")

    def action_correct(self) -> None:
        from tui_inbox.screens.correct import CorrectPrompt

        if self.reading.layout_ and (messages := self.reading.layout_.whole.messages):
            self.app.push_screen(CorrectPrompt(self.post, messages, self.reading.position), self._correct)

    def _correct(self, said: Judged | None) -> None:
        if said:
            self.run_worker(self._judge(said), group="acts")

    async def _judge(self, said: Judged) -> None:
        from tui_inbox.screens.pages import RulePage

        now = self.post.clock()
        try:
            rule = await self.post.write(lambda inbox: inbox.judge(said.message, said.class_, now))
        except Problem as problem:
            self.say_problem(problem)
            return
        self.say("Corrected; the conversation has been read anew.")
        self.stale.set()
        self.app.push_screen(RulePage(self.post, rule))
