"""Where the new text ends, in the languages of the customers."""

from __future__ import annotations

import pytest

from tui_inbox.connectors.formats.quotes import split


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, 2 Mar 2026 at 09:00, Ada Demir <ada@example.org> wrote:",
        "On Mar 2, 2026, at 09:00, Ada Demir\n<ada@example.org>\nwrote:",
        "Am Mo., 2. März 2026 um 09:00 Uhr schrieb Ada Demir <ada@example.org>:",
        "Am 02.03.26 um 09:00 schrieb Ada Demir:",
        "Ada Demir <ada@example.org>, 2 Mar 2026 Pzt, 09:00 tarihinde şunu yazdı:",
        "2 Mart 2026 Pazartesi tarihinde Ada Demir <ada@example.org> yazdı:",
        "pon, 2. ožu 2026. u 09:00 Ada Demir <ada@example.org> napisao je:",
        "Dana pon, 2. mar 2026. u 09:00 Ada Demir <ada@example.org> je napisao/la:",
        "Le lun. 2 mars 2026 à 09:00, Ada Demir <ada@example.org> a écrit :",
        "El lun, 2 mar 2026 a las 9:00, Ada Demir (<ada@example.org>) escribió:",
        "Il giorno lun 2 mar 2026 alle ore 09:00 Ada Demir <ada@example.org> ha scritto:",
        "Em seg., 2 de mar. de 2026 às 09:00, Ada Demir <ada@example.org> escreveu:",
        "Op ma 2 mrt 2026 om 09:00 schreef Ada Demir <ada@example.org>:",
    ],
)
def test_an_attribution_begins_the_quote(attribution: str):
    for old in ("> Where is it?\n> Ada", "Where is it?\nAda"):
        new, quoted = split(f"It comes tomorrow.\n\n{attribution}\n\n{old}\n")
        assert new == "It comes tomorrow."
        assert quoted == f"{attribution}\n\n{old}"


@pytest.mark.parametrize(
    "title",
    [
        "-----Original Message-----",
        "-------- Ursprüngliche Nachricht --------",
        "-----Orijinal Mesaj-----",
        "----- Izvorna poruka -----",
        "-----Originalna poruka-----",
        "-----Message d'origine-----",
        "-----Mensaje original-----",
        "-----Messaggio originale-----",
        "-----Mensagem original-----",
        "-----Oorspronkelijk bericht-----",
    ],
)
def test_the_title_of_the_original_begins_the_quote(title: str):
    assert split(f"Yes.\n\n{title}\nFrom: a\n\nOld")[0] == "Yes."


@pytest.mark.parametrize(
    "block",
    [
        "From: Ada\nSent: Monday, 2 March 2026 09:00\nTo: Support\nSubject: Order",
        "*From:* Ada\n*Sent:* Monday\n*To:* Support\n*Subject:* Order",
        "Von: Ada\nGesendet: Montag, 2. März 2026 09:00\nAn: Support\nBetreff: Bestellung",
        "Kimden: Ada\nGönderildi: 2 Mart 2026 Pazartesi 09:00\nKime: Destek\nKonu: Sipariş",
        "Od: Ada\nPoslano: 2. ožujka 2026. 9:00\nPrima: Podrška\nPredmet: Narudžba",
        "De : Ada\nEnvoyé : lundi 2 mars 2026 09:00\nÀ : Support\nObjet : Commande",
        "De: Ada\nEnviado el: lunes\nPara: Soporte\nAsunto: Pedido",
        "Da: Ada\nInviato: lunedì\nA: Supporto\nOggetto: Ordine",
        "Van: Ada\nVerzonden: maandag\nAan: Support\nOnderwerp: Bestelling",
    ],
)
@pytest.mark.parametrize("rule", ["", "________________________________\n"])
def test_outlooks_header_block_begins_the_quote(block: str, rule: str):
    new, quoted = split(f"Yes.\n\n{rule}{block}\n\nOld")
    assert new == "Yes."
    assert quoted == f"{rule}{block}\n\nOld"


def test_an_answer_beneath_the_quote_is_the_new_text():
    assert split("On 2 Mar 2026 Ada wrote:\n> Where is it?\n\nTomorrow.") == (
        "Tomorrow.",
        "On 2 Mar 2026 Ada wrote:\n> Where is it?",
    )


def test_answers_between_the_quoted_lines_stay_with_them():
    text = "> Where is it?\n\nIn Split.\n\n> When?\n\nTomorrow."
    assert split(text) == (text, "")


def test_a_forwarded_message_is_new_to_its_reader():
    header = "From: Ada <ada@x>\nDate: Mon\nSubject: s\nTo: me"
    text = f"See below.\n\n---------- Forwarded message ---------\n{header}\n\nHelp!"
    assert split(text) == (text, "")


def test_nothing_but_a_quote_is_shown_as_text():
    assert split("> Where is it?\n> Ada") == ("> Where is it?\n> Ada", "")


def test_a_sentence_that_begins_like_an_attribution_is_none():
    text = "On your computer run this:\n\n  make demo\n\nThat is all."
    assert split(text) == (text, "")


def test_signatures_go_with_what_is_quoted():
    assert split("Yes.\n\n-- \nAda\n+90 555") == ("Yes.", "-- \nAda\n+90 555")
    assert split("Yes.\n\nSent from my iPhone") == ("Yes.", "Sent from my iPhone")
    assert split("Evet.\n\niPhone'umdan gönderildi") == ("Evet.", "iPhone'umdan gönderildi")
