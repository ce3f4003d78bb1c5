"""Small builders for plain tests of a conversation's life: what was said and done, in the order in which it came."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from tui_inbox.rules.lifecycle import Act, Conversation, Delivery, Effects, Heard, History, Verb, read
from tui_inbox.rules.model import ME, Class, Direction, Kind, Place
from tui_inbox.rules.promise import Promise, Terms

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
FIRST, NEXT = timedelta(hours=4), timedelta(hours=8)


def on(words: str) -> datetime:
    """Return the moment that *words* name: `Mon 09:00`, in the second week `Mon2 09:00`."""
    day, time = words.split()
    week = int(day[3:] or 1) - 1
    hour, minute = map(int, time.split(":"))
    return MONDAY + timedelta(days=7 * week + DAYS.index(day[:3]), hours=hour, minutes=minute)


@dataclass(frozen=True, slots=True)
class Spoke:
    at: str
    direction: Direction = Direction.IN
    class_: Class = Class.HUMAN
    history: bool = False
    of: int | None = None
    position: int = 0


def asked(at: str, *, history: bool = False, position: int = 0) -> Spoke:
    return Spoke(at, history=history, position=position)


def answered(at: str, *, history: bool = False, position: int = 0) -> Spoke:
    return Spoke(at, Direction.OUT, history=history, position=position)


def machine(at: str, class_: Class = Class.AUTO) -> Spoke:
    return Spoke(at, class_=class_)


def bounced(at: str, of: int) -> Spoke:
    """A hard bounce of message number *of*."""
    return Spoke(at, class_=Class.BOUNCE, of=of)


@dataclass(frozen=True, slots=True)
class Did:
    act: Act
    seen: int | None = None


def archived(at: str, *, seen: int | None = None, by: str = ME) -> Did:
    return Did(Act(0, Verb.ARCHIVE, on(at), 0, by), seen)


def snoozed(at: str, returns: str, due: str, *, seen: int | None = None) -> Did:
    return Did(Act(0, Verb.SNOOZE, on(at), 0, returns=on(returns), due=on(due)), seen)


def forwarded(
    at: str, to: str = "Mert", *, seen: int | None = None, delivery: Delivery = Delivery.SENT, ended: str = ""
) -> Did:
    how = None if to == ME else delivery
    return Did(Act(0, Verb.FORWARD, on(at), 0, to=to, delivery=how, delivered_at=on(ended) if ended else None), seen)


def put_in_spam(at: str, *, opening: bool = True) -> Did:
    return Did(Act(0, Verb.ROUTE, on(at), 0, "rule:junk", effects=Effects(place=Place.SPAM), opening=opening))


def routed(at: str, *, opening: bool = True, **effects: object) -> Did:
    made = Effects(**effects)  # type: ignore[arg-type]  # the effects' own names
    to = made.owner or ""
    delivery = Delivery.SENT if to else None
    return Did(Act(0, Verb.ROUTE, on(at), 0, "rule:some", to=to, effects=made, opening=opening, delivery=delivery))


def came_home(at: str) -> Did:
    """Its owner is no teammate any more."""
    return Did(Act(0, Verb.RETURN, on(at), 0, by="returned"))


def undone(*steps: Spoke | Did) -> tuple[Spoke | Did, ...]:
    """Return *steps* as they are left by undoing the last act among them."""
    last = max(number for number, one in enumerate(steps) if isinstance(one, Did))
    return (*steps[:last], *steps[last + 1 :])


def history_of(*steps: Spoke | Did, known_from: str = "", owner: str = ME) -> History:
    """Return the history of *steps*: messages are numbered as they came, an act has seen all before it."""
    messages: list[Heard] = []
    acts: list[Act] = []
    for step in steps:
        if isinstance(step, Did):
            seen = len(messages) if step.seen is None else step.seen
            acts.append(replace(step.act, id=len(acts) + 1, seen=seen))
            continue
        number, received = len(messages) + 1, on(step.at)
        order = (int(received.timestamp()), step.position, step.direction is Direction.IN, number)
        messages.append(Heard(number, received, order, step.direction, step.class_, step.history, step.of))
    return History(tuple(messages), tuple(acts), on(known_from) if known_from else None, owner)


def terms(kind: Kind, message: Heard, tier: int) -> Terms:
    amount = FIRST if kind is Kind.FIRST else NEXT
    return Terms(message.received + amount, message.received + 0.75 * amount, amount)


def life(*steps: Spoke | Did, now: str, known_from: str = "", owner: str = ME) -> Conversation:
    """Return what *steps* amount to at *now*."""
    return read(history_of(*steps, known_from=known_from, owner=owner), on(now), terms)


def kinds(it: Conversation) -> list[tuple[str, str]]:
    """Return each promise's kind and outcome, oldest first."""
    return [(one.kind.value, one.outcome.value) for one in it.promises]


def promise(it: Conversation, number: int = 0) -> Promise:
    return it.promises[number]
