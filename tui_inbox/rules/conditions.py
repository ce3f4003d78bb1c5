"""What a rule can ask of a conversation: each condition compiled once to a test and its sentences."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

from tui_inbox.problems import nearest
from tui_inbox.rules import days, sensitive
from tui_inbox.rules.days import LONG, days_of
from tui_inbox.rules.fold import plain
from tui_inbox.rules.model import MAIL, Class

CONDITIONS = (
    *("from", "to", "subject", "text", "channel", "account", "tier", "class"),
    *("attachment", "known", "hours", "weekday", "sensitive", "warning"),
)
TIERS = (0, 1, 2, 3)
LOOKED_AT = 50_000
"""Characters of a text that the rules look at."""

_NONE: dict[int, dict[str, str]] = {}
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]"
)


@dataclass(frozen=True, slots=True)
class Case:
    """A conversation as its rules see it: the message they run on, and what surrounds it.

    The store gives what it has of it (`store/cases.py`), and `timed` in `inbox/routes.py` what the clock of `[hours]`
    says: `in_hours` and `weekday`. `sensitive` None leaves it to be found in subject and text, when a rule first asks.
    """

    sender_name: str = ""
    sender: str = ""
    """Address, number or the channel's own id."""
    to: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    channel: str = MAIL
    account: str = ""
    tier: int = 1
    class_: Class = Class.HUMAN
    attachment: bool = False
    known: bool = False
    in_hours: bool = True
    weekday: int = 0
    """The day on which it came, in the zone of the business hours; Monday is 0."""
    sensitive: bool | None = None
    warnings: tuple[str, ...] = ()


class Vocabulary:
    """Every word that any rule looks for in a subject or text, found in one pass over the words of that text."""

    def __init__(self) -> None:
        self._starts: dict[str, dict[int, dict[str, str]]] = {}
        self._phrases: dict[str, list[tuple[str, str]]] = {}
        self._inside: list[tuple[str, str]] = []

    def add(self, written: str) -> str:
        """Return the key of a word as a rule writes it; "" where nothing of it is a letter or digit.

        A word is found where a word begins, with a star before it anywhere, and so is a word of a script without
        spaces. Several words are found as they follow each other.
        """
        word = plain(written.replace("*", " "))
        if not word:
            return ""
        if written.strip().startswith("*") or _UNSPACED.search(word):
            self._inside.append((word, f"*{word}"))
            return f"*{word}"
        if len(word) == 1:
            self._inside.append((f" {word}", word))
        elif " " in word:
            self._phrases.setdefault(word.split()[0], []).append((f" {word}", word))
        else:
            self._starts.setdefault(word[:2], {}).setdefault(len(word), {})[word] = word
        return word

    def found(self, text: str) -> frozenset[str]:
        """Return the keys of all words that *text* has."""
        line = f" {plain(text[:LOOKED_AT])}"
        found = [key for word, key in self._inside if word in line]
        starts, phrases = self._starts, self._phrases
        for token in set(line.split()):
            for length, words in starts.get(token[:2], _NONE).items():
                if token[:length] in words:
                    found.append(words[token[:length]])
            if token in phrases:
                found += [key for phrase, key in phrases[token] if phrase in line]
        return frozenset(found)


class View:
    """One case while rules look at it; what several ask for is worked out once, when first asked."""

    def __init__(self, case: Case, vocabulary: Vocabulary) -> None:
        self.case = case
        self._vocabulary = vocabulary

    @cached_property
    def sender(self) -> tuple[str, ...]:
        return tuple(one for one in (_folded_address(self.case.sender), plain(self.case.sender_name)) if one)

    @cached_property
    def to(self) -> tuple[str, ...]:
        return tuple(map(_folded_address, self.case.to))

    @cached_property
    def channel(self) -> tuple[str, ...]:
        return (self.case.channel.casefold(),)

    @cached_property
    def account(self) -> tuple[str, ...]:
        return (self.case.account.casefold(),)

    @cached_property
    def subject(self) -> frozenset[str]:
        return self._vocabulary.found(self.case.subject)

    @cached_property
    def text(self) -> frozenset[str]:
        return self._vocabulary.found(self.case.text)

    @cached_property
    def sensitive(self) -> bool:
        if self.case.sensitive is not None:
            return self.case.sensitive
        return bool(sensitive.found(self.case.subject) or sensitive.found(self.case.text[:LOOKED_AT]))


@dataclass(frozen=True, slots=True)
class Check:
    """One condition: its test, the sentence where it does not hold, and the one where it does."""

    holds: Callable[[View], bool]
    no: str
    yes: Callable[[View], str]


def check_of(key: str, value: object, vocabulary: Vocabulary) -> Check | str:
    """Return the check for one condition of a rule, or a sentence that says what is wrong with its value."""
    match key:
        case "from":
            return _addresses(value, attrgetter("sender"), "The sender is", "The sender is not")
        case "to":
            return _addresses(value, attrgetter("to"), "It was sent to", "It was not sent to")
        case "channel":
            return _addresses(value, attrgetter("channel"), "The channel is", "The channel is not")
        case "account":
            return _addresses(value, attrgetter("account"), "The account is", "The account is not")
        case "subject" | "text":
            return _words(value, vocabulary, key)
        case "tier":
            return _among(value, TIERS, lambda view: view.case.tier, "The tier is")
        case "class":
            return _among(value, [str(one) for one in Class], lambda view: str(view.case.class_), "The message is")
        case "hours":
            return _hours(value)
        case "weekday":
            return _weekday(value)
        case "attachment":
            return _flag(value, lambda view: view.case.attachment, "A file came with it.", "No file came with it.")
        case "known":
            return _flag(
                value,
                lambda view: view.case.known,
                "The customer has written before.",
                "The customer has not written before.",
            )
        case "sensitive":
            return _flag(
                value,
                lambda view: view.sensitive,
                "It holds a card number or an IBAN.",
                "It holds no card number or IBAN.",
            )
        case "warning":
            return _warning(value)
        case _:
            return f"there is no such condition; known are {', '.join(CONDITIONS)}."


def any_of(words: Sequence[object]) -> str:
    """Return the words as a sentence lists them: `"a", "b" or "c"`."""
    said = [f'"{one}"' if isinstance(one, str) else str(one) for one in words]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} or {said[-1]}"


def wrong(value: object, known: Iterable[str], expected: str) -> str:
    """Return what is wrong with *value*: the one of *known* that was probably meant, or else what is *expected*."""
    near = nearest(value, known) if isinstance(value, str) else ""
    return f'"{str(value)[:40]}" is not known; did you mean "{near}"?' if near else expected


def _texts(value: object) -> list[str] | str:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, (list, tuple)) or not all(isinstance(one, str) for one in listed):
        return "a text or a list of texts is expected."
    if not listed or not all(one.strip() for one in listed):
        return "it is empty, so that nothing could match."
    return list(listed)


def _addresses(value: object, given: Callable[[View], Iterable[str]], yes: str, no: str) -> Check | str:
    """Return a check that holds where one of the given names is one of the written, in which * stands for anything."""
    written = _texts(value)
    if isinstance(written, str):
        return written
    whole: set[str] = set()
    endings: list[str] = []
    patterns: list[re.Pattern[str]] = []
    for one in written:
        for glob in _globs(one):
            if not re.search(r"[*?]", glob):
                whole.add(glob)
            elif glob.startswith("*") and not re.search(r"[*?]", glob[1:]):
                endings.append(glob[1:])
            else:
                patterns.append(re.compile(fnmatch.translate(glob.replace("[", "[[]"))))
    ends = tuple(endings)

    def fits(name: str) -> bool:
        return name in whole or name.endswith(ends) or any(pattern.match(name) for pattern in patterns)

    def holds(view: View) -> bool:
        for name in given(view):  # noqa: SIM110 - twice as fast as any(), and asked once for every rule and message
            if fits(name):
                return True
        return False

    return Check(
        holds=holds,
        no=f"{no} {any_of(written)}.",
        yes=lambda view: f'{yes} "{next(filter(fits, given(view)), "")}".',
    )


def _globs(written: str) -> Collection[str]:
    """Return the patterns that an address or name stands for; `@shop.example` is everybody there."""
    said = written.strip()
    if said.startswith("@"):
        said = f"*{said}"
    address = _folded_address(said)
    name = "*".join(plain(part) for part in said.split("*"))
    return {address, name} if "@" not in said and name.strip("* ") else {address}


def _folded_address(said: str) -> str:
    folded = said.strip()[:320].casefold()
    return re.sub(r"[\s().-]", "", folded) if folded.startswith("+") else folded


def _words(value: object, vocabulary: Vocabulary, where: str) -> Check | str:
    """Return a check that holds where the subject or text has one of the written words."""
    written = _texts(value)
    if isinstance(written, str):
        return written
    keys = {vocabulary.add(one): one for one in written}
    if "" in keys:
        return f'"{keys[""]}" has no letter or digit to look for.'
    none = frozenset(keys).isdisjoint
    given: Callable[[View], frozenset[str]] = attrgetter(where)
    return Check(
        holds=(lambda view: not none(view.text)) if where == "text" else (lambda view: not none(view.subject)),
        no=f"The {where} does not have {any_of(written)}.",
        yes=lambda view: f"The {where} has {any_of([keys[key] for key in keys if key in given(view)])}.",
    )


def _among(value: object, known: Sequence[object], given: Callable[[View], object], yes: str) -> Check | str:
    listed = list(value) if isinstance(value, (list, tuple)) else [value]
    strange = [one for one in listed if isinstance(one, bool) or one not in known]
    if strange or not listed:
        none = f"{any_of(strange) if strange else 'nothing'} is none of {', '.join(map(str, known))}."
        return wrong(next(iter(strange), None), [one for one in known if isinstance(one, str)], none)
    wanted = frozenset(listed)
    return Check(
        holds=lambda view: given(view) in wanted,
        no=f"{yes} not {any_of([str(one) if isinstance(one, int) else one for one in listed])}.".replace('"', ""),
        yes=lambda view: f"{yes} {given(view)}.",
    )


def _flag(value: object, given: Callable[[View], bool], yes: str, no: str) -> Check | str:
    if not isinstance(value, bool):
        return "true or false is expected."
    if value:
        return Check(holds=given, no=no, yes=lambda _: yes)
    return Check(holds=lambda view: not given(view), no=yes, yes=lambda _: no)


def _hours(value: object) -> Check | str:
    if value not in ("in", "out"):
        return wrong(value, ("in", "out"), '"in" or "out" is expected.')
    return _flag(
        value == "in",
        lambda view: view.case.in_hours,
        "It came in business hours.",
        "It came outside of business hours.",
    )


def _weekday(value: object) -> Check | str:
    written = _texts(value)
    if isinstance(written, str):
        return written
    for one in written:
        if not days_of(one):
            known = f"known are {', '.join(days.DAYS)}, and ranges such as mon-fri."
            near = days.nearest(one)
            return f'"{one[:40]}" is no day; ' + (f'did you mean "{near}"?' if near else known)
    wanted = frozenset(day for one in written for day in days_of(one))
    return Check(
        holds=lambda view: view.case.weekday in wanted,
        no=f"It did not come on a {any_of([LONG[day] for day in sorted(wanted)])}.".replace('"', ""),
        yes=lambda view: f"It came on a {LONG[view.case.weekday]}.",
    )


def _warning(value: object) -> Check | str:
    if isinstance(value, bool):
        return _flag(value, lambda view: bool(view.case.warnings), "There is a warning.", "There is no warning.")
    written = _texts(value)
    if isinstance(written, str):
        return written
    wanted = [plain(one) for one in written]
    return Check(
        holds=lambda view: any(word in plain(one) for one in view.case.warnings for word in wanted),
        no=f"There is no warning of {any_of(written)}.",
        yes=lambda view: f"There is a warning: {'; '.join(view.case.warnings)}.",
    )
