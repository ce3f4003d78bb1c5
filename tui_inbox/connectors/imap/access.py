"""How a mailbox is reached and what of it is read, as its table in config.toml says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from tui_inbox.problems import Misconfigured, one_of
from tui_inbox.rules.loopback import is_loopback

if TYPE_CHECKING:
    from tui_inbox.config import Account

PORTS = {"implicit": 993, "starttls": 143, "none": 143}
AUTHS = ("password", "oauth2")
LARGEST = 60
"""Megabytes of the largest limit: what comes whole is held in memory whole."""


def _no_secret() -> str:
    raise Misconfigured("No password is stored for this mailbox.", "Store it with `tui-inbox account add`.")


@dataclass(frozen=True, slots=True)
class Access:
    """The way to one mailbox; its fields are its table in config.toml, but for `password` and `thorough`."""

    name: str
    host: str
    user: str
    port: int = 0
    """0: the usual one for `tls`, 993 or 143."""
    tls: str = "implicit"
    """`implicit`, `starttls`, or `none` (this machine only)."""
    auth: str = "password"
    """`password` or `oauth2`."""
    password_command: str | tuple[str, ...] = field(default="", repr=False)
    token_command: str | tuple[str, ...] = field(default="", repr=False)
    oauth: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Where an access token comes from; the vault reads it."""
    folders: tuple[str, ...] = ("INBOX",)
    sent: tuple[str, ...] = ()
    """Sent folders by name; empty: found by special use, else by the usual names."""
    archive: str = ""
    """The archive folder by name; "": found by special use, else by the usual names."""
    write_back: bool = False
    """Whether what is archived here is archived there, too (`docs/write-back.md`)."""
    smtp: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The server that its mail goes out through, for `connectors/smtp` to read."""
    ca: str = ""
    """A PEM file with the authority that signed the server's certificate; "": those this system trusts."""
    pin: str = ""
    """The SHA-256 of the server's certificate: that one is believed and no other."""
    authserv: tuple[str, ...] = ()
    """Names under which our own servers write Authentication-Results (RFC 8601): what they say of a sender is told."""
    largest: int = 25
    """Megabytes: a larger mail comes without its files, which can be fetched later."""
    thorough: bool = field(default=False, compare=False)
    """Whether a reading lists everything and lets it be compared with what is stored."""
    password: Callable[[], str] = field(default=_no_secret, repr=False, compare=False)
    """Gives the password, or for `oauth2` an access token; asked for at each sign-in and not kept."""

    def __post_init__(self) -> None:
        if not self.port:
            object.__setattr__(self, "port", PORTS.get(self.tls, 0))


def written(account: Account) -> dict[str, Any]:
    """Return what *account*'s table says, by the fields of `Access`; Misconfigured names the key, and for an unknown
    one the nearest known."""
    table = {key: value for key, value in account.table.items() if key not in ("name", "kind")}
    known = [one.name for one in fields(Access) if one.name not in ("name", "password", "thorough")]
    for key, value in table.items():
        if key not in known:
            raise Misconfigured(f"{account.where} has an unknown key `{key}`.", one_of(key, known))
        _check(account.where, key, value)
    for key in ("host", "user"):
        if not table.get(key):
            raise Misconfigured(f"{account.where} has no `{key}`.", f"Name the mailbox's `{key}`.")
    if table.get("tls") == "none" and not is_loopback(table["host"]):
        raise Misconfigured(
            f'{account.where}: tls = "none" would send the password readable to {table["host"]}.',
            'Use "implicit" or "starttls"; "none" is for this machine only.',
        )
    return {key: _frozen(key, value) for key, value in table.items()}


def _check(where: str, key: str, value: object) -> None:
    """Raise Misconfigured if *value* is not what *key* takes."""
    match key:
        case "port":
            good, wants = type(value) is int and 0 < value < 65536, "a number from 1 to 65535"
        case "tls":
            good, wants = isinstance(value, str) and value in PORTS, '"implicit", "starttls" or "none"'
        case "largest":
            good, wants = type(value) is int and 1 <= value <= LARGEST, f"a number of megabytes from 1 to {LARGEST}"
        case "pin":
            from tui_inbox.connectors.formats.trust import digest  # deferred: ssl is slow to import

            good, wants = isinstance(value, str) and (not value or bool(digest(value))), "a SHA-256"
        case "auth":
            good, wants = isinstance(value, str) and value in AUTHS, '"password" or "oauth2"'
        case "write_back":
            good, wants = isinstance(value, bool), "true or false"
        case "smtp" | "oauth":
            good, wants = isinstance(value, Mapping), "a table"
        case "folders":
            good, wants = _texts(value) and bool(value), "a list of folder names"
        case "sent" | "authserv" | "password_command" | "token_command":
            good, wants = isinstance(value, str) or _texts(value), "text or a list of texts"
        case _:
            good, wants = isinstance(value, str), "text"
    if not good:
        raise Misconfigured(f"{where}: `{key}` is not {wants}.", f"Write {wants}.")
    for text in (value,) if isinstance(value, str) else value if isinstance(value, (list, tuple)) else ():
        if any(mark in str(text) for mark in "\r\n\0"):
            raise Misconfigured(f"{where}: `{key}` holds a line break or NUL.", "Write it on one line.")


def _texts(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(one, str) and one for one in value)


def _frozen(key: str, value: Any) -> Any:
    """Return a table's value as the field holds it: lists as tuples, a single sent folder as one of a tuple."""
    if key == "sent" and isinstance(value, str):
        return (value,) if value else ()
    return tuple(value) if isinstance(value, list) else value
