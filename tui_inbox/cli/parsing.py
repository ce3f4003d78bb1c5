"""How the command line is parsed: commands declared in a few words, each made and imported when it is asked for."""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable
from typing import Any, NoReturn

from tui_inbox.problems import Problem, one_of

Command = Callable[..., int]


class WrongUsage(Problem):
    """Words that are no command line of ours."""

    kind = "usage"
    exit_code = 2


class Parser(argparse.ArgumentParser):
    """Raises `WrongUsage` where its parent would print the words as they came, escape sequences and all, and exit."""

    def error(self, message: str) -> NoReturn:
        raise WrongUsage(f"{message[:1].upper()}{message[1:]}.", f"See `{self.prog} --help`.")

    def _check_value(self, action: argparse.Action, value: object) -> None:
        """Say what is near to a word that is none of those an argument can be, where its parent lists all of them."""
        if action.choices is None or value in action.choices:
            return
        known = [str(one) for one in action.choices]
        said = f"{self.prog} {'/'.join(action.option_strings)}".strip() + f" {value}"
        raise WrongUsage(f"There is no `{said}`.", f"{one_of(str(value), known)} See `{self.prog} --help`.")


class CommandParser(Parser):
    """The parser of one command, made when something is asked of it: of thirty, a command line needs one."""

    def __init__(self, **words: Any) -> None:
        self._words = words
        self._said: list[Callable[[argparse.ArgumentParser], object]] | None = []

    def __getattr__(self, name: str) -> Any:
        said = self.__dict__.get("_said")
        if said is None:
            raise AttributeError(name)
        self._said = None
        super().__init__(**self._words)
        for one in said:
            one(self)
        return getattr(self, name)

    def then(self, add: Callable[[argparse.ArgumentParser], object]) -> None:
        """Have *add* called with this parser once it is made."""
        if self._said is None:
            add(self)
        else:
            self._said.append(add)

    def add_argument(self, *names: Any, **words: Any) -> Any:
        if self._said is None:
            return super().add_argument(*names, **words)
        return self._said.append(lambda made: made.add_argument(*names, **words))

    def set_defaults(self, **words: Any) -> None:
        if self._said is None:
            super().set_defaults(**words)
        else:
            self._said.append(lambda made: made.set_defaults(**words))


class Helping(argparse.HelpFormatter):
    """Breaks sentences at the width of the terminal, and leaves indented lines, which are examples, as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines = text.splitlines()
        return "\n".join(
            line if line[:1] == " " else super(Helping, self)._fill_text(line, width, indent) for line in lines
        )


def everywhere(to: argparse.ArgumentParser, *, suppress: bool) -> None:
    """Add what every command takes, before or after the command's name."""
    missing = argparse.SUPPRESS if suppress else None
    to.add_argument(
        "--home",
        metavar="DIR",
        default=missing,
        help="the folder of config.toml, inbox.db and logs (or TUI_INBOX_HOME)",
    )
    to.add_argument("--config", metavar="FILE", default=missing, help="another configuration file")
    to.add_argument(
        "--json",
        action="store_true",
        default=argparse.SUPPRESS if suppress else False,
        help="one JSON document on standard output",
    )


def add(
    commands: argparse._SubParsersAction[Any],
    name: str,
    what: str,
    example: str,
    module: str,
    function: str,
) -> CommandParser:
    """Add a command and return its parser; *function* of *module* in `cli` does it."""
    command: CommandParser = commands.add_parser(
        name,
        help=what,
        description=f"{what[0].upper()}{what[1:]}.",
        epilog=f"example:\n  {example}",
        formatter_class=Helping,
    )
    everywhere(command, suppress=True)
    command.set_defaults(do=late(module, function))
    return command


def late(module: str, function: str) -> Command:
    """Return a command whose module is imported when it runs: each pays only for what it needs."""

    def do(*arguments: object) -> int:
        from importlib import import_module

        run: Command = getattr(import_module(f"tui_inbox.cli.{module}"), function)
        if not gc.isenabled():
            gc.freeze()
            gc.enable()
        return run(*arguments)

    return do


def ids(command: argparse.ArgumentParser) -> None:
    """Have *command* take one conversation or several."""
    command.add_argument("ids", nargs="+", type=number, metavar="ID")


def number(text: str) -> int:
    """Return the whole number that *text* is."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no number") from None


def count(text: str) -> int:
    """Return the number that *text* is, 1 or more."""
    it = number(text)
    if it < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return it


def port(text: str) -> int:
    """Return the port that *text* is."""
    it = number(text)
    if not 0 < it < 65536:
        raise argparse.ArgumentTypeError("must be 1 to 65535")
    return it
