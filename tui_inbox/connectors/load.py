"""From a kind to the channel that reads it, and from a file's content to its kind."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

from tui_inbox import connectors
from tui_inbox.problems import Misconfigured, Unreadable, one_of

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


@cache
def _loaded(kind: str) -> ModuleType | None:
    """Return the module of *kind*, or None where it is no channel; a foreign one that fails to load raises."""
    name = _offered().get(kind)
    if name is None or name == __name__:
        return None
    try:
        module = importlib.import_module(name)
    except ImportError as missing:
        if all(one.startswith("tui_inbox.") for one in (name, missing.name or "")):
            raise  # a room of ours misses another: a bug, and no package to install mends it
        raise Misconfigured(f"The channel {kind!r} cannot be loaded: {missing}.", "Install its package anew.") from None
    return module if hasattr(module, "Source") and hasattr(module, "CHANNEL") else None


def kinds() -> list[str]:
    """Return the kind of every channel that can be read here, sorted."""
    return sorted(kind for kind in _offered() if _loaded(kind) is not None)


def channel(kind: str) -> ModuleType:
    """Return the module that reads *kind*; raise `Misconfigured` with the nearest known kind where there is none."""
    module = _loaded(kind)
    if module is None:
        raise Misconfigured(f"There is no channel called {kind!r}.", one_of(kind, kinds()))
    return module


def recognise(bundle: Bundle) -> tuple[str, str]:
    """Return the kind that *bundle* is by its content, and why; raise `Unreadable` where it is none of the kinds.

    A channel's optional `ORDER` (50 without it, lower first) says how telling its signs are: the catch-alls go last.
    """
    files = [(kind, channel(kind)) for kind in kinds() if hasattr(channel(kind), "sniff")]
    for kind, module in sorted(files, key=lambda one: (getattr(one[1], "ORDER", 50), one[0])):
        why = module.sniff(bundle)
        if why:
            return kind, why
    raise Unreadable(
        f"{bundle.path.name} is none of the kinds that are read here.",
        f"Name the kind with --kind (one of {', '.join(kind for kind, _ in files)}), or export it again.",
    )
