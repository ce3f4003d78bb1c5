"""What a new account is: address, name, servers and way of signing in, as given, known of the provider, or asked."""

from __future__ import annotations

import argparse
import re
import shlex
from typing import Any

from tui_inbox.cli.asking import Asking
from tui_inbox.cli.say import note
from tui_inbox.config import Config
from tui_inbox.config.providers import Provider, provider_named, provider_of
from tui_inbox.problems import Misconfigured, Refused

_ADDRESS = re.compile(r"[^\s@<>\",;:\x00-\x1f]{1,64}@[^\s@<>\",;:/\x00-\x1f]{1,253}")
_HOST = re.compile(r"[^\s/@\x00-\x1f]{1,253}")


def described(config: Config, chosen: argparse.Namespace, asking: Asking) -> tuple[str, dict[str, Any]]:
    """Return the address and the account's table, its name among it; without what the secret is or comes from."""
    address = asking.line(chosen.address, "Mail address", "--address", _address)
    provider = _provider(chosen.provider) if chosen.provider else provider_of(address)
    name = asking.line(
        chosen.name, "Name for it here", "--name", lambda text: _name(config, text), _free(config, address)
    )
    if provider is None and chosen.host:
        provider = provider_named(chosen.host)
    host = chosen.host or (provider.host if provider else "")
    if not host and provider is None:
        guess = f"imap.{address.rpartition('@')[2]}" if asking.able else ""
        host = asking.line(None, "Mail server (or a provider: gmail, office365, …)", "--host", host_name, guess)
        provider = provider_named(host)
        host = provider.host if provider else host
    if provider is not None and not host:
        raise Refused(f"{provider.name}: {provider.note}", "Import its mail from files instead.")
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
    if chosen.pin:
        table["pin"] = chosen.pin
    table |= _authority(provider, chosen, asking)
    if smtp := _smtp(provider, address, table, chosen, asking):
        table["smtp"] = smtp
    for one in config.accounts:
        if all(one.table.get(key) == table.get(key) for key in ("host", "user", "port")):
            raise Refused(
                f'This mailbox is the account "{one.name}" already.',
                f"Sign in anew: tui-inbox account sign-in {shlex.quote(one.name)}",
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


def host_name(text: str) -> str:
    """Return *text* where it can be the name of a server; raise `Misconfigured` where it cannot."""
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
    """Return the key and the value of one `--oauth`; raise `Misconfigured` for what is none, or a secret."""
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
        host = asking.line(None, "Server for hand-overs by mail (- for none)", "--smtp-host", host_name, guess)
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
