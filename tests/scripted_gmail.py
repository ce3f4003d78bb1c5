"""A mail server with Gmail's habits: one mail under many labels, each label a folder, and All Mail beside them."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.scripted_imap import Mailbox, ScriptedImap

ALL_MAIL = b"[Gmail]/All Mail"
INBOX, SENT, DRAFT, TRASH = "\\Inbox", "\\Sent", "\\Draft", "\\Trash"
FOLDERS = {INBOX: b"INBOX", SENT: b"[Gmail]/Sent Mail", DRAFT: b"[Gmail]/Drafts", TRASH: b"[Gmail]/Trash"}
"""The folder of each label."""
FLAGS = {SENT: b"\\Sent", DRAFT: b"\\Drafts", TRASH: b"\\Trash"}
"""The special use (RFC 6154) of a label's folder."""
CAPABILITIES = (
    b"IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS COMPRESS=DEFLATE ENABLE MOVE "
    b"CONDSTORE ESEARCH UTF8=ACCEPT LIST-EXTENDED LIST-STATUS LITERAL- SPECIAL-USE AUTH=PLAIN"
)


@dataclass
class _Mail:
    """One mail with its labels, and its UID in each folder that shows it."""

    raw: bytes
    thread: int
    labels: set[str] = field(default_factory=set)
    uids: dict[bytes, int] = field(default_factory=dict)


class ScriptedGmail(ScriptedImap):
    """Mails go in by `put`, labels come and go by `label` and `unlabel`; the folders follow."""

    def __init__(self) -> None:
        everything = Mailbox(flags=b"\\All", uidvalidity=11)
        folders = {name: Mailbox(flags=FLAGS.get(label, b""), uidvalidity=12) for label, name in FOLDERS.items()}
        super().__init__({**folders, ALL_MAIL: everything})
        self.capabilities = CAPABILITIES
        self.mails: dict[int, _Mail] = {}
        self._next: dict[bytes, int] = {}

    def put(self, number: int, raw: bytes, *labels: str, thread: int = 0) -> None:
        """Put a mail in, under its X-GM-MSGID and, if not its own, the X-GM-THRID of another."""
        self.mails[number] = _Mail(raw, thread or number)
        self.label(number, *labels)

    def label(self, number: int, *labels: str) -> None:
        mail = self.mails[number]
        mail.labels |= set(labels)
        self._follow(number, mail)

    def unlabel(self, number: int, *labels: str) -> None:
        mail = self.mails[number]
        mail.labels -= set(labels)
        self._follow(number, mail)

    def renumber(self) -> None:
        """Begin the numbers of every folder anew, as after a move to another machine."""
        for name, box in self.mailboxes.items():
            box.uidvalidity += 100
            box.messages, box.said = {}, {}
            self._next[name] = 0
        for number, mail in self.mails.items():
            mail.uids.clear()
            self._follow(number, mail)

    def _follow(self, number: int, mail: _Mail) -> None:
        """Put the mail into the folders of its labels, and take it out of all others."""
        wanted = {FOLDERS[label] for label in mail.labels if label in FOLDERS}
        wanted |= set() if TRASH in mail.labels else {ALL_MAIL}
        for name in set(mail.uids) - wanted:
            box = self.mailboxes[name]
            box.uidnext = self._next[name] + 1
            del box.messages[mail.uids.pop(name)]
        for name in wanted - set(mail.uids):
            self._next[name] = self._next.get(name, 0) + 3
            mail.uids[name] = self._next[name]
        for name, uid in mail.uids.items():
            box = self.mailboxes[name]
            box.modseq += 1
            box.changed[uid] = box.modseq
            box.messages[uid] = mail.raw
            box.uidnext = self._next[name] + 1
            box.said[uid] = b'INTERNALDATE "02-Mar-2026 08:%02d:00 +0000" FLAGS (%s) ' % (
                number % 60,
                b"\\Draft" if DRAFT in mail.labels else b"\\Seen",
            ) + b"X-GM-MSGID %d X-GM-THRID %d X-GM-LABELS (%s)" % (
                number,
                mail.thread,
                b" ".join(b'"%s"' % label.replace("\\", "\\\\").encode() for label in sorted(mail.labels)),
            )

    def bodies(self) -> list[bytes]:
        """Return what was asked for whole."""
        return [heard for heard in self.heard if b"BODY.PEEK[]" in heard]
