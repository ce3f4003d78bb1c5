"""A store with three customers: Ada alone by mail and chat, Bora alone, and Ada with Cem on one mail thread."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.incoming.store import Store

ADA = b"""\
From: Ada Quastel <ada.quastel@one.example>\r
To: Shop <support@shop.example>\r
Subject: Zwiebelmuster bowl\r
Message-ID: <a1@one.example>\r
Date: Mon, 2 Mar 2026 08:00:00 +0000\r
Received: from x by y; Mon, 2 Mar 2026 08:00:01 +0000\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary="b"\r
\r
--b\r
Content-Type: text/plain; charset=utf-8\r
Content-Transfer-Encoding: base64\r
\r
VGhlIGt1cGZlcmdyw7xuZSBib3dsIGJyb2tlLg==\r
--b\r
Content-Type: image/jpeg; name="quastelphoto.jpg"\r
Content-Disposition: attachment; filename="quastelphoto.jpg"\r
Content-Transfer-Encoding: base64\r
\r
/9j/4AAQSkZJRgABAQ==\r
--b--\r
"""
OURS = b"""\
From: Deniz <support@shop.example>\r
To: Ada Quastel <ada.quastel@one.example>\r
Subject: Re: Zwiebelmuster bowl\r
Message-ID: <o1@shop.example>\r
In-Reply-To: <a1@one.example>\r
References: <a1@one.example>\r
Date: Mon, 2 Mar 2026 09:00:00 +0000\r
Received: from x by y; Mon, 2 Mar 2026 09:00:01 +0000\r
\r
Dear Frau Quastel, a new one is on its way.\r
\r
> The kupfergr\xc3\xbcne bowl broke.\r
"""
BORA = b"""\
From: Bora <bora@two.example>\r
To: Shop <support@shop.example>\r
Subject: Opening hours\r
Message-ID: <b1@two.example>\r
Date: Mon, 2 Mar 2026 10:00:00 +0000\r
Received: from x by y; Mon, 2 Mar 2026 10:00:01 +0000\r
\r
Are you open on Saturday? From a friend:\r
From here it is far.\r
"""
CEM = b"""\
From: Cem <cem@three.example>\r
To: Shop <support@shop.example>\r
Cc: Ada Quastel <ada.quastel@one.example>\r
Subject: Our order\r
Message-ID: <c1@three.example>\r
Date: Tue, 3 Mar 2026 08:00:00 +0000\r
Received: from x by y; Tue, 3 Mar 2026 08:00:01 +0000\r
\r
Ada Quastel and I wait for eight cups.\r
"""
TOGETHER = b"""\
From: Ada Quastel <ada.quastel@one.example>\r
To: Shop <support@shop.example>\r
Cc: cem@three.example\r
Subject: Re: Our order\r
Message-ID: <a2@one.example>\r
In-Reply-To: <c1@three.example>\r
References: <c1@three.example>\r
Date: Tue, 3 Mar 2026 09:00:00 +0000\r
Received: from x by y; Tue, 3 Mar 2026 09:00:01 +0000\r
\r
Eight cups, and the sugarbowl too.\r
"""
MAILS = {"1": ADA, "2": OURS, "3": BORA, "4": CEM, "5": TOGETHER}

CHAT = (
    "28.02.26, 09:14 - Ada Quastel: Moin\n"
    "28.02.26, 09:15 - Deniz: Good morning, Ada Quastel\n"
    "28.02.26, 09:16 - Ada Quastel: The teekanne leaks\n"
    "28.02.26, 09:17 - Ada Quastel: IMG-1.jpg (file attached)\n"
    "28.02.26, 09:18 - Deniz: A picture helps, thank you\n"
)

CONFIG = """
[me]
addresses = ["support@shop.example"]
names = { whatsapp = ["Deniz"] }
"""


def filled(folder: Path) -> Store:
    """Return a store into which all of it was brought, by the ways that a user has."""
    store = Store(folder / "home").configured(CONFIG)
    mails = folder / "mails"
    mails.mkdir()
    for name, raw in MAILS.items():
        (mails / f"{name}.eml").write_bytes(raw)
    store.bring(mails, account="support")
    chat = folder / "chat"
    chat.mkdir()
    (chat / "WhatsApp Chat with Ada Quastel.txt").write_text(CHAT, "utf-8")
    (chat / "IMG-1.jpg").write_bytes(b"\xff\xd8\xff teekannebild")
    store.bring(chat, zone="Europe/Istanbul")
    return store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return filled(tmp_path)
