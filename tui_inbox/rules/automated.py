"""Human, automatic, bounce or bulk: what wrote a message, with the evidence in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tui_inbox.rules.model import Class, Person, Verdict

Headers = Mapping[str, Sequence[str]]
"""Decoded header values by lower-case name, topmost first."""


@dataclass(frozen=True, slots=True)
class Structure:
    """What the parts of a mail say about it."""

    kind: str = "text/plain"
    """The Content-Type of the whole, lower case."""
    report: str = ""
    """Its `report-type` (RFC 6522)."""
    parts: frozenset[str] = frozenset()
    """The Content-Types of all parts, lower case."""
    actions: tuple[str, ...] = ()
    """`Action` of each recipient in a delivery status (RFC 3464 2.3.3)."""
    statuses: tuple[str, ...] = ()
    """`Status` of each recipient (RFC 3463)."""
    returned: tuple[str, ...] = ()
    """Message-IDs in what was sent back: the original, its headers, or named by the report."""
    calendar: str = ""
    """The METHOD of a calendar part, upper case (RFC 5546)."""
    opening: str = ""
    """The first few thousand characters of the text."""


_DAEMON = re.compile(r"^(?:mailer[-_.]?daemon|postmaster|mail[-_.]?daemon|maildelivery|bounces?)\b", re.IGNORECASE)
_DAEMON_NAME = re.compile(r"mail(?:er)? ?(?:delivery|-?daemon)|delivery (?:sub)?system|mail system", re.IGNORECASE)
_BOUNCE_SUBJECT = re.compile(
    r"undeliver|delivery (?:status notification|failure|failed|notification|report|problem|error)"
    r"|failure notice|returned (?:mail|to sender)|mail delivery (?:failed|failure|problem|system)|delivery has failed"
    r"|could ?n.t be delivered|could not (?:be delivered|send message)|message (?:delayed|not delivered)"
    r"|warning: could not send"
    r"|unzustellbar|nicht zugestellt|konnte nicht zugestellt|teslim edile?me|iletilemedi|teslim edilmedi"
    r"|nije (?:isporučen|dostavljen)|neisporučen|neuspješna isporuka|non remis|échec de (?:la )?remise"
    r"|no (?:se pudo entregar|entregado)"
    r"|mancato recapito|impossibile recapitare|não entregue|onbestelbaar|niet (?:bezorgd|afgeleverd)",
    re.IGNORECASE,
)
_AWAY_SUBJECT = re.compile(
    r"^\s*(?:auto(?:matic|mated)?[- ]?(?:reply|response|antwort|matische antwort)|out of (?:the )?office|ooo\b"
    r"|away from|on vacation|vacation reply"
    r"|abwesenheit|abwesend|automatische? (?:antwort|antwoord)|otomatik (?:yanıt|cevap|ileti)|ofis dışında|izindeyim"
    r"|automatski odgovor|odsutan|odsutnost|automatic odgovor|réponse automatique|absence du bureau|absent\b"
    r"|respuesta automática"
    r"|fuera de (?:la )?oficina|risposta automatica|fuori (?:sede|ufficio)|resposta automática|fora do escritório"
    r"|afwezig)",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"delay|still trying|will (?:be )?retr|keep trying|warning message only|temporar|do not need to resend",
    re.IGNORECASE,
)
_FOR_EVER = re.compile(r"(?<![\d.])5\.\d{1,3}\.\d{1,3}(?![\d.])|(?<!\d)55[0-6][ -]")
_FOR_NOW = re.compile(r"(?<![\d.])4\.\d{1,3}\.\d{1,3}(?![\d.])|(?<!\d)4[25]\d[ -]")
_DELIVERED = ("delivered", "relayed", "expanded")


def verdict(headers: Headers, structure: Structure, subject: str, sender: Person) -> Verdict:
    """Return what wrote the message. First match wins: report, receipt, bounce, automatic, list, bulk, human.

    A subject alone never makes a message automatic: a person may write about anything.
    """
    for judge in (_report, _bounce, _automatic):
        found = judge(headers, structure, subject, sender)
        if found is not None:
            return found
    return _many(headers)


def _first(headers: Headers, name: str) -> str:
    values = headers.get(name, ())
    return values[0].strip() if values else ""


def _report(headers: Headers, structure: Structure, subject: str, sender: Person) -> Verdict | None:
    """Return the verdict on abuse reports, read receipts and answers to invitations, which are no bounces."""
    if structure.report == "feedback-report" or "message/feedback-report" in structure.parts:
        return Verdict(Class.AUTO, "an abuse report from a mail provider (feedback-report)")
    if structure.report == "disposition-notification" or "message/disposition-notification" in structure.parts:
        return Verdict(Class.AUTO, "a read receipt (disposition-notification)")
    if structure.calendar == "REPLY":
        return Verdict(Class.AUTO, "an answer to an invitation (calendar METHOD:REPLY)")
    return None


# --- bounces ------------------------------------------------------------------------------------------------


def _bounce(headers: Headers, structure: Structure, subject: str, sender: Person) -> Verdict | None:
    report = structure.report == "delivery-status" or "message/delivery-status" in structure.parts
    failed = _first(headers, "x-failed-recipients")
    if report and structure.actions and all(action in _DELIVERED for action in structure.actions):
        return Verdict(Class.AUTO, "a delivery receipt: " + ", ".join(dict.fromkeys(structure.actions)))
    if report or failed:
        why = "a delivery report (delivery-status)" if report else f"X-Failed-Recipients: {failed}"
    else:
        signs = _bounce_signs(headers, subject, sender)
        if len(signs) < 2:
            return None
        why = " and ".join(signs)
    hard = _hard(structure, subject)
    codes = ", ".join(dict.fromkeys(structure.statuses))
    told = f"{why}; {'it will not arrive' if hard else 'it may still arrive'}{f' ({codes})' if codes else ''}"
    return Verdict(Class.BOUNCE, told, hard=hard, bounced=structure.returned)


def _bounce_signs(headers: Headers, subject: str, sender: Person) -> list[str]:
    signs = []
    if _first(headers, "return-path") == "<>":
        signs.append("no return path")
    local = sender.identity.partition("@")[0]
    if _DAEMON.match(local) or (not sender.identity and _DAEMON.match(sender.name)) or _DAEMON_NAME.search(sender.name):
        signs.append(f"sent by {local or sender.name}")
    if _BOUNCE_SUBJECT.search(subject):
        signs.append("its subject")
    return signs


def _hard(structure: Structure, subject: str) -> bool:
    """Return whether the message will never arrive: a recipient failed for good (RFC 3464 2.3.3), or 5.x.x.

    A server that gave up after temporary errors reports `failed` with a 4.x.x status: that is for good too.
    Without a delivery status the text is read; a returned mail that speaks of no delay is returned for good.
    """
    if structure.actions:
        return "failed" in structure.actions
    if structure.statuses:
        return any(status.startswith("5") for status in structure.statuses)
    told = f"{subject}\n{structure.opening}"
    if _FOR_EVER.search(told):
        return True
    return not (_FOR_NOW.search(told) or _LATER.search(told))


# --- automatic ------------------------------------------------------------------------------------------------


def _automatic(headers: Headers, structure: Structure, subject: str, sender: Person) -> Verdict | None:
    submitted = _first(headers, "auto-submitted").lower().partition(";")[0].split("(")[0].strip()
    if submitted == "auto-replied":
        return Verdict(Class.AUTO, "an automatic reply (Auto-Submitted: auto-replied)")
    for name in ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply", "x-auto-responder"):
        if name in headers and _first(headers, name).lower() not in ("no", "false", "0"):
            return Verdict(Class.AUTO, f"an automatic reply ({name.title()})")
    if _first(headers, "precedence").lower() in ("auto_reply", "auto-reply"):
        return Verdict(Class.AUTO, "an automatic reply (Precedence: auto_reply)")
    if _first(headers, "x-apple-action").lower() == "vacation" or "vacation" in _first(headers, "x-mailer").lower():
        return Verdict(Class.AUTO, "an automatic reply (vacation)")
    if _AWAY_SUBJECT.match(subject) and (sign := _away_sign(headers, sender)):
        return Verdict(Class.AUTO, f"an automatic reply (its subject and {sign})")
    if submitted and submitted != "no" and "list-id" not in headers:
        return Verdict(Class.AUTO, f"sent by a machine (Auto-Submitted: {submitted})")
    return None


def _away_sign(headers: Headers, sender: Person) -> str:
    """Return what else, besides its subject, says that a message is an absence notice."""
    for name in ("x-auto-response-suppress", "x-ms-exchange-inbox-rules-loop", "x-autogenerated", "x-loop"):
        if name in headers:
            return name.title()
    if _first(headers, "return-path") == "<>":
        return "no return path"
    if _first(headers, "precedence").lower() in ("bulk", "junk"):
        return f"Precedence: {_first(headers, 'precedence')}"
    if re.match(r"(?:no|do-?not)[-_.]?reply", sender.identity, re.IGNORECASE):
        return f"sender {sender.identity.partition('@')[0]}"
    return ""


# --- lists and bulk -------------------------------------------------------------------------------------------


def _many(headers: Headers) -> Verdict:
    """Return the verdict on what was sent to many: a person on a list, a mass mailing; else human."""
    precedence = _first(headers, "precedence").lower()
    listed = "list-id" in headers or "list-post" in headers or precedence == "list"
    signs = ["List-Unsubscribe"] if "list-unsubscribe" in headers else []
    if precedence in ("bulk", "junk"):
        signs.append(f"Precedence: {precedence}")
    if any(name in headers for name in ("in-reply-to", "references")):
        return Verdict(Class.HUMAN, "a person's reply, through a list" if listed or signs else "")
    group = _first(headers, "list-post").upper() not in ("", "NO") or "x-google-group-id" in headers
    if not signs or (group and precedence not in ("bulk", "junk")):
        return Verdict(Class.HUMAN, "a person on a mailing list or in a group" if listed else "")
    return Verdict(Class.BULK, f"sent to many ({', '.join(signs)}), in answer to nothing")
