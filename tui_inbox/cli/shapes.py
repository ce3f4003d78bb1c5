"""What `--json` prints, as `docs/commands.md` says: values of the inbox as plain dictionaries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui_inbox.exports import FileReport
    from tui_inbox.exports.folder import FolderReport
    from tui_inbox.inbox.outcome import Skipped
    from tui_inbox.problems import Problem
    from tui_inbox.store.lines import Row
    from tui_inbox.store.whole import MessageLine, Whole
    from tui_inbox.sync import AccountReport
    from tui_inbox.sync.watch import Finished


def moment(at: datetime | None) -> str | None:
    """Return *at* in RFC 3339, UTC, whole seconds: `2026-03-02T08:00:00Z`."""
    if at is None:
        return None
    return at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def trouble(problem: Problem) -> dict[str, str]:
    return {"kind": problem.kind, "what": problem.what, "hint": problem.hint}


def conversation(row: Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "channel": row.channel,
        "account": row.account,
        "subject": row.subject,
        "contact": {"id": row.contact.id, "name": row.contact.name, "identities": list(row.contact.identities)},
        "place": row.place.value,
        "status": row.status.value,
        "owner": row.owner,
        "tier": row.tier,
        "skill": row.skill,
        "due": moment(row.due),
        "clock": row.clock.value,
        "reason": row.reason and row.reason.value,
        "returns": moment(row.returns),
        "waiting_since": moment(row.waiting_since),
        "messages": row.messages,
        "news": row.news,
        "snoozes": row.snoozes,
        "last_at": moment(row.last_at),
        "snippet": row.snippet,
        "continues": row.continues,
        "as_of": moment(row.as_of),
    }


def listing(queue: str, total: int, after: str | None, rows: Iterable[Row]) -> dict[str, Any]:
    return {"queue": queue, "total": total, "next": after, "conversations": [conversation(row) for row in rows]}


def message(line: MessageLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "external_id": line.external_id,
        "direction": line.direction.value,
        "class": line.class_.value,
        "why": line.why,
        "sender": {"name": line.sender_name, "identity": line.sender_identity},
        "to": list(line.to),
        "subject": line.subject,
        "sent_at": moment(line.sent_at),
        "received_at": moment(line.received_at),
        "text": line.text,
        "quoted": line.quoted,
        "state": line.state.value,
        "history": line.history,
        "attachments": [
            {"id": one.id, "name": one.name, "type": one.type, "size": one.size, "stored": one.stored}
            for one in line.attachments
        ],
        "warnings": list(line.warnings),
    }


def whole(it: Whole) -> dict[str, Any]:
    return conversation(it.row) | {
        "messages": [message(line) for line in it.messages],
        "promises": [
            {
                "kind": one.kind.value,
                "started": moment(one.started),
                "due": moment(one.due),
                "ended": moment(one.ended),
                "outcome": one.outcome.value,
                "responsible": one.responsible,
                "why": one.why,
            }
            for one in it.promises
        ],
        "history": [
            {"at": moment(one.at), "event": one.event, "by": one.by, "detail": one.detail} for one in it.history
        ],
    }


def acted(rows: Sequence[Row], skipped: Sequence[Skipped]) -> dict[str, Any]:
    return {
        "done": [conversation(row) for row in rows],
        "skipped": [{"id": one.id, "why": one.why} for one in skipped],
    }


def imported(reports: Iterable[FileReport]) -> dict[str, Any]:
    return {"files": [imported_file(one) for one in reports]}


def imported_file(one: FileReport) -> dict[str, Any]:
    return {
        "path": str(one.path),
        "parts": [str(part) for part in one.parts],
        "kind": one.kind,
        "why": one.why,
        "account": one.account,
        "conversations": len(one.came.conversations),
        "archived": one.archived,
        "messages": {
            "found": one.came.found,
            "new": one.came.new,
            "known": one.came.known,
            "updated": one.came.updated,
            "set_aside": one.came.set_aside,
        },
        "first": moment(one.came.first),
        "last": moment(one.came.last),
        "me": one.me,
        "me_why": one.me_why or None,
        "zone": one.zone,
        "zone_why": one.zone_why,
        "hint": one.hint or None,
        "corrected": one.corrected,
        "renamed": one.came.renamed,
        "problems": [{"where": where, "what": what} for where, what in one.problems],
    }


def looked_through(report: FolderReport) -> dict[str, Any]:
    return {
        "path": str(report.path),
        "files": [imported_file(one) for one in report.files],
        "failed": [{"name": name, "what": why.what, "hint": why.hint} for name, why in report.failed],
        "waiting": report.waiting,
        "unchanged": report.unchanged,
        "problem": report.problem and trouble(report.problem),
    }


def synced(report: AccountReport) -> dict[str, Any]:
    return {
        "name": report.name,
        "new": report.came.new,
        "known": report.came.known,
        "gone": report.came.gone,
        "set_aside": report.came.set_aside,
        "sent_out": report.sent_out,
        "moved": report.moved,
        "left_alone": report.left_alone,
        "folders": report.folders,
        "seconds": report.seconds,
        "problem": report.problem and trouble(report.problem),
    }


def round_of(told: Finished) -> dict[str, Any]:
    """Return what one round of a watch came to: the shape of a whole sync."""
    return {
        "accounts": [synced(report) for report in told.accounts],
        "folders": [looked_through(one) for one in told.folders],
    }
