"""The database records of Signal Desktop that sigtop writes as JSON, one list for each conversation."""

from __future__ import annotations

import re
from typing import Any

from tui_inbox.connectors import SetAside
from tui_inbox.connectors.formats.bundle import Bundle
from tui_inbox.connectors.formats.intime import in_time
from tui_inbox.connectors.formats.jsonstream import Broken, Reader, Value, clean, cleaned
from tui_inbox.connectors.formats.moments import from_ms
from tui_inbox.connectors.formats.packing import Counted, Found
from tui_inbox.problems import Unreadable
from tui_inbox.rules.model import Attachment, Class, Message, Person, State, Verdict

_TELLING = frozenset(
    {"conversationId", "sent_at", "type", "received_at", "timestamp", "sourceServiceId", "sourceDevice"}
)
_EMPTY = frozenset({"sendStateByConversationId", "unidentifiedDeliveries", "destinationServiceId", "expireTimer"})
_TITLE = re.compile(r"(.*?)(?: \((\+\d{6,15}|group|[^()]{1,80})\))?", re.S)


def is_list(bundle: Bundle, member: str) -> bool:
    """Return whether *member* begins as sigtop's JSON does: a list whose first object is a record of Signal's."""
    head = bundle.head(member).lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head.startswith(b"[") or (b'"conversationId"' not in head and b'"sendState' not in head):
        return False
    with bundle.open(member) as stream:
        reader = Reader(stream)
        try:
            for _ in reader.elements():
                found = reader.value().found
                keys = set(found) if isinstance(found, dict) else set()
                return ("conversationId" in keys and len(keys & _TELLING) >= 3) or len(keys & _EMPTY) >= 2
        except Broken:
            return False
    return False


def found(bundle: Bundle, member: str, group: bool) -> Found:
    """Yield the messages of one conversation."""
    name = clean(member).rpartition("/")[2].removesuffix(".json")
    named = _TITLE.fullmatch(name)
    title, detail = (named[1], named[2] or "") if named else (name, "")
    teller = _Teller(title or name, detail, group or detail == "group")
    number = told = 0
    with bundle.open(member) as stream:
        reader = Reader(stream)
        try:
            for _ in reader.elements():
                number += 1
                value = reader.value()
                where = f"record {number}"
                one = in_time(where, value.raw, teller.message, value, where)
                told += isinstance(one, Message)
                if number > 100 and not told:
                    raise Unreadable(
                        f"{member} holds records without times and texts: Signal keeps these elsewhere since 2025.",
                        "Export with signal-export, or with a newer sigtop.",
                    )
                yield one, reader.offset
        except Broken as broken:
            yield SetAside(f"character {broken.offset}", broken.what), broken.offset


def several(bundle: Bundle, member: str, most: int = 5000) -> bool:
    """Return whether more than one other person speaks among the first *most* records."""
    sources: set[str] = set()
    with bundle.open(member) as stream:
        reader = Reader(stream)
        try:
            for number, _ in enumerate(reader.elements()):
                record = reader.value().found
                if isinstance(record, dict) and record.get("type") == "incoming":
                    sources.add(_source(record)[0])
                if len(sources - {""}) > 1 or number > most:
                    break
        except Broken:
            pass
    return len(sources - {""}) > 1


def _word(one: dict[str, Any], *keys: str) -> str:
    return next((value for key in keys if isinstance(value := one.get(key), str) and value), "")


def _source(one: dict[str, Any]) -> tuple[str, str]:
    """Return who sent *one*: the account's own id, else the number; and the number where there is one."""
    number = _word(one, "source", "sourceE164")
    number = number if re.fullmatch(r"\+\d{6,15}", number) else ""
    return _word(one, "sourceServiceId", "sourceAci", "sourceUuid") or number or _word(one, "source"), number


class _Teller:
    """Makes messages of the records of one conversation.

    Signal itself knows a message by who sent it and the millisecond, also where it was edited or deleted since. Names,
    numbers and account ids change from version to version; so the key is the millisecond, and the how-manieth of it.
    """

    def __init__(self, title: str, detail: str, group: bool) -> None:
        self._title = title
        self._number = detail if detail.startswith("+") else ""
        self._group = group
        self._counted = Counted()

    def message(self, value: Value, where: str) -> Message | SetAside:
        """Return the message that *value* is, or why it is none."""
        if value.trouble or not isinstance(value.found, dict):
            return SetAside(where, value.trouble or "it is no record", value.raw)
        one: dict[str, Any] = cleaned(value.found)
        stamp = next((one[key] for key in ("sent_at", "timestamp") if from_ms(one.get(key))), None)
        sent = from_ms(stamp)
        if sent is None or stamp is None:
            return SetAside(where, "it has no time", value.raw)
        kind = _word(one, "type")
        mine = kind == "outgoing"
        gone = one.get("deletedForEveryone") is True or one.get("isErased") is True
        edited = _edited(one)
        quote = one["quote"] if isinstance(one.get("quote"), dict) else {}
        thread = _word(one, "conversationId") or self._title
        ms = int(stamp)
        return Message(
            channel="signal",
            key=f"{ms} {self._counted.next(ms)}",
            sender=self._sender(one, mine),
            received_at=sent,
            text=_text(one),
            quoted=_word(quote, "text"),
            thread=thread,
            thread_title=self._title,
            group=self._group,
            external_id=_word(one, "id"),
            mine=mine,
            sent_at=sent,
            precision="ms",
            verdict=_verdict(kind),
            state=State.DELETED if gone else State.EDITED if edited else State.NORMAL,
            edited_at=edited,
            in_reply_to=f"{int(quote['id'])} 1" if from_ms(quote.get("id")) else "",
            attachments=_files(one),
            raw=value.raw,
            where=where,
        )

    def _sender(self, one: dict[str, Any], mine: bool) -> Person:
        if mine:
            return Person("Me")
        identity, number = _source(one)
        number = number or ("" if self._group else self._number)
        name = identity if self._group else self._title
        return Person(name, identity or number, (number,) if number else ())


def _edited(one: dict[str, Any]) -> Any:
    """Return when *one* was last edited, or None."""
    versions = one.get("editHistory")
    if not isinstance(versions, list) or len(versions) < 2:
        return from_ms(one.get("editMessageTimestamp"))
    newest = versions[0] if isinstance(versions[0], dict) else {}
    return from_ms(one.get("editMessageTimestamp")) or from_ms(newest.get("timestamp"))


def _text(one: dict[str, Any]) -> str:
    """Return the body with the names of those mentioned in it, where the record has them."""
    body = _word(one, "body")
    ranges = one.get("bodyRanges")
    if "\ufffc" not in body or not isinstance(ranges, list):
        return body
    names = [_word(each, "replacementText") for each in ranges[:100] if isinstance(each, dict) and "start" in each]
    for name in names:
        body = body.replace("\ufffc", f"@{name}" if name else "@…", 1)
    return body


def _verdict(kind: str) -> Verdict:
    if kind in ("incoming", "outgoing"):
        return Verdict(Class.HUMAN)
    return Verdict(Class.SYSTEM, f"a notice of Signal ({kind[:40] or 'of no kind'})")


def _files(one: dict[str, Any]) -> tuple[Attachment, ...]:
    """Return the attachments that a record names; sigtop writes their bytes elsewhere, under other names."""
    listed = one.get("attachments")
    files = []
    for each in listed[:100] if isinstance(listed, list) else ():
        if isinstance(each, dict):
            type_ = _word(each, "contentType") or "application/octet-stream"
            size = each.get("size")
            known = size if isinstance(size, int) and 0 <= size < 2**62 else None
            files.append(Attachment(_word(each, "fileName") or type_.partition("/")[0], type_, known, stored=False))
    if isinstance(one.get("sticker"), dict):
        files.append(Attachment("sticker", "image/webp", stored=False))
    return tuple(files)
