"""How it looks: the themes a configuration may name, and the colours of every role."""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

from tui_inbox.problems import Misconfigured
from tui_inbox.screens.paint import ROLES

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
        panel="#20252d",
        boost="#2a303a",
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
        boost="#dcdcd6",
        dark=False,
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
        boost="#303030",
    ),
}
FEW_COLOURS = {"linux", "ansi", "vt100", "vt220", "xterm", "screen", "tmux", "rxvt", "cygwin"}
"""Terminals that may know no more than sixteen colours, where ours would become whatever is nearest."""
NAMES = ("auto", *THEMES, "terminal")

_COLOURS: Mapping[str, str] = {
    "late": "color: $error; text-style: bold;",
    "risk": "color: $warning; text-style: bold;",
    "ontime": "color: $success;",
    "quiet": "text-style: dim;",
    "news": "color: $accent; text-style: bold;",
    "cursor": "color: $accent; text-style: bold;",
    "selected": "color: $accent; text-style: bold;",
    "channel": "color: $primary;",
    "customer": "text-style: bold;",
    "snippet": "text-style: dim;",
    "reason": "color: $primary;",
    "title": "text-style: bold;",
    "me": "color: $success; text-style: bold;",
    "machine": "text-style: dim;",
    "quote": "text-style: dim italic;",
    "warning": "color: $warning;",
    "file": "color: $primary;",
    "going": "text-style: dim strike;",
    "good": "color: $success;",
    "key": "color: $accent; text-style: bold;",
    "rule": "text-style: dim;",
    "hit": "text-style: bold reverse;",
    "link": "color: $primary; text-style: underline;",
}


def css() -> str:
    """Return the rules that colour every role in every widget that draws lines."""
    return "\n".join(
        f"{widget} > .{prefix}--{role} {{ {_COLOURS[role]} }}"
        for widget, prefix in (("Rows", "rows"), ("Reading", "reading"), ("Lines", "lines"))
        for role in ROLES
        if role in _COLOURS
    )


def chosen(name: str, environ: Mapping[str, str]) -> str:
    """Return Textual's name of the theme that the configuration calls *name*.

    `auto` is the terminal's own colours where it has sixteen only, light where the terminal says that its background
    is (COLORFGBG), else dark. Raises `Misconfigured`.
    """
    if name not in NAMES:
        raise Misconfigured(f'[look] theme "{name}" is not there.', f"Choose one of {', '.join(NAMES)}.")
    if name == "auto" and environ.get("TERM") in FEW_COLOURS and not environ.get("COLORTERM"):
        name = "terminal"
    elif name == "auto":
        ground = environ.get("COLORFGBG", "").rpartition(";")[2]
        name = "light" if ground in {"7", "15"} else "dark"
    return "ansi-dark" if name == "terminal" else THEMES[name].name
