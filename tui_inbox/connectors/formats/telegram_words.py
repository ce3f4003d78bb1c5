"""What a Telegram export says, in words: of a message its entities, its things without text, its notices; of contacts
their numbers."""

from __future__ import annotations

import re
from typing import Any

_NO_DIGIT = re.compile(r"[^0-9+]+")
_INTERNATIONAL = re.compile(r"(?:\+|00)([1-9]\d{6,14})$")


def text_of(one: dict[str, Any]) -> str:
    """Return the message's text; links behind other words are named, things without text are said in words."""
    text = _entities(one.get("text")) or _entities(one.get("text_entities"))
    return text or _thing(one)


def _entities(text: object) -> str:
    if isinstance(text, str):
        return text
    if not isinstance(text, list):
        return ""
    return "".join(_entity(part) for part in text)


def _entity(part: object) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, dict) or not isinstance(part.get("text"), str):
        return ""
    words, href = str(part["text"]), part.get("href")
    return f"{words} ({href})" if isinstance(href, str) and href and href != words else words


def _thing(one: dict[str, Any]) -> str:
    match one:
        case {"poll": {"question": question, **poll}}:
            answers = poll.get("answers")
            lines = (
                [str(each.get("text", "")) for each in answers if isinstance(each, dict)]
                if isinstance(answers, list)
                else []
            )
            return "\n".join([_entities(question), *(f"- {line}" for line in lines)])
        case {"location_information": {"latitude": latitude, "longitude": longitude}}:
            return f"geo:{latitude},{longitude}"
        case {"contact_information": dict() as person}:
            parts = (person.get(key) for key in ("first_name", "last_name", "phone_number"))
            return " ".join(str(part) for part in parts if part)
        case {"sticker_emoji": str() as emoji}:
            return emoji
        case _:
            return ""


def service_text(one: dict[str, Any]) -> str:
    """Return a service message in words."""
    action = str(one.get("action") or "notice").replace("_", " ")
    title = one.get("title") or one.get("new_title") or ""
    members = one.get("members")
    names = [each for each in members if isinstance(each, str)] if isinstance(members, list) else []
    seconds = one.get("duration_seconds")
    length = f"{seconds} s" if isinstance(seconds, int) else ""
    reason = str(one.get("discard_reason") or "")
    parts = [str(title), ", ".join(names), length, reason, _entities(one.get("text"))]
    return ": ".join([action, *[", ".join(part for part in parts if part)]]).rstrip(": ")


def numbers_of(contacts: Any) -> dict[str, str]:
    """Return the E.164 numbers of the account's contacts: by `user12`, and by `name Ada Demir` where one alone has it.

    A number without its country is left out: nobody could say whose it is.
    """
    listed = contacts.get("list") if isinstance(contacts, dict) else None
    found: dict[str, str] = {}
    twice: set[str] = set()
    for one in listed if isinstance(listed, list) else ():
        number = _international(one.get("phone_number")) if isinstance(one, dict) else ""
        if not number:
            continue
        parts = (one.get(key) for key in ("first_name", "last_name"))
        name = "name " + " ".join(part.strip() for part in parts if isinstance(part, str) and part.strip())
        if name in found and found[name] != number:
            twice.add(name)
        found[name] = number
        if type(one.get("user_id")) is int and one["user_id"] > 0:
            found[f"user{one['user_id']}"] = number
    return {key: number for key, number in found.items() if key not in twice and key != "name "}


def _international(written: object) -> str:
    digits = _NO_DIGIT.sub("", written) if isinstance(written, str) else ""
    number = _INTERNATIONAL.match(digits)
    return f"+{number[1]}" if number else ""
