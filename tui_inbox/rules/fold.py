"""Text to search tokens: the same folding for what is stored and what is asked, in every script.

A token is a run of letters and digits without case, accents, points or joiners: `Straße` is `strasse`, `İSTANBUL` and
`ıstanbul` are `istanbul`, `٣` is `3`. All else parts tokens, so that `ada@example.org` is three of them and is found by
each part, and whole as a phrase.

Scripts written without spaces (Han, kana, Thai, Lao, Khmer, Myanmar), and Hangul, whose words carry their particles,
become overlapping pairs: `東京都` is `東京 京都 都`. Every character begins exactly one token, so a word of two
or more is a phrase of its pairs, a single character a prefix, and the index holds one token a character, not two.

Tokens hold no ASCII but letters and digits and are parted by single spaces: SQLite's `ascii` tokenizer splits them as
they were meant, in every version (its `unicode61` knows the letters of 2012 only).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from tui_inbox.rules.clean import capped

LONGEST = 64
"""Characters of a token that count; what is longer is no word of a person."""

_UNSPACED = (
    "\u0e01-\u0e4e\u0e81-\u0ecd\u1000-\u109f\u1780-\u17dd\u1100-\u11ff\u3005-\u3007\u3021-\u3029\u3041-\u309f"
    "\u30a1-\u30fa\u30fc-\u30ff\u3131-\u318e\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uaa60-\uaa7f"
    "\uac00-\ud7fb\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_RUN = re.compile(f"[{_UNSPACED}]+")
_PIECE = re.compile(f"([{_UNSPACED}]+)")
_ASCII = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}

# Letters that no Unicode decomposition takes apart, and Arabic letters that people and keyboards exchange.
_LETTERS = {
    **dict(zip("ıøǿđðħłŧŋĸəƒɓɗɖƙƴىیکةھە", "ioodd" + "hltnke" + "fbddky" + "ييكههه", strict=True)),
    **dict.fromkeys("æǽ", "ae"),
    **dict(zip("œþـ", ("oe", "th", ""), strict=True)),
}
# Accents and points that people leave out. Vowel signs of Indic scripts and Thai are letters to their readers: kept.
_DROPPED = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
    "\u0711\u0730-\u074a\u08ca-\u08e1\u08e3-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
    "\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef]"
)


class _Folding(dict[int, str]):
    """Each character's folding, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = folding = _character(chr(code))
        return folding


def _character(char: str) -> str:
    if unicodedata.category(char) in ("Cf", "Cs", "Cc") and not char.isspace():
        return "" if unicodedata.category(char) == "Cf" else " "
    if (0x1F300 <= ord(char) <= 0x1FAFF and not _DROPPED.match(char)) or 0x2600 <= ord(char) <= 0x27BF:
        return f" {char} "
    return "".join(map(_letter, unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())))


def _letter(char: str) -> str:
    if char in _LETTERS or _DROPPED.match(char):
        return _LETTERS.get(char, "")
    if (digit := unicodedata.decimal(char, None)) is not None:
        return str(digit)
    return char if unicodedata.category(char)[0] in "LMN" else " "


_FOLDING = _Folding(_ASCII)


def words(text: str) -> list[str]:
    """Return the tokens of *text* as they are indexed, in order."""
    if text.isascii():
        return _bounded(text.translate(_ASCII).split())
    line = _mapped(text)
    tokens = line.split()
    if not line.isascii() and _RUN.search(line):
        tokens = [token for word in tokens for token in (_pairs(word) if not word.isascii() else (word,))]
    return _bounded(tokens)


def folded(text: str) -> str:
    """Return the tokens of *text*, parted by spaces: a column of the index."""
    return " ".join(words(text))


def sought(text: str) -> tuple[tuple[str, ...], bool]:
    """Return the tokens that find *text* inside a longer one, and whether the last is only the beginning of one."""
    tokens = tuple(words(text))
    if not tokens or not _RUN.fullmatch(tokens[-1]) or len(tokens[-1]) != 1:
        return tokens, False
    # The last character of an unspaced run begins the next pair in running text.
    if len(tokens) > 1 and len(tokens[-2]) == 2 and tokens[-2][1] == tokens[-1] and _RUN.fullmatch(tokens[-2]):
        return tokens[:-1], False
    return tokens, True


def joined(tokens: Sequence[str]) -> str:
    """Return what *tokens*, as `sought` gives them, look like in folded text: pairs of one run are one word again."""
    text = ""
    for token in tokens:
        pair = len(token) == 2 and _RUN.fullmatch(token) is not None
        text += token[1] if pair and text[-1:] == token[0] else f" {token}" if text else token
    return text


def found(text: str, terms: Sequence[str]) -> list[tuple[int, int]]:
    """Return where *terms* (`query.terms`) stand in *text*, as sorted spans of characters that do not overlap."""
    line, places = [" "], [0]
    for at, char in enumerate(text):
        for letter in _FOLDING[ord(char)]:
            if letter != " " or line[-1] != " ":
                line.append(letter)
                places.append(at)
    folded_line = "".join(line) + " "
    places.append(len(text))
    patterns = [_pattern(term) for term in terms if term.rstrip("*")]
    if not patterns:
        return []
    spans = []
    for match in re.finditer("|".join(patterns), folded_line):
        spans.append((places[match.start()], places[match.end() - 1] + 1))
    return spans


def _pattern(term: str) -> str:
    word = term.removesuffix("*")
    before = "" if _RUN.match(word[0]) else r"(?<![^\W_])"
    after = "" if term.endswith("*") or _RUN.match(word[-1]) else r"(?![^\W_])"
    return before + re.escape(word) + after


def plain(text: str) -> str:
    """Return *text* folded but not cut into tokens: to compare or find names by."""
    return " ".join((text.translate(_ASCII) if text.isascii() else _mapped(text)).split())


def _mapped(text: str) -> str:
    # Marks are capped first: putting a long run of them in canonical order takes quadratic time.
    mapped = text.translate(_FOLDING)
    if mapped.isascii():
        return mapped
    mapped = capped(mapped)
    return mapped if unicodedata.is_normalized("NFC", mapped) else unicodedata.normalize("NFC", mapped)


def _pairs(word: str) -> list[str]:
    tokens = []
    for piece in _PIECE.split(word):
        if not _RUN.match(piece):
            tokens.extend([piece] if piece else [])
            continue
        tokens.extend(piece[at : at + 2] for at in range(len(piece)))
    return tokens


def _bounded(tokens: list[str]) -> list[str]:
    if tokens and len(max(tokens, key=len)) > LONGEST:
        return [token[:LONGEST] for token in tokens]
    return tokens
