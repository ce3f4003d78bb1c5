"""Whether a message only thanks: such a reply waits for nothing, and no figure counts it as a question."""

from __future__ import annotations

import re

from tui_inbox.rules.fold import words

LONGEST = 120
"""Characters up to which a message can be one that only thanks."""
_MOST = 8
"""Words of such a message at most."""

_THANKS = """
thanks thank thx ty cheers
danke dank bedanke merci gracias grazie obrigado obrigada bedankt dankjewel dankuwel
tesekkur tesekkurler sagol sagolun sag ol olun eyvallah
hvala zahvaljujem dzieki dziekuje dekuji diky koszonom multumesc mersi tack takk tak kiitos
spasibo blagodaria ευχαριστω спасибо благодарю дякую хвала благодаря
תודה شكرا متشکرم ممنون धन्यवाद
"""
_BESIDES = """
you so very much again a lot lots many for the your help all everything kind kindly reply answer quick
ok okay great perfect super fine good nice wonderful lovely got it
vielen herzlichen besten schon sehr fur die ihre eure deine schnelle hilfe antwort alles gut
beaucoup bien muchas mucho mille molte muito muita hartelijk heel erg veel
cok ederim ediyorum ederiz tamam tamamdir super harika elinize eline saglik
ممتاز جزيلا لك لكم
puno vam ti lijepa lijepo najljepsa bardzo za pomoc moc vielmals
большое огромное вам за помощь ответ ок хорошо
"""
_KNOWN_THANKS = frozenset(word for one in _THANKS.split() for word in words(one))
_KNOWN = _KNOWN_THANKS | frozenset(word for one in _BESIDES.split() for word in words(one))
_UNSPACED = re.compile(
    r"(?:どうも)?ありがとう(?:ございます|ございました)?|感謝します|謝謝(?:你|您)?|谢谢(?:你|您)?|多谢|감사합니다|고마워요?|ขอบคุณ(?:ครับ|ค่ะ|คะ)?"
)
_THANKFUL = frozenset("🙏❤♥")
_ASKS = frozenset("?？؟¿;")


def only_thanks(text: str) -> bool:
    """Return whether *text* says thank you and nothing else: a few known words or signs, no question, no number.

    What it does not know is no thanks: a question that is taken for one would be lost from every figure.
    """
    said = text.strip()
    if not said or len(said) > LONGEST or not _KNOWN.issuperset(_tokens(said.split(None, 1)[0])):
        return False
    if not _ASKS.isdisjoint(said) or any(map(str.isdigit, said)):
        return False
    tokens = _tokens(said)
    if len(tokens) > _MOST or not _KNOWN.issuperset(tokens):
        return False
    thanked = not _KNOWN_THANKS.isdisjoint(tokens) or (not tokens and not _THANKFUL.isdisjoint(said))
    return thanked or _UNSPACED.search(said) is not None


def _tokens(said: str) -> list[str]:
    """Return the words of *said* but for an unspaced thanks, each as it is indexed: those of its pieces, in turn."""
    return [one for one in words(_UNSPACED.sub(" ", said)) if any(map(str.isalnum, one))]
