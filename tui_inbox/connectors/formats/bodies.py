"""What a person reads in a mail, and what came with it: bodies chosen, decoded and made text, attachments listed."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field

from tui_inbox.connectors.formats import htmltext
from tui_inbox.connectors.formats.charsets import decode
from tui_inbox.connectors.formats.headers import parameters
from tui_inbox.connectors.formats.mime import Mail, Part
from tui_inbox.connectors.formats.words import base64
from tui_inbox.rules.model import Attachment

SHOWN = 1024 * 1024
"""Characters of text that are kept for reading; the raw mail holds the rest."""

MOST_READ = SHOWN
"""Characters of parts, HTML included, that one mail may have made into text."""

PGP = "Encrypted with PGP: this program cannot read it."
SMIME = "Encrypted with S/MIME: this program cannot read it."
SMIME_SIGNED = "Signed with S/MIME in a form that hides its text: this program cannot read it."

_REPORTS = (
    "message/delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
    "text/rfc822-headers",
)
_USELESS = re.compile(
    r"(?:this (?:e-?mail|message) (?:is|was sent|requires|contains)[^\n]{0,80}html|(?:your"
    r"|please use an?) [^\n]{0,60}html"
    r"|[^\n]{0,60}does(?:n't| not) support html|diese (?:e-?mail|nachricht)[^\n]{0,80}html|bu (?:e-?posta"
    r"|ileti)[^\n]{0,80}html)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Body:
    """A mail's readable text (links numbered), what came with it, and what a reader should be told."""

    text: str = ""
    found: bool = False
    """There was a part meant to be read, though it may be empty."""
    attachments: list[Attachment] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    """Where `[1]`, `[2]`, ... in the text lead."""
    spent: int = 0
    """Bytes of parts that were made text so far."""

    def warn(self, what: str) -> None:
        if what not in self.warnings:
            self.warnings.append(what)


def body(mail: Mail) -> Body:
    """Return what *mail* has to read."""
    read = Body()
    texts: list[str] = []
    pending: list[Part] = [mail.root]
    while pending:
        part = pending.pop()
        if part.opened and (part.kind.startswith("multipart/") or part is mail.root):
            note = _encrypted(part)
            if note:
                texts.append(note)
                read.found = True
            pending.extend(reversed(_chosen(mail, part, read)))
        elif _is_text(part, mail.root, texts):
            if read.spent < MOST_READ:
                texts.append(shown(mail, part, read))
            else:
                read.warn("the text was cut")
            read.found = True
        else:
            _attach(mail, part, read, texts)
    if not any(one.strip() for one in texts):
        _last_resort(mail, read, texts)
    read.text = _joined(texts)
    if len(read.text) > SHOWN:
        left = len(read.text) - SHOWN
        read.text = f"{read.text[:SHOWN]}\n[... cut here, {left} more characters in the original]"
        read.warn("the text was cut")
    if mail.cut:
        read.warn("too many parts: not all were read")
    return read


def _joined(texts: list[str]) -> str:
    text = "\n\n".join(one.strip("\n") for one in texts if one.strip())
    if "-----BEGIN PGP MESSAGE-----" in text[:4_000]:
        text = f"{PGP}\n\n{text}"
    return text


# --- choosing ---------------------------------------------------------------------------------------------


def _chosen(mail: Mail, part: Part, read: Body) -> list[Part]:
    """Return the children of a multipart that are to be read or listed, in order."""
    children = part.children
    match part.kind:
        case "multipart/alternative":
            return _alternative(mail, children)
        case "multipart/encrypted":
            return [child for child in children if child.kind != "application/pgp-encrypted"]
        case "multipart/report":
            return [child for child in children if child.kind not in _REPORTS]
        case "multipart/appledouble":
            return [child for child in children if child.kind != "application/applefile"]
        case _:
            return children


def _alternative(mail: Mail, children: list[Part]) -> list[Part]:
    """Return the one reading of several that is best for a terminal, and what is no reading at all."""
    plain = [child for child in children if child.kind == "text/plain" and not _attached(child)]
    rich = [child for child in children if child.kind == "text/html" or child.kind.startswith("multipart/")]
    others = [child for child in children if child not in plain and child not in rich]
    useful = [child for child in plain if _useful(mail, child)]
    if not rich or (useful and not any(child.kind.startswith("multipart/") for child in rich)):
        return [*(useful[:1] or plain[:1]), *others]
    if not useful:
        return [rich[-1], *others]
    beside = [
        grandchild
        for child in rich
        for grandchild in child.walk()
        if not grandchild.opened and grandchild.kind != "text/html" and not _unnamed_text(grandchild)
    ]
    return [useful[0], *beside, *others]


def _unnamed_text(part: Part) -> bool:
    return part.kind == "text/plain" and not name(part)


def _useful(mail: Mail, part: Part) -> bool:
    """Return whether a plain part says something itself, and not only that it is not the HTML part."""
    if part.end - part.start > 20_000:
        return True
    text = _decoded(mail, part).strip()
    return bool(text) and not (len(text) < 300 and _USELESS.match(text))


def _is_text(part: Part, root: Part, texts: list[str]) -> bool:
    if part is root and (part.kind.startswith(("text/", "multipart/")) or part.kind == "message/delivery-status"):
        return part.kind != "text/calendar"
    if part.kind not in ("text/plain", "text/html", "text/enriched", "text/richtext", "text/x-amp-html"):
        return part.kind.startswith("multipart/") and not texts  # one that could not be opened
    return not _attached(part) and part.kind != "text/x-amp-html"


def _attached(part: Part) -> bool:
    """Return whether a text part came as a file."""
    how, params = parameters(part.fields.raw("content-disposition"), part.params.get("charset", ""))
    return how == "attachment" or bool(params.get("filename")) or (bool(part.params.get("name")) and how != "inline")


def _last_resort(mail: Mail, read: Body, texts: list[str]) -> None:
    """Show something where nothing was found: a text file, or the mail that lies inside this one."""
    for part in mail.root.walk():
        if not part.opened and part.kind in ("text/plain", "text/html") and part.end > part.start:
            text = shown(mail, part, read)
            if text.strip():
                read.found = True
                texts.append(text)
                return


# --- decoding -----------------------------------------------------------------------------------------------


def content(mail: Mail, part: Part) -> bytes:
    """Return the bytes of *part* with the transfer encoding taken off (RFC 2045 6), however badly it was put on."""
    raw = mail.raw[part.start : part.end]
    match part.fields.raw("content-transfer-encoding").split(b";")[0].strip(b" \t\"'").lower():
        case b"base64" | b"base-64" if _looks_base64(raw):
            return base64(raw)
        case b"quoted-printable" | b"quotedprintable" | b"qp":
            return binascii.a2b_qp(raw)
        case b"x-uuencode" | b"uuencode" | b"x-uue" | b"uue":
            return _uudecoded(raw)
        case _:
            return raw


def _looks_base64(raw: bytes) -> bool:
    """Return False for plain text that is only labelled base64: words with spaces between them."""
    sample = raw[:2_000].strip()
    return sample.count(b" ") * 20 <= len(sample) or len(sample) < 40


def _uudecoded(raw: bytes) -> bytes:
    out: list[bytes] = []
    for line in raw.split(b"\n"):
        if line.startswith((b"begin ", b"end")) or not line.strip():
            continue
        try:
            out.append(binascii.a2b_uu(line.rstrip(b"\r")))
        except binascii.Error:
            continue
    return b"".join(out)


_META = re.compile(rb"<meta[^>]{1,200}charset\s*=\s*[\"']?([\w:.-]{2,40})", re.IGNORECASE)


def _decoded(mail: Mail, part: Part) -> str:
    raw = content(mail, part)
    charset = part.params.get("charset", "")
    if not charset and part.kind == "text/html" and (found := _META.search(raw[:4_000])):
        charset = found.group(1).decode("ascii", "replace")
    text = decode(raw[: 4 * SHOWN], charset)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\0", "")


def shown(mail: Mail, part: Part, read: Body) -> str:
    """Return *part* as a person reads it."""
    text = _decoded(mail, part)
    read.spent += len(text)
    if part.kind in ("text/html", "text/enriched", "text/richtext") or (
        part.kind == "text/plain"
        and part is mail.root
        and text[:200].lstrip().lower().startswith(("<!doctype html", "<html"))
    ):
        return _html(text, read)
    if part.params.get("format", "").lower() == "flowed":
        return flowed(text, delsp=part.params.get("delsp", "").lower() == "yes")
    return text


def _html(source: str, read: Body) -> str:
    reading = htmltext.to_text(source, len(read.links))
    read.links.extend(reading.links)
    if reading.hidden:
        read.warn("hidden text left out")
    if reading.deceptive:
        read.warn("link text and target differ")
    if reading.cut:
        read.warn("the text was cut")
    return reading.text


def flowed(text: str, *, delsp: bool = False) -> str:
    """Return format=flowed text with its soft line breaks joined (RFC 3676 4)."""
    out: list[str] = []
    open_: list[str] = []
    depth_before = -1
    for line in text.split("\n"):
        rest = line.lstrip(">")
        depth = len(line) - len(rest)
        rest = rest.removeprefix(" ")
        if open_ and (depth != depth_before or rest == "-- "):
            out.append("".join(open_))
            open_ = []
        if not open_ and depth:
            open_.append(">" * depth + " ")
        soft = rest.endswith(" ") and rest != "-- "
        open_.append(rest[:-1] if soft and delsp else rest)
        depth_before = depth
        if not soft:
            out.append("".join(open_))
            open_ = []
    if open_:
        out.append("".join(open_))
    return "\n".join(out)


# --- attachments ----------------------------------------------------------------------------------------------


def name(part: Part) -> str:
    """Return the file name *part* gives itself, or ""."""
    _, params = parameters(part.fields.raw("content-disposition"), part.params.get("charset", ""))
    if given := params.get("filename") or params.get("name") or part.params.get("name"):
        return given
    return part.fields.text("content-location").rpartition("/")[2]


def _attach(mail: Mail, part: Part, read: Body, texts: list[str]) -> None:
    if part.start >= part.end and not name(part) and part is mail.root:
        return
    if note := _sealed(part):
        texts.append(note)
        read.found = True
    read.attachments.append(
        Attachment(name=name(part) or _unnamed(part), type=part.kind, size=size(mail, part), part=part.path)
    )
    if part.opened:
        read.attachments.extend(_inner(mail, part))


def _inner(mail: Mail, part: Part) -> list[Attachment]:
    """Return the files of a mail that came as an attachment, so that they can be saved without it."""
    return [
        Attachment(name=name(one), type=one.kind, size=size(mail, one), part=one.path)
        for one in part.walk()
        if one is not part and not one.opened and name(one) and (_attached(one) or not one.kind.startswith("text/"))
    ]


def _unnamed(part: Part) -> str:
    """Return a name for an attachment that has none."""
    if part.kind.startswith("message/"):
        subject = part.children[0].fields.text("subject") if part.children else ""
        return f"{subject[:80]}.eml" if subject else "message.eml"
    if part.kind == "text/calendar":
        return "invitation.ics"
    return "unnamed"


def size(mail: Mail, part: Part) -> int:
    """Return the size of *part* in bytes once decoded; base64 is counted, not decoded."""
    if part.fields.raw("content-transfer-encoding").strip().lower() == b"base64":
        written = mail.raw[part.start : part.end].translate(None, b"\r\n\t ")
        return len(written.rstrip(b"=")) * 3 // 4
    return len(content(mail, part))


def _sealed(part: Part) -> str:
    """Return what is said of a part that is a whole mail in a form that cannot be read here; "" for any other."""
    bare = part.kind in ("application/octet-stream", "text/plain")
    if part.kind in ("application/pkcs7-mime", "application/x-pkcs7-mime") or (bare and _ends(part, ".p7m")):
        kind = part.params.get("smime-type", "").lower()
        return SMIME_SIGNED if kind == "signed-data" else "" if kind == "certs-only" else SMIME
    if part.kind in ("application/pgp", "application/x-pgp-message") or (bare and _ends(part, ".pgp")):
        return PGP
    return ""


def _ends(part: Part, ending: str) -> bool:
    return name(part).lower().endswith(ending)


def _encrypted(part: Part) -> str:
    if part.kind != "multipart/encrypted":
        return ""
    return SMIME if "pkcs7" in part.params.get("protocol", "") else PGP


_NUMBER = re.compile(r"\[(\d{1,6})\]")


def with_targets(text: str, quoted: str, links: list[str]) -> tuple[str, str]:
    """Return both with the targets of the links that stand in them, each target once, numbered as in the text."""
    if not links:
        return text, quoted
    named = {int(number) for number in _NUMBER.findall(text)}
    here: list[str] = []
    there: list[str] = []
    for number, target in enumerate(links, 1):
        (here if number in named else there).append(f"[{number}] {target}")
    return "\n\n".join(filter(None, (text, "\n".join(here)))), "\n\n".join(filter(None, (quoted, "\n".join(there))))
