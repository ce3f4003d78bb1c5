"""The doorbell: arguments to a command, nothing else."""

from __future__ import annotations

import gc
import os
import sys

from tui_inbox import crash


def main() -> None:
    """Run the command that the arguments name, and end with its exit code."""
    # Whatever is written from here on is for the agent's eyes only.
    os.umask(0o077)
    crash.tell_uncaught()
    # Nothing that is imported is ever garbage: looking through it for some, again and again, would take a fifth of a
    # start. Whoever has imported what it needs goes on with `gc.freeze` and `gc.enable`.
    gc.disable()
    try:
        from tui_inbox.cli import run
    except KeyboardInterrupt:
        sys.exit(130)
    try:
        sys.exit(run(sys.argv[1:]))
    finally:
        gc.freeze()  # Python looks for garbage once more when it ends: a tenth of a short command


if __name__ == "__main__":
    main()
