"""Card numbers and bank accounts in a text: found by their check digits, and masked."""

from __future__ import annotations

import re
from collections.abc import Iterator

CARD = "card"
IBAN = "iban"

_DIGITS = re.compile(r"(?<![\w+.,])[0-9]{3,19}(?:[ \u00a0\u202f-][0-9]{3,19})*(?!\w)")
_GROUP = re.compile(r"[0-9]+")
_BANK = re.compile(r"(?<![A-Za-z0-9])(?=([A-Za-z]{2}[0-9]{2}(?:[ \u00a0\u202f-]?[A-Za-z0-9]){11,44}))")
_GAPS = re.compile(r"[ \u00a0\u202f-]")
_CARDS = re.compile(
    r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})|(?:5[1-5]|2[2-7])[0-9]{14}|3[47][0-9]{13}|3(?:0[0-5]|[689][0-9])[0-9]{11}"
    r"|35[0-9]{14}|(?:50|5[6-9]|6[0-9])[0-9]{10,17}|9792[0-9]{12}"
)
"""The lengths and first digits that cards have: fewer order numbers and barcodes are taken for one."""
_LENGTHS = {
    **dict.fromkeys(("NO",), 15),
    **dict.fromkeys(("BE",), 16),
    **dict.fromkeys(("DK", "FI", "FO", "FK", "GL", "NL", "SD"), 18),
    **dict.fromkeys(("MK", "SI"), 19),
    **dict.fromkeys(("AT", "BA", "EE", "KZ", "LT", "LU", "XK", "MN"), 20),
    **dict.fromkeys(("CH", "HR", "LI", "LV"), 21),
    **dict.fromkeys(("BG", "BH", "CR", "DE", "GB", "GE", "IE", "ME", "RS", "VA"), 22),
    **dict.fromkeys(("AE", "GI", "IL", "IQ", "SO", "TL", "OM"), 23),
    **dict.fromkeys(("AD", "CZ", "ES", "MD", "PK", "RO", "SA", "SE", "SK", "TN", "VG"), 24),
    **dict.fromkeys(("LY", "PT", "ST"), 25),
    **dict.fromkeys(("IS", "TR"), 26),
    **dict.fromkeys(("BI", "DJ", "FR", "GR", "IT", "MC", "MR", "SM"), 27),
    **dict.fromkeys(("AL", "AZ", "BY", "CY", "DO", "GT", "HN", "HU", "LB", "NI", "PL", "SV"), 28),
    **dict.fromkeys(("BR", "EG", "PS", "QA", "UA"), 29),
    **dict.fromkeys(("JO", "KW", "MU", "YE"), 30),
    **dict.fromkeys(("MT", "SC"), 31),
    **dict.fromkeys(("LC",), 32),
    **dict.fromkeys(("RU",), 33),
}
"""Characters of an IBAN in each country (SWIFT's IBAN registry)."""


def found(text: str) -> frozenset[str]:
    """Return what sensitive data *text* holds: `card`, `iban`, both or none. Time is linear in its length."""
    return frozenset(kind for kind, _, _ in _places(text))


def masked(text: str) -> str:
    """Return *text* with every card number and IBAN covered but for its last four signs; spaces stay."""
    if len(text) < 12 or not any(map(str.isdigit, text)):
        return text
    covered: list[str] = []
    at = 0
    for _, start, end in sorted(_places(text), key=lambda place: place[1:]):
        if start < at:
            continue
        covered += [text[at:start], _covered(text[start:end])]
        at = end
    return "".join([*covered, text[at:]]) if covered else text


def _covered(number: str) -> str:
    left = sum(char.isalnum() for char in number) - 4
    signs = []
    for char in number:
        signs.append("•" if char.isalnum() and left > 0 else char)
        left -= char.isalnum()
    return "".join(signs)


def _places(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield kind, start and end of each number whose check digits hold."""
    accounts: list[tuple[int, int]] = []
    for match in _BANK.finditer(text):
        length = _iban(match[1])
        if length:
            accounts.append((match.start(), match.start() + length))
            yield IBAN, *accounts[-1]
    within = iter([*accounts, (len(text), len(text))])
    account = next(within)
    for run in _DIGITS.finditer(text):
        while account[1] <= run.start():
            account = next(within)
        if run.end() <= account[0]:
            for start, end in _cards(text, run.start(), run.end()):
                yield CARD, start, end


def _cards(text: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield the cards in a run of digit groups; other numbers may stand beside one."""
    groups = [group.span() for group in _GROUP.finditer(text, first, last)]
    at = 0
    while at < len(groups):
        digits = ""
        for n in range(at, len(groups)):
            digits += text[slice(*groups[n])]
            if len(digits) > 19:
                at += 1
                break
            if _is_card(digits):
                yield groups[at][0], groups[n][1]
                at = n + 1
                break
        else:
            at += 1


def _is_card(digits: str) -> bool:
    """Return whether *digits* can be a card's number: its length, first digits, and Luhn's check (ISO/IEC 7812-1)."""
    if not _CARDS.fullmatch(digits):
        return False
    total = 0
    for n, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + n % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _iban(said: str) -> int:
    """Return how many characters of *said* are an IBAN whose check digits hold (ISO 13616), 0 if none."""
    wanted = _LENGTHS.get(said[:2].upper(), 0)
    signs = [(n, char) for n, char in enumerate(said) if not _GAPS.match(char)][:wanted]
    if not wanted or len(signs) < wanted:
        return 0
    compact = "".join(char for _, char in signs).upper()
    end = signs[-1][0] + 1
    if not compact.isascii() or (end < len(said) and said[end].isalnum()):
        return 0
    number = "".join(str(int(char, 36)) for char in compact[4:] + compact[:4])
    return end if int(number) % 97 == 1 else 0
