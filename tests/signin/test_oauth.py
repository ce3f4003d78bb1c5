"""OAuth2 against a real authorization server: the flows, renewal, and each way it can fail."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.signin.authority import Authority
from tests.signin.conftest import NOW, Ring
from tests.signin.telling import told
from tui_inbox import vault
from tui_inbox.config import Account
from tui_inbox.problems import Misconfigured, NotAdmitted, NotFound, Problem, Refused, Unreachable
from tui_inbox.vault import oauth, web
from tui_inbox.vault.browser import by_browser
from tui_inbox.vault.device import Invitation, by_device
from tui_inbox.vault.hidden import Secret, Token


def account(authority: Authority, **oauth_table: Any) -> Account:
    table = {"auth": "oauth2", "oauth": authority.oauth | oauth_table}
    return Account("support", "imap", table, '[[account]] 1 ("support")')


def clock() -> datetime:
    return NOW


def signed_in(authority: Authority, *, seconds: int | None = 3600) -> dict[str, Any]:
    """Keep a grant whose access token lasts *seconds* from now on, and return it."""
    granted = authority.grant()
    until = NOW + timedelta(seconds=seconds) if seconds is not None else None
    vault.keep_grant("support", oauth.Tokens(Secret(granted["access_token"]), Secret(granted["refresh_token"]), until))
    return granted


def token_of(it: Account) -> Token:
    found = vault.secret(it, clock)
    assert isinstance(found, Token)
    return found


# --- the device flow ------------------------------------------------------------------------------------


class Watch:
    """Notes how long was waited for, and waits not at all; after *turns* the user confirms."""

    def __init__(self, authority: Authority, turns: int = 1) -> None:
        self.authority, self.turns = authority, turns
        self.waited: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.waited.append(seconds)
        if len(self.waited) == self.turns:
            self.authority.approve()


def test_on_another_screen_the_code_is_shown_and_the_grant_comes_when_it_is_confirmed(authority: Authority):
    shown: list[Invitation] = []
    watch = Watch(authority, turns=3)
    tokens = by_device(oauth.client(account(authority)), shown.append, clock, watch)
    assert (shown[0].code, shown[0].page) == ("WDJB-MJHT", f"{authority.url}/confirm")
    assert tokens.access in authority.live
    assert tokens.refresh in authority.refreshable
    assert tokens.until == NOW + timedelta(hours=1)
    assert watch.waited == [1, 1, 1]


def test_a_server_that_asks_for_patience_is_asked_less_often(authority: Authority):
    authority.device_says = ["slow_down", "authorization_pending", "slow_down"]
    watch = Watch(authority)
    by_device(oauth.client(account(authority)), lambda _: None, clock, watch)
    assert watch.waited == [1, 6, 6, 11]


def test_a_server_that_is_gone_for_a_moment_is_asked_again(authority: Authority):
    authority.says["/token"] = (503, b"<html>busy</html>")

    def wait(seconds: float) -> None:
        if authority.asked["/token"] == 2:
            del authority.says["/token"]
            authority.approve()

    assert by_device(oauth.client(account(authority)), lambda _: None, clock, wait).access


@pytest.mark.parametrize(
    ("error", "said"), [("access_denied", "declined"), ("expired_token", "Nobody confirmed the code in time")]
)
def test_a_code_that_is_declined_or_runs_out_is_one_sentence(authority: Authority, error: str, said: str):
    authority.device_says = [error]
    with pytest.raises(NotAdmitted, match=said):
        by_device(oauth.client(account(authority)), lambda _: None, clock, Watch(authority))


def test_a_code_that_nobody_confirms_is_not_waited_for_without_end(authority: Authority):
    watch = Watch(authority, turns=10_000)
    with pytest.raises(NotAdmitted, match="in time"):
        by_device(oauth.client(account(authority)), lambda _: None, clock, watch)
    assert sum(watch.waited) == 60


def test_google_has_no_device_flow_for_mail():
    it = Account("a", "imap", {"auth": "oauth2", "oauth": {"provider": "google", "client_id": "x"}}, "a")
    with pytest.raises(Refused, match="Google has no device flow"):
        by_device(oauth.client(it), lambda _: None, clock)


# --- the browser ----------------------------------------------------------------------------------------


def in_background(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_the_browser_comes_back_with_a_code_that_only_we_can_use(authority: Authority):
    pages: list[str] = []

    def show(address: str) -> None:
        in_background(lambda: pages.append(authority.browse(address)))

    tokens = by_browser(oauth.client(account(authority)), show, clock, user="support@shop.example")
    assert tokens.access in authority.live
    [asked] = [form for path, form in authority.forms if path == "/authorize"]
    assert asked["login_hint"] == "support@shop.example"
    assert asked["scope"] == "mail offline"
    [exchange] = [form for path, form in authority.forms if path == "/token"]
    assert exchange["code_verifier"] not in str(asked)


def test_a_visitor_that_does_not_know_the_question_is_sent_away(authority: Authority):
    turned_away: list[int] = []

    def show(address: str) -> None:
        back = parse_qs(urlsplit(address).query)["redirect_uri"][0]
        for query in ("/favicon.ico", "/?code=stolen&state=guess", "?code=stolen", "", "/?" + "a=b&" * 60):
            with pytest.raises(HTTPError) as no:
                authority.browse(back + query)
            turned_away.append(no.value.code)
            no.value.close()
        with socket.create_connection(("127.0.0.1", int(urlsplit(back).port or 0))) as rude:
            rude.sendall(b"\xff\xfe\r\n\r\n")
        in_background(lambda: authority.browse(address))

    assert by_browser(oauth.client(account(authority)), show, clock).access in authority.live
    assert turned_away == [404] * 5


def test_the_port_is_closed_once_the_browser_has_been_there(authority: Authority):
    ports: list[int] = []

    def show(address: str) -> None:
        ports.append(int(urlsplit(parse_qs(urlsplit(address).query)["redirect_uri"][0]).port or 0))
        in_background(lambda: authority.browse(address))

    by_browser(oauth.client(account(authority)), show, clock)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", ports[0]), 5)


def test_who_says_no_in_the_browser_is_told_so(authority: Authority):
    authority.denies = True
    with pytest.raises(NotAdmitted, match=r"declined at 127.0.0.1 \(The user said no\)"):
        by_browser(
            oauth.client(account(authority)), lambda page: void(in_background(lambda: authority.browse(page))), clock
        )


def void(_: object) -> None:
    """Give nothing back."""


def test_a_browser_elsewhere_is_enough_when_its_last_address_is_pasted(authority: Authority):
    reading, writing = os.pipe()
    complaints: list[str] = []

    def show(address: str) -> None:
        asked = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
        ends_at = authority.authorize(asked)
        os.write(writing, b"what?\n")
        in_background(lambda: (complained.wait(200), os.write(writing, ends_at.encode() + b"\n")))

    complained = threading.Event()

    def complain(text: str) -> None:
        complaints.append(text)
        complained.set()

    with os.fdopen(reading, encoding="utf-8") as typed:
        tokens = by_browser(oauth.client(account(authority)), show, clock, typed=typed, complain=complain)
    os.close(writing)
    assert tokens.access in authority.live
    assert complaints == ["That is not the address this sign-in ends at."]


def test_a_browser_that_never_comes_back_is_not_waited_for(authority: Authority, monkeypatch):
    monkeypatch.setattr("tui_inbox.vault.browser.PATIENCE", 0.05)
    with pytest.raises(NotAdmitted, match="Nothing came back"):
        by_browser(oauth.client(account(authority)), lambda _: None, clock)


# --- tokens in use ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("ring")
def test_a_token_that_lasts_is_used_as_it_is(authority: Authority):
    granted = signed_in(authority)
    assert token_of(account(authority)) == granted["access_token"]
    assert not authority.asked


def test_a_token_is_renewed_before_it_runs_out_and_the_new_refresh_token_is_kept(authority: Authority, ring: Ring):
    granted = signed_in(authority, seconds=120)
    fresh = token_of(account(authority))
    assert fresh != granted["access_token"]
    assert fresh in authority.live
    assert ring.grant("support")["access_token"] == fresh
    assert ring.grant("support")["refresh_token"] in authority.refreshable
    assert token_of(account(authority)) == fresh
    assert authority.asked["/token"] == 1


def test_a_server_that_does_not_rotate_keeps_its_refresh_token(authority: Authority, ring: Ring):
    authority.rotates = False
    granted = signed_in(authority, seconds=0)
    token_of(account(authority))
    assert ring.grant("support")["refresh_token"] == granted["refresh_token"]


@pytest.mark.usefixtures("ring")
def test_a_token_that_still_lasts_is_used_while_its_server_is_away(authority: Authority):
    granted = signed_in(authority, seconds=120)
    authority.says["/token"] = (503, b"busy")
    assert token_of(account(authority)) == granted["access_token"]
    signed_in(authority, seconds=-1)
    with pytest.raises(Unreachable):
        vault.secret(account(authority), clock)


@pytest.mark.usefixtures("ring")
def test_a_refused_token_is_renewed_once_and_then_no_more(authority: Authority):
    signed_in(authority, seconds=None)
    first = token_of(account(authority))
    second = first.another()
    assert second is not None
    assert second != first
    assert second.another() is None
    for _ in range(5):
        with pytest.raises(NotAdmitted, match="does not take the sign-in") as stopped:
            vault.secret(account(authority), clock)
    assert stopped.value.hint == "Sign in again: `tui-inbox account sign-in support`."
    assert authority.asked["/token"] == 1
    signed_in(authority)
    assert token_of(account(authority))


@pytest.mark.usefixtures("ring")
def test_a_token_that_another_run_has_renewed_is_taken_as_it_is(authority: Authority):
    signed_in(authority)
    first = token_of(account(authority))
    granted = signed_in(authority)
    assert first.another() == granted["access_token"]
    assert authority.asked["/token"] == 0


@pytest.mark.usefixtures("ring")
def test_two_runs_that_renew_at_once_both_get_in(authority: Authority):
    """The server takes each refresh token once; the slower run finds what the faster one was given."""
    signed_in(authority, seconds=0)
    authority.holds["/token"] = threading.Event()
    got: list[str] = []
    slower = in_background(lambda: got.append(token_of(account(authority))))
    while not authority.asked["/token"]:
        slower.join(0.01)
    held = oauth.Tokens.read(vault.ring.found(vault.ring.TOKENS, "support") or Secret(""))
    assert held is not None
    authority.refreshable.discard(held.refresh)  # the faster run has used it
    granted = signed_in(authority)
    authority.holds["/token"].set()
    slower.join(30)
    assert got == [granted["access_token"]]


@pytest.mark.usefixtures("ring")
def test_a_withdrawn_grant_is_said_with_the_way_back(authority: Authority):
    signed_in(authority, seconds=0)
    authority.revoke()
    with pytest.raises(
        NotAdmitted, match=r"no longer honours this sign-in \(Token has been expired or revoked\)"
    ) as no:
        vault.secret(account(authority), clock)
    assert "tui-inbox account sign-in support" in no.value.hint


@pytest.mark.usefixtures("ring")
def test_a_client_that_is_not_known_is_told_apart(authority: Authority):
    signed_in(authority, seconds=0)
    with pytest.raises(NotAdmitted, match="does not know this client id") as no:
        vault.secret(account(authority, client_id="other"), clock)
    assert "client_id" in no.value.hint


@pytest.mark.usefixtures("ring")
def test_without_a_sign_in_the_way_to_one_is_said(authority: Authority):
    with pytest.raises(NotFound, match="Nobody has signed in") as none:
        vault.secret(account(authority), clock)
    assert "account sign-in support" in none.value.hint
    vault.ring.keep(vault.ring.TOKENS, "support", "no json")
    with pytest.raises(NotFound, match="Nobody has signed in"):
        vault.secret(account(authority), clock)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (200, b"not json"),
        (200, b"[1, 2]"),
        (200, b"[" * 100_000),
        (200, b"{}"),
        (200, b'{"access_token": 7}'),
        (200, b'{"access_token": ""}'),
        (200, b'{"access_token": "x", "pad": "' + b"x" * 2**18 + b'"}'),
        (302, b"http://127.0.0.1:1/elsewhere"),
        (307, b"http://127.0.0.1:1/elsewhere"),
        (500, b"<html>"),
        (503, b'{"error": "temporarily_unavailable"}'),
        (400, b'{"error": ["odd"]}'),
        (429, b"\xff\xfe"),
    ],
)
@pytest.mark.usefixtures("ring")
def test_whatever_an_authorization_server_says_is_one_sentence(authority: Authority, status: int, body: bytes):
    signed_in(authority, seconds=0)
    authority.says["/token"] = (status, body)
    with pytest.raises(Unreachable) as trouble:
        vault.secret(account(authority), clock)
    assert trouble.value.hint


@pytest.mark.usefixtures("ring")
def test_how_long_a_token_lasts_may_be_odd(authority: Authority):
    for said in (b'"3600"', b"1e400", b"-5", b'"soon"', b"null", b"true", b"1e18", b"NaN"):
        signed_in(authority, seconds=0)
        authority.says["/token"] = (200, b'{"access_token": "a", "expires_in": ' + said + b"}")
        assert token_of(account(authority)) == "a"


@pytest.mark.usefixtures("ring")
def test_an_authorization_server_that_does_not_answer_is_not_waited_for(authority: Authority, monkeypatch):
    monkeypatch.setattr(web, "PATIENCE", 0.1)
    signed_in(authority, seconds=0)
    authority.holds["/token"] = threading.Event()
    with pytest.raises(Unreachable, match=r"127.0.0.1 did not answer"):
        vault.secret(account(authority), clock)


def test_an_authorization_server_whose_certificate_nobody_vouches_for_is_told_nothing(authority: Authority):
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("aNULL:@SECLEVEL=0")
        context.maximum_version = ssl.TLSVersion.TLSv1_2

        def serve() -> None:
            line, _ = listener.accept()
            with line:
                heard.append(line.recv(4096))

        serving = in_background(serve)
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/token"
        with pytest.raises(Unreachable, match=r"127\.0\.0\.1"):
            web.posted(url, {"refresh_token": "s3cret"})
        serving.join(10)
    assert b"s3cret" not in heard[0]


# --- the table --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "needs a client"),
        ({"provider": "google"}, "no `client_id`"),
        ({"provider": "goggle", "client_id": "x"}, 'no provider "goggle"'),
        ({"clientid": "x"}, "unknown key `clientid`"),
        ({"client_id": 7}, "`client_id` is not a text"),
        ({"client_id": "x"}, "where to sign in"),
        ({"client_id": "x", "token": "https://a.example/t"}, "where to sign in"),
        ({"client_id": "x", "token": "http://a.example/t", "device": "https://a.example/d"}, "`token` is no address"),
        ({"client_id": "x", "token": "ftp://127.0.0.1/", "device": "https://a.example/d"}, "`token` is no address"),
        ({"client_id": "x", "token": "https://[", "device": "https://a.example/d"}, "`token` is no address"),
        ({"provider": "microsoft", "client_id": "x", "tenant": "a/b"}, "`tenant`"),
    ],
)
def test_a_wrong_oauth_table_is_named_with_its_place(table: dict[str, Any], said: str):
    it = Account("a", "imap", {"auth": "oauth2", "oauth": table}, '[[account]] 1 ("a")')
    with pytest.raises(Misconfigured, match=said) as wrong:
        oauth.client(it)
    assert wrong.value.what.startswith('[[account]] 1 ("a")')
    assert wrong.value.hint


def test_the_presets_lead_to_their_providers():
    for provider, host in (("google", "googleapis.com"), ("microsoft", "login.microsoftonline.com")):
        it = Account("a", "imap", {"oauth": {"provider": provider, "client_id": "x", "tenant": "shop.example"}}, "a")
        known = oauth.client(it)
        assert urlsplit(known.token).hostname is not None
        assert str(urlsplit(known.token).hostname).endswith(host)
        assert "{" not in known.token + known.device + known.authorize
    assert "shop.example" in known.token


# --- nothing is told ----------------------------------------------------------------------------------------


@pytest.fixture
def troubles(authority: Authority, ring: Ring) -> list[Problem]:
    """Every way the vault fails with secrets in its hands."""
    found: list[Problem] = []

    def tried(work: Callable[[], object]) -> None:
        try:
            work()
        except Problem as problem:
            found.append(problem)

    it = account(authority, client_secret=Secret("client-" + "s3cret"))
    for says in ((400, b'{"error": "invalid_grant"}'), (500, b""), (401, b'{"error": "invalid_client"}')):
        signed_in(authority, seconds=0)
        authority.says["/token"] = says
        tried(lambda: vault.secret(it, clock))
        tried(lambda: by_device(oauth.client(it), lambda _: None, clock, lambda _: None))
        tried(
            lambda: by_browser(
                oauth.client(it), lambda page: void(in_background(lambda: authority.browse(page))), clock
            )
        )
    return found


def test_no_error_shows_a_token_even_with_its_variables(authority: Authority, troubles: list[Problem]):
    assert len(troubles) >= 8
    for trouble in troubles:
        shown = told(trouble) + trouble.what + trouble.hint
        assert [one for one in [*authority.issued, "client-s3cret"] if one in shown] == []


def test_nothing_that_holds_a_secret_shows_it():
    secret = Secret("s3cret")
    tokens = oauth.Tokens(secret, secret, datetime.now(UTC), secret)
    client = oauth.Client("id", "https://a.example", secret=secret)
    token = Token.of("s3cret", lambda: None)
    for one in (secret, tokens, tokens.text, client, token, vault.Hidden(b"s3cret"), [secret], {"a": client}):
        assert "s3cret" not in repr(one)
