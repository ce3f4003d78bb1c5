"""Where the chats lie in an archive of Messenger or Instagram, whose of the two it is, and whose account."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tui_inbox.connectors import UNTRIED
from tui_inbox.connectors.formats.bundle import Bundle
from tui_inbox.connectors.formats.jsonstream import Broken, Reader, clean

_SECTIONS = "inbox|archived_threads|filtered_threads|message_requests|e2ee_cutover"
_NUMBERED = re.compile(r"(?:^|/)message_(\d{1,9})\.json$", re.IGNORECASE)
_IN_SECTION = re.compile(rf"(?:^|/)(?:{_SECTIONS})/[^/]+/message_\d+\.json$", re.IGNORECASE)
_PAGE = re.compile(r"(?:^|/)message_\d+\.html$", re.IGNORECASE)
_PAGE_SIGN = re.compile(rb'class="[^"]*\b_(?:a6-g|3-95)\b')
_ROOT = re.compile(
    rf"(?:^|/)(?:messages/(?:{_SECTIONS}|stickers_used|photos)/|your_\w*(?:facebook|instagram)\w*/|"
    r"personal_information/|profile_information/|connections/|ads_information/|preferences/|security_and_login)"
)
_STEADY = re.compile(r"_(?=[A-Za-z-]*\d)([A-Za-z0-9-]{6,})$")
_OF_INSTAGRAM = re.compile(r"(?:^|/)(?:your_instagram_activity|followers_and_following)/")
_OF_FACEBOOK = re.compile(r"(?:^|/)(?:your_(?:activity_across_facebook|facebook_activity)|profile_information)/")
_LOOKED_AT = 50
_FLAT = 20_000
_SMALL = 64 << 20

PLAIN, SECRET = "plain", "secret"
"""The two shapes: of the account's archive, and of the store of end-to-end encrypted chats."""


@dataclass(slots=True)
class Frame:
    """What a file says around its messages."""

    form: str = ""
    participants: list[str] = field(default_factory=list)
    title: str = ""
    path: str = ""
    group: bool = False
    joinable: bool = False
    """It says how one may join: Instagram says that of every chat, Messenger of groups only."""

    def take(self, key: str, found: Any) -> None:
        """Keep the member *key* of the outermost object, where it is one of interest."""
        if key == "participants" and isinstance(found, list):
            named = [one.get("name") if isinstance(one, dict) else one for one in found[:5000]]
            self.participants = [said(one) for one in named if isinstance(one, str)]
            self.group = self.group or len(self.participants) > 2
        elif key in ("title", "threadName") and isinstance(found, str):
            self.title = said(found)
        elif key == "thread_path" and isinstance(found, str):
            self.path = said(found)
        elif key == "thread_type" and isinstance(found, str):
            self.group = self.group or "group" in found.casefold()


@dataclass(frozen=True, slots=True)
class Thread:
    """One chat and its files, the oldest first."""

    id: str
    files: tuple[str, ...]


def mended(text: str) -> str:
    """Return *text* as it was meant: these archives write the bytes of UTF-8 as if each were a letter of Latin-1."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


def said(text: str) -> str:
    """Return *text* mended and storable."""
    return clean(mended(text))


def part_of_archive(names: list[str]) -> bool:
    """Return whether a zip with these inner paths can be a part of such an archive."""
    return any(_ROOT.search(name) for name in names)


# --- recognising --------------------------------------------------------------------------------------


def sign(bundle: Bundle) -> tuple[str, str] | None:
    """Return (`messenger` or `instagram`, why) where *bundle* holds chats of one of the two, else None."""
    for member in _candidates(bundle):
        frame = look(bundle, member)
        if frame:
            shape = f"in the shape of the encrypted chats{UNTRIED}" if frame.form == SECRET else "as Meta writes them"
            return _brand(bundle, member, frame), f"{member} lists messages by sender and milliseconds, {shape}"
    for page in pages(bundle)[:_LOOKED_AT]:
        if _PAGE_SIGN.search(bundle.head(page)):
            return _brand(bundle, page, Frame(PLAIN, ["?"])), f"{page} is a chat as a web page of Meta's"
    return None


def pages(bundle: Bundle) -> list[str]:
    """Return the members that are chats as web pages, which are not read."""
    names = bundle.names()
    if len(names) == 1:
        return [one for one in names if one.casefold().endswith((".html", ".htm"))]
    return [one for one in names if _PAGE.search(one)]


def _candidates(bundle: Bundle) -> Iterator[str]:
    names = bundle.names()
    if len(names) == 1:
        yield from (one for one in names if not one.casefold().endswith((".html", ".htm")))
        return
    numbered = [one for one in names if _NUMBERED.search(one)]
    yield from numbered[:_LOOKED_AT]
    yield from _flat(names)[:_LOOKED_AT]


def _flat(names: list[str]) -> list[str]:
    """Return what can be a file of an encrypted chat: JSON not deep down, with any name."""
    jsons = [one for one in names if one.casefold().endswith(".json") and one.count("/") <= 4]
    return [one for one in jsons if not _NUMBERED.search(one)][:_FLAT]


def look(bundle: Bundle, member: str) -> Frame | None:
    """Return what the head of *member* says, or None where it is no chat of Meta's."""
    head = bundle.head(member)
    if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return None
    frame, first = Frame(), None
    reader = Reader(io.BytesIO(head))
    try:
        for key in reader.members():
            start = reader.peek()
            if key == "messages" and start == "[":
                for _ in reader.elements():
                    first = reader.value().found
                    break
                else:
                    continue
                break
            value = reader.value()
            if key == "participants" and isinstance(value.found, list) and value.found:
                frame.form = SECRET if isinstance(value.found[0], str) else PLAIN
            elif key == "threadName":
                frame.form = SECRET if frame.form != PLAIN else PLAIN
            frame.take(key, value.found)
    except Broken:
        pass
    return _judged(frame, first)


def _judged(frame: Frame, first: Any) -> Frame | None:
    if isinstance(first, dict):
        plain = "sender_name" in first and ("timestamp_ms" in first or "timestamp" in first)
        secret = "senderName" in first and "timestamp" in first
        frame.form = PLAIN if plain else SECRET if secret else ""
        return frame if frame.form else None
    told = frame.path or (frame.title and frame.participants)
    return frame if frame.form and told else None


def _brand(bundle: Bundle, member: str, frame: Frame) -> str:
    names = bundle.names()
    if any(_OF_INSTAGRAM.search(one) for one in names):
        return "instagram"
    if any(_OF_FACEBOOK.search(one) for one in names) or frame.form == SECRET:
        return "messenger"
    head = bundle.head(member)
    if b'"your_instagram_activity/' in head or b'"your_instagram_activity\\/' in head:
        return "instagram"
    shared = re.search(rb"https?:(?://|\\/\\/)(?:www\.)?instagram\.com", head)
    other = re.search(rb"facebook|fbcdn", head)
    if (shared and not other) or not frame.participants:
        return "instagram"
    joinable = bundle.size(member) < _SMALL and whole_frame(bundle, member).joinable
    return "instagram" if joinable and len(frame.participants) <= 2 else "messenger"


# --- finding the chats --------------------------------------------------------------------------------


def threads(bundle: Bundle) -> list[Thread]:
    """Return the chats of *bundle*, in the order of their ids."""
    names = bundle.names()
    found: dict[str, list[tuple[int, str]]] = {}
    for member in [one for one in names if _NUMBERED.search(one)] if len(names) > 1 else names:
        number = _NUMBERED.search(member)
        if not _IN_SECTION.search(member) and len(names) > 1 and not look(bundle, member):
            continue
        found.setdefault(_id(bundle, member), []).append((int(number[1]) if number else 1, member))
    for member in _flat(names) if len(names) > 1 else ():
        frame = look(bundle, member)
        if frame and frame.form == SECRET:
            found.setdefault(_secret_id(frame, member), []).append((1, member))
    return [Thread(id_, tuple(member for _, member in sorted(found[id_], reverse=True))) for id_ in sorted(found)]


def _id(bundle: Bundle, member: str) -> str:
    """Return what stays of a chat: the folder's number, since its name follows the contact's."""
    folder = member.rpartition("/")[0].rpartition("/")[2]
    if not folder:
        frame = look(bundle, member)
        if frame and frame.form == SECRET:
            return _secret_id(frame, member)
        around = whole_frame(bundle, member)
        folder = around.path.rpartition("/")[2] or around.title or ", ".join(sorted(around.participants)) or member
    steady = _STEADY.search(folder)
    return steady[1] if steady else clean(folder)


def _secret_id(frame: Frame, member: str) -> str:
    """Return the id of an encrypted chat, which has none: its people, or the name of the group."""
    people = ", ".join(sorted(frame.participants))
    return (
        f"e2ee: {(frame.title or people) if len(frame.participants) > 2 else (people or frame.title or clean(member))}"
    )


def whole_frame(bundle: Bundle, member: str) -> Frame:
    """Return all that *member* says around its messages; title and path stand behind them."""
    frame = Frame()
    with bundle.open(member) as stream:
        reader = Reader(stream)
        try:
            for key in reader.members():
                start = reader.peek()
                frame.joinable = frame.joinable or key == "joinable_mode"
                if start == "{" or (start == "[" and key == "messages"):
                    reader.skip()
                else:
                    frame.take(key, reader.value().found)
        except Broken:
            pass
    return frame


# --- whose account ------------------------------------------------------------------------------------


def owner(bundle: Bundle, chats: list[Thread], me: tuple[str, ...]) -> str | None:
    """Return the agent's name in the chats: as told, as the profile says, or who takes part in every chat; or None."""
    frames = [frame for chat in chats[:200] if (frame := look(bundle, chat.files[-1]))]
    people = [set(frame.participants) for frame in frames if frame.participants]
    everybody = set().union(*people)
    told = {one.casefold() for one in me}
    for one in sorted(everybody):
        if one.casefold() in told:
            return one
    names = list(_profile(bundle))
    named = [one for one in names if one in everybody]
    if named or (names and not everybody):
        return (named or names)[0]
    everywhere = set.intersection(*people) if len({frozenset(one) for one in people}) > 1 else set()
    if len(everywhere) == 1:
        return everywhere.pop()
    votes: Counter[str] = Counter()
    for chat in chats[:20]:
        votes.update(beside_title(whole_frame(bundle, chat.files[-1])))
    return votes.most_common(1)[0][0] if votes else None


def beside_title(frame: Frame) -> list[str]:
    """Return who I am in a chat between two: it is titled by the other."""
    if len(frame.participants) != 2 or frame.participants.count(frame.title) != 1:
        return []
    return [one for one in frame.participants if one != frame.title]


def _profile(bundle: Bundle) -> Iterator[str]:
    """Yield the names that the account's profile gives, where the archive holds it."""
    for name in ("profile_information.json", "personal_information.json"):
        for member in bundle.find(name, depth=5)[:3]:
            with bundle.open(member) as stream:
                found = Reader(io.BytesIO(stream.read(4 << 20)))
                try:
                    whole = found.value().found
                except Broken:
                    continue
            yield from _names_in(whole)


def _names_in(profile: Any) -> Iterator[str]:
    match profile:
        case {"profile_v2": {"name": {"full_name": str() as name}}} | {
            "profile": {"name": {"full_name": str() as name}}
        }:
            yield said(name)
        case {"profile_user": [{"string_map_data": dict() as values}, *_]}:  # its keys are in the account's language
            for one in values.values():
                if isinstance(one, dict) and isinstance(one.get("value"), str):
                    yield said(one["value"])
        case _:
            return
