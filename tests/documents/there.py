"""The command where the names that the documents use are known: python -m tests.documents.there WORDS.

A name server of the test's own: every host of the reserved domains (RFC 2606) is this machine, and TEST_PORTS says
which port a well-known one is here ("993:40123,465:40124"). No other host is known.
"""

from __future__ import annotations

import os
import socket
from typing import Any

_asked = socket.getaddrinfo


def ports() -> dict[int, int]:
    return {int(a): int(b) for pair in os.environ["TEST_PORTS"].split(",") for a, _, b in [pair.partition(":")]}


def found(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
    """Answer as `socket.getaddrinfo` does."""
    if isinstance(host, str) and host.endswith((".example", "example.com")):
        return _asked("127.0.0.1", ports().get(int(port), port), *rest, **more)
    if host in (None, "127.0.0.1", "localhost", "::1", b"127.0.0.1", b"localhost"):
        return _asked(host, port, *rest, **more)
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


if __name__ == "__main__":
    socket.getaddrinfo = found
    from tui_inbox.__main__ import main

    main()
