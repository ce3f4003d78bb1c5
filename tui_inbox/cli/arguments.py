"""The words of the command line: one parser, and for every command what it does and an example."""

from __future__ import annotations

import argparse
from typing import Any, TypeAlias

from tui_inbox import __version__
from tui_inbox.cli.parsing import CommandParser, Helping, Parser, add, count, everywhere, ids, late, number
from tui_inbox.rules.model import Class

Commands: TypeAlias = "argparse._SubParsersAction[Any]"

TOP = """A terminal inbox for people who answer customers: mail and chats in one list, ordered by what is due.
Without a command it opens the inbox."""

END = """examples:
  tui-inbox demo                      look around in a made-up shop's week
  tui-inbox import ~/Downloads/chat.zip
  tui-inbox sync && tui-inbox list
  tui-inbox snooze 7 --until 'fri 9'  it returns on Friday at nine
Every command takes --json. Exit codes: 0 done, 1 refused or failed, 2 wrong usage or configuration, 130 interrupted."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of every command; each sets `do` to what runs it."""
    top: argparse.ArgumentParser = Parser(prog="tui-inbox", description=TOP, epilog=END, formatter_class=Helping)
    top.add_argument("--version", action="version", version=f"tui-inbox {__version__}")
    everywhere(top, suppress=False)
    top.set_defaults(do=late("opening", "open_inbox"))
    commands = top.add_subparsers(title="commands", metavar="COMMAND", parser_class=CommandParser)
    for several in (
        _opening,
        _mailboxes,
        _exports,
        _looking,
        _acting,
        _judging,
        _places,
        _overall,
        _keeping,
        _checking,
    ):
        several(commands)
    return top


def _opening(commands: Commands) -> None:
    """Add what opens the inbox."""
    demo = add(
        commands,
        "demo",
        "open a throw-away inbox with sample mail and chats; no account or network needed",
        "tui-inbox demo --keep ~/demo --no-open",
        "opening",
        "demo",
    )
    demo.add_argument("--keep", metavar="DIR", help="make DIR its home and leave it")
    demo.add_argument("--no-open", action="store_true", help="only fill it")


def _mailboxes(commands: Commands) -> None:
    """Add what is said of mailboxes, and what goes in and out there."""
    add(commands, "account", "the mailboxes of the configuration", "tui-inbox account add", "accounts", "listing").then(
        _account
    )

    sync = add(
        commands,
        "sync",
        "bring in what is new at the mailboxes and in watched folders, and send what waits",
        "tui-inbox sync support --json",
        "incoming",
        "sync",
    )
    sync.add_argument("names", nargs="*", metavar="ACCOUNT", help="only these accounts")
    sync.add_argument("--watch", action="store_true", help="stay, and follow what the servers tell")
    sync.add_argument("--attached", action="store_true", help="with --watch: end when standard input ends")

    outbox = add(
        commands,
        "outbox",
        "hand-overs on their way: what waits, why, and what came back; or send what waits now",
        "tui-inbox outbox send",
        "outgoing",
        "outbox",
    )
    outbox.add_argument("what", nargs="?", choices=("list", "send"), default="list", help="list (default), or send now")
    outbox.add_argument("--all", action="store_true", dest="everything", help="list what has gone out too")


def _exports(commands: Commands) -> None:
    """Add what brings in files."""
    bring = add(
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

    correct = add(
        commands,
        "correct",
        "put right who is me, or which zone it was, in what was imported; nothing is imported again",
        "tui-inbox correct whatsapp --me 'Deniz Kaya' --zone Europe/Istanbul",
        "incoming",
        "correct",
    )
    correct.add_argument("account", metavar="ACCOUNT", help="the account, as `account list` shows it")
    correct.add_argument(
        "--me", action="append", metavar="NAME", help="my name in it, of mail an address; once for each"
    )
    correct.add_argument("--zone", metavar="TZ", help="the zone of its times")
    correct.add_argument(
        "--conversation", action="append", type=number, metavar="ID", help="only the chats of these conversations"
    )


def _looking(commands: Commands) -> None:
    """Add what only looks."""
    listing = add(commands, "list", "a queue in its order", "tui-inbox list snoozed --limit 20", "looking", "listing")
    listing.add_argument(
        "queue",
        nargs="?",
        default="inbox",
        metavar="QUEUE",
        help="inbox (default), snoozed, archived, handed_over, spam, all, or a view of the configuration",
    )
    listing.add_argument("--query", metavar="Q", help="only what this search finds")
    listing.add_argument("--limit", type=count, metavar="N", help="so many at most (default: 200)")
    listing.add_argument("--after", metavar="TOKEN", help="go on behind a page: its `next`")

    show = add(commands, "show", "one conversation, whole", "tui-inbox show 7 --json", "looking", "show")
    show.add_argument("id", type=number, metavar="ID")

    search = add(
        commands,
        "search",
        "conversations by their newest matching message",
        "tui-inbox search 'from:ada refund -is:archived'",
        "looking",
        "search",
    )
    search.add_argument("query", nargs="+", metavar="QUERY")
    search.add_argument("--limit", type=count, metavar="N", help="so many at most (default: 50)")
    search.add_argument("--after", metavar="TOKEN", help="go on behind a page: its `next`")


def _acting(commands: Commands) -> None:
    """Add the three actions, and their undoing."""
    snooze = add(
        commands,
        "snooze",
        "set when it returns, and its new deadline",
        "tui-inbox snooze 7 9 --until 'tomorrow 9' --due 4h",
        "acting",
        "snooze",
    )
    ids(snooze)
    snooze.add_argument(
        "--until",
        required=True,
        metavar="WHEN",
        help="`tomorrow 9`, `fri 14:00`, `3h`, `pazartesi 9`, RFC 3339; `again` takes the interrupted plan",
    )
    snooze.add_argument(
        "--due", metavar="WHEN", help="the deadline, counted from the return (default: the follow_up target)"
    )

    archive = add(
        commands,
        "archive",
        "nothing more is to be done; a reply reopens it",
        "tui-inbox archive 7",
        "acting",
        "archive",
    )
    ids(archive)

    forward = add(
        commands,
        "forward",
        "make a teammate the owner; the responsibility goes with it",
        "tui-inbox forward 7 --to Mert --note 'refund, please'",
        "acting",
        "forward",
    )
    ids(forward)
    forward.add_argument("--to", required=True, metavar="NAME", help="a teammate of the configuration, or me")
    forward.add_argument("--note", default="", metavar="TEXT", help="what the teammate reads first")

    undo = add(commands, "undo", "take back the last act, or the last N, or one", "tui-inbox undo 2", "acting", "undo")
    undo.add_argument("count", nargs="?", type=count, default=1, metavar="N")
    undo.add_argument("--act", type=number, metavar="ID", help="this one (`show` names them)")


def _judging(commands: Commands) -> None:
    """Add why, and whether it was right."""
    explain = add(
        commands,
        "explain",
        "why it lies where it lies, is due when it is due, and belongs to whom",
        "tui-inbox explain 7",
        "explaining",
        "explain",
    )
    explain.add_argument("id", type=number, metavar="ID")

    judge = add(
        commands,
        "judge",
        "correct what a message was taken for, and see the rule that would have known",
        "tui-inbox judge 12 --as human",
        "explaining",
        "judge",
    )
    judge.add_argument("message", type=number, metavar="MESSAGE", help="a message's id, as `show --json` names it")
    judge.add_argument("--as", dest="class_", required=True, choices=[one.value for one in Class], help="what it is")


def _places(commands: Commands) -> None:
    """Add what leads out of the program."""
    attachment = add(
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
    attachment.add_argument("id", type=number, metavar="ID")
    attachment.add_argument("--to", metavar="DIR", default=".", help="where to save it (default: here)")
    attachment.add_argument("--anyway", action="store_true", help="open it, although it could run as a program")

    place = add(
        commands,
        "open",
        "open the place where the customer wrote, to answer there",
        "tui-inbox open 7 --print",
        "files",
        "place",
    )
    place.add_argument("id", type=number, metavar="ID")
    place.add_argument("--print", action="store_true", dest="only_print", help="print the address, and open nothing")


def _overall(commands: Commands) -> None:
    """Add what tells of the whole: rules, figures, people."""
    rules = add(
        commands,
        "rules",
        "read the rules, or try them on the stored past",
        "tui-inbox rules try --since 30d",
        "explaining",
        "rules",
    )
    rules.add_argument("what", choices=("check", "try"))
    rules.add_argument("--since", metavar="D", help="only conversations newer than this (`30d`)")

    report = add(
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

    contact = add(
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


def _keeping(commands: Commands) -> None:
    """Add what is done to the store as a whole."""
    export = add(
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

    backup = add(
        commands,
        "backup",
        "a consistent copy of the store, also while the program runs",
        "tui-inbox backup ~/backups",
        "keeping",
        "backup",
    )
    backup.add_argument("path", metavar="PATH", help="a new file, or a folder")

    restore = add(
        commands,
        "restore",
        "put a backup in the store's place; what was there is kept beside it",
        "tui-inbox restore ~/backups/inbox-20260302T080000Z.db",
        "keeping",
        "restore",
    )
    restore.add_argument("path", metavar="PATH", help="a file that `backup` made")

    purge = add(
        commands,
        "purge",
        "erase a customer's messages, identities and index entries for good; the figures stay",
        "tui-inbox purge --contact 3",
        "keeping",
        "purge",
    )
    purge.add_argument(
        "--contact", required=True, type=number, metavar="ID", help="as `contact` and `show --json` name it"
    )
    purge.add_argument("--export", metavar="DIR", help="write what goes into this folder first")
    purge.add_argument("--yes", action="store_true", help="erase without asking")


def _checking(commands: Commands) -> None:
    """Add what is about the program itself."""
    add(
        commands,
        "doctor",
        "store, configuration, keyring, servers, clock: what is wrong and what to do",
        "tui-inbox doctor",
        "checking",
        "doctor",
    )
    shell = add(
        commands,
        "completions",
        "what a shell needs to complete these commands with the Tab key",
        "tui-inbox completions fish",
        "completing",
        "completions",
    )
    shell.add_argument("shell", choices=("bash", "zsh", "fish"), help="the shell")


def _account(account: argparse.ArgumentParser) -> None:
    from tui_inbox.cli import account_arguments  # deferred: of thirty commands a command line needs one

    account_arguments.account(account)
