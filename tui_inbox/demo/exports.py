"""The export files of the week as they would stand at one moment of it, written true to their formats."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tui_inbox.demo import mail, slack, telegram, whatsapp
from tui_inbox.demo.week import Line, Told, week

NOW = timedelta(0)
SLACK_ZIP = "Kaya Keramik Slack export.zip"


@dataclass(frozen=True, slots=True)
class Export:
    """One thing to import: a file or folder, and what `import` must be told about it."""

    path: Path
    kind: str
    account: str
    zone: str = whatsapp.ZONE


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """What was written: every export, and those of them in which something is new since they were written before."""

    exports: tuple[Export, ...]
    changed: tuple[Export, ...]


def write(folder: Path, now: datetime, until: timedelta = NOW) -> DemoFiles:
    """Write the exports into *folder* as they would stand *until* before *now* (aware, *until* negative or zero).

    A call with a later *until* makes them longer.

    Raises `OSError` where the folder cannot be written.
    """
    now = now.replace(microsecond=0)
    exports: dict[Export, dict[Path, bytes]] = {}
    heard = [(told, lines) for told in week() if (lines := told.until(until))]
    by_channel = defaultdict(list)
    for told, lines in heard:
        by_channel[told.channel].append((told, lines))
    exports |= _mailboxes(folder / "mail", now, heard)
    for told, lines in by_channel["whatsapp"]:
        name, content = whatsapp.export(told, lines, now)
        path = folder / "whatsapp" / name
        exports[Export(path, "whatsapp", "whatsapp")] = {path: content}
    if chats := by_channel["telegram"]:
        path = folder / "telegram" / "DataExport"
        files = telegram.export(chats, now)
        exports[Export(path, "telegram", "telegram")] = {path / name: content for name, content in files.items()}
    if threads := by_channel["slack"]:
        path = folder / "slack" / SLACK_ZIP
        exports[Export(path, "slack", "slack")] = {path: slack.export(threads, now)}
    changed = tuple(export for export, files in exports.items() if _rewritten(files))
    return DemoFiles(tuple(exports), changed)


def _mailboxes(
    folder: Path, now: datetime, heard: list[tuple[Told, tuple[Line, ...]]]
) -> dict[Export, dict[Path, bytes]]:
    """Return the shop's common address as an mbox, and Deniz's own as a Maildir."""
    boxes: dict[str, list[mail.Letter]] = {name: [] for name in mail.ADDRESSES}
    for told, lines in heard:
        if told.channel == "email":
            boxes[told.where] += mail.letters(told, lines, now)
    for letters in boxes.values():
        letters.sort(key=lambda one: one.received)
    one, many = folder / "support.mbox", folder / "deniz"
    return {
        Export(one, "mbox", "support"): {one: mail.mbox(boxes["support"])},
        Export(many, "maildir", "deniz"): {many / name: raw for name, raw in mail.maildir(boxes["deniz"]).items()},
    }


def _rewritten(files: dict[Path, bytes]) -> bool:
    """Write what differs from what is there; return whether anything did."""
    changed = False
    for path, content in files.items():
        if path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        changed = True
    return changed
