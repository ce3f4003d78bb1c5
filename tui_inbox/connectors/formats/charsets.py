"""Bytes to text in whatever character set a mail claims, forgets or gets wrong; no input raises."""

from __future__ import annotations

import codecs
import functools
import re

GUESSED = 16_384
"""Bytes a guess is made from: enough to tell, bounded in time."""

# What mailers write, and the wider set that contains what they mean (a name is compared in lower case).
_ALIASES = {
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "chinese": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "big5": "big5hkscs",
    "big-5": "big5hkscs",
    "iso-2022-jp": "iso2022_jp_ext",
    "windows-874": "cp874",
    "x-windows-874": "cp874",
    "tis-620": "cp874",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "iso-8859-6-e": "iso-8859-6",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "utf8": "utf-8",
    "utf-8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "x-user-defined": "cp1252",
    "cp-850": "cp850",
}

_UNNAMED = {"", "unknown", "unknown-8bit", "x-unknown", "default", "default_charset", "binary", "none", "8bit", "7bit"}

# Codecs of Python that are not character sets: they raise, or take quadratic time (punycode).
_NOT_CHARSETS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem", "palmos"}

_NOT_ASCII_BASED = ("utf-16", "utf-32", "utf-7", "hz", "cp037", "cp500", "cp1140", "cp273", "cp424", "cp1026")

_ISO2022JP = (b"\x1b$B", b"\x1b$@", b"\x1b(J")


def decode(raw: bytes, charset: str = "", *, guess: bool = True) -> str:
    """Return *raw* as text: by the named *charset* where it holds, else by what the bytes look like.

    What cannot be decoded becomes U+FFFD. With *guess* off (headers, too short to guess from) the last
    resort is Windows-1252.
    """
    name = known(charset)
    if raw.isascii() and b"\x1b" not in raw and not name.startswith(_NOT_ASCII_BASED):
        return raw.decode("ascii")
    if name in ("", "ascii", "cp1252"):
        return _unnamed(raw, name, guess=guess)
    return _lenient(raw, name)


@functools.lru_cache(maxsize=512)
def known(charset: str) -> str:
    """Return the codec for what a mail calls *charset*, or "" if no such character set is known."""
    name = charset.strip().strip("\"'").lower()[:60]
    if name in _UNNAMED:
        return ""
    if name in _ALIASES:
        return _ALIASES[name]
    for candidate in (name, re.sub(r"[^a-z0-9].*$", "", name) if name.startswith("us-ascii") else "", _leading(name)):
        if not candidate:
            continue
        candidate = _ALIASES.get(candidate, candidate)
        try:
            found = codecs.lookup(candidate)
        except (LookupError, ValueError, UnicodeError):
            continue
        if found.name in _NOT_CHARSETS or not getattr(found, "_is_text_encoding", True):
            return ""
        return found.name
    return "ascii" if "ascii" in name else ""


def _leading(name: str) -> str:
    """Return the part of *name* that looks like a character set, where more was glued to it."""
    found = re.match(r"(?:iso-8859-\d{1,2}|windows-\d{3,4}|utf-8|koi8-[ru]|gb2312|big5)", name)
    return found.group() if found else ""


def _lenient(raw: bytes, name: str) -> str:
    try:
        text = raw.decode(name, "replace")
    except (LookupError, ValueError):
        text = raw.decode("utf-8", "replace")
    if name == "utf-7":  # it can give half a surrogate pair, which nothing can store
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _unnamed(raw: bytes, name: str, *, guess: bool) -> str:
    """Return text of no, or of an often wrongly named, character set."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if any(mark in raw for mark in _ISO2022JP):
        return raw.decode("iso2022_jp_ext", "replace")
    if name != "cp1252" and guess and (guessed := _guess(raw)):
        return raw.decode(guessed, "replace")
    return raw.decode("cp1252", "replace")


def _guess(raw: bytes) -> str:
    from charset_normalizer import from_bytes  # late: only a body without a charset needs it

    best = from_bytes(raw[:GUESSED]).best()
    return known(best.encoding) if best else ""
