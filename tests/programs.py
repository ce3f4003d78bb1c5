"""The programs of the system that tests run: where they are, and the package that each comes in."""

from __future__ import annotations

import os
import shutil

PACKAGES = {"bash": "bash", "dovecot": "dovecot-imapd", "faketime": "faketime", "openssl": "openssl", "tmux": "tmux"}
"""The programs a test may need, and the Debian package each comes in."""


def found(program: str) -> str | None:
    """Return where *program* is; None where it is missing. Servers lie where an ordinary user's PATH does not look."""
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/sbin")
