"""Holds the mail reader to what other projects' own tests expect of their samples.

    python tools/reference_mail.py FOLDER

FOLDER, or its subfolder `mail-samples`, holds `expected.jsonl` (one sample a line: `file`, `kind`, `expect`) and
`hostile/` (no exception, no hang).
Prints each check that does not hold and the sum; ends with 1 below 97 %, on any exception, or over 5 seconds a mail.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tui_inbox.connectors import rfc822
from tui_inbox.connectors.formats import mime, quotes
from tui_inbox.rules.model import Class, Message

WANTED = 0.97
"""The share of the checks that must hold."""
SECONDS = 5.0
"""And how long one mail may take."""

Check = tuple[str, bool, object, object]


def bare(ids: tuple[str, ...]) -> list[str]:
    return [one[1:-1] for one in ids]


def message_checks(raw: bytes, expect: dict[str, object]) -> Iterator[Check]:
    """Yield (name, holds, wanted, found) for a mail."""
    message = rfc822.parse(raw)
    if any(one.startswith(rfc822.UNREAD) for one in message.warnings):
        raise ValueError(message.warnings)
    for name, wanted in expect.items():
        found = value(name, message, raw)
        yield name, holds(name, wanted, found), wanted, found


def value(name: str, message: Message, raw: bytes) -> object:
    match name:
        case "subject":
            return message.subject
        case "from_addr":
            return message.sender.identity
        case "from_name":
            return message.sender.name
        case "to_addrs":
            return [person.identity for person in message.to]
        case "cc_addrs":
            return [person.identity for person in message.cc]
        case "message_id":
            return bare(message.ids)[:1]
        case "references" | "in_reply_to":
            return bare(message.references)
        case "attachments":
            return len(message.attachments)
        case "attachment_names_some":
            return [one.name for one in message.attachments]
        case "is_bounce":
            return message.verdict.as_ is Class.BOUNCE
        case "is_bounce_permanent":
            return message.verdict.hard
        case "dsn_status":
            return message.verdict.why
        case "direct_parts":
            return len(mime.taken_apart(raw).root.children)
        case "no_crash":
            return True
        case _:
            return f"(this tool knows no {name})"


def holds(name: str, wanted: object, found: object) -> bool:
    match name, wanted, found:
        case "from_addr", str(), str():
            return found == wanted.lower()
        case "to_addrs" | "cc_addrs", list(), list():
            return found == [str(one).lower() for one in wanted]
        case "message_id", str(), list():
            return found == [wanted]
        case "references" | "in_reply_to" | "attachment_names_some", list(), list():
            return set(wanted) <= set(found)
        case "dsn_status", str(), str():
            return wanted in found
        case _:
            return found == wanted


def reply_checks(raw: bytes, expect: dict[str, object]) -> Iterator[Check]:
    """Yield the checks of one text whose new part is known."""
    began = time.perf_counter()
    text, _ = quotes.split(raw.decode("utf-8", "replace").replace("\r\n", "\n"))
    took = time.perf_counter() - began
    for name, wanted in expect.items():
        match name, wanted:
            case "reply_text", str():
                yield name, text.strip() == wanted.strip(), wanted, text
            case "reply_contains", list():
                yield name, all(one in text for one in wanted), wanted, text
            case "reply_not_contains", list():
                yield name, not any(one in text for one in wanted), wanted, text
            case "max_seconds", float():
                yield name, took <= wanted, wanted, took
            case _:
                yield name, False, wanted, "(unknown check)"


def main(folder: Path) -> int:
    """Run all checks of *folder*; return the exit code."""
    good = bad = failures = 0
    slowest = (0.0, "")
    samples = [json.loads(line) for line in (folder / "expected.jsonl").read_text("utf-8").splitlines() if line.strip()]
    hostile = [f"hostile/{one.name}" for one in sorted((folder / "hostile").glob("*"))]
    samples += [{"file": one, "kind": "hostile", "expect": {"no_crash": True}} for one in hostile]
    for sample in samples:
        raw = (folder / sample["file"]).read_bytes()
        began = time.perf_counter()
        try:
            checks = list((reply_checks if sample["kind"] == "reply-text" else message_checks)(raw, sample["expect"]))
        except Exception as trouble:  # noqa: BLE001 - the tool's very purpose is to see them
            print(f"EXCEPTION {sample['file']}: {trouble!r}")
            failures += 1
            continue
        took = time.perf_counter() - began
        slowest = max(slowest, (took, sample["file"]))
        if took > SECONDS:
            print(f"SLOW {sample['file']}: {took:.1f} s")
            failures += 1
        for name, right, wanted, found in checks:
            good, bad = good + right, bad + (not right)
            print("ok  " if right else "MISS", sample["file"], name, "" if right else f"{wanted!r}, found {found!r}")
    share = good / max(1, good + bad)
    print(f"{good} of {good + bad} checks hold ({share:.1%}); {failures} failures")
    print(f"slowest: {slowest[0]:.2f} s ({slowest[1]})")
    return 0 if share >= WANTED and not failures else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    where = Path(sys.argv[1])
    sys.exit(main(where if (where / "expected.jsonl").exists() else where / "mail-samples"))
