"""The one sanitiser: what a stranger wrote, made safe for a terminal, a table cell or a file name.

Two gates use it: text is cleaned when it is derived for display, and again where it is drawn. Every function here
is idempotent, linear, never raises, and keeps plain printable ASCII as it is by one check.

What is removed: C0, C1 and DEL (so no escape sequence survives: its visible rest stays, as evidence), zero-width and
invisible characters, tags, joiners and variation selectors out of place, marks beyond four on one letter. A zero-width
joiner stays between two emoji, a joiner or non-joiner between two letters of Arabic or an Indic script: Persian needs
it.

Bidirectional controls are removed, in bodies too, and not isolated: few terminals know isolates, wrapping would tear
a pair apart, and without the controls a line can no longer be read otherwise than it was written. The two overrides
have no honest use in mail, so they are shown: ⟨LRO⟩, ⟨RLO⟩.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache

LINE_LIMIT = 1_000
BLOCK_LIMIT = 1_000_000
MARKS = 4
"""Combining marks that one letter may carry; the most that living languages stack."""

_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u2328\u232b-\u23ff\u24c2\u25a0-\u27bf\u2934\u2935"
    "\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_JOINING = (
    "\u0620-\u06ff\u0710-\u074f\u0750-\u077f\u08a0-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17d3\u1820-\u18aa"
    "\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc"
)
MARKLIKE = (
    "\u0300-\u036f\u0483-\u0489\u0590-\u05cf\u0610-\u061f\u064b-\u065f\u0670\u06d6-\u06ed\u0711\u0730-\u074a"
    "\u07a6-\u07b0\u07eb-\u07fd\u0816-\u082d\u0859-\u085b\u0890-\u089f\u08ca-\u109d\u135d-\u135f\u1712-\u1734"
    "\u1752-\u1773\u17b4-\u17dd\u180b-\u180f\u1885\u1886\u18a9\u1920-\u193b\u1a17-\u1a1b\u1a55-\u1a7f\u1ab0-\u1aff"
    "\u1b00-\u1bff\u1c24-\u1c37\u1cd0-\u1cff\u1dc0-\u1dff\u20d0-\u20ff\u2cef-\u2cf1\u2d7f\u2de0-\u2dff"
    "\u302a-\u302f\u3099\u309a\ua66f-\ua67d\ua69e\ua69f\ua6f0\ua6f1\ua802-\ua82c\ua880-\uaaff\uabe3-\uabed\ufb1e"
    "\ufe00-\ufe0f\ufe20-\ufe2f\U000101fd-\U00016fff\U0001bc9d\U0001bc9e\U0001cf00-\U0001cf46"
    "\U0001d165-\U0001d244\U0001da00-\U0001daaf\U0001e000-\U0001e94a\U000e0100-\U000e01ef"
)
"""A regular expression class that holds every combining mark (and some letters near them): a cheap first look."""

_REPLACED = "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U000f0000-\U0010ffff"  # surrogates, non-characters, private planes
_ODD = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    f"\U0001d173-\U0001d17a\U000e0000-\U000e0fff{_REPLACED}]"
)
_SEEN = {"\u202d": "⟨LRO⟩", "\u202e": "⟨RLO⟩"}
_BAD = re.compile(f"[{_REPLACED}]")
_JOINERS = re.compile(
    f"(?<=[{_JOINING}])[\u200c\u200d](?=[{_JOINING}])"
    f"|(?:(?<=[{_EMOJI}])|(?<=[{_EMOJI}]\ufe0f))\u200d(?=[{_EMOJI}])"
    f"|(?<=[{_EMOJI}])[\ufe0e\ufe0f]|(?<=[0-9#*])\ufe0f(?=\u20e3)"
    "|([\u200c\u200d\ufe0e\ufe0f])"
)
_JOINER = re.compile("[\u200c\u200d\ufe0e\ufe0f]")
_LONG_RUN = re.compile(f"[{MARKLIKE}\u200c\u200d]{{{MARKS + 1},}}")
_STREAM = 30
_STREAM_RUN = re.compile(f"[{MARKLIKE}]{{{_STREAM + 1},}}")
_MARK = re.compile(f"[{MARKLIKE}\u200c\u200d]")
"""One of a run. A run of n or more holds an n-th character of its text: a look at those spares nearly all texts."""
_LEADING = re.compile(f"^[{MARKLIKE}]+", re.MULTILINE)
_BREAK = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_BLANK = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f]")
_ASCII_ODD = re.compile("[\x00-\x09\x0b-\x1f\x7f]")
_PASSES = 4


def line(text: str, limit: int = LINE_LIMIT) -> str:
    """Return *text* as one safe line of at most *limit* characters: a subject, a name, a file name, a snippet."""
    if len(text) <= limit and text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")
    rough = text[: 4 * limit + 1_000]
    return _limited(_settled(" ".join(rough.split()), spaces=True), limit, cut=len(rough) < len(text), spaces=True)


def block(text: str, limit: int = BLOCK_LIMIT) -> str:
    """Return *text* as safe lines parted by `\\n`, at most *limit* characters in all; tabs are spaces (stops of 8)."""
    if len(text) <= limit and text.isascii() and not _ASCII_ODD.search(text):
        return text
    rough = text[: 4 * limit + 1_000]
    cut = len(rough) < len(text)
    rough = _BREAK.sub("\n", rough)
    if "\t" in rough:
        rough = rough.expandtabs(8)
    return _limited(_settled(_BLANK.sub(" ", rough), spaces=False), limit, cut=cut, spaces=False)


def _limited(clean: str, limit: int, *, cut: bool, spaces: bool) -> str:
    if not cut and len(clean) <= limit:
        return clean
    return _settled(clean[: max(limit - 1, 0)], spaces=spaces) + "…"[: max(limit, 0)]


def _settled(text: str, *, spaces: bool) -> str:
    """Return *text* cleaned until cleaning changes nothing more; what four rounds do not settle loses all its marks."""
    for _ in range(_PASSES):
        once = _cleaned(text)
        if spaces and not (once.isascii() and once.isprintable() and "  " not in once and once[:1] != " " != once[-1:]):
            once = " ".join(once.split())
        if once == text:
            return text
        text = once
    return "".join(char for char in text if char.isascii() or unicodedata.category(char)[0] not in "MC")


def _cleaned(text: str) -> str:
    if not (text.isprintable() and not _ODD.search(text)):
        text = _ODD.sub(_shown, text)
    if text.isascii():
        return text
    if _JOINER.search(text):
        text = _JOINERS.sub(lambda found: "" if found[1] else found[0], text)
    text = _LEADING.sub(_unled, capped(text))
    return text if unicodedata.is_normalized("NFC", text) else capped(unicodedata.normalize("NFC", text))


def _shown(found: re.Match[str]) -> str:
    char = found[0]
    return _SEEN.get(char) or ("\ufffd" if _BAD.match(char) else "")


def capped(text: str) -> str:
    """Return *text* with at most four combining marks in a row.

    Normalising before this is a trap: canonical ordering sorts a run of marks in quadratic time.
    """
    return _LONG_RUN.sub(_shortened, text) if _MARK.search(text[MARKS :: MARKS + 1]) else text


def composed(text: str) -> str:
    """Return *text* composed (NFC), of more than thirty combining marks in a row the first thirty.

    So many are what Unicode (UAX #15, Stream-Safe Text Format) holds to be enough; putting any number of them in order
    takes quadratic time.
    """
    if text.isascii():
        return text
    long = _MARK.search(text[_STREAM :: _STREAM + 1])
    return unicodedata.normalize("NFC", _STREAM_RUN.sub(_stream_safe, text) if long else text)


def _stream_safe(found: re.Match[str]) -> str:
    kept, marks = [], 0
    for char in found[0]:
        marks = marks + 1 if unicodedata.category(char)[0] == "M" else 0
        if marks <= _STREAM:
            kept.append(char)
    return "".join(kept)


def _shortened(found: re.Match[str]) -> str:
    kept, marks = [], 0
    for char in found[0]:
        if unicodedata.category(char)[0] == "M":
            marks += 1
        elif char not in "\u200c\u200d":
            marks = 0
        if marks <= MARKS:
            kept.append(char)
    return "".join(kept)


def _unled(found: re.Match[str]) -> str:
    run = found[0]
    start = next((at for at, char in enumerate(run) if unicodedata.category(char)[0] != "M"), len(run))
    return run[start:]


def table_cell(text: str) -> str:
    """Return *text* as a safe line that no spreadsheet takes for a formula when it reads it from a CSV file."""
    said = line(text)
    return f"'{said}" if said[:1] in "=+-@|%＝＋－＠" and said else said


# --- the grid of a terminal ---------------------------------------------------------------------------------

_CLUSTER = re.compile(
    f"\u200d[{_EMOJI}][\ufe0e\ufe0f]?|[\u200d\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff]|[\U0001f1e6-\U0001f1ff]"
)


def width(text: str) -> int:
    """Return how many cells *text* takes in a terminal; the same table that draws it decides."""
    if text.isascii():
        return len(text)
    size = _sizes()
    return sum(1 if char < "\x7f" else size(char) for char in text)


def cells(text: str, width: int, ascii: bool = False) -> str:  # noqa: A002 - the configuration's word, `[look] ascii`
    """Return *text* as a safe line of at most *width* cells, `…` (or `...` with *ascii*) where it was cut.

    Terminals disagree on the width of composed emoji, so in a grid such a cluster is drawn as its first sign, without
    skin tone or selector, and a flag as its two letters: every program then counts the same cells.
    """
    if width < 1:
        return ""
    text = line(text, 4 * width + LINE_LIMIT)
    if not text.isascii() and _CLUSTER.search(text):
        text = line(_CLUSTER.sub(_sign, text), 4 * width + LINE_LIMIT)
    if text.isascii():
        if len(text) <= width:
            return text
        mark = "..."[:width] if ascii else "…"
        return text[: width - len(mark)].rstrip(" ") + mark
    return _clipped(text, width, "..."[:width] if ascii else "…")


def fitted(text: str, width: int, ascii: bool = False) -> str:  # noqa: A002 - see `cells`
    """Return `cells`, filled with spaces to exactly *width* cells."""
    drawn = cells(text, width, ascii)
    return drawn + " " * (width - _width(drawn))


_width = width


def _sign(found: re.Match[str]) -> str:
    first = ord(found[0][0])
    return chr(first - 0x1F1E6 + ord("A")) if 0x1F1E6 <= first <= 0x1F1FF else ""


def _clipped(text: str, width: int, mark: str) -> str:
    size, used, cut = _sizes(), 0, 0
    room = width - len(mark)
    for at, char in enumerate(text):
        used += 1 if char < "\x7f" else size(char)
        if used <= room:
            cut = at + 1
        elif used > width:
            return text[:cut].rstrip(" ") + mark
    return text


@cache
def _sizes() -> Callable[[str], int]:
    # Late: plain ASCII, the daily case, needs no table.
    from rich.cells import get_character_cell_size

    return get_character_cell_size


# --- names on a disk ----------------------------------------------------------------------------------------

_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|clock\$|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\s*\..*)?", re.I)
NAME_BYTES = 120


def filename(text: str) -> str:
    """Return a name under which a stranger's file may be saved in a chosen folder: at most 120 bytes of UTF-8.

    The last part of a path, without a leading dot, dash or tilde, a trailing dot or space, a character or device name
    that some system treats specially, or a direction override; the extension survives the cut. Never empty.
    """
    name = _BIDI.sub("", text[-4_000:]).replace("\\", "/").rstrip("/ .").rpartition("/")[2]
    for _ in range(_PASSES):
        trimmed = _NOT_IN_NAMES.sub("_", line(name)).lstrip("-.~ ").rstrip(" .")
        trimmed = _short("_" + trimmed if _DEVICE.fullmatch(trimmed) else trimmed)
        if trimmed == name:
            break
        name = trimmed
    return name or "attachment"


def _short(name: str) -> str:
    if len(name.encode()) <= NAME_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    ending = dot + extension
    if not stem or len(ending.encode()) > 20 or " " in extension:
        stem, ending = name, ""
    kept = stem.encode()[: NAME_BYTES - len(ending.encode())].decode(errors="ignore")
    return line(kept).rstrip(" .") + ending
