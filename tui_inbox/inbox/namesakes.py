"""A chat that came once by its number and once by its name is one: the same ids stand at the same times in both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tui_inbox.connectors import Arrival
from tui_inbox.rules.model import Message
from tui_inbox.store import namesakes
from tui_inbox.store.ties import Thread
from tui_inbox.store.writer import Unit


@dataclass(frozen=True, slots=True)
class Namesake:
    """The chat offered as `key` is `thread`. `people` are those who speak in both: the offered message, and whose it
    is here (identity key)."""

    key: str
    thread: Thread
    people: tuple[tuple[Message, str], ...] = ()


def namesakes_in(
    unit: Unit, account_id: int, offered: Sequence[Arrival], known: Mapping[str, str]
) -> Iterator[Namesake]:
    """Yield the chats of *offered* that are here under another key; *known* are those that this run has met already."""
    chats: dict[str, list[Message]] = defaultdict(list)
    for one in offered:
        if one.message.key and one.message.thread and one.message.thread not in known:
            chats[one.message.thread].append(one.message)
    before = namesakes.remembered(unit, account_id, chats)
    by_name = namesakes.remembered(unit, account_id, {f"={said[0].thread_title}" for said in chats.values()})
    for key, said in chats.items():
        if key in before:
            yield Namesake(key, before[key])
            continue
        title = said[0].thread_title
        if said[0].named:
            rivals = namesakes.called(unit, account_id, title, but=key)
        else:
            rivals = [by_name[f"={title}"]] if f"={title}" in by_name else []
        times = {one.key: one.received_at for one in said if one.received_at is not None}
        for rival in rivals:
            here = namesakes.said_in(unit, account_id, rival.key, times) if rival.key != key else {}
            if here:
                yield Namesake(key, rival, tuple((one, who) for one in said if (who := here.get(one.key))))
                break
