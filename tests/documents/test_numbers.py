"""Every number that the pages state is that of the code: a sentence with one is made from the constant it is about."""

from __future__ import annotations

import inspect
import re
import tomllib
from pathlib import Path

import pytest

from tests.documents.pages import FENCED, PAGES, ROOT, name_of, text_of
from tests.life import test_machine
from tui_inbox.cli import explaining, looking
from tui_inbox.config.values import History
from tui_inbox.connectors import load
from tui_inbox.connectors.formats import (
    apart,
    bodies,
    bundle,
    htmlguard,
    intime,
    mailfiles,
    mime,
    packing,
    telegram_pages,
    textrows,
    words,
)
from tui_inbox.connectors.imap import access, news, reading, standin
from tui_inbox.connectors.imap import line as imap_line
from tui_inbox.connectors.smtp import table as smtp
from tui_inbox.inbox import census, sources
from tui_inbox.outbox import letters
from tui_inbox.problems import Misconfigured, Problem
from tui_inbox.rules import conditions, handover, routing, silence, spans, thanks
from tui_inbox.store import moves, posted
from tui_inbox.sync import owner, pause, watch
from tui_inbox.vault import ring

KB, MB, GB = 1 << 10, 1 << 20, 1 << 30
SMALL = (
    *("none", "one", "two", "three", "four", "five", "six", "seven"),
    *("eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen"),
)
NAMED = {20: "twenty", 50: "fifty", 1000: "thousand", 10_000: "ten thousand"}


def word(number: float) -> str:
    return SMALL[int(number)] if number < len(SMALL) else NAMED[int(number)]


def spaced(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def minutes(seconds: float) -> str:
    """Return a span as a sentence says it."""
    named = {60.0: "a minute", 900.0: "a quarter of an hour", 1800.0: "half an hour", 3600.0: "an hour"}
    return named.get(seconds) or (f"{word(seconds // 60)} minutes" if seconds >= 60 else f"{word(seconds)} seconds")


def tries() -> str:
    """Return when what could not be sent is tried again, as the pages say it."""
    first, *more = (int(one.total_seconds()) for one in handover._PAUSES)
    *between, last = (one // 60 for one in more)
    return f"after {first} s, {', '.join(map(str, between))} and then every {last} minutes"


def waits() -> str:
    first, longest = pause.NETWORK
    a, b = (pause.wait_after(Problem("", ""), 1, chance) for chance in (0, 1))
    c, d = (pause.wait_after(Problem("", ""), 2, chance) for chance in (0, 1))
    assert (first, a, b) == (b, 1, 2)
    return f"{word(a)} to {word(b)} seconds, then after {word(c)} to {word(d)}, up to {minutes(longest)}"


PYTHON = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]["requires-python"].removeprefix(">=")
FILES = f"up to {packing.KEEP // MB} MB"
EXIT = f"| {Problem.exit_code} | something was refused or failed"
LAWS = len(re.findall(r"^\d+\. ", inspect.getdoc(test_machine) or "", re.MULTILINE))
[LIVES] = re.findall(
    r"range\((\d+)\)\)\ndef test_ten_thousand.*max_examples=([\d_]+)", inspect.getsource(test_machine), re.S
)
BLIND = re.findall(r"(\d) where it could not be found out", text_of(ROOT / "tools" / "audit"))[0]
CLAIMS: dict[str, list[str]] = {
    "CONTRIBUTING.md": [f"Where it could not look it says so and ends with {BLIND}"],
    "README.md": [f"You need Python {PYTHON} or newer"],
    "docs/channels/README.md": [f"**Files** of {FILES}"],
    **{f"docs/channels/{one}.md": [f"{FILES} each"] for one in ("discord", "googlechat", "messenger", "signal")},
    "docs/channels/telegram_html.md": [f"up to {packing.KEEP // MB} MB each"],
    "docs/commands.md": [
        "| 0 | done |",
        EXIT,
        f"| {Misconfigured.exit_code} | wrong usage, or a mistake in the configuration |",
        "| 130 | interrupted |",
        f"its port ({access.PORTS['implicit']}, or {access.PORTS['starttls']} without implicit TLS)",
        "0 self-service and machines, 1 front line, 2 specialist, 3 expert",
        f"newest matching message first; {word(looking.FOUND)} of them",
        f"the first {word(explaining.SHOWN)} by name",
        f"a mailbox for {minutes(silence.MAILBOX.total_seconds())}, an export for a week",
        f"the exit code is then {Problem.exit_code}",
        f"exit with {Problem.exit_code} if anything was skipped",
        f"exits with {Problem.exit_code} if anything is",
        f"(exit code {Problem.exit_code})",
    ],
    "docs/hand-over.md": [
        f"| {smtp.PORTS['implicit']}, or {smtp.PORTS['starttls']} for `starttls`, {smtp.PORTS['none']} for `none` |",
        f"where `port` is {smtp.PORTS['starttls']} or {smtp.PORTS['none']}",
        f"Some {letters.ATTACHED // MB} MB at most",
        f"tried again {tries()}",
        f"exits with {Problem.exit_code} where there are any",
    ],
    "docs/life.md": [
        f"({History().reopen_email.days} days by mail, {History().reopen_chat.days} in chats)",
        f"with {word(LAWS)} laws held",
        f"plays some hundred, `make torture` {word(int(LIVES[0]) * int(LIVES[1]))})",
        f"at most {word(routing.MOST_HOPS)} times; then they leave it",
    ],
    "docs/mail-providers.md": [f"does not answer within {word(ring.PATIENCE)} seconds"],
    "docs/mailboxes.md": [
        f"the newest {word(reading.OUTLINED)} of each first",
        f"with more than {word(news.FEW)} messages must be gone in {word(news.PATIENCE)} syncs in a row",
        f"at once up to {word(census.FEW)}, else when it is missed {word(news.PATIENCE)} times in a row",
        f"`largest` megabytes (25, at most {access.LARGEST})",
        f"the first {standin.READ // KB} kB of each text part",
        f"up to {standin.LARGEST_FILE // MB} MB",
    ],
    "docs/reports.md": [f"at most {word(thanks._MOST)} words"],
    "docs/search.md": [
        f"`mo` ({spans.length('1mo').days} days) and `y` ({spans.length('1y').days} days)",
    ],
    "docs/security.md": [
        f"| one mail | {mailfiles.LARGEST // MB} MB;",
        f"| fields of one header, one field | {words.LONGEST // KB} KB |",
        f"| parts, their depth | {spaced(mime.MOST_PARTS)}, {mime.DEEPEST} |",
        f"| HTML that is read | {htmlguard.LONGEST // KB} KB;",
        f"| text that is shown | {bodies.SHOWN // MB} MB |",
        f"{apart.LIMIT} seconds of a processor and {apart.MEMORY // GB} GB",
        f"| archives | {spaced(bundle.Limits().members)} members",
        f"{bundle.Limits().ratio} bytes for one, {bundle.Limits().total // GB} GB",
        f"{imap_line.LARGEST_REPLY // MB} MB; one line {imap_line.LONGEST_LINE // MB} MB where nobody asked, "
        f"{imap_line.LONGEST_LIST // MB} MB in an answer; each line counts for {imap_line.A_LINE} bytes",
        f"{textrows.LINE // MB} MB ({telegram_pages.LARGEST // MB} MB of a web page) and {intime.LIMIT} seconds",
    ],
    "docs/sync.md": [
        f"it is waited for, {word(owner.PATIENCE)} seconds",
        f"After {minutes(watch.WHOLE)} it reads",
        f"after {waits()}",
        f"left alone for {minutes(pause.ASKED[0])}, then two, up to {minutes(pause.ASKED[1])}",
        f"tried again after {minutes(pause.OURS[0])}, then more and more seldom, up to {minutes(pause.OURS[1])}",
        f"jumped by more than {word(watch.JUMP.total_seconds())} seconds",
        "`SIGTERM` ends it with 0, `SIGINT` with 130",
    ],
    "docs/write-back.md": [tries(), f"{minutes(moves.SETTLE.total_seconds())} later at the earliest"],
    "docs/writing-a-channel.md": [f"for files up to {packing.KEEP // MB} MB", "`ORDER` (50)"],
}
"""For each page, what it says of a number of ours, made from the code."""

OTHERS = {
    "*": r"^\d+\. |^#+ \d+\. |decision \d+|RFC \d+|ISO 8601|CVE-[\d-]+|#\d{5,}|Standard 39|Microsoft 365|"
    r"neomutt [\da-f]+|half (?:characters|understood|answered)|[Mm]ore than half|`[^`\n]+`|\]\([^)\s]+\)|<https?://[^>]+>",
    "README.md": "about half a minute|folder 0700, file 0600",
    "SECURITY.md": "0600|folder 0700, files 0600",
    "CONTRIBUTING.md": "near 300 lines, functions near 30",
    "docs/channels/README.md": "nothing of 2026",
    "docs/channels/discord.md": "up to thirty days",
    "docs/channels/googlechat.md": "2 GB or more|over thirty languages",
    "docs/channels/signal.md": r"\(since 2025\)",
    "docs/channels/telegram.md": r"\(before 2022\)",
    "docs/channels/telegram_html.md": "before 2022",
    "docs/channels/whatsapp.md": "40,000 messages|10,000 with media",
    "docs/life.md": r"plays some\s+hundred",
    "docs/mail-providers.md": "after seven days",
    "docs/reports.md": "half were|nine of ten",
    "docs/rules.md": r"tier \d",
    "docs/security.md": r"TLS 1\.2",
    "docs/sync.md": "hundreds of rounds|in half of",
    "docs/writing-a-channel.md": "about ten minutes|fifty people|some thousand messages",
}
"""Numbers that are no constant of ours: names, standards, what other programs do, what is measured, figures of speech;
the modes of files and the version of TLS have tests of their own."""

NUMBER = re.compile(
    r"(?<![\w.-])\d(?:[\d,.]*\d)?|\b(?:six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|twenty|thirty|forty|fifty|sixty|"
    r"hundreds?|thousand|million|half|quarter)\b"
)
RECORDS = ("docs/decisions/", "docs/speed.md", "CHANGELOG.md", "docs/configuration.md", "docs/keys.md")
"""Pages that tell what was decided, measured or changed at a time, or are made from the code."""
PROSE = [page for page in PAGES if not name_of(page).startswith(RECORDS)]


def plain(page: Path) -> str:
    return FENCED.sub("", text_of(page))


def pattern(claim: str) -> str:
    """Return *claim* as an expression in which any white space stands for any other."""
    return r"\s+".join(map(re.escape, claim.split()))


@pytest.mark.parametrize(("page", "claim"), [(page, one) for page, some in CLAIMS.items() for one in some])
def test_what_a_page_says_of_a_number_is_what_the_code_has(page: str, claim: str) -> None:
    assert re.search(pattern(claim), plain(ROOT / page)), f"{page} does not say: {claim}"


@pytest.mark.parametrize("page", PROSE, ids=name_of)
def test_every_number_of_a_page_is_held_or_is_none_of_ours(page: Path) -> None:
    text, name = plain(page), name_of(page)
    held = [
        *map(pattern, CLAIMS.get(name, ())),
        *(OTHERS[one].replace(" ", r"\s+") for one in ("*", name) if one in OTHERS),
    ]
    spans_ = [found.span() for one in held for found in re.finditer(one, text, re.MULTILINE)]
    loose = [
        text[max(0, it.start() - 40) : it.end() + 30].replace("\n", " ")
        for it in NUMBER.finditer(text)
        if not any(start <= it.start() and it.end() <= end for start, end in spans_)
    ]
    assert loose == []


def test_no_exception_is_left_of_what_no_page_says() -> None:
    for name, some in OTHERS.items():
        if name != "*":
            for one in some.split("|"):
                assert re.search(one.replace(" ", r"\s+"), plain(ROOT / name)), (name, one)


def test_the_tiers_and_the_order_of_a_channel_are_those_that_the_pages_name() -> None:
    assert conditions.TIERS == (0, 1, 2, 3)
    assert '"ORDER", 50)' in inspect.getsource(load.recognise)
    assert access.Access.__dataclass_fields__["largest"].default == 25
    assert (silence.EXPORT.days, posted.RECENT.days, sources.COUNTED_EVERY.days, watch.LOOK) == (7, 7, 1, 60.0)
