"""Which contact an identity belongs to, and who may be one person."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from tui_inbox.rules.clean import composed
from tui_inbox.rules.fold import plain
from tui_inbox.rules.model import Person

TELEPHONES = frozenset({"whatsapp", "signal", "sms", "viber", "imessage"})
"""Channels whose identities are telephone numbers."""

_ADDRESS = re.compile(r"[^\s@<>,;:\"]{1,64}@[^\s@<>,;:\"/]{1,255}")
_ADDRESS_IN_TEXT = re.compile(r"[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,6}", re.I)
_NUMBER = re.compile(r"(?:\+|00)?[\d\s().\-/]{6,40}")
_JID = re.compile(r"(\d{6,15})(?::\d+)?@(?:s\.whatsapp\.net|c\.us)", re.I)
_SIGNATURE = 2_000
"""Characters at a message's end in which a signature is looked for."""
_COMMON = 8
"""More contacts of one name than this say nothing about each other."""


@dataclass(frozen=True, slots=True)
class Contact:
    """What is known of a contact: `keys` are its identity keys, `mentions` those found in its own messages."""

    id: int
    name: str
    keys: tuple[str, ...]
    mentions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two contacts that may be one person, and the reason as a sentence."""

    one: int
    other: int
    why: str


def identity_key(channel: str, person: Person, account: str, thread: str) -> str:
    """Return the key under which *person* is the same person everywhere.

    `email:ada@example.org` for an address on any channel, `tel:+905321234567` (E.164) for a number, else the
    channel's own id, `telegram:user12`. Somebody known by name alone is one person within a thread only:
    `whatsapp:account/thread/Name`.
    """
    identity = _tidy(person.identity)
    jid = _JID.fullmatch(identity)
    if jid:
        return _number(f"+{jid[1]}") or f"{channel}:{identity}"
    if _ADDRESS.fullmatch(identity) and channel != "matrix":
        return f"email:{_address(identity)}"
    said = identity or _tidy(person.name)
    if said.startswith(("+", "00")) or (identity and channel in TELEPHONES):
        number = _number(said)
        if number:
            return number
    if identity:
        return f"{channel}:{identity}"
    return f"{channel}:{account}/{thread}/{_tidy(person.name)}"


def value_and_name(person: Person) -> tuple[str, str]:
    """Return what *person* is on their channel, and what they are called; where one is missing, the other for it."""
    return person.identity or person.name, person.name or person.identity


def mentions_in(text: str) -> frozenset[str]:
    """Return the keys of addresses and international numbers in the last part of *text*, where signatures stand."""
    from phonenumbers import PhoneNumberMatcher  # deferred: 20 ms

    end = text[-_SIGNATURE:]
    numbers = (match.number for match in PhoneNumberMatcher(end, None, max_tries=20)) if "+" in end else ()
    return frozenset(
        [f"email:{_address(found)}" for found in _ADDRESS_IN_TEXT.findall(end)[:20]]
        + [f"tel:+{number.country_code}{number.national_number}" for number in numbers]
    )


def same_person(one: Contact, other: Contact) -> str | None:
    """Return why *one* and *other* may be the same person, None where nothing says so."""
    shared = sorted(set(one.keys) & set(other.keys))
    if shared:
        return f"Both are {_shown(shared[0])}."
    for writer, named in ((one, other), (other, one)):
        found = sorted(writer.mentions & set(named.keys))
        if found:
            return f"{writer.name or 'One'} wrote {_shown(found[0])} in a message."
    name = plain(one.name)
    if len(name.split()) < 2 or name != plain(other.name):
        return None
    domains = sorted({_domain(key) for key in one.keys} & {_domain(key) for key in other.keys} - {""})
    if domains:
        return f"Both are called {one.name} and write from {domains[0]}."
    return f"Both are called {one.name}."


def suggestions(contacts: Sequence[Contact]) -> list[Suggestion]:
    """Return the pairs that may be one person, each once; the work grows with the contacts, not with their pairs."""
    alike: dict[str, list[Contact]] = defaultdict(list)
    for contact in contacts:
        name = plain(contact.name)
        for clue in {*contact.keys, *contact.mentions, *([name] if " " in name else [])}:
            alike[clue].append(contact)
    found: dict[tuple[int, int], Suggestion] = {}
    for group in alike.values():
        for one, other in _pairs(group):
            pair = (min(one.id, other.id), max(one.id, other.id))
            if pair not in found and one.id != other.id and (why := same_person(one, other)):
                found[pair] = Suggestion(*pair, why)
    return [found[pair] for pair in sorted(found)]


def _pairs(group: Sequence[Contact]) -> Iterable[tuple[Contact, Contact]]:
    if len(group) > _COMMON:
        return
    for n, one in enumerate(group):
        for other in group[n + 1 :]:
            yield one, other


@lru_cache(maxsize=4096)
def _number(said: str) -> str:
    """Return the key of an international telephone number, "" where *said* is none."""
    if not _NUMBER.fullmatch(said):
        return ""
    import phonenumbers  # deferred: 20 ms

    international = re.sub(r"^\s*00", "+", said)
    try:
        number = phonenumbers.parse(international, None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return f"tel:{phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)}"


def _address(said: str) -> str:
    """Return a mail address in lower case; a domain in other scripts as it travels (IDNA)."""
    local, _, domain = said.strip("<>").rstrip(".").rpartition("@")
    domain = domain.lower()
    if not domain.isascii():
        with suppress(UnicodeError):
            domain = domain.encode("idna").decode("ascii")
    return f"{local.lower()}@{domain}"


def _tidy(said: str) -> str:
    """Return *said* composed (NFC), without invisible characters and needless spaces."""
    if said.isascii() and "  " not in said:
        return said.strip()
    visible = "".join(char for char in said if unicodedata.category(char) not in ("Cf", "Cc") or char.isspace())
    return " ".join(composed(visible).split())


def _domain(key: str) -> str:
    return key.rpartition("@")[2] if key.startswith("email:") else ""


def _shown(key: str) -> str:
    return key.partition(":")[2]
