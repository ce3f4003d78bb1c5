"""Which of a server's folders are inbox, sent mail and archive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tui_inbox.connectors.imap.access import Access
from tui_inbox.connectors.imap.replies import Folder
from tui_inbox.rules.clean import composed


class Role(StrEnum):
    INBOX = "inbox"
    SENT = "sent"
    ARCHIVE = "archive"


SENT_NAMES = frozenset(
    name.casefold()
    for name in (
        *("Sent", "Sent Items", "Sent Mail", "Sent Messages", "Sent-Mail", "Outbox Sent"),
        *("Gesendet", "Gesendete Objekte", "Gesendete Elemente", "Gesendete Nachrichten"),
        *("Gönderilmiş Öğeler", "Gönderilmiş Postalar", "Gönderilenler", "Gönderilmiş"),
        *("Poslano", "Poslane stavke", "Poslane poruke", "Poslata pošta", "Послато", "Poslana pošta"),
        *("Envoyés", "Éléments envoyés", "Messages envoyés", "Objets envoyés", "Courrier envoyé"),
        *("Enviados", "Elementos enviados", "Mensajes enviados", "Itens Enviados", "E-mails enviados", "Enviadas"),
        *("Inviati", "Inviata", "Posta inviata", "Elementi inviati"),
        *("Verzonden", "Verzonden items", "Verzonden berichten", "Verstuurd"),
        *("Wysłane", "Elementy wysłane", "Odeslané", "Odeslaná pošta", "Odoslané", "Odoslaná pošta"),
        *("Elküldött", "Elküldött elemek", "Elküldött üzenetek", "Trimise", "Elemente trimise", "Изпратени"),
        *("Skickat", "Skickade objekt", "Sendt", "Sendte elementer", "Sendt post", "Lähetetyt", "Saadetud"),
        *("Отправленные", "Надіслані", "Απεσταλμένα", "Στοιχεία εσταλμένα", "العناصر المرسلة", "פריטים שנשלחו"),
        *(
            "送信済み",
            "送信済みアイテム",
            "送信済みメール",
            "已发送",
            "已发送邮件",
            "已傳送",
            "寄件備份",
            "보낸 편지함",
            "보낸편지함",
            "ส่งแล้ว",
        ),
    )
)
ARCHIVE_NAMES = frozenset(
    name.casefold()
    for name in (
        *("Archive", "Archives", "Archived", "All Mail", "Archiv", "Alle Nachrichten", "Arşiv", "Tüm Postalar"),
        *("Arhiva", "Archivo", "Arquivo", "Archivio", "Archief", "Archiwum", "Архив", "Arkiv", "アーカイブ", "归档"),
    )
)
PARENTS = frozenset({"", "inbox", "[gmail]", "[google mail]"})
"""Where such folders lie; a customer's folder `Projects/Sent` is not one."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One folder on the way through a mailbox, and what it is there for."""

    folder: Folder
    role: Role


def route(source: Access, listed: Sequence[Folder], *, gmail: bool = False) -> tuple[list[Stop], list[str]]:
    """Return the folders of *listed* to read, in order (inbox, sent, archive), each once, and the names that the
    configuration gives and the server does not have.

    Gmail's All Mail (*gmail*) holds what other folders only label: with the inbox it is all there is to read."""
    usable = [folder for folder in listed if not folder.flags & {"\\noselect", "\\nonexistent"}]
    stops: dict[str, Stop] = {}
    missing: list[str] = []
    everything = _by_use(usable, ["\\all"]) if gmail and not source.archive else []
    for role, names, found in (
        (Role.INBOX, source.folders, []),
        (Role.SENT, source.sent, [] if everything else _by_use(usable, ["\\sent"]) or _by_name(usable, SENT_NAMES)),
        (Role.ARCHIVE, (source.archive,) if source.archive else (), everything[:1] or _archive(usable)),
    ):
        for name in names:
            named = _named(usable, name)
            if named is None:
                missing.append(name)
            else:
                stops.setdefault(named.key, Stop(named, role))
        for folder in () if names else found:
            stops.setdefault(folder.key, Stop(folder, role))
    return list(stops.values()), missing


def _archive(listed: Iterable[Folder]) -> list[Folder]:
    """Return the folder marked as archive, else the one with all mail (RFC 6154), else one of the usual names."""
    listed = list(listed)
    return (_by_use(listed, ["\\archive"]) or _by_use(listed, ["\\all"]) or _by_name(listed, ARCHIVE_NAMES))[:1]


def _by_use(listed: Iterable[Folder], uses: Sequence[str]) -> list[Folder]:
    return [folder for folder in listed if folder.flags & set(uses)]


def _by_name(listed: Iterable[Folder], names: frozenset[str]) -> list[Folder]:
    found = []
    for folder in listed:
        parent, _, last = folder.name.rpartition(folder.delimiter) if folder.delimiter else ("", "", folder.name)
        if parent.casefold() in PARENTS and composed(last).casefold() in names:
            found.append(folder)
    return found


def _named(listed: Sequence[Folder], name: str) -> Folder | None:
    """Return the folder that a person calls *name*: as it is read, as it is on the wire, or INBOX in any case."""
    wanted = composed(name)
    for folder in listed:
        if wanted in (composed(folder.name), folder.key):
            return folder
    return next((folder for folder in listed if folder.key == "INBOX" == wanted.upper()), None)
