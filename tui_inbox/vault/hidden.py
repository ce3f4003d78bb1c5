"""Secrets that do not show themselves: not in a `repr`, and so in no traceback with its variables."""

from __future__ import annotations

from collections.abc import Callable

from tui_inbox.config.secret import Secret

__all__ = ["NONE", "Hidden", "Secret", "Token"]

NONE = Secret("")


class Hidden(bytes):
    """Bytes with a secret among them, on their way to a server."""

    def __repr__(self) -> str:
        return "<secret>"


class Token(Secret):
    """An access token (RFC 6750) that knows where another comes from."""

    _renew: Callable[[], Token | None]

    @classmethod
    def of(cls, text: str, renew: Callable[[], Token | None]) -> Token:
        """Return *text* as a token; *renew* gives another after a server has refused this one, or None."""
        token = cls(text)
        token._renew = renew
        return token

    def another(self) -> Token | None:
        """Return the token to try after a server has refused this one; None where there is no sense in trying on.

        It may ask the authorization server, and so take its time and raise what `vault.secret` raises.
        """
        return self._renew()
