"""Slack: a workspace's export as zip or folder, and what slackdump writes in the same shape.

What is one conversation? An agent answers a person, not a room. In a direct message (`dms`, `mpims`) all that is said
belongs to one exchange, so the channel is the thread. In a channel many customers speak at once, and an answer is given
in the thread below a question; so there each root with its replies is a thread of its own. A message that was
answered in the channel itself, outside of its thread, stays open here until the agent ends it: losing a question in
the noise of a room would be worse.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tui_inbox.connectors import Arrival, Batch, SetAside
from tui_inbox.connectors.formats.bundle import Bundle, unsafe
from tui_inbox.connectors.formats.intime import in_time
from tui_inbox.connectors.formats.jsonstream import Broken, Reader, cleaned, word
from tui_inbox.connectors.formats.moments import UNREADABLE, sane
from tui_inbox.connectors.formats.packing import BATCH, KEEP, batch
from tui_inbox.connectors.formats.slack_words import SECRET_BYTES, body_of
from tui_inbox.problems import Unreadable
from tui_inbox.rules.model import Attachment, Class, Message, Person, State, Verdict

CHANNEL = "slack"
ORDER = 40
_LISTS = ("channels.json", "groups.json", "dms.json", "mpims.json")
_DAY = re.compile(r"\d{4}-\d\d-\d\d\.json$")
_TS = re.compile(r"\d{9,11}(?:\.\d{1,9})?$")
_NOTICES: tuple[str, ...] = (
    "channel_",
    "group_",
    "mpim_",
    "pinned_",
    "unpinned_",
    "bot_add",
    "bot_remove",
    "bot_enable",
    "bot_disable",
)
_NOTICES += ("reminder_add", "huddle_thread", "sh_room_created", "app_conversation_join")


@dataclass(frozen=True, slots=True)
class _Room:
    id: str
    name: str
    kind: str
    members: tuple[str, ...] = ()


@dataclass(slots=True)
class _Workspace:
    """Who and what the export's lists name."""

    top: str
    people: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    """By user: the mail address that the profile gives, where the workspace shows it."""
    bots: set[str] = field(default_factory=set)
    rooms: dict[str, _Room] = field(default_factory=dict)
    """By the name of their folder."""
    owner: str = ""


def sniff(bundle: Bundle) -> str | None:
    """Return why *bundle* is a Slack export, or None."""
    for marker in (*_LISTS, "users.json"):
        for found in bundle.find(marker):
            top = found.rpartition("/")[0]
            days = [one for one in bundle.names() if _within(one, top) and _DAY.search(one)]
            if days or (marker == "users.json" and bundle.find("channels.json")):
                return f"{found} stands beside folders of days such as {days[0] if days else '(none)'}"
    return None


def _within(name: str, top: str) -> bool:
    inner = name.removeprefix(f"{top}/") if top else name
    return (not top or inner != name) and inner.count("/") == 1


@dataclass(frozen=True, slots=True)
class Source:
    """One export; `me` are my ids (`U0123`) or names. The file's times are UTC: `zone` is not needed."""

    bundle: Bundle
    zone: str = "UTC"
    me: tuple[str, ...] = ()

    def read(self, cursors: dict[str, str]) -> Iterator[Batch]:
        """Yield every message, room by room and day by day; an interrupted run goes on behind its cursor."""
        place = self.bundle.digest
        cursor = json.loads(cursors.get(place) or "{}")
        if cursor.get("done"):
            return
        space = _workspace(self.bundle, self.me)
        days = [one for one in self.bundle.names() if _within(one, space.top) and _DAY.search(one)]
        if not days:
            raise Unreadable(
                f"{self.bundle.path.name} holds no day of a Slack channel.",
                "Give the whole export: the zip, or its folder with users.json in it.",
            )
        arrivals: list[Arrival] = []
        aside: list[SetAside] = []
        behind, seen, weight = int(cursor.get("count", 0)), 0, 0
        for number, day in enumerate(days):
            for one in _said(self.bundle, space, day):
                seen += 1
                if seen <= behind:
                    continue
                weight += len(one.raw)
                if isinstance(one, SetAside):
                    aside.append(one)
                else:
                    arrivals.append(Arrival(one))
                    weight += sum(len(each.content or b"") for each in one.attachments)
                if len(arrivals) + len(aside) >= BATCH or weight > 2 * KEEP:
                    yield batch(arrivals, aside, place, seen, number, len(days), "days")
                    arrivals, aside, weight = [], [], 0
        yield batch(arrivals, aside, place, seen, len(days), len(days), "days", done=True)

    def owner(self) -> str | None:
        """Return the agent's name: who was named, or who takes part in every direct message; or None."""
        space = _workspace(self.bundle, self.me)
        return space.people.get(space.owner, space.owner) or None


# --- who and where ------------------------------------------------------------------------------------


def _entries(bundle: Bundle, member: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of the list that *member* is; what is broken in it is left out."""
    if not bundle.has(member):
        return
    with bundle.open(member) as stream:
        reader = Reader(stream)
        try:
            for _ in reader.elements():
                value = reader.value()
                if isinstance(value.found, dict):
                    yield cleaned(value.found)
        except Broken:
            return


def _workspace(bundle: Bundle, me: tuple[str, ...]) -> _Workspace:
    marker = next((found for name in (*_LISTS, "users.json") for found in bundle.find(name)), "")
    space = _Workspace(marker.rpartition("/")[0])
    top = f"{space.top}/" if space.top else ""
    named = {one.casefold() for one in me}
    for users in ("users.json", "org_users.json"):
        for user in _entries(bundle, top + users):
            id_, names = word(user, "id"), _names(user)
            if not id_:
                continue
            space.people[id_] = names[0] if names else id_
            if user.get("is_bot") is True:
                space.bots.add(id_)
            elif address := _address(user):
                space.addresses[id_] = address
            if named & {id_.casefold(), *(name.casefold() for name in names)}:
                space.owner = id_
    direct: list[tuple[str, ...]] = []
    for name in _LISTS:
        for room in _entries(bundle, top + name):
            one = _room_of(room, name.removesuffix("s.json"))
            if one.id:
                space.rooms.setdefault(one.name, one)
                space.rooms.setdefault(one.id, one)
                if one.kind == "dm":
                    direct.append(one.members)
    if not space.owner and len({one for one in direct if len(set(one)) > 1}) > 1:
        everywhere = set.intersection(*(set(one) for one in direct if one)) - {"USLACKBOT"}
        space.owner = everywhere.pop() if len(everywhere) == 1 else ""
    return space


def _room_of(room: dict[str, Any], kind: str) -> _Room:
    members = room.get("members")
    people = tuple(one for one in members if isinstance(one, str)) if isinstance(members, list) else ()
    id_ = word(room, "id")
    return _Room(id_, word(room, "name") or id_, kind, people)


def _names(user: dict[str, Any]) -> list[str]:
    """Return what a user is called, the best first."""
    profile = user.get("profile")
    inner = profile if isinstance(profile, dict) else {}
    found = [word(inner, "display_name"), word(inner, "real_name"), word(user, "real_name")]
    return [name for name in (*found, word(user, "name")) if name]


def _address(user: dict[str, Any]) -> str:
    """Return the mail address in a user's profile, "" where there is none."""
    profile = user.get("profile")
    address = word(profile, "email").strip().casefold() if isinstance(profile, dict) else ""
    return address if re.fullmatch(r"[^\s@<>]{1,64}@[^\s@<>]{1,255}", address) else ""


def _room(space: _Workspace, day: str) -> _Room:
    folder = day.rpartition("/")[0].rpartition("/")[2]
    known = space.rooms.get(folder)
    if known:
        return known
    kind = "dm" if re.fullmatch(r"D[A-Z0-9]{6,}", folder) else "mpim" if folder.startswith("mpdm-") else "channel"
    return _Room(folder, folder, kind)


# --- messages -----------------------------------------------------------------------------------------


def _said(bundle: Bundle, space: _Workspace, day: str) -> Iterator[Message | SetAside]:
    room = _room(space, day)
    with bundle.open(day) as stream:
        reader = Reader(stream)
        number = 0
        try:
            for _ in reader.elements():
                number += 1
                value = reader.value()
                raw = SECRET_BYTES.sub(b"t=", value.raw)
                where = f"{day} message {number}"
                if isinstance(value.found, dict) and _TS.match(word(value.found, "ts")):
                    yield in_time(where, raw, _message, bundle, space, room, value.found, raw, where)
                else:
                    yield SetAside(where, value.trouble or "it has no time stamp", raw)
        except Broken as broken:
            yield SetAside(f"{day} character {broken.offset}", broken.what)


def _message(bundle: Bundle, space: _Workspace, room: _Room, one: dict[str, Any], raw: bytes, where: str) -> Message:
    one = cleaned(one)
    ts = word(one, "ts")
    comment = one.get("comment")  # of old exports: a remark on a file
    user = word(one, "user") or word(comment if isinstance(comment, dict) else {}, "user")
    user = user or word(one, "bot_id")
    verdict, state = _verdict(space, one, user)
    received, fraction = _moment(ts)
    root = word(one, "thread_ts")
    edited = one.get("edited")
    edited_at = _moment(word(edited, "ts"))[0] if isinstance(edited, dict) else None
    direct = room.kind in ("dm", "mpim")
    plain_notice = verdict.as_ is not Class.HUMAN and not root
    thread = room.id if direct or plain_notice else f"{room.id}/{root or ts}"
    title = _title(space, room) if direct else f"#{room.name}"
    return Message(
        channel=CHANNEL,
        key=ts,
        sender=Person(_name(space, one, user), user, (space.addresses[user],) if user in space.addresses else ()),
        received_at=received,
        text=body_of(one, space.people),
        thread=thread,
        thread_title=title,
        group=room.kind != "dm",
        external_id=f"{room.id}/{ts}",
        mine=user == space.owner if space.owner else None,
        sent_at=received,
        precision="ms",
        position=fraction,
        verdict=verdict,
        state=State.EDITED if edited_at and state is State.NORMAL else state,
        edited_at=edited_at,
        in_reply_to=root if root and root != ts else "",
        attachments=_files(bundle, space, one),
        warnings=() if received else (UNREADABLE,),
        raw=raw,
        where=where,
    )


def _moment(ts: str) -> tuple[datetime | None, int]:
    """Return the moment of a Slack time stamp, and its digits behind the point, which also count messages."""
    if not _TS.match(ts):
        return None, 0
    seconds, _, fraction = ts.partition(".")
    micro = int(fraction.ljust(6, "0")[:6] or 0)
    moment = datetime.fromtimestamp(int(seconds), UTC).replace(microsecond=micro)
    return (moment if sane(moment) else None), micro


def _verdict(space: _Workspace, one: dict[str, Any], user: str) -> tuple[Verdict, State]:
    subtype = word(one, "subtype")
    if subtype in ("tombstone", "message_deleted"):
        return Verdict(Class.SYSTEM, "deleted"), State.DELETED
    if subtype.startswith(_NOTICES):
        return Verdict(Class.SYSTEM, f"a notice of Slack ({subtype})"), State.NORMAL
    if (
        subtype == "bot_message"
        or user in space.bots
        or user == "USLACKBOT"
        or (one.get("bot_id") and not one.get("user"))
    ):
        return Verdict(Class.AUTO, "written by a bot"), State.NORMAL
    return Verdict(Class.HUMAN), State.NORMAL


def _name(space: _Workspace, one: dict[str, Any], user: str) -> str:
    if user in space.people:
        return space.people[user]
    profile = one.get("user_profile") or one.get("bot_profile")
    names = _names({"profile": profile, **profile}) if isinstance(profile, dict) else []
    return names[0] if names else word(one, "username") or user


def _title(space: _Workspace, room: _Room) -> str:
    others = [space.people.get(one, one) for one in room.members if one != space.owner]
    return ", ".join(others) or room.name


def _files(bundle: Bundle, space: _Workspace, one: dict[str, Any]) -> tuple[Attachment, ...]:
    listed = one.get("files") if isinstance(one.get("files"), list) else [one.get("file")]
    found = []
    for file in listed if isinstance(listed, list) else ():
        if not isinstance(file, dict):
            continue
        name = word(file, "name") or word(file, "title") or "file"
        type_ = word(file, "mimetype") or "application/octet-stream"
        size = file.get("size")
        kept = _content(bundle, f"{space.top}/" if space.top else "", word(file, "id"), name)
        length = size if isinstance(size, int) and 0 <= size < 2**62 else None
        found.append(Attachment(name, type_, length, kept, stored=kept is not None))
    return tuple(found)


def _content(bundle: Bundle, top: str, id_: str, name: str) -> bytes | None:
    """Return a file that slackdump put beside the messages, up to 25 MB; Slack's own export holds none."""
    member = f"{top}__uploads/{id_}/{name}"
    if not id_ or unsafe(member) or not bundle.has(member) or bundle.size(member) > KEEP:
        return None
    with bundle.open(member) as stream:
        return stream.read()
