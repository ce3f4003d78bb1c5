"""Signing in to a real mail server with real tokens: OAUTHBEARER, XOAUTH2, expiry, revocation, a token command."""

from __future__ import annotations

import re
import sys
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import pytest

from tests.dovecot import Dovecot
from tests.scripted_imap import HANG_UP, Mailbox, ScriptedImap
from tests.signin.authority import Authority
from tests.signin.conftest import Ring
from tests.signin.telling import told
from tui_inbox import vault
from tui_inbox.config import Account
from tui_inbox.connectors import imap
from tui_inbox.connectors.imap import Source, line, walk
from tui_inbox.problems import NotAdmitted, Problem
from tui_inbox.vault import oauth
from tui_inbox.vault.hidden import Secret, Token

pytestmark = pytest.mark.needs("dovecot")


def account(server: Dovecot, authority: Authority, **table: Any) -> Account:
    given = {"host": "127.0.0.1", "port": server.port, "tls": "none", "user": "support", "auth": "oauth2"}
    return Account("support", "imap", given | {"oauth": authority.oauth} | table, "[[account]] 1")


def source(it: Account) -> Source:
    return imap.from_table(it, lambda: vault.secret(it))


def signed_in(authority: Authority) -> dict[str, Any]:
    granted = authority.grant()
    vault.keep_grant("support", oauth.Tokens(Secret(granted["access_token"]), Secret(granted["refresh_token"])))
    authority.asked.clear()
    return granted


@pytest.mark.usefixtures("ring")
def test_an_access_token_opens_the_mailbox(server: Dovecot, shared_authority: Authority):
    signed_in(shared_authority)
    facts = imap.test(source(account(server, shared_authority)))
    assert {"AUTH=OAUTHBEARER", "AUTH=XOAUTH2"} <= {*facts.capabilities, *offered(server)}
    assert [one.messages for one in facts.folders if one.name == "INBOX"] == [1]
    assert shared_authority.asked["/token"] == 0


def offered(server: Dovecot) -> set[str]:
    """Return what the server offers before a sign-in."""
    with line.socket.create_connection(("127.0.0.1", server.port), 10) as plain:
        greeting = plain.recv(4096).decode()
    return set(re.findall(r"AUTH=\S+?(?=[\s\]])", greeting))


@pytest.mark.usefixtures("ring")
@pytest.mark.parametrize("mechanism", ["OAUTHBEARER", "XOAUTH2"])
def test_both_ways_of_saying_a_token_are_spoken(
    server: Dovecot, shared_authority: Authority, mechanism: str, monkeypatch: pytest.MonkeyPatch
):
    """The server offers both; what it does not offer is hidden from us here."""
    spoken: list[str] = []
    answer = line.Line.answer

    def watched(self: line.Line, mechanism: str, answers: list[bytes]) -> Any:
        spoken.append(mechanism)
        return answer(self, mechanism, answers)

    def hidden(self: line.Line) -> None:
        get(self)
        self.capabilities = tuple(one for one in self.capabilities if one in ("IMAP4REV1", f"AUTH={mechanism}"))

    get = line.Line._get_capabilities  # type: ignore[attr-defined]
    monkeypatch.setattr(line.Line, "answer", watched)
    monkeypatch.setattr(line.Line, "_get_capabilities", hidden)
    signed_in(shared_authority)
    imap.test(source(account(server, shared_authority)))
    shared_authority.expire()
    imap.test(source(account(server, shared_authority)))
    assert spoken == [mechanism] * 3
    assert shared_authority.asked["/token"] == 1


def test_a_token_that_has_run_out_at_the_server_is_renewed_and_the_run_goes_on(
    server: Dovecot, shared_authority: Authority, ring: Ring
):
    granted = signed_in(shared_authority)
    shared_authority.expire()
    [batch] = [one for one in source(account(server, shared_authority)).read({}) if one.arrivals]
    assert len(batch.arrivals) == 1
    assert ring.grant("support")["access_token"] != granted["access_token"]
    assert shared_authority.asked["/token"] == 1


@pytest.mark.usefixtures("ring")
def test_a_token_that_runs_out_inside_a_long_run_is_renewed_when_the_line_is_opened_again(
    server: Dovecot, shared_authority: Authority
):
    """A server ends the line when the token is over; whoever follows it opens another with the same source."""
    signed_in(shared_authority)
    it = source(account(server, shared_authority))
    with walk.connected(it) as wire:
        assert wire.folders()
    for renewals in (1, 2, 3):
        shared_authority.expire()
        with walk.connected(it) as wire:
            assert wire.folders()
        assert shared_authority.asked["/token"] == renewals


@pytest.mark.usefixtures("ring")
def test_a_withdrawn_grant_ends_with_one_sentence_and_is_not_tried_on(server: Dovecot, shared_authority: Authority):
    signed_in(shared_authority)
    it = source(account(server, shared_authority))
    shared_authority.revoke()
    for _ in range(3):
        with pytest.raises(NotAdmitted, match="no longer honours this sign-in") as no:
            imap.test(it)
        assert "account sign-in support" in no.value.hint


@pytest.mark.usefixtures("ring")
def test_a_mailbox_that_takes_no_token_of_ours_is_asked_twice_and_never_again(
    server: Dovecot, shared_authority: Authority, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shared_authority, "user", "somebody-else")
    signed_in(shared_authority)
    it = source(account(server, shared_authority))
    with pytest.raises(NotAdmitted, match="refused the token of support"):
        imap.test(it)
    for _ in range(3):
        with pytest.raises(NotAdmitted, match="does not take the sign-in") as no:
            imap.test(it)
    assert "account sign-in support" in no.value.hint
    assert (shared_authority.asked["/token"], shared_authority.asked["/introspect"]) == (1, 2)


def test_a_token_command_is_asked_again_when_its_token_is_refused(
    server: Dovecot, shared_authority: Authority, tmp_path: Path
):
    good = shared_authority.grant()["access_token"]
    tokens = tmp_path / "tokens"
    tokens.write_text(f"stale\n{good}\n")
    code = (
        "import sys, pathlib; path = pathlib.Path(sys.argv[1]); "
        "first, _, rest = path.read_text().partition(chr(10)); path.write_text(rest); print(first)"
    )
    it = account(server, shared_authority, token_command=[sys.executable, "-c", code, str(tokens)])
    imap.test(source(it))
    tokens.write_text("stale\n" * 9)
    with pytest.raises(NotAdmitted, match="refused the token"):
        imap.test(source(it))
    assert tokens.read_text().count("stale") == 7


def test_a_password_with_letters_of_any_script_opens_the_mailbox(
    server: Dovecot, shared_authority: Authority, ring: Ring
):
    vault.keep("support", "pässword-€")
    it = account(server, shared_authority, auth="password")
    assert imap.test(source(it)).folders
    assert ring.held == {"tui-inbox/support": "pässword-€"}


def test_a_server_that_takes_no_tokens_is_not_shown_one():
    with ScriptedImap({b"INBOX": Mailbox()}) as scripted:
        table = {"host": "127.0.0.1", "port": scripted.port, "tls": "none", "user": "a", "auth": "oauth2"}
        it = Account("a", "imap", table, "[[account]] 1")
        with pytest.raises(NotAdmitted, match="takes no access token") as no:
            imap.test(imap.from_table(it, lambda: Token.of("t0ken", lambda: None)))
    assert 'auth = "password"' in no.value.hint
    assert not any(heard.startswith(b"AUTH") for heard in scripted.heard)


@pytest.mark.parametrize("offers", [b"AUTH=PLAIN", b"AUTH=XOAUTH2", b"AUTH=OAUTHBEARER", b""])
@pytest.mark.parametrize("reply", [b"NO [AUTHENTICATIONFAILED] no", b"BAD what", b"OK [ALERT", HANG_UP, b"rubbish"])
def test_no_failed_sign_in_shows_what_was_sent(offers: bytes, reply: bytes):
    tags: list[bytes] = []
    heard: list[bytes] = []

    def challenge(tag: bytes, rest: bytes) -> bytes:
        tags.append(tag)
        return b"+ go on\r\n"

    def verdict(tag: bytes, rest: bytes) -> bytes:
        heard.append(tag)
        return HANG_UP if reply is HANG_UP else tags[0] + b" " + reply + b"\r\n" + HANG_UP

    with ScriptedImap({b"INBOX": Mailbox()}) as scripted:
        scripted.capabilities = b"IMAP4rev1 " + offers
        scripted.on |= {"AUTHENTICATE": challenge, "LOGIN": challenge, "": verdict}
        auth = "oauth2" if b"OAUTH" in offers else "password"
        table = {"host": "127.0.0.1", "port": scripted.port, "tls": "none", "user": "a", "auth": auth}
        it = Account("a", "imap", table, "[[account]] 1")
        with pytest.raises(Problem) as trouble:
            imap.test(imap.from_table(it, lambda: Token.of("t0" + "ken" * 3, lambda: None)))
    assert b"t0ken" in heard[0] or b"t0ken" in b64decode(heard[0])
    forms = {"t0" + "ken", *(b64encode(b"x" * n + b"t0" + b"kenkenken").decode()[4:12] for n in range(3))}
    assert [form for form in forms if form in told(trouble.value)] == []
