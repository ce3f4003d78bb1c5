"""A watch whose access token runs out while it waits signs in with a fresh one, by itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.dovecot import Dovecot
from tests.proxy import Proxy
from tests.signin.authority import Authority
from tests.sync.test_watch import mail, table, watched
from tui_inbox import vault
from tui_inbox.vault import oauth
from tui_inbox.vault.hidden import Secret

pytestmark = pytest.mark.needs("dovecot")


@pytest.mark.usefixtures("ring")
def test_a_token_that_runs_out_while_the_line_waits_is_renewed(
    server: Dovecot, shared_authority: Authority, tmp_path: Path
) -> None:
    granted = shared_authority.grant()
    vault.keep_grant("support", oauth.Tokens(Secret(granted["access_token"]), Secret(granted["refresh_token"])))
    shared_authority.asked.clear()
    inline = ", ".join(f"{key} = {json.dumps(value)}" for key, value in shared_authority.oauth.items())
    with (
        Proxy(server.port) as way,
        watched(tmp_path, table("support", way.port, f'auth = "oauth2"\noauth = {{ {inline} }}'), vault.secret) as it,
    ):
        it.until(lambda: len(it.subjects()) == 1)
        assert shared_authority.asked["/token"] == 0
        shared_authority.expire()
        way.cut()  # so a server ends it
        server.deliver("support", "INBOX", mail(2))
        it.until(lambda: "Order 2" in it.subjects())
        assert shared_authority.asked["/token"] == 1
        it.until(lambda: it.problem() is None)


@pytest.mark.usefixtures("ring")
def test_a_withdrawn_grant_is_said_and_tried_again_when_somebody_asks(
    server: Dovecot, shared_authority: Authority, tmp_path: Path
) -> None:
    granted = shared_authority.grant()
    vault.keep_grant("support", oauth.Tokens(Secret(granted["access_token"]), Secret(granted["refresh_token"])))
    inline = ", ".join(f"{key} = {json.dumps(value)}" for key, value in shared_authority.oauth.items())
    shared_authority.revoke()
    with watched(
        tmp_path, table("support", server.port, f'auth = "oauth2"\noauth = {{ {inline} }}'), vault.secret
    ) as it:
        it.until(lambda: "no longer honours this sign-in" in (it.problem() or ""))
        fresh = shared_authority.grant()
        vault.keep_grant("support", oauth.Tokens(Secret(fresh["access_token"]), Secret(fresh["refresh_token"])))
        it.watch.ask([], 1)
        it.until(lambda: it.subjects() and it.problem() is None)
