"""A mailbox on a real server that strangers have poisoned: all of it comes in, once, and what follows it too."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.connectors.kept import NOW, Kept, mailbox
from tests.dovecot import Dovecot
from tests.hostile.test_bombs import BOMBS, HEAD
from tui_inbox.connectors.formats import apart
from tui_inbox.inbox import worked

pytestmark = pytest.mark.needs("dovecot")

ENDLESS = HEAD + b"Subject: endless\r\n\r\nThis one never ends.\r\n"
PLAIN = HEAD + b"Subject: plain\r\n\r\nWhere is my order?\r\n"
POISON = {
    **{name: make(300) for name, make in BOMBS.items()},
    "no header": b"\r\n\r\nhello",
    "only a header": HEAD,
    "null bytes": HEAD + b"Subject: a\0b\r\n\r\nhello\0there\r\n",
    "no text at all": HEAD + b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!\r\n",
    "escape sequences": HEAD + b"Subject: \x1b]52;c;aGk=\x07\x1b[2J\r\n\r\n\x1b]0;mine\x07\r\n",
    "impossible charset": HEAD + b"Content-Type: text/plain; charset=\xff\xfe\r\n\r\n\xff\xfe\xfd\r\n",
    "a date of nowhere": HEAD.replace(b"Mon, 2 Mar 2026 08:00:00 +0000", b"Xxx, 99 Foo 99999 99:99:99 +9999")
    + b"\r\nhi",
    "endless": ENDLESS,
    "plain": PLAIN,
}


def as_kept(raw: bytes) -> bytes:
    """Return *raw* as Dovecot has it: lines end in one way, and there is no NUL."""
    return raw.replace(b"\r\n", b"\n").replace(b"\0", b"\x80")


real = worked._worked_out


def read(raw: bytes, *known: Any) -> worked.Worked:
    """End the process as the system does once the time is over, at one of them."""
    if b"never ends" in raw:
        os.kill(os.getpid(), signal.SIGXCPU)
    return real(raw, *known)


def test_a_poisoned_mailbox_comes_in_whole_and_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))  # where the process finds what it is asked for
    monkeypatch.setattr(worked, "_worked_out", read)
    apart.end()
    with Dovecot({"ada": "pw"}) as server, Kept(tmp_path / "home") as kept:
        for place, raw in enumerate(POISON.values()):
            server.deliver("ada", "INBOX", raw, NOW - timedelta(hours=2, seconds=-place))
        source = mailbox(server.port)
        came = [one for batch in kept.sync(source) for one in batch.arrivals]
        assert sorted(as_kept(one.message.raw) for one in came) == sorted(map(as_kept, POISON.values()))
        given_up = [one.message for one in came if "could not be parsed" in " ".join(one.message.warnings)]
        assert [one.raw for one in given_up] == [ENDLESS]
        assert not any(batch.arrivals or batch.set_aside for batch in kept.sync(source))
        server.deliver("ada", "INBOX", PLAIN.replace(b"order", b"refund"), NOW)
        [late] = [one for batch in kept.sync(source) for one in batch.arrivals]
        assert "refund" in late.message.text
    apart.end()
