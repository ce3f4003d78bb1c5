"""What a first walk over a WhatsApp export finds out: which members are chats, their shape, and whose they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from tui_inbox.connectors.formats.bundle import Bundle
from tui_inbox.connectors.formats.whatsapp_dates import DateOrder, Shape, common_shape
from tui_inbox.connectors.formats.whatsapp_names import chat_in, number_of, same_person, title_of
from tui_inbox.connectors.formats.whatsapp_phrases import DELETED, YOU_DELETED, bare, may_be_phrase, plain
from tui_inbox.problems import Misconfigured
from tui_inbox.rules.clean import composed

_LINE = 16 << 20
_GROUP = re.compile(
    r"(?i)\b(?:group|grupp?e?|grupo|groupe|gruppo|группу?|grubu?|skupin\w|ryhm\w+)\b|グループ|群組|群组|그룹"
)
_MINE = YOU_DELETED - DELETED
_QUOTES = '"“”„«»'


@dataclass(slots=True)
class Chat:
    """What a first walk over one chat finds out, before any message of it can be told."""

    member: str
    shape: Shape
    order: str
    why: str
    heads: int = 0
    senders: dict[str, int] = field(default_factory=dict)
    owners: dict[str, int] = field(default_factory=dict)
    group: bool = False
    name: str = ""
    owner: str | None = None
    owner_why: str = ""
    mine: frozenset[str] = frozenset()


def chats_of(bundle: Bundle) -> list[str]:
    """Return the members that are a chat's text; a text file that somebody sent as an attachment is none."""
    names = bundle.names()
    if names == [bundle.path.name]:
        return [] if names[0].casefold().endswith((".md", ".json", ".csv", ".html", ".eml")) else names
    own = bundle.find("_chat.txt")
    texts = [one for one in names if one.count("/") <= 3 and one.casefold().endswith(".txt")][:1000]
    named = [one for one in texts if chat_in(one.rpartition("/")[2].removesuffix(".txt"))]
    return own + named or [one for one in texts if shape_of_chat(bundle, one)[0]]


def shape_of_chat(bundle: Bundle, member: str) -> tuple[Shape | None, int]:
    """Return the shape of the heads of *member*, and how many of its first 20 lines have it; none below two."""
    head = bundle.head(member)
    if b"\0" in head:
        return None, 0
    lines = [line for line in _decoded(head).split("\n") if line.strip("\ufeff \t\r")]
    shape, count = common_shape(lines)
    if shape is None or (shape.end == " " and shape.long[0]):  # the lines of a log file look like that
        return None, 0
    near = sum(shape.pattern.match(line) is not None for line in lines[:20])
    first = near and shape.pattern.match(lines[0])
    if near >= 2 or (first and (count >= 2 or len(lines) == 1)):
        return shape, count
    return None, 0


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as broken:
        if len(raw) > 64 and broken.start > len(raw) - 4:
            return raw[: broken.start].decode()  # the head ends inside a letter
        return raw.decode("cp1252", "replace")


def survey(bundle: Bundle, member: str, me: tuple[str, ...], order: str | None) -> Chat | None:
    """Return what a walk over *member* tells: its shape, date order, senders, whose it is; None where it is no chat."""
    key = ("whatsapp", member, order or "")
    if key not in bundle.found:
        bundle.found[key] = _walked(bundle, member, order)
    if (walked := bundle.found[key]) is None:
        return None
    chat: Chat = replace(walked)
    _recognise_owner(chat, bundle, me)
    return chat


def _walked(bundle: Bundle, member: str, order: str | None) -> Chat | None:
    shape, _ = common_shape(text for _, _, text in lines_of(bundle, member, limit=20_000))
    if shape is None:
        return None
    if order not in (None, "dmy", "mdy", "ymd"):
        raise Misconfigured(f"{order!r} is no order of a date.", "Take dmy, mdy or ymd.")
    chat = Chat(member, shape, order or "", "as told")
    dates = DateOrder(shape)
    for found, line in _heads(bundle, chat):
        chat.heads += 1
        dates.see(found, line)
        sender, body = sender_of(line[found.end() :])
        if sender:
            _count(chat, sender, body)
        elif not chat.group and _GROUP.search(line, found.end()):
            chat.group = True
    if not chat.order:
        chat.order, chat.why = dates.decide()
    _drop_phantoms(chat)
    return chat


# --- lines and heads ----------------------------------------------------------------------------------


def lines_of(bundle: Bundle, member: str, limit: int = 0) -> Iterator[tuple[int, bytes, str]]:
    """Yield (number, bytes, text) of each line, at most *limit* where given; lines end at LF and nowhere else."""
    with bundle.open(member) as stream:
        number = 0
        while raw := stream.readline(_LINE):
            number += 1
            try:
                text = raw.decode()
            except UnicodeDecodeError:
                text = raw.decode("cp1252", "replace")
            yield number, raw, text.rstrip("\r\n")
            if number == limit:
                return


def _heads(bundle: Bundle, chat: Chat) -> Iterator[tuple[re.Match[str], str]]:
    match = chat.shape.pattern.match
    for _, _, text in lines_of(bundle, chat.member):
        found = match(text)
        if found:
            yield found, text


def sender_of(rest: str) -> tuple[str, str]:
    """Return the sender as written and the body of what follows a head; "" where the app itself speaks."""
    sender, colon, body = rest.partition(": ")
    if colon:
        return sender, body
    sender, colon, body = rest.partition(":\u00a0")
    if colon:
        return sender, body
    return (rest[:-1], "") if rest.endswith(":") else ("", rest)


@lru_cache(maxsize=4096)
def name_of(sender: str) -> str:
    """Return a sender's name for a person: no marks, and no `~` before who is not among the contacts."""
    return plain(sender).removeprefix("~").strip()


def _count(chat: Chat, sender: str, body: str) -> None:
    name = name_of(sender)
    if name not in chat.senders and len(chat.senders) > 5000:
        return
    chat.senders[name] = chat.senders.get(name, 0) + 1
    if len(body) < 200 and may_be_phrase(body) and bare(body) in _MINE:
        chat.owners[name] = chat.owners.get(name, 0) + 1


def _drop_phantoms(chat: Chat) -> None:
    """Take what only looks like a sender out: a notice of the app that contains a colon."""
    once = [name for name, count in chat.senders.items() if count == 1 and not number_of(name)]
    odd = [name for name in once if _quoted(name) or (len(name) > 40 and name.count(" ") > 5)]
    for name in odd:
        del chat.senders[name]
    noticed = [name for name, count in chat.senders.items() if count == 1 and _GROUP.search(name)]
    for name in noticed[:100]:
        if any(name.startswith(f"{other} ") for other in chat.senders if other != name):
            del chat.senders[name]


def _quoted(name: str) -> bool:
    return any(quote in name for quote in _QUOTES) and not (name.count('"') == 2 and len(name) < 40)


# --- whose chat it is ---------------------------------------------------------------------------------


def _recognise_owner(chat: Chat, bundle: Bundle, me: tuple[str, ...]) -> None:
    """Set the chat's name, whether it is a group, and which sender is the agent, with the evidence."""
    title, sure = title_of(bundle, chat.member)
    people = list(chat.senders)
    others = [name for name in people if not same_person(name, title)]
    sure = sure or len(others) < len(people)
    chat.group = chat.group or len(people) > 2
    known = {bare(one) for one in me}
    given = [name for name in people if bare(name) in known or (number_of(name) and number_of(name) in known)]
    if given:
        chat.owner, chat.owner_why = given[0], "the name that you gave"
    elif chat.owners:
        chat.owner = max(chat.owners, key=lambda one: chat.owners[one])
        chat.owner_why = "the app told them that they had deleted a message"
    elif not chat.group and len(people) == 2 and len(others) == 1:
        chat.owner, chat.owner_why = others[0], f"the other one, {title}, names the file"
    chat.mine = frozenset(given or ([chat.owner] if chat.owner else []))
    if not sure and not chat.group:
        title = ", ".join(sorted(name for name in people if name not in chat.mine)) or title
    chat.name = composed(title)
