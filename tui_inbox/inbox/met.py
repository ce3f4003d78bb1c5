"""Mail that is met again: under another key, in another folder, or whole where only a part of it had come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tui_inbox.connectors import Arrival
from tui_inbox.store import already, places
from tui_inbox.store.already import Known
from tui_inbox.store.writer import Unit


def otherwise(unit: Unit, account_id: int, offered: Sequence[Arrival]) -> Iterator[tuple[Arrival, Known]]:
    """Yield those of *offered*, none of which is here under its own key, that are here all the same.

    The server's own name for a mail says so; or its folder has new numbers, and the server writes the same mail with
    other bytes now; or a stand-in came first, which is now made whole; or the whole mail did.
    """
    named = places.by_object(unit, account_id, {one.object_id for one in offered if one.object_id})
    stand_ins = already.known(unit, account_id, {("", one.also) for one in offered if one.also})
    folders = {(one.location.folder, one.location.uidvalidity) for one in offered if one.location}
    anew = {at for at in folders if places.renumbered(unit, account_id, *at)}
    for one in offered:
        here = stand_ins.get(("", one.also))
        if here is not None:
            places.complete(unit, here.id, one.message)
            yield one, here
            continue
        here = named.get(one.object_id)
        at = one.location
        if here is None and at is not None and one.message.external_id and (at.folder, at.uidvalidity) in anew:
            here = places.under_old_number(unit, account_id, (at.folder, at.uidvalidity, at.uid), one.message)
        if here is None and one.partial and one.message.external_id:
            fields = one.message.raw.partition(b"\r\n\r\n")[0]
            here = places.whole_of(unit, account_id, one.message.external_id, fields)
        if here is not None:
            yield one, here
