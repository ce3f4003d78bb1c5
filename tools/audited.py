"""Says what pip-audit wrote (JSON) is known against locked versions: 0 nothing, 1 something, 2 it was not looked up."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(path: Path) -> int:
    try:
        looked_up = json.loads(path.read_text("utf-8"))["dependencies"]
        found = [(one["name"], one["version"], known) for one in looked_up for known in one["vulns"]]
    except (OSError, ValueError, KeyError, TypeError):
        return 2  # nothing was written, or a package was passed over
    if not looked_up:
        return 2
    for name, version, known in found:
        mended = ", ".join(known.get("fix_versions") or ()) or "none yet"
        print(f"  {name} {version}: {known['id']} (mended in: {mended})")
    print(f"  {len(looked_up)} packages looked up, known weaknesses: {len(found)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
