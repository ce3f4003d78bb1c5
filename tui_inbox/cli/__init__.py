"""Every command a script may run; each one a few lines over the inbox.

Exit codes: 0 done; 1 something was refused or failed; 2 wrong usage or configuration; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from tui_inbox.cli.arguments import parser
from tui_inbox.cli.desk import Desk
from tui_inbox.cli.say import say_problem
from tui_inbox.problems import Problem

__all__ = ["parser", "run"]


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; trouble is said in two plain lines, or as JSON with `--json`."""
    as_json = "--json" in arguments
    try:
        chosen = parser().parse_args(arguments)
        as_json = chosen.json
        desk = Desk.open(chosen, os.environ)
        try:
            return int(chosen.do(desk, chosen))
        finally:
            desk.close()
    except Problem as problem:
        say_problem(problem, as_json=as_json)
        return problem.exit_code
    except KeyboardInterrupt:
        print("Interrupted. What was stored is kept; the same command goes on from there.", file=sys.stderr)  # noqa: T201 - the command line speaks
        return 130
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
