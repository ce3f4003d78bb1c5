"""Makes the mail of a hand-over: what the store holds of the conversation, within what a server takes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tui_inbox.config import Config, Teammate
from tui_inbox.outbox.mail import Letter, Part
from tui_inbox.rules import handover
from tui_inbox.rules.handover import HAND_OVER, HandOver, Said
from tui_inbox.rules.lifecycle import Conversation
from tui_inbox.rules.model import MAIL, Class, Direction
from tui_inbox.store import handed
from tui_inbox.store.handed import Spoken
from tui_inbox.store.outgoing import Outgoing
from tui_inbox.store.writer import Unit

ATTACHED = 18 * 2**20
"""Bytes of attachments, unless the server takes less: most servers take 25 MB, and base64 adds a third."""
MOST_ATTACHED = 200
"""Files of one mail."""

_HEADER = re.compile(rb"[!-9;-~]{1,76}[ \t]*:")


@dataclass(frozen=True, slots=True)
class Made:
    """A mail, and the highest message id that it holds."""

    letter: Letter
    upto: int


def made(
    unit: Unit,
    config: Config,
    one: Outgoing,
    it: Conversation,
    mate: Teammate,
    sender: str,
    largest: int | None,
    now: datetime,
) -> Made:
    """Return the mail for *one* as things stand at *now*; *largest* is what the server takes, in bytes."""
    about = handed.about(unit, one)
    spoken = handed.spoken(unit, one)
    token = one.message_id and handover.token_in(one.message_id)
    token = token or handover.token_of(one.kind, one.act_id, about.act_at, about.thread, _key_of(one, spoken))
    told = _told(config, one, it, about, spoken, token, mate, now)
    before = [id_ for id_ in handed.earlier(unit, one.act_id) if id_ != one.message_id]
    # Base64 adds a third to what is attached, and the text wants room beside it.
    budget = ATTACHED if largest is None else min(ATTACHED, max(0, int(largest * 0.7) - 300_000))
    parts, left_out = _parts(unit, about.channel, spoken, told, budget)
    letter = Letter(
        sender=(told.by, sender),
        to=(mate.name, mate.address),
        subject=handover.subject(told),
        message_id=one.message_id or handover.message_id(token, sender),
        date=now,
        references=(*told.references, *before),
        headers=handover.own_headers(told),
        text=handover.words(told, left_out),
        parts=parts,
    )
    return Made(letter, one.message or max((said.id for said in spoken), default=0))


def _key_of(one: Outgoing, spoken: Sequence[Spoken]) -> str:
    """Return the key of the reply that is passed on, "" for a hand-over."""
    return spoken[0].key if one.message and spoken else ""


def _told(
    config: Config,
    one: Outgoing,
    it: Conversation,
    about: handed.Subject,
    spoken: Sequence[Spoken],
    token: str,
    mate: Teammate,
    now: datetime,
) -> HandOver:
    asked = [said for said in spoken if said.direction is Direction.IN and said.class_ is Class.HUMAN]
    last = asked[-1] if asked else None
    ids = [said.external_id for said in spoken] if about.channel == MAIL else []
    return HandOver(
        kind=one.kind,
        conversation=one.conversation_id,
        token=token,
        channel=about.channel,
        account=about.account,
        subject=about.subject,
        by=config.me.name if config.me.name != "me" else "",
        to=mate.name,
        note=about.note,
        customer=about.customer or (last.sender_name if last else ""),
        address=last.sender_identity if last and about.channel == MAIL else "",
        due=it.due,
        tier=it.tier,
        skill=it.skill,
        zone=config.hours.zone,
        now=now,
        said=tuple(_said(said) for said in spoken),
        references=tuple(ids),
    )


def _said(said: Spoken) -> Said:
    marks = [] if said.class_ is Class.HUMAN else [said.class_.value]
    marks += [] if said.state == "normal" else [said.state.replace("_", " ")]
    return Said(
        said.sender_name,
        said.sender_identity,
        said.received,
        said.text,
        len(said.quoted.splitlines()),
        said.files,
        said.direction is Direction.OUT,
        ", ".join(marks),
    )


# --- what is attached -------------------------------------------------------------------------------------


def _parts(
    unit: Unit, channel: str, spoken: Sequence[Spoken], told: HandOver, budget: int
) -> tuple[tuple[Part, ...], list[str]]:
    """Return what is attached, the newest first taken, and sentences about what is not."""
    parts: list[Part] = []
    rest: list[Spoken] = list(spoken)
    left_out: list[str] = []
    if channel == MAIL:
        parts, rest, left_out = _originals(unit, spoken, budget)
        budget -= sum(len(part.content) for part in parts)
    elif told.kind == HAND_OVER:
        parts.append(Part("conversation.txt", "text/plain", handover.transcript(told).encode("utf-8", "replace")))
    files, lost = _files(unit, rest, budget, MOST_ATTACHED - len(parts))
    return (*parts, *files), [*left_out, *lost][:MOST_ATTACHED]


def _originals(unit: Unit, spoken: Sequence[Spoken], budget: int) -> tuple[list[Part], list[Spoken], list[str]]:
    """Return the mails as they came, oldest first; the messages that are none; and what is left out and why."""
    parts: list[Part] = []
    rest: list[Spoken] = []
    left_out: list[str] = []
    for number, said in reversed(list(enumerate(spoken, 1))):
        raw = handed.original(unit, said.id, budget) if len(parts) < MOST_ATTACHED else None
        if raw is None:
            left_out.append(f"message {number}, as it came: too large to go along with the others")
        elif not _HEADER.match(raw):
            rest.append(said)
        else:
            budget -= len(raw)
            parts.append(Part(f"message-{number}.eml", "message/rfc822", raw, original=True))
    return parts[::-1], rest[::-1], left_out[::-1]


def _files(unit: Unit, spoken: Sequence[Spoken], budget: int, most: int) -> tuple[list[Part], list[str]]:
    """Return the files that came beside *spoken*, oldest first, and what is left out and why."""
    parts: list[Part] = []
    left_out: list[str] = []
    for file in handed.attached(unit, [said.id for said in spoken]):
        if file.digest is None or file.size is None:
            left_out.append(f"{file.name}: it is not here")
        elif file.size > budget or len(parts) >= most:
            left_out.append(f"{file.name}: {file.size:,} bytes, too large to go along")
        else:
            budget -= file.size
            parts.append(Part(file.name, file.type, handed.blob(unit, file.digest)))
    return parts[::-1], left_out[::-1]
