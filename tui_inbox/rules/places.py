"""Where the customer wrote: the address that leads back there, to answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

_ADDRESS = re.compile(r"[^\s@,;:<>\"()\[\]\\]{1,64}@[^\s@,;:<>\"()\[\]\\/?#]{1,255}")
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_SLACK = re.compile(r"[A-Z][A-Z0-9]{5,20}")
_TS = re.compile(r"\d{9,11}\.\d{6}")
_TEAM = re.compile(rb'"(?:team|user_team|source_team)"\s*:\s*"(T[A-Z0-9]{5,20})"')
_DOMAIN = re.compile(rb"https:\\?/\\?/([a-z0-9][a-z0-9-]{0,62})\.slack\.com\\?/")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}>")
_REFERENCES = 20
"""So many ids of a long thread are enough for any mail program."""


@dataclass(frozen=True, slots=True)
class Written:
    """The last message a customer wrote, as far as it says where. `person` is their identity and `name` on the channel;
    `thread` and `external_id` are the channel's own; `raw` are the message's bytes."""

    channel: str
    person: str = ""
    name: str = ""
    subject: str = ""
    thread: str = ""
    group: bool = False
    external_id: str = ""
    ids: tuple[str, ...] = ()
    """Mail: the thread's Message-IDs, oldest first; the last is the message's own."""
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class Where:
    """The address that leads to a place; "" where there is none, and `why` says what is missing."""

    address: str
    why: str = ""


def place(written: Written) -> Where:
    """Return where a customer wrote. Every part that a stranger chose is percent-encoded (RFC 3986, RFC 6068)."""
    known = {
        "email": _mail,
        "whatsapp": _whatsapp,
        "signal": _signal,
        "telegram": _telegram,
        "slack": _slack,
        "discord": _discord,
        "linkedin": _linkedin,
        "googlechat": _google_chat,
        "google_chat": _google_chat,
    }.get(written.channel)
    if known is None:
        return Where("", f"{written.channel} has no address that leads into a conversation.")
    return known(written)


def _encoded(text: str) -> str:
    return quote(text, safe="", errors="replace")


def _mail(written: Written) -> Where:
    if not _ADDRESS.fullmatch(written.person):
        return Where("", "The customer's mail address is not known.")
    subject = " ".join(written.subject.split())[:500]
    if not re.match(r"(?i)(?:re|aw|ynt|sv|antw)\s*(?:\[\d+\])?:", subject):
        subject = f"Re: {subject}".rstrip()
    fields = [("subject", subject)]
    ids = [one for one in written.ids if _MESSAGE_ID.fullmatch(one)]
    if ids:
        fields += [("In-Reply-To", ids[-1]), ("References", " ".join(_shortened(ids)))]
    return Where(
        f"mailto:{quote(written.person, safe='@', errors='replace')}?"
        + "&".join(f"{name}={_encoded(value)}" for name, value in fields)
    )


def _shortened(ids: list[str]) -> list[str]:
    """Return the first and the last of a long thread's ids (RFC 5322 3.6.4 lets programs trim in the middle)."""
    once = list(dict.fromkeys(ids))
    return once if len(once) <= _REFERENCES else [once[0], *once[1 - _REFERENCES :]]


def _number(written: Written) -> str:
    for said in (written.person, written.name):
        digits = re.sub(r"[\s().\-\u00a0\u202a\u202c]", "", said)
        if _NUMBER.fullmatch(digits):
            return digits[1:]
    return ""


def _whatsapp(written: Written) -> Where:
    number = _number(written)
    if written.group:
        return Where("", "WhatsApp has no address for a group; open the group in WhatsApp.")
    if not number:
        return Where(
            "", f"The export gives {written.name or 'the customer'} by name only, and WhatsApp needs a number."
        )
    return Where(f"https://wa.me/{number}")


def _signal(written: Written) -> Where:
    number = _number(written)
    if written.group or not number:
        return Where("", "Signal has an address for a number only, and none is known.")
    return Where(f"https://signal.me/#p/+{number}")


def _telegram(written: Written) -> Where:
    post = written.external_id.rpartition("/")[2]
    thread = written.thread.partition("/")[0].removeprefix("-100").removeprefix("-")
    if written.group and thread.isascii() and thread.isdigit() and post.isascii() and post.isdigit():
        return Where(f"tg://privatepost?channel={thread}&post={post}")
    id_ = written.person.removeprefix("user")
    if not written.group and id_.isascii() and id_.isdigit() and len(id_) < 20:
        return Where(f"tg://user?id={id_}")
    number = _number(written)
    if number:
        return Where(f"tg://resolve?phone={number}")
    return Where("", "The export names nobody by an id that Telegram can open.")


def _slack(written: Written) -> Where:
    room, _, ts = written.external_id.partition("/")
    if not (_SLACK.fullmatch(room) and _TS.fullmatch(ts)):
        return Where("", "The export names no channel by the id that Slack needs.")
    root = written.thread.rpartition("/")[2]
    below = f"?thread_ts={root}&cid={room}" if _TS.fullmatch(root) and root != ts else ""
    domain, team = _DOMAIN.search(written.raw), _TEAM.search(written.raw)
    if domain and domain[1] not in (b"files", b"app", b"api", b"slack", b"www"):
        return Where(f"https://{domain[1].decode()}.slack.com/archives/{room}/p{ts.replace('.', '')}{below}")
    if team:
        return Where(f"slack://channel?team={team[1].decode()}&id={room}&message={ts}")
    return Where("", "The export does not name the workspace, which Slack's addresses begin with.")


def _discord(written: Written) -> Where:
    parts = written.external_id.split("/")
    if not all(one.isascii() and one.isdigit() and len(one) < 22 for one in parts) or not 2 <= len(parts) <= 3:
        return Where("", "The export names no channel by the id that Discord needs.")
    server = parts[0] if len(parts) == 3 else "@me"
    if server == "@me" and written.group:
        return Where("", "The export does not name the server, which Discord's addresses begin with.")
    return Where(f"https://discord.com/channels/{server}/{'/'.join(parts[-2:])}")


def _linkedin(written: Written) -> Where:
    if not re.fullmatch(r"[A-Za-z0-9_=-]{6,200}", written.thread):
        return Where("", "The export names no conversation by the id that LinkedIn needs.")
    return Where(f"https://www.linkedin.com/messaging/thread/{_encoded(written.thread)}/")


def _google_chat(written: Written) -> Where:
    found = re.match(r"(DM|Space) ([A-Za-z0-9_-]{6,64})(?:/|$)", written.thread)
    if found is None:
        return Where("", "The export names no chat by the id that Google Chat needs.")
    return Where(f"https://chat.google.com/{'dm' if found[1] == 'DM' else 'room'}/{found[2]}")
