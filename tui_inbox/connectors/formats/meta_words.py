"""What one message of Messenger or Instagram says: its time stamp, its words, its files, and what became of it."""

from __future__ import annotations

from typing import Any

from tui_inbox.connectors.formats.jsonstream import word
from tui_inbox.connectors.formats.meta_threads import said
from tui_inbox.rules.model import Class, State, Verdict

_MEDIA = {
    "photos": "image/jpeg",
    "videos": "video/mp4",
    "audio_files": "audio/mp4",
    "files": "application/octet-stream",
    "gifs": "image/gif",
    "media": "application/octet-stream",
}
_NOTICES = ("Subscribe", "Unsubscribe", "Call")


def is_message(found: Any) -> bool:
    """Return whether *found* is a message, however little of one."""
    return isinstance(found, dict) and bool(
        {"sender_name", "senderName", "timestamp_ms", "timestamp", "content", "text"} & found.keys()
    )


def stamp(one: dict[str, Any]) -> int | None:
    """Return the milliseconds since 1970; the oldest archives have seconds beside `sender_name`."""
    value = one.get("timestamp_ms", one.get("timestamp"))
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**14:
        return None
    return value * 1000 if "timestamp_ms" not in one and value < 10**11 else value


def uris(one: dict[str, Any]) -> list[tuple[str, str]]:
    """Return (uri, type where the name does not tell) of each file of a message."""
    listed = [(file, type_) for key, type_ in _MEDIA.items() if key in one for file in _list(one[key])]
    listed += [(one.get("sticker"), "image/png")]
    return [(file["uri"], type_) for file, type_ in listed if isinstance(file, dict) and word(file, "uri")]


def _list(value: object) -> list[Any]:
    return value[:1000] if isinstance(value, list) else []


def text_of(one: dict[str, Any]) -> str:
    """Return a message's words; what it shares is named, a call is said in words."""
    text = said(word(one, "content") or word(one, "text"))
    share = one.get("share")
    if isinstance(share, dict):
        for part in (said(word(share, "share_text")), said(word(share, "link"))):
            text = "\n".join(line for line in (text, part) if line) if part not in text else text
    seconds = one.get("call_duration")
    if not text and isinstance(seconds, int):
        return "missed call" if one.get("missed") is True else f"call: {seconds} s"
    return text


def sender_of(one: dict[str, Any]) -> str:
    """Return the sender's name."""
    return said(word(one, "sender_name") or word(one, "senderName"))


def became(one: dict[str, Any]) -> tuple[State, Verdict]:
    """Return what has become of a message since, and what it is."""
    if one.get("is_unsent") is True or one.get("isUnsent") is True:
        return State.DELETED, Verdict(Class.SYSTEM, "unsent by its author")
    if "call_duration" in one or one.get("type") in _NOTICES:
        return State.NORMAL, Verdict(Class.SYSTEM, "a notice of the app (a call, or somebody joining or leaving)")
    if word(one, "content").endswith(" (edited)"):
        return State.EDITED, Verdict(Class.HUMAN)
    return State.NORMAL, Verdict(Class.HUMAN)
