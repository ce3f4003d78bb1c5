"""The same mailbox with the same fate, read in each of three ways, leaves the same store."""

from __future__ import annotations

import imaplib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.connectors.kept import NOW, US, Kept, mailbox
from tests.dovecot import Dovecot
from tests.torture.likeness import Told
from tests.torture.scenes import mail
from tui_inbox.connectors.imap import Source
from tui_inbox.connectors.imap.walk import connected
from tui_inbox.connectors.imap.wire import Tier, Wire

pytestmark = pytest.mark.needs("dovecot")

OFFICE365 = "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+"
"""Word for word, but for its way in: Dovecot has no other for these tests."""
TIERS = {
    Tier.PLAIN: OFFICE365,
    Tier.CONDSTORE: "IMAP4rev1 SASL-IR UIDPLUS ENABLE ESEARCH CONDSTORE SPECIAL-USE",
    Tier.QRESYNC: "IMAP4rev1 SASL-IR UIDPLUS ENABLE ESEARCH CONDSTORE QRESYNC SPECIAL-USE",
}
DAY = timedelta(days=1)


@pytest.fixture(scope="module", params=list(TIERS))
def server(request: pytest.FixtureRequest) -> Iterator[Dovecot]:
    users = {f"user{number}": "pw" for number in range(5)}
    with Dovecot(users, capability=TIERS[request.param]) as running:
        yield running


@pytest.fixture
def user(server: Dovecot) -> str:
    """A mailbox that no other test has used."""
    name = next(iter(server.users))
    server.users[name] = server.users.pop(name)  # to the end
    return name


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with Kept(tmp_path / "home") as running:
        yield running


def of(server: Dovecot, user: str, *folders: str) -> Source:
    return mailbox(server.port, user=user, folders=folders or ("INBOX", "Orders"))


def put(server: Dovecot, user: str, folder: str, *numbers: int, ours: bool = False) -> None:
    """Put mails into a folder; what we wrote answers the mail of half its number."""
    sender, to = (US, "ada@one.example") if ours else ("ada@one.example", US)
    mails = [(mail(one, sender, to, answers=one // 2 if ours else None), NOW - DAY / one) for one in numbers]
    server.deliver_all(user, folder, mails)


def expunge(server: Dovecot, user: str, folder: str, *uids: int) -> None:
    with server.client(user) as other:
        other.select_folder(folder)
        other.delete_messages(list(uids))
        other.expunge()


Fate = Callable[[Dovecot, str], None]


def begun(server: Dovecot, user: str) -> None:
    put(server, user, "INBOX", *range(1, 41))
    put(server, user, "Sent", 50, 52, ours=True)
    put(server, user, "Archive", 3, 60)
    put(server, user, "Orders", 70, 71, 72)


def news(server: Dovecot, user: str) -> None:
    put(server, user, "INBOX", 80, 81)
    put(server, user, "Sent", 82, 160, ours=True)


def partings(server: Dovecot, user: str) -> None:
    expunge(server, user, "INBOX", 2, 41)
    put(server, user, "INBOX", 83)


def moves(server: Dovecot, user: str) -> None:
    with server.client(user) as other:
        other.select_folder("INBOX")
        other.move([5, 6, 7], "Archive")
        other.copy([8], "Archive")


def flags_and_drafts(server: Dovecot, user: str) -> None:
    with server.client(user) as other:
        other.select_folder("INBOX")
        other.add_flags(range(9, 20), [b"\\Seen", b"\\Flagged"])
        other.append("Archive", mail(90), flags=[b"\\Draft"])
        other.append("Archive", mail(91))


def renumbering(server: Dovecot, user: str) -> None:
    with server.client(user) as other:
        other.delete_folder("Orders")
    put(server, user, "Orders", 71, 72, 73, 74)


def comings_and_goings(server: Dovecot, user: str) -> None:
    """As many come as go."""
    expunge(server, user, "INBOX", 10, 11)
    put(server, user, "INBOX", 84, 85)


def emptied(server: Dovecot, user: str) -> None:
    expunge(server, user, "INBOX", *range(1, 31))


def nothing(server: Dovecot, user: str) -> None:
    """Said twice more: most of a folder is not believed to be gone at once."""


FATES: list[Fate] = [
    *(begun, news, partings, moves, flags_and_drafts, renumbering, comings_and_goings),
    *(emptied, nothing, nothing),
]


def fated(tier: Tier, home: Path) -> list[Told]:
    """Return what the store held after each fate of a mailbox that is read in one way."""
    stores = []
    with Dovecot({"support": "pw"}, capability=TIERS[tier]) as server, Kept(home) as kept:
        source = of(server, "support")
        for fate in FATES:
            fate(server, "support")
            kept.sync(source)
            stores.append(kept.told())
        lying = {uid for folder, uid in kept.places() if folder == "INBOX"}
        assert lying == set(range(31, 46)) - {41}
        assert all(count.agrees for count in kept.count(source))
    return stores


def test_whichever_way_a_server_is_asked_the_store_is_the_same_after_each_of_ten_fates(tmp_path: Path) -> None:
    plain = fated(Tier.PLAIN, tmp_path / "plain")
    for tier in (Tier.CONDSTORE, Tier.QRESYNC):
        for fate, one, other in zip(FATES, plain, fated(tier, tmp_path / tier), strict=True):
            assert one == other, fate.__name__


def test_the_way_is_chosen_from_what_the_server_says_it_can(server: Dovecot, user: str, kept: Kept) -> None:
    put(server, user, "INBOX", 1)
    source = of(server, user, "INBOX")
    kept.sync(source)
    expected = next(tier for tier, words in TIERS.items() if words == server.capability)
    with connected(source) as wire:
        wire.folders(resync=True)
        assert wire.tier is expected
    assert (kept.cursors["INBOX"]["highestmodseq"] is None) == (expected is Tier.PLAIN)


def test_where_nothing_changed_nothing_is_written_and_little_is_asked(
    server: Dovecot, user: str, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(server, user)
    source = of(server, user)
    kept.sync(source)
    said: list[str] = []
    command = imaplib.IMAP4._command  # type: ignore[attr-defined]  # private: the stubs do not know it

    def heard(self: imaplib.IMAP4, name: str, *arguments: object) -> object:
        said.append(name)
        return command(self, name, *arguments)

    monkeypatch.setattr(imaplib.IMAP4, "_command", heard)
    before = kept.changes
    assert kept.sync(source) == []
    assert kept.changes == before
    resync = ["ENABLE"] if "QRESYNC" in server.capability else []
    assert said == [*["STATUS"] * 4, *resync, "LIST", "LOGOUT"]  # with the sign-in, two round trips


def test_what_changed_is_told_with_the_opening_and_nothing_more_is_asked(
    server: Dovecot, user: str, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flag that another program set, a mail that came, one that was taken out: QRESYNC says all, CONDSTORE two."""
    put(server, user, "INBOX", *range(1, 30))
    source = of(server, user, "INBOX")
    kept.sync(source)
    with server.client(user) as other:
        other.select_folder("INBOX")
        other.add_flags([4], [b"\\Seen"])
    asked: list[str] = []
    plain = Wire._searched
    monkeypatch.setattr(Wire, "_searched", lambda wire, uids: (asked.append(uids), plain(wire, uids))[1])
    kept.sync(source)
    assert asked == []
    put(server, user, "INBOX", 30)
    kept.sync(source)
    assert asked == ([] if "CONDSTORE" in server.capability else ["30:*"])
    assert ("INBOX", 30) in kept.places()
    asked.clear()
    expunge(server, user, "INBOX", 7)
    kept.sync(source)
    assert asked == ([] if "QRESYNC" in server.capability else ["1:*"])
    assert ("INBOX", 7) not in kept.places()
