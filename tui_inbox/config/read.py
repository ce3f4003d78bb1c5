"""Reads config.toml: every key optional, every mistake named with its place, all of them at once."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tui_inbox.config.hours import hours, zone_of
from tui_inbox.config.secret import Secret
from tui_inbox.config.tables import Table, unknown
from tui_inbox.config.values import (
    Account,
    Config,
    History,
    InboxFolder,
    Look,
    Me,
    Rule,
    Sla,
    Target,
    Teammate,
    View,
)
from tui_inbox.problems import Misconfigured, Problem
from tui_inbox.rules.calendar import Calendar
from tui_inbox.rules.model import ME

HINT = "Correct the file; config.example.toml shows every option."
_TIERS = ("0", "1", "2", "3")


def load(path: Path | None, *, now: datetime | None = None) -> Config:
    """Return what *path* says; None means that there is no configuration, and the defaults hold.

    *now* decides whether the coming year has open time enough. Raises `Misconfigured` with every mistake that
    was found, also where the file is missing or cannot be read.
    """
    values = {} if path is None else _toml(path)
    mistakes: list[str] = []
    config = _config(Table(values, "", mistakes), system_zone(os.environ))
    if not mistakes:
        try:
            config.hours.check(now or datetime.now(UTC))
        except Problem as problem:
            mistakes.append(f"[hours]: {problem.what}")
    name = path.name if path else "config.toml"
    match mistakes:
        case []:
            return config
        case [only]:
            raise Misconfigured(f"{name}: {only}", HINT)
        case _:
            counted = " ".join(f"({n}) {mistake}" for n, mistake in enumerate(mistakes, 1))
            raise Misconfigured(f"{name} has {len(mistakes)} mistakes: {counted}", HINT)


def system_zone(environ: Mapping[str, str]) -> str:
    """Return the machine's own time zone by name, or UTC where it has none that can be named."""
    from zoneinfo import ZoneInfo

    named = environ.get("TZ", "").removeprefix(":")
    if not named:
        try:
            named = str(Path("/etc/localtime").resolve(strict=True)).partition("zoneinfo/")[2]
        except OSError:
            named = ""
    try:
        key = ZoneInfo(named).key if named else "UTC"
    except (KeyError, ValueError, OSError):  # unknown, not a zone's name, a folder of zones
        return "UTC"
    return "UTC" if key in ("Etc/UTC", "Etc/UCT", "UCT", "Zulu", "Etc/Zulu", "Universal") else key


def _toml(path: Path) -> dict[str, Any]:
    """Return the tables of *path*; raise `Misconfigured` with line and column where it is not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise Misconfigured(f"There is no configuration file {path}.", "Name one that exists.") from None
    except tomllib.TOMLDecodeError as error:
        what, _, place = str(error).rpartition(" (at ")
        place = re.sub(r"\)$", "", place)
        raise Misconfigured(f"{path.name} cannot be read at {place}: {what or error}.", HINT) from None
    except UnicodeDecodeError as error:
        raise Misconfigured(f"{path.name} is not UTF-8 text: byte {error.start}.", "Save it as UTF-8.") from None
    except RecursionError:
        raise Misconfigured(f"{path.name} is nested too deeply.", HINT) from None
    except OSError as error:
        raise Misconfigured(f"{path} cannot be read: {error.strerror}.", "Make it readable.") from None


def _config(top: Table, zone: str) -> Config:
    config = Config(
        me=_me(top.table("me")),
        hours=hours(top.table("hours"), zone) if "hours" in top.values else _always(top, zone),
        sla=_sla(top.table("sla")),
        history=_history(top.table("history")),
        accounts=tuple(map(_account, top.tables("account"))),
        inbox_folders=tuple(map(_inbox_folder, top.tables("inbox_folder"))),
        teammates=tuple(map(_teammate, top.tables("teammate"))),
        rules=tuple(_rule(table, n) for n, table in enumerate(top.tables("rule"), 1)),
        views=tuple(map(_view, top.tables("view"))),
        keys=_keys(top.table("keys")),
        look=_look(top.table("look")),
    )
    top.close()
    _unique(top.mistakes, "account", [one.name for one in config.accounts])
    _unique(top.mistakes, "teammate", [one.name for one in config.teammates])
    _unique(top.mistakes, "rule", [one.name for one in config.rules])
    _unique(top.mistakes, "view", [one.name for one in config.views])
    return config


def _always(top: Table, zone: str) -> Calendar:
    """Return the calendar of a file without `[hours]`: all time counts, in the machine's zone."""
    top.raw("hours")  # asked for, it is one of the names that a mistyped one is compared with
    return Calendar(zone)


def _unique(mistakes: list[str], what: str, names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name and name.casefold() in seen:
            mistakes.append(f'Two [[{what}]] tables are called "{name}"; each needs a name of its own.')
        seen.add(name.casefold())


def _me(table: Table) -> Me:
    default = Me()
    me = Me(
        name=table.text("name", default.name),
        addresses=table.texts("addresses"),
        names=_names(table.table("names")),
        skills=table.texts("skills"),
        capacity=table.whole("capacity", default.capacity, 0, 1_000_000),
    )
    table.close()
    return me


def _names(table: Table) -> dict[str, tuple[str, ...]]:
    return {channel: table.texts(channel) for channel in table.values}


def _sla(table: Table) -> Sla:
    default = Sla()
    tiers = table.table("tier")
    for key in tiers.values:
        if key not in _TIERS:
            tiers.mistakes.append(f"[sla.tier.{key}]: the tiers are 0, 1, 2 and 3.")
    channels = table.table("channel")
    sla = Sla(
        default=_target(table, default.default),
        tiers={int(key): _whole_target(tiers, key) for key in _TIERS if key in tiers.values},
        channels={key: _whole_target(channels, key) for key in channels.values},
        at_risk=table.fraction("at_risk", default.at_risk),
    )
    table.close()
    return sla


def _whole_target(tables: Table, key: str) -> Target:
    table = tables.table(key)
    target = _target(table, Target())
    table.close()
    return target


def _target(table: Table, default: Target) -> Target:
    return Target(
        first=table.span("first", default.first),
        next=table.span("next", default.next),
        follow_up=table.span("follow_up", default.follow_up),
    )


def _history(table: Table) -> History:
    default = History()
    window = table.table("reopen_window")
    history = History(
        open_since=table.span("open_since", None) or default.open_since,
        reopen_email=window.span("email", None) or default.reopen_email,
        reopen_chat=window.span("chat", None) or default.reopen_chat,
    )
    window.close()
    table.close()
    return history


def _account(table: Table) -> Account:
    """Return an account with its table unread: the channel checks its own."""
    name, kind = _needed(table, "name", "support"), _needed(table, "kind", "imap")
    rest = table.rest()
    client = rest.get("oauth")
    if isinstance(client, dict) and isinstance(client.get("client_secret"), str):
        rest["oauth"] = client | {"client_secret": Secret(client["client_secret"])}
    return Account(name=name, kind=kind, table=rest, where=table.where)


def _needed(table: Table, key: str, example: str) -> str:
    """Return the text at *key*; note a mistake that shows *example* where there is none."""
    value = table.text(key).strip()
    if not value and not isinstance(table.values.get(key, ""), str):
        return ""  # already noted
    if not value:
        table.mistakes.append(f'{table.where} needs a {key}, such as {key} = "{example}".')
    return value


def _inbox_folder(table: Table) -> InboxFolder:
    folder = InboxFolder(
        path=_needed(table, "path", "~/chat exports"),
        zone=zone_of(table, "UTC") if table.text("zone") else None,
        account=table.text("account") or None,
    )
    table.close()
    return folder


def _teammate(table: Table) -> Teammate:
    teammate = Teammate(
        name=_needed(table, "name", "Mert"),
        address=table.text("address").strip(),
        skills=table.texts("skills"),
        tier=table.whole("tier", 1, 0, 3),
        names=_names(table.table("names")),
    )
    table.close()
    if teammate.name.casefold() == ME:
        table.mistakes.append(f'{table.where}: nobody else can be called "me"; that name is the agent\'s own.')
    if teammate.address and "@" not in teammate.address:
        table.wrong("address", f'"{teammate.address}" is no mail address.')
    return teammate


def _rule(table: Table, number: int) -> Rule:
    """Return a rule whose keys exist; whether its values make sense, `rules/routing.py` says."""
    from tui_inbox.rules.routing import CONDITIONS, EFFECTS  # deferred: without a rule nothing of routing is needed

    for key, known in (("when", CONDITIONS), ("then", EFFECTS)):
        for name in table.table(key).values:
            if name not in known:
                table.mistakes.append(unknown(name, known, f"{table.where} {key}"))
    rule = Rule(
        name=table.text("name").strip() or f"rule {number}",
        when=table.table("when").values,
        then=table.table("then").values,
        on=table.texts("on") or ("new",),
    )
    table.close()
    return rule


def _view(table: Table) -> View:
    view = View(_needed(table, "name", "VIP"), table.text("query"), table.text("key"))
    table.close()
    return view


def _keys(table: Table, before: str = "") -> dict[str, str]:
    """Return binding id -> key; an id written without quotes comes as nested tables, and means the same."""
    keys: dict[str, str] = {}
    for key, value in table.values.items():
        if isinstance(value, dict):
            keys |= _keys(table.table(key), f"{before}{key}.")
        else:
            keys[before + key] = table.text(key)
    return keys


def _look(table: Table) -> Look:
    default = Look()
    look = Look(
        theme=table.text("theme", default.theme),
        mouse=table.flag("mouse", default.mouse),
        ascii=table.flag("ascii", default.ascii),
    )
    table.close()
    return look
