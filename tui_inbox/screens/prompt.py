"""What every prompt shares: a line to type in, what it would do, Enter and a way back; keys typed ahead are kept."""

from __future__ import annotations

from typing import Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui_inbox.screens import paint
from tui_inbox.screens.bars import Foot
from tui_inbox.screens.keys import PROMPT, bindings, shown
from tui_inbox.screens.post import Post
from tui_inbox.screens.typed import type_into

R = TypeVar("R")


class Line(Input, inherit_bindings=False):
    """The line of a prompt: Enter and the arrows up and down belong to the prompt."""

    BINDINGS = [one for one in Input.BINDINGS if isinstance(one, Binding) and one.action != "submit"]  # noqa: RUF012 - Textual reads it from the class


class Prompt(ModalScreen[R | None], Generic[R]):
    """A small window over the list. Its subclasses say what stands below the line, and what Enter does."""

    BINDINGS = bindings(PROMPT)  # type: ignore[assignment]  # Textual types this as a mixed list
    DEFAULT_CSS = """
    Prompt { align: center middle; background: $background 60%; }
    Prompt > #window { width: 72; max-width: 96%; height: auto; max-height: 96%; background: $panel; padding: 1 2; }
    Prompt Input { border: none; height: 1; padding: 0 1 !important; background: $background; margin: 1 0; }
    Prompt Static { height: auto; }
    Prompt #preview { margin-top: 1; min-height: 2; }
    Prompt Foot { margin-top: 1; padding: 0; }
    Prompt:ansi { background: transparent; }
    Prompt:ansi > #window { border: ascii ansi_default; padding: 0 2; }
    """

    def __init__(self, post: Post, title: str, placeholder: str = "") -> None:
        super().__init__()
        self.post = post
        self._said, self._placeholder = title, placeholder
        self._ahead = ""
        self._sent_ahead = False
        self._tall = 0
        """Lines that what may be chosen has taken at most."""
        self.holding = False
        """Whether the prompt has been confirmed, and what is typed now is for what comes after it."""
        self.ready = False

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            yield Static(Content(paint.gate(self._said)), id="title", markup=False)
            yield Line(placeholder=self._placeholder, id="line", compact=True, select_on_focus=False)
            yield Static("", id="choices", markup=False)
            yield Static("", id="preview", markup=False)
            yield Foot()

    @property
    def line(self) -> Line:
        """Where the agent types."""
        return self.query_one(Line)

    def on_mount(self) -> None:
        foot = self.query_one(Foot)
        foot.keys = shown(PROMPT, self.post.keys, self.post.marks.ascii)
        self.ready = True
        self.line.focus()
        self.begin()
        if self._ahead:
            self.line.value = self._ahead
            self.line.cursor_position = len(self._ahead)
        if self._sent_ahead:
            self.action_confirm()

    def take(self, event: Key) -> bool:
        """Keep what is typed before the line has the focus; return whether the key was for it."""
        if not event.character or not event.is_printable or (self.ready and self.line.has_focus):
            return False
        if self.ready:
            type_into(self.line, event.character)
        else:
            self._ahead += event.character
        return True

    def begin(self) -> None:
        """Draw what stands below the line when the prompt opens."""

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.typed(event.value)

    def typed(self, text: str) -> None:
        """Answer to what has been typed so far."""

    def choices(self, content: Content) -> None:
        """Show what may be chosen; where that becomes less, the window stays as tall as it was, and where it was."""
        part = self.query_one("#choices", Static)
        self._tall = max(self._tall, content.plain.count("\n") + 1)
        part.styles.min_height = self._tall
        part.update(content)

    def preview(self, content: Content) -> None:
        """Show what Enter would do."""
        self.query_one("#preview", Static).update(content)

    def confirm(self) -> None:
        """Do what the preview says."""
        raise NotImplementedError

    def action_confirm(self) -> None:
        if self.ready:
            self.confirm()
        else:
            self._sent_ahead = True

    def action_down(self) -> None:
        """Go to the next choice."""

    def action_up(self) -> None:
        """Go to the choice before."""

    def action_back(self) -> None:
        self.dismiss(None)
