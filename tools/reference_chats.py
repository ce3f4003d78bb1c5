"""Holds the chat channels to real exports: every expected value in a folder of samples, one line each.

    python tools/reference_chats.py FOLDER

FOLDER, or its subfolder `chat-samples`, holds the exports and `INDEX.json` (of each `file`, `format` and `expect`).
Kinds that are not built yet are named and skipped; a value without a check fails, so that none is skipped silently.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tui_inbox.connectors import Arrival, SetAside
from tui_inbox.connectors.formats.bundle import open_bundle
from tui_inbox.connectors.formats.whatsapp_bodies import read_body
from tui_inbox.connectors.formats.whatsapp_dates import Clockwork, DateOrder, shape_of
from tui_inbox.connectors.load import channel, kinds, recognise
from tui_inbox.rules.model import Class, Message, State

KINDS = {"telegram-json": "telegram"}
NOT_CHATS = {"mbox", "eml", "maildir"}


class Export:
    """One sample, read."""

    def __init__(self, kind: str, path: Path) -> None:
        with open_bundle(path) as bundle:
            self.recognised = recognise(bundle)[0]
            batches = list(channel(kind).Source(bundle).read({}))
        arrivals: list[Arrival] = [one for batch in batches for one in batch.arrivals]
        self.aside: list[SetAside] = [one for batch in batches for one in batch.set_aside]
        self.all: list[Message] = [one.message for one in arrivals]
        self.said = [one for one in self.all if one.verdict.as_ is not Class.SYSTEM]
        self.files = [file for one in self.all for file in one.attachments]


def when(written: str, message: Message) -> bool:
    """Return whether a message was said at *written*: UTC with a Z, else local."""
    if written.endswith("Z"):
        at = message.received_at
        return at is not None and at.replace(microsecond=0) == datetime.fromisoformat(written)
    return message.local_at == datetime.fromisoformat(written)


def flat(text: str) -> str:
    return " ".join(text.split())


def same_rows(it: Export, rows: list[dict[str, str]]) -> bool:
    return len(it.said) == len(rows) and all(
        when(row["ts"], one) and row["sender"] == one.sender.name and flat(row["text"]) == flat(one.text)
        for one, row in zip(it.said, rows, strict=True)
    )


def has_file(it: Export, expected: str | dict[str, str]) -> bool:
    if isinstance(expected, dict):  # the message that it came with
        return all({file.name for file in by_id(it, id_).attachments} == {name} for id_, name in expected.items())
    name, _, remark = expected.partition(" (")
    return any(file.name == name and not (remark and file.stored) for file in it.files)


def by_id(it: Export, id_: str) -> Message:
    return next(one for one in it.all if one.key == id_)


def same_list(it: Export, rows: list[Any]) -> bool:
    """Return whether the messages are *rows*: [time, sender, text], or objects of LinkedIn's columns."""
    if len(rows) != len(it.all):
        return False
    for one, row in zip(it.all, rows, strict=True):
        want = row if isinstance(row, dict) else dict(zip(("ts", "sender", "text"), row, strict=True))
        right = when(want["ts"], one) and (want["sender"], want["text"]) == (one.sender.name, one.text)
        if not right or want.get("conversation", one.thread) != one.thread:
            return False
        if want.get("subject", one.subject) != one.subject:
            return False
    return True


def per_channel(it: Export, rooms: dict[str, dict[str, Any]]) -> bool:
    for name, room in rooms.items():
        said = [one for one in it.all if one.thread_title == f"#{name}"]
        subtypes = Counter(json.loads(one.raw).get("subtype", "(none)") for one in said)
        right = (
            len(said) == room["messages"]
            and len({one.key for one in said}) == room["distinct_ts"]
            and dict(subtypes) == room["subtypes"]
            and (said[0].key, said[-1].key) == (room["first_ts"], room["last_ts"])
            and when(room["first"], said[0])
            and when(room["last"], said[-1])
            and sum(one.edited_at is not None for one in said) == room["edited"]
            and sum(bool(one.in_reply_to) for one in said) == room["threads"]
        )
        if not right:
            return False
    return True


CHECKS: dict[str, Callable[[Export, Any], bool]] = {
    "header_lines": lambda it, want: len(it.all) == want,
    "user_messages": lambda it, want: len(it.said) == want,
    "system_messages": lambda it, want: len(it.all) - len(it.said) == want,
    "messages": lambda it, want: len(it.all) == want if isinstance(want, int) else same_rows(it, want),
    "senders": lambda it, want: {one.sender.name for one in it.said} == set(want),
    "first": lambda it, want: when(want, it.said[0]) or when(want, it.all[0]),
    "first_user": lambda it, want: when(want, it.said[0]),
    "last": lambda it, want: when(want, it.all[-1]),
    "ts": lambda it, want: it.all[0].local_at is None if want is None else when(want, it.all[0]),
    "timestamps": lambda it, want: all(when(at, one) for at, one in zip(want, it.all, strict=True)),
    "texts": lambda it, want: (
        [flat(one.text) for one in it.all] == [flat((text or "").partition(" (the peer")[0]) for text in want]
    ),
    "multiline": lambda it, want: any(one.text == want for one in it.all),
    "attachment": has_file,
    "attachments": lambda it, want: (
        len(it.files) == want if isinstance(want, int) else all(has_file(it, x) for x in want)
    ),
    "attachments_followed": lambda it, want: sum(file.content is not None for file in it.files) == want,
    "conversation": lambda it, want: {one.thread_title for one in it.all} == {want},
    "title": lambda it, want: {one.thread_title for one in it.all} == {want},
    "participants": lambda it, want: {one.sender.name for one in it.all} == set(want),
    "first_ms": lambda it, want: it.all[0].key.startswith(f"{want} "),
    "last_ms": lambda it, want: it.all[-1].key.startswith(f"{want} "),
    "photo_of_second": lambda it, want: (
        [(file.name, file.stored) for file in it.all[1].attachments]
        == [(want.partition(" (")[0].rpartition("/")[2], "absent" not in want)]
    ),
    "users": lambda it, want: want >= len({one.sender.identity for one in it.said if one.verdict.as_ is Class.HUMAN}),
    "channels": lambda it, want: {one.thread.partition("/")[0] for one in it.all} == set(want.values()),
    "per_channel": per_channel,
    "ids": lambda it, want: [one.key for one in it.all] == want,
    "reply": lambda it, want: {one.key: one.in_reply_to for one in it.all if one.in_reply_to} == want,
    "edited": lambda it, want: [one.key for one in it.all if one.edited_at and one.state is State.EDITED] == want,
    "sticker": has_file,
    "first_sender": lambda it, want: it.all[0].sender.name == want,
    "first_text": lambda it, want: it.all[0].text == want,
    "rows": same_list,
    "bad_rows": lambda it, want: len(it.aside) == want,
}


def cases(path: Path) -> list[tuple[str, bool]]:
    """Return each case of a peer's list of single lines, and whether it holds."""
    listed = json.loads(path.read_text(encoding="utf-8"))
    results = []
    for case in listed["headers"]:
        line = case["line"]
        shape = shape_of(line)
        found = shape.pattern.match(line) if shape else None
        right = False
        if shape and found:
            order = DateOrder(shape)
            order.see(found, line)
            at = Clockwork(shape, order.decide()[0]).time(found)
            right = (
                at == datetime.fromisoformat(case["ts"]) and line[found.end() :] == f"{case['sender']}: {case['text']}"
            )
        results.append((f"header {line!r}", right))
    for case in listed["attachments"]:
        body = read_body(case["text"], False, case["text"].startswith("<"), lambda _: None)
        results.append((f"attachment {case['text']!r}", body.file is not None and body.file.name == case["attachment"]))
    for name, (dates, day_first) in listed["date_order"].items():
        shape = shape_of("1/2/2017, 10:00 - a: m")
        assert shape
        order = DateOrder(shape)
        for day in dates:
            line = "/".join(map(str, day)) + ", 10:00 - a: m"
            found = shape.pattern.match(line)
            assert found
            order.see(found, line)
        decided, why = order.decide()
        told = not why.startswith(("nothing", "the number that changes"))
        results.append((f"order {name}: {why}", (decided == "dmy") == day_first if day_first is not None else not told))
    return results


def check(folder: Path) -> int:
    """Print each expected value and whether it holds; return how many do not."""
    failures = 0

    def say(file: str, what: str, right: bool) -> None:
        nonlocal failures
        failures += not right
        print(f"{'ok    ' if right else 'FAILED'} {file}: {what}")

    for entry in json.loads((folder / "INDEX.json").read_text(encoding="utf-8")):
        kind = KINDS.get(entry["format"], entry["format"])
        file, path = entry["file"], folder / entry["file"]
        if kind in NOT_CHATS or path.name == "target.json":
            continue
        if kind not in kinds():
            print(f"       {file}: {kind} is not read yet")
            continue
        if path.name.endswith(".cases.json"):
            for what, right in cases(path):
                say(file, what, right)
            continue
        it = Export(kind, path)
        say(file, f"recognised as {it.recognised}", it.recognised == kind)
        for key, want in entry["expect"].items():
            if key == "note":
                continue
            right = key in CHECKS and CHECKS[key](it, want)
            say(file, f"{key} = {json.dumps(want, ensure_ascii=False)[:100]}", right)
    print(f"{failures} failed")
    return failures


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    where = Path(sys.argv[1])
    sys.exit(1 if check(where if (where / "INDEX.json").exists() else where / "chat-samples") else 0)
