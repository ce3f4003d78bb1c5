"""Seeds faults in the life of a conversation, one by one, and shows that the state machine finds each of them.

python tools/faults.py [NAME ...]    all, or those named; exit 1 if one survives
"""

from __future__ import annotations

import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
EXAMPLES = 1_000
FOUND, SURVIVED = 3, 0


def a_skipped_wake() -> None:
    """A reply leaves a snoozed conversation snoozed."""
    from tui_inbox.rules import reading

    reading._Reading._interrupt = lambda self, at, why: None  # type: ignore[method-assign]


def an_act_that_sees_too_much() -> None:
    """An act counts as having seen what arrived after it."""
    from tui_inbox.rules import history

    history._before = lambda message, act, answered: message.received <= act.at


def a_promise_ended_twice() -> None:
    """A snooze ends again what an act before it had ended."""
    from tui_inbox.rules.ledger import Ledger

    def every(self: Any, change: Callable[[Any], Any]) -> None:
        self.promises = [change(one) for one in self.promises]

    Ledger._replace_open = every  # type: ignore[method-assign]


def a_late_answer_ignored() -> None:
    """An answer counts when it arrives, not when it was received."""
    from tui_inbox.rules import history

    right = history._before

    def wrong(message: Any, act: Any, answered: bool) -> bool:
        return message.id <= act.seen if message.answers else right(message, act, answered)

    history._before = wrong


def responsibility_not_passed() -> None:
    """A hand-over leaves the promises with who had them."""
    from tui_inbox.rules.ledger import Ledger

    def wrong(self: Any, who: str, at: Any) -> None:
        self.owned[-1:] = [replace(self.owned[-1], who=who)]

    Ledger.give = wrong  # type: ignore[method-assign]


def a_bounce_ignored() -> None:
    """An answer that bounced still counts."""
    from tui_inbox.rules import reading

    reading._Reading._bounce = lambda self, message: None  # type: ignore[method-assign]


def undo_that_forgets_the_plan() -> None:
    """Undo does not bring an interrupted plan back."""
    from sqlalchemy import text

    from tui_inbox.inbox import acts

    right = acts.undo

    def wrong(unit: Any, *rest: Any, **more: Any) -> Any:
        undone = right(unit, *rest, **more)
        unit.execute(text("UPDATE conversation SET plan_returns = NULL, plan_due = NULL"))
        return undone

    acts.undo = wrong


def history_that_opens() -> None:
    """What an import brings from long ago opens conversations: only the newest is taken for history."""
    from tui_inbox.rules import reading

    right = reading._Reading.hear

    def wrong(self: Any, message: Any) -> None:
        late = message.history and message.asks and message.id % 2
        right(self, replace(message, history=False) if late else message)

    reading._Reading.hear = wrong  # type: ignore[method-assign]


def a_window_off_by_one() -> None:
    """A new conversation begins with its first message instead of with the end of the window."""
    from tui_inbox.inbox import belonging
    from tui_inbox.rules import threads

    right = threads.belongs

    def wrong(received: Any, stretches: Any, window: Any) -> Any:
        found = right(received, stretches, window)
        if isinstance(found, threads.Begin) and found.begins_at is not None:
            return threads.Begin(received - received.resolution, found.continues)
        return found

    belonging.threads.belongs = wrong  # type: ignore[attr-defined]


def a_machines_mail_that_reopens() -> None:
    """An automatic reply reopens what was archived."""
    from tui_inbox.rules import reading
    from tui_inbox.rules.model import Class, Status

    right = reading._Reading.hear

    def wrong(self: Any, message: Any) -> None:
        right(self, message)
        if message.class_ is Class.AUTO and self.status is Status.ARCHIVED:
            self.status = Status.OPEN

    reading._Reading.hear = wrong  # type: ignore[method-assign]


def a_snooze_that_may_end_before_it_begins() -> None:
    """A return in the past is taken."""
    from tui_inbox.inbox import acts
    from tui_inbox.rules import lifecycle
    from tui_inbox.rules.model import Snooze

    right = lifecycle.decide

    def wrong(it: Any, command: Any, now: Any) -> Any:
        if isinstance(command, Snooze):
            return lifecycle.Act(0, lifecycle.Verb.SNOOZE, now, command.seen, returns=command.returns, due=command.due)
        return right(it, command, now)

    acts.lifecycle.decide = wrong  # type: ignore[attr-defined]


def a_correction_without_a_trace() -> None:
    """What a later answer corrects is overwritten."""
    from tui_inbox.store import projection

    right = projection.Record.add

    def wrong(self: Any, id_: int, what: str, detail: Any) -> None:
        if what != "promise corrected":
            right(self, id_, what, detail)

    projection.Record.add = wrong  # type: ignore[method-assign]


def a_rule_that_gives_it_back() -> None:
    """A rule that names an owner gives it to them whoever had it before."""
    from tui_inbox.rules import routing

    routing.named_owner = lambda name, had: (name, "the rule says so.")


def a_machines_mail_that_rules_move() -> None:
    """Rules run on what a machine says in a conversation that is not its own."""
    from tui_inbox.store import cases

    right = cases._occasion

    def wrong(connection: Any, row: Any, **how: Any) -> Any:
        return replace(right(connection, row, **how), machine=False)

    cases._occasion = wrong


def a_second_turn_forgotten() -> None:
    """What came back from a snooze does not come back again when its unsent hand-over falls due."""
    from tui_inbox.store import projection

    right = projection._state

    projection._state = lambda it: right(it) | {"back_at": None}


def a_breach_passed_on() -> None:
    """What was late before it was forwarded is laid to whoever has it now."""
    from tui_inbox.rules.promise import Promise

    Promise.owner_at = lambda self, moment: self.responsible[-1].who  # type: ignore[method-assign]


def a_copy_that_counts_because_it_came_first() -> None:
    """Which copy of a mail counts is decided by which one came first."""
    from tui_inbox.inbox.offered import Offered

    Offered._outrank = lambda self, arrival, here: None  # type: ignore[method-assign]


FAULTS: dict[str, Callable[[], None]] = {
    one.__name__: one
    for one in (
        a_skipped_wake,
        an_act_that_sees_too_much,
        a_promise_ended_twice,
        a_late_answer_ignored,
        responsibility_not_passed,
        a_bounce_ignored,
        undo_that_forgets_the_plan,
        history_that_opens,
        a_window_off_by_one,
        a_machines_mail_that_reopens,
        a_snooze_that_may_end_before_it_begins,
        a_correction_without_a_trace,
        a_rule_that_gives_it_back,
        a_machines_mail_that_rules_move,
        a_second_turn_forgotten,
        a_breach_passed_on,
        a_copy_that_counts_because_it_came_first,
    )
}


def play(name: str) -> int:
    """Seed fault *name* (none: "") in this process and play; return `FOUND` or `SURVIVED`."""
    sys.path.insert(0, str(ROOT))
    from hypothesis import HealthCheck, Phase, settings
    from hypothesis.stateful import run_state_machine_as_test

    from tests.life.test_machine import Life

    if name:
        FAULTS[name]()
    played = 0

    class Counted(Life):
        def __init__(self) -> None:
            nonlocal played
            played += 1
            super().__init__()

    how = settings(
        max_examples=EXAMPLES,
        stateful_step_count=12,
        deadline=None,
        database=None,
        derandomize=True,
        print_blob=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    try:
        run_state_machine_as_test(Counted, settings=how)
    except Exception as found:  # noqa: BLE001 - whatever a broken law raises
        law = traceback.extract_tb(found.__traceback__)[-1].name.replace("_", " ")
        print(played, f"{law}: {str(found).partition(chr(10))[0]}"[:110])
        return FOUND
    print(played, "nothing")
    return SURVIVED


def main(names: list[str]) -> int:
    unknown = [one for one in names if one not in FAULTS]
    if unknown:
        print(f"There is no fault {unknown[0]}. There are: {', '.join(FAULTS)}.", file=sys.stderr)
        return 2
    survived = 0
    print(f"{'fault':42} {'examples':>8} {'seconds':>8}  what was seen")
    for name in names or ["", *FAULTS]:
        began = time.monotonic()
        child = subprocess.run(
            [sys.executable, __file__, "--play", name], capture_output=True, text=True, cwd=ROOT, check=False
        )
        lines = [line for line in child.stdout.splitlines() if line[:1].isdigit()]
        number, _, said = (lines[-1] if lines else "? the child failed").partition(" ")
        found = child.returncode == FOUND if name else child.returncode == SURVIVED
        survived += not found
        said = said if found else f"{'SURVIVED' if name else 'BROKEN WITHOUT A FAULT'}: {said}"
        print(
            f"{name.replace('_', ' ') or '(none)':42} {number:>8} {time.monotonic() - began:8.1f}  {said}", flush=True
        )
        if not lines:
            print(child.stderr[-2000:], file=sys.stderr)
    return 1 if survived else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--play"]:
        sys.exit(play(sys.argv[2] if len(sys.argv) > 2 else ""))
    sys.exit(main(sys.argv[1:]))
