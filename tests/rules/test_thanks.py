"""A reply that only thanks waits for nothing; what is not known to be thanks is a question."""

from __future__ import annotations

import pytest

from tui_inbox.rules.thanks import only_thanks


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!",
        "Thank you so much for your quick reply 😊",
        "Ok, great, thanks a lot.",
        "Danke schön!",
        "Vielen Dank für die schnelle Hilfe",
        "Çok teşekkür ederim, elinize sağlık",
        "Hvala vam puno",
        "Merci beaucoup",
        "спасибо большое",
        "谢谢!",
        "ありがとうございます。",
        "ممتاز، شكرا 🌿",
        "🙏🙏",
        "  thanks  \n",
    ],
)
def test_what_says_thank_you_in_the_customers_languages_only_thanks(text: str) -> None:
    assert only_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "👍",
        "Thanks?",
        "Thanks, but where is it",
        "No thanks, cancel it",
        "Thanks for order 1234",
        "Yes, thanks",
        "Thanks to your carelessness I paid twice",
        "谢谢，但是我还没收到",
        "Danke, und wann kommt der Rest",
        "thanks " * 200,
    ],
)
def test_what_says_anything_besides_is_a_question(text: str) -> None:
    assert not only_thanks(text)
