"""Ordered rules, the first match wins; who gets what needs a skill; and why, in plain sentences."""

from __future__ import annotations

CONDITIONS = (
    "from",
    "to",
    "subject",
    "text",
    "channel",
    "account",
    "tier",
    "class",
    "attachment",
    "known",
    "hours",
    "sensitive",
    "warning",
)
EFFECTS = ("place", "tier", "sla", "skill", "owner", "class")
