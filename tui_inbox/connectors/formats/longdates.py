"""Reads a date written out in full, as `Friday, May 29, 2026 at 3:00:29 AM UTC`, in the languages that people set."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

from tui_inbox.connectors.formats.moments import sane
from tui_inbox.rules.clean import composed

_MONTHS = """
en january february march april may june july august september october november december
de januar/jänner februar/feber märz april mai juni juli august september oktober november dezember
fr janvier février mars avril mai juin juillet août septembre octobre novembre décembre
es enero febrero marzo abril mayo junio julio agosto septiembre/setiembre octubre noviembre diciembre
ca gener febrer març abril maig juny juliol agost setembre octubre novembre desembre
it gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
pt janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
nl januari februari maart april mei juni juli augustus september oktober november december
sv januari februari mars april maj juni juli augusti september oktober november december
da januar februar marts april maj juni juli august september oktober november december
nb januar februar mars april mai juni juli august september oktober november desember
fi tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta
et jaanuar veebruar märts aprill mai juuni juuli august september oktoober november detsember
lv janvāris februāris marts aprīlis maijs jūnijs jūlijs augusts septembris oktobris novembris decembris
lt sausio vasario kovo balandžio gegužės birželio liepos rugpjūčio rugsėjo spalio lapkričio gruodžio
hu január február március április május június július augusztus szeptember október november december
ro ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
tr ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
pl stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
cs ledna února března dubna května června července srpna září října listopadu prosince
sk januára februára marca apríla mája júna júla augusta septembra októbra novembra decembra
sl januar februar marec april maj junij julij avgust september oktober november december
hr siječnja veljače ožujka travnja svibnja lipnja srpnja kolovoza rujna - studenoga/studenog prosinca
sr januar februar mart april maj jun jul avgust septembar oktobar novembar decembar
sr јануар фебруар март април мај јун јул август септембар октобар новембар децембар
ru января февраля марта апреля мая июня июля августа сентября октября ноября декабря
uk січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
bg януари февруари март април май юни юли август септември октомври ноември декември
el ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου
id januari februari maret april mei juni juli agustus september oktober november desember
ar يناير فبراير مارس أبريل/ابريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
he ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר
he בינואר בפברואר במרץ באפריל במאי ביוני ביולי באוגוסט בספטמבר באוקטובר בנובמבר בדצמבר
hi जनवरी फ़रवरी/फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर/सितम्बर अक्टूबर/अक्तूबर नवंबर/नवम्बर दिसंबर/दिसम्बर
th มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม
"""  # noqa: E501 - a language a line
_LISTOPADA = "listopada"
"""October for Croats, November for Poles: the weekday beside it tells which."""
_CROATIAN_DAYS = {"ponedjeljak", "utorak", "srijeda", "četvrtak", "petak", "subota", "nedjelja"}
_TIME = re.compile(
    r"(?<![\d.:])(\d{1,2})(?::|\.|\s?(?:時|时|點|点|시|h)\s?)(\d{1,2})(?::|\.|\s?(?:分|분|min)\s?)(\d{1,2})(?!\d)"
)
_ISO = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBERED = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_VIETNAMESE = re.compile(r"(\d{1,2}) tháng (\d{1,2}),? (\d{4})")
_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")
_DAY = re.compile(r"(?<!\d)(\d{1,2})(?!\d)")
_WORD = re.compile(r"[\s\d.,،、()\[\]/'’\-]+")
_MORNING = re.compile(r"\ba\.? ?m\b|\böö\b|πμ|π\.μ|上午|凌晨|早上|清晨|오전|午前|(?<!\w)ص(?!\w)|पूर्वाह्न")
_EVENING = re.compile(r"\bp\.? ?m\b|\bös\b|μμ|μ\.μ|下午|晚上|中午|오후|午後|(?<!\w)م(?!\w)|अपराह्न")
_MARKS = re.compile("[\u200e\u200f\u061c\u2066-\u2069]")
_BUDDHIST = 2400
"""Years beyond this are counted from Buddha's death, 543 years before ours."""


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """Return word -> month."""
    found: dict[str, int] = {}
    for line in _MONTHS.strip().splitlines():
        for month, words in enumerate(line.split()[1:], 1):
            found |= {_folded(word): month for word in words.split("/") if word != "-"}
    return found


def _folded(text: str) -> str:
    text = composed(_MARKS.sub("", text)).replace("İ", "i").lower()
    return " ".join(text.split())


def written_out(text: str) -> datetime | None:
    """Return the moment (UTC) that *text* names, or None where it cannot be read or never was."""
    if len(text) > 200:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if _ISO.match(text) else _read(text)
    except (ValueError, OverflowError):
        return None


def _read(text: str) -> datetime | None:
    folded = _folded(text)
    time = _TIME.search(folded)
    day = _day(folded[: time.start()] + " " + folded[time.end() :]) if time else None
    if time is None or day is None:
        return None
    hour, minute, second = (int(part) for part in time.groups())
    if hour <= 12 and _EVENING.search(folded):
        hour = hour % 12 + 12
    elif hour == 12 and _MORNING.search(folded):
        hour = 0
    moment = datetime(*day, hour, minute, second, tzinfo=UTC)
    return moment if sane(moment) else None


def _day(rest: str) -> tuple[int, int, int] | None:
    """Return (year, month, day) of a date without its time."""
    numbered, vietnamese = _NUMBERED.search(rest), _VIETNAMESE.search(rest)
    if numbered:
        return int(numbered[1]), int(numbered[2]), int(numbered[3])
    if vietnamese:
        return int(vietnamese[3]), int(vietnamese[2]), int(vietnamese[1])
    year, day = _YEAR.search(rest), _DAY.search(rest)
    words = _WORD.split(rest)
    month = next((found for word in words if (found := _months().get(word))), 0)
    if _LISTOPADA in words and _CROATIAN_DAYS & set(words):
        month = 10
    if not (year and day and month):
        return None
    count = int(year[1])
    return count - 543 if count > _BUDDHIST else count, month, int(day[1])
