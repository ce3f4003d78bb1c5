"""From a kind to the channel that reads it, and from a file's content to its kind."""

from __future__ import annotations

import importlib.util
import pkgutil
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

from tui_inbox import connectors
from tui_inbox.problems import Misconfigured, Problem, Unreadable, one_of
from tui_inbox.rules import clean

if TYPE_CHECKING:
    from tui_inbox.connectors.formats.bundle import Bundle

GROUP = "tui_inbox.connectors"
"""Another package offers a channel by an entry point of this group: its name is the kind, its value the module."""


@cache
def _offered() -> dict[str, str]:
    """Return kind -> module name for ours and those of other packages; ours win."""
    from importlib.metadata import entry_points  # deferred: it reads the metadata of every package

    others = {one.name: one.value.partition(":")[0] for one in entry_points(group=GROUP)}
    ours = {one.name: f"{connectors.__name__}.{one.name}" for one in pkgutil.iter_modules(connectors.__path__)}
    return others | ours


_broken: dict[str, Misconfigured] = {}
"""Channels of other packages that failed when they were loaded or shown a file, with what is wrong; not asked again."""


def _own(kind: str) -> str | None:
    """Return the module of a kind of ours, which wins: nobody need be asked who else offers one."""
    name = f"{connectors.__name__}.{kind}"
    return name if kind.isidentifier() and importlib.util.find_spec(name) is not None else None


@cache
def _loaded(kind: str) -> ModuleType | None:
    """Return the module of *kind*, or None where it is no channel, or a foreign one that is broken."""
    name = _own(kind) or _offered().get(kind)
    if name is None or name == __name__:
        return None
    try:
        module = importlib.import_module(name)
    except Exception as trouble:  # another's package may raise anything when it is loaded
        missing = (trouble.name or "") if isinstance(trouble, ImportError) else name
        if all(one.startswith("tui_inbox.") for one in (name, missing)):
            raise  # a room of ours is broken or misses another: a bug, and no package to install mends it
        _note_broken(kind, "cannot be loaded", trouble)
        return None
    return module if hasattr(module, "Source") and hasattr(module, "CHANNEL") else None


def _note_broken(kind: str, what: str, trouble: Exception) -> None:
    said = str(trouble) if isinstance(trouble, ImportError) else f"{type(trouble).__name__}: {trouble}"
    what = f"The channel {kind!r} {what}: {clean.line(said)[:200].rstrip('.')}."
    _broken[kind] = Misconfigured(what, "Install its package anew, or remove it; everything else goes on.")


def broken() -> list[tuple[str, Misconfigured]]:
    """Return the foreign channels that turned out broken so far, each with what is wrong."""
    return sorted(_broken.items())


def kinds() -> list[str]:
    """Return the kind of every channel that can be read here, sorted."""
    return sorted(kind for kind in _offered() if _loaded(kind) is not None)


def channel(kind: str) -> ModuleType:
    """Return the module that reads *kind*; raise `Misconfigured` where it is broken, or with the nearest known kind
    where there is none."""
    module = _loaded(kind)
    if kind in _broken:
        raise Misconfigured(_broken[kind].what, _broken[kind].hint)
    if module is None:
        raise Misconfigured(f"There is no channel called {kind!r}.", one_of(kind, kinds()))
    return module


def recognise(bundle: Bundle) -> tuple[str, str]:
    """Return the kind that *bundle* is by its content, and why; raise `Unreadable` where it is none of the kinds.

    A channel's optional `ORDER` (50 without it, lower first) says how telling its signs are: the catch-alls go last.
    A foreign channel that is broken is passed over: `broken` names it.
    """
    loaded = [(kind, channel(kind)) for kind in kinds() if kind not in _broken]
    files = [(kind, module) for kind, module in loaded if hasattr(module, "sniff")]
    for kind, module in sorted(files, key=lambda one: (getattr(one[1], "ORDER", 50), one[0])):
        why = _sniffed(kind, module, bundle)
        if why:
            return kind, why
    raise Unreadable(
        f"{bundle.path.name} is none of the kinds that are read here.",
        " ".join(
            [
                *(problem.what for _, problem in broken()),
                f"Name the kind with --kind (one of {', '.join(kind for kind, _ in files)}), or export it again.",
            ]
        ),
    )


def _sniffed(kind: str, module: ModuleType, bundle: Bundle) -> str | None:
    try:
        why: str | None = module.sniff(bundle)
    except Exception as trouble:  # as above: of another's package anything
        if isinstance(trouble, Problem) or module.__name__.startswith("tui_inbox."):
            raise
        _note_broken(kind, f"cannot say whether {bundle.path.name} is its own", trouble)
        return None
    return why
