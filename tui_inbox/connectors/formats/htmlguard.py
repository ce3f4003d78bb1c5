"""HTML that could make a parser slow is known before it is parsed, and stripped by one scan instead."""

from __future__ import annotations

import html
import re

LONGEST = 512 * 1024
"""Characters of HTML that are read."""
DEEPEST = 5_000
"""Open elements above which a parser slows down quadratically."""
MOST_COPIES = 2_000_000
"""Elements a parser may have to invent, to carry unclosed <font> and the like into each new block."""
LONGEST_TAG = 8 * 1024
"""Characters of one tag, values in quotes not counted."""


def tags(names: str) -> frozenset[str]:
    """Return the tags named in *names*."""
    return frozenset(names.split())


_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_FORMATTING = tags("a b big code em font i nobr s small strike strong tt u")
_CELLS = tags("table tr td th")
_VALUE = re.compile(r"\"[^\"]*\"|'[^']*'")
_VOID = tags("area base br col embed hr img input link meta param source track wbr")


_INLINE_PICTURE = re.compile(r"(['\"])data:[^'\"]*\1", re.IGNORECASE)


def without_pictures(source: str) -> str:
    """Return *source* without the bytes of pictures that stand in it: they say nothing, and push the text out."""
    return _INLINE_PICTURE.sub('""', source) if "data:" in source else source


def hostile(source: str) -> bool:
    """Return whether a parser could need more than linear time or memory for *source*.

    A rough model of its two expensive lists: the elements still open, and the formatting elements that it
    opens again in each block.
    """
    if source.count("<") < 500 and len(source) < LONGEST_TAG:
        return False
    if _long_tag(source):
        return True
    open_: dict[str, int] = {}
    active: list[str] = []
    depth = most = blocks = widest = 0
    for found in _TAG.finditer(source):
        closing, name = found.group(1), found.group(2).lower()
        if name in _VOID:
            continue
        if not closing:
            open_[name] = open_.get(name, 0) + 1
            depth += 1
            most = max(most, depth)
            blocks += name not in _FORMATTING
        elif open_.get(name, 0):
            open_[name] -= 1
            depth -= 1
        if name in _FORMATTING or name in _CELLS:
            _follow(active, name, bool(closing))
            widest = max(widest, len(active))
            if widest > 150:
                return True
    return most > DEEPEST or widest * blocks > MOST_COPIES


def _follow(active: list[str], name: str, closing: bool) -> None:
    """Change the list of formatting elements in force as a parser would; "table" and "|" shield what is before them."""
    shield = next((at for at in range(len(active) - 1, -1, -1) if active[at] in ("table", "|")), -1)
    in_cell = shield >= 0 and active[shield] == "|"
    if name in _FORMATTING:
        if not closing:
            active.append(name)
        elif name in active[shield + 1 :]:
            active.pop(len(active) - 1 - active[::-1].index(name))
    elif name == "table" and not closing:
        active.append("table")
    elif in_cell:
        del active[shield + (name != "table" and not closing) :]
        if name == "table":
            _follow(active, name, closing)
    elif shield >= 0 and name == "table":
        del active[shield]
    elif shield >= 0 and name in ("td", "th") and not closing:
        active.append("|")


def _long_tag(source: str) -> bool:
    """Return whether a tag has so many attributes that they could take quadratic time; long values do no harm."""
    at = source.find("<")
    while at >= 0:
        end = source.find(">", at)
        tag = source[at : end if end >= 0 else len(source)]
        if len(tag) > LONGEST_TAG and len(_VALUE.sub("", tag)) > LONGEST_TAG:
            return True
        if end < 0:
            return False
        at = source.find("<", end)
    return False


_BREAKS = re.compile(r"<\s*/?\s*(?:p|br|div|tr|li|h[1-6]|table|blockquote|hr|pre)\b", re.IGNORECASE)


_DROPPED = re.compile(r"<(script|style|head|title)\b")


def _behind(source: str, closing: str, at: int, unclosed: set[str], opening: str) -> int:
    """Return where *closing* stands behind *at*; without one *at* itself, and no later *opening* looks again."""
    found = source.find(closing, at)
    if found < 0:
        unclosed.add(opening)
        return at
    return found


def stripped(source: str) -> str:
    """Return *source* without its tags, by one scan, for what no parser should see."""
    out: list[str] = []
    unclosed: set[str] = set()
    lowered = source.lower() if source.isascii() else re.sub(r"[A-Z]+", lambda found: found.group().lower(), source)
    at = 0
    while (open_ := source.find("<", at)) >= 0:
        out.append(source[at:open_])
        named = _DROPPED.match(lowered, open_)
        if lowered.startswith("<!--", open_) and "<!--" not in unclosed:
            end = _behind(lowered, "-->", open_, unclosed, "<!--")
        elif named and named.group() not in unclosed:
            end = _behind(lowered, "</" + named.group(1), open_, unclosed, named.group())
        else:
            end = open_
            if _BREAKS.match(lowered, open_):
                out.append("\n")
        at = source.find(">", end) + 1
        if at <= 0:
            at = len(source)
    out.append(source[at:])
    text = re.sub(r"[ \t\r\f\v\xa0]+", " ", html.unescape("".join(out)[:LONGEST]))
    return tidy(text.split("\n"))


_FILLER = re.compile(r"[\u200b-\u200d\u2060\u034f\u00ad\ufeff\u2007\s]*")


def visible(text: str) -> str:
    return _FILLER.sub("", text)


def tidy(lines: list[str]) -> str:
    """Return *lines* joined, without fillers and without more than one empty line at once."""
    out: list[str] = []
    for line in lines:
        line = line.rstrip()
        if line and not visible(line):
            line = ""
        if line.strip("> ") or (out and out[-1].strip("> ")):
            out.append(line)
    while out and not out[-1].strip("> "):
        out.pop()
    return "\n".join(out)
