"""Google Chat: what Google Takeout gives of an account's direct messages and spaces.

What is one conversation? A direct message, and a group without a name, is one exchange: the chat is the thread. In a
named space many speak at once and an answer is given below a question, so there each topic is a thread of its own, as
in the channels of Slack. Within a chat, too, a reply names the message that began its topic.
"""

from __future__ import annotations

import io
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tui_inbox.connectors import UNTRIED, Batch, SetAside
from tui_inbox.connectors.formats.bundle import Bundle
from tui_inbox.connectors.formats.intime import in_time
from tui_inbox.connectors.formats.jsonstream import Broken, Reader, clean, cleaned, word
from tui_inbox.connectors.formats.longdates import written_out
from tui_inbox.connectors.formats.moments import UNREADABLE
from tui_inbox.connectors.formats.packing import enclosed, packed, places
from tui_inbox.connectors.formats.parts import together
from tui_inbox.problems import Unreadable
from tui_inbox.rules.model import Attachment, Class, Message, Person, State, Verdict

CHANNEL = "googlechat"
ORDER = 43
_LOOKED_AT = 50


@dataclass(slots=True)
class _Group:
    """One chat: its folder, and what its `group_info.json` says."""

    member: str
    folder: str
    name: str = ""
    people: list[Person] = field(default_factory=list)

    @property
    def space(self) -> bool:
        """Whether it is a named room, in which each topic is an exchange of its own."""
        return bool(self.name)


def sniff(bundle: Bundle) -> str | None:
    """Return why *bundle* is a Takeout of Google Chat, or None."""
    with together(bundle, _of_takeout) as whole:
        for member in _chats(whole)[:_LOOKED_AT]:
            if _looks(whole, member):
                return f"{member} lists messages by topic and creator, as Google Takeout writes them{UNTRIED}"
    return None


def _of_takeout(names: list[str]) -> bool:
    """Return whether a zip can be a part of a split Takeout that holds nothing for another channel."""
    return any("Takeout/" in one for one in names) and not any(one.casefold().endswith(".mbox") for one in names)


def _chats(bundle: Bundle) -> list[str]:
    names = bundle.names()
    return names if len(names) == 1 else bundle.find("messages.json", depth=6)


def _looks(bundle: Bundle, member: str) -> bool:
    """Return whether the first messages of *member* are Google Chat's."""
    head = bundle.head(member)
    if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return False
    reader = Reader(io.BytesIO(head))
    try:
        for key in reader.members():
            if key != "messages" or reader.peek() != "[":
                return False
            for _ in reader.elements():
                one = reader.value().found
                return isinstance(one, dict) and "message_id" in one and bool(_SIGNS & one.keys())
    except Broken:
        pass
    return False


_SIGNS = {"topic_id", "created_date", "creator", "message_state"}


@dataclass(frozen=True, slots=True)
class Source:
    """One Takeout: zip, folder, several zips in one folder, or one chat's file; `me` are my addresses or names.

    The file's times are UTC: `zone` is not needed.
    """

    bundle: Bundle
    zone: str = "UTC"
    me: tuple[str, ...] = ()

    def read(self, cursors: dict[str, str]) -> Iterator[Batch]:
        """Yield every message, chat by chat; an interrupted run goes on behind its cursor."""
        with together(self.bundle, _of_takeout) as whole:
            members = _chats(whole)
            named = places(self.bundle, members)
            found = [one for one in members if len(members) == 1 or _looks(whole, one) or _beside_group(whole, one)]
            if not found:
                raise _unreadable(self.bundle)
            me = _me(whole, self.me)
            for member in found:
                teller = _Teller(whole, _group(whole, member), me, alone=len(found) == 1)
                yield from packed(teller.told, named[member], cursors, whole.size(member))

    def owner(self) -> str | None:
        """Return the agent's name as the Takeout gives it, or None."""
        with together(self.bundle, _of_takeout) as whole:
            return next((one.name or one.identity for one in _users(whole)), None)


def _unreadable(bundle: Bundle, why: str = "") -> Unreadable:
    return Unreadable(
        f"{bundle.path.name} holds no chat of Google Chat that can be read{f' ({why})' if why else ''}.",
        "Export Google Chat with Google Takeout, and give the zip or its folder.",
    )


def _beside_group(bundle: Bundle, member: str) -> bool:
    """Return whether *member* stands beside a chat's description: even where its head is broken, it is a chat."""
    return bundle.has(f"{member.rpartition('/')[0]}/group_info.json") and b'"messages"' in bundle.head(member, 64)


# --- who and where ------------------------------------------------------------------------------------


def _object(bundle: Bundle, member: str) -> dict[str, Any]:
    """Return the object that the small file *member* is; {} where it is none."""
    if not bundle.has(member):
        return {}
    reader = Reader(io.BytesIO(bundle.head(member, 4 << 20)))
    try:
        found = reader.value().found
    except Broken:
        return {}
    return cleaned(found) if isinstance(found, dict) else {}


def _person(found: Any) -> Person:
    """Return who *found* names: the mail address is the identity."""
    if not isinstance(found, dict):
        return Person("")
    address = word(found, "email").strip()
    return Person(word(found, "name") or address, address.casefold(), (address.casefold(),) if address else ())


def _users(bundle: Bundle) -> Iterator[Person]:
    for member in bundle.find("user_info.json", depth=6)[:20] if len(bundle.names()) > 1 else ():
        user = _person(_object(bundle, member).get("user"))
        if user.name:
            yield user


def _me(bundle: Bundle, given: tuple[str, ...]) -> set[str]:
    """Return the addresses I have, or my names where there is no address, case folded; empty where nobody says."""
    users = list(_users(bundle))
    return {one.casefold() for one in given} | {one.identity or one.name.casefold() for one in users}


def _group(bundle: Bundle, member: str) -> _Group:
    folder = member.rpartition("/")[0]
    about = _object(bundle, f"{folder}/group_info.json" if folder else "group_info.json")
    people = about.get("members")
    name = word(about, "name") if not folder.rpartition("/")[2].startswith("DM ") else ""
    return _Group(member, folder, name, [_person(one) for one in people] if isinstance(people, list) else [])


# --- messages -----------------------------------------------------------------------------------------


class _Teller:
    """Makes messages of one chat."""

    def __init__(self, bundle: Bundle, group: _Group, me: set[str], *, alone: bool) -> None:
        self._bundle = bundle
        self._group = group
        self._me = me
        self._alone = alone
        others = [one.name for one in group.people if not self._mine(one)]
        self._title = group.name or ", ".join(others) or clean(group.folder.rpartition("/")[2])

    def told(self) -> Iterator[tuple[Message | SetAside, int]]:
        """Yield each message in the file's order, which is that of time, with the bytes behind it."""
        said, member = 0, clean(self._group.member)
        with self._bundle.open(self._group.member) as stream:
            reader = Reader(stream)
            try:
                for key in reader.members():
                    if key != "messages" or reader.peek() != "[":
                        reader.skip()
                        continue
                    for number, _ in enumerate(reader.elements(), 1):
                        value, where = reader.value(), f"{member} message {number}"
                        if isinstance(value.found, dict) and word(value.found, "message_id"):
                            said += 1
                            one = in_time(where, value.raw, self._message, value.found, number, value.raw, where)
                            yield one, reader.offset
                        else:
                            why = value.trouble or "it has no id"
                            yield SetAside(where, why, value.raw), reader.offset
            except Broken as broken:
                if self._alone and not said:
                    raise _unreadable(self._bundle, broken.what) from None
                yield SetAside(f"{member} character {broken.offset}", broken.what), broken.offset

    def _message(self, one: dict[str, Any], number: int, raw: bytes, where: str) -> Message:
        one = cleaned(one)
        id_, sender = word(one, "message_id"), _person(one.get("creator"))
        parts = id_.split("/")
        topic = word(one, "topic_id") or (parts[1] if len(parts) == 3 else "")
        chat = parts[0] if len(parts) == 3 else self._group.folder.rpartition("/")[2] or "googlechat"
        created, updated = written_out(word(one, "created_date")), written_out(word(one, "updated_date"))
        received = created or updated or written_out(word(one, "deleted_date"))
        deleted = word(one, "message_state") == "DELETED" or "deletion_metadata" in one
        edited = updated if not deleted and updated != created else None
        attachments, warnings = self._files(one)
        if received is None:
            warnings = (*warnings, UNREADABLE)
        return Message(
            channel=CHANNEL,
            key=id_,
            sender=sender,
            received_at=received,
            text=_text(one),
            quoted=_quoted(one),
            thread=f"{chat}/{topic}" if self._group.space and topic else chat,
            thread_title=self._title or sender.name,
            group=self._group.space or len(self._group.people) > 2,
            external_id=id_,
            mine=self._mine(sender) if self._me else None,
            sent_at=received,
            position=number,
            verdict=_verdict(one, deleted=deleted),
            state=State.DELETED if deleted else State.EDITED if edited else State.NORMAL,
            edited_at=edited,
            in_reply_to=_answered(one, parts),
            attachments=attachments,
            warnings=warnings,
            raw=raw,
            where=where,
        )

    def _mine(self, sender: Person) -> bool:
        return bool(({sender.identity, sender.name.casefold()} - {""}) & self._me)

    def _files(self, one: dict[str, Any]) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
        files, warnings = [], []
        listed = one.get("attached_files")
        for file in listed[:1000] if isinstance(listed, list) else ():
            if not isinstance(file, dict):
                continue
            path = word(file, "export_name").replace("?", "_")
            name = word(file, "original_name") or path or "file"
            type_ = mimetypes.guess_type(name)[0] or "application/octet-stream"
            kept, warning = enclosed(self._bundle, self._group.folder, path, name, type_)
            files.append(kept)
            warnings += [warning] if warning else []
        return tuple(files), tuple(warnings)


def _text(one: dict[str, Any]) -> str:
    """Return a message's words; where it has none, what it shows beside them: a link, a file on Drive, a call."""
    text = word(one, "text")
    listed = one.get("annotations")
    for each in listed[:100] if not text and isinstance(listed, list) else ():
        match each:
            case {"url_metadata": {"url": {"private_do_not_access_or_else_safe_url_wrapped_value": str() as link}}}:
                return link
            case {"drive_metadata": {"title": str() as title}} if title:
                return title
            case {"video_call_metadata": {"meeting_space": {"meeting_url": str() as link}}}:
                return link
            case _:
                continue
    return text


def _quoted(one: dict[str, Any]) -> str:
    quote = one.get("quoted_message_metadata")
    return word(quote, "text") if isinstance(quote, dict) else ""


def _answered(one: dict[str, Any], parts: list[str]) -> str:
    """Return the id of the message that this one quotes, or else of the one that began its topic; "" for none."""
    quote = one.get("quoted_message_metadata")
    quoted = word(quote, "message_id") if isinstance(quote, dict) else ""
    began = f"{parts[0]}/{parts[1]}/{parts[1]}" if len(parts) == 3 and parts[1] != parts[2] else ""
    return quoted or began


def _verdict(one: dict[str, Any], *, deleted: bool) -> Verdict:
    creator = one.get("creator")
    kind = word(creator, "user_type").casefold() if isinstance(creator, dict) else ""
    if deleted:
        return Verdict(Class.SYSTEM, "deleted")
    return Verdict(Class.AUTO, "written by an app") if kind in ("bot", "app") else Verdict(Class.HUMAN)
