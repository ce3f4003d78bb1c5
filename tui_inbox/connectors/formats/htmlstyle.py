"""What the style of HTML says about being seen: taken away, too small, or in the colour of what it stands on.

Only what is certain hides anything. A page whose style says more of colours than is understood here is read as if no
colour hid a word: what a person would see must never be lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

Colour = tuple[int, int, int]
BLACK, WHITE, LINK = (0, 0, 0), (255, 255, 255), (0, 0, 238)
NEAR = 16
"""Steps of 255 by which an ink may differ from its paper and still not be seen."""
TELLING = frozenset(("a", "mark", "bgcolor", "background", "text", "color"))
"""Tags and attributes that say of themselves how text is seen."""
LONGEST_STYLE = 2_000
LONGEST_SHEET = 64 * 1024
MOST_RULES = 1_000
MOST_CLASSES = 20

_GONE = re.compile(
    r"display\s*:\s*none|mso-hide\s*:\s*all|(?<![-\w])opacity\s*:\s*0*(?:\.0+)?\s*(?:[;!]|$)"
    r"|max-height\s*:\s*0(?:px|pt|em)?\s*(?:[;!]|$)|text-indent\s*:\s*-\d{3,}|clip\s*:\s*rect\(\s*[01](?:px)?[, ]"
    r"|(?<![-\w])(?:left|top|right|margin-left|margin-top)\s*:\s*-\d{4,}|transform\s*:\s*scale\(\s*0\s*\)",
    re.IGNORECASE,
)
_NO_ROOM = re.compile(r"(?<![-\w])(?:height|width)\s*:\s*0(?:px|pt|em)?\s*(?:[;!]|$)", re.IGNORECASE)
_CUT_OFF = re.compile(r"overflow\s*:\s*hidden", re.IGNORECASE)
_SIZE = re.compile(
    r"(?<![-\w])font-size\s*:\s*(\d*\.?\d*)\s*([a-z%]*)"
    r"|(?<![-\w])font\s*:[^;]{0,100}?(?<![\w.])(\d*\.?\d+)(px|pt|em|rem|%)",
    re.I,
)
_PIXELS = {"px": 1.0, "pt": 1.33, "em": 16.0, "rem": 16.0, "%": 0.16, "": 0.0}
_SMALLEST = 2.0
"""Pixels of a letter that can be seen."""
_VISIBILITY = re.compile(r"visibility\s*:\s*(\w+)", re.IGNORECASE)
_COLOUR = re.compile(r"(?<![-\w])(color|background(?:-color|-image)?)\s*:\s*([^;]{1,200})", re.IGNORECASE)
_HEX = re.compile(r"#([0-9a-f]{3,8})\b")
_RGB = re.compile(
    r"rgba?\(\s*(\d{1,3})\s*[, ]\s*(\d{1,3})\s*[, ]\s*(\d{1,3})\s*(?:[,/]\s*(\d{0,3}\.?\d{1,4})(%?)\s*)?\)"
)
_NAMED: dict[str, Colour] = {"white": WHITE, "black": BLACK, "snow": (255, 250, 250), "ivory": (255, 255, 240)}


@dataclass(frozen=True, slots=True)
class Seen:
    """How the text of an element is seen. None: a colour that is not known, and hides nothing."""

    ink: Colour | None = BLACK
    paper: Colour | None = WHITE
    unseen: bool = False
    tiny: bool = False
    clear: bool = False
    """The ink lets everything through."""

    @property
    def blends(self) -> bool:
        """Whether the text has the colour of what it stands on."""
        if self.clear:
            return True
        if self.ink is None or self.paper is None:
            return False
        return all(abs(one - other) <= NEAR for one, other in zip(self.ink, self.paper, strict=True))


@lru_cache(512)
def gone(style: str) -> bool:
    """Return whether *style* takes an element away, with all that is in it."""
    return _GONE.search(style) is not None or (
        _NO_ROOM.search(style) is not None and _CUT_OFF.search(style) is not None
    )


def within(above: Seen, tag: str, style: str, attributes: Mapping[str, str | None]) -> Seen:
    """Return how text is seen in an element *tag* with *style*; what it does not say is as *above*."""
    ink, paper, clear = above.ink, above.paper, above.clear
    if tag == "a" and "href" in attributes:
        ink, clear = LINK, False
    if tag == "mark" or attributes.get("background"):
        paper = None
    for name in ("bgcolor", "text" if tag == "body" else "color"):
        if said := attributes.get(name):
            colour = _plain(said.strip().lower())
            ink, paper = (ink, colour) if name == "bgcolor" else (colour, paper)
    return _styled(style, ink, paper, clear, above) if style else Seen(ink, paper, above.unseen, above.tiny, clear)


@lru_cache(512)  # a mail says the same of each of its cells
def _styled(style: str, ink: Colour | None, paper: Colour | None, clear: bool, above: Seen) -> Seen:
    unseen, tiny, style = above.unseen, above.tiny, style.lower()
    if "color" in style or "background" in style:
        ink, paper, clear = _painted(style, ink, paper, clear, above.paper)
    if "font" in style and (size := _size(style)) is not None:
        tiny = size < _SMALLEST
    if "visibility" in style and (seen := _VISIBILITY.search(style)):
        unseen = seen.group(1).lower() in ("hidden", "collapse")
    return Seen(ink, paper, unseen, tiny, clear)


def _painted(
    style: str, ink: Colour | None, paper: Colour | None, clear: bool, below: Colour | None
) -> tuple[Colour | None, Colour | None, bool]:
    pictured = False
    for name, value in _COLOUR.findall(style):
        said = value.lower().replace("!important", "").strip()
        if said in ("inherit", "initial", "unset", "currentcolor"):
            ink, clear = (None, False) if name.lower() == "color" else (ink, clear)
        elif name.lower() == "color":
            ink, clear = _plain(said), _through(said)
        elif "(" in said and not said.startswith("rgb"):
            pictured = True
        elif name.lower() != "background-image":
            colour = next((found for one in (said, *said.split()) if (found := _plain(one)) is not None), None)
            paper = below if colour is None and (_through(said) or said == "none") else colour
    return ink, None if pictured else paper, clear


def _size(style: str) -> float | None:
    """Return the size of letters that *style* says, in pixels; None where it says none that is understood."""
    found = _SIZE.search(style)
    if found is None:
        return None
    number, unit = (found[1], found[2].lower()) if found[3] is None else (found[3], found[4].lower())
    try:
        size = float(number)
    except ValueError:
        return 16.0  # a word: small, inherit
    return None if unit not in _PIXELS or (not unit and size) else size * _PIXELS[unit]


def _through(said: str) -> bool:
    found = _RGB.search(said)
    return said == "transparent" or (
        found is not None and found[4] is not None and float(found[4].strip(".") or 0) == 0
    )


def _plain(said: str) -> Colour | None:
    """Return the colour *said*; None where it is none that is known, or lets anything through."""
    if found := _HEX.fullmatch(said):
        digits = found[1]
        if len(digits) in (3, 4):
            digits = "".join(2 * one for one in digits)
        if len(digits) == 6 or (len(digits) == 8 and digits.endswith("ff")):
            return (int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16))
        return None
    if found := _RGB.fullmatch(said):
        if found[4] is not None and float(found[4]) != (100 if found[5] else 1):
            return None
        return (int(found[1]), int(found[2]), int(found[3]))
    return _NAMED.get(said)


# --- style sheets -------------------------------------------------------------------------------------------

_SIMPLE = re.compile(r"([a-z][a-z0-9]*|\*)?((?:\.[\w-]+)*)(#[\w-]+)?", re.IGNORECASE)
_STATE = re.compile(r":(?:hover|visited|active|focus|link)\b", re.IGNORECASE)
_NAME = re.compile(r"(?:^|;)\s*([a-z-]{3,30})\s*:", re.IGNORECASE)
_BRACE = re.compile(r"[{}]")


@dataclass(slots=True)
class Sheet:
    """What the `<style>` blocks of a page say by tags, classes and ids; what they say otherwise is in doubt."""

    said: dict[tuple[str, str], str] = field(default_factory=dict)
    """Styles by tag ("" for any) and one class or id ("" for none)."""
    doubted: set[str] = field(default_factory=set)
    """What is said of elements that cannot be told here."""

    @property
    def colours_doubted(self) -> bool:
        return bool(self.doubted & {"color", "background", "background-color", "background-image"})

    def read(self, css: str) -> None:
        """Take in one block, or as much of it as is read."""
        if len(css) > LONGEST_SHEET:
            self.doubted.add("color")
        bare = css[:LONGEST_SHEET].replace("<!--", "").replace("-->", "")
        first, *parts = bare.split("/*")
        for selectors, style in _blocks(first + "".join(part.partition("*/")[2] for part in parts)):
            if len(self.said) > MOST_RULES:
                self.doubted.add("color")
                return
            for selector in selectors.split(","):
                self._take(selector.strip(), style)

    def _take(self, selector: str, style: str) -> None:
        found = _SIMPLE.fullmatch(selector)
        classes = found[2].split(".")[1:] if found else []
        if found is None or len(classes) + bool(found[3]) > 1:
            if not _STATE.search(selector):
                self.doubted.update(one.lower() for one in _NAME.findall(style))
            return
        tag = "" if found[1] in (None, "*") else found[1].lower()
        mark = found[3] or (f".{classes[0]}" if classes else "")
        place = (tag, mark)
        self.said[place] = f"{self.said.get(place, '')};{style}"[-LONGEST_STYLE:]

    def style(self, tag: str, attributes: Mapping[str, str | None]) -> str:
        """Return all that is said of an element, what weighs more behind what weighs less."""
        inline = (attributes.get("style") or "")[:LONGEST_STYLE]
        if not self.said:
            return inline
        classes = [f".{one}" for one in (attributes.get("class") or "").split()[:MOST_CLASSES]]
        marks = ["", *classes, f"#{attributes['id']}"] if attributes.get("id") else ["", *classes]
        places = [place for mark in marks for place in (("", mark), (tag, mark))]
        said = [self.said[place] for place in places if place in self.said]
        return _last(";".join((*said, inline)), self.doubted) if said else inline


def _last(style: str, doubted: set[str]) -> str:
    """Return *style* with each name once, as it is said last; what is marked important goes before."""
    found: dict[str, str] = {}
    for one in style.split(";"):
        name, colon, value = one.partition(":")
        name = name.strip().lower()
        if colon and name not in doubted and ("!important" not in found.get(name, "") or "!important" in value):
            found[name] = value
    return ";".join(f"{name}:{value}" for name, value in found.items())


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """Yield selectors and style of each rule that holds everywhere: what holds for some screens only is passed over."""
    depth, start, selectors = 0, 0, ""
    for found in _BRACE.finditer(css):
        if found.group() == "{":
            if not depth:
                selectors = css[start : found.start()].rpartition(";")[2].strip()
                start = found.end()
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                if not selectors.startswith("@") and len(selectors) < LONGEST_STYLE:
                    yield selectors, css[start : min(found.start(), start + LONGEST_STYLE)]
                start = found.end()
