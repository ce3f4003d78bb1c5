"""HTML mail as text for a terminal: what a reader would see, links numbered with their real targets."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tui_inbox.connectors.formats.htmlguard import LONGEST, hostile, stripped, tags, tidy, visible, without_pictures
from tui_inbox.connectors.formats.htmlstyle import TELLING, Seen, Sheet, gone, within

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode


@dataclass(slots=True)
class Reading:
    """What came out of the HTML."""

    text: str
    links: list[str] = field(default_factory=list)
    hidden: bool = False
    """Text that would not have been seen was left out."""
    deceptive: bool = False
    """A link's text names another site than the one it leads to."""
    cut: bool = False


def to_text(source: str, numbered: int = 0) -> Reading:
    """Return the text of *source*: in linear time, and never an exception, whatever it holds.

    A link shows as `text [n]`, counted on from *numbered*; the targets are the reading's `links`, in that order.
    """
    source = without_pictures(source)
    cut = len(source) > LONGEST
    source = source[:LONGEST].replace("\0", "")
    reading = Reading(stripped(source)) if hostile(source) else _walked(source, numbered)
    reading.cut = cut
    return reading


_SKIPPED = tags(
    "script style head title noscript template object embed applet iframe frame frameset noframes audio video "
    "canvas svg math select option datalist input button textarea meta link base map area -comment !doctype"
)
_PARAGRAPH = tags("p h1 h2 h3 h4 h5 h6 ul ol dl blockquote table pre fieldset figure address")
_LINE = _PARAGRAPH | tags(
    "div tr li dt dd br hr center section article header footer main nav aside form caption legend thead "
    "tbody tfoot body html details summary"
)
_SPACE = re.compile(r"[ \t\n\r\f\v\xa0]+")

_MOST_SHEETS = 20
_INVISIBLE_MOST = 2
"""How much more text may blend with its page than is seen: where more does, the page's colours were not understood."""


@dataclass(slots=True)
class _Page:
    """The text so far, line by line."""

    lines: list[str] = field(default_factory=list)
    now: list[str] = field(default_factory=list)
    blank: bool = True
    """The current line holds nothing yet."""
    quotes: int = 0
    indents: list[str] = field(default_factory=list)
    mark: str = ""
    wanted: int = 0
    """Empty lines owed before the next text."""

    def write(self, text: str, *, keep: bool = False) -> None:
        if not keep:
            text = _SPACE.sub(" ", text)
            if self.blank or (self.now and self.now[-1].endswith(" ")):
                text = text.removeprefix(" ")
        if not text:
            return
        if self.blank:
            if self.wanted and self.lines:
                self.lines.append(self._margin().rstrip())
            self.wanted = 0
            self.now.append(self._margin() + self.mark)
            if self.mark:
                self.mark = ""
            self.blank = False
        self.now.append(text)

    def _margin(self) -> str:
        indent = "".join(self.indents)
        if self.mark and self.indents:
            indent = "".join(self.indents[:-1])
        return "> " * min(self.quotes, 20) + indent[:40]

    def line(self) -> None:
        """End the line, if anything stands on it."""
        if not self.blank:
            self.lines.append("".join(self.now).rstrip())
            self.now = []
            self.blank = True

    def hard_line(self) -> None:
        """End the line, also an empty one (<br>)."""
        if self.blank:
            self.wanted = 1
        self.line()


@dataclass(slots=True)
class _Open:
    """An element the walk is inside of, and what must be done when it leaves."""

    node: LexborNode
    tag: str
    seen: Seen
    pre: bool
    link: int = -1
    mark: int = 0
    number: int = 0

    @property
    def hides(self) -> bool:
        return self.seen.unseen or self.seen.tiny or self.seen.blends


def _walked(source: str, numbered: int) -> Reading:
    from selectolax.lexbor import LexborHTMLParser  # late: plain mail never needs it

    parser = LexborHTMLParser(source)
    root = parser.root
    if root is None:
        return Reading("")
    sheet = Sheet()
    for node in parser.css("style")[:_MOST_SHEETS] if "<style" in source.lower() else ():
        sheet.read(node.text(deep=True))
    walk = _Walk(sheet, numbered, plain=sheet.colours_doubted)
    reading = walk.read(root)
    if walk.blended > _INVISIBLE_MOST * sum(map(len, reading.text.split())):
        reading = _Walk(sheet, numbered, plain=True).read(root)
    return reading


class _Walk:
    """The way through the nodes, in document order, with its own stack. *plain*: no colour hides anything."""

    def __init__(self, sheet: Sheet, numbered: int, *, plain: bool) -> None:
        self.page = _Page()
        self.reading = Reading("")
        self.sheet = sheet
        self.numbered = numbered
        self.plain = plain
        self.blended = 0
        """Characters that have the colour of what they stand on."""
        self.stack: list[_Open] = []
        self.numbers: dict[str, int] = {}

    def read(self, root: LexborNode) -> Reading:
        self.over(root)
        self.page.line()
        self.reading.text = tidy(self.page.lines).strip("\n")
        return self.reading

    def over(self, root: LexborNode) -> None:
        node: LexborNode | None = root
        while node is not None:
            below = self._enter(node)
            if below is not None:
                node = below
                continue
            following = node.next
            while following is None and self.stack:
                following = self._leave().next
            node = following

    def _enter(self, node: LexborNode) -> LexborNode | None:
        """Note down *node*; return its first child if that is to be read too."""
        tag = node.tag or ""
        if tag == "-text":
            self._text(node)
            return None
        if tag in _SKIPPED:
            return None
        if tag in _LINE:
            self._block(tag)
        if tag == "img":
            self._picture(node)
            return None
        child = node.first_child
        if child is None:
            return None
        inside = self._opened(node, tag)
        if inside is None:
            return None
        self.stack.append(inside)
        return child

    def _opened(self, node: LexborNode, tag: str) -> _Open | None:
        above = self.stack[-1] if self.stack else None
        seen = above.seen if above is not None else Seen()
        attributes = node.attributes
        style = self.sheet.style(tag, attributes)
        if "hidden" in attributes or (style and gone(style)):
            self.reading.hidden = self.reading.hidden or bool(visible(node.text(deep=True)[:10_000]))
            return None
        if style or tag in TELLING or (attributes and not TELLING.isdisjoint(attributes)):
            seen = within(seen, tag, style, attributes)
            if self.plain:
                seen = replace(seen, ink=None, clear=False)
        opened = _Open(node, tag, seen, tag == "pre" or (above is not None and above.pre))
        match tag:
            case "a":
                opened.link = len(self.page.lines)
                opened.mark = len(self.page.now)
            case "blockquote":
                self.page.quotes += 1
            case "ul" | "ol":
                self.page.indents.append("  ")
            case "li":
                self.page.mark = self._bullet()
            case "td" | "th" if not self.page.blank:
                self.page.write("  ", keep=True)
            case _:
                pass
        return opened

    def _bullet(self) -> str:
        above = self.stack[-1] if self.stack else None
        if above is None or above.tag != "ol":
            return "- "
        above.number += 1
        return f"{above.number}. "

    def _leave(self) -> LexborNode:
        inside = self.stack.pop()
        match inside.tag:
            case "a":
                self._link(inside)
            case "blockquote":
                self.page.line()
                self.page.quotes -= 1
            case "ul" | "ol":
                self.page.line()
                self.page.indents.pop()
            case "li":
                self.page.mark = ""
            case _:
                pass
        if inside.tag in _LINE:
            self.page.line()
            if inside.tag in _PARAGRAPH:
                self.page.wanted = 1
        return inside.node

    def _block(self, tag: str) -> None:
        if tag == "br":
            self.page.hard_line()
            return
        self.page.line()
        if tag in _PARAGRAPH and not (tag in ("ul", "ol") and self.page.indents):
            self.page.wanted = 1
        if tag == "hr":
            self.page.write("-" * 20)
            self.page.line()

    def _text(self, node: LexborNode) -> None:
        written = node.text_content or ""
        inside = self.stack[-1] if self.stack else None
        if inside is not None and inside.hides:
            self.reading.hidden = self.reading.hidden or bool(visible(written))
            if inside.seen.blends:
                self.blended += len("".join(visible(written).split()))
            return
        if inside is not None and inside.pre and "\n" in written:
            for number, line in enumerate(written.split("\n")):
                if number:
                    self.page.hard_line()
                self.page.write(line.replace("\r", ""), keep=True)
            return
        self.page.write(written, keep=inside is not None and inside.pre)

    def _picture(self, node: LexborNode) -> None:
        if self.stack and (self.stack[-1].seen.unseen or (self.stack[-1].seen.tiny and self.stack[-1].tag != "a")):
            return
        alt = (node.attributes.get("alt") or "").strip()
        if visible(alt):
            self.page.write(f"[{alt[:200]}]")
        elif any(one.tag == "a" for one in self.stack[-4:]):
            self.page.write("[image]")  # so that its link is not lost

    def _link(self, inside: _Open) -> None:
        target = "".join((inside.node.attributes.get("href") or "").split())[:4_000]
        scheme = target[:8].lower()
        if inside.hides or not scheme.startswith(("http:", "https:", "mailto:", "tel:")):
            return
        same_line = inside.link == len(self.page.lines)
        shown = "".join(self.page.now[inside.mark :] if same_line else self.page.now).strip()
        if not shown and not visible(" ".join(self.page.lines[inside.link :])):
            return  # nothing to see, nothing to follow
        if deceives(shown, target):
            self.reading.deceptive = True
        if _same(shown, target):
            return
        number = self.numbers.get(target)
        if number is None:
            self.reading.links.append(target)
            number = self.numbers[target] = self.numbered + len(self.reading.links)
        if self.page.blank and self.page.lines:
            self.page.lines[-1] += f" [{number}]"
            return
        if self.page.now:
            self.page.now[-1] = self.page.now[-1].rstrip()
        self.page.now.append(f" [{number}]")


_ADDRESS = re.compile(r"(?:https?://)?((?:[\w-]{1,63}\.){1,10}[^\W\d_]{2,24})(?::\d{1,5})?(?:[/?#]\S*)?", re.IGNORECASE)


def deceives(shown: str, target: str) -> bool:
    """Return whether *shown* is an address of another site than *target* leads to."""
    shown = shown.strip()
    if len(shown) > 500 or not target.lower().startswith("http"):
        return False
    named = _ADDRESS.fullmatch(shown)
    if named is None or (not shown.lower().startswith(("http", "www.")) and "/" not in shown and "." not in shown):
        return False
    there = target.split("/", 3)[2] if target.count("/") >= 2 else ""
    there = there.rpartition("@")[2].partition(":")[0].lower().removeprefix("www.")
    here = named.group(1).lower().removeprefix("www.")
    return not (here == there or there.endswith("." + here) or here.endswith("." + there))


def _same(shown: str, target: str) -> bool:
    """Return whether *shown* is *target* itself, so that a number would say nothing new."""

    def bare(address: str) -> str:
        return re.sub(r"^(?:https?://|mailto:|tel:)?(?:www\.)?", "", address.strip().lower(), count=1).rstrip("/")

    return bare(shown) == bare(target)
