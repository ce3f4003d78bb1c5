"""Getting in with an account: asks for little, tries it, keeps the secret in the keyring, writes the configuration."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui_inbox import vault
from tui_inbox.cli.asking import Asking, from_stdin
from tui_inbox.cli.describing import described, host_name
from tui_inbox.cli.desk import Desk
from tui_inbox.cli.say import note, say, say_json
from tui_inbox.config import Account
from tui_inbox.connectors import load
from tui_inbox.problems import Misconfigured, NotAdmitted, NotFound, Problem, Refused, Unreachable
from tui_inbox.vault import oauth
from tui_inbox.vault.hidden import NONE, Secret, Token

TRIES = 3
"""How often a refused sign-in is asked for anew: more would lock some mailboxes."""
_WHERE = {
    "keyring": "its secret lies in the keyring",
    "command": "its command gives the secret",
    "asked": "its password is asked for each time, at a terminal",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What lets us in: a password or a grant to keep, or nothing where a command gives it."""

    secret: Secret = NONE
    grant: oauth.Tokens | None = None

    def shown(self, account: Account) -> Secret:
        """Return what the server is shown."""
        if self.grant is not None:
            return Token.of(self.grant.access, lambda: None)
        return self.secret or vault.secret(account)

    def keep(self, name: str) -> str:
        """Keep it, and return where: `keyring`, or `command`."""
        if self.grant is not None:
            vault.keep_grant(name, self.grant)
        elif self.secret:
            vault.keep(name, self.secret)
        else:
            return "command"
        return "keyring"


def add(desk: Desk, chosen: argparse.Namespace) -> int:
    """Ask what is not given, sign in, keep the secret, and write the account into the configuration."""
    from tui_inbox.config.written import add_account

    asking = Asking()
    address, table = described(desk.config, chosen, asking)
    command = None if chosen.no_keep else _in_place_of_a_keyring(chosen, table, asking)
    account, entry, facts = _let_in(table, chosen, asking, command)
    kept = "asked" if chosen.no_keep and entry.secret else entry.keep(account.name)
    path = config_path(desk, chosen)
    try:
        add_account(path, {"name": account.name, "kind": "imap", **account.table}, address)
    except Problem:
        if kept == "keyring":
            vault.forget(account.name)
        raise
    if chosen.json:
        shown = {key: account.table.get(key) for key in ("host", "user", "auth")}
        say_json(
            {"added": {"name": account.name, **shown, "config": str(path), "secret": kept, "tested": facts is not None}}
        )
        return 0
    say(f"{account.name} is written to {path}; {_WHERE[kept]}.")
    say(f"Bring its mail in: tui-inbox sync {shlex.quote(account.name)}")
    return 0


def sign_in(desk: Desk, chosen: argparse.Namespace) -> int:
    """Sign in anew to an account of the configuration, and keep the new secret."""
    account = next((one for one in desk.config.accounts if one.name == chosen.name), None)
    if account is None:
        known = ", ".join(one.name for one in desk.config.accounts) or "none yet"
        raise NotFound(f"There is no account {chosen.name}.", f"The configuration knows: {known}.")
    if vault.uses_command(account):
        raise Refused(
            f'The account "{account.name}" gets its secret from a command; there is nothing to keep.',
            f"Try it: tui-inbox account test {shlex.quote(account.name)}",
        )
    asking = Asking()
    vault.describe()
    for left in reversed(range(TRIES)):
        entry = _entry(account, chosen, asking)
        try:
            facts = None if chosen.no_test else _tried(account, entry)
        except NotAdmitted as refused:
            if not left or not asking.able or entry.grant is not None or chosen.password_stdin:
                raise
            asking.again(refused)
        else:
            break
    entry.keep(account.name)
    if chosen.json:
        say_json({"signed_in": {"name": account.name, "secret": "keyring", "tested": facts is not None}})
    else:
        say(f"{account.name}: signed in; its secret lies in the keyring.")
    return 0


def config_path(desk: Desk, chosen: argparse.Namespace) -> Path:
    """Return the file that accounts are written to."""
    return desk.home.config_file(chosen.config) or desk.home.config


# --- how it gets in ---------------------------------------------------------------------------------------


def _in_place_of_a_keyring(chosen: argparse.Namespace, table: dict[str, Any], asking: Asking) -> str | None:
    """Take a command where there is no keyring, before anybody types a password in vain; return its key if asked."""
    key = "token_command" if table.get("auth") == "oauth2" else "password_command"
    if table.get(key):
        return None
    try:
        vault.describe()
    except Problem as none:
        if not asking.able or chosen.password_stdin:
            raise
        note(none.what)
        table.pop("oauth", None)
        _ask_command(table, key, asking, none)
        return key
    return None


def _ask_command(table: dict[str, Any], key: str, asking: Asking, trouble: Problem) -> None:
    """Write the answer to *table*; raise *trouble* where nobody knows one."""
    what = "access token" if key == "token_command" else "password"
    question = f"A command that prints the {what}, such as `pass show mail/{table['name']}` (empty: stop)"
    command = asking.line(None, question, f"--{key.replace('_', '-')}", str)
    if not command:
        raise trouble from None
    table[key] = command


def _let_in(
    table: dict[str, Any], chosen: argparse.Namespace, asking: Asking, command: str | None
) -> tuple[Account, Entry, Any]:
    """Return the account, what lets us in, and what the server showed (None untried); asks anew where it is refused.

    *command* is the key of a command that was asked for, which then is asked for anew.
    """
    entry = None
    for left in reversed(range(TRIES)):
        account = _account(table)
        _check(account)
        entry = entry or _entry(account, chosen, asking)
        if chosen.no_test:
            return account, entry, None
        try:
            return account, entry, _tried(account, entry)
        except Unreachable as gone:
            if not left or not asking.able or chosen.host:
                raise
            asking.again(gone)
            table["host"] = asking.line(None, "Mail server", "--host", host_name, table["host"])
        except Problem as refused:
            if left and command is not None:
                asking.again(refused)
                _ask_command(table, command, asking, refused)
                entry = None
                continue
            typed = isinstance(refused, NotAdmitted) and entry.secret and not chosen.password_stdin
            if not left or not asking.able or not typed:
                raise
            asking.again(refused)
            entry = None
    raise AssertionError("the last try returns or raises")


def _check(account: Account) -> None:
    """Raise `Misconfigured` for what the channel would refuse in the table, before a password is typed."""
    from tui_inbox.connectors import smtp

    load.channel(account.kind).from_table(account, lambda: "")
    if "smtp" in account.table:
        smtp.server(account.table, account.where)


def _account(table: dict[str, Any]) -> Account:
    rest = {key: value for key, value in table.items() if key != "name"}
    return Account(table["name"], "imap", rest, f'The account "{table["name"]}"')


def _tried(account: Account, entry: Entry) -> Any:
    channel = load.channel(account.kind)
    note(f"Signing in at {account.table.get('host')} …")
    return channel.test(channel.from_table(account, lambda: entry.shown(account)))


def _entry(account: Account, chosen: argparse.Namespace, asking: Asking) -> Entry:
    """Return what lets us in: given, asked for, or granted at the provider."""
    if vault.uses_command(account):
        return Entry()
    if account.table.get("auth") == "oauth2":
        return Entry(grant=_granted(account, chosen, asking))
    if chosen.password_stdin:
        return Entry(from_stdin())
    if not asking.able:
        raise Misconfigured(
            "There is no terminal to ask for the password.", "Give it with --password-stdin or --password-command."
        )
    while not (typed := asking.secret(f"Password of {account.table.get('user')}")):
        note("Nothing was typed.")
    return Entry(typed)


def _granted(account: Account, chosen: argparse.Namespace, asking: Asking) -> oauth.Tokens:
    """Return what the user grants at the provider, in a browser or on another screen."""
    asked = oauth.client(account)
    secret = asked.secret or vault.client_secret(account.name)
    if not secret and chosen.client_secret_stdin:
        secret = from_stdin()
    elif not secret and asking.able and asked.who != "Microsoft":  # its installed programs have none
        secret = asking.secret("Client secret (Enter where the client has none)")
    client = oauth.client(account, secret)
    here = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("BROWSER"))
    here = here or sys.platform == "darwin"
    flow = chosen.flow or ("device" if client.device and not (here and client.authorize) else "browser")
    if flow == "device":
        from tui_inbox.vault.device import by_device

        return by_device(client, lambda one: note(f"Open {one.page} and type the code {one.code}"), Desk.now)
    from tui_inbox.vault.browser import by_browser

    def show(address: str) -> None:
        import webbrowser

        note(f"Open this page and sign in:\n{address}")
        if asking.able:
            note("If the browser runs on another machine, paste here the address it ends at.")
        if here:
            webbrowser.open(address)

    typed = sys.stdin if asking.able else None
    return by_browser(client, show, Desk.now, user=str(account.table.get("user", "")), typed=typed, complain=note)
