"""What a message of a Telegram export says, in words: its entities, its things without text, its notices."""

from __future__ import annotations

from typing import Any


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
