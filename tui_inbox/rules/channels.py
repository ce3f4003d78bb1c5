"""What each channel is called, and the two letters that stand for it where there is room for no more."""

from __future__ import annotations

from tui_inbox.rules.clean import line

CALLED = {
    "chat": ("Chat", "CH"),
    "discord": ("Discord", "DI"),
    "email": ("Mail", "@"),
    "googlechat": ("Google Chat", "GO"),
    "instagram": ("Instagram", "IN"),
    "line": ("LINE", "LI"),
    "linkedin": ("LinkedIn", "LN"),
    "messenger": ("Messenger", "ME"),
    "signal": ("Signal", "SI"),
    "slack": ("Slack", "SL"),
    "sms": ("SMS", "SM"),
    "teams": ("Teams", "TE"),
    "telegram": ("Telegram", "TG"),
    "whatsapp": ("WhatsApp", "WA"),
}
"""The channels that are read here, and some that come in the generic format; any other is called by its own word."""


def name_of(channel: str) -> str:
    """Return what a person calls *channel*."""
    return CALLED[channel][0] if channel in CALLED else line(channel).capitalize()


def mark_of(channel: str) -> str:
    """Return the letters that stand for *channel*: at most two cells."""
    return CALLED[channel][1] if channel in CALLED else line(channel)[:2].upper()
