"""Reading conversations anew: the rules' answer to what the store holds, recorded in the same transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from tui_inbox.config import Config
from tui_inbox.rules import lifecycle
from tui_inbox.rules.lifecycle import Conversation, Heard, TermsOf
from tui_inbox.rules.model import Kind
from tui_inbox.rules.promise import Terms
from tui_inbox.rules.terms import response_terms
from tui_inbox.store import histories, projection
from tui_inbox.store.histories import Kept
from tui_inbox.store.writer import Unit

_AT_ONCE = 500
"""Conversations that are in memory together."""


class Readings:
    """Reads conversations under one configuration, inside one unit of work."""

    def __init__(self, unit: Unit, config: Config) -> None:
        self._unit = unit
        self._config = config
        self._calendar_id: int | None = None

    def state(self, kept: Kept, now: datetime) -> Conversation:
        """Return what a conversation's history amounts to at *now*."""
        return lifecycle.read(kept.history, now, self._terms(kept))

    def record(self, ids: Collection[int], now: datetime, by: str) -> None:
        """Read conversations *ids* anew and record what they amount to."""
        wanted = sorted(ids)
        for start in range(0, len(wanted), _AT_ONCE):
            kept = histories.load(self._unit, wanted[start : start + _AT_ONCE])
            projection.save(self._unit, {id_: self.state(one, now) for id_, one in kept.items()}, now, by)

    def _terms(self, kept: Kept) -> TermsOf:
        def terms(kind: Kind, message: Heard, tier: int) -> Terms:
            return kept.terms.get((f"m{message.id}", kind, tier)) or self._new_terms(kept, kind, message, tier)

        return terms

    def _new_terms(self, kept: Kept, kind: Kind, message: Heard, tier: int) -> Terms:
        wanted = self._config.sla.target(tier, kept.channel)
        amount = kept.sla or (wanted.first if kind is Kind.FIRST else wanted.next)
        assert amount is not None
        if self._calendar_id is None:
            self._calendar_id = projection.calendar(self._unit, self._config.hours.as_json())
        return response_terms(
            self._config.hours, message.received, amount, self._config.sla.at_risk, tier, self._calendar_id
        )
