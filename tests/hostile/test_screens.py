"""Every screen over what strangers wrote, on a real terminal: only sequences that the program itself makes arrive."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from tests.hostile import corpus
from tests.hostile.tty import Tty, tty
from tests.hostile.vt import Sign, signs, strange
from tui_inbox.screens.keys import (
    APP,
    CONFIRM,
    CUSTOMER,
    DESK,
    GO,
    KEYS,
    LIST,
    PAGE,
    PLACE,
    PROMPT,
    READING,
    REPORT,
    REVIEW,
    RULE,
    SEARCH,
    SELECT,
    STANDING,
    Key,
)

ESCAPE = "\x1b[27u"
"""As terminals with the newer protocol tell it: the old way only time tells it from the beginning of a longer key."""

TYPED = {"enter": "\r", "escape": ESCAPE, "slash": "/", "full_stop": ".", "asterisk": "*", "question_mark": "?"}
TYPED |= {"pagedown": "\x1b[6~", "pageup": "\x1b[5~", "home": "\x1b[H", "end": "\x1b[F", "space": " ", "comma": ","}
TYPED |= {"ctrl+s": "\x13", "ctrl+p": "\x10", "down": "\x1b[B", "up": "\x1b[A"}
TYPED |= {"tab": "\t", "right": "\x1b[C", "left": "\x1b[D"}

LEFT_OUT = ("desk.quit", "app.quit", "list.open", "reading.copy", "place.copy", "rule.copy")
"""To leave; what every look begins with; and what writes to the clipboard because the agent says so."""

TOUR: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("the inbox", DESK, ("gi",), "Inbox"),
    ("where to go", GO, ("g",), "Handed over"),
    ("the list", LIST, ("ge",), "All 1/"),
    ("a conversation", READING, ("ge", "\r"), "tier 1"),
    ("what to select", SELECT, ("ge", "*"), "nothing"),
    ("what to review", REVIEW, ("R",), "this list"),
    ("a review", READING, ("ge", "R", "l"), "Review: All"),
    ("the reports", REPORT, ("gr",), "Reports"),
    ("the reports by owner", REPORT, ("gr", "bbbb", "ll"), "Reports"),
    ("the sources", STANDING, ("gm",), "PWNED"),
    ("the outbox", STANDING, ("gi", "f", "\r", "go"), "Mert"),
    ("the rules", STANDING, ("gu",), "words"),
    ("a customer", CUSTOMER, ("ge", "i"), "waited"),
    ("a place", PLACE, ("ge", "o"), "Where the customer wrote"),
    ("why", PAGE, ("ge", "w"), "Why"),
    ("a question of the snooze", PROMPT, ("ge", "s"), "Snooze:"),
    ("a question of the forward", PROMPT, ("ge", "f"), "Mert"),
    ("the links", PROMPT, ("ge", "\r", "L"), "Links"),
    ("the files", PROMPT, ("ge", "\r", "a"), "Files"),
    ("what a message is", PROMPT, ("ge", "\r", "c"), "What is this message?"),
    ("a rule that is offered", RULE, ("ge", "\r", "c", "b", "\r"), "[[rule]]"),
    ("a search", SEARCH, ("/", "asks"), "asks"),
    ("acts on many", CONFIRM, ("gi", "*", "a", "e"), "conversations?"),
)
"""Every screen in every state: the part whose keys are then pressed, each; how it is come to; what is then seen."""

OWN_CSI = re.compile(
    r"(?:[\d;:]*m|\d+;\d+H|[0-2]?[JK]|22;2t|23;2t|>\d+u|<u|\?2026\$p|\?2048\$p"
    r"|\?(?:7|25|1000|1003|1004|1006|1015|1049|2004|2026|2048)[hl])"
)
"""Colours and the cursor's place; the title kept and given back; keyboard, mouse, focus, paste, wrap, second screen."""
OWN_OSC = re.compile(r"22;\w+|2;[\w ,.%<>·-]*")
"""The pointer's shape; the title, which counts and names nobody."""
SWITCHED_ON_BEFORE = {"7", "25"}
"""Wrapping and a visible cursor are how every terminal starts."""


def own(sign: Sign) -> bool:
    """Return whether *sign* is one that the program makes for itself."""
    match sign.kind:
        case "TEXT":
            return not strange(sign.value)
        case "C0":
            return sign.value in "\r\n"
        case "CSI":
            return OWN_CSI.fullmatch(sign.value + sign.final) is not None
        case "OSC":
            return OWN_OSC.fullmatch(sign.value) is not None and "PWNED" not in sign.value
        case _:
            return False


def typed(key: Key) -> str:
    """Return what a terminal sends for *key*, "" for what none of them agree on."""
    name = key.keys.split(",")[0]
    return TYPED.get(name, name if len(name) == 1 else "")


STAYING = {"down", "up", "page_down", "page_up", "home", "end", "quotes", "select", "select_range", "by", "span"}
STAYING |= {"group(1)", "group(-1)", "turn(1)", "turn(-1)", "complete", "recall(1)", "recall(-1)"}
"""What keys do that leave the screen where it is: they are pressed one after another."""


def look_around(terminal: Tty, where: str, begin: tuple[str, ...], there: str) -> set[str]:
    """Press every key of one part of the screen, and return the pictures that were seen."""
    seen = set()
    keys = [key for key in KEYS if key.where == where and key.id not in LEFT_OUT and typed(key)]
    keys.sort(key=lambda key: (key.action.removeprefix("screen.") not in STAYING, key.id == "confirm.yes"))
    seen.add(terminal.come_to(there, *begin, back=(ESCAPE, ESCAPE)))
    here = True
    for key in keys:
        terminal.press(*(() if here else begin), typed(key))
        seen.add(terminal.text())
        here = key.action.removeprefix("screen.") in STAYING
        if not here:
            terminal.press(ESCAPE, ESCAPE)
    if here:
        terminal.press(ESCAPE, ESCAPE)
    return seen


def test_the_tour_goes_everywhere() -> None:
    assert {where for _, where, _, _ in TOUR} == {key.where for key in KEYS} - {APP}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What strangers wrote, read into a home, of which each terminal gets a copy."""
    folder = tmp_path_factory.mktemp("strangers") / "home"
    corpus.filled(folder, datetime.now(UTC))
    return folder


def read_all(terminal: Tty) -> set[str]:
    """Open every conversation, search, and return the pictures that were seen."""
    terminal.press("\r", "t")
    seen = set()
    for _ in corpus.SEQUENCES:
        terminal.press("Gn")
        seen.add(terminal.text())
    terminal.press(ESCAPE, "/")
    terminal.press("asks", "\r", "\x1b[B\r", ESCAPE, ESCAPE, ESCAPE)
    return seen | {terminal.text()}


def tour(part: int, terminal: Tty) -> set[str]:
    """Go through one in `PARTS` of the tour, and return the pictures that were seen."""
    return set().union(*(look_around(terminal, where, keys, there) for _, where, keys, there in TOUR[part::PARTS]))


PARTS = 4
LOOKS = {"every conversation": read_all} | {f"tour {part}": partial(tour, part) for part in range(PARTS)}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_only_the_programs_own_sequences_reach_the_terminal(
    home: Path, tmp_path: Path, look: Callable[[Tty], set[str]]
) -> None:
    shutil.copytree(home, tmp_path / "home")
    with tty(tmp_path / "home", 100, 30) as terminal:
        terminal.until(lambda said: "help" in said and "Subject" in said)
        terminal.rest()
        pictures = look(terminal)
        assert terminal.leave(ESCAPE, "q") == 0
    written = list(signs(bytes(terminal.written)))
    assert {str(one) for one in written if not own(one)} == set()
    assert len(pictures) > 12
    assert "PWNED" in "".join(pictures), "What the sequences would have said is shown as text."
    on = {one.value for one in written if one.kind == "CSI" and one.final == "h"}
    last = {one.value.lstrip("?"): one.final for one in written if one.kind == "CSI" and one.final in "hl"}
    assert on
    assert {mode for mode, state in last.items() if (state == "h") != (mode in SWITCHED_ON_BEFORE)} == set()


def test_a_foreign_sequence_would_be_noticed() -> None:
    for name, evil in corpus.SEQUENCES.items():
        if name not in ("wide", "private", "markup", "colour", "separators", "tags", "zero width"):
            assert not all(own(one) for one in signs(evil.encode())), name
