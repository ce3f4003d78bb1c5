"""Reads the chats of Messenger and Instagram, which are written by one hand: both shapes of their JSON.

Messages have no id. A key is made of the millisecond, the sender and the words (or the names of the files), and counts
equal ones; so a longer or a shorter archive of the same chat gives the same keys. Files hold the newest message first
and are numbered from the newest; they are told oldest first.
"""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from tui_inbox.connectors import Batch, SetAside
from tui_inbox.connectors.formats.bundle import Bundle, unsafe
from tui_inbox.connectors.formats.intime import in_time
from tui_inbox.connectors.formats.jsonstream import Broken, Reader, Value, clean
from tui_inbox.connectors.formats.meta_threads import (
    PLAIN,
    SECRET,
    Frame,
    Thread,
    beside_title,
    look,
    mended,
    owner,
    pages,
    part_of_archive,
    said,
    sign,
    threads,
    whole_frame,
)
from tui_inbox.connectors.formats.meta_words import became, is_message, sender_of, stamp, text_of, uris
from tui_inbox.connectors.formats.moments import UNREADABLE, from_ms
from tui_inbox.connectors.formats.packing import KEEP, LEADS_OUT, Counted, packed
from tui_inbox.connectors.formats.parts import together
from tui_inbox.problems import Unreadable
from tui_inbox.rules.model import Attachment, Message, Person, State

_HELD = {PLAIN: 12_000, SECRET: 2_000}
"""Messages of one file that are held to be put in order: an archive writes 10,000 into a file, the newest first; the
store of encrypted chats writes them all into one, the oldest first."""
_HEAVY = 32 << 20
"""Bytes of messages that are held, and of a file that is looked through ahead for what stands behind its messages."""


def recognised(bundle: Bundle, channel: str) -> str | None:
    """Return why *bundle* holds chats of *channel*, or None."""
    with together(bundle, part_of_archive) as whole:
        found = sign(whole)
        return found[1] if found and found[0] == channel else None


def who(bundle: Bundle, me: tuple[str, ...]) -> str | None:
    """Return the agent's name in the chats, or None."""
    with together(bundle, part_of_archive) as whole:
        return owner(whole, threads(whole), me)


def batches(bundle: Bundle, channel: str, me: tuple[str, ...], cursors: dict[str, str]) -> Iterator[Batch]:
    """Yield every message, chat by chat and oldest first; an interrupted run goes on behind its cursor."""
    if json.loads(cursors.get(bundle.digest) or "{}").get("done"):
        return
    with together(bundle, part_of_archive) as whole:
        chats = [] if len(whole.names()) == 1 and pages(whole) else threads(whole)
        if not chats:
            raise _unreadable(whole)
        teller = _Teller(whole, channel, owner(whole, chats, me), me)
        total = sum(whole.size(file) for chat in chats for file in chat.files)
        yield from packed(lambda: teller.all_of(chats), bundle.digest, cursors, total)


def _unreadable(bundle: Bundle, why: str = "") -> Unreadable:
    if pages(bundle):
        return Unreadable(
            f"{bundle.path.name} holds the chats as web pages (HTML), without exact times.",
            "Ask for the download again and choose JSON as its format.",
        )
    return Unreadable(
        f"{bundle.path.name} holds no chat of Messenger or Instagram that can be read{f' ({why})' if why else ''}.",
        "Ask for the download of your messages again, with JSON as its format, and give the whole archive.",
    )


@dataclass(slots=True)
class _Said:
    """One message as it stands in its file, and all that is known around it."""

    thread: str
    frame: Frame
    file: str
    number: int
    value: Value
    ms: int | None
    key: str = ""
    stem: str = ""
    position: int = 0

    @property
    def one(self) -> dict[str, Any]:
        found: dict[str, Any] = self.value.found
        return found


@dataclass(slots=True)
class _Count:
    """How often a key was given, and how many messages one millisecond had."""

    keys: Counted = field(default_factory=lambda: Counted(20_000))
    ms: int | None = None
    here: int = -1


class _Teller:
    """Makes messages of the chats of one archive."""

    def __init__(self, bundle: Bundle, channel: str, owner: str | None, me: tuple[str, ...]) -> None:
        self._bundle = bundle
        self._channel = channel
        self._me = {one.casefold() for one in ([owner] if owner else []) + list(me)}
        self._alone = len(bundle.names()) == 1
        self._before = 0
        self._done = 0

    # --- the order ---

    def all_of(self, chats: list[Thread]) -> Iterator[tuple[Message | SetAside, int]]:
        """Yield the messages of *chats* with the bytes behind each; raise `Unreadable` where there is not one."""
        said_one, why = False, ""
        for one in (one for chat in chats for one in self._told(chat)):
            if isinstance(one, SetAside):
                why = why or one.what
                yield one, self._done
            else:
                said_one = True
                where = f"{clean(one.file)} message {one.number}"
                yield in_time(where, one.value.raw, self._message, one, where), self._done
        if why and not said_one:
            raise _unreadable(self._bundle, why)

    def _told(self, chat: Thread) -> Iterator[_Said | SetAside]:
        """Yield the messages of *chat*, oldest first, and what of its files cannot be read."""
        count = _Count()
        for file in chat.files:
            for chunk in self._chunks(chat.id, file):
                for one in chunk:
                    if isinstance(one, _Said):
                        _number(one, count)
                    yield one
            self._before += self._bundle.size(file)
            self._done = self._before

    def _chunks(self, thread: str, file: str) -> Iterator[list[_Said] | list[SetAside]]:
        """Yield the messages of *file* in order; piece by piece where it is larger than any should be."""
        frame = whole_frame(self._bundle, file) if self._bundle.size(file) > _HEAVY else Frame()
        shape = look(self._bundle, file)
        frame.form = shape.form if shape else ""
        held: list[_Said] = []
        most = _HELD.get(frame.form, _HELD[PLAIN])
        weight = number = 0
        with self._bundle.open(file) as stream:
            reader = Reader(stream)
            try:
                for key in reader.members():
                    start = reader.peek()
                    if start == "{":
                        reader.skip()
                        continue
                    if key != "messages" or start != "[":
                        frame.take(key, reader.value().found)
                        continue
                    for _ in reader.elements():
                        value = reader.value()
                        number += 1
                        self._done = self._before + reader.offset
                        if not is_message(value.found):
                            why = value.trouble or "it is no message"
                            yield [SetAside(f"{clean(file)} message {number}", why, value.raw)]
                            continue
                        held.append(_Said(thread, frame, file, number, value, stamp(value.found)))
                        weight += len(value.text)
                        if len(held) >= most or weight > _HEAVY:
                            yield _in_order(held, frame)
                            held, weight = [], 0
            except Broken as broken:
                yield [SetAside(f"{clean(file)} character {broken.offset}", broken.what)]
        yield _in_order(held, frame)

    # --- a message ---

    def _message(self, it: _Said, where: str) -> Message:
        """Return the message that *it* is."""
        one, frame = it.one, it.frame
        name, received, text = sender_of(one), from_ms(it.ms), text_of(one)
        attachments, warnings = self._files(it)
        state, verdict = became(one)
        if state is State.NORMAL and not text and not attachments:
            state = State.MISSING_BODY
        if received is None:
            warnings = (*warnings, UNREADABLE)
        others = ", ".join(sorted(each for each in frame.participants if each.casefold() not in self._me))
        return Message(
            channel=self._channel,
            key=it.key,
            stem=it.stem,
            sender=Person(name),
            received_at=received,
            text=text,
            thread=it.thread,
            thread_title=frame.title or others or it.thread,
            group=frame.group,
            mine=self._mine(frame, name),
            sent_at=received,
            precision="ms",
            position=it.position,
            verdict=verdict,
            state=state,
            attachments=attachments,
            warnings=warnings,
            raw=it.value.raw,
            where=where,
        )

    def _mine(self, frame: Frame, name: str) -> bool | None:
        if self._me:
            return name.casefold() in self._me
        beside = beside_title(frame)
        return name in beside if beside else None

    def _files(self, it: _Said) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
        files: list[Attachment] = []
        warnings: list[str] = []
        for uri, default in uris(it.one):
            path = uri.replace("\\", "/").removeprefix("./")
            name = said(path.rpartition("/")[2]) or "file"
            type_ = mimetypes.guess_type(name)[0] or default
            if default.startswith("audio/") and type_.startswith("video/"):
                type_ = default
            size, content = None, None
            if unsafe(path):
                warnings.append(LEADS_OUT)
            elif "://" not in path:
                size, content = self._content(it.file, path)
            files.append(Attachment(name, type_, size, content, stored=content is not None))
        return tuple(files), tuple(warnings)

    def _content(self, file: str, path: str) -> tuple[int | None, bytes | None]:
        """Return size and bytes of what lies at *path*, as seen from any folder around *file*."""
        if self._alone:
            return None, None
        folder = file.rpartition("/")[0]
        while True:
            for written in dict.fromkeys((path, mended(path))):
                member = f"{folder}/{written}" if folder else written
                if self._bundle.has(member):
                    size = self._bundle.size(member)
                    if size > KEEP:
                        return size, None
                    with self._bundle.open(member) as stream:
                        return size, stream.read()
            if not folder:
                return None, None
            folder = folder.rpartition("/")[0]


def _in_order(held: list[_Said], frame: Frame) -> list[_Said]:
    """Return the messages oldest first; those of one millisecond in the file's order, read from its old end."""
    stamps = [one.ms for one in held if one.ms is not None]
    rising = stamps[:1] < stamps[-1:] if frame.form != SECRET else stamps[:1] <= stamps[-1:]
    last = 0
    timed: list[tuple[int, _Said]] = []
    for one in held if rising else reversed(held):
        last = last if one.ms is None else one.ms
        timed.append((last, one))
    return [one for _, one in sorted(timed, key=lambda pair: pair[0])]


def _number(it: _Said, count: _Count) -> None:
    """Set the key of *it*, which says the how-manieth of its equals it is, and its place within its millisecond."""
    at = "-" if it.ms is None else str(it.ms)
    begun = f"{at} {_digest(sender_of(it.one), 4)} "
    it.stem = begun if it.ms is not None else ""
    words = f"{begun}{_words(it)}"
    it.key = f"{words} {count.keys.next(words)}"
    count.here = count.here + 1 if it.ms == count.ms else 0
    count.ms = it.ms
    it.position = count.here


def _words(it: _Said) -> str:
    """Return a digest of the words. What came with files is known by them: its words are the app's own."""
    files = [uri.rpartition("/")[2] for uri, _ in uris(it.one)]
    body = "\0".join(["files", *files]) if files else text_of(it.one)
    return _digest(body, 8) if body else "-"


def _digest(text: str, size: int) -> str:
    return blake2b(text.encode("utf-8", "replace"), digest_size=size).hexdigest()
