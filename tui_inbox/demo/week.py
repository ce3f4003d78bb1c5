"""The demo's week as it is written down: conversations in `scripts/*.txt`, read into frozen values.

The notation, made to be read and changed by hand:

    # a comment
    === email support              the channel, and where on it: mail account, `android` or `ios`, Slack channel
    who: Ada Demir <ada@demir.example>
    subject: Where is my order?    mail only; further keys: `group`, `phone`, `language`
    --- -2d 3h in [html]           when (before the present moment), which way, and what is special about it
    Text, as many lines as it takes.
    --- -2d out [quote]            an answer of ours
    --- -2d archive                an act of the agent at that moment; also
    --- -1d snooze until +2d due +2d 4h
    --- -1d forward Mert: Could you look at the payment?

What may be special about a message: `attach NAME`, `quote` (the message before), `by NAME <ADDRESS>` (somebody else
wrote it), `seen -1d` (it reaches the inbox only then); in mail `html`, `html only`, `link WORDS = ADDRESS` (stands
for `{link}`), `cc ADDRESS`, `charset NAME`, `form` (through the shop's contact form), `bulk`, `auto`, `auto-reply`,
`bounce`; in WhatsApp `omitted` (a picture that was not exported), `edited`, `deleted`.

All times are distances from the present moment (`-1d 2h 30m`), never times of day: the week then looks the same at
every hour of every day, in summer and in winter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from importlib import resources

ACTS = ("archive", "snooze", "forward")
SPOKEN = ("in", "out", "system")

_DISTANCE = re.compile(r"([+-])?\s*((?:\d+[dhm]\s*)+)")
_HEAD = re.compile(r"--- (?P<when>[+-]?\d+[dhm](?: \d+[dhm])*) (?P<verb>\w+)(?P<rest>.*)")
_OPTION = re.compile(r"\[(\S+?)(?: ([^\]]*))?\]")
_PERSON = re.compile(r"(?P<name>.*?)\s*(?:<(?P<identity>[^>]+)>)?")


class Misspelt(ValueError):  # noqa: N818 - as `Problem`: a word, no suffix
    """A script that does not follow the notation: a bug of ours."""


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who writes, with their mail address where they have one."""

    name: str
    identity: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One message of a script. `at` is its distance from the present moment (negative: past)."""

    at: timedelta
    verb: str
    text: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def ours(self) -> bool:
        return self.verb == "out"

    @property
    def seen(self) -> timedelta:
        """When it reaches the inbox: with the next import, unless the script holds it back."""
        return distance(self.options["seen"]) if "seen" in self.options else self.at

    def by(self, otherwise: Who) -> Who:
        """Return who wrote it: *otherwise*, unless the script names somebody else."""
        return person(self.options["by"]) if "by" in self.options else otherwise


@dataclass(frozen=True, slots=True)
class Act:
    """One act of the agent in a script; for a snooze `returns` and `due`, for a hand-over `to` and `note`."""

    at: timedelta
    verb: str
    returns: timedelta | None = None
    due: timedelta | None = None
    to: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """One conversation as it is told: where it happened, with whom, what was said and what was done about it."""

    number: int
    channel: str
    where: str
    who: Who
    keys: Mapping[str, str]
    lines: tuple[Line, ...]
    acts: tuple[Act, ...]

    @property
    def subject(self) -> str:
        return self.keys.get("subject", "")

    @property
    def title(self) -> str:
        """How a chat is called: the group's name, else the customer's."""
        return self.keys.get("group", self.who.name)

    def until(self, moment: timedelta) -> tuple[Line, ...]:
        """Return what had reached the inbox at *moment*."""
        return tuple(line for line in self.lines if max(line.at, line.seen) <= moment)


def distance(words: str) -> timedelta:
    """Return `-1d 2h 30m` as a distance from the present moment; raise `Misspelt` where it is none."""
    match = _DISTANCE.fullmatch(words.strip())
    if match is None:
        raise Misspelt(f"{words!r} is no distance such as '-1d 2h'")
    parts = {part[-1]: int(part[:-1]) for part in match[2].split()}
    amount = timedelta(days=parts.get("d", 0), hours=parts.get("h", 0), minutes=parts.get("m", 0))
    return -amount if match[1] == "-" else amount


def person(words: str) -> Who:
    """Return `Ada Demir <ada@demir.example>`, or a name alone, as a person; raise `Misspelt` where it is none."""
    match = _PERSON.fullmatch(words.strip())
    if match is None:
        raise Misspelt(f"{words!r} is nobody")
    return Who(match["name"], match["identity"] or "")


@cache
def week() -> tuple[Told, ...]:
    """Return every conversation of the scripts, in the order of the files' names."""
    scripts = resources.files(__package__).joinpath("scripts")
    told: list[Told] = []
    for script in sorted(scripts.iterdir(), key=lambda one: one.name):
        if script.name.endswith(".txt"):
            for block in _blocks(script.read_text(encoding="utf-8")):
                told.append(_told(len(told) + 1, block))
    return tuple(told)


def _blocks(text: str) -> Iterator[list[str]]:
    """Yield the lines of one conversation after the other."""
    block: list[str] = []
    for line in text.split("\n"):
        if line.startswith("=== "):
            if block:
                yield block
            block = [line]
        elif block:
            block.append(line)
    if block:
        yield block


def _told(number: int, block: list[str]) -> Told:
    channel, _, where = block[0].removeprefix("=== ").partition(" ")
    first = next((i for i, line in enumerate(block) if line.startswith("--- ")), len(block))
    pairs = (line.partition(": ") for line in block[1:first] if line and not line.startswith("#"))
    keys = {key: value.strip() for key, _, value in pairs}
    lines: list[Line] = []
    acts: list[Act] = []
    for head, text in _parts(block[first:]):
        match = _HEAD.fullmatch(head)
        if match is None:
            raise Misspelt(head)
        at, verb, rest = distance(match["when"]), match["verb"], match["rest"].strip()
        if verb in ACTS:
            acts.append(_act(at, verb, rest))
        elif verb in SPOKEN:
            options = dict(_OPTION.findall(rest))
            said = text or (_OPTION.sub("", rest).strip() if verb == "system" else "")
            lines.append(Line(at, verb, said, options))
        else:
            raise Misspelt(head)
    return Told(number, channel, where, person(keys["who"]), keys, tuple(lines), tuple(acts))


def _parts(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each `---` line with the text below it."""
    head, text = "", list[str]()
    for line in lines:
        if line.startswith("--- "):
            if head:
                yield head, "\n".join(text).strip()
            head, text = line, []
        else:
            text.append(line)
    if head:
        yield head, "\n".join(text).strip()


def _act(at: timedelta, verb: str, rest: str) -> Act:
    match verb:
        case "snooze":
            returns, _, due = rest.removeprefix("until ").partition(" due ")
            return Act(at, verb, returns=distance(returns), due=distance(due))
        case "forward":
            to, _, note = rest.partition(": ")
            return Act(at, verb, to=to, note=note)
        case _:
            return Act(at, verb)
