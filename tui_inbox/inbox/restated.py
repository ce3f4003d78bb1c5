"""What was unsent at its source since it came here, or had been unsent there before a file that still holds it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from tui_inbox.connectors import Arrival
from tui_inbox.inbox.twice import NOTHING
from tui_inbox.rules.aligned import Change
from tui_inbox.rules.model import State
from tui_inbox.store import restated
from tui_inbox.store.already import Known, text_digest
from tui_inbox.store.writer import Unit


def restate(
    unit: Unit, account_id: int, offered: Sequence[Arrival], keys: Collection[tuple[str, str]]
) -> Iterator[tuple[Arrival, Known, Change | None]]:
    """Yield those of *offered*, none of which is here under its own key, that are here in another state.

    Only where a format has no ids, so that the key depends on the words; `Message.stem` is the part that does not.
    *keys* are all that the source offers now, by chat: what it still says is nothing that was unsent.
    """
    offered = [one for one in offered if one.message.stem]
    if not offered:
        return
    gone = restated.deleted(unit, account_id, {one.message.thread for one in offered})
    taken: set[int] = set()
    for one in offered:
        message, thread = one.message, one.message.thread
        if message.state is State.DELETED:
            here = restated.beginning(unit, account_id, thread, message.stem)
            free = (known for key, known in here if (thread, key) not in keys and known.id not in taken)
            found = next(free, None)
            if found is not None:
                taken.add(found.id)
                yield one, found, None
            continue
        for key, known in gone.items():
            if key[0] != thread or not key[1].startswith(message.stem) or key in keys:
                continue
            if known.text_digest == NOTHING:
                yield one, known, Change(known.id, 0, State.DELETED, fill=True)
            elif known.text_digest == text_digest(message.text):
                yield one, known, None
            else:
                continue
            del gone[key]
            break
