"""A table of config.toml that is asked key by key, and remembers what was wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from tui_inbox.problems import Problem, nearest

T = TypeVar("T")
LONGEST = timedelta(days=3660)
"""More than this is no duration that anybody means."""


class Table:
    """One table: every method returns the key's value, or *default* where it is absent or wrong.

    What is wrong goes to *mistakes*, one sentence each, so that a file's mistakes are told together; *where* is the
    table's place in the file, with which they begin.
    """

    def __init__(self, values: Mapping[str, Any], where: str, mistakes: list[str]) -> None:
        self.values = values
        self.where = where
        self.mistakes = mistakes
        self._asked: list[str] = []

    def wrong(self, key: str, what: str) -> None:
        """Note a mistake at *key*."""
        self.mistakes.append(f"{self.where} {key}: {what}".strip())

    def raw(self, key: str) -> Any:
        """Return the value as TOML gave it; None where the key is absent."""
        self._asked.append(key)
        return self.values.get(key)

    def text(self, key: str, default: str = "") -> str:
        return self._typed(key, str, default, 'a text in quotes, such as "support"')

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        value = self._typed(key, int, default, f"a whole number from {low} to {high}")
        if not low <= value <= high:
            self.wrong(key, f"{value} is not a whole number from {low} to {high}.")
            return default
        return value

    def fraction(self, key: str, default: float) -> float:
        """Return a part of one, more than nothing."""
        value = self.raw(key)
        if value is None:
            return default
        if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= 1:
            return float(value)
        self.wrong(key, f"a number above 0 and up to 1 is expected, such as 0.75, not {shown(value)}.")
        return default

    def flag(self, key: str, default: bool) -> bool:
        return self._typed(key, bool, default, "true or false")

    def span(self, key: str, default: timedelta | None) -> timedelta | None:
        """Return a duration longer than nothing; a day is 24 hours."""
        said = self._typed(key, str, "", 'a duration in quotes, such as "4h", "90m", "2d" or "1h30m"')
        if not said:
            if self.values.get(key) == "":
                self.wrong(key, 'a duration is expected, such as "4h", "90m", "2d" or "1h30m".')
            return default
        from tui_inbox.rules.when import duration  # deferred: most configurations are read without one word of time

        try:
            value = duration(said)
        except Problem:
            self.wrong(key, f'"{said}" is not a duration; write it like "4h", "90m", "2d" or "1h30m".')
            return default
        if not timedelta(0) < value <= LONGEST:
            self.wrong(key, f'"{said}" is too short or too long; ten years at most.')
            return default
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; a single text is a list of one."""
        value = self.raw(key)
        match value:
            case None:
                return ()
            case str():
                return (value,)
            case list() if all(isinstance(one, str) for one in value):
                return tuple(value)
            case _:
                self.wrong(key, f'a list of texts is expected, such as ["one", "two"], not {shown(value)}.')
                return ()

    def table(self, key: str) -> Table:
        """Return the table at *key*, empty where it is absent."""
        value = self.raw(key)
        where = f"[{key}]" if not self.where else f"{self.where.removesuffix(']')}.{key}]"
        if value is not None and not isinstance(value, dict):
            self.wrong(key, f"a table is expected, not {shown(value)}.")
            value = None
        return Table(value or {}, where, self.mistakes)

    def tables(self, key: str) -> list[Table]:
        """Return the tables of the list `[[key]]`, each with its number and name as its place."""
        value = self.raw(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.wrong(key, f"it is written as [[{key}]], once for each, not as {shown(value)}.")
            return []
        found = []
        for n, one in enumerate(value, 1):
            name = one.get("name")
            where = f"[[{key}]] {n}" + (f' ("{name}")' if isinstance(name, str) and name else "")
            found.append(Table(one, where, self.mistakes))
        return found

    def rest(self) -> dict[str, Any]:
        """Return what has not been asked for; it is then somebody else's to check."""
        rest = {key: value for key, value in self.values.items() if key not in self._asked}
        self._asked.extend(rest)
        return rest

    def close(self, known: Iterable[str] = ()) -> None:
        """Note every key that nobody asked for, with the nearest that exists."""
        known = [*self._asked, *known]
        for key in self.values:
            if key not in known:
                self.mistakes.append(unknown(key, known, self.where))

    def _typed(self, key: str, sort: type[T], default: T, expected: str) -> T:
        value = self.raw(key)
        if value is None:
            return default
        if isinstance(value, sort) and (sort is bool or not isinstance(value, bool)):
            return value
        self.wrong(key, f"{expected} is expected, not {shown(value)}.")
        return default


def unknown(key: str, known: Iterable[str], where: str) -> str:
    """Return the sentence that says *key* does not exist at *where*, with the nearest of *known*."""
    choices = list(dict.fromkeys(known))
    near = nearest(key, choices)
    ending = f'did you mean "{near}"?' if near else f"known are {', '.join(choices)}."
    return f'{where or "config.toml"} has no option "{key}"; {ending}'


def shown(value: object) -> str:
    """Return what a value is, for a sentence: `the text "sixty"`."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'the text "{value[:40]}"'
        case int() | float():
            return f"the number {value}"
        case list():
            return "a list"
        case dict():
            return "a table"
        case datetime() | date() | time():
            return f"the moment {value}"
        case _:
            return f"{value}"
