"""What comes in: the import of files and the sync of mailboxes."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_inbox import sync as carrying
from tui_inbox.cli import shapes
from tui_inbox.cli.answers import answer, somebody
from tui_inbox.cli.desk import Desk
from tui_inbox.cli.progress import Progress
from tui_inbox.cli.rounds import say_round
from tui_inbox.cli.say import note, say, say_json
from tui_inbox.config import Account
from tui_inbox.problems import Misconfigured, Problem
from tui_inbox.rules import clean

if TYPE_CHECKING:
    from tui_inbox import exports
    from tui_inbox.connectors import Batch


def bring_in(desk: Desk, chosen: argparse.Namespace) -> int:
    """Import the paths, parts of one archive together; one that cannot be read does not stop the others."""
    from tui_inbox import exports  # deferred: a sync reads no files

    told = exports.Told(chosen.kind, chosen.account, chosen.me, chosen.zone)
    paths = [Path(path).expanduser() for path in chosen.paths]
    reports: list[exports.FileReport] = []
    troubles: list[Problem] = []
    with Progress() as progress:
        show, ask = _shown(progress), _asking(progress) if somebody(chosen) else None
        for found in exports.bring_in_all(
            desk.inbox, paths, desk.now(), told, dry_run=chosen.dry_run, progress=show, ask=ask
        ):
            if isinstance(found, exports.FileReport):
                reports.append(found)
            elif len(paths) == 1:
                raise found
            else:
                troubles.append(found)
                progress.clear()
                note(clean.line(found.what))
    if chosen.json:
        document = shapes.imported(reports)
        if troubles:
            document["problems"] = [shapes.trouble(one) for one in troubles]
        say_json(document)
    else:
        for report in reports:
            _say_report(report, dry_run=chosen.dry_run)
    return 1 if troubles else 0


def _asking(progress: Progress) -> exports.Ask:
    def ask(question: exports.Question) -> str | None:
        progress.clear()
        return asked(question)

    return ask


def asked(question: exports.Question) -> str | None:
    """Return what a person at the terminal answers; None where they do not know."""
    name = clean.line(question.path.name)
    if question.about == "zone":
        note(f"{name} names no time zone. It says, for example:")
        for who, texts in question.choices[:1]:
            for text in texts:
                note(f"  {clean.line(who)}: {clean.line(text)}")
        return answer(f"In which zone was the phone (such as Europe/Istanbul)? Enter takes {question.guess}:") or None
    note(f"{name} does not say which of these people is you:")
    for number, (who, texts) in enumerate(question.choices, 1):
        note(f"  {number}  {clean.line(who)}")
        for text in texts:
            note(f"       {clean.line(text)}")
    said = answer("Which one (a number or a name; Enter: none of them)?")
    if said.isdigit() and 1 <= int(said) <= len(question.choices):
        return question.choices[int(said) - 1][0]
    return next((who for who, _ in question.choices if said and who.casefold() == said.casefold()), None)


def _counted(conversations: int) -> str:
    return "1 conversation" if conversations == 1 else f"{conversations} conversations"


def _say_report(report: exports.FileReport, *, dry_run: bool) -> None:
    came = report.came
    would = "would be " if dry_run else ""
    say(f"{clean.line(str(report.path))}: {report.kind}, since {clean.line(report.why)}")
    if report.parts:
        say(f"  with its other parts: {', '.join(clean.line(one.name) for one in report.parts[1:])}")
    say(
        f"  {came.new} new messages {would}stored, {came.known} known, {came.updated} updated,"
        f" {came.set_aside} set aside; {_counted(len(came.conversations))} of account {report.account}"
        + (f", {report.archived} archived" if report.archived else "")
    )
    me = f"me: {clean.line(report.me)} ({clean.line(report.me_why)})" if report.me else "me: not known"
    say(f"  {me}; zone {report.zone} ({report.zone_why})" if report.zoned else f"  {me}")
    if report.corrected:
        say(f"  {report.corrected} messages, read wrongly before, put right")
    for old, new in came.renamed.items():
        say(f"  {clean.line(old)} is called {clean.line(new)} here: the same person")
    if report.hint:
        note(f"  {clean.line(report.hint)}")
    for where, what in report.problems[:20]:
        note(f"  {clean.line(where)}: {clean.line(what)}")
    if len(report.problems) > 20:
        note(f"  … and {len(report.problems) - 20} more (all of them with --json)")
    for warning in came.warnings:
        note(f"  {clean.line(warning)}")


def correct(desk: Desk, chosen: argparse.Namespace) -> int:
    """Put right who is me or which zone it was, in a whole account or in some of its conversations."""
    from tui_inbox.inbox.correct import Correction

    which = frozenset(chosen.conversation) if chosen.conversation else None
    came = desk.inbox.correct(Correction(chosen.account, tuple(chosen.me or ()), chosen.zone, which), desk.now())
    if chosen.json:
        say_json(
            {
                "account": came.account,
                "turned": came.turned,
                "moved": came.moved,
                "conversations": sorted(came.conversations),
            }
        )
    else:
        say(
            f"{clean.line(came.account)}: {came.turned} messages have changed sides, {came.moved} their time;"
            f" {_counted(len(came.conversations))} read anew."
        )
    return 0


def sync(desk: Desk, chosen: argparse.Namespace) -> int:
    """Sync the accounts, one after another, or stay and follow them; where a watch runs, have it sync now."""
    from tui_inbox.cli.asking import secret_or_asked
    from tui_inbox.sync.owner import owner, owning

    if not (desk.config.accounts or desk.config.inbox_folders):
        raise Misconfigured(
            "No mailbox is configured, and no folder to watch.",
            f"Connect a mailbox with `tui-inbox account add`, or name an [[inbox_folder]] in {desk.home.config}.",
        )
    if chosen.watch:
        from tui_inbox.cli.watching import watch

        return watch(desk, chosen, secret_or_asked)
    while True:
        with owning(desk.home, shapes.moment(desk.now()) or "") as own:
            if own is not None:
                document = _sync_once(desk, chosen, secret_or_asked)
                break
        if (who := owner(desk.home)) is not None and who.door:
            from tui_inbox.cli.watching import ask

            document = ask(desk, chosen, who)
            if not chosen.json:
                say_round(document)
            break
    if chosen.json:
        say_json(document)
    failed = any(one["problem"] for one in document["accounts"] + document["folders"])
    return 1 if failed or any(one["failed"] for one in document["folders"]) else 0


def _sync_once(desk: Desk, chosen: argparse.Namespace, secret: Callable[[Account], str]) -> dict[str, Any]:
    """Bring in and send out here and now; return what came of it. One that fails does not stop the others."""
    document: dict[str, Any] = {"accounts": [], "folders": []}
    with Progress() as progress:
        for report in carrying.sync(desk.inbox, chosen.names, desk.now, secret=secret, progress=_shown(progress)):
            progress.clear()
            document["accounts"].append(shapes.synced(report))
            if not chosen.json:
                say_round({"accounts": document["accounts"][-1:], "folders": []})
        if desk.config.inbox_folders and not chosen.names:
            from tui_inbox.exports.folder import look_through

            found = look_through(desk.inbox, desk.now, progress=_shown(progress))
            document["folders"] = [shapes.looked_through(one) for one in found]
            progress.clear()
            if not chosen.json:
                say_round({"accounts": [], "folders": document["folders"]})
    return document


def _shown(progress: Progress) -> Callable[[str, Batch], None]:
    return lambda name, batch: progress.say(name, batch.done, batch.total, batch.unit)
