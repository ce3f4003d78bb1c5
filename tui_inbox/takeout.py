"""Writes what the store holds back out: mails byte for byte as mbox, chats as the JSON lines that import reads."""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from tui_inbox.problems import Misconfigured, Problem, Refused
from tui_inbox.rules.clean import filename
from tui_inbox.rules.model import MAIL, Class, Direction, State
from tui_inbox.store.everything import Enclosed, Everything, Told

MBOX, JSONL = "mbox", "jsonl"
FORMATS = {MBOX: "mail.mbox", JSONL: "messages.jsonl"}
"""Each format, and how its file is called in a folder."""
FILES = "files"
"""The folder, beside the JSON lines, of the files that came with chats."""


@dataclass(slots=True)
class Taken:
    """What was written: each file with the number of messages in it."""

    written: dict[Path, int] = field(default_factory=dict)
    files: int = 0
    left_out: int = 0
    """Files that came with chats, for which a single file has no place."""


def formats(said: str) -> tuple[str, ...]:
    """Return the formats that *said* (`mbox,jsonl`) names, each once. Raises `Misconfigured` for any other word."""
    found = tuple(dict.fromkeys(one.strip().lower() for one in said.split(",") if one.strip()))
    if not found or any(one not in FORMATS for one in found):
        raise Misconfigured(f"{said} is no format.", f"Take {' or '.join(FORMATS)}, or both with a comma.")
    return found


def take_out(store: Path, conversations: Sequence[int], wanted: Collection[str], to: Path) -> Taken:
    """Write *conversations* to *to*: a new file for one format, or a folder for all that belongs to it.

    With both formats each message is written once: a mail whose bytes are here as mbox, all else as JSON lines.
    Raises a `Problem`; what was begun is then taken away again.
    """
    whole = to.is_dir() or len(wanted) > 1
    folder = to if whole else to.parent
    taken = Taken()
    try:
        if whole:
            to.mkdir(mode=0o700, exist_ok=True)
        places = {one: to / FORMATS[one] if whole else to for one in wanted}
        with closing(Everything(store)) as everything, _new_files(places.values()) as open_:
            said = everything.messages(conversations)
            by_format = {one: open_[place] for one, place in places.items()}
            written = _written(everything, said, by_format, folder / FILES if whole else None, taken)
        taken.written = {places[one]: count for one, count in written.items()}
    except FileExistsError as there:
        raise Refused(f"{there.filename} is there already.", "Name a new file, or an empty folder.") from None
    except OSError as trouble:
        raise Problem(
            f"{to} cannot be written: {trouble.strerror}.", "Make room there, or name another place."
        ) from None
    return taken


@contextmanager
def _new_files(places: Iterable[Path]) -> Iterator[dict[Path, BinaryIO]]:
    """Yield files that were not there before, readable by nobody else; they are taken away where it ends in trouble."""
    open_: dict[Path, BinaryIO] = {}
    try:
        for place in places:
            open_[place] = _new(place)
        yield open_
        for file in open_.values():
            file.close()
    except BaseException:
        for place, file in open_.items():
            file.close()
            place.unlink(missing_ok=True)
        raise


def _new(place: Path) -> BinaryIO:
    return os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600), "wb")


def _written(
    everything: Everything, said: Iterable[Told], to: dict[str, BinaryIO], files: Path | None, taken: Taken
) -> dict[str, int]:
    """Write each message to the format it belongs to; return how many messages each format has."""
    counts = dict.fromkeys(to, 0)
    ambiguous = everything.shared_names() if JSONL in to else set()
    for one in said:
        if MBOX in to and one.channel == MAIL and one.raw:
            to[MBOX].write(_mbox(one))
            counts[MBOX] += 1
        elif JSONL in to:
            places = {file: _kept(everything, file, files, taken) for file in one.files}
            thread = f"{one.account}/{one.thread}" if one.thread in ambiguous else one.thread
            to[JSONL].write(_line(one, thread, places))
            counts[JSONL] += 1
    return counts


# --- mbox ---------------------------------------------------------------------------------------------------

_FROM = re.compile(rb"^(>*From )", re.MULTILINE)


def _mbox(one: Told) -> bytes:
    """Return a mail as an mbox has it (the `mboxrd` way): reading undoes the quoting, so every byte comes back."""
    at = one.received.astimezone(UTC).strftime("%a %b %d %H:%M:%S %Y")
    ended = b"" if one.raw.endswith(b"\n") else b"\n"
    return b"From - %s\n%s%s\n" % (at.encode("ascii"), _FROM.sub(rb">\1", one.raw), ended)


# --- JSON lines ---------------------------------------------------------------------------------------------


def _line(one: Told, thread: str, places: dict[Enclosed, str | None]) -> bytes:
    """Return a message as one line of the generic format; *places* are the paths of its files, None where left out."""
    said: dict[str, object] = {
        "thread": thread or f"mail {one.id}",
        "id": one.key,
        "at": _moment(one.received),
        "sender": one.sender_name or one.sender_identity or one.direction.value,
        "sender_id": one.sender_identity,
        "me": one.direction is Direction.OUT,
        "text": one.text,
        "quoted": one.quoted,
        "subject": one.subject or one.title,
        "reply_to": one.answers,
        "channel": one.channel,
        "account": one.account,
        "to": [list(person) for person in one.recipients],
        "class": "" if one.class_ is Class.HUMAN else one.class_.value,
        "state": "" if one.state is State.NORMAL else one.state.value,
        "edited_at": one.edited and _moment(one.edited),
        "files": [
            {"name": file.name, "type": file.type, "size": file.size, "path": places.get(file)} for file in one.files
        ],
        "raw": base64.b64encode(one.raw).decode("ascii"),
    }
    kept = {name: value for name, value in said.items() if value not in ("", None, []) or name == "text"}
    return json.dumps(kept, ensure_ascii=True).encode("ascii") + b"\n"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _kept(everything: Everything, file: Enclosed, folder: Path | None, taken: Taken) -> str | None:
    """Write a file that came beside a message, once; return its path from where the lines stand.

    None where its bytes never came, or where a single file has no place for them, which *taken* counts.
    """
    if file.digest is None:
        return None
    if folder is None:
        taken.left_out += 1
        return None
    folder.mkdir(mode=0o700, exist_ok=True)
    name = f"{file.digest[:16]}-{filename(file.name)}"
    if not (folder / name).exists():
        with _new(folder / name) as there:
            there.write(everything.content(file.digest))
        taken.files += 1
    return f"{FILES}/{name}"
