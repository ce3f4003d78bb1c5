"""What can go wrong, in words a person can act on."""

from __future__ import annotations

from collections.abc import Collection, Iterable

NEAR = 0.6
"""Words that have more of their letters in common are alike by more than chance; "weekend" and "wed" have just that."""


class Problem(Exception):  # noqa: N818 - the product's word; an "error" is a bug
    """Expected trouble: *what* is a sentence about the world, *hint* an imperative that leads out.

    `kind` is a stable word for scripts (`{"error": {"kind", "what", "hint"}}`); `exit_code` is 1 where
    something was refused or failed, 2 for wrong usage or configuration.
    """

    kind = "failed"
    exit_code = 1

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint

    @property
    def picture(self) -> str:
        """What shows the place of it, where there is one to show: safe lines, to be printed with even letters."""
        return ""


class Refused(Problem):
    """An act that may not happen; nothing has changed."""

    kind = "refused"


class NotFound(Problem):
    """Something was named that is not here."""

    kind = "not_found"


class Misconfigured(Problem):
    """A mistake in config.toml or on the command line."""

    kind = "configuration"
    exit_code = 2


class Unreadable(Problem):
    """A file that is not what it was taken for, or cannot be read."""

    kind = "unreadable"


class Unreachable(Problem):
    """A server that does not answer, or does not answer as it should."""

    kind = "unreachable"


class Busy(Unreachable):
    """A server that asks to be left alone for a while."""


class NotAdmitted(Problem):
    """A server that refused the sign-in."""

    kind = "not_admitted"


class StoreTrouble(Problem):
    """The store cannot be opened or written: full disk, newer version, locked, damaged."""

    kind = "store"


def nearest(said: str, known: Iterable[str]) -> str:
    """Return which of *known* was probably meant, whatever its case; "" where none is near.

    Of equals it is one that begins with the same letter, and then the first.
    """
    from difflib import SequenceMatcher  # deferred: at most starts nothing is misspelled

    word = said[:40].casefold()
    likeness = SequenceMatcher(b=word, autojunk=False)
    best, most = "", (NEAR, True)
    for one in known:
        other = one.casefold()
        likeness.set_seq1(other)
        if likeness.real_quick_ratio() >= most[0] and likeness.quick_ratio() >= most[0]:
            alike = (likeness.ratio(), other[:1] == word[:1])
            if alike > most:
                best, most = one, alike
    return best


def one_of(said: str, known: Collection[str]) -> str:
    """Return the hint for who said what is none of *known*: the nearest, or all of them."""
    near = nearest(said, known)
    return f"Did you mean `{near}`?" if near else f"Take one of {', '.join(known)}."
