"""Each figure of a report in words: its name, its value in a few signs, one sentence, and what counts in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tui_inbox.rules.happened import Happened, What
from tui_inbox.rules.model import Outcome
from tui_inbox.rules.report import Dist, Figures


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `counts` says whether a thing counts in it, `value` is short, `says` a sentence."""

    name: str
    title: str
    counts: Callable[[Happened], bool]
    value: Callable[[Figures], str]
    says: Callable[[Figures], str]


def long(minutes: float | None) -> str:
    """Return business minutes as a person reads them: `35m`, `2h 10m`, `14h`; a day would be the wrong unit."""
    if minutes is None:
        return "-"
    if 0 < minutes < 1:
        return "<1m"
    hours, rest = divmod(int(minutes), 60)
    if hours >= 10 or (hours and not rest):
        return f"{hours:,}h"
    return f"{hours}h {rest:02}m" if hours else f"{rest}m"


def share(part: int, whole: int) -> str:
    """Return a part of a whole with what it is a part of: `9 of 11 (82%)`."""
    return f"{part:,} of {whole:,} ({100 * part // whole}%)" if whole else "none yet"


def _happened(what: What) -> Callable[[Happened], bool]:
    return lambda one: one.what is what


def _waits(one: Happened) -> bool:
    return one.what in (What.FIRST, What.NEXT)


def _count(name: str, title: str, what: What, says: str) -> Figure:
    """Return a figure that is a count; *says* has its sentence for one and for more, parted by `|`."""
    single, more = says.split("|")

    def sentence(it: Figures) -> str:
        number: int = getattr(it, name)
        return single if number == 1 else more.format(f"{number:,}")

    return Figure(name, title, _happened(what), lambda it: f"{getattr(it, name):,}", sentence)


def _dist(name: str, title: str, counts: Callable[[Happened], bool], who: str) -> Figure:
    return Figure(
        name, title, counts, lambda it: _brief(getattr(it, name)), lambda it: _dist_says(getattr(it, name), who)
    )


def _brief(it: Dist) -> str:
    if not it.n:
        return f"none yet; {it.still_waiting:,} waiting" if it.still_waiting else "none yet"
    return f"median {long(it.median)}, p90 {long(it.p90)}, max {long(it.max)}, n {it.n:,}" + (
        f"; {it.still_waiting:,} waiting" if it.still_waiting else ""
    )


def _dist_says(it: Dist, who: str) -> str:
    over = f"No {who} has been answered"
    if it.n:
        answered = f"{it.n:,} {who}{' was' if it.n == 1 else 's were'} answered"
        over = (
            f"{answered}: half within {long(it.median)} of business time, nine of ten within {long(it.p90)}, "
            f"the longest after {long(it.max)}"
        )
    if not it.still_waiting:
        return f"{over}; none still waits."
    archived = f", {it.archived_unanswered:,} of them archived without an answer" if it.archived_unanswered else ""
    return f"{over}; {it.still_waiting:,} still wait{'s' if it.still_waiting == 1 else ''}{archived}."


def _questions(n: int) -> str:
    return f"{n:,} question{'' if n == 1 else 's'}"


def _in_time(answered: int, decided: int, by: str) -> str:
    """Return how many of the *decided* questions were answered by the time that *by* tells, as a sentence."""
    if not decided:
        return "No question with a promise has been answered yet, and none is past due."
    was = "question was" if decided == 1 else "questions were"
    return f"{share(answered, decided)} {was} answered by the time that {by}"


def _promise(outcome: Outcome, title: str, says: str) -> Figure:
    return Figure(
        f"promises.{outcome.value}",
        title,
        lambda one: one.outcome is outcome,
        lambda it: f"{it.promises[outcome]:,}",
        lambda it: f"{it.promises[outcome]:,} promise{'' if it.promises[outcome] == 1 else 's'} {says}.",
    )


FIGURES: tuple[Figure, ...] = (
    _count(
        "arrived",
        "Arrived",
        What.ARRIVED,
        "In one conversation a customer wrote for the first time."
        "|In {} conversations a customer wrote for the first time.",
    ),
    _count("messages", "Messages", What.MESSAGE, "A customer wrote once.|Customers wrote {} times."),
    _count(
        "closed",
        "Closed",
        What.CLOSED,
        "A customer's conversation was archived once.|Customers' conversations were archived {} times.",
    ),
    _dist("first_response", "First response", _happened(What.FIRST), "first question"),
    _dist("next_response", "Next response", _happened(What.NEXT), "later question"),
    _dist("customer_wait", "Customer wait", _waits, "question"),
    Figure(
        "still_waiting",
        "Still waiting",
        lambda one: _waits(one) and one.minutes is None,
        lambda it: f"{it.customer_wait.still_waiting:,}",
        lambda it: (
            f"{_questions(it.customer_wait.still_waiting)} without an answer yet, "
            f"{it.customer_wait.archived_unanswered:,} in the archive: archiving is no answer."
        ),
    ),
    Figure(
        "kept_as_first_made",
        "Kept as first made",
        lambda one: one.first_made is True,
        lambda it: share(it.kept_as_first_made, it.decided),
        lambda it: _in_time(
            it.kept_as_first_made,
            it.decided,
            "was promised at first, whatever was agreed with ourselves later.",
        ),
    ),
    Figure(
        "broken_as_first_made",
        "Broken as first made",
        lambda one: one.first_made is False,
        lambda it: f"{it.decided - it.kept_as_first_made:,}",
        lambda it: (
            f"{_questions(it.decided - it.kept_as_first_made)} had no answer by the time that was promised at first; "
            "archiving is no answer."
        ),
    ),
    Figure(
        "kept_as_renegotiated",
        "Kept as renegotiated",
        lambda one: one.renegotiated is True,
        lambda it: share(it.kept_as_renegotiated, it.decided),
        lambda it: _in_time(
            it.kept_as_renegotiated,
            it.decided,
            "stood in the end; a snooze moves it, so this stands beside what was first promised.",
        ),
    ),
    _promise(Outcome.MET, "Promises met", "ended with an answer in time"),
    _promise(Outcome.BREACHED, "Promises breached", "ended late"),
    _promise(Outcome.WAIVED, "Promises waived", "ended by archiving in time, without an answer"),
    _promise(Outcome.RENEGOTIATED, "Promises renegotiated", "ended by a snooze in time"),
    _promise(Outcome.CANCELLED, "Promises cancelled", "to follow up ended by archiving"),
    _promise(Outcome.UNOBSERVED, "Promises unobserved", "fell due at a teammate, and no answer of theirs was seen"),
    Figure(
        "promises.open",
        "Promises open",
        lambda one: one.outcome is Outcome.OPEN,
        lambda it: f"{it.promises[Outcome.OPEN]:,}" + (f", {it.open_late:,} late" if it.open_late else ""),
        lambda it: (
            f"{it.promises[Outcome.OPEN]:,} promise{'' if it.promises[Outcome.OPEN] == 1 else 's'} still open, "
            f"{it.open_late:,} of them past due."
        ),
    ),
    _count(
        "reopened",
        "Reopened",
        What.REOPENED,
        "Once a customer's message took a conversation out of the archive."
        "|{} times a customer's message took a conversation out of the archive.",
    ),
    _count(
        "thanks_only",
        "Only thanks",
        What.THANKS,
        "Once a customer wrote only to thank, which waits for nothing."
        "|{} times customers wrote only to thank, which waits for nothing.",
    ),
    _count(
        "snoozed",
        "Snoozed",
        What.SNOOZED,
        "A conversation was snoozed once; undone snoozes do not count."
        "|Conversations were snoozed {} times; undone snoozes do not count.",
    ),
    _count(
        "forwarded",
        "Forwarded",
        What.FORWARDED,
        "A conversation was forwarded once.|Conversations were forwarded {} times.",
    ),
    _count(
        "returned",
        "Returned",
        What.RETURNED,
        "A hand-over came back once: refused, unsent when due, or its owner gone."
        "|Hand-overs came back {} times: refused, unsent when due, or their owner gone.",
    ),
)
BY_NAME: Mapping[str, Figure] = {one.name: one for one in FIGURES}
