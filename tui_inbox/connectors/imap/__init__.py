"""Mailboxes over IMAP: one account of config.toml, read incrementally and never changed by reading."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from tui_inbox.connectors import Batch, Location
from tui_inbox.problems import Misconfigured

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from tui_inbox.config import Account
    from tui_inbox.connectors import Ear

CHANNEL = "email"

PORTS = {"implicit": 993, "starttls": 143, "none": 143}
AUTHS = ("password", "oauth2")
LARGEST = 60
"""Megabytes of the largest limit: what comes whole is held in memory whole."""


def _no_secret() -> str:
    raise Misconfigured("No password is stored for this mailbox.", "Store it with `tui-inbox account add`.")


@dataclass(frozen=True, slots=True)
class FolderFact:
    """One folder of the server, what it is used for (`inbox`, `sent`, `archive` or ""), and how many messages it
    holds; None for a folder that is not read."""

    name: str
    role: str
    messages: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a successful sign-in found, for `account test` and `doctor`."""

    host: str
    port: int
    security: str
    """The TLS version, or "none"."""
    capabilities: tuple[str, ...]
    folders: tuple[FolderFact, ...]
    missing: tuple[str, ...]
    """Folders the configuration names and the server does not have."""


@dataclass(frozen=True, slots=True)
class Source:
    """One mailbox on a server; its fields are its table in config.toml, but for `password` and `thorough`."""

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
    smtp: Mapping[str, Any] = field(default_factory=dict, repr=False)
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

    def read(self, cursors: Mapping[str, str]) -> Iterator[Batch]:
        """Yield what is new: inbox folders first, newest first, then sent mail, then the archive.

        *cursors* maps a folder's wire name to the cursor last stored with it. NotAdmitted, Unreachable,
        Misconfigured or NotFound where something stands in the way; what was yielded before stays good."""
        from tui_inbox.connectors.imap.walk import read

        return read(self, cursors)


def thorough(source: Source) -> Source:
    """Return *source* so that its reading lists all that each folder holds, to be compared with what is stored."""
    return replace(source, thorough=True)


def fetched(source: Source, places: Sequence[Location], external_id: str, part: str) -> bytes:
    """Return a file that was left on the server with its mail; a Problem where that is not possible."""
    from tui_inbox.connectors.imap.left import fetched

    return fetched(source, places, external_id, part)


def again(cursor: str, uids: Iterable[int]) -> str:
    """Return the cursor of a folder so that *uids*, which it says are stored, are fetched again."""
    from tui_inbox.connectors.imap.bookmark import again

    return again(cursor, uids)


def listening(source: Source) -> AbstractContextManager[Ear]:
    """Return a context with a connection to *source* that hears of changes."""
    from tui_inbox.connectors.imap.push import listening

    return listening(source)


def test(source: Source) -> Facts:
    """Return what a sign-in to *source* finds; a Problem where it fails."""
    from tui_inbox.connectors.imap.walk import survey

    return survey(source)


test.__test__ = False  # type: ignore[attr-defined]  # not one of pytest's


def from_table(account: Account, password: Callable[[], str]) -> Source:
    """Return the mailbox that *account*'s table describes; Misconfigured names the key, and for an unknown one the
    nearest known."""
    table = {key: value for key, value in account.table.items() if key not in ("name", "kind")}
    known = [one.name for one in fields(Source) if one.name not in ("name", "password", "thorough")]
    for key, value in table.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)[0]
            raise Misconfigured(f"{account.where} has an unknown key `{key}`.", f"Did you mean `{near}`?")
        _check(account.where, key, value)
    for key in ("host", "user"):
        if not table.get(key):
            raise Misconfigured(f"{account.where} has no `{key}`.", f"Name the mailbox's `{key}`.")
    source = Source(name=account.name, password=password, **{key: _frozen(key, value) for key, value in table.items()})
    if source.tls == "none" and not _loopback(source.host):
        raise Misconfigured(
            f'{account.where}: tls = "none" would send the password readable to {source.host}.',
            'Use "implicit" or "starttls"; "none" is for this machine only.',
        )
    return source


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


def _loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
