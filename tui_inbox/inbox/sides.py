"""Mail that came before all of our addresses were known: on which side each stands, judged anew."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from tui_inbox.connectors import rfc822
from tui_inbox.rules import people
from tui_inbox.rules.lookalike import REPLY
from tui_inbox.rules.model import MAIL, Class, Direction, Message, Person
from tui_inbox.rules.whose import Us, judge
from tui_inbox.store import arrivals, bounces, corrections, projection
from tui_inbox.store.accounts import Account
from tui_inbox.store.corrections import Mail, Turned
from tui_inbox.store.writer import Unit

_AT_ONCE = 200
"""Mails looked at together: those without a customer are read again, each with its files."""


@dataclass(slots=True)
class Sides:
    """The mails of one account being judged anew; `conversations` are those in which something has changed."""

    unit: Unit
    account: Account
    us: Us
    turned: int = 0
    conversations: set[int] = field(default_factory=set)
    _left: set[int] = field(default_factory=set)

    def judge_anew(self, within: Collection[int] | None) -> None:
        """Put each mail on the side where it belongs; *within* are the conversations it is asked of, None for all."""
        doubtful = [one for one in corrections.mails(self.unit, self.account.id, within) if self._concerns(one)]
        for start in range(0, len(doubtful), _AT_ONCE):
            self._turn(doubtful[start : start + _AT_ONCE])
        corrections.forget_strangers(self.unit, self._left)

    def _concerns(self, mail: Mail) -> bool:
        """Return whether one of us is where the store has a customer."""
        message = mail.message
        if message.verdict.as_ is Class.SYSTEM:
            return False
        if mail.direction is Direction.OUT:
            return any(map(self.us.wrote, message.to))
        return self.us.wrote(message.sender)

    def _turn(self, mails: Sequence[Mail]) -> None:
        turned = []
        for mail, message in self._with_reply_to(mails):
            judged = judge(message, self.us, sent=mail.sent)
            identity = self._identity(judged.customer)
            if (judged.direction, judged.class_, identity) == (mail.direction, message.verdict.as_, mail.identity):
                continue
            warnings = tuple(one for one in message.warnings if not (judged.form and one == REPLY))
            turned.append(Turned(mail.id, judged.direction, judged.class_, judged.why, identity, warnings))
            self.conversations.add(mail.conversation)
            if mail.identity is not None and mail.identity != identity:
                self._left.add(mail.identity)
        corrections.turn(self.unit, turned)
        self.turned += len(turned)
        ours = {one.id for one in turned if one.direction is Direction.OUT}
        for mail in mails:
            if mail.id in ours:
                self._tie(mail)

    def _with_reply_to(self, mails: Sequence[Mail]) -> Iterator[tuple[Mail, Message]]:
        """Yield each mail with its message; of one from us to us alone, where its answer goes is read once more."""
        inside = [one for one in mails if all(map(self.us.wrote, one.message.to))]
        raws = corrections.raws(self.unit, [one.id for one in inside])
        read = rfc822.parse_each([(raw, 0, "", None) for raw in raws.values()])
        replies = {id_: message.reply_to for id_, message in zip(raws, read, strict=True)}
        for mail in mails:
            yield mail, replace(mail.message, reply_to=replies.get(mail.id))

    def _identity(self, customer: Person | None) -> int | None:
        if customer is None:
            return None
        key = people.identity_key(MAIL, customer, self.account.name, "")
        return arrivals.identity(self.unit, key, MAIL, *people.value_and_name(customer))

    def _tie(self, mail: Mail) -> None:
        """Tie to an answer of ours, now that it is known for one, the report that it did not arrive."""
        for bounce, elsewhere in bounces.bounce_earlier(self.unit, mail.thread, mail.id, mail.ids):
            projection.give(self.unit, elsewhere, mail.conversation, [bounce])
            self.conversations.add(elsewhere)
