"""What comes in: the import of files and the sync of mailboxes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tui_inbox import sync as carrying
from tui_inbox.cli import shapes
from tui_inbox.cli.desk import Desk
from tui_inbox.cli.say import note, say, say_json, say_problem
from tui_inbox.connectors import Batch
from tui_inbox.problems import Misconfigured, Problem
from tui_inbox.rules import clean


def bring_in(desk: Desk, chosen: argparse.Namespace) -> int:
    """Import each path; one that cannot be read does not stop the others."""
    reports: list[carrying.FileReport] = []
    troubles: list[Problem] = []
    for path in chosen.paths:
        try:
            reports += carrying.bring_in(
                desk.inbox,
                Path(path).expanduser(),
                desk.now(),
                kind=chosen.kind,
                account=chosen.account,
                me=chosen.me,
                zone=chosen.zone,
                dry_run=chosen.dry_run,
                progress=_progress,
            )
        except Problem as problem:
            if len(chosen.paths) == 1:
                raise
            troubles.append(problem)
            note(f"{path}: {problem.what}")
    if chosen.json:
        document = shapes.imported(reports)
        if troubles:
            document["problems"] = [{"kind": one.kind, "what": one.what, "hint": one.hint} for one in troubles]
        say_json(document)
    else:
        for report in reports:
            _say_report(report, dry_run=chosen.dry_run)
    return 1 if troubles else 0


def _say_report(report: carrying.FileReport, *, dry_run: bool) -> None:
    came = report.came
    would = "would be " if dry_run else ""
    say(f"{clean.line(str(report.path))}: {report.kind}, since {clean.line(report.why)}")
    say(
        f"  {came.new} new messages {would}stored, {came.known} known, {came.updated} updated,"
        f" {came.set_aside} set aside; {len(came.conversations)} conversations of account {report.account}"
    )
    me = f"me: {clean.line(report.me)}" if report.me else "me: not known (name yourself with --me)"
    say(f"  {me}; zone {report.zone}")
    for where, what in report.problems[:20]:
        note(f"  {clean.line(where)}: {clean.line(what)}")
    if len(report.problems) > 20:
        note(f"  … and {len(report.problems) - 20} more (all of them with --json)")
    for warning in came.warnings:
        note(f"  {clean.line(warning)}")


def sync(desk: Desk, chosen: argparse.Namespace) -> int:
    """Sync the accounts; one that fails does not stop the others."""
    from tui_inbox.vault import secret

    if not desk.config.accounts:
        raise Misconfigured(
            "No mailbox is configured.",
            f"Add an [[account]] to {desk.home.config}; config.example.toml shows how.",
        )
    reports = []
    for report in carrying.sync(desk.inbox, chosen.names, desk.now, secret=secret, progress=_progress):
        reports.append(report)
        if not chosen.json:
            came = report.came
            say(f"{report.name}: {came.new} new, {came.known} known, {came.gone} gone, {came.set_aside} set aside")
            if report.problem is not None:
                say_problem(report.problem, as_json=False)
    if chosen.json:
        say_json({"accounts": [shapes.synced(report) for report in reports]})
    return 1 if any(report.problem for report in reports) else 0


def _progress(name: str, batch: Batch) -> None:
    """Show how far it is, on a terminal only."""
    if sys.stderr.isatty():
        of = f" of {batch.total:,}" if batch.total else ""
        sys.stderr.write(f"\r{clean.line(name)}: {batch.done:,}{of} {batch.unit}\033[K")
        if batch.total and batch.done >= batch.total:
            sys.stderr.write("\r\033[K")
        sys.stderr.flush()
