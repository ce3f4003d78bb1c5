"""The words WhatsApp itself writes into an exported chat, in the languages of its Android and iOS apps.

Each table holds whole bodies without direction marks and final stops, as `bare` gives them. Of what the app says, only
what decides a message's state is here; on iOS the marks tell most of it without any language.
"""

from __future__ import annotations

import re

from tui_inbox.rules.clean import composed

MARKS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
"""Invisible marks of direction, and the byte order mark: no part of any word."""

_SOME_MARKS = re.compile(f"[{MARKS}]+")
_SPACES = re.compile("[\u00a0\u202f\u2009]")


def plain(text: str) -> str:
    """Return *text* without marks of direction, with ordinary spaces, outer ones dropped."""
    return text.strip() if text.isascii() else _SPACES.sub(" ", _SOME_MARKS.sub("", text)).strip()


def bare(text: str) -> str:
    """Return *text* as the tables below hold it: plain, composed, folded, single-spaced, no final stop."""
    return " ".join(composed(plain(text)).casefold().split()).rstrip(".。।۔ ")


def _table(phrases: str) -> frozenset[str]:
    return frozenset(bare(one) for one in phrases.splitlines() if one)


DELETED = _table("""
Acest mesaj a fost șters
Aquest missatge està esborrat
Aquest missatge s'ha suprimit
Bu ismarıc silindi
Bu mesaj silindi
Ce message a été supprimé
Denne besked blev slettet
Denne besked er blevet slettet
Denne meldingen ble slettet
Det här meddelandet raderades
Detta meddelande raderades
Diese Nachricht wurde gelöscht
Dit bericht is verwijderd
Esta mensagem foi apagada
Esta mensagem foi apagada pelo remetente
Este mensaje fue eliminado
Ez az üzenet törlésre került
Hierdie boodskap was uitgevee
Itong mensahe ay binura na
Mensagem apagada
Mesej ini telah dipadam
Ova je poruka izbrisana
Ova poruka je izbrisana
Pesan ini dihapus
Pesan ini telah dihapus
Questo messaggio è stato eliminato
Scriosadh an teachtaireacht seo
Se eliminó este mensaje
See sõnum on kustutatud
Ta wiadomość została usunięta
Tato zpráva byla odstraněna
Tato zpráva byla smazána
This message was deleted
Tin nhắn này đã bị xoá
Tin nhắn này đã bị xóa
To sporočilo je bilo izbrisano
Táto správa bola odstránená
Tämä viesti poistettiin
Ujumbe huu ulifutwa
Ushbu xabar o‘chirildi
Ši žinutė buvo ištrinta
Šī ziņa tika izdzēsta
Αυτό το μήνυμα διαγράφηκε
Бұл хат жойылды
Данное сообщение удалено
Ова порука је обрисана
Оваа порака беше избришана
Съобщението беше изтрито
Це повідомлення було видалено
הודעה זו נמחקה
این پیام حذف شد
این پیام حذف شده است
تم حذف هذه الرسالة
یہ میسج حذف کر دیا گیا ہے
یہ پیغام حذف کیا گیا
यह मैसेज डिलीट कर दिया गया है
यह संदेश मिटाया गया
हा मेसेज हटवण्यात आला
हा संदेश हटविण्यात आला होता
এই বার্তাটি মুছে ফেলা হয়েছে
এই মেসেজটি বাদ দেওয়া হয়েছে
ਇਸ ਸੁਨੇਹੇ ਨੂੰ ਹਟਾਇਆ ਗਿਆ
આ મેસેજ ડિલીટ કરાયો
આ સંદેશ રદ્દ કરાયો
இத்தகவல் திரும்பப்பெறப்பட்டது
ಈ ಸಂದೇಶವು ಅಳಿಸಲ್ಪಟ್ಟಿದೆ
ഈ സന്ദേശം ഇല്ലാതാക്കിയതാണ്
ข้อความนี้ถูกลบแล้ว
ข้อความนี้ได้ถูกลบ
このメッセージは削除されました
信息已删除
此訊息已刪除
这条消息已被删除
이 메시지는 삭제되었습니다
""")
YOU_DELETED = _table("""
Anda menghapus pesan ini
Anda telah memadamkan mesej ini
Anda telah menghapus pesan ini
Apagou esta mensagem
Ați șters acest mesaj
Binura mo itong mensahe
Bu mesajı sildiniz
Bạn đã xoá tin nhắn này
Bạn đã xóa tin nhắn này
Du har slettet denne besked
Du har tagit bort meddelandet
Du hast diese Nachricht gelöscht
Du raderade det här meddelandet
Du raderade detta meddelande
Du slettede denne besked
Du slettet denne meldingen
Eliminaste este mensaje
Esta mensagem foi apagada
Ezt az üzenetet törölted
Hai eliminato questo messaggio
Has esborrat aquest missatge
Has suprimit aquest missatge
Izbrisali ste ovu poruku
Jy het boodskap uitgevee
Jūs izdzēsāt šo ziņu
Jūs ištrynėte šią žinutę
Kustutasid selle sõnumi
Mensagem apagada
Poistit tämän viestin
Scrios tú an teachtaireacht seo
Siz bu ismarıcı sildiniz
Siz ushbu xabarni o‘chirdingiz
To sporočilo ste izbrisali
Tuto zprávu jste odstranil/a
Tuto zprávu jste smazal/a
Törölted ezt az üzenetet
Túto správu ste odstránili
U hebt dit bericht verwijderd
Umefuta ujumbe huu
Usunąłeś(-ęłaś) tę wiadomość
Usunąłeś(aś) tę wiadomość
Você apagou esta mensagem
Vous avez supprimé ce message
You deleted this message
Διαγράψατε αυτό το μήνυμα
Διαγράψατε το μήνυμα
Ја избриша оваа порака
Ви видалили це повідомлення
Вы удалили данное сообщение
Вы удалили это сообщение
Изтрихте това съобщение
Обрисао/ла си ову поруку
Сіз бұл хатты жойдыңыз
מחקת את ההודעה הזו
מחקת הודעה זו
آپ نے اس پیغام کو حذف کیا
آپ نے یہ میسج حذف کر دیا ہے
أنت حذفت هذه الرسالة
شما این پیام را حذف کردید
لقد حذَفت هذه الرسالة
आपण हा संदेश हटविलात
आपने यह मैसेज डिलीट किया
आपने यह संदेश मिटाया
तुम्ही हा मेसेज हटवला
আপনি এই বার্তাটি মুছে ফেলেছেন
আপনি এই মেসেজটি বাদ দিয়েছেন
ਤੁਸੀਂ ਇਹ ਸੁਨੇਹਾ ਹਟਾਇਆ
તમે આ મેસેજ ડિલીટ કર્યો
તમે આ સંદેશને રદ્દ કર્યો
இத்தகவலை தாங்கள் அழித்தீர்கள்
ನೀವು ಈ ಸಂದೇಶವನ್ನು ಅಳಿಸಿದ್ದೀರಿ
ഈ സന്ദേശം നിങ്ങൾ ഇല്ലാതാക്കി
คุณลบข้อความนี้
คุณได้ลบข้อความนี้
このメッセージを削除しました
您删除这个信息
您已删除这条消息
您已刪除此訊息
삭제한 메시지입니다
이 메시지를 삭제했습니다
""")
MEDIA = _table("""
< Média vynechána >
< پيوست نما/آهنگ حذف شد >
< ஊடகங்கள் நீக்கப்பட்டது >
<Archivo omitido>
<Bez multivides>
<Bỏ qua Media>
<Conținut media omis>
<Fayl o‘tkazib yuborildi>
<Ficheiro não revelado>
<Fichier omis>
<Hiányzó médiafájl>
<Media disingkirkan>
<Media har utelämnats>
<Media imerukwa>
<Media jätetty pois>
<Media omesso>
<Media omitted>
<Media tidak disertakan>
<Media weggelaat>
<Media weggelaten>
<Media çıxarılmışdır>
<Mediefil udeladt>
<Medien weggelassen>
<Medij izpuščen>
<Medijski zapis izostavljen>
<Medya atlanmış>
<Meedia ära jäetud>
<Mitjans omesos>
<Médiá vynechané>
<Mídia omitida>
<Pa media>
<Praleistas medijos turinys>
<Uten vedlegg>
<Walang kalakip na media>
<pliki pominięto>
<Εξαίρεση πολυμέσων>
<Без файл>
<Без фајл>
<Медіа пропущено>
<Файл пропущен>
<Файл қосылған жоқ>
<медији су изостављени>
<מדיה הושמטה>
<تم استبعاد الوسائط>
<میڈیا چھوڑ دیا گیا>
<मीडिया के बिना>
<मीडिया वगळले>
<মিডিয়া বাদ দেওয়া হয়েছে>
<ਮੀਡੀਆ ਛੱਡਿਆ ਗਿਆ>
<મીડિયા અવગણાયું>
<మాధ్యమం విస్మరించబడింది>
<ಮೀಡಿಯಾ ಕೈಬಿಡಲಾಗಿದೆ>
<മീഡിയ ഒഴിവാക്കി>
<สื่อถูกลบ>
<メディアは含まれていません>
<忽略多媒體檔>
<省略多媒体文件>
<미디어 파일을 생략한 대화내용>
""")
IMAGE = _table("""
Bild weggelassen
Imagine omisă
Imatge omesa
afbeelding weggelaten
bild utesluten
bilde ikke inkludert
billede udeladt
ei kuvaa
gambar tidak disertakan
görüntü dahil edilmedi
image absente
image omitted
imagem não revelada
imagem ocultada
imagen omitida
imej tidak dimasukkan
immagine omessa
kép küldése sikertelen
obraz pominięty
obrázek vynechán
obrázok vynechaný
slika izostavljena
íomhá ligthe ar lár
đã bỏ qua hình ảnh
εικόνα παραλείφθηκε
зображення відсутнє
изображение отсутствует
התמונה הושמטה
تصویر حذف شد
تصویر نکال دی گئی ہے
لم يتم إدراج الصورة
इमेज वगळली
फ़ोटो हटाई गई
ইমেজ বাদ দেওয়া হয়েছে
છબી પડતી મૂકાઈ
ไม่มีรูปภาพ
圖像已省略
圖片已略去
照片已忽略
画像は含まれていません
이미지 생략됨
""")
VIDEO = _table("""
Video omitido
Video weggelassen
Videó kihagyva
clip video omis
físeán ligthe ar lár
video dahil edilmedi
video izostavljen
video omesso
video omitted
video tidak dimasukkan
video tidak disertakan
video udeladt
video utelatt
video utesluten
video vynechané
video vynecháno
video weggelaten
videota ei sisällytetä
vidéo absente
vídeo não revelado
vídeo omitido
vídeo omès
wideo pominięte
đã bỏ video
βίντεο παραλείφθηκε
видео отсутствует
відео відсутнє
סרטון הווידאו הושמט
لم يتم إدراج الفيديوهات
ویدیو حذف شد
ویڈیو نظرانداز
वीडियो छोड़ा गया
व्हिडीओ वगळला
ভিডিও বাদ দেওয়া হয়েছে
વિડિયો પડતી મુકાઈ
วิดีโอถูกลบ
ビデオは含まれていません
影片已略去
影片已省略
视频已忽略
비디오 생략됨
""")
AUDIO = _table("""
Audio weggelassen
Hang kihagyása
audio omesso
audio omis
audio omitido
audio omitted
audio pominięte
audio tidak dimasukkan
audio tidak disertakan
audio weggelaten
bỏ qua tệp âm thanh
comhad fuaime ar lár
ficheiro de áudio não revelado
fără audio
ljud utelslutet
lyd udeladt
lyd utelatt
ses dahil edilmedi
zvuk izostavljen
zvuk vynechaný
zvukový soubor vynechán
Àudio omès
áudio ocultado
äänitiedostoa ei sisällytetä
ήχος παραλείφθηκε
аудиофайл отсутствует
аудіо відсутнє
קטע קול הושמט
آڈیو نظرانداز
صدا حذف شد
لم يتم إدراج المقاطع الصوتية
ऑडिओ वगळला
ऑडियो हटाई गयी
অডিও বাদ দেওয়া হয়েছে
ઓડિયો ફાઇલ શામેલ કરી નથી
ไม่มีไฟล์เสียง
音声は含まれていません
音訊已略去
音訊已省略
音频已忽略
오디오 생략됨
""")
GIF = _table("""
GIF dahil edilmedi
GIF esclusa
GIF fájl kihagyása
GIF izostavljen
GIF ligthe ar lár
GIF não revelada
GIF omis
GIF omitido
GIF omitted
GIF omès
GIF retiré
GIF tidak dimasukkan
GIF tidak disertakan
GIF udeladt
GIF utelatt
GIF utesluten
GIF vynechaný
GIF vynechán
GIF weggelassen
GIF weggelaten
GIF отсутствует
GIF הושמט
GIF حذف شد
GIF نظرانداز
GIF छोड़ा गया
GIF वगळले
GIF પડતી મૂકાઈ
GIF 动态图已被忽略
GIF 圖片已被省略
GIF 已略去
GIF 생략됨
GIF-animaatio jätetty pois
GIF-анімацію пропущено
GIFは含まれていません
Plik GIF pominięty
Đã bỏ qua ảnh GIF
Παράληψη GIF
لم يتم إدراج صورة GIF
জিআইএফ বাদ দেওয়া হয়েছে
ละเว้น GIF
""")
STICKER = _table("""
Sticker weggelassen
adhesiu omès
figurinha omitida
fágadh an greamán ar lár
klistermærke udeladt
klistremerke utelatt
matrica kihagyva
naljepnica izostavljena
nálepka vynechaná
nálepka vynechána
pelekat tidak disertakan
pominięto naklejkę
sticker non incluso
sticker não revelado
sticker omis
sticker omitido
sticker omitted
sticker utesluten
sticker weggelaten
stiker tidak disertakan
tarraa ei sisällytetty
Çıkartma dahil edilmedi
đã bỏ sticker
αυτοκόλλητο παραλήφθηκε
Наклейку не додано
стикер не добавлен
סטיקר הושמט
استیکر حذف شد
اسٹیکر نظرانداز
تم حذف الملصقات
स्टिकर छोड़ा गया
स्टिकर वगळले
স্টিকার বাদ দেওয়া হয়েছে
સ્ટીકર પડતું મુકાયું
ไม่มีสติกเกอร์
スタンプは含まれていません
貼圖已忽略
貼圖已略去
贴图已省略
스티커 제외됨
""")
DOCUMENT = _table("""
Document omès
Dokument weggelassen
belge dahil edilmedi
cáipéis ligthe ar lár
document manquant
document omis
document omitted
document weggelaten
documento não revelado
documento omesso
documento omitido
dokumen tidak dimasukkan
dokumen tidak disertakan
dokument izostavljen
dokument pominięty
dokument udeladt
dokument uteslutet
dokument vynechaný
dokument vynechán
dokumenttia ei sisällytetä
dokumentum kihagyva
utelatt dokument
đã bỏ qua tài liệu
έγγραφο παραλείφθηκε
документ отсутствует
документ пропущено
מסמך הושמט
دستاویز نظرانداز
سند حذف شد
لم يتم إدراج المستند
डॉक्युमेंट वगळले
डॉक्यूमेंट छोड़ा गया
ডকুমেন্ট বাদ দেওয়া হয়েছে
ડોક્યુમેન્ટ સામેલ કર્યું નહિ
ละเว้นเอกสาร
ドキュメントは含まれていません
文件已忽略
文件已略去
文档已省略
문서 생략됨
""")
CONTACT = _table("""
Bỏ qua thẻ liên lạc
Carte de vizită contact omisă
Cartão do contato omitido
Contact card omitted
Contacto não revelado
Cárta teagmhála ar lár
Fiche contact manquante
Kad kenalan tidak dimasukkan
Karta kontaktu vynechaná
Kartu kontak tidak disertakan
Kişi kartı dahil edilmedi
Kontaktkarte ausgelassen
Kontaktkort sløyfet
Kontaktkort udeladt
Kontaktkort uteslutet
Névjegykártya kihagyva
Pominięta wizytówka kontaktu
Posjetnica izostavljena
Scheda contatto omessa
Targeta de contacte omesa
Tarjeta de contacto omitida
Visitekaartje weggelaten
Vizitka vynechána
Yhteystietokortti jätettiin pois
Η κάρτα επαφής παραλήφθηκε
Картка контакту відсутня
Карточка контакта отсутствует
כרטיס איש קשר הושמט
برگ مخاطب حذف شد
رابطہ کارڈ نظر انداز
لم يتم إدراج بطاقة جهة اتصال
कॉन्टैक्ट कार्ड छोड़ा गया
संपर्क कार्ड वगळले
পরিচিতির কার্ড বাদ দেওয়া হয়েছে
સંપર્કનું કાર્ડ પડતું મૂકાયું
บัตรรายชื่อที่ละเว้น
联系人卡片已忽略
聯絡人卡片已略去
聯絡人卡片已省略
連絡先カードを省略
연락처 카드 생략됨
""")
MISSED = _table("""
Apel video nepreluat
Apel video ratat
Apel vocal nepreluat
Apel vocal ratat
Appel vidéo manqué
Appel vocal manqué
Buraxılmış video zəng
Buraxılmış zəng
Cevapsız Sesli Arama
Cevapsız görüntülü arama
Chamada de voz perdida
Chamada de vídeo perdida
Chiamata vocale persa
Cuộc gọi nhỡ
Cuộc gọi nhỡ video
Físghlao caillte
Gemist spraakgesprek
Gemist videogesprek
Gemiste spraakoproep
Gemiste video-oproep
Glao Gutha Caillte
Guthghlao caillte
Llamada de voz perdida
Llamada perdida
Missat röstsamtal
Missat samtal
Missat videosamtal
Missed Voice Call
Missed video call
Mistede video opkald
Mistet opkald
Nakaligtaang video call
Nakaligtaang voice call
Neatbildēts balss zvans
Neatbildēts video zvans
Nem fogadott hanghívás
Nem fogadott videohívás
Nem fogadott videóhívás
Neodgovorjen video klic
Nieodebrane poł
Nieodebrane poł. głosowe
Nieodebrane poł. wideo
Nieodebrane połączenie
O‘tkazib yub. ovozli qo‘ng‘iroq
O‘tkazib yub. videoqo‘ng‘iroq
Panggila suara terlepas
Panggilan Suara Terlepas
Panggilan suara tak terjawab
Panggilan video tak terjawab
Panggilan video terlepas
Praleistas balso skambutis
Praleistas video skambutis
Propušten glasovni poziv
Propušten video poziv
Propušteni glasovni poziv
Propušteni videopoziv
Simu ya sauti uliyoikosa
Simu ya video uliyoikosa
Stemoproep gemis
Tak Terjawab
Tapt taleanrop
Tapt videoanrop
Tapt videosamtale
Thirrje e shmangur
Trucada de veu perduda
Trucada de vídeo perduda
Ubesvaret taleopkald
Ubesvaret videoopkald
Vastaamaton videopuhelu
Vastaamaton äänipuhelu
Vastamata häälkõne
Vastamata videokõne
Verpasster Sprachanruf
Verpasster Videoanruf
Video-oproep gemis
Videochamada perdida
Videochiamata persa
Videollamada perdida
Videothirrje e shmangur
Videotrucada perduda
Zgrešen klic
Zmeškaný hlasový hovor
Zmeškaný hovor
Zmeškaný videohovor
Αναπάντητη βιντεοκλήση
Αναπάντητη κλήση
Αναπάντητη φωνητική κλήση
Жауапсыз видео қоңырау
Жауапсыз қоңырау
Пропуснато видео обаждане
Пропуснато гласово обаждане
Пропуштен видео повик
Пропуштен видео позив
Пропуштен гласовен повик
Пропуштен гласовни позив
Пропущений аудіодзвінок
Пропущений відеодзвінок
Пропущенный аудиозвонок
Пропущенный видеозвонок
שיחה קולית שלא נענתה
שיחת וידאו שלא נענתה
تماس تصویری بی‌پاسخ
تماس تصویری پاسخ داده نشده
تماس صوتی پاسخ داده نشده
مسڈ وائس کال
مسڈ ویڈیو کال
مكالمة صوتية فائتة
مكالمة فيديو فائتة
چھوٹی ہوئی صوتی کال
چھوٹی ہوئی ویڈیو کال
छूटी हुई ध्वनि कॉल
छूटी हुई विडियो कॉल
मिस्ड वीडियो कॉल
मिस्ड वॉइस कॉल
मिस्ड व्हिडिओ कॉल
मिस्ड व्हॉइस कॉल
वॉइस कॉल मिस हुई
ভয়েস কল মিস করেছেন
ভিডিও কল মিস করেছেন
মিস করা ভিডিও কল
মিসড ভয়েস কল
ਮਿਸ ਹੋਈ ਆਵਾਜ਼ ਕਾਲ
ਮਿਸ ਹੋਈ ਵੀਡੀਓ ਕਾਲ
છૂટી ગયેલ ધ્વનિ કૉલ
છૂટી ગયેલ વિડિઓ કૉલ
છૂટી ગયેલ વિડિયો કૉલ
છૂટી ગયેલો વોઇસ કૉલ
છૂટેલો વોઇસ કૉલ
தவறிய காணொலி அழைப்பு
தவறிய குரல் அழைப்பு
తప్పిన వీడియోకాల్
మిస్సేడ్ వాయిస్ కాల్
ತಪ್ಪಿದ ದೃಶ್ಯ ಕರೆ
ತಪ್ಪಿದ ಧ್ವನಿ ಕರೆ
നഷ്ടമായ വീഡിയോ കാൾ
വിളി നഷ്ടപ്പെട്ടു
วิดีโอคอลที่ไม่ได้รับ
สายที่ไม่ได้รับ
สายโทรวิดีโอที่ไม่ได้รับ
ビデオ通話不在着信
不在着信
未接視像通話
未接视频通话
未接語音通話
未接语音通话
音声通話不在着信
부재중 영상통화
부재중 전화
""")
ATTACHED_BEFORE = _table("""
Anhang
adjunt
adjunto
allegato
anexado
anexo
atașare
attached
bifogat
bijgevoegd
ceangailte
csatolva
dilampir
liite
pièce jointe
priloženo
príloha
příloha
terlampir
vedhæftet
vedlagt
załączono
đính kèm
επισυνάφθηκε
додано
прикреплено
מצורף
المُرفق
پیوست
پیوستہ
अटैच किया गया
संलग्न केले
જોડાયેલ
แนบ
添付ファイル
附件
첨부됨
""")
"""iOS: `<attached: NAME>`."""

ATTACHED_AFTER = _table("""
eklendi
attached
""")
"""iOS: `<NAME eklendi>`, and of old `NAME <attached>`."""

FILE_ATTACHED = """
%s (Datei angehängt)
%s (archivo adjuntado)
%s (arquivo anexado)
%s (arxiu adjunt)
%s (bestand bijgevoegd)
%s (bifogad fil)
%s (byla prisegta)
%s (datoteka u privitku)
%s (dosya ekli)
%s (fail dilampirkan)
%s (fail lisatud)
%s (faili limeambatanishwa)
%s (fayl biriktirildi)
%s (fayl əlavə olunub)
%s (ficheiro anexado)
%s (fichier joint)
%s (fil vedhæftet)
%s (file allegato)
%s (file attached)
%s (file terlampir)
%s (fișier atașat)
%s (fájl csatolva)
%s (liitetiedosto)
%s (lêer aangeheg)
%s (nakalakip na file)
%s (pievienots fails)
%s (priložena datoteka)
%s (skedë e ngjitur)
%s (soubor byl přiložen)
%s (súbor pripojený)
%s (tệp đính kèm)
%s (vedlagt fil)
%s (załączony plik)
%s (συνημμένο αρχείο)
%s (прикачен файл)
%s (прикачен фајл)
%s (прикачена датотека)
%s (файл добавлен)
%s (файл додано)
%s (қосымша файл)
%s (קובץ מצורף)
%s (الملف مرفق)
%s (پیوستہ فائل)
%s (फाइल अटैच कर दी गई है)
%s (फाइल संलग्न)
%s (ফাইল সংযুক্ত হয়েছে)
%s (ਅਟੈਚ ਕੀਤੀ ਫਾਇਲ)
%s (ફાઇલ જોડાયેલ)
%s (ఫైల్ జోడించబడినది)
%s (ಕಡತ ಸೇರಿಸಲಾಯಿತು)
%s (ഫയൽ ചേർത്തു)
%s (ไฟล์ที่แนบ)
%s (文件附件)
%s (添付ファイル有り)
%s (附件檔案)
%s (파일 첨부됨)
%s இணைக்கப்பட்டது
فایل پیوست شد %s
"""
EXPORT_NAME = """
%s bilan WhatsApp chati
%s ile WhatsApp Sohbeti
%s ilə WhatsApp Söhbəti
%s کے ساتھ WhatsApp بات چیت
%s के साथ WhatsApp चैट
%s सोबतच्या WhatsApp गप्पा
%s এর সাথে WhatsApp চ্যাট
%s ਨਾਲ WhatsApp ਗੱਲਬਾਤ
%s સાથેની WhatsApp વાત
%s உடன் WhatsApp உரையாடல்
%s తో WhatsApp సంభాషణ
%s ಜೊತೆ WhatsApp ಸಂಭಾಷಣೆ
%s മായുള്ള WhatsApp ചാറ്റുകൾ
%sとのWhatsAppチャット
%s님과의 WhatsApp 대화
Biseda me %s në WhatsApp
Chat WhatsApp con %s
Chat WhatsApp dengan %s
Chat WhatsApp s uživatelem %s
Chat de WhatsApp con %s
Conversa do WhatsApp com %s
Conversa no WhatsApp com %s
Conversație WhatsApp cu %s
Czat WhatsApp z %s
Discussion WhatsApp avec %s
Sembang WhatsApp dengan %s
Soga za WhatsApp na %s
Trò chuyện WhatsApp với %s
WhatsApp Chat kay %s
WhatsApp Chat mit %s
WhatsApp Chat with %s
WhatsApp Gesprek met %s
WhatsApp chat med %s
WhatsApp chat s používateľom %s
WhatsApp csevegés vele: %s
WhatsApp klepet z %s
WhatsApp pokalbis su %s
WhatsApp razgovor s %s
WhatsApp sarakste ar %s
WhatsApp Ћаскање са %s
WhatsApp Чат с %s
WhatsApp разговор со %s
WhatsApp чат: %s
WhatsApp 与 %s 的对话
WhatsApp 與 %s 的對話
WhatsApp'i vestlus kontaktiga %s
WhatsApp-chat met %s
WhatsApp-chatt med %s
WhatsApp-keskustelu henkilön %s kanssa
WhatsApp-samtale med %s
Xat de WhatsApp amb %s
Συνομιλία WhatsApp με %s
Бесіда WhatsApp з %s
Чат WhatsApp с %s
צ'אט WhatsApp עם %s
دردشة واتساب مع %s
گفتگوی WhatsApp با %s
แชท WhatsApp กับ %s
"""
EDITED = _table("""
This message was edited
Diese Nachricht wurde bearbeitet
Se editó este mensaje
Este mensaje fue editado
Ce message a été modifié
Questo messaggio è stato modificato
Esta mensagem foi editada
Mensagem editada
Dit bericht is bewerkt
Bu mesaj düzenlendi
Denne besked er blevet redigeret
Denne meldingen ble redigert
Det här meddelandet redigerades
Tätä viestiä muokattiin
Ta wiadomość została edytowana
Wiadomość edytowana
Tato zpráva byla upravena
Táto správa bola upravená
Ova je poruka uređena
Ova poruka je uređena
Acest mesaj a fost editat
Ezt az üzenetet szerkesztették
Данное сообщение изменено
Сообщение изменено
Це повідомлення було змінено
Αυτό το μήνυμα υποβλήθηκε σε επεξεργασία
Pesan ini diedit
Mesej ini telah disunting
Tin nhắn này đã được chỉnh sửa
यह मैसेज एडिट किया गया
تم تعديل هذه الرسالة
הודעה זו נערכה
このメッセージは編集されました
此訊息已編輯
此消息已被编辑
이 메시지는 수정되었습니다
""")

OMITTED = {
    "image": IMAGE,
    "video": VIDEO | {"video note omitted"},
    "audio": AUDIO,
    "gif": GIF,
    "sticker": STICKER,
    "document": DOCUMENT,
    "contact card": CONTACT,
    "media": MEDIA,
}
"""What kind of file a placeholder stands for -> the placeholders."""

PLACEHOLDERS = {phrase: kind for kind, phrases in OMITTED.items() for phrase in phrases}


_LAST_WORDS = frozenset(
    phrase.rpartition(" ")[2]
    for table in (PLACEHOLDERS, DELETED, YOU_DELETED, MISSED, {"null", "<null>"})
    for phrase in table
)
_ENDS = f"{MARKS} .。।۔\u00a0\u202f\u2009\t\r\n"


def may_be_phrase(body: str) -> bool:
    """Return whether *body* can be one of the app's phrases at all: cheap, since nearly none is."""
    if body.isascii():
        return body.rstrip(" .\r\n").rpartition(" ")[2].casefold() in _LAST_WORDS
    words = body.rstrip(_ENDS).rsplit(None, 1)
    return bool(words) and bare(words[-1]) in _LAST_WORDS
