"""Two that are suggested as one person, and are not."""

from __future__ import annotations

from tests.cli.running import Tui


def test_a_suggestion_that_is_refused_comes_no_more_until_the_two_are_linked(desk: Tui) -> None:
    def suggested() -> list[list[int]]:
        return [one["contacts"] for one in desk.json("contact", "suggest")["suggestions"]]

    one, other = pair = suggested()[0]
    assert desk.json("contact", "apart", other, one) == {"apart": [other, one]}
    assert pair not in suggested()
    assert f"contact link {one} {other}" in desk("contact", "apart", one, other).out
    linked = desk.json("contact", "link", one, other)["contact"]["identities"]
    desk("contact", "unlink", linked[-1]["id"])
    assert pair in suggested()
    assert "one contact already" in desk("contact", "apart", one, one, code=None).err
