"""One line from the person at the terminal, where there is one."""

from __future__ import annotations

import argparse
import sys

from tui_inbox.cli.say import fitting
from tui_inbox.problems import Problem
from tui_inbox.rules import clean


def somebody(chosen: argparse.Namespace) -> bool:
    """Return whether somebody can be asked: never when piped, and never where a script reads the answer."""
    return sys.stdin.isatty() and sys.stderr.isatty() and not chosen.json


def answer(question: str) -> str:
    """Return what is typed behind *question*, "" for nothing."""
    sys.stderr.write(fitting(clean.line(question)) + " ")
    sys.stderr.flush()
    try:
        return sys.stdin.readline().strip()
    except UnicodeDecodeError:
        raise Problem("That is not UTF-8 text.", "Type it again.") from None
