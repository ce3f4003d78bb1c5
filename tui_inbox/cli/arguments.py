"""The words of the command line: one parser, whose help says what the contract says, with an example each."""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable
from typing import Any, NoReturn

from tui_inbox import __version__
from tui_inbox.problems import Problem
from tui_inbox.rules.model import Class

Command = Callable[..., int]

TOP = """A terminal inbox for people who answer customers: mail and chats in one list, ordered by what is due.
Without a command it opens the inbox."""

END = """examples:
  tui-inbox demo                      look around in a made-up shop's week
  tui-inbox import ~/Downloads/chat.zip
  tui-inbox sync && tui-inbox list
  tui-inbox snooze 7 --until 'fri 9'  it returns on Friday at nine
Every command takes --json. Exit codes: 0 done, 1 refused or failed, 2 wrong usage or configuration, 130 interrupted."""


class WrongUsage(Problem):
    """Words that are no command line of ours."""

    kind = "usage"
    exit_code = 2


class _Parser(argparse.ArgumentParser):
    """Raises `WrongUsage` where its parent would print the words as they came, escape sequences and all, and exit."""

    def error(self, message: str) -> NoReturn:
        raise WrongUsage(f"{message[:1].upper()}{message[1:]}.", f"See `{self.prog} --help`.")


class _Command(_Parser):
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


def parser() -> argparse.ArgumentParser:
    """Return the parser of every command; each sets `do` to what runs it."""
    top: argparse.ArgumentParser = _Parser(
        prog="tui-inbox", description=TOP, epilog=END, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    top.add_argument("--version", action="version", version=f"tui-inbox {__version__}")
    _everywhere(top, suppress=False)
    top.set_defaults(do=_late("opening", "open_inbox"))
    commands = top.add_subparsers(title="commands", metavar="COMMAND", parser_class=_Command)

    demo = _add(
        commands,
        "demo",
        "open a throw-away inbox with sample mail and chats; no account or network needed",
        "tui-inbox demo --keep ~/demo --no-open",
        "opening",
        "demo",
    )
    demo.add_argument("--keep", metavar="DIR", help="make DIR its home and leave it")
    demo.add_argument("--no-open", action="store_true", help="only fill it")

    _add(
        commands, "account", "the mailboxes of the configuration", "tui-inbox account add", "accounts", "listing"
    ).then(_account)

    sync = _add(
        commands, "sync", "bring in what is new at the mailboxes", "tui-inbox sync support --json", "incoming", "sync"
    )
    sync.add_argument("names", nargs="*", metavar="ACCOUNT", help="only these accounts")
    sync.add_argument("--watch", action="store_true", help="stay, and follow what the servers tell")
    sync.add_argument("--attached", action="store_true", help="with --watch: end when standard input ends")

    outbox = _add(
        commands,
        "outbox",
        "hand-overs on their way: what waits, why, and what came back; or send what waits now",
        "tui-inbox outbox send",
        "outgoing",
        "outbox",
    )
    outbox.add_argument("what", nargs="?", choices=("list", "send"), default="list", help="list (default), or send now")
    outbox.add_argument("--all", action="store_true", dest="everything", help="list what has gone out too")

    bring = _add(
        commands,
        "import",
        "bring in chat exports, mbox, Maildir and .eml: files, folders or zips; again and again without doubling",
        "tui-inbox import chat.zip --me Deniz --zone Europe/Istanbul",
        "incoming",
        "bring_in",
    )
    bring.add_argument("paths", nargs="+", metavar="PATH")
    bring.add_argument(
        "--kind", help="what it is, where the content is mistaken (whatsapp, telegram, slack, mbox, ...)"
    )
    bring.add_argument("--account", metavar="NAME", help="the account it belongs to (default: its channel)")
    bring.add_argument("--me", metavar="NAME", help="my name, number or id in it")
    bring.add_argument("--zone", metavar="TZ", help="the zone of its times, where it names none")
    bring.add_argument("--dry-run", action="store_true", help="say what it would bring, and keep nothing")

    correct = _add(
        commands,
        "correct",
        "put right who is me, or which zone it was, in what was imported; nothing is imported again",
        "tui-inbox correct whatsapp --me 'Deniz Kaya' --zone Europe/Istanbul",
        "incoming",
        "correct",
    )
    correct.add_argument("account", metavar="ACCOUNT", help="the account, as `account list` shows it")
    correct.add_argument("--me", action="append", metavar="NAME", help="my name in it; once for each that I have")
    correct.add_argument("--zone", metavar="TZ", help="the zone of its times")
    correct.add_argument(
        "--conversation", action="append", type=int, metavar="ID", help="only the chats of these conversations"
    )

    listing = _add(commands, "list", "a queue in its order", "tui-inbox list snoozed --limit 20", "looking", "listing")
    listing.add_argument(
        "queue",
        nargs="?",
        default="inbox",
        metavar="QUEUE",
        help="inbox (default), snoozed, archived, handed_over, spam, all, or a view of the configuration",
    )
    listing.add_argument("--query", metavar="Q", help="only what this search finds")
    listing.add_argument("--limit", type=_count, metavar="N", help="so many at most (default: 200)")
    listing.add_argument("--after", metavar="TOKEN", help="go on behind a page: its `next`")

    show = _add(commands, "show", "one conversation, whole", "tui-inbox show 7 --json", "looking", "show")
    show.add_argument("id", type=int, metavar="ID")

    search = _add(
        commands,
        "search",
        "conversations by their newest matching message",
        "tui-inbox search 'from:ada refund -is:archived'",
        "looking",
        "search",
    )
    search.add_argument("query", nargs="+", metavar="QUERY")
    search.add_argument("--limit", type=_count, metavar="N", help="so many at most (default: 50)")
    search.add_argument("--after", metavar="TOKEN", help="go on behind a page: its `next`")

    snooze = _add(
        commands,
        "snooze",
        "set when it returns, and its new deadline",
        "tui-inbox snooze 7 9 --until 'tomorrow 9' --due 4h",
        "acting",
        "snooze",
    )
    _ids(snooze)
    snooze.add_argument(
        "--until",
        required=True,
        metavar="WHEN",
        help="`tomorrow 9`, `fri 14:00`, `3h`, `pazartesi 9`, RFC 3339; `again` takes the interrupted plan",
    )
    snooze.add_argument(
        "--due", metavar="WHEN", help="the deadline, counted from the return (default: the follow_up target)"
    )

    archive = _add(
        commands,
        "archive",
        "nothing more is to be done; a reply reopens it",
        "tui-inbox archive 7",
        "acting",
        "archive",
    )
    _ids(archive)

    forward = _add(
        commands,
        "forward",
        "make a teammate the owner; the responsibility goes with it",
        "tui-inbox forward 7 --to Mert --note 'refund, please'",
        "acting",
        "forward",
    )
    _ids(forward)
    forward.add_argument("--to", required=True, metavar="NAME", help="a teammate of the configuration, or me")
    forward.add_argument("--note", default="", metavar="TEXT", help="what the teammate reads first")

    undo = _add(commands, "undo", "take back the last act, or the last N, or one", "tui-inbox undo 2", "acting", "undo")
    undo.add_argument("count", nargs="?", type=_count, default=1, metavar="N")
    undo.add_argument("--act", type=int, metavar="ID", help="this one (`show` names them)")

    explain = _add(
        commands,
        "explain",
        "why it lies where it lies, is due when it is due, and belongs to whom",
        "tui-inbox explain 7",
        "explaining",
        "explain",
    )
    explain.add_argument("id", type=int, metavar="ID")

    judge = _add(
        commands,
        "judge",
        "correct what a message was taken for, and see the rule that would have",
        "tui-inbox judge 12 --as human",
        "explaining",
        "judge",
    )
    judge.add_argument("message", type=int, metavar="MESSAGE", help="a message's id, as `show --json` names it")
    judge.add_argument("--as", dest="class_", required=True, choices=[one.value for one in Class], help="what it is")

    attachment = _add(
        commands,
        "attachment",
        "the files of a conversation: list them, save one, open one, or fetch one that was left on its server",
        "tui-inbox attachment save 12 --to ~/Downloads",
        "files",
        "attachment",
    )
    attachment.add_argument(
        "what",
        choices=("list", "save", "open", "fetch"),
        help="list ID: of a conversation; save, open or fetch ID: one of them",
    )
    attachment.add_argument("id", type=int, metavar="ID")
    attachment.add_argument("--to", metavar="DIR", default=".", help="where to save it (default: here)")
    attachment.add_argument("--anyway", action="store_true", help="open it, although it could run as a program")

    place = _add(
        commands,
        "open",
        "open the place where the customer wrote, to answer there",
        "tui-inbox open 7 --print",
        "files",
        "place",
    )
    place.add_argument("id", type=int, metavar="ID")
    place.add_argument("--print", action="store_true", dest="only_print", help="print the address, and open nothing")

    rules = _add(
        commands,
        "rules",
        "read the rules, or try them on the stored past",
        "tui-inbox rules try --since 30d",
        "explaining",
        "rules",
    )
    rules.add_argument("what", choices=("check", "try"))
    rules.add_argument("--since", metavar="D", help="only conversations newer than this (`30d`)")

    report = _add(
        commands,
        "report",
        "the figures: how long customers waited, what was promised and kept, what came and what was done",
        "tui-inbox report --since 28d --by channel,week",
        "reporting",
        "report",
    )
    report.add_argument("--since", metavar="D", help="from this day, moment or time ago on (2026-03-02, 2026-03, 28d)")
    report.add_argument("--until", metavar="D", help="to the end of this day, or to this moment (default: now)")
    report.add_argument("--by", metavar="LIST", help="told apart by channel, tier, week or owner, or several of them")
    report.add_argument("--csv", action="store_true", help="a line for each group")
    report.add_argument("--behind", metavar="FIGURE", help="list the conversations that a figure counts")

    contact = _add(
        commands,
        "contact",
        "say that two contacts are one person, or take it back; see who may be",
        "tui-inbox contact link 3 9",
        "people",
        "contact",
    )
    contact.add_argument(
        "what",
        choices=("show", "link", "apart", "unlink", "suggest"),
        help="link A B: the same person; apart A B: two persons; unlink IDENTITY: take a link back; show ID; "
        "suggest: who may be one person",
    )
    contact.add_argument("names", nargs="*", metavar="ID", help="contacts by id; an identity by id, address or number")

    _keeping(commands)

    _add(
        commands,
        "doctor",
        "store, configuration, keyring, servers, clock: what is wrong and what to do",
        "tui-inbox doctor",
        "checking",
        "doctor",
    )
    return top


def _keeping(commands: argparse._SubParsersAction[Any]) -> None:
    """Add what is done to the store as a whole."""
    export = _add(
        commands,
        "export",
        "everything back out, losslessly: mails as mbox, chats as JSON lines that import reads again",
        "tui-inbox export --query 'contact:ada' --format mbox,jsonl --to ~/ada",
        "keeping",
        "export",
    )
    export.add_argument("--query", metavar="Q", help="only what this search finds (default: everything)")
    export.add_argument("--format", default="mbox,jsonl", metavar="F", help="mbox, jsonl, or both (default)")
    export.add_argument("--to", required=True, metavar="PATH", help="a new file for one format, or a folder")

    backup = _add(
        commands,
        "backup",
        "a consistent copy of the store, also while the program runs",
        "tui-inbox backup ~/backups",
        "keeping",
        "backup",
    )
    backup.add_argument("path", metavar="PATH", help="a new file, or a folder")

    restore = _add(
        commands,
        "restore",
        "put a backup in the store's place; what was there is kept beside it",
        "tui-inbox restore ~/backups/inbox-20260302T080000Z.db",
        "keeping",
        "restore",
    )
    restore.add_argument("path", metavar="PATH", help="a file that `backup` made")

    purge = _add(
        commands,
        "purge",
        "erase a customer's messages, identities and index entries for good; the figures stay",
        "tui-inbox purge --contact 3",
        "keeping",
        "purge",
    )
    purge.add_argument(
        "--contact", required=True, type=int, metavar="ID", help="as `contact` and `show --json` name it"
    )
    purge.add_argument("--export", metavar="DIR", help="write what goes into this folder first")
    purge.add_argument("--yes", action="store_true", help="erase without asking")


def _account(account: argparse.ArgumentParser) -> None:
    """Add what can be done with accounts."""
    doing = account.add_subparsers(title="what to do", metavar="WHAT", required=True)

    add = _add(
        doing,
        "add",
        "add a mailbox: asks what is not given, signs in, keeps the secret in the keyring, writes config.toml",
        "tui-inbox account add\n  tui-inbox account add --address a@shop.example --password-command 'pass show mail'",
        "signing_in",
        "add",
    )
    add.add_argument("--address", metavar="ADDRESS", help="the mail address")
    add.add_argument("--name", help="what it is called here (default: what stands before the @)")
    add.add_argument("--provider", help="gmail, office365, ...: where the address does not show whose it is")
    add.add_argument("--host", help="the mail server, where the provider is not known")
    add.add_argument("--port", type=_port, help="default: 993, or 143 without implicit TLS")
    add.add_argument("--tls", choices=("implicit", "starttls", "none"), help="none only on this machine")
    add.add_argument("--ca", metavar="FILE", help="the authority of the server's certificate (PEM)")
    add.add_argument("--pin", metavar="SHA256", help="the one certificate of the server that is believed")
    add.add_argument("--user", help="the user name, where it is not the address")
    add.add_argument("--auth", choices=("password", "oauth2"), help="how it is signed in to, where both would do")
    add.add_argument(
        "--password-command", metavar="COMMAND", help="a command that prints the password; nothing is kept"
    )
    add.add_argument("--token-command", metavar="COMMAND", help="a command that prints an access token")
    add.add_argument("--client-id", metavar="ID", help="your OAuth2 client id (docs/mail-providers.md)")
    add.add_argument(
        "--oauth",
        action="append",
        metavar="KEY=VALUE",
        help="provider, tenant, or your own authorize, device, token and scope",
    )
    add.add_argument("--smtp-host", metavar="HOST", help="the server that hand-overs are sent through")
    add.add_argument("--smtp-port", type=_port, metavar="PORT", help="default: 465, 587 for starttls, 25 for none")
    add.add_argument("--smtp-tls", choices=("implicit", "starttls", "none"), help="none only on this machine")
    add.add_argument(
        "--no-keep", action="store_true", help="keep no password: it is asked for each time, at a terminal"
    )
    _signing_in(add)

    sign_in = _add(
        doing,
        "sign-in",
        "sign in anew: a new password, or OAuth2 once more",
        "tui-inbox account sign-in support",
        "signing_in",
        "sign_in",
    )
    sign_in.add_argument("name", metavar="ACCOUNT")
    _signing_in(sign_in)

    for name, what, function in (
        ("list", "every source, and when it was last read", "listing"),
        ("test", "sign in and look at the folders; changes nothing", "test"),
    ):
        one = _add(doing, name, what, f"tui-inbox account {name}", "accounts", function)
        one.add_argument("names", nargs="*", metavar="ACCOUNT", help="only these")

    remove = _add(
        doing,
        "remove",
        "take an account out of config.toml and its secret out of the keyring; its messages stay stored",
        "tui-inbox account remove support",
        "accounts",
        "remove",
    )
    remove.add_argument("name", metavar="ACCOUNT")


def _signing_in(command: argparse.ArgumentParser) -> None:
    command.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    command.add_argument(
        "--client-secret-stdin", action="store_true", help="read the OAuth2 client's secret from there"
    )
    command.add_argument(
        "--flow", choices=("browser", "device"), help="how to sign in with OAuth2: here, or on another screen"
    )
    command.add_argument("--no-test", action="store_true", help="keep and write it without signing in to the server")


def _everywhere(to: argparse.ArgumentParser, *, suppress: bool) -> None:
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


def _add(
    commands: argparse._SubParsersAction[Any],
    name: str,
    what: str,
    example: str,
    module: str,
    function: str,
) -> _Command:
    command: _Command = commands.add_parser(
        name,
        help=what,
        description=f"{what[0].upper()}{what[1:]}.",
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _everywhere(command, suppress=True)
    command.set_defaults(do=_late(module, function))
    return command


def _late(module: str, function: str) -> Command:
    """Return a command whose module is imported when it runs: each pays only for what it needs."""

    def do(*arguments: object) -> int:
        from importlib import import_module

        run: Command = getattr(import_module(f"tui_inbox.cli.{module}"), function)
        if not gc.isenabled():
            gc.freeze()
            gc.enable()
        return run(*arguments)

    return do


def _ids(command: argparse.ArgumentParser) -> None:
    command.add_argument("ids", nargs="+", type=int, metavar="ID")


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _port(text: str) -> int:
    number = int(text)
    if not 0 < number < 65536:
        raise argparse.ArgumentTypeError("must be 1 to 65535")
    return number
