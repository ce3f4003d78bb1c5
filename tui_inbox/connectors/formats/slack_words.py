"""What a message of a Slack export says, in words: its tokens, links and escapes, its blocks and attachments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tui_inbox.connectors.formats.jsonstream import word

_TOKEN = re.compile(r"<([^<>\n]{1,4000})>")
_SECRET = re.compile(r"\bt=xox[a-z]-[A-Za-z0-9%-]*")
SECRET_BYTES = re.compile(_SECRET.pattern.encode())
_EVERYONE = {"!here": "@here", "!channel": "@channel", "!everyone": "@everyone"}


def body_of(one: dict[str, Any], people: dict[str, str]) -> str:
    """Return what a message says; where its text is empty, what its attachments and blocks say."""
    text = word(one, "text") or "\n".join(_elsewhere(one))
    return words(text, people)


def _elsewhere(one: dict[str, Any]) -> Iterator[str]:
    """Yield the words of a message whose text is empty: of its attachments and blocks."""
    attachments = one.get("attachments")
    for each in attachments if isinstance(attachments, list) else ():
        if isinstance(each, dict):
            said = next((text for key in ("text", "fallback", "title") if (text := word(each, key))), "")
            if said:
                yield said
    if not attachments:
        said = "".join(_blocks(one.get("blocks"), 0)).strip()
        if said:
            yield said


def _blocks(block: object, depth: int) -> Iterator[str]:
    if depth > 20:
        return
    if isinstance(block, list):
        for each in block:
            yield from _blocks(each, depth + 1)
    elif isinstance(block, dict):
        match block:
            case {"text": str() as text}:
                yield text
            case {"type": "user", "user_id": str() as user}:
                yield f"<@{user}>"
            case {"type": "emoji", "name": str() as name}:
                yield f":{name}:"
            case {"url": str() as url}:
                yield url
            case _:
                for key in ("text", "elements", "fields"):
                    yield from _blocks(block.get(key), depth + 1)
                yield "\n" if block.get("type") in ("rich_text_section", "section") else ""


def words(text: str, people: dict[str, str]) -> str:
    """Return Slack's *text* for a reader: `<...>` tokens as names and links, then the three escapes undone."""
    said = _TOKEN.sub(lambda found: _token(found[1], people), text)
    return _SECRET.sub("t=", said.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def _token(inner: str, people: dict[str, str]) -> str:
    target, _, label = inner.partition("|")
    match target[:1]:
        case "@":
            return "@" + (people.get(target[1:]) or label or target[1:])
        case "#":
            return "#" + (label or target[1:])
        case "!":
            return _EVERYONE.get(target.partition("^")[0]) or label or target.partition("^")[0].replace("!", "@")
        case _:
            address = re.sub(r"^(?:mailto|tel):", "", target)
            return f"{label} ({address})" if label and label not in (address, target) else address
