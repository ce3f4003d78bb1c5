"""Getting in with an account: asks for little, tries it, keeps the secret in the keyring, writes the configuration."""

from __future__ import annotations

import argparse
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui_inbox import vault
from tui_inbox.cli.asking import Asking, from_stdin
from tui_inbox.cli.desk import Desk
from tui_inbox.cli.say import note, say, say_json
from tui_inbox.config import Account, Config
from tui_inbox.config.providers import Provider, provider_named, provider_of
from tui_inbox.connectors import load
from tui_inbox.problems import Misconfigured, NotAdmitted, NotFound, Problem, Refused, Unreachable
from tui_inbox.vault import oauth
from tui_inbox.vault.hidden import NONE, Secret, Token

TRIES = 3
"""How often a refused sign-in is asked for anew: more would lock some mailboxes."""
_ADDRESS = re.compile(r"[^\s@<>\",;:\x00-\x1f]{1,64}@[^\s@<>\",;:/\x00-\x1f]{1,253}")
_HOST = re.compile(r"[^\s/@\x00-\x1f]{1,253}")


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
    address, table = _described(desk.config, chosen, asking)
    _check_command(chosen, table, asking)
    account, entry, facts = _let_in(table, chosen, asking)
    kept = entry.keep(account.name)
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
    where = "its secret lies in the keyring" if kept == "keyring" else "its command gives the secret"
    say(f"{account.name} is written to {path}; {where}.")
    say(f"Bring its mail in: tui-inbox sync {account.name}")
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
            f"Try it: tui-inbox account test {account.name}",
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


# --- what it is -------------------------------------------------------------------------------------------


def _described(config: Config, chosen: argparse.Namespace, asking: Asking) -> tuple[str, dict[str, Any]]:
    """Return the address and the account's table, its name among it; without what the secret is or comes from."""
    address = asking.line(chosen.address, "Mail address", "--address", _address)
    provider = _provider(chosen.provider) if chosen.provider else provider_of(address)
    name = asking.line(
        chosen.name, "Name for it here", "--name", lambda text: _name(config, text), _free(config, address)
    )
    if provider is None and chosen.host:
        provider = provider_named(chosen.host)
    host = chosen.host or (provider.host if provider else "")
    if not host:
        if provider is not None:
            raise Refused(f"{provider.name}: {provider.note}", "Import its mail from files instead.")
        domain = address.rpartition("@")[2]
        host = asking.line(
            None, "Mail server (or a provider: gmail, office365, …)", "--host", _host, f"imap.{domain}" * asking.able
        )
        provider = provider_named(host)
        host = provider.host if provider else host
    if provider is not None and asking.able:
        note(f"{provider.name}: {host}. {provider.note}".rstrip())
    user = chosen.user
    if not user and provider is None and not chosen.host:
        user = asking.line(None, "User name", "--user", _one_line, address)
    if not user:
        user = address.rpartition("@")[0] if provider and provider.local_user else address
    table: dict[str, Any] = {"name": name, "host": host, "user": _one_line(user)}
    if port := chosen.port or (provider.port if provider and provider.port != 993 else 0):
        table["port"] = port
    if tls := chosen.tls or (provider.tls if provider and provider.tls != "implicit" else ""):
        table["tls"] = tls
    if chosen.ca:
        table["ca"] = chosen.ca
    table |= _authority(provider, chosen, asking)
    if smtp := _smtp(provider, address, table, chosen, asking):
        table["smtp"] = smtp
    for one in config.accounts:
        if (one.table.get("host"), one.table.get("user")) == (host, user) and one.table.get("port") == table.get(
            "port"
        ):
            raise Refused(
                f'This mailbox is the account "{one.name}" already.', "Sign in anew: tui-inbox account sign-in"
            )
    return address, table


def _provider(key: str) -> Provider:
    found = provider_named(key)
    if found is None:
        raise Misconfigured(f'There is no provider "{key}" known.', "Name the server with --host.")
    return found


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise Misconfigured(f'"{text[:80]}" is no mail address.', "Write it like support@shop.example.")
    return text


def _name(config: Config, text: str) -> str:
    if not text or not text.isprintable() or len(text) > 60 or text.startswith("-"):
        raise Misconfigured("A name is one line of up to 60 letters.", "Write one like support.")
    if any(one.name.casefold() == text.casefold() for one in config.accounts):
        raise Misconfigured(f'There is an account called "{text}" already.', "Give this one another name.")
    return text


def _host(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise Misconfigured(f'"{text[:80]}" is no name of a server.', "Write it like imap.example.com.")
    return text


def _one_line(text: str) -> str:
    if not text or not text.isprintable():
        raise Misconfigured("That is not one line of text.", "Write it again.")
    return text


def _free(config: Config, address: str) -> str:
    """Return a name that no account has yet: what stands before the @, then with the domain."""
    local, _, domain = address.rpartition("@")
    taken = {one.name.casefold() for one in config.accounts}
    wanted = [local.lstrip("-") or "mail", f"{local}-{domain.partition('.')[0]}", address]
    return next((one for one in wanted if one.casefold() not in taken), "")


def _authority(provider: Provider | None, chosen: argparse.Namespace, asking: Asking) -> dict[str, Any]:
    """Return the keys that say how it signs in: nothing for a password that the keyring keeps."""
    if chosen.password_command:
        return {"password_command": chosen.password_command}
    if chosen.token_command:
        return {"auth": "oauth2", "token_command": chosen.token_command}
    given = dict(_pair(one) for one in chosen.oauth or ()) | (
        {"client_id": chosen.client_id} if chosen.client_id else {}
    )
    auth = chosen.auth or ("oauth2" if given else "")
    if not auth and not chosen.password_stdin and provider and provider.oauth:
        if provider.only_oauth:
            auth = "oauth2"
        elif asking.able:
            question = "Sign in with an app password (p), or OAuth2 and a client id of your own (o)"
            auth = asking.line(None, question, "--auth", _way, "p")
    if auth != "oauth2":
        return {}
    if provider and provider.oauth and not given.keys() & {"authorize", "device", "token"}:
        given = {"provider": provider.oauth} | given
    if "client_id" not in given:
        if asking.able:
            note("You need a client id of your own; docs/mail-providers.md shows how to get one.")
        given["client_id"] = asking.line(None, "Client id", "--client-id", _one_line)
    return {"auth": "oauth2", "oauth": given}


def _way(text: str) -> str:
    match text.lower():
        case "p" | "password" | "app password":
            return "password"
        case "o" | "oauth" | "oauth2":
            return "oauth2"
        case _:
            raise Misconfigured(f'"{text[:20]}" is neither.', "Write p or o.")


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if key == "client_secret":
        raise Misconfigured(
            "A secret on the command line can be read by others.", "Give it with --client-secret-stdin, or when asked."
        )
    if not equals:
        raise Misconfigured(f"--oauth {text}: a key and its value are expected.", "Write it like provider=google.")
    return key.strip(), value.strip()


def _smtp(
    provider: Provider | None, address: str, table: dict[str, Any], chosen: argparse.Namespace, asking: Asking
) -> dict[str, Any]:
    """Return the `smtp` table: the provider's, or what is given or answered; {} for none."""
    host = chosen.smtp_host or (provider.smtp if provider else "")
    if not host and asking.able and not chosen.host:
        guess = re.sub(r"^(imap|mail)\.", "smtp.", table["host"])
        host = asking.line(None, "Server for hand-overs by mail (- for none)", "--smtp-host", _host, guess)
    if not host or host == "-":
        return {}
    smtp: dict[str, Any] = {"host": host}
    port = chosen.smtp_port or (provider.smtp_port if provider and not chosen.smtp_host else 0)
    if port and port != 465:
        smtp["port"] = port
    if tls := chosen.smtp_tls or ("starttls" if port and port not in (465, 587) and not chosen.smtp_host else ""):
        smtp["tls"] = tls
    if table["user"] != address:
        if provider and provider.local_user:
            smtp["user"] = address
        smtp["from"] = address
    return smtp


# --- how it gets in ---------------------------------------------------------------------------------------


def _check_command(chosen: argparse.Namespace, table: dict[str, Any], asking: Asking) -> None:
    """Take a command in place of the keyring where there is none, before anybody types a password in vain."""
    key = "token_command" if table.get("auth") == "oauth2" else "password_command"
    if table.get(key):
        return
    try:
        vault.describe()
    except Problem as none:
        if not asking.able or chosen.password_stdin:
            raise
        note(none.what)
        what = "access token" if key == "token_command" else "password"
        question = f"A command that prints the {what}, such as `pass show mail/{table['name']}` (empty: stop)"
        command = asking.line(None, question, f"--{key.replace('_', '-')}", str)
        if not command:
            raise none from None
        table.pop("oauth", None)
        table[key] = command


def _let_in(table: dict[str, Any], chosen: argparse.Namespace, asking: Asking) -> tuple[Account, Entry, Any]:
    """Return the account, what lets us in, and what the server showed (None untried); asks anew where it is refused."""
    entry = None
    for left in reversed(range(TRIES)):
        account = _account(table)
        _check(account)
        entry = entry or _entry(account, chosen, asking)
        if chosen.no_test:
            return account, entry, None
        try:
            return account, entry, _tried(account, entry)
        except NotAdmitted as refused:
            if not left or not asking.able or not entry.secret or chosen.password_stdin:
                raise
            asking.again(refused)
            entry = None
        except Unreachable as gone:
            if not left or not asking.able or chosen.host:
                raise
            asking.again(gone)
            table["host"] = asking.line(None, "Mail server", "--host", _host, table["host"])
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
    secret = asked.secret
    if not secret and chosen.client_secret_stdin:
        secret = from_stdin()
    elif not secret and asking.able and asked.who != "Microsoft":
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
