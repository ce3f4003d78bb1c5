"""One run over the outbox: a connection to each server, and the steps of each mail."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import assert_never

from tui_inbox.config import Account, Teammate
from tui_inbox.connectors import imap, smtp
from tui_inbox.connectors.imap import sent
from tui_inbox.connectors.smtp import Answer, Fate, Line, Server
from tui_inbox.inbox import Inbox, handovers
from tui_inbox.outbox import letters
from tui_inbox.outbox.mail import assemble
from tui_inbox.outbox.reports import Sent
from tui_inbox.problems import Misconfigured, NotFound, Problem
from tui_inbox.rules.handover import token_in
from tui_inbox.rules.lifecycle import Conversation
from tui_inbox.store import handed, outgoing
from tui_inbox.store.outgoing import Outgoing

SETTLE = timedelta(minutes=1)
"""How long a server may take to file what it sent, before its absence among the sent mail says anything."""

NO_SERVER = Misconfigured(
    "No account has a server to send through (`smtp`).", "Add smtp = { host = ... } to an [[account]] in config.toml."
)


class Run:
    """One run over the outbox, through the accounts *names* (None: all)."""

    def __init__(
        self,
        inbox: Inbox,
        clock: Callable[[], datetime],
        secret: Callable[[Account], str],
        names: Collection[str] | None,
        report: Sent,
    ) -> None:
        self.inbox = inbox
        self.config = inbox.config
        self.clock = clock
        self.secret = secret
        self.names = names
        self.report = report
        self.senders = [one for one in self.config.accounts if "smtp" in one.table]
        self._lines: dict[str, Line] = {}
        self._closed: dict[str, Problem] = {}
        """Accounts whose server cannot be had in this run, and why."""

    def all(self, at_once: bool) -> None:
        """Settle the copies that are owed, then send what is due, each on its own: one's trouble stops no other."""
        with self.inbox.writer.unit() as unit:
            owed, due = outgoing.uncopied(unit), outgoing.due(unit, self.clock(), at_once=at_once)
        for one in owed:
            account = self._account(one)
            if account is not None and self._mine(account):
                self._copy(one, account)
        for one in due:
            account = self._account(one)
            if account is None:
                self._nowhere(one)
            elif self._mine(account):
                self._carry(one, account)

    def close(self) -> None:
        """Leave every server in good order."""
        for line in self._lines.values():
            line.leave()
        self._lines.clear()

    def _mine(self, account: Account) -> bool:
        return self.names is None or account.name in self.names

    def _account(self, one: Outgoing) -> Account | None:
        """Return the account to send through: the one it was begun with, the conversation's own, else the first."""
        with self.inbox.writer.window() as window:
            own = handed.about(window, one).account
        by_name = {account.name: account for account in self.senders}
        return by_name.get(one.account or "") or by_name.get(own) or next(iter(self.senders), None)

    def _nowhere(self, one: Outgoing) -> None:
        """No server to send through: it waits, says so, and comes back when it is due."""
        self.report.problems[""] = NO_SERVER
        with self.inbox.writer.unit() as unit:
            if handovers.standing(unit, self.config, one, self.clock()) is None:
                self.report.given_up += 1
            else:
                outgoing.change(unit, one.id, problem=NO_SERVER.what)

    # --- one mail -----------------------------------------------------------------------------------

    def _carry(self, one: Outgoing, account: Account) -> None:
        """Take one mail as far as it comes; a try that fails leaves its reason and the time of the next."""
        try:
            if one.state == outgoing.SENDING and self._answered_before(one, account):
                return
            with self.inbox.writer.unit() as unit:
                it = handovers.standing(unit, self.config, one, self.clock())
            if it is None:
                self.report.given_up += 1
            else:
                self._give(one, it, account)
        except Problem as problem:
            self._failed(one, account, problem)

    def _failed(self, one: Outgoing, account: Account, problem: Problem) -> None:
        self.report.problems.setdefault(account.name, problem)
        with self.inbox.writer.unit() as unit:
            handovers.postponed(unit, one, problem.what, self.clock())

    def _answered_before(self, one: Outgoing, account: Account) -> bool:
        """Return whether an earlier try needs no other: its mail lies among the sent mail, or may yet come to."""
        if account.kind != "imap":
            return False
        assert one.tried_at is not None
        try:
            found = sent.lies_there(self._mailbox(account), _marks(one))
        except NotFound:
            return False  # a mailbox without sent mail tells nothing, however long one waits
        if found:
            with self.inbox.writer.unit() as unit:
                handovers.sent(unit, self.config, one, one.tried_at, self.clock())
                outgoing.change(unit, one.id, copy=outgoing.THERE, raw=None)
            self.report.sent += 1
        return found or self.clock() < one.tried_at + SETTLE

    def _give(self, one: Outgoing, it: Conversation, account: Account) -> None:
        """Give the mail to the account's server, and record what it says."""
        mate = self.config.teammate(one.to)
        if mate is None or not mate.address:
            why = f"{one.to} is no teammate any more." if mate is None else f"No address of {one.to} is configured."
            return self._refused(one, why)
        server = smtp.server(account.table, account.where)
        sender, to = smtp.address(self._sender(server, account)), smtp.address(mate.address)
        line = self._line(server, account)
        message_id, upto, raw = self._mail(one, it, mate, sender, line)

        def about_to() -> bool:
            with self.inbox.writer.unit() as unit:
                return handovers.given(unit, self.config, one, account.name, message_id, upto, raw, self.clock())

        try:
            answer = line.send(sender, to, raw, about_to)
        except Problem as problem:
            self._closed[account.name] = problem
            raise
        return self._answered(one, account, server, answer)

    def _mail(self, one: Outgoing, it: Conversation, mate: Teammate, sender: str, line: Line) -> tuple[str, int, bytes]:
        """Return Message-ID, the highest message in it, and the mail: as it was given before, else made now."""
        with self.inbox.writer.window() as window:
            raw = outgoing.mail(window, one.id) if one.state == outgoing.SENDING else None
            if raw is not None:
                assert one.message_id is not None
                return one.message_id, one.upto or 0, raw
            made = letters.made(window, self.config, one, it, mate, sender, line.largest, self.clock())
        return made.letter.message_id, made.upto, assemble(made.letter, eightbit=line.eightbit)

    def _answered(self, one: Outgoing, account: Account, server: Server, answer: Answer) -> None:
        match answer.fate:
            case Fate.TAKEN:
                with self.inbox.writer.unit() as unit:
                    handovers.sent(unit, self.config, one, self.clock(), self.clock())
                    if server.files_sent:
                        outgoing.change(unit, one.id, copy=outgoing.THERE, raw=None)
                self.report.sent += 1
                if not server.files_sent:
                    self._copy(one, account)
            case Fate.REFUSED:
                self._refused(one, f"The server {server.host} refused it: {answer.words}.")
            case Fate.LATER:
                why = f"The server {server.host} did not take it: {answer.words}."
                with self.inbox.writer.unit() as unit:
                    handovers.postponed(unit, one, why, self.clock())
            case Fate.UNKNOWN:
                with self.inbox.writer.unit() as unit:
                    handovers.postponed(unit, one, answer.words, self.clock(), in_doubt=True)
            case Fate.WITHDRAWN:
                self.report.given_up += 1
            case _:
                assert_never(answer.fate)

    def _refused(self, one: Outgoing, why: str) -> None:
        now = self.clock()
        with self.inbox.writer.unit() as unit:
            handovers.refused(unit, self.config, one, why, now, now, outgoing.REFUSED)
        self.report.given_up += 1

    # --- the copy -----------------------------------------------------------------------------------

    def _copy(self, one: Outgoing, account: Account) -> None:
        """Put what was sent among the sent mail, unless it lies there; trouble is tried again with the next run."""
        with self.inbox.writer.window() as window:
            here, raw = outgoing.fresh(window, one.id), outgoing.mail(window, one.id)
        if account.kind != "imap" or here is None or raw is None:
            return self._copied(one, outgoing.NONE)
        try:
            put = sent.keep(self._mailbox(account), raw, _marks(here), here.tried_at or self.clock())
        except NotFound as problem:
            self.report.problems.setdefault(account.name, problem)
            return self._copied(one, outgoing.NONE)
        except Problem as problem:
            self.report.problems.setdefault(account.name, problem)
            return None
        return self._copied(one, outgoing.KEPT if put else outgoing.THERE)

    def _copied(self, one: Outgoing, how: str) -> None:
        with self.inbox.writer.unit() as unit:
            outgoing.change(unit, one.id, copy=how, raw=None)

    # --- connections --------------------------------------------------------------------------------

    def _line(self, server: Server, account: Account) -> Line:
        """Return a living connection to *server*, signed in; one that cannot be had is asked for once in a run."""
        if account.name in self._closed:
            raise self._closed[account.name]
        line = self._lines.get(account.name)
        if line is None or not line.alive:
            try:
                line = smtp.connect(server, lambda: self.secret(account))
            except Problem as problem:
                self._closed[account.name] = problem
                raise
            self._lines[account.name] = line
        return line

    def _mailbox(self, account: Account) -> imap.Source:
        return imap.from_table(account, lambda: self.secret(account))

    def _sender(self, server: Server, account: Account) -> str:
        address = server.sender or next(iter(self.config.me.addresses), "")
        if not address:
            raise Misconfigured(
                f"{account.where} names no address to send from.", "Set `from` in its `smtp`, or [me] addresses."
            )
        return address


def _marks(one: Outgoing) -> tuple[tuple[str, str], ...]:
    """Return what a copy is known by: servers that give a mail another Message-ID leave our own header alone."""
    assert one.message_id is not None
    return ("Message-ID", one.message_id), ("X-Tui-Inbox-Hand-Over", token_in(one.message_id))
