"""The words of `tui-inbox account`: what can be said of a mailbox, and how it is signed in to."""

from __future__ import annotations

import argparse

from tui_inbox.cli.parsing import add, port


def account(account: argparse.ArgumentParser) -> None:
    """Add what can be done with accounts to *account*, the parser of their command."""
    doing = account.add_subparsers(title="what to do", metavar="WHAT", required=True)

    new = add(
        doing,
        "add",
        "add a mailbox: asks what is not given, signs in, keeps the secret in the keyring, writes config.toml",
        "tui-inbox account add\n  tui-inbox account add --address a@shop.example --password-command 'pass show mail'",
        "signing_in",
        "add",
    )
    new.add_argument("--address", metavar="ADDRESS", help="the mail address")
    new.add_argument("--name", help="what it is called here (default: what stands before the @)")
    new.add_argument("--provider", help="gmail, office365, ...: where the address does not show whose it is")
    new.add_argument("--host", help="the mail server, where the provider is not known")
    new.add_argument("--port", type=port, help="default: 993, or 143 without implicit TLS")
    new.add_argument("--tls", choices=("implicit", "starttls", "none"), help="none only on this machine")
    new.add_argument("--ca", metavar="FILE", help="the authority of the server's certificate (PEM)")
    new.add_argument("--pin", metavar="SHA256", help="the one certificate of the server that is believed")
    new.add_argument("--user", help="the user name, where it is not the address")
    new.add_argument("--auth", choices=("password", "oauth2"), help="how it is signed in to, where both would do")
    new.add_argument(
        "--password-command", metavar="COMMAND", help="a command that prints the password; nothing is kept"
    )
    new.add_argument("--token-command", metavar="COMMAND", help="a command that prints an access token")
    new.add_argument("--client-id", metavar="ID", help="your OAuth2 client id (docs/mail-providers.md)")
    new.add_argument(
        "--oauth",
        action="append",
        metavar="KEY=VALUE",
        help="provider, tenant, or your own authorize, device, token and scope",
    )
    new.add_argument("--smtp-host", metavar="HOST", help="the server that hand-overs are sent through")
    new.add_argument("--smtp-port", type=port, metavar="PORT", help="default: 465, 587 for starttls, 25 for none")
    new.add_argument("--smtp-tls", choices=("implicit", "starttls", "none"), help="none only on this machine")
    new.add_argument(
        "--no-keep", action="store_true", help="keep no password: it is asked for each time, at a terminal"
    )
    _signing_in(new)

    sign_in = add(
        doing,
        "sign-in",
        "sign in anew: a new password, or OAuth2 once more",
        "tui-inbox account sign-in support",
        "signing_in",
        "sign_in",
    )
    sign_in.add_argument("name", metavar="ACCOUNT")
    _signing_in(sign_in)

    for name, what, function in (
        ("list", "every source, and when it was last read", "listing"),
        ("test", "sign in and look at the folders; changes nothing", "test"),
    ):
        one = add(doing, name, what, f"tui-inbox account {name}", "accounts", function)
        one.add_argument("names", nargs="*", metavar="ACCOUNT", help="only these")

    remove = add(
        doing,
        "remove",
        "take an account out of config.toml and its secret out of the keyring; its messages stay stored",
        "tui-inbox account remove support",
        "accounts",
        "remove",
    )
    remove.add_argument("name", metavar="ACCOUNT")


def _signing_in(command: argparse.ArgumentParser) -> None:
    command.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    command.add_argument(
        "--client-secret-stdin", action="store_true", help="read the OAuth2 client's secret from there"
    )
    command.add_argument(
        "--flow", choices=("browser", "device"), help="how to sign in with OAuth2: here, or on another screen"
    )
    command.add_argument("--no-test", action="store_true", help="keep and write it without signing in to the server")
