"""What the fuzzer damages besides exports: HTML, searches, rules, the configuration, replies of a mail server."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.scripted_imap import HANG_UP, Mailbox, ScriptedImap, fetched
from tui_inbox.config import load
from tui_inbox.connectors.formats import htmltext, quotes
from tui_inbox.connectors.imap import Source
from tui_inbox.problems import Problem
from tui_inbox.rules import clean, lookalike, query, typed
from tui_inbox.rules.model import Person
from tui_inbox.rules.routing import Case, compile_rules, route
from tui_inbox.store import migrations
from tui_inbox.store.reader import Reader

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[1]


@dataclass
class Inputs:
    """Reads bytes as one of the kinds of NAMES; holds what that needs open."""

    folder: tempfile.TemporaryDirectory[str] = field(default_factory=tempfile.TemporaryDirectory)

    def __post_init__(self) -> None:
        place = Path(self.folder.name)
        migrations.upgrade(place / "inbox.db")
        self.reader = Reader(place / "inbox.db")
        self.config = place / "config.toml"
        box = Mailbox(dict.fromkeys((3, 5, 8), b"Subject: x\r\n\r\nHello\r\n"), uidvalidity=77)
        self.plain = {
            "CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n",
            "AUTHENTICATE": b"+ \r\n",
            "LIST": b'* LIST (\\HasNoChildren \\Sent) "/" "INBOX"\r\n* LIST () NIL {5}\r\nG&-l4\r\n',
            "EXAMINE": b"* 3 EXISTS\r\n* OK [UIDVALIDITY 77] x\r\n* OK [UIDNEXT 9] x\r\n* OK [HIGHESTMODSEQ 5] x\r\n",
            "UID SEARCH": b"* SEARCH 3 5 8\r\n",
            "UID FETCH": fetched(box, 3, True) + fetched(box, 5, False),
        }
        self.server = ScriptedImap({b"INBOX": box}).__enter__()

    def read(self, kind: str, raw: bytes) -> None:
        """Read *raw*; whatever it is, nothing but a `Problem` may come of it."""
        READERS[kind](self, raw)

    def seeds(self, kind: str) -> Iterator[bytes]:
        """Yield what the damage begins with."""
        if kind == "replies":
            yield from (name.encode() + b"\n" + reply for name, reply in self.plain.items())
        else:
            yield from SEEDS[kind]()


def _html(inputs: Inputs, raw: bytes) -> None:
    reading = htmltext.to_text(raw.decode("utf-8", "replace"))
    for text in (*quotes.split(reading.text), *reading.links):
        safe = clean.block(text)
        assert clean.block(safe) == safe, "Cleaning what is clean changes it."


def _query(inputs: Inputs, raw: bytes) -> None:
    text = raw.decode("utf-8", "replace")
    typed.complete(text, len(text) // 2)
    lookalike.doubts(Person(text, text))
    asked = query.parse(text, NOW, UTC)
    inputs.reader.found(asked, NOW, 10)
    query.terms(asked)


def _config(inputs: Inputs, raw: bytes) -> None:
    inputs.config.write_bytes(raw)
    load(inputs.config, now=NOW)


def _rules(inputs: Inputs, raw: bytes) -> None:
    inputs.config.write_bytes(raw)
    config = load(inputs.config, now=NOW)
    rules = compile_rules((one.name, one.when, one.then, one.on) for one in config.rules)
    for text in ("refund", raw.decode("utf-8", "replace")):
        route(Case(sender=text, sender_name=text, subject=text, text=text, warnings=(text,)), rules)


def _replies(inputs: Inputs, raw: bytes) -> None:
    name, _, reply = raw.partition(b"\n")
    said = name.decode("ascii", "replace")
    inputs.server.on = {said: lambda tag, rest: reply.replace(b"TAG", tag) + tag + b" OK done\r\n" + HANG_UP}
    source = Source("support", "127.0.0.1", "ada", port=inputs.server.port, tls="none", password=lambda: "pw")
    with suppress(Problem):
        for batch in source.read({}):
            assert len(batch.arrivals) < 1000


READERS: dict[str, Callable[[Inputs, bytes], None]] = {
    "html": _html,
    "query": _query,
    "rules": _rules,
    "config": _config,
    "replies": _replies,
}


def _pages() -> Iterator[bytes]:
    for path in sorted((ROOT / "tests" / "samples" / "eml").iterdir()):
        raw = path.read_bytes()
        if b"<" in raw and len(raw) < 100_000:
            yield raw
    yield b"<table><tr><td style='display:none'>x</td><td><a href='http://a.example/'>b.example</a></td></tr></table>"
    yield b"<ul><li>a<ol><li>b</ol></ul><pre>x\n  y</pre><blockquote>q<br>r</blockquote><img alt='z'>&nbsp;&#x202e;"


def _queries() -> Iterator[bytes]:
    text = (ROOT / "docs" / "search.md").read_text("utf-8")
    for block in re.findall(r"```query\n(.*?)```", text, re.DOTALL):
        yield from (line.encode() for line in block.splitlines() if line.strip())


def _configs() -> Iterator[bytes]:
    example = (ROOT / "config.example.toml").read_text("utf-8")
    plain = re.sub(r"^#(?=[\[\w\"])", "", example, flags=re.MULTILINE)
    yield plain.encode()
    yield from (f"[[{part}".encode() for part in plain.split("[[")[1:])


def _rule_sets() -> Iterator[bytes]:
    text = (ROOT / "docs" / "rules.md").read_text("utf-8")
    yield from (block.encode() for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL))
    for when, then in (
        ('from = "*@x.example", subject = ["a", "*b"], sensitive = false', 'tier = 2, sla = "2h"'),
        ('text = ["東", "x y"], warning = "looks", hours = "out", known = true', 'place = "spam"'),
    ):
        yield f'[[rule]]\nname = "a"\nwhen = {{ {when} }}\nthen = {{ {then} }}\non = ["new", "reply"]\n'.encode()


SEEDS: dict[str, Callable[[], Iterator[bytes]]] = {
    "html": _pages,
    "query": _queries,
    "rules": _rule_sets,
    "config": _configs,
}
