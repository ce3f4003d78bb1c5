"""The words of LINE in the languages it is most used in: titles, placeholders of files, calls, and what was unsent."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tui_inbox.rules.model import Attachment

_TITLES = (
    re.compile(r"Chat (?:history )?(?:with|in) (.+)", re.I),
    re.compile(r"(.+?)とのトーク(?:履歴)?"),
    re.compile(r"(.+?)のトーク(?:履歴)?"),
    re.compile(r"[與与]\s?(.+?)\s?的(?:聊天|对话|對話)(?:記錄|紀錄|记录)?"),
    re.compile(r"(.+?)\s?的(?:聊天|对话|對話)(?:記錄|紀錄|记录)?"),
    re.compile(r"ประวัติการ?(?:แชท|สนทนา)(?:กับ|ในกลุ่ม)?\s*(.+)"),
    re.compile(r"ประวัติแชท(?:กับ|ในกลุ่ม)?\s*(.+)"),
    re.compile(r"(.+?)\s?님?과의? (?:대화|채팅)(?: ?내용| 기록)?"),
    re.compile(r"Riwayat (?:obrolan|chat) (?:dengan|di) (.+)", re.I),
    re.compile(
        r"(?:Historial de chat con|Histórico de conversa com|Chatverlauf mit|Lịch sử trò chuyện với) (.+)", re.I
    ),
)

_FILES = {
    "photo": ("image/jpeg", "photo|image|写真|画像|照片|圖片|图片|รูป|ภาพ|รูปภาพ|사진|foto|gambar|imagen|bild|hình ảnh"),
    "video": ("video/mp4", "video|動画|影片|视频|วิดีโอ|동영상|vídeo"),
    "sticker": ("image/png", "sticker|スタンプ|貼圖|贴图|สติกเกอร์|스티커|stiker|pegatina|figurinha"),
    "voice message": (
        "audio/mp4",
        "voice message|audio|ボイスメッセージ|音声メッセージ|語音訊息|语音消息|ข้อความเสียง|음성 메시지|음성메시지|"
        "pesan suara",
    ),
    "file": ("application/octet-stream", "file|ファイル|檔案|文件|ไฟล์|파일|archivo|arquivo|datei|berkas"),
    "contact": ("text/vcard", "contact|連絡先|聯絡資訊|联系人|รายชื่อ|연락처|kontak"),
}
_PLACEHOLDER = re.compile(r"\[([^\[\]\n]{1,30})\]\s*([^\n]{0,300})")
_KINDS = {word: (name, type_) for name, (type_, words) in _FILES.items() for word in words.split("|")}

_CALL = re.compile(r"☎")
_UNSENT = (
    re.compile(r"(?:(.{1,60}?) )?(?:has )?unsent a message\.?", re.I),
    re.compile(r"(?:(.{1,60}?)が)?メッセージの送信を取り消しました。?"),
    re.compile(r"(?:(.{1,60}?)\s?)?已?收回(?:了)?(?:一則)?(?:訊息|消息)。?"),
    re.compile(r"(?:(.{1,60}?)\s?)?ยกเลิก(?:การส่ง)?ข้อความ(?:แล้ว)?"),
    re.compile(r"(?:(.{1,60}?)(?:님이|이|가)? ?)?메시지(?:를| 보내기를) 취소(?:했습니다|하였습니다)\.?"),
    re.compile(r"(?:(.{1,60}?) )?membatalkan pengiriman pesan\.?", re.I),
)
_UNSENDS = re.compile(r"unsent a message|取り消し|收回|ยกเลิก|취소|membatalkan", re.I)
_MINE = frozenset({"you", "我", "您", "あなた", "คุณ", "나", "anda"})


def title_in(line: str) -> str:
    """Return whose chat the first *line* of an export names, as far as its language is known; else all it says."""
    said = line.removeprefix("\ufeff").strip().removeprefix("[LINE]").strip()
    for title in _TITLES:
        found = title.fullmatch(said)
        if found:
            return found[1].strip().strip('"“”「」')
    return said


@dataclass(frozen=True, slots=True)
class Said:
    """What a text is beside words: a file that is only named, a call, or the notice that a message was unsent."""

    text: str
    file: Attachment | None = None
    call: bool = False
    unsent: bool = False
    by: str = ""
    """Who unsent it, where the notice says so; "" where it does not, or where it was me."""


def said(text: str) -> Said:
    """Return what the *text* of a row is; placeholders give way to the file they stand for, in any language."""
    if len(text) > 400:
        return Said(text)
    placeholder = _PLACEHOLDER.fullmatch(text)
    kind = _KINDS.get(placeholder[1].strip().casefold()) if placeholder else None
    if placeholder and kind and (kind[0] in ("file", "contact") or not placeholder[2].strip()):
        return Said("", Attachment(placeholder[2].strip() or kind[0], kind[1], stored=False))
    if _CALL.match(text):
        return Said(text, call=True)
    for phrase in _UNSENT if len(text) < 160 and _UNSENDS.search(text) else ():
        found = phrase.fullmatch(text.strip())
        if found:
            by = found[1] or ""
            return Said(text, unsent=True, by="" if by.casefold() in _MINE else by.strip())
    return Said(text)
