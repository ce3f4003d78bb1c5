"""Who is it really: addresses and names that look like somebody else's, and what a trusted server says of a sender.

The skeleton is that of Unicode Technical Standard 39: two texts are confusable where their skeletons are equal. The
table is our own and small. It holds the letters that may stand in a mail address and look like Latin ones; the whole
of the standard's data, six thousand entries, is mostly scripts that no registry lets mix, and the one library that
carries it loads megabytes of JSON and has long had no release.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from tui_inbox.rules.model import Person

_LIKE = (
    ("авеёзіїјкмнорстухѕһԁԛԝѵӏгпьѡүԍ", "abee3iijkmhopctyxshdqwvlrnbwyg"),
    ("αβγεηικμνορστυχωϲϳ", "abyenikuvopotuxwcj"),
    ("ոսցհզօյքտ", "nughqojpu"),
    ("ıɩɡɑɪʏʟøłđħŧƅ", "iigaiyloldhtb"),
)
_TABLE = str.maketrans({like: latin for likes, latins in _LIKE for like, latin in zip(likes, latins, strict=True)})
_EXACT = frozenset("аеорсухіјѕһԁԛԝӏѵονϲϳոսօ")
"""Of other alphabets those letters that cannot be told from a Latin one."""
_PAIRS = (("rn", "m"), ("vv", "w"), ("0", "o"), ("1", "l"))
_RIVALS = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "COPTIC", "CHEROKEE", "LISU", "GEORGIAN"})
"""Alphabets that look alike: two of them in one word are no language's way to write."""
_LONGEST = 320
"""Characters of an address that are looked at."""
_WORD = re.compile(r"[^\W\d_]+")


def skeleton(text: str) -> str:
    """Return what *text* looks like, to be compared with another skeleton and never shown."""
    seen = text[:_LONGEST].casefold()
    if not (seen.isascii() and seen.isprintable()):  # nearly all addresses are, and hold nothing to take apart
        apart = unicodedata.normalize("NFKD", seen)
        seen = "".join(char for char in apart if unicodedata.category(char)[0] not in "MC").translate(_TABLE)
    for pair, sign in _PAIRS:
        seen = seen.replace(pair, sign)
    return seen


def looks(address: str) -> str:
    """Return the skeleton of a mail address, domain first (`domain@local`), so that those of one domain sort together;
    "" for what is no address."""
    local, at, domain = _unicode(address).rpartition("@")
    return f"{skeleton(domain)}@{skeleton(local)}" if at and local and domain else ""


def alike(address: str, known: Iterable[str]) -> str:
    """Return the first of *known* addresses whose site *address* only looks like, or whose name at the same site;
    "" where there is none."""
    mine = looks(address)
    if not mine:
        return ""
    site = mine.partition("@")[0]
    for one in known:
        theirs = looks(one)
        there = one.rpartition("@")[2].casefold()
        here = address.rpartition("@")[2].casefold()
        if theirs.partition("@")[0] == site and there != here:
            return one
        if theirs == mine and there == here and one.casefold() != address.casefold():
            return one
    return ""


def _unicode(address: str) -> str:
    """Return *address* with its domain as a person would read it (RFC 3492)."""
    local, at, domain = address.strip()[:_LONGEST].rpartition("@")
    return f"{local}{at}{'.'.join(map(_label, domain.split('.')))}"


def _label(label: str) -> str:
    if not label.casefold().startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


# --- what is said of a sender -------------------------------------------------------------------------------

REPLY = "reply goes to another address"
NAMED = "the name contains another address"
PUNYCODE = "punycode sender"
MIXED_ADDRESS = "the address mixes alphabets"
MIXED_NAME = "the name mixes alphabets"
IMITATED = "the address imitates Latin letters"

_ADDRESS = re.compile(r"[^\s<>\"'(),;:]{1,200}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_SITE = re.compile(
    r"(?<![\w@.-])(?:[\w-]{2,63}\.){1,5}(?:com|net|org|info|biz|gov|edu|io|app|shop|online|example)(?![\w.-])"
)


def doubts(sender: Person, reply_to: Person | None = None) -> list[str]:
    """Return what a reader should be told of a mail's *sender*, judged by the mail alone."""
    found = []
    if reply_to is not None and reply_to.identity and reply_to.identity != sender.identity:
        found.append(REPLY)
    if _names_another(sender):
        found.append(NAMED)
    domain = sender.identity.rpartition("@")[2]
    readable = _unicode(sender.identity)
    if not domain.isascii() or any(label.startswith("xn--") for label in domain.split(".")):
        found.append(PUNYCODE)
        if domain.isascii():
            found.append(f"its domain reads {readable.rpartition('@')[2]}")
    if mixed(readable):
        found.append(MIXED_ADDRESS)
    elif _imitates(readable.rpartition("@")[2]):
        found.append(IMITATED)
    return found + name_doubts(sender.name)


def name_doubts(name: str) -> list[str]:
    """Return what a reader should be told of a name, on any channel."""
    return [MIXED_NAME] if mixed(name) else []


def mixed(text: str) -> bool:
    """Return whether one word of *text* has letters of two alphabets that look alike."""
    if text.isascii():
        return False
    return any(len(_alphabets(word)) > 1 for word in _WORD.findall(unicodedata.normalize("NFKC", text[:1_000])))


def _alphabets(word: str) -> set[str]:
    if word.isascii():
        return set()
    return {unicodedata.name(char, "").partition(" ")[0] for char in word} & _RIVALS


def _imitates(domain: str) -> bool:
    return any(
        not label.isascii() and all(char in _EXACT or (char.isascii() and not char.isalpha()) for char in label)
        for label in domain.casefold().split(".")
    )


def _names_another(sender: Person) -> bool:
    name = unicodedata.normalize("NFKC", sender.name[:1_000]).casefold()
    if any(found != sender.identity for found in _ADDRESS.findall(name)):
        return True
    here = sender.identity.rpartition("@")[2].casefold()
    return any(not _of_one_site(here, site) for site in _SITE.findall(_ADDRESS.sub(" ", name)))


def called(name: str, identities: Sequence[str]) -> str:
    """Return what a list calls a person: their address, where *name* holds the address or site of another."""
    addresses = [one for one in identities if "@" in one]
    if not addresses or (name.isascii() and "@" not in name and "." not in name):
        return name
    return addresses[0] if all(_names_another(Person(name, one.casefold())) for one in addresses) else name


def _of_one_site(here: str, there: str) -> bool:
    there = there.removeprefix("www.")
    return here == there or here.endswith("." + there) or there.endswith("." + here)


# --- what a server says (RFC 8601) --------------------------------------------------------------------------

_COMMENT = re.compile(r"\([^()]{0,500}\)")
_METHOD = re.compile(r"\s*(dmarc|spf|dkim|arc)\s*(?:/\s*\d+)?\s*=\s*([a-z]+)", re.IGNORECASE)
_FAILED = frozenset({"fail", "hardfail", "permerror", "softfail", "policy"})


def vouched(results: Iterable[str], servers: Iterable[str]) -> str:
    """Return what is to be said of the topmost Authentication-Results of one of our *servers*; "" for nothing.

    What any other server, or the sender, wrote into that field counts for nothing.
    """
    ours = {one.strip().casefold() for one in servers}
    for said in results:
        plain = _COMMENT.sub(" ", said[:8_000])
        name, _, rest = plain.partition(";")
        if not name.split() or name.split()[0].casefold().rstrip(".") not in ours:
            continue
        found: dict[str, set[str]] = {}
        for part in rest.split(";")[:100]:
            if method := _METHOD.match(part):
                found.setdefault(method[1].lower(), set()).add(method[2].lower())
        return _judged(found)
    return ""


def _judged(found: dict[str, set[str]]) -> str:
    """Return the sentence: DMARC decides where it was looked at, else SPF and DKIM together."""
    dmarc = found.get("dmarc", set())
    if "pass" in dmarc:
        return ""
    if dmarc & _FAILED:
        return "the mail server found the sender false (DMARC)"
    if "pass" in found.get("dkim", set()) | found.get("spf", set()):
        return ""
    failed = [name.upper() for name in ("spf", "dkim") if found.get(name, set()) & _FAILED]
    return f"the mail server could not confirm the sender ({', '.join(failed)})" if failed else ""
