"""What is made to stall, swell or nest a reader: each has a cap, and a mail that still takes too long is set aside."""

from __future__ import annotations

import io
import json
import os
import signal
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.growth import linear
from tui_inbox.connectors import rfc822
from tui_inbox.connectors.formats import apart
from tui_inbox.connectors.formats.apart import NoProcess, TooMuch
from tui_inbox.connectors.formats.bundle import open_bundle
from tui_inbox.connectors.formats.jsonstream import decoded
from tui_inbox.problems import Unreadable

M = 1 << 20
HEAD = b"From: a@one.example\r\nTo: b@two.example\r\nDate: Mon, 2 Mar 2026 08:00:00 +0000\r\nMIME-Version: 1.0\r\n"
Bomb = Callable[[int], bytes]
"""Makes a mail that holds so many of something."""


def html(piece: bytes) -> Bomb:
    return text(piece, b"text/html")


def field(name: bytes, piece: bytes) -> Bomb:
    return lambda many: HEAD + name + b": " + piece * many + b"\r\n\r\nx"


def text(piece: bytes, kind: bytes = b"text/plain") -> Bomb:
    return lambda many: HEAD + b"Content-Type: " + kind + b"\r\n\r\n" + piece * many


def parts(many: int) -> bytes:
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * many


def deep(many: int) -> bytes:
    inside = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n"
    return HEAD + b"".join(inside % (one, one) for one in range(many))


BOMBS: dict[str, Bomb] = {
    "unfinished tags": html(b"<a "),
    "comments": html(b"<!--"),
    "nested blocks": html(b"<div>"),
    "formatting carried on": html(b"<b><p>"),
    "nested tables": html(b"<table><tr><td>"),
    "nested quotes": html(b"<blockquote>"),
    "links": html(b"<a href='http://a.example/x'>b.example</a>"),
    "entities": html(b"&#x41;"),
    "bare signs": html(b"<"),
    "encoded words": field(b"Subject", b"=?utf-8?q?a?= "),
    "nested comments": field(b"To", b"("),
    "empty groups": field(b"To", b"a:;"),
    "semicolons": field(b"To", b";"),
    "many people": field(b"Cc", b"a@b.example,"),
    "many references": field(b"References", b"<a@b> "),
    "many parameters": field(b"Content-Type", b"a*0*=x; "),
    "many fields": lambda many: HEAD + b"Received: x; y\r\n" * many + b"\r\n",
    "one huge field": field(b"X-Huge", b"a"),
    "many parts": parts,
    "parts in parts": deep,
    "mails in mails": lambda many: b"Content-Type: message/rfc822\r\n\r\n" * many,
    "one long line": text(b"a"),
    "many quotes": text(b">\n"),
    "deep quotes": text(b"> "),
    "quote headings": text(b"On a wrote:\n"),
    "soft breaks": text(b"a \n", b"text/plain; format=flowed"),
    "combining marks": text("\u0301".encode()),
    "delivery reports": text(b"Action: failed\n\n", b"message/delivery-status"),
    "UTF-7": text(b"+AG", b"text/plain; charset=utf-7"),
    "digits": text(b"4111 "),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_in_a_mail_costs_what_its_length_allows_and_the_mail_is_read(name: str) -> None:
    def read(raw: bytes) -> None:
        message = rfc822.read_here(raw)
        assert message.raw == raw
        assert not any("could not be parsed" in one for one in message.warnings)

    linear(BOMBS[name], read)


def test_caps_are_said() -> None:
    assert "too many parts: not all were read" in rfc822.read_here(parts(100_000)).warnings
    assert "too many parts: not all were read" in rfc822.read_here(deep(2_000)).warnings
    assert "the text was cut" in rfc822.read_here(html(b"<a ")(M)).warnings


# --- what takes too long all the same -----------------------------------------------------------------------


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def swell() -> int:
    return len(bytearray(apart.MEMORY * 2))


def seven() -> int:
    return 7


def test_a_process_that_dies_or_swells_is_ended_and_the_next_question_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))  # where the process finds what it is asked for
    apart.end()
    assert apart.apart(seven) == 7
    for broken in (die, swell):
        with pytest.raises(TooMuch):
            apart.apart(broken)
        assert apart.apart(seven) == 7
    apart.end()


def test_a_process_that_says_nothing_at_all_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(apart.select, "select", lambda *asked: (waits.append(asked[3]), ([], [], []))[1])
    worker = apart.Worker()
    with pytest.raises(NoProcess):
        next(worker.each(seven, [()]))
    assert worker.process is None
    assert apart.STILL < sum(waits) < 2 * apart.STILL


LARGE = HEAD + b"Subject: large\r\n\r\nHello\r\n" + b"x" * 100_000


def test_a_mail_is_read_elsewhere_and_is_the_same() -> None:
    assert rfc822.parse(LARGE, position=3, where="here") == rfc822.read_here(LARGE, 3, "here")


def test_a_file_of_a_mail_is_taken_out_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart.Worker, "each", lambda worker, do, many: iter([TooMuch()]))
    with pytest.raises(Unreadable):
        rfc822.attachment(LARGE, "1")


# --- archives and JSON --------------------------------------------------------------------------------------


@contextmanager
def zipped(folder: Path, members: dict[str, bytes]) -> Iterator[Path]:
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    yield folder / "a.zip"


def test_a_zip_that_unpacks_to_far_more_than_it_is_is_refused(tmp_path: Path) -> None:
    big = io.BytesIO()
    with zipfile.ZipFile(big, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made, made.open("a.txt", "w") as member:
        for _ in range(300):
            member.write(bytes(M))
    (tmp_path / "bomb.zip").write_bytes(big.getvalue())
    with pytest.raises(Unreadable), open_bundle(tmp_path / "bomb.zip") as bundle:
        bundle.names()


def test_json_of_any_depth_is_refused_or_read_and_never_breaks() -> None:
    for sign, end in (("[", "]"), ('{"a":', "}")):
        for depth in (10, 1_000, 100_000):
            written = sign * depth + "1" + end * depth
            try:
                assert json.dumps(decoded(written)) is not None
            except ValueError:
                continue
            except RecursionError:
                pytest.fail("It nested too deep.")
