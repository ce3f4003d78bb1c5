"""How it looks: the themes a configuration may name, and the colours of every role."""

from __future__ import annotations

from collections.abc import Mapping

from rich.style import Style
from textual.color import Color
from textual.geometry import Region
from textual.theme import Theme
from textual.widget import Widget

from tui_inbox.problems import Misconfigured


def _scrollbar(bar: str, ground: str) -> dict[str, str]:
    """Return the colours of a scroll bar: those that Textual mixes become blue and green where there are 256."""
    states = ("", "-hover", "-active")
    return {f"scrollbar{one}": bar for one in states} | {f"scrollbar-background{one}": ground for one in states}


THEMES = {
    "dark": Theme(
        "inbox-dark",
        primary="#5b9bd5",
        secondary="#7f9f7f",
        accent="#e0b050",
        warning="#e5a03a",
        error="#f0706a",
        success="#83c092",
        foreground="#d8dee9",
        background="#14171c",
        surface="#191d23",
        panel="#23272d",
        variables={"bar": "#1c4f76", "bar-quiet": "#1e2e40", "held": "#38342c", **_scrollbar("#454b54", "#1b1e22")},
    ),
    "light": Theme(
        "inbox-light",
        primary="#2f6fab",
        secondary="#557755",
        accent="#8a5a00",
        warning="#985f00",
        error="#b3261e",
        success="#2e6b3a",
        foreground="#1c1f24",
        background="#fbfbf9",
        surface="#f3f3f0",
        panel="#e7e7e2",
        dark=False,
        variables={"bar": "#9fbfdf", "bar-quiet": "#d0dfef", "held": "#ebe3d3", **_scrollbar("#b4b4ae", "#efefeb")},
    ),
    "contrast": Theme(
        "inbox-contrast",
        primary="#00a2ff",
        secondary="#ffffff",
        accent="#ffff00",
        warning="#ffd000",
        error="#ff8080",
        success="#80ff80",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#1a1a1a",
        variables={"bar": "#005a87", "bar-quiet": "#002840", "held": "#333329", **_scrollbar("#808080", "#1a1a1a")},
    ),
}
BARS = {"bar": "ansi_default", "bar-quiet": "ansi_default", "held": "ansi_default"}
"""What lies below the row of the cursor, in the list that has the focus and in any other, and below what is selected,
where a theme says nothing. A theme's own are chosen so that 256 colours have them too: mixed from other colours they
would be grey where the focus is, loud where it is not, and an unreadable olive below what is selected."""
FEW_COLOURS = {"linux", "ansi", "vt100", "vt220", "xterm", "screen", "tmux", "rxvt", "cygwin"}
"""Terminals that may know no more than sixteen colours, where ours would become whatever is nearest."""
NAMES = ("auto", *THEMES, "terminal")
TERMINAL = "ansi-dark"
"""What Textual calls the theme of the terminal's own colours."""

CSS = """
CommandPalette SearchIcon { display: none; }  /* two cells wide in some terminals, one in others, a box in the rest */
CommandPalette > Vertical { background: $panel; }
CommandPalette CommandList > .option-list--option { text-style: none; }
CommandPalette CommandList > .option-list--option-highlighted {
    background: $bar;
    color: $foreground;
    text-style: bold;
}
/* not reverse: an option is drawn without it, so that no row was marked where there is no colour */
CommandPalette CommandList:ansi > .option-list--option-highlighted { text-style: bold underline; }
"""
"""Textual's palette in our colours."""
_COLOURS: Mapping[str, tuple[str, str]] = {
    "late": ("error", "bold"),
    "risk": ("warning", "bold"),
    "ontime": ("success", ""),
    "quiet": ("", "dim"),
    "news": ("accent", "bold"),
    "cursor": ("accent", "bold"),
    "selected": ("accent", "bold"),
    "channel": ("primary", ""),
    "customer": ("", "bold"),
    "snippet": ("", "dim"),
    "reason": ("primary", ""),
    "title": ("", "bold"),
    "me": ("success", "bold"),
    "machine": ("", "dim"),
    "quote": ("", "dim italic"),
    "warning": ("warning", ""),
    "file": ("primary", ""),
    "going": ("", "dim strike"),
    "good": ("success", ""),
    "key": ("accent", "bold"),
    "rule": ("", "dim"),
    "hit": ("", "bold reverse"),
    "link": ("primary", "underline"),
}


def of_role(role: str, variables: Mapping[str, str]) -> Style:
    """Return what *role* gives to its text, in the colours of the theme that has *variables*.

    Component classes of Textual would say the same, at the price of a style for each role, widget and change of class:
    a tenth of the time to the first picture.
    """
    colour, text = _COLOURS.get(role, ("", ""))
    style = Style.parse(text)
    return style + Style(color=Color.parse(variables[colour]).rich_color) if colour else style


class Painted(Widget):
    """A widget that draws its lines in roles. What they look like is worked out once, and not for each line."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self._styles: dict[str, Style] = {}
        self._ground: Style | None = None

    @property
    def ground(self) -> Style:
        """What lies below the lines."""
        if self._ground is None:
            self._ground = self.rich_style
        return self._ground

    def ink(self, role: str) -> Style:
        """Return what *role* gives to its text."""
        if (style := self._styles.get(role)) is None:
            style = self._styles[role] = of_role(role, self.app.theme_variables)
        return style

    def forget(self, y: int) -> None:
        """Have line *y* of the content made anew when it is asked for next; that alone paints nothing."""
        self._set_dirty(Region(0, y, self.size.width, 1))

    def notify_style_update(self) -> None:
        self._styles.clear()
        self._ground = None
        super().notify_style_update()


def chosen(name: str, environ: Mapping[str, str]) -> str:
    """Return Textual's name of the theme that the configuration calls *name*.

    `auto` is the terminal's own colours where it has sixteen only, light where the terminal says that its background
    is (COLORFGBG), else dark. With NO_COLOR it is the terminal's own ground and ink, whatever the name: greys are
    colours too, and may not be read on the ground that the terminal has. Raises `Misconfigured`.
    """
    if name not in NAMES:
        raise Misconfigured(f'[look] theme "{name}" is not there.', f"Choose one of {', '.join(NAMES)}.")
    sixteen = environ.get("TERM") in FEW_COLOURS and not environ.get("COLORTERM")
    if "NO_COLOR" in environ or (name == "auto" and sixteen):
        name = "terminal"
    elif name == "auto":
        ground = environ.get("COLORFGBG", "").rpartition(";")[2]
        name = "light" if ground in {"7", "15"} else "dark"
    return TERMINAL if name == "terminal" else THEMES[name].name
