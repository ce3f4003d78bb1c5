"""Where a mail stops saying something new: what it quotes is split off, line by line, nothing is deleted."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_ATTRIBUTION = 4
"""Lines over which "On ... wrote:" may be broken."""

# "-----Original Message-----"
_ORIGINAL = re.compile(
    r"^[>\s]*[-–—_*=]{2,}\s*(?:"
    r"original (?:message|e-?mail|appointment)|reply message"
    r"|ursprüngliche (?:nachricht|e-?mail)|original-?(?:nachricht|mail)"
    r"|(?:orijinal|orjinal|özgün|asıl|ilk) (?:mesaj|ileti|e-?posta)"
    r"|(?:izvorna|originalna|prvobitna) (?:poruka|porukа)|оригинална порука|изворна порука"
    r"|message (?:d['’]origine|original|initial)|courriel original|e-?mail d['’]origine"
    r"|mensaje original|correo original"
    r"|messaggio originale"
    r"|mensagem original"
    r"|(?:oorspronkelijk|origineel) (?:bericht|e-?mail)|oorspronkelijke? e-?mail"
    r")\s*[-–—_*=]{2,}",
    re.IGNORECASE,
)
_ABOVE = re.compile(
    r"^[\s#*_=-]*(?:please\s+)?(?:type your\s+)?(?:reply|respond|write)(?:\s+your\s+reply)?\s+above\s+this\s+line|"
    r"^[\s#*_=-]*bitte\s+.{0,30}oberhalb dieser (?:linie|zeile)|^[\s#*_=-]*lütfen\s+.{0,30}bu satırın üst",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"^\s*(?:[-–—_*=]{2,}\s*)?(?:begin forwarded message|forwarded message|fwd|weitergeleitete nachricht"
    r"|anfang der weitergeleiteten"
    r"|iletilen (?:mesaj|ileti)|yönlendirilen (?:mesaj|ileti)|proslijeđena poruka|prosleđena poruka"
    r"|prosljeđena poruka"
    r"|message transféré|début du message réexpédié|mensaje reenviado|inicio del mensaje reenviado"
    r"|messaggio inoltrato|inizio messaggio inoltrato|mensagem (?:encaminhada|reencaminhada)|doorgestuurd bericht"
    r"|begin doorgestuurd bericht)\b.{0,40}$",
    re.IGNORECASE,
)
# the words that stand before the colon in a header block, by what they mean
_FROM = re.compile(
    r"^[>\s]*\*?(?:from|von|kimden|gönderen|de|da|od|van|од|от|pošiljatelj|pošiljalac)\s*:\*?\s*\S", re.IGNORECASE
)
_BESIDE = re.compile(
    r"^[>\s]*\*?(?:sent|date|to|cc|bcc|subject|reply-to|importance|gesendet(?: am)?|datum|an|betreff|kopie"
    r"|gönderildi|gönderilen|tarih|kime"
    r"|konu|bilgi|poslano|poslato|za|prima|predmet|tema|naslov|датум|послато|за|коме|предмет|envoyé(?: le)?"
    r"|date d'envoi|à|objet|copie"
    r"|enviado(?: el| em| a)?|fecha|para|asunto|inviato|data|a|oggetto|assunto|verzonden|aan"
    r"|onderwerp)\s*:\*?(?:\s|$)",
    re.IGNORECASE,
)
_RULE = re.compile(r"^\s*[_=–—-]{8,}\s*$")

# what an attribution ends with
_WROTE = re.compile(
    r"(?:\bwrote|\bwrites|\bsaid|\bschrieb|\bgeschrieben|\byazdı|\byazmış|\bnapisa(?:o|la)|\bnapisao/la"
    r"|\bnapisa(?:o|la)? je"
    r"|\bје написао(?:/ла)?|\bје написала|\ba écrit|\bescribi(?:ó|o)|\bha scritto|\bescreveu|\bschreef|\bgeschreven)"
    r"[^:]{0,120}:\s*$",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"^\s*(?:On|At|Am|Le|El|Il|Em|Op|Dana|Dne|U|Дана|Den|No dia|Quoting|\d|[\"'<*]|[^\W\d_]{2,12}[.,]{1,2}\s"
    r"|\S+.{0,80}<[^<>\s]+@)",
    re.IGNORECASE,
)
_EVIDENCE = re.compile(r"\d|@")
_FROM_PHONE = re.compile(
    r"^\s*(?:sent from (?:my |a |yahoo|mail for|outlook|proton|mobile|the )|get outlook for"
    r"|von meinem .{2,40}gesendet|gesendet (?:mit|von|aus) "
    r"|.{2,40}(?:imden|umdan|ımdan|ümden|dan|den) gönderildi|poslano s |poslato sa |envoyé (?:de|depuis) "
    r"|enviado (?:desde|do|de) mi?eu? "
    r"|enviado desde |enviado do meu |inviato da |verzonden (?:vanaf|met|van) |verstuurd vanaf )",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Run:
    """Lines [start, end) that are quoted."""

    start: int
    end: int


def split(text: str) -> tuple[str, str]:
    """Return *text* as what is new and what is quoted.

    Everything is in one of the two. Answers written between the quoted lines stay with them in the first, since
    they make no sense alone; so does a forwarded message, which its reader has not seen. Where nothing new
    would be left, all of it is new.
    """
    if not text.strip():
        return text.strip("\n"), ""
    lines = text.split("\n")
    tail, runs = _quoted(lines)
    while runs and not _any(lines[runs[-1].end : tail]):
        tail = runs.pop().start
    kept = lines[:tail]
    moved: list[str] = []
    if len(runs) == 1 and _any(kept[runs[0].end :]):
        run = runs[0]  # one quote, the answer beneath it
        if not _any(kept[: run.start]) or sum(map(bool, map(str.strip, kept[: run.start]))) <= 3:
            moved = [*kept[run.start : run.end], ""]
            kept = kept[: run.start] + kept[run.end :]
    end = _before_signature(kept[: _before_footer(kept)])
    quoted = "\n".join([*moved, *kept[end:], *lines[tail:]]).strip("\n")
    new = "\n".join(kept[:end]).strip("\n").rstrip()
    return (new, quoted) if new.strip() else (text.strip("\n"), "")


def _any(lines: list[str]) -> bool:
    return any(line.strip() for line in lines)


def _quoted(lines: list[str]) -> tuple[int, list[_Run]]:
    """Return the line from which all is quoted, and the runs of quoted lines before it."""
    runs: list[_Run] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
            continue
        if line.lstrip().startswith(">") and not line.startswith(">From "):  # that is how an mbox writes "From "
            end = _run_end(lines, at)
            if runs and not _any(lines[runs[-1].end : at]):
                runs[-1].end = end
            else:
                runs.append(_Run(at, end))
            at = end
            continue
        if _FORWARDED.match(line):
            return len(lines), runs
        if _ORIGINAL.match(line) or _ABOVE.match(line) or _header_block(lines, at):
            return at, runs
        if length := _attribution(lines, at):
            begin = at
            at += length
            following = _next_written(lines, at)
            if following < len(lines) and lines[following].lstrip().startswith(">"):
                end = _run_end(lines, following)
                runs.append(_Run(begin, end))
                at = end
                continue
            if following < len(lines):
                return begin, runs
            continue
        at += 1
    return len(lines), runs


def _run_end(lines: list[str], at: int) -> int:
    """Return where the quoted lines that begin at *at* end; empty lines between them belong to them."""
    end = at
    while at < len(lines):
        if lines[at].lstrip().startswith(">"):
            end = at + 1
        elif lines[at].strip():
            break
        at += 1
    return end


def _next_written(lines: list[str], at: int) -> int:
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at


def _header_block(lines: list[str], at: int) -> bool:
    """Return whether Outlook's From/Sent/To/Subject begin here, with or without a rule above them."""
    line = lines[at]
    if len(line) < 200 and _RULE.match(line):
        at = _next_written(lines, at + 1)
        if at >= len(lines):
            return False
        line = lines[at]
    if len(line) > 500 or not _FROM.match(line):
        return False
    beside = sum(1 for below in lines[at + 1 : at + 9] if len(below) < 2_000 and _BESIDE.match(below))
    return beside >= 2


def _attribution(lines: list[str], at: int) -> int:
    """Return over how many lines "On ... wrote:" goes that begins here; 0 if none does."""
    first = lines[at]
    if len(first) > 300 or not _OPENS.match(first):
        return 0
    joined = ""
    for length, line in enumerate(lines[at : at + LONGEST_ATTRIBUTION], 1):
        if not line.strip() or len(line) > 300 or line.lstrip().startswith(">"):
            return 0
        joined = f"{joined} {line.strip()}"
        if line.rstrip().endswith(":"):
            if not _WROTE.search(joined[-200:]):
                return 0
            following = _next_written(lines, at + length)
            quoted = following < len(lines) and lines[following].lstrip().startswith(">")
            return length if quoted or _EVIDENCE.search(joined) else 0
    return 0


def _before_signature(lines: list[str]) -> int:
    """Return where a signature ("-- ", at most 20 lines, or "Sent from my ...") begins, else the end."""
    end = len(lines)
    for at in range(len(lines) - 1, max(-1, len(lines) - 22), -1):
        if lines[at].rstrip("\r") in ("-- ", "--") and _any(lines[:at]):
            end = at
    for at in range(end - 1, max(-1, end - 6), -1):
        if len(lines[at]) < 100 and _FROM_PHONE.match(lines[at]) and _any(lines[:at]):
            return at
    return end


def _before_footer(lines: list[str]) -> int:
    """Return where the few lines begin that a mailing list puts under each mail, else the end."""
    for at in range(len(lines) - 1, max(0, len(lines) - 10), -1):
        if len(lines[at]) < 200 and _RULE.match(lines[at]):
            below = " ".join(line[:200] for line in lines[at + 1 :]).lower()
            return at if "mailing list" in below or "unsubscribe" in below else len(lines)
    return len(lines)
