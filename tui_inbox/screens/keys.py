"""Every key of the screen, declared once: footer, help, palette and remapping all derive from here."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass

from textual.binding import Binding

from tui_inbox.config import View
from tui_inbox.problems import Misconfigured, nearest


@dataclass(frozen=True, slots=True)
class Key:
    """One binding. `keys` are Textual's names, comma separated, the first one is shown; `action` is what Textual runs;
    `label` stands in the footer (empty: not shown there); `says` is its sentence; `where` is the part of the screen
    that answers it; `palette` says whether it is found by its sentence, too."""

    id: str
    keys: str
    action: str
    label: str
    says: str
    where: str
    palette: bool = True


DESK, LIST, READING, GO, PROMPT, SEARCH, PAGE = "desk", "list", "reading", "go", "prompt", "search", "page"
RULE, CUSTOMER, PLACE, SELECT, CONFIRM = "rule", "customer", "place", "select", "confirm"
REVIEW, REPORT, STANDING, APP = "review", "report", "standing", "app"

ABOVE: Mapping[str, tuple[str, ...]] = {
    LIST: (LIST, DESK, APP),
    READING: (READING, DESK, APP),
    SEARCH: (SEARCH, APP),
    GO: (GO, APP),
    PROMPT: (PROMPT, APP),
    PAGE: (PAGE, APP),
    RULE: (RULE, PAGE, APP),
    CUSTOMER: (CUSTOMER, APP),
    PLACE: (PLACE, PAGE, APP),
    SELECT: (SELECT, APP),
    CONFIRM: (CONFIRM, APP),
    REVIEW: (REVIEW, APP),
    REPORT: (REPORT, APP),
    STANDING: (STANDING, APP),
}
"""Which declarations are heard at once, by the part of the screen that has the focus."""

KEYS: tuple[Key, ...] = (
    Key("conversation.archive", "e", "archive", "archive", "Archive: nothing more is to be done.", DESK),
    Key("conversation.snooze", "s", "snooze", "snooze", "Snooze: say when it returns and when it is then due.", DESK),
    Key("conversation.forward", "f", "forward", "forward", "Forward: a teammate becomes the owner.", DESK),
    Key("desk.undo", "z", "undo", "undo", "Undo the last act; again goes further back.", DESK),
    Key("list.down", "j,down", "step(1)", "", "Go to the next conversation.", LIST),
    Key("list.up", "k,up", "step(-1)", "", "Go to the conversation before.", LIST),
    Key("list.page_down", "pagedown,space", "page(1)", "", "Go a page down.", LIST),
    Key("list.page_up", "pageup", "page(-1)", "", "Go a page up.", LIST),
    Key("list.home", "home", "end(1)", "", "Go to the first conversation.", LIST),
    Key("list.end", "end,G", "end(-1)", "", "Go to the last conversation.", LIST),
    Key("reading.back", "q,escape,h,left", "screen.leave", "back", "Go back to the list.", READING),
    Key("reading.next", "n", "screen.turn(1)", "next", "Open the next conversation.", READING),
    Key("reading.previous", "p", "screen.turn(-1)", "previous", "Open the conversation before.", READING),
    Key("reading.quotes", "t", "quotes", "quotes", "Unfold or fold what is quoted.", READING),
    Key("reading.links", "L", "screen.links", "links", "Show where the links lead; open or copy one.", READING),
    Key("reading.files", "a", "screen.files", "files", "Show the files; open or save one.", READING),
    Key("reading.copy", "y", "screen.copy", "copy", "Copy the message that is read.", READING),
    Key(
        "reading.correct",
        "c",
        "screen.correct",
        "correct",
        "Say what a message really is: a person's or not.",
        READING,
    ),
    Key("reading.down", "j,down", "down", "", "Scroll down by a line.", READING),
    Key("reading.up", "k,up", "up", "", "Scroll up by a line.", READING),
    Key("reading.page_down", "pagedown,space", "page_down", "", "Scroll down by a page.", READING),
    Key("reading.page_up", "pageup,b", "page_up", "", "Scroll up by a page.", READING),
    Key("reading.home", "home", "home", "", "Go to the first message.", READING),
    Key("reading.end", "end,G", "end", "", "Go to the last message.", READING),
    Key("desk.search", "slash", "search", "search", "Search everything, as you type.", DESK),
    Key("desk.go", "g", "go", "go to", "Go to a queue: one more key says which.", DESK),
    Key("list.open", "enter,l,right", "screen.open", "open", "Open the conversation.", LIST),
    Key("list.select", "x", "select", "select", "Select the conversation; acts then take all that are selected.", LIST),
    Key("list.range", "X", "select_range", "", "Select all from the last selected one to here.", LIST),
    Key("list.selecting", "asterisk", "screen.selecting", "", "Select many: one more key says which.", LIST),
    Key("desk.review", "R", "review", "review", "Review a list one by one: one more key says which.", DESK),
    Key("conversation.again", "S", "again", "", "Take the snooze again that a reply interrupted.", DESK),
    Key("desk.repeat", "full_stop", "repeat", "", "Do the last act again, here.", DESK),
    Key("conversation.origin", "o", "origin", "", "Show where the customer wrote; Enter opens it there.", DESK),
    Key(
        "conversation.customer",
        "i",
        "customer",
        "customer",
        "Show the customer, with all their conversations.",
        DESK,
    ),
    Key("conversation.why", "w", "why", "why", "Say why it lies here, when it is due, and whose it is.", DESK),
    Key("list.save", "ctrl+s", "screen.save", "", "Keep the search as a view.", LIST),
    Key(
        "list.clear",
        "escape,h,left",
        "screen.clear",
        "",
        "Drop the selection, leave the search, or go to the inbox.",
        LIST,
    ),
    Key("desk.pane", "tab,shift+tab", "screen.pane", "", "Go to the other pane, where there are two.", DESK),
    Key("desk.palette", "ctrl+p", "palette", "", "Find a command by its name.", DESK),
    Key("desk.help", "question_mark,f1", "help", "help", "Show what the keys do here.", DESK),
    Key("desk.quit", "q", "quit", "quit", "Leave the program; whatever waits goes on next time.", DESK),
    Key("go.inbox", "i", "go('inbox')", "Inbox", "Go to the inbox.", GO),
    Key("go.snoozed", "s", "go('snoozed')", "Snoozed", "Go to what is snoozed.", GO),
    Key("go.handed_over", "h", "go('handed_over')", "Handed over", "Go to what was handed over.", GO),
    Key("go.archived", "a", "go('archived')", "Archived", "Go to what is archived.", GO),
    Key("go.spam", "p", "go('spam')", "Spam", "Go to what was taken for spam.", GO),
    Key("go.all", "e", "go('all')", "All", "Go to all conversations.", GO),
    Key("go.late", "1", "go('clock:late')", "Late", "Show what is late.", GO),
    Key("go.at_risk", "2", "go('clock:at_risk')", "At risk", "Show what is at risk.", GO),
    Key("go.on_time", "3", "go('clock:on_time')", "On time", "Show what is promised and on time.", GO),
    Key("go.no_sla", "4", "go('clock:no_sla')", "No SLA", "Show what nothing is promised for.", GO),
    Key("go.follow_up", "5", "go('clock:follow_up')", "Follow-up", "Show what has come back from a snooze.", GO),
    Key("go.reports", "r", "go('page:reports')", "Reports", "See how long customers waited, and more.", GO),
    Key("go.sources", "m", "go('page:sources')", "Sources", "See up to when each source has been read.", GO),
    Key("go.outbox", "o", "go('page:outbox')", "Outbox", "See what waits to go out, and why.", GO),
    Key("go.rules", "u", "go('page:rules')", "Rules", "See which rule did what.", GO),
    Key("go.back", "escape,g,q", "back", "back", "Stay here.", GO, palette=False),
    Key("review.list", "l,R", "review('list')", "this list", "Review the list that is shown.", REVIEW),
    Key("review.inbox", "i", "review('inbox')", "Inbox", "Review the inbox.", REVIEW),
    Key("review.snoozed", "s", "review('snoozed')", "Snoozed", "Review what is snoozed.", REVIEW),
    Key(
        "review.handed_over",
        "h",
        "review('handed_over')",
        "Handed over, late",
        "Review what teammates let pass.",
        REVIEW,
    ),
    Key(
        "review.archived",
        "a",
        "review('archived')",
        "Archived this week",
        "Review what the last week archived.",
        REVIEW,
    ),
    Key("review.back", "escape,q", "back", "back", "Stay here.", REVIEW, palette=False),
    Key(
        "report.open",
        "enter",
        "open",
        "conversations",
        "List the conversations behind the figure.",
        REPORT,
        palette=False,
    ),
    Key("report.by", "b", "by", "group by", "Group by channel, tier, week or owner, in turn.", REPORT, palette=False),
    Key("report.span", "t", "span", "time span", "Look at another stretch of time.", REPORT, palette=False),
    Key("report.onward", "l,right", "group(1)", "one group", "Look at the next group alone.", REPORT, palette=False),
    Key("report.before", "h,left", "group(-1)", "", "Look at the group before, or at all.", REPORT, palette=False),
    Key("report.down", "j,down", "down", "next", "Go to the next figure.", REPORT, palette=False),
    Key("report.up", "k,up", "up", "", "Go to the figure before.", REPORT, palette=False),
    Key("report.help", "question_mark,f1", "help", "help", "Show what the keys do here.", REPORT, palette=False),
    Key("report.back", "q,escape", "back", "back", "Close the reports.", REPORT, palette=False),
    Key(
        "standing.open", "enter", "open", "conversations", "List the conversations behind it.", STANDING, palette=False
    ),
    Key("standing.down", "j,down", "down", "next", "Go to the next one.", STANDING, palette=False),
    Key("standing.up", "k,up", "up", "", "Go to the one before.", STANDING, palette=False),
    Key("standing.help", "question_mark,f1", "help", "help", "Show what the keys do here.", STANDING, palette=False),
    Key("standing.back", "q,escape,h,left", "back", "back", "Close this page.", STANDING, palette=False),
    Key("select.all", "a,asterisk", "choose('all')", "all", "Select the whole list, all of a search too.", SELECT),
    Key("select.late", "l", "choose('late')", "late", "Select what is late.", SELECT),
    Key("select.at_risk", "r", "choose('at_risk')", "at risk", "Select what is at risk.", SELECT),
    Key("select.follow_up", "f", "choose('follow_up')", "follow-up", "Select what is back from a snooze.", SELECT),
    Key("select.no_sla", "o", "choose('no_sla')", "no SLA", "Select what nothing is promised for.", SELECT),
    Key("select.none", "n", "choose('none')", "nothing", "Select nothing.", SELECT),
    Key("select.back", "escape,q", "back", "back", "Leave the selection as it is.", SELECT, palette=False),
    Key("confirm.yes", "enter,y", "confirm", "do it", "Do it to all of them.", CONFIRM, palette=False),
    Key("confirm.no", "escape,n,q,ctrl+g", "back", "back", "Go back; nothing changes.", CONFIRM, palette=False),
    Key("prompt.confirm", "enter", "confirm", "do it", "Do what the preview says.", PROMPT, palette=False),
    Key("prompt.down", "down,tab", "down", "", "Choose the next one.", PROMPT, palette=False),
    Key("prompt.up", "up,shift+tab", "up", "", "Choose the one before.", PROMPT, palette=False),
    Key("prompt.back", "escape,ctrl+g", "back", "back", "Go back; nothing changes.", PROMPT, palette=False),
    Key(
        "search.results",
        "enter",
        "screen.results",
        "to the results",
        "Go to the results.",
        SEARCH,
        palette=False,
    ),
    Key("search.complete", "tab", "screen.complete", "complete", "Complete the word.", SEARCH, palette=False),
    Key("search.earlier", "up", "screen.recall(1)", "earlier", "Take the search before.", SEARCH, palette=False),
    Key(
        "search.later",
        "down",
        "screen.recall(-1)",
        "",
        "Take the search after it; from the last one, go to the results.",
        SEARCH,
        palette=False,
    ),
    Key("search.save", "ctrl+s", "screen.save", "keep", "Keep the search as a view.", SEARCH, palette=False),
    Key("search.back", "escape,ctrl+g", "screen.leave_search", "back", "Leave the search.", SEARCH, palette=False),
    Key("place.open", "enter,o", "open", "open", "Open the place where the customer wrote.", PLACE, palette=False),
    Key("place.copy", "y", "copy", "copy", "Copy the address.", PLACE, palette=False),
    Key("rule.copy", "y", "copy", "copy", "Copy the rule, to put it into config.toml.", RULE, palette=False),
    Key("customer.visit", "enter,right", "visit", "go there", "Go to this conversation.", CUSTOMER, palette=False),
    Key("customer.link", "l", "link", "link", "Say that they are the same person.", CUSTOMER, palette=False),
    Key(
        "customer.apart",
        "n",
        "apart",
        "not the same",
        "Say that they are two persons.",
        CUSTOMER,
        palette=False,
    ),
    Key(
        "customer.unlink",
        "u",
        "unlink",
        "part",
        "Take this identity out again.",
        CUSTOMER,
        palette=False,
    ),
    Key("customer.help", "question_mark,f1", "help", "help", "Show what the keys do here.", CUSTOMER, palette=False),
    Key("customer.back", "q,escape,h,left,i", "back", "back", "Close the customer.", CUSTOMER, palette=False),
    Key("customer.down", "j,down", "down", "", "Go to the next line.", CUSTOMER, palette=False),
    Key("customer.up", "k,up", "up", "", "Go to the line before.", CUSTOMER, palette=False),
    Key("customer.page_down", "pagedown,space", "page_down", "", "Go ten lines down.", CUSTOMER, palette=False),
    Key("customer.page_up", "pageup", "page_up", "", "Go ten lines up.", CUSTOMER, palette=False),
    Key("page.back", "q,escape,h,left,question_mark,enter", "back", "back", "Close this page.", PAGE, palette=False),
    Key("page.down", "j,down", "down", "down", "Scroll down.", PAGE, palette=False),
    Key("page.up", "k,up", "up", "up", "Scroll up.", PAGE, palette=False),
    Key("page.page_down", "pagedown,space", "page_down", "page", "Scroll down by a page.", PAGE, palette=False),
    Key("page.page_up", "pageup", "page_up", "", "Scroll up by a page.", PAGE, palette=False),
    Key("app.quit", "ctrl+q", "app.quit", "", "Leave the program at once, from wherever you are.", APP),
)
BY_ID: Mapping[str, Key] = {key.id: key for key in KEYS}
OF_ROWS = frozenset(id_ for id_ in BY_ID if id_.startswith("conversation.")) | {"list.open", "list.select"}
"""What is pressed in vain in a list without rows."""
_DECLARED: Mapping[str, str] = {}
"""Nothing is another key than it is declared."""
Named = Callable[[str], str]
"""Returns what to press for a command, by its id."""

_SPELLED = {
    "slash": "/",
    "question_mark": "?",
    "full_stop": ".",
    "asterisk": "*",
    "comma": ",",
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
}
_ARROWS = {"down": ("↓", "Down"), "up": ("↑", "Up"), "left": ("←", "Left"), "right": ("→", "Right")}
_NAMES = {shown: name for name, shown in _SPELLED.items() if len(shown) == 1} | {
    "+": "plus",
    "-": "minus",
    "!": "exclamation_mark",
    "#": "number_sign",
    "@": "at",
    ":": "colon",
    ";": "semicolon",
    "=": "equals_sign",
    "<": "less_than_sign",
    ">": "greater_than_sign",
    " ": "space",
}


def bindings(where: str) -> list[Binding]:
    """Return the bindings that *where* declares, for a widget's BINDINGS."""
    return [
        Binding(
            key.keys,
            key.action,
            key.label or key.says,
            show=bool(key.label),
            priority=where == APP,
            id=key.id,
            tooltip=key.says,
        )
        for key in KEYS
        if key.where == where
    ]


def named(typed: str) -> str:
    """Return Textual's names for keys as a person writes them (`/`, `Ctrl+N`, `e,a`)."""
    parts = [typed] if typed in {",", " "} else [part.strip() for part in typed.split(",")]
    return ",".join(_NAMES.get(part, part if len(part) == 1 else part.lower()) for part in parts if part)


def spelled(name: str, ascii_only: bool = False) -> str:
    """Return how one key is shown to a person."""
    if arrow := _ARROWS.get(name):
        return arrow[ascii_only]
    if name in _SPELLED:
        return _SPELLED[name]
    *held, last = name.split("+")
    if held:
        return "+".join([*(one.capitalize() for one in held), last.upper()])
    return name if len(name) == 1 else next((shown for shown, own in _NAMES.items() if own == name), name.capitalize())


def keymap(wanted: Mapping[str, str]) -> dict[str, str]:
    """Return *wanted* (`[keys]` of the configuration) as Textual takes it.

    Raises `Misconfigured` for an id that is not there, for an empty key and for two ids that one key would call in
    the same place.
    """
    mapped: dict[str, str] = {}
    for id_, typed in wanted.items():
        if id_ not in BY_ID:
            near = nearest(id_, BY_ID)
            hint = f'Write "{near}".' if near else "Open the help (?) to see what can be bound."
            raise Misconfigured(f'[keys] names "{id_}", which is not a command.', hint)
        if not (names := named(typed)):
            raise Misconfigured(f'[keys] "{id_}" has no key.', "Name a key, or remove the line.")
        mapped[id_] = names
    for heard in ABOVE.values():
        for key, first, second in clashes(heard, mapped):
            raise Misconfigured(
                f'[keys] gives "{spelled(key)}" to both "{first}" and "{second}".', "Give one of them another key."
            )
    return mapped


def check_views(views: Iterable[View], mapped: Mapping[str, str]) -> None:
    """Raise `Misconfigured` where a view's key, after `g`, leads elsewhere already."""
    go = pressed("desk.go", mapped)
    taken = {name: key.id for key in KEYS if key.where == GO for name in mapped.get(key.id, key.keys).split(",")}
    for view in views:
        if view.key and taken.setdefault(named(view.key), view.name) != view.name:
            raise Misconfigured(
                f'The view "{view.name}" has the key "{view.key}", which {go} needs for "{taken[named(view.key)]}".',
                "Give the view another key.",
            )


def reached(mapped: Mapping[str, str]) -> set[str]:
    """Return the keys that `g` needs for its own places."""
    return {name for key in KEYS if key.where == GO for name in mapped.get(key.id, key.keys).split(",")}


def clashes(heard: Iterable[str], mapped: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return (key, id, id) for keys that two commands share among the places *heard* at once.

    What the focused part declares shadows the desk's on purpose, as long as nobody remapped either of the two.
    """
    taken: dict[str, Key] = {}
    found = []
    for where in heard:
        for key in (one for one in KEYS if one.where == where):
            for name in mapped.get(key.id, key.keys).split(","):
                other = taken.setdefault(name, key)
                if other is not key and (other.where == key.where or {other.id, key.id} & mapped.keys()):
                    found.append((name, other.id, key.id))
    return found


def keys_of(key: Key, mapped: Mapping[str, str], ascii_only: bool = False) -> str:
    """Return all keys of *key* as a person reads them; what is reached over `g` says so."""
    names = names_of(key, mapped, ascii_only)
    if before := _before(key, mapped, ascii_only):
        return ", ".join(before + name for name in names)
    return " ".join(names)


def names_of(key: Key, mapped: Mapping[str, str], ascii_only: bool = False) -> list[str]:
    """Return the keys of *key* by themselves, as a person reads them."""
    return [spelled(name, ascii_only) for name in mapped.get(key.id, key.keys).split(",")]


def pressed(id_: str, mapped: Mapping[str, str] = _DECLARED, ascii_only: bool = False) -> str:
    """Return what to press for the command *id_*, as a sentence names it: `z`, `g 2`."""
    key = BY_ID[id_]
    return _before(key, mapped, ascii_only) + names_of(key, mapped, ascii_only)[0]


def _before(key: Key, mapped: Mapping[str, str], ascii_only: bool) -> str:
    """Return the key that has to be pressed before, and a space; "" where there is none."""
    before = {GO: "desk.go", SELECT: "list.selecting", REVIEW: "desk.review"}.get(key.where, "") if key.palette else ""
    return f"{names_of(BY_ID[before], mapped, ascii_only)[0]} " if before else ""


def shown(
    where: str, mapped: Mapping[str, str], ascii_only: bool = False, vain: Container[str] = ()
) -> list[tuple[str, str]]:
    """Return (key, label) for the footer while *where* has the focus, the most important first, without what would
    be pressed in *vain* (ids)."""
    heard = ABOVE[where]
    return [
        (_footed(key, where, mapped, ascii_only), key.label)
        for key in KEYS
        if key.where in heard and key.label and not (key.id == "desk.quit" and where != LIST) and key.id not in vain
    ]


def _footed(key: Key, where: str, mapped: Mapping[str, str], ascii_only: bool) -> str:
    """Return how the footer names *key*: by its first one, and by Enter where that does the same."""
    names = mapped.get(key.id, key.keys).split(",")
    first = spelled(names[0], ascii_only)
    return f"{first}/{spelled('enter')}" if where == key.where and "enter" in names[1:] else first
