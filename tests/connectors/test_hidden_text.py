"""What HTML hides is not shown and said; what a person would see is never lost."""

from __future__ import annotations

import pytest

from tests.growth import linear
from tui_inbox.connectors.formats import htmltext

HIDDEN = (
    *('<div style="color:#fff">x</div>', '<p style="color: white">x</p>', "<font color=white>x</font>"),
    *(
        '<p style="color:rgb(255,255,255)">x</p>',
        '<p style="color:#fefefe">x</p>',
        '<p style="color:transparent">x</p>',
    ),
    *('<p style="color:rgba(0,0,0,0)">x</p>', '<table bgcolor="#000000"><tr><td>x</td></tr></table>'),
    *('<i style="background:#123456;color:#123456">x</i>', '<p style="background:black">x</p>'),
    *('<div style="background-color:#222"><span style="color:#222222">x</span></div>',),
    *('<p style="font-size:0">x</p>', '<p style="font-size:1px">x</p>', '<p style="font-size:.5pt">x</p>'),
    *('<p style="height:0;overflow:hidden">x</p>', '<p style="overflow:hidden;width:0px;">x</p>'),
    *('<p style="opacity:0">x</p>', '<p style="display:none">x</p>', '<p style="visibility:hidden">x</p>'),
    *('<p style="text-indent:-9999px">x</p>', '<p style="position:absolute;left:-10000px">x</p>', "<p hidden>x</p>"),
    *('<p style="clip:rect(0,0,0,0);position:absolute">x</p>', '<p style="transform:scale(0)">x</p>'),
    *("<style>.a{display:none}</style><p class=a>x</p>", "<style>b{color:#fff}</style><b>x</b>"),
    *(
        "<style>/* { */ #b , .c{ color : white }</style><p id=b>x</p>",
        "<style>p.a{font-size:0}</style><p class='z a'>x</p>",
    ),
    "<style>.a{display:block}.a{display:none!important;display:block}</style><p class=a>x</p>",
)
SHOWN = (
    *('<table bgcolor="#000000"><td style="color:#fff">x</table>', "<u style='color:white'><mark>x</mark></u>"),
    *('<div style="background:#1a1a2e"><table><tr><td style="color:white">x</td></tr></table></div>',),
    *(
        '<div style="background:url(a.png)"><p style="color:#fff">x</p></div>',
        '<table background="a.png"><td><font color=#fff>x</font></table>',
    ),
    *('<div style="background-image:linear-gradient(#000,#111)"><p style="color:#fff">x</p></div>',),
    *(
        '<p style="color:#fff"><a href="http://a.example/">x</a></p>',
        '<p style="color:#fff"><span style="color:#333">x</span></p>',
    ),
    *(
        '<p style="color:#fff;background-color:#06c">x</p>',
        '<p style="color:unheard-of">x</p>',
        "<p style='color:#ddd'>x</p>",
    ),
    *("<style>body{background:#000}</style><body><p style='color:#fff'>x</p>",),
    *(
        "<style>.dark td{background:#000}</style><p style='color:#fff'>x</p>",
        "<style>td p{color:#000}</style><p style='color:#fff'>x</p>",
    ),
    *("<style>@media (max-width:600px){.a{display:none}}</style><p class=a>x</p>",),
    *("<style>.a{display:none}</style><p class=a style='display:block'>x</p>",),
    *(
        "<style>.a{display:none} div .a{display:block}</style><p class=a>x</p>",
        "<style>a:hover{color:#fff}</style><a>x</a>",
    ),
    *("<p style='font-size:2px'>x</p>", "<p style='font-size:small'>x</p>", "<p style='height:0'>x</p>"),
    *("<p style='visibility:hidden'><span style='visibility:visible'>x</span></p>",),
    *("<div style='font-size:0'><p style='font-size:14px'>x</p></div>", "<style>.a{</style><p class=a>x</p>"),
)


@pytest.mark.parametrize("html", HIDDEN)
def test_what_is_hidden_is_not_shown_and_is_said(html: str) -> None:
    reading = htmltext.to_text(f"<p>What everybody sees.</p>{html}")
    assert reading.text == "What everybody sees."
    assert reading.hidden


@pytest.mark.parametrize("html", SHOWN)
def test_what_is_seen_is_shown(html: str) -> None:
    reading = htmltext.to_text(f"<p>What everybody sees.</p>{html}")
    assert reading.text.partition("sees.")[2].split()[:1] == ["x"]
    assert not reading.hidden


def test_a_page_most_of_which_would_be_gone_is_one_whose_colours_were_not_understood() -> None:
    reading = htmltext.to_text("<p>Hello</p><div style='color:#fff'>" + "<p>All that was written.</p>" * 9 + "</div>")
    assert reading.text.count("All that was written.") == 9


@pytest.mark.parametrize(
    "piece", ["/*", "{", "}", "a{", ".a{color:#fff}", "@media x{", "a,", "<!--", "a{b:c;}", ".a.b{color:red}", ";"]
)
def test_a_style_sheet_costs_what_its_length_allows(piece: str) -> None:
    linear(lambda many: f"<style>{piece * many}</style><p class=a>x</p>", htmltext.to_text)


@pytest.mark.parametrize(
    "piece", ["color:#fff;", "rgba(", "font:1px", "color:rgb(1,1,1,", "background:url(", "0.", "width:0;"]
)
def test_a_style_costs_what_its_length_allows(piece: str) -> None:
    linear(lambda many: f"<p style='{piece * 50}'>x</p>" * many, htmltext.to_text)
