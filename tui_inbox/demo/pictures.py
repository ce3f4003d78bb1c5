"""The small files of the week's attachments: made on the spot, so that no picture of anybody lies in the repository."""

from __future__ import annotations

import struct
import zlib
from functools import cache

_TYPES = {"png": "image/png", "pdf": "application/pdf"}


def media_type(name: str) -> str:
    """Return the media type of the file that is made for *name*."""
    return _TYPES[name.rpartition(".")[2]]


@cache
def file(name: str) -> bytes:
    """Return a real, tiny file for *name*: a PNG of one glaze, or a PDF of one line."""
    return _png(name) if name.endswith(".png") else _pdf(name)


def _png(name: str, side: int = 24) -> bytes:
    """Return a square of one colour (PNG, 8-bit RGB); the colour follows from the name."""
    seed = zlib.crc32(name.encode())
    pixel = bytes((seed & 255, seed >> 8 & 255, seed >> 16 & 255))
    rows = (b"\0" + pixel * side) * side
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    body = (struct.pack(">I", len(inside)) + kind + inside + _crc(kind + inside) for kind, inside in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def _crc(over: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(over))


def _pdf(name: str) -> bytes:
    """Return a page that bears its own file name (PDF 1.4)."""
    line = name.rpartition(".")[0].encode("ascii", "replace")
    drawn = b"BT /F1 18 Tf 60 760 Td (" + line + b") Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
    )
    out, places = bytearray(b"%PDF-1.4\n"), list[int]()
    for number, inside in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, inside)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
