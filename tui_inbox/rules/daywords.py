"""The words for days, months, hours and spans: four languages by heart, the others from dateparser's language data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from itertools import chain

from tui_inbox.rules.days import LONG
from tui_inbox.rules.fold import plain

Meaning = tuple[str, int]
"""What sort of word it is, and which one of its sort.

`day` counts from today, `weekday` from Monday, `month` from 1; `clock` and `part` (of the day) are minutes since
midnight. The others say how a number or a day beside them is meant; their number is 0.
"""

_WEEKDAYS = (
    "mon monday mo montag pon ponedjeljak pzt pazartesi",
    "tue tues tuesday tu di dienstag uto utorak sal sali",
    "wed wednesday we mi mittwoch sri srijeda srijedu car carsamba",
    "thu thur thurs thursday th do donnerstag cet cetvrtak per persembe",
    "fri friday fr freitag pet petak cum cuma",
    "sat saturday sa samstag sonnabend sub subota subotu cmt cumartesi",
    "sun sunday su so sonntag ned nedjelja nedjelju paz pazar",
)
_MONTHS = (
    "jan january januar janner ocak oca sijecanj sijecnja",
    "feb february februar subat veljaca veljace",
    "mar march marz mart ozujak ozujka",
    "apr april nisan travanj travnja",
    "may mai mayis svibanj svibnja",
    "jun june juni haziran lipanj lipnja",
    "jul july juli temmuz srpanj srpnja",
    "aug august agustos kolovoz kolovoza",
    "sep sept september eylul rujan rujna",
    "oct october okt oktober ekim listopad listopada",
    "nov november kasim studeni studenog studenoga",
    "dec december dez dezember aralik prosinac prosinca",
)
_OTHERS: Mapping[Meaning, str] = {
    ("day", 0): "today heute danas bugun",
    ("day", 1): "tomorrow tmr morgen sutra yarin",
    ("day", 2): "ubermorgen prekosutra",
    ("clock", 720): "noon midday mittag mittags podne oglen ogle",
    ("clock", 0): "midnight mitternacht ponoc",
    ("part", 540): "morning fruh vormittag ujutro jutro sabah",
    ("part", 840): "afternoon nachmittag nachmittags popodne",
    ("part", 1080): "evening abend abends navecer aksam",
    ("part", 1200): "night nacht nachts nocu gece",
    ("pm", 0): "pm",
    ("hour", 0): "uhr h sati sata oclock clock",
    ("at", 0): "at on um u saat gunu den",
    ("next", 0): "next nachste nachsten nachster nachstes kommenden gelecek onumuzdeki sljedeci sljedece iduci iduce",
    ("this", 0): "this diesen diese bu ovaj ove ovu",
    ("week", 0): "week woche hafta tjedan tjedna",
    ("next week", 0): "haftaya",
    ("tonight", 0): "tonight veceras",
}
WORDS: Mapping[str, Meaning] = {
    **{word: ("weekday", n) for n, words in enumerate(_WEEKDAYS) for word in words.split()},
    **{word: ("month", n) for n, words in enumerate(_MONTHS, 1) for word in words.split()},
    **{word: meaning for meaning, words in _OTHERS.items() for word in words.split()},
    "o clock": ("hour", 0),
    "am": ("am", 0),
}
"""Folded word -> what it means: English, German, Croatian, Turkish."""

_SPANS = {
    1: "s sec secs second seconds sn saniye sek sekunde sekunden sekunda sekundi",
    60: "m min mins minute minutes minuten dk dakika minuta",
    3600: "h hr hrs hour hours sa saat std stunde stunden sat sata sati",
    86_400: "d day days gun tag tage tagen dan dana",
    604_800: "w wk week weeks hafta woche wochen tjedan tjedna tjedana",
}
SECONDS: Mapping[str, int] = {word: seconds for seconds, words in _SPANS.items() for word in words.split()}
"""Folded unit -> its seconds."""

_WELL_KNOWN = 40
"""Languages whose word must be unambiguous among them; beyond these the first that knows a word is taken."""
_DATA_WEEKDAYS = tuple(day.lower() for day in LONG)
_DATA_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DATA_NUMBER = r"(\d++[.,]?\d*+)"
_DATA_RELATIVE: Mapping[str, Meaning] = {"0 day ago": ("day", 0), "in 1 day": ("day", 1), "in 1 week": ("next week", 0)}


def meanings(phrase: str) -> tuple[Meaning, ...]:
    """Return what the folded *phrase* can mean: nothing, one thing, or several where languages disagree."""
    if phrase in WORDS:
        return (WORDS[phrase],)
    known, others = _other_languages()
    return known.get(phrase) or others.get(phrase, ())


def span_seconds(phrase: str) -> int | None:
    """Return the seconds of one unit in a folded "in 0 hours" of any language, where languages agree, else None."""
    return _spans().get(phrase)


@lru_cache(maxsize=1)
def _spans() -> dict[str, int | None]:
    """Return the phrases for a span from now, their number written as 0, of the well-known languages."""
    from dateparser.data.languages_info import language_order

    found: dict[str, int | None] = {}
    for language in language_order[:_WELL_KNOWN]:
        spoken = import_module(f"dateparser.data.date_translation_data.{language}").info
        for unit, seconds in (("minute", 60), ("hour", 3600), ("day", 86_400), ("week", 604_800)):
            for pattern in spoken.get("relative-type-regex", {}).get(f"in \\1 {unit}", ()):
                phrase = plain(pattern.replace(_DATA_NUMBER, " 0 "))
                found[phrase] = seconds if found.get(phrase, seconds) == seconds else None
    return found


@lru_cache(maxsize=1)
def _other_languages() -> tuple[dict[str, tuple[Meaning, ...]], dict[str, tuple[Meaning, ...]]]:
    """Return the words of the well-known languages, and those of all others; some 0.1 s, once."""
    from dateparser.data.languages_info import language_order

    return _gathered(language_order[:_WELL_KNOWN], many=True), _gathered(language_order[_WELL_KNOWN:], many=False)


def _gathered(languages: list[str], *, many: bool) -> dict[str, tuple[Meaning, ...]]:
    found: dict[str, tuple[Meaning, ...]] = {}
    for language in languages:
        spoken = import_module(f"dateparser.data.date_translation_data.{language}").info
        relative = spoken.get("relative-type", {})
        entries = chain(
            ((word, ("weekday", n)) for n, day in enumerate(_DATA_WEEKDAYS) for word in spoken.get(day, ())),
            ((word, ("month", n)) for n, month in enumerate(_DATA_MONTHS, 1) for word in spoken.get(month, ())),
            ((word, meaning) for key, meaning in _DATA_RELATIVE.items() for word in relative.get(key, ())),
            ((word, ("hour", 0)) for word in spoken.get("hour", ())),
        )
        for word, meaning in entries:
            key = plain(word)
            if (key.isascii() and len(key) < 2) or key.isdigit() or meaning in found.get(key, ()):
                continue
            if many or key not in found:
                found[key] = (*found.get(key, ()), meaning)
    return found
