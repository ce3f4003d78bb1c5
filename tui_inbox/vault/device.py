"""Signing in on another screen: the device flow (RFC 8628)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from tui_inbox.pause import pause
from tui_inbox.problems import NotAdmitted, Refused, Unreachable
from tui_inbox.vault.hidden import Secret
from tui_inbox.vault.oauth import Client, Tokens, granted, plain, refusal
from tui_inbox.vault.web import posted

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
LONGEST = 1800.0
"""Seconds that a code is waited for at most, whatever the server says."""
AGAIN = "Start the sign-in again."


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the user is asked to do: open *page*, and type *code* there."""

    page: str
    code: str
    whole: str
    """The page with the code in it; "" where the server gives none."""
    seconds: float


def by_device(
    asking: Client,
    invite: Callable[[Invitation], None],
    clock: Callable[[], datetime],
    wait: Callable[[float], None] = pause,
) -> Tokens:
    """Return what the user grants on another screen, asking at the server's own pace until then.

    `NotAdmitted` where they decline or the code runs out, `Unreachable` where the server does not answer.
    """
    if not asking.device:
        raise Refused(f"{asking.who} has no device flow for mail.", "Sign in with the browser: --flow browser.")
    reply = posted(asking.device, {"scope": asking.scope, **asking.identification})
    code, page = Secret(reply.text("device_code")), reply.text("verification_uri") or reply.text("verification_url")
    if reply.status != 200 or not code or urlsplit(page).scheme not in ("https", "http"):
        raise refusal(asking, reply, AGAIN)
    left = min(max(reply.number("expires_in", LONGEST), 1), LONGEST)
    pace = min(max(reply.number("interval", 5), 1), 60)
    whole = plain(reply.text("verification_uri_complete"))
    invite(Invitation(plain(page), plain(reply.text("user_code")), whole, left))
    del reply
    while left > 0:
        wait(pace)
        left -= pace
        try:
            answer = posted(asking.token, {"grant_type": GRANT, "device_code": code, **asking.identification})
        except Unreachable:
            pace = min(pace * 2, 60)  # RFC 8628, 3.5: a time-out is a reason to ask less often
            if left <= 0:
                raise
            continue
        match answer.text("error"):
            case "" if answer.status == 200 and answer.text("access_token"):
                return granted(answer, clock(), asking.secret)
            case "authorization_pending":
                continue
            case "slow_down":
                pace = min(pace + 5, 60)
            case "expired_token":
                break
            case _:
                raise refusal(asking, answer, AGAIN)
    raise NotAdmitted("Nobody confirmed the code in time.", AGAIN)
