"""From a key to the picture it leads to, on a pseudo-terminal, beside a bare list of as many rows."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.figures import Figure, Sample, sample
from benchmarks.runs import PROGRAM, PYTHON, ROOT
from benchmarks.starting import PLACED, ours
from benchmarks.stores import Kept
from benchmarks.syncing import ACCOUNT, done, fill
from benchmarks.terminal import Tty

DOWN, UP, PAGE, END, HOME = b"j", b"k", b"\x1b[6~", b"G", b"\x1b[H"
ESCAPE = b"\x1b[27u"
"""As the newer keyboard protocol writes it: no clock decides whether a longer key follows."""
QUERY = b"refund siparis"
MAILBOXES = ("support", "orders", "press")
CALM = 0.3
"""Seconds without a byte after which nothing more comes of what was pressed before, on a busy machine too."""


def keys(home: Path, size: int, presses: int) -> Iterator[Figure]:
    """Yield every key at *size*; *home* is written to."""
    with Tty(ours(home)) as tty, Tty((PYTHON, "-m", "benchmarks.bare_screen", str(size))) as bare:
        tty.until(PLACED)
        bare.until(rb"Customer")
        tty.rest(0.5)
        bare.rest(0.5)
        moved, bare_moved, lasting, bare_lasting = _moves(tty, bare, (DOWN, DOWN, DOWN, UP), presses)
        yield Figure("keys", f"cursor, key to first byte, {size:,}", moved, "bare list", bare_moved, 1.5)
        yield Figure("keys", "cursor, the slowest", moved, "bare list", bare_moved, 2.0, at="p99")
        yield Figure("keys", "cursor, key to last byte (what lies beside)", lasting, "bare list", bare_lasting)
        paged, bare_paged, *_ = _moves(tty, bare, (PAGE,), presses // 4 + 1)
        yield Figure("keys", "page down", paged, "bare list", bare_paged, 1.5)
        ended, bare_ended, *_ = _moves(tty, bare, (END, UP), presses // 8 + 1)
        yield Figure("keys", "end of the list", ended, "bare list", bare_ended, 1.5)
        tty.press(HOME)
        cursor = sample([tty.press(DOWN)[0] for _ in range(presses // 2 + 1)])
        acts = presses // 8 + 2
        archived = _each(lambda: tty.press(b"e", sign=PLACED)[0], acts)
        yield Figure("keys", "archive, key to next row", archived, "cursor", cursor, 3.0)
        snoozed = _each(lambda: _asked(tty, b"s", b"2"), acts)
        yield Figure("keys", "snooze in a day, key to next row", snoozed, "cursor", cursor, 3.0)
        forwarded = _each(lambda: _asked(tty, b"f", b"Mert\r"), acts)  # with no line for them
        yield Figure("keys", "forward, key to next row", forwarded, "cursor", cursor, 3.0)
        yield Figure("keys", "open", _each(lambda: _back(tty, b"\r", ESCAPE), acts), "cursor", cursor)
        tty.press(b"/")
        typed = []
        for one in QUERY:
            tty.rest(CALM)
            typed.append(tty.press(bytes([one]), sign=PLACED)[0])
        yield Figure("keys", "search as you type, a letter to what it finds", sample(typed), "cursor", cursor)


def beside(home: Path, source: Path, size: int, presses: int) -> Iterator[Figure]:
    """Yield the cursor while *source* is being imported into *home*."""
    with Tty(ours(home)) as tty, Tty((PYTHON, "-m", "benchmarks.bare_screen", str(size))) as bare:
        tty.until(PLACED)
        bare.until(rb"Customer")
        tty.rest(0.5)
        command = (*PROGRAM, "--home", str(home), "import", str(source), "--json")
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT) as going:
            tty.listen(1.0)
            moved, bare_moved, *_ = _moves(tty, bare, (DOWN, DOWN, DOWN, UP), presses, lambda: going.poll() is None)
            going.terminate()
        yield Figure("keys", "cursor, during an import", moved, "bare list", bare_moved, 1.5)
        yield Figure("keys", "cursor, during an import, the slowest", moved, "bare list", bare_moved, 2.0, at="p99")


def synced(kept: Kept, home: Path, size: int, mails: int, presses: int) -> Iterator[Figure]:
    """Yield the cursor while three mailboxes of *mails* each come into *home* for the first time."""
    from tests.dovecot import Dovecot

    with Dovecot(users=dict.fromkeys(MAILBOXES, "secret")) as server:
        with (home / "config.toml").open("a", encoding="utf-8") as config:
            for name in MAILBOXES:
                fill(server.home / "mail" / name, kept.maildir(mails))
                config.write(ACCOUNT.format(name=name, port=server.port))
        with Tty(ours(home)) as tty, Tty((PYTHON, "-m", "benchmarks.bare_screen", str(size))) as bare:
            tty.until(PLACED)
            bare.until(rb"Customer")
            tty.listen(2.0)
            still = len(MAILBOXES)
            moved, bare_moved, *_ = _moves(tty, bare, (DOWN, DOWN, DOWN, UP), presses, lambda: not done(home, still))
        yield Figure("keys", "cursor, during a sync of three accounts", moved, "bare list", bare_moved, 1.5)
        yield Figure("keys", "cursor, during that sync, the slowest", moved, "bare list", bare_moved, 2.0, at="p99")


def _moves(
    tty: Tty, bare: Tty, keys: tuple[bytes, ...], presses: int, on: Callable[[], bool] = lambda: True
) -> tuple[Sample, Sample, Sample, Sample]:
    """Press *keys* in both, in turns, as long as *on*; return the first bytes of ours and of the bare one, then the
    last bytes of both."""
    ours_, theirs = [], []
    for number in range(presses):
        key = keys[number % len(keys)]
        ours_.append(tty.press(key))
        theirs.append(bare.press(key))
        if number > 20 and not on():
            break
    first, last = ([sample([one[at] for one in several]) for several in (ours_, theirs)] for at in (0, 1))
    return first[0], first[1], last[0], last[1]


def _each(press: Callable[[], float], count: int) -> Sample:
    return sample([press() for _ in range(count)])


def _asked(tty: Tty, act: bytes, answer: bytes) -> float:
    """Begin an act and answer what it asks; return the seconds from the last key to the next row."""
    tty.press(act)
    for letter in answer:
        tty.press(bytes([letter]))
    return tty.press(b"\r", sign=PLACED)[0]


def _back(tty: Tty, key: bytes, back: bytes) -> float:
    """Press *key*, then *back*; return the seconds to the first byte after *key*."""
    took = tty.press(key)[0]
    tty.press(back)
    tty.rest(CALM)
    return took
