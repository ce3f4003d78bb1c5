"""The count: what a server has in a folder, compared with what is stored, kept, and put right where they differ."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tui_inbox.connectors import Census
from tui_inbox.connectors.load import channel
from tui_inbox.store import accounts, arrivals, places
from tui_inbox.store.places import Counted
from tui_inbox.store.writer import Unit

FEW = 20
"""So many places may turn out wrong at once; more than that, and more than half, is nothing to be believed."""


def count(unit: Unit, account: accounts.Account, place: str, census: Census, cursor: str, now: datetime) -> None:
    """Compare *census* with the places stored, and keep what came of it; a folder that is no more has none.

    What the server has and we have not is fetched with the next reading; what it has not is marked as gone.
    """
    if not census.uidvalidity:
        places.uncount(unit, account.id, place)
        return
    there, left_out = _uids(census.there), _uids(census.left_out)
    lying = places.lying(unit, account.id, place)
    here = {uid for uidvalidity, uid in lying if uidvalidity == census.uidvalidity}
    missing = there - left_out - here
    surplus = [one for one in lying if one[0] != census.uidvalidity or one[1] not in there]
    counted = Counted(
        census.name, len(there), len(lying), len(left_out), len(missing), len(surplus), certain=census.certain
    )
    places.keep_count(unit, account.id, place, counted, now)
    if not census.certain:
        return
    if missing:
        again = channel(account.kind).again(cursor, missing)
        accounts.move_cursor(unit, account.id, place, again, now)
    if len(surplus) <= max(FEW, len(lying) // 2):
        for uidvalidity, uid in surplus:
            arrivals.mark_gone(unit, account.id, place, uidvalidity, uid, now)


def _uids(ranges: Iterable[tuple[int, int]]) -> set[int]:
    return {uid for low, high in ranges for uid in range(low, high + 1)}
